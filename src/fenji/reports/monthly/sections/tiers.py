"""How many customers stand in each tier, what do they bring, and how has that changed since last month and last year?"""

from __future__ import annotations

from datetime import date

from fenji.answers.tiers import TierRow
from fenji.domain.reporting import ReportComparison, ReportSection
from fenji.language import message as _
from fenji.reports.beside import Beside
from fenji.reports.charts.of_answers.history import customers_areas
from fenji.reports.charts.of_answers.parts import Reader, colors_of
from fenji.reports.charts.of_answers.tiers import tier_bars
from fenji.reports.monthly.asking import Asked, NotThere
from fenji.reports.monthly.cells import beside, cell, missing, of_few, people, tier_column
from fenji.reports.monthly.record import Block, Cell, CellKind, Column, Missing, Picture, Row, Section, Table
from fenji.wording import figures

TITLE = _("Tiers: customers and revenue")
ORDER_VALUE, SILENCE = "average_order_value_12m", "days_since_last_order"
FEWEST = 2
"""Reviews that make a history."""


def tiers(asked: Asked) -> Section:
    """The ladder of tiers, and its history."""
    say = asked.say
    if not asked.tiers.customers:
        nothing = Missing(say(TITLE), say(_("No customer stands in any tier on this day.")))
        return Section(ReportSection.TIERS, say(TITLE), say(_("No customer stands in any tier on this day.")), (nothing,))
    notes = []
    if asked.tiers.unattributed_net_revenue_12m:
        amount = figures.money(asked.tiers.unattributed_net_revenue_12m, asked.tiers.currency)
        notes.append(say(_("Beside these, {amount} of the same months belongs to no known customer."), amount=amount))
    return Section(ReportSection.TIERS, say(TITLE), _sentence(asked), (_ladder(asked), *_history(asked)), tuple(notes))


def _sentence(asked: Asked) -> str:
    return tier_bars(asked.tiers, asked.say).sentence


def _ladder(asked: Asked) -> Table:
    say, found = asked.say, asked.tiers
    month, year = asked.earlier(ReportComparison.MONTH), asked.earlier(ReportComparison.YEAR)
    columns = (
        tier_column(say),
        Column("customers", say(_("Customers")), CellKind.COUNT, 9),
        Column("change_month", _since(month, _("since the review before"), say), CellKind.CHANGE, 11),
        Column("change_year", _since(year, _("since a year before"), say), CellKind.CHANGE, 11),
        Column("share", say(_("Share of customers")), CellKind.SHARE, 9),
        Column("revenue", say(_("Net revenue, 12 months")), CellKind.MONEY, 15, currency=found.currency),
        Column("revenue_share", say(_("Share of revenue")), CellKind.SHARE, 9),
        Column("order_value", say(_("Per order, median")), CellKind.MONEY, 10, currency=found.currency),
        Column("days", say(_("Days since last order, median")), CellKind.NUMBER, 10, digits=0),
    )
    by_month, by_year = asked.beside(ReportComparison.MONTH), asked.beside(ReportComparison.YEAR)
    colors = colors_of([each.tier for each in found.tiers])
    rows = [
        Row(_cells(each, by_month.get(each.tier), by_year.get(each.tier), say), colors[each.tier])
        for each in reversed(found.tiers)
    ]
    not_summed = say(_("Medians of tiers have no sum."))
    total = (
        say(_("All")),
        people(found.customers, say),
        change(by_month.get(""), say),
        change(by_year.get(""), say),
        of_few(found.customers, 1, say),
        of_few(found.customers, found.net_revenue_12m, say),
        of_few(found.customers, 1, say) if found.net_revenue_12m else cell(None, say(_("Nobody brought anything."))),
        cell(None, not_summed),
        cell(None, not_summed),
    )
    return Table("tiers", say(_("The ladder of tiers")), columns, (*rows, Row(total, is_total=True)))


def _since(day: date | None, otherwise: str, say: Reader) -> str:
    return say(otherwise) if day is None else say(_("change since {day}"), day=day)


def _cells(row: TierRow, month: Beside | None, year: Beside | None, say: Reader) -> tuple[Cell, ...]:
    return (
        say.name(row.name),
        people(row.customers, say),
        change(month, say),
        change(year, say),
        beside(row, row.share, say),
        beside(row, row.net_revenue_12m, say),
        beside(row, row.revenue_share, say),
        beside(row, row.medians.get(ORDER_VALUE), say),
        beside(row, row.medians.get(SILENCE), say),
    )


def change(found: Beside | None, say: Reader) -> Cell:
    """By how many customers a tier has changed."""
    if found is None:
        return cell(None, say(_("No review of that day is kept.")))
    return people(found.change, say) if found.change is not None else cell(None, say(_("The tier was not known then.")))


def _history(asked: Asked) -> tuple[Block, ...]:
    say, past = asked.say, asked.shown
    title = say(_("The reviews so far"))
    if isinstance(past, NotThere):
        return (missing(title, past),)
    if len(past.reviews) < FEWEST:
        return (missing(title, asked.nothing_earlier()),)
    return (Picture("tier_history", customers_areas(past, None, say)),)
