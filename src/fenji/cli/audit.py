"""The command ``fenji audit``: who changed what, and is the record of it as it was written?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fenji.answers.audit import AuditResult, AuditVerified, Change
from fenji.cli.options import AsJson, Lang, Workspace, day_of, one_of
from fenji.cli.output import Col, Output, number
from fenji.domain.audit import Action, SubjectKind
from fenji.domain.principals import PrincipalKind
from fenji.errors import InvalidArgument, Problem
from fenji.language import message as _
from fenji.workflow.auditing import SHOWN, list_audit, verify_audit

EXAMPLES = "fenji audit\nfenji audit --since 2026-01-01 --action policy_published\nfenji audit --subject M1\nfenji audit --verify"

HASH_SHOWN = 12
"""Digits of the hash of a customer that people see; --json gives all of it."""

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
ACTIONS = {
    Action.RUN_STARTED: _("run started"),
    Action.RUN_PUBLISHED: _("run published"),
    Action.RUN_FAILED: _("run failed"),
    Action.RUN_CLEARED: _("dead run cleared"),
    Action.RUN_REPAIRED: _("run repaired"),
    Action.RUN_WITHDRAWN: _("damaged analysis withdrawn"),
    Action.RUN_PRUNED: _("old run removed"),
    Action.RUN_NAMED: _("run named"),
    Action.UPKEEP_DONE: _("upkeep done"),
    Action.POLICY_PUBLISHED: _("policy published"),
    Action.OVERRIDE_RECORDED: _("tier given by hand"),
    Action.OVERRIDE_ENDED: _("tier by hand ended"),
    Action.OVERRIDE_PROPOSED: _("tier by hand proposed"),
    Action.OVERRIDE_APPROVED: _("proposed tier by hand approved"),
    Action.OVERRIDE_REFUSED: _("tier by hand refused"),
    Action.OVERRIDE_WITHDRAWN: _("proposed tier by hand withdrawn"),
    Action.DRAFT_MADE: _("draft made"),
    Action.DRAFT_CHANGED: _("draft changed"),
    Action.DRAFT_SUBMITTED: _("draft submitted"),
    Action.DRAFT_APPROVED: _("draft approved"),
    Action.DRAFT_REFUSED: _("draft refused"),
    Action.DRAFT_WITHDRAWN: _("draft withdrawn"),
    Action.DRAFT_PUBLISHED: _("draft published"),
    Action.PERSON_ERASED: _("person erased"),
    Action.PERSON_EXPORTED: _("person exported"),
    Action.PERSON_UNMASKED: _("customer unmasked"),
    Action.LIST_UNMASKED: _("list unmasked"),
    Action.USER_ADDED: _("user added"),
    Action.USER_ROLES_CHANGED: _("roles changed"),
    Action.USER_DISABLED: _("user disabled"),
    Action.USER_ENABLED: _("user enabled"),
    Action.USER_RESET: _("login reset"),
    Action.USER_PASSWORD_SET: _("password set"),
    Action.USER_TOTP_SET: _("second factor set up"),
    Action.USER_LOGGED_IN: _("logged in"),
    Action.USER_LOCKED_OUT: _("locked out for a while"),
    Action.USER_LOGGED_OUT_EVERYWHERE: _("logged out everywhere"),
    Action.TOKEN_MADE: _("token made"),
    Action.TOKEN_REVOKED: _("token revoked"),
    Action.JOB_ASKED: _("job asked for"),
    Action.JOB_CANCELLED: _("job cancelled"),
    Action.WEBHOOK_ADDED: _("webhook added"),
    Action.WEBHOOK_REMOVED: _("webhook removed"),
    Action.WEBHOOK_ROTATED: _("secret of a webhook changed"),
    Action.WEBHOOK_ENABLED: _("webhook enabled"),
    Action.WEBHOOK_DISABLED: _("webhook disabled"),
    Action.EVENTS_REPLAYED: _("events sent again"),
    Action.ALERT_TESTED: _("alert tested"),
}
KINDS = {
    PrincipalKind.PERSON: "{name}",
    PrincipalKind.TOKEN: _("token {name}"),
    PrincipalKind.SYSTEM: _("system {name}"),
}
SUBJECTS = {
    SubjectKind.RUN: _("run {name}"),
    SubjectKind.POLICY: _("policy {name}"),
    SubjectKind.DRAFT: _("draft {name}"),
    SubjectKind.CUSTOMER: _("customer #{name}"),
    SubjectKind.USER: _("user {name}"),
    SubjectKind.TOKEN: _("token {name}"),
    SubjectKind.JOB: _("job {name}"),
    SubjectKind.WEBHOOK: _("webhook {name}"),
    SubjectKind.CHANNEL: _("channel {name}"),
}


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
    name = entry.subject
    shown = name[:HASH_SHOWN] if entry.subject_kind is SubjectKind.CUSTOMER else name
    return [
        number(entry.number),
        f"{entry.at:%Y-%m-%d %H:%M:%S}",
        output.text(KINDS[entry.principal_kind], name=entry.principal),
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
