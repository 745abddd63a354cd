"""The answer of ``fenji forecast --of revenue|orders|customers|frequency``: months, trend, season, and what is to be expected."""

from __future__ import annotations

from typing import Any

from fenji.cli.output import Col, Output, number, percent, problem_json
from fenji.domain.trends import EVERYTHING, NOBODY, OTHERS, GroupBy, Measure, Series, TrendModel
from fenji.language import message as _
from fenji.workflow.trends import TrendResult

MEASURE_NAMES = {
    Measure.REVENUE: _("net revenue"),
    Measure.ORDERS: _("orders"),
    Measure.CUSTOMERS: _("customers with an order"),
    Measure.FREQUENCY: _("orders per customer"),
}
MODEL_NAMES = {
    TrendModel.SEASONAL_NAIVE: _("seasonal naive: the month of the year before"),
    TrendModel.NAIVE: _("naive: the last month"),
    TrendModel.ETS: _("ETS: exponential smoothing"),
    TrendModel.THETA: _("Theta"),
    TrendModel.ARIMA: _("ARIMA"),
}
MONTH_NAMES = (
    _("January"),
    _("February"),
    _("March"),
    _("April"),
    _("May"),
    _("June"),
    _("July"),
    _("August"),
    _("September"),
    _("October"),
    _("November"),
    _("December"),
)
NO_BREAK = "\u00a0"
"""A blank at which no line ends: an interval stays whole."""
YEAR = 12
STRONG, WEAK = 0.64, 0.3
"""Strength of a season from which it is called strong (as statsforecast asks for a seasonal difference), and below which weak."""
STEADY = 0.03
"""Change of the trend in a year below which it is called steady."""
GROUP_MONTHS = 6
"""Coming months that a table of groups shows."""


def answer(result: TrendResult, output: Output) -> dict[str, Any]:
    """The JSON object."""
    return {
        "run_id": result.run_id,
        "as_of": result.as_of,
        "is_as_of_defaulted": result.is_as_of_defaulted,
        "policy": result.policy.slug,
        "version": result.policy.version,
        "of": str(result.measure),
        "by": None if result.by is GroupBy.ALL else str(result.by),
        "currency": result.currency if result.measure is Measure.REVENUE else None,
        "scope": {
            **vars(result.scope),
            "tiers_from": None if result.scope.tiers_from is None else str(result.scope.tiers_from),
        },
        "series": [_series(each, result, output) for each in result.series],
        "warnings": [problem_json(each, output.language) for each in result.warnings],
    }


def _series(series: Series, result: TrendResult, output: Output) -> dict[str, Any]:
    return {
        "member": series.member,
        "name": _name(series, result, output),
        "months": [vars(each) for each in series.months],
        "filled": series.filled,
        "change_12m": series.change_12m,
        "season": None if series.season is None else vars(series.season),
        "sentences": list(_sentences(series, output)),
        "model": None if series.model is None else str(series.model),
        "more_needed": series.more_needed,
        "probability": series.probability,
        "widening": series.widening,
        "coverage": series.coverage,
        "expected": [vars(each) for each in series.expected],
        "errors": [{**vars(each), "model": str(each.model)} for each in series.errors],
    }


def show(result: TrendResult, output: Output) -> None:
    """The tables for people."""
    output.warn(result.warnings)
    measure = output.text(MEASURE_NAMES[result.measure])
    if result.measure is Measure.REVENUE:
        measure = f"{measure} ({result.currency})"
    output.heading(
        _("By month up to {as_of}: {measure} (run {run_id})"), as_of=result.as_of, measure=measure, run_id=result.run_id
    )
    if result.by is GroupBy.ALL:
        for series in result.series:
            _show_months(series, result, output)
    else:
        _show_groups(result, output)
    _say_shapes(result, output)
    _show_expected(result, output)
    _show_errors(result, output)


def _say_shapes(result: TrendResult, output: Output) -> None:
    """What the series do, in words; what is true of all of them is said once, with no name."""
    said: dict[str, list[str]] = {}
    for series in result.series:
        for sentence in _sentences(series, output):
            said.setdefault(sentence, []).append(_name(series, result, output))
    for sentence, names in said.items():
        if len(names) == len(result.series):
            output.say(_("{sentence}"), sentence=sentence)
        else:
            output.say(_("{names}: {sentence}"), names=", ".join(names), sentence=sentence)


def _show_months(series: Series, result: TrendResult, output: Output) -> None:
    head = [
        Col(output.text(_("month"))),
        *(Col(output.text(each), is_number=True) for each in (_("actual"), _("trend"), _("season"))),
    ]
    rows = [
        (f"{each.month_on:%Y-%m}", *(_value(value, result) for value in (each.actual, each.trend, each.season)))
        for each in series.months
    ]
    output.table(head, rows)


