"""Every measure of a rule by hand, on ten orders: tea in five of them, cups in four, both in three.

Orders 1 and 2 hold tea and cups; 3 tea, cups and cake; 4 tea; 5 cake; 6 cups; 7 tea and cake; 8, 9 and 10 bread.
Customer 1 (tier vip) placed orders 1, 2 and 4, customer 2 (tier entry) 3, 5 and 6, customer 3 (lost) 7 and 8; 9 and 10 name nobody.
"""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from fenji.analyze.baskets.orders import (
    basket_lists,
    baskets_from,
    buyers_from,
    catalogue_of,
    count_baskets,
    count_item_lines,
    sale_items,
)
from fenji.analyze.baskets.tier_rules import KindRules, Scope, find_rules
from fenji.domain.basket_rules import BasketChoices, ItemKind
from fenji.engines.engine import Engine
from fixtures.orders import baskets_of, order_lines, tiers_of

AS_OF = date(2026, 3, 31)
CHOICES = BasketChoices(min_support=0.2, least_baskets=1, least_customers=1, min_confidence=0.0, min_lift=0.0)
TIERS = ("entry", "vip")

SHOP = (
    ("1", 1, "2026-01-01", ["tea", "cups"]),
    ("2", 1, "2026-01-02", ["tea", "cups", "tea"]),
    ("3", 2, "2026-01-03", ["tea", "cups", "cake"]),
    ("4", 1, "2026-01-04", ["tea"]),
    ("5", 2, "2026-01-05", ["cake"]),
    ("6", 2, "2026-01-06", ["cups", ("tea", None, "return")]),
    ("7", 3, "2026-01-07", ["tea", "cake"]),
    ("8", 3, "2026-01-08", ["bread"]),
    ("9", None, "2026-01-09", ["bread"]),
    ("10", None, "2026-03-31", ["bread"]),
)
ASSIGNMENT = {1: "vip", 2: "entry", 3: None}


def found(
    engine: Engine,
    *orders: tuple,
    choices: BasketChoices = CHOICES,
    item_kind: ItemKind = ItemKind.PRODUCT,
    assignment: dict | None = None,
) -> KindRules:
    lines, tiers = engine.from_arrow(order_lines(*orders)), engine.from_arrow(tiers_of(AS_OF, assignment or ASSIGNMENT))
    items = sale_items(lines, item_kind=item_kind, opens_after=choices.window.opens_after(AS_OF), as_of=AS_OF)
    counted = {
        each["tier"]: each for each in engine.fetch(count_baskets(items, tiers, item_kind=item_kind, as_of=AS_OF)).to_pylist()
    }
    scopes = [
        Scope(None, sum(each["baskets"] for each in counted.values()), sum(each["multi_baskets"] for each in counted.values()))
    ]
    nothing = {"baskets": 0, "multi_baskets": 0}
    scopes += [Scope(tier, *(counted.get(tier, nothing)[name] for name in ("baskets", "multi_baskets"))) for tier in TIERS]
    names = sorted(engine.fetch(count_item_lines(items, least=1))["item"].to_pylist())
    catalogue = engine.from_arrow(catalogue_of(names))
    lists = engine.fetch(basket_lists(items, catalogue, tiers, tiers=TIERS, as_of=AS_OF))
    baskets, places, ordered = baskets_from(lists, names)
    buyers = buyers_from(lists)
    return find_rules(baskets, places, ordered, scopes, item_kind=item_kind, choices=choices, as_of=AS_OF, buyers=buyers)


def rule(rules: KindRules, left: list[str], right: str, tier: str | None = None) -> dict:
    wanted = json.dumps([f"product:{each}" for each in left])
    (row,) = [
        each
        for each in rules.rules.to_pylist()
        if (each["antecedent"], each["consequent"], each["tier"]) == (wanted, f"product:{right}", tier)
    ]
    return row


def test_every_measure_by_hand(duck: Engine) -> None:
    row = rule(found(duck, *SHOP), ["tea"], "cups")
    counts = [row[name] for name in ("orders", "antecedent_orders", "consequent_orders", "both_orders")]
    assert counts == [10, 5, 4, 3]
    assert row["support"] == pytest.approx(0.3)
    assert row["confidence"] == pytest.approx(0.6)
    assert row["lift"] == pytest.approx(1.5)
    assert row["leverage"] == pytest.approx(0.3 - 0.5 * 0.4)
    assert row["conviction"] == pytest.approx((1 - 0.4) / (1 - 0.6))
    # Variance of the logarithm: 1/3 - 1/5 - 1/4 + 2 * 3 / (5 * 4) - 1/10 = 1/12.
    # Two customers stand behind the three orders with both, so it counts one and a half times.
    assert row["both_customers"] == 2
    half = 1.959964 * math.sqrt(1 / 12 * 3 / 2)
    assert (row["lift_lower"], row["lift_upper"]) == pytest.approx((1.5 * math.exp(-half), 1.5 * math.exp(half)), rel=1e-6)
    back = rule(found(duck, *SHOP), ["cups"], "tea")
    assert (back["confidence"], back["lift"], back["conviction"]) == pytest.approx((0.75, 1.5, 2.0))


