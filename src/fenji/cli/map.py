"""The command ``fenji map``: what would sources.yaml say for these files, and how sure is that?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from fenji.cli.options import AsJson, Lang, Workspace
from fenji.cli.output import Col, Output
from fenji.collect.headers import Confidence
from fenji.collect.understanding.proposal import ProposedColumn, ProposedSource
from fenji.language import message as _
from fenji.workflow.mapping import MapResult, propose_mapping

HELP = _(
    "Reads samples of your files and proposes sources.yaml: which column is which field, how sure that is, and what is missing."
)
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

_SURE = {Confidence.SURE: _("sure"), Confidence.LIKELY: _("likely"), Confidence.GUESS: _("a guess")}


def command(
    context: typer.Context,
    files: Files,
    *,
    write: Write = False,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints the proposal, or writes it and prints what it says."""
    output = Output.chosen(context, lang, is_json=as_json)
    result = propose_mapping(workspace, tuple(files), language=output.language, write=write)
    if output.is_json:
        output.json(answer(result, output))
    elif write:
        show(result, output)
    else:
        output.console.file.write(result.text)


def answer(result: MapResult, output: Output) -> dict[str, Any]:
    """The JSON object; no run has taken place."""
    return {
        "run_id": None,
        "as_of": None,
        "sources": [_source(each, output) for each in result.proposal.sources],
        "written": result.written,
        "yaml": result.text,
    }


def _source(source: ProposedSource, output: Output) -> dict[str, Any]:
    def said(remarks: Any) -> list[str]:  # noqa: ANN401
        return [each.describe(output.language) for each in remarks]

    return {
        "source": source.name,
        "feed": str(source.feed) if source.feed else None,
        "files": list(source.paths),
        "platform": source.platform.describe(output.language) if source.platform else None,
        "is_usable": source.is_usable,
        "columns": [
            {
                "field": each.field,
                "column": each.column,
                "constant": each.constant,
                "unit": str(each.unit),
                "confidence": str(each.confidence),
                "why": each.why.describe(output.language),
            }
            for each in source.columns
        ],
        "missing": said(source.blocking),
        "warnings": said(source.warnings),
        "notes": said(source.notes),
        "unused": list(source.unused),
    }


def show(result: MapResult, output: Output) -> None:
    """What was written, for people."""
    for source in result.proposal.sources:
        _show_source(source, output)
    output.console.print()
    folder = Path(str(result.written)).parent
    where = "" if folder == Path() else f" --workspace {folder}"
    output.say(_("Written to {file}. Read it, change what is wrong, then: fenji run{where}"), file=result.written, where=where)


def _show_source(source: ProposedSource, output: Output) -> None:
    feed = str(source.feed) if source.feed else output.text(_("unknown"))
    output.heading(_("{source}: feeds {feed}, from {files}"), source=source.name, feed=feed, files=", ".join(source.paths))
    if source.platform:
        output.say("  {platform}", platform=source.platform.describe(output.language))
    titles = [_("field"), _("column"), _("how sure"), _("why")]
    output.table(
        [*(Col(output.text(title)) for title in titles[:3]), Col(output.text(titles[3]), may_wrap=True)],
        [_column(each, output) for each in source.columns],
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


def _column(column: ProposedColumn, output: Output) -> tuple[str, ...]:
    filled = column.column if column.constant is None else f"= {column.constant}"
    return column.field, filled or "", output.text(_SURE[column.confidence]), column.why.describe(output.language)
