"""Which cuts has the company declared for its segments? analyses/segments.yaml, every entry optional, every problem at its line.

.. code-block:: yaml

    lifecycle: {rhythm: median, at_risk_after: 2, lost_after: 4, new_days: 90, won_back_days: 90}
    rfm:
      recency: {metric: days_since_last_order, edges: [30, 60, 120, 240]}
      frequency: {metric: orders_12m}
    spending_power: {metric: sale_revenue_12m, per: active_months_12m, top_shares: [0.5, 0.2]}
    clusters: {metrics: [net_revenue_12m, orders_12m], within: lifecycle}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Any, Self, TypeVar

import pydantic

from fenji.documents.reader import Document, parse_document, validated
from fenji.domain.periods import Window
from fenji.domain.segments import (
    BINS,
    ClassPlan,
    ClusterPlan,
    ExplainPlan,
    InterestPlan,
    LifecyclePlan,
    RfmPlan,
    RfmSegment,
    RhythmMeasure,
    ScorePlan,
    SegmentPlan,
    Within,
)
from fenji.errors import InvalidDocument, Place, Problem, unknown_name
from fenji.language import message as _
from fenji.validation import Objection

_Days = Annotated[int, pydantic.Field(ge=1, le=3650)]
_Factor = Annotated[Decimal, pydantic.Field(gt=0, le=1000)]
_Share = Annotated[Decimal, pydantic.Field(gt=0, lt=1)]
_Names = Annotated[list[str], pydantic.Field(min_length=1, max_length=30)]
_Plan = TypeVar("_Plan", LifecyclePlan, ClusterPlan, ExplainPlan)


class _Body(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    def over(self, plan: _Plan) -> _Plan:
        """The plan with what was written in place of its defaults; lists as tuples."""
        written: dict[str, Any] = {name: getattr(self, name) for name in self.model_fields_set}
        changes: dict[str, Any] = {name: tuple(each) if isinstance(each, list) else each for name, each in written.items()}
        return replace(plan, **changes)


class _LifecycleBody(_Body):
    rhythm: RhythmMeasure = RhythmMeasure.MEDIAN
    least_intervals: Annotated[int, pydantic.Field(ge=1, le=100)] = 3
    least_days: _Days = 14
    fallback_days: _Days = 90
    at_risk_after: _Factor = LifecyclePlan.at_risk_after
    lost_after: _Factor = LifecyclePlan.lost_after
    new_days: _Days = 90
    won_back_days: _Days = 90

    @pydantic.model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.at_risk_after >= self.lost_after:
            raise Objection(_("'at_risk_after' must be less than 'lost_after': who is lost was at risk before."))
        return self


class _ScoreBody(_Body):
    metric: str | None = None
    edges: list[Decimal] | None = None

    @pydantic.field_validator("edges")
    @classmethod
    def _four(cls, edges: list[Decimal] | None) -> list[Decimal] | None:
        return _ascending(edges, BINS - 1)


class _RfmBody(_Body):
    recency: _ScoreBody = _ScoreBody()
    frequency: _ScoreBody = _ScoreBody()
    money: _ScoreBody = _ScoreBody()
    names: list[list[RfmSegment]] | None = None

    @pydantic.field_validator("names")
    @classmethod
    def _a_square(cls, names: list[list[RfmSegment]] | None) -> list[list[RfmSegment]] | None:
        if names is not None and [len(row) for row in names] != [BINS] * BINS:
            raise Objection(_("'names' is {size} rows of {size} names: recency 5 to 1, value 1 to 5."), size=BINS)
        return names


class _ClassBody(_Body):
    metric: str | None = None
    per: str | None = None
    edges: list[Decimal] | None = None
    top_shares: list[_Share] | None = None

    @pydantic.model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.edges is not None and self.top_shares is not None:
            raise Objection(_("classes are cut by 'edges' or by 'top_shares', not by both."))
        return self


class _InterestBody(_Body):
    window: str = "12m"
    focused_share: _Share = InterestPlan.focused_share
    broad_share: _Share = InterestPlan.broad_share
    counted_share: _Share = InterestPlan.counted_share

    @pydantic.field_validator("window")
    @classmethod
    def _is_a_window(cls, text: str) -> str:
        try:
            Window.parse(text)
        except ValueError as error:
            raise Objection(_("'{came}' is not a window; write 30d, 12m or total."), came=text[:40]) from error
        return text

    @pydantic.model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.broad_share > self.focused_share:
            raise Objection(_("'broad_share' must not be more than 'focused_share'."))
        return self


class _ClusterBody(_Body):
    metrics: _Names = list(ClusterPlan.metrics)
    within: Within = Within.EVERYONE
    least_clusters: Annotated[int, pydantic.Field(ge=2, le=20)] = 2
    most_clusters: Annotated[int, pydantic.Field(ge=2, le=20)] = 8
    sample: Annotated[int, pydantic.Field(ge=100, le=200_000)] = 50_000
    least_customers: Annotated[int, pydantic.Field(ge=10)] = 50
    least_stability: Annotated[Decimal, pydantic.Field(ge=0, le=1)] = ClusterPlan.least_stability
    least_found: Annotated[Decimal, pydantic.Field(ge=0, le=1)] = ClusterPlan.least_found
    least_share: Annotated[Decimal, pydantic.Field(ge=0, lt=1)] = ClusterPlan.least_share
    redraws: Annotated[int, pydantic.Field(ge=2, le=100)] = 8
    seed: Annotated[int, pydantic.Field(ge=0, le=2**31 - 2)] = ClusterPlan.seed

    @pydantic.model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.least_clusters > self.most_clusters:
            raise Objection(_("'least_clusters' must not be more than 'most_clusters'."))
        return self


class _ExplainBody(_Body):
    metrics: _Names = []
    depth: Annotated[int, pydantic.Field(ge=1, le=8)] = 5
    most_rules: Annotated[int, pydantic.Field(ge=2, le=50)] = 12
    without_policy_metrics: pydantic.StrictBool = False
    least_share: _Share = ExplainPlan.least_share
    sample: Annotated[int, pydantic.Field(ge=100, le=200_000)] = 50_000


class SegmentsFile(_Body):
    """The whole document."""

    lifecycle: _LifecycleBody = _LifecycleBody()
    rfm: _RfmBody = _RfmBody()
    frequency: _ClassBody = _ClassBody()
    order_size: _ClassBody = _ClassBody()
    recency: _ClassBody = _ClassBody()
    spending_power: _ClassBody = _ClassBody()
    interest: _InterestBody = _InterestBody()
    clusters: _ClusterBody = _ClusterBody()
    explain: _ExplainBody = _ExplainBody()


def segments_from_text(text: str, file: str, metrics: Iterable[str]) -> SegmentPlan:
    """The choices in a text that was such a file once, such as the copy that a run keeps.

    Raises:
        InvalidDocument: with every problem at its line, and the nearest name for an unknown metric.
    """
    return _plan_in(parse_document(text, file), metrics)


def _plan_in(document: Document, metrics: Iterable[str]) -> SegmentPlan:
    body, plan = validated(SegmentsFile, document), SegmentPlan()
    problems: list[Problem] = []
    classes = {}
    for name in ("frequency", "order_size", "recency", "spending_power"):
        classes[name] = _classes(getattr(body, name), getattr(plan, name), document.place((name,)), problems)
    found = SegmentPlan(
        lifecycle=body.lifecycle.over(plan.lifecycle),
        rfm=RfmPlan(
            _score(body.rfm.recency, plan.rfm.recency),
            _score(body.rfm.frequency, plan.rfm.frequency),
            _score(body.rfm.money, plan.rfm.money),
            plan.rfm.names if body.rfm.names is None else tuple(tuple(row) for row in body.rfm.names),
        ),
        interest=InterestPlan(
            Window.parse(body.interest.window),
            body.interest.focused_share,
            body.interest.broad_share,
            body.interest.counted_share,
        ),
        clusters=body.clusters.over(plan.clusters),
        explain=body.explain.over(plan.explain),
        **classes,
    )
    InvalidDocument.raise_if([*problems, *_unknown_metrics(document, found, metrics)])
    return found


def _score(body: _ScoreBody, plan: ScorePlan) -> ScorePlan:
    return replace(plan, metric=body.metric or plan.metric, edges=None if body.edges is None else tuple(body.edges))


def _classes(body: _ClassBody, plan: ClassPlan, place: Place, problems: list[Problem]) -> ClassPlan:
    """The plan of a classification; its cuts are one fewer than its classes."""
    if body.metric is not None:
        plan = replace(plan, metric=body.metric, per=body.per)
    elif "per" in body.model_fields_set:
        plan = replace(plan, per=body.per)
    cuts = body.edges if body.edges is not None else body.top_shares
    if cuts is None:
        return plan
    wanted, is_up = len(plan.classes) - 1, body.edges is not None
    if len(cuts) != wanted or cuts != sorted(set(cuts), reverse=not is_up):
        text = (
            _("{count} classes take {wanted} ascending edges.")
            if is_up
            else _("{count} classes take {wanted} descending shares.")
        )
        problems.append(Problem(text, {"count": len(plan.classes), "wanted": wanted}, place))
    return replace(plan, edges=tuple(cuts), top_shares=None) if is_up else replace(plan, edges=None, top_shares=tuple(cuts))


def _ascending(edges: list[Decimal] | None, wanted: int) -> list[Decimal] | None:
    if edges is not None and (len(edges) != wanted or edges != sorted(set(edges))):
        raise Objection(_("'edges' are {wanted} ascending numbers."), wanted=wanted)
    return edges


def _unknown_metrics(document: Document, plan: SegmentPlan, metrics: Iterable[str]) -> list[Problem]:
    """One problem for every name that was written and is no metric; the defaults are metrics that every workspace has."""
    known = set(metrics)
    written: Mapping[str, Any] = document.data if isinstance(document.data, dict) else {}
    problems = []

    def check(name: str | None, *path: str | int) -> None:
        if name is not None and name not in known:
            problems.append(unknown_name("metric", name, known, place=document.place(path)))

    for part in ("recency", "frequency", "money"):
        check(getattr(plan.rfm, part).metric, "rfm", part, "metric")
    for part in ("frequency", "order_size", "recency", "spending_power"):
        check(getattr(plan, part).metric, part, "metric")
        check(getattr(plan, part).per, part, "per")
    for part, names in (("clusters", plan.clusters.metrics), ("explain", plan.explain.metrics)):
        if "metrics" in (written.get(part) or {}):
            for position, name in enumerate(names):
                check(name, part, "metrics", position)
    return problems