def test_a_rule_is_counted_in_every_tier_and_beside_the_others(duck: Engine) -> None:
    rules = found(duck, *SHOP)
    vip, entry, everyone = (rule(rules, ["tea"], "cups", tier) for tier in ("vip", "entry", None))
    # vip: orders 1, 2, 4, all with tea, two with cups: lift 3 * 2 / (3 * 2) = 1. entry: 3, 5, 6; one with tea, two with cups: 3 / 2.
    assert (vip["orders"], vip["both_orders"], vip["lift"]) == (3, 2, pytest.approx(1.0))
    assert (entry["orders"], entry["both_orders"], entry["lift"]) == (3, 1, pytest.approx(1.5))
    assert vip["lift_elsewhere"] == pytest.approx(1.5)
    assert vip["lift_difference"] == pytest.approx(-0.5)
    assert vip["is_difference_clear"] is False
    # log(1 / 1.5) over the root of both variances: 1/2 - 1/3 - 1/2 + 4/6 - 1/3 = 0, and 1 - 1 - 1/2 + 2/2 - 1/3 = 1/6 (one order, one customer).
    assert vip["difference_z"] == pytest.approx(math.log(1 / 1.5) / math.sqrt(1 / 6))
    assert everyone["lift_elsewhere"] is None
    assert everyone["difference_z"] is None


def test_a_clear_difference_between_tiers_is_said_unless_few_customers_make_it(duck: Engine) -> None:
    tiers = {100 + n: "vip" for n in range(60)} | {200 + n: "entry" for n in range(60)}

    def difference(customers: int) -> dict:
        """Sixty orders of each tier, placed by so many of its customers in turn."""
        vip = [(f"v{n}", 100 + n % customers, "2026-01-01", ["a", "b"] if n < 30 else ["c"]) for n in range(60)]
        entry = [
            (f"e{n}", 200 + n % customers, "2026-01-01", ["a", "b"] if n < 12 else ["a"] if n < 36 else ["b"]) for n in range(60)
        ]
        return rule(found(duck, *vip, *entry, assignment=tiers), ["a"], "b", "vip")

    # vip: 60 * 30 / (30 * 30) = 2. entry: a in 36, b in 12 + 24 = 36, both in 12: 60 * 12 / 36^2 = 0.5556.
    many, few = difference(60), difference(2)
    assert (many["lift"], many["lift_elsewhere"]) == (few["lift"], few["lift_elsewhere"]) == pytest.approx((2.0, 720 / 1296))
    assert (many["is_difference_clear"], few["is_difference_clear"]) == (True, False)


def test_where_the_left_side_never_stands_alone_conviction_is_infinite_and_so_null(duck: Engine) -> None:
    row = rule(
        found(duck, ("1", 1, "2026-01-01", ["a", "b"]), ("2", 1, "2026-01-02", ["a", "b"]), ("3", 2, "2026-01-03", ["b"])),
        ["a"],
        "b",
    )
    assert (row["confidence"], row["conviction"]) == (1.0, None)


def test_where_a_side_never_occurs_nothing_is_invented(duck: Engine) -> None:
    row = rule(found(duck, ("1", 1, "2026-01-01", ["a", "b"]), ("2", 2, "2026-01-02", ["c"])), ["a"], "b", "entry")
    assert (row["orders"], row["antecedent_orders"], row["support"]) == (1, 0, 0.0)
    unknown = ("confidence", "lift", "conviction", "lift_lower", "lift_upper", "lift_difference", "is_difference_clear")
    assert {name: row[name] for name in unknown} == dict.fromkeys(unknown)


