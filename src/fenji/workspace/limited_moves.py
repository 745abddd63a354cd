"""Which tiers do customers within limits stand in, and who of them moved? Counted from their own rows, as a run counts those of everybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from fenji.analyze.movements.flows import count_flows, ladders_between
from fenji.analyze.movements.movements import count_movements
from fenji.analyze.reviews.tier_counts import count_tiers
from fenji.domain.policies import Policy
from fenji.domain.reviews import ReviewOn
from fenji.domain.runs import Run
from fenji.tables import insight
from fenji.workspace.past_run import PastRun
from fenji.workspace.session import Session, is_partial


@dataclass(frozen=True)
class CountedMoves:
    """Rows of insight.tier_flow and insight.tier_movement, in the order of their keys."""

    flows: list[dict[str, Any]]
    movements: list[dict[str, Any]]


def tier_counts_of(session: Session, run: Run, policy: Policy, *, as_of: date) -> list[dict[str, Any]]:
    """Rows of insight.tier_count at a review: the stored ones, or those of the customers within the limits of the session."""
    if not is_partial(session):
        return session.rows(run.run_id, insight.TIER_COUNT, as_of=as_of)
    found: list[dict[str, Any]] = session.engine.fetch(_counted(session, run, policy, as_of)).to_pylist()
    return found


def tier_counts_within(session: Session, run: Run, days: Sequence[date]) -> list[dict[str, Any]]:
    """Rows of insight.tier_count at several reviews, of the customers within the limits of the session."""
    policies = PastRun(session, run).policies_at(days)
    found = (session.engine.fetch(_counted(session, run, policies[day], day)) for day in days)
    return [row for table in found for row in table.to_pylist()]


def moves_within(session: Session, run: Run, days: Sequence[date]) -> CountedMoves:
    """The movements of the customers within the limits from each review to the next, and the flows of every tier.

    Args:
        session: a limited one.
        run: that keeps the reviews.
        days: the reviews, the earliest first; at least two.
    """
    engine, policies = session.engine, PastRun(session, run).policies_at(days)
    reviews = [ReviewOn(day, policies[day]) for day in days]
    counts = [engine.fetch(_counted(session, run, each.policy, each.as_of)) for each in reviews]
    assigned = {day: session.read(run.run_id, insight.TIER_ASSIGNMENT, as_of=day) for day in days}
    moved = pa.concat_tables(
        [
            engine.fetch(count_movements(assigned[earlier], assigned[later], earlier_on=earlier, as_of=later))
            for earlier, later in pairwise(days)
        ]
    )
    ladders = engine.from_arrow(ladders_between(reviews))
    flows = engine.fetch(count_flows(engine.from_arrow(pa.concat_tables(counts)), engine.from_arrow(moved), ladders))
    return CountedMoves(flows.to_pylist(), moved.to_pylist())


def _counted(session: Session, run: Run, policy: Policy, as_of: date) -> ir.Table:
    assignment = session.read(run.run_id, insight.TIER_ASSIGNMENT, as_of=as_of)
    return count_tiers(assignment.filter(assignment.tier.notnull()), policy=policy, as_of=as_of)
