"""How does a command hand a list over? Into a file whose ending says the shape, never over one that is there already."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from fenji.cli.output import Output, number
from fenji.language import message as _
from fenji.reports.lists import write_list
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


def taken_json(listing: Listing, out: Path, rows: int) -> dict[str, Any]:
    """What scripts read of a list that was written."""
    source = listing.source
    return {
        "run_id": source.run_id,
        "as_of": source.as_of,
        "policy": source.policy,
        "version": source.version,
        "file": out,
        "rows": rows,
        "columns": [each.slug for each in listing.columns],
    }