def test_a_longer_rule_that_says_no_more_is_left_out_and_counted(duck: Engine) -> None:
    # a -> c holds in 3 of 4; {a, b} -> c in 2 of 3, less: redundant. b -> c holds in 2 of 4; {a, b} -> c beats that alone, but a -> c does not.
    orders = [["a", "b", "c"], ["a", "b", "c"], ["a", "b"], ["a", "c"], ["b"], ["c", "d"], ["d"], ["d"]]
    rules = found(duck, *((str(n), 1, "2026-01-01", each) for n, each in enumerate(orders)))
    kept = {(row["antecedent"], row["consequent"]) for row in rules.rules.to_pylist() if row["is_found"] and row["tier"] is None}
    assert ('["product:a"]', "product:c") in kept
    assert ('["product:a", "product:b"]', "product:c") not in kept
    (summary,) = [each for each in rules.summary.to_pylist() if each["tier"] is None]
    assert summary["redundant_rules"] > 0
    assert summary["strong_rules"] - summary["redundant_rules"] == summary["rules"]


def test_giant_orders_are_cut_to_their_most_frequent_items_and_that_is_said(duck: Engine) -> None:
    giant = ("g", 1, "2026-01-01", ["a", "b", "x", "y", "z"])
    small = [(str(n), 2, "2026-01-01", ["a", "b"]) for n in range(4)]
    rules = found(duck, giant, *small, choices=replace(CHOICES, most_items=2, min_support=0.01))
    (everyone, entry, vip) = rules.summary.to_pylist()
    assert (everyone["cut_orders"], everyone["cut_items"]) == (1, 3)
    assert (entry["cut_orders"], vip["cut_orders"]) == (0, 1)
    assert {row["consequent"] for row in rules.rules.to_pylist()} == {"product:a", "product:b"}
    assert rule(rules, ["a"], "b")["both_orders"] == 5


def test_what_one_customer_orders_every_week_is_no_rule_and_that_is_said(duck: Engine) -> None:
    # Customer 1 buys a and b six times; b and c stand together in the orders of customers 1 and 2 and in one that names nobody.
    weekly = [(f"w{n}", 1, "2026-01-01", ["a", "b"]) for n in range(6)]
    mixed = [("m1", 1, "2026-01-01", ["b", "c"]), ("m2", 2, "2026-01-01", ["b", "c"]), ("m3", None, "2026-01-01", ["b", "c"])]
    choices = replace(CHOICES, least_customers=3, min_support=0.1)
    rules = found(duck, *weekly, *mixed, choices=choices)
    kept = {(row["antecedent"], row["consequent"]): row for row in rules.rules.to_pylist() if row["is_found"]}
    assert set(kept) == {('["product:b"]', "product:c"), ('["product:c"]', "product:b")}
    assert kept['["product:b"]', "product:c"]["both_customers"] == 3
    by_tier = {row["tier"]: row["both_customers"] for row in rules.rules.to_pylist() if row["consequent"] == "product:c"}
    assert by_tier == {None: 3, "entry": 1, "vip": 1}
    assert [row["narrow_rules"] for row in rules.summary.to_pylist() if row["tier"] is None] == [2]


def test_rows_after_as_of_and_before_the_window_change_nothing(duck: Engine) -> None:
    late = [(f"l{n}", 1, "2026-04-01", ["tea", "cups"]) for n in range(5)]
    old = [(f"o{n}", 1, "2025-03-31", ["tea", "cups"]) for n in range(5)]
    assert found(duck, *SHOP, *late, *old).rules.equals(found(duck, *SHOP).rules)


def test_the_order_of_rows_changes_nothing(duck: Engine) -> None:
    assert found(duck, *reversed(SHOP)).rules.equals(found(duck, *SHOP).rules)


def test_the_summary_says_what_was_counted(duck: Engine) -> None:
    everyone, entry, vip = found(duck, *SHOP).summary.to_pylist()
    # Order 2 holds tea twice, and so is counted as two different items only because of the cups.
    assert (everyone["orders"], everyone["multi_orders"], everyone["min_count"]) == (10, 4, 2)
    assert (entry["orders"], entry["multi_orders"], vip["orders"], vip["multi_orders"]) == (3, 1, 3, 2)
    assert everyone["opens_after"] == date(2025, 3, 31)
    assert everyone["is_support_declared"] is True


def test_a_product_never_stands_beside_its_own_category() -> None:
    # Items by number: 0 cake, 1 sweets (the category of cake), 2 tea; every order holds all three.
    baskets = baskets_of([[0, 1, 2]] * 6 + [[2]] * 3, 3)
    items = ["product:cake", "category:sweets", "product:tea"]
    rules = find_rules(
        baskets, np.full(9, -1), items, [Scope(None, 9, 6)], item_kind=ItemKind.MIXED, choices=CHOICES, as_of=AS_OF, apart=np.array([0 * 3 + 1])
    ).rules.to_pylist()  # fmt: skip
    assert {(each["antecedent"], each["consequent"]) for each in rules} == {
        ('["category:sweets"]', "product:tea"),
        ('["product:tea"]', "category:sweets"),
    }
