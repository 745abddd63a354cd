"""On how few customers does the revenue rest? The best of them, the whole curve, and the Gini coefficient."""

from __future__ import annotations

from collections.abc import Sequence

from fenji.analyze.structure.concentration import BestCustomers, Concentration
from fenji.answers.structure import StructureResult
from fenji.cli.output import Col, Output, money, number, percent
from fenji.language import message as _


def show_concentration(found: Concentration, result: StructureResult, output: Output) -> None:
    """Customers in the curve and left out of it, the best customers, and the whole curve."""
    if found.buyers is None or found.everyone is None:
        output.say(_("Nobody in a tier brought any revenue in the 12 months."))
        return
    counts = {"customers": number(found.customers), "positive": number(found.positive), "zero": number(found.zero)}
    output.say(_("Of {customers} customers in a tier, {positive} brought revenue in the 12 months and {zero} none."), **counts)
    if found.negative:
        output.say(
            _(
                "{negative} were refunded more than they paid, {amount} {currency} in all: they count as nothing in shares, curve and Gini."
            ),
            negative=number(found.negative),
            amount=money(found.negative_revenue_12m),
            currency=result.currency,
        )
    bases = (found.buyers, found.everyone)
    titles = [_("of customers with revenue"), _("share of revenue"), _("of all customers"), _("share of revenue")]
    head = [Col(output.text(_("the best"))), *(Col(output.text(title), is_number=True) for title in titles)]
    output.heading(
        _("On how few customers the revenue of {amount} {currency} rests"),
        amount=money(found.positive_revenue_12m),
        currency=result.currency,
    )
    output.table(head, _best_rows([each.top for each in bases]))
    output.say(
        _("Gini coefficient (0 all equal, 1 one has everything): {buyers} among customers with revenue, {everyone} among all."),
        buyers=number(found.buyers.gini, 3),
        everyone=number(found.everyone.gini, 3),
    )
    output.heading(_("Pareto curve"))
    output.table(head, _best_rows([each.curve for each in bases]))


def _best_rows(points: Sequence[Sequence[BestCustomers]]) -> list[list[str]]:
    return [
        [f"{pair[0].percent}%", *(cell for each in pair for cell in (number(each.customers), percent(each.revenue_share)))]
        for pair in zip(*points, strict=True)
    ]
