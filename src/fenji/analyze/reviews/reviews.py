"""Where does every customer officially stand, review after review? What was decided before meets what the rules say now.

Reads   standings of every review (``tiers.standing_at``), whole customers of one range of keys
Writes  the official tiers of a history: one row per standing
Units   money in the workspace's currency; days are calendar days
Keeps   every standing, exactly once; a customer has no row before being known
Source  DESIGN section 6, steps 1 to 7; decision 0017

All customers of a range are decided at once, in arrays of one column per customer; the only loop runs over the reviews.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fenji.analyze.reviews.columns import numbers_in, places
from fenji.analyze.reviews.deciding import NOWHERE, Flags, Numbers, Ranks, Said, State, decided
from fenji.domain.reviews import ReviewOn
from fenji.tables.insight import MONEY

STANDING = ibis.schema(
    {
        "customer_key": "int64",
        "review": "int16",
        "qualified_rank": "int16",
        "kept_rank": "int16",
        "cap_rank": "int16",
        "override_rank": "int16",
        "is_due": "boolean",
        "is_lost": "boolean",
        "net_revenue_12m": MONEY,
    }
)
"""What the decision is given for each customer and review; the number of the review counts from 0."""

BEFORE = ibis.schema({"tier_before": "string", "since_before": "date", "grace_before": "int64", "hold_before": "int64"})
"""What was decided at the review before the first one, on its rows; no day: the customer was not known then."""


def decide_reviews(reviews: Sequence[ReviewOn], before: ReviewOn | None = None) -> Callable[[pa.Table], Iterator[pa.Table]]:
    """The batch step that decides a history.

    Args:
        reviews: every review, the earliest first, each with the policy version in force on its day.
        before: the review whose decisions the standings of the first one carry (``with_decisions_before``); None: there was none.

    Returns:
        A function from standings (columns of ``STANDING``, and with ``before`` those of ``BEFORE``) of whole customers, in
        any order, to their rows of insight.tier_assignment: one table for each review, in the order of customers, texts
        dictionary-encoded. It knows nothing but its arguments, so it can run anywhere.
    """
    plan = tuple(reviews)

    def decide(standings: pa.Table) -> Iterator[pa.Table]:
        # Review by review, so that the rows of one are a slice.
        rows = standings.combine_chunks().take(pa.array(np.argsort(standings["review"].to_numpy(), kind="stable")))
        place, keys = places(rows["customer_key"].to_numpy())
        state = _state_before(rows, place, len(keys), before)
        return decided(keys, _said_by(rows, place, len(keys), plan), state, before.policy if before else None)

    return decide


def with_decisions_before(first: ir.Table, assignment: ir.Table) -> ir.Table:
    """The standings of the first review of a history with what was decided at the review before it.

    Grain and keeps: those of ``first``; its columns and those of ``BEFORE``.
    """
    decided_then = assignment.select(
        decided_key="customer_key",
        tier_before="tier",
        since_before="since_on",
        grace_before="grace_left",
        hold_before="hold_left",
    )
    return first.left_join(decided_then, first.customer_key == decided_then.decided_key).drop("decided_key")


def without_decisions_before(standing: ir.Table) -> ir.Table:
    """The standings of a later review in the shape of the first one's, so that they can be put together."""
    return standing.mutate(**{name: ibis.null(kind) for name, kind in BEFORE.items()})


def _said_by(
    rows: pa.Table, place: npt.NDArray[np.int64], size: int, reviews: tuple[ReviewOn, ...]
) -> Iterator[tuple[ReviewOn, Said]]:
    begin = 0
    ends = np.searchsorted(rows["review"].to_numpy(), np.arange(len(reviews)), side="right")
    for review, end in zip(reviews, ends, strict=True):
        yield review, _said(rows.slice(begin, end - begin), place[begin:end], size)
        begin = end


def _said(rows: pa.Table, where: npt.NDArray[np.int64], size: int) -> Said:
    """The rows of one review, each at its customer's place."""

    def ranks(name: str) -> Ranks:
        column = np.full(size, NOWHERE, np.int16)
        column[where] = rows[name].fill_null(NOWHERE).to_numpy()
        return column

    def flags(column: Any) -> Flags:  # noqa: ANN401 - one value for all rows, or one for each
        placed = np.zeros(size, np.bool_)
        placed[where] = column
        return placed

    revenue: Numbers = np.zeros(size, np.int64)
    revenue[where] = numbers_in(rows["net_revenue_12m"])
    return Said(
        flags(column=True),
        ranks("qualified_rank"),
        ranks("kept_rank"),
        ranks("cap_rank"),
        ranks("override_rank"),
        flags(rows["is_due"].to_numpy()),
        flags(rows["is_lost"].to_numpy()),
        revenue,
    )


def _state_before(standings: pa.Table, place: npt.NDArray[np.int64], size: int, before: ReviewOn | None) -> State:
    """Nobody has been seen, or what the rows of the first review carry from the one before."""
    state = State.of_nobody(size)
    if before is None:
        return state
    carried = standings["since_before"].is_valid().to_numpy()
    rows, where = standings.filter(pa.array(carried)), place[carried]
    ranks = {tier.slug: rank for rank, tier in enumerate(before.policy.tiers)}
    state.rank[where] = [NOWHERE if tier is None else ranks[tier] for tier in rows["tier_before"].to_pylist()]
    state.since[where] = rows["since_before"].cast(pa.int32()).to_numpy()
    state.grace[where], state.hold[where] = rows["grace_before"].to_numpy(), rows["hold_before"].to_numpy()
    state.seen[where] = True
    return state
