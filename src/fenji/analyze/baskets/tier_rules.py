"""Which rules hold among all orders, which among the orders of a tier, and how much stronger are they there than elsewhere?

Reads   clean.order_line, insight.tier_assignment
Writes  insight.basket_rule: one row per rule and scope (all orders, or those of one tier)
        insight.basket_summary: one row per kind of items and scope
Units   orders; shares 0..1; a lift of 1 means: as often as by chance
Keeps   every rule that is found in any scope, counted in every scope
Source  decision 0027; the measures and their sources stand in ``association``
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from fenji.analyze.baskets.association import Flags, Rules, measure, rules_in, surest_first
from fenji.analyze.baskets.counting import count_buyers, count_sets, padded
from fenji.analyze.baskets.itemsets import Baskets, Ints, SmallInts, frequent_itemsets
from fenji.analyze.baskets.orders import NO_TIER, cut_to
from fenji.domain.basket_rules import CATEGORY_PREFIX, BasketChoices, ItemKind
from fenji.tables.insight_baskets import BASKET_RULE, BASKET_SUMMARY

DEFAULT_SUPPORT = 0.0002
"""Least share of orders where none is declared: in a shop of 50,000 orders that is the ten that ``least_baskets`` asks for anyway."""
MOST_SETS = 20_000
"""Sets of two and more items per scope where no support is declared; the least count rises until there are no more."""
Z_CLEAR = 3.290526731491894
"""Standard deviations beyond which the lifts of two groups differ clearly: by chance once in a thousand rules."""


@dataclass(frozen=True)
class Scope:
    """All orders (tier None), or those that the customers of one tier placed."""

    tier: str | None
    orders: int
    multi_orders: int


@dataclass(frozen=True)
class KindRules:
    """The rows of both tables for one kind of items."""

    rules: pa.Table
    summary: pa.Table


def least_count(orders: int, choices: BasketChoices) -> int:
    """In how many of so many orders a set must stand.

    >>> least_count(155_848, BasketChoices()), least_count(900, BasketChoices(min_support=0.05))
    (32, 45)
    """
    share = DEFAULT_SUPPORT if choices.min_support is None else choices.min_support
    # A share such as 0.07 of 100 is 7, not the 8 that doubles make of it.
    return max(choices.least_baskets, int(np.ceil(share * orders - 1e-9)), 1)


def find_rules(
    baskets: Baskets,
    tier_numbers: Ints,
    items: Sequence[str],
    scopes: Sequence[Scope],
    *,
    item_kind: ItemKind,
    choices: BasketChoices,
    as_of: date,
    apart: Ints | None = None,
    buyers: Ints | None = None,
) -> KindRules:
    """The rules of one kind of items in every scope.

    Args:
        baskets: the orders that hold anything frequent.
        tier_numbers: of each basket: the place of its tier among the scopes behind the first one, or -1.
        items: the items by number.
        scopes: all orders first, then every tier.
        item_kind: what the items are.
        choices: windows and thresholds.
        as_of: the last day that counts.
        apart: pairs of item numbers that never stand in one rule: a product (smaller first) x width + its category.
        buyers: the customer behind each basket; None: not known, then no rule is left out for lack of customers.
    """
    cut, lost = cut_to(baskets, choices.most_items)
    chosen = [np.ones(len(cut), bool) if place == 0 else tier_numbers == place - 1 for place in range(len(scopes))]
    is_category = (
        None if item_kind is not ItemKind.MIXED else np.array([each.startswith(CATEGORY_PREFIX) for each in items], bool)
    )
    found = [
        _found_in(
            cut if own.all() else cut.only(own),
            scope.orders,
            choices,
            is_category=is_category,
            apart=apart,
            buyers=None if buyers is None else buyers[own],
        )
        for own, scope in zip(chosen, scopes, strict=True)
    ]
    every, flags = _united([each.rules for each in found])
    counted = count_in_scopes(cut, tier_numbers, every, len(scopes))
    order = surest_first(counted[0], scopes[0].orders)
    counted, flags = [each.only(order) for each in counted], flags[order]
    names = _Names.of(counted[0], items)
    behind = None if buyers is None else _customers_in_scopes(cut, tier_numbers, buyers, counted[0], len(scopes))
    rows = [
        _rule_rows(counted, scopes, place, names=names, is_found=flags[:, place], behind=behind)
        | {"as_of": as_of, "item_kind": str(item_kind), "both_customers": None if behind is None else behind[place]}
        for place in range(len(scopes))
    ]
    summary = [
        {
            **_summary_row(scope, each, choices, len(items)),
            **_cuts(lost, tier_numbers, place - 1),
            "as_of": as_of,
            "item_kind": str(item_kind),
            "opens_after": choices.window.opens_after(as_of),
        }
        for place, (scope, each) in enumerate(zip(scopes, found, strict=True))
    ]
    return KindRules(_rows_of(rows), pa.Table.from_pylist(summary, BASKET_SUMMARY.schema.to_pyarrow()))


@dataclass(frozen=True)
class _FoundIn:
    """What was found in one scope."""

    rules: Rules
    """The rules that are kept, the surest first."""
    min_count: int
    frequent_items: int
    sets: int
    found: int
    redundant: int
    narrow: int
    """Rules behind which too few customers stand."""


def _found_in(
    baskets: Baskets, orders: int, choices: BasketChoices, *, is_category: Flags | None, apart: Ints | None, buyers: Ints | None
) -> _FoundIn:
    most = MOST_SETS if choices.min_support is None else None
    sets = frequent_itemsets(
        baskets, min_count=least_count(orders, choices), max_size=choices.max_antecedents + 1, most=most, apart=apart
    )
    rules, redundant = rules_in(sets, max_antecedents=choices.max_antecedents)
    measures = measure(rules, orders)
    strong = (measures.confidence >= choices.min_confidence) & (measures.lift >= choices.min_lift)
    if is_category is not None:
        strong &= _is_mixed(rules, is_category)
    kept = rules.only(strong & ~redundant)
    order = surest_first(kept, orders)[: choices.most_rules]
    kept = kept.only(order)
    broad = np.ones(len(kept), bool)
    if buyers is not None:
        nowhere = np.zeros(len(baskets), np.int64)
        broad = count_buyers(baskets, buyers, nowhere, both_sides(kept), number_of_groups=1)[:, 0] >= choices.least_customers
    return _FoundIn(
        kept.only(broad),
        sets.min_count,
        len(sets.by_size[0]),
        sum(len(each) for each in sets.by_size[1:]),
        int(strong.sum()),
        int((strong & redundant).sum()),
        int((~broad).sum()),
    )


def both_sides(rules: Rules) -> SmallInts:
    """The items of both sides of each rule; -1 for none."""
    return np.column_stack([rules.antecedents, rules.consequents]).astype(np.int32)


def _customers_in_scopes(baskets: Baskets, tier_numbers: Ints, buyers: Ints, rules: Rules, number_of_scopes: int) -> list[Ints]:
    """Different customers behind each rule, among all orders, then in each tier."""
    everywhere = np.zeros(len(baskets), np.int64)
    overall = count_buyers(baskets, buyers, everywhere, both_sides(rules), number_of_groups=1)
    tiers = count_buyers(baskets, buyers, tier_numbers, both_sides(rules), number_of_groups=number_of_scopes - 1)
    return [overall[:, 0], *tiers.T]


def _is_mixed(rules: Rules, is_category: Flags) -> Flags:
    """Whether a rule holds a product and a category; the others are found among products or categories alone."""
    everything = np.column_stack([rules.antecedents, rules.consequents])
    holds_category = (is_category[everything] & (everything >= 0)).any(axis=1)
    holds_product = (~is_category[everything] & (everything >= 0)).any(axis=1)
    return np.asarray(holds_category & holds_product)


def _united(parts: Sequence[Rules]) -> tuple[Rules, Flags]:
    """Every rule once, and in which scopes it was found."""
    sides = np.concatenate([np.column_stack([each.antecedents, each.consequents]) for each in parts])
    unique, places = np.unique(sides, axis=0, return_inverse=True)
    flags = np.zeros((len(unique), len(parts)), bool)
    owners = np.repeat(np.arange(len(parts)), [len(each) for each in parts])
    flags[places.reshape(-1), owners] = True
    nothing = np.zeros(len(unique), np.int64)
    return Rules(unique[:, :-1], unique[:, -1], nothing, nothing, nothing), flags


def count_in_scopes(baskets: Baskets, tier_numbers: Ints, rules: Rules, number_of_scopes: int) -> list[Rules]:
    """The same rules with their counts among all orders, then in each tier."""
    tiers = number_of_scopes - 1
    groups = np.where(tier_numbers == NO_TIER, tiers, tier_numbers)
    both = both_sides(rules)
    sets = padded([rules.antecedents, rules.consequents[:, None], both], both.shape[1])
    by_group = count_sets(baskets, groups, sets, number_of_groups=tiers + 1)
    columns = [by_group.sum(axis=1), *by_group.T[:tiers]]
    return [Rules(rules.antecedents, rules.consequents, *np.split(column, 3)) for column in columns]


@dataclass(frozen=True)
class _Names:
    """Both sides of each rule as stored."""

    antecedents: list[str]
    consequents: list[str]

    @classmethod
    def of(cls, rules: Rules, items: Sequence[str]) -> _Names:
        left = [_as_list([items[number] for number in row if number >= 0]) for row in rules.antecedents.tolist()]
        return cls(left, [items[number] for number in rules.consequents.tolist()])


def _as_list(names: list[str]) -> str:
    return json.dumps(sorted(names), ensure_ascii=False)


def _rule_rows(
    counted: Sequence[Rules],
    scopes: Sequence[Scope],
    place: int,
    *,
    names: _Names,
    is_found: Flags,
    behind: Sequence[Ints] | None,
) -> dict[str, Any]:
    """The columns of one scope."""
    scope, rules = scopes[place], counted[place]
    own = measure(rules, scope.orders, customers=None if behind is None else behind[place])
    others = [other for other in range(1, len(scopes)) if other != place] if scope.tier is not None else []
    # Everybody stands in one tier, so that different customers of several tiers add up.
    far = None if behind is None else sum((behind[other] for other in others), np.zeros(len(rules), np.int64))
    elsewhere = measure(
        _summed(rules, [counted[other] for other in others]), sum(scopes[other].orders for other in others), customers=far
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        # Where a side has no order with both, its logarithm has no variance, and nothing can be said to be clear.
        z = (np.log(own.lift) - np.log(elsewhere.lift)) / np.sqrt(own.log_variance + elsewhere.log_variance)
    return {
        "rule": np.arange(1, len(rules) + 1),
        "tier": scope.tier,
        "antecedent": names.antecedents,
        "consequent": names.consequents,
        "orders": scope.orders,
        "antecedent_orders": rules.antecedent_counts,
        "consequent_orders": rules.consequent_counts,
        "both_orders": rules.both_counts,
        **{name: getattr(own, name) for name in ("support", "confidence", "lift", "leverage", "conviction")},
        "lift_lower": own.lift_lower,
        "lift_upper": own.lift_upper,
        "is_found": is_found,
        "lift_elsewhere": elsewhere.lift,
        "lift_difference": own.lift - elsewhere.lift,
        "difference_z": z,
        "is_difference_clear": pa.array(np.abs(z) > Z_CLEAR, mask=~np.isfinite(z)),
    }


def _summed(rules: Rules, parts: Sequence[Rules]) -> Rules:
    nothing = np.zeros(len(rules), np.int64)
    sums = [
        sum((getattr(each, name) for each in parts), nothing)
        for name in ("antecedent_counts", "consequent_counts", "both_counts")
    ]
    return Rules(rules.antecedents, rules.consequents, *sums)


def _rows_of(parts: Sequence[dict[str, Any]]) -> pa.Table:
    """The columns of every scope below one another, in the types of the contract; numbers that do not exist as nulls."""
    schema = BASKET_RULE.schema.to_pyarrow()
    tables = []
    for part in parts:
        height = len(part["rule"])
        columns = [_column(part[field.name], field.type, height) for field in schema]
        tables.append(pa.Table.from_arrays(columns, schema=schema))
    return pa.concat_tables(tables)


def _column(values: object, kind: pa.DataType, height: int) -> pa.Array:
    if isinstance(values, pa.Array):
        return values
    if isinstance(values, np.ndarray) and values.dtype.kind == "f":
        return pa.array(values, kind, mask=~np.isfinite(values))
    if isinstance(values, np.ndarray | list):
        return pa.array(values, kind)
    return pa.array([values] * height, kind)


def _summary_row(scope: Scope, found: _FoundIn, choices: BasketChoices, items: int) -> dict[str, Any]:
    return {
        "tier": scope.tier,
        "orders": scope.orders,
        "multi_orders": scope.multi_orders,
        "items": items,
        "frequent_items": found.frequent_items,
        "most_items": choices.most_items,
        "min_count": found.min_count,
        "min_support": found.min_count / scope.orders if scope.orders else None,
        "is_support_declared": choices.min_support is not None,
        "min_confidence": choices.min_confidence,
        "min_lift": choices.min_lift,
        "max_antecedents": choices.max_antecedents,
        "sets": found.sets,
        "strong_rules": found.found,
        "redundant_rules": found.redundant,
        "narrow_rules": found.narrow,
        "least_customers": choices.least_customers,
        "rules": len(found.rules),
    }


def _cuts(lost: Ints, tier_numbers: Ints, tier: int) -> dict[str, int]:
    own = lost if tier == NO_TIER else lost[tier_numbers == tier]
    return {"cut_orders": int((own > 0).sum()), "cut_items": int(own.sum())}
