"""What stands in the sheets of a workbook? Every cell as text, whatever the workbook really is: Excel, OpenDocument, HTML or XML."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from fenji.collect.headers import matches_for
from fenji.collect.reading.markup import Table, is_markup, tables_of
from fenji.collect.reading.workbook_xml import Inside, Merged, look_inside, tables_inside, without_unknown_errors
from fenji.domain.feeds import FEEDS, Cell, Feed
from fenji.errors import InvalidFile, Place, Problem, unknown_name
from fenji.language import message as _

_LONG_NUMBER = r"^[0-9]{16,}$"
_EXACT_DIGITS = 15
"""Digits of a number that a spreadsheet keeps; the others are gone."""
_MOMENT = r"^([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2}:[0-9]{2})$"
_DAYS_1904 = 1462
"""Days between the two days from which spreadsheets count, 1899-12-30 and 1904-01-01."""
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 60_000
"""Day numbers of a date: 1958 to 2068 where days are counted from 1904."""
_DAY_WORDS = ("日期", "时间", "date", "time", "day")


@dataclass(frozen=True)
class Sheet:
    """One sheet, every cell as text."""

    name: str
    columns: tuple[Any, ...]
    """Arrow arrays of text, one for each column, the first row being row 1 of the sheet."""
    merged: tuple[Merged, ...] = ()
    is_1904: bool = False
    workbook: Any = field(default=None, compare=False)
    """The reader of the workbook; None for pages."""


def open_sheets(path: Path, name: str, wanted: Sequence[str], scratch: Path) -> Iterator[Sheet]:
    """The sheets that hold anything, one after the other; hidden ones only where they are wanted by name.

    Raises:
        InvalidFile: no workbook, damaged, behind a password, too large, or without a wanted sheet.
    """
    with path.open("rb") as handle:
        head = handle.read(4096)
    if not head:
        raise InvalidFile.of(_("the file is empty."), place=Place(name))
    if is_markup(head):
        yield from _of_page(tables_of(path, name), name, wanted)
        return
    inside = look_inside(path, name)
    if inside.errors:
        path = without_unknown_errors(path, scratch / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.xlsx")
    workbook = _opened(path, name)
    _check(wanted, workbook.sheet_names, name)
    for sheet in wanted or workbook.sheet_names:
        found = _of_workbook(workbook, sheet, name, inside, is_named=bool(wanted))
        if found is not None:
            yield found


def tables_of_workbook(path: Path, name: str) -> tuple[str, ...]:
    """The sheets that look like tables by their size alone: visible ones of several rows and columns. Cells are not read.

    Raises:
        InvalidFile: no workbook, damaged, or behind a password.
    """
    with path.open("rb") as handle:
        head = handle.read(4096)
    if is_markup(head):
        return tuple(table.name for table in tables_of(path, name))
    told = tables_inside(path)
    return tuple(_opened(path, name).sheet_names) if told is None else told


def with_true_values(sheet: Sheet, names: Sequence[str], header: int) -> list[Any]:
    """The columns of a sheet with long numbers shown as rounded, and day numbers of old Macs as days."""
    columns = []
    for position, name in enumerate(names):
        column = sheet.columns[position]
        if sheet.workbook is not None:
            column = _unrounded(sheet, column, position, header)
            # OpenDocument writes moments with a T, where all other workbooks have a blank.
            column = pc.replace_substring_regex(column, _MOMENT, r"\1 \2")
        if sheet.is_1904 and _names_day(name):
            column = _from_1904(column)
        columns.append(column)
    return columns


def _check(wanted: Collection[str], present: Sequence[str], name: str) -> None:
    place = Place(name)
    InvalidFile.raise_if([unknown_name(_("sheet"), sheet, present, place=place) for sheet in wanted if sheet not in present])


def _of_page(tables: tuple[Table, ...], name: str, wanted: Sequence[str]) -> Iterator[Sheet]:
    _check(wanted, [table.name for table in tables], name)
    for table in tables:
        if wanted and table.name not in wanted:
            continue
        width = max(len(row) for row in table.rows)
        columns = tuple(
            pa.array([row[position] if position < len(row) else None for row in table.rows], pa.string())
            for position in range(width)
        )
        if columns:
            yield Sheet(table.name, columns, tuple(table.merged))


def _of_workbook(
    workbook: Any,  # noqa: ANN401 - fastexcel is untyped
    sheet: str,
    name: str,
    inside: Inside,
    *,
    is_named: bool,
) -> Sheet | None:
    import fastexcel  # noqa: PLC0415 - heavy third-party library

    try:
        # skip_rows=0 keeps empty rows at the top, so that row numbers are those of the sheet.
        loaded = workbook.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string")
        if (loaded.visible != "visible" and not is_named) or not loaded.width:
            return None
        columns = tuple(loaded.to_arrow().columns)
    except (fastexcel.FastExcelError, OSError) as error:
        text = _("the sheet is damaged: {detail}")
        advice = _("Open it in a spreadsheet program and save it again as .xlsx.")
        raise InvalidFile.of(text, place=Place(f"{name}#{sheet}"), advice=advice, detail=_detail(str(error))) from error
    return Sheet(sheet, columns, tuple(inside.merged.get(sheet, [])), inside.is_1904, workbook)


def _opened(path: Path, name: str) -> Any:  # noqa: ANN401 - fastexcel is untyped
    import fastexcel  # noqa: PLC0415 - heavy third-party library

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
    text = _("this is no workbook, or it is damaged: {detail}")
    advice = _("Open it in a spreadsheet program and save it again as .xlsx.")
    return Problem(text, {"detail": _detail(detail)}, Place(name), advice)


def _detail(text: str) -> str:
    return (text.splitlines() or [""])[0][:200]


def _unrounded(sheet: Sheet, column: Any, position: int, header: int) -> Any:  # noqa: ANN401 - untyped libraries
    """Long numbers as 1.93053E+17 where the spreadsheet has rounded them: it must show.

    In a column of nothing but numbers they all are. In a column that also holds text, such as the word of a total row, they are
    where every one of them is what is left of a number of fifteen digits; ids that were written as text end in all digits.
    """
    if not pc.any(pc.match_substring_regex(column, _LONG_NUMBER)).as_py():
        return column
    typed = sheet.workbook.load_sheet(
        sheet.name, header_row=None, skip_rows=header, use_columns=[position], schema_sample_rows=None
    ).to_arrow()
    is_number = pa.types.is_floating(typed.schema[0].type) or pa.types.is_integer(typed.schema[0].type)
    texts = column.to_pylist()
    long = {text for text in texts if text and text.isdecimal() and len(text) > _EXACT_DIGITS}
    if not is_number and not all(_is_left_of_rounding(text) for text in long):
        return column
    return pa.array([f"{float(text):.5E}" if text in long else text for text in texts], pa.string())


def _is_left_of_rounding(text: str) -> bool:
    """Whether a whole number is the nearest one that a computer holds to a number of fifteen digits."""
    return int(text) == int(float(f"{float(text):.{_EXACT_DIGITS - 1}e}"))


def _names_day(name: str) -> bool:
    cells = {
        field.cell
        for feed in (Feed.ORDER_LINE, Feed.CUSTOMER, Feed.CONTRACT)
        for found in matches_for(name, feed)
        for field in FEEDS[feed]
        if field.name == found.field
    }
    return bool(cells & {Cell.DAY, Cell.MOMENT}) or (not cells and any(word in name.lower() for word in _DAY_WORDS))


def _from_1904(column: Any) -> Any:  # noqa: ANN401 - pyarrow is untyped
    """Day numbers that are counted from 1904, as those counted from 1900, which all that reads dates later knows."""
    shifted: list[str | None] = []
    for text in column.to_pylist():
        try:
            days = float(text) if text else 0.0
        except ValueError:
            days = 0.0
        if not _FIRST_SERIAL <= days <= _LAST_SERIAL:
            shifted.append(text)
            continue
        whole = f"{days + _DAYS_1904:.10f}".rstrip("0").rstrip(".")
        shifted.append(whole)
    return pa.array(shifted, pa.string())
