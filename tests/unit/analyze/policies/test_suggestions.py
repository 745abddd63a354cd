"""Thresholds stand where the data have gaps, at the declared shares, or where the future differs; worlds of a few values each."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from fenji.analyze.policies.suggestions import (
    FUTURE,
    PARTS,
    Method,
    count_between,
    natural_breaks,
    points_from,
    quantile_cuts,
    round_between,
    suggested_thresholds,
    tree_cuts,
    value_points,
    variance_explained,
)
from fenji.engines.duck import DuckEngine

THREE_CLUMPS = [95.0, 100.0, 105.0, 110.0, 480.0, 500.0, 510.0, 1900.0, 2000.0]
HALF, THIRTY, FIFTEEN, FIVE = (Decimal(each) for each in ("0.5", "0.3", "0.15", "0.05"))


@pytest.fixture(scope="module")
def engine():
    opened = DuckEngine(threads=1)
    yield opened
    opened.close()


def panel(engine: DuckEngine, values: Sequence[float | None], **columns: Sequence[object]):
    revenue = pa.array([Decimal(str(each or 0)) for each in values], pa.decimal128(18, 2))
    return engine.from_arrow(pa.table({"spent": pa.array(values, pa.float64()), "revenue": revenue, **columns}))


def thresholds(
    engine: DuckEngine,
    values: Sequence[float | None],
    method: Method = Method.BREAKS,
    tiers: int = 3,
    **columns: Sequence[object],
) -> list[str]:
    rows = engine.fetch(value_points(panel(engine, values, **columns), "spent")).to_pylist()
    return [str(each) for each in suggested_thresholds(points_from(rows), method, tiers, (HALF, THIRTY, FIFTEEN, FIVE))]


def test_three_clumps_are_parted_between_them_at_round_numbers(engine: DuckEngine) -> None:
    assert thresholds(engine, THREE_CLUMPS) == ["400", "1000"]


def test_the_order_of_customers_and_those_without_a_value_change_nothing(engine: DuckEngine) -> None:
    assert thresholds(engine, [None, *reversed(THREE_CLUMPS), None]) == ["400", "1000"]


@pytest.mark.parametrize("method", list(Method))
def test_equal_values_have_no_threshold(engine: DuckEngine, method: Method) -> None:
    assert thresholds(engine, [7.0] * 20, method, future_value=[float(each) for each in range(20)]) == []


@pytest.mark.parametrize("method", list(Method))
def test_one_customer_has_no_threshold(engine: DuckEngine, method: Method) -> None:
    assert thresholds(engine, [7.0], method) == []


def test_nobody_has_no_points(engine: DuckEngine) -> None:
    assert engine.fetch(value_points(panel(engine, []), "spent")).num_rows == 0
    assert engine.fetch(value_points(panel(engine, [None]), "spent")).num_rows == 0


def test_five_customers_of_five_values_hold_no_more_than_five_tiers(engine: DuckEngine) -> None:
    assert thresholds(engine, [1.0, 2.0, 3.0, 4.0, 5.0], tiers=6) == ["2", "3", "4", "5"]


def test_quantiles_take_the_declared_shares(engine: DuckEngine) -> None:
    # Values 1..100: 50 of them below 51, 80 below 81, 95 below 96.
    assert thresholds(engine, [float(each) for each in range(1, 101)], Method.QUANTILES, 4) == ["51", "81", "96"]


@pytest.mark.parametrize(("leeway", "threshold"), [(0.0, "49"), (0.01, "49"), (0.05, "50"), (0.3, "50")])
def test_leeway_takes_a_rounder_number_near_the_share(engine: DuckEngine, leeway: float, threshold: str) -> None:
    # Of 1 to 96 half lie above 48; a share of 0.5 with a leeway of 5 % takes 46 to 50 customers, so any number above 46 up to 51.
    rows = engine.fetch(value_points(panel(engine, [float(each) for each in range(1, 97)]), "spent")).to_pylist()
    assert [str(each) for each in suggested_thresholds(points_from(rows), Method.QUANTILES, 2, (HALF, HALF), leeway=leeway)] == [
        threshold
    ]


def test_most_customers_at_zero_leave_fewer_tiers_than_shares(engine: DuckEngine) -> None:
    # Nine of ten are 0, so half and four fifths both end within them, and 95 % is nearest to all of them.
    assert quantile_cuts(np.array([90.0, 5.0, 5.0]), (HALF, THIRTY, FIFTEEN, FIVE)) == [1, 2]


def test_a_tree_finds_where_the_future_differs_and_not_where_values_do(engine: DuckEngine) -> None:
    values = [float(each) for each in range(1, 101)]
    # Whoever spent 31 or more brings ten times as much later, and from 81 on a hundred times.
    future = [1.0 if each <= 30 else 10.0 if each <= 80 else 100.0 for each in values]
    assert thresholds(engine, values, Method.TREE, 3, future_value=future) == ["31", "81"]
    assert thresholds(engine, values, Method.TREE, 3, future_value=[5.0] * 100) == []


def test_a_tree_makes_no_tier_of_one_large_customer() -> None:
    future = np.append(np.zeros(499), 1e6)
    assert 499 not in tree_cuts(np.ones(500), future, 4)


def test_natural_breaks_equal_trying_every_cut() -> None:
    chance = np.random.default_rng(3)
    values, weights = np.sort(chance.lognormal(3, 1, 30)), chance.integers(1, 9, 30).astype(float)

    def within(first: int, last: int) -> float:
        part, weight = values[first:last], weights[first:last]
        return float(weight @ (part - weight @ part / weight.sum()) ** 2)

    tried = {(a, b): within(0, a) + within(a, b) + within(b, 30) for a in range(1, 29) for b in range(a + 1, 30)}
    assert tuple(natural_breaks(values, weights, 3)) == min(tried, key=lambda each: tried[each])


def test_many_values_become_fewer_than_two_thousand_points_and_lose_nobody(engine: DuckEngine) -> None:
    values = np.random.default_rng(1).lognormal(4, 2, 30_000).round(2).tolist()
    rows = engine.fetch(value_points(panel(engine, values), "spent")).to_pylist()
    points = points_from(rows)
    assert len(rows) < 2 * PARTS
    assert points.customers.sum() == 30_000
    assert points.total.sum() == pytest.approx(sum(values))
    assert (points.lowest[1:] > points.highest[:-1]).all()


def test_counts_between_thresholds_are_exact(engine: DuckEngine) -> None:
    table = count_between(panel(engine, [None, 100.0, 200.0, 999.99, 1000.0]), "spent", "revenue", (Decimal(200), Decimal(1000)))
    rows = sorted(engine.fetch(table).to_pylist(), key=lambda each: each["rank"])
    assert [(each["rank"], each["customers"], each["known"], each["net_revenue"]) for each in rows] == [
        (0, 2, 1, Decimal("100.00")),
        (1, 2, 2, Decimal("1199.99")),
        (2, 1, 1, Decimal("1000.00")),
    ]


def test_variance_is_explained_wholly_by_tiers_of_equal_values_and_not_at_all_by_one_tier() -> None:
    low = {"known": 2, "total": 2.0, "squares": 2.0}
    high = {"known": 3, "total": 30.0, "squares": 300.0}
    assert variance_explained([low, high]) == pytest.approx(1.0)
    assert variance_explained([{"known": 5, "total": 32.0, "squares": 302.0}]) == pytest.approx(0.0)
    assert variance_explained([high]) is None
    assert variance_explained([]) is None


@pytest.mark.parametrize(
    ("below", "above", "rounded"),
    [
        (105.0, 480.0, "400"),
        (510.0, 1900.0, "1000"),
        (0.0, 0.37, "0.2"),
        (1.0, 2.0, "2"),
        (98_765.4, 98_765.5, "99000"),
        (-9.0, -2.0, "-5"),
    ],
)
def test_thresholds_are_numbers_that_people_read(below: float, above: float, rounded: str) -> None:
    assert str(round_between(below, above)) == rounded


def test_the_column_of_the_future_is_the_one_that_points_read() -> None:
    assert FUTURE == "future_value"
