"""The commands below ``fenji offers``: what is offered, who gets a code, and what does it take off an order?"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from fenji.answers.loyalty.offers import (
    OfferRow,
    OffersResult,
    VersionsOfOffers,
    VouchersEnded,
    VouchersIssued,
    VouchersResult,
    VoucherUsed,
)
from fenji.cli.help import Entry
from fenji.cli.options import AsJson, AsOf, Lang, Workspace, day_of
from fenji.cli.output import Col, Output, money, number
from fenji.errors import InvalidArgument
from fenji.language import message as _
from fenji.wording.offers import STATES, USES, gives
from fenji.workflow.loyalty.offers import lint_offers, list_offers, publish_offers, show_offers
from fenji.workflow.loyalty.vouchers import (
    OrderAsked,
    Recipients,
    check_voucher,
    give_back_vouchers,
    issue_vouchers,
    list_vouchers,
    release_vouchers,
    use_voucher,
    withdraw_voucher,
)

EXAMPLES = (
    "fenji offers publish offers.yaml\nfenji offers show\nfenji offers issue welcome_20 --everybody --key spring --out codes.csv\n"
    "fenji offers redeem ABCD-EFGH-2345-6789 --order till:1007 --amount 268 --customer crm:C001 --key till-1007"
)

OffersFile = Annotated[Path, typer.Argument(metavar=_("FILE"), help=_("The offers.yaml."))]
OfferName = Annotated[str, typer.Argument(metavar=_("OFFER"), help=_("An offer that is in force today."))]
Code = Annotated[str, typer.Argument(metavar=_("CODE"), help=_("The code, with or without dashes."))]
Order = Annotated[str, typer.Option("--order", metavar=_("SOURCE:ORDER"), help=_("The order."))]
Amount = Annotated[
    str, typer.Option("--amount", metavar=_("AMOUNT"), help=_("What the order costs before any voucher, without delivery."))
]
Lines = Annotated[
    list[str] | None,
    typer.Option("--line", metavar=_("CATEGORY=AMOUNT"), help=_("What the order has of a category; once for each.")),
]
Delivery = Annotated[str, typer.Option("--delivery", metavar=_("AMOUNT"), help=_("What delivery costs."))]
First = Annotated[bool, typer.Option("--first-order", help=_("The customer has no other order, as far as the till knows."))]
Customer = Annotated[
    str | None, typer.Option("--customer", metavar=_("CUSTOMER"), help=_("Who buys: SOURCE:ID, an id, or member:NUMBER."))
]
Customers = Annotated[
    list[str] | None,
    typer.Option("--customer", metavar=_("CUSTOMER"), help=_("Who gets one: SOURCE:ID, an id, or member:NUMBER; once for each.")),
]
Key = Annotated[
    str,
    typer.Option("--key", metavar=_("KEY"), help=_("A name of your own for this operation: repeated under it, it is done once.")),
]
Everybody = Annotated[bool, typer.Option("--everybody", help=_("Everybody whom the offer is for, at the last review."))]
Number = Annotated[int, typer.Option("--number", min=0, metavar="N", help=_("So many codes that belong to nobody."))]
OwnCode = Annotated[str | None, typer.Option("--code", metavar=_("CODE"), help=_("One code of your own that belongs to nobody."))]
Campaign = Annotated[str | None, typer.Option("--campaign", metavar=_("NAME"), help=_("A name under which the codes are kept."))]
CodesFile = Annotated[
    Path | None, typer.Option("--out", metavar=_("FILE"), help=_("Write the codes to a new CSV file that only you can read."))
]
OneOffer = Annotated[str | None, typer.Option("--offer", metavar=_("OFFER"), help=_("Only codes of this offer."))]
After = Annotated[int, typer.Option("--after", metavar="N", help=_("Begin after this number."))]
Limit = Annotated[int, typer.Option("--limit", min=1, max=1000, metavar="N", help=_("At most so many rows."))]
VoucherNumber = Annotated[int, typer.Argument(metavar="N", help=_("Number of the voucher, as the list shows it."))]
Why = Annotated[str, typer.Option("--reason", metavar=_("TEXT"), help=_("Why; kept in the record."))]


def lint(
    context: typer.Context, file: OffersFile, *, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False
) -> None:
    """Reads offers and says what is wrong with them, all at once."""
    output = Output.chosen(context, lang, is_json=as_json)
    _tell(lint_offers(workspace, file), output)


def publish(
    context: typer.Context, file: OffersFile, *, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False
) -> None:
    """Freezes a version of the offers."""
    output = Output.chosen(context, lang, is_json=as_json)
    _tell(publish_offers(workspace, file), output)


def list_all(context: typer.Context, *, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False) -> None:
    """Prints every version of the offers that was published."""
    output = Output.chosen(context, lang, is_json=as_json)
    result = list_offers(workspace)
    if output.is_json:
        output.json(result)
    else:
        _versions(result, output)


def show(
    context: typer.Context, *, as_of: AsOf = None, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False
) -> None:
    """Prints the offers in force, with how far their limits are used."""
    output = Output.chosen(context, lang, is_json=as_json)
    _tell(show_offers(workspace, on=day_of(as_of)), output)


def issue(
    context: typer.Context,
    offer: OfferName,
    *,
    key: Key,
    customer: Customers = None,
    everybody: Everybody = False,
    how_many: Number = 0,
    code: OwnCode = None,
    campaign: Campaign = None,
    out: CodesFile = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Issues codes of an offer; each is shown this once."""
    output = Output.chosen(context, lang, is_json=as_json)
    to = Recipients(tuple(customer or ()), everybody, how_many, code)
    result = issue_vouchers(workspace, offer, to, key, campaign=campaign, out=out)
    if output.is_json:
        output.json(result)
    else:
        _issued(result, output)


