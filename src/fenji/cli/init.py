"""The command ``fenji init``: a new workspace from a template."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fenji.answers.runs import InitResult
from fenji.cli.options import AsJson, Lang, Workspace
from fenji.cli.output import Output
from fenji.language import message as _
from fenji.workflow.initiating import init_workspace
from fenji.workspace.templates import DEFAULT_TEMPLATE

EXAMPLES = (
    "fenji init shop\nfenji init shop --template membership --lang zh\nfenji init shop --currency EUR --time-zone Europe/Berlin"
)

Folder = Annotated[
    Path | None,
    typer.Argument(metavar=_("[FOLDER]"), help=_("The folder to make the workspace in. Default: the one of --workspace.")),
]
Template = Annotated[
    str,
    typer.Option(
        "--template",
        metavar=_("NAME"),
        help=_(
            "Which policy to begin with: retail (default), airline, bank, catering, education, engagement, home_furnishing, hotel, "
            "membership, or spend (by yearly spend alone)."
        ),
    ),
]
Currency = Annotated[
    str | None,
    typer.Option(
        "--currency", metavar=_("CODE"), help=_("Currency in which all money is counted, such as CNY (default) or EUR.")
    ),
]
Zone = Annotated[
    str | None,
    typer.Option(
        "--time-zone",
        metavar=_("NAME"),
        help=_("The time zone whose days count, such as Asia/Shanghai (default) or Europe/London."),
    ),
]


def command(
    context: typer.Context,
    folder: Folder = None,
    *,
    template: Template = DEFAULT_TEMPLATE,
    currency: Currency = None,
    time_zone: Zone = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Makes a workspace."""
    output = Output.chosen(context, lang, is_json=as_json)
    result = init_workspace(
        folder or workspace, template=template, language=output.language, currency=currency, time_zone=time_zone
    )
    if output.is_json:
        output.json(result)
    else:
        show(result, output)


def show(result: InitResult, output: Output) -> None:
    """What was made, and what to do next."""
    output.say(
        _("The workspace {folder} is made from the template {template}:"), folder=result.workspace, template=result.template
    )
    for each in result.files:
        output.say("  {file}", file=each)
    where = "" if result.workspace == "." else f" --workspace {result.workspace}"
    output.say(
        _("Next: fenji map FILES…{where} --write proposes sources.yaml from your files, then fenji run{where}."), where=where
    )
