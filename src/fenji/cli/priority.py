"""The command ``fenji priority``: whom to serve first and why, and who may rise, fall, or become a frequent customer?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from fenji.answers.priority import FrequentCandidate, PlacedCustomer, PriorityResult, UpgradeCandidate, WatchedCustomer
from fenji.cli.job_waiting import AsJob, done_as_job
from fenji.cli.lists import Force, Out, may_be_written, take_stored
from fenji.cli.options import AsJson, AsOf, Engine, Lang, OneCustomer, Policy, Workspace, asked_of
from fenji.cli.output import Col, Output, money, number, percent
from fenji.cli.pictures import ChartFile, draw, may_be_drawn, reader_of
from fenji.domain.jobs import JobKind
from fenji.domain.priority import Frequent, PartRule, Watch
from fenji.language import message as _
from fenji.reports.charts.of_answers.priority import mark_bars
from fenji.wording.priority import (
    FREQUENT_NAMES,
    PART_NAMES,
    WATCH_NAMES,
    mark_name,
)
from fenji.wording.reasons import tier_name
from fenji.wording.rules import Wording
from fenji.workflow.priority import priority_at
from fenji.workflow.taking import StoredList

EXAMPLES = "fenji priority\nfenji priority --top 50 --json\nfenji priority --customer C1001"

Top = Annotated[
    int, typer.Option("--top", min=0, metavar="N", help=_("How many customers of the order and of each list to show."))
]


def command(
    context: typer.Context,
    *,
    as_of: AsOf = None,
    policy: Policy = None,
    customer: OneCustomer = None,
    top: Top = 10,
    out: Out = None,
    chart: ChartFile = None,
    force: Force = False,
    engine: Engine = None,
    job: AsJob = False,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints the priority ranking and the lists, or one customer's place in them."""
    output = Output.chosen(context, lang, is_json=as_json)
    may_be_written(out, force=force)
    may_be_drawn(chart, force=force)
    asked = asked_of(as_of, policy, engine)
    if job:
        done_as_job(workspace, JobKind.PRIORITY, asked, output)
    with output.progress() as progress:
        result = priority_at(
            workspace,
            **asked,
            customer=customer,
            top=top,
            progress=progress,
        )
    if chart is not None:
        draw(mark_bars(result, reader_of(output)), chart, output)
    if out is not None:
        take_stored(workspace, StoredList.PRIORITY, out, output, run_id=result.run_id, as_of=result.as_of, force=force)
        return
    if output.is_json:
        output.json(result)
    elif result.customer is not None:
        show_customer(result, result.customer, output)
    else:
        show(result, output)


def show(result: PriorityResult, output: Output) -> None:
    """The tables and sentences for people."""
    output.warn(result.warnings)
    output.heading(
        _("Priority of the customers on {as_of}, policy {policy} version {version} (run {run_id})"),
        as_of=result.as_of,
        policy=result.policy,
        version=result.version,
        run_id=result.run_id,
    )
    _show_order(result, output)
    _say_capacity(result, output)
    _show_parts(result, output)
    _show_marks(result, output)
    _show_upgrades(result, output)
    _show_watch(result, output)
    _show_frequent(result, output)


def show_customer(result: PriorityResult, customer: PlacedCustomer, output: Output) -> None:
    """One customer's place, and the lists on which it stands."""
    output.warn(result.warnings)
    output.heading(_("Priority of customer {customer_id} on {as_of}"), customer_id=customer.customer_id, as_of=result.as_of)
    for line in customer.sentences.in_language(output.language):
        output.say("  - {line}", line=line)
    own = result.customer_lists
    places = (
        (own.upgrades, _("Upgrade candidate, place {place}: {line}")),
        (own.watch, _("Downgrade watch, place {place}: {line}")),
        (own.frequent, _("May become a frequent customer, place {place}: {line}")),
    )
    for listed, title in places:
        if listed is not None:
            output.say(title, place=number(listed.place), line=listed.sentence.in_language(output.language))
    if all(listed is None for listed, _title in places):
        output.say(_("The customer is on none of the three lists."))


def _show_order(result: PriorityResult, output: Output) -> None:
    wording = _wording(result, output)
    counted = [each.part for each in result.rules.parts]
    heads = [
        Col(output.text(_("place")), is_number=True),
        Col(output.text(_("customer"))),
        Col(output.text(_("tier"))),
        Col(output.text(_("points")), is_number=True),
        *(
            Col(output.text(_("{part} points"), part=output.text(PART_NAMES[part])), is_number=True, may_wrap=True)
            for part in counted
        ),
        Col(output.text(_("mark"))),
    ]
    rows = [
        (
            number(row.position),
            row.customer_id,
            tier_name(result.tier_policy, row.tier, wording),
            number(row.score, 1),
            *(number(row.points(part), 1) for part in counted),
            row.mark,
        )
        for row in result.order
    ]
    if rows:
        output.table(heads, rows)
    output.say(_("The points of the parts add up to the score. A dash: no value is known, so the other parts weigh more."))


