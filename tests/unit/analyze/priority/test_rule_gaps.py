"""What is missing for everybody at once is what is missing for each one by himself. World: two hundred customers drawn by a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import ibis
import pyarrow as pa
import pytest

from fenji.analyze.priority.rule_gaps import gaps_of, margins_of, safest
from fenji.analyze.reviews.tiers import rule_basis
from fenji.analyze.rules.holds import RuleBasis
from fenji.analyze.rules.judging import CustomerFacts, Way, judge, ways_to_meet
from fenji.domain.conditions import Condition, Group, Junction, Presence, parse_condition
from fenji.domain.policies import Policy, Tier, Variant
from fenji.domain.words import Words
from fenji.engines.duck import DuckEngine

AS_OF = date(2026, 6, 30)


def both(*lines: object) -> Group:
    return Group(Junction.ALL, tuple(parse_condition(each) if isinstance(each, str) else each for each in lines))


def either(*lines: object) -> Group:
    return Group(Junction.ANY, tuple(parse_condition(each) if isinstance(each, str) else each for each in lines))


RULES: tuple[Condition, ...] = (
    parse_condition("net_revenue_12m >= 2000"),
    parse_condition("orders_12m > 10"),
    parse_condition("orders_12m >= 2.5"),
    parse_condition("complaint_rate_12m <= 0.1"),
    parse_condition("orders_12m != 3"),
    parse_condition("orders_12m = 7"),
    parse_condition("satisfaction_12m is not null"),
    parse_condition("satisfaction_12m is null"),
    parse_condition("net_revenue_12m in top 10%"),
    both("net_revenue_12m >= 2000", "orders_12m >= 10"),
    either("net_revenue_12m >= 3000", "orders_12m >= 12"),
    both("net_revenue_12m >= 1500", either("satisfaction_12m >= 95", "satisfaction_12m is null")),
    either(both("net_revenue_12m >= 9000", "orders_12m >= 2"), both("orders_12m >= 20", "complaint_rate_12m < 0.2")),
    both("orders_12m >= 5", either("satisfaction_12m >= 90", both("net_revenue_12m >= 5000", "complaint_rate_12m <= 0.05"))),
)


def _people() -> list[dict[str, object]]:
    chance = random.Random(20260630)
    return [
        {
            "customer_key": key,
            "as_of": AS_OF,
            "net_revenue_12m": Decimal(chance.choice([0, 1, 199_999, 200_000, chance.randrange(1_000_000)])).scaleb(-2),
            "orders_12m": chance.choice([0, 3, 7, 10, 11, chance.randrange(30)]),
            "satisfaction_12m": chance.choice([None, 95.0, float(chance.randrange(101))]),
            "complaint_rate_12m": chance.choice([None, 0.1, chance.random()]),
        }
        for key in range(1, 201)
    ]


SCHEMA = pa.schema(
    [
        ("customer_key", pa.int64()),
        ("as_of", pa.date32()),
        ("net_revenue_12m", pa.decimal128(18, 2)),
        ("orders_12m", pa.int64()),
        ("satisfaction_12m", pa.float64()),
        ("complaint_rate_12m", pa.float64()),
    ]
)


@pytest.fixture(scope="module")
def basis() -> Iterator[tuple[DuckEngine, RuleBasis]]:
    engine = DuckEngine(threads=1)
    tiers = (Tier("low", Words("低", "low"), None), *(Tier(f"t{n}", Words("级", "t"), rule) for n, rule in enumerate(RULES)))
    variants = (Variant({"region": ("HK",)}, {"net_revenue_12m": Decimal("1.2")}),)
    policy = Policy("p", 1, AS_OF, "me", "a test", tiers, variants=variants)
    people = _people()
    panel = engine.from_arrow(pa.Table.from_pylist(people, SCHEMA))
    regions = {"customer_key": [each["customer_key"] for each in people], "region": ["HK", "GD"] * 100}
    found = rule_basis(panel, engine.from_arrow(pa.table(regions)), policy=policy, as_of=AS_OF)
    yield engine, RuleBasis(engine.stage(found.table), found.variants, found.top_columns)
    engine.close()


def _asked(way: Way) -> float:
    """What a way asks for, written down once more: parts of the thresholds, a missing value being a whole one."""
    parts = [1.0 if line.amount is None else abs(float(line.amount)) / max(abs(float(line.threshold or 1)), 1.0) for line in way]
    return sum(parts)


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_the_gap_is_what_the_cheapest_way_asks_for(basis: tuple[DuckEngine, RuleBasis], rule: Condition) -> None:
    engine, whole = basis
    measured = gaps_of(whole, [rule])
    rows = engine.fetch(measured.with_reach(measured.reach(rule), "gap")).to_pylist()
    assert len(rows) == 200
    for row in rows:
        ways = ways_to_meet(judge(rule, CustomerFacts.of(row, whole)))
        if _takes_values_away(ways):
            assert row["gap"] is None
            continue
        assert row["gap"] == pytest.approx(_asked(ways[0]), abs=1e-9)
        if row["gap"]:
            # The line that is told is one of those that are missing.
            assert row["condition"] in {str(line.condition) for way in ways for line in way}


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_the_margin_is_below_zero_only_where_the_rule_is_not_met(basis: tuple[DuckEngine, RuleBasis], rule: Condition) -> None:
    engine, whole = basis
    measured = margins_of(whole, [rule])
    rows = engine.fetch(measured.with_reach(measured.reach(rule), "margin")).to_pylist()
    for row in rows:
        met = judge(rule, CustomerFacts.of(row, whole)).met
        assert -1 <= row["margin"] <= 1
        # On the threshold itself a strict comparison is not met, with nothing left over.
        assert met == (row["margin"] >= 0) or row["margin"] == 0


def test_a_rule_of_many_levels_stays_short(basis: tuple[DuckEngine, RuleBasis]) -> None:
    engine, whole = basis
    rule: Condition = both("orders_12m >= 3", "net_revenue_12m >= 100")
    for number in range(2, 9):
        rule = (either if number % 2 else both)(rule, f"orders_12m >= {number}", f"net_revenue_12m >= {number * 100}")
    measured = margins_of(whole, [rule])
    table = measured.with_reach(safest([measured.reach(rule)] * 10), "margin")
    # Each line and group is written down once: told inside one another they would come to millions of characters.
    assert len(ibis.to_sql(table, dialect="duckdb")) < 100_000
    assert engine.fetch(table.aggregate(customers=table.count()))["customers"][0].as_py() == 200


def _takes_values_away(ways: tuple[Way, ...]) -> bool:
    return all(any(isinstance(line.condition, Presence) and line.condition.is_null for line in way) for way in ways)


def test_margins_worked_by_hand(basis: tuple[DuckEngine, RuleBasis]) -> None:
    engine, _whole = basis
    people = [(1, "2100.00", 12), (2, "1900.00", 12), (3, "4500.00", 10), (4, "2000.00", 30)]
    panel = engine.from_arrow(
        pa.table(
            {
                "customer_key": [key for key, _m, _n in people],
                "net_revenue_12m": pa.array([Decimal(money) for _k, money, _n in people], pa.decimal128(18, 2)),
                "orders_12m": [orders for _k, _m, orders in people],
            }
        )
    )
    rule = both("net_revenue_12m >= 2000", "orders_12m >= 10")
    measured = margins_of(RuleBasis(panel), [rule])
    rows = engine.fetch(measured.with_reach(measured.reach(rule), "margin").order_by("customer_key")).to_pylist()
    # The weakest line counts: 5 % of the money, -5 % of it, none of the orders, none of the money.
    assert [(round(row["margin"], 9), row["condition"], row["metric_value"], row["threshold"]) for row in rows] == [
        (0.05, "net_revenue_12m >= 2000", 2100.0, 2000.0),
        (-0.05, "net_revenue_12m >= 2000", 1900.0, 2000.0),
        (0.0, "orders_12m >= 10", 10.0, 10.0),
        (0.0, "net_revenue_12m >= 2000", 2000.0, 2000.0),
    ]


@pytest.mark.parametrize(
    ("rule", "gap", "margin"),
    [(both(), 0.0, 1.0), (either(), None, -1.0), (either(both(), "orders_12m >= 1000"), 0.0, 1.0), (both(either()), None, -1.0)],
    ids=str,
)
def test_nothing_is_missing_for_a_rule_that_asks_for_nothing(
    basis: tuple[DuckEngine, RuleBasis], rule: Condition, gap: float | None, margin: float
) -> None:
    engine, whole = basis
    far, inside = gaps_of(whole, [rule]), margins_of(whole, [rule])
    found = (engine.fetch(each.with_reach(each.reach(rule), "reach").select("reach").distinct()) for each in (far, inside))
    assert [each["reach"].to_pylist() for each in found] == [[gap], [margin]]
