"""How did revenue, orders, customers or their frequency go month by month, and where will they go? A published run of its own, made once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from fenji.analyze.trends.months import (
    count_months,
    days_of,
    largest_categories,
    lines_by_category,
    lines_by_tier,
    lines_of_all,
    reviews_of,
    whole_months,
)
from fenji.analyze.trends.series import models_for, series_of, series_tables, values_of
from fenji.analyze.trends.trying import LEAST_MONTHS, beside_simple
from fenji.answers.forecast import NamedSeries, TrendResult
from fenji.answers.rows import record_of
from fenji.choices import EngineName
from fenji.domain.metrics import Fact
from fenji.domain.policies import Policy
from fenji.domain.steps import Step
from fenji.domain.trends import (
    EVERYTHING,
    NOBODY,
    OTHERS,
    ExpectedMonth,
    GroupBy,
    Measure,
    Month,
    Scope,
    Season,
    Series,
    TiersFrom,
    TrendError,
    TrendModel,
)
from fenji.domain.words import Spoken
from fenji.errors import InvalidArgument, NotFound, Problem
from fenji.language import message as _
from fenji.tables import insight
from fenji.tables.insight_trends import TREND, TREND_BACKTEST, TREND_FORECAST, TREND_SCOPE, TREND_SERIES
from fenji.wording.contests import not_better
from fenji.wording.trends import contestants, series_name, series_sentences
from fenji.workspace.past_run import last_history
from fenji.workspace.progress import Progress, silent
from fenji.workspace.standing import Analysis, Analyzed, Computation, Standing, analyze, open_standing

MOST_MONTHS = 12
"""Months of a forecast: a year shows every season once, and beyond it intervals say little."""
MOST_CATEGORIES = 20
"""Categories with series of their own: about a second each; a longer list is not read."""
TOO_NARROW = 0.1
"""How much less than promised the intervals may hold before a warning."""
MONTHS_FETCHED = 100_000
"""Rows of one group and month that may be fetched: a century of months of all groups is a quarter of it."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class _Basis:
    """What the series are counted from."""

    order_line: ir.Table
    scope: Scope
    months: tuple[date, ...]
    members: tuple[str, ...]
    """In the order in which they are shown."""
    reviews: Mapping[date, date]
    """Month -> review that tells its tiers; empty where not by tier."""


def trend_at(
    root: Path,
    *,
    measure: Measure,
    by: GroupBy = GroupBy.ALL,
    months: int = MOST_MONTHS,
    as_of: date | None = None,
    policy: str | None = None,
    engine: EngineName | None = None,
    progress: Progress = silent,
) -> TrendResult:
    """A measure by month with trend, season, a forecast and its errors on the past.

    Args:
        root: the workspace.
        measure: what is counted.
        by: what the series are split by.
        months: coming months to show, 1 to 12.
        as_of: the last day that counts; None: that of the last run.
        policy: a policy's name; None: the one of the settings, or the only one.
        engine: None: the one of the settings.
        progress: told about each step.

    Raises:
        InvalidArgument: another number of months.
        NotFound: no workspace, nothing has been run yet, or there are no orders.
    """
    if not 1 <= months <= MOST_MONTHS:
        raise InvalidArgument.of(_("{count} months cannot be forecast; 1 to {most} can."), count=months, most=MOST_MONTHS)
    with open_standing(root, as_of=as_of, policy=policy, engine=engine, progress=progress) as standing:
        analyzed = analyze(TRENDS[measure, by], standing, progress=progress)
        scope, series = _stored(analyzed, months)
        return TrendResult(
            run_id=analyzed.run.run_id,
            as_of=standing.as_of,
            is_as_of_defaulted=standing.is_as_of_defaulted,
            policy=standing.policy.slug,
            version=standing.policy.version,
            measure=measure,
            by=None if by is GroupBy.ALL else by,
            currency=standing.past.currency if measure is Measure.REVENUE else None,
            scope=scope,
            series=tuple(_named(each, by, standing.policy) for each in series),
            warnings=(*standing.warnings, *_lost(series, measure, by), *_remarks(scope, series, by)),
        )


def _named(series: Series, by: GroupBy, policy: Policy) -> NamedSeries:
    names = {each.slug: each.name for each in policy.tiers}
    return NamedSeries(
        **vars(series),
        name=Spoken(partial(series_name, series.member, by, names)),
        sentences=Spoken(partial(series_sentences, series)),
    )


@dataclass(frozen=True)
class TrendPlan:
    """What the series of one analysis count, and by what they are split."""

    measure: Measure
    by: GroupBy
    history: tuple[str, tuple[date, ...]] | None
    """The run that decided the tiers of the past, and its reviews; None: the tiers of today."""


