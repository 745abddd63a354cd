"""What can be done with referrals? A friend names who brought them; first orders are looked at; rewards come, and go when the order is refunded."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar

from fenji.act.referrals import (
    ClaimFacts,
    is_due,
    not_checked,
    reason_of_limits,
    reason_of_order,
    reasons_against,
    status_of_claim,
)
from fenji.domain.events import Event, EventKind, event_id_of
from fenji.domain.loyalty.program import LimitPeriod, Program, ReferralRule
from fenji.domain.loyalty.records import OrderEarning
from fenji.domain.loyalty.referrals import Referral, ReferralReason, ReferralStatus, SharedMark
from fenji.domain.loyalty.vouchers import plain_code
from fenji.errors import Conflict, InvalidArgument, NotFound
from fenji.language import message as _
from fenji.state.transaction import Transaction
from fenji.workspace.loyalty.bonuses import Bonuses
from fenji.workspace.loyalty.offers import offers_in
from fenji.workspace.loyalty.programs import ProgramVersions
from fenji.workspace.loyalty.vouchers import Issued, Vouchers, new_code

PAGE = 500
Found = TypeVar("Found")


@dataclass(frozen=True)
class Known:
    """What runs and tills know of a friend and an advocate, beside what was posted."""

    is_one_customer: bool = False
    """A run takes both for one customer."""
    known_since: date | None = None
    """The friend's first day in any table."""
    shared: Mapping[SharedMark, bool | None] | None = None
    """What both have in common by the data of a run."""
    marks: Mapping[SharedMark, str] | None = None
    """The friend's phone, device and address of now, as keyed hashes."""


@dataclass(frozen=True)
class Decided:
    """What became of a referral, with the friend's code where one was issued."""

    referral: Referral
    issued: Issued | None = None


