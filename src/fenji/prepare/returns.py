"""What came back, by the lists of returns? Each becomes a return of its order, and none counts twice.

Reads   raw.return as typed rows, negative payments, the priced order lines
Writes  clean.return: one row per return; what counts of it becomes a line of its order
Units   amounts in the workspace's currency at the rate of the order's month, so that a whole return leaves nothing of its sale
Keeps   every return that was carried out, of an order that is there
Source  decision 0031. A return without amount gives back its line, or its order where no line is named. What the order itself states
        as refunded is the same money: only what a list tells beyond it counts. Together never more than was paid
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from fenji.domain.feeds import Feed
from fenji.domain.reasons import Reason
from fenji.domain.sources import Source
from fenji.prepare.attribution import kept
from fenji.prepare.currencies import converted, with_rate
from fenji.prepare.payments import currency_paid, is_short_of, leave_older_files, status_checks
from fenji.prepare.rows import Check, leave_out
from fenji.tables.clean import RETURN

MONEY = "decimal(18, 2)"
PIECES = "decimal(18, 3)"
LISTED = 2
"""The ``part`` of lines that come from lists of returns; 0 are order rows and 1 the refunds that these state."""

_NOT_DONE = (
    "拒绝|驳回|关闭|撤销|撤回|取消|作废|失败|申请|待|审核|处理中|进行中|退款中|退货中|协商|未退|无需|无退|不同意|草稿"
    "|^(?:rejected|refused|declined|denied|closed|cancell?ed|withdrawn|pending|open|opened|requested|new|submitted|processing|draft"
    "|failed|void|voided|in_?review|in_?progress|in_?transit|awaiting.*|under_?review|waiting.*|return_?requested|not.*)$"
)
_DONE = "(?:申请|审核)(?:已)?(?:通过|成功|完成)|(?:退款|退货|售后|处理|审核)(?:已)?(?:成功|完成|完结)|已退"


def judge_returns(rows: ir.Table, sources: Sequence[Source], places: ir.Table | None = None) -> ir.Table:
    """Typed rows of lists of returns, those left out that were refused, withdrawn or are still open.

    Grain: one row per row given.
    Keeps: every row; see ``reason``. Of a return in several files the last file's version counts.
    """
    words = rows["status"].lower().re_replace("[ \t\u3000-]", "")
    not_done = (words.re_search(_NOT_DONE) & ~words.re_search(_DONE)).fill_null(False)  # noqa: FBT003 - Ibis takes the value alone
    telling = [source for source in sources if source.feed is Feed.RETURN and source.paid_statuses]
    if telling:
        not_done = ibis.ifelse(rows["source"].isin([source.name for source in telling]), is_short_of(rows, telling), not_done)
    checks = status_checks(rows, Feed.RETURN, sources, unpaid=not_done, reason=Reason.NOT_RETURNED)
    return leave_older_files(leave_out(rows, checks), "return_id", places)


def payments_back(valued: ir.Table, returns: ir.Table) -> ir.Table:
    """Payments below zero as returns of their orders.

    Grain: one row per such payment, with the columns of ``returns``.

    Args:
        valued: payments that met their orders and have a verdict.
        returns: returns that met their orders, for their columns.
    """
    back = valued.filter(valued["amount"] < 0)
    named = back.mutate(returned_at=back["paid_at"], returned_on=back["paid_on"])
    nothing = {name: ibis.null(kind) for name, kind in returns.schema().items() if name not in named.columns}
    return named.mutate(**nothing).select(*returns.columns).cast(returns.schema())


def with_return_days(orders: ir.Table, returns: ir.Table) -> ir.Table:
    """Order rows whose refund has no day, with the day that the list of returns tells.

    Grain: one row per row given.
    Keeps: every row.

    Args:
        orders: order rows with ``order_source`` and ``order_id``.
        returns: returns that met their orders; rejected ones are passed over.
    """
    done = kept(returns)
    days = done.group_by(back_source=done["order_source"], back_id=done["order_id"]).aggregate(
        back_at=done["returned_at"].max(), back_on=done["returned_on"].max()
    )
    met = orders.left_join(days, [orders["order_source"] == days["back_source"], orders["order_id"] == days["back_id"]]).view()
    is_open = met["refunded_on"].isnull() & (met["refund_amount"] != 0)
    filled = met.mutate(
        refunded_at=ibis.ifelse(is_open, met["back_at"], met["refunded_at"]),
        refunded_on=ibis.ifelse(is_open, met["back_on"], met["refunded_on"]),
    )
    return filled.select(*orders.columns)


def place_returns(
    returns: ir.Table, priced: ir.Table, sources: Sequence[Source], *, rates: ir.Table | None, workspace: str
) -> ir.Table:
    """Returns with what each gives back, and how much of it the order lines do not hold yet.

    Grain: one row per row given.
    Keeps: every row. A return of an order that was left out gives back 0: there is nothing to take off.

    Args:
        returns: returns that met their orders.
        priced: the priced lines so far, computed once; rejected ones are passed over.
        sources: the entries of sources.yaml.
        rates: as ``rate_table`` gives them; None where all money is in the workspace's currency.
        workspace: the workspace's currency.

    Returns:
        The rows with ``worth``, ``counted``, ``pieces``, and the facts of their order.
    """
    met = _with_orders(returns, kept(priced)).view()
    told = met.mutate(currency=currency_paid(met, sources, workspace=workspace))
    rated = with_rate(told, rates, day="order_on", workspace=workspace).view()
    claimed = rated.mutate(**_claims(rated)).view()
    untold = claimed["paid"].notnull() & claimed["claim"].isnull() & ~claimed["is_whole"]
    judged = leave_out(claimed, [Check(untold, Reason.MISSING_AMOUNT, "amount")])
    return _counted(judged)


def return_lines(placed: ir.Table, priced: ir.Table) -> ir.Table:
    """The returns that count as lines of their orders, with the columns of ``priced``.

    Grain: one row per return that counts.

    Args:
        placed: from ``place_returns``, computed once.
        priced: the priced lines, for their columns.
    """
    counting = placed.filter(placed["reason"].isnull() & (placed["counted"] > 0)).view()
    order = ibis.window(group_by=["order_source", "order_id"], order_by=["returned_on", "source", "file", "row_number"])
    lines = counting.mutate(
        part=ibis.literal(LISTED, "int8"),
        order_number=counting["written_order_id"],
        customer_key=counting["owner"],
        ordered_at=counting["returned_at"],
        ordered_on=counting["returned_on"],
        line_number=ibis.row_number().over(order) + counting["last_number"] + 1,
        quantity=-counting["pieces"],
        net_revenue=-counting["counted"],
        kind=ibis.literal("return"),
        is_order=ibis.literal(value=False),
    )
    nothing = {name: ibis.null(kind) for name, kind in priced.schema().items() if name not in lines.columns}
    return lines.mutate(**nothing).select(*priced.columns).cast(priced.schema())


def make_returns(placed: ir.Table) -> ir.Table:
    """clean.return, from ``place_returns``."""
    rows = kept(placed)
    made = rows.mutate(customer_key=rows["owner"], amount=rows["worth"])
    return made.select(RETURN.schema.names).cast(RETURN.schema)


def with_verdicts(rows: ir.Table, placed: ir.Table) -> ir.Table:
    """Payments with what was found of those below zero.

    Grain: one row per row given.

    Args:
        rows: payments that met their orders.
        placed: from ``place_returns``, computed once.
    """
    keys = ["source", "file", "row_number"]
    found = placed.filter(placed["reason"].notnull()).select(*keys, back_reason="reason", back_field="field", back_came="came")
    met = rows.left_join(found, keys).view()
    verdict = {name: ibis.coalesce(met[name], met[f"back_{name}"]) for name in ("reason", "field", "came")}
    return met.mutate(**verdict).select(*rows.columns)


def _with_orders(returns: ir.Table, priced: ir.Table) -> ir.Table:
    """Returns with the facts of their order, and of the line that they name."""
    lines = priced.semi_join(returns, ["order_source", "order_id"]).view()
    is_sale = lines["kind"] == "sale"
    nothing = ibis.literal("0").cast(MONEY)
    orders = lines.group_by(fact_source=lines["order_source"], fact_id=lines["order_id"]).aggregate(
        order_lines=lines.count(where=is_sale),
        last_number=lines["line_number"].max(),
        paid=lines["net_revenue"].sum(where=is_sale).cast(MONEY),
        returned=(-lines["net_revenue"].sum(where=~is_sale)).cast(MONEY).fill_null(nothing),
        pieces_in_all=lines["quantity"].sum(where=is_sale).cast(PIECES),
        owner=lines["customer_key"].max(),
        channel=lines["channel"].max(where=is_sale),
        sold_at=lines["ordered_at"].min(where=is_sale),
        sold_on=lines["ordered_on"].min(where=is_sale),
    )
    sold = lines.filter(is_sale & lines["product_id"].notnull())
    products = sold.group_by(
        line_source=sold["order_source"], line_id=sold["order_id"], line_product=sold["product_id"]
    ).aggregate(
        line_paid=sold["net_revenue"].sum().cast(MONEY),
        line_pieces=sold["quantity"].sum().cast(PIECES),
        category=sold["category"].max(),
    )
    met = returns.left_join(orders, [returns["order_source"] == orders["fact_source"], returns["order_id"] == orders["fact_id"]])
    met = met.drop("fact_source", "fact_id").view()
    met = met.left_join(
        products,
        [
            met["order_source"] == products["line_source"],
            met["order_id"] == products["line_id"],
            met["product_id"] == products["line_product"],
        ],
    ).view()
    has_day = met["returned_on"].notnull()
    return met.mutate(
        returned_at=ibis.ifelse(has_day, met["returned_at"], met["sold_at"]),
        returned_on=ibis.ifelse(has_day, met["returned_on"], met["sold_on"]),
    ).drop("line_source", "line_id", "line_product", "sold_at", "sold_on")


def _claims(rows: ir.Table) -> dict[str, ir.Value]:
    """What each return gives back: its own amount, its line's or the named pieces of it, or the whole order."""
    own = converted(rows["amount"].abs(), rows["rate"])
    is_single = rows["order_lines"] == 1
    line_paid = ibis.ifelse(is_single, rows["paid"], rows["line_paid"])
    line_pieces = ibis.ifelse(is_single, rows["pieces_in_all"], rows["line_pieces"])
    pieces = rows["quantity"].abs().cast(PIECES)
    is_part = (pieces < line_pieces).fill_null(False)  # noqa: FBT003 - Ibis takes the value alone
    # In whole cents and thousandths of a piece: doubles of whole numbers are the same on every engine.
    cents = (line_paid * 100).cast("float64")
    share = (cents * (pieces * 1000).cast("float64") / (line_pieces * 1000).cast("float64").nullif(0) + 0.5).floor()
    of_part = (share.cast("int64").cast("decimal(19, 2)") * ibis.literal("0.01").cast("decimal(5, 2)")).cast(MONEY)
    of_line = ibis.ifelse(is_part, of_part, line_paid)
    is_known = rows["paid"].notnull()
    # Pieces without a product may be of any line; only all of them are the order.
    names_no_line = rows["product_id"].isnull() & (pieces.isnull() | (pieces >= rows["pieces_in_all"]))
    is_whole = (is_known & own.isnull() & names_no_line & ~(is_single & is_part)).fill_null(False)  # noqa: FBT003
    claim = ibis.ifelse(is_whole, ibis.null(MONEY), ibis.coalesce(own, of_line))
    all_of_it = ibis.ifelse(is_whole, rows["pieces_in_all"], ibis.ifelse(own.isnull(), line_pieces, ibis.null(PIECES)))
    return {
        "claim": ibis.ifelse(is_known, claim, own),
        "is_whole": is_whole,
        "pieces": ibis.coalesce(pieces, all_of_it, ibis.literal("0").cast(PIECES)).cast(PIECES),
    }


