"""What does the company offer to its customers? offers.yaml, with every problem at its line.

.. code-block:: yaml

    offers: shop
    version: 1
    effective_on: 2027-01-01
    author: marketing
    why: first version
    program: points
    list:
      - offer: welcome_20
        name: {zh: 满200减20, en: 20 off 200}
        discount: {amount: 20.00}
        when: {order_at_least: 200.00, categories: [tea], first_order: true}
        for: {tiers: [regular, silver], all: [orders_12m >= 1]}
        valid: {days: 30}
        limits: {per_code: 1, per_customer: 1, total: 20000, budget: 200000.00}
        stack: {with: [free_delivery], order: after_percent}
        reserve: 30min
        return_on_refund: true
        fully_redeemed_cost: 0.35
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import pydantic

from fenji.documents.reader import Document, parse_document, text_of, validated
from fenji.domain.conditions import parse_condition
from fenji.domain.loyalty.offers import (
    CENTS,
    Discount,
    DiscountKind,
    ForWhom,
    Limits,
    Offer,
    Offers,
    StackOrder,
    Validity,
    When,
)
from fenji.domain.loyalty.published import Heading
from fenji.domain.words import Words
from fenji.errors import InvalidDocument, Problem, unknown_name
from fenji.language import message as _
from fenji.validation import Objection

OFFERS_FILE = "offers.yaml"
_LONGEST_RESERVE = 24 * 60
_ANY = "any"
"""In the place of a number: no limit."""

_Slug = Annotated[str, pydantic.Field(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
_Whole = Annotated[pydantic.StrictInt, pydantic.Field(ge=1, le=1_000_000_000)]
_Money = Annotated[Decimal, pydantic.Field(gt=0, le=1_000_000_000, decimal_places=2)]
_Share = Annotated[Decimal, pydantic.Field(gt=0, le=1)]


class _Body(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class _Words(_Body):
    zh: str
    en: str


class _Discount(_Body):
    amount: _Money | None = None
    percent: Annotated[Decimal, pydantic.Field(gt=0, le=100, decimal_places=2)] | None = None
    at_most: _Money | None = None
    gift: str | None = None
    cost: _Money | None = None
    points: _Whole | None = None
    delivery: Literal["free"] | None = None

    @pydantic.model_validator(mode="after")
    def _is_one_thing(self) -> _Discount:
        given = [each for each in DiscountKind if getattr(self, each) is not None]
        if len(given) != 1:
            text = _("an offer gives one thing: amount, percent, gift, points or delivery.")
            raise Objection(text, advice=_("Make an offer of each, and let them be stacked."))
        if self.at_most is not None and self.percent is None:
            raise Objection(_("only a percent needs `at_most`."), at=("at_most",))
        if (self.gift is None) != (self.cost is None):
            raise Objection(_("a gift, and nothing else, needs its `cost` to the company."), at=("gift",))
        return self


class _When(_Body):
    order_at_least: Annotated[Decimal, pydantic.Field(ge=0, le=1_000_000_000, decimal_places=2)] = Decimal(0)
    categories: list[str] = []
    first_order: bool = False


class _For(_Body):
    tiers: list[str] = []
    all: list[str] = []
    segment: str | None = None
    risk: str | None = None
    mark: str | None = None

    @pydantic.field_validator("all")
    @classmethod
    def _are_conditions(cls, value: list[str]) -> list[str]:
        for number, each in enumerate(value):
            try:
                parse_condition(each)
            except ValueError as error:
                text = _("'{condition}' is no condition.")
                advice = _("Write it as a policy does: orders_12m >= 10, satisfaction_12m is null, or net_revenue_12m in top 5%.")
                raise Objection(text, at=(number,), advice=advice, condition=each[:80]) from error
        return value


class _Valid(_Body):
    days: Annotated[pydantic.StrictInt, pydantic.Field(ge=1, le=3660)] | None = None
    from_: Annotated[date | None, pydantic.Field(alias="from")] = None
    until: date | None = None

    @pydantic.model_validator(mode="after")
    def _has_a_day(self) -> _Valid:
        if self.from_ is not None and self.until is not None and self.until < self.from_:
            raise Objection(_("the last day comes before the first."), at=("until",))
        return self


class _Limits(_Body):
    per_code: _Whole | Literal["any"] = 1
    per_customer: _Whole | None = None
    total: _Whole | None = None
    budget: _Money | None = None


class _Stack(_Body):
    with_: Annotated[list[str], pydantic.Field(alias="with")] = []
    order: StackOrder = StackOrder.AFTER_PERCENT


class _Offer(_Body):
    offer: _Slug
    name: _Words | str
    discount: _Discount
    when: _When = _When()
    for_: Annotated[_For, pydantic.Field(alias="for")] = _For()
    valid: _Valid = _Valid()
    limits: _Limits = _Limits()
    stack: _Stack = _Stack()
    reserve: str = "30min"
    return_on_refund: bool = False
    fully_redeemed_cost: _Share | None = None

    @pydantic.field_validator("reserve")
    @classmethod
    def _is_a_time(cls, value: str) -> str:
        if re.fullmatch(r"[1-9][0-9]{0,3}(min|h)", value) is None:
            text = _("'{written}' is no length of time here; write it like {example}.")
            raise Objection(text, written=value[:20], example="30min, 2h")
        if _minutes(value) > _LONGEST_RESERVE:
            raise Objection(_("a voucher is reserved for an order for 24 hours at most."))
        return value


class _OffersFile(_Body):
    """The whole document."""

    offers: _Slug
    version: Annotated[pydantic.StrictInt, pydantic.Field(ge=1)]
    effective_on: date
    author: str
    why: str
    program: _Slug
    list: Annotated[list[_Offer], pydantic.Field(min_length=1)]


@dataclass(frozen=True)
class OffersDocument:
    """Offers with the document that they were read from."""

    offers: Offers
    document: Document
    warnings: tuple[Problem, ...] = ()
    """What can be used and is hardly meant."""


def read_offers_document(
    path: Path, *, tiers: Collection[str] | None = None, metrics: Collection[str] | None = None
) -> OffersDocument:
    """The offers in a file; see ``offers_document_from_text``.

    Raises:
        NotFound: there is no such file.
        InvalidDocument: with every problem at its line.
    """
    return offers_document_from_text(text_of(path), str(path), tiers=tiers, metrics=metrics)


def offers_document_from_text(
    text: str, file: str = OFFERS_FILE, *, tiers: Collection[str] | None = None, metrics: Collection[str] | None = None
) -> OffersDocument:
    """The offers in a text that is, or once was, an offers.yaml.

    Args:
        text: the document.
        file: its name in problems.
        tiers: those of the policy; None: names of tiers are not checked.
        metrics: those that can be asked about; None: names of metrics are not checked.

    Raises:
        InvalidDocument: not YAML, unknown names, an offer twice or stacked with one that is not there; all problems at once.
    """
    document = parse_document(text, file)
    read = validated(_OffersFile, document)
    found = [*_problems(read, document), *_unknown(read, document, tiers, metrics)]
    InvalidDocument.raise_if(sorted(found, key=lambda each: (each.place and each.place.row) or 0))
    heading = Heading(read.offers, read.version, read.effective_on, read.author, read.why)
    offers = Offers(heading, read.program, tuple(_offer(each, read.version) for each in read.list))
    return OffersDocument(offers, document, tuple(_warnings(read, document)))


def _problems(read: _OffersFile, document: Document) -> Iterator[Problem]:
    slugs = [each.offer for each in read.list]
    for number, each in enumerate(read.list):
        at = ("list", number)
        if each.offer in slugs[:number]:
            yield Problem(_("'{name}' stands here twice."), {"name": each.offer}, document.place((*at, "offer")))
        for place, other in enumerate(each.stack.with_):
            if other not in slugs:
                yield unknown_name(_("offer"), other, slugs, place=document.place((*at, "stack", "with", place)))
            elif other == each.offer:
                text = _("an offer is not stacked with itself; `per_code` says how often a code is used.")
                yield Problem(text, {}, document.place((*at, "stack", "with", place)))
        if each.discount.amount is not None and each.limits.budget is not None and each.limits.budget < each.discount.amount:
            text = _("the budget does not pay for a single use.")
            yield Problem(text, {}, document.place((*at, "limits", "budget")))
        if each.valid.until is not None and each.valid.until < read.effective_on:
            text = _("its last day comes before the version takes effect on {day}.")
            yield Problem(text, {"day": read.effective_on}, document.place((*at, "valid", "until")))


def _unknown(
    read: _OffersFile, document: Document, tiers: Collection[str] | None, metrics: Collection[str] | None
) -> Iterator[Problem]:
    for number, each in enumerate(read.list):
        at = ("list", number, "for")
        for place, tier in enumerate(each.for_.tiers):
            if tiers is not None and tier not in tiers:
                yield unknown_name(_("tier"), tier, tiers, place=document.place((*at, "tiers", place)))
        for place, line in enumerate(each.for_.all):
            condition = parse_condition(line)
            if metrics is not None and condition.metric not in metrics:
                yield unknown_name(_("metric"), condition.metric, metrics, place=document.place((*at, "all", place)))


def _warnings(read: _OffersFile, document: Document) -> Iterator[Problem]:
    for number, each in enumerate(read.list):
        at, values = ("list", number), {"offer": each.offer}
        if each.limits.total is None and each.limits.budget is None:
            text = _("offer {offer} has neither a total nor a budget: nothing ends what it may cost.")
            yield Problem(text, values, document.place((*at, "limits")))
        if each.discount.amount is not None and each.when.order_at_least <= each.discount.amount:
            text = _("offer {offer} may take off the whole order.")
            yield Problem(text, values, document.place((*at, "discount")), _("Write `when: {order_at_least: ...}`."))
        if each.valid == _Valid():
            text = _("vouchers of offer {offer} are valid for ever.")
            yield Problem(text, values, document.place((*at, "valid")))
        if each.limits.per_code == _ANY and each.limits.per_customer is None:
            text = _("a code of offer {offer} can be used by everybody who hears of it, any number of times.")
            yield Problem(text, values, document.place((*at, "limits", "per_code")))


def _offer(read: _Offer, version: int) -> Offer:
    name = Words(read.name, read.name) if isinstance(read.name, str) else Words(read.name.zh, read.name.en)
    limits = read.limits
    return Offer(
        slug=read.offer,
        version=version,
        name=name,
        discount=_discount(read.discount),
        when=When(_cents(read.when.order_at_least), tuple(read.when.categories), read.when.first_order),
        for_whom=ForWhom(tuple(read.for_.tiers), tuple(read.for_.all), read.for_.segment, read.for_.risk, read.for_.mark),
        validity=Validity(read.valid.days, read.valid.from_, read.valid.until),
        limits=Limits(
            None if isinstance(limits.per_code, str) else limits.per_code,
            limits.per_customer,
            limits.total,
            None if limits.budget is None else _cents(limits.budget),
        ),
        stack_with=tuple(read.stack.with_),
        stack_order=read.stack.order,
        reserve_minutes=_minutes(read.reserve),
        is_returned_on_refund=read.return_on_refund,
        expected_use=read.fully_redeemed_cost,
    )


def _discount(read: _Discount) -> Discount:
    kind = next(each for each in DiscountKind if getattr(read, each) is not None)
    money = next((each for each in (read.amount, read.at_most, read.cost) if each is not None), Decimal(0))
    return Discount(kind, _cents(money), read.percent or Decimal(0), read.gift, read.points or 0)


def _cents(money: Decimal) -> int:
    return int(money * CENTS)


def _minutes(text: str) -> int:
    return int(text.removesuffix("min")) if text.endswith("min") else 60 * int(text.removesuffix("h"))