@dataclass(frozen=True)
class Referrals:
    """The referrals of a program, inside one transaction of the state."""

    t: Transaction
    program: ProgramVersions
    today: date
    """The workspace's local day."""
    now: datetime
    day_of: Callable[[datetime], date]
    """The workspace's local day of a moment."""

    def code(self, member_id: int) -> str:
        """The code with which a member brings friends; made when it is first asked for.

        Raises:
            NotFound: there is no such member, or the program has no referrals.
        """
        referrals, slug, rule = self.t.loyalty.referrals, self.program.slug, self._rule(self._rules)
        holder = self.t.loyalty.members.holder(slug, member_id).member_id
        found = referrals.code_of(slug, holder)
        if found is None:
            found = "".join(secrets.choice(rule.code_letters) for _letter in range(rule.code_length))
            referrals.give_code(slug, holder, found)
        return found

    def advocate(self, code: str) -> int:
        """Whose code it is.

        Raises:
            NotFound: nobody's.
        """
        return self.t.loyalty.referrals.advocate_of(self.program.slug, plain_code(code))

    def claim(self, code: str, member_id: int, known: Known) -> Referral:
        """A friend names who brought them; the same claim again is the first one.

        Args:
            code: of the advocate.
            member_id: the friend.
            known: what is known of both.

        Raises:
            NotFound: nobody has the code, or there is no such member.
            Conflict: the friend named somebody else before.
        """
        loyalty, slug, rules = self.t.loyalty, self.program.slug, self._rules
        rule = self._rule(rules)
        advocate_id = self.advocate(code)
        for each in sorted({advocate_id, member_id}):
            loyalty.groups.lock(slug, each)
        friends, advocates = loyalty.groups.of(slug, member_id), loyalty.groups.of(slug, advocate_id)
        before = loyalty.referrals.of_friends(friends)
        if before:
            if before[0].advocate_member_id in advocates:
                return before[0]
            raise Conflict.of(_("this customer said on {day} that somebody else brought them."), day=before[0].claimed_on)
        facts = self._facts(friends, advocates, known)
        reasons = reasons_against(rule, facts)
        referral = Referral(
            referred_member_id=member_id,
            program=slug,
            advocate_member_id=advocate_id,
            claimed_on=self.today,
            status=status_of_claim(rule, reasons),
            reasons=reasons,
            not_checked=not_checked(rule, facts),
            rules_version=rules.version,
        )
        loyalty.referrals.add(referral)
        loyalty.referrals.mark(slug, member_id, known.marks or {})
        if referral.status is ReferralStatus.REJECTED:
            self._tell(EventKind.REFERRAL_REJECTED, referral)
        return referral

    def decide(self, member_id: int, note: str, *, is_accepted: bool) -> Referral:
        """A person decides about a referral that was held.

        Raises:
            NotFound: the member named nobody.
            Conflict: it is not held.
            InvalidArgument: no reason.
        """
        found = self.t.loyalty.referrals.of_friends(self.t.loyalty.groups.lock(self.program.slug, member_id))
        if not found:
            raise NotFound.of(_("this customer has not said who brought them."))
        if found[0].status is not ReferralStatus.HELD:
            raise Conflict.of(_("this referral does not wait for a person."))
        if not note.strip():
            raise InvalidArgument.of(_("say why the referral is decided so."))
        status = ReferralStatus.CLAIMED if is_accepted else ReferralStatus.REJECTED
        reasons = found[0].reasons if is_accepted else (*found[0].reasons, ReferralReason.PERSON)
        changed = replace(found[0], status=status, reasons=reasons, decided_by=self.t.principal.name, note=note.strip())
        return self._put(changed, None if is_accepted else EventKind.REFERRAL_REJECTED)

    def look(self) -> tuple[Decided, ...]:
        """Looks at the first order of everybody who was claimed, and again at the orders that rewards stand on.

        Returns:
            What changed.
        """
        self.t.loyalty.referrals.lock(self.program.slug)
        return (
            *self._each(ReferralStatus.CLAIMED, self._qualify),
            *self._each(ReferralStatus.REWARDED, self._claw_back),
        )

    def count_due(self) -> int:
        """How many of them ``look`` would change now."""
        claimed = self._each(ReferralStatus.CLAIMED, self._first_order)
        return len(claimed) + len(self._each(ReferralStatus.REWARDED, self._refunded_order))

    @property
    def _rules(self) -> Program:
        return self.program.on(self.today)

    def _rule(self, rules: Program) -> ReferralRule:
        if rules.referral is None:
            text = _("program {program} has no referrals in version {version}.")
            raise NotFound.of(text, program=rules.slug, version=rules.version)
        return rules.referral

    def _facts(self, friends: frozenset[int], advocates: frozenset[int], known: Known) -> ClaimFacts:
        loyalty, slug = self.t.loyalty, self.program.slug
        first = loyalty.referrals.first_order(slug, friends)
        days = [each for each in (known.known_since, None if first is None else first.ordered_on) if each is not None]
        theirs, ours = loyalty.referrals.marks_of(slug, advocates), loyalty.referrals.marks_of(slug, friends)
        shared: dict[SharedMark, bool | None] = {}
        for kind in SharedMark:
            own = ours[kind] | ({known.marks[kind]} if known.marks and kind in known.marks else set())
            by_run = (known.shared or {}).get(kind)
            by_marks = bool(own & theirs[kind]) if own and theirs[kind] else None
            shared[kind] = (
                by_run or by_marks if by_run is not None and by_marks is not None else by_marks if by_run is None else by_run
            )
        is_self = known.is_one_customer or bool(friends & advocates)
        return ClaimFacts(
            self.today, is_self, not is_self and self._is_circle(friends, advocates), min(days, default=None), shared
        )

    def _is_circle(self, friends: frozenset[int], advocates: frozenset[int]) -> bool:
        """Whether the friend brought the advocate, or somebody who brought them, and so on."""
        loyalty, slug, seen = self.t.loyalty, self.program.slug, set[int]()
        while advocates and not advocates & friends:
            seen |= advocates
            above = {each.advocate_member_id for each in loyalty.referrals.of_friends(advocates)} - seen
            advocates = frozenset(member for each in above for member in loyalty.groups.of(slug, each))
        return bool(advocates)

    def _each(self, status: ReferralStatus, work: Callable[[Referral], Found | None]) -> list[Found]:
        found, after = list[Found](), 0
        while page := self.t.loyalty.referrals.page(self.program.slug, status=status, after=after, limit=PAGE):
            after = page[-1].referred_member_id
            found += [done for each in page if (done := work(each)) is not None]
        return found

    def _first_order(self, referral: Referral) -> OrderEarning | None:
        """The friend's first order, once it decides about the referral."""
        loyalty, slug = self.t.loyalty, self.program.slug
        rule = self._rule(self.program.rules[referral.rules_version])
        order = loyalty.referrals.first_order(slug, loyalty.groups.of(slug, referral.referred_member_id))
        return order if order is not None and (reason_of_order(rule, order) or is_due(rule, order, self.today)) else None

    def _qualify(self, referral: Referral) -> Decided | None:
        rule, order = self._rule(self.program.rules[referral.rules_version]), self._first_order(referral)
        if order is None:
            return None
        reason = reason_of_order(rule, order) or self._limit(rule, referral)
        changed = replace(referral, order=order.key, decided_on=self.today)
        if reason is not None:
            rejected = replace(changed, status=ReferralStatus.REJECTED, reasons=(*referral.reasons, reason))
            return Decided(self._put(rejected, EventKind.REFERRAL_REJECTED))
        return self._reward(changed, rule)

    def _limit(self, rule: ReferralRule, referral: Referral) -> ReferralReason | None:
        loyalty, slug, day = self.t.loyalty, self.program.slug, self.today
        advocates = loyalty.groups.of(slug, referral.advocate_member_id)
        month, year = day.replace(day=1), day.replace(month=1, day=1)
        counted = {
            LimitPeriod.MONTH: loyalty.referrals.rewarded(slug, advocates, month, day),
            LimitPeriod.YEAR: loyalty.referrals.rewarded(slug, advocates, year, day),
        }
        return reason_of_limits(rule, counted, loyalty.referrals.rewarded(slug, None, month, day))

    def _reward(self, referral: Referral, rule: ReferralRule) -> Decided:
        friend, bonuses = referral.referred_member_id, self._bonuses()
        for who, points, name in (
            (referral.advocate_member_id, rule.advocate_points, "advocate"),
            (friend, rule.friend_points, "friend"),
        ):
            if points:
                bonuses.grant(who, points, self.today, f"referral:{friend}:{name}", reason="referral")
        issued = None
        if rule.friend_offer is not None:
            (issued,) = self._vouchers().issue(
                rule.friend_offer, [friend], [new_code()], f"referral:{friend}", campaign="referral"
            )
        rewarded = replace(
            referral,
            status=ReferralStatus.REWARDED,
            advocate_points=rule.advocate_points,
            friend_points=rule.friend_points,
            friend_voucher_number=None if issued is None else issued.voucher.number,
        )
        return Decided(self._put(rewarded, EventKind.REFERRAL_QUALIFIED), issued)

    def _refunded_order(self, referral: Referral) -> OrderEarning | None:
        """The order that a reward stands on, once it would not be rewarded any more."""
        rule = self._rule(self.program.rules[referral.rules_version])
        order = None if referral.order is None else self.t.loyalty.referrals.order(self.program.slug, referral.order)
        return None if order is None or reason_of_order(rule, order) is None else order

    def _claw_back(self, referral: Referral) -> Decided | None:
        if self._refunded_order(referral) is None:
            return None
        friend, bonuses = referral.referred_member_id, self._bonuses()
        for who, points, name in (
            (referral.advocate_member_id, referral.advocate_points, "advocate"),
            (friend, referral.friend_points, "friend"),
        ):
            if points:
                bonuses.take_back(who, points, f"referral:{friend}:{name}", reason="referral")
        if referral.friend_voucher_number is not None:
            self._vouchers().withdraw(referral.friend_voucher_number, "referral")
        reasons = (*referral.reasons, ReferralReason.ORDER_REFUNDED)
        changed = replace(referral, status=ReferralStatus.CLAWED_BACK, reasons=reasons)
        return Decided(self._put(changed, EventKind.REFERRAL_REJECTED))

    def _put(self, referral: Referral, kind: EventKind | None) -> Referral:
        self.t.loyalty.referrals.put(referral)
        if kind is not None:
            self._tell(kind, referral)
        return referral

    def _bonuses(self) -> Bonuses:
        return Bonuses(self.t, self.program, self.today, self.now, self.day_of)

    def _vouchers(self) -> Vouchers:
        found = next((each for each in offers_in(self.t).values() if each.program == self.program.slug), None)
        if found is None:
            text = _("the reward of a friend is an offer, and no offers of program {program} are published.")
            raise NotFound.of(text, advice=_("Publish them: fenji offers publish offers.yaml"), program=self.program.slug)
        return Vouchers(self.t, found, self.today, self.now, self.day_of)

    def _tell(self, kind: EventKind, referral: Referral) -> None:
        subject = f"members/{referral.referred_member_id}"
        data = {
            "member_id": referral.referred_member_id,
            "advocate_member_id": referral.advocate_member_id,
            "status": str(referral.status),
            "reasons": [str(each) for each in referral.reasons],
        }
        event_id = event_id_of(f"referral:{referral.status}", subject, kind)
        self.t.sending.outbox.add([Event(event_id, kind, "", subject, self.now, data)])
