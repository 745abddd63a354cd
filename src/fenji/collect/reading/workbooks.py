"""How do the sheets of an Excel workbook come in? Column by column as text: whole numbers without .0, dates as YYYY-MM-DD HH:MM:SS."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fenji.collect.reading.header_rows import FOOTER_ROWS, LOOKED_AT, find_header, is_footer, unique_headers
from fenji.collect.reading.samples import SAMPLE_ROWS, PartRead, Sample, Target, Unreadable
from fenji.domain.reasons import Reason
from fenji.domain.sources import FileLocation, Format
from fenji.errors import InvalidFile, Place, Problem, unknown_name
from fenji.language import message as _

_NUMBERS = "n"
_OLE = b"\xd0\xcf\x11\xe0"
_LONG_NUMBER = r"^[0-9]{16,}$"
_MOMENT = r"^([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2}:[0-9]{2})$"
_EXACT_DIGITS = 15
"""Digits of a number that a spreadsheet keeps; the others are gone."""


@dataclass(frozen=True)
class WorkbookPart:
    """A sheet whose cells stand on scratch disk as text."""

    sample: Sample
    cells: Path
    """Parquet: the row number ``n`` and a text column ``c<position>`` for each header."""
    unreadable: tuple[Unreadable, ...]

    def read(self, target: Target) -> PartRead:
        """See Part.read."""
        columns = tuple(f"c{position}" for position in range(len(self.sample.headers)))
        layout = target.layout(self.sample.headers, columns, numbers=_NUMBERS)
        outcome = target.reader.collect_parquet(self.cells, layout, target.folder)
        return PartRead(outcome.records, self.unreadable)


def open_workbook(
    path: Path, name: str, location: FileLocation, scratch: Path, *, wanted: Collection[str] = ()
) -> tuple[WorkbookPart, ...]:
    """The sheets of a workbook that hold anything; hidden ones only where the source names them.

    Raises:
        InvalidFile: no workbook, damaged, behind a password, without the sheets that the source names, or empty.
    """
    workbook = _opened(path, name)
    problems = [
        unknown_name(_("sheet"), sheet, workbook.sheet_names, place=Place(name))
        for sheet in location.sheets
        if sheet not in workbook.sheet_names
    ]
    InvalidFile.raise_if(problems)
    parts = []
    for sheet in location.sheets or workbook.sheet_names:
        part = _open_sheet(workbook, sheet, name, scratch, wanted, is_named=bool(location.sheets))
        if part is not None:
            parts.append(part)
    if not parts:
        raise InvalidFile.of(_("the workbook is empty."), place=Place(name))
    return tuple(parts)


def _opened(path: Path, name: str) -> Any:  # noqa: ANN401 - fastexcel is untyped
    import fastexcel  # noqa: PLC0415 - heavy third-party library

    with path.open("rb") as handle:
        head = handle.read(512)
    if not head:
        raise InvalidFile.of(_("the file is empty."), place=Place(name))
    try:
        return fastexcel.read_excel(str(path))
    except (fastexcel.FastExcelError, OSError) as error:
        raise InvalidFile(_not_opened(path, name, str(error))) from error


def _not_opened(path: Path, name: str, detail: str) -> Problem:
    content = path.read_bytes() if path.stat().st_size < (1 << 28) else b""
    encrypted = any(mark.encode("utf-16-le") in content for mark in ("EncryptedPackage", "EncryptionInfo"))
    if encrypted or "password" in detail.lower() or "encrypt" in detail.lower():
        text = _("the workbook is protected by a password.")
        return Problem(text, {}, Place(name), _("Save a copy without password."))
    start = content[:400].lstrip().lower()
    if start.startswith((b"<", b"\xef\xbb\xbf<")):
        text = _("this is a web page (HTML) or XML that is named like a workbook.")
        return Problem(text, {}, Place(name), _("Open it in a spreadsheet program and save it as .xlsx, or export it as CSV."))
    text = _("this is no workbook, or it is damaged: {detail}")
    advice = _("Open it in a spreadsheet program and save it again as .xlsx.")
    return Problem(text, {"detail": detail.splitlines()[0][:200]}, Place(name), advice)


def _open_sheet(
    workbook: Any,  # noqa: ANN401 - fastexcel is untyped
    sheet: str,
    name: str,
    scratch: Path,
    wanted: Collection[str],
    *,
    is_named: bool,
) -> WorkbookPart | None:
    # skip_rows=0 keeps empty rows at the top, so that row numbers are those of the sheet.
    loaded = workbook.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string")
    if (loaded.visible != "visible" and not is_named) or not loaded.width:
        return None
    batch = loaded.to_arrow()
    first = [_row(batch, position) for position in range(min(LOOKED_AT, batch.num_rows))]
    header = find_header(first, wanted)
    if header is None:
        return None
    width = _width(batch, first[header])
    columns = [_unrounded(workbook, sheet, batch.column(position), position, header) for position in range(width)]
    # OpenDocument writes moments with a T, where all other workbooks have a blank.
    columns = [pc.replace_substring_regex(column, _MOMENT, r"\1 \2") for column in columns]
    table, unreadable = _records([column.slice(header + 1) for column in columns], header + 2)
    cells = scratch / f"{hashlib.sha256(f'{name}#{sheet}'.encode()).hexdigest()[:16]}.cells"
    pq.write_table(table, cells, compression="zstd")
    headers = unique_headers(first[header][:width])
    rows = tuple(zip(*(table.column(f"c{position}")[:SAMPLE_ROWS].to_pylist() for position in range(width)), strict=True))
    sample = Sample(name, sheet, Format.EXCEL, None, None, header + 1, headers, rows)
    return WorkbookPart(sample, cells, unreadable)


def _row(batch: Any, position: int) -> list[str | None]:  # noqa: ANN401 - pyarrow is untyped
    return [column[position].as_py() for column in batch.columns]


def _width(batch: Any, header: list[str | None]) -> int:  # noqa: ANN401 - pyarrow is untyped
    """Columns up to the last one that has a header or a value."""
    width = len(header)
    while width > 1 and not header[width - 1] and batch.column(width - 1).null_count == batch.num_rows:
        width -= 1
    return width


def _unrounded(workbook: Any, sheet: str, column: Any, position: int, header: int) -> Any:  # noqa: ANN401 - untyped libraries
    """Long numbers of a column of numbers as 1.93053E+17: the spreadsheet has rounded them, and it must show.

    In a column that also holds text they cannot be told from ids that were written as text and are whole.
    """
    if not pc.any(pc.match_substring_regex(column, _LONG_NUMBER)).as_py():
        return column
    typed = workbook.load_sheet(
        sheet, header_row=None, skip_rows=header + 1, use_columns=[position], schema_sample_rows=None
    ).to_arrow()
    if not (pa.types.is_floating(typed.schema[0].type) or pa.types.is_integer(typed.schema[0].type)):
        return column
    rounded = [
        f"{float(text):.5E}" if text and text.isdecimal() and len(text) > _EXACT_DIGITS else text for text in column.to_pylist()
    ]
    return pa.array(rounded, pa.string())


def _records(columns: list[Any], first_row: int) -> tuple[Any, tuple[Unreadable, ...]]:
    """The rows that hold anything, with their numbers; footers at the end apart."""
    filled = [pc.fill_null(pc.not_equal(column, ""), fill_value=False) for column in columns]
    is_record = reduce(pc.or_, filled)
    numbers = pa.array(range(first_row, first_row + len(columns[0])), pa.int64())
    table = pa.table({_NUMBERS: numbers, **{f"c{position}": column for position, column in enumerate(columns)}})
    table = table.filter(is_record)
    footers = list(_footers(table))
    if footers:
        table = table.filter(pc.invert(pc.is_in(table[_NUMBERS], value_set=pa.array([each.row for each in footers], pa.int64()))))
    return table, tuple(footers)


def _footers(table: Any) -> Iterator[Unreadable]:  # noqa: ANN401 - pyarrow is untyped
    for row in table.slice(max(0, table.num_rows - FOOTER_ROWS)).to_pylist():
        number, cells = row[_NUMBERS], [value for name, value in row.items() if name != _NUMBERS]
        if is_footer(cells):
            came = " ".join(cell for cell in cells if cell)[:200]
            yield Unreadable(number, Reason.FOOTER_LINE, came)
