"""What does an .xlsx workbook say that its reader does not tell: merged cells, the date system, and cells that would fill the memory?"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from xml.sax.saxutils import unescape

from fenji.errors import InvalidFile, Place
from fenji.language import message as _

MOST_XML = 1 << 30
"""Bytes of one unpacked sheet: a full one of a million rows and twenty columns has about 800 MB."""
MOST_CELLS = 30_000_000
"""Cells of the smallest rectangle around a sheet's values; the reader holds all of them, about 50 bytes each."""

_BLOCK = 1 << 22
_MOST_MERGED = 200_000
_COLUMNS = re.compile(rb'\sr="([A-Z]{1,3})[0-9]')
_FAR_ROWS = re.compile(rb'\sr="(?:[A-Z]{2,3}([0-9]{1,7})|[A-Z]([0-9]{7}))"')
"""Rows of cells beyond column Z, and of those beyond row 999,999: 26 columns of fewer rows fit into memory."""
_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\sr="(\d{1,7})"')
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\sref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_ERROR = re.compile(rb"<((?:\w+:)?v)>(#[^<]{1,40})</")
_KNOWN_ERRORS = {b"#DIV/0!", b"#N/A", b"#NAME?", b"#NULL!", b"#NUM!", b"#REF!", b"#VALUE!", b"#GETTING_DATA", b"#DATA!"}
_ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')
_SIZE = re.compile(rb'<(?:\w+:)?dimension\b[^>]*?\bref="([A-Z]+)(\d+)(?::([A-Z]+)(\d+))?"')
_1904 = re.compile(rb'<(?:\w+:)?workbookPr\b[^>]*?\bdate1904="(?:1|true|on)"')


@dataclass(frozen=True)
class Merged:
    """Cells of a sheet that were merged over several rows."""

    column: int
    """From 0."""
    first: int
    """Rows, the first of the sheet being 1."""
    last: int


@dataclass
class Inside:
    """What the XML of a workbook says."""

    is_1904: bool = False
    """Days are counted from 1904-01-01, as on old Macs."""
    merged: dict[str, list[Merged]] = field(default_factory=dict)
    """By sheet name."""
    errors: set[bytes] = field(default_factory=set)
    """Error values that the reader does not know."""


def look_inside(path: Path, name: str) -> Inside:
    """Looks through a workbook, one block at a time; nothing for formats other than .xlsx.

    Raises:
        InvalidFile: it would fill the memory: unpacked too large, or with a cell far away from all others.
    """
    found = Inside()
    try:
        with zipfile.ZipFile(path) as archive:
            members = {info.filename.lstrip("/"): info for info in archive.infolist()}
            if "xl/workbook.xml" not in members:
                return found
            if any(info.file_size > MOST_XML for info in members.values()):
                raise _too_large(name)
            found.is_1904 = _1904.search(_read(archive, members["xl/workbook.xml"])) is not None
            for sheet, member in _sheets(archive, members):
                _look_at_sheet(archive, members[member], Place(f"{name}#{sheet}"), sheet, found)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError):
        # Damaged or protected: the reader of workbooks says it better.
        return found
    return found


