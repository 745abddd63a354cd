"""The commands ``fenji points …``: what is earned, spent and owed, and what does it cost?"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from fenji.answers.loyalty.points import AdjustmentsResult, BalanceResult, OperationResult
from fenji.cli.help import Entry
from fenji.cli.options import AsJson, AsOf, Lang, Workspace, day_of
from fenji.cli.output import Col, Output, number
from fenji.cli.points_tables import show_deferral, show_flow, show_laws, show_liability, show_posted, show_program, show_statement
from fenji.errors import InvalidArgument
from fenji.language import message as _
from fenji.wording.points import BUCKETS, KINDS, STATUSES
from fenji.workflow.loyalty.points import (
    PointsAsked,
    balance_of,
    hold_points,
    redeem_held,
    redeem_points,
    release_held,
    statement_of,
    undo_redemption,
)
from fenji.workflow.loyalty.points_adjust import adjust_points, decide_adjustment, list_adjustments
from fenji.workflow.loyalty.points_figures import check_points, points_flow, points_liability
from fenji.workflow.loyalty.points_import import import_balances
from fenji.workflow.loyalty.points_post import post_points
from fenji.workflow.loyalty.points_rules import lint_program, publish_program

EXAMPLES = "fenji points publish loyalty.yaml\nfenji points post\nfenji points balance shop:M1"

Customer = Annotated[
    str, typer.Argument(metavar=_("CUSTOMER"), help=_("Whose points: SPACE:ID, an id that only one id space has, or member:N."))
]
Amount = Annotated[int, typer.Argument(metavar=_("POINTS"), help=_("How many points."))]
Key = Annotated[
    str, typer.Option("--key", metavar=_("KEY"), help=_("Names the operation: asked for twice under one key, it is done once."))
]
Program = Annotated[
    str | None, typer.Option("--program", metavar=_("NAME"), help=_("Which loyalty program, where there are several."))
]
Order = Annotated[str | None, typer.Option("--order", metavar="SOURCE:ORDER", help=_("The order that is paid with the points."))]
OrderAmount = Annotated[
    str | None,
    typer.Option("--order-amount", metavar=_("AMOUNT"), help=_("What that order comes to, where the program limits the share.")),
]
Reason = Annotated[str | None, typer.Option("--reason", metavar=_("TEXT"), help=_("Why; kept in the record."))]
ProgramFile = Annotated[Path, typer.Argument(metavar=_("FILE"), help=_("The loyalty.yaml."))]
BalancesFile = Annotated[
    Path,
    typer.Argument(
        metavar=_("FILE"), help=_("A CSV file: source, customer_id, points, and if known earned_on, expires_on, qualifying.")
    ),
]
HoldId = Annotated[str, typer.Argument(metavar="HOLD", help=_("The transaction_id that fenji points hold answered."))]
OneHold = Annotated[str | None, typer.Option("--hold", metavar="HOLD", help=_("Spends points that were held, all of them."))]
Redemption = Annotated[str, typer.Argument(metavar=_("REDEMPTION"), help=_("The transaction_id of a redemption, or its key."))]
SomePoints = Annotated[
    int | None, typer.Option("--points", metavar=_("N"), help=_("How many come back. Default: all that are left."))
]
Number = Annotated[
    int, typer.Argument(metavar=_("NUMBER"), help=_("The number of the adjustment; see fenji points adjustments."))
]
Because = Annotated[str, typer.Option("--reason", metavar=_("NAME"), help=_("One of the reasons that loyalty.yaml allows."))]
Note = Annotated[str, typer.Option("--note", metavar=_("TEXT"), help=_("What more there is to say; kept in the record."))]
Limit = Annotated[int, typer.Option("--limit", metavar=_("N"), min=1, max=1000, help=_("At most so many rows."))]


def lint(
    context: typer.Context, file: ProgramFile, *, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False
) -> None:
    """Reads a loyalty.yaml and says what is wrong with it."""
    output = Output.chosen(context, lang, is_json=as_json)
    show_program(lint_program(workspace, file), output)


def publish(
    context: typer.Context, file: ProgramFile, *, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False
) -> None:
    """Freezes the version of a program that stands in a file."""
    output = Output.chosen(context, lang, is_json=as_json)
    show_program(publish_program(workspace, file), output)


def post(
    context: typer.Context,
    *,
    as_of: AsOf = None,
    program: Program = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Posts the purchases, refunds and expiries of the last run."""
    output = Output.chosen(context, lang, is_json=as_json)
    with output.progress() as bar:
        result = post_points(workspace, as_of=day_of(as_of), program=program, progress=bar)
    show_posted(result, output)


