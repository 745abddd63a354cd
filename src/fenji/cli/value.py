"""The command ``fenji value``: what are customers worth today, what will they be worth, and how sure is that?"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from fenji.answers.value import CustomerValue, ValueResult
from fenji.cli.job_waiting import AsJob, done_as_job
from fenji.cli.lists import Force, Out, may_be_written, take_stored
from fenji.cli.options import AsJson, AsOf, Details, Engine, Lang, OneCustomer, Policy, Workspace, asked_of
from fenji.cli.output import Output, interval, money, number, percent
from fenji.cli.pictures import ChartFile, draw, may_be_drawn, reader_of
from fenji.cli.value_tables import (
    class_name,
    show_classes,
    show_grid,
    show_models,
    show_survival,
    show_tiers,
    show_top,
    show_trial,
)
from fenji.domain.jobs import JobKind
from fenji.domain.value import Choice, OrderModel
from fenji.language import message as _
from fenji.reports.charts.of_answers.value import value_grid
from fenji.wording.value import MODEL_NAMES, interval_line
from fenji.workflow.taking import StoredList
from fenji.workflow.value import value_at

EXAMPLES = "fenji value\nfenji value --top 50 --json\nfenji value --customer C1001"

Top = Annotated[int, typer.Option("--top", min=0, metavar="N", help=_("How many customers to list, the most valuable first."))]

CHOICES = {
    Choice.LIKELIER: _("the data are more probable under it than under the other model"),
    Choice.EQUALLY_LIKELY: _(
        "the data are as probable under both models, and this one also says of one-time buyers how likely they still are customers"
    ),
    Choice.RHYTHM_DOUBTFUL: _(
        "customers do not order by chance as both models assume, so the likelihood does not decide; this one also says of one-time buyers how likely they still are customers"
    ),
    Choice.AT_BOUND: _("the data do not determine the parameters of a model"),
    Choice.NOBODY_LEAVES: _("the model counts everybody as still a customer"),
    Choice.UPSIDE_DOWN: _("the model expects more of the lowest tier than of the highest"),
    Choice.LOSES: _("it was nearer than the model to what came after past days"),
    Choice.TOO_FEW_BUYERS: _("there are too few customers for a model"),
    Choice.TOO_FEW_REPEAT_BUYERS: _("there are too few repeat buyers for a model"),
}


def command(
    context: typer.Context,
    *,
    as_of: AsOf = None,
    policy: Policy = None,
    customer: OneCustomer = None,
    top: Top = 10,
    details: Details = False,
    out: Out = None,
    chart: ChartFile = None,
    force: Force = False,
    engine: Engine = None,
    job: AsJob = False,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints the value of the customers, or of one."""
    output = Output.chosen(context, lang, is_json=as_json)
    may_be_written(out, force=force)
    may_be_drawn(chart, force=force)
    asked = asked_of(as_of, policy, engine)
    if job:
        done_as_job(workspace, JobKind.VALUE, asked, output)
    with output.progress() as progress:
        result = value_at(
            workspace,
            **asked,
            customer=customer,
            top=top,
            progress=progress,
        )
    if chart is not None:
        draw(value_grid(result, reader_of(output)), chart, output)
    if out is not None:
        take_stored(workspace, StoredList.VALUE, out, output, run_id=result.run_id, as_of=result.as_of, force=force)
        return
    if output.is_json:
        output.json(result)
    elif result.customer is not None:
        show_customer(result, result.customer, output)
    else:
        show(result, output, details=details)


def show(result: ValueResult, output: Output, *, details: bool = False) -> None:
    """The tables and sentences for people; with the parameters of the models where details are asked for."""
    output.warn(result.warnings)
    output.heading(
        _("Value of the customers on {as_of}, policy {policy} version {version} (run {run_id})"),
        as_of=result.as_of,
        policy=result.policy,
        version=result.version,
        run_id=result.run_id,
    )
    if result.summary.buyers:
        _say_total(result, output)
        show_classes(result, output)
        show_grid(result, output)
        show_tiers(result, output)
        if details:
            show_models(result, output)
            _say_choice(result, output)
        show_trial(result, output, details=details)
        show_top(result, output)
    else:
        output.say(_("Nobody has ordered anything yet, so there is no value to show."))
    show_survival(result, output)


