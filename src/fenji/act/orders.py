"""What do a purchase and its refunds do to points? By the law R1: an order has always earned the rule of what is left of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from fenji.act.book import Book, Entry
from fenji.act.earning import Points, earned
from fenji.act.lots import drawing_order, spendable
from fenji.act.settling import pay_debts, settle
from fenji.domain.loyalty.kinds import LotBucket, PointsAccount, PointsKind
from fenji.domain.loyalty.program import Program, Shortfall
from fenji.domain.loyalty.records import Lot, OrderEarning, OrderKey, Transfer
from fenji.errors import InvalidArgument
from fenji.language import message as _


@dataclass(frozen=True)
class OrderFacts:
    """An order as it is known now."""

    key: OrderKey
    member_id: int
    """For whom it earns."""
    ordered_on: date
    gross_cents: int
    """What was bought, without what came back."""
    returned: tuple[tuple[date, int], ...]
    """On which days something came back, and how much in all by then."""
    multiplier: int
    """In thousandths, of the day before; of an order that is posted already the first one counts."""
    rules_version: int
    """In force on the day of the order; of an order that is posted already the first one counts."""
    most_points: int | None = None


@dataclass(frozen=True)
class Asked:
    """Under which key something is asked for."""

    business_key: str
    fingerprint: str
    on: date
    """The local day on which it happened."""


def post_order(book: Book, facts: OrderFacts, *, asked: Asked | None = None) -> None:
    """Brings the points of an order to what it is now; an order that has not changed changes nothing.

    A first posting counts on the day of the order and its returns on theirs; what is corrected later counts on the day of posting.

    Args:
        book: with the order's earning and lots, where there are any, and its member's account.
        facts: the order.
        asked: the key of a single purchase; None: keys made from the order.
    """
    known = book.orders.get(facts.key)
    if known is None and facts.key.bonus:
        # A refund that came before the order waits at the order itself, and counts for its extras too.
        own = book.orders.get(OrderKey(facts.key.source, facts.key.order_id))
        known = replace(_unknown(facts), refunded_cents=0 if own is None else own.refunded_cents)
    if known is not None and known.member_id not in (None, facts.member_id):
        _take_from_other(book, known)
        known = book.orders[facts.key]
    if known is None or known.member_id is None or known.member_id != facts.member_id:
        before = known or _unknown(facts)
        order = replace(
            before,
            member_id=facts.member_id,
            ordered_on=facts.ordered_on,
            gross_cents=facts.gross_cents,
            returned_cents=0,
            multiplier=facts.multiplier,
            most_points=facts.most_points,
            rules_version=facts.rules_version,
        )
        _bring(book, order, facts.ordered_on, asked=asked)
    elif known.gross_cents != facts.gross_cents:
        _bring(book, replace(known, gross_cents=facts.gross_cents), book.today, asked=asked)
    for on, cents in facts.returned:
        order = book.orders[facts.key]
        if cents > order.returned_cents:
            _bring(book, replace(order, returned_cents=cents), on)
    order, last = book.orders[facts.key], facts.returned[-1][1] if facts.returned else 0
    if last < order.returned_cents:
        _bring(book, replace(order, returned_cents=last), book.today)


def refund(book: Book, key: OrderKey, cents: int, asked: Asked) -> None:
    """Takes back what a refund of an order leaves unearned; one whose order has not come yet waits for it.

    Raises:
        InvalidArgument: nothing, or more than is left of the order, is refunded.
    """
    if cents <= 0:
        raise InvalidArgument.of(_("a refund is of more than 0."))
    order = book.orders.get(key)
    if order is None or order.member_id is None:
        waiting = order or OrderEarning(key, None, None, 0, 0, 0, 0, 0, None, 0, 0)
        book.put_order(replace(waiting, refunded_cents=waiting.refunded_cents + cents))
        book.begin(PointsKind.REFUND, asked.business_key, None, asked.on, fingerprint=asked.fingerprint, order=key)
        return
    left = order.gross_cents - max(order.refunded_cents, order.returned_cents)
    if cents > left:
        text = _("{cents} are refunded of an order of which {left} are left.")
        raise InvalidArgument.of(text, cents=_money(cents), left=_money(left))
    now = max(order.refunded_cents, order.returned_cents) + cents
    _bring(book, replace(order, refunded_cents=now), asked.on, asked=asked)
    _bring_extras(book, key, now, asked.on)


def undo_refund(book: Book, key: OrderKey, cents: int, asked: Asked, *, reverses_id: str) -> None:
    """Gives back what a refund that was a mistake has taken; the points keep the last day of the order's own.

    Raises:
        InvalidArgument: less was refunded of the order.
    """
    order = book.orders[key]
    if cents > order.refunded_cents:
        text = _("{cents} are taken back of refunds of {refunded}.")
        raise InvalidArgument.of(text, cents=_money(cents), refunded=_money(order.refunded_cents))
    changed = replace(order, refunded_cents=order.refunded_cents - cents)
    if order.member_id is None:
        book.put_order(changed)
        book.begin(
            PointsKind.REFUND_UNDO,
            asked.business_key,
            None,
            asked.on,
            fingerprint=asked.fingerprint,
            order=key,
            reverses_id=reverses_id,
        )
        return
    _bring(book, changed, asked.on, asked=asked, reverses_id=reverses_id)
    _bring_extras(book, key, changed.refunded_cents, asked.on)


def extras_of(book: Book, key: OrderKey) -> list[OrderEarning]:
    """What an order has earned beyond its own points, by the names of the extras."""
    return [
        book.orders[each]
        for each in sorted(book.orders)
        if each.bonus and (each.source, each.order_id) == (key.source, key.order_id)
    ]


def _bring_extras(book: Book, key: OrderKey, refunded_cents: int, on: date) -> None:
    for each in extras_of(book, key):
        _bring(book, replace(each, refunded_cents=refunded_cents), on)


def _bring(book: Book, order: OrderEarning, on: date, *, asked: Asked | None = None, reverses_id: str | None = None) -> None:
    """Brings an order's points to what is left of it, by one transaction; by none where nothing is asked and nothing changes."""
    known, member_id = book.orders.get(order.key), order.member_id
    if member_id is None:
        message = "an order without a member earns nothing"
        raise AssertionError(message)
    is_first = known is None or known.member_id != member_id
    before = (0, 0) if is_first or known is None else (known.net_cents, known.carried_cents)
    points_before = 0 if is_first or known is None else known.points_now
    program, member = book.rules[order.rules_version], book.members[member_id]
    target = earned(
        program,
        order.net_cents,
        order.multiplier,
        is_extra=bool(order.key.bonus),
        most=order.most_points,
        before=before,
        waiting_cents=member.waiting_cents,
    )
    kind = _kind(order, is_first=is_first, net_before=before[0], is_undo=reverses_id is not None)
    qualifying = target.qualifying - (0 if known is None else known.qualifying_now)
    if asked is None and target.points == points_before and not qualifying:
        _write_down(book, order, target)
        return
    entry = book.begin(
        kind,
        asked.business_key if asked else _key(order, kind, known),
        member_id,
        on,
        fingerprint=asked.fingerprint if asked else None,
        order=order.key,
        rules_version=order.rules_version,
        reverses_id=reverses_id,
    )
    entry.qualifying_points = qualifying
    _write_down(book, order, target)
    if target.points > points_before:
        _grant(book, entry, order, target.points - points_before, program)
    elif target.points < points_before:
        settle(book, book.holder_of(member_id), on)
        _take_back(book, entry, order, points_before - target.points)


