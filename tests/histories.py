"""Histories of small worlds: all reviews of a policy decided as a run decides them, and the same decisions made one customer at a time in plain Python.

The plain machine is written from the text of the rules alone, with none of fenji's code, so that the two can be held against each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from fenji.analyze.metrics.registry import Registry
from fenji.analyze.rules.holds import conditions_of, metrics_in
from fenji.domain.metrics import Fact
from fenji.domain.policies import Policy
from fenji.domain.reviews import NEVER_LOST, LostRule, ReviewOn
from fenji.engines.engine import Engine
from fenji.workspace.overrides import OVERRIDES
from fenji.workspace.reviews import ReviewPlan, decide_plan


def history(
    engine: Engine,
    facts: Mapping[Fact, ir.Table],
    customer: ir.Table,
    reviews: Sequence[ReviewOn],
    *,
    lost: LostRule = NEVER_LOST,
    overrides: Sequence[Mapping[str, object]] = (),
    event_kinds: Sequence[str] = (),
    kept: int | None = None,
) -> list[dict[str, Any]]:
    """The assignments of every review that is kept, by customer and date."""
    registry = Registry.of(event_kinds, named=[slug for each in reviews for slug in metrics_in(conditions_of(each.policy))])
    given = pa.Table.from_pylist([dict(each) for each in overrides], schema=OVERRIDES)
    plan = ReviewPlan(tuple(reviews), (registry,) * len(reviews), lost, given, kept)
    rows = [row for each in decide_plan(engine, customer, facts, plan) for row in engine.fetch(each.assignment).to_pylist()]
    return sorted(rows, key=lambda row: (row["customer_key"], row["as_of"]))


@dataclass(frozen=True)
class Says:
    """What the rules say of one customer at one review; ranks count from 0."""

    qualified: int
    kept: int
    cap: int
    override: int | None
    due: bool
    lost: bool


def plain_machine(
    reviews: Sequence[tuple[date, Policy]], said: Sequence[Says | None], before: dict[str, Any] | None = None
) -> list[dict[str, Any] | None]:
    """One customer's decisions, review by review; None before the customer is known. All reviews follow ladders of the same tiers.

    ``before`` is what was decided at the review before the first one; None: the customer was not known then.
    """
    rows: list[dict[str, Any] | None] = []
    last = before
    for (day, policy), says in zip(reviews, said, strict=True):
        if says is not None:
            last = _next(last, says, day, policy)
        rows.append(last if says is not None else None)
    return rows


def _next(last: dict[str, Any] | None, says: Says, day: date, policy: Policy) -> dict[str, Any]:
    grace, hold = policy.review.grace_reviews, policy.review.hold_reviews
    standing = None if last is None else last["rank"]
    if says.lost:
        since = last["since_on"] if last is not None and standing is None else day
        return {"rank": None, "since_on": since, "cause": "lost", "grace_left": 0, "hold_left": 0}
    passed = 0 if last is None else max(0, last["hold_left"] - (1 if says.due else 0))
    if says.override is not None:
        result, cause, left = says.override, "override", (grace, passed if says.override == standing else 0)
    elif standing is None:
        result, cause, left = says.qualified, "new" if last is None else "returned", (grace, hold)
    elif says.qualified > standing:
        result, cause, left = says.qualified, "upgrade", (grace, hold)
    elif says.qualified == standing or says.kept >= standing:
        result, cause, left = standing, "kept", (grace, passed)
    elif not says.due or last["hold_left"] > 0:
        result, cause, left = standing, "held", (last["grace_left"], passed)
    elif last["grace_left"] > 0:
        result, cause, left = standing, "grace", (last["grace_left"] - 1, passed)
    else:
        step = standing - 1 if policy.review.downgrade == "one_step" else 0
        result, cause, left = max(step, says.qualified, says.kept), "downgrade", (grace, hold)
    if says.cap < result:
        result, cause, left = says.cap, "cap", (grace, passed if says.cap == standing else hold)
    since = last["since_on"] if result == standing else day
    return {"rank": result, "since_on": since, "cause": cause, "grace_left": left[0], "hold_left": left[1]}
