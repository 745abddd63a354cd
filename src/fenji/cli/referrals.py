"""The commands below ``fenji referrals``: who brought whom, what speaks against it, and what did it earn?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fenji.answers.loyalty.referrals import ReferralsResult
from fenji.cli.help import Entry
from fenji.cli.options import AsJson, Lang, Workspace, one_of
from fenji.cli.output import Col, Output
from fenji.domain.loyalty.referrals import ReferralStatus
from fenji.errors import InvalidArgument
from fenji.language import message as _
from fenji.wording.referrals import REASONS, STATUSES
from fenji.workflow.loyalty.referrals import (
    SeenWith,
    check_referrals,
    claim_referral,
    decide_referral,
    list_referrals,
    referral_code,
)

EXAMPLES = "fenji referrals code crm:C001\nfenji referrals claim 7KQ2MX9P crm:C777\nfenji referrals check\nfenji referrals list --status held"

Customer = Annotated[str, typer.Argument(metavar=_("CUSTOMER"), help=_("A customer: SOURCE:ID, an id, or member:NUMBER."))]
Code = Annotated[str, typer.Argument(metavar=_("CODE"), help=_("The code of who brought them."))]
Phone = Annotated[
    str | None, typer.Option("--phone", metavar=_("PHONE"), help=_("The friend's phone; kept only as a keyed hash."))
]
Device = Annotated[str | None, typer.Option("--device", metavar="ID", help=_("The friend's device; kept only as a keyed hash."))]
Address = Annotated[
    str | None, typer.Option("--address", metavar=_("TEXT"), help=_("The friend's address; kept only as a keyed hash."))
]
Status = Annotated[
    str | None,
    typer.Option("--status", metavar=_("STATUS"), help=_("Only those: claimed, held, rewarded, rejected, clawed_back.")),
]
Program = Annotated[
    str | None, typer.Option("--program", metavar=_("PROGRAM"), help=_("Which loyalty program. Default: the only one."))
]
Accept = Annotated[bool, typer.Option("--accept", help=_("It counts."))]
Reject = Annotated[bool, typer.Option("--reject", help=_("It earns nothing."))]
Why = Annotated[str, typer.Option("--reason", metavar=_("TEXT"), help=_("Why; kept in the record."))]
After = Annotated[int, typer.Option("--after", metavar="N", help=_("Begin after this number."))]
Limit = Annotated[int, typer.Option("--limit", min=1, max=1000, metavar="N", help=_("At most so many rows."))]


def code(
    context: typer.Context,
    customer: Customer,
    *,
    program: Program = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints the code with which a customer brings friends."""
    output = Output.chosen(context, lang, is_json=as_json)
    result = referral_code(workspace, customer, program=program)
    if output.is_json:
        output.json(result)
    else:
        output.say(_("Member {member} brings friends with the code {code}."), member=result.member_id, code=result.code)


def claim(
    context: typer.Context,
    advocate: Code,
    customer: Customer,
    *,
    phone: Phone = None,
    device: Device = None,
    address: Address = None,
    program: Program = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Records who brought a customer, with every reason against it."""
    output = Output.chosen(context, lang, is_json=as_json)
    _show(claim_referral(workspace, advocate, customer, seen=SeenWith(phone, device, address), program=program), output)


def check(
    context: typer.Context, *, program: Program = None, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False
) -> None:
    """Looks at first orders, rewards, rejects and takes back."""
    output = Output.chosen(context, lang, is_json=as_json)
    _show(check_referrals(workspace, program=program), output)


def list_all(
    context: typer.Context,
    *,
    status: Status = None,
    after: After = 0,
    limit: Limit = 50,
    program: Program = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints referrals with what has become of them."""
    output = Output.chosen(context, lang, is_json=as_json)
    wanted = one_of(ReferralStatus, status, _("status"))
    _show(list_referrals(workspace, status=wanted, program=program, after=after, limit=limit), output)


def decide(
    context: typer.Context,
    customer: Customer,
    *,
    reason: Why,
    accept: Accept = False,
    reject: Reject = False,
    program: Program = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Decides about a referral that waits for a person."""
    output = Output.chosen(context, lang, is_json=as_json)
    if accept == reject:
        raise InvalidArgument.of(_("give either --accept or --reject."))
    _show(decide_referral(workspace, customer, reason, is_accepted=accept, program=program), output)


COMMANDS: dict[str, Entry] = {
    "code": (code, _("Shows the code with which a customer brings friends."), "fenji referrals code crm:C001"),
    "claim": (
        claim,
        _("Records that a customer was brought by the owner of a code, with every reason against it."),
        "fenji referrals claim 7KQ2MX9P crm:C777\nfenji referrals claim 7KQ2MX9P crm:C777 --device a81f",
    ),
    "check": (
        check,
        _("Rewards referrals whose first order has stood long enough, rejects others, and takes rewards back after refunds."),
        "fenji referrals check\nfenji referrals check --json",
    ),
    "list": (
        list_all,
        _("Lists referrals, and what has become of them."),
        "fenji referrals list\nfenji referrals list --status held",
    ),
    "decide": (
        decide,
        _("Accepts or rejects a referral that waits for a person."),
        "fenji referrals decide crm:C777 --accept --reason 'one household, two people'",
    ),
}
"""Word -> function, help and examples."""


def _show(result: ReferralsResult, output: Output) -> None:
    if output.is_json:
        output.json(result)
        return
    if not result.referrals:
        output.say(_("Nothing has changed, or nobody was brought yet."))
        return
    titles = (_("friend"), _("brought by"), _("claimed on"), _("status"), _("reasons"), _("first order"), _("voucher"))
    rows = [
        (
            str(each.referred_member_id),
            str(each.advocate_member_id),
            str(each.claimed_on),
            output.text(STATUSES[each.status]),
            output.text(_(", ")).join(output.text(REASONS[reason]) for reason in each.reasons) or "-",
            "-" if each.order_id is None else f"{each.source}:{each.order_id}",
            each.code or ("-" if each.friend_voucher is None else str(each.friend_voucher)),
        )
        for each in result.referrals
    ]
    output.table([Col(output.text(each), may_wrap=each == "reasons") for each in titles], rows)
    if any(each.code for each in result.referrals):
        output.say(_("Keep the codes: they are not shown again."))
    if result.after is not None:
        output.say(_("More follow: --after {after}"), after=result.after)
