"""Is the refund on an order's row that of the row, or that of the whole order, written on each of its rows?

Reads   judged order rows
Writes  nothing stored: the orders whose refund counts once
Units   as typed rows: money in the source's currency
Keeps   orders of several sale rows, each at most once
Source  decision 0031. The header does not tell; arithmetic does: what went back is no more than what was paid. And a column means
        one thing in all of its source: where rows of any order say different refunds, equal ones prove nothing
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from fenji.domain.feeds import Feed
from fenji.domain.sources import Source
from fenji.prepare.orders.rows import is_return, quantity_times_price

_EXACT = "decimal(28, 4)"


def repeated_refunds(orders: ir.Table, sources: Sequence[Source], original: Sequence[Source]) -> ir.Table:
    """The orders whose refund is written on all of their rows and counts once.

    Grain: one row per such order: (order_source, order_id).

    Args:
        orders: order rows with ``order_source``; rejected ones are passed over.
        sources: the sources as whole order rows fill them.
        original: the entries of sources.yaml: lines whose heads tell the refund have it from there.
    """
    of_orders = _of_several_rows(orders, sources, original)
    laws = of_orders.group_by(law_source=of_orders["order_source"]).aggregate(
        differs=(~of_orders["is_equal"]).any(), any_proves=of_orders["proves"].any()
    )
    met = of_orders.join(laws, of_orders["order_source"] == laws["law_source"]).view()
    by_column = met["is_equal"] & ~met["differs"] & (met["any_proves"] | (met["is_shared"] & ~met["is_of_lines"]))
    return met.filter(met["is_heads"] | met["proves"] | by_column).select("order_source", "order_id")


def once_each(refunded: ir.Table, repeated: ir.Table) -> ir.Table:
    """Rows that state a refund, of the orders whose refund counts once the first only.

    Grain: one row per row that is left.
    """
    keys = ["order_source", "order_id"]
    same = refunded.semi_join(repeated, keys).view()
    first = ibis.window(group_by=keys, order_by=["file", "row_number", "source"])
    placed = same.mutate(place=ibis.row_number().over(first)).view()
    once = placed.filter(placed["place"] == 0).select(*refunded.columns)
    return refunded.anti_join(repeated, keys).select(*refunded.columns).union(once)


def _of_several_rows(orders: ir.Table, sources: Sequence[Source], original: Sequence[Source]) -> ir.Table:
    """Orders of several sale rows of which any states a refund, with what arithmetic says of them."""
    rows = orders.filter(orders["reason"].isnull())
    told_by_head = _told_by_heads(original)
    rows = rows.filter(~is_return(rows, sources))
    rows = rows.mutate(
        refund=rows["refund_amount"].abs().fill_null(ibis.literal("0").cast(rows["refund_amount"].type())).cast(_EXACT),
        own=ibis.coalesce(rows["line_amount"].cast(_EXACT), quantity_times_price(rows).cast(_EXACT)),
        from_head=rows["source"].isin(told_by_head) if told_by_head else ibis.literal(value=False),
    ).view()
    found = rows.group_by("order_source", "order_id").aggregate(
        rows=rows.count(),
        lines_told=rows["line_amount"].count(),
        total=rows["order_amount"].max().cast(_EXACT),
        own=rows["own"].sum().cast(_EXACT),
        least=rows["refund"].min(),
        most=rows["refund"].max(),
        together=rows["refund"].sum().cast(_EXACT),
        is_of_lines=(rows["refund"] == rows["own"]).fill_null(False).all(),  # noqa: FBT003 - Ibis takes it alone
        is_heads=rows["from_head"].any(),
    )
    several = found.filter((found["rows"] > 1) & (found["most"] > 0)).view()
    is_shared = (several["lines_told"] < several["rows"]) & several["total"].notnull()
    paid = ibis.ifelse(is_shared, several["total"], several["own"])
    is_equal = several["least"] == several["most"]
    proves = (is_equal & (several["together"] > paid) & (several["most"] <= paid)).fill_null(False)  # noqa: FBT003 - Ibis takes it alone
    return several.mutate(is_shared=is_shared, paid=paid, is_equal=is_equal, proves=proves).view()


def _told_by_heads(sources: Sequence[Source]) -> list[str]:
    """Line sources whose refunds are those of their heads."""
    by_name = {source.name: source for source in sources}
    return [
        source.name
        for source in sources
        if source.feed is Feed.ORDER_LINE
        and source.belongs_to in by_name
        and "refund_amount" in by_name[source.belongs_to].columns
        and "refund_amount" not in source.columns
    ]
