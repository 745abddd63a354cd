"""What did each order hold? Its different products, categories or both, as lists of numbers.

Reads   clean.order_line, insight.tier_assignment
Writes  nothing: expressions only
Units   orders; an item is product:<product_id> or category:<category>
Keeps   sale lines of the window with a product (or category); orders without a customer stand in no tier; a return does not undo that
        things were bought together
Source  decision 0027
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from fenji.analyze.baskets.itemsets import Baskets, Ints
from fenji.domain.basket_rules import CATEGORY_PREFIX, PRODUCT_PREFIX, ItemKind

NO_TIER = -1
"""The number of who stands in no tier: unattributed, unknown or lost."""


def sale_items(order_line: ir.Table, *, item_kind: ItemKind, opens_after: date | None, as_of: date) -> ir.Table:
    """What was sold, line by line.

    Args:
        order_line: clean.order_line.
        item_kind: whether items are products, categories, or both side by side.
        opens_after: the last day before the window; None: no beginning.
        as_of: the last day that counts.

    Grain: one row per sale line and kind of item: source, order_id, customer_key, item.
    """
    day = ibis.literal(as_of, type="date")
    sales = order_line.filter(order_line.kind == "sale", order_line.ordered_on <= day)
    if opens_after is not None:
        sales = sales.filter(sales.ordered_on > ibis.literal(opens_after, type="date"))
    parts = []
    if item_kind is not ItemKind.CATEGORY:
        parts.append(_items(sales, sales.product_id, PRODUCT_PREFIX))
    if item_kind is not ItemKind.PRODUCT:
        parts.append(_items(sales, sales.category, CATEGORY_PREFIX))
    return parts[0] if len(parts) == 1 else ibis.union(parts[0], parts[1])


def _items(sales: ir.Table, name: ir.StringValue, prefix: str) -> ir.Table:
    return sales.filter(name.notnull()).select("source", "order_id", "customer_key", item=ibis.literal(prefix) + name)


def count_baskets(items: ir.Table, assignment: ir.Table, *, item_kind: ItemKind, as_of: date) -> ir.Table:
    """How many orders each tier placed, and in how many of them were two different items.

    Of mixed items only products count for that: every product comes with its category.

    Args:
        items: of ``sale_items``.
        assignment: insight.tier_assignment; rows of other dates change nothing.
        item_kind: what the items are.
        as_of: the day whose tiers count: what customers are now, not what they were when they ordered.

    Grain: one row per tier: tier (null: no customer, or in no tier), baskets, multi_baskets.
    """
    counts = items.item.startswith(PRODUCT_PREFIX) if item_kind is ItemKind.MIXED else items.item.notnull()
    first, last = items.item.min(where=counts), items.item.max(where=counts)
    baskets = items.group_by("source", "order_id").aggregate(
        customer_key=items.customer_key.max(),
        is_multi=ibis.coalesce(first != last, ibis.literal(False)),  # noqa: FBT003 - a value, not a mode
    )
    tiered = _with_tier(baskets, assignment, as_of)
    return tiered.group_by("tier").aggregate(
        baskets=tiered.count().cast("int64"), multi_baskets=tiered.is_multi.cast("int64").sum().cast("int64")
    )


def count_item_lines(items: ir.Table, *, least: int) -> ir.Table:
    """Items with so many sale lines: every item that stands in so many orders is among them.

    Grain: one row per item: item, sale_lines.
    """
    counted = items.group_by("item").aggregate(sale_lines=items.count().cast("int64"))
    return counted.filter(counted.sale_lines >= least)


def basket_lists(items: ir.Table, catalogue: ir.Table, assignment: ir.Table, *, tiers: Sequence[str], as_of: date) -> ir.Table:
    """Every order that holds any item of a catalogue.

    Args:
        items: of ``sale_items``.
        catalogue: item and its ``item_number`` (int32).
        assignment: insight.tier_assignment; rows of other dates change nothing.
        tiers: the tiers, which are numbered in this order.
        as_of: the day whose tiers count.

    Grain: one row per order: tier_number (-1: no tier), customer_key (null: none), item_numbers (a list in any order, with repetitions).
    """
    numbered = items.join(catalogue, items.item == catalogue.item).select(
        items.source, items.order_id, items.customer_key, catalogue.item_number
    )
    baskets = numbered.group_by("source", "order_id").aggregate(
        customer_key=numbered.customer_key.max(), item_numbers=numbered.item_number.collect()
    )
    tiered = _with_tier(baskets, assignment, as_of)
    places = [(tiered.tier == tier, ibis.literal(place, type="int32")) for place, tier in enumerate(tiers)]
    place = ibis.cases(*places, else_=ibis.literal(NO_TIER, type="int32"))
    return tiered.select("item_numbers", "customer_key", tier_number=place)


def own_categories(order_line: ir.Table, catalogue: ir.Table, *, opens_after: date | None, as_of: date) -> ir.Table:
    """Under which categories each product was sold; the two never stand in one rule.

    Args:
        order_line: clean.order_line.
        catalogue: item and its ``item_number``.
        opens_after: the last day before the window.
        as_of: the last day that counts.

    Grain: one row per product and category that are both in the catalogue: product_number, category_number.
    """
    day = ibis.literal(as_of, type="date")
    sales = order_line.filter(
        order_line.kind == "sale",
        order_line.ordered_on <= day,
        order_line.product_id.notnull(),
        order_line.category.notnull(),
    )
    if opens_after is not None:
        sales = sales.filter(sales.ordered_on > ibis.literal(opens_after, type="date"))
    pairs = sales.select(
        product=ibis.literal(PRODUCT_PREFIX) + sales.product_id, category=ibis.literal(CATEGORY_PREFIX) + sales.category
    ).distinct()
    products = catalogue.select(product="item", product_number="item_number")
    categories = catalogue.select(category="item", category_number="item_number")
    return pairs.join(products, "product").join(categories, "category").select("product_number", "category_number")


def _with_tier(baskets: ir.Table, assignment: ir.Table, as_of: date) -> ir.Table:
    now = assignment.filter(assignment.as_of == ibis.literal(as_of, type="date"))
    tiers = now.select(tier_key="customer_key", tier="tier")
    return baskets.left_join(tiers, baskets.customer_key == tiers.tier_key).drop("tier_key")


def catalogue_of(items: Sequence[str]) -> pa.Table:
    """Items with their places in the list as numbers."""
    numbers = pa.array(np.arange(len(items), dtype=np.int32))
    return pa.table({"item": pa.array(items, pa.string()), "item_number": numbers})


def baskets_from(lists: pa.Table, items: Sequence[str]) -> tuple[Baskets, Ints, list[str]]:
    """The fetched ``basket_lists`` as sorted lists without repetitions, items numbered anew by how many baskets hold them.

    Args:
        lists: the rows.
        items: the items by the number that they had there.

    Returns:
        The baskets, the tier number of each, and the items by their new number: rarest first, equal ones in the order of their names.
    """
    column = lists["item_numbers"].combine_chunks()
    column = column if isinstance(column, pa.Array) else pa.concat_arrays(column.chunks)
    numbers = np.asarray(column.flatten(), dtype=np.int64)
    sizes = np.asarray(column.value_lengths(), dtype=np.int64)
    width = max(len(items), 1)
    codes = np.repeat(np.arange(len(sizes)), sizes) * width + numbers
    codes.sort()
    codes = codes[np.concatenate([[True], codes[1:] != codes[:-1]])[: len(codes)]]
    owners, numbers = codes // width, codes % width
    counts = np.bincount(numbers, minlength=len(items))
    order = sorted(range(len(items)), key=lambda number: (counts[number], items[number]))
    renumbered = np.empty(len(items), np.int64)
    renumbered[order] = np.arange(len(items))
    codes = np.sort(owners * width + renumbered[numbers])
    starts = np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=len(sizes)))]).astype(np.int64)
    baskets = Baskets(starts, (codes % width).astype(np.int32), len(items))
    tiers = np.asarray(lists["tier_number"], dtype=np.int64)
    return baskets, tiers, [items[number] for number in order]


def buyers_from(lists: pa.Table) -> Ints:
    """A number for the customer behind each order of the fetched ``basket_lists``; every order without one has a number of its own."""
    keys = lists["customer_key"]
    unknown = -1 - np.arange(lists.num_rows)
    known = keys.is_valid().to_numpy()
    return np.where(known, keys.fill_null(0).to_numpy().astype(np.int64), unknown)


def cut_to(baskets: Baskets, most: int) -> tuple[Baskets, Ints]:
    """Giant baskets cut to their most frequent items.

    Returns:
        The baskets, and how many items each one lost.
    """
    sizes = baskets.sizes
    behind = np.repeat(baskets.starts[1:], sizes) - np.arange(len(baskets.items))
    kept = behind <= most
    left = np.minimum(sizes, most)
    starts = np.concatenate([[0], np.cumsum(left)]).astype(np.int64)
    return Baskets(starts, baskets.items[kept], baskets.width), sizes - left
