"""How is a rehearsal shown? What a run would keep of the rows that were looked at, before anything is written."""

from __future__ import annotations

from typing import Any

from fenji.cli.output import Col, Output, money, number, problem_json
from fenji.language import message as _
from fenji.workflow.rehearsing import Rehearsal, RehearsedSource


def rehearsal_json(rehearsal: Rehearsal | None, output: Output) -> dict[str, Any] | None:
    """A rehearsal as scripts read it."""
    if rehearsal is None:
        return None
    return {
        "sources": [
            {
                "source": each.source,
                "rows": each.rows,
                "kept": each.kept,
                "losses": [vars(loss) for loss in each.losses],
            }
            for each in rehearsal.sources
        ],
        "customers": rehearsal.customers,
        "orders": rehearsal.orders,
        "net_revenue": rehearsal.revenue,
        "unattributed_net_revenue": rehearsal.unattributed,
        "first_order_on": rehearsal.first_on,
        "last_order_on": rehearsal.last_on,
        "problems": [problem_json(each, output.language) for each in rehearsal.problems],
    }


def show_rehearsal(rehearsal: Rehearsal, output: Output) -> None:
    """What would be kept, for people."""
    output.heading(_("Tried on the rows looked at:"))
    output.warn(rehearsal.problems)
    if not rehearsal.sources:
        return
    titles = (_("source"), _("rows"), _("kept"), _("left out because"))
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
        revenue=money(rehearsal.revenue),
        first=rehearsal.first_on or "-",
        last=rehearsal.last_on or "-",
    )


def _losses(source: RehearsedSource, output: Output) -> str:
    parts = []
    for loss in source.losses:
        text = output.text(_("{reason}: {rows}"), reason=loss.reason, rows=number(loss.rows))
        parts.append(f"{text} ({loss.came})" if loss.came else text)
    return ", ".join(parts) or "-"
