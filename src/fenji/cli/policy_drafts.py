"""The commands ``fenji policy drafts``, ``submit``, ``approve``, ``refuse`` and ``diff``: how do several people agree on the rules?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from fenji.analyze.policies.findings import Severity
from fenji.answers.drafts import DraftResult, DraftRow, DraftsResult, PolicyDifference, PolicyDiffResult
from fenji.cli.help import Entry
from fenji.cli.options import AsJson, Lang, Workspace
from fenji.cli.output import Col, Output
from fenji.documents.reader import text_of
from fenji.domain.drafts import DraftStatus
from fenji.errors import InvalidArgument
from fenji.language import message as _
from fenji.workflow.drafting.deciding import approve_draft, refuse_draft, submit_draft
from fenji.workflow.drafting.differing import diff_versions
from fenji.workflow.drafting.writing import list_drafts, make_draft, show_draft

Number = Annotated[int, typer.Argument(metavar=_("DRAFT"), help=_("The number of the draft."), min=1, max=2**31 - 1)]
NumberOrNone = Annotated[
    int | None, typer.Argument(metavar=_("[DRAFT]"), help=_("One draft whole. Default: a list of all."), min=1, max=2**31 - 1)
]
FileOrNumber = Annotated[str, typer.Argument(metavar=_("FILE"), help=_("A policy file, or the number of a draft."))]
Why = Annotated[str | None, typer.Option("--why", metavar=_("TEXT"), help=_("Why the rules should change."))]
Reason = Annotated[
    str | None,
    typer.Option("--reason", metavar=_("TEXT"), help=_("Why; needed to refuse, and to approve what you wrote yourself.")),
]
Slug = Annotated[str, typer.Argument(metavar=_("POLICY"), help=_("The policy's name."))]
Before = Annotated[int, typer.Argument(metavar=_("BEFORE"), help=_("The version to compare with."), min=1)]
After = Annotated[int, typer.Argument(metavar=_("AFTER"), help=_("The version whose changes are shown."), min=1)]
STATUSES = {
    DraftStatus.DRAFT: _("being written"),
    DraftStatus.SUBMITTED: _("waits for approval"),
    DraftStatus.APPROVED: _("approved"),
    DraftStatus.REFUSED: _("refused"),
    DraftStatus.PUBLISHED: _("published"),
    DraftStatus.WITHDRAWN: _("withdrawn"),
}


def drafts(
    context: typer.Context,
    number: NumberOrNone = None,
    *,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints all drafts, or one of them whole."""
    output = Output.chosen(context, lang, is_json=as_json)
    if number is not None:
        _print(show_draft(workspace, number), output)
        return
    found = list_drafts(workspace)
    if output.is_json:
        output.json(found)
    else:
        show_drafts(found, output)


