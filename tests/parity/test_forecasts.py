"""Both engines count the same transitions, months, points of a metric and groups of customers whom rules cannot tell apart."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from fenji.analyze.forecast.transitions import count_transitions
from fenji.analyze.policies.suggestions import value_points
from fenji.analyze.trends.months import (
    count_months,
    days_of,
    largest_categories,
    lines_by_category,
    lines_by_tier,
    lines_of_all,
)
from fenji.analyze.whatif.alike import count_alike, largest_of_groups
from fenji.documents.policies import policy_from_text
from fenji.domain.metrics import Fact
from fenji.engines.engine import Engine
from fixtures.assignments import Standing, assignments
from worlds import came_back, sale, world

MAY, JUNE = date(2026, 5, 31), date(2026, 6, 30)
TIERS = ("low", "high", None)
SHOP = world(
    sale(0, "2026-05-31", (100, "tea"), ("0.01", "cups")),
    sale(1, "2026-01-31", (20, "tea")),
    sale(2, "2026-06-01", (30, None)),
    sale(None, "2026-06-30", (40, "spoons")),
    came_back(0, "2026-06-10", (100, "tea")),
    sale(5, "2026-02-28", (70, "cups")),
    sale(7, "2026-07-01", (1000, "tea")),
)
ROWS = [
    Standing(key, day, tier)
    for key in range(9)
    for day, tier in ((MAY, TIERS[key % 3]), (JUNE, TIERS[key // 3]))
    if day > MAY or key % 4
]
MONEY = ("0.00", "500.00", "500.01", "-20.00", "3000.00", "3000.00", "600.01", "600.00", "99999.99", "0.00")
PANEL = pa.table(
    {
        "customer_key": pa.array(range(10), pa.int64()),
        "as_of": pa.array([JUNE] * 10, pa.date32()),
        "net_revenue_12m": pa.array([Decimal(each) for each in MONEY], pa.decimal128(18, 2)),
        "orders_12m": pa.array([0, 1, 2, 0, 10, 10, 3, 1, 25, 0], pa.int64()),
        "satisfaction_12m": pa.array([None, 80.0, 95.0, None, 100 / 3, 100.0, None, 80.0, 94.9, None], pa.float64()),
    }
)
CUSTOMER = pa.table({"customer_key": pa.array(range(10), pa.int64()), "region": ["HK", "MO", None, "GD", "HK"] * 2})
HEAD = "policy: two\nversion: 1\neffective_on: 2026-01-01\nauthor: me\nwhy: a test\ntiers:\n  - {tier: low, name: Low}\n"
POLICIES = (
    policy_from_text(
        HEAD + "  - {tier: high, name: High, qualify: {any: [net_revenue_12m >= 600.005, orders_12m in top 30%]}}\n"
    ),
    policy_from_text(
        HEAD
        + "  - {tier: high, name: High, qualify: {all: [net_revenue_12m > 500, {any: [satisfaction_12m >= 95, satisfaction_12m is null]}]}}\n"
        + "variants:\n  - {where: {region: HK}, scale: {net_revenue_12m: 1.2}}\n"
    ),
)


def answers(engine: Engine) -> dict[str, list[dict[str, object]]]:
    facts, _people = SHOP.on(engine)
    lines, rows = facts[Fact.ORDER_LINE], engine.from_arrow(assignments(ROWS))
    panel, customer = engine.from_arrow(PANEL), engine.from_arrow(CUSTOMER)
    calendar = engine.from_arrow(pa.table({"month_on": [date(2026, 6, 1)], "review_on": [MAY]}))
    tables = {
        "transitions": count_transitions(rows, rows, lines, earlier_on=MAY, as_of=JUNE, band_ends=(31, 92)),
        "all": count_months(lines_of_all(lines, as_of=JUNE)),
        "categories": count_months(lines_by_category(lines, largest=["tea"], as_of=JUNE)),
        "tiers": count_months(lines_by_tier(lines, rows, calendar, as_of=JUNE)),
        "largest": largest_categories(lines, limit=2, as_of=JUNE),
        "days": days_of(lines, as_of=JUNE),
        "points": value_points(panel, "net_revenue_12m"),
        "alike": count_alike(panel, customer, policies=POLICIES, as_of=JUNE),
        "richest": largest_of_groups(panel, customer, policies=POLICIES, codes=range(40), limit=4, as_of=JUNE),
    }
    return {name: sorted(engine.fetch(table).to_pylist(), key=str) for name, table in tables.items()}


@pytest.mark.proof
@pytest.mark.spark
def test_the_engines_count_what_forecasts_suggestions_and_comparisons_stand_on_alike(duck: Engine, spark: Engine) -> None:
    expected, found = answers(duck), answers(spark)
    for name, rows in expected.items():
        assert found[name] == rows, name
        assert rows or name == "richest", name
    assert sum(int(str(row["customers"])) for row in expected["alike"]) == PANEL.num_rows
