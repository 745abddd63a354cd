"""What is at hand when a policy is tried? What the run knows of it: the policy in force, the steps of its thresholds, and the cells in memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import ibis.expr.types as ir

from fenji.analyze.metrics.events import kinds_named
from fenji.analyze.metrics.registry import Registry
from fenji.analyze.rules.bands import Cut
from fenji.analyze.rules.holds import conditions_of, metrics_in
from fenji.analyze.whatif.cells import NotByCells, beyond_cells
from fenji.analyze.whatif.comparing import without_lost
from fenji.analyze.whatif.trying import Cells
from fenji.domain.policies import Policy
from fenji.domain.reviews import LostRule
from fenji.domain.runs import NewRun, Run
from fenji.errors import NotFound, unknown_name
from fenji.language import message as _
from fenji.tables import insight
from fenji.tables.insight_whatif import WHATIF_CELL, WHATIF_STEP
from fenji.workspace.clean_base import clean_base_of
from fenji.workspace.folder import policies_of
from fenji.workspace.past_run import PastRun, kept_settings
from fenji.workspace.progress import Progress
from fenji.workspace.session import Session
from fenji.workspace.tiering import asked_tiers, frozen_text, panel_at, registry_of
from fenji.workspace.trials import kept_cells, kept_steps, save_trials
from fenji.workspace.version import version_of

COMMAND = "whatif"
"""The name of runs that keep nothing but steps and cells, for a review of which the run itself keeps none."""
MOST_KEPT = 4
"""Reviews whose cells stay in the memory of a process: 20 MB each where there are half a million."""


class _InMemory:
    """Cells that the process has read, by the files in which they stand; the ones that nobody asked for longest go first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cells: OrderedDict[tuple[Path, ...], Cells | None] = OrderedDict()

    def cells(self, files: tuple[Path, ...], cuts: Mapping[str, tuple[Cut, ...]]) -> Cells | None:
        """The cells of one review; None where it has none."""
        with self._lock:
            if files in self._cells:
                self._cells.move_to_end(files)
                return self._cells[files]
        found = kept_cells(files, cuts)
        with self._lock:
            self._cells[files] = found
            if len(self._cells) > MOST_KEPT:
                self._cells.popitem(last=False)
        return found


_IN_MEMORY = _InMemory()


@dataclass(frozen=True)
class Tried:
    """One review of one policy, as far as trials need it."""

    run: Run
    as_of: date
    current: Policy
    """The version that the review followed."""
    registry: Registry
    """The metrics that the run knew."""
    event_kinds: tuple[str, ...]
    """Of its data, and those that its policy names."""
    currency: str
    lost: LostRule
    cuts: Mapping[str, tuple[Cut, ...]]
    """Metric of the rules -> its steps."""
    files: tuple[Path, ...]
    """Of the cells."""

    @property
    def cells(self) -> Cells | None:
        """In memory; None where the run keeps none."""
        return _IN_MEMORY.cells(self.files, self.cuts)

    @property
    def why_no_cells(self) -> NotByCells:
        """Why there are none."""
        return beyond_cells(self.current) or NotByCells.TOO_MANY_CELLS

    def panel(self, session: Session, names: tuple[str, ...], registry: Registry) -> ir.Table:
        """Some metrics of every customer who is not lost."""
        panel = panel_at(session, self.run, clean_base_of(session, self.run), registry, names, as_of=self.as_of)
        if not self.lost.is_on:
            return panel
        return without_lost(panel, session.read(self.run.run_id, insight.TIER_ASSIGNMENT, as_of=self.as_of), as_of=self.as_of)


def tried_at(session: Session, policy: str | None, *, as_of: date | None, progress: Progress) -> Tried:
    """What trials of a policy stand on, found once as long as nothing is published or written meanwhile.

    Args:
        session: an open session.
        policy: its name; None: the one that the last run followed.
        as_of: the review; None: that of the last run.
        progress: told about each step, where tiers or cells must be computed first.

    Raises:
        NotFound: nothing has been run yet, or there is no such policy.
        NotStored: no run has decided the review, or counted its cells, and the session only reads.
    """
    version = version_of(session.workspace)
    return session.memory.recall(("tried", version, policy, as_of), lambda: _tried(session, policy, as_of, progress))


def _tried(session: Session, slug: str | None, as_of: date | None, progress: Progress) -> Tried:
    run = session.latest()
    followed = None if run.new.policy is None else run.new.policy.slug
    if slug not in (None, followed):
        known = sorted({each.policy.slug for each in policies_of(session.workspace)})
        NotFound.raise_if([unknown_name(_("policy"), slug, known)] if slug not in known else ())
    if slug not in (None, followed) or as_of not in (None, run.new.as_of):
        run = asked_tiers(session, as_of=as_of, policy=slug or followed).run(progress)
    day = as_of or run.new.as_of
    if day is None:
        message = f"run {run.run_id} has no as-of date"
        raise AssertionError(message)
    past = PastRun(session, run)
    current = past.policy if run.new.as_of == day else past.policies_at([day])[day]
    kinds = (*clean_base_of(session, run).event_kinds, *kinds_named(metrics_in(conditions_of(current))))
    registry = registry_of(past.own_metrics, current, kinds)
    holder = _holder(session, run, current, registry, day)
    return Tried(
        run=run,
        as_of=day,
        current=current,
        registry=registry,
        event_kinds=kinds,
        currency=past.currency,
        lost=past.lost_rule,
        cuts=kept_steps(session, holder, as_of=day),
        files=tuple(session.files_of(holder, WHATIF_CELL, day)),
    )


def _holder(session: Session, run: Run, policy: Policy, registry: Registry, day: date) -> str:
    """The run that keeps steps and cells of the review: itself, or one that has counted them since; counted now where there is none."""
    if _keeps(session, run.run_id, day):
        return run.run_id
    earlier = session.runs.latest_published(as_of=day, command=COMMAND, on=run.run_id)
    if earlier is not None and _keeps(session, earlier.run_id, day):
        return earlier.run_id
    new = NewRun(
        command=COMMAND,
        engine=session.computing_on.value,
        language=session.workspace.settings.language,
        as_of=day,
        settings=kept_settings(session.workspace.settings),
        policy=frozen_text(policy),
        documents=run.new.documents,
        base_run_id=run.run_id,
    )
    with session.computing(new) as writer:
        there, lost = writer.session, PastRun(session, run).lost_rule
        panel = panel_at(there, run, clean_base_of(there, run), registry, registry.slugs, as_of=day)
        assignment = there.read(run.run_id, insight.TIER_ASSIGNMENT, as_of=day)
        save_trials(writer, panel, assignment, registry, policy, as_of=day, lost=lost)
    return writer.run.run_id


def _keeps(session: Session, run_id: str, day: date) -> bool:
    return any(each.table == WHATIF_STEP.full_name and each.as_of == day for each in session.tables_of(run_id))
