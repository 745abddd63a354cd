"""The points of every part add up to the score, equal values earn alike, and what is not known is left out. World: five customers of a shop."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import ibis.expr.types as ir
import pyarrow as pa

from fenji.analyze.priority.points import order_of_attention
from fenji.analyze.priority.summary import priority_mark, priority_part
from fenji.domain.priority import DEFAULT_RULES, First, ParetoRule, Part, PartRule, PriorityRules
from fenji.engines.engine import Engine
from fenji.tables.insight_priority import PRIORITY, PRIORITY_MARK, PRIORITY_PART

AS_OF = date(2026, 1, 31)
#          key  tier   position revenue  expected risk  satisfaction
SHOP = [
    (1, "vip", 1.0, "1000.00", "500.00", 0.5, 90.0),
    (2, "vip", 1.0, "400.00", "500.00", None, 20.0),
    (3, "entry", 0.0, "400.00", "900.00", 0.1, None),
    (4, "entry", 0.0, "0.00", "100.00", 1.0, 20.0),
    (5, None, 0.0, "-50.00", None, None, None),
]
PARTS = ("value", "potential", "tier", "churn_risk", "satisfaction")


def measured(engine: Engine, rows: list[tuple] = SHOP) -> ir.Table:
    columns = list(zip(*rows, strict=True)) if rows else [[] for _ in range(7)]
    money = pa.decimal128(18, 2)

    def amounts(cells: object) -> pa.Array:
        return pa.array([None if each is None else Decimal(each) for each in cells], money)

    return engine.from_arrow(
        pa.table(
            {
                "customer_key": pa.array(columns[0], pa.int64()),
                "tier": pa.array(columns[1], pa.string()),
                "tier_position": pa.array(columns[2], pa.float64()),
                "net_revenue_12m": amounts(columns[3]),
                "expected_revenue_12m": amounts(columns[4]),
                "churn_probability": pa.array(columns[5], pa.float64()),
                "satisfaction_12m": pa.array(columns[6], pa.float64()),
            }
        )
    )


def ordered(engine: Engine, rules: PriorityRules = DEFAULT_RULES, rows: list[tuple] = SHOP) -> list[dict]:
    table = order_of_attention(measured(engine, rows), rules=rules, as_of=AS_OF)
    assert table.schema() == PRIORITY.schema
    return sorted(engine.fetch(table).to_pylist(), key=lambda row: row["position"])


def points(row: dict) -> tuple[float | None, ...]:
    return tuple(None if row[f"points_{part}"] is None else float(row[f"points_{part}"]) for part in PARTS)


def test_the_points_of_five_customers_worked_by_hand(duck: Engine) -> None:
    found = {row["customer_key"]: row for row in ordered(duck)}
    # Revenue: of the four others of customer 1 all have less (100), of 2 and 3 two (50), of 4 one (25), of 5 none (0); times 0.35.
    # Expected revenue is known of four: 900 beats three others (100), 500 beats one (33.33), 100 none; times 0.25.
    # Risk: 0.5 is 50 points of 100 times 0.15; no risk is no points. Satisfaction: 90 gives 10 of 100, 20 gives 80; times 0.10.
    third = 100 / 3
    assert points(found[1]) == (35.0, round(third * 0.25, 6), 15.0, 7.5, 1.0)
    assert points(found[2]) == (17.5, round(third * 0.25, 6), 15.0, 0.0, 8.0)
    # Satisfaction of customer 3 is not known: the other weights grow from 0.90 to 1.
    assert points(found[3]) == (round(17.5 / 0.9, 6), round(25 / 0.9, 6), 0.0, round(1.5 / 0.9, 6), None)
    assert points(found[4]) == (8.75, 0.0, 0.0, 15.0, 8.0)
    # Neither expected revenue nor satisfaction of customer 5: 0.65 are left.
    assert points(found[5]) == (0.0, None, 0.0, 0.0, None)
    assert [row["customer_key"] for row in ordered(duck)] == [1, 3, 2, 4, 5]


def test_the_points_add_up_to_the_score_exactly(duck: Engine) -> None:
    for row in ordered(duck):
        own = [row[f"points_{part}"] for part in PARTS if row[f"points_{part}"] is not None]
        assert sum(own, Decimal(0)) == row["score"]


def test_equal_scores_stand_in_the_order_of_keys_and_capacity_cuts_there(duck: Engine) -> None:
    same = [(key, "vip", 1.0, "10.00", "10.00", 0.5, 50.0) for key in (9, 3, 7, 5)]
    found = ordered(duck, replace(DEFAULT_RULES, capacity=2), same)
    assert [(row["customer_key"], row["position"], row["is_within_capacity"]) for row in found] == [
        (3, 1, True), (5, 2, True), (7, 3, False), (9, 4, False),
    ]  # fmt: skip
    assert len({row["score"] for row in found}) == 1
    assert all(row["is_within_capacity"] is None for row in ordered(duck, rows=same))


def test_a_missing_value_gives_the_points_that_the_rules_declare(duck: Engine) -> None:
    rule = PartRule(Part.SATISFACTION, "satisfaction_12m", Decimal(1), scale=(Decimal(0), Decimal(100)), missing=Decimal(60))
    found = {row["customer_key"]: row["score"] for row in ordered(duck, replace(DEFAULT_RULES, parts=(rule,)))}
    assert found == {key: Decimal(points) for key, points in ((1, 90), (2, 20), (3, 60), (4, 20), (5, 60))}


def test_where_no_part_has_a_value_there_is_no_score_and_the_last_place(duck: Engine) -> None:
    rules = replace(DEFAULT_RULES, parts=(PartRule(Part.SATISFACTION, "satisfaction_12m", Decimal(1), First.LOW),))
    found = ordered(duck, rules)
    # By percentile, low first: of the two others of customer 2 one is larger (50), of 4 likewise, of 1 none.
    assert [(row["customer_key"], row["score"]) for row in found] == [
        (2, Decimal(50)), (4, Decimal(50)), (1, Decimal(0)), (3, None), (5, None),
    ]  # fmt: skip


def test_marks_go_by_what_those_before_bring_and_equal_values_stand_alike(duck: Engine) -> None:
    # 1000 + 400 + 400 = 1800 in all. Before 1000: nothing. Before 400: 1000 of 1800 = 55.6 %. Then everything.
    assert {row["customer_key"]: row["mark"] for row in ordered(duck)} == {1: "A", 2: "A", 3: "A", 4: "C", 5: "C"}
    narrow = replace(DEFAULT_RULES, pareto=ParetoRule("net_revenue_12m", Decimal("0.5"), Decimal("0.6")))
    assert {row["customer_key"]: row["mark"] for row in ordered(duck, narrow)} == {1: "A", 2: "B", 3: "B", 4: "C", 5: "C"}
    # The cut itself: at exactly 50 % brought by those before, one is not in A any more.
    even = [(key, "vip", 1.0, amount, None, None, None) for key, amount in ((1, "50.00"), (2, "30.00"), (3, "20.00"))]
    assert [row["mark"] for row in ordered(duck, narrow, even)] == ["A", "B", "C"]


def test_parts_and_marks_in_figures(duck: Engine) -> None:
    rules = replace(DEFAULT_RULES, capacity=2)
    table = measured(duck)
    stored = duck.stage(order_of_attention(table, rules=rules, as_of=AS_OF))
    parts = priority_part(stored, table, rules=rules, as_of=AS_OF)
    marks = priority_mark(stored, rules=rules, as_of=AS_OF)
    assert (parts.schema(), marks.schema()) == (PRIORITY_PART.schema, PRIORITY_MARK.schema)
    known = {row["part"]: row["customers_with_value"] for row in duck.fetch(parts).to_pylist()}
    assert known == {"value": 5, "potential": 4, "tier": 5, "churn_risk": 3, "satisfaction": 3}
    found = {row["mark"]: row for row in duck.fetch(marks).to_pylist()}
    assert (found["A"]["customers"], found["A"]["amount"], found["A"]["amount_share"]) == (3, Decimal(1800), 1.0)
    assert (found["C"]["customers"], found["C"]["amount"], found["C"]["amount_share"]) == (2, Decimal(-50), 0.0)
    assert (found["A"]["within_capacity"], found["C"]["within_capacity"]) == (2, 0)


def test_nobody_and_one_are_answered(duck: Engine) -> None:
    assert ordered(duck, rows=[]) == []
    (only,) = ordered(duck, rows=SHOP[:1])
    # Nobody else is there to have less: by percentile that is 0.
    assert (points(only), only["mark"]) == ((0.0, 0.0, 15.0, 7.5, 1.0), "A")
