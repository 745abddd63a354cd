"""The command ``fenji forecast``: tiers of the next reviews, or revenue, orders and customers of the next months; with intervals."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from fenji.answers.forecast import ForecastResult
from fenji.cli import trends
from fenji.cli.lists import Force
from fenji.cli.options import AsJson, AsOf, Details, Engine, HistoryRun, Lang, Policy, Workspace, day_of, engine_of, one_of
from fenji.cli.output import Col, Output, number, percent
from fenji.cli.pictures import ChartFile, draw, may_be_drawn, reader_of
from fenji.cli.trends import NO_BREAK
from fenji.domain.forecasts import Basis, ForecastModel
from fenji.domain.trends import GroupBy, Measure
from fenji.errors import InvalidArgument, Problem
from fenji.language import message as _
from fenji.reports.charts.of_answers.forecasts import tier_multiples, trend_multiples
from fenji.wording.forecasts import ARRIVAL_NAMES, BASIS_NAMES, MODEL_NAMES
from fenji.workflow.forecast import USUAL_REVIEWS, forecast_at
from fenji.workflow.trends import MOST_MONTHS, trend_at

EXAMPLES = "fenji forecast\nfenji forecast --reviews 12 --json\nfenji forecast --of revenue\nfenji forecast --of orders --by tier\nfenji forecast --chart forecast.svg"


class Target(StrEnum):
    """What can be forecast."""

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
        help=_("What to forecast: tiers by review, or one of the others by month. Default: tiers."),
    ),
]
By = Annotated[
    str | None,
    typer.Option("--by", metavar="|".join(Split), help=_("One series for each tier or category; not with tiers themselves.")),
]
Reviews = Annotated[
    int | None, typer.Option("--reviews", metavar="N", help=_("How many coming reviews to forecast, 1 to 12. Default: 6."))
]
Months = Annotated[
    int | None, typer.Option("--months", metavar="N", help=_("How many coming months to forecast, 1 to 12. Default: 12."))
]

FLOW_TITLES = (
    ("opening", _("opening")),
    ("new", _("+ new")),
    ("returned", _("+ returned")),
    ("upgraded_in", _("+ promoted in")),
    ("downgraded_in", _("+ demoted in")),
    ("upgraded_out", _("- promoted out")),
    ("downgraded_out", _("- demoted out")),
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
    details: Details = False,
    chart: ChartFile = None,
    force: Force = False,
    engine: Engine = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints the forecast."""
    output = Output.chosen(context, lang, is_json=as_json)
    may_be_drawn(chart, force=force)
    target = one_of(Target, of, _("target")) or Target.TIERS
    if target is Target.TIERS:
        _refuse(target, {"--by": by, "--months": months, "--as-of": as_of, "--policy": policy})
        found = forecast_at(
            workspace, reviews=USUAL_REVIEWS if reviews is None else reviews, run_id=run, engine=engine_of(engine)
        )
        if output.is_json:
            output.json(found)
        else:
            show(found, output, details=details)
        if chart is not None:
            draw(tier_multiples(found, None, reader_of(output)), chart, output)
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
        output.json(result)
    else:
        trends.show(result, output, details=details)
    if chart is not None:
        draw(trend_multiples(result, reader_of(output)), chart, output)


def _refuse(target: Target, options: Mapping[str, object]) -> None:
    """Refuses options that have no meaning for the target.

    Raises:
        InvalidArgument: some are given; all at once.
    """
    text = _("{option} has no meaning with --of {target}.")
    InvalidArgument.raise_if(
        Problem(text, {"option": name, "target": str(target)}) for name, given in options.items() if given is not None
    )


def show(result: ForecastResult, output: Output, *, details: bool = False) -> None:
    """The tables for people; with the model's parameters and the back-test of all models where details are asked for."""
    output.warn(result.warnings)
    output.heading(
        _("Expected customers by tier after {start}, policy {policy} version {version} (run {run_id})"),
        start=result.starts_on,
        policy=result.policy,
        version=result.version,
        run_id=result.run_id,
    )
    _show_counts(result, output)
    output.say(
        _(
            "In brackets: the interval in which the count will lie with a probability of {probability}, if customers go on behaving as before."
        ),
        probability=percent(result.probability, 0),
    )
    output.say("{line}", line=result.lost.sentence.in_language(output.language))
    _show_flows(result, output)
    if details:
        _say_model(result, output)
        _show_backtest(result, output)
    _say_backtest(result, output)


