"""The commands ``fenji policy publish`` and ``fenji policy list``: which versions are there, and which can no longer be changed?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fenji.answers.policies import PublishResult, VersionRow, VersionsResult
from fenji.cli.help import Entry
from fenji.cli.options import AsJson, Lang, Workspace
from fenji.cli.output import Col, Output
from fenji.cli.policy_drafts import draft_meant
from fenji.language import message as _
from fenji.workflow.drafting.deciding import publish_draft
from fenji.workflow.publishing import list_versions, publish_policy

PolicyFile = Annotated[
    Path, typer.Argument(metavar=_("FILE"), help=_("The policy file to publish, or the number of an approved draft."))
]


def publish(
    context: typer.Context, file: PolicyFile, *, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False
) -> None:
    """Freezes the version of a policy that stands in a file."""
    output = Output.chosen(context, lang, is_json=as_json)
    draft = draft_meant(file)
    result = publish_policy(workspace, file) if draft is None else publish_draft(workspace, draft)
    if output.is_json:
        output.json(result)
    else:
        show_published(result, output)


def list_all(context: typer.Context, *, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False) -> None:
    """Prints every version of every policy."""
    output = Output.chosen(context, lang, is_json=as_json)
    result = list_versions(workspace)
    if output.is_json:
        output.json(result)
    else:
        show_versions(result, output)


COMMANDS: dict[str, Entry] = {
    "publish": (
        publish,
        _(
            "Freezes a version of a policy with its author, reason and first day. From then on it can only be followed by a higher one."
        ),
        "fenji policy publish policies/retail.yaml",
    ),
    "list": (
        list_all,
        _("Lists every version of every policy: from when it counts, whether it is published, and which one counts today."),
        "fenji policy list\nfenji policy list --json",
    ),
}
"""Word -> function, help and examples."""


def show_published(result: PublishResult, output: Output) -> None:
    """What was frozen, for people."""
    output.warn(result.warnings)
    output.say(
        _("Published: policy {policy} version {version}, in force from {day}. It can no longer be changed."),
        policy=result.policy,
        version=result.version,
        day=result.effective_on,
    )
    output.say(_("by {author}: {why}"), author=result.author, why=result.why)


def show_versions(result: VersionsResult, output: Output) -> None:
    """The table for people."""
    titles = (_("policy"), _("version"), _("in force from"), _("state"), _("author"), _("why"), _("file"))
    columns = [Col(output.text(title), is_number=title == "version", may_wrap=title == "why") for title in titles]
    output.heading(_("Policy versions on {day}"), day=result.as_of)
    output.table(columns, [_cells(each, output) for each in result.versions])


def _cells(row: VersionRow, output: Output) -> list[str]:
    state = output.text(_("draft"))
    if row.published_at is not None:
        state = output.text(_("published on {day}"), day=f"{row.published_at:%Y-%m-%d}")
    if row.is_file_changed:
        state = output.text(_("{state}; its file says something else now"), state=state)
    if row.approved_by is not None:
        text = _("{state}, approved by its own author alone") if row.is_self_approval else _("{state}, approved by {name}")
        state = output.text(text, state=state, name=row.approved_by)
    if row.is_in_force:
        state = output.text(_("{state}, counts today"), state=state)
    return [row.policy, str(row.version), str(row.effective_on), state, row.author, row.why, row.file or "-"]
