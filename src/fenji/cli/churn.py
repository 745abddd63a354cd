"""The command ``fenji churn``: who is about to leave, why, and how good is that knowledge? With ``--propensity``: who is about to order?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fenji.analyze.churn.learning import MODELS
from fenji.answers.churn import ChurnResult, CustomerRisk, PropensityResult, TargetForecast, TierRisk
from fenji.cli.job_waiting import AsJob, done_as_job
from fenji.cli.lists import Force, Out, may_be_written, take_stored
from fenji.cli.options import AsJson, AsOf, Details, Engine, Lang, Policy, Workspace, asked_of
from fenji.cli.output import Col, Output, money, number, percent
from fenji.cli.pictures import ChartFile, draw, may_be_drawn, reader_of
from fenji.domain.churn import PURCHASE_DAYS, ChurnBy, Part, ScoreModel, State, Target
from fenji.domain.jobs import JobKind
from fenji.domain.policies import Policy as TierPolicy
from fenji.language import message as _
from fenji.reports.charts.of_answers.churn import calibration_points, risk_bars
from fenji.wording.churn import MODEL_NAMES, RISK_NAMES
from fenji.wording.reasons import LOST_BY_RULE
from fenji.workflow.churn import churn_at, propensity_at
from fenji.workflow.taking import StoredList

EXAMPLES = "fenji churn\nfenji churn --customer 13085\nfenji churn --propensity --top 50\nfenji churn --json"

CustomerId = Annotated[str | None, typer.Option("--customer", metavar="ID", help=_("One customer's risk and its reasons."))]
Propensity = Annotated[
    bool, typer.Option("--propensity", help=_("The chance of an order within 30 and 90 days instead of the risk of leaving."))
]
Top = Annotated[int, typer.Option("--top", metavar="N", help=_("How many customers to list, 0 to 1000."))]

STATE_NAMES = {State.ACTIVE: _("active"), State.LEFT: _("has left"), State.NEVER_BOUGHT: _("never ordered")}
MEASURE_NAMES = {
    "auc": _("AUC"),
    "average_precision": _("average precision"),
    "lift_10": _("lift at 10%"),
    "brier": _("Brier score"),
}
DAYS_SHOWN = (30, 90, 180, 270, 360)
"""Of the survival curves, beside the horizon of the forecast; all are in the JSON."""


def command(
    context: typer.Context,
    *,
    customer: CustomerId = None,
    propensity: Propensity = False,
    top: Top = 20,
    details: Details = False,
    as_of: AsOf = None,
    policy: Policy = None,
    out: Out = None,
    chart: ChartFile = None,
    force: Force = False,
    engine: Engine = None,
    job: AsJob = False,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints who is about to leave, or to order."""
    output = Output.chosen(context, lang, is_json=as_json)
    may_be_written(out, force=force)
    may_be_drawn(chart, force=force)
    asked = asked_of(as_of, policy, engine)
    if job:
        done_as_job(workspace, JobKind.PROPENSITY if propensity else JobKind.CHURN, asked, output)
    asked |= {"customer": customer, "top": top}
    with output.progress() as progress:
        if propensity:
            found = propensity_at(workspace, **asked, progress=progress)
        else:
            result = churn_at(workspace, **asked, progress=progress)
    if chart is not None:
        reader = reader_of(output)
        targets = list(found.targets.values()) if propensity else []
        points = calibration_points(targets[0], reader) if targets else None
        draw(points if propensity else risk_bars(result, reader), chart, output)
    if out is not None:
        what, told = (StoredList.PROPENSITY, found) if propensity else (StoredList.CHURN, result)
        take_stored(workspace, what, out, output, run_id=told.run_id, as_of=told.as_of, force=force)
        return
    if output.is_json:
        output.json(found if propensity else result)
    elif propensity:
        show_propensity(found, output, details=details)
    else:
        show(result, output, details=details)


def show(result: ChurnResult, output: Output, *, details: bool = False) -> None:
    """The tables for people; with the comparison of models where details are asked for."""
    output.warn(result.warnings)
    output.heading(
        _("Customers who may leave, as of {as_of}, policy {policy} version {version} (run {run_id})"),
        as_of=result.as_of,
        policy=result.policy,
        version=result.version,
        run_id=result.run_id,
    )
    output.say("{line}", line=result.definition.sentence.in_language(output.language))
    if result.customer is not None:
        _show_customer(result, result.customer, output)
        return
    _show_tiers(result, output)
    _show_quality(result.forecast, Target.CHURN, output, details=details)
    _show_drivers(result, output)
    _show_survival(result, output)
    _show_top(result, output)


