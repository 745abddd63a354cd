"""What is a monthly report? Frozen records in the reader's language, from which every shape is made; no shape computes a number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from fenji.domain.reporting import Audience, Logo, ReportSection
from fenji.language import Language
from fenji.reports.charts.axes import Color
from fenji.reports.charts.data import Chart
from fenji.wording import figures
from fenji.wording.figures import Figure


class CellKind(StrEnum):
    """What the cells of a column hold."""

    TEXT = "text"
    DATE = "date"
    COUNT = "count"
    """Whole numbers of people, orders, rows."""
    NUMBER = "number"
    """Any other number, such as an expected count."""
    MONEY = "money"
    SHARE = "share"
    """0 to 1."""
    CHANGE = "change"
    """By how many a count has changed; with its sign."""
    RELATIVE_CHANGE = "relative_change"
    """By what share of what it was a number has changed; 0.1 is 10 % more."""


NUMBERS = frozenset(CellKind) - {CellKind.TEXT, CellKind.DATE}
"""The kinds whose cells stand right and are numbers in a workbook."""


_WRITERS: Mapping[CellKind, Callable[[Figure], str]] = {
    CellKind.COUNT: figures.count,
    CellKind.SHARE: figures.share,
    CellKind.CHANGE: figures.change,
    CellKind.RELATIVE_CHANGE: figures.relative_change,
}


@dataclass(frozen=True)
class Unknown:
    """A cell without a value, and why it has none."""

    reason: str
    text: str = figures.UNKNOWN
    """What stands there instead, such as ``<5`` where so few people are not told."""


Cell = str | int | float | Decimal | date | Unknown


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    slug: str
    """Its name for scripts and formulas; unique within the table."""
    title: str
    kind: CellKind = CellKind.TEXT
    width: int = 10
    """Latin characters that usually fit; the widths of a table are relative to one another."""
    currency: str | None = None
    """Of money: its ISO 4217 code."""
    digits: int = 1
    """Of numbers: decimals."""

    @property
    def is_number(self) -> bool:
        """Whether its cells are numbers."""
        return self.kind in NUMBERS

    def text(self, cell: Cell) -> str:
        """A cell as people read it."""
        if isinstance(cell, str | Unknown):
            return cell if isinstance(cell, str) else cell.text
        if isinstance(cell, date):
            return figures.day(cell)
        if self.kind is CellKind.MONEY:
            return figures.money(cell, self.currency)
        write = _WRITERS.get(self.kind)
        return figures.number(cell, self.digits) if write is None else write(cell)


@dataclass(frozen=True)
class Row:
    """A row of a table."""

    cells: tuple[Cell, ...]
    color: Color | None = None
    """Of the tier that the row is about: a mark before its first cell."""
    is_total: bool = False
    """Whether it is the sum of the others."""


@dataclass(frozen=True)
class Table:
    """Typed cells with heads; the first column names the rows."""

    slug: str
    """Unique within the report: names of ranges in a workbook begin with it."""
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    note: str = ""
    """One line below it."""

    def __post_init__(self) -> None:
        """Asserts that every cell stands in its column and is of its kind."""
        slugs = [each.slug for each in self.columns]
        wrong = [each for each in slugs if slugs.count(each) > 1]
        wrong += [
            f"{column.slug}={cell!r}"
            for row in self.rows
            for column, cell in zip(self.columns, row.cells, strict=True)
            if not isinstance(cell, Unknown) and isinstance(cell, int | float | Decimal) != column.is_number
        ]
        if wrong:
            message = f"{self.slug}: {wrong}"
            raise AssertionError(message)

    def texts(self) -> Iterator[tuple[str, ...]]:
        """Every row as people read it."""
        for row in self.rows:
            yield tuple(column.text(cell) for column, cell in zip(self.columns, row.cells, strict=True))


@dataclass(frozen=True)
class Picture:
    """A chart; its data, title and sentence are those of ``charts.data``."""

    slug: str
    """Unique within the report."""
    chart: Chart
    height: float | None = None
    """Pixels at the width of a page (720); None: as many as the kind needs."""


@dataclass(frozen=True)
class Passage:
    """Lines of text, such as rules in words or definitions."""

    title: str
    lines: tuple[str, ...]
    is_numbered: bool = False


@dataclass(frozen=True)
class Missing:
    """What is not there, why, and what to do about it."""

    title: str
    """What would stand here."""
    sentence: str
    advice: str = ""


@dataclass(frozen=True)
class SignOff:
    """A box in which people sign: a line for each, with room for a name and a day."""

    title: str
    roles: tuple[str, ...]
    name: str
    """The word above names."""
    day: str
    """The word above days."""


Block = Table | Picture | Passage | Missing | SignOff


@dataclass(frozen=True)
class Section:
    """A part of a report that fits a page: one sentence, then what it rests on."""

    name: ReportSection
    title: str
    sentence: str
    """The answer, first."""
    blocks: tuple[Block, ...]
    """In the order of the page."""
    notes: tuple[str, ...] = ()
    """Small print below."""
    own_texts: tuple[str, ...] = ()
    """Paragraphs of the company, after the sentence."""

    @property
    def tables(self) -> tuple[Table, ...]:
        """Its tables, in their order."""
        return tuple(each for each in self.blocks if isinstance(each, Table))

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """Its charts, in their order."""
        return tuple(each for each in self.blocks if isinstance(each, Picture))

    @property
    def missing(self) -> tuple[Missing, ...]:
        """What is not there."""
        return tuple(each for each in self.blocks if isinstance(each, Missing))


@dataclass(frozen=True)
class MonthlyReport:
    """A report on the tiers of a review, for one reader, in one language."""

    language: Language
    title: str
    company: str
    """Empty: no name was given."""
    logo: Logo | None
    as_of: date
    """The review that it is about."""
    opens_on: date | None
    """First day of the period that it tells; None: no earlier review is kept."""
    compared_on: date | None
    """The review that it compares with; None: there is none."""
    policy: str
    version: int
    run_id: str
    currency: str
    audience: Audience
    made_for: str
    """Who gets it; empty: not said."""
    made_at: datetime
    """UTC."""
    period_line: str
    """Period, review and comparison in one line, below the title."""
    foot_line: str
    """Run and policy in one line, at the foot of every page."""
    source_title: str
    """What the list of sources is called."""
    source: tuple[tuple[str, str], ...]
    """Everything that says where the numbers come from, as pairs of a name and a text."""
    sections: tuple[Section, ...]

    @property
    def tables(self) -> tuple[Table, ...]:
        """All tables, in their order."""
        return tuple(each for section in self.sections for each in section.tables)

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """All charts, in their order."""
        return tuple(each for section in self.sections for each in section.pictures)
