"""The command ``fenji forecast``: tiers of the next reviews, or revenue, orders and customers of the next months; and how sure is that?"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from fenji.cli import trends
from fenji.cli.options import AsJson, AsOf, Engine, HistoryRun, Lang, Policy, Workspace, day_of, engine_of, one_of
from fenji.cli.output import Col, Output, number, percent, problem_json
from fenji.cli.trends import NO_BREAK
from fenji.domain.forecasts import Basis, ForecastModel
from fenji.domain.trends import GroupBy, Measure
from fenji.errors import InvalidArgument, Problem
from fenji.language import message as _
from fenji.wording.reviews import lost_sentence
from fenji.workflow.forecast import ForecastResult, forecast_at
from fenji.workflow.trends import MOST_MONTHS, trend_at

EXAMPLES = "fenji forecast\nfenji forecast --reviews 12 --json\nfenji forecast --of revenue\nfenji forecast --of orders --by tier"


REVIEWS = 6
"""That are foretold where nothing else is asked for: half a year of months."""


class Target(StrEnum):
    """What can be foretold."""

    TIERS = "tiers"
    REVENUE = "revenue"
    ORDERS = "orders"
    CUSTOMERS = "customers"
    FREQUENCY = "frequency"


class Split(StrEnum):
    """What series by month can be split by."""

    TIER = "tier"
    CATEGORY = "category"


Of = Annotated[
    str,
    typer.Option(
        "--of",
        metavar="|".join(Target),
        help=_("What to foretell: tiers by review, or one of the others by month. Default: tiers."),
    ),
]
By = Annotated[
    str | None,
    typer.Option("--by", metavar="|".join(Split), help=_("One series for each tier or category; not with tiers themselves.")),
]
Reviews = Annotated[
    int | None, typer.Option("--reviews", metavar="N", help=_("How many coming reviews to foretell, 1 to 12. Default: 6."))
]
Months = Annotated[
    int | None, typer.Option("--months", metavar="N", help=_("How many coming months to foretell, 1 to 12. Default: 12."))
]

MODEL_NAMES = {
    ForecastModel.COMBINED: _("combined: the weighted mean of flows and naive"),
    ForecastModel.FLOWS: _("flows by tier"),
    ForecastModel.FLOWS_BY_RECENCY: _("flows by tier and time since the last order"),
    ForecastModel.NAIVE: _("naive: the last count stays"),
    ForecastModel.DRIFT: _("drift: the mean change goes on"),
    ForecastModel.ETS: _("ETS: each tier smoothed by itself"),
}
ARRIVAL_NAMES = {
    "level": _("a level"),
    "damped_trend": _("a level and a damped trend"),
    "seasonal": _("a level and seasons"),
    "seasonal_damped_trend": _("a level, seasons and a damped trend"),
}
BASIS_NAMES = {
    Basis.SETTLED: _("from reviews with full windows"),
    Basis.START_UP: _("from reviews at which windows were filling, or had just become full"),
}
FLOW_TITLES = (
    ("opening", _("opening")),
    ("new", _("+ new")),
    ("returned", _("+ returned")),
    ("upgraded_in", _("+ up from below")),
    ("downgraded_in", _("+ down from above")),
    ("upgraded_out", _("- up and out")),
    ("downgraded_out", _("- down and out")),
    ("lost", _("- lost")),
    ("customers", _("= closing")),
)


def command(
    context: typer.Context,
    *,
    of: Of = Target.TIERS.value,
    by: By = None,
    reviews: Reviews = None,
    months: Months = None,
    run: HistoryRun = None,
    as_of: AsOf = None,
    policy: Policy = None,
    engine: Engine = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints the forecast."""
    output = Output.chosen(context, lang, is_json=as_json)
    target = one_of(Target, of, _("target")) or Target.TIERS
    if target is Target.TIERS:
        _refuse(target, {"--by": by, "--months": months, "--as-of": as_of, "--policy": policy})
        found = forecast_at(workspace, reviews=REVIEWS if reviews is None else reviews, run_id=run, engine=engine_of(engine))
        if output.is_json:
            output.json(answer(found, output))
        else:
            show(found, output)
        return
    _refuse(target, {"--reviews": reviews, "--run": run})
    split = one_of(Split, by, _("split"))
    with output.progress() as progress:
        result = trend_at(
            workspace,
            measure=Measure(target),
            by=GroupBy.ALL if split is None else GroupBy(split),
            months=MOST_MONTHS if months is None else months,
            as_of=day_of(as_of),
            policy=policy,
            engine=engine_of(engine),
            progress=progress,
        )
    if output.is_json:
        output.json(trends.answer(result, output))
    else:
        trends.show(result, output)


def _refuse(target: Target, options: Mapping[str, object]) -> None:
    """Options that mean nothing for what is foretold.

    Raises:
        InvalidArgument: some are given; all at once.
    """
    text = _("{option} has no meaning with --of {target}.")
    InvalidArgument.raise_if(
        Problem(text, {"option": name, "target": str(target)}) for name, given in options.items() if given is not None
    )


