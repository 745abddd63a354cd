"""Which products has every customer bought, how lately and how often, and which came back?

Reads   clean.order_line, insight.tier_assignment
Writes  nothing: expressions only
Units   weights in millionths of a purchase today; days are calendar days
Keeps   rows after as_of change nothing; several orders of a product on a day count once; weights are whole numbers, so that both engines sum them alike
Source  decision 0028
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

MILLION = 1_000_000
NO_TIER = -1
"""The number of who stands in no tier."""
_PRIME, _SPACE = 2_654_435_761, 2**32
"""Knuth's multiplicative hash: it spreads neighbouring keys over all numbers below 2^32."""


def customer_purchases(order_line: ir.Table, *, opens_after: date | None, half_life_days: int, as_of: date) -> ir.Table:
    """What each customer bought.

    Args:
        order_line: clean.order_line; lines without customer or product are left out.
        opens_after: the last day before the window; returns count whenever they were.
        half_life_days: a purchase weighs half as much after so many days.
        as_of: the last day that counts.

    Grain: one row per customer and product: customer_key, product_id, weight, order_days (0: only came back), last_on (null then),
    is_returned, category (any one that it was sold under, the last in the alphabet).
    """
    day = ibis.literal(as_of, type="date")
    lines = order_line.filter(order_line.ordered_on <= day, order_line.customer_key.notnull(), order_line.product_id.notnull())
    is_sale = lines.kind == "sale"
    if opens_after is not None:
        is_sale &= lines.ordered_on > ibis.literal(opens_after, type="date")
    marked = lines.select(
        "customer_key", "product_id", "ordered_on", "category", is_sale=is_sale, is_return=lines.kind == "return"
    )
    relevant = marked.filter(marked.is_sale | marked.is_return)
    days = relevant.group_by("customer_key", "product_id", "ordered_on").aggregate(
        sold=relevant.is_sale.cast("int64").max(),
        returned=relevant.is_return.cast("int64").max(),
        category=relevant.category.max(),
    )
    age = day.delta(days.ordered_on, unit="day").cast("float64")
    decay = (ibis.literal(2.0) ** (age / -float(half_life_days)) * float(MILLION)).round().cast("int64")
    weighed = days.mutate(weight=days.sold * decay, sold_on=(days.sold == 1).ifelse(days.ordered_on, ibis.null("date")))
    return weighed.group_by("customer_key", "product_id").aggregate(
        weight=weighed.weight.sum().cast("int64"),
        order_days=weighed.sold.sum().cast("int64"),
        last_on=weighed.sold_on.max(),
        is_returned=weighed.returned.max() == 1,
        category=weighed.category.max(),
    )


def product_buyers(purchases: ir.Table, *, least: int) -> ir.Table:
    """Who bought each product.

    Grain: one row per product with so many buyers: product_id, category, buyers, repeat_buyers (bought it on a second day), last_on.
    """
    products = purchases.group_by("product_id").aggregate(
        category=purchases.category.max(),
        buyers=(purchases.order_days > 0).cast("int64").sum().cast("int64"),
        repeat_buyers=(purchases.order_days > 1).cast("int64").sum().cast("int64"),
        last_on=purchases.last_on.max(),
    )
    return products.filter(products.buyers >= least)


def recent_buyers(purchases: ir.Table, catalogue: ir.Table, assignment: ir.Table | None, *, days: int, as_of: date) -> ir.Table:
    """How many customers of each tier bought each product lately.

    Args:
        purchases: of ``customer_purchases``.
        catalogue: product_id and its ``item_number``.
        assignment: insight.tier_assignment; None: tiers are not known, everybody is in none.
        days: how far back lately goes.
        as_of: the day whose tiers count.

    Grain: one row per tier (null: none) and product that occur: tier, item_number, buyers.
    """
    opens = ibis.literal(as_of - timedelta(days=days), type="date")
    recent = purchases.filter(purchases.last_on > opens)
    tiered = with_tier(recent.join(catalogue, "product_id").select("customer_key", "item_number"), assignment, as_of=as_of)
    return tiered.group_by("tier", "item_number").aggregate(buyers=tiered.count().cast("int64"))


def tier_customers(purchases: ir.Table, assignment: ir.Table | None, *, days: int, as_of: date) -> ir.Table:
    """How many customers of each tier bought anything lately.

    Grain: one row per tier (null: none): tier, customers.
    """
    opens = ibis.literal(as_of - timedelta(days=days), type="date")
    recent = purchases.filter(purchases.last_on > opens).select("customer_key").distinct()
    tiered = with_tier(recent, assignment, as_of=as_of)
    return tiered.group_by("tier").aggregate(customers=tiered.count().cast("int64"))


def scoring_rows(
    purchases: ir.Table, catalogue: ir.Table, assignment: ir.Table, *, tiers: Sequence[str], as_of: date
) -> ir.Table:
    """Everything that is needed to recommend something to everybody.

    Args:
        purchases: of ``customer_purchases``.
        catalogue: product_id and its ``item_number``.
        assignment: insight.tier_assignment.
        tiers: the tiers, which are numbered in this order.
        as_of: the day whose customers and tiers count.

    Grain: one row per customer and product of the catalogue: customer_key, tier_number (-1: none), item_number, weight, order_days,
    is_returned; customers without any have one row without a product.
    """
    now = assignment.filter(assignment.as_of == ibis.literal(as_of, type="date"))
    places = [(now.tier == tier, ibis.literal(place, type="int32")) for place, tier in enumerate(tiers)]
    customers = now.select("customer_key", tier_number=ibis.cases(*places, else_=ibis.literal(NO_TIER, type="int32")))
    bought = numbered(purchases, catalogue)
    joined = customers.left_join(bought, customers.customer_key == bought.customer_key)
    return joined.select("customer_key", "tier_number", "item_number", "weight", "order_days", "is_returned")


def numbered(purchases: ir.Table, catalogue: ir.Table) -> ir.Table:
    """Purchases of the catalogue's products by their numbers."""
    return purchases.join(catalogue, "product_id").select("customer_key", "item_number", "weight", "order_days", "is_returned")


def sampled(table: ir.Table, share: float) -> ir.Table:
    """All rows of about such a share of the customers: always the same ones, whatever the engine and the order of rows."""
    if share >= 1:
        return table
    place = (table.customer_key % _SPACE) * _PRIME % _SPACE
    return table.filter(place < int(share * _SPACE))


def later_purchases(order_line: ir.Table, catalogue: ir.Table, *, after: date, as_of: date) -> ir.Table:
    """What was bought between two days, for the trial on the past.

    Grain: one row per customer and product of the catalogue: customer_key, item_number.
    """
    sales = order_line.filter(
        order_line.kind == "sale",
        order_line.customer_key.notnull(),
        order_line.ordered_on > ibis.literal(after, type="date"),
        order_line.ordered_on <= ibis.literal(as_of, type="date"),
    )
    return sales.join(catalogue, "product_id").select("customer_key", "item_number").distinct()


def with_tier(table: ir.Table, assignment: ir.Table | None, *, as_of: date) -> ir.Table:
    """The table with the customers' tier at a day; null where there is none."""
    if assignment is None:
        return table.mutate(tier=ibis.null("string"))
    now = assignment.filter(assignment.as_of == ibis.literal(as_of, type="date")).select(tier_key="customer_key", tier="tier")
    return table.left_join(now, table.customer_key == now.tier_key).drop("tier_key")
