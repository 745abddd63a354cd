"""What does an .xlsx workbook say that its reader does not tell: merged cells and the date system?"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO
from xml.sax.saxutils import unescape

from fenji.collect.reading.limits import MOST_XML
from fenji.errors import InvalidFile, Place
from fenji.language import message as _

_BLOCK = 1 << 22
_MOST_MERGED = 200_000
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^<>]*?\sref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')
_SIZE = re.compile(rb'<(?:\w+:)?dimension\b[^<>]*?\bref="([A-Z]+)(\d+)(?::([A-Z]+)(\d+))?"')
_1904 = re.compile(rb'<(?:\w+:)?workbookPr\b[^<>]*?\bdate1904="(?:1|true|on)"')

DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)
"""What a broken or protected archive raises while it is read."""


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


def look_inside(path: Path, name: str) -> Inside:
    """Looks through a workbook, one block at a time; nothing for formats other than .xlsx.

    Raises:
        InvalidFile: it unpacks to more than MOST_XML.
    """
    found = Inside()
    try:
        with zipfile.ZipFile(path) as archive:
            members = members_of(archive)
            if "xl/workbook.xml" not in members:
                return found
            if any(info.file_size > MOST_XML for info in members.values()):
                raise too_large(name)
            found.is_1904 = _1904.search(_read(archive, members["xl/workbook.xml"])) is not None
            for sheet, member in sheets_of(archive, members):
                found.merged[sheet] = _merged(archive, members[member])
    except DAMAGED:
        # Damaged or protected: the reader of workbooks says it better.
        return found
    return found


def tables_inside(path: Path) -> tuple[str, ...] | None:
    """The visible sheets that are more than one row or one column, by what each says of its own size; None for formats other than .xlsx.

    Only the head of each sheet is read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = members_of(archive)
            if "xl/workbook.xml" not in members:
                return None
            return tuple(
                sheet for sheet, member in sheets_of(archive, members, hidden=False) if _is_table(_read(archive, members[member]))
            )
    except DAMAGED:
        return None


def members_of(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The members of a workbook, by their place in it."""
    return {info.filename.lstrip("/"): info for info in archive.infolist()}


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


def blocks_of(source: IO[bytes], end: bytes) -> Iterator[bytes]:
    """Blocks of an unpacked member that end behind ``end``, where one comes in time, so that no element is cut."""
    carried = b""
    while block := source.read(_BLOCK):
        data = carried + block
        cut = data.rfind(end) + len(end) if len(data) < 4 * _BLOCK else len(data)
        cut = cut if cut >= len(end) else 0
        if cut:
            yield data[:cut]
        carried = data[cut:]
    if carried:
        yield carried


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as handle:
        return handle.read(_BLOCK)


def _is_table(head: bytes) -> bool:
    """Whether the head of a sheet says that there are several rows and columns, or does not say how many."""
    size = _SIZE.search(head)
    return size is None or (size[3] not in (None, size[1]) and size[4] != size[2])


def sheets_of(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], *, hidden: bool = True) -> Iterator[tuple[str, str]]:
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


def _merged(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> list[Merged]:
    """The cells of a sheet that were merged over several rows."""
    merged: list[Merged] = []
    with archive.open(info) as source:
        for block in blocks_of(source, b">"):
            for left, top, right, bottom in _MERGED.findall(block) if b"mergeCell" in block else ():
                if bottom != top and len(merged) < _MOST_MERGED:
                    merged += [
                        Merged(each, int(top), int(bottom))
                        for each in range(column_number(left), min(column_number(right), column_number(left) + 50) + 1)
                    ]
    return merged


def too_large(name: str) -> InvalidFile:
    """The error of a workbook that unpacks to too much."""
    text = _("the workbook is larger than {size} MB when unpacked.")
    return InvalidFile.of(text, place=Place(name), advice=_("Export its sheets as CSV."), size=MOST_XML >> 20)
