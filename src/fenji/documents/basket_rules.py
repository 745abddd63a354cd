"""Which orders count for rules of what is bought together, and how strong must a rule be? analyses/rules.yaml, with every problem at its line.

.. code-block:: yaml

    window: 12m
    items: [product, category, mixed]
    min_support: 0.001       # share of orders; leave it out: as low as leaves a readable number of sets
    least_baskets: 10
    least_customers: 3       # different customers behind the orders of a rule
    min_confidence: 0.1
    min_lift: 1
    max_antecedents: 2       # items on the left side, 1 to 3
    most_items: 200          # of a larger order only the most frequent items count
    most_rules: 2000         # kept per kind of items and tier
"""

from __future__ import annotations

from typing import Annotated

import pydantic

from fenji.documents.reader import parse_document, validated
from fenji.domain.basket_rules import BasketChoices, ItemKind
from fenji.domain.periods import Window
from fenji.language import message as _
from fenji.validation import Objection

_DEFAULTS = BasketChoices()

_Share = Annotated[float, pydantic.Field(gt=0, le=1, strict=True)]


class _RulesFile(pydantic.BaseModel):
    """The whole document."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    window: pydantic.StrictStr = str(_DEFAULTS.window)
    items: Annotated[list[ItemKind], pydantic.Field(min_length=1)] = list(_DEFAULTS.item_kinds)
    min_support: _Share | None = None
    least_baskets: Annotated[pydantic.StrictInt, pydantic.Field(ge=1)] = _DEFAULTS.least_baskets
    least_customers: Annotated[pydantic.StrictInt, pydantic.Field(ge=1)] = _DEFAULTS.least_customers
    min_confidence: Annotated[float, pydantic.Field(ge=0, le=1, strict=True)] = _DEFAULTS.min_confidence
    min_lift: Annotated[float, pydantic.Field(ge=0, strict=True)] = _DEFAULTS.min_lift
    max_antecedents: Annotated[pydantic.StrictInt, pydantic.Field(ge=1, le=3)] = _DEFAULTS.max_antecedents
    most_items: Annotated[pydantic.StrictInt, pydantic.Field(ge=2, le=2000)] = _DEFAULTS.most_items
    most_rules: Annotated[pydantic.StrictInt, pydantic.Field(ge=1, le=5000)] = _DEFAULTS.most_rules

    @pydantic.field_validator("window")
    @classmethod
    def _is_a_window(cls, text: str) -> str:
        try:
            Window.parse(text)
        except ValueError as error:
            raise Objection(_("'{came}' is not a window; write 30d, 12m or total."), came=text[:40]) from error
        return text


def basket_choices_from_text(text: str, file: str) -> BasketChoices:
    """The choices in a text that is, or once was, an analyses/rules.yaml; what it does not say is as by default.

    Raises:
        InvalidDocument: not YAML, unknown names, or values outside what is possible; all problems at once.
    """
    read = validated(_RulesFile, parse_document(text, file))
    return BasketChoices(
        window=Window.parse(read.window),
        item_kinds=tuple(dict.fromkeys(read.items)),
        min_support=read.min_support,
        least_baskets=read.least_baskets,
        least_customers=read.least_customers,
        min_confidence=read.min_confidence,
        min_lift=read.min_lift,
        max_antecedents=read.max_antecedents,
        most_items=read.most_items,
        most_rules=read.most_rules,
    )