def vouchers(
    context: typer.Context,
    *,
    offer: OneOffer = None,
    customer: Customer = None,
    after: After = 0,
    limit: Limit = 50,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints codes that were issued, by number, with what has become of them."""
    output = Output.chosen(context, lang, is_json=as_json)
    _list(list_vouchers(workspace, offer=offer, customer=customer, after=after, limit=limit), output)


def check(
    context: typer.Context,
    code: Code,
    *,
    order: Order,
    amount: Amount,
    line: Lines = None,
    delivery: Delivery = "0",
    first_order: First = False,
    on: AsOf = None,
    customer: Customer = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints what a code would take off an order; nothing is written."""
    output = Output.chosen(context, lang, is_json=as_json)
    asked = _asked(order, amount, line, delivery, first_order=first_order, on=on)
    result = check_voucher(workspace, code, asked, customer=customer)
    if output.is_json:
        output.json(result)
    else:
        output.say(
            _("The voucher of offer {offer} can be used. It takes off {amount}."),
            offer=result.voucher.offer,
            amount=money(result.discount),
        )
        _given(result.gift, result.points, output)


def reserve(
    context: typer.Context,
    code: Code,
    *,
    order: Order,
    amount: Amount,
    key: Key,
    line: Lines = None,
    delivery: Delivery = "0",
    first_order: First = False,
    on: AsOf = None,
    customer: Customer = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Reserves a code for an order, for as long as the offer says."""
    output = Output.chosen(context, lang, is_json=as_json)
    asked = _asked(order, amount, line, delivery, first_order=first_order, on=on)
    _used(use_voucher(workspace, code, asked, key, customer=customer, is_reserved=True), output)


def redeem(
    context: typer.Context,
    code: Code,
    *,
    order: Order,
    amount: Amount,
    key: Key,
    line: Lines = None,
    delivery: Delivery = "0",
    first_order: First = False,
    on: AsOf = None,
    customer: Customer = None,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Uses a code on an order."""
    output = Output.chosen(context, lang, is_json=as_json)
    asked = _asked(order, amount, line, delivery, first_order=first_order, on=on)
    _used(use_voucher(workspace, code, asked, key, customer=customer), output)


def release(
    context: typer.Context, *, order: Order, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False
) -> None:
    """Gives back what was reserved for an order that was given up."""
    output = Output.chosen(context, lang, is_json=as_json)
    _ended(release_vouchers(workspace, order), output)


def give_back(
    context: typer.Context, *, order: Order, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False
) -> None:
    """Gives back the codes of an order that was refunded whole."""
    output = Output.chosen(context, lang, is_json=as_json)
    _ended(give_back_vouchers(workspace, order), output)


def withdraw(
    context: typer.Context,
    voucher: VoucherNumber,
    *,
    reason: Why,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Has a code count no more."""
    output = Output.chosen(context, lang, is_json=as_json)
    _list(withdraw_voucher(workspace, voucher, reason), output)


_SALE = "--order till:1007 --amount 268 --line tea=120 --customer crm:C001 --key till-1007"

_ISSUE = (
    "fenji offers issue welcome_20 --everybody --key spring --out codes.csv\n"
    "fenji offers issue welcome_20 --customer crm:C001 --key birthday-C001\n"
    "fenji offers issue free_delivery --code SPRING2027 --key spring-code"
)

COMMANDS: dict[str, Entry] = {
    "lint": (
        lint,
        _("Checks an offers.yaml: every problem at its line, and what is hardly meant."),
        "fenji offers lint offers.yaml",
    ),
    "publish": (
        publish,
        _("Freezes a version of the offers. Vouchers keep the version under which they were issued."),
        "fenji offers publish offers.yaml",
    ),
    "list": (list_all, _("Lists every version of the offers that was published."), "fenji offers list\nfenji offers list --json"),
    "show": (
        show,
        _("Shows the offers in force, how often they were used and what that cost."),
        "fenji offers show\nfenji offers show --lang zh",
    ),
    "issue": (
        issue,
        _("Issues codes: to customers, to everybody whom the offer is for, or to nobody in particular. A code is shown once."),
        _ISSUE,
    ),
    "vouchers": (
        vouchers,
        _("Lists codes that were issued, by number, without the codes."),
        "fenji offers vouchers --offer welcome_20",
    ),
    "check": (
        check,
        _("Says what a code would take off an order, or every reason why not. Writes nothing."),
        "fenji offers check ABCD-EFGH-2345-6789 --order till:1007 --amount 268 --customer crm:C001",
    ),
    "reserve": (
        reserve,
        _("Reserves a code for an order, for as long as the offer says."),
        f"fenji offers reserve ABCD-EFGH-2345-6789 {_SALE}",
    ),
    "redeem": (
        redeem,
        _("Uses a code on an order. One that was reserved for the order is used up for good."),
        f"fenji offers redeem ABCD-EFGH-2345-6789 {_SALE}",
    ),
    "release": (
        release,
        _("Gives back what was reserved for an order that was given up."),
        "fenji offers release --order till:1007",
    ),
    "give-back": (
        give_back,
        _("Gives back the codes of an order that was refunded whole, where the offer says so and the code is still valid."),
        "fenji offers give-back --order till:1007",
    ),
    "withdraw": (
        withdraw,
        _("Has a code count no more; what it was used for stays."),
        "fenji offers withdraw 17 --reason 'printed twice'",
    ),
}
"""Word -> function, help and examples."""


def _asked(order: str, amount: str, lines: list[str] | None, delivery: str, *, first_order: bool, on: str | None) -> OrderAsked:
    parts = dict(each.rpartition("=")[::2] for each in lines or ())
    found = {name: _amount(text) for name, text in parts.items()}
    return OrderAsked(order, _amount(amount), found, _amount(delivery), is_first=True if first_order else None, on=day_of(on))


def _amount(text: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or abs(found) > 10**9:
        raise InvalidArgument.of(_("'{value}' is not an amount."), advice=_("Write it as 268 or 268.50."), value=text[:40])
    return found


def _tell(result: OffersResult, output: Output) -> None:
    if output.is_json:
        output.json(result)
        return
    output.warn(result.warnings)
    heading = (
        _("Offers {name} version {version}, from {day}")
        if result.is_published
        else _("Offers {name} version {version}, not published, from {day}")
    )
    output.heading(heading, name=result.offers, version=result.version, day=result.effective_on)
    titles = (_("offer"), _("name"), _("gives"), _("issued"), _("reserved"), _("times used"), _("limit"), _("cost"), _("budget"))
    numbers = {_("issued"), _("reserved"), _("times used"), _("limit"), _("cost"), _("budget")}
    output.table(
        [Col(output.text(each), is_number=each in numbers) for each in titles], [_row(each, output) for each in result.list]
    )


def _row(row: OfferRow, output: Output) -> tuple[str, ...]:
    limits = ("-" if row.total is None else number(row.total), money(row.cost), "-" if row.budget is None else money(row.budget))
    return (
        row.offer,
        row.name.in_language(output.language),
        gives(row, output.language),
        *(number(each) for each in (row.issued, row.reserved, row.redeemed)),
        *limits,
    )


def _versions(result: VersionsOfOffers, output: Output) -> None:
    titles = (_("offers"), _("version"), _("in force from"), _("author"), _("why"), _("counts today"))
    rows = [
        (
            each.offers,
            str(each.version),
            str(each.effective_on),
            each.author,
            each.why,
            output.text(_("yes")) if each.is_in_force else "",
        )
        for each in result.versions
    ]
    output.table([Col(output.text(each), may_wrap=each == "why") for each in titles], rows)


def _issued(result: VouchersIssued, output: Output) -> None:
    if result.issued:
        output.say(
            _("{count} {count:voucher|vouchers} of offer {offer} issued."), count=number(result.issued), offer=result.offer
        )
    if result.existing:
        text = _("{count} {count:was|were} issued before under this key; {count:its code is|their codes are} not shown again.")
        output.say(text, count=number(result.existing))
    if result.file is not None:
        output.say(_("The codes stand in {file}, and nowhere else."), file=result.file)
        return
    titles = (_("no."), _("code"), _("customer"))
    rows = [(str(each.voucher), each.code or f"…{each.last_letters}", each.customer_id or "-") for each in result.codes]
    output.table([Col(output.text(each)) for each in titles], rows)
    if result.issued:
        output.say(_("Keep the codes: they are not shown again."))


def _list(result: VouchersResult, output: Output) -> None:
    if output.is_json:
        output.json(result)
        return
    titles = (_("no."), _("offer"), _("code"), _("member"), _("state"), _("times used"), _("of"), _("from"), _("until"))
    rows = [
        (
            str(each.voucher),
            each.offer,
            f"…{each.last_letters}",
            "-" if each.member_id is None else str(each.member_id),
            output.text(STATES[each.state]),
            number(each.uses),
            "-" if each.uses_limit is None else number(each.uses_limit),
            str(each.valid_from),
            "-" if each.valid_until is None else str(each.valid_until),
        )
        for each in result.vouchers
    ]
    output.table([Col(output.text(each)) for each in titles], rows)
    if result.after is not None:
        output.say(_("More follow: --after {after}"), after=result.after)


def _used(result: VoucherUsed, output: Output) -> None:
    if output.is_json:
        output.json(result)
        return
    use = result.use
    text = (
        _("Reserved until {until}: {amount} off order {order}.")
        if use.until_at is not None
        else _("Used: {amount} off order {order}.")
    )
    until = "" if use.until_at is None else f"{use.until_at:%Y-%m-%d %H:%M} UTC"
    output.say(text, amount=money(use.discount), order=f"{use.source}:{use.order_id}", until=until)
    if result.is_existing:
        output.say(_("This was done before under the same key; nothing was done twice."))
    _given(result.gift, result.points, output)


def _given(gift: str | None, points: int | None, output: Output) -> None:
    if gift is not None:
        output.say(_("It gives {gift}."), gift=gift)
    if points is not None:
        output.say(_("It grants {points} points."), points=number(points))


def _ended(result: VouchersEnded, output: Output) -> None:
    if output.is_json:
        output.json(result)
        return
    if not result.uses:
        output.say(_("There is nothing to give back."))
        return
    titles = (_("voucher"), _("offer"), _("state"), _("amount"))
    rows = [(str(each.voucher), each.offer, output.text(USES[each.status]), money(each.discount)) for each in result.uses]
    output.table([Col(output.text(each)) for each in titles], rows)
