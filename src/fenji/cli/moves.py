"""The command ``fenji moves``: who went up, who fell, who is new, who was lost, and does it all add up?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from fenji.answers.moves import CohortAt, MovementCell, MovesResult
from fenji.cli.lists import Force, Out, may_be_written, take_stored
from fenji.cli.options import AsJson, Engine, HistoryRun, Lang, Where, Workspace, day_of, engine_of
from fenji.cli.output import Col, Output, money, number, percent, show_conditions
from fenji.cli.pictures import ChartFile, draw, may_be_drawn, reader_of
from fenji.domain.policies import Cause
from fenji.errors import InvalidArgument
from fenji.language import message as _
from fenji.reports.charts.of_answers.moves import flow_sankey, period_bars
from fenji.wording.reasons import CAUSE_NAMES
from fenji.workflow.moves import moves_between
from fenji.workflow.taking import StoredList

EXAMPLES = "fenji moves\nfenji moves --from 2011-09-30 --to 2011-12-09\nfenji moves --chart moves.svg\nfenji moves --json"

From = Annotated[
    str | None, typer.Option("--from", metavar=_("DATE"), help=_("The earlier review. Default: the one before the later review."))
]
To = Annotated[
    str | None, typer.Option("--to", metavar=_("DATE"), help=_("The later review. Default: the last review of the run."))
]
COHORTS_SHOWN = 24
"""Newest cohorts listed for people: two years of months; --json lists them all."""
REVIEWS_SHOWN = 6
"""Reviews that the cohorts are shown at, the last ones: more columns do not fit a screen."""

FLOW_TITLES = (
    ("opening", _("opening")),
    ("new", _("+ new")),
    ("returned", _("+ returned")),
    ("upgraded_in", _("+ promoted in")),
    ("downgraded_in", _("+ demoted in")),
    ("upgraded_out", _("- promoted out")),
    ("downgraded_out", _("- demoted out")),
    ("lost", _("- lost")),
    ("closing", _("= closing")),
)


def command(
    context: typer.Context,
    *,
    earlier_on: From = None,
    later_on: To = None,
    run: HistoryRun = None,
    where: Where = None,
    out: Out = None,
    chart: ChartFile = None,
    force: Force = False,
    engine: Engine = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints the movements between two reviews."""
    output = Output.chosen(context, lang, is_json=as_json)
    may_be_written(out, force=force)
    may_be_drawn(chart, force=force)
    if out is not None and where:
        raise InvalidArgument.of(
            _("'{name}' means nothing beside {other}, which writes what is stored of all customers."),
            name="--where",
            other="--out",
        )
    result = moves_between(
        workspace,
        earlier_on=day_of(earlier_on),
        as_of=day_of(later_on),
        run_id=run,
        where=where or (),
        engine=engine_of(engine),
    )
    if chart is not None:
        # Workbooks know no native chart of flows.
        drawn = period_bars if chart.suffix.lower() == ".xlsx" else flow_sankey
        draw(drawn(result, reader_of(output)), chart, output)
    if out is not None:
        take_stored(
            workspace,
            StoredList.MOVES,
            out,
            output,
            run_id=result.run_id,
            as_of=result.as_of,
            earlier_on=result.earlier_on,
            force=force,
        )
        return
    if output.is_json:
        output.json(result)
    else:
        show(result, output)


def show(result: MovesResult, output: Output) -> None:
    """The tables for people."""
    output.warn(result.warnings)
    output.heading(
        _("Movements from {earlier} to {later}, policy {policy} version {version} (run {run_id})"),
        earlier=result.earlier_on,
        later=result.as_of,
        policy=result.policy,
        version=result.version,
        run_id=result.run_id,
    )
    show_conditions(result.conditions, output)
    output.say("{line}", line=result.lost.sentence.in_language(output.language))
    show_moves(result, output)
    output.heading(_("Their revenue of 12 months at {later} ({currency})"), later=result.as_of, currency=result.currency)
    _show_matrix(result, output, _revenue)
    _show_periods(result, output)
    _show_rates(result, output)
    if result.cohorts or not result.conditions:
        _show_cohorts(result, output)
    else:
        output.say(_("Cohorts and stays are told of all customers only; leave the conditions out to see them."))


def show_moves(result: MovesResult, output: Output) -> None:
    """Who went where, and every tier from opening to closing."""
    _show_matrix(result, output, _customers)
    _show_flows(result, output)


def _show_matrix(result: MovesResult, output: Output, cell: Callable[[Sequence[MovementCell]], str]) -> None:
    """Tiers by tiers, the highest first; new and returned stand below, lost at the right."""
    tiers = [each.tier for each in reversed(result.tiers)]
    names = list(_names(result, output).values())[::-1]
    columns = [output.text(_("from \\ to")), *names, output.text(_("lost")), output.text(_("all"))]

    def line(title: str, moves: Sequence[MovementCell]) -> list[str]:
        parts = [[each for each in moves if each.to_tier == tier] for tier in [*tiers, None]]
        return [title, *(cell(part) for part in parts), cell(moves)]

    rows = [
        line(name, [each for each in result.movements if each.from_tier == tier]) for tier, name in zip(tiers, names, strict=True)
    ]
    rows += [
        line(output.text(CAUSE_NAMES[cause]), [each for each in result.movements if each.cause is cause])
        for cause in (Cause.NEW, Cause.RETURNED)
    ]
    rows.append(line(output.text(_("all")), [_without_share(each) for each in result.movements]))
    output.table([Col(columns[0]), *(Col(title, is_number=True) for title in columns[1:])], rows)


