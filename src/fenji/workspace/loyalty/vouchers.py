"""What can be done with vouchers? Each operation has a business key, and is done once however often it is asked for.

Locks are taken in one order: the order of the customer, members by ascending id, the voucher, the counts of its offer.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from fenji.act.vouchers import Asking, VoucherRefused, granted, objections, refused, used_up
from fenji.domain.events import Event, EventKind, event_id_of
from fenji.domain.loyalty.changes import fingerprint_of
from fenji.domain.loyalty.offers import CENTS, Offer
from fenji.domain.loyalty.records import OrderKey
from fenji.domain.loyalty.vouchers import (
    CODE_LENGTH,
    LETTERS,
    SHOWN,
    Applied,
    Basket,
    Granted,
    UseStatus,
    Voucher,
    VoucherUse,
    hash_of,
)
from fenji.errors import Conflict, InvalidArgument, NotFound
from fenji.language import message as _
from fenji.state.loyalty.voucher_uses import counting
from fenji.state.loyalty.vouchers import NewVoucher
from fenji.state.transaction import Transaction
from fenji.workspace.loyalty.bonuses import Bonuses
from fenji.workspace.loyalty.offers import OfferVersions
from fenji.workspace.loyalty.programs import ProgramVersions, programs_in

MOST_ISSUED = 100_000
"""Codes of one transaction."""


def new_code() -> str:
    """A code that nobody can guess."""
    return "".join(secrets.choice(LETTERS) for _letter in range(CODE_LENGTH))


@dataclass(frozen=True)
class Issued:
    """A voucher that was asked for."""

    voucher: Voucher
    code: str | None
    """None: it was issued before under the same key, and the code is no longer known."""


@dataclass(frozen=True)
class Used:
    """What came of an operation on a voucher."""

    voucher: Voucher
    use: VoucherUse
    is_existing: bool
    """It was done before under the same key; this is the first result."""


@dataclass(frozen=True)
class Vouchers:
    """The vouchers of one offers.yaml, inside one transaction of the state."""

    t: Transaction
    offers: OfferVersions
    today: date
    """The workspace's local day."""
    now: datetime
    day_of: Callable[[datetime], date]
    """The workspace's local day of a moment."""

    @property
    def program(self) -> str:
        """Whose members the customers are."""
        return self.offers.program

    def issue(
        self, slug: str, members: Sequence[int | None], codes: Sequence[str], key: str, *, campaign: str | None = None
    ) -> tuple[Issued, ...]:
        """Issues a voucher of an offer to each of some members, or to whoever has the code.

        Args:
            slug: the offer, as it is in force today.
            members: one for each voucher; None: it belongs to nobody.
            codes: as many, made by ``new_code`` or chosen by the company.
            key: the business key of all of them.
            campaign: a name under which they can be found.

        Raises:
            NotFound: there is no such offer or member.
            Conflict: a code that the company chose is in use already.
            InvalidArgument: the offer is for certain customers only, a code is too short, or more than ``MOST_ISSUED`` are asked for.
            VoucherRefused: the last day of the offer is over.
            BusinessKeyTaken: something else was issued under the key.
        """
        offer = self.offers.offer(slug, self.today)
        self._check_issue(offer, members, codes)
        keys = {
            f"voucher:{key}:{position if member is None else f'member {member}'}": (member, code)
            for position, (member, code) in enumerate(zip(members, codes, strict=True))
        }
        prints = {each: fingerprint_of(issue=slug, member=member, campaign=campaign) for each, (member, _code) in keys.items()}
        vouchers = self.t.loyalty.vouchers
        before = vouchers.posted(self.program, prints)
        new = [
            NewVoucher(hash_of(code), code[-SHOWN:], member, each, prints[each])
            for each, (member, code) in keys.items()
            if each not in before
        ]
        if vouchers.are_known([each.code_hash for each in new]):
            raise Conflict.of(_("this code is in use already."), advice=_("Choose another one."))
        vouchers.issue(offer, self.today, new, program=self.program, document=self.offers.slug, campaign=campaign)
        self.t.loyalty.voucher_uses.count_issued(self.program, offer.slug, len(new))
        there = {each: posted.voucher_number for each, posted in vouchers.posted(self.program, prints).items()}
        found = {each.number: each for each in vouchers.numbered(self.program, [int(n) for n in there.values() if n is not None])}
        told = [Issued(found[int(there[each] or 0)], None if each in before else code) for each, (_member, code) in keys.items()]
        self._tell(EventKind.VOUCHER_ISSUED, [(each.voucher, None) for each in told if each.code is not None])
        return tuple(told)

    def check(self, code: str, basket: Basket, member_id: int | None, on: date) -> tuple[Voucher, Granted]:
        """What a voucher would take off an order; writes nothing.

        Raises:
            NotFound: there is no such code.
            VoucherRefused: it cannot be used, with every reason.
        """
        voucher = self.t.loyalty.vouchers.find(self.program, hash_of(code))
        group = self.t.loyalty.groups.of(self.program, member_id) if member_id is not None else frozenset[int]()
        asking = self._asking(voucher, basket, group, on)
        if problems := objections(asking):
            raise refused(problems)
        found = granted(asking)
        self._check_limits(asking.offer, found)
        return voucher, found

    def use(self, code: str, basket: Basket, member_id: int | None, on: date, key: str, *, is_reserved: bool = False) -> Used:
        """Uses a voucher on an order, or reserves it for one; a use that was reserved for the order becomes the real one.

        Args:
            code: as people write it.
            basket: the order, before any voucher.
            member_id: who buys; None: nobody knows.
            on: the local day of the order, today or before.
            key: the business key.
            is_reserved: it is only reserved, for as long as the offer says.

        Raises:
            NotFound: there is no such code or member.
            InvalidArgument: a day that has not come.
            VoucherRefused: it cannot be used, with every reason; its kind says whether a limit is reached.
            BusinessKeyTaken: something else was asked for under the key.
        """
        if on > self.today:
            text = _("nothing can be posted for {day}: today is {today}.")
            raise InvalidArgument.of(text, day=on, today=self.today)
        loyalty = self.t.loyalty
        asked = fingerprint_of(
            code=hash_of(code),
            order=basket.order,
            cents=basket.cents,
            lines=basket.by_category,
            member=member_id,
            kept=is_reserved,
        )
        loyalty.voucher_uses.lock_order(self.program, basket.order)
        voucher = loyalty.vouchers.find(self.program, hash_of(code))
        group = frozenset[int]() if member_id is None else loyalty.groups.lock(self.program, member_id)
        loyalty.vouchers.lock(voucher.number)
        known = loyalty.vouchers.posted(self.program, {key: asked}).get(key)
        if known is not None and known.use_number is not None:
            return Used(
                loyalty.vouchers.get(self.program, voucher.number), loyalty.voucher_uses.use(known.use_number), is_existing=True
            )
        here = self._end_what_is_over(voucher.number, basket.order)
        voucher = loyalty.vouchers.get(self.program, voucher.number)
        asking = replace(self._asking(voucher, basket, group, on), is_reserved_here=here is not None)
        if problems := objections(asking):
            raise refused(problems)
        use = self._take(asking, member_id, here, is_reserved=is_reserved)
        loyalty.vouchers.note(self.program, key, asked, voucher=voucher.number, use=use.number)
        if not is_reserved:
            self._grant_points(asking, use, group)
            self._tell(EventKind.VOUCHER_REDEEMED, [(voucher, use)])
        return Used(loyalty.vouchers.get(self.program, voucher.number), use, is_existing=False)

    def release(self, order: OrderKey) -> tuple[VoucherUse, ...]:
        """Gives back what was reserved for an order that was given up; twice is once."""
        return self._end_uses(order, UseStatus.RESERVED, UseStatus.RELEASED)

    def give_back(self, order: OrderKey) -> tuple[VoucherUse, ...]:
        """Gives back vouchers of an order that was refunded whole, as far as their offers say so and they are still valid; twice is once."""
        return self._end_uses(order, UseStatus.REDEEMED, UseStatus.RETURNED)

    def withdraw(self, number: int, why: str) -> Voucher:
        """Has a code count no more; what it was used for stays. Twice is once.

        Raises:
            NotFound: there is no such voucher.
            InvalidArgument: no reason.
        """
        if not why.strip():
            raise InvalidArgument.of(_("say why the voucher is withdrawn."))
        vouchers = self.t.loyalty.vouchers
        vouchers.lock(number)
        if vouchers.get(self.program, number).withdrawn_at is None:
            vouchers.withdraw(number, why.strip())
        return vouchers.get(self.program, number)

    def _check_issue(self, offer: Offer, members: Sequence[int | None], codes: Sequence[str]) -> None:
        if not 0 < len(members) <= MOST_ISSUED:
            raise InvalidArgument.of(
                _("1 to {most} vouchers are issued at once, not {number}."), most=MOST_ISSUED, number=len(members)
            )
        if offer.is_personal and None in members:
            text = _("offer {offer} is for certain customers, so that each voucher belongs to one.")
            raise InvalidArgument.of(text, advice=_("Say for whom, or issue it to everybody whom it is for."), offer=offer.slug)
        if any(len(each) < 6 for each in codes):  # noqa: PLR2004 - as codes of members
            raise InvalidArgument.of(_("a code has six letters and digits at least."))
        until = offer.validity.until_on
        if until is not None and until < self.today:
            raise VoucherRefused.of(_("offer {offer} was over on {day}."), offer=offer.slug, day=until)

    def _asking(self, voucher: Voucher, basket: Basket, group: frozenset[int], on: date) -> Asking:
        uses, loyalty = self.t.loyalty.voucher_uses, self.t.loyalty
        offer = self.offers.offer_of(voucher)
        on_order = [each for each in counting(uses.uses_on(self.program, basket.order)) if not self._is_over(each)]
        here = [each for each in on_order if each.voucher_number == voucher.number]
        others = [each for each in on_order if each.voucher_number != voucher.number]
        versions = {each.voucher_number: loyalty.vouchers.get(self.program, each.voucher_number) for each in others}
        by_customer = uses.uses_by(group, offer.slug, self.now) if group else ()
        reserved = [each for each in uses.reserved_of(voucher.number) if not self._is_over(each)]
        return Asking(
            voucher=voucher,
            offer=offer,
            basket=basket,
            day=on,
            is_known=bool(group),
            is_own=voucher.member_id in group,
            uses_of_customer=sum(each not in here for each in by_customer),
            reserved=len(reserved),
            is_reserved_here=any(each.status is UseStatus.RESERVED for each in here),
            is_redeemed_here=any(each.status is UseStatus.REDEEMED for each in here),
            applied=tuple(Applied(self.offers.offer_of(versions[each.voucher_number]), each.discount_cents) for each in others),
            cents_per_point=self._cents_per_point(offer, on),
        )

    def _is_over(self, use: VoucherUse) -> bool:
        return use.status is UseStatus.RESERVED and use.until_at is not None and use.until_at <= self.now

    def _end_what_is_over(self, number: int, order: OrderKey) -> VoucherUse | None:
        """Gives back reservations of a voucher whose time is over, and that for this order, which is returned: it is taken anew."""
        uses, found = self.t.loyalty.voucher_uses, None
        for each in uses.reserved_of(number):
            is_here = each.order == order and not self._is_over(each)
            if is_here or self._is_over(each):
                uses.end(self.program, each, UseStatus.RELEASED)
            found = each if is_here else found
        return found

    def _take(self, asking: Asking, member_id: int | None, here: VoucherUse | None, *, is_reserved: bool) -> VoucherUse:
        found, offer, uses = granted(asking), asking.offer, self.t.loyalty.voucher_uses
        until = self.now + timedelta(minutes=offer.reserve_minutes)
        values = {
            "status": str(UseStatus.RESERVED if is_reserved else UseStatus.REDEEMED),
            "discount_cents": found.discount_cents,
            "cost_cents": found.cost_cents,
            "used_on": asking.day if here is None else here.used_on,
            "until_at": until if is_reserved else None,
        }
        for _attempt in range(2):
            use = uses.take(self.program, asking.voucher, offer, order=asking.basket.order, member_id=member_id, values=values)
            if use is not None:
                return use
            # What others reserved and never bought may be enough.
            if not uses.sweep(self.program, offer.slug, self.now):
                break
        self._check_limits(offer, found)
        raise used_up(_("offer {offer} is used up."), offer=offer.slug)

    def _check_limits(self, offer: Offer, found: Granted) -> None:
        count, limits = self.t.loyalty.voucher_uses.count_of(self.program, offer.slug), offer.limits
        if limits.total is not None and count.reserved + count.redeemed >= limits.total:
            raise used_up(
                _("offer {offer} was used {total} {total:time|times}, which is the limit."), offer=offer.slug, total=limits.total
            )
        if limits.budget_cents is not None and count.cost_cents + found.cost_cents > limits.budget_cents:
            left = Decimal(limits.budget_cents - count.cost_cents) / CENTS
            needed = Decimal(found.cost_cents) / CENTS
            text = _("the budget of offer {offer} has {left} left; this use costs {needed}.")
            raise used_up(text, offer=offer.slug, left=f"{left:.2f}", needed=f"{needed:.2f}")

    def _end_uses(self, order: OrderKey, was: UseStatus, becomes: UseStatus) -> tuple[VoucherUse, ...]:
        loyalty, found = self.t.loyalty, list[VoucherUse]()
        loyalty.voucher_uses.lock_order(self.program, order)
        for use in loyalty.voucher_uses.uses_on(self.program, order):
            if use.member_id is not None:
                loyalty.groups.lock(self.program, use.member_id)
            loyalty.vouchers.lock(use.voucher_number)
            voucher = loyalty.vouchers.get(self.program, use.voucher_number)
            offer = self.offers.offer_of(voucher)
            if loyalty.voucher_uses.use(use.number).status is not was:
                continue
            if becomes is UseStatus.RETURNED and not (offer.is_returned_on_refund and self._is_good(voucher)):
                continue
            loyalty.voucher_uses.end(self.program, use, becomes)
            if becomes is UseStatus.RETURNED and offer.discount.points and use.member_id is not None:
                self._bonuses().take_back(use.member_id, offer.discount.points, f"voucher:{use.number}", reason="voucher")
            found.append(loyalty.voucher_uses.use(use.number))
        self._tell(
            EventKind.VOUCHER_RELEASED, [(loyalty.vouchers.get(self.program, each.voucher_number), each) for each in found]
        )
        return tuple(found)

    def _is_good(self, voucher: Voucher) -> bool:
        """Whether a use that comes back can be used again."""
        return voucher.withdrawn_at is None and (voucher.valid_until is None or voucher.valid_until >= self.today)

    def _grant_points(self, asking: Asking, use: VoucherUse, group: frozenset[int]) -> None:
        points = asking.offer.discount.points
        if points:
            self._bonuses().grant(use.member_id or min(group), points, asking.day, f"voucher:{use.number}", reason="voucher")

    def _bonuses(self) -> Bonuses:
        return Bonuses(self.t, self._versions(), self.today, self.now, self.day_of)

    def _versions(self) -> ProgramVersions:
        found = programs_in(self.t).get(self.program)
        if found is None:
            text = _("the loyalty program {program} has not been published, so that points can neither be granted nor counted.")
            raise NotFound.of(text, advice=_("Publish it: fenji points publish loyalty.yaml"), program=self.program)
        return found

    def _cents_per_point(self, offer: Offer, on: date) -> Decimal:
        return self._versions().on(on).cost_per_point * CENTS if offer.discount.points else Decimal(0)

    def _tell(self, kind: EventKind, what: Sequence[tuple[Voucher, VoucherUse | None]]) -> None:
        events = []
        for voucher, use in what:
            subject = f"vouchers/{voucher.number}"
            data: dict[str, object] = {"voucher": voucher.number, "offer": voucher.offer, "member_id": voucher.member_id}
            if use is not None:
                data |= {"use": use.number, "member_id": use.member_id, "discount_cents": use.discount_cents}
            event_id = event_id_of("" if use is None else str(use.number), subject, kind)
            events.append(Event(event_id, kind, "", subject, self.now, data))
        self.t.sending.outbox.add(events)
