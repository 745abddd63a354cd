"""The command ``fenji backup``: a workspace in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fenji.cli.lists import Force
from fenji.cli.options import AsJson, Lang, Workspace
from fenji.cli.output import Output, number
from fenji.cli.sizes import size
from fenji.language import message as _
from fenji.workflow.backing_up import back_up

EXAMPLES = "fenji backup shop.tar\nfenji backup /mnt/backups/shop.tar --force"

File = Annotated[Path, typer.Argument(metavar=_("FILE"), help=_("The file that is written."))]


def command(
    context: typer.Context,
    file: File,
    *,
    force: Force = False,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Writes the backup and says what is in it."""
    output = Output.chosen(context, lang, is_json=as_json)
    with output.progress() as progress:
        result = back_up(workspace, file, force=force, progress=progress)
    if output.is_json:
        output.json(result)
        return
    output.say(
        _("{runs} {runs:run|runs} with {files} files, and the state, written to {file} ({size})."),
        runs=number(result.runs),
        files=number(result.files),
        file=str(result.file),
        size=size(result.bytes),
    )
    output.say(
        _("Passwords and your own source files are not in it. Bring it back with: fenji restore {file}"), file=str(result.file)
    )
