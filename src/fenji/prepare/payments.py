"""What was paid for which order, when, and how? Several payments may stand for one order; one below zero was paid back.

Reads   raw.payment as typed rows, the order rows
Writes  clean.payment: one row per payment
Units   amounts in the workspace's currency, by the rate of the payment's month, or the order's where a payment has no day
Keeps   every payment of an order that is there and that went through
Source  decision 0031; what was paid for an order comes before its prices, and after an amount that the order itself states
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ibis
import ibis.expr.types as ir

from fenji.domain.feeds import Feed
from fenji.domain.reasons import Reason
from fenji.domain.sources import Source, StatusClass
from fenji.prepare import statuses
from fenji.prepare.attribution import kept
from fenji.prepare.currencies import converted, currency_of, month_of, with_rate
from fenji.prepare.duplicates import with_place
from fenji.prepare.orders.heads import family_of
from fenji.prepare.orders.rows import is_return, quantity_times_price
from fenji.prepare.rows import Check, leave_out
from fenji.tables.clean import PAYMENT

_FAILED = (
    "失败|未成功|未到账|待到账|处理中|进行中|待审核|待确认|驳回|拒绝|撤销|冲正|超时"
    "|^(?:failed|failure|declined|rejected|refused|error|pending|processing|authori[sz]ed|initiated|expired|reversed|chargeback|in_?progress)$"
)


def judge_payments(rows: ir.Table, sources: Sequence[Source], places: ir.Table | None = None) -> ir.Table:
    """Typed payment rows, those left out that did not go through, and of a payment in several files all but the last file's.

    Grain: one row per row given.
    Keeps: every row; see ``reason``.
    """
    checks = status_checks(rows, Feed.PAYMENT, sources, unpaid=_is_unpaid(rows, sources), reason=Reason.UNPAID)
    return leave_older_files(leave_out(rows, checks), "payment_id", places)


def status_checks(
    rows: ir.Table, feed: Feed, sources: Sequence[Source], *, unpaid: ir.BooleanValue, reason: Reason
) -> list[Check]:
    """Whether the status of a row says that nothing happened: the source's own words first, then the known ones.

    Args:
        rows: typed rows of the feed.
        feed: which feed they are.
        sources: the entries of sources.yaml.
        unpaid: whether the known words say so.
        reason: why such a row is left out.
    """
    if not any(source.feed is feed and "status" in source.columns for source in sources):
        return []
    happened = (StatusClass.PAID,) if feed is Feed.PAYMENT else (StatusClass.PAID, StatusClass.RETURNED)
    said = {each: _said(rows, feed, sources, each) for each in StatusClass}
    did_not = ibis.or_(*(value for each, value in said.items() if each not in happened))
    known = ~ibis.or_(*(said[each] for each in happened)) & unpaid
    return [Check(did_not | known, reason, "status", "status")]


def leave_older_files(rows: ir.Table, column: str, places: ir.Table | None = None) -> ir.Table:
    """Rows with those left out of which a later file of their source has newer words; rows without an id have no versions.

    Grain: one row per row given.
    Keeps: every row; a newer version counts even where it is itself left out. Rows of one file are no versions of each other.
    """
    can_move = rows[column].notnull() & rows["order_id"].notnull()
    alone = rows["file"].concat(":", rows["row_number"].cast("string"))
    what = [
        ibis.ifelse(can_move, rows[name].fill_null(""), "") for name in ("order_id", column, "product_id") if name in rows.columns
    ]
    keys = {f"key_{number}": each for number, each in enumerate([can_move, ibis.ifelse(can_move, "", alone), *what])}
    filed = with_place(rows.mutate(**keys), places).view()
    whole = ibis.window(group_by=["source", *keys])
    latest = filed.mutate(latest=filed["place"].max().over(whole)).view()
    older = leave_out(latest, [Check(latest["place"] < latest["latest"], Reason.SUPERSEDED, column)])
    return older.select(*rows.columns)


def order_index(orders: ir.Table, sources: Sequence[Source], *, workspace: str) -> ir.Table:
    """What the number of an order leads to, for payments and returns.

    Grain: one row per (order_source, order_number): the order's id, whether several orders have the number, its day and currency.

    Args:
        orders: order rows with ``order_source`` and ``order_number``; rejected ones tell that an order is known.
        sources: the entries of sources.yaml.
        workspace: the workspace's currency.
    """
    numbered = orders.filter(orders["order_number"].notnull())
    numbered = numbered.mutate(resolved=currency_of(numbered, sources, workspace=workspace)).view()
    stands = numbered["reason"].isnull()
    return numbered.group_by("order_source", "order_number").aggregate(
        order_id=ibis.coalesce(numbered["order_id"].min(where=stands), numbered["order_id"].min()),
        is_shared=(numbered["order_id"].min(where=stands) != numbered["order_id"].max(where=stands)).fill_null(False),  # noqa: FBT003
        order_on=ibis.coalesce(numbered["ordered_on"], numbered["paid_on"]).min(),
        order_currency=numbered["resolved"].max(),
    )


def meet_orders(rows: ir.Table, orders: ir.Table, sources: Sequence[Source]) -> ir.Table:
    """Payments or returns with the order that they are about; those of none, or of one of several, are left out.

    Grain: one row per row given.
    Keeps: every row. ``order_id`` becomes that of the order.

    Args:
        rows: judged rows.
        orders: from ``order_index``, computed once.
        sources: the entries of sources.yaml.
    """
    known = orders.rename(known_source="order_source", known_id="order_id")
    asked = rows.mutate(order_source=family_of(rows["source"], sources)).view()
    met = asked.left_join(
        known, [asked["order_source"] == known["known_source"], asked["order_id"] == known["order_number"]]
    ).view()
    checks = [
        Check(met["known_source"].isnull(), Reason.MISSING_ORDER, "order_id", "order_id"),
        Check(met["is_shared"], Reason.AMBIGUOUS_ORDER, "order_id", "order_id"),
    ]
    judged = leave_out(met, checks).view()
    found = judged.mutate(written_order_id=judged["order_id"], order_id=ibis.coalesce(judged["known_id"], judged["order_id"]))
    return found.select(*rows.columns, "order_source", "order_on", "order_currency", "written_order_id")


def value_payments(rows: ir.Table, sources: Sequence[Source], *, rates: ir.Table | None, workspace: str) -> ir.Table:
    """The kept payments with ``worth`` in the workspace's currency, and ``currency`` as it was written.

    Grain: one row per kept payment.

    Args:
        rows: from ``meet_orders``.
        sources: the entries of sources.yaml.
        rates: as ``rate_table`` gives them; None where all money is in the workspace's currency.
        workspace: the workspace's currency.
    """
    rows = kept(rows)
    told = rows.mutate(currency=currency_paid(rows, sources, workspace=workspace), rate_on=rate_day(rows)).view()
    rated = with_rate(told, rates, day="rate_on", workspace=workspace).view()
    return rated.mutate(worth=converted(rated["amount"], rated["rate"])).drop("rate", "rate_on")


def currency_paid(rows: ir.Table, sources: Sequence[Source], *, workspace: str) -> ir.StringValue:
    """The currency of a payment or return: its own, that of its source, or that of its order.

    Args:
        rows: from ``meet_orders``.
        sources: the entries of sources.yaml.
        workspace: the workspace's currency.
    """
    with_own = [source.name for source in sources if source.currency is not None]
    says_so = rows["currency"].notnull() | (rows["source"].isin(with_own) if with_own else ibis.literal(value=False))
    own = currency_of(rows, sources, workspace=workspace)
    return ibis.ifelse(says_so, own, rows["order_currency"].fill_null(workspace))


def needed_rates(
    rows: ir.Table, day: Callable[[ir.Table], ir.DateValue], sources: Sequence[Source], *, workspace: str
) -> ir.Table:
    """Currency and month of every kept payment or return: what ``require_rates`` is to be asked.

    Grain: one row per distinct (currency, month).

    Args:
        rows: from ``meet_orders``.
        day: the day whose rate counts.
        sources: the entries of sources.yaml.
        workspace: the workspace's currency.
    """
    rows = kept(rows)
    told = rows.select(currency=currency_paid(rows, sources, workspace=workspace), month=month_of(day(rows)))
    return told.filter(told["month"].notnull()).distinct()


def rate_day(rows: ir.Table) -> ir.DateValue:
    """The day whose rate a payment has."""
    return ibis.coalesce(rows["paid_on"], rows["order_on"])


def make_payments(valued: ir.Table) -> ir.Table:
    """clean.payment, from ``value_payments``."""
    return valued.mutate(amount=valued["worth"]).select(PAYMENT.schema.names).cast(PAYMENT.schema)


def require_payment(orders: ir.Table, payments: ir.Table, sources: Sequence[Source], original: Sequence[Source]) -> ir.Table:
    """Order rows, those left out as unpaid whose payments should be there and are not.

    Grain: one row per row given.
    Keeps: every row. Returns, and what costs nothing, need no payment.

    Args:
        orders: judged order rows with ``order_source`` and ``order_number``.
        payments: judged payments.
        sources: the sources as whole order rows fill them.
        original: the entries of sources.yaml.
    """
    payments = kept(payments)
    came_in = payments.filter(payments["amount"] > 0)
    needing = [source.name for source in original if source.feed is Feed.PAYMENT and source.needs_payment]
    if not needing:
        return orders
    named = came_in.mutate(paid_source=family_of(came_in["source"], original))
    paid = named.select("paid_source", paid_number="order_id").distinct()
    asked = orders.left_join(
        paid, [orders["order_source"] == paid["paid_source"], orders["order_number"] == paid["paid_number"]]
    ).view()
    by_name = {source.name: source for source in original}
    owed = [by_name[name].belongs_to or "" for name in needing]
    places = sorted({name for each in owed if each in by_name for name in (each, by_name[each].belongs_to) if name})
    amount = ibis.coalesce(asked["order_amount"], asked["line_amount"], quantity_times_price(asked))
    is_owed = asked["order_source"].isin(places) & ~is_return(asked, sources) & (amount.fill_null(1) != 0)
    return leave_out(asked, [Check(is_owed & asked["paid_source"].isnull(), Reason.UNPAID, "order_id", "order_id")]).select(
        *orders.columns
    )


def with_payments(orders: ir.Table, valued: ir.Table, original: Sequence[Source], *, workspace: str) -> ir.Table:
    """Order rows with the amount and moment of their payments where they state none.

    Grain: one row per row given.
    Keeps: every row. The amount is the sum of what came in; what was paid back is a return of its own.

    Args:
        orders: order rows with ``order_source`` and ``order_id``.
        valued: from ``value_payments``, computed once.
        original: the entries of sources.yaml: lines that state amounts of whole orders themselves are left as they are.
        workspace: the workspace's currency.
    """
    came_in = valued.filter(valued["worth"] > 0)
    sums = came_in.group_by(paid_source=came_in["order_source"], paid_id=came_in["order_id"]).aggregate(
        paid_worth=came_in["worth"].sum(), first_paid_at=came_in["paid_at"].min(), first_paid_on=came_in["paid_on"].min()
    )
    met = orders.left_join(sums, [orders["order_source"] == sums["paid_source"], orders["order_id"] == sums["paid_id"]]).view()
    telling = [source.name for source in original if source.feed is Feed.ORDER_LINE and "order_amount" in source.columns]
    is_open = met["order_amount"].isnull() & met["line_amount"].isnull() & met["paid_worth"].notnull()
    if telling:
        is_open &= met["source"].notin(telling)
    has_day = met["paid_at"].notnull()
    filled = met.mutate(
        order_amount=ibis.ifelse(is_open, met["paid_worth"].cast(met["order_amount"].type()), met["order_amount"]),
        currency=ibis.ifelse(is_open, ibis.literal(workspace), met["currency"]),
        paid_at=ibis.ifelse(has_day, met["paid_at"], met["first_paid_at"]),
        paid_on=ibis.ifelse(has_day, met["paid_on"], met["first_paid_on"]),
    )
    return filled.select(*orders.columns)


def _is_unpaid(rows: ir.Table, sources: Sequence[Source]) -> ir.BooleanValue:
    failed = rows["status"].lower().strip().re_search(_FAILED)
    return (failed | is_short_of(rows, [source for source in sources if source.feed is Feed.PAYMENT])).fill_null(False)  # noqa: FBT003 - Ibis takes the value alone


def is_short_of(rows: ir.Table, sources: Sequence[Source]) -> ir.BooleanValue:
    """Whether the status of a row means anything else than paid, by the words of its own source; null where nobody knows."""
    if not sources:
        return ibis.null("boolean")
    own = [(rows["source"] == source.name, statuses.status_class(rows["status"], source)) for source in sources]
    return ibis.cases(*own, else_=ibis.null("string")) != str(StatusClass.PAID)


def _said(rows: ir.Table, feed: Feed, sources: Sequence[Source], status: StatusClass) -> ir.BooleanValue:
    """Whether the status is one of the words that the row's source itself gives a class."""
    own = [
        (rows["source"] == source.name) & rows["status"].lower().strip().isin([each.strip().lower() for each in words])
        for source in sources
        if source.feed is feed and (words := source.statuses.get(status))
    ]
    return ibis.or_(*own).fill_null(False) if own else ibis.literal(value=False)  # noqa: FBT003