def compute_trend(making: Computation[TrendPlan]) -> None:
    """Every table of the series.

    Raises:
        NotFound: there are no orders up to the day.
    """
    standing, plan = making.standing, making.choices
    engine, as_of = standing.session.engine, standing.as_of
    basis = _basis_of(standing, plan.by, plan.history)
    rows = engine.fetch(count_months(_grouped(standing, basis, plan.by)), limit=MONTHS_FETCHED).to_pylist()
    found = _series(rows, basis, plan.measure)
    for contract, table in series_tables(found, basis.scope, measure=plan.measure, by=plan.by, as_of=as_of).items():
        making.writer.save(engine.from_arrow(table), contract, as_of=as_of)


def _trend(measure: Measure, by: GroupBy) -> Analysis[TrendPlan]:
    return Analysis(
        f"trend-{measure}" if by is GroupBy.ALL else f"trend-{measure}-by-{by}",
        None,
        lambda standing, _text: TrendPlan(measure, by, _history_of(standing) if by is GroupBy.TIER else None),
        (TREND_SCOPE, TREND_SERIES, TREND, TREND_FORECAST, TREND_BACKTEST),
        compute_trend,
        other_texts=lambda _standing, plan, _text: {} if plan.history is None else {"history": plan.history[0]},
    )


TRENDS: Mapping[tuple[Measure, GroupBy], Analysis[TrendPlan]] = {
    (measure, by): _trend(measure, by) for measure in Measure for by in GroupBy
}
"""A measure by month, split in one way: each an analysis of its own."""


def _series(rows: Sequence[Row], basis: _Basis, measure: Measure) -> list[Series]:
    there = {row["member"] for row in rows}
    members = [each for each in basis.members if each in there]
    found = []
    for member in members:
        values, filled = values_of([row for row in rows if row["member"] == member], basis.months, measure)
        found.append(
            series_of(
                member,
                basis.months,
                values,
                filled=filled,
                measure=measure,
                steps=MOST_MONTHS,
                models=models_for(len(members)),
            )
        )
    return found


def _basis_of(standing: Standing, by: GroupBy, history: tuple[str, tuple[date, ...]] | None) -> _Basis:
    order_line = standing.base.facts.get(Fact.ORDER_LINE)
    engine = standing.session.engine
    days = None if order_line is None else engine.fetch(days_of(order_line, as_of=standing.as_of)).to_pylist()[0]
    if order_line is None or days is None or days["first_on"] is None:
        raise NotFound.of(
            _("there are no orders up to {as_of}, so nothing can be counted by month."),
            advice=_("Map a file of orders in sources.yaml, then: fenji run"),
            as_of=standing.as_of,
        )
    found = whole_months(days["first_on"], days["last_on"], as_of=standing.as_of)
    members: tuple[str, ...] = (EVERYTHING,)
    others, months, reviews = 0, found.months, dict[date, date]()
    if by is GroupBy.CATEGORY:
        largest = largest_categories(order_line, limit=MOST_CATEGORIES, as_of=standing.as_of)
        named = engine.fetch(largest)["category"].to_pylist()
        members, others = (*named, OTHERS, NOBODY), days["categories"] - len(named)
    if by is GroupBy.TIER:
        members = (*(each.slug for each in standing.policy.tiers), NOBODY)
        reviews = reviews_of(months, history[1]) if history else dict.fromkeys(months, standing.as_of)
        months = tuple(reviews)
    ends = {each > days["first_on"]: each for each in found.left_out}
    scope = Scope(
        first_on=days["first_on"],
        last_on=days["last_on"],
        left_out_first=ends.get(False),
        left_out_last=ends.get(True),
        others=others,
        tiers_from=None if by is not GroupBy.TIER else TiersFrom.HISTORY if history else TiersFrom.PRESENT,
        tiers_run_id=(history[0] if history else standing.run.run_id) if by is GroupBy.TIER else None,
    )
    return _Basis(order_line, scope, months, members, reviews)


def _history_of(standing: Standing) -> tuple[str, tuple[date, ...]] | None:
    """The run that decided the tiers of the past under this policy, and its reviews; None where they cover too few months."""
    found = last_history(standing.session)
    followed = found.run.new.policy
    reviews = tuple(each for each in found.reviews if each < standing.as_of)
    if followed is None or followed.slug != standing.policy.slug or len(reviews) <= LEAST_MONTHS:
        return None
    return found.run.run_id, reviews


