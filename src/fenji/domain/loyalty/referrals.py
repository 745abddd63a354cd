"""Who brought whom, and what did that earn? Frozen records; every reason against a referral is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from fenji.domain.loyalty.records import OrderKey


class ReferralStatus(StrEnum):
    """What has become of a referral."""

    CLAIMED = "claimed"
    """The friend's first order is awaited, or that it is not refunded."""
    HELD = "held"
    """A person decides."""
    REWARDED = "rewarded"
    REJECTED = "rejected"
    CLAWED_BACK = "clawed_back"
    """The qualifying order was refunded later, and both rewards were taken back."""


class ReferralReason(StrEnum):
    """What speaks against a referral."""

    SELF = "self"
    """Both are one customer, merged ids included."""
    KNOWN_CUSTOMER = "known_customer"
    """The friend had been a customer for longer than a claim may take."""
    SAME_PHONE = "same_phone"
    SAME_DEVICE = "same_device"
    SAME_ADDRESS = "same_address"
    CIRCLE = "circle"
    """The advocate was brought, directly or by others, by the friend."""
    ORDER_TOO_SMALL = "order_too_small"
    """The first order is worth less than the program asks for."""
    ORDER_REFUNDED = "order_refunded"
    """So much of the first order was refunded that less than that is left."""
    ADVOCATE_MONTH = "advocate_month"
    """The advocate's referrals of the month are all rewarded."""
    ADVOCATE_YEAR = "advocate_year"
    PROGRAM_MONTH = "program_month"
    """The program's referrals of the month are all rewarded."""
    PERSON = "person"
    """A person said no."""


class SharedMark(StrEnum):
    """What two customers may have in common."""

    PHONE = "phone"
    DEVICE = "device"
    ADDRESS = "address"


@dataclass(frozen=True)
class Referral:
    """One friend who named who brought them."""

    referred_member_id: int
    program: str
    advocate_member_id: int
    claimed_on: date
    status: ReferralStatus
    reasons: tuple[ReferralReason, ...]
    """Everything that was found against it, also what the program does not reject."""
    not_checked: tuple[ReferralReason, ...]
    """What could not be looked at, because nothing is known."""
    rules_version: int
    """Of the program, under which it was claimed."""
    order: OrderKey | None = None
    """The friend's first order."""
    decided_on: date | None = None
    advocate_points: int = 0
    """What was granted, and taken back if it was clawed back."""
    friend_points: int = 0
    friend_voucher_number: int | None = None
    decided_by: str | None = None
    note: str | None = None
    """Why a person decided so."""
