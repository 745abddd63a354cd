"""How does a bonus come back? From its own lot first, also where that still waits; then as an adjustment is taken."""

from __future__ import annotations

from fenji.act.book import Book, Entry
from fenji.act.lots import spendable
from fenji.act.orders import Asked
from fenji.act.settling import settle
from fenji.domain.loyalty.kinds import PointsAccount, PointsKind
from fenji.domain.loyalty.program import Shortfall


def take_back(book: Book, member_id: int, points: int, asked: Asked, *, granted_id: str, reason: str) -> Entry:
    """Takes points back that a bonus has granted; what is not there any more becomes a debt, or is forgiven.

    Args:
        book: with the member's account.
        member_id: to whom the bonus was granted.
        points: how many it was.
        asked: its key and day.
        granted_id: the transaction of the bonus.
        reason: for the record.
    """
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
    own = [each for each in book.lots_of(holder) if each.transaction_id == granted_id]
    others = [each for each in spendable(book.lots_of(holder), asked.on) if each.transaction_id != granted_id]
    left = points
    for lot in (*own, *others):
        taken = min(left, lot.remaining)
        if taken:
            book.take(entry, lot, taken, PointsAccount.ADJUSTED)
            left -= taken
    if left and book.program.refund.shortfall is Shortfall.DEBT:
        book.add_debt(entry, holder, member_id, left, PointsAccount.ADJUSTED)
    return entry