def _grouped(standing: Standing, basis: _Basis, by: GroupBy) -> ir.Table:
    """The lines with the group that each belongs to."""
    if by is GroupBy.CATEGORY:
        largest = basis.members[:-2]
        return lines_by_category(basis.order_line, largest=largest, as_of=standing.as_of)
    if by is GroupBy.TIER:
        run_id = basis.scope.tiers_run_id or standing.run.run_id
        days = [("month_on", pa.date32()), ("review_on", pa.date32())]
        calendar = pa.Table.from_pylist(
            [{"month_on": month, "review_on": review} for month, review in basis.reviews.items()], schema=pa.schema(days)
        )
        assignment = standing.session.read(run_id, insight.TIER_ASSIGNMENT)
        reviews = standing.session.engine.from_arrow(calendar)
        return lines_by_tier(basis.order_line, assignment, reviews, as_of=standing.as_of)
    return lines_of_all(basis.order_line, as_of=standing.as_of)


def _stored(found: Analyzed[TrendPlan], months: int) -> tuple[Scope, tuple[Series, ...]]:
    """The series that a run holds, with the next months of their forecasts."""
    scope, shapes = found.rows(TREND_SCOPE)[0], found.rows(TREND_SERIES, "position")
    past, coming = found.rows(TREND, "month_on"), found.rows(TREND_FORECAST, "step")
    errors = found.rows(TREND_BACKTEST)
    series = tuple(
        _read(
            shape,
            [each for each in past if each["member"] == shape["member"]],
            [each for each in coming if each["member"] == shape["member"] and each["step"] <= months],
            [each for each in errors if each["member"] == shape["member"]],
        )
        for shape in shapes
    )
    return record_of(Scope, scope), series


def _read(shape: Row, past: Sequence[Row], coming: Sequence[Row], errors: Sequence[Row]) -> Series:
    season = None
    if shape["season_strength"] is not None:
        season = record_of(Season, shape, strength=shape["season_strength"])
    order = list(TrendModel)
    told = [record_of(TrendError, each) for each in errors]
    return record_of(
        Series,
        shape,
        months=tuple(record_of(Month, each) for each in past),
        season=season,
        expected=tuple(record_of(ExpectedMonth, each) for each in coming),
        errors=tuple(sorted(told, key=lambda each: order.index(each.model))),
    )


def _lost(series: Sequence[Series], measure: Measure, by: GroupBy) -> list[Problem]:
    """The sentence where a simple rule is used although models were tried; of groups the table of the back-test tells it."""
    if by is not GroupBy.ALL:
        return []
    found = []
    for each in series:
        errors = {error.model: error.mean_absolute_error for error in each.errors}
        contest = beside_simple(errors, origins=max((error.origins for error in each.errors), default=0))
        found.append(not_better(contest, partial(contestants, measure)))
    return [each for each in found if each is not None]


def _remarks(scope: Scope, series: Sequence[Series], by: GroupBy) -> list[Problem]:
    """Warnings about months and groups."""
    found = []
    for left_out in (scope.left_out_first, scope.left_out_last):
        if left_out is not None:
            text = _("{month} is only partly covered (the data go from {first} to {last}); it is left out.")
            values = {"month": f"{left_out:%Y-%m}", "first": scope.first_on, "last": scope.last_on}
            found.append(Problem(text, values))
    if scope.tiers_from is TiersFrom.HISTORY:
        text = _(
            "tiers of a month are those of the last review before it (run {run_id}); months before the first review are left out."
        )
        found.append(Problem(text, {"run_id": scope.tiers_run_id}))
    if scope.tiers_from is TiersFrom.PRESENT:
        text = _(
            "past months use today's tiers: customers who are in a high tier today bought much in the past, so high tiers seem to have grown."
        )
        found.append(Problem(text, {}, advice=Step.DECIDE_PAST_REVIEWS))
    if scope.others > 0:
        text = _("{count} smaller categories are counted together as others.")
        found.append(Problem(text, {"count": scope.others}))
    if by is GroupBy.CATEGORY:
        found.append(Problem(_("an order or customer with several categories counts in each of them."), {}))
    held = [each for each in series if each.coverage is not None and each.coverage < each.probability - TOO_NARROW]
    if held:
        text = _(
            "the intervals of {count} of {all} series are too narrow: in the back-test they held at most {coverage} % of the months and promise {probability} %."
        )
        shares = {
            "coverage": round(max(each.coverage or 0 for each in held) * 100),
            "probability": round(held[0].probability * 100),
        }
        found.append(Problem(text, {"count": len(held), "all": len(series), **shares}))
    if filled := sum(each.filled for each in series):
        text = _("{count} months of a series without any order are counted as zero.")
        found.append(Problem(text, {"count": filled}))
    return found
