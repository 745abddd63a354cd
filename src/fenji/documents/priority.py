"""By which weights does the company order its customers, and how many can it serve? analyses/priority.yaml, with every problem at its line.

.. code-block:: yaml

    parts:
      value:        {measure: net_revenue_12m, weight: 40}
      potential:    {measure: clv, weight: 30}
      churn_risk:   {weight: 20}
      satisfaction: {weight: 10, first: low, scale: [0, 100], missing: leave_out}
      tier:         {weight: 0}
    capacity: 500
    pareto:   {measure: net_revenue_12m, a: 0.8, b: 0.95}
    upgrade:  {gap: 0.5, expected_gap: 0.2}
    watch:    {margin: 0.1}
    frequent: {orders_12m: 2, new_days: 90, top_share: 0.2}
"""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Annotated, Literal

import pydantic

from fenji.documents.reader import Document, parse_document, validated
from fenji.domain.priority import CHURN_MEASURE, DEFAULT_RULES, TIER_MEASURE, First, ParetoRule, Part, PartRule, PriorityRules
from fenji.errors import InvalidDocument, Problem, unknown_name
from fenji.language import message as _
from fenji.validation import Objection

_FIXED = {Part.TIER: TIER_MEASURE, Part.CHURN_RISK: CHURN_MEASURE}

_Share = Annotated[Decimal, pydantic.Field(gt=0, lt=1)]
_Gap = Annotated[Decimal, pydantic.Field(ge=0, le=10)]
_Points = Annotated[Decimal, pydantic.Field(ge=0, le=100)]


class _Strict(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class _Part(_Strict):
    """How one part is taken; what is not said is as by default."""

    measure: str | None = None
    weight: Annotated[Decimal, pydantic.Field(ge=0)] | None = None
    first: First | None = None
    scale: Literal["percentile"] | tuple[Decimal, Decimal] | None = None
    missing: Literal["leave_out"] | _Points | None = None

    @pydantic.model_validator(mode="after")
    def _rises(self) -> _Part:
        if isinstance(self.scale, tuple) and self.scale[0] >= self.scale[1]:
            raise Objection(_("the lowest value of a scale must be smaller than the highest."), at=("scale",))
        return self


class _Parts(_Strict):
    value: _Part = _Part()
    potential: _Part = _Part()
    tier: _Part = _Part()
    churn_risk: _Part = _Part()
    satisfaction: _Part = _Part()


class _Pareto(_Strict):
    measure: str | None = None
    a: _Share = DEFAULT_RULES.pareto.a
    b: _Share = DEFAULT_RULES.pareto.b

    @pydantic.model_validator(mode="after")
    def _in_order(self) -> _Pareto:
        if self.a >= self.b:
            raise Objection(_("class B ends at a larger share than class A."), at=("b",))
        return self


class _Upgrade(_Strict):
    gap: _Gap = DEFAULT_RULES.upgrade_gap
    expected_gap: _Gap = DEFAULT_RULES.upgrade_expected_gap


class _Watch(_Strict):
    margin: Annotated[Decimal, pydantic.Field(ge=0, le=1)] = DEFAULT_RULES.watch_margin


class _Frequent(_Strict):
    orders_12m: Annotated[pydantic.StrictInt, pydantic.Field(ge=1, le=1000)] = DEFAULT_RULES.frequent_orders
    new_days: Annotated[pydantic.StrictInt, pydantic.Field(ge=1, le=3650)] = DEFAULT_RULES.new_days
    top_share: _Share = DEFAULT_RULES.frequent_share


class _PriorityFile(_Strict):
    """The whole document."""

    parts: _Parts = _Parts()
    capacity: Annotated[pydantic.StrictInt, pydantic.Field(ge=1)] | None = None
    pareto: _Pareto = _Pareto()
    upgrade: _Upgrade = _Upgrade()
    watch: _Watch = _Watch()
    frequent: _Frequent = _Frequent()


def priority_rules_from_text(
    text: str, file: str, measures: Collection[str] | None = None, *, defaults: PriorityRules = DEFAULT_RULES
) -> PriorityRules:
    """The choices in a text that is, or once was, an analyses/priority.yaml; what it does not say is as by default.

    Args:
        text: the document.
        file: its name in problems.
        measures: the measures that the workspace has; None: names are not checked.
        defaults: by what parts and marks are measured where the document does not say.

    Raises:
        InvalidDocument: not YAML, unknown names, no weight at all, shares out of order; all problems at once.
    """
    document = parse_document(text, file)
    read = validated(_PriorityFile, document)
    taken = [(part, getattr(read.parts, part), defaults.rule_of(part)) for part in Part]
    rules = tuple(_rule(written, default) for part, written, default in taken if default is not None)
    pareto = read.pareto.measure or defaults.pareto.measure
    InvalidDocument.raise_if(_problems(document, rules, pareto, measures))
    return PriorityRules(
        parts=tuple(each for each in rules if each.weight > 0),
        pareto=ParetoRule(pareto, read.pareto.a, read.pareto.b),
        capacity=read.capacity,
        upgrade_gap=read.upgrade.gap,
        upgrade_expected_gap=read.upgrade.expected_gap,
        watch_margin=read.watch.margin,
        frequent_orders=read.frequent.orders_12m,
        new_days=read.frequent.new_days,
        frequent_share=read.frequent.top_share,
    )


def _rule(written: _Part, default: PartRule) -> PartRule:
    """A part as written over its default; another measure is not on the default's scale, and so taken by percentile."""
    measure = written.measure or default.measure
    scale = default.scale if measure == default.measure else None
    if written.scale is not None:
        scale = written.scale if isinstance(written.scale, tuple) else None
    return PartRule(
        part=default.part,
        measure=measure,
        weight=default.weight if written.weight is None else written.weight,
        first=written.first or default.first,
        scale=scale,
        missing=_missing(written, default, measure),
    )


def _missing(written: _Part, default: PartRule, measure: str) -> Decimal | None:
    if written.missing is not None:
        return written.missing if isinstance(written.missing, Decimal) else None
    return default.missing if measure == default.measure else None


def _problems(document: Document, rules: tuple[PartRule, ...], pareto: str, measures: Collection[str] | None) -> list[Problem]:
    problems = []
    if not any(each.weight for each in rules):
        text = _("all weights are 0: nothing is left to order the customers by.")
        problems.append(Problem(text, {}, document.place(("parts",))))
    if measures is not None:
        asked = [
            (("parts", str(each.part), "measure"), each.measure)
            for each in rules
            if each.part not in _FIXED or each.measure != _FIXED[each.part]
        ]
        wanted: list[tuple[tuple[str, ...], str]] = [*asked, (("pareto", "measure"), pareto)]
        problems += [
            unknown_name(_("measure"), name, measures, place=document.place(keys))
            for keys, name in wanted
            if name not in measures
        ]
    return problems
