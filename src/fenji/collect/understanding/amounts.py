"""Which of the columns of money is what was paid, does it belong to the row or to the whole order, and is the refund already out of it?

Headers open the search; arithmetic decides: total = goods + postage + tax - discount, income = gross - fees, amounts that repeat in
an order are the order's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import IntEnum
from itertools import combinations

from fenji.collect import findings
from fenji.collect.findings import Finding
from fenji.collect.header_words import HeaderWords
from fenji.collect.headers import Confidence, money_unit
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
_PAID = (
    "inctax 实付 实收 实缴 价税 含税 实际 已付 支付 付款 到账 成交 净额 折后 paid collected received grand nett settled payment"
)
_NET = "net 净"
_GROSS = "extax 无税 未税 不含税 应付 应收 原价 折前 标价 货款 gross subtotal merchandise before original list goods"
_INCOME = "商家 打款 结算 到手 入账 payout earnings earning proceeds disbursement settlement vendor seller merchant"
_FEES = "手续费 佣金 服务费 扣点 技术 平台费 fee fees commission charges processing"
_CUTS = "优惠 折扣 折让 减免 立减 discount discounts rabatt remise descuento desconto 割引 할인"
_EXTRAS = "运费 邮费 快递 配送 税 优惠 折扣 减免 立减 券 红包 积分 抵扣 包装 shipping freight postage delivery tax vat gst discount coupon voucher handling tip service"


class Standing(IntEnum):
    """How close a column of money is to what the buyer paid, closest first."""

    PAID = 0
    PLAIN = 1
    GROSS = 2
    INCOME = 3


def standing_of(header: str) -> Standing:
    """How close to what the buyer paid a column is by its header.

    >>> [standing_of(header).name for header in ("实收金额", "Total", "应收金额", "Payout amount")]
    ['PAID', 'PLAIN', 'GROSS', 'INCOME']
    """
    words = HeaderWords.of(header)
    if words.has(_INCOME) and not words.has("实付 支付 buyer customer 买家 顾客 用户"):
        return Standing.INCOME
    if words.has(_PAID):
        return Standing.PAID
    if words.has(_GROSS):
        return Standing.GROSS
    return Standing.PAID if words.has(_NET) else Standing.PLAIN


def income_columns(table: SampledTable, candidates: Sequence[str]) -> frozenset[str]:
    """Candidates that are another one without the seller's fees: what the shop keeps, not what the buyer paid."""
    fees = [header for header in table.headers if HeaderWords.of(header).has(_FEES) and table.evidence(header).number >= MOST]
    found = set()
    for net, gross in ((a, b) for pair in combinations(candidates, 2) for a, b in (pair, pair[::-1])):
        for fee in fees:
            rows = _complete(table, gross, fee, net)
            moved = [(g, f, n) for g, f, n in rows if abs(f) > CENT and abs(g) > CENT]
            if moved and sum(abs(abs(g) - abs(f) - abs(n)) < CENT * 2 for g, f, n in moved) >= MOST * len(moved):
                found.add(net)
    return frozenset(found)


def before_discount(table: SampledTable, candidates: Sequence[str]) -> frozenset[str]:
    """Candidates that are another one before a discount: what the goods would have cost, not what the buyer paid."""
    cuts = [header for header in table.headers if HeaderWords.of(header).has(_CUTS) and table.evidence(header).number >= MOST]
    found = set()
    for cut in (each for each in cuts if each not in candidates):
        for net, gross in ((a, b) for pair in combinations(candidates, 2) for a, b in (pair, pair[::-1])):
            moved = [(g, c, n) for g, c, n in _complete(table, gross, cut, net) if abs(c) > CENT]
            if len(moved) >= FEWEST_ORDERS and sum(abs(g - abs(c) - n) < CENT * 2 for g, c, n in moved) >= MOST * len(moved):
                found.add(gross)
    return frozenset(found)


def is_of_order(table: SampledTable, order: str, amount: str) -> bool:
    """Whether an amount stands once per order: the same on all rows of every order that has several."""
    return _repeats(table, order, amount) is True


def is_explained(table: SampledTable, chosen: str, rival: str) -> bool:
    """Whether two amounts differ by postage, taxes and discounts that stand beside them, or by nothing worth a question."""
    pairs = _complete(table, chosen, rival)
    if not pairs:
        return True
    first, second = (sum(abs(pair[place]) for pair in pairs) for place in (0, 1))
    if abs(first - second) <= 0.02 * max(first, second):
        return True
    extras = [header for header in table.headers if HeaderWords.of(header).has(_EXTRAS) and table.evidence(header).number >= MOST]
    for count in range(1, min(3, len(extras)) + 1):
        for some in combinations(extras[:8], count):
            rows = _complete(table, chosen, rival, *some)
            if rows and sum(_adds_up(*row) for row in rows) >= MOST * len(rows):
                return True
    return False


def _adds_up(one: float, other: float, *extras: float) -> bool:
    gap, sums = one - other, {0.0}
    for extra in extras:
        sums = {each + sign * extra for each in sums for sign in (-1, 0, 1)}
    return any(abs(gap - each) < CENT * 2 for each in sums)


