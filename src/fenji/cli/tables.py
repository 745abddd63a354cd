"""The command ``fenji tables``: which tables are published, and in which Parquet files do they stand?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fenji.cli.lists import Force
from fenji.cli.options import AsJson, Lang, Workspace
from fenji.cli.output import Col, Output, number
from fenji.language import message as _
from fenji.workflow.tables import TablesResult, tables_now, write_views

EXAMPLES = "fenji tables\nfenji tables --current\nfenji tables --sql views.sql"

Run = Annotated[
    str | None, typer.Option("--run", metavar="RUN_ID", help=_("The tables of one run alone. Default: all that are current."))
]
Current = Annotated[bool, typer.Option("--current", help=_("The files of the tables, one a line."))]
Sql = Annotated[
    Path | None,
    typer.Option("--sql", metavar=_("FILE"), help=_("Write SQL that makes a view of every table, to be opened in DuckDB.")),
]


def command(
    context: typer.Context,
    *,
    current: Current = False,
    sql: Sql = None,
    force: Force = False,
    run: Run = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints the published tables, or their files."""
    output = Output.chosen(context, lang, is_json=as_json)
    result = tables_now(workspace, run=run)
    views = None if sql is None else write_views(result, sql, force=force)
    if output.is_json:
        output.json(result)
    elif sql is not None:
        output.say(_("{count} {count:view|views} written to {file}."), count=number(views), file=str(sql))
    elif current:
        for each in result.tables:
            for file in each.files:
                output.say("{table}\t{file}", table=each.table, file=str(file))
    else:
        show(result, output)


def show(result: TablesResult, output: Output) -> None:
    """The list for people."""
    output.heading(
        _("Published tables of run {run_id}, {as_of}, and of the analyses on its data"), run_id=result.run_id, as_of=result.as_of
    )
    heads = [
        Col(output.text(_("table"))),
        Col(output.text(_("rows")), is_number=True),
        Col(output.text(_("days"))),
        Col(output.text(_("run"))),
    ]
    rows = [
        (
            each.table,
            number(each.rows),
            ""
            if not each.days
            else str(each.days[-1])
            if len(each.days) == 1
            else f"{each.days[0]} – {each.days[-1]} ({len(each.days)})",
            each.run_id,
        )
        for each in result.tables
    ]
    output.table(heads, rows)
