"""The command ``fenji repair``: mends what is not as it was published."""

from __future__ import annotations

from pathlib import Path

import typer

from fenji.answers.repairing import RepairResult
from fenji.cli.failures import EXIT_CODES
from fenji.cli.options import AsJson, Lang, Workspace
from fenji.cli.output import Output, number
from fenji.errors import Kind
from fenji.language import message as _
from fenji.workflow.repairing import repair_workspace

EXAMPLES = "fenji repair\nfenji repair --json"


def command(context: typer.Context, *, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False) -> None:
    """Prints what was mended; ends with 5 where something could not be."""
    output = Output.chosen(context, lang, is_json=as_json)
    with output.progress() as progress:
        result = repair_workspace(workspace, progress=progress)
    if output.is_json:
        output.json(result)
    else:
        show(result, output)
    if not result.is_whole:
        raise typer.Exit(EXIT_CODES[Kind.UNAVAILABLE])


def show(result: RepairResult, output: Output) -> None:
    """What was mended and how, and what is left."""
    for file in result.read_again:
        output.say(_("Raw rows read again from {file}."), file=file)
    for run_id in dict.fromkeys(each.run_id for each in result.rebuilt):
        tables = dict.fromkeys(each.table for each in result.rebuilt if each.run_id == run_id)
        output.say(
            _("Run {run_id} rebuilt, with the rows that were published: {tables}."), run_id=run_id, tables=", ".join(tables)
        )
    for each in result.withdrawn:
        output.say(
            _("Analysis {command} of run {run_id} withdrawn; it is computed again when it is asked for."),
            command=each.command,
            run_id=each.run_id,
        )
    for problem in result.left:
        output.say(_("Not mended: {problem}"), problem=problem.describe(output.language))
    if result.is_whole:
        output.say(_("Everything is as it was published."))
    else:
        output.say(_("{count} {count:fault|faults} could not be mended."), count=number(len(result.left)))