def settle_amount(table: SampledTable, chosen: Columns, *, is_settled: bool) -> tuple[Columns, tuple[Finding, ...]]:
    """Puts the amount of the sale under ``line_amount`` or ``order_amount``, as the cells show.

    Args:
        table: the sampled rows.
        chosen: columns by field, as found by their headers.
        is_settled: the platform is known, and with it which amount it is.
    """
    best = chosen.get("line_amount") or chosen.get("order_amount")
    if is_settled or best is None or best.column is None:
        return chosen, ()
    rest = {name: column for name, column in chosen.items() if name not in {"line_amount", "order_amount"}}
    if "order_id" not in chosen:
        # What makes one order of several rows will be their buyer and time: each row says what it cost itself.
        return rest | {"line_amount": replace(best, field="line_amount")}, ()
    repeats = _repeats_in_order(table, chosen, best.column)
    if (
        repeats is None
        and best.confidence is not Confidence.SURE
        and not {"product_id", "unit_price", "quantity"} & chosen.keys()
    ):
        # One row an order, and nothing about goods: should a later file repeat the amount on every row, it counts once.
        return rest | {"order_amount": replace(best, field="order_amount")}, ()
    if repeats is None or (repeats and best.field == "order_amount") or (not repeats and best.field == "line_amount"):
        return rest | {best.field: best}, ()
    if repeats:
        why = findings.AMOUNT_REPEATS(column=best.column)
        return rest | {"order_amount": replace(best, field="order_amount", why=why)}, (why,)
    why = findings.AMOUNT_OF_ROWS(column=best.column)
    return rest | {"line_amount": replace(best, field="line_amount", why=why)}, (why,)


def settle_price(chosen: Columns) -> Columns:
    """Takes a price that is quantity times something else for what it is: where there is no other amount, it is the row's."""
    price, quantity = chosen.get("unit_price"), chosen.get("quantity")
    if price is None or "line_amount" in chosen or "order_amount" in chosen or quantity is not None:
        return chosen
    rest = {name: column for name, column in chosen.items() if name != "unit_price"}
    why = Remark(_("a price without a quantity: it is the amount of the row"))
    return rest | {"line_amount": replace(price, field="line_amount", why=why)}


def settle_balance(table: SampledTable, chosen: Columns) -> tuple[Columns, tuple[Finding, ...]]:
    """Takes JD's 结算金额 where part of the orders was paid from the buyer's balance, which 应付金额 leaves out."""
    order = chosen.get("order_amount")
    balance, settled = table.header_called("余额支付"), table.header_called("结算金额")
    if order is None or not balance or not settled or order.column == settled:
        return chosen, ()
    if not any((number or 0) > 0 for number in table.numbers(balance)):
        return chosen, ()
    why = findings.BALANCE_INCLUDED(column=settled, other=order.column)
    return chosen | {"order_amount": replace(order, column=settled, unit=money_unit(settled), why=why)}, (why,)


def settle_refund(table: SampledTable, chosen: Columns) -> tuple[Columns, tuple[Finding, ...]]:
    """Leaves the refund out where the paid amount is already without it: total = paid + refund on the refunded rows."""
    refund, paid = chosen.get("refund_amount"), chosen.get("order_amount") or chosen.get("line_amount")
    total = table.header_called(_TOTALS)
    if refund is None or paid is None or not refund.column or not paid.column or total in {None, paid.column, refund.column}:
        return chosen, ()
    refunded = [(t, p, r) for t, p, r in _complete(table, total or "", paid.column, refund.column) if r > CENT]
    without = [1 for t, p, r in refunded if abs(t - p - r) < CENT]
    if not refunded or len(without) < MOST * len(refunded):
        return chosen, ()
    rest = {name: column for name, column in chosen.items() if name not in {"refund_amount", "refunded_at"}}
    return rest, (findings.REFUND_ALREADY_OFF(paid=paid.column, refund=refund.column, total=total),)


def _repeats_in_order(table: SampledTable, chosen: Columns, amount: str) -> bool | None:
    """Whether an amount stands once per order (True) or once per row (False); None where the sample has no order of several rows."""
    order = chosen.get("order_id")
    if order is None or order.column is None:
        return None
    repeats = _repeats(table, order.column, amount)
    return False if repeats and _is_product_of_row(table, chosen, amount) else repeats


def _repeats(table: SampledTable, order: str, amount: str) -> bool | None:
    """Whether an amount is one and the same on all rows of an order; None where too few orders of the sample have several rows."""
    groups: dict[str, list[float | None]] = {}
    for order_id, number in zip(table.evidence(order).values, table.numbers(amount), strict=True):
        if order_id is not None:
            groups.setdefault(order_id, []).append(number)
    several = [numbers for numbers in groups.values() if len(numbers) > 1]
    if any(len({number for number in numbers if number is not None}) > 1 for numbers in several):
        return False
    return True if len(several) >= FEWEST_ORDERS else None


def _is_product_of_row(table: SampledTable, chosen: Columns, amount: str) -> bool:
    """Whether the amount is quantity x unit price on nearly every row."""
    quantity, price = chosen.get("quantity"), chosen.get("unit_price")
    if quantity is None or price is None or quantity.column is None or price.column is None:
        return False
    full = _complete(table, quantity.column, price.column, amount)
    return bool(full) and sum(abs(q * p - a) < CENT for q, p, a in full) >= MOST * len(full)


def _complete(table: SampledTable, *headers: str) -> list[tuple[float, ...]]:
    """The rows in which all of these columns hold a number."""
    rows = zip(*(table.numbers(header) for header in headers), strict=True)
    return [tuple(number for number in row if number is not None) for row in rows if None not in row]