def show_propensity(result: PropensityResult, output: Output, *, details: bool = False) -> None:
    """The tables for people; with the comparison of models where details are asked for."""
    output.warn(result.warnings)
    output.heading(
        _("Customers who may order, as of {as_of}, policy {policy} version {version} (run {run_id})"),
        as_of=result.as_of,
        policy=result.policy,
        version=result.version,
        run_id=result.run_id,
    )
    for target, days in PURCHASE_DAYS.items():
        count = result.expected[target]
        if count is not None:
            text = _("Within {days} days about {count} of {customers} customers are expected to order.")
            output.say(text, days=days, count=number(count), customers=number(result.customers))
    for target, forecast in result.targets.items():
        _show_quality(forecast, target, output, details=details)
    rows = [result.customer] if result.customer is not None else list(result.top)
    if rows:
        output.heading(_("The likeliest to order") if result.customer is None else _("This customer"))
        titles = [
            Col(output.text(_("customer"))),
            *(Col(output.text(_("within {days} days"), days=days), is_number=True) for days in PURCHASE_DAYS.values()),
        ]
        cells = (
            (str(each.customer_id), percent(each.purchase_probability_30d), percent(each.purchase_probability_90d))
            for each in rows
        )
        output.table(titles, cells)


def _show_tiers(result: ChurnResult, output: Output) -> None:
    titles = [
        Col(output.text(_("tier"))),
        *(
            Col(output.text(each), is_number=True)
            for each in (_("active"), *RISK_NAMES.values(), _("expected to leave (model)"), _("has left"))
        ),
        Col(output.text(_("revenue of 12 months at high risk ({currency})"), currency=result.currency), is_number=True),
    ]
    rows = [_tier_cells(each, result.tier_policy, output) for each in result.tiers]
    output.table(titles, rows)


def _tier_cells(each: TierRisk, policy: TierPolicy, output: Output) -> tuple[str, ...]:
    counts = (number(count) for count in (each.active, each.high, each.middle, each.low))
    return (
        _tier_name(each.tier, policy, output),
        *counts,
        number(each.expected, 1),
        number(each.left),
        money(each.net_revenue_12m_at_high),
    )


def _show_quality(forecast: TargetForecast, target: Target, output: Output, *, details: bool) -> None:
    """The back-test; with details, of each model."""
    if forecast.shown_part is None:
        return
    if target is Target.CHURN:
        output.heading(_("Back-test of the risk of leaving"))
    else:
        output.heading(_("Back-test of an order within {days} days"), days=PURCHASE_DAYS[target])
    if details:
        _show_models(forecast, output)
    _say_dates(forecast, output)
    if details:
        _say_choice(forecast, output)
    if forecast.calibration:
        titles = (_("decile"), _("customers"), _("expected"), _("observed"), _("95% interval"))
        output.table(
            [Col(output.text(each), is_number=True) for each in titles],
            (
                (
                    str(each.tenth),
                    number(each.customers),
                    percent(each.expected_share),
                    percent(each.observed_share),
                    f"{percent(each.lower)} - {percent(each.upper)}",
                )
                for each in forecast.calibration
            ),
        )


def _show_models(forecast: TargetForecast, output: Output) -> None:
    rows = []
    for each in (*MODELS, ScoreModel.ORDERS):
        if forecast.figure(each, "brier") is not None:
            figures = (forecast.figure(each, measure) for measure in MEASURE_NAMES)
            mark = output.text(_("used")) if each is forecast.used else ""
            rows.append((output.text(MODEL_NAMES[each]), *(number(figure, 3) for figure in figures), mark))
    measures = (Col(output.text(each), is_number=True) for each in MEASURE_NAMES.values())
    output.table([Col(output.text(_("model"))), *measures, Col("")], rows)


def _say_dates(forecast: TargetForecast, output: Output) -> None:
    """From which dates it was learned, and on which it was tried."""
    sample = {part: sorted(each.on for each in forecast.samples if each.part is part) for part in Part}
    if forecast.shown_part is Part.EVALUATE:
        output.say(
            _(
                "Learned from {first} to {last}, chosen and calibrated on {chosen}, tested on {tried} with {customers} customers, of whom {share} did so. The model in use was learned in the same way, one horizon later."
            ),
            first=sample[Part.TRIAL_TRAIN][0],
            last=sample[Part.TRIAL_TRAIN][-1],
            chosen=sample[Part.TRIAL_CALIBRATE][0],
            tried=sample[Part.EVALUATE][0],
            customers=number(next(each.customers for each in forecast.samples if each.part is Part.EVALUATE)),
            share=percent(forecast.figure(forecast.used or ScoreModel.RECENCY, "base_rate")),
        )
    if sample[Part.SEASON]:
        output.say(_("The average probability follows the same season a year before, after {day}."), day=sample[Part.SEASON][0])


