"""What is answered about referrals: a member's code, who was brought by whom, and what that earned?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fenji.domain.loyalty.referrals import Referral, ReferralReason, ReferralStatus
from fenji.domain.telling import AS_IT_IS


@dataclass(frozen=True)
class ReferralCode:
    """The code with which a member brings friends."""

    program: Annotated[str, AS_IT_IS]
    member_id: int
    """Whose code it is."""
    code: Annotated[str, AS_IT_IS]
    """What friends say."""
    run_id: None = None
    as_of: None = None


@dataclass(frozen=True)
class ReferralLine:
    """One friend who said who brought them."""

    referred_member_id: int
    """The friend."""
    advocate_member_id: int
    """Who brought them."""
    claimed_on: date
    """The day on which the friend said so."""
    status: ReferralStatus
    """What has become of it."""
    reasons: tuple[ReferralReason, ...]
    """Everything that was found against it."""
    not_checked: tuple[ReferralReason, ...]
    """What could not be looked at, because nothing is known."""
    source: str | None
    """Of the friend's first order."""
    order_id: Annotated[str | None, AS_IT_IS]
    """The friend's first order; null: none was looked at yet."""
    decided_on: date | None
    """The day on which it was rewarded or rejected."""
    advocate_points: int
    """What was granted to who brought them."""
    friend_points: int
    """What was granted to the friend."""
    friend_voucher: int | None
    """Number of the friend's voucher."""
    code: Annotated[str | None, AS_IT_IS]
    """The friend's voucher, told once: when it is issued."""

    @classmethod
    def of(cls, referral: Referral, code: str | None = None) -> ReferralLine:
        """A referral, with the code that was issued now."""
        order = referral.order
        return cls(
            referred_member_id=referral.referred_member_id,
            advocate_member_id=referral.advocate_member_id,
            claimed_on=referral.claimed_on,
            status=referral.status,
            reasons=referral.reasons,
            not_checked=referral.not_checked,
            source=None if order is None else order.source,
            order_id=None if order is None else order.order_id,
            decided_on=referral.decided_on,
            advocate_points=referral.advocate_points,
            friend_points=referral.friend_points,
            friend_voucher=referral.friend_voucher_number,
            code=code,
        )


@dataclass(frozen=True)
class ReferralsResult:
    """Referrals by the friend's number."""

    program: Annotated[str, AS_IT_IS]
    referrals: tuple[ReferralLine, ...]
    after: int | None
    """The number after which the next page begins; null: this is all."""
    as_of: date
    """Today, where the company is."""
    run_id: None = None