def balance(
    context: typer.Context,
    customer: Customer,
    *,
    program: Program = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints one member's points."""
    output = Output.chosen(context, lang, is_json=as_json)
    result = balance_of(workspace, customer, program=program)
    if output.is_json:
        output.json(result)
    else:
        _show_balance(result, output)


def statement(
    context: typer.Context,
    customer: Customer,
    *,
    limit: Limit = 50,
    program: Program = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints what happened to one member's points."""
    output = Output.chosen(context, lang, is_json=as_json)
    show_statement(statement_of(workspace, customer, program=program, limit=limit), output)


def redeem(
    context: typer.Context,
    customer: Annotated[str | None, typer.Argument(metavar=_("CUSTOMER"), help=_("Whose points; left out with --hold."))] = None,
    points: Annotated[int | None, typer.Argument(metavar=_("POINTS"), help=_("How many points; left out with --hold."))] = None,
    *,
    key: Key,
    held: OneHold = None,
    order: Order = None,
    order_amount: OrderAmount = None,
    program: Program = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Spends points, those of a hold or any others."""
    output = Output.chosen(context, lang, is_json=as_json)
    amount = _amount(order_amount)
    if held is not None:
        if customer is not None:
            raise InvalidArgument.of(_("a hold says whose points and how many: leave out CUSTOMER and POINTS."))
        result = redeem_held(workspace, held, key, program=program, order=order, order_amount=amount)
    elif customer is None or points is None:
        raise InvalidArgument.of(_("say whose points and how many."))
    else:
        result = redeem_points(workspace, PointsAsked(customer, points, key, program, order, amount))
    _show_done(result, output)


def hold(
    context: typer.Context,
    customer: Customer,
    points: Amount,
    *,
    key: Key,
    program: Program = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Reserves points for a cart."""
    output = Output.chosen(context, lang, is_json=as_json)
    _show_done(hold_points(workspace, PointsAsked(customer, points, key, program)), output)


def release(
    context: typer.Context,
    hold_id: HoldId,
    *,
    program: Program = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Gives back points that were reserved."""
    output = Output.chosen(context, lang, is_json=as_json)
    _show_done(release_held(workspace, hold_id, program=program), output)


def undo(
    context: typer.Context,
    redemption: Redemption,
    *,
    key: Key,
    points: SomePoints = None,
    program: Program = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Puts points of a redemption back into their lots."""
    output = Output.chosen(context, lang, is_json=as_json)
    _show_done(undo_redemption(workspace, redemption, key, points=points, program=program), output)


def adjust(
    context: typer.Context,
    customer: Customer,
    points: Annotated[
        int, typer.Argument(metavar=_("POINTS"), help=_("Above 0 they are given, below 0 taken; write -- before -20."))
    ],
    *,
    reason: Because,
    key: Key,
    note: Note = "",
    program: Program = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Gives or takes points by hand."""
    output = Output.chosen(context, lang, is_json=as_json)
    _show_done(adjust_points(workspace, customer, points, reason=reason, key=key, note=note, program=program), output)


def adjustments(
    context: typer.Context, *, program: Program = None, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False
) -> None:
    """Prints adjustments that needed an approver."""
    output = Output.chosen(context, lang, is_json=as_json)
    _show_adjustments(list_adjustments(workspace, program=program), output)


def approve(
    context: typer.Context,
    adjustment: Number,
    *,
    reason: Reason = None,
    program: Program = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Approves an adjustment; its points move."""
    output = Output.chosen(context, lang, is_json=as_json)
    _show_adjustments(decide_adjustment(workspace, adjustment, is_approved=True, reason=reason, program=program), output)


def refuse(
    context: typer.Context,
    adjustment: Number,
    *,
    reason: Reason = None,
    program: Program = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Refuses an adjustment."""
    output = Output.chosen(context, lang, is_json=as_json)
    _show_adjustments(decide_adjustment(workspace, adjustment, is_approved=False, reason=reason, program=program), output)


def import_all(
    context: typer.Context,
    file: BalancesFile,
    *,
    program: Program = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Brings in the balances of an older system."""
    output = Output.chosen(context, lang, is_json=as_json)
    result = import_balances(workspace, file, program=program)
    if output.is_json:
        output.json(result)
        return
    text = _("{rows} lots read, {lots} posted with {points} points; {members} members are new.")
    values = {"rows": result.rows, "lots": result.lots, "points": result.points, "members": result.members_opened}
    output.say(text, **{name: number(value) for name, value in values.items()})


def liability(
    context: typer.Context,
    *,
    ifrs: Annotated[
        bool, typer.Option("--ifrs", help=_("Shows the revenue that waits for points instead of their cost (IFRS 15)."))
    ] = False,
    program: Program = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints what outstanding points will cost, or which revenue waits for them."""
    output = Output.chosen(context, lang, is_json=as_json)
    show = show_deferral if ifrs else show_liability
    show(points_liability(workspace, program=program), output)


def flow(
    context: typer.Context, *, program: Program = None, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False
) -> None:
    """Prints the roll-forward by month."""
    output = Output.chosen(context, lang, is_json=as_json)
    show_flow(points_flow(workspace, program=program), output)


def check(
    context: typer.Context, *, program: Program = None, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False
) -> None:
    """Checks all laws over all rows."""
    output = Output.chosen(context, lang, is_json=as_json)
    result = check_points(workspace, program=program)
    show_laws(result, output)
    if result.broken:
        raise typer.Exit(70)


COMMANDS: dict[str, Entry] = {
    "lint": (
        lint,
        _("Reads a loyalty.yaml and says what is wrong with it, each problem at its line."),
        "fenji points lint loyalty.yaml",
    ),
    "publish": (
        publish,
        _("Freezes a version of a loyalty program. What is granted keeps the version that it was granted under."),
        "fenji points publish loyalty.yaml",
    ),
    "post": (
        post,
        _("Posts the purchases, refunds and expiries of the last run, each once; run it again whenever orders have come."),
        "fenji points post\nfenji points post --as-of 2026-12-31",
    ),
    "balance": (
        balance,
        _("Shows one member's points today, lot by lot in the order in which they are spent."),
        "fenji points balance shop:M1",
    ),
    "statement": (
        statement,
        _("Shows what happened to one member's points, the newest first."),
        "fenji points statement shop:M1 --limit 20",
    ),
    "redeem": (
        redeem,
        _("Spends points, those that expire first before the others; with --hold those that were held."),
        "fenji points redeem shop:M1 50 --key till-7-1234 --order shop:1234 --order-amount 200\nfenji points redeem --hold HOLD --key till-7-1234",
    ),
    "hold": (
        hold,
        _("Reserves points for a cart for as long as the program says."),
        "fenji points hold shop:M1 50 --key cart-99",
    ),
    "release": (release, _("Gives back points that were held."), "fenji points release 12d08544-a3b4-5ba1-89bb-a3dc26edd448"),
    "undo": (
        undo,
        _("Puts points of a redemption back into the lots that they came from, with their old last day."),
        "fenji points undo till-7-1234 --key undo-till-7-1234\nfenji points undo till-7-1234 --key undo-1 --points 20",
    ),
    "adjust": (
        adjust,
        _("Gives or takes points by hand, with a reason of the program; above its limit somebody else must approve."),
        "fenji points adjust shop:M1 100 --reason goodwill --key ticket-5\nfenji points adjust --reason error --key ticket-6 -- shop:M1 -20",
    ),
    "adjustments": (
        adjustments,
        _("Lists adjustments that needed an approver, with what has become of them."),
        "fenji points adjustments",
    ),
    "approve": (approve, _("Approves an adjustment that somebody else proposed; its points move."), "fenji points approve 3"),
    "refuse": (
        refuse,
        _("Refuses an adjustment, with a reason."),
        "fenji points refuse 3 --reason 'the complaint was withdrawn'",
    ),
    "import": (
        import_all,
        _("Brings in the balances of an older system as lots with their last day; all of a file or nothing, and nothing twice."),
        "fenji points import balances.csv",
    ),
    "liability": (
        liability,
        _("Shows what outstanding points will cost, by the month in which they were earned."),
        "fenji points liability --ifrs\nfenji points liability --json",
    ),
    "flow": (
        flow,
        _("Shows the roll-forward of all points by month: opening, earned, refunded, redeemed, expired, closing."),
        "fenji points flow",
    ),
    "check": (check, _("Checks every law of the ledger over every row; says which rows break one."), "fenji points check --json"),
}
"""Word -> function, help and examples."""


def _amount(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount <= 0:
        raise InvalidArgument.of(_("'{amount}' is no amount above 0."), amount=text[:40])
    return amount


def _show_balance(result: BalanceResult, output: Output) -> None:
    output.heading(_("Points of member {member} on {day}"), member=result.member_id, day=result.as_of)
    text = _("{spendable} can be spent, {pending} wait, {held} are held, {owed} are owed. Qualifying points: {qualifying}.")
    values = {"spendable": result.spendable, "pending": result.pending, "held": result.held, "owed": result.owed}
    output.say(text, **{name: number(value) for name, value in {**values, "qualifying": result.qualifying_total}.items()})
    if not result.lots:
        return
    titles = (_("number of points"), _("on hold"), _("state"), _("earned on"), _("spent from"), _("last day"))
    columns = [Col(output.text(title), is_number=place < 2) for place, title in enumerate(titles)]  # noqa: PLR2004 - the first two
    output.table(
        columns,
        [
            (
                number(each.points),
                number(each.held),
                output.text(BUCKETS[each.bucket]),
                str(each.earned_on),
                str(each.available_on),
                output.text(_("never expires")) if each.expires_on is None else str(each.expires_on),
            )
            for each in result.lots
        ],
    )


def _show_done(result: OperationResult, output: Output) -> None:
    if output.is_json:
        output.json(result)
        return
    values = {"kind": output.text(KINDS[result.kind]), "points": number(result.points), "member": result.member_id}
    if result.waits_for is not None:
        output.say(
            _("{points} points of member {member} wait for an approver, as adjustment {number}."),
            **values,
            number=result.waits_for,
        )
        return
    output.say(_("{kind}: {points} points of member {member}."), **values)
    if result.is_existing:
        output.say(_("It had been done before under this key; nothing was done again."))
    output.say(_("Available now: {available}; owed: {owed}."), available=number(result.available), owed=number(result.owed))
    output.say(_("Transaction {transaction}."), transaction=result.transaction_id)


def _show_adjustments(result: AdjustmentsResult, output: Output) -> None:
    if output.is_json:
        output.json(result)
        return
    if not result.adjustments:
        output.say(_("No adjustment has needed an approver yet."))
        return
    titles = (_("no."), _("member"), _("number of points"), _("reason"), _("state"), _("proposed by"), _("decided by"))
    columns = [Col(output.text(title), is_number=place < 3) for place, title in enumerate(titles)]  # noqa: PLR2004 - the first three
    output.table(
        columns,
        [
            (
                str(each.number),
                str(each.member_id),
                number(each.points),
                each.reason,
                output.text(STATUSES[each.status]),
                each.proposed_by,
                each.decided_by or "-",
            )
            for each in result.adjustments
        ],
    )
