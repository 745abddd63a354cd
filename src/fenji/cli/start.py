"""The command ``fenji start``: a folder of exports in, tiers out; the one command of a new user."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from fenji.cli import map as mapping
from fenji.cli import run as running
from fenji.cli import tiers as tiering
from fenji.cli.arrival import show_arrival
from fenji.cli.asking import OPEN_QUESTIONS, ask, can_ask, question_json, read_answer_file, show_open
from fenji.cli.init import Currency, Zone
from fenji.cli.map import Answers, NoAsk
from fenji.cli.options import AsJson, AsOf, Lang, day_of
from fenji.cli.output import Output, number, problem_json
from fenji.collect.asking.questions import most_important
from fenji.collect.proposing import Proposal
from fenji.language import message as _
from fenji.workflow.starting import StartResult, start

HELP = _(
    "Reads every file of a folder, asks what they leave open, and puts every customer into a tier. Run it again when new files have come."
)
EXAMPLES = "fenji start shop-exports\nfenji start shop-exports --lang zh\nfenji start shop-exports --answers answers.json --json"

Folder = Annotated[
    Path,
    typer.Argument(
        metavar=_("FOLDER"), help=_("The folder with the exports: order lists, members, returns, surveys, sub-folders too.")
    ),
]


def command(
    context: typer.Context,
    folder: Folder,
    *,
    as_of: AsOf = None,
    currency: Currency = None,
    time_zone: Zone = None,
    answers: Answers = None,
    no_ask: NoAsk = False,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """From a folder to tiers."""
    output = Output.chosen(context, lang, is_json=as_json)

    with output.progress() as progress:

        def asked(proposal: Proposal) -> Mapping[str, str]:
            if no_ask or not can_ask(output):
                return {}
            with progress.paused():
                return ask(proposal, output)

        result = start(
            folder,
            language=output.language,
            ask=asked,
            answers=read_answer_file(answers),
            currency=currency,
            time_zone=time_zone,
            as_of=day_of(as_of),
            progress=progress,
        )
    if output.is_json:
        output.json(answer(result, output))
    else:
        show(result, output)
    if result.run is None:
        raise typer.Exit(OPEN_QUESTIONS)


def answer(result: StartResult, output: Output) -> dict[str, Any]:
    """The JSON object."""
    questions = result.mapped.proposal.questions if result.mapped else ()
    return {
        "run_id": result.run.run_id if result.run else None,
        "as_of": result.run.as_of if result.run else None,
        "workspace": result.workspace,
        "is_new": result.is_new,
        "currency": result.currency,
        "files": list(result.files),
        "map": mapping.answer(result.mapped, output) if result.mapped else None,
        "questions": [question_json(each, output) for each in questions if each.is_open],
        "run": running.answer(result.run, output) if result.run else None,
        "tiers": tiering.answer(result.tiers, output) if result.tiers else None,
        "warnings": [problem_json(each, output.language) for each in result.warnings],
    }


def show(result: StartResult, output: Output) -> None:
    """What was found, what it became, and what to do next."""
    _show_files(result, output)
    if result.mapped:
        show_open(most_important(result.mapped.proposal.questions), output)
    if result.run is None:
        output.say(_("Nothing has been computed yet: answer what is open, or mend the files, and start again."))
        return
    output.warn((*result.run.warnings, *result.warnings))
    show_arrival(result.run.arrival, output)
    if result.tiers:
        tiering.show_tiers(result.tiers, output)
    if result.policy:
        output.say(
            _("The thresholds divide your own {buyers} buyers; they stand in policies/{policy}.yaml and are yours to change."),
            buyers=number(result.policy.buyers),
            policy=result.policy.policy.slug,
        )
    where = result.workspace
    output.say(_("As of {as_of}, money in {currency}."), as_of=result.run.as_of, currency=result.currency)
    output.say(_("Next, each with --workspace {folder}:"), folder=where)
    output.say(_("  fenji why ID        why a customer stands where it stands"))
    output.say(_("  fenji quality       what became of every row"))
    output.say(_("  fenji priority      who deserves attention first"))
    output.say(_("  fenji start {folder}  again when new files have come: it asks only about what is new"), folder=where)


def _show_files(result: StartResult, output: Output) -> None:
    if result.is_new:
        output.heading(
            _("The workspace {folder} is made from {count} files."), folder=result.workspace, count=number(len(result.files))
        )
    elif result.files:
        output.heading(_("{count} new files in {folder}."), folder=result.workspace, count=number(len(result.files)))
    if result.mapped is None:
        return
    for source in result.mapped.proposal.sources:
        mapping.show_summary(source, output)