def tables_inside(path: Path) -> tuple[str, ...] | None:
    """The visible sheets that are more than one row or one column, by what each says of its own size; None for formats other than .xlsx.

    Only the head of each sheet is read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = {info.filename.lstrip("/"): info for info in archive.infolist()}
            if "xl/workbook.xml" not in members:
                return None
            return tuple(
                sheet for sheet, member in _sheets(archive, members, hidden=False) if _is_table(_read(archive, members[member]))
            )
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError):
        return None


def without_unknown_errors(path: Path, target: Path) -> Path:
    """A copy of a workbook in which every error value is one that the reader knows; it takes these for empty cells."""
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy:
        for info in archive.infolist():
            with archive.open(info) as source, copy.open(info.filename, "w") as out:
                is_sheet = info.filename.lstrip("/").startswith("xl/worksheets/")
                for block in _blocks(source):
                    out.write(_ERROR.sub(rb"<\1>#N/A</", block) if is_sheet else block)
    return target


def column_number(letters: bytes | str) -> int:
    """The position of a column from its letters: 0 for A.

    >>> column_number("A"), column_number("AA"), column_number("XFD")
    (0, 26, 16383)
    """
    number = 0
    for letter in letters.decode() if isinstance(letters, bytes) else letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def column_letters(position: int) -> str:
    """The letters of a column.

    >>> column_letters(0), column_letters(26), column_letters(16383)
    ('A', 'AA', 'XFD')
    """
    letters, number = "", position + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _blocks(source: object) -> Iterator[bytes]:
    """Blocks that end behind a ``>``, so that no element is cut."""
    carried = b""
    while block := source.read(_BLOCK):  # type: ignore[attr-defined]
        data = carried + block
        end = data.rfind(b"</") if len(data) < 4 * _BLOCK else len(data)
        end = end if end > 0 else len(data)
        yield data[:end]
        carried = data[end:]
    if carried:
        yield carried


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as handle:
        return handle.read(_BLOCK)


def _is_table(head: bytes) -> bool:
    """Whether the head of a sheet says that there are several rows and columns, or does not say how many."""
    size = _SIZE.search(head)
    return size is None or (size[3] not in (None, size[1]) and size[4] != size[2])


def _sheets(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], *, hidden: bool = True) -> Iterator[tuple[str, str]]:
    """The name of each sheet and the member that holds it."""
    relations = members.get("xl/_rels/workbook.xml.rels")
    if relations is None:
        return
    targets: dict[str, str] = {}
    for element in re.findall(r"<(?:\w+:)?Relationship\b[^>]*>", _read(archive, relations).decode("utf-8", errors="replace")):
        given = dict(_ATTRIBUTE.findall(element))
        target = given.get("Target", "")
        targets[given.get("Id", "")] = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
    for element in re.findall(
        r"<(?:\w+:)?sheet\b[^>]*>", _read(archive, members["xl/workbook.xml"]).decode("utf-8", errors="replace")
    ):
        given = dict(_ATTRIBUTE.findall(element))
        member = targets.get(given.get("r:id", ""), "")
        if member in members and (hidden or given.get("state", "visible") == "visible"):
            yield unescape(given.get("name", ""), {"&quot;": '"', "&apos;": "'"}), member


def _look_at_sheet(archive: zipfile.ZipFile, info: zipfile.ZipInfo, place: Place, sheet: str, found: Inside) -> None:
    widest, lowest, leftmost, highest = -1, 0, 1 << 20, 1 << 30
    merged = found.merged.setdefault(sheet, [])
    size = 0
    with archive.open(info) as source:
        for block in _blocks(source):
            size += len(block)
            if size > MOST_XML:
                raise _too_large(str(place.file))
            rows = {int(wide or far) for wide, far in set(_FAR_ROWS.findall(block))}
            numbers = rows.union(map(int, _ROW.findall(block)))
            columns = {column_number(letters) for letters in set(_COLUMNS.findall(block))}
            if columns:
                widest, leftmost = max(widest, *columns), min(leftmost, *columns)
            if numbers:
                lowest, highest = max(lowest, *numbers), min(highest, *numbers)
            found.errors |= {each for _tag, each in _ERROR.findall(block)} - _KNOWN_ERRORS if b">#" in block else set()
            for left, top, right, bottom in _MERGED.findall(block) if b"mergeCell" in block else ():
                if bottom != top and len(merged) < _MOST_MERGED:
                    merged += [
                        Merged(each, int(top), int(bottom))
                        for each in range(column_number(left), min(column_number(right), column_number(left) + 50) + 1)
                    ]
    if widest >= 0 and (widest - leftmost + 1) * (lowest - highest + 1) > MOST_CELLS:
        text = _("the sheet reaches to row {row} and column {column}: that is more than can be held in memory.")
        advice = _("Delete cells that stand far away from the table, or export the sheet as CSV.")
        raise InvalidFile.of(text, place=place, advice=advice, row=lowest, column=column_letters(widest))


def _too_large(name: str) -> InvalidFile:
    text = _("the workbook is larger than {size} MB when unpacked.")
    return InvalidFile.of(text, place=Place(name), advice=_("Export its sheets as CSV."), size=MOST_XML >> 20)
