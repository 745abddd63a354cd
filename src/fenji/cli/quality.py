"""The command ``fenji quality``: what became of every row that came in?"""

from __future__ import annotations

from pathlib import Path

import typer

from fenji.answers.runs import FileAccount, QualityResult
from fenji.cli.options import AsJson, Lang, PastRun, Workspace
from fenji.cli.output import Col, Output, money, number
from fenji.domain.reasons import EXPECTED, Reason
from fenji.language import message as _
from fenji.workflow.quality import report_quality

EXAMPLES = "fenji quality\nfenji quality --json\nfenji quality --run 20260203T050607-1a2b"

FILES_SHOWN = 30
"""Files listed for people; more are summed up, and --json lists them all."""


def command(
    context: typer.Context,
    *,
    run: PastRun = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints the quality of the latest published run, or of a past one."""
    output = Output.chosen(context, lang, is_json=as_json)
    result = report_quality(workspace, run_id=run)
    if output.is_json:
        output.json(result)
    else:
        show(result, output)


def show(result: QualityResult, output: Output) -> None:
    """The tables for people."""
    output.heading(_("What became of the rows (run {run_id}, as of {as_of})"), run_id=result.run_id, as_of=result.as_of)
    show_account(result, output)
    _show_files(result, output)
    _show_columns(result, output)
    _show_conflicts(result, output)


def show_account(result: QualityResult, output: Output) -> None:
    """Every row on one page: in = kept + rejected + duplicate."""
    rows = [(output.text(_("rows in")), number(result.rows_in), ""), (output.text(_("kept")), number(result.kept), "")]
    for reason, count in sorted(result.rejected.items(), key=lambda each: (-each[1], each[0])):
        rows.append((output.text(_("rejected: {reason}"), reason=reason), number(count), _expected(reason, output)))
    rows.append(
        (
            output.text(_("copies in other files")),
            number(result.duplicates.across_files),
            output.text(_("identical rows; counted once")),
        )
    )
    if result.duplicates.repeats_dropped:
        rows.append(
            (output.text(_("repeats dropped")), number(result.duplicates.repeats_dropped), output.text(_("as sources.yaml says")))
        )
    output.table(
        [Col(""), Col(output.text(_("rows")), is_number=True), Col(output.text(_("what that means")), may_wrap=True)], rows
    )
    if result.reconciles:
        output.say(_("Every row is accounted for: rows in = kept + rejected + duplicate, in every file."))
    else:
        output.say(_("The rows do not add up. Do not use these figures; this is a mistake of fenji."))
    repeats = result.duplicates.repeats_within_file - result.duplicates.repeats_dropped
    if repeats:
        output.say(
            _(
                "Rows that repeat another row of their file: {rows}. They were kept; to drop them write `repeats: drop` in sources.yaml."
            ),
            rows=number(repeats),
        )
    if result.unattributed.rows:
        output.say(
            _("Rows without a customer: {rows}. Their {amount} {currency} stays in the revenue and in no tier."),
            rows=number(result.unattributed.rows),
            amount=money(result.unattributed.net_revenue),
            currency=result.currency,
        )


def _expected(reason: str, output: Output) -> str:
    """What was expected instead; a reason of a drop rule explains itself."""
    if reason not in tuple(Reason):
        return output.text(_("a drop rule of sources.yaml"))
    return output.text(_("expected: {what}"), what=output.text(EXPECTED[Reason(reason)]))


def _show_files(result: QualityResult, output: Output) -> None:
    output.heading(_("Files"))
    titles = [_("rows in"), _("kept"), _("rejected"), _("copies in other files"), _("repeats in the file")]
    rows = [
        (each.source, each.file, *(number(count) for count in _counts(each)))
        for each in sorted(result.files, key=lambda each: (each.source, each.file))
    ]
    head = [Col(output.text(_("source"))), Col(output.text(_("file")), may_wrap=True)]
    output.table([*head, *(Col(output.text(title), is_number=True) for title in titles)], rows[:FILES_SHOWN])
    if len(rows) > FILES_SHOWN:
        output.say(_("... and {more} more {more:file|files}; --json lists them all."), more=number(len(rows) - FILES_SHOWN))


def _counts(file: FileAccount) -> tuple[int, ...]:
    return file.rows_in, file.kept, file.rejected, file.across_files, file.repeats_within_file


def _show_columns(result: QualityResult, output: Output) -> None:
    output.heading(_("Columns"))
    titles = [
        _("missing"),
        _("invalid"),
        _("out of range"),
        _("outlying"),
        _("usual from"),
        _("usual to"),
        _("lowest"),
        _("highest"),
    ]
    head = [Col(output.text(_("source"))), Col(output.text(_("field")))]
    rows = [
        (
            each.source,
            each.field,
            *(number(count) for count in (each.missing, each.invalid, each.out_of_range, each.outlying)),
            *(number(limit, 2) for limit in (each.lower_limit, each.upper_limit, each.lowest, each.highest)),
        )
        for each in result.columns
    ]
    output.table([*head, *(Col(output.text(title), is_number=True) for title in titles)], rows)
    if result.outliers:
        output.say(_("Outlying values lie outside robust limits. They were kept unchanged."))


def _show_conflicts(result: QualityResult, output: Output) -> None:
    if not result.conflicts:
        return
    output.heading(_("Doubtful identities"))
    titles = [_("identifiers"), _("customer ids"), _("merged")]
    rows = [(each.kind, number(each.identifiers), number(each.ids), number(each.merged)) for each in result.conflicts]
    output.table([Col(output.text(_("kind"))), *(Col(output.text(title), is_number=True) for title in titles)], rows)
