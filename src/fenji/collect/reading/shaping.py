"""How does a table come out of a file that is laid out for readers? One pass over its rows, each of them accounted for.

The steps, in this order: repeated headers and totals go, headings of sections become a column, cells are filled from above, and
columns that stand for values become rows. The same pass serves text files and workbooks, samples and whole files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from fenji.collect.headers import normalise_header
from fenji.collect.reading.cells import Kind, kind_of, stripped
from fenji.collect.reading.header_rows import is_remark, unique_headers
from fenji.collect.reading.periods import period_of
from fenji.collect.reading.samples import Unreadable
from fenji.collect.reading.totals import Totals, says_total
from fenji.domain.reasons import Reason
from fenji.domain.sources import Shape, Unpivot

Row = Sequence[str | None]

_SHOWN = 200
_SECTION_COLUMNS = 2
"""A heading stands in one of the first columns."""
LABEL = re.compile(r"\s*([^:：]{1,20})[:：]\s*(.+)", re.DOTALL)


@dataclass(frozen=True)
class Shaped:
    """A row of the table that comes out."""

    number: int
    """Of the line or sheet row that it is made of."""
    cells: tuple[str | None, ...]
    part: str | None = None
    """The header that the row is about, where one row of the file became several."""


@dataclass
class Shaping:
    """One pass over the rows of one table."""

    names: tuple[str, ...]
    """The headers of the file."""
    shape: Shape
    above: tuple[str, ...] = ()
    """Lines that stand alone above the header; the last with the label of the sections is the first heading."""
    covered: Mapping[int, AbstractSet[int]] = field(default_factory=dict)
    """Of columns with merged cells, the rows whose cell is merged with the one above: only these take it from there."""
    unreadable: list[Unreadable] = field(default_factory=list)
    filled: int = 0
    """Rows that took cells from above."""
    sections: int = 0
    totals_by_arithmetic: int = 0

    def __post_init__(self) -> None:
        self._places = {normalise_header(name): position for position, name in reversed(list(enumerate(self.names)))}
        self._header = [normalise_header(name) for name in self.names]
        self._totals = Totals(len(self.names))
        self._fill = [self._places[key] for name in self.shape.fill_down if (key := normalise_header(name)) in self._places]
        self._own = self._places.get(normalise_header(self.shape.sections or ""))
        self._above: dict[int, str | None] = {}
        self._open: list[str] = []
        self._is_heading_last = False
        self._is_total_last = False
        for text in self.above:
            if self.shape.sections and (found := LABEL.fullmatch(text)) and self._is_label(found[1]):
                self._enter(text)
        self._turned, self._kept = self._columns_of(self.shape.unpivot)

    @property
    def headers(self) -> tuple[str, ...]:
        """The headers of the table that comes out; a file without the columns to turn has none of what they would become."""
        kept = [self.names[position] for position in self._kept]
        sections = [self.shape.sections] if self.shape.sections and self._own is None else []
        turned = [self.shape.unpivot.name, self.shape.unpivot.value] if self.shape.unpivot and self._turned else []
        return unique_headers([*sections, *kept, *turned])

    @property
    def has_parts(self) -> bool:
        """Whether one row of the file may become several."""
        return self.shape.unpivot is not None

    def rows(self, given: Iterable[tuple[int, Row]]) -> Iterator[Shaped]:
        """The rows of the table; those that are none are added to ``unreadable`` with the reason.

        Keeps: every row that holds anything comes out, at least once, or is handed back.
        """
        width = len(self.names)
        for number, cells in given:
            if not any(stripped(cell) for cell in cells):
                continue
            is_short = len(cells) < width
            row = [*cells[:width], *[None] * (width - len(cells))]
            reason = self._reason(row)
            if reason is None and (is_short or any(stripped(cell) for cell in cells[width:])):
                reason = Reason.FOOTER_LINE if is_remark(stripped(cells[0])) else Reason.RAGGED_ROW
            if reason is None:
                yield from self._made_of(number, row)
            else:
                self._refuse(number, reason, row)

    def _reason(self, row: list[str | None]) -> Reason | None:
        """Why a row is no data; keeps track of headings and totals."""
        if self.is_header(row):
            return Reason.REPEATED_HEADER
        if self.shape.sections and self.is_heading(row):
            self._enter(next(stripped(cell) for cell in row if stripped(cell)))
            return Reason.SECTION_LINE
        if self.shape.drop_totals and self._totals.is_total(row):
            self.totals_by_arithmetic = self._totals.by_arithmetic
            if self._open and not self._is_heading_last:
                self._open.pop()
            self._is_heading_last, self._is_total_last = False, True
            return Reason.TOTAL_LINE
        if self.shape.drop_totals and self._is_lone_remark(row):
            return Reason.FOOTER_LINE
        self._is_heading_last = self._is_total_last = False
        return None

    def is_header(self, row: Row) -> bool:
        """Whether a row is the header once more."""
        if normalise_header(row[0] or "") != self._header[0] and stripped(row[0]):
            return False
        given = [(position, stripped(cell)) for position, cell in enumerate(row) if stripped(cell)]
        same = sum(1 for position, cell in given if normalise_header(cell) == self._header[position])
        return len(given) > 1 and same == len(given)

    @staticmethod
    def is_heading(row: Row) -> bool:
        """Whether a row is a text that stands alone above the rows it is about."""
        given = [position for position, cell in enumerate(row) if stripped(cell)]
        if len(given) != 1 or given[0] >= _SECTION_COLUMNS or len(row) < 3:  # noqa: PLR2004 - two columns have no headings
            return False
        cell = row[given[0]]
        return kind_of(cell) is Kind.TEXT and not says_total(cell) and not is_remark(stripped(cell))

    @staticmethod
    def _is_lone_remark(row: Row) -> bool:
        given = [stripped(cell) for cell in row if stripped(cell)]
        return len(given) == 1 and (is_remark(given[0]) or says_total(given[0]))

    def _enter(self, text: str) -> None:
        """A heading below a heading, or below the total of one inside it, belongs to the outer one."""
        if not self._is_heading_last and not self._is_total_last:
            self._open.clear()
        labelled = LABEL.fullmatch(text)
        if labelled and self._is_label(labelled[1]):
            text = labelled[2].strip()
        self._open.append(text)
        self._is_heading_last, self._is_total_last = True, False
        self._above.clear()
        self.sections += 1

    def _is_label(self, text: str) -> bool:
        return normalise_header(text) == normalise_header(self.shape.sections or "")

    def _made_of(self, number: int, row: list[str | None]) -> Iterator[Shaped]:
        filled = self._filled_down(number, row) if self._fill else row
        section: list[str | None] = []
        if self.shape.sections and self._own is None:
            section = [":".join(self._open)]
        elif self._own is not None and not stripped(filled[self._own]):
            # The file has a column for what the headings say, and leaves it empty below them.
            filled = [":".join(self._open) if place == self._own else cell for place, cell in enumerate(filled)]
        kept = [*section, *(filled[position] for position in self._kept)]
        if self.shape.unpivot is None:
            yield Shaped(number, tuple(cell or None for cell in kept))
            return
        given = [(position, name) for position, name in self._turned if kind_of(filled[position]) is not Kind.EMPTY]
        if not given:
            self._refuse(number, Reason.MISSING_AMOUNT, row)
        for position, name in given:
            yield Shaped(number, tuple(cell or None for cell in [*kept, name, filled[position]]), self.names[position])

    def _filled_down(self, number: int, row: list[str | None]) -> list[str | None]:
        """The row with the empty cells of its head taken from above."""
        leading = []
        for position in self._fill:
            if stripped(row[position]):
                break
            leading.append(position)
        empty = [position for position in leading if number in self.covered.get(position, (number,))]
        others = sum(1 for position, cell in enumerate(row) if stripped(cell) and position not in empty)
        if empty and others > 1 and any(self._above.get(position) for position in empty):
            row = [self._above.get(position, cell) if position in empty else cell for position, cell in enumerate(row)]
            self.filled += 1
        if len(leading) < len(self._fill):
            self._above |= {position: row[position] for position in self._fill}
        return row

    def _columns_of(self, unpivot: Unpivot | None) -> tuple[list[tuple[int, str]], list[int]]:
        """The columns that become rows, with the value that names them, and those that stay.

        A sum over the turned columns goes: each of the rows would carry it as if it were its own.
        """
        if unpivot is None:
            return [], list(range(len(self.names)))
        keys = {normalise_header(column) for column in unpivot.columns}
        turned = [position for position, name in enumerate(self.names) if normalise_header(name) in keys]
        rests = {period.rest for position in turned if (period := period_of(self.names[position]))}
        kept = [
            position
            for position, name in enumerate(self.names)
            if position not in turned and not says_total(name) and not _is_period_of_others(name, rests)
        ]
        return [(position, _value_of(self.names[position], unpivot.year)) for position in turned], kept

    def _refuse(self, number: int, reason: Reason, row: Row) -> None:
        came = " ".join(stripped(cell) for cell in row if stripped(cell))[:_SHOWN]
        self.unreadable.append(Unreadable(number, reason, came))


def _value_of(header: str, year: int | None) -> str:
    period = period_of(header)
    first = period.first_day(year) if period else None
    return first.isoformat() if first else header


def _is_period_of_others(name: str, rests: set[str]) -> bool:
    """Whether a column is another measure of the same periods, such as 1月数量 beside 1月金额."""
    period = period_of(name)
    return period is not None and period.rest not in rests and bool(period.rest) and len(period.rest) < len(name) and any(rests)