def _say_choice(forecast: TargetForecast, output: Output) -> None:
    if forecast.used is None or forecast.lack is not None:
        return
    scores = {each: forecast.figure(each, "auc", Part.TRIAL_CALIBRATE) or forecast.figure(each, "auc") for each in MODELS}
    text = _("Used is what ranked best on the date of choice: {model} (AUC {auc}; {others}).")
    rivals = [f"{output.text(MODEL_NAMES[each])} {number(scores[each], 3)}" for each in MODELS if each is not forecast.used]
    others = output.text(_(", ")).join(rivals)
    output.say(text, model=output.text(MODEL_NAMES[forecast.used]), auc=number(scores[forecast.used], 3), others=others)


def _show_drivers(result: ChurnResult, output: Output) -> None:
    if not result.main_drivers:
        return
    output.heading(_("What drives the risk"))
    titles = [
        Col(output.text(_("driver"))),
        *(Col(output.text(each), is_number=True) for each in (_("weight"), _("true of"), _("reason for"))),
    ]
    rows = []
    for each in result.main_drivers:
        added = each.contribution_where_true
        effect = _("raises it") if (added or 0) > 0 else _("lowers it")
        said = "-" if added is None else output.text(effect)
        name = each.name.in_language(output.language)
        rows.append((name, percent(each.share), number(each.customers), number(each.reasons), said))
    output.table([*titles, Col(output.text(_("where true")))], rows)


def _show_survival(result: ChurnResult, output: Output) -> None:
    if not result.survival:
        return
    output.heading(_("Share still with us, of the active customers of {day}"), day=result.survival[0].from_on)
    horizon = result.definition.horizon_days
    # By days nobody leaves before the horizon.
    first = horizon if result.definition.by is ChurnBy.DAYS else 0
    days = [each for each in sorted({*DAYS_SHOWN, horizon}) if each >= first and any(row.days == each for row in result.survival)]
    found = {(each.tier, each.days): each.staying for each in result.survival}
    rows = []
    for tier in (each.slug for each in reversed(result.tier_policy.tiers)):
        own = [each for each in result.survival if each.tier == tier]
        if own:
            cells = (percent(found[tier, each]) for each in days)
            rows.append((_tier_name(tier, result.tier_policy, output), number(own[0].customers), *cells))
    titles = [output.text(_("after {days} days"), days=each) for each in days]
    output.table(
        [Col(output.text(_("tier"))), *(Col(each, is_number=True) for each in (output.text(_("customers")), *titles))], rows
    )


def _show_top(result: ChurnResult, output: Output) -> None:
    if not result.top:
        return
    output.heading(_("Customers with the most revenue at stake"))
    titles = [
        Col(output.text(_("customer"))),
        Col(output.text(_("tier"))),
        Col(output.text(_("risk")), is_number=True),
        Col(output.text(_("revenue of 12 months ({currency})"), currency=result.currency), is_number=True),
        Col(output.text(_("at stake")), is_number=True),
        Col(output.text(_("reasons")), may_wrap=True),
    ]
    rows = (
        (
            str(each.customer_id),
            _tier_name(each.tier, result.tier_policy, output),
            percent(each.probability),
            number(each.facts.get("net_revenue_12m"), 2),
            number(each.expected_loss),
            _reasons(each, output),
        )
        for each in result.top
    )
    output.table(titles, rows)


def _show_customer(result: ChurnResult, customer: CustomerRisk, output: Output) -> None:
    values = {"customer": customer.customer_id or "-", "tier": _tier_name(customer.tier, result.tier_policy, output)}
    output.heading(_("Customer {customer}, {tier}: {state}"), **values, state=output.text(STATE_NAMES[customer.state]))
    if customer.probability is not None and customer.risk_class is not None:
        text = _("Leaves with a probability of {probability}: {risk}.")
        output.say(text, probability=percent(customer.probability), risk=output.text(RISK_NAMES[customer.risk_class]))
    elif customer.risk_class is not None:
        output.say(_("By the time since the last order: {risk}."), risk=output.text(RISK_NAMES[customer.risk_class]))
    for each in customer.reasons:
        output.say("  - {line}", line=each.sentence.in_language(output.language))


def _reasons(customer: CustomerRisk, output: Output) -> str:
    gap = output.text(_("; "))
    return gap.join(each.sentence.in_language(output.language) for each in customer.reasons) or "-"


def _tier_name(tier: str | None, policy: TierPolicy, output: Output) -> str:
    if tier is None:
        return output.text(LOST_BY_RULE)
    return policy.tiers[policy.rank_of(tier)].name.in_language(output.language)
