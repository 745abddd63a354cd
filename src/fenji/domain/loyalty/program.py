"""How are points earned, kept, spent and lost? loyalty.yaml as frozen records; what was granted keeps the version that it was granted under."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from fenji.domain.loyalty.published import Heading
from fenji.domain.periods import end_of_month, months_before

MONTHS = 12
THOUSAND = 1000
"""Multipliers are kept in thousandths, so that they are whole numbers everywhere."""


class Rounding(StrEnum):
    """When what is left of `per` is dropped."""

    ORDER_THEN_MULTIPLY = "order_then_multiply"
    """250 at 100 a point and factor 2: 2 points twice, 4."""
    MULTIPLY_THEN_ROUND = "multiply_then_round"
    """250 at 100 a point and factor 2: 500, 5 points."""


class Remainder(StrEnum):
    """What becomes of money that is not enough for one more step."""

    DROP = "drop"
    CARRY = "carry"
    """It waits for the next order."""


class FactorOf(StrEnum):
    """Of which day the tier is whose factor counts."""

    DAY_BEFORE = "day_before"
    LAST_REVIEW = "last_review"


class Shortfall(StrEnum):
    """What becomes of refunded points that were spent already."""

    DEBT = "debt"
    FORGIVE = "forgive"


class QualifyingBy(StrEnum):
    """Which points count for a tier."""

    BASE = "base"
    """Before the factor of the tier, so that a tier does not feed itself."""
    MULTIPLIED = "multiplied"


class ExpiryEnd(StrEnum):
    """To the end of what a last day is put off."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class LimitPeriod(StrEnum):
    """For how long a limit counts."""

    MONTH = "month"
    YEAR = "year"


class RejectReason(StrEnum):
    """Why a referral earns nothing."""

    SELF = "self"
    KNOWN_CUSTOMER = "known_customer"
    SAME_PHONE = "same_phone"
    SAME_DEVICE = "same_device"
    SAME_ADDRESS = "same_address"
    CIRCLE = "circle"


@dataclass(frozen=True)
class LeftOut:
    """Lines of orders that earn nothing."""

    column: str
    """category, channel or product_id."""
    values: tuple[str, ...]


@dataclass(frozen=True)
class Extra:
    """Points beyond those of an order."""

    name: str
    is_birthday_month: bool
    """For orders in the month of the customer's birthday; else for each ``event``."""
    event: str | None
    factor: int
    """In thousandths: by how much the points of the order are multiplied, the order's own included; 0 for events."""
    points: int
    """For each event; 0 for birthdays."""
    at_most: int | None
    """Points for one order, or within a ``period``."""
    period: LimitPeriod | None


@dataclass(frozen=True)
class EarnRule:
    """How many points an order earns."""

    per_cents: int
    points: int
    """For each ``per_cents``."""
    rounding: Rounding
    remainder: Remainder
    factor_of: FactorOf
    factors: Mapping[str, int]
    """Tier: its factor in thousandths; empty: 1 for everybody."""
    leave_out: tuple[LeftOut, ...]
    extra: tuple[Extra, ...]


@dataclass(frozen=True)
class Expiry:
    """How long points can be spent; all None: for ever."""

    months: int | None = None
    days: int | None = None
    at_end_of: ExpiryEnd | None = None
    on: tuple[int, int] | None = None
    """Month and day of each year."""
    years: int = 1
    """The how many-th such day: 1 is the first on or after the day of earning."""

    def last_valid_on(self, earned_on: date) -> date | None:
        """The last local day on which points that were earned on a day can be spent; None: no such day.

        >>> str(Expiry(months=12, at_end_of=ExpiryEnd.MONTH).last_valid_on(date(2027, 2, 3)))
        '2028-02-29'
        >>> str(Expiry(on=(12, 31)).last_valid_on(date(2027, 2, 3)))
        '2027-12-31'
        """
        if self.on is not None:
            first = date(earned_on.year, *self.on)
            year = earned_on.year + self.years - (1 if first >= earned_on else 0)
            return date(year, *self.on)
        if self.months is None and self.days is None:
            return None
        last = months_before(earned_on, -self.months) if self.months is not None else earned_on + timedelta(days=self.days or 0)
        if self.at_end_of is None:
            return last
        month = {ExpiryEnd.MONTH: last.month, ExpiryEnd.QUARTER: (last.month + 2) // 3 * 3, ExpiryEnd.YEAR: 12}[self.at_end_of]
        return end_of_month(date(last.year, month, 1))

    @property
    def shortest_days(self) -> int | None:
        """Days that any point can be spent at least, the day of earning not counted; None: for ever."""
        if self.on is not None:
            return 365 * (self.years - 1)
        if self.months is not None:
            return 28 * self.months
        return self.days


@dataclass(frozen=True)
class RedeemRule:
    """How points are spent."""

    points: int
    worth: Decimal
    """Money for each ``points``."""
    at_least: int
    step: int
    most_share_of_order: Decimal
    hold_minutes: int

    def worth_of(self, points: int) -> Decimal:
        """What points are worth in money."""
        return self.worth * points / self.points


@dataclass(frozen=True)
class RefundRule:
    """What becomes of points when orders are refunded."""

    shortfall: Shortfall
    reinstate_days: int
    """For so long points that come back can be spent where their own last day is over."""


@dataclass(frozen=True)
class AdjustRule:
    """What people may change by hand."""

    reasons: tuple[str, ...]
    above: int | None
    """More points than this need an approver; None: never."""


@dataclass(frozen=True)
class ReferralRule:
    """What recommending somebody earns."""

    code_length: int
    code_letters: str
    claim_within_days: int
    first_order_at_least: Decimal
    not_refunded_days: int
    advocate_points: int
    friend_points: int
    friend_offer: str | None
    per_advocate: Mapping[LimitPeriod, int]
    program_month: int | None
    reject: tuple[RejectReason, ...]
    hold: tuple[RejectReason, ...]
    """Put to a person instead of being rejected."""


@dataclass(frozen=True)
class Program:
    """One version of a loyalty program."""

    slug: str
    version: int
    effective_on: date
    author: str
    why: str
    earn: EarnRule
    pending_days: int
    expiry: Expiry
    redeem: RedeemRule
    refund: RefundRule
    qualifying: QualifyingBy
    approved_rules: tuple[str, ...]
    """Rules of clean.identity by which members are merged without a person."""
    cost_per_point: Decimal
    expected_redemption: Decimal
    """The share of points that is expected to be redeemed, until own cohorts are old enough."""
    adjust: AdjustRule
    referral: ReferralRule | None

    @property
    def heading(self) -> Heading:
        """What the version says of itself."""
        return Heading(self.slug, self.version, self.effective_on, self.author, self.why)


def is_day_of_years(month: int, day: int) -> bool:
    """Whether every year has this day.

    >>> is_day_of_years(12, 31), is_day_of_years(2, 29)
    (True, False)
    """
    return 1 <= month <= MONTHS and 1 <= day <= calendar.monthrange(2027, month)[1]
