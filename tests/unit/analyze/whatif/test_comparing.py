"""Another policy on the same panel: everyone counted once, moves and lines as worked by hand. World: six customers of a shop."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from fenji.analyze.whatif.alike import count_alike, largest_of_groups, richest
from fenji.analyze.whatif.comparing import Direction, compare_policies, direction_of, without_lost
from fenji.documents.policies import policy_from_text
from fenji.domain.policies import Policy
from fenji.engines.duck import DuckEngine
from fenji.tables.insight import TIER_ASSIGNMENT

AS_OF = date(2026, 6, 30)
HEAD = "policy: shop\nversion: 1\neffective_on: 2026-01-01\nauthor: me\nwhy: a test\ntiers:\n  - {tier: entry, name: 初级}\n"
CURRENT = HEAD + "  - {tier: gold, name: 金卡, qualify: {all: [net_revenue_12m >= 1000, orders_12m >= 5]}}\n"
NEW = (
    HEAD
    + "  - {tier: gold, name: 金卡, qualify: {all: [net_revenue_12m >= 2000, orders_12m >= 3]}}\n"
    + "caps:\n  - {when: complaint_rate_12m > 0.2, at_most: entry, why: complaints}\n"
)
# (revenue, orders, complaint rate): 1 and 2 lose gold for revenue, 2 exactly at the old threshold; 3 gains it by fewer orders;
# 4 keeps it; 5 loses it by the cap; 6 has nothing.
SHOP = [
    ("1500.00", 9, None),
    ("1000.00", 5, 0.1),
    ("2000.00", 3, None),
    ("2500.00", 6, 0.2),
    ("3000.00", 6, 0.21),
    ("0.00", 0, None),
]


@pytest.fixture(scope="module")
def engine():
    opened = DuckEngine(threads=1)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def tables(engine):
    keys = pa.array(range(1, len(SHOP) + 1), pa.int64())
    panel = pa.table(
        {
            "customer_key": keys,
            "as_of": pa.array([AS_OF] * len(SHOP), pa.date32()),
            "net_revenue_12m": pa.array([Decimal(each[0]) for each in SHOP], pa.decimal128(18, 2)),
            "orders_12m": pa.array([each[1] for each in SHOP], pa.int64()),
            "complaint_rate_12m": pa.array([each[2] for each in SHOP], pa.float64()),
        }
    )
    return engine.from_arrow(panel), engine.from_arrow(pa.table({"customer_key": keys}))


def compared(engine, tables, current: Policy, new: Policy):
    rows = engine.fetch(count_alike(*tables, policies=(current, new), as_of=AS_OF)).to_pylist()
    return compare_policies(rows, current=current, new=new)


def both() -> tuple[Policy, Policy]:
    return policy_from_text(CURRENT), policy_from_text(NEW)


def test_both_policies_count_everyone_once_and_moves_are_tiers_by_tiers(engine, tables):
    found = compared(engine, tables, *both())
    assert (found.customers, str(found.net_revenue_12m)) == (6, "10000.00")
    assert [
        [(each.tier.slug, each.customers, str(each.net_revenue_12m)) for each in side.tiers]
        for side in (found.current, found.new)
    ] == [
        [("entry", 2, "2000.00"), ("gold", 4, "8000.00")],
        [("entry", 4, "5500.00"), ("gold", 2, "4500.00")],
    ]
    assert [
        (each.from_tier, each.to_tier, each.direction, each.customers, str(each.net_revenue_12m)) for each in found.moves
    ] == [
        ("entry", "entry", "stay", 1, "0.00"),
        ("entry", "gold", "up", 1, "2000.00"),
        ("gold", "entry", "down", 3, "5500.00"),
        ("gold", "gold", "stay", 1, "2500.00"),
    ]
    assert [found.moved(way) for way in (Direction.UP, Direction.DOWN, Direction.STAY)] == [
        (1, Decimal(2000)),
        (3, Decimal(5500)),
        (2, Decimal(2500)),
    ]


def test_lines_say_whom_they_alone_turn_away_and_how_many_changes_they_decide(engine, tables):
    found = compared(engine, tables, *both())
    lines = [
        [(str(each.condition), each.met, each.turned_away, each.decides) for each in side.lines]
        for side in (found.current, found.new)
    ]
    assert lines == [
        # Only customer 3 spends enough and orders too rarely; and is the one who would gain gold.
        [("net_revenue_12m >= 1000", 5, 0, 0), ("orders_12m >= 5", 4, 1, 1)],
        # 1 and 2 order often enough and spend too little: they lose gold by that line, 5 by the cap.
        [("net_revenue_12m >= 2000", 3, 2, 2), ("orders_12m >= 3", 5, 0, 0)],
    ]
    assert [(each.at_most, each.bound) for each in found.new.caps] == [("entry", 1)]


def test_the_most_affected_are_those_who_fall_the_largest_revenue_first(engine, tables):
    policies = both()
    falls = compared(engine, tables, *policies).falls
    codes = richest({code: each.customers for code, each in falls.items()}, policies, limit=2)
    # 3,000 lies in a higher band than 1,500 and 1,000: for one customer the lower band need not be looked at.
    assert [len(richest(dict.fromkeys(falls, 1), policies, limit=limit)) for limit in (1, 2)] == [1, 3]
    rows = engine.fetch(largest_of_groups(*tables, policies=policies, codes=codes, limit=2, as_of=AS_OF)).to_pylist()
    assert [
        (row["customer_key"], falls[row["code"]].from_tier, falls[row["code"]].to_tier, str(row["net_revenue_12m"]))
        for row in rows
    ] == [
        (5, "gold", "entry", "3000.00"),
        (1, "gold", "entry", "1500.00"),
    ]


def test_lost_customers_are_left_out(engine, tables):
    lost = {name: [None] for name in TIER_ASSIGNMENT.schema.names} | {"customer_key": [5], "as_of": [AS_OF], "cause": ["lost"]}
    gone = engine.from_arrow(pa.table(lost, schema=TIER_ASSIGNMENT.schema.to_pyarrow()))
    here = without_lost(tables[0], gone, as_of=AS_OF)
    assert compared(engine, (here, tables[1]), *both()).customers == 5


def test_policies_without_rules_and_panels_without_customers_are_counted_too(engine, tables):
    flat = policy_from_text(HEAD)
    assert [(each.customers, each.direction) for each in compared(engine, tables, flat, flat).moves] == [(6, "stay")]
    empty = (tables[0].filter(tables[0].customer_key < 0), tables[1])
    assert (compared(engine, empty, *both()).customers, compared(engine, empty, flat, flat).moves) == (0, ())


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("entry", "gold", "up"),
        ("gold", "entry", "down"),
        ("gold", "gold", "stay"),
        ("entry", "only_new", "up"),
        ("only_old", "entry", "down"),
        ("only_old", "only_new", "down"),
    ],
)
def test_tiers_meet_by_name_and_else_by_how_far_up_they_stand(before, after, expected):
    rule = "  - {{tier: {0}, name: 某级, qualify: {{all: [net_revenue_12m >= {1}]}}}}\n"
    current = policy_from_text(HEAD + rule.format("gold", 10) + rule.format("only_old", 20))
    new = policy_from_text(HEAD + rule.format("only_new", 10) + rule.format("gold", 20))
    assert direction_of(before, after, current=current, new=new) == expected
