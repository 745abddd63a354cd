"""Counts list every tier and add up; profiles give exact medians; world: four customers in two of three tiers."""

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from fenji.analyze.reviews.tier_counts import count_tiers, panel_with_tiers, profile_tiers
from fenji.domain.conditions import parse_condition
from fenji.domain.policies import Policy, Tier
from fenji.domain.words import Words
from fenji.engines.duck import DuckEngine
from fenji.tables.insight import TIER_COUNT, TIER_PROFILE

AS_OF = date(2026, 6, 30)
POLICY = Policy(
    "three", 2, AS_OF, "me", "a test",
    (
        Tier("low", Words("低", "Low"), None),
        Tier("middle", Words("中", "Middle"), parse_condition("net_revenue_12m >= 500")),
        Tier("high", Words("高", "High"), parse_condition("net_revenue_12m >= 2000")),
    ),
)  # fmt: skip
REVIEW = {"as_of": AS_OF, "policy": "three", "version": 2}
WORLD = pa.table(
    {
        "customer_key": pa.array([1, 2, 3, 4], pa.int64()),
        "as_of": pa.array([AS_OF] * 4, pa.date32()),
        "tier": ["low", "high", "high", "low"],
        "net_revenue_12m": pa.array(
            [Decimal("100.00"), Decimal("2000.00"), Decimal("3000.01"), Decimal("-100.00")], pa.decimal128(18, 2)
        ),
        "orders_12m": pa.array([1, 10, 21, 0], pa.int64()),
        "satisfaction_12m": pa.array([None, 80.0, 91.0, None], pa.float64()),
    }
)


@pytest.fixture(scope="module")
def engine():
    opened = DuckEngine(threads=1)
    yield opened
    opened.close()


def counted(engine, world):
    table = count_tiers(engine.from_arrow(world), policy=POLICY, as_of=AS_OF)
    assert table.schema() == TIER_COUNT.schema
    return engine.fetch(table.order_by("rank")).to_pylist()


def test_every_tier_is_listed_with_customers_revenue_and_shares(engine):
    assert counted(engine, WORLD) == [
        {
            **REVIEW,
            "tier": "low",
            "rank": 0,
            "customers": 2,
            "share": 0.5,
            "net_revenue_12m": Decimal("0.00"),
            "revenue_share": 0.0,
        },
        {
            **REVIEW,
            "tier": "middle",
            "rank": 1,
            "customers": 0,
            "share": 0.0,
            "net_revenue_12m": Decimal("0.00"),
            "revenue_share": 0.0,
        },
        {
            **REVIEW,
            "tier": "high",
            "rank": 2,
            "customers": 2,
            "share": 0.5,
            "net_revenue_12m": Decimal("5000.01"),
            "revenue_share": 1.0,
        },
    ]


def test_nobody_and_no_revenue_are_said_as_such(engine):
    assert [(row["customers"], row["share"], row["revenue_share"]) for row in counted(engine, WORLD.slice(0, 0))] == [
        (0, 0.0, None)
    ] * 3
    assert [row["revenue_share"] for row in counted(engine, WORLD.slice(3, 1))] == [None] * 3


def test_profiles_give_average_and_exact_median_of_those_with_a_value(engine):
    table = profile_tiers(engine.from_arrow(WORLD), metrics=["net_revenue_12m", "satisfaction_12m"], policy=POLICY, as_of=AS_OF)
    assert table.schema() == TIER_PROFILE.schema
    rows = engine.fetch(table.order_by("rank", "metric")).to_pylist()
    assert [(row["tier"], row["metric"], row["customers"], row["average"], row["median"]) for row in rows] == [
        ("low", "net_revenue_12m", 2, 0.0, 0.0),
        ("low", "satisfaction_12m", 0, None, None),
        ("middle", "net_revenue_12m", 0, None, None),
        ("middle", "satisfaction_12m", 0, None, None),
        ("high", "net_revenue_12m", 2, 2500.005, 2500.005),
        ("high", "satisfaction_12m", 2, 85.5, 85.5),
    ]


def test_stored_panel_and_assignment_meet_at_the_date(engine):
    panel = engine.from_arrow(WORLD.drop_columns(["tier"]))
    assignment = engine.from_arrow(WORLD.select(["customer_key", "as_of", "tier"]))
    joined = panel_with_tiers(panel, assignment, as_of=AS_OF)
    assert engine.fetch(joined.order_by("customer_key").select(*WORLD.column_names)).to_pylist() == WORLD.to_pylist()
    assert engine.fetch(panel_with_tiers(panel, assignment, as_of=date(2026, 5, 31))).num_rows == 0
