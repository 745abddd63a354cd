"""The command ``fenji customers``: which customers stand in a tier, moved, are on a list or meet a condition, and what is known of each?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from fenji.answers.customers import Cell, CustomersResult, Uploaded
from fenji.cli.lists import Force, Out, take, taken_list
from fenji.cli.options import AsJson, AsOf, Engine, Lang, PastRun, Workspace, day_of, engine_of
from fenji.cli.output import Col, Output, number, percent
from fenji.domain.lists import ColumnUnit, ListColumn
from fenji.errors import InvalidArgument
from fenji.language import message as _
from fenji.reports.lists import check_entries_target, check_target, write_entries
from fenji.wording.lists import shown_name, value_name
from fenji.wording.rules import Wording
from fenji.workflow.customers import DEFAULT_SORT, customers_at, open_customers
from fenji.workspace.customer_choice import Asked

EXAMPLES = (
    "fenji customers --tier vip\n"
    'fenji customers --where "days_since_last_order > 60" --sort -net_revenue_12m\n'
    "fenji customers --moved-from high --moved-to vip --between 2011-11-30 2011-12-09\n"
    "fenji customers --from list.xlsx --columns customer_id,tier,name,phone --out called.xlsx"
)
NOT_FOUND_SHOWN = 10
"""Entries of a list without a customer that are shown to people; --not-found writes them all."""

_TEXT_UNITS = (ColumnUnit.TEXT, ColumnUnit.DATE, ColumnUnit.YES_NO)

Tier = Annotated[str | None, typer.Option("--tier", metavar=_("TIER"), help=_("Customers in a tier."))]
MovedFrom = Annotated[
    str | None, typer.Option("--moved-from", metavar=_("TIER"), help=_("Customers in a tier at the earlier review."))
]
MovedTo = Annotated[str | None, typer.Option("--moved-to", metavar=_("TIER"), help=_("Customers in a tier at the later review."))]
Moved = Annotated[
    str | None,
    typer.Option("--moved", metavar="up|down|lost|new|returned", help=_("How they moved between the two reviews.")),
]
Between = Annotated[
    tuple[str, str] | None,
    typer.Option("--between", metavar=_("DATE DATE"), help=_("The two reviews of a movement. Default: the last two.")),
]
Segment = Annotated[
    str | None,
    typer.Option(
        "--segment", metavar=_("SEGMENT"), help=_("Customers in a segment, such as champions or lifecycle_stage=at_risk.")
    ),
]
Risk = Annotated[
    str | None,
    typer.Option(
        "--risk", metavar="high|middle|low|0.5", help=_("Customers who may leave: a class of risk, or the least probability.")
    ),
]
MarkOf = Annotated[str | None, typer.Option("--mark", metavar="A|B|C", help=_("Customers with a mark of the priority ranking."))]
GroupOf = Annotated[
    str | None, typer.Option("--list", metavar="upgrades|watch|frequent", help=_("Customers on a list of the priority ranking."))
]
From = Annotated[
    Path | None,
    typer.Option("--from", metavar=_("FILE"), help=_("Customers on a list of ids, phones or e-mails: .xlsx, .csv or .txt.")),
]
Column = Annotated[
    str | None, typer.Option("--column", metavar=_("HEADING"), help=_("The column of that list. Default: the first one."))
]
Where = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        metavar=_("CONDITION"),
        help=_('A condition as policies write it, such as "orders_12m >= 10"; several must all hold.'),
    ),
]
SortBy = Annotated[str, typer.Option("--sort", metavar=_("COLUMN"), help=_("The order; a minus before it: the largest first."))]
Columns = Annotated[
    str | None,
    typer.Option(
        "--columns",
        metavar="A,B,C",
        help=_(
            "Which columns: metrics, tier, since_on, segment, risk, mark, what is known of the person; name, phone and email only so."
        ),
    ),
]
Limit = Annotated[int, typer.Option("--limit", min=1, max=1000, metavar="N", help=_("How many customers of a page."))]
After = Annotated[str | None, typer.Option("--after", metavar=_("CURSOR"), help=_("Where the page before ended."))]
NotFoundFile = Annotated[
    Path | None,
    typer.Option(
        "--not-found", metavar=_("FILE"), help=_("Write the entries of the list that nobody is known by: .csv or .txt.")
    ),
]


def command(
    context: typer.Context,
    *,
    tier: Tier = None,
    moved_from: MovedFrom = None,
    moved_to: MovedTo = None,
    moved: Moved = None,
    between: Between = None,
    segment: Segment = None,
    risk: Risk = None,
    mark: MarkOf = None,
    group: GroupOf = None,
    uploaded: From = None,
    column: Column = None,
    where: Where = None,
    sort: SortBy = DEFAULT_SORT,
    columns: Columns = None,
    limit: Limit = 20,
    after: After = None,
    out: Out = None,
    not_found: NotFoundFile = None,
    force: Force = False,
    as_of: AsOf = None,
    run: PastRun = None,
    engine: Engine = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints a page of customers, or writes all of them to a file."""
    output = Output.chosen(context, lang, is_json=as_json)
    earlier_on, day = _reviews(between, as_of)
    asked = Asked(
        tier=tier,
        moved_from=moved_from,
        moved_to=moved_to,
        moved=moved,
        earlier_on=earlier_on,
        segment=segment,
        risk=risk,
        mark=mark,
        group=group,
        uploaded=uploaded,
        uploaded_column=column,
        where=tuple(where or ()),
    )
    wanted = () if columns is None else tuple(each.strip() for each in columns.split(",") if each.strip())
    if not_found is not None:
        check_entries_target(not_found, force=force)
    if out is not None:
        check_target(out, force=force)
        with open_customers(workspace, asked, columns=wanted, sort=sort, as_of=day, run=run, engine=engine_of(engine)) as listing:
            rows = take(listing, out, output, force=force)
            if not_found is not None:
                write_entries(listing.not_found, not_found, force=force)
            if output.is_json:
                output.json(replace(taken_list(listing, out, rows), not_found=len(listing.not_found)))
        return
    result = customers_at(
        workspace, asked, columns=wanted, sort=sort, limit=limit, after=after, as_of=day, run=run, engine=engine_of(engine)
    )
    if not_found is not None and result.uploaded is not None:
        write_entries(result.uploaded.not_found, not_found, force=force)
    if output.is_json:
        output.json(result)
    else:
        show(result, output)


