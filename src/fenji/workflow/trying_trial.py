"""What is known of one trial: the policy in force, the tried one, and on what both are counted?"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import ibis.expr.types as ir

from fenji.analyze.metrics.registry import Registry
from fenji.analyze.whatif.alike import count_alike, metrics_asked
from fenji.analyze.whatif.cells import NotByCells, thresholds_of
from fenji.analyze.whatif.comparing import PolicyComparison, compare_policies
from fenji.analyze.whatif.cuts import cuts_of
from fenji.analyze.whatif.steps import count_spread, spreads_of, steps_of
from fenji.analyze.whatif.trying import Cells, CellTrial
from fenji.domain.policies import Policy
from fenji.tables import clean
from fenji.wording.rules import Voice
from fenji.workspace.folder import own_metrics_of
from fenji.workspace.session import Session
from fenji.workspace.tiering import registry_of
from fenji.workspace.trying import Tried


@dataclass(frozen=True)
class Trial:
    """One policy beside the one in force."""

    session: Session
    tried: Tried
    base: Policy
    new: Policy

    @property
    def policies(self) -> tuple[Policy, Policy]:
        """The one in force and the tried one."""
        return self.tried.current, self.new

    @cached_property
    def registry(self) -> Registry:
        """The metrics that one of the policies may name."""
        if self.base is self.tried.current:
            return self.tried.registry
        return registry_of(own_metrics_of(self.session.workspace), self.new, self.tried.event_kinds)

    @cached_property
    def known(self) -> dict[str, Any]:
        """Every metric by its slug."""
        return {each.slug: each for each in (*self.tried.registry, *self.registry)}

    @cached_property
    def voice(self) -> Voice:
        """How rules are put into words."""
        return Voice(self.known, self.tried.currency)

    @cached_property
    def cells(self) -> Cells | None:
        """In memory; None where the run keeps none."""
        return self.tried.cells

    @cached_property
    def because(self) -> NotByCells | None:
        """Why the customers themselves must be counted; None: they need not be."""
        if self.cells is not None:
            return self.cells.why_not(self.policies)
        found = self.tried.why_no_cells
        # Where nobody stands in any tier there are no cells, and not too many of them.
        return None if found is NotByCells.TOO_MANY_CELLS and not self.comparison.customers else found

    @cached_property
    def by_cells(self) -> CellTrial | None:
        """Both policies over the cells; None where the customers themselves must be counted."""
        return None if self.cells is None or self.because else CellTrial(self.cells, *self.policies)

    @cached_property
    def customer(self) -> ir.Table:
        """clean.customer."""
        return self.session.read(self.tried.run.run_id, clean.CUSTOMER)

    @cached_property
    def panel(self) -> ir.Table:
        """The metrics that one of the policies names, of everybody who is not lost."""
        return self.tried.panel(self.session, metrics_asked(self.policies), self.registry)

    @cached_property
    def comparison(self) -> PolicyComparison:
        """Who would stand where."""
        if self.by_cells is not None:
            return self.by_cells.comparison
        counted = count_alike(self.panel, self.customer, policies=self.policies, as_of=self.tried.as_of)
        rows = self.session.engine.fetch(counted).to_pylist()
        return compare_policies(rows, current=self.tried.current, new=self.new)

    @property
    def compared(self) -> tuple[str, ...]:
        """The metrics whose thresholds can be moved."""
        return tuple(dict.fromkeys(each.condition.metric for each in cuts_of(self.base)))

    def steps(self, slug: str) -> tuple[Decimal, ...]:
        """Those that the run keeps; of a metric that its policy does not compare, made now."""
        if slug in self.tried.cuts:
            return tuple(dict.fromkeys(number for number, _is_beyond in self.tried.cuts[slug]))
        own = thresholds_of(self.base, slug)
        if slug not in self.known:
            return steps_of(slug, self.known, None, own)

        def spread() -> tuple[Decimal, ...]:
            row = self.session.engine.fetch(count_spread(self.panel, [slug])).to_pylist()[0]
            return steps_of(slug, self.known, spreads_of(row, [slug])[slug], own)

        return self.session.memory.recall(("steps", self.tried.run.run_id, self.tried.as_of, slug, own), spread)
