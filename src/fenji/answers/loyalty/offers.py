"""What is answered about offers and vouchers: what was published, how far limits are used, which codes there are, and what one takes off an order?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from fenji.domain.loyalty.offers import CENTS, DiscountKind, Offer
from fenji.domain.loyalty.vouchers import OfferCount, UseStatus, Voucher, VoucherState, VoucherUse
from fenji.domain.telling import AS_IT_IS, PERSONAL, WITHHELD
from fenji.domain.words import Words
from fenji.errors import Problem


@dataclass(frozen=True)
class OfferRow:
    """One offer, and how far its limits are used."""

    offer: Annotated[str, AS_IT_IS]
    """Its name for scripts."""
    name: Words
    version: int
    """Of the document that says so."""
    gives: DiscountKind
    """What a voucher of it gives."""
    amount: Decimal | None
    """Money off; of a gift what it costs, of a percent the most that it takes off."""
    percent: Decimal | None
    """Percent off; null: it gives something else."""
    gift: Annotated[str | None, AS_IT_IS]
    """The product that it gives; null: it gives something else."""
    points: int | None
    """The points that it grants; null: it gives something else."""
    order_at_least: Decimal
    """What the order must have of what counts."""
    tiers: tuple[str, ...]
    """For whom; empty: for every tier."""
    conditions: tuple[str, ...]
    """Over metrics, all of which its customers meet."""
    issued: int
    """Codes that were issued."""
    reserved: int
    """Uses that are reserved for orders."""
    redeemed: int
    """Uses on orders that were bought."""
    total: int | None
    """How many uses there may be; null: no limit."""
    cost: Decimal
    """What reserved and redeemed uses cost the company."""
    budget: Decimal | None
    """What they may cost; null: no limit."""
    expected_cost: Decimal | None
    """What is still to come if the codes are used as `fully_redeemed_cost` expects; null: nothing is expected, or it depends on the order."""

    @classmethod
    def of(cls, offer: Offer, count: OfferCount) -> OfferRow:
        """An offer with its counts."""
        discount, limits = offer.discount, offer.limits
        return cls(
            offer=offer.slug,
            name=offer.name,
            version=offer.version,
            gives=discount.kind,
            amount=money(discount.cents) if discount.cents else None,
            percent=discount.percent or None,
            gift=discount.gift,
            points=discount.points or None,
            order_at_least=money(offer.when.order_cents_at_least),
            tiers=offer.for_whom.tiers,
            conditions=offer.for_whom.conditions,
            issued=count.issued,
            reserved=count.reserved,
            redeemed=count.redeemed,
            total=limits.total,
            cost=money(count.cost_cents),
            budget=None if limits.budget_cents is None else money(limits.budget_cents),
            expected_cost=_expected(offer, count),
        )


@dataclass(frozen=True)
class OffersResult:
    """A version of offers.yaml that was read, published or asked for."""

    offers: Annotated[str, AS_IT_IS]
    """The name of the document."""
    version: int
    effective_on: date
    """The first day on which it counts."""
    is_published: bool
    """Whether nobody can change it any more."""
    program: Annotated[str, AS_IT_IS]
    """Whose members the customers are."""
    list: tuple[OfferRow, ...]
    warnings: tuple[Problem, ...] = ()
    run_id: None = None
    as_of: None = None


@dataclass(frozen=True)
class VersionsOfOffers:
    """Every version that was published."""

    versions: tuple[VersionOfOffers, ...]
    as_of: date
    """Today, where the company is."""
    run_id: None = None


@dataclass(frozen=True)
class VersionOfOffers:
    """One version that was published."""

    offers: Annotated[str, AS_IT_IS]
    """The name of the document."""
    version: int
    effective_on: date
    """The first day on which it counts."""
    author: str
    """Who wrote it, as it says."""
    why: str
    """The reason that it gives."""
    published_at: datetime
    """When it was frozen."""
    is_in_force: bool
    """Whether new codes are issued under it today."""


@dataclass(frozen=True)
class VoucherRow:
    """One code, without the code."""

    voucher: int
    """Its number, by which it is withdrawn."""
    offer: Annotated[str, AS_IT_IS]
    """The offer that it belongs to."""
    version: int
    """Of the offers under which it was issued."""
    last_letters: Annotated[str, AS_IT_IS]
    """By which people tell codes apart."""
    member_id: int | None
    """Whose it is; null: whoever has the code."""
    state: VoucherState
    """What can be done with it."""
    uses: int
    """Reserved and redeemed ones."""
    uses_limit: int | None
    """How many there may be; null: no limit."""
    valid_from: date
    """The first day on which it can be used."""
    valid_until: date | None
    """The last one; null: for ever."""
    campaign: Annotated[str | None, AS_IT_IS]
    """Under what name it was issued."""
    withdrawn_why: Annotated[str | None, WITHHELD]
    """Why it was withdrawn; null: it was not."""

    @classmethod
    def of(cls, voucher: Voucher, day: date, *, reserved: int = 0) -> VoucherRow:
        """A voucher on a day."""
        return cls(
            voucher=voucher.number,
            offer=voucher.offer,
            version=voucher.version,
            last_letters=voucher.last_letters,
            member_id=voucher.member_id,
            state=voucher.state_on(day, reserved=reserved),
            uses=voucher.uses,
            uses_limit=voucher.uses_limit,
            valid_from=voucher.valid_from,
            valid_until=voucher.valid_until,
            campaign=voucher.campaign,
            withdrawn_why=voucher.withdrawn_why,
        )


@dataclass(frozen=True)
class IssuedCode:
    """A code that was issued now, told this once."""

    voucher: int
    """Its number."""
    code: Annotated[str | None, AS_IT_IS]
    """Null: it was issued before under the same key, or went into a file."""
    last_letters: Annotated[str, AS_IT_IS]
    """By which people tell codes apart once they are hidden."""
    customer_id: Annotated[str | None, PERSONAL]
    """As the company knows the customer, where it was issued to one."""


@dataclass(frozen=True)
class VouchersIssued:
    """Codes of an offer."""

    offer: Annotated[str, AS_IT_IS]
    """The offer that they belong to."""
    version: int
    """Of the offers under which they are issued."""
    issued: int
    """New ones; under a key that was used before there are none."""
    existing: int
    """Issued before under the same key."""
    file: str | None
    """Where the codes are; null: they are told here."""
    codes: tuple[IssuedCode, ...]
    run_id: str | None
    as_of: date | None
    """The review by which it was decided for whom they are; null: it was said."""


@dataclass(frozen=True)
class VouchersResult:
    """Codes by their numbers."""

    vouchers: tuple[VoucherRow, ...]
    after: int | None
    """The number after which the next page begins; null: this is the last."""
    as_of: date
    """The day of their states."""
    run_id: None = None


@dataclass(frozen=True)
class VoucherUseRow:
    """One use of a code for one order."""

    use: int
    """Its number."""
    voucher: int
    """Number of the voucher."""
    offer: Annotated[str, AS_IT_IS]
    """The offer that it belongs to."""
    source: str
    order_id: Annotated[str, AS_IT_IS]
    """The order on which it was used."""
    member_id: int | None
    """Who used it; null: nobody knows."""
    status: UseStatus
    """What has become of it."""
    discount: Decimal
    """What it takes off the order."""
    cost: Decimal
    """What it costs the company."""
    until_at: datetime | None
    """When a reservation ends."""

    @classmethod
    def of(cls, use: VoucherUse) -> VoucherUseRow:
        """A use."""
        return cls(
            use=use.number,
            voucher=use.voucher_number,
            offer=use.offer,
            source=use.order.source,
            order_id=use.order.order_id,
            member_id=use.member_id,
            status=use.status,
            discount=money(use.discount_cents),
            cost=money(use.cost_cents),
            until_at=use.until_at,
        )


@dataclass(frozen=True)
class VoucherChecked:
    """What a code would take off an order; nothing was written."""

    voucher: VoucherRow
    discount: Decimal
    """What it would take off."""
    gift: Annotated[str | None, AS_IT_IS]
    """The product that it gives."""
    points: int | None
    """The points that it grants."""
    as_of: date
    """The day of the order."""
    run_id: None = None


@dataclass(frozen=True)
class VoucherUsed:
    """A code that was used, or reserved."""

    voucher: VoucherRow
    use: VoucherUseRow
    is_existing: bool
    """It was done before under the same key; this is the first result."""
    gift: Annotated[str | None, AS_IT_IS]
    """The product that it gives."""
    points: int | None
    """The points that it grants."""
    as_of: date
    """The day of the order."""
    run_id: None = None


@dataclass(frozen=True)
class VouchersEnded:
    """Uses of an order that no longer count."""

    uses: tuple[VoucherUseRow, ...]
    as_of: date
    """Today, where the company is."""
    run_id: None = None


def money(cents: int) -> Decimal:
    """Cents as an amount."""
    return (Decimal(cents) / CENTS).quantize(Decimal("0.01"))


def _expected(offer: Offer, count: OfferCount) -> Decimal | None:
    """What codes that are not used yet will cost, where each costs the same."""
    if offer.expected_use is None or offer.discount.kind not in {DiscountKind.AMOUNT, DiscountKind.GIFT}:
        return None
    left = max(0, count.issued * (offer.limits.per_code or 1) - count.redeemed - count.reserved)
    return (money(offer.discount.cents) * left * offer.expected_use).quantize(Decimal("0.01"))