def _counted(rows: ir.Table) -> ir.Table:
    """How much of each return counts, one after the other, and which would give back more than was paid."""
    nothing = ibis.literal("0").cast(MONEY)
    stands = rows["reason"].isnull()
    asked = rows.mutate(
        asks=ibis.ifelse(stands & ~rows["is_whole"], rows["claim"].fill_null(nothing), nothing),
        waits=ibis.ifelse(stands, rows["is_whole"].cast("int8"), ibis.literal(2, "int8")),
    ).view()
    sorting = ["waits", "returned_on", "source", "file", "row_number"]
    whole = ibis.window(group_by=["order_source", "order_id"], order_by=sorting, rows=(None, None))
    so_far = ibis.window(group_by=["order_source", "order_id"], order_by=sorting, rows=(None, 0))
    summed = asked.mutate(upto=asked["asks"].sum().over(so_far).cast(MONEY)).view()
    is_above = summed["paid"].notnull() & ~summed["is_whole"] & (summed["upto"] > summed["paid"])
    judged = leave_out(summed, [Check(is_above, Reason.REFUND_ABOVE_PAID, "amount", "upto")]).view()
    valid = ibis.ifelse(judged["reason"].isnull(), judged["asks"], nothing)
    wholes = ibis.ifelse(judged["reason"].isnull() & judged["is_whole"], ibis.literal(1, "int64"), ibis.null("int64"))
    told = judged.mutate(told_in_all=valid.sum().over(whole).cast(MONEY), wholes=wholes.count().over(so_far)).view()
    beyond = _beyond(told["upto"], told["returned"]) - _beyond(told["upto"] - told["asks"], told["returned"])
    rest = ibis.greatest(told["paid"] - ibis.greatest(told["told_in_all"], told["returned"]), nothing)
    is_first_whole = told["is_whole"] & (told["wholes"] == 1)
    whole_worth = ibis.ifelse(is_first_whole, told["paid"] - told["told_in_all"], nothing)
    counted = ibis.cases(
        (told["paid"].isnull() | told["reason"].notnull(), nothing),
        (told["is_whole"], ibis.ifelse(is_first_whole, rest, nothing)),
        else_=beyond.cast(MONEY),
    )
    worth = ibis.ifelse(told["is_whole"], whole_worth, told["claim"]).fill_null(nothing).cast(MONEY)
    return told.mutate(counted=counted.cast(MONEY), worth=worth)


def _beyond(amount: ir.DecimalValue, stated: ir.DecimalValue) -> ir.DecimalValue:
    return ibis.greatest((amount - stated).cast(MONEY), ibis.literal("0").cast(MONEY))
