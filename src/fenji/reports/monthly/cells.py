"""How do numbers of answers become cells? As they are, or with the reason why they are not told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from fenji.domain.words import Spoken, Words
from fenji.language import message as _
from fenji.reports.charts.of_answers.parts import Reader
from fenji.reports.monthly.asking import NotThere
from fenji.reports.monthly.record import Cell, CellKind, Column, Missing, Table, Unknown
from fenji.wording import figures

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

Value = str | int | float | Decimal | date | None


def cell(value: Value, reason: str) -> Cell:
    """A value, or why there is none."""
    return Unknown(reason) if value is None else value


def people(count: int | str | None, say: Reader) -> Cell:
    """A number of people; few are not told. What was veiled already is a text."""
    told = say.view.count(count) if isinstance(count, int) else count
    return told if isinstance(told, int) else Unknown(say(_("Fewer than five customers are not told.")), told or figures.UNKNOWN)


def money_of(customers: int, amount: Decimal | None, currency: str, say: Reader) -> str:
    """An amount of so many people in a sentence; not told of few."""
    return figures.short_money(None if say.view.is_small(customers) else amount, currency, say.language)


def beside(record: object, value: Value, say: Reader) -> Cell:
    """A figure of a record that counts people; not told where they are few, or where there is none."""
    if say.is_of_few(record):
        return Unknown(say(_("Fewer than five customers are not told.")))
    return cell(value, say(_("Nothing is known of it.")))


def of_few(customers: int, value: Value, say: Reader) -> Cell:
    """The same of a record that does not say itself how many people it counts."""
    if say.view.is_small(customers):
        return Unknown(say(_("Fewer than five customers are not told.")))
    return cell(value, say(_("Nothing is known of it.")))


def of_whole(part: int, whole: int, say: Reader) -> Cell:
    """A share of things that are no people."""
    return cell(part / whole if whole else None, say(_("There is nothing to share.")))


def missing(title: str, found: NotThere) -> Missing:
    """What stands in place of an answer that is not there."""
    return Missing(title, found.sentence, found.advice)


def marked(table: Table) -> Table:
    """A table in whose cells every sign has one reason: where one sign has several, each gets a mark of its own, as in ``–¹``."""
    reasons: dict[str, list[str]] = {}
    for each in (cell for row in table.rows for cell in row.cells if isinstance(cell, Unknown)):
        own = reasons.setdefault(each.text, [])
        own += [] if each.reason in own else [each.reason]

    def of(cell: Cell) -> Cell:
        if not isinstance(cell, Unknown) or len(reasons[cell.text]) == 1:
            return cell
        return replace(cell, text=cell.text + str(reasons[cell.text].index(cell.reason) + 1).translate(_RAISED))

    return replace(table, rows=tuple(replace(row, cells=tuple(map(of, row.cells))) for row in table.rows))


def tier_column(say: Reader, width: int = 18) -> Column:
    """The first column of a table by tier."""
    return Column("tier", say(_("Tier")), CellKind.TEXT, width)


def headed(name: str | Words | Spoken[str], say: Reader) -> str:
    """A name as it stands over a column: English ones begin with a capital."""
    told = name if isinstance(name, str) else say.name(name)
    return told[:1].upper() + told[1:]
