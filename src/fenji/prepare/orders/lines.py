"""What was sold and returned, line by line, in one currency and calendar?

Reads   raw.order_line as typed and attributed rows, clean.product for categories, the rates of the settings
Writes  clean.order_line: one row per line of a sale or return
Units   net_revenue in the workspace's currency, rounded once per line, half away from zero; moments UTC, days of the workspace's zone
Keeps   every kept order row once, plus one return line for each sale row that states a refund
Source  price_lines says what a line cost; make_order_lines counts the days between the order days of a customer

An order is all rows with one order id of a source, or of the sources whose lines belong to one source of heads. It has one
customer, that of its first sale line which has any, and one moment, the earliest of its sale lines. A refund carries no pieces:
the row does not say which were sent back. Refunds that are, together, more than was paid leave their order out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ibis
import ibis.expr.types as ir

from fenji.domain.feeds import Feed
from fenji.domain.reasons import Reason
from fenji.domain.sources import Source
from fenji.prepare.currencies import RATE, converted, currency_of, month_of, with_rate
from fenji.prepare.orders.heads import with_order
from fenji.prepare.orders.refunds import once_each
from fenji.prepare.orders.rows import is_return, quantity_times_price, sources_with_totals
from fenji.prepare.rows import Check, leave_out
from fenji.tables.clean import ORDER_LINE

MONEY = "decimal(18, 2)"
PIECES = "decimal(18, 3)"
_EXACT = "decimal(23, 8)"
_VERDICT = ("reason", "field", "came")


def document_rows(
    rows: ir.Table,
    products: ir.Table | None,
    sources: Sequence[Source],
    *,
    workspace: str,
    refunded_once: ir.Table | None = None,
) -> ir.Table:
    """The kept order rows as documents: a sale or a return each, and a return for every refund that a sale row states.

    Grain: one row per kept order row (``part`` 0) and per refund (``part`` 1).
    Units: amounts in the row's own ``currency``, without sign.

    Args:
        rows: judged and attributed rows of the order_line feed.
        products: clean.product, for the category of lines that state none; None where there is no product table.
        sources: the entries of sources.yaml.
        workspace: the workspace's currency.
        refunded_once: orders whose refund stands on all their rows and counts once, from ``order_refunds``; None: there are none.
    """
    kept = with_order(rows.filter(rows["reason"].isnull()), sources)
    kept = kept.mutate(is_return=is_return(kept, sources), currency=currency_of(kept, sources, workspace=workspace)).view()
    if products is not None:
        known = products.select(known_product="product_id", known_category="category")
        joined = kept.left_join(known, kept["product_id"] == known["known_product"])
        kept = joined.select(
            *(name for name in kept.columns if name != "category"),
            category=joined["category"].fill_null(joined["known_category"]),
        )
    main = kept.select(**_main_columns(kept))
    if not _tells_refunds(sources):
        return main
    refunded = kept.filter(~kept["is_return"] & (kept["refund_amount"] != 0))
    if refunded_once is not None:
        refunded = once_each(refunded, refunded_once)
    return main.union(refunded.select(**_refund_columns(refunded)))


def needed_rates(rows: ir.Table, sources: Sequence[Source], *, workspace: str) -> ir.Table:
    """Currency and month of every amount of the kept order rows: what ``require_rates`` is to be asked.

    Grain: one row per distinct (currency, month).
    """
    nobodys = rows.mutate(customer_key=ibis.null("int64"))
    documents = document_rows(nobodys, None, sources, workspace=workspace)
    return documents.select("currency", month=month_of(documents["on"])).distinct()


def price_lines(documents: ir.Table, rates: ir.Table | None, sources: Sequence[Source], *, workspace: str) -> ir.Table:
    """Documents with what each line cost, and its place in its order.

    What a line cost is its own amount where every line of the order states one. Else it is its share of the order's amount,
    where one is stated: in proportion to quantity times price where all lines tell these, equally where not, to the cent,
    the cents left over going to the first lines one by one. Else it is quantity times price. Sales and returns of an order
    are apart in this.

    Grain: one row per document.
    Keeps: every document; ``reason`` is given to those whose amount cannot be told.

    Args:
        documents: from ``document_rows``.
        rates: as ``currencies.rate_table`` gives them; None where all money is in the workspace's currency.
        sources: the entries of sources.yaml.
        workspace: the workspace's currency.

    Returns:
        The columns of clean.order_line but ``days_since_previous_order``, ``source`` being that of the row and ``order_source``
        that of its order; and ``file``, ``row_number``, ``part``, ``order_number``, ``conflict`` and the verdict.
    """
    rated = with_rate(documents, rates, day="on", workspace=workspace).view()
    worth = {name: converted(rated[name], rated["rate"]) for name in ("line", "product", "total", "refund")}
    one = ibis.literal("1").cast(RATE)
    stated = {f"stated_{name}": converted(rated[name], one) for name in ("line", "product", "refund")}
    valued = rated.mutate(**worth, **stated, stated_total=rated["total"]).drop("rate").view()
    told = ibis.coalesce(valued["line"], valued["product"])
    is_refund = valued["part"] == 1
    order = _Order(
        valued.mutate(
            own=ibis.ifelse(is_refund, valued["refund"], told.fill_null(valued["refund"])),
            is_told=told.notnull() | (~is_refund & valued["refund"].notnull()),
            stated_own=ibis.coalesce(valued["stated_line"], valued["stated_product"]),
        ).view()
    )
    return _finish(_by_totals(order, sources) if sources_with_totals(sources) else _by_lines(order, sources))


def make_order_lines(priced: ir.Table) -> ir.Table:
    """clean.order_line.

    Args:
        priced: from ``price_lines``, computed once.
    """
    lines = priced.filter(priced["reason"].isnull())
    lines = lines.mutate(source=lines["order_source"])
    is_opening = lines["is_order"] & lines["customer_key"].notnull()
    heads = lines.filter(is_opening)
    cycle = ibis.window(group_by="customer_key", order_by=["ordered_on", "ordered_at", "source", "order_id"])
    previous = heads.mutate(previous_on=heads["ordered_on"].lag().over(cycle)).view()
    days = previous["ordered_on"].delta(previous["previous_on"], unit="day").cast("int64")
    days = ibis.ifelse(previous["ordered_on"] > previous["previous_on"], days, ibis.null("int64"))
    opening = previous.mutate(days_since_previous_order=days)
    others = lines.filter(~is_opening).mutate(days_since_previous_order=ibis.null("int64"))
    names = ORDER_LINE.schema.names
    return opening.select(names).cast(ORDER_LINE.schema).union(others.select(names).cast(ORDER_LINE.schema))


class _Order:
    """Windows over the lines of one order; one sorting serves them all."""

    def __init__(self, lines: ir.Table) -> None:
        self.lines = lines
        self.is_sale = ~lines["is_return"]
        self.is_returned = lines["is_return"] & (lines["part"] == 0)
        # Lines with a customer stand first, so that the order's customer is found on its first line.
        sorting = [lines["is_return"], lines["part"], lines["customer_key"].isnull()]
        sorting += [lines[name] for name in ("file", "row_number", "source")]
        self.whole = ibis.window(group_by=["order_source", "order_id"], order_by=sorting, rows=(None, None))
        self.so_far = ibis.window(group_by=["order_source", "order_id"], order_by=sorting, rows=(None, 0))

    def of_sales(self, value: ir.Value) -> ir.Value:
        """The value in sale lines, null in others."""
        return ibis.ifelse(self.is_sale, value, ibis.null(value.type()))

    def of_group(self, value: ir.Value, summary: Callable[[ir.Value], ir.Value], window: object) -> ir.Value:
        """A summary over the lines that share their order's amount: its sales (with their refunds), or its returned lines."""
        sales = summary(self.of_sales(value)).over(window)
        returned = summary(ibis.ifelse(self.is_returned, value, ibis.null(value.type()))).over(window)
        return ibis.ifelse(self.is_returned, returned, sales)

    def refund_columns(self, sources: Sequence[Source]) -> dict[str, ir.Value]:
        """What was refunded and what was paid for the sales of an order, as the rows state it; nothing where none states refunds."""
        if not _tells_refunds(sources):
            return {}
        lines = self.lines
        refund = ibis.ifelse(lines["part"] == 1, lines["stated_refund"], ibis.null(MONEY))
        return {
            "refunded_for_order": refund.sum().over(self.whole).cast(MONEY),
            "stated_for_order": self.of_sales(lines["stated_own"]).sum().over(self.whole).cast(MONEY),
        }

    def shared_columns(self) -> dict[str, ir.Value]:
        """What the lines of an order have in common: its customer, and for sales its moment."""
        lines = self.lines
        first_at = self.of_sales(lines["at"]).min().over(self.whole)
        first_on = self.of_sales(lines["on"]).min().over(self.whole)
        # No key is 0; engines disagree on whether the first value may be null.
        first_key = lines["customer_key"].fill_null(0).first().over(self.whole).nullif(0)
        return {
            "customer_key": first_key.fill_null(lines["customer_key"]),
            "ordered_at": ibis.ifelse(self.is_sale, first_at, lines["at"]),
            "ordered_on": ibis.ifelse(self.is_sale, first_on, lines["on"]),
            "position": lines["row_number"].count().over(self.so_far),
        }


