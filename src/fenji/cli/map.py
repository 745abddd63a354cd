"""The command ``fenji map``: what would sources.yaml say for these files, and how sure is that?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fenji.answers.mapping import MapResult
from fenji.cli.asking import OPEN_QUESTIONS, asker, read_answer_file, show_open
from fenji.cli.feed_words import feed_words, field_words, made_of_words
from fenji.cli.options import AsJson, Lang, Workspace
from fenji.cli.output import Col, Output
from fenji.cli.rehearsal import show_rehearsal
from fenji.collect.asking.questions import most_important
from fenji.collect.headers import Confidence
from fenji.collect.understanding.proposal import ProposedColumn, ProposedSource
from fenji.domain.feeds import Feed
from fenji.language import message as _
from fenji.workflow.mapping import map_files

EXAMPLES = "fenji map orders/*.csv\nfenji map orders members.xlsx --workspace shop --write"

Files = Annotated[
    list[Path], typer.Argument(metavar=_("FILES"), help=_("Files, folders or patterns: CSV, TSV, Excel, Parquet, JSON lines."))
]
Write = Annotated[
    bool,
    typer.Option(
        "--write", help=_("Write the proposal as sources.yaml of the workspace. A sources.yaml with entries is not overwritten.")
    ),
]

Answers = Annotated[
    Path | None,
    typer.Option(
        "--answers", metavar=_("FILE"), help=_("Answers to open questions: a JSON file of their ids and the values chosen.")
    ),
]
NoAsk = Annotated[bool, typer.Option("--no-ask", help=_("Ask nothing, even in a terminal; open questions are printed."))]
Again = Annotated[
    str | None,
    typer.Option("--ask", metavar=_("COLUMN"), help=_("Ask again what was answered about this column before.")),
]

_SURE = {Confidence.SURE: _("sure"), Confidence.LIKELY: _("likely"), Confidence.GUESS: _("a guess")}


def command(
    context: typer.Context,
    files: Files,
    *,
    write: Write = False,
    answers: Answers = None,
    no_ask: NoAsk = False,
    again: Again = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints the proposal, or writes it and prints what it says; asks what is open where somebody can answer."""
    output = Output.chosen(context, lang, is_json=as_json)
    given = read_answer_file(answers)
    with output.progress() as progress:
        result = map_files(
            workspace,
            tuple(files),
            language=output.language,
            ask=asker(output, progress, no_ask=no_ask),
            answers=given,
            forgotten=again,
            write=write,
            progress=progress,
        )
    if output.is_json:
        output.json(result)
    elif write:
        show(result, output)
    else:
        output.document(result.text)
    if result.is_open:
        raise typer.Exit(OPEN_QUESTIONS)


def show(result: MapResult, output: Output) -> None:
    """What was written, for people."""
    refused = {each.file: each for each in result.proposal.refusals}
    for source in result.proposal.sources:
        _show_source(source, output)
        refusal = refused.get(source.tables[0].place)
        if source.blocking and refusal and refusal.cure:
            output.say(_("  what to do: {remark}"), remark=refusal.cure.describe(output.language))
    if result.rehearsal:
        show_rehearsal(result.rehearsal, output)
    show_open(most_important(result.proposal.questions), output)
    output.console.print()
    folder = Path(str(result.written)).parent
    where = "" if folder == Path() else f" --workspace {folder}"
    text = (
        _("Written to {file}. What waits for an answer does not count yet: answer first, then: fenji run{where}")
        if result.waits
        else _("Written to {file}. Read it, change what is wrong, then: fenji run{where}")
    )
    output.say(text, file=result.written, where=where)


def _show_source(source: ProposedSource, output: Output) -> None:
    feed = feed_words(source.feed, output)
    output.heading(_("{source} ({feed}), from {files}"), source=source.name, feed=feed, files=", ".join(source.paths))
    if source.platform:
        output.say("  {platform}", platform=source.platform.describe(output.language))
    titles = [_("field"), _("column"), _("how sure"), _("why")]
    output.table(
        [*(Col(output.text(title)) for title in titles[:3]), Col(output.text(titles[3]), may_wrap=True)],
        [_column(each, source.feed, output) for each in source.columns],
    )
    for text, remarks in (
        (_("  missing: {remark}"), source.blocking),
        (_("  careful: {remark}"), source.warnings),
        (_("  note: {remark}"), source.notes),
    ):
        for each in remarks:
            output.say(text, remark=each.describe(output.language))
    if source.unused:
        output.say(_("  not used: {columns}"), columns=", ".join(source.unused))


def _column(column: ProposedColumn, feed: Feed | None, output: Output) -> tuple[str, ...]:
    made_of = (made_of_words(feed, each, output) for each in column.made_of)
    filled = f"= {column.constant}" if column.constant is not None else " + ".join(filter(None, (column.column, *made_of)))
    sure = output.text(_SURE[column.confidence])
    return field_words(feed, column.field, output), filled or "", sure, column.why.describe(output.language)
