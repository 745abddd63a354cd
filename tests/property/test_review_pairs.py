"""Where more revenue never means a lower tier, and where it can: every pair of lives that the state machine can lead to, one by one.

Two customers are told apart only by tier, grace and hold, so there are few pairs of them. All pairs that any history can reach
are visited, whatever the rules say at each review, as long as they never say less of the one who brings more. That decides the
law for a setting of the reviews, for histories of any length; ``test_reviews`` holds the batch step to the same plain machine.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import date
from itertools import product

import pyarrow as pa
import pytest

from fenji.analyze.reviews.reviews import STANDING, decide_reviews
from fenji.domain.policies import Downgrade, Review, ReviewPeriod
from fenji.domain.reviews import ReviewOn, review_dates
from histories import Says, plain_machine
from property.test_reviews import LADDER, ladder, row_of

DAY = date(2026, 1, 31)
LOW, MIDDLE, HIGH = range(3)
Standing = tuple[int | None, int, int] | None
"""Tier (none: lost), grace and hold; None before the customer is known."""
Pair = tuple[Standing, Standing]

SETTINGS = [
    Review(downgrade=downgrade, grace_reviews=grace, hold_reviews=hold)
    for downgrade, grace, hold in product(Downgrade, (0, 1, 2), (0, 1))
]


def is_fair(review: Review) -> bool:
    """Where decision 0019 says that the law holds."""
    return review.hold_reviews == 0 and (review.downgrade is Downgrade.ONE_STEP or review.grace_reviews == 0)


def told_of_both(*, everything: bool) -> list[tuple[Says, Says]]:
    """What the rules may say of the one and of the other at one review: never less of the second."""
    ordered = [(less, more) for less, more in product(range(HIGH + 1), repeat=2) if less <= more]
    caps = [(HIGH, HIGH), (LOW, LOW), (LOW, MIDDLE)] if everything else [(HIGH, HIGH)]
    overrides = [None, LOW, HIGH] if everything else [None]
    days = [True, False] if everything else [True]
    losses = [(False, False), (True, True), (True, False)]
    return [
        (Says(less, kept_less, cap_less, override, due, lost_less), Says(more, kept_more, cap_more, override, due, lost_more))
        for (less, more), (kept_less, kept_more), (cap_less, cap_more), override, due, (lost_less, lost_more) in product(
            ordered, ordered, caps, overrides, days, losses
        )
    ]


def reachable(review: Review, told: list[tuple[Says, Says]]) -> Iterator[Pair]:
    """Every pair that some history leads to, the shortest histories first; whoever brings more may be known earlier."""
    policy = ladder(review)
    known: dict[tuple[Standing, Says], Standing] = {}

    def following(standing: Standing, says: Says) -> Standing:
        if (standing, says) not in known:
            known[standing, says] = after(standing, says)
        return known[standing, says]

    def after(standing: Standing, says: Says) -> Standing:
        # The machine is brought to the standing by hand: only tier, grace and hold count for what follows.
        row = None if standing is None else dict(zip(("rank", "grace_left", "hold_left"), standing, strict=True))
        found = plain_machine([(DAY, policy)], [says], before=None if row is None else {**row, "since_on": DAY, "cause": ""})[0]
        assert found is not None
        return found["rank"], found["grace_left"], found["hold_left"]

    seen: set[Pair] = {(None, None)}
    waiting = deque(seen)
    while waiting:
        less, more = waiting.popleft()
        for says_less, says_more in told:
            later = following(more, says_more)
            found = [(following(less, says_less), later), *([(None, later)] if less is None else [])]
            for pair in found:
                if pair not in seen:
                    seen.add(pair)
                    waiting.append(pair)
                    yield pair


def is_lower(pair: Pair) -> bool:
    """Whether the one who brings more stands lower."""
    less, more = (-1 if each is None or each[0] is None else each[0] for each in pair)
    return more < less


@pytest.mark.parametrize("review", [each for each in SETTINGS if is_fair(each)], ids=str)
def test_more_revenue_never_means_a_lower_tier_in_any_history(review: Review) -> None:
    pairs = list(reachable(review, told_of_both(everything=True)))
    assert [each for each in pairs if is_lower(each)] == []
    assert len(pairs) > 10


@pytest.mark.parametrize("review", [each for each in SETTINGS if not is_fair(each)], ids=str)
def test_elsewhere_some_history_makes_more_revenue_a_lower_tier(review: Review) -> None:
    assert any(is_lower(pair) for pair in reachable(review, told_of_both(everything=False)))


@pytest.mark.parametrize(
    ("review", "less", "more"),
    [
        # Both reach silver, one a review earlier; the hold of that one is used up first.
        (Review(hold_reviews=1), (0, 1, 0), (1, 1, 0)),
        # One has been gold and needs grace to stay it; the other, who was never more than silver, has its grace left.
        (Review(downgrade=Downgrade.REQUALIFY, grace_reviews=1), (0, 1, 0), (2, 1, 0)),
    ],
)
def test_the_shortest_such_histories_are_those_of_decision_0019(
    review: Review, less: tuple[int, ...], more: tuple[int, ...]
) -> None:
    days = review_dates(date(2026, 3, 31), ReviewPeriod.MONTH, 3)
    said = [[Says(rank, rank, len(LADDER) - 1, None, True, False) for rank in life] for life in (less, more)]
    rows = [row_of(key, number, told) for key, life in enumerate(said) for number, told in enumerate(life)]
    decide = decide_reviews([ReviewOn(day, ladder(review)) for day in days])
    decided = decide(pa.Table.from_pylist(rows, schema=STANDING.to_pyarrow()))
    tables = [decided] if isinstance(decided, pa.Table) else list(decided)
    last = {row["customer_key"]: row["tier"] for table in tables for row in table.to_pylist() if row["as_of"] == days[-1]}
    assert last == {0: "silver", 1: "entry"}
