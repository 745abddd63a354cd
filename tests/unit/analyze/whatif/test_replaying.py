"""Two sides of a replay beside each other, by hand: who ends where, by which causes, and which line or cap it is."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pyarrow as pa

from fenji.analyze.whatif.comparing import Direction
from fenji.analyze.whatif.replaying import (
    CauseMove,
    RulePart,
    cause_moves_of,
    count_differences,
    count_pairs,
    differences_of,
    largest_falls,
    moves_of,
    pair_sides,
    rule_lines,
)
from fenji.documents.policies import policy_from_text
from fenji.domain.policies import Cause, Policy
from fenji.engines.engine import Engine

AS_OF = date(2026, 3, 31)
HEAD = "version: 1\neffective_on: 2020-01-01\nauthor: a test\nwhy: because\n"
CURRENT = policy_from_text(
    f"policy: now\n{HEAD}"
    """tiers:
  - {tier: entry, name: Entry}
  - {tier: silver, name: Silver, qualify: net_revenue_12m >= 100}
  - {tier: gold, name: Gold, qualify: {all: [net_revenue_12m >= 200, orders_12m >= 3]}, keep: net_revenue_12m >= 150}
"""
)
NEW = policy_from_text(
    f"policy: then\n{HEAD}"
    """tiers:
  - {tier: entry, name: Entry}
  - {tier: silver, name: Silver, qualify: net_revenue_12m >= 100}
  - {tier: gold, name: Gold, qualify: {all: [net_revenue_12m >= 300, orders_12m >= 2]}}
caps:
  - {when: orders_12m > 9, at_most: silver, why: resellers}
