"""The command ``fenji start``: a folder of exports in, tiers out; the one command of a new user."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from fenji.answers.arrival import SourceArrival
from fenji.answers.mapping import MapResult
from fenji.answers.runs import RunResult
from fenji.answers.starting import StartResult
from fenji.cli import tiers as tiering
from fenji.cli.arrival import show_arrival
from fenji.cli.asking import OPEN_QUESTIONS, asker, read_answer_file, show_open
from fenji.cli.feed_words import feed_words, file_names, files_words, made_of_words
from fenji.cli.init import Currency, Zone
from fenji.cli.map import Answers, NoAsk
from fenji.cli.options import AsJson, AsOf, Lang, Workspace, day_of
from fenji.cli.output import Col, Output, number
from fenji.collect.asking.questions import most_important
from fenji.collect.remarks import Remark
from fenji.collect.understanding.proposal import ProposedSource
from fenji.domain.feeds import Feed
from fenji.errors import Problem
from fenji.language import Language
from fenji.language import message as _
from fenji.visible import visible
from fenji.workflow.starting import start
from fenji.workflow.tiers import tiers_at
from fenji.workspace.arrival_warnings import FILES_NOT_READ, SHEETS_NOT_READ

EXAMPLES = "fenji start shop-exports\nfenji start shop-exports --lang zh\nfenji start shop-exports --answers answers.json --json"

_PERSON = ("customer_id", "phone", "email", "union_id", "referrer_id")
_NUMBER = ("order_id",)
_MOMENT = ("ordered_at", "paid_at", "returned_at", "last_at", "registered_at", "at", "contacted_at", "redeemed_at", "started_at")
_MONEY = ("order_amount", "line_amount", "amount", "total", "unit_price", "refund_amount", "monthly_fee", "value")
"""Fields that answer what a shop asks first of a file: who, which order, when, how much; the first that is filled is shown."""

Folder = Annotated[
    Path | None,
    typer.Argument(
        metavar=_("[FOLDER]"),
        help=_("The folder with your exports: orders, members, returns, surveys; its sub-folders are read too."),
    ),
]


def command(
    context: typer.Context,
    folder: Folder = None,
    *,
    as_of: AsOf = None,
    currency: Currency = None,
    time_zone: Zone = None,
    answers: Answers = None,
    no_ask: NoAsk = False,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """From a folder to tiers."""
    output = Output.chosen(context, lang, is_json=as_json)

    with output.progress() as progress:
        result = start(
            folder or workspace,
            language=output.language,
            ask=asker(output, progress, no_ask=no_ask),
            answers=read_answer_file(answers),
            currency=currency,
            time_zone=time_zone,
            as_of=day_of(as_of),
            progress=progress,
        )
        if result.run is not None:
            result = replace(result, tiers=tiers_at(folder or workspace, as_of=result.run.as_of, progress=progress))
    if output.is_json:
        output.json(result)
    else:
        show(result, output)
    if result.run is None:
        raise typer.Exit(OPEN_QUESTIONS)


def show(result: StartResult, output: Output) -> None:
    """What was found, what it became, and what to do next."""
    if result.mapped:
        _show_files(result, result.mapped, output)
        show_open(most_important(result.mapped.proposal.questions), output)
    if result.run is None:
        output.console.print()
        output.say(_("Nothing has been computed yet. Answer the questions or complete the files, then start again."))
        return
    output.warn((*_not_told_yet(result.run, result.mapped), *result.warnings))
    show_arrival(result.run.arrival, output, _names(result.run.arrival.sources, output))
    is_newest = result.run.as_of == result.run.arrival.last_on
    title = _("Tiers as of {as_of}, the day of the newest order") if is_newest else _("Tiers as of {as_of}")
    output.heading(title, as_of=result.run.as_of)
    if result.tiers:
        tiering.show_tiers(result.tiers, output)
    if result.policy:
        output.say(
            _("The thresholds were made from your {buyers} buyers. You may change them in {file}."),
            buyers=number(result.policy.buyers),
            file=f"{result.workspace}/policies/{result.policy.policy.slug}.yaml",
        )
    _show_next(result.workspace, output)


def _not_told_yet(run: RunResult, mapped: MapResult | None) -> list[Problem]:
    """The warnings of the run; files and sheets that it does not read have been told where they were just looked at."""
    told = {table.place for source in mapped.proposal.sources if source.blocking for table in source.tables} if mapped else set()
    told |= {each.partition("#")[0] for each in told}
    unread = {FILES_NOT_READ: run.arrival.unread_files, SHEETS_NOT_READ: run.arrival.unread_sheets}
    return [each for each in run.warnings if not set(unread.get(each.code or "", (None,))) <= told]


def _show_next(folder: str, output: Output) -> None:
    output.heading(_("What to type next"))
    commands = [
        (f"fenji why ID --workspace {folder}", _("why a customer is in this tier, and what is missing for the next")),
        (f"fenji quality --workspace {folder}", _("what became of every row")),
        (f"fenji priority --workspace {folder}", _("whom to serve first")),
        (f"fenji start {folder}", _("when there are new files: fenji asks only about what is new")),
    ]
    width = max(len(command) for command, _about in commands)
    for command, about in commands:
        output.say("  {command}  {about}", command=command.ljust(width), about=output.text(about))


def _show_files(result: StartResult, mapped: MapResult, output: Output) -> None:
    """Which file was read as what, and which columns say who bought, when, and for how much."""
    files = (
        _("{count} {count:file|files} in {folder}")
        if result.is_new
        else _("{count} new or changed {count:file|files} in {folder}")
    )
    output.heading(files, count=len(result.files), folder=result.workspace)
    used = [each for each in mapped.proposal.sources if each.is_usable]
    if used:
        titles = (_("file"), _("read as"), _("customer"), _("order number"), _("time"), _("amount of money"))
        head = Col(output.text(titles[0]), has_lines=True)
        output.table(
            [head, *(Col(output.text(title), may_wrap=True) for title in titles[1:])], [_row(each, output) for each in used]
        )
    refused = {each.file: each.cure for each in mapped.proposal.refusals if each.cure}
    why = [
        (each, (*each.blocking, *([cure] if (cure := refused.get(each.tables[0].place)) else [])))
        for each in mapped.proposal.sources
        if each.blocking
    ]
    _show_remarks(_("Not used:"), why, output)
    _show_remarks(_("How the files were read:"), [(each, each.notes) for each in used], output)
    _show_remarks(_("Please note:"), [(each, each.warnings) for each in used], output)


def _show_remarks(title: str, told: Sequence[tuple[ProposedSource, Sequence[Remark]]], output: Output) -> None:
    if not any(remarks for _source, remarks in told):
        return
    output.heading(title)
    for source, remarks in told:
        if remarks:
            # Chinese sentences follow one another without a blank.
            words = ("" if output.language is Language.ZH else " ").join(each.describe(output.language) for each in remarks)
            output.say("  {line}", line=output.text(_("{files}: {remarks}"), files=_files(source, output), remarks=words))


def _row(source: ProposedSource, output: Output) -> tuple[str, ...]:
    found = (_first(source, names, output) for names in (_PERSON, _NUMBER, _MOMENT, _MONEY))
    return (
        "\n".join(map(visible, file_names((table.file for table in source.tables), output))),
        feed_words(source.feed, output),
        *found,
    )


def _first(source: ProposedSource, names: Sequence[str], output: Output) -> str:
    """The header of the first of some fields that a source fills."""
    columns = {each.field: each for each in source.columns}
    column = next((columns[name] for name in names if name in columns), None)
    if column is None:
        return "-"
    made_of = (made_of_words(source.feed, each, output) for each in column.made_of)
    return " + ".join(filter(None, (column.column, *made_of))) or column.constant or "-"


def _files(source: ProposedSource, output: Output) -> str:
    return files_words((table.file for table in source.tables), output)


def _names(sources: Sequence[SourceArrival], output: Output) -> dict[str, str]:
    """What a source is called where nobody has read sources.yaml yet: its files, and what they were read as."""
    return {
        each.source: output.text(
            _("{files} ({feed})"),
            files=files_words((file.file for file in each.files), output),
            feed=feed_words(Feed(each.feed), output),
        )
        for each in sources
    }
