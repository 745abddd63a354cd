"""What does the company offer, to whom, and up to which limits? offers.yaml as frozen records; a voucher keeps the version that it was issued under."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from fenji.domain.loyalty.published import Heading
from fenji.domain.words import Words

CENTS = 100


class DiscountKind(StrEnum):
    """What a voucher gives."""

    AMOUNT = "amount"
    PERCENT = "percent"
    GIFT = "gift"
    POINTS = "points"
    DELIVERY = "delivery"


class StackOrder(StrEnum):
    """Whether an amount is taken off before or after percents of the same order are counted."""

    AFTER_PERCENT = "after_percent"
    """Percents are counted on the order as if the amount were not taken off."""
    BEFORE_PERCENT = "before_percent"
    """Percents are counted on what the amount leaves; the amount is redeemed first."""


@dataclass(frozen=True)
class Discount:
    """What a voucher of an offer gives."""

    kind: DiscountKind
    cents: int = 0
    """Of an amount; of a percent the most that it takes off (0: no limit); of a gift what it costs the company."""
    percent: Decimal = Decimal(0)
    gift: str | None = None
    """The product."""
    points: int = 0


@dataclass(frozen=True)
class When:
    """What an order must be."""

    order_cents_at_least: int = 0
    """Of all lines that count."""
    categories: tuple[str, ...] = ()
    """Only lines of these count; none: all do."""
    is_first_order: bool = False


@dataclass(frozen=True)
class ForWhom:
    """Who gets a voucher: every condition that is given must hold, as in a list of customers."""

    tiers: tuple[str, ...] = ()
    """One of them."""
    conditions: tuple[str, ...] = ()
    """Over metrics, each as a policy writes it."""
    segment: str | None = None
    risk: str | None = None
    mark: str | None = None

    @property
    def is_everybody(self) -> bool:
        """Whether nothing is asked."""
        return self == ForWhom()


@dataclass(frozen=True)
class Validity:
    """On which local days a voucher can be used, both included."""

    days: int | None = None
    """From the day of issue on, which is the first."""
    from_on: date | None = None
    until_on: date | None = None

    def of_issue(self, day: date) -> tuple[date, date | None]:
        """First and last day of a voucher that is issued on a day; None: for ever.

        >>> [str(each) for each in Validity(days=30).of_issue(date(2027, 1, 1))]
        ['2027-01-01', '2027-01-30']
        """
        begins = day if self.from_on is None else max(day, self.from_on)
        if self.days is None:
            return begins, self.until_on
        last = begins + timedelta(days=self.days - 1)
        return begins, last if self.until_on is None else min(last, self.until_on)


@dataclass(frozen=True)
class Limits:
    """How often, and for how much, an offer is used; None: without a limit."""

    per_code: int | None = 1
    per_customer: int | None = None
    total: int | None = None
    budget_cents: int | None = None
    """Of what the offer costs the company."""


@dataclass(frozen=True)
class Offer:
    """One offer of a version of offers.yaml."""

    slug: str
    version: int
    """Of the document."""
    name: Words
    discount: Discount
    when: When
    for_whom: ForWhom
    validity: Validity
    limits: Limits
    stack_with: tuple[str, ...]
    """Offers that may be used on the same order; one of two that names the other is enough."""
    stack_order: StackOrder
    reserve_minutes: int
    is_returned_on_refund: bool
    expected_use: Decimal | None
    """The share of vouchers that is expected to be used, until it is measured."""

    @property
    def is_personal(self) -> bool:
        """Whether a voucher must belong to a customer."""
        return not self.for_whom.is_everybody

    @property
    def asks_for_the_customer(self) -> bool:
        """Whether who uses it must be known."""
        return self.is_personal or self.when.is_first_order or self.limits.per_customer is not None or self.discount.points > 0


@dataclass(frozen=True)
class Offers:
    """One version of offers.yaml."""

    heading: Heading
    program: str
    """Whose members the customers are."""
    offers: tuple[Offer, ...]

    def find(self, slug: str) -> Offer | None:
        """The offer of a name."""
        return next((each for each in self.offers if each.slug == slug), None)
