"""How are points spent? Held for a cart, drawn from lots by E1, and put back into the same lots when a redemption is undone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from fenji.act.book import Book, Entry
from fenji.act.lots import plan_draws
from fenji.act.orders import Asked
from fenji.act.settling import pay_debts, release_hold, settle
from fenji.domain.loyalty.kinds import HoldStatus, LotBucket, PointsAccount, PointsKind
from fenji.domain.loyalty.program import Program
from fenji.domain.loyalty.records import Draw, Hold, Lot, OrderKey, Transfer
from fenji.errors import Conflict, InvalidArgument, NotFound, Problem
from fenji.language import message as _


class PointsShort(Conflict):
    """There are fewer points than are to be spent."""

    code, retryable = "points_short", False


class LotExpired(PointsShort):
    """There were enough points until a lot of them expired."""

    code = "lot_expired"


def redeem(
    book: Book,
    member_id: int,
    points: int,
    asked: Asked,
    *,
    order: OrderKey | None = None,
    order_amount: Decimal | None = None,
) -> Entry:
    """Spends points of a member.

    Args:
        book: with the member's account.
        member_id: whose.
        points: how many.
        asked: its key and day.
        order: the order that is paid with them.
        order_amount: of that order; needed where the program limits the share that points may pay.

    Raises:
        InvalidArgument: points that the program does not let anybody spend; all problems at once.
        PointsShort: there are fewer that can be spent on that day; LotExpired where that is because some have just expired.
    """
    holder = book.holder_of(member_id)
    over = _over(book, holder, asked.on)
    settle(book, holder, asked.on)
    InvalidArgument.raise_if(objections(book.program, points, order_amount))
    entry = book.begin(PointsKind.REDEEM, asked.business_key, member_id, asked.on, fingerprint=asked.fingerprint, order=order)
    for draw in _draws(book, holder, points, asked.on, over):
        book.take(entry, book.lots[draw.lot_id], draw.points, PointsAccount.REDEEMED)
    return entry


def hold(book: Book, member_id: int, points: int, asked: Asked) -> Hold:
    """Reserves points for a cart; they are given back by themselves where nobody spends them in time.

    Raises:
        InvalidArgument: points that the program does not let anybody spend.
        PointsShort: there are fewer that can be spent on that day; LotExpired where that is because some have just expired.
    """
    holder = book.holder_of(member_id)
    over = _over(book, holder, asked.on)
    settle(book, holder, asked.on)
    # How much of an order they may pay is asked when they are spent.
    InvalidArgument.raise_if(objections(book.program, points, None, is_hold=True))
    draws = _draws(book, holder, points, asked.on, over)
    entry = book.begin(PointsKind.HOLD, asked.business_key, member_id, asked.on, fingerprint=asked.fingerprint)
    for draw in draws:
        lot = book.lots[draw.lot_id]
        book.put(replace(lot, remaining=lot.remaining - draw.points, held=lot.held + draw.points))
        available, held = PointsAccount.AVAILABLE, PointsAccount.HELD
        entry.transfers.append(Transfer(available, holder, held, holder, draw.points, lot.lot_id))
    until_at = book.now + timedelta(minutes=book.program.redeem.hold_minutes)
    reserved = Hold(entry.transaction_id, holder, points, until_at, HoldStatus.OPEN, draws)
    book.put(reserved)
    return reserved


def redeem_hold(
    book: Book,
    hold_id: str,
    asked: Asked,
    *,
    order: OrderKey | None = None,
    order_amount: Decimal | None = None,
) -> Entry:
    """Spends points that were reserved, all of them.

    Raises:
        NotFound: there is no such hold.
        Conflict: it was redeemed or released already, or its time is over.
        InvalidArgument: they pay more of the order than the program allows.
    """
    reserved = _open_hold(book, hold_id)
    InvalidArgument.raise_if(objections(book.program, reserved.points, order_amount))
    entry = book.begin(
        PointsKind.REDEEM,
        asked.business_key,
        reserved.member_id,
        asked.on,
        fingerprint=asked.fingerprint,
        order=order,
        reverses_id=reserved.hold_id,
    )
    for draw in reserved.draws:
        lot = book.lots[draw.lot_id]
        book.put(replace(lot, held=lot.held - draw.points))
        held, redeemed = PointsAccount.HELD, PointsAccount.REDEEMED
        entry.transfers.append(Transfer(held, reserved.member_id, redeemed, None, draw.points, lot.lot_id))
    book.put(replace(reserved, status=HoldStatus.REDEEMED))
    settle(book, reserved.member_id, asked.on)
    return entry


def give_up_hold(book: Book, hold_id: str, on: date) -> None:
    """Gives back points that were reserved.

    Raises:
        NotFound: there is no such hold.
        Conflict: it was redeemed or released already.
    """
    reserved = _open_hold(book, hold_id, is_in_time=False)
    release_hold(book, reserved, on)
    settle(book, reserved.member_id, on)


def undo_redemption(book: Book, asked: Asked, *, points: int | None = None) -> Entry:
    """Puts points of a redemption back into the lots that they were drawn from, what was drawn last first.

    What comes back of a lot that is over is granted anew, until so many days later as the program says.

    Args:
        book: with the redemption, what is left of its draws, and their lots.
        asked: its key and day.
        points: how many; None: all that are left.

    Raises:
        InvalidArgument: more than is left of it, or nothing.
    """
    undone = book.found.reversed
    left = sum(each.points for each in book.found.draws)
    if undone is None or undone.kind is not PointsKind.REDEEM:
        raise InvalidArgument.of(_("only a redemption can be undone here."))
    wanted = left if points is None else points
    if not 0 < wanted <= left:
        text = _("{points} points are to come back of a redemption of which {left} are left.")
        raise InvalidArgument.of(text, points=wanted, left=left)
    for holder in {book.lots[each.lot_id].member_id for each in book.found.draws}:
        settle(book, holder, asked.on)
    entry = book.begin(
        PointsKind.REDEEM_UNDO,
        asked.business_key,
        undone.member_id,
        asked.on,
        fingerprint=asked.fingerprint,
        order=undone.order,
        reverses_id=undone.transaction_id,
    )
    back: list[Lot] = []
    for draw in reversed(book.found.draws):
        taken = min(draw.points, wanted)
        if taken:
            back.append(_put_back(book, entry, Draw(draw.lot_id, taken)))
            wanted -= taken
    for holder in {each.member_id for each in back}:
        pay_debts(book, holder, entry, [each for each in back if each.member_id == holder])
    return entry


def objections(program: Program, points: int, order_amount: Decimal | None, *, is_hold: bool = False) -> list[Problem]:
    """Why a program does not let anybody spend so many points."""
    rule, found = program.redeem, []
    if points <= 0:
        return [Problem(_("{points} points cannot be spent: it takes more than 0."), {"points": points})]
    if points < rule.at_least:
        text = _("{points} points are fewer than the {at_least} that can be spent at once.")
        found.append(Problem(text, {"points": points, "at_least": rule.at_least}))
    if points % rule.step:
        text = _("{points} points are no multiple of {step}.")
        found.append(Problem(text, {"points": points, "step": rule.step}))
    if is_hold or rule.most_share_of_order == 1:
        return found
    if order_amount is None:
        text = _("points may pay {share} of an order at most: say what the order comes to.")
        found.append(Problem(text, {"share": f"{rule.most_share_of_order:.0%}"}))
    elif rule.worth_of(points) > rule.most_share_of_order * order_amount:
        text = _("{points} points are worth {worth}; they may pay {share} of {amount} at most.")
        values = {"points": points, "worth": rule.worth_of(points), "amount": order_amount}
        found.append(Problem(text, {**values, "share": f"{rule.most_share_of_order:.0%}"}))
    return found


def _over(book: Book, holder: int, on: date) -> int:
    """Points whose last day is over and that nobody has written off yet."""
    lots = book.lots_of(holder)
    return sum(each.remaining for each in lots if each.bucket is LotBucket.AVAILABLE and not each.is_valid_on(on))


def _draws(book: Book, holder: int, points: int, on: date, over: int) -> tuple[Draw, ...]:
    lots = book.lots_of(holder)
    draws = plan_draws(lots, points, on)
    left = sum(each.points for each in draws)
    if left < points <= left + over:
        text = _("{points} points are to be spent, and {left} can be: {over} have expired.")
        raise LotExpired.of(text, points=points, left=left, over=over)
    if left < points:
        raise PointsShort.of(_("{points} points are to be spent, and {left} can be."), points=points, left=left)
    return draws


def _open_hold(book: Book, hold_id: str, *, is_in_time: bool = True) -> Hold:
    found = book.holds.get(hold_id)
    if found is None:
        raise NotFound.of(_("there is no hold {hold}."), hold=hold_id)
    if found.status is not HoldStatus.OPEN:
        is_spent = found.status is HoldStatus.REDEEMED
        text = _("the points of hold {hold} are spent already.") if is_spent else _("hold {hold} was released already.")
        raise Conflict.of(text, hold=hold_id)
    if is_in_time and found.until_at <= book.now:
        raise Conflict.of(_("hold {hold} has run out."), advice=_("Hold the points again."), hold=hold_id)
    return found


def _put_back(book: Book, entry: Entry, draw: Draw) -> Lot:
    lot, on = book.lots[draw.lot_id], entry.occurred_on
    if lot.is_valid_on(on):
        back = replace(lot, remaining=lot.remaining + draw.points)
        book.put(back)
        redeemed, available = PointsAccount.REDEEMED, PointsAccount.AVAILABLE
        entry.transfers.append(Transfer(redeemed, None, available, lot.member_id, draw.points, lot.lot_id))
        return back
    new = replace(
        lot,
        granted=draw.points,
        remaining=draw.points,
        held=0,
        expired=0,
        qualifying=0,
        bucket=LotBucket.AVAILABLE,
        available_on=on,
        expires_on=on + timedelta(days=book.program.refund.reinstate_days),
    )
    return book.add_lot(entry, new, PointsAccount.REDEEMED, from_lot_id=lot.lot_id)