def _write_down(book: Book, order: OrderEarning, target: Points) -> None:
    book.put_order(replace(order, points_now=target.points, qualifying_now=target.qualifying, carried_cents=target.carried_cents))
    if order.member_id is not None and book.members[order.member_id].waiting_cents != target.waiting_cents:
        book.put(replace(book.members[order.member_id], waiting_cents=target.waiting_cents))


def _kind(order: OrderEarning, *, is_first: bool, net_before: int, is_undo: bool) -> PointsKind:
    if is_undo:
        return PointsKind.REFUND_UNDO
    return PointsKind.EARN if is_first or order.net_cents > net_before else PointsKind.REFUND


def _key(order: OrderEarning, kind: PointsKind, known: OrderEarning | None) -> str:
    """``earn:{source}:{order_id}`` for the first posting; what comes later counts up."""
    parts = [str(kind), order.key.source, order.key.order_id, *([order.key.bonus] if order.key.bonus else [])]
    if known is not None and known.member_id is not None:
        parts.append(str(known.version + 1))
    return ":".join(part.replace("%", "%25").replace(":", "%3A") for part in parts)


def _unknown(facts: OrderFacts) -> OrderEarning:
    return OrderEarning(facts.key, None, None, 0, 0, 0, 0, facts.multiplier, facts.most_points, facts.rules_version, 0)