def submit(
    context: typer.Context,
    file: FileOrNumber,
    *,
    why: Why = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Asks for the approval of a draft; a file becomes one."""
    output = Output.chosen(context, lang, is_json=as_json)
    if not (why or "").strip():
        raise InvalidArgument.of(_("'{name}' is missing."), name="--why", advice=_("Whoever approves it reads why."))
    number = int(file) if _is_number(file) else make_draft(workspace, text_of(Path(file))).draft.draft_id
    _print(submit_draft(workspace, number, why or ""), output)


def approve(
    context: typer.Context,
    number: Number,
    *,
    reason: Reason = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Approves a draft that somebody else has submitted."""
    output = Output.chosen(context, lang, is_json=as_json)
    _print(approve_draft(workspace, number, reason=reason), output)


def refuse(
    context: typer.Context,
    number: Number,
    *,
    reason: Reason = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Refuses a draft that was submitted."""
    output = Output.chosen(context, lang, is_json=as_json)
    _print(refuse_draft(workspace, number, reason or ""), output)


def diff(
    context: typer.Context,
    policy: Slug,
    before: Before,
    after: After,
    *,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints what a version changes, rule by rule."""
    output = Output.chosen(context, lang, is_json=as_json)
    found = diff_versions(workspace, policy, before, after)
    if output.is_json:
        output.json(found)
    else:
        show_diff(found, output)


COMMANDS: dict[str, Entry] = {
    "drafts": (
        drafts,
        _("Lists the drafts of policies, who wrote each and who decided; with a number, one draft and what it would change."),
        "fenji policy drafts\nfenji policy drafts 3",
    ),
    "submit": (
        submit,
        _("Asks for the approval of a draft, or of a file as a new draft. Refused where the linter finds errors."),
        "fenji policy submit new.yaml --why 'prices rose by a tenth'",
    ),
    "approve": (
        approve,
        _(
            "Approves a draft that somebody else has submitted; then publish it. Your own only where nobody else could, with --reason."
        ),
        "fenji policy approve 3\nfenji policy publish 3",
    ),
    "refuse": (
        refuse,
        _("Refuses a draft; its author may change and submit it again."),
        "fenji policy refuse 3 --reason 'too low'",
    ),
    "diff": (
        diff,
        _("Shows what a version of a policy changes: rules that were added or removed, and thresholds before and after."),
        "fenji policy diff retail 1 2",
    ),
}
"""Word -> function, help and examples."""


def draft_meant(file: Path) -> int | None:
    """The number of the draft that is written in place of a file; None where a file is meant."""
    return int(str(file)) if _is_number(str(file)) else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and 0 < int(text) < 2**31 and not Path(text).exists()


def _print(result: DraftResult, output: Output) -> None:
    if output.is_json:
        output.json(result)
    else:
        show_one(result, output)


def show_drafts(result: DraftsResult, output: Output) -> None:
    """The table for people."""
    output.heading(_("Drafts of policies"))
    if not result.drafts:
        output.say(_("There are no drafts."))
        return
    titles = (_("draft"), _("policy"), _("state"), _("author"), _("why"), _("decided by"), _("changed"))
    columns = [Col(output.text(title), is_number=title == "draft", may_wrap=title == "why") for title in titles]
    output.table(columns, [_cells(each, output) for each in result.drafts])


def show_one(result: DraftResult, output: Output) -> None:
    """One draft for people: how far it has come, what is wrong with it, and what it would change."""
    output.warn(result.warnings)
    draft = result.draft
    output.heading(_("Draft {number} of policy {policy}"), number=draft.draft_id, policy=draft.policy or "-")
    output.say(_("{state}; written by {author}"), state=output.text(STATUSES[draft.status]), author=draft.author)
    if draft.why is not None:
        output.say(_("why: {why}"), why=draft.why)
    if draft.decision.decided_by is not None:
        reason = draft.decision.decision_reason or "-"
        output.say(_("decided by {name}: {reason}"), name=draft.decision.decided_by, reason=reason)
    for finding in result.findings:
        text = _("  error: {problem}") if finding.severity is Severity.ERROR else _("  warning: {problem}")
        output.say(text, problem=finding.problem.describe(output.language))
    if result.compared_with is not None:
        output.heading(_("What it changes of version {version}"), version=result.compared_with)
        _show_changes(result.changes, output)


def show_diff(result: PolicyDiffResult, output: Output) -> None:
    """The changes for people."""
    output.heading(
        _("Policy {policy}: what version {after} changes of version {before}"),
        policy=result.policy,
        after=result.to_version,
        before=result.from_version,
    )
    _show_changes(result.changes, output)


def _show_changes(changes: Sequence[PolicyDifference], output: Output) -> None:
    if not changes:
        output.say(_("No rule differs."))
    for each in changes:
        output.say("  - {line}", line=each.sentence.in_language(output.language))


def _cells(row: DraftRow, output: Output) -> list[str]:
    by = row.decision.decided_by or "-"
    if row.decision.is_self_approval:
        by = output.text(_("{name} alone"), name=by)
    state = output.text(STATUSES[row.status])
    return [str(row.draft_id), row.policy or "-", state, row.author, row.why or "-", by, f"{row.changed_at:%Y-%m-%d}"]