"""
)
# revenue, orders, tier and cause now, tier and cause then
DECIDED: dict[int, tuple[int, int, str | None, str, str | None, str]] = {
    1: (50, 1, "entry", "kept", "entry", "kept"),
    2: (160, 3, "gold", "kept", "silver", "downgrade"),
    3: (250, 4, "gold", "kept", "silver", "downgrade"),
    4: (400, 2, "silver", "kept", "gold", "upgrade"),
    5: (900, 12, "gold", "kept", "silver", "cap"),
    6: (500, 5, "gold", "new", "gold", "new"),
    7: (0, 0, None, "lost", None, "lost"),
    8: (120, 1, "gold", "override", "silver", "kept"),
}


def tables(engine: Engine) -> dict[str, object]:
    """Panel, customers and both sides."""
    keys = pa.array(DECIDED, pa.int64())
    revenue = pa.array([Decimal(row[0]) for row in DECIDED.values()], pa.decimal128(18, 2))
    days = pa.array([AS_OF] * len(DECIDED), pa.date32())

    def side(tier: int) -> pa.Table:
        columns = {"tier": [row[tier] for row in DECIDED.values()], "cause": [row[tier + 1] for row in DECIDED.values()]}
        return pa.table({"customer_key": keys, "as_of": days, **columns, "net_revenue_12m": revenue})

    orders = pa.array([row[1] for row in DECIDED.values()], pa.int64())
    panel = pa.table({"customer_key": keys, "as_of": days, "net_revenue_12m": revenue, "orders_12m": orders})
    given = {"panel": panel, "customer": pa.table({"customer_key": keys}), "current": side(2), "new": side(4)}
    return {name: engine.from_arrow(table) for name, table in given.items()}


def answers(engine: Engine) -> dict[str, list[dict[str, object]]]:
    """Everything that the comparison fetches."""
    told = tables(engine)
    pairs = pair_sides(told["current"], told["new"], as_of=AS_OF)
    found = {"pairs": count_pairs(pairs), "falls": largest_falls(pairs, [("gold", "silver")], limit=3)}
    for is_new in (False, True):
        found[f"lines {is_new}"] = count_differences(
            told["panel"], told["customer"], pairs, policies=(CURRENT, NEW), is_new=is_new, as_of=AS_OF
        )
    return {name: engine.fetch(table).to_pylist() for name, table in found.items()}


def test_moves_and_causes_are_counted(duck: Engine) -> None:
    rows = answers(duck)["pairs"]
    moves = moves_of(rows, current=CURRENT, new=NEW)
    assert [(each.from_tier, each.to_tier, each.direction, each.customers, str(each.net_revenue_12m)) for each in moves] == [
        ("entry", "entry", "stay", 1, "50.00"),
        ("silver", "gold", "up", 1, "400.00"),
        ("gold", "silver", "down", 4, "1430.00"),
        ("gold", "gold", "stay", 1, "500.00"),
    ]
    causes = cause_moves_of(rows, current=CURRENT, new=NEW)
    assert causes[0] == CauseMove("gold", "silver", Direction.DOWN, Cause.KEPT, Cause.DOWNGRADE, 2, Decimal("410.00"))
    assert [(each.direction, each.current_cause, each.new_cause, each.customers) for each in causes[1:]] == [
        ("down", Cause.KEPT, Cause.CAP, 1),
        ("down", Cause.OVERRIDE, Cause.KEPT, 1),
        ("up", Cause.KEPT, Cause.UPGRADE, 1),
    ]


def test_the_order_in_which_an_engine_counts_is_irrelevant(duck: Engine) -> None:
    rows = answers(duck)["pairs"]
    # The same number of customers in two groups that differ in nothing but the current cause.
    rows += [{**rows[0], "from_tier": "gold", "to_tier": "silver", "current_cause": cause} for cause in ("held", "grace")]
    for made in (moves_of, cause_moves_of):
        assert made(rows[::-1], current=CURRENT, new=NEW) == made(rows, current=CURRENT, new=NEW)


def test_the_largest_falls_come_first_and_the_lost_are_left_out(duck: Engine) -> None:
    found = answers(duck)
    assert [row["customer_key"] for row in found["falls"]] == [5, 3, 2]
    assert sum(row["customers"] for row in found["pairs"]) == 7


def lines(duck: Engine, policy: Policy, *, is_new: bool) -> list[tuple[str, str, str, int, int | None]]:
    row = answers(duck)[f"lines {is_new}"][0]
    return [
        (each.line.part.value, each.line.tier, str(each.line.condition), each.met, each.decides)
        for each in differences_of(row, policy)
    ]


def test_the_new_lines_say_who_falls_by_them(duck: Engine) -> None:
    assert lines(duck, NEW, is_new=True) == [
        ("qualify", "silver", "net_revenue_12m >= 100", 6, 0),
        # Of the four who are gold today and would not be, 2, 3 and 8 lack revenue, and 8 lacks orders too; 5 is held down by the cap.
        ("qualify", "gold", "net_revenue_12m >= 300", 3, 3),
        ("qualify", "gold", "orders_12m >= 2", 5, 1),
        ("cap", "silver", "orders_12m > 9", 1, 1),
    ]


def test_the_current_lines_say_who_would_rise_but_for_them(duck: Engine) -> None:
    assert lines(duck, CURRENT, is_new=False) == [
        ("qualify", "silver", "net_revenue_12m >= 100", 6, 0),
        ("qualify", "gold", "net_revenue_12m >= 200", 4, 0),
        # Customer 4 has two orders.
        ("qualify", "gold", "orders_12m >= 3", 4, 1),
        ("keep", "gold", "net_revenue_12m >= 150", 5, 0),
    ]


def test_a_tier_that_the_other_policy_lacks_decides_nothing(duck: Engine) -> None:
    told = tables(duck)
    pairs = pair_sides(told["current"], told["new"], as_of=AS_OF)
    renamed = policy_from_text(
        f"policy: then\n{HEAD}tiers:\n  - {{tier: entry, name: Entry}}\n  - {{tier: star, name: Star, qualify: orders_12m >= 2}}\n"
    )
    table = count_differences(told["panel"], told["customer"], pairs, policies=(CURRENT, renamed), is_new=True, as_of=AS_OF)
    found = differences_of(duck.fetch(table).to_pylist()[0], renamed)
    assert [(each.line.part, each.met, each.decides) for each in found] == [(RulePart.QUALIFY, 5, None)]
    assert len(rule_lines(renamed)) == 1