def _say_capacity(result: PriorityResult, output: Output) -> None:
    if result.served is None:
        return
    text = _("{served} of {customers} customers can be served.")
    output.say(text, served=number(result.served), customers=number(result.customers))
    if result.tied_beyond:
        output.say(
            _("{count} customers beyond have as many points as the last one within; the customer's key decided."),
            count=number(result.tied_beyond),
        )


def _show_parts(result: PriorityResult, output: Output) -> None:
    wording, rules = _wording(result, output), {each.part: each for each in result.rules.parts}
    output.heading(_("What counts, and how much"))
    heads = [
        Col(output.text(_("part"))),
        Col(output.text(_("measured by"))),
        Col(output.text(_("weight")), is_number=True),
        Col(output.text(_("taken as"))),
        Col(output.text(_("known of")), is_number=True),
        Col(output.text(_("mean points")), is_number=True),
    ]
    rows = [
        (
            output.text(PART_NAMES[row.part]),
            wording.name(row.measure),
            percent(row.weight_share),
            _taken_as(rules[row.part], output),
            number(row.customers_with_value),
            number(row.mean_points, 1),
        )
        for row in result.parts
    ]
    output.table(heads, rows)


def _taken_as(rule: PartRule, output: Output) -> str:
    first = output.text(_("high first")) if rule.first == "high" else output.text(_("low first"))
    if rule.scale is None:
        return output.text(_("percentile, {first}"), first=first)
    low, high = (f"{end:f}" for end in rule.scale)
    return output.text(_("{low} to {high}, {first}"), low=low, high=high, first=first)


def _show_marks(result: PriorityResult, output: Output) -> None:
    wording, measure = _wording(result, output), result.pareto.measure
    output.heading(_("Concentration of {measure}"), measure=wording.name(measure))
    heads = [
        Col(output.text(_("mark"))),
        Col(output.text(_("customers")), is_number=True),
        Col(output.text(_("share")), is_number=True),
        Col(output.text(_("amount")), is_number=True),
        Col(output.text(_("share of it")), is_number=True),
    ]
    rows = [
        (
            mark_name(row.mark, result.rules, wording),
            number(row.customers),
            percent(row.customer_share),
            money(row.amount),
            percent(row.amount_share),
        )
        for row in result.marks
    ]
    output.table(heads, rows)


def _show_upgrades(result: PriorityResult, output: Output) -> None:
    wording, sizes = _wording(result, output), result.lists.upgrades.by
    output.heading(_("Upgrade candidates: {count}"), count=number(sum(sizes.values())))
    if not sizes:
        output.say(_("No customer is both close to the next tier and likely to reach it."))
        return
    order = [tier.slug for tier in result.tier_policy.tiers]
    counts = [
        output.text(_("to {tier}: {count}"), tier=tier_name(result.tier_policy, tier, wording), count=number(sizes[tier]))
        for tier in sorted(sizes, key=order.index)
    ]
    output.say("{counts}", counts=output.text(_(", ")).join(counts))
    _show_list(result, result.lists.upgrades.first, output)


def _show_watch(result: PriorityResult, output: Output) -> None:
    sizes = result.lists.watch.by
    output.heading(_("Downgrade watch: {count}"), count=number(sum(sizes.values())))
    if not sizes:
        output.say(_("No customer above the lowest tier is at risk of losing it."))
        return
    counts = [
        output.text(_("{what}: {count}"), what=output.text(WATCH_NAMES[watch]), count=number(sizes[watch]))
        for watch in Watch
        if watch in sizes
    ]
    output.say("{counts}", counts=output.text(_(", ")).join(counts))
    _show_list(result, result.lists.watch.first, output)


def _show_frequent(result: PriorityResult, output: Output) -> None:
    sizes = result.lists.frequent.by
    output.heading(_("May become frequent customers: {count}"), count=number(sum(sizes.values())))
    if not sizes:
        output.say(_("No customer who is new or ordered rarely is expected to order more than others."))
        return
    counts = [
        output.text(_("{what}: {count}"), what=output.text(FREQUENT_NAMES[kind]), count=number(sizes[kind]))
        for kind in Frequent
        if kind in sizes
    ]
    output.say("{counts}", counts=output.text(_(", ")).join(counts))
    _show_list(result, result.lists.frequent.first, output)


def _show_list(
    result: PriorityResult, first: Sequence[UpgradeCandidate | WatchedCustomer | FrequentCandidate], output: Output
) -> None:
    wording = _wording(result, output)
    heads = [
        Col(output.text(_("place")), is_number=True),
        Col(output.text(_("customer"))),
        Col(output.text(_("tier"))),
        Col(output.text(_("why")), may_wrap=True),
    ]
    rows = [
        (
            number(row.place),
            row.customer_id,
            tier_name(result.tier_policy, row.tier, wording),
            row.sentence.in_language(output.language),
        )
        for row in first
    ]
    if rows:
        output.table(heads, rows)


def _wording(result: PriorityResult, output: Output) -> Wording:
    return Wording(result.measures, output.language, result.currency)
