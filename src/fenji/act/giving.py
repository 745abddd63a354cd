"""Which points come or go without an order? Bonuses, adjustments by hand, and the balances with which a company begins."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from fenji.act.book import Book, Entry
from fenji.act.lots import spendable
from fenji.act.orders import Asked
from fenji.act.settling import pay_debts, settle
from fenji.domain.loyalty.kinds import LotBucket, PointsAccount, PointsKind
from fenji.domain.loyalty.program import Shortfall
from fenji.domain.loyalty.records import Lot
from fenji.errors import InvalidArgument
from fenji.language import message as _


def give_bonus(book: Book, member_id: int, points: int, asked: Asked, *, reason: str | None = None) -> Entry:
    """Grants points for something other than an order, such as a review or a referral; they wait and expire as earned ones do.

    Raises:
        InvalidArgument: no points.
    """
    if points <= 0:
        raise InvalidArgument.of(_("a bonus is of more than 0 points."))
    entry = book.begin(
        PointsKind.BONUS,
        asked.business_key,
        member_id,
        asked.on,
        fingerprint=asked.fingerprint,
        reason=reason,
        rules_version=book.program.version,
    )
    available_on = asked.on + timedelta(days=book.program.pending_days)
    lot = _lot(book, entry, member_id, points, (asked.on, book.program.expiry.last_valid_on(asked.on)))
    _add(book, entry, replace(lot, available_on=available_on), PointsAccount.ISSUED)
    return entry


def adjust(book: Book, member_id: int, points: int, asked: Asked, *, reason: str) -> Entry:
    """Gives (above 0) or takes (below 0) points by hand; what is taken and not there becomes a debt, or is forgiven.

    Raises:
        InvalidArgument: no points.
    """
    if not points:
        raise InvalidArgument.of(_("an adjustment of 0 points changes nothing."))
    holder = book.holder_of(member_id)
    settle(book, holder, asked.on)
    entry = book.begin(
        PointsKind.ADJUST,
        asked.business_key,
        member_id,
        asked.on,
        fingerprint=asked.fingerprint,
        reason=reason,
        rules_version=book.program.version,
    )
    if points > 0:
        lot = _lot(book, entry, member_id, points, (asked.on, book.program.expiry.last_valid_on(asked.on)))
        _add(book, entry, lot, PointsAccount.ADJUSTED)
        return entry
    left = -points
    for lot in spendable(book.lots_of(holder), asked.on):
        taken = min(left, lot.remaining)
        if taken:
            book.take(entry, lot, taken, PointsAccount.ADJUSTED)
            left -= taken
    if left and book.program.refund.shortfall is Shortfall.DEBT:
        book.add_debt(entry, holder, member_id, left, PointsAccount.ADJUSTED)
    return entry


def open_balance(
    book: Book,
    member_id: int,
    points: int,
    asked: Asked,
    *,
    earned_on: date,
    expires_on: date | None,
    qualifying: int,
    reason: str,
) -> Entry:
    """Brings in points that a company's old system says, as a lot with its own last day.

    Args:
        book: with the member's account.
        member_id: whose.
        points: how many.
        asked: its key, and the day on which they count here.
        earned_on: when they were earned there.
        expires_on: their last valid day; None: never over.
        qualifying: how many of them count for a tier.
        reason: such as migration.

    Raises:
        InvalidArgument: no points, qualifying ones below 0, or a last day that is over.
    """
    problems = [
        text
        for text, is_wrong in (
            (_("a lot is of more than 0 points."), points <= 0),
            (_("qualifying points are at least 0."), qualifying < 0),
            (_("these points expired before they came here."), expires_on is not None and expires_on < asked.on),
            (_("these points were earned after the day on which they come here."), earned_on > asked.on),
        )
        if is_wrong
    ]
    if problems:
        raise InvalidArgument.of(problems[0])
    settle(book, book.holder_of(member_id), asked.on)
    entry = book.begin(PointsKind.ADJUST, asked.business_key, member_id, asked.on, fingerprint=asked.fingerprint, reason=reason)
    lot = _lot(book, entry, member_id, points, (earned_on, expires_on))
    _add(book, entry, replace(lot, available_on=asked.on, qualifying=qualifying), PointsAccount.ADJUSTED)
    entry.qualifying_points = qualifying
    book.add_qualifying(member_id, qualifying)
    return entry


def _add(book: Book, entry: Entry, lot: Lot, debit: PointsAccount) -> None:
    is_available = lot.available_on <= book.today
    new = book.add_lot(entry, replace(lot, bucket=LotBucket.AVAILABLE if is_available else LotBucket.PENDING), debit)
    if is_available:
        pay_debts(book, new.member_id, entry, [new])


def _lot(book: Book, entry: Entry, member_id: int, points: int, days: tuple[date, date | None]) -> Lot:
    """A lot of one member; ``days`` are those of earning and of the end."""
    earned_on, expires_on = days
    return Lot(
        lot_id=0,
        member_id=book.holder_of(member_id),
        origin_member_id=member_id,
        transaction_id=entry.transaction_id,
        earned_on=earned_on,
        granted=points,
        remaining=points,
        held=0,
        expired=0,
        qualifying=0,
        bucket=LotBucket.AVAILABLE,
        available_on=earned_on,
        expires_on=expires_on,
    )
