"""The command ``fenji structure``: what are the customers of each tier like, what do they buy where and when, and on how few does the revenue rest?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from fenji.analyze.structure.descriptive import QUANTILES, Description
from fenji.analyze.structure.habits import Rhythm
from fenji.answers.structure import Part, StructureResult
from fenji.cli.lists import Force
from fenji.cli.options import AsJson, AsOf, Engine, Lang, PastRun, Policy, Where, Workspace, day_of, engine_of, one_of
from fenji.cli.output import Col, Output, number, show_conditions
from fenji.cli.pictures import ChartFile, draw, may_be_drawn, reader_of
from fenji.cli.structure_concentration import show_concentration
from fenji.cli.structure_crosses import show_cross
from fenji.cli.structure_habits import show_habits
from fenji.domain.metrics import Unit
from fenji.errors import InvalidArgument
from fenji.language import message as _
from fenji.reports.charts.data import Chart
from fenji.reports.charts.of_answers.parts import Reader
from fenji.reports.charts.of_answers.structure import (
    composition_bars,
    concentration_lines,
    habit_heat,
    index_heat,
    metrics_of,
    profile_boxes,
    week_heat,
)
from fenji.workflow.structure import structure_of

EXAMPLES = (
    "fenji structure\n"
    "fenji structure --of profile --metric orders_12m --metric net_revenue_12m\n"
    "fenji structure --of composition --by region\n"
    "fenji structure --of products --as-of 2011-12-09\n"
    "fenji structure --of concentration --json\n"
    "fenji structure --of habits"
)

Of = Annotated[
    str,
    typer.Option(
        "--of",
        metavar="profile|composition|products|concentration|habits",
        help=_(
            "What to show: statistics of metrics (the default), composition of the customers, products and channels, concentration of revenue, or ordering habits."
        ),
    ),
]
By = Annotated[
    str | None,
    typer.Option(
        "--by",
        metavar=_("COLUMN"),
        help=_(
            "Of composition: a customer column such as region, or bands of a metric such as orders_12m:0,1,5. Default: every customer column that has values."
        ),
    ),
]
Metrics = Annotated[
    list[str] | None,
    typer.Option(
        "--metric",
        metavar=_("METRIC"),
        help=_("Of profile: a metric; may be given several times. Default: the main metrics, and with --json all of them."),
    ),
]


def command(
    context: typer.Context,
    *,
    of: Of = Part.PROFILE,
    by: By = None,
    metric: Metrics = None,
    where: Where = None,
    as_of: AsOf = None,
    run: PastRun = None,
    policy: Policy = None,
    chart: ChartFile = None,
    force: Force = False,
    engine: Engine = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints one part of the structure of the tiers."""
    output = Output.chosen(context, lang, is_json=as_json)
    part = one_of(Part, of, _("part")) or Part.PROFILE
    _check(part, by=by, metric=metric, run=run, policy=policy)
    may_be_drawn(chart, force=force)
    with output.progress() as progress:
        result = structure_of(
            workspace,
            part,
            as_of=day_of(as_of),
            run_id=run,
            by=by,
            metrics=metric or (),
            is_brief=not output.is_json,
            where=where or (),
            policy=policy,
            engine=engine_of(engine),
            progress=progress,
        )
    if chart is not None:
        draw(_chart(part, result, reader_of(output)), chart, output)
    if output.is_json:
        output.json(result)
    else:
        show(result, output)


def _check(part: Part, *, by: str | None, metric: list[str] | None, run: str | None, policy: str | None) -> None:
    """Options that belong to another part are mistakes, not ignored."""
    if by is not None and part is not Part.COMPOSITION:
        raise InvalidArgument.of(_("--by belongs to --of composition."))
    if metric and part is not Part.PROFILE:
        raise InvalidArgument.of(_("--metric belongs to --of profile."))
    if run is not None and policy is not None:
        raise InvalidArgument.of(_("a past run has followed its own policy; leave out --policy."))


def _chart(part: Part, found: StructureResult, say: Reader) -> Chart | None:
    """The main chart of a part, of its first metric or column; None where nothing is known."""
    match part:
        case Part.PROFILE:
            metrics = metrics_of(found.profile)
            return profile_boxes(found, metrics[0], say) if metrics else None
        case Part.COMPOSITION:
            return composition_bars(found, found.composition[0], say) if found.composition else None
        case Part.PRODUCTS:
            return index_heat(found, found.products[0], say) if found.products else None
        case Part.CONCENTRATION:
            return concentration_lines(found, say)
        case Part.HABITS:
            return week_heat(found, None, say) or habit_heat(found, Rhythm.WEEKDAY, say)


def show(result: StructureResult, output: Output) -> None:
    """The tables for people."""
    output.warn(result.warnings)
    values = {"as_of": result.as_of, "policy": result.policy, "version": result.version, "run_id": result.run_id}
    output.heading(_("Structure of the tiers as of {as_of}, policy {policy} version {version} (run {run_id})"), **values)
    show_conditions(result.conditions, output)
    if result.profile is not None:
        _show_profile(result.profile, result, output)
    elif result.concentration is not None:
        show_concentration(result.concentration, result, output)
    elif result.habits is not None:
        show_habits(result.habits, result, output)
    else:
        crosses = result.composition or result.products or ()
        for cross in crosses:
            show_cross(cross, result, output)
        if not crosses:
            output.say(_("No column to group by has any value."))


def _show_profile(profile: Sequence[Description], result: StructureResult, output: Output) -> None:
    """One table per metric: tiers down, the highest first, statistics across."""
    titles = [_("with a value"), _("mean"), _("standard deviation"), *(_("p10"), _("p25"), _("median"), _("p75"), _("p90"))]
    names = {each.tier: each.name.in_language(output.language) for each in result.tiers}
    head = [Col(output.text(_("tier"))), *(Col(output.text(title), is_number=True) for title in titles)]
    for slug in dict.fromkeys(each.metric for each in profile):
        metric = result.registry.named(slug)
        own = [each for each in profile if each.metric == slug]
        is_money = metric.unit is Unit.MONEY
        name = metric.name.in_language(output.language)
        output.heading(f"{name} ({result.currency})" if is_money else name)
        rows = []
        for each in reversed(own):
            title = names[each.tier] if each.tier is not None else output.text(_("all"))
            rows.append((title, number(each.customers), *(number(value, 2) for value in _statistics(each))))
        output.table(head, rows)
    shown, known = len({each.metric for each in profile}), len(result.registry)
    if shown < known:
        output.say(
            _("{shown} of {known} metrics; --metric NAME shows another one, --json all of them."), shown=shown, known=known
        )


def _statistics(each: Description) -> list[float | None]:
    return [each.mean, each.standard_deviation, *(getattr(each, name) for name in QUANTILES)]
