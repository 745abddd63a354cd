"""What in an .xlsx workbook breaks its reader, and how does the rest still come in? By a copy without it.

Two things stand in honest workbooks: error values that the reader does not know (#SPILL!, #BUSY!), which become #N/A and are
empty cells as all errors are, and single cells far away from the table, which make the reader hold millions of empty ones.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from fenji.collect.reading.limits import MOST_CELLS, MOST_XML, is_sparse
from fenji.collect.reading.workbook_xml import (
    DAMAGED,
    blocks_of,
    column_letters,
    column_number,
    members_of,
    sheets_of,
    too_large,
)
from fenji.errors import InvalidFile, Place
from fenji.language import message as _

_FEW, _SHARE = 100, 0.01
"""So many cells, or so large a share of the cells, may stand apart; more of them are a table."""
_EMPTY_COLUMNS, _EMPTY_ROWS = 20, 5_000
"""Empty columns or rows in a row after which cells stand apart."""
_ROW_END = b"row>"
_ERROR = re.compile(rb"<((?:\w+:)?v)>(#[^<]{1,40})</")
_KNOWN_ERRORS = {b"#DIV/0!", b"#N/A", b"#NAME?", b"#NULL!", b"#NUM!", b"#REF!", b"#VALUE!", b"#GETTING_DATA", b"#DATA!"}
_CELL = re.compile(rb'<(?:\w+:)?c\b[^<>]*?\sr="([A-Z]{1,3})([0-9]{1,7})"[^<>]*>(?<!/>)')
"""Cells that hold something."""
_WHOLE_CELL = re.compile(
    rb'<(?:\w+:)?c\b[^<>]*?\sr="([A-Z]{1,3})([0-9]{1,7})"[^<>]*+'
    rb"(?:(?<=/)>|(?<!/)>(?:[^<]++|<(?!/?(?:\w+:)?c[\s>/]))*+</(?:\w+:)?c>)"
)


@dataclass(frozen=True)
class Apart:
    """A cell that stands far away from the table and was left out."""

    row: int
    """In the sheet, from 1."""
    cell: str
    """Such as XFD1048576."""


@dataclass
class Repair:
    """A copy of a workbook that its reader can take."""

    copy: Path
    apart: dict[str, list[Apart]] = field(default_factory=dict)
    """By sheet name."""


@dataclass
class _Survey:
    """Where the cells of one sheet stand."""

    has_unknown_errors: bool = False
    columns: Counter[int] = field(default_factory=Counter)
    """Cells by column."""
    rows: Counter[int] = field(default_factory=Counter)
    """Cells by row."""

    @property
    def cells(self) -> int:
        return self.columns.total()


@dataclass(frozen=True)
class _Bounds:
    """The last column and row of a sheet that stay, from 0 and from 1."""

    column: int
    row: int

    def holds(self, column: int, row: int) -> bool:
        return column <= self.column and row <= self.row


def repaired(path: Path, name: str, target: Path) -> Repair | None:
    """A copy without what breaks the reader; None where nothing of the kind is found.

    Raises:
        InvalidFile: so many cells stand far away that they cannot be held in memory, or the workbook unpacks to too much.
    """
    found = Repair(target)
    bounds: dict[str, _Bounds] = {}
    has_errors = False
    try:
        with zipfile.ZipFile(path) as archive:
            members = members_of(archive)
            if "xl/workbook.xml" not in members:
                return None
            for sheet, member in sheets_of(archive, members):
                survey = _survey(archive, members[member], name)
                has_errors = has_errors or survey.has_unknown_errors
                kept = _bounds(survey, Place(f"{name}#{sheet}"))
                if kept is not None:
                    bounds[member] = kept
                    found.apart[sheet] = []
            if not has_errors and not bounds:
                return None
            names = {member: sheet for sheet, member in sheets_of(archive, members)}
            _copy(archive, target, bounds, {member: found.apart[names[member]] for member in bounds})
    except DAMAGED:
        return None
    return found


def _survey(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> _Survey:
    found = _Survey()
    size = 0
    with archive.open(info) as source:
        for block in blocks_of(source, _ROW_END):
            size += len(block)
            if size > MOST_XML:
                raise too_large(name)
            cells = _CELL.findall(block)
            letters = Counter(column for column, _row in cells)
            found.columns.update({column_number(each): count for each, count in letters.items()})
            found.rows.update({int(each): count for each, count in Counter(row for _column, row in cells).items()})
            if b">#" in block:
                unknown = {each for _tag, each in _ERROR.findall(block)} - _KNOWN_ERRORS
                found.has_unknown_errors = found.has_unknown_errors or bool(unknown)
    return found


def _bounds(survey: _Survey, place: Place) -> _Bounds | None:
    """What stays of a sheet whose cells reach too far to be held; None where they do not."""
    if not survey.cells:
        return None
    few = max(_FEW, int(survey.cells * _SHARE))
    column, row = max(survey.columns), max(survey.rows)
    width, height = column - min(survey.columns) + 1, row - min(survey.rows) + 1
    if width * height <= MOST_CELLS and not is_sparse(width, height, survey.cells):
        return None
    kept = _last_before_gap(survey.columns, _EMPTY_COLUMNS, few)
    lowest = row if _size(survey, kept, row) <= MOST_CELLS else _last_before_gap(survey.rows, _EMPTY_ROWS, few)
    if _size(survey, kept, lowest) > MOST_CELLS:
        text = _("the sheet reaches to row {row} and column {column}: that is more than can be held in memory.")
        advice = _("Delete cells that stand far away from the table, or export the sheet as CSV.")
        raise InvalidFile.of(text, place=place, advice=advice, row=row, column=column_letters(column))
    return None if (kept, lowest) == (column, row) else _Bounds(kept, lowest)


def _size(survey: _Survey, column: int, row: int) -> int:
    return (column - min(survey.columns) + 1) * (row - min(survey.rows) + 1)


def _last_before_gap(counts: Counter[int], empty: int, few: int) -> int:
    """The last place before a gap behind which only few cells stand; the very last where there is none."""
    places = sorted(counts)
    behind = 0
    last = places[-1]
    for position in range(len(places) - 1, 0, -1):
        behind += counts[places[position]]
        if behind > few:
            break
        if places[position] - places[position - 1] > empty:
            last = places[position - 1]
    return last


def _copy(archive: zipfile.ZipFile, target: Path, bounds: dict[str, _Bounds], apart: dict[str, list[Apart]]) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy:
        for info in archive.infolist():
            member = info.filename.lstrip("/")
            with archive.open(info) as source, copy.open(info.filename, "w", force_zip64=True) as out:
                is_sheet = member.startswith("xl/worksheets/")
                for block in blocks_of(source, _ROW_END):
                    written = _ERROR.sub(rb"<\1>#N/A</", block) if is_sheet and b">#" in block else block
                    out.write(_without(written, bounds[member], apart[member]) if member in bounds else written)


def _without(block: bytes, bounds: _Bounds, apart: list[Apart]) -> bytes:
    """A block without the cells beyond the bounds, which are noted where they hold something."""

    def kept(found: re.Match[bytes]) -> bytes:
        column, row = column_number(found[1]), int(found[2])
        if bounds.holds(column, row):
            return found[0]
        if not found[0].endswith(b"/>"):
            apart.append(Apart(row, f"{found[1].decode()}{row}"))
        return b""

    return _WHOLE_CELL.sub(kept, block)