def _by_lines(order: _Order, sources: Sequence[Source]) -> ir.Table:
    """Every row tells its own amount."""
    placed = order.lines.mutate(
        **order.shared_columns(),
        **order.refund_columns(sources),
        paid_for_order=order.of_sales(order.lines["own"]).sum().over(order.whole),
    ).view()
    numbered = placed.mutate(amount=placed["own"], line_number=placed["position"])
    return leave_out(numbered, _refund_checks(numbered, numbered["stated_for_order"]) if _tells_refunds(sources) else [])


def _by_totals(order: _Order, sources: Sequence[Source]) -> ir.Table:
    """Rows may tell the amount of their whole order."""
    lines = order.lines
    facts = {
        "lines_told": order.of_group(lines["line"], _count, order.whole),
        "prices_told": order.of_group(lines["product"], _count, order.whole),
        "lowest_total": order.of_group(lines["stated_total"], _min, order.whole),
        "highest_total": order.of_group(lines["stated_total"], _max, order.whole),
        "order_total": order.of_group(lines["total"], _max, order.whole),
        "price_sum": order.of_group(_cents(lines["product"]), _sum, order.whole),
        "price_sum_so_far": order.of_group(_cents(lines["product"]), _sum, order.so_far),
        "lines_in_all": order.of_group(lines["row_number"], _count, order.whole),
        "lines_so_far": order.of_group(lines["row_number"], _count, order.so_far),
        "told_so_far": order.of_group(
            ibis.ifelse(lines["is_told"], lines["row_number"], ibis.null("int64")), _count, order.so_far
        ),
        "told_for_order": order.of_sales(lines["own"]).sum().over(order.whole),
    }
    rows = lines.mutate(**order.shared_columns(), **order.refund_columns(sources), **facts).view()
    rows = rows.mutate(
        is_shared=(rows["lines_told"] < rows["lines_in_all"]) & rows["order_total"].notnull(),
        by_price=(rows["prices_told"] == rows["lines_in_all"]) & (rows["price_sum"] > 0),
    ).view()
    share = _share_so_far(rows, upto_this=True) - _share_so_far(rows, upto_this=False)
    is_refund = rows["part"] == 1
    is_numbered_by_told = ~rows["is_shared"] & ~rows["is_return"]
    placed = rows.mutate(
        amount=ibis.ifelse(rows["is_shared"] & ~is_refund, _money(share), rows["own"]),
        line_number=ibis.ifelse(is_numbered_by_told, rows["told_so_far"], rows["position"]),
        paid_for_order=ibis.ifelse(rows["is_shared"], rows["order_total"], rows["told_for_order"]),
    ).view()
    differ = placed["is_shared"] & (placed["lowest_total"] != placed["highest_total"])
    untold = ~placed["is_shared"] & ~placed["is_told"]
    checks = [Check(differ, Reason.ORDER_TOTALS_DIFFER, "order_amount"), Check(untold, Reason.MISSING_AMOUNT)]
    if not _tells_refunds(sources):
        return leave_out(placed, checks)
    paid = ibis.ifelse(placed["is_shared"], placed["highest_total"].cast(MONEY), placed["stated_for_order"])
    return leave_out(placed, [*checks, *_refund_checks(placed, paid)])


