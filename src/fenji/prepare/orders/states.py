"""What holds for a whole order although one row only says it: its status, when it was paid or cancelled, that a refund is told.

Exports with several rows for one order often write these on its first row and leave them empty on the others. Rows of one file
with one order id are the order here; what a row says for itself stays.

Source  the order exports of Shopify, Shopline and Shoplazza, whose later rows hold goods only
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

SAYS_CANCELLED, SAYS_PAID, TELLS_REFUND = "says_cancelled", "says_paid", "tells_refund"
"""Columns that this step adds."""


def with_order_states(rows: ir.Table, *, has_status: bool, has_heads: bool) -> ir.Table:
    """The rows of one source with what their order's other rows say.

    Grain: one row per row given.
    Keeps: every row; an empty ``status`` takes that of the first row of its order that has one, where no heads tell it.

    Args:
        rows: with ``file``, ``row_number``, ``order_id``, ``status``, ``refund_amount``, and
            ``cancelled_at__said`` and ``paid_at__said``: whether anything stands in the cell.
        has_status: whether the source has a status. Where it has, a cancellation reaches only rows without one: a row that says
            that it was delivered was.
        has_heads: whether the rows are lines of heads in another file: what a line does not say, its head does, not the line beside it.

    Returns:
        the rows with ``says_cancelled``, ``says_paid`` and ``tells_refund``, of the row or of its order; never null.
    """
    # Rows without an order id are orders of their own.
    alone = ibis.ifelse(rows["order_id"].isnull(), rows["row_number"], ibis.literal(0, "int64"))
    order = ibis.window(group_by=[rows["file"], rows["order_id"], alone])

    # The smallest of (row number, status): one aggregate, which both engines compute over a window.
    told = ibis.struct({"row_number": rows["row_number"], "status": rows["status"]})
    first_told = ibis.ifelse(rows["status"].notnull(), told, ibis.null(told.type())).min().over(order)
    cancelled = rows["cancelled_at__said"]
    spreads = rows["status"].isnull() if has_status else ibis.literal(value=True)
    shared = {
        "status": rows["status"] if has_heads else rows["status"].fill_null(first_told["status"]),
        SAYS_CANCELLED: cancelled | (spreads & cancelled.any().over(order)),
        SAYS_PAID: rows["paid_at__said"].any().over(order),
        TELLS_REFUND: (rows["refund_amount"].fill_null(0) != 0).any().over(order),
    }
    return rows.mutate(**shared).view()
