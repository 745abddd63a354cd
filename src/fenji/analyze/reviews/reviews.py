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
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fenji.analyze.reviews.columns import numbers_in, places
from fenji.analyze.reviews.deciding import NOWHERE, Flags, Numbers, Ranks, Said, decided
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


def decide_reviews(reviews: Sequence[ReviewOn], *, first: int = 0) -> Callable[[pa.Table], Iterator[pa.Table]]:
    """The batch step that decides a history.

    Args:
        reviews: every review, the earliest first, each with the policy version in force on its day.
        first: the number of the first review that is kept.

    Returns:
        A function from standings (columns of ``STANDING``) of whole customers, in any order, to their rows of insight.tier_assignment: one table for each review that is kept, in the order of customers, texts
        dictionary-encoded. It knows nothing but its arguments, so it can run anywhere.
    """
    plan = tuple(reviews)

    def decide(standings: pa.Table) -> Iterator[pa.Table]:
        # Review by review, so that the rows of one are a slice.
        rows = standings.combine_chunks().take(pa.array(np.argsort(standings["review"].to_numpy(), kind="stable")))
        place, keys = places(rows["customer_key"].to_numpy())
        return decided(keys, _said_by(rows, place, len(keys), plan), first=first)

    return decide


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
