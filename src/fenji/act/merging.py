"""What happens to points when two members are one person, and when they are two again? Everything has an origin to which it can return."""

from __future__ import annotations

from dataclasses import replace

from fenji.act.book import Book, Entry
from fenji.act.lots import spendable
from fenji.act.orders import Asked
from fenji.act.settling import pay_debts, settle
from fenji.domain.loyalty.kinds import MemberStatus, PointsKind
from fenji.errors import Conflict
from fenji.language import message as _


def merge(book: Book, giver: int, taker: int, asked: Asked, *, reason: str) -> Entry:
    """Moves every lot and debt of one member to another, last days kept; its ids go on earning for it, and the other one holds that.

    Raises:
        Conflict: one of them holds nothing itself any more, or has points on hold.
    """
    for member_id in (giver, taker):
        _refuse_unable(book, member_id)
        settle(book, member_id, asked.on)
    if giver == taker:
        raise Conflict.of(_("a member cannot be merged with itself."))
    entry = book.begin(PointsKind.MERGE, asked.business_key, giver, asked.on, fingerprint=asked.fingerprint, reason=reason)
    book.move_all(_origins_held(book, giver), giver, taker, entry)
    gone, other = book.members[giver], book.members[taker]
    book.put(replace(gone, status=MemberStatus.MERGED, held_by_member_id=taker, qualifying_total=0))
    book.put(replace(other, qualifying_total=other.qualifying_total + gone.qualifying_total))
    pay_debts(book, taker, entry, spendable(book.lots_of(taker), asked.on))
    return entry


def unmerge(book: Book, giver: int, asked: Asked, *, reason: str) -> Entry:
    """Gives a member back what is left of each lot and debt that came from it, with what was earned for it since.

    Raises:
        Conflict: nobody holds its points, or its holder has points on hold.
    """
    member = book.members[giver]
    taker = member.held_by_member_id
    if taker is None:
        raise Conflict.of(_("member {member} is not merged with another one."), member=giver)
    holder = book.holder_of(giver)
    _refuse_holds(book, holder)
    settle(book, holder, asked.on)
    origins = frozenset({giver, *_below(book, giver)})
    qualifying = sum(book.found.origin_qualifying.get(each, 0) for each in origins)
    entry = book.begin(PointsKind.UNMERGE, asked.business_key, giver, asked.on, fingerprint=asked.fingerprint, reason=reason)
    book.move_all(origins, holder, giver, entry)
    book.put(replace(book.members[giver], status=MemberStatus.ACTIVE, held_by_member_id=None, qualifying_total=qualifying))
    other = book.members[holder]
    book.put(replace(other, qualifying_total=other.qualifying_total - qualifying))
    for each in (giver, holder):
        pay_debts(book, each, entry, spendable(book.lots_of(each), asked.on))
    return entry


def _origins_held(book: Book, holder: int) -> frozenset[int]:
    return frozenset({holder, *_below(book, holder)})


def _below(book: Book, member_id: int) -> set[int]:
    """Members whose points a member holds, directly or through others."""
    direct = {each.member_id for each in book.members.values() if each.held_by_member_id == member_id}
    return direct | {below for each in direct for below in _below(book, each)}


def _refuse_unable(book: Book, member_id: int) -> None:
    member = book.members[member_id]
    if member.status is not MemberStatus.ACTIVE:
        is_merged = member.status is MemberStatus.MERGED
        text = _("member {member} is merged with another one already.") if is_merged else _("member {member} was erased.")
        raise Conflict.of(text, member=member_id)
    _refuse_holds(book, member_id)


def _refuse_holds(book: Book, member_id: int) -> None:
    if any(each.until_at > book.now for each in book.open_holds(member_id)):
        text = _("member {member} has points on hold for a cart.")
        raise Conflict.of(text, advice=_("Try again when they are spent or released, within a day."), member=member_id)
