"""Does an amount belong to the row or to the whole order, and is the refund already out of it? The cells decide where they can."""

from __future__ import annotations

from dataclasses import replace

from fenji.collect.headers import money_unit
from fenji.collect.remarks import Remark
from fenji.collect.understanding.proposal import ProposedColumn
from fenji.collect.understanding.table import SampledTable
from fenji.language import message as _

CENT = 0.005
FEWEST_ORDERS = 2
"""Orders of several rows that must repeat one amount before it is taken for the order's: once may be two equal items."""
MOST = 0.8

Columns = dict[str, ProposedColumn]

_TOTALS = "总金额 订单总金额 订单总额 订单金额 商品总价 ordertotal total totalamount"


def settle_amount(table: SampledTable, chosen: Columns, *, is_settled: bool) -> tuple[Columns, tuple[Remark, ...]]:
    """Leaves one amount of the sale, under ``line_amount`` or ``order_amount`` as the cells show.

    Args:
        table: the sampled rows.
        chosen: columns by field, as found by their headers; may hold both amounts.
        is_settled: the platform is known, and with it which amount it is.
    """
    if is_settled:
        return chosen, ()
    line, order = chosen.get("line_amount"), chosen.get("order_amount")
    best = min((each for each in (line, order) if each), key=lambda each: each.confidence.order, default=None)
    if best is None or best.column is None:
        return chosen, ()
    rest = {name: column for name, column in chosen.items() if name not in {"line_amount", "order_amount"}}
    repeats = _repeats_in_order(table, chosen, best.column)
    if repeats is None or (repeats and best.field == "order_amount") or (not repeats and best.field == "line_amount"):
        return rest | {best.field: best}, ()
    if repeats:
        why = Remark(_("'{column}' repeats on every row of an order: it is the order's amount."), {"column": best.column})
        return rest | {"order_amount": replace(best, field="order_amount", why=why)}, (why,)
    why = Remark(_("'{column}' differs between the rows of an order: it is the amount of the row."), {"column": best.column})
    return rest | {"line_amount": replace(best, field="line_amount", why=why)}, (why,)


def settle_balance(table: SampledTable, chosen: Columns) -> tuple[Columns, tuple[Remark, ...]]:
    """Takes JD's 结算金额 where part of the orders was paid from the buyer's balance, which 应付金额 leaves out."""
    order = chosen.get("order_amount")
    balance, settled = table.header_called("余额支付"), table.header_called("结算金额")
    if order is None or not balance or not settled or order.column == settled:
        return chosen, ()
    if not any((number or 0) > 0 for number in table.numbers(balance)):
        return chosen, ()
    why = Remark(
        _("'{column}' is taken instead of '{other}', which leaves out what was paid from the balance."),
        {"column": settled, "other": order.column},
    )
    return chosen | {"order_amount": replace(order, column=settled, unit=money_unit(settled), why=why)}, (why,)


def settle_refund(table: SampledTable, chosen: Columns) -> tuple[Columns, tuple[Remark, ...]]:
    """Leaves the refund out where the paid amount is already without it: total = paid + refund on the refunded rows."""
    refund, paid = chosen.get("refund_amount"), chosen.get("order_amount") or chosen.get("line_amount")
    total = table.header_called(_TOTALS)
    if refund is None or paid is None or not refund.column or not paid.column or total in {None, paid.column, refund.column}:
        return chosen, ()
    rows = zip(table.numbers(total or ""), table.numbers(paid.column), table.numbers(refund.column), strict=True)
    refunded = [(t, p, r) for t, p, r in rows if t is not None and p is not None and r is not None and r > CENT]
    without = [1 for t, p, r in refunded if abs(t - p - r) < CENT]
    if not refunded or len(without) < MOST * len(refunded):
        return chosen, ()
    rest = {name: column for name, column in chosen.items() if name not in {"refund_amount", "refunded_at"}}
    values = {"paid": paid.column, "refund": refund.column, "total": total}
    return rest, (
        Remark(
            _(
                "'{paid}' is already without '{refund}' ({total} = {paid} + {refund} in the sample): the refund is not subtracted again."
            ),
            values,
        ),
    )


def _repeats_in_order(table: SampledTable, chosen: Columns, amount: str) -> bool | None:
    """Whether an amount stands once per order (True) or once per row (False); None where the sample has no order of several rows."""
    order = chosen.get("order_id")
    if order is None or order.column is None:
        return None
    groups: dict[str, list[float | None]] = {}
    for order_id, number in zip(table.evidence(order.column).values, table.numbers(amount), strict=True):
        if order_id is not None:
            groups.setdefault(order_id, []).append(number)
    several = [numbers for numbers in groups.values() if len(numbers) > 1]
    if any(len({number for number in numbers if number is not None}) > 1 for numbers in several):
        return False
    if not several or _is_product_of_row(table, chosen, amount):
        return False if several else None
    return True if len(several) >= FEWEST_ORDERS else None


def _is_product_of_row(table: SampledTable, chosen: Columns, amount: str) -> bool:
    """Whether the amount is quantity x unit price on nearly every row."""
    quantity, price = chosen.get("quantity"), chosen.get("unit_price")
    if quantity is None or price is None or quantity.column is None or price.column is None:
        return False
    rows = zip(table.numbers(quantity.column), table.numbers(price.column), table.numbers(amount), strict=True)
    full = [(q, p, a) for q, p, a in rows if q is not None and p is not None and a is not None]
    return bool(full) and sum(abs(q * p - a) < CENT for q, p, a in full) >= MOST * len(full)
