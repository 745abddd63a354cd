"""The command ``fenji prune``: removes old runs, and keeps some under a name."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fenji.answers.pruning import PruneResult
from fenji.cli.options import AsJson, Lang, Workspace
from fenji.cli.output import Col, Output, number
from fenji.cli.sizes import size
from fenji.language import message as _
from fenji.workflow.pruning import name_run, prune_workspace

EXAMPLES = (
    "fenji prune --keep 30 --dry-run\nfenji prune --keep 12 --older-than 365\nfenji prune --name 20260131T020000-1a2b january"
)

Keep = Annotated[
    int | None, typer.Option("--keep", metavar="N", help=_("How many of the newest runs stay. Default: the setting keep_runs."))
]
OlderThan = Annotated[
    int | None, typer.Option("--older-than", metavar=_("DAYS"), help=_("Remove only runs that were published more days ago."))
]
Snapshots = Annotated[
    list[str] | None,
    typer.Option(
        "--keep-snapshots",
        metavar=_("NAME"),
        help=_("Of the runs with a name keep only these; may be given several times. Default: all that have a name."),
    ),
]
Rehearse = Annotated[bool, typer.Option("--dry-run", help=_("Only show what would be removed."))]
Name = Annotated[
    tuple[str, str] | None,
    typer.Option("--name", metavar=_("RUN_ID NAME"), help=_("Keep a run under a name; removes nothing.")),
]
Unname = Annotated[
    str | None, typer.Option("--unname", metavar="RUN_ID", help=_("Take away the name of a run; removes nothing."))
]


def command(
    context: typer.Context,
    *,
    keep: Keep = None,
    older_than: OlderThan = None,
    keep_snapshots: Snapshots = None,
    dry_run: Rehearse = False,
    name: Name = None,
    unname: Unname = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints what was removed, and what that freed."""
    output = Output.chosen(context, lang, is_json=as_json)
    is_naming = bool(name or unname)
    if name or unname:
        run_id, given = name or (str(unname), None)
        result = name_run(workspace, run_id, given)
    else:
        result = prune_workspace(
            workspace, keep=keep, older_than=older_than, snapshots=keep_snapshots or None, is_rehearsal=dry_run
        )
    if output.is_json:
        output.json(result)
        return
    if not is_naming:
        show(result, output)
    show_names(result, output)


def show(result: PruneResult, output: Output) -> None:
    """The runs and what they hold."""
    if not result.removed:
        output.say(_("Nothing is old: {count} {count:run stays|runs stay}."), count=number(result.kept))
        return
    columns = [Col(output.text(each)) for each in (_("run"), _("command"), _("day"), _("published at (UTC)"))]
    rows = [
        (each.run_id, each.command, str(each.as_of or ""), f"{each.ended_at:%Y-%m-%d %H:%M}" if each.ended_at else "")
        for each in result.removed
    ]
    output.table(columns, rows)
    text = (
        _(
            "Would remove {count} {count:run or analysis|runs and analyses}: {files} files, {size}. {kept} {kept:run stays|runs stay}."
        )
        if result.is_rehearsal
        else _(
            "Removed {count} {count:run or analysis|runs and analyses}: {files} files, {size} freed. {kept} {kept:run stays|runs stay}."
        )
    )
    output.say(
        text, count=number(len(result.removed)), files=number(result.files), size=size(result.bytes), kept=number(result.kept)
    )


def show_names(result: PruneResult, output: Output) -> None:
    """The runs that are kept under a name."""
    for each in result.named:
        output.say(_("Kept as {name}: run {run_id}, {as_of}."), name=each.name, run_id=each.run_id, as_of=each.as_of)
