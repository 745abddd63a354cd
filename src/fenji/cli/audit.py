"""The command ``fenji audit``: who changed what, and is the record of it as it was written?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fenji.answers.audit import AuditResult, AuditVerified, Change
from fenji.cli.options import AsJson, Lang, Workspace, day_of, one_of
from fenji.cli.output import Col, Output, number
from fenji.domain.audit import Action
from fenji.errors import InvalidArgument, Problem
from fenji.language import message as _
from fenji.wording.auditing import ACTIONS, ACTORS, SUBJECTS, subject_shown
from fenji.workflow.auditing import SHOWN, list_audit, verify_audit

EXAMPLES = "fenji audit\nfenji audit --since 2026-01-01 --action policy_published\nfenji audit --subject M1\nfenji audit --verify"

Limit = Annotated[int | None, typer.Option("--limit", metavar="N", help=_("How many entries at most. Default: 20."))]
Since = Annotated[
    str | None, typer.Option("--since", metavar=_("DATE"), help=_("From this day on, in the workspace's time zone."))
]
Which = Annotated[
    str | None, typer.Option("--action", metavar="|".join(Action), help=_("Only entries of one sort, such as override_recorded."))
]
About = Annotated[
    str | None,
    typer.Option(
        "--subject",
        metavar="ID",
        help=_("Only what happened to one customer (the id as in your sources), run, or policy and version, such as 'retail 2'."),
    ),
]
Verify = Annotated[
    bool,
    typer.Option("--verify", help=_("Check the whole log instead of listing it. Exit code 70: an entry was changed or is gone.")),
]


def command(
    context: typer.Context,
    *,
    limit: Limit = None,
    since: Since = None,
    action: Which = None,
    subject: About = None,
    verify: Verify = False,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints the newest entries of the audit log, or checks all of it."""
    output = Output.chosen(context, lang, is_json=as_json)
    if verify:
        _refuse_beside_verify({"--limit": limit, "--since": since, "--action": action, "--subject": subject})
        verified = verify_audit(workspace)
        if output.is_json:
            output.json(verified)
        else:
            show_verified(verified, output)
        return
    result = list_audit(
        workspace,
        limit=SHOWN if limit is None else limit,
        since=day_of(since),
        action=one_of(Action, action, _("action")),
        subject=subject,
    )
    if output.is_json:
        output.json(result)
    else:
        show(result, output)


def _refuse_beside_verify(given: dict[str, object]) -> None:
    text = _("'{name}' means nothing beside --verify, which checks the whole log.")
    InvalidArgument.raise_if(Problem(text, {"name": name}) for name, value in given.items() if value is not None)


def show(result: AuditResult, output: Output) -> None:
    """The table for people."""
    if not result.entries:
        output.say(_("No such entry in the audit log."))
        return
    titles = (_("entry"), _("at (UTC)"), _("who"), _("what"), _("to what"), _("details"))
    columns = [Col(output.text(title), is_number=title == "entry", may_wrap=title == "details") for title in titles]
    output.table(columns, [_cells(each, output) for each in result.entries])


def _cells(entry: Change, output: Output) -> list[str]:
    shown = subject_shown(entry.subject_kind, entry.subject)
    return [
        number(entry.number),
        f"{entry.at:%Y-%m-%d %H:%M:%S}",
        output.text(ACTORS[entry.principal_kind], name=entry.principal),
        output.text(ACTIONS[entry.action]),
        output.text(SUBJECTS[entry.subject_kind], name=shown),
        ", ".join(f"{key}={value}" for key, value in entry.details.items() if value is not None),
    ]


def show_verified(result: AuditVerified, output: Output) -> None:
    """What the check found, for people."""
    output.say(_("The audit log is as it was written: {count} entries, none changed, none missing."), count=result.entries)
    output.say(
        _("Hash of the newest: {hash}. Kept elsewhere, it proves later that nothing was rewritten."), hash=result.newest_hash
    )