def _show_counts(result: ForecastResult, output: Output) -> None:
    totals = result.totals
    days = [each.review_on for each in totals]
    rows = []
    for tier, name in reversed(list(result.tier_names.items())):
        own = [each for each in result.tiers if each.tier == tier]
        cells = [_interval(each.customers, each.lower, each.upper) for each in own]
        rows.append((name.in_language(output.language), number(result.customers[tier]), *cells))
    everyone = [_interval(each.customers, each.lower, each.upper) for each in totals]
    rows.append((output.text(_("all")), number(sum(result.customers.values())), *everyone))
    head = [Col(output.text(_("tier"))), Col(str(result.starts_on), is_number=True)]
    output.table([*head, *(Col(str(day), is_number=True) for day in days)], rows)


def _interval(expected: float, lower: int, upper: int) -> str:
    return f"{number(expected)}{NO_BREAK}[{number(lower)},{NO_BREAK}{number(upper)}]"


def _show_flows(result: ForecastResult, output: Output) -> None:
    """Why the counts change: the flows of the next review."""
    following = result.totals[0]
    output.heading(_("Expected flows until {day}"), day=following.review_on)
    own = {each.tier: each for each in result.tiers if each.step == 1}
    rows = [
        (
            name.in_language(output.language),
            *(number(getattr(own[tier], part), 1) for part, _title in FLOW_TITLES),
        )
        for tier, name in reversed(list(result.tier_names.items()))
    ]
    output.table([Col(output.text(_("tier"))), *(Col(output.text(title), is_number=True) for _name, title in FLOW_TITLES)], rows)


def _say_model(result: ForecastResult, output: Output) -> None:
    output.heading(_("The model"))
    output.say(
        _("Model: {model}; rates of {movements} movements, recent ones first; arrivals follow {arrivals}."),
        model=output.text(MODEL_NAMES[result.model]),
        movements=result.movements,
        arrivals=output.text(ARRIVAL_NAMES[result.arrivals]),
    )
    if result.model is ForecastModel.COMBINED:
        parts = [f"{output.text(MODEL_NAMES[model])} {percent(weight, 0)}" for model, weight in result.weights.items()]
        output.say(_("Weights, by how near each was before: {weights}."), weights=output.text(_("; ")).join(parts))


def _show_backtest(result: ForecastResult, output: Output) -> None:
    tried = result.backtest
    if not tried.errors:
        return
    output.heading(_("Back-test: mean absolute error in customers, by reviews ahead"))
    for basis in Basis:
        errors = {(each.model, each.steps): each.mean_absolute_error for each in tried.errors if each.basis is basis}
        ahead = sorted({steps for _model, steps in errors})
        if ahead:
            output.say(_("Back-test {basis}:"), basis=output.text(BASIS_NAMES[basis]))
            rows = [
                (output.text(name), *(number(errors.get((model, steps)), 1) for steps in ahead))
                for model, name in MODEL_NAMES.items()
                if (model, ahead[0]) in errors
            ]
            output.table([Col(output.text(_("model"))), *(Col(str(steps), is_number=True) for steps in ahead)], rows)
    if tried.best is not None:
        output.say(_("Smallest error: {best}."), best=output.text(MODEL_NAMES[tried.best]))


def _say_backtest(result: ForecastResult, output: Output) -> None:
    """How far the forecast can be trusted, in one sentence."""
    tried = result.backtest
    if not tried.errors:
        text = _("No back-test yet: {count} more reviews are needed for the reviews ahead that were asked for.")
        output.say(text, count=tried.more_needed)
    elif tried.coverage is not None:
        output.say(
            _("Back-test: the intervals held {coverage} of the past counts and promise {probability}. All models: --details."),
            coverage=percent(tried.coverage),
            probability=percent(result.probability, 0),
        )
