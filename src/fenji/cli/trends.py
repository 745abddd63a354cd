"""The answer of ``fenji forecast --of revenue|orders|customers|frequency``: months, trend, season, and what is to be expected."""

from __future__ import annotations

from fenji.answers.forecast import NamedSeries, TrendResult
from fenji.cli.output import Col, Output, number, percent
from fenji.domain.trends import Measure, TrendModel
from fenji.language import message as _
from fenji.wording.trends import MEASURE_NAMES, MODEL_NAMES

NO_BREAK = "\u00a0"
"""A blank at which no line ends: an interval stays whole."""
YEAR = 12
GROUP_MONTHS = 6
"""Coming months that a table of groups shows."""


def show(result: TrendResult, output: Output, *, details: bool = False) -> None:
    """The tables for people; with the back-test of all models where details are asked for."""
    output.warn(result.warnings)
    measure = output.text(MEASURE_NAMES[result.measure])
    if result.measure is Measure.REVENUE:
        measure = f"{measure} ({result.currency})"
    output.heading(
        _("By month up to {as_of}: {measure} (run {run_id})"), as_of=result.as_of, measure=measure, run_id=result.run_id
    )
    if result.by is None:
        for series in result.series:
            _show_months(series, result, output)
    else:
        _show_groups(result, output)
    _say_shapes(result, output)
    _show_expected(result, output)
    if details:
        _show_errors(result, output)
    _say_errors(result, output)


def _say_shapes(result: TrendResult, output: Output) -> None:
    """The series in words; a sentence that is true of all of them is printed once, without a name."""
    said: dict[str, list[str]] = {}
    for series in result.series:
        for sentence in series.sentences.in_language(output.language):
            said.setdefault(sentence, []).append(series.name.in_language(output.language))
    for sentence, names in said.items():
        if len(names) == len(result.series):
            output.say(_("{sentence}"), sentence=sentence)
        else:
            output.say(_("{names}: {sentence}"), names=", ".join(names), sentence=sentence)


def _show_months(series: NamedSeries, result: TrendResult, output: Output) -> None:
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
        rows.append((each.name.in_language(output.language), *(_value(cell, result) for cell in cells), percent(each.change_12m)))
    output.table(head, rows)


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if len(values) == YEAR else None


def _show_expected(result: TrendResult, output: Output) -> None:
    told = [each for each in result.series if each.expected]
    if not told:
        return
    output.heading(
        _(
            "Forecast; in brackets, the interval in which the month will lie with a probability of {probability} if business goes on as before"
        ),
        probability=percent(told[0].probability, 0),
    )
    if result.by is None:
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
            each.name.in_language(output.language),
            *(
                NO_BREAK.join(_interval(month.expected, month.lower, month.upper, result))
                for month in each.expected[:GROUP_MONTHS]
            ),
        )
        for each in told
    ]
    output.table(head, lines)
    output.say(_("Each series has a forecast of its own; the groups need not add up to the forecast of everything."))


def _show_errors(result: TrendResult, output: Output) -> None:
    tried = [each for each in result.series if each.errors]
    if not tried:
        return
    output.heading(_("Back-test: mean absolute error by month, * the model in use"))
    models = [model for model in TrendModel if any(each.error_of(model) is not None for each in tried)]
    rows = []
    for each in tried:
        cells = [_value(each.error_of(model), result) + (" *" if model is each.model else "") for model in models]
        rows.append((each.name.in_language(output.language), *cells, percent(each.coverage, 0)))
    head = [
        Col(output.text(_("series")), may_wrap=True),
        *(Col(output.text(MODEL_NAMES[model]), is_number=True, may_wrap=True) for model in models),
    ]
    output.table([*head, Col(output.text(_("held by intervals")), is_number=True, may_wrap=True)], rows)


def _say_errors(result: TrendResult, output: Output) -> None:
    """How far the forecast can be trusted, in one sentence."""
    tried = [each for each in result.series if each.errors]
    if not tried:
        output.say(_("No back-test is possible yet; the last month is expected to come again."))
        return
    if result.by is not None:
        output.say(_("Back-test of every series and model: --details."))
        return
    only = tried[0]
    text = (
        _("Back-test: off by {error} a month on average. All models: --details.")
        if only.coverage is None
        else _(
            "Back-test: off by {error} a month on average; the intervals held {coverage} of the past months. All models: --details."
        )
    )
    error = None if only.model is None else only.error_of(only.model)
    output.say(text, error=_value(error, result), coverage=percent(only.coverage, 0))


def _value(value: float | None, result: TrendResult) -> str:
    return number(value, 2 if result.measure is Measure.FREQUENCY else 0)


def _interval(expected: float, lower: float, upper: float, result: TrendResult) -> tuple[str, str]:
    return _value(expected, result), f"[{_value(lower, result)},{NO_BREAK}{_value(upper, result)}]"