def answer(result: ForecastResult, output: Output) -> dict[str, Any]:
    """The JSON object."""
    found, tried = result.forecast, result.forecast.backtest
    return {
        "run_id": result.run_id,
        "as_of": result.as_of,
        "policy": result.policy.slug,
        "version": result.policy.version,
        "of": "tiers",
        "history_run_id": result.history_run_id,
        "starts_on": result.starts_on,
        "model": str(found.model),
        "weights": {str(model): weight for model, weight in found.weights.items()},
        "arrivals": found.arrivals,
        "movements": found.movements,
        "left_out": found.left_out,
        "probability": found.probability,
        "widening": found.widening,
        "lost": {
            "after_days": result.lost_rule.after_days,
            "after_intervals": result.lost_rule.after_intervals,
            "sentence": lost_sentence(result.lost_rule, output.language),
        },
        "customers": result.customers,
        "tiers": [vars(each) for each in found.tiers],
        "totals": [vars(each) for each in found.totals],
        "backtest": {
            "basis": str(tried.basis),
            "best": None if tried.best is None else str(tried.best),
            "coverage": found.coverage,
            "more_needed": tried.more_needed,
            "errors": [{**vars(each), "model": str(each.model), "basis": str(each.basis)} for each in tried.errors],
        },
        "warnings": [problem_json(each, output.language) for each in result.warnings],
    }


def show(result: ForecastResult, output: Output) -> None:
    """The tables for people."""
    output.warn(result.warnings)
    output.heading(
        _("Expected customers by tier after {start}, policy {policy} version {version} (run {run_id})"),
        start=result.starts_on,
        policy=result.policy.slug,
        version=result.policy.version,
        run_id=result.run_id,
    )
    found = result.forecast
    _show_counts(result, output)
    output.say(
        _("In brackets: where the count will lie with a probability of {probability}, if customers go on as they did."),
        probability=percent(found.probability, 0),
    )
    output.say(
        _("Model: {model}; rates of {movements} movements, recent ones first; arrivals follow {arrivals}."),
        model=output.text(MODEL_NAMES[found.model]),
        movements=found.movements,
        arrivals=output.text(ARRIVAL_NAMES[found.arrivals]),
    )
    if found.model is ForecastModel.COMBINED:
        parts = [f"{output.text(MODEL_NAMES[model])} {percent(weight, 0)}" for model, weight in found.weights.items()]
        output.say(_("Weights, by how near each was before: {weights}."), weights="; ".join(parts))
    output.say("{line}", line=lost_sentence(result.lost_rule, output.language))
    _show_flows(result, output)
    _show_backtest(result, output)


def _show_counts(result: ForecastResult, output: Output) -> None:
    totals = result.forecast.totals
    days = [each.review_on for each in totals]
    rows = []
    for tier in reversed(result.policy.tiers):
        own = [each for each in result.forecast.tiers if each.tier == tier.slug]
        cells = [_interval(each.customers, each.lower, each.upper) for each in own]
        rows.append((tier.name.in_language(output.language), number(result.customers[tier.slug]), *cells))
    everyone = [_interval(each.customers, each.lower, each.upper) for each in totals]
    rows.append((output.text(_("all")), number(sum(result.customers.values())), *everyone))
    head = [Col(output.text(_("tier"))), Col(str(result.starts_on), is_number=True)]
    output.table([*head, *(Col(str(day), is_number=True) for day in days)], rows)


def _interval(expected: float, lower: int, upper: int) -> str:
    return f"{number(expected)}{NO_BREAK}[{number(lower)},{NO_BREAK}{number(upper)}]"


def _show_flows(result: ForecastResult, output: Output) -> None:
    """Why the counts change: the flows of the next review."""
    following = result.forecast.totals[0]
    output.heading(_("Expected flows until {day}"), day=following.review_on)
    own = {each.tier: each for each in result.forecast.tiers if each.step == 1}
    rows = [
        (
            tier.name.in_language(output.language),
            *(number(getattr(own[tier.slug], name), 1) for name, _title in FLOW_TITLES),
        )
        for tier in reversed(result.policy.tiers)
    ]
    output.table([Col(output.text(_("tier"))), *(Col(output.text(title), is_number=True) for _name, title in FLOW_TITLES)], rows)


def _show_backtest(result: ForecastResult, output: Output) -> None:
    tried = result.forecast.backtest
    output.heading(_("Tried on the past: mean absolute error in customers, by reviews ahead"))
    if not tried.errors:
        text = _("Nothing can be tried yet: {count} more reviews are needed for the reviews ahead that were asked for.")
        output.say(text, count=tried.more_needed)
        return
    for basis in Basis:
        ahead = sorted({each.steps for each in tried.errors if each.basis is basis})
        if ahead:
            output.say(_("Tried {basis}:"), basis=output.text(BASIS_NAMES[basis]))
            rows = [
                (output.text(name), *(number(tried.error_of(model, steps, basis), 1) for steps in ahead))
                for model, name in MODEL_NAMES.items()
                if tried.error_of(model, ahead[0], basis) is not None
            ]
            output.table([Col(output.text(_("model"))), *(Col(str(steps), is_number=True) for steps in ahead)], rows)
    if tried.best is not None:
        output.say(
            _("Best: {best}. Intervals held {coverage} of the past counts; they promise {probability}."),
            best=output.text(MODEL_NAMES[tried.best]),
            coverage=percent(result.forecast.coverage),
            probability=percent(result.forecast.probability, 0),
        )