def _take_from_other(book: Book, order: OrderEarning) -> None:
    """Takes the points of an order from a member whose purchase it no longer is."""
    emptied = replace(order, gross_cents=0, returned_cents=0)
    _bring(book, emptied, book.today)


def _grant(book: Book, entry: Entry, order: OrderEarning, points: int, program: Program) -> None:
    """Grants a lot whose days follow from the day of the order."""
    if order.member_id is None or order.ordered_on is None:
        message = "an order without a day earns nothing"
        raise AssertionError(message)
    holder, available_on = book.holder_of(order.member_id), order.ordered_on + timedelta(days=program.pending_days)
    bucket = LotBucket.AVAILABLE if available_on <= book.today else LotBucket.PENDING
    expires_on = program.expiry.last_valid_on(order.ordered_on)
    lot = Lot(
        lot_id=0,
        member_id=holder,
        origin_member_id=order.member_id,
        transaction_id=entry.transaction_id,
        earned_on=order.ordered_on,
        granted=points,
        remaining=points,
        held=0,
        expired=0,
        qualifying=0,
        bucket=bucket,
        available_on=available_on,
        expires_on=expires_on,
        source=order.key.source,
        order_id=order.key.order_id,
        bonus=order.key.bonus,
    )
    new = book.add_lot(entry, lot, PointsAccount.ISSUED)
    if bucket is LotBucket.AVAILABLE:
        pay_debts(book, holder, entry, [new])


def _take_back(book: Book, entry: Entry, order: OrderEarning, points: int) -> None:
    """Takes points from an order's own lots, then from what has expired of them, then from others by E1, then as debt."""
    own = [each for each in book.own_lots(order.key) if each.origin_member_id == order.member_id]
    pending = [each for each in own if each.bucket is LotBucket.PENDING]
    available = [each for each in own if each.bucket is LotBucket.AVAILABLE]
    left = _take_from(book, entry, [*drawing_order(pending), *drawing_order(available)], points)
    for lot in drawing_order(book.lots[each.lot_id] for each in own):
        gone = min(left, lot.expired)
        if gone:
            book.put(replace(lot, expired=lot.expired - gone))
            entry.transfers.append(Transfer(PointsAccount.EXPIRED, None, PointsAccount.ISSUED, None, gone, lot.lot_id))
            left -= gone
    if order.member_id is None:
        return
    holder = book.holder_of(order.member_id)
    left = _take_from(book, entry, spendable(book.lots_of(holder), entry.occurred_on), left)
    if not left:
        return
    if book.rules[order.rules_version].refund.shortfall is Shortfall.FORGIVE:
        entry.transfers.append(Transfer(PointsAccount.ADJUSTED, None, PointsAccount.ISSUED, None, left))
    else:
        book.add_debt(entry, holder, order.member_id, left, PointsAccount.ISSUED)


def _take_from(book: Book, entry: Entry, lots: Iterable[Lot], points: int) -> int:
    """Takes points from lots in their order; returns how many are still lacking."""
    left = points
    for lot in lots:
        taken = min(left, lot.remaining)
        if taken:
            book.take(entry, lot, taken, PointsAccount.ISSUED)
            left -= taken
    return left


def _money(cents: int) -> str:
    return f"{cents / 100:,.2f}"