def _show_groups(result: TrendResult, output: Output) -> None:
    """One line for each group: the last twelve months beside the twelve before."""
    head = [
        Col(output.text(_("group")), may_wrap=True),
        Col(output.text(_("last month")), is_number=True),
        Col(output.text(_("mean of the last 12")), is_number=True),
        Col(output.text(_("mean of the 12 before")), is_number=True),
        Col(output.text(_("trend in 12 months")), is_number=True),
    ]
    rows = []
    for each in result.series:
        actual = [month.actual for month in each.months]
        cells = (actual[-1] if actual else None, _mean(actual[-YEAR:]), _mean(actual[-2 * YEAR : -YEAR]))
        rows.append((_name(each, result, output), *(_value(cell, result) for cell in cells), percent(each.change_12m)))
    output.table(head, rows)


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if len(values) == YEAR else None


def _show_expected(result: TrendResult, output: Output) -> None:
    told = [each for each in result.series if each.expected]
    if not told:
        return
    output.heading(
        _("To be expected; in brackets, where the month will lie with a probability of {probability} if all goes on as it did"),
        probability=percent(told[0].probability, 0),
    )
    if result.by is GroupBy.ALL:
        rows = [
            (f"{each.month_on:%Y-%m}", *_interval(each.expected, each.lower, each.upper, result)) for each in told[0].expected
        ]
        titles = (_("expected"), _("interval"))
        output.table([Col(output.text(_("month"))), *(Col(output.text(each), is_number=True) for each in titles)], rows)
        return
    months = [each.month_on for each in told[0].expected][:GROUP_MONTHS]
    head = [Col(output.text(_("group")), may_wrap=True), *(Col(f"{month:%Y-%m}", is_number=True) for month in months)]
    lines = [
        (
            _name(each, result, output),
            *(
                NO_BREAK.join(_interval(month.expected, month.lower, month.upper, result))
                for month in each.expected[:GROUP_MONTHS]
            ),
        )
        for each in told
    ]
    output.table(head, lines)
    output.say(_("Each series is foretold by itself; together the groups need not be what everything is expected to be."))


def _show_errors(result: TrendResult, output: Output) -> None:
    tried = [each for each in result.series if each.errors]
    if not tried:
        output.say(_("Nothing can be tried on the past yet; the last month is taken to come again."))
        return
    output.heading(_("Tried on the past: mean absolute error by month, * the model in use"))
    models = [model for model in TrendModel if any(each.error_of(model) is not None for each in tried)]
    rows = []
    for each in tried:
        cells = [_value(each.error_of(model), result) + (" *" if model is each.model else "") for model in models]
        rows.append((_name(each, result, output), *cells, percent(each.coverage, 0)))
    head = [
        Col(output.text(_("series")), may_wrap=True),
        *(Col(output.text(MODEL_NAMES[model]), is_number=True, may_wrap=True) for model in models),
    ]
    output.table([*head, Col(output.text(_("held by intervals")), is_number=True, may_wrap=True)], rows)


def _sentences(series: Series, output: Output) -> list[str]:
    """What the series does, in words."""
    found = []
    if series.more_needed:
        text = _("{months} whole months are known; a forecast needs {more} more.")
        found.append(output.text(text, months=len(series.months), more=series.more_needed))
    if series.change_12m is not None:
        change = percent(abs(series.change_12m))
        way = _("The trend has risen by {change} in twelve months.")
        if series.change_12m < 0:
            way = _("The trend has fallen by {change} in twelve months.")
        if abs(series.change_12m) < STEADY:
            way = _("The trend has hardly changed in twelve months ({change}).")
        found.append(output.text(way, change=change))
    if series.season is None:
        if not series.more_needed:
            text = _("A season cannot be told from fewer than two years.")
            found.append(output.text(text))
        return found
    season = series.season
    if season.strength < WEAK:
        found.append(output.text(_("The time of the year matters little.")))
        return found
    text = _("Season: strongest in {peak} ({peak_effect}), weakest in {low} ({low_effect}).")
    if season.strength >= STRONG:
        text = _("A strong season: strongest in {peak} ({peak_effect}), weakest in {low} ({low_effect}).")
    found.append(
        output.text(
            text,
            peak=output.text(MONTH_NAMES[season.peak_month - 1]),
            peak_effect=_signed(season.peak_effect),
            low=output.text(MONTH_NAMES[season.low_month - 1]),
            low_effect=_signed(season.low_effect),
        )
    )
    if len(series.months) < 3 * YEAR:
        found.append(output.text(_("Each month of the year has been seen twice only.")))
    return found


def _signed(share: float) -> str:
    return f"{share * 100:+.0f}%"


def _name(series: Series, result: TrendResult, output: Output) -> str:
    if series.member == EVERYTHING:
        return output.text(_("all"))
    if series.member == OTHERS:
        return output.text(_("others"))
    if series.member == NOBODY:
        return (
            output.text(_("without a tier: new, returned or unknown"))
            if result.by is GroupBy.TIER
            else output.text(_("no category"))
        )
    if result.by is GroupBy.TIER:
        names = {tier.slug: tier.name.in_language(output.language) for tier in result.policy.tiers}
        return names.get(series.member, series.member)
    return series.member


def _value(value: float | None, result: TrendResult) -> str:
    return number(value, 2 if result.measure is Measure.FREQUENCY else 0)


def _interval(expected: float, lower: float, upper: float, result: TrendResult) -> tuple[str, str]:
    return _value(expected, result), f"[{_value(lower, result)},{NO_BREAK}{_value(upper, result)}]"
