"""Order of attention, marks and the three lists are the same on both engines, to the last digit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import ibis.expr.types as ir
import pyarrow as pa
import pytest

from fenji.analyze.priority.downgrades import downgrade_watch
from fenji.analyze.priority.frequent import frequent_candidates
from fenji.analyze.priority.ladder import ladder_of
from fenji.analyze.priority.measures import measured_customers
from fenji.analyze.priority.points import order_of_attention
from fenji.analyze.priority.summary import priority_mark, priority_part
from fenji.analyze.priority.upgrades import upgrade_candidates
from fenji.analyze.rules.holds import RuleBasis
from fenji.domain.conditions import Group, Junction, parse_condition
from fenji.domain.policies import Cap, Policy, Review, Tier, Variant
from fenji.domain.priority import DEFAULT_RULES
from fenji.domain.words import Words
from fenji.engines.engine import Engine

AS_OF = date(2026, 1, 31)
VIP = Group(Junction.ANY, (parse_condition("net_revenue_12m in top 20%"), parse_condition("orders_12m > 25")))
POLICY = Policy(
    "shop",
    1,
    AS_OF,
    "me",
    "a test",
    (
        Tier("basic", Words("普通", "Basic"), None),
        Tier("gold", Words("金", "Gold"), parse_condition("net_revenue_12m >= 1000"), parse_condition("orders_12m >= 5")),
        Tier("vip", Words("贵宾", "VIP"), VIP),
    ),
    caps=(Cap(parse_condition("orders_12m < 1"), "gold", "no orders"),),
    review=Review(grace_reviews=1),
    variants=(Variant({"region": ("HK",)}, {"net_revenue_12m": Decimal("1.2")}),),
)


def _tables(engine: Engine) -> list[ir.Table]:
    keys = list(range(1, 31))
    money = [Decimal(key * 7919 % 250_000).scaleb(-2) for key in keys]
    tiers = [("basic", "gold", "vip", None)[key % 4] for key in keys]
    days, region = [AS_OF] * len(keys), [("HK", "GD", None)[key % 3] for key in keys]
    expected = [None if key % 7 == 0 else Decimal(key * 104_729 % 300_000).scaleb(-2) for key in keys]
    told = {
        "panel": {
            "customer_key": keys,
            "as_of": days,
            "net_revenue_12m": pa.array(money, pa.decimal128(18, 2)),
            "orders_12m": [key * 13 % 31 for key in keys],
            "days_since_first_order": [key * 11 for key in keys],
            "satisfaction_12m": pa.array([None if key % 3 else float(key) for key in keys], pa.float64()),
        },
        "customer": {"customer_key": keys, "region": region},
        "assignment": {
            "customer_key": keys,
            "tier": pa.array(tiers, pa.string()),
            "qualified_tier": pa.array(["basic" if each else None for each in tiers], pa.string()),
            "kept_tier": pa.array([each and ("gold" if key % 5 else "basic") for key, each in zip(keys, tiers, strict=True)]),
            "cause": ["kept"] * len(keys),
            "grace_left": [key % 2 for key in keys],
            "hold_left": [0] * len(keys),
        },
        "value": {
            "customer_key": keys,
            "expected_revenue_12m": pa.array(expected, pa.decimal128(18, 2)),
            "expected_orders_12m": [None if each is None else key * 0.37 for key, each in zip(keys, expected, strict=True)],
        },
        "churn": {"customer_key": keys, "fading_probability": [None if key % 6 == 0 else key / 31 for key in keys]},
    }
    return [engine.from_arrow(pa.table(each)) for each in told.values()]


def _everything(engine: Engine) -> dict[str, list[dict]]:
    panel, customer, assignment, value, churn = _tables(engine)
    rules = replace(DEFAULT_RULES, capacity=10, frequent_orders=9, upgrade_expected_gap=Decimal(1))
    measured = engine.stage(measured_customers(panel, value, churn, assignment, policy=POLICY, measures=rules.measures))
    priority = engine.stage(order_of_attention(measured, rules=rules, as_of=AS_OF))
    found = ladder_of(panel, customer, assignment, value, policy=POLICY, as_of=AS_OF)
    ladder = RuleBasis(engine.stage(found.table), found.variants, found.top_columns)
    later = engine.stage(panel.mutate(orders_12m=panel.orders_12m - 2))
    steps = {
        "priority": priority,
        "parts": priority_part(priority, measured, rules=rules, as_of=AS_OF),
        "marks": priority_mark(priority, rules=rules, as_of=AS_OF),
        "upgrades": upgrade_candidates(ladder, policy=POLICY, rules=rules, as_of=AS_OF),
        "watch": downgrade_watch(ladder, later, policy=POLICY, rules=rules, as_of=AS_OF),
        "frequent": frequent_candidates(panel, value, assignment, rules=rules, as_of=AS_OF),
    }
    return {
        name: sorted(
            engine.fetch(table).to_pylist(), key=lambda row: str(row.get("customer_key", row.get("part", row.get("mark"))))
        )
        for name, table in steps.items()
    }


@pytest.mark.proof
@pytest.mark.spark
def test_both_engines_order_and_list_alike(duck: Engine, spark: Engine) -> None:
    here = _everything(duck)
    assert all(here.values())
    assert _everything(spark) == here
