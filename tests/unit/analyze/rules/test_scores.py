"""A score ranks alike who is alike and never counts a missing value against a customer; world: five_shops."""

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from fenji.analyze.rules.scores import with_score
from fenji.domain.policies import Policy, ScorePart, Tier
from fenji.domain.words import Words
from fenji.engines.duck import DuckEngine

AS_OF = date(2026, 6, 30)
FIVE_SHOPS = pa.table(
    {
        "customer_key": pa.array([1, 2, 3, 4, 5], pa.int64()),
        "net_revenue_12m": pa.array([Decimal(n) for n in ("0.00", "100.00", "100.00", "300.00", "900.00")], pa.decimal128(18, 2)),
        "satisfaction_12m": pa.array([None, 50.0, 120.0, None, 75.0], pa.float64()),
    }
)


@pytest.fixture(scope="module")
def engine():
    opened = DuckEngine(threads=1)
    yield opened
    opened.close()


def scores(engine, world, *parts):
    policy = Policy("test", 1, AS_OF, "me", "a test", (Tier("all", Words("全部", "All"), None),), score=parts)
    rows = engine.fetch(with_score(engine.from_arrow(world), policy=policy).order_by("customer_key")).to_pylist()
    return [row["score"] for row in rows]


REVENUE = ScorePart("net_revenue_12m", Decimal("0.5"), None)
SATISFACTION = ScorePart("satisfaction_12m", Decimal("0.5"), (Decimal(0), Decimal(100)))


def test_a_percentile_is_the_share_of_the_other_customers_with_a_smaller_value(engine):
    # Of the four others: 0, 1, 1, 3 and 4 have less.
    assert scores(engine, FIVE_SHOPS, ScorePart("net_revenue_12m", Decimal(1), None)) == [0.0, 25.0, 25.0, 75.0, 100.0]


def test_a_fixed_scale_is_linear_and_clipped(engine):
    assert scores(engine, FIVE_SHOPS, ScorePart("satisfaction_12m", Decimal(1), (Decimal(50), Decimal(100)))) == [
        None,
        0.0,
        100.0,
        None,
        50.0,
    ]


def test_a_scale_from_high_to_low_gives_points_for_less(engine):
    assert scores(engine, FIVE_SHOPS, ScorePart("satisfaction_12m", Decimal(1), (Decimal(100), Decimal(0)))) == [
        None,
        50.0,
        0.0,
        None,
        25.0,
    ]


def test_a_part_without_a_value_leaves_its_weight_to_the_others(engine):
    assert scores(engine, FIVE_SHOPS, REVENUE, SATISFACTION) == [0.0, 37.5, 62.5, 75.0, 87.5]


def test_percentiles_are_counted_among_the_customers_with_a_value(engine):
    # 50 < 75 < 120 among three customers.
    assert scores(engine, FIVE_SHOPS, ScorePart("satisfaction_12m", Decimal(1), None)) == [None, 0.0, 100.0, None, 50.0]


def test_all_points_of_all_parts_are_exactly_100(engine):
    parts = [ScorePart("net_revenue_12m", Decimal(weight), None) for weight in ("0.1", "0.7", "0.1", "0.07", "0.03")]
    assert scores(engine, FIVE_SHOPS, *parts)[4] == 100.0


def test_one_customer_alone_stands_above_nobody(engine):
    assert scores(engine, FIVE_SHOPS.slice(3, 1), REVENUE) == [0.0]


def test_without_parts_the_panel_stays_as_it_is(engine):
    policy = Policy("test", 1, AS_OF, "me", "a test", (Tier("all", Words("全部", "All"), None),))
    assert engine.fetch(with_score(engine.from_arrow(FIVE_SHOPS), policy=policy)).equals(FIVE_SHOPS)