def _without_share(cell: MovementCell) -> MovementCell:
    """The cell for a sum over several tiers, of which a share of one tier would say nothing."""
    return MovementCell(cell.from_tier, cell.to_tier, cell.cause, cell.customers, None, cell.net_revenue_12m)


def _customers(cells: Sequence[MovementCell]) -> str:
    count = number(sum(each.customers for each in cells))
    shares = [each.share for each in cells if each.share is not None]
    return f"{count} {percent(sum(shares), 0)}" if shares else count


def _revenue(cells: Sequence[MovementCell]) -> str:
    return money(sum((each.net_revenue_12m for each in cells), Decimal(0)))


def _show_flows(result: MovesResult, output: Output) -> None:
    """The flow statement: one line per tier, and their sum, in which ups and downs cancel out."""
    output.heading(_("From opening to closing"))
    names = _names(result, output)
    head = [Col(output.text(_("tier"))), *(Col(output.text(title), is_number=True) for _name, title in FLOW_TITLES)]
    lines = [(names[flow.tier], [getattr(flow, name) for name, _title in FLOW_TITLES]) for flow in reversed(result.flows)]
    everyone = [sum(column) for column in zip(*(counts for _name, counts in lines), strict=True)]
    rows = [(name, *map(number, counts)) for name, counts in [*lines, (output.text(_("all")), everyone)]]
    output.table(head, rows)
    if len(result.periods) > 1:
        output.say(
            _(
                "Summed over {count} reviews: a customer who moved up and down again, or was lost and came back, counts in both flows."
            ),
            count=len(result.periods),
        )
    output.say(_("The flows balance: opening + in - out = closing, for every tier at every review."))


def _show_periods(result: MovesResult, output: Output) -> None:
    """Each review by itself, where there are several; and what was decided why."""
    if len(result.periods) > 1:
        output.heading(_("Review by review"))
        titles = [_("opening"), _("new"), _("returned"), _("upgraded"), _("downgraded"), _("lost"), _("closing"), _("churn rate")]
        rows = []
        for each in result.periods:
            counts = (each.opening, each.new, each.returned, each.upgraded, each.downgraded, each.lost, each.closing)
            rows.append((str(each.as_of), *map(number, counts), percent(each.churn_rate)))
        output.table([Col(output.text(_("review"))), *(Col(output.text(title), is_number=True) for title in titles)], rows)
    decided = [f"{output.text(CAUSE_NAMES[cause])} {number(count)}" for cause, count in result.causes.items()]
    if decided:
        output.say(_("Decisions by cause: {causes}"), causes=output.text(_(", ")).join(decided))


def _show_rates(result: MovesResult, output: Output) -> None:
    """Retention and churn by tier, and the mean stay of customers who left it."""
    output.heading(_("Retention by tier, from {earlier} to {later}"), earlier=result.earlier_on, later=result.as_of)
    titles = [
        _("opening"),
        _("same tier"),
        _("any tier (retention)"),
        _("lost (churn)"),
        _("left"),
        _("mean stay, reviews"),
        _("mean stay, days"),
    ]
    stays, names = {each.tier: each for each in result.stays}, _names(result, output)
    rows = []
    for each in reversed(result.rates):
        stay = stays.get(each.tier)
        timed = (stay.leavers, stay.mean_reviews, stay.mean_days) if stay else (0, None, None)
        shares = (each.stayed_share, each.retention_rate, each.churn_rate)
        name = names[each.tier]
        rows.append((name, number(each.opening), *map(percent, shares), number(timed[0]), number(timed[1], 1), number(timed[2])))
    output.table([Col(output.text(_("tier"))), *(Col(output.text(title), is_number=True) for title in titles)], rows)
    first = result.first_review
    output.say(_("Stays that had begun before the first review of this run count from {first} on."), first=first)


def _show_cohorts(result: MovesResult, output: Output) -> None:
    """Of those who registered (or were first seen) in a month, how many are still here."""
    days = sorted({each.as_of for each in result.cohorts})[-REVIEWS_SHOWN:]
    found: dict[str | None, dict[date, CohortAt]] = {}
    for each in result.cohorts:
        found.setdefault(each.cohort, {})[each.as_of] = each
    output.heading(_("Cohort retention by month of registration or first appearance: share not lost"))
    rows = []
    for cohort, at in list(found.items())[-COHORTS_SHOWN:]:
        here = [at.get(day) for day in days]
        shares = [percent(each.standing / each.customers) if each else "" for each in here]
        size = max(each.customers for each in at.values())
        rows.append((cohort or output.text(_("unknown")), number(size), *shares))
    head = [Col(output.text(_("month"))), Col(output.text(_("customers")), is_number=True)]
    output.table([*head, *(Col(str(day), is_number=True) for day in days)], rows)
    if len(found) > COHORTS_SHOWN:
        output.say(_("Earlier months not listed: {more}; --json lists them all."), more=number(len(found) - COHORTS_SHOWN))


def _names(result: MovesResult, output: Output) -> dict[str, str]:
    """What the tiers are called, lowest first."""
    return {each.tier: each.name.in_language(output.language) for each in result.tiers}
