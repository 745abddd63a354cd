"""How are figures of all points shown: what was posted, statements, liability, roll-forward and laws?"""

from __future__ import annotations

from collections.abc import Sequence

from fenji.answers.loyalty.points import FlowResult, LawsResult, LiabilityResult, PostResult, ProgramResult, StatementResult
from fenji.cli.output import Col, Output, number
from fenji.language import message as _
from fenji.wording.points import KINDS


def show_program(result: ProgramResult, output: Output) -> None:
    """A program that was read or published."""
    if output.is_json:
        output.json(result)
        return
    values = {"program": result.program, "version": result.version, "day": result.effective_on}
    if result.is_published:
        output.say(_("Published program {program} version {version}, in force from {day} on."), **values)
    else:
        output.say(_("Program {program} version {version}, in force from {day} on, can be published."), **values)
    output.warn(result.warnings)


def show_posted(result: PostResult, output: Output) -> None:
    """What became of orders."""
    if output.is_json:
        output.json(result)
        return
    output.heading(_("Points of program {program} up to {day}"), program=result.program, day=result.as_of)
    rows = (
        (_("orders posted"), result.orders_new),
        (_("orders corrected"), result.orders_changed),
        (_("orders as they were"), result.orders_unchanged),
        (_("orders taken back"), result.orders_vanished),
        (_("members made"), result.members_opened),
        (_("members with points due"), result.members_settled),
        (_("events rewarded"), result.events_rewarded),
        (_("vouchers given back"), result.vouchers_returned),
        (_("points outstanding"), result.points_outstanding),
    )
    output.table(
        [Col(""), Col(output.text(_("count")), is_number=True)], [(output.text(title), number(count)) for title, count in rows]
    )
    output.warn(result.warnings)


def show_statement(result: StatementResult, output: Output) -> None:
    """What happened to one member's points."""
    if output.is_json:
        output.json(result)
        return
    output.heading(_("Statement of member {member} on {day}"), member=result.member_id, day=result.as_of)
    titles = (_("day"), _("what"), _("number of points"), _("order"), _("recorded by"), _("reason"))
    rows = [
        (
            str(each.occurred_on),
            output.text(KINDS[each.kind]),
            f"{each.points:+,}" if each.points else "0",
            "-" if each.order_id is None else f"{each.source}:{each.order_id}",
            each.actor,
            each.reason or "",
        )
        for each in result.rows
    ]
    _table(output, titles, rows, numbers={2})
    if not result.is_whole:
        output.say(_("There is more; ask for more rows."))


def show_liability(result: LiabilityResult, output: Output) -> None:
    """What outstanding points will cost."""
    if output.is_json:
        output.json(result)
        return
    output.heading(_("Liability of program {program} on {day}"), program=result.program, day=result.as_of)
    text = _("{points} points are outstanding, {owed} are owed; those that will be redeemed cost {cost} {currency}.")
    cost = f"{result.cost:,.2f}"
    output.say(text, points=number(result.outstanding), owed=number(result.owed), cost=cost, currency=result.currency)
    titles = (_("earned in"), _("granted"), _("redeemed"), _("outstanding"), _("expected"), _("cost"))
    rows = [
        (
            f"{each.month_on:%Y-%m}",
            number(each.granted),
            number(each.redeemed),
            number(each.outstanding),
            f"{each.expected_share:.1%}",
            f"{each.cost:,.2f}",
        )
        for each in result.months
    ]
    _table(output, titles, rows, numbers={1, 2, 3, 4, 5})
    output.warn(result.warnings)


def show_deferral(result: LiabilityResult, output: Output) -> None:
    """The revenue that waits for points."""
    if output.is_json:
        output.json(result)
        return
    output.heading(_("Deferred revenue of program {program} on {day}"), program=result.program, day=result.as_of)
    text = _("{deferred} {currency} of revenue wait for {points} points that are outstanding (IFRS 15).")
    output.say(text, deferred=f"{result.deferred:,.2f}", currency=result.currency, points=number(result.outstanding))
    titles = (_("earned in"), _("revenue of orders"), _("allocated to points"), _("recognized"), _("still deferred"))
    rows = [
        (f"{each.month_on:%Y-%m}", *(f"{amount:,.2f}" for amount in (each.revenue, each.deferred, each.recognized, waits)))
        for each in result.months
        for waits in [each.deferred - each.recognized]
    ]
    _table(output, titles, rows, numbers={1, 2, 3, 4})
    output.warn(result.warnings)


def show_flow(result: FlowResult, output: Output) -> None:
    """The roll-forward."""
    if output.is_json:
        output.json(result)
        return
    output.heading(_("Roll-forward of program {program}"), program=result.program)
    titles = (
        *(_("month"), _("opening"), _("earned"), _("adjusted"), _("refunded"), _("redeemed"), _("came back"), _("expired")),
        _("closing"),
    )
    rows = [
        (
            f"{each.month_on:%Y-%m}",
            *(
                number(value)
                for value in (
                    *(each.opening, each.earned, each.adjusted, -each.refunded, -each.redeemed, each.undone, -each.expired),
                    each.closing,
                )
            ),
        )
        for each in result.months
    ]
    _table(output, titles, rows, numbers=set(range(1, len(titles))))


def show_laws(result: LawsResult, output: Output) -> None:
    """Whether all rows keep the laws."""
    if output.is_json:
        output.json(result)
        return
    laws = ", ".join(result.laws)
    text = _("Checked {laws} over {members} members with {points} points outstanding.")
    output.say(text, laws=laws, members=number(result.members), points=number(result.outstanding))
    if not result.broken:
        output.say(_("Every row keeps every law."))
        return
    titles = (_("law"), _("check"), _("rows"), _("for example"))
    _table(output, titles, [(each.law, each.what, number(each.rows), each.example) for each in result.broken], numbers={2})


def _table(output: Output, titles: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: set[int]) -> None:
    output.table([Col(output.text(title), is_number=place in numbers) for place, title in enumerate(titles)], rows)
