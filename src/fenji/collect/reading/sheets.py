"""What stands in the sheets of a workbook? Every cell as text, whatever the workbook really is: Excel, OpenDocument, HTML or XML."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from fenji.collect.headers import matches_for
from fenji.collect.reading.apart import Stopped, told_by_process
from fenji.collect.reading.limits import check_width
from fenji.collect.reading.workbook_process import LONG_NUMBER
from fenji.collect.reading.workbook_repair import Apart, repaired
from fenji.collect.reading.workbook_xml import Merged, tables_inside
from fenji.domain.feeds import FEEDS, Cell, Feed
from fenji.errors import InvalidFile, Place
from fenji.language import message as _

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
    is_page: bool = False
    """A web page: what looks like a number is text."""
    numbers_from: Mapping[int, int] = field(default_factory=dict)
    """By column, the position of a long number from which on every cell is a number."""
    apart: tuple[Apart, ...] = ()
    """Cells that stand far away from all others and are not among the columns."""


def open_sheets(path: Path, name: str, wanted: Sequence[str], scratch: Path) -> Iterator[Sheet]:
    """The sheets that hold anything, one after the other; hidden ones only where they are wanted by name.

    Raises:
        InvalidFile: no workbook, damaged, behind a password, too large, or without a wanted sheet.
    """
    if not path.stat().st_size:
        raise InvalidFile.of(_("the file is empty."), place=Place(name))
    told, apart = _told(path, name, wanted, scratch)
    for each in told["sheets"]:
        with pa.memory_map(each["file"]) as file:
            columns = tuple(pa.ipc.open_file(file).get_batch(0).columns)
        check_width(len(columns), f"{name}#{each['name']}")
        yield Sheet(
            each["name"],
            columns,
            tuple(Merged(*merged) for merged in each["merged"]),
            is_1904=each["is_1904"],
            is_page=each["is_page"],
            numbers_from={int(position): start for position, start in each["numbers_from"].items()},
            apart=tuple(apart.get(each["name"], ())),
        )


def _told(path: Path, name: str, wanted: Sequence[str], scratch: Path) -> tuple[dict[str, Any], Mapping[str, Sequence[Apart]]]:
    """What the process of the workbook says; where it fails or holds next to nothing but empty cells, of a copy without the cause."""
    told: dict[str, Any] = {}
    fault: InvalidFile | None = None
    try:
        told = told_by_process(path, name, wanted, scratch)
    except Stopped as error:
        fault = InvalidFile(*error.problems)
    if fault is None and not any(each["is_sparse"] for each in told["sheets"]):
        return told, {}
    repair = repaired(path, name, scratch / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.xlsx")
    try:
        if repair is not None:
            return told_by_process(repair.copy, name, wanted, scratch), repair.apart
    except Stopped as error:
        fault = InvalidFile(*error.problems)
    if fault is not None:
        raise fault
    return told, {}


def tables_of_workbook(path: Path, name: str, scratch: Path) -> tuple[str, ...]:
    """The sheets that look like tables by their size alone: visible ones of several rows and columns. Cells are not read.

    Raises:
        InvalidFile: no workbook, damaged, or behind a password.
    """
    told = tables_inside(path)
    return tuple(told_by_process(path, name, (), scratch, only_names=True)["names"]) if told is None else told


def with_true_values(sheet: Sheet, names: Sequence[str], header: int) -> list[Any]:
    """The columns of a sheet with long numbers shown as rounded, and day numbers of old Macs as days."""
    columns = []
    for position, name in enumerate(names):
        column = sheet.columns[position]
        if not sheet.is_page:
            column = _unrounded(sheet, column, position, header)
            # OpenDocument writes moments with a T, where all other workbooks have a blank.
            column = pc.replace_substring_regex(column, _MOMENT, r"\1 \2")
        if sheet.is_1904 and _names_day(name):
            column = _from_1904(column)
        columns.append(column)
    return columns


def _unrounded(sheet: Sheet, column: Any, position: int, header: int) -> Any:  # noqa: ANN401 - untyped libraries
    """Long numbers as 1.93053E+17 where the spreadsheet has rounded them: it must show.

    In a column of nothing but numbers they all are. In a column that also holds text, such as the word of a total row, they are
    where every one of them is what is left of a number of fifteen digits; ids that were written as text end in all digits.
    """
    if not pc.any(pc.match_substring_regex(column, LONG_NUMBER)).as_py():
        return column
    texts = column.to_pylist()
    long = {text for text in texts if text and text.isdecimal() and len(text) > _EXACT_DIGITS}
    first = next((place for place, text in enumerate(texts) if place >= header and text in long), 0)
    is_number = first >= sheet.numbers_from.get(position, len(texts))
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
