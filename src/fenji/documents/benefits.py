"""What does each tier give, and what does it cost? benefits.yaml, with every problem at its line.

.. code-block:: yaml

    benefits: membership
    version: 1
    effective_on: 2027-01-01
    author: marketing
    why: first version
    policy: retail
    list:
      - {benefit: more_points, name: {zh: 多倍积分, en: More points}, tiers: [silver, gold], cost: {from: points}}
      - {benefit: birthday_gift, name: {zh: 生日礼, en: Birthday gift}, tiers: [gold], cost: {each: 68.00, uses_a_year: 0.8}}
      - {benefit: own_adviser, name: {zh: 专属客服, en: Own adviser}, tiers: [gold], cost: {a_year: 300.00}, capacity: 200}
      - {benefit: free_delivery, name: {zh: 包邮, en: Free delivery}, tiers: [silver, gold], cost: {each: 8.00, uses_from: orders_12m}}
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

import pydantic

from fenji.documents.reader import Document, parse_document, validated
from fenji.domain.loyalty.benefits import Benefit, BenefitCostRule, Benefits, CostKind
from fenji.domain.loyalty.published import Heading
from fenji.domain.words import Words
from fenji.errors import InvalidDocument, Problem, unknown_name
from fenji.language import message as _
from fenji.validation import Objection

BENEFITS_FILE = "benefits.yaml"
_BY_PERSON = ("price", "price_by", "discount", "discount_by")

_Slug = Annotated[str, pydantic.Field(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
_Money = Annotated[Decimal, pydantic.Field(ge=0, le=1_000_000_000, decimal_places=2)]


class _Body(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class _Words(_Body):
    zh: str
    en: str


class _Cost(_Body):
    from_: Annotated[Literal["points"] | None, pydantic.Field(alias="from")] = None
    each: _Money | None = None
    uses_a_year: Annotated[Decimal, pydantic.Field(ge=0, le=10_000)] | None = None
    uses_from: str | None = None
    a_year: _Money | None = None

    @pydantic.model_validator(mode="after")
    def _is_one_way(self) -> _Cost:
        if sum(each is not None for each in (self.from_, self.each, self.a_year)) != 1:
            raise Objection(_("a cost is one of: `from: points`, `each` use, or `a_year` for a customer."))
        if (self.each is not None) != ((self.uses_a_year is None) != (self.uses_from is None)):
            raise Objection(_("what `each` use costs needs either `uses_a_year` or `uses_from` a metric."))
        return self


class _Limit(_Body):
    times: Annotated[pydantic.StrictInt, pydantic.Field(ge=1)]
    per: Literal["month", "year"]


class _Benefit(_Body):
    benefit: _Slug
    name: _Words | str
    tiers: Annotated[list[str], pydantic.Field(min_length=1)]
    cost: _Cost | None = None
    limit: _Limit | None = None
    capacity: Annotated[pydantic.StrictInt, pydantic.Field(ge=1)] | None = None

    @pydantic.model_validator(mode="before")
    @classmethod
    def _has_one_price(cls, value: object) -> object:
        if isinstance(value, dict):
            for name in _BY_PERSON:
                if name in value:
                    text = _("a price that differs by person is no benefit: trading terms follow a published rule by tier.")
                    advice = _("See article 24 of the Personal Information Protection Law; write an offer for tiers instead.")
                    raise Objection(text, at=(name,), advice=advice)
        return value

    @pydantic.model_validator(mode="after")
    def _is_used_within_its_limit(self) -> _Benefit:
        uses = None if self.cost is None else self.cost.uses_a_year
        if self.limit is not None and uses is not None and uses > self.limit.times * (12 if self.limit.per == "month" else 1):
            raise Objection(_("it is used more often a year than its limit allows."), at=("cost", "uses_a_year"))
        return self


class _BenefitsFile(_Body):
    """The whole document."""

    benefits: _Slug
    version: Annotated[pydantic.StrictInt, pydantic.Field(ge=1)]
    effective_on: date
    author: str
    why: str
    policy: _Slug
    list: Annotated[list[_Benefit], pydantic.Field(min_length=1)]


@dataclass(frozen=True)
class BenefitsDocument:
    """Benefits with the document that they were read from."""

    benefits: Benefits
    document: Document
    warnings: tuple[Problem, ...] = ()
    """What can be used and is hardly meant."""


def benefits_document_from_text(
    text: str, file: str = BENEFITS_FILE, *, tiers: Sequence[str] | None = None, metrics: Collection[str] | None = None
) -> BenefitsDocument:
    """The benefits in a text that is, or once was, a benefits.yaml.

    Args:
        text: the document.
        file: its name in problems.
        tiers: those of the policy, the lowest first; None: names of tiers are not checked.
        metrics: those that can be asked about; None: names of metrics are not checked.

    Raises:
        InvalidDocument: not YAML, unknown names, a benefit twice, or a price that differs by person; all problems at once.
    """
    document = parse_document(text, file)
    read = validated(_BenefitsFile, document)
    found = sorted(_problems(read, document, tiers, metrics), key=lambda each: (each.place and each.place.row) or 0)
    InvalidDocument.raise_if(found)
    heading = Heading(read.benefits, read.version, read.effective_on, read.author, read.why)
    benefits = Benefits(heading, read.policy, tuple(map(_benefit, read.list)))
    return BenefitsDocument(benefits, document, tuple(_warnings(read, document, tiers)))


def _problems(
    read: _BenefitsFile, document: Document, tiers: Sequence[str] | None, metrics: Collection[str] | None
) -> Iterator[Problem]:
    slugs = [each.benefit for each in read.list]
    for number, each in enumerate(read.list):
        at = ("list", number)
        if each.benefit in slugs[:number]:
            yield Problem(_("'{name}' stands here twice."), {"name": each.benefit}, document.place((*at, "benefit")))
        for place, tier in enumerate(each.tiers):
            if tiers is not None and tier not in tiers:
                yield unknown_name(_("tier"), tier, tiers, place=document.place((*at, "tiers", place)))
        metric = None if each.cost is None else each.cost.uses_from
        if metric is not None and metrics is not None and metric not in metrics:
            yield unknown_name(_("metric"), metric, metrics, place=document.place((*at, "cost", "uses_from")))


def _warnings(read: _BenefitsFile, document: Document, tiers: Sequence[str] | None) -> Iterator[Problem]:
    for number, each in enumerate(read.list):
        ranks = [rank for rank, tier in enumerate(tiers or ()) if tier in each.tiers]
        lacking = [] if not ranks else [tier for tier in (tiers or ())[ranks[0] :] if tier not in each.tiers]
        if lacking:
            text = _("no benefit {benefit} in {tiers}, though a tier below has it.")
            values = {"tiers": ", ".join(lacking), "benefit": each.benefit}
            yield Problem(text, values, document.place(("list", number, "tiers")))
        if each.cost is None:
            text = _("benefit {benefit} has no cost, and counts as costing nothing.")
            yield Problem(text, {"benefit": each.benefit}, document.place(("list", number)))


def _benefit(read: _Benefit) -> Benefit:
    name = Words(read.name, read.name) if isinstance(read.name, str) else Words(read.name.zh, read.name.en)
    return Benefit(read.benefit, name, tuple(read.tiers), _cost(read.cost), read.capacity)


def _cost(read: _Cost | None) -> BenefitCostRule:
    if read is None:
        return BenefitCostRule(CostKind.NOTHING)
    if read.from_ is not None:
        return BenefitCostRule(CostKind.POINTS)
    if read.a_year is not None:
        return BenefitCostRule(CostKind.YEAR, int(read.a_year * 100))
    kind = CostKind.EACH if read.uses_from is None else CostKind.METRIC
    return BenefitCostRule(kind, int((read.each or 0) * 100), read.uses_a_year or Decimal(0), read.uses_from)
