"""The commands ``fenji members …``: who has an account of points, and which members are one person?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fenji.answers.loyalty.members import MembersResult, MergesResult
from fenji.cli.help import Entry
from fenji.cli.options import AsJson, Lang, Workspace
from fenji.cli.output import Col, Output, number
from fenji.language import message as _
from fenji.wording.points import MEMBERS, STATUSES
from fenji.workflow.loyalty.members import (
    approve_merge,
    link_id,
    list_members,
    list_merges,
    propose_merge,
    refuse_merge,
    undo_merge,
)

EXAMPLES = "fenji members list\nfenji members merges\nfenji members approve 3"

Program = Annotated[
    str | None, typer.Option("--program", metavar=_("NAME"), help=_("Which loyalty program, where there are several."))
]
Customer = Annotated[
    str, typer.Argument(metavar=_("CUSTOMER"), help=_("Which member: SPACE:ID, an id that only one id space has, or member:N."))
]
Into = Annotated[str, typer.Argument(metavar=_("INTO"), help=_("The member that would hold the points; written likewise."))]
Source = Annotated[str, typer.Argument(metavar=_("SOURCE"), help=_("Whose id it is."))]
CustomerId = Annotated[str, typer.Argument(metavar="ID", help=_("One more id that is to earn for the member."))]
Number = Annotated[int, typer.Argument(metavar=_("NUMBER"), help=_("The number of the merge; see fenji members merges."))]
Reason = Annotated[str | None, typer.Option("--reason", metavar=_("TEXT"), help=_("Why; kept in the record."))]
Why = Annotated[str, typer.Option("--reason", metavar=_("TEXT"), help=_("Why; kept in the record."))]
After = Annotated[int, typer.Option("--after", metavar=_("NUMBER"), min=0, help=_("Goes on after this member."))]
Limit = Annotated[int, typer.Option("--limit", metavar=_("N"), min=1, max=1000, help=_("At most so many rows."))]


def list_all(
    context: typer.Context,
    *,
    after: After = 0,
    limit: Limit = 100,
    program: Program = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints members by number."""
    output = Output.chosen(context, lang, is_json=as_json)
    _show_members(list_members(workspace, program=program, after=after, limit=limit), output)


def link(
    context: typer.Context,
    customer: Customer,
    source: Source,
    customer_id: CustomerId,
    *,
    program: Program = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Has one more id earn for a member."""
    output = Output.chosen(context, lang, is_json=as_json)
    _show_members(link_id(workspace, customer, source, customer_id, program=program), output)


def merges(
    context: typer.Context, *, program: Program = None, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False
) -> None:
    """Prints every merge that was proposed."""
    output = Output.chosen(context, lang, is_json=as_json)
    _show_merges(list_merges(workspace, program=program), output)


def merge(
    context: typer.Context,
    customer: Customer,
    into: Into,
    *,
    program: Program = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Proposes that two members are one person."""
    output = Output.chosen(context, lang, is_json=as_json)
    _show_merges(propose_merge(workspace, customer, into, program=program), output)


def approve(
    context: typer.Context,
    proposed: Number,
    *,
    reason: Reason = None,
    program: Program = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Approves a merge; all points move."""
    output = Output.chosen(context, lang, is_json=as_json)
    _show_merges(approve_merge(workspace, proposed, reason=reason, program=program), output)


def refuse(
    context: typer.Context,
    proposed: Number,
    *,
    reason: Why,
    program: Program = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Refuses a merge."""
    output = Output.chosen(context, lang, is_json=as_json)
    _show_merges(refuse_merge(workspace, proposed, reason, program=program), output)


def unmerge(
    context: typer.Context,
    approved: Number,
    *,
    reason: Why,
    program: Program = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Makes two members of one again."""
    output = Output.chosen(context, lang, is_json=as_json)
    _show_merges(undo_merge(workspace, approved, reason, program=program), output)


COMMANDS: dict[str, Entry] = {
    "list": (
        list_all,
        _("Lists members by number, with the ids that earn for them and their points."),
        "fenji members list --limit 20",
    ),
    "link": (
        link,
        _("Has one more id of the company earn for a member; no points move."),
        "fenji members link shop:M1 app 90017",
    ),
    "merges": (
        merges,
        _("Lists merges that were proposed, by the same phone for example, with what has become of them."),
        "fenji members merges",
    ),
    "merge": (
        merge,
        _("Proposes that two members are one person; nothing moves before somebody approves."),
        "fenji members merge shop:M1 app:90017",
    ),
    "approve": (
        approve,
        _("Approves a merge: all points and debts of one member move to the other, with their last days."),
        "fenji members approve 3",
    ),
    "refuse": (
        refuse,
        _("Refuses a merge, with a reason; it is not proposed again."),
        "fenji members refuse 3 --reason 'father and son'",
    ),
    "unmerge": (
        unmerge,
        _("Makes two members of one again: each gets back what is left of its own points and debts."),
        "fenji members unmerge 3 --reason 'father and son'",
    ),
}
"""Word -> function, help and examples."""


def _show_members(result: MembersResult, output: Output) -> None:
    if output.is_json:
        output.json(result)
        return
    if not result.members:
        output.say(_("There is no member yet."))
        return
    titles = (_("member"), _("ids"), _("state"), _("available"), _("waiting"), _("on hold"), _("owed"), _("qualifying"))
    columns = [Col(output.text(title), is_number=place not in (1, 2), may_wrap=place == 1) for place, title in enumerate(titles)]
    rows = [
        (
            str(each.member_id),
            ", ".join(each.ids),
            output.text(MEMBERS[each.status]),
            *(number(value) for value in (each.available, each.pending, each.held, each.owed, each.qualifying_total)),
        )
        for each in result.members
    ]
    output.table(columns, rows)
    if result.next_after is not None:
        output.say(
            _("There are {count} members in all; go on with --after {after}."),
            count=number(result.count),
            after=result.next_after,
        )


def _show_merges(result: MergesResult, output: Output) -> None:
    if output.is_json:
        output.json(result)
        return
    if not result.merges:
        output.say(_("No merge has been proposed."))
        return
    titles = (_("no."), _("member"), _("into"), _("by rule"), _("state"), _("proposed by"), _("decided by"), _("reason"))
    rows = [
        (
            str(each.number),
            str(each.from_member_id),
            str(each.into_member_id),
            each.rule,
            output.text(STATUSES[each.status]),
            each.proposed_by,
            each.decided_by or "-",
            each.reason or "",
        )
        for each in result.merges
    ]
    output.table([Col(output.text(title), is_number=place < 3) for place, title in enumerate(titles)], rows)  # noqa: PLR2004 - the first three