def _tells_refunds(sources: Sequence[Source]) -> bool:
    return any(source.feed is Feed.ORDER_LINE and "refund_amount" in source.columns for source in sources)


def _refund_checks(rows: ir.Table, paid: ir.Value) -> list[Check]:
    """Whether the refunds of an order's sales come to more than was paid, both in the currency of the order."""
    is_sold = ~rows["is_return"] | (rows["part"] == 1)
    return [Check(is_sold & (rows["refunded_for_order"] > paid), Reason.REFUND_ABOVE_PAID, "refund_amount", "refunded_for_order")]


def _share_so_far(rows: ir.Table, *, upto_this: bool) -> ir.IntegerValue:
    """The cents of the order's amount that its lines up to this one bear, or up to the one before.

    Rounded up, and all of it at the last line: what the lines bear adds up to the amount, and no line is off by a cent.
    """
    own = ibis.ifelse(rows["by_price"], _cents(rows["product"]), ibis.literal(1, "int64"))
    so_far = ibis.ifelse(rows["by_price"], rows["price_sum_so_far"], rows["lines_so_far"])
    so_far = so_far if upto_this else so_far - own
    in_all = ibis.ifelse(rows["by_price"], rows["price_sum"], rows["lines_in_all"])
    total = _cents(rows["order_total"])
    # Doubles of whole numbers: both engines compute the same one.
    borne = (total.cast("float64") * so_far.cast("float64") / in_all.cast("float64")).ceil().cast("int64")
    return ibis.cases((in_all == so_far, total), (in_all > 0, ibis.least(borne, total)), else_=ibis.null("int64"))


