"""How does a command hand a list over? Into a file whose ending says the shape, never over one that is there already."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from fenji.answers.customers import TakenList
from fenji.cli.output import Output, number
from fenji.language import message as _
from fenji.reports.lists import check_target, write_list
from fenji.workflow.taking import StoredList, open_stored_list
from fenji.workspace.listing import Listing

Out = Annotated[
    Path | None,
    typer.Option(
        "--out", metavar=_("FILE"), help=_("Write the whole list of customers to a file: .xlsx, .csv or .parquet by its ending.")
    ),
]
Force = Annotated[bool, typer.Option("--force", help=_("Overwrite files that are there already."))]


def take(listing: Listing, out: Path, output: Output, *, force: bool) -> int:
    """Writes a list, says so to people, and returns its rows."""
    rows = write_list(listing, out, language=output.language, force=force)
    if not output.is_json:
        output.say(_("{rows} {rows:row|rows} written to {file}."), rows=number(rows), file=str(out))
    return rows


def take_stored(
    workspace: Path,
    what: StoredList,
    out: Path,
    output: Output,
    *,
    run_id: str,
    as_of: date,
    earlier_on: date | None = None,
    force: bool,
) -> None:
    """Writes the customers of an analysis that has been published, and says so."""
    with open_stored_list(workspace, what, run_id=run_id, as_of=as_of, earlier_on=earlier_on) as listing:
        rows = take(listing, out, output, force=force)
        if output.is_json:
            output.json(taken_list(listing, out, rows))


def may_be_written(out: Path | None, *, force: bool) -> None:
    """Whether a list can be written, asked before anything is computed for it; see ``check_target``."""
    if out is not None:
        check_target(out, force=force)


def taken_list(listing: Listing, out: Path, rows: int) -> TakenList:
    """What scripts read of a list that was written."""
    source = listing.source
    columns = tuple(each.slug for each in listing.columns)
    return TakenList(source.run_id, source.as_of, source.policy, source.version, out, rows, columns)
