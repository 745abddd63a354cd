"""Which order rows cannot be right, whatever the rest of their order says, and which are returns?

A row without any amount is judged here only where its source states no amount of whole orders; otherwise the order may
still say it (see order_lines).
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from fenji.domain.feeds import Feed
from fenji.domain.reasons import Reason
from fenji.domain.sources import Source
from fenji.prepare import statuses
from fenji.prepare.rows import Check, leave_out

QUANTITY_LIMIT = 1_000_000
"""No shop sells a million pieces in one line; such cells are barcodes or typing errors."""

AMOUNT_LIMIT = 1_000_000_000
"""A thousand million in one line is a typing error, and a thousand of them would hide all other customers."""

_AMOUNTS = ("unit_price", "line_amount", "order_amount", "refund_amount")


def judge_orders(rows: ir.Table, sources: Sequence[Source]) -> ir.Table:
    """Typed order rows with the reasons that can be told from the row alone.

    Grain: one row per row given.
    Keeps: every row; see ``reason``.

    Args:
        rows: typed rows of the order_line feed.
        sources: the entries of sources.yaml.
    """
    quantity, product = rows["quantity"], quantity_times_price(rows)
    nothing = rows["line_amount"].isnull() & rows["order_amount"].isnull() & rows["unit_price"].isnull()
    told_by_refund = is_return(rows, sources) & rows["refund_amount"].notnull()
    totals = sources_with_totals(sources)
    order_may_say = rows["source"].isin(totals) if totals else ibis.literal(value=False)
    checks = [
        Check(rows["unit_price"] < 0, Reason.NEGATIVE_PRICE, "unit_price", "unit_price"),
        Check(quantity.abs() > QUANTITY_LIMIT, Reason.QUANTITY_OUT_OF_RANGE, "quantity", "quantity"),
        *(Check(rows[name].abs() > AMOUNT_LIMIT, Reason.AMOUNT_OUT_OF_RANGE, name, name) for name in _AMOUNTS),
        Check(product.abs() > AMOUNT_LIMIT, Reason.AMOUNT_OUT_OF_RANGE, "unit_price", "unit_price"),
        Check(nothing & ~told_by_refund & ~order_may_say, Reason.MISSING_AMOUNT),
    ]
    return leave_out(rows, checks)


def is_return(rows: ir.Table, sources: Sequence[Source]) -> ir.BooleanValue:
    """Whether a row is a return: its kind says so, its order id has the source's pattern, or its quantity or amount is negative."""
    patterns = [
        (rows["source"] == source.name) & rows["order_id"].re_search(source.return_order_pattern)
        for source in sources
        if source.feed is Feed.ORDER_LINE and source.return_order_pattern is not None
    ]
    amount = ibis.coalesce(rows["line_amount"], rows["order_amount"])
    signs = [(rows["quantity"] < 0), (amount < 0), statuses.is_return(rows["kind"])]
    yes = ibis.literal(value=True)
    return ibis.cases(*((sign, yes) for sign in [*patterns, *signs]), else_=ibis.literal(value=False))


def quantity_times_price(rows: ir.Table) -> ir.DecimalValue:
    """Pieces times price of one, exactly; a missing quantity is one piece."""
    # One factor of more than 18 digits makes the product exact on DuckDB, and 19 + 18 digits stay inside Spark's 38.
    quantity = rows["quantity"].fill_null(ibis.literal("1").cast(rows["quantity"].type()))
    return quantity.cast("decimal(19, 4)") * rows["unit_price"]


def sources_with_totals(sources: Sequence[Source]) -> list[str]:
    """The order sources that state an amount of whole orders."""
    return [source.name for source in sources if source.feed is Feed.ORDER_LINE and "order_amount" in source.columns]
