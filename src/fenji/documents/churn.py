"""When has a customer left, for this company? analyses/churn.yaml, with every problem at its line.

.. code-block:: yaml

    by: rhythm          # days, rhythm or contract
    days: 180
    rhythm: {intervals: 3, least_days: 30, most_days: 180}
    contract_days: 90
    classes: {high: 0.6, middle: 0.3}
    learning: {dates: 3, customers: 100000, seed: 7}
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import pydantic

from fenji.documents.reader import parse_document, validated
from fenji.domain.churn import DEFAULT_RULES, ChurnBy, ChurnRules
from fenji.language import message as _
from fenji.validation import Objection

_Days = Annotated[pydantic.StrictInt, pydantic.Field(ge=7, le=1460)]
_Share = Annotated[Decimal, pydantic.Field(gt=0, lt=1)]


class _Strict(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class _Rhythm(_Strict):
    intervals: Annotated[Decimal, pydantic.Field(ge=1, le=20)] = DEFAULT_RULES.intervals
    least_days: _Days = DEFAULT_RULES.least_days
    most_days: _Days = DEFAULT_RULES.most_days

    @pydantic.model_validator(mode="after")
    def _in_order(self) -> _Rhythm:
        if self.least_days > self.most_days:
            raise Objection(_("least_days is more than most_days."), at=("least_days",))
        return self


class _Classes(_Strict):
    high: _Share = DEFAULT_RULES.high
    middle: _Share = DEFAULT_RULES.middle

    @pydantic.model_validator(mode="after")
    def _in_order(self) -> _Classes:
        if self.middle >= self.high:
            raise Objection(_("the middle class begins at a smaller probability than the high one."), at=("middle",))
        return self


class _Learning(_Strict):
    dates: Annotated[pydantic.StrictInt, pydantic.Field(ge=1, le=12)] = DEFAULT_RULES.dates
    customers: Annotated[pydantic.StrictInt, pydantic.Field(ge=1000, le=500_000)] = DEFAULT_RULES.customers
    seed: Annotated[pydantic.StrictInt, pydantic.Field(ge=0, le=2**31 - 1)] = DEFAULT_RULES.seed


class _ChurnFile(_Strict):
    """The whole document."""

    by: ChurnBy | None = None
    days: _Days = DEFAULT_RULES.days
    rhythm: _Rhythm = _Rhythm()
    contract_days: _Days = DEFAULT_RULES.contract_days
    classes: _Classes = _Classes()
    learning: _Learning = _Learning()


def churn_rules_from_text(text: str, file: str) -> ChurnRules:
    """The choices in a text that is, or once was, an analyses/churn.yaml; what it does not say is as by default.

    Raises:
        InvalidDocument: not YAML, unknown names, or bounds and cuts out of order; all problems at once.
    """
    read = validated(_ChurnFile, parse_document(text, file))
    return ChurnRules(
        by=read.by or DEFAULT_RULES.by,
        days=read.days,
        intervals=read.rhythm.intervals,
        least_days=read.rhythm.least_days,
        most_days=read.rhythm.most_days,
        contract_days=read.contract_days,
        high=read.classes.high,
        middle=read.classes.middle,
        dates=read.learning.dates,
        customers=read.learning.customers,
        seed=read.learning.seed,
        is_declared=read.by is not None,
    )
