"""What may be recommended to whom, and what is in stock? analyses/recommend.yaml, with every problem at its line.

.. code-block:: yaml

    top: 10
    window: 24m
    method: items              # popular, again, items or factors; leave it out: whichever did best on the past
    similarity: damped         # or cosine
    half_life_days: 90
    bought: repurchase         # exclude, repurchase or allow
    min_repurchase_rate: 0.2
    most_again: 5              # places for products bought before
    sold_within_days: 90
    tiers:
      - {tier: vip, block_categories: [clearance]}
      - {tier: entry, allow_products: [P1, P2], allow_categories: [tea]}
    stock: {in_stock: stock/in.txt}      # or out_of_stock: one product_id per line
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import pydantic

from fenji.documents.reader import Document, parse_document, validated
from fenji.domain.periods import Window
from fenji.domain.recommendations import BoughtRule, Method, RecommendChoices, Similarity, TierRule
from fenji.errors import InvalidDocument, Problem, unknown_name
from fenji.language import message as _
from fenji.validation import Objection

_DEFAULTS = RecommendChoices()

_Days = Annotated[pydantic.StrictInt, pydantic.Field(ge=1, le=3650)]
_Words = list[pydantic.StrictStr]


class _Strict(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class _Tier(_Strict):
    tier: pydantic.StrictStr
    allow_categories: _Words = []
    block_categories: _Words = []
    allow_products: _Words = []
    block_products: _Words = []


class _Stock(_Strict):
    in_stock: pydantic.StrictStr | None = None
    out_of_stock: pydantic.StrictStr | None = None

    @pydantic.model_validator(mode="after")
    def _one_of_two(self) -> _Stock:
        if (self.in_stock is None) == (self.out_of_stock is None):
            raise Objection(_("stock is either 'in_stock' or 'out_of_stock': a file with one product per line."))
        return self


class _RecommendFile(_Strict):
    """The whole document."""

    window: pydantic.StrictStr = str(_DEFAULTS.window)
    top: Annotated[pydantic.StrictInt, pydantic.Field(ge=1, le=50)] = _DEFAULTS.top
    method: Method | None = None
    half_life_days: _Days = _DEFAULTS.half_life_days
    similarity: Similarity = _DEFAULTS.similarity
    neighbours: Annotated[pydantic.StrictInt, pydantic.Field(ge=1, le=500)] = _DEFAULTS.neighbours
    factors: Annotated[pydantic.StrictInt, pydantic.Field(ge=2, le=128)] = _DEFAULTS.factors
    least_buyers: Annotated[pydantic.StrictInt, pydantic.Field(ge=1)] = _DEFAULTS.least_buyers
    sold_within_days: _Days = _DEFAULTS.sold_within_days
    bought: BoughtRule = _DEFAULTS.bought
    min_repurchase_rate: Annotated[float, pydantic.Field(gt=0, le=1, strict=True)] = _DEFAULTS.min_repurchase_rate
    most_again: Annotated[pydantic.StrictInt, pydantic.Field(ge=0, le=50)] = _DEFAULTS.most_again
    popular_days: _Days = _DEFAULTS.popular_days
    horizon_days: _Days = _DEFAULTS.horizon_days
    seed: Annotated[pydantic.StrictInt, pydantic.Field(ge=0, le=2**31 - 1)] = _DEFAULTS.seed
    tiers: list[_Tier] = []
    stock: _Stock | None = None

    @pydantic.field_validator("window")
    @classmethod
    def _is_a_window(cls, text: str) -> str:
        try:
            Window.parse(text)
        except ValueError as error:
            raise Objection(_("'{came}' is not a window; write 30d, 12m or total."), came=text[:40]) from error
        return text


def stock_file_of(text: str, file: str) -> str | None:
    """The name of the list of products that a recommend.yaml refers to; None where it refers to none.

    Raises:
        InvalidDocument: as ``recommend_choices_from_text``.
    """
    read = validated(_RecommendFile, parse_document(text, file))
    return None if read.stock is None else read.stock.in_stock or read.stock.out_of_stock


def recommend_choices_from_text(text: str, file: str, *, tiers: Iterable[str], stock: str | None = None) -> RecommendChoices:
    """The choices in a text that is, or once was, an analyses/recommend.yaml; what it does not say is as by default.

    Args:
        text: the document.
        file: the name that problems carry.
        tiers: the tiers of the policy.
        stock: the text of the list that ``stock_file_of`` names.

    Raises:
        InvalidDocument: not YAML, unknown names or tiers, or values outside what is possible; all problems at once.
    """
    document = parse_document(text, file)
    read = validated(_RecommendFile, document)
    InvalidDocument.raise_if(_tier_problems(document, [each.tier for each in read.tiers], set(tiers)))
    listed = products_listed(stock or "")
    return RecommendChoices(
        window=Window.parse(read.window),
        top=read.top,
        method=read.method,
        half_life_days=read.half_life_days,
        similarity=read.similarity,
        neighbours=read.neighbours,
        factors=read.factors,
        least_buyers=read.least_buyers,
        sold_within_days=read.sold_within_days,
        bought=read.bought,
        min_repurchase_rate=read.min_repurchase_rate,
        most_again=read.most_again,
        popular_days=read.popular_days,
        horizon_days=read.horizon_days,
        seed=read.seed,
        tiers=tuple(_tier_rule(each) for each in read.tiers),
        in_stock=listed if read.stock is not None and read.stock.in_stock else None,
        out_of_stock=listed if read.stock is not None and read.stock.out_of_stock else (),
    )


def products_listed(text: str) -> tuple[str, ...]:
    r"""The products of a list: one per line, the first cell where there are several; blank lines, # and a heading do not count.

    >>> products_listed("product_id,pieces\nP1,3\n# sold out: P2\n\nP3\n")
    ('P1', 'P3')
    """
    lines = (line.strip() for line in text.removeprefix("\ufeff").splitlines())
    cells = (line.replace("\t", ",").split(",")[0].strip().strip('"') for line in lines if line and not line.startswith("#"))
    return tuple(dict.fromkeys(cell for cell in cells if cell and cell != "product_id"))


def missing_stock(document_text: str, file: str, name: str) -> InvalidDocument:
    """The error of a list that is not there or cannot be read."""
    document = parse_document(document_text, file)
    which = "in_stock" if "in_stock" in (document.data or {}).get("stock", {}) else "out_of_stock"
    return InvalidDocument(
        Problem(
            _("the list {name} cannot be read."),
            {"name": name},
            document.place(("stock", which)),
            _("Paths begin at the workspace; the list is text in UTF-8, one product per line."),
        )
    )


def _tier_rule(read: _Tier) -> TierRule:
    return TierRule(
        read.tier,
        tuple(read.allow_categories),
        tuple(read.block_categories),
        tuple(read.allow_products),
        tuple(read.block_products),
    )


def _tier_problems(document: Document, named: list[str], known: set[str]) -> Iterable[Problem]:
    seen: set[str] = set()
    for position, tier in enumerate(named):
        place = document.place(("tiers", position, "tier"))
        if tier not in known:
            yield unknown_name(_("tier"), tier, known, place=place)
        elif tier in seen:
            yield Problem(_("tier '{name}' has a second rule here; write one."), {"name": tier}, place)
        seen.add(tier)
