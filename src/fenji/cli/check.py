"""The command ``fenji check``: is everything as it was published?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fenji.answers.checking import CheckResult
from fenji.cli.failures import EXIT_CODES
from fenji.cli.options import AsJson, Lang, Workspace
from fenji.cli.output import Output, number
from fenji.cli.sizes import size
from fenji.errors import Kind
from fenji.language import message as _
from fenji.workflow.checking import check_workspace

EXAMPLES = "fenji check\nfenji check --deep\nfenji check --deep --json"

Deep = Annotated[
    bool,
    typer.Option(
        "--deep",
        help=_("Read every byte, and check the contracts of all tables, the counts of all tiers, and the whole audit log."),
    ),
]


def command(
    context: typer.Context, *, deep: Deep = False, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False
) -> None:
    """Prints what was checked and what is damaged; ends with 5 where anything is."""
    output = Output.chosen(context, lang, is_json=as_json)
    with output.progress() as progress:
        result = check_workspace(workspace, is_deep=deep, progress=progress)
    if output.is_json:
        output.json(result)
    else:
        show(result, output)
    if not result.is_whole:
        raise typer.Exit(EXIT_CODES[Kind.UNAVAILABLE])


def show(result: CheckResult, output: Output) -> None:
    """What was checked, and every fault with what to do."""
    output.say(
        _("Checked: {runs} {runs:run|runs}, {tables} tables, {files} files, {size}, {entries} entries of the audit log."),
        runs=number(result.runs),
        tables=number(result.tables),
        files=number(result.files),
        size=size(result.bytes),
        entries=number(result.entries),
    )
    for each in result.damages:
        run = "" if each.run_id is None else f"{each.run_id}: "
        output.say("{run}{problem}", run=run, problem=each.problem.describe(output.language))
    if result.unchecked:
        output.say(
            _(
                "{count} {count:table or raw folder was|tables and raw folders were} published before checksums were kept: only rows were counted there. The next run has checksums."
            ),
            count=number(result.unchecked),
        )
    if result.is_whole and result.is_deep and result.unchecked:
        output.say(_("Everything that has a checksum is as it was published, to the byte; contracts and counts hold."))
    elif result.is_whole and result.is_deep:
        output.say(_("Everything is as it was published, to the byte; contracts and counts hold."))
    elif result.is_whole:
        output.say(_("Everything is there as it was published. To read every byte: fenji check --deep"))
    else:
        output.say(_("{count} {count:fault was|faults were} found."), count=number(len(result.damages)))
    if result.strays:
        output.say(
            _("Ended processes left {count} {count:folder|folders} in the store; the next run removes them."),
            count=number(len(result.strays)),
        )
