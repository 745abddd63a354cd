"""What do the orders say of a date, whoever placed them?

Reads   clean.order_line
Writes  insight.order_summary: one row
Units   money in the workspace's currency
Keeps   the money: what is said to be nobody's is all net revenue of the twelve months without a customer
Source  DESIGN section 5, windows
"""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from fenji.domain.periods import Window

YEAR = Window.parse("12m")


def order_summary(order_line: ir.Table, *, as_of: date) -> ir.Table:
    """The newest order up to a date, and the revenue of the twelve months up to it that no customer is known for.

    Grain: one row (insight.order_summary).
    """
    seen = order_line.filter(order_line.ordered_on <= ibis.literal(as_of, type="date"))
    nobodys = seen.customer_key.isnull() & (seen.ordered_on > ibis.literal(YEAR.opens_after(as_of), type="date"))
    return seen.aggregate(
        as_of=ibis.literal(as_of, type="date"),
        newest_on=seen.ordered_on.max(),
        unattributed_net_revenue_12m=seen.net_revenue.sum(where=nobodys).fill_null(0).cast("decimal(18, 2)"),
    )
