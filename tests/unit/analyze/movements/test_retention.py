"""Rates, stays and cohorts worked by hand; world: five customers at four monthly reviews."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from fenji.analyze.movements.retention import TierRates, cohort_retention, ended_stays, rates_of
from fenji.engines.duck import DuckEngine
from fixtures.assignments import Standing, assignments

MARCH, APRIL, MAY, JUNE = REVIEWS = (date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31), date(2026, 6, 30))

# Each customer's tier and since when, review after review.
HISTORY = {
    1: [("low", MARCH), ("low", MARCH), ("high", MAY), ("low", JUNE)],  # 2 reviews low, 1 review high
    2: [("high", MARCH), ("high", MARCH), ("high", MARCH), (None, JUNE)],  # 3 reviews high, then lost
    3: [("low", MARCH), (None, APRIL), ("low", MAY), ("low", MAY)],  # 1 review low, lost, back
    4: [None, ("low", APRIL), ("low", APRIL), ("high", JUNE)],  # 2 reviews low
    5: [("low", MARCH)] * 4,
}
ARRIVALS = {1: (date(2026, 1, 5), None), 2: (date(2026, 1, 31), date(2025, 12, 31)), 3: (None, None), 4: (date(2026, 4, 2), None)}


@pytest.fixture(scope="module")
def engine():
    opened = DuckEngine(threads=1)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def assignment(engine):
    rows = [
        Standing(key, day, entry[0], since_on=entry[1])
        for key, entries in HISTORY.items()
        for day, entry in zip(REVIEWS, entries, strict=True)
        if entry is not None
    ]
    return engine.from_arrow(assignments(rows))


def stays(engine, assignment, earlier_on, as_of):
    table = ended_stays(assignment, reviews=REVIEWS, earlier_on=earlier_on, as_of=as_of)
    return [tuple(each.values()) for each in engine.fetch(table.order_by("tier")).to_pylist()]


def test_stays_that_ended_are_measured_in_reviews_and_days(engine, assignment):
    # high: customer 1 for one review (31 May to 30 June: 30 days), customer 2 for three (31 March to 30 June: 91 days).
    # low: customer 1 two reviews, 61 days; customer 3 one review, 30 days; customer 4 two reviews, 30 April to 30 June: 61 days.
    assert stays(engine, assignment, MARCH, JUNE) == [
        ("high", 2, 2.0, 60.5),
        ("low", 3, round(5 / 3, 6), round(152 / 3, 6)),
    ]


def test_only_stays_that_ended_between_the_two_reviews_count(engine, assignment):
    assert stays(engine, assignment, MAY, JUNE) == [("high", 2, 2.0, 60.5), ("low", 1, 2.0, 61.0)]
    assert stays(engine, assignment, MARCH, APRIL) == [("low", 1, 1.0, 30.0)]
    assert stays(engine, assignment, APRIL, MAY) == [("low", 1, 2.0, 61.0)]


def test_cohorts_are_months_of_registration_else_of_first_sight(engine, assignment):
    customer = engine.from_arrow(
        pa.table(
            {
                "customer_key": pa.array(list(ARRIVALS), pa.int64()),
                "first_seen_on": pa.array([seen for seen, _registered in ARRIVALS.values()], pa.date32()),
                "registered_on": pa.array([registered for _seen, registered in ARRIVALS.values()], pa.date32()),
            }
        )
    )
    table = cohort_retention(assignment.filter(assignment.customer_key < 5), customer, earlier_on=MAY, as_of=JUNE)
    found = [tuple(each.values()) for each in engine.fetch(table.order_by("cohort", "as_of")).to_pylist()]
    assert found == [
        (date(2025, 12, 1), MAY, 1, 1),
        (date(2025, 12, 1), JUNE, 1, 0),
        (date(2026, 1, 1), MAY, 1, 1),
        (date(2026, 1, 1), JUNE, 1, 1),
        (date(2026, 4, 1), MAY, 1, 1),
        (date(2026, 4, 1), JUNE, 1, 1),
        (None, MAY, 1, 1),
        (None, JUNE, 1, 1),
    ]


def test_rates_tell_who_stayed_who_moved_and_who_was_lost():
    moves = [
        {"from_tier": "low", "to_tier": "low", "customers": 6},
        {"from_tier": "low", "to_tier": "high", "customers": 2},
        {"from_tier": "low", "to_tier": None, "customers": 2},
        {"from_tier": None, "to_tier": "low", "customers": 50},
    ]
    low, high = rates_of(moves, ["low", "high"])
    assert (low, high) == (TierRates("low", 10, 6, 2), TierRates("high", 0, 0, 0))
    assert (low.stayed_share, low.retention_rate, low.churn_rate) == (0.6, 0.8, 0.2)
    assert (high.stayed_share, high.retention_rate, high.churn_rate) == (None, None, None)
