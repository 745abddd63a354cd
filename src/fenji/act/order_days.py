"""What was bought in each order, and what came back on which day? Orders of the clean base as the ledger is told them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from fenji.domain.loyalty.program import LeftOut


def order_days(lines: ir.Table, *, leave_out: Sequence[LeftOut], as_of: date) -> ir.Table:
    """Orders, and the days on which something of them came back.

    Grain: one row per order and day: of an order ``cents`` bought (kind sale), of a later day ``cents`` that came back (kind return).
    Units: whole cents.
    Keeps: orders of known customers with a sale by ``as_of``; lines that earn nothing are left out, and an order of only such lines
        has 0.

    Args:
        lines: clean.order_line.
        leave_out: lines that earn nothing.
        as_of: later lines change nothing.
    """
    known = lines.filter(lines["customer_key"].notnull(), lines["ordered_on"] <= as_of)
    is_left_out = ibis.or_(
        *(known[each.column].isin(each.values).fill_null(False) for each in leave_out),  # noqa: FBT003 - ibis' own signature
        ibis.literal(False),  # noqa: FBT003 - ibis' own signature
    )
    cents = ibis.ifelse(is_left_out, ibis.literal(0, "decimal(18, 2)"), known["net_revenue"])
    known = known.mutate(paid=cents)
    sold = (
        known.filter(known["kind"] == "sale")
        .group_by("source", "order_id")
        .aggregate(
            customer_key=lambda t: t["customer_key"].min(),
            on=lambda t: t["ordered_on"].min(),
            cents=lambda t: (t["paid"].sum() * 100).cast("int64"),
        )
    )
    back = (
        known.filter(known["kind"] == "return")
        .group_by("source", "order_id", on=known["ordered_on"])
        .aggregate(cents=lambda t: (-(t["paid"].sum()) * 100).cast("int64"))
    )
    named = sold.select("source", "order_id", "customer_key", ordered_on="on")
    returned = back.join(named, ["source", "order_id"])
    columns = ("source", "order_id", "customer_key", "ordered_on", "on", "kind", "cents")
    sales = sold.mutate(kind=ibis.literal("sale"), ordered_on=sold["on"]).select(*columns)
    # What is returned on the day of the order, or before it by a slip of a clock, counts on that day.
    returns = returned.mutate(kind=ibis.literal("return"), on=ibis.greatest(returned["on"], returned["ordered_on"]))
    return sales.union(returns.select(*columns))


def refunds_apart(lines: ir.Table, *, since: date, as_of: date) -> ir.Table:
    """Refunds of known customers that stand under a number of their own: which order they belong to is not known.

    Grain: one row: ``refunds`` and their ``amount``, above 0.

    Args:
        lines: clean.order_line.
        since: earlier ones do not count.
        as_of: later ones do not count.
    """
    known = lines.filter(lines["customer_key"].notnull(), lines["ordered_on"].between(since, as_of))
    sold = lines.filter(lines["kind"] == "sale")
    apart = known.filter(known["kind"] == "return").anti_join(sold, ["source", "order_id"])
    orders = apart.group_by("source", "order_id").aggregate(amount=-apart["net_revenue"].sum()).filter(lambda t: t["amount"] > 0)
    return orders.aggregate(refunds=orders.count(), amount=orders["amount"].sum())


def with_birth_month(orders: ir.Table, customer: ir.Table) -> ir.Table:
    """Orders with the month of their customer's birthday, 1 to 12.

    Grain: one row per row given.
    Keeps: every row; the month is null where the birthday is not known.

    Args:
        orders: with customer_key.
        customer: clean.customer.
    """
    born = customer.select(key_of_born="customer_key", birth_month=customer["birth_on"].month())
    joined = orders.left_join(born, orders["customer_key"] == born["key_of_born"])
    return joined.select(*orders.columns, "birth_month")


def with_tier(orders: ir.Table, tiers: ir.Table, *, days: Sequence[date]) -> ir.Table:
    """Orders with the customer's official tier at the last of some reviews before the day of the order.

    Grain: one row per row given.
    Keeps: every row; the tier is null where no review came before, or the customer stood in none.

    Args:
        orders: with customer_key and ordered_on.
        tiers: insight.tier_assignment of the reviews, with customer_key, as_of and tier.
        days: the reviews.
    """
    last = ibis.null("date")
    for day in sorted(days):
        last = ibis.ifelse(orders["ordered_on"] > day, ibis.literal(day), last)
    asked = orders.mutate(asked_on=last)
    named = tiers.select(tier_key="customer_key", tier_on="as_of", tier="tier")
    joined = asked.left_join(named, [asked["customer_key"] == named["tier_key"], asked["asked_on"] == named["tier_on"]])
    return joined.select(*orders.columns, "tier")
