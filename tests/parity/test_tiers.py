"""Both engines put the same customers into the same tiers, with the same thresholds, scores, counts and profiles."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from fenji.analyze.reviews.tier_counts import count_tiers, profile_tiers
from fenji.analyze.reviews.tiers import assign_tiers, rule_basis, tier_thresholds, tiered_panel
from fenji.analyze.structure.bands import ColumnGroups, MetricBands
from fenji.analyze.structure.cross_tables import cross_table, cross_tiers
from fenji.documents.policies import policy_from_text
from fenji.engines.engine import Engine

AS_OF = date(2026, 6, 30)

# Everything that a policy can say, with values on the thresholds.
POLICY = policy_from_text("""
policy: everything
version: 1
effective_on: 2026-01-01
author: me
why: a test
tiers:
  - {tier: low, name: Low}
  - {tier: bought, name: Bought, qualify: {any: [net_revenue_12m >= 500.005, orders_12m > 0.5, score >= 40]}}
  - {tier: good, name: Good, qualify: {all: [net_revenue_12m in top 40%, net_revenue_12m > 0, satisfaction_12m != 80]}}
  - tier: top
    name: Top
    qualify: {all: [score >= 70, {any: [satisfaction_12m >= 95, satisfaction_12m is null]}, orders_12m in top 33.3%]}
caps:
  - {when: {all: [refund_rate_12m > 0.1, refund_rate_12m is not null]}, at_most: bought, why: returns}
variants:
  - {where: {region: [HK, MO]}, scale: {net_revenue_12m: 1.2, score: 0.9}}
  - {where: {kind: company}, scale: {orders_12m: 3, refund_rate_12m: 0.333}}
score:
  net_revenue_12m: {weight: 0.5, scale: percentile}
  satisfaction_12m: {weight: 0.2, scale: [0, 100]}
  refund_rate_12m: {weight: 0.1, scale: [0.3, 0]}
  orders_12m: {weight: 0.2, scale: percentile}
""")
MONEY = ("0.00", "500.00", "500.01", "-20.00", "3000.00", "3000.00", "600.01", "600.00", "99999.99", "0.00")
PANEL = pa.table(
    {
        "customer_key": pa.array(range(10), pa.int64()),
        "as_of": pa.array([AS_OF] * 10, pa.date32()),
        "net_revenue_12m": pa.array([Decimal(each) for each in MONEY], pa.decimal128(18, 2)),
        "orders_12m": pa.array([0, 1, 2, 0, 10, 10, 3, 1, 25, 0], pa.int64()),
        "satisfaction_12m": pa.array([None, 80.0, 95.0, None, 100 / 3, 100.0, None, 80.0, 94.9, None], pa.float64()),
        "refund_rate_12m": pa.array([None, 0.1, 0.3, None, 1 / 3, 0.0, 0.0333, 0.2, 0.0, None], pa.float64()),
    }
)
CUSTOMER = pa.table(
    {
        "customer_key": pa.array(range(11), pa.int64()),
        "region": ["HK", "MO", "HK", None, "HK", "GD", "HK", "MO", None, "GD", "GD"],
        "kind": ["company", None, "person", None, "company", "company", "company", None, "person", None, None],
        "registered_on": pa.array([date(2025, 1, 1), None] + [date(2026, 1, 1)] * 9, pa.date32()),
    }
)


def answers(engine: Engine) -> dict[str, object]:
    panel, customer = engine.from_arrow(PANEL), engine.from_arrow(CUSTOMER)
    standing = engine.stage(tiered_panel(panel, customer, policy=POLICY, as_of=AS_OF))
    groupings = [
        ColumnGroups("region"),
        ColumnGroups("registered_on"),
        MetricBands("refund_rate_12m", (Decimal(0), Decimal("0.1"))),
    ]
    tables = {
        "assignment": assign_tiers(panel, customer, policy=POLICY, as_of=AS_OF).order_by("customer_key"),
        "scores": rule_basis(panel, customer, policy=POLICY, as_of=AS_OF).table.order_by("customer_key"),
        "thresholds": tier_thresholds(panel, policy=POLICY, as_of=AS_OF).order_by("condition"),
        "counts": count_tiers(standing, policy=POLICY, as_of=AS_OF).order_by("rank"),
        "profile": profile_tiers(
            standing, metrics=["net_revenue_12m", "orders_12m", "satisfaction_12m"], policy=POLICY, as_of=AS_OF
        ).order_by("rank", "metric"),
    }
    found: dict[str, object] = {name: engine.fetch(table).to_pylist() for name, table in tables.items()}
    for number, grouping in enumerate(groupings):
        rows = engine.fetch(cross_tiers(standing, customer, grouping=grouping)).to_pylist()
        found[f"cross_{number}"] = cross_table(rows, grouping=grouping, policy=POLICY)
    return found


@pytest.mark.spark
def test_the_engines_agree_on_everything_that_a_policy_can_say(duck: Engine, spark: Engine) -> None:
    expected, found = answers(duck), answers(spark)
    for name, answer in expected.items():
        assert found[name] == answer, name


@pytest.mark.spark
def test_an_empty_panel_is_no_trouble_on_spark(spark: Engine) -> None:
    empty = spark.from_arrow(PANEL.slice(0, 0))
    customer = spark.from_arrow(CUSTOMER)
    assert spark.fetch(assign_tiers(empty, customer, policy=POLICY, as_of=AS_OF)).num_rows == 0
    assert {row["threshold"] for row in spark.fetch(tier_thresholds(empty, policy=POLICY, as_of=AS_OF)).to_pylist()} == {None}
    counts = spark.fetch(count_tiers(tiered_panel(empty, customer, policy=POLICY, as_of=AS_OF), policy=POLICY, as_of=AS_OF))
    assert [row["customers"] for row in counts.to_pylist()] == [0, 0, 0, 0]