def show(result: CustomersResult, output: Output) -> None:
    """The page for people."""
    output.heading(
        _("{count} {count:customer|customers} on {as_of}, policy {policy} version {version}"),
        count=number(result.count),
        as_of=result.as_of,
        policy=result.policy,
        version=result.version,
    )
    for each in result.conditions:
        output.say("  - {line}", line=each.in_language(output.language))
    if result.uploaded is not None:
        _show_uploaded(result.uploaded, output)
    if result.rows:
        heads = [
            Col(
                shown_name(
                    each.name.in_language(output.language),
                    result.currency,
                    output.language,
                    is_money=each.unit is ColumnUnit.MONEY,
                ),
                is_number=each.unit not in _TEXT_UNITS,
            )
            for each in result.columns
        ]
        output.table(heads, [[_cell(row, each, result, output) for each in result.columns] for row in result.rows])
    if result.after is not None:
        output.say(_("More: add --after {cursor}, or write them all with --out."), cursor=result.after)


def _show_uploaded(uploaded: Uploaded, output: Output) -> None:
    if uploaded.several:
        output.say(
            _("{count} {count:entry means|entries mean} several customers; all of them are listed."),
            count=number(uploaded.several),
        )
    missing = uploaded.not_found
    if missing:
        shown = output.text(_(", ")).join(missing[:NOT_FOUND_SHOWN])
        text = (
            _("Not found: {count}, such as {entries}.") if len(missing) > NOT_FOUND_SHOWN else _("Not found: {count}: {entries}.")
        )
        output.say(text, count=number(len(missing)), entries=shown)


def _cell(row: Mapping[str, Cell], column: ListColumn, result: CustomersResult, output: Output) -> str:
    match row[column.slug]:
        case None:
            return "-"
        case bool(yes):
            return output.text(_("yes")) if yes else output.text(_("no"))
        case str(text):
            return value_name(column.slug, text, result.tier_policy, Wording({}, output.language, result.currency))
        case date() as day:
            return str(day)
        case value:
            return _figure(value, column.unit)


def _figure(value: float | Decimal, unit: ColumnUnit) -> str:
    if unit is ColumnUnit.SHARE:
        return percent(float(value))
    if unit is ColumnUnit.MONEY:
        return number(value, 2)
    return number(value, 0 if isinstance(value, int) else 1)


def _reviews(between: tuple[str, str] | None, as_of: str | None) -> tuple[date | None, date | None]:
    """The earlier review and the one of the list."""
    if between is None:
        return None, day_of(as_of)
    if as_of is not None:
        raise InvalidArgument.of(_("two reviews say already on which day customers are listed; leave out --as-of."))
    return day_of(between[0]), day_of(between[1])
