"""What happens to points by themselves? They become available, expire, and pay what is owed, each on its own day, however late it is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby

from fenji.act.book import Book, Entry
from fenji.act.lots import drawing_order
from fenji.domain.loyalty.kinds import HoldStatus, LotBucket, PointsAccount, PointsKind
from fenji.domain.loyalty.records import Hold, Lot, Member, Transfer

ONE_DAY = timedelta(days=1)


def settle(book: Book, holder: int, day: date) -> None:
    """Brings an account up to a day: holds whose time is over, pending points that are due, lots that are over, in the order of days.

    Doing it twice, or late, comes to the same.
    """
    for hold in book.open_holds(holder):
        if hold.until_at <= book.now:
            release_hold(book, hold, min(day, book.day_of(hold.until_at)))
    due = [(each.available_on, 0, each) for each in book.lots_of(holder) if _is_due(each, day)]
    due += [(each.expires_on + ONE_DAY, 1, each) for each in book.lots_of(holder) if each.expires_on and _is_over(each, day)]
    due.sort(key=lambda each: (each[0], each[1], drawing_order([each[2]])[0].lot_id))
    for (on, is_over), group in groupby(due, key=lambda each: each[:2]):
        lots = [each[2] for each in group]
        if is_over:
            expire(book, holder, [book.lots[each.lot_id] for each in lots], on)
        else:
            _release(book, holder, lots, on)


@dataclass(frozen=True)
class Standing:
    """An account as it stands on a day."""

    member: Member
    """With what it has on that day."""
    lots: tuple[Lot, ...]
    """Those of which anything is left, in the order in which they are drawn from."""


def standing_of(book: Book, member_id: int, day: date) -> Standing:
    """An account as it stands on a day, however late the ledger is written; the book is settled by it."""
    settle(book, member_id, day)
    lots = drawing_order(each for each in book.lots_of(member_id) if each.remaining or each.held)
    available, pending = (
        sum(each.remaining for each in lots if each.bucket is bucket) for bucket in (LotBucket.AVAILABLE, LotBucket.PENDING)
    )
    held, owed = sum(each.held for each in lots), sum(each.remaining for each in book.debts_of(member_id))
    found = replace(book.members[member_id], available=available, pending=pending, held=held, owed=owed)
    return Standing(found, tuple(lots))


def expire(book: Book, holder: int, lots: Iterable[Lot], on: date) -> None:
    """Moves what is left of lots that are over; what is held stays until it is released."""
    left = [each for each in lots if each.remaining]
    if not left:
        return
    entry = book.begin_own(PointsKind.EXPIRE, holder, on)
    for lot in left:
        taken = book.take(entry, lot, lot.remaining, PointsAccount.EXPIRED)
        book.put(replace(taken, expired=lot.expired + lot.remaining))


def pay_debts(book: Book, holder: int, cause: Entry, lots: Iterable[Lot]) -> None:
    """Points that have become available pay the oldest debts first."""
    debts = book.debts_of(holder)
    if not debts:
        return
    entry: Entry | None = None
    for lot in drawing_order(lots):
        current = book.lots[lot.lot_id]
        while debts and current.remaining:
            paid = min(debts[0].remaining, current.remaining)
            if entry is None:
                key = f"debt_paid:{holder}:{cause.transaction_id}"
                entry = book.begin(PointsKind.DEBT_PAID, key, holder, cause.occurred_on)
            current = replace(current, remaining=current.remaining - paid)
            debt = replace(debts[0], remaining=debts[0].remaining - paid)
            book.put(current)
            book.put(debt)
            available, owed = PointsAccount.AVAILABLE, PointsAccount.OWED
            entry.transfers.append(Transfer(available, holder, owed, holder, paid, lot.lot_id, debt.debt_id))
            debts = debts[1:] if not debt.remaining else [debt, *debts[1:]]


def release_hold(book: Book, hold: Hold, day: date) -> None:
    """Gives back points that were reserved; those whose last day is over meanwhile expire at once."""
    entry = book.begin(PointsKind.UNHOLD, f"unhold:{hold.hold_id}", hold.member_id, day, reverses_id=hold.hold_id)
    for draw in hold.draws:
        lot = book.lots[draw.lot_id]
        book.put(replace(lot, remaining=lot.remaining + draw.points, held=lot.held - draw.points))
        held, available = PointsAccount.HELD, PointsAccount.AVAILABLE
        entry.transfers.append(Transfer(held, hold.member_id, available, hold.member_id, draw.points, lot.lot_id))
    book.put(replace(hold, status=HoldStatus.RELEASED))
    back = [book.lots[each.lot_id] for each in hold.draws]
    expire(book, hold.member_id, [each for each in back if not each.is_valid_on(day)], day)
    pay_debts(book, hold.member_id, entry, [each for each in back if each.is_valid_on(day)])


def _release(book: Book, holder: int, lots: list[Lot], on: date) -> None:
    entry = book.begin_own(PointsKind.RELEASE, holder, on)
    for lot in lots:
        book.put(replace(lot, bucket=LotBucket.AVAILABLE))
        pending, available = PointsAccount.PENDING, PointsAccount.AVAILABLE
        entry.transfers.append(Transfer(pending, holder, available, holder, lot.remaining, lot.lot_id))
    pay_debts(book, holder, entry, lots)


def _is_due(lot: Lot, day: date) -> bool:
    """Whether pending points become available by a day; those that are over before never do."""
    is_valid = lot.expires_on is None or lot.available_on <= lot.expires_on
    return lot.bucket is LotBucket.PENDING and lot.remaining > 0 and lot.available_on <= day and is_valid


def _is_over(lot: Lot, day: date) -> bool:
    return lot.remaining > 0 and not lot.is_valid_on(day)
