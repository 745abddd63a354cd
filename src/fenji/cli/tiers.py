"""The command ``fenji tiers``: how many customers stand in each tier at a date, and what do they bring?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from fenji.answers.tiers import TierGroup, TiersResult
from fenji.cli.lists import Force
from fenji.cli.options import AsJson, AsOf, Engine, Lang, PastRun, Policy, Where, Workspace, day_of, engine_of
from fenji.cli.output import Col, Output, money, number, percent, show_conditions
from fenji.cli.pictures import ChartFile, draw, may_be_drawn, reader_of
from fenji.domain.metrics import Unit
from fenji.errors import InvalidArgument
from fenji.language import message as _
from fenji.reports.charts.of_answers.tiers import group_bars, tier_bars
from fenji.workflow.tiers import tiers_at, tiers_of_run
from fenji.workspace.headlines import is_headline

EXAMPLES = "fenji tiers\nfenji tiers --as-of 2011-12-09 --by region\nfenji tiers --run 20260203T050607-1a2b\nfenji tiers --chart tiers.svg\nfenji tiers --json"

By = Annotated[
    str | None,
    typer.Option(
        "--by",
        metavar=_("COLUMN"),
        help=_("Tiers by a customer column such as region, or by bands of a metric such as orders_12m or orders_12m:0,1,5,10."),
    ),
]
GROUPS_SHOWN = 40
"""Groups of a cross table listed for people; --json lists them all."""


def command(
    context: typer.Context,
    *,
    as_of: AsOf = None,
    by: By = None,
    where: Where = None,
    run: PastRun = None,
    policy: Policy = None,
    chart: ChartFile = None,
    force: Force = False,
    engine: Engine = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints the tiers at a date."""
    output = Output.chosen(context, lang, is_json=as_json)
    may_be_drawn(chart, force=force)
    day = day_of(as_of)
    if run is not None:
        if policy is not None or engine is not None:
            raise InvalidArgument.of(
                _("a past run has followed its own policy on its own engine; leave out --policy and --engine.")
            )
        result = tiers_of_run(workspace, run, as_of=day, by=by, where=where or ())
    else:
        with output.progress() as progress:
            result = tiers_at(
                workspace, as_of=day, policy=policy, by=by, where=where or (), engine=engine_of(engine), progress=progress
            )
    if output.is_json:
        output.json(result)
    else:
        show(result, output)
    if chart is not None:
        reader = reader_of(output)
        draw(group_bars(result, reader) or tier_bars(result, reader), chart, output)


def show(result: TiersResult, output: Output) -> None:
    """The tables for people."""
    first = [each for each in result.warnings if is_headline(each)]
    output.warn(each for each in result.warnings if each not in first)
    for each in first:
        output.say(_("Note: {problem}"), problem=each.describe(output.language))
    _show_head(result, output)
    show_conditions(result.conditions, output)
    show_tiers(result, output)
    _show_metrics(result, output)
    if result.by is not None and result.groups is not None:
        _show_groups(result, result.by.in_language(output.language), result.groups, output)


def _show_head(result: TiersResult, output: Output) -> None:
    values = {"as_of": result.as_of, "policy": result.policy, "version": result.version}
    if result.is_as_of_defaulted:
        output.heading(_("Tiers as of {as_of} (choose another day with --as-of), policy {policy} version {version}"), **values)
    else:
        output.heading(_("Tiers as of {as_of}, policy {policy} version {version}"), **values)


def show_tiers(result: TiersResult, output: Output) -> None:
    """Customers and revenue per tier, the highest first, with their sum."""
    titles = [_("customers"), _("share"), _("revenue of 12 months ({currency})"), _("share of revenue")]
    rows = [
        (
            each.name.in_language(output.language),
            number(each.customers),
            percent(each.share),
            money(each.net_revenue_12m),
            percent(each.revenue_share),
        )
        for each in reversed(result.tiers)
    ]
    rows.append(
        (
            output.text(_("all")),
            number(result.customers),
            percent(1 if result.customers else None),
            money(result.net_revenue_12m),
            "",
        )
    )
    head = Col(output.text(_("tier")))
    output.table([head, *(Col(output.text(title, currency=result.currency), is_number=True) for title in titles)], rows)
    if result.unattributed_net_revenue_12m:
        output.say(
            _("Beside these, {amount} {currency} of the same months belongs to no known customer."),
            amount=money(result.unattributed_net_revenue_12m),
            currency=result.currency,
        )


def _show_metrics(result: TiersResult, output: Output) -> None:
    """One line per metric, one column per tier: tier names are short, names of metrics are not."""
    names = [each.name.in_language(output.language) for each in reversed(result.tiers)]
    columns = [Col(output.text(_("metric")), may_wrap=True), *(Col(name, is_number=True) for name in names)]
    for title, numbers in (
        (_("Average per tier"), [each.averages for each in reversed(result.tiers)]),
        (_("Median per tier"), [each.medians for each in reversed(result.tiers)]),
    ):
        if result.main_metrics:
            output.heading(title)
            output.table(columns, [_profile(slug, numbers, result, output) for slug in result.main_metrics])


def _profile(slug: str, numbers: Sequence[Mapping[str, float | None]], result: TiersResult, output: Output) -> list[str]:
    name = result.main_metrics[slug].in_language(output.language)
    is_money = result.registry.named(slug).unit is Unit.MONEY
    title = f"{name} ({result.currency})" if is_money else name
    return [title, *(number(each.get(slug), 2 if is_money else 1) for each in numbers)]


def _show_groups(result: TiersResult, by: str, groups: Sequence[TierGroup], output: Output) -> None:
    output.heading(_("Customers by {by} and tier"), by=by)
    rows = [
        (each.name.in_language(output.language), *_counts([tier.customers for tier in each.tiers], each.customers))
        for each in groups[:GROUPS_SHOWN]
    ]
    rows.append((output.text(_("all")), *_counts([each.customers for each in result.tiers], result.customers)))
    names = [each.name.in_language(output.language) for each in reversed(result.tiers)]
    columns = [Col(by), Col(output.text(_("customers")), is_number=True), *(Col(name, is_number=True) for name in names)]
    output.table(columns, rows)
    if len(groups) > GROUPS_SHOWN:
        output.say(_("... and {more} more {more:group|groups}; --json lists them all."), more=number(len(groups) - GROUPS_SHOWN))


def _counts(tiers: Sequence[int], total: int) -> list[str]:
    """The number of all, then of each tier from the highest down with its share of the group."""
    return [number(total), *(f"{number(each)} {percent(each / total if total else None, 0)}" for each in reversed(tiers))]