def show_customer(result: ValueResult, row: CustomerValue, output: Output) -> None:
    """One customer in sentences."""
    output.warn(result.warnings)
    output.heading(_("Value of customer {customer_id} on {as_of}"), customer_id=row.customer_id, as_of=result.as_of)
    output.say(
        _("Brought {revenue} {currency} in twelve months with {orders} orders, {total} {currency} ever on {days} order days."),
        revenue=money(row.net_revenue_12m),
        currency=result.currency,
        orders=number(row.orders_12m),
        total=money(row.net_revenue_total),
        days=number(row.order_days),
    )
    if row.margin_12m is not None:
        output.say(
            _("Margin of twelve months: {margin} {currency}, from the {share} of its purchases whose cost is known."),
            margin=money(row.margin_12m),
            currency=result.currency,
            share=percent(row.known_cost_share_12m),
        )
    _say_expected(result, row, output)
    _say_contracts(result, output)
    output.say(
        _("Class by value: {current}. Class by potential: {potential}."),
        current=class_name(row.current_class, output),
        potential=class_name(row.potential_class, output),
    )


def _say_expected(result: ValueResult, row: CustomerValue, output: Output) -> None:
    if not row.order_days:
        output.say(_("The customer has never ordered, so there is no forecast."))
        return
    if row.p_alive is not None:
        output.say(
            _("It still is a customer with a probability of {alive}; in twelve months with {later}."),
            alive=percent(row.p_alive),
            later=percent(row.p_alive_12m),
        )
        output.say(
            _("It will order at least once within twelve months with a probability of {any_order}."),
            any_order=percent(row.order_probability_12m),
        )
        _say_one_time(result, row, output)
    if row.expected_orders_12m is not None:
        output.say(
            _("Expected in the next twelve months: {orders} order days{interval}, {revenue} {currency}{revenue_interval}."),
            orders=number(row.expected_orders_12m, 2),
            interval=_after(interval(row.expected_orders_12m_lower, row.expected_orders_12m_upper, digits=2)),
            revenue=money(row.expected_revenue_12m),
            currency=result.currency,
            revenue_interval=_after(interval(row.expected_revenue_12m_lower, row.expected_revenue_12m_upper, digits=2)),
        )
        output.say(
            _("Lifetime value of {months} months, discounted by {rate} a year: {clv} {currency}."),
            months=result.rules.clv_months,
            rate=percent(float(result.rules.discount_rate_yearly)),
            clv=money(row.clv),
            currency=result.currency,
        )


def _say_contracts(result: ValueResult, output: Output) -> None:
    row = result.customer_contracts
    if row is None:
        return
    output.say(
        _("Contracts in force: {contracts}, {fee} {currency} a month; expected to be in force in twelve months: {later}."),
        contracts=number(row.contracts),
        fee=money(row.monthly_fee),
        currency=result.currency,
        later=number(row.contracts_12m, 2),
    )
    output.say(
        _("Fees expected in the next twelve months: {fees} {currency}; of {months} months, discounted: {clv} {currency}."),
        fees=money(row.expected_fees_12m),
        currency=result.currency,
        months=result.rules.clv_months,
        clv=money(row.fee_clv),
    )


def _say_one_time(result: ValueResult, row: CustomerValue, output: Output) -> None:
    if row.order_days != 1:
        return
    if result.order_model.model is OrderModel.MBG_NBD:
        output.say(_("It has ordered on one day only; how probable it is that it left right after that is in the numbers."))
    else:
        output.say(_("The customer has ordered on one day only; the model in use counts such customers as still active."))


def _after(interval: str) -> str:
    """An interval behind its number; nothing where there is none."""
    return "" if interval == "-" else f" {interval}"


def _say_total(result: ValueResult, output: Output) -> None:
    summary = result.summary
    if summary.expected_orders_12m is None:
        output.say(_("All orders are too recent for a forecast."))
        return
    output.say(
        _(
            "Expected of today's customers in the next twelve months: {orders} repeat order days {interval}, {revenue} {currency} {revenue_interval}."
        ),
        orders=number(summary.expected_orders_12m),
        interval=_ends(summary.expected_orders_12m_lower, summary.expected_orders_12m_upper),
        revenue=number(summary.expected_revenue_12m),
        currency=result.currency,
        revenue_interval=_ends(summary.expected_revenue_12m_lower, summary.expected_revenue_12m_upper),
    )
    output.say(interval_line(result, output.language))
    output.say(
        _(
            "Their lifetime value over {months} months, discounted by {rate} a year: {clv} {currency}. Future new customers are not included."
        ),
        months=result.rules.clv_months,
        rate=percent(float(result.rules.discount_rate_yearly)),
        clv=number(summary.clv),
        currency=result.currency,
    )
    share = summary.known_cost_share_12m
    if not share:
        output.say(_("No product's cost is known, so there is no margin."))
    else:
        output.say(_("Margin covers the {share} of sales whose cost is known."), share=percent(share))


def _ends(lower: float | Decimal | None, upper: float | Decimal | None) -> str:
    return "[-]" if lower is None else interval(lower, upper)


def _say_choice(result: ValueResult, output: Output) -> None:
    output.say(
        _("Orders follow {model}, because {why}."),
        model=output.text(MODEL_NAMES[result.order_model.model]),
        why=output.text(CHOICES[result.order_model.choice]),
    )
