"""How is a rehearsal shown? What a run would keep of the rows that were looked at, before anything is written."""

from __future__ import annotations

from fenji.answers.mapping import Loss, Rehearsal, RehearsedSource
from fenji.cli.output import Col, Output, money, number
from fenji.domain.reasons import EXPECTED, Reason
from fenji.language import message as _


def show_rehearsal(rehearsal: Rehearsal, output: Output) -> None:
    """What would be kept, for people."""
    output.heading(_("A trial run on the rows that were looked at:"))
    output.warn(rehearsal.problems)
    if not rehearsal.sources:
        return
    titles = (_("source"), _("rows"), _("kept"), _("rows left out, and why"))
    output.table(
        [
            Col(output.text(titles[0])),
            Col(output.text(titles[1]), is_number=True),
            Col(output.text(titles[2]), is_number=True),
            Col(output.text(titles[3]), may_wrap=True),
        ],
        [(each.source, number(each.rows), number(each.kept), _losses(each, output)) for each in rehearsal.sources],
    )
    output.say(
        _("  {customers} customers, {orders} orders, revenue {revenue}, from {first} to {last}"),
        customers=number(rehearsal.customers),
        orders=number(rehearsal.orders),
        revenue=money(rehearsal.net_revenue),
        first=rehearsal.first_order_on or "-",
        last=rehearsal.last_order_on or "-",
    )


def _losses(source: RehearsedSource, output: Output) -> str:
    return output.text(_("; ")).join(_loss(each, output) for each in source.losses) or "-"


def _loss(loss: Loss, output: Output) -> str:
    if loss.reason not in tuple(Reason):
        return output.text(_("{rows} by the drop rule {reason}"), rows=number(loss.rows), reason=loss.reason)
    expected = output.text(EXPECTED[Reason(loss.reason)])
    if loss.came is None:
        return output.text(_("{rows}: should be {expected}"), rows=number(loss.rows), expected=expected)
    return output.text(
        _("{rows}: should be {expected}, but is '{came}'"), rows=number(loss.rows), expected=expected, came=loss.came
    )
