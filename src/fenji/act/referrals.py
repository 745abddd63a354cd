"""Does a referral earn anything? Pure decisions on what is known of both customers and of the friend's first order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from fenji.domain.loyalty.program import LimitPeriod, ReferralRule
from fenji.domain.loyalty.records import OrderEarning
from fenji.domain.loyalty.referrals import ReferralReason, ReferralStatus, SharedMark

_OF_MARKS = {
    SharedMark.PHONE: ReferralReason.SAME_PHONE,
    SharedMark.DEVICE: ReferralReason.SAME_DEVICE,
    SharedMark.ADDRESS: ReferralReason.SAME_ADDRESS,
}


@dataclass(frozen=True)
class ClaimFacts:
    """What is known when a friend names who brought them."""

    claimed_on: date
    is_self: bool
    is_circle: bool
    known_since: date | None
    """The friend's first day as a customer; None: not known before."""
    shared: Mapping[SharedMark, bool | None]
    """Whether both have a phone, device or address in common; None: nothing is known of one of them."""


def reasons_against(rule: ReferralRule, facts: ClaimFacts) -> tuple[ReferralReason, ...]:
    """Everything that speaks against a claim."""
    found = [ReferralReason.SELF] if facts.is_self else []
    last = facts.claimed_on - timedelta(days=rule.claim_within_days)
    found += [ReferralReason.KNOWN_CUSTOMER] if facts.known_since is not None and facts.known_since < last else []
    found += [_OF_MARKS[mark] for mark, is_shared in facts.shared.items() if is_shared]
    return (*found, *([ReferralReason.CIRCLE] if facts.is_circle else []))


def not_checked(rule: ReferralRule, facts: ClaimFacts) -> tuple[ReferralReason, ...]:
    """What the program asks about and nobody can say."""
    asked = {*map(str, rule.reject), *map(str, rule.hold)}
    return tuple(
        _OF_MARKS[mark] for mark, is_shared in facts.shared.items() if is_shared is None and str(_OF_MARKS[mark]) in asked
    )


def status_of_claim(rule: ReferralRule, reasons: tuple[ReferralReason, ...]) -> ReferralStatus:
    """Whether a claim is accepted, rejected, or put to a person; what is held is not rejected for that."""
    held = set(map(str, rule.hold))
    rejected = set(map(str, rule.reject)) - held
    if any(str(each) in rejected for each in reasons):
        return ReferralStatus.REJECTED
    return ReferralStatus.HELD if any(str(each) in held for each in reasons) else ReferralStatus.CLAIMED


def reason_of_order(rule: ReferralRule, order: OrderEarning) -> ReferralReason | None:
    """What the friend's first order lacks; None: nothing."""
    least = int(rule.first_order_at_least * 100)
    if order.gross_cents < least:
        return ReferralReason.ORDER_TOO_SMALL
    # Something must be left of an order also where any order is enough.
    return ReferralReason.ORDER_REFUNDED if order.net_cents < max(least, 1) else None


def is_due(rule: ReferralRule, order: OrderEarning, day: date) -> bool:
    """Whether the order has stood for as long as the program waits."""
    return order.ordered_on is not None and day >= order.ordered_on + timedelta(days=rule.not_refunded_days)


def reason_of_limits(rule: ReferralRule, rewarded: Mapping[LimitPeriod, int], of_program: int) -> ReferralReason | None:
    """Which limit is reached; None: none.

    Args:
        rule: of the program.
        rewarded: how many of the advocate's referrals were rewarded in this month and year.
        of_program: how many of all in this month.
    """
    for period, reason in ((LimitPeriod.MONTH, ReferralReason.ADVOCATE_MONTH), (LimitPeriod.YEAR, ReferralReason.ADVOCATE_YEAR)):
        limit = rule.per_advocate.get(period)
        if limit is not None and rewarded[period] >= limit:
            return reason
    return ReferralReason.PROGRAM_MONTH if rule.program_month is not None and of_program >= rule.program_month else None
