"""How does the company draw its value classes, and how does it discount? analyses/value.yaml, with every problem at its line.

.. code-block:: yaml

    current:   {measure: net_revenue_12m, by: revenue_share, high: 0.8, middle: 0.15}
    potential: {measure: expected_revenue_12m, by: amount, high: 5000, middle: 1000}
    discount_rate_yearly: 0.1
    clv_months: 36
    holdout_weeks: 26
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import pydantic

from fenji.documents.reader import parse_document, validated
from fenji.domain.value import DEFAULT_RULES, ClassCuts, CutBy, PotentialMeasure, ValueMeasure, ValueRules
from fenji.language import message as _
from fenji.validation import Objection

_Positive = Annotated[Decimal, pydantic.Field(gt=0)]


class _Cuts(pydantic.BaseModel):
    """Where the classes end."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    by: CutBy
    high: _Positive
    middle: _Positive

    @pydantic.model_validator(mode="after")
    def _fits_together(self) -> _Cuts:
        if self.by is CutBy.AMOUNT and self.middle >= self.high:
            raise Objection(_("the middle class begins at a smaller amount than the high one."), at=("middle",))
        if self.by is not CutBy.AMOUNT and self.high + self.middle >= 1:
            raise Objection(
                _("the shares of high and middle sum to {sum}; something must be left for low."),
                at=("middle",),
                sum=self.high + self.middle,
            )
        return self


class _Current(_Cuts):
    measure: ValueMeasure = ValueMeasure.NET_REVENUE_12M


class _Potential(_Cuts):
    measure: PotentialMeasure = PotentialMeasure.EXPECTED_REVENUE_12M


class _ValueFile(pydantic.BaseModel):
    """The whole document."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    current: _Current | None = None
    potential: _Potential | None = None
    discount_rate_yearly: Annotated[Decimal, pydantic.Field(ge=0, le=1)] = DEFAULT_RULES.discount_rate_yearly
    clv_months: Annotated[pydantic.StrictInt, pydantic.Field(ge=1, le=60)] = DEFAULT_RULES.clv_months
    holdout_weeks: Annotated[pydantic.StrictInt, pydantic.Field(ge=4, le=104)] = DEFAULT_RULES.holdout_weeks


def value_rules_from_text(text: str, file: str) -> ValueRules:
    """The choices in a text that is, or once was, an analyses/value.yaml; what it does not say is as by default.

    Raises:
        InvalidDocument: not YAML, unknown names, or cuts that leave no room for a class; all problems at once.
    """
    read = validated(_ValueFile, parse_document(text, file))
    return ValueRules(
        current=_cuts(read.current, DEFAULT_RULES.current),
        potential=_cuts(read.potential, DEFAULT_RULES.potential),
        discount_rate_yearly=read.discount_rate_yearly,
        clv_months=read.clv_months,
        holdout_weeks=read.holdout_weeks,
    )


def _cuts(written: _Current | _Potential | None, default: ClassCuts) -> ClassCuts:
    return default if written is None else ClassCuts(written.measure, written.by, written.high, written.middle)
