"""What has a run changed since the run before? Counts for people, customers for other systems, and whether its data are good enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import ibis.expr.types as ir

from fenji.analyze.movements.changes import changes_of, counted
from fenji.domain.alerts import TierChange
from fenji.domain.events import EventKind
from fenji.domain.runs import Run
from fenji.errors import Damaged, NotFound
from fenji.settings import Settings
from fenji.tables import insight
from fenji.tables.clean import FILE_ACCOUNT
from fenji.workspace.past_run import PastRun
from fenji.workspace.session import Session

UNREADABLE = (NotFound, Damaged)
"""What is raised where a run was removed meanwhile, or its tables are not what was published."""


@dataclass(frozen=True)
class TierCountChange:
    """How many customers stand in a tier, now and at the run before."""

    tier: str
    before: int
    now: int

    @property
    def share(self) -> Decimal:
        """By which share of the customers of before it changed; nothing where there were none."""
        return abs(Decimal(self.now - self.before)) / self.before if self.before else Decimal(0)


@dataclass(frozen=True)
class RunNews:
    """What people are told of a run."""

    as_of: str
    names: Mapping[str, Mapping[str, str]]
    """The names of the tiers by language."""
    base_run_id: str | None
    """The run that it is compared with."""
    changes: tuple[TierChange, ...]
    tier_counts: tuple[TierCountChange, ...]
    faults: tuple[Mapping[str, object], ...]
    """In which ways its data are worse than the limits."""


@dataclass(frozen=True)
class Changes:
    """A published run beside the one before."""

    session: Session
    run: Run
    base: Run

    @classmethod
    def between(cls, session: Session, run_id: str, base_run_id: str | None) -> Changes | None:
        """Both runs; None where there is nothing to compare with: no run before, or one of a later day.

        Raises:
            NotFound: one of them is not there any more.
        """
        if base_run_id is None:
            return None
        run, base = session.runs.published(run_id), session.runs.published(base_run_id)
        if run.new.as_of is None or base.new.as_of is None or base.new.as_of > run.new.as_of:
            return None
        return cls(session, run, base)

    @cached_property
    def table(self) -> ir.Table:
        """See ``changes_of``."""
        before, after = (
            self.session.read(each.run_id, insight.TIER_ASSIGNMENT, as_of=each.new.as_of) for each in (self.base, self.run)
        )
        return changes_of(before, after, self.ranks)

    @cached_property
    def ranks(self) -> dict[str, int]:
        """The tiers of the run's policy, 0 for the lowest."""
        return {each.slug: rank for rank, each in enumerate(PastRun(self.session, self.run).policy.tiers)}

    def counts(self) -> tuple[TierChange, ...]:
        """How many customers went from which tier to which."""
        rows = self.session.engine.fetch(counted(self.table)).to_pylist()
        return tuple(TierChange(EventKind(row["kind"]), row["from_tier"], row["to_tier"], row["customers"]) for row in rows)

    def tier_counts(self) -> tuple[TierCountChange, ...]:
        """How many customers stand in each tier that both runs know."""
        before, now = (
            {row["tier"]: row["customers"] for row in self.session.rows(each.run_id, insight.TIER_COUNT, as_of=each.new.as_of)}
            for each in (self.base, self.run)
        )
        return tuple(TierCountChange(tier, before[tier], now[tier]) for tier in self.ranks if tier in before and tier in now)


def news_of(session: Session, run_id: str, base_run_id: str | None, settings: Settings) -> RunNews:
    """What people are told of a run.

    Raises:
        NotFound: the run or the one before was removed meanwhile.
        Damaged: its tables are not what was published.
    """
    run = session.runs.published(run_id)
    changes = Changes.between(session, run_id, base_run_id)
    policy = PastRun(session, run).policy
    return RunNews(
        as_of=str(run.new.as_of),
        names={each.slug: {"zh": each.name.zh, "en": each.name.en} for each in policy.tiers},
        base_run_id=None if changes is None else changes.base.run_id,
        changes=() if changes is None else changes.counts(),
        tier_counts=() if changes is None else changes.tier_counts(),
        faults=_faults(session, run_id, settings),
    )


def _faults(session: Session, run_id: str, settings: Settings) -> tuple[Mapping[str, object], ...]:
    accounts = session.rows(run_id, FILE_ACCOUNT)
    sums = {name: sum(row[name] for row in accounts) for name in ("rows_in", "rejected", "kept", "unattributed_rows")}
    measured = (
        ("rejected", sums["rejected"], sums["rows_in"], settings.most_rejected),
        ("unattributed", sums["unattributed_rows"], sums["kept"], settings.most_unattributed),
    )
    return tuple(
        {"what": what, "share": round(part / whole, 4), "limit": float(limit)}
        for what, part, whole, limit in measured
        if limit is not None and whole and Decimal(part) / whole > limit
    )
