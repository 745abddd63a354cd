"""What can be done with a member's points? Each operation has a business key, and is done once however often it is asked for.

The state locks and writes; what is to be written is decided by act, which is handed to it here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from fenji.act.book import Book
from fenji.act.giving import adjust, give_bonus, open_balance
from fenji.act.merging import merge, unmerge
from fenji.act.orders import Asked, OrderFacts, post_order, refund, undo_refund
from fenji.act.redeeming import give_up_hold, hold, redeem, redeem_hold, undo_redemption
from fenji.act.settling import Standing, settle, standing_of
from fenji.domain.loyalty.changes import Accounts, Changes, Drawn, Outcome, Wanted, fingerprint_of
from fenji.domain.loyalty.records import OrderKey
from fenji.errors import InvalidArgument
from fenji.language import message as _
from fenji.state.transaction import Transaction
from fenji.workspace.loyalty.programs import ProgramVersions


@dataclass(frozen=True)
class OpeningLot:
    """Points of an older system that come in as one lot."""

    key: str
    member_id: int
    points: int
    earned_on: date
    expires_on: date | None
    qualifying: int
    said_earned_on: date | None
    """As the file says it; None where it says nothing, and the day of import stands in."""


@dataclass(frozen=True)
class Points:
    """The points of a program, inside one transaction of the state."""

    t: Transaction
    program: ProgramVersions
    today: date
    """The workspace's local day."""
    now: datetime
    day_of: Callable[[datetime], date]
    """The workspace's local day of a moment."""
    told_since: date | None = None
    """Transactions of earlier days make no events."""

    def purchase(self, facts: OrderFacts, key: str) -> Outcome:
        """Posts a single purchase."""
        # The multiplier is ours: told again after the customer has risen it is the same purchase.
        asked = self._asked(key, facts.ordered_on, purchase=facts.key, member=facts.member_id, cents=facts.gross_cents)
        drawn = Drawn(0, None)
        wanted = Wanted(frozenset({facts.member_id}), frozenset({facts.key}), business_keys=_keys(asked), draws=drawn)
        return self._carry_out(wanted, lambda book: post_order(book, facts, asked=asked))

    def refund(self, order: OrderKey, cents: int, on: date, key: str) -> Outcome:
        """Posts a refund of an order; one whose order has not come yet waits for it.

        Raises:
            InvalidArgument: nothing, or more than is left of the order, is refunded.
        """
        asked = self._asked(key, on, refund=order, cents=cents)
        wanted = Wanted(orders=frozenset({order}), business_keys=_keys(asked), draws=Drawn(0, on))
        return self._carry_out(wanted, lambda book: refund(book, order, cents, asked))

    def undo_refund(self, refund_id: str, order: OrderKey, cents: int, on: date, key: str) -> Outcome:
        """Gives back what a refund that was a mistake has taken."""
        asked = self._asked(key, on, undo_refund=refund_id, cents=cents)
        wanted = Wanted(orders=frozenset({order}), business_keys=_keys(asked))
        return self._carry_out(wanted, lambda book: undo_refund(book, order, cents, asked, reverses_id=refund_id))

    def bonus(self, member_id: int, points: int, on: date, key: str, *, reason: str | None = None) -> Outcome:
        """Grants points for something other than an order; they wait and expire as earned ones do."""
        asked = self._asked(key, on, bonus=points, member=member_id)
        return self._of_member(member_id, asked, 0, lambda book: give_bonus(book, member_id, points, asked, reason=reason))

    def redeem(
        self,
        member_id: int,
        points: int,
        on: date,
        key: str,
        *,
        order: OrderKey | None = None,
        order_amount: Decimal | None = None,
    ) -> Outcome:
        """Spends points.

        Raises:
            InvalidArgument: points that the program does not let anybody spend.
            PointsShort: there are fewer.
        """
        asked = self._asked(key, on, redeem=points, member=member_id, order=order)
        return self._of_member(
            member_id,
            asked,
            points,
            lambda book: redeem(book, member_id, points, asked, order=order, order_amount=order_amount),
        )

    def hold(self, member_id: int, points: int, on: date, key: str) -> Outcome:
        """Reserves points for a cart; the transaction's id is that of the hold."""
        asked = self._asked(key, on, hold=points, member=member_id)
        return self._of_member(member_id, asked, points, lambda book: hold(book, member_id, points, asked))

    def redeem_hold(
        self, hold_id: str, on: date, key: str, *, order: OrderKey | None = None, order_amount: Decimal | None = None
    ) -> Outcome:
        """Spends points that were reserved."""
        asked = self._asked(key, on, redeem_hold=hold_id, order=order)
        return self._carry_out(
            Wanted(hold_id=hold_id, business_keys=_keys(asked)),
            lambda book: redeem_hold(book, hold_id, asked, order=order, order_amount=order_amount),
        )

    def give_up_hold(self, hold_id: str, on: date) -> Outcome:
        """Gives back points that were reserved; twice is once."""
        key = f"unhold:{hold_id}"
        asked = Asked(key, fingerprint_of(key=key), on)
        wanted = Wanted(hold_id=hold_id, business_keys=_keys(asked))
        return self._carry_out(wanted, lambda book: give_up_hold(book, hold_id, on))

    def undo_redemption(self, redemption_id: str, on: date, key: str, *, points: int | None = None) -> Outcome:
        """Puts points of a redemption back into their lots; ``points`` None: all that are left of it."""
        asked = self._asked(key, on, undo=redemption_id, points=points)
        wanted = Wanted(reversed_id=redemption_id, business_keys=_keys(asked))
        return self._carry_out(wanted, lambda book: undo_redemption(book, asked, points=points))

    def adjust(self, member_id: int, points: int, on: date, key: str, *, reason: str) -> Outcome:
        """Gives or takes points by hand; who may is asked before."""
        asked = self._asked(key, on, adjust=points, member=member_id, reason=reason)
        return self._of_member(member_id, asked, -points, lambda book: adjust(book, member_id, points, asked, reason=reason))

    def open_balance(
        self,
        member_id: int,
        points: int,
        on: date,
        key: str,
        *,
        earned_on: date,
        expires_on: date | None,
        qualifying: int = 0,
        reason: str = "migration",
    ) -> Outcome:
        """Brings in points of an older system as a lot with its own last day."""
        asked = self._asked(key, on, opening=points, member=member_id, expires_on=expires_on, qualifying=qualifying)
        return self._of_member(
            member_id,
            asked,
            0,
            lambda book: open_balance(
                book,
                member_id,
                points,
                asked,
                earned_on=earned_on,
                expires_on=expires_on,
                qualifying=qualifying,
                reason=reason,
            ),
        )

    def open_balances(self, lots: Sequence[OpeningLot]) -> tuple[OpeningLot, ...]:
        """Brings in many lots of an older system at once; those that came before are left as they are.

        Returns:
            Those that came now.
        """
        asked = {
            each.key: Asked(
                each.key,
                fingerprint_of(
                    opening=each.points, expires_on=each.expires_on, earned_on=each.said_earned_on, qualifying=each.qualifying
                ),
                self.today,
            )
            for each in lots
        }
        new: list[OpeningLot] = []

        def work(book: Book) -> None:
            for each in lots:
                if each.key not in book.found.existing:
                    open_balance(
                        book,
                        each.member_id,
                        each.points,
                        asked[each.key],
                        earned_on=each.earned_on,
                        expires_on=each.expires_on,
                        qualifying=each.qualifying,
                        reason="migration",
                    )
                    new.append(each)

        keys = {each.business_key: each.fingerprint for each in asked.values()}
        self._carry_out(Wanted(frozenset(each.member_id for each in lots), business_keys=keys), work)
        return tuple(new)

    def settle(self, member_id: int, day: date) -> None:
        """Brings one account up to a day: due points become available, those that are over expire."""
        self._carry_out(
            Wanted(frozenset({member_id}), draws=Drawn(0, day)), lambda book: settle(book, book.holder_of(member_id), day)
        )

    def merge(self, giver: int, taker: int, on: date, key: str, *, reason: str) -> Outcome:
        """Moves all that one member has to another one; who may is asked before."""
        asked = self._asked(key, on, merge=giver, into=taker)
        wanted = Wanted(frozenset({giver, taker}), with_merged=True, business_keys=_keys(asked))
        return self._carry_out(wanted, lambda book: merge(book, giver, taker, asked, reason=reason))

    def unmerge(self, giver: int, on: date, key: str, *, reason: str) -> Outcome:
        """Makes two members of one again."""
        asked = self._asked(key, on, unmerge=giver)
        wanted = Wanted(frozenset({giver}), with_merged=True, business_keys=_keys(asked))
        return self._carry_out(wanted, lambda book: unmerge(book, giver, asked, reason=reason))

    def _asked(self, key: str, on: date, **what: object) -> Asked:
        if on > self.today:
            text = _("nothing can be posted for {day}: today is {today}.")
            raise InvalidArgument.of(text, day=on, today=self.today)
        return Asked(key, fingerprint_of(**what), on)

    def _of_member(self, member_id: int, asked: Asked, draws: int, work: Callable[[Book], object]) -> Outcome:
        """An operation on one member that draws points from the first of its lots; 0 or fewer: from none."""
        wanted = Wanted(frozenset({member_id}), business_keys=_keys(asked), draws=Drawn(draws, asked.on))
        return self._carry_out(wanted, work)

    def _carry_out(self, wanted: Wanted, work: Callable[[Book], object]) -> Outcome:
        def plan(found: Accounts) -> Changes:
            book = _book(self, found)
            work(book)
            return book.changes()

        return self.t.loyalty.ledger.carry_out(self.program.slug, wanted, plan, told_since=self.told_since)


def standing_today(points: Points, member_ids: Collection[int]) -> dict[int, Standing]:
    """How accounts stand today, due points and expiries counted whether or not they are written yet; nothing is written.

    Args:
        points: of the program.
        member_ids: any; whose points somebody else holds has none.

    Raises:
        NotFound: there is no such member.
    """
    book = _book(points, points.t.loyalty.ledger.look(points.program.slug, Wanted(frozenset(member_ids))))
    return {each: standing_of(book, each, points.today) for each in member_ids}


def _book(points: Points, found: Accounts) -> Book:
    program = points.program
    return Book(found, program.rules, program.on(points.today), today=points.today, now=points.now, day_of=points.day_of)


def _keys(asked: Asked) -> dict[str, str]:
    return {asked.business_key: asked.fingerprint}
