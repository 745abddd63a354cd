"""How do the sheets of an Excel workbook come in? Column by column as text: whole numbers without .0, dates as YYYY-MM-DD HH:MM:SS."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import reduce
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fenji.collect import findings
from fenji.collect.findings import Finding
from fenji.collect.reading.cells import number_of
from fenji.collect.reading.frames import Row, frame_of
from fenji.collect.reading.header_rows import FOOTER_ROWS, LOOKED_AT, Names, is_footer
from fenji.collect.reading.layouts import find_layout
from fenji.collect.reading.samples import SAMPLE_ROWS, PartRead, Sample, Target, Unreadable
from fenji.collect.reading.sampling import spread_of
from fenji.collect.reading.shaped_reading import read_shaped
from fenji.collect.reading.shaping import Shaping
from fenji.collect.reading.sheets import Sheet, open_sheets, with_true_values
from fenji.domain.reasons import Reason
from fenji.domain.sources import FileLocation, Format
from fenji.errors import InvalidFile, Place
from fenji.language import message as _

_NUMBERS = "n"
_BELOW = 100
_MOST_LOOKED_AT, _MOST_CELLS_LOOKED_AT = 20_000, 5_000_000
"""Rows, and cells of them, that are looked at to find how a sheet is laid out."""


@dataclass(frozen=True)
class WorkbookPart:
    """A sheet whose cells stand on scratch disk as text."""

    sample: Sample
    cells: Path
    """Parquet: the row number ``n`` and a text column ``c<position>`` for each header of the sheet."""
    names: tuple[str, ...]
    """The headers of the sheet, before it is shaped."""
    unreadable: tuple[Unreadable, ...]
    repeats_header: bool
    above: tuple[str, ...] = ()
    """See Frame.above."""
    covered: Mapping[int, AbstractSet[int]] = field(default_factory=dict)
    """See Shaping.covered."""

    def read(self, target: Target) -> PartRead:
        """See Part.read."""
        if not self.sample.shape.is_plain or self.repeats_header:
            return read_shaped(
                target, Shaping(self.names, self.sample.shape, self.above, self.covered), self._rows(), self.unreadable
            )
        columns = tuple(f"c{position}" for position in range(len(self.names)))
        layout = target.layout(self.sample.headers, columns, numbers=_NUMBERS)
        outcome = target.reader.collect_parquet(self.cells, layout, target.folder)
        return PartRead(outcome.records, self.unreadable)

    def _rows(self) -> Iterator[tuple[int, Row]]:
        with pq.ParquetFile(self.cells) as file:
            for batch in file.iter_batches():
                numbers, *columns = (column.to_pylist() for column in batch.columns)
                yield from zip(numbers, zip(*columns, strict=True), strict=True)


def open_workbook(
    path: Path, name: str, location: FileLocation, scratch: Path, *, wanted: Collection[Names] = ()
) -> tuple[WorkbookPart, ...]:
    """The sheets of a workbook that hold anything; hidden ones only where the source names them.

    Raises:
        InvalidFile: no workbook, damaged, behind a password, without the sheets that the source names, or empty.
    """
    sheets = open_sheets(path, name, location.sheets, scratch)
    parts = [part for sheet in sheets if (part := _open_sheet(sheet, name, location, scratch, wanted)) is not None]
    if not parts:
        raise InvalidFile.of(_("the workbook is empty."), place=Place(name))
    return tuple(parts)


def sample_workbook(path: Path, name: str, scratch: Path, *, most: int = SAMPLE_ROWS) -> tuple[Sample, ...]:
    """The samples of the visible sheets of a workbook that hold anything.

    Raises:
        InvalidFile: no workbook, damaged, behind a password, or empty.
    """
    samples = [sample for sheet in open_sheets(path, name, (), scratch) if (sample := _sample_of(sheet, name, most)) is not None]
    if not samples:
        raise InvalidFile.of(_("the workbook is empty."), place=Place(name))
    return tuple(replace(sample, looks_like_summary=_adds_up_another(sample, samples)) for sample in samples)


def _sample_of(sheet: Sheet, name: str, most: int) -> Sample | None:
    rows = _first_rows(sheet, _MOST_LOOKED_AT)
    found = find_layout(rows, title=f"{Path(name).stem} {sheet.name}", covered=_covered(sheet, _MOST_LOOKED_AT))
    if found is None:
        return None
    header = rows[found.frame.header[-1]][0] if found.frame.header else 0
    begin = rows[found.frame.body - 1][0] if found.frame.body else 0
    width = _width(sheet, found.frame.names)
    names = found.frame.names[:width]
    columns = with_true_values(sheet, names, header)
    table, _unreadable = _records([column.slice(begin) for column in columns], begin + 1, are_totals_left=found.shape.drop_totals)
    shaping = Shaping(names, found.shape)
    is_whole = table.num_rows <= most
    # A sheet of a million rows is not turned into a million tuples: its start, middle and end are.
    pieces = (
        [table]
        if table.num_rows <= 2 * most
        else [table.slice(start, most) for start in (0, table.num_rows // 2, table.num_rows - most)]
    )
    covered = _covered(sheet, len(sheet.columns[0])) if found.shape.fill_down else {}
    cells = [
        row.cells for piece in pieces for row in Shaping(names, found.shape, found.frame.above, covered).rows(_rows_of(piece))
    ]
    return Sample(
        name,
        sheet.name,
        Format.EXCEL,
        None,
        None,
        rows[found.frame.header[0]][0] if found.frame.header else 0,
        shaping.headers,
        spread_of(cells, most),
        found.shape,
        (*found.repairs, *_left_out(sheet)),
        found.doubts,
        is_whole and len(cells) <= most,
        found.preamble,
    )


def _open_sheet(sheet: Sheet, name: str, location: FileLocation, scratch: Path, wanted: Collection[Names]) -> WorkbookPart | None:
    rows = _first_rows(sheet, LOOKED_AT + _BELOW)
    frame = frame_of(rows, location.shape, wanted)
    if frame is None:
        return None
    header = rows[frame.header[-1]][0] if frame.header else 0
    begin = rows[frame.body - 1][0] if frame.body else 0
    names = frame.names[: _width(sheet, frame.names)]
    columns = with_true_values(sheet, names, header)
    table, unreadable = _records(
        [column.slice(begin) for column in columns], begin + 1, are_totals_left=location.shape.drop_totals
    )
    unreadable = (*unreadable, *_lone(sheet, table, header))
    cells = scratch / f"{hashlib.sha256(f'{name}#{sheet.name}'.encode()).hexdigest()[:16]}.cells"
    pq.write_table(table, cells, compression="zstd")
    shaping = Shaping(names, location.shape)
    header_row = rows[frame.header[0]][0] if frame.header else 0
    sample = Sample(name, sheet.name, Format.EXCEL, None, None, header_row, shaping.headers, (), location.shape, is_whole=False)
    covered = _covered(sheet, len(sheet.columns[0])) if location.shape.fill_down else {}
    repeats = bool(frame.header) and _repeats(table, shaping)
    return WorkbookPart(sample, cells, names, unreadable, repeats, frame.above, covered)


def _first_rows(sheet: Sheet, most: int) -> list[tuple[int, Row]]:
    """The first rows that hold anything, with their numbers."""
    most = min(most, max(LOOKED_AT + _BELOW, _MOST_CELLS_LOOKED_AT // len(sheet.columns)))
    columns = [column.slice(0, most).to_pylist() for column in sheet.columns]
    return [(number, row) for number, row in enumerate(zip(*columns, strict=True), start=1) if any(row)]


def _covered(sheet: Sheet, most: int) -> dict[int, set[int]]:
    """By column, the rows whose cell is merged with the one above; of the first ``most`` rows."""
    found: dict[int, set[int]] = {}
    for each in sheet.merged:
        found.setdefault(each.column, set()).update(range(each.first + 1, min(each.last, most) + 1))
    return found


def _left_out(sheet: Sheet) -> Iterator[Finding]:
    if sheet.apart:
        yield findings.FAR_CELLS(count=len(sheet.apart), cell=sheet.apart[0].cell)


def _rows_of(table: Any) -> Iterator[tuple[int, Row]]:  # noqa: ANN401 - pyarrow is untyped
    for batch in table.to_batches(max_chunksize=10_000):
        numbers, *columns = (column.to_pylist() for column in batch.columns)
        yield from zip(numbers, zip(*columns, strict=True), strict=True)


def _width(sheet: Sheet, names: tuple[str, ...]) -> int:
    """Columns up to the last one that has a header or a value."""
    width = len(names)
    while (
        width > 1
        and names[width - 1] == f"column_{width}"
        and sheet.columns[width - 1].null_count == len(sheet.columns[width - 1])
    ):
        width -= 1
    return width


def _repeats(table: Any, shaping: Shaping) -> bool:  # noqa: ANN401 - pyarrow is untyped
    """Whether some row is the header once more; only rows whose first cell is the first header are looked at."""
    first = shaping.names[0]
    found = table.filter(pc.fill_null(pc.equal(pc.utf8_trim_whitespace(table["c0"]), first), fill_value=False))
    return any(shaping.is_header(row) for _number, row in _rows_of(found.slice(0, 1000)))


def _records(columns: list[Any], first_row: int, *, are_totals_left: bool) -> tuple[Any, tuple[Unreadable, ...]]:
    """The rows that hold anything, with their numbers; footers at the end apart, unless all totals are looked for later."""
    filled = [pc.fill_null(pc.not_equal(column, ""), fill_value=False) for column in columns]
    is_record = reduce(pc.or_, filled)
    numbers = pa.array(range(first_row, first_row + len(columns[0])), pa.int64())
    table = pa.table({_NUMBERS: numbers, **{f"c{position}": column for position, column in enumerate(columns)}})
    table = table.filter(is_record)
    footers = [] if are_totals_left else list(_footers(table))
    if footers:
        table = table.filter(pc.invert(pc.is_in(table[_NUMBERS], value_set=pa.array([each.row for each in footers], pa.int64()))))
    return table, tuple(footers)


def _lone(sheet: Sheet, table: Any, header: int) -> Iterator[Unreadable]:  # noqa: ANN401 - pyarrow is untyped
    """The rows in which only cells far away from the table stand."""
    records = set(table[_NUMBERS].to_pylist()) if sheet.apart else set()
    rows: dict[int, list[str]] = {}
    for each in sheet.apart:
        if each.row > header and each.row not in records:
            rows.setdefault(each.row, []).append(each.cell)
    for row, cells in sorted(rows.items()):
        yield Unreadable(row, Reason.RAGGED_ROW, " ".join(cells)[:200])


def _footers(table: Any) -> Iterator[Unreadable]:  # noqa: ANN401 - pyarrow is untyped
    for row in table.slice(max(0, table.num_rows - FOOTER_ROWS)).to_pylist():
        number, cells = row[_NUMBERS], [value for name, value in row.items() if name != _NUMBERS]
        if is_footer(cells):
            came = " ".join(cell for cell in cells if cell)[:200]
            yield Unreadable(number, Reason.FOOTER_LINE, came)


def _adds_up_another(sample: Sample, samples: Collection[Sample]) -> bool:
    """Whether a column of a sheet adds up to the same as a column of a longer sheet whose words it shares.

    Only whole sheets of an amount above nothing are compared: a summary of this year beside the orders of this year.
    """
    others = [each for each in samples if each is not sample and len(each.rows) > len(sample.rows) and each.is_whole]
    mine = _sums(sample) if others and sample.is_whole else []
    if not mine:
        return False
    words = {cell for row in sample.rows for cell in row if cell and number_of(cell) is None}
    for other in others:
        shared = words & {cell for row in other.rows for cell in row if cell}
        theirs = _sums(other)
        same = any(abs(one - another) <= 0.01 + abs(one) * 1e-9 for one in mine for another in theirs)
        if same and shared:
            return True
    return False


def _sums(sample: Sample) -> list[float]:
    """The sums of the columns that hold nothing but numbers."""
    found = []
    for column in zip(*sample.rows, strict=True):
        values = [number_of(cell) for cell in column if cell]
        numbers = [value for value in values if value is not None]
        if numbers and len(numbers) == len(values) and len(set(numbers)) > 1:
            found.append(sum(numbers))
    return found
