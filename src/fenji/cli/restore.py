"""The command ``fenji restore``: a backup becomes a workspace again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fenji.answers.backups import RestoreResult
from fenji.cli.check import show as show_check
from fenji.cli.failures import EXIT_CODES
from fenji.cli.options import AsJson, Lang, Workspace
from fenji.cli.output import Output
from fenji.errors import Kind
from fenji.language import message as _
from fenji.workflow.restoring import restore

EXAMPLES = (
    "fenji restore shop.tar --workspace shop\nfenji restore shop.tar --workspace shop --database-url postgresql://fenji@db/shop"
)

File = Annotated[Path, typer.Argument(metavar=_("FILE"), help=_("A backup."))]
Database = Annotated[
    str | None,
    typer.Option(
        "--database-url",
        metavar="URL",
        help=_("An empty database for the state: postgresql://user@host/name. Default: SQLite in the folder."),
    ),
]


def command(
    context: typer.Context,
    file: File,
    *,
    database_url: Database = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Restores into a new folder and prints what the deep check finds; ends with 5 where anything is damaged."""
    output = Output.chosen(context, lang, is_json=as_json)
    with output.progress() as progress:
        result = restore(file, workspace, database_url=database_url, progress=progress)
    if output.is_json:
        output.json(result)
    else:
        show(result, output)
    if not result.check.is_whole:
        raise typer.Exit(EXIT_CODES[Kind.UNAVAILABLE])


def show(result: RestoreResult, output: Output) -> None:
    """Where it stands now, and whether it is whole."""
    output.say(_("Restored into {folder}; the current run is {run_id}."), folder=result.workspace, run_id=result.run_id)
    show_check(result.check, output)
    output.say(_("Write passwords of databases into sources.yaml and fenji.toml where they are needed."))