def _finish(priced: ir.Table) -> ir.Table:
    """The columns of clean.order_line with their signs, and what tells where a line came from."""
    is_sale = ~priced["is_return"]
    is_head = is_sale & (priced["line_number"] == 1) & priced["reason"].isnull()
    return priced.select(
        *("source", "file", "row_number", "part", "order_source", "order_id", "order_number", "conflict"),
        *("customer_key", "ordered_at", "ordered_on"),
        *("product_id", "category", "channel", "currency", *_VERDICT),
        line_number=priced["line_number"].cast("int64"),
        quantity=ibis.ifelse(is_sale, priced["pieces"], -priced["pieces"]),
        net_revenue=ibis.ifelse(is_sale, priced["amount"], -priced["amount"]),
        kind=ibis.ifelse(is_sale, "sale", "return"),
        order_revenue=ibis.ifelse(is_head, priced["paid_for_order"].cast(MONEY), ibis.null(MONEY)),
        is_order=is_head,
    )


def _main_columns(rows: ir.Table) -> dict[str, ir.Value]:
    """A row as a document."""
    at = ibis.ifelse(
        rows["is_return"],
        ibis.coalesce(rows["refunded_at"], rows["ordered_at"], rows["paid_at"]),
        ibis.coalesce(rows["ordered_at"], rows["paid_at"]),
    )
    on = ibis.ifelse(
        rows["is_return"],
        ibis.coalesce(rows["refunded_on"], rows["ordered_on"], rows["paid_on"]),
        ibis.coalesce(rows["ordered_on"], rows["paid_on"]),
    )
    by_refund = ibis.ifelse(rows["is_return"], rows["refund_amount"].abs(), ibis.null(rows["refund_amount"].type()))
    return _carried(rows) | {
        "part": ibis.literal(0, "int8"),
        "is_return": rows["is_return"],
        "at": at,
        "on": on,
        "pieces": rows["quantity"].abs().fill_null(ibis.literal("1").cast(rows["quantity"].type())).cast(PIECES),
        "line": rows["line_amount"].abs().cast(_EXACT),
        "product": quantity_times_price(rows).abs().cast(_EXACT),
        "total": rows["order_amount"].abs().cast(_EXACT),
        "refund": by_refund.cast(_EXACT),
    }


def _refund_columns(rows: ir.Table) -> dict[str, ir.Value]:
    """The refund that a sale row states, as a return; its other amounts only tell whether the sale itself can stand."""
    main = _main_columns(rows)
    return main | {
        "part": ibis.literal(1, "int8"),
        "is_return": ibis.literal(value=True),
        "at": ibis.coalesce(rows["refunded_at"], rows["ordered_at"], rows["paid_at"]),
        "on": ibis.coalesce(rows["refunded_on"], rows["ordered_on"], rows["paid_on"]),
        "pieces": ibis.literal("0").cast(PIECES),
        "refund": rows["refund_amount"].abs().cast(_EXACT),
    }


def _carried(rows: ir.Table) -> dict[str, ir.Value]:
    names = (
        *("source", "file", "row_number", "order_source", "order_id", "order_number", "conflict"),
        *("customer_key", "product_id", "category", "channel", "currency"),
    )
    return {name: rows[name] for name in names}


def _cents(amount: ir.DecimalValue) -> ir.IntegerValue:
    return (amount.cast("decimal(28, 2)") * 100).cast("int64")


def _money(cents: ir.IntegerValue) -> ir.DecimalValue:
    return (cents.cast("decimal(19, 2)") * ibis.literal("0.01").cast("decimal(5, 2)")).cast(MONEY)


def _sum(value: ir.NumericValue) -> ir.NumericValue:
    return value.sum()


def _count(value: ir.Value) -> ir.IntegerValue:
    return value.count()


def _min(value: ir.NumericValue) -> ir.NumericValue:
    return value.min()


def _max(value: ir.NumericValue) -> ir.NumericValue:
    return value.max()
