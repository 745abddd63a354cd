"""How do tables come out of a page that is named like a workbook? Many systems export HTML or SpreadsheetML as .xls.

Not: lists, nested layouts and scripts; a table inside a cell is a table of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from xml.parsers import expat

from fenji.collect.reading.contents import foreign_lines, guessed, marked
from fenji.collect.reading.limits import MOST_CELLS
from fenji.collect.reading.workbook_xml import Merged, column_letters
from fenji.errors import InvalidFile, Place
from fenji.language import message as _

MOST_BYTES = 1 << 28
"""Bytes of a page that is read: 256 MB are about a million rows."""
_BLOCK = 1 << 20
_MOST_SPAN = 1000
_MOST_COLUMNS = 16_384
_MOST_DEPTH = 50
_MARKUP = (b"<!doctype html", b"<html", b"<table", b"<head", b"<meta", b"<body", b"<style", b"<tr", b"<div", b"<center", b"<font")
_SPREADSHEET = b"urn:schemas-microsoft-com:office:spreadsheet"
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)|encoding\s*=\s*[\"']([\w-]+)", re.IGNORECASE)
_BREAK = "\x1e"
"""Stands for a line break while blanks are made one."""
_BLANKS = re.compile(r"[ \t\r\n\f\xa0]+")


@dataclass
class Table:
    """A table of a page, cell by cell."""

    name: str
    rows: list[list[str | None]] = field(default_factory=list)
    merged: list[Merged] = field(default_factory=list)


def is_markup(head: bytes) -> bool:
    """Whether a file is HTML or SpreadsheetML, from its first bytes."""
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").replace(b"\x00", b"")[:4000].lower()
    return start.startswith(_MARKUP) or (
        start.startswith((b"<?xml", b"<workbook")) and (_SPREADSHEET in start or b"<html" in start or b"<table" in start)
    )


def tables_of(path: Path, name: str) -> tuple[Table, ...]:
    """The tables of a page that hold at least two rows or columns.

    Raises:
        InvalidFile: too large, in no known encoding, broken, or without a table.
    """
    if path.stat().st_size > MOST_BYTES:
        raise InvalidFile.of(_("a web page of more than {size} MB is not read."), place=Place(name), size=MOST_BYTES >> 20)
    content = path.read_bytes()
    found = (
        _spreadsheet(content, name)
        if _SPREADSHEET in content[:4000] and b"<html" not in content[:4000].lower()
        else _pages(content, name)
    )
    tables = tuple(table for table in found if table.rows and (len(table.rows) > 1 or len(table.rows[0]) > 1))
    for table in tables:
        width = max(len(row) for row in table.rows)
        if width * len(table.rows) > MOST_CELLS:
            text = _("the sheet reaches to row {row} and column {column}: that is more than can be held in memory.")
            advice = _("Delete cells that stand far away from the table, or export the sheet as CSV.")
            place = Place(f"{name}#{table.name}")
            raise InvalidFile.of(text, place=place, advice=advice, row=len(table.rows), column=column_letters(width - 1))
    if not tables:
        raise InvalidFile.of(_("this is a web page (HTML) or XML without a table."), place=Place(name))
    return tables


def _pages(content: bytes, name: str) -> list[Table]:
    parser = _Page()
    text = _text(content, name)
    for start in range(0, len(text), _BLOCK):
        parser.feed(text[start : start + _BLOCK])
    parser.close()
    parser.finish()
    return parser.tables


def _text(content: bytes, name: str) -> str:
    said = _CHARSET.search(content[:4000])
    declared = (said.group(1) or said.group(2)).decode().lower() if said else None
    encodings = [
        marked(content[:4000]),
        "utf-8",
        "gb18030" if declared in {"gbk", "gb2312"} else declared,
        guessed(foreign_lines([content])),
    ]
    for encoding in encodings:
        if encoding is None:
            continue
        try:
            return content.decode(encoding).removeprefix("\ufeff")
        except (UnicodeDecodeError, LookupError):
            continue
    raise InvalidFile.of(_("no known encoding makes text of this file."), place=Place(name))


class _Page(HTMLParser):
    """The tables of an HTML page while it streams by."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[Table] = []
        self._open: list[_Open] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in {"style", "script", "title"}:
            self._silent += 1
        elif tag == "table" and len(self._open) < _MOST_DEPTH:
            table = Table(str(len(self.tables) + 1))
            self.tables.append(table)
            self._open.append(_Open(table))
        elif not self._open:
            return
        elif tag == "tr":
            self._open[-1].end_row()
            self._open[-1].row = []
        elif tag in {"td", "th"}:
            self._open[-1].begin_cell(_span(given.get("colspan")), _span(given.get("rowspan")))
        elif tag in {"br", "p", "div"} and self._open[-1].text:
            self._open[-1].text.append(_BREAK if tag == "br" else " ")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"style", "script", "title"}:
            self._silent = max(0, self._silent - 1)
        elif not self._open:
            return
        elif tag in {"td", "th"}:
            self._open[-1].end_cell()
        elif tag == "tr":
            self._open[-1].end_row()
        elif tag == "table":
            self._open.pop().end_row()

    def handle_data(self, data: str) -> None:
        if self._open and not self._silent:
            self._open[-1].text.append(data)

    def finish(self) -> None:
        """Ends what the page left open."""
        while self._open:
            self._open.pop().end_row()


class _Open:
    """A table whose end has not come yet."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.row: list[str | None] | None = None
        self.text: list[str] = []
        self._spans: tuple[int, int] | None = None
        self._below: dict[int, int] = {}
        """Columns that a cell from above still covers, and in how many rows."""

    def begin_cell(self, columns: int, rows: int) -> None:
        self.end_cell()
        if self.row is None:
            self.row = []
        self._spans = (columns, rows)
        self.text = []

    def end_cell(self) -> None:
        if self._spans is None or self.row is None:
            return
        columns, rows = self._spans
        self._skip_covered()
        text = _BLANKS.sub(" ", "".join(self.text)).strip(" ").replace(_BREAK, "\n").strip("\n")
        for position in range(min(columns, _MOST_COLUMNS - len(self.row))):
            if rows > 1:
                self._below[len(self.row)] = rows
                first = len(self.table.rows) + 1
                self.table.merged.append(Merged(len(self.row), first, first + rows - 1))
            self.row.append((text or None) if position == 0 else None)
        self._spans, self.text = None, []

    def end_row(self) -> None:
        self.end_cell()
        if self.row is None:
            return
        self._skip_covered()
        while len(self.row) > 1 and self.row[-1] is None:
            self.row.pop()
        self.table.rows.append(self.row)
        self._below = {column: rows - 1 for column, rows in self._below.items() if rows > 1}
        self.row = None

    def _skip_covered(self) -> None:
        while self.row is not None and self._below.get(len(self.row), 0) > 0:
            self.row.append(None)


def _span(text: str | None) -> int:
    return min(_MOST_SPAN, max(1, int(text))) if text and text.strip().isdecimal() else 1


def _spreadsheet(content: bytes, name: str) -> list[Table]:
    """The sheets of a SpreadsheetML 2003 file; entities are not expanded."""
    reader = _Sheets()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    parser.EntityDeclHandler = reader.refuse
    try:
        parser.Parse(content.lstrip(b" \t\r\n"), True)  # noqa: FBT003 - the parser takes no keyword
    except (expat.ExpatError, ValueError) as error:
        text = _("this is no workbook, or it is damaged: {detail}")
        raise InvalidFile.of(text, place=Place(name), detail=str(error)[:200]) from error
    return reader.tables


class _Sheets:
    """The sheets of a SpreadsheetML file while its elements stream by."""

    def __init__(self) -> None:
        self.tables: list[Table] = []
        self._row: list[str | None] = []
        self._text: list[str] | None = None
        self._kind = ""
        self._place = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        given = {key.rsplit(" ", 1)[-1]: value for key, value in attributes.items()}
        element = tag.rsplit(" ", 1)[-1]
        if element == "Worksheet":
            self.tables.append(Table(given.get("Name", str(len(self.tables) + 1))))
        elif element == "Row" and self.tables:
            index = int(given.get("Index", 0))
            rows = self.tables[-1].rows
            rows += [[] for _number in range(min(index - 1 - len(rows), 1 << 20))]
            self._row = []
        elif element == "Cell":
            index = min(int(given.get("Index", 0)), _MOST_COLUMNS)
            self._row += [None] * (index - 1 - len(self._row))
            down = min(int(given.get("MergeDown", 0)), _MOST_SPAN)
            if down and self.tables:
                first = len(self.tables[-1].rows) + 1
                self.tables[-1].merged.append(Merged(len(self._row), first, first + down))
            self._row += [None] * (1 + min(int(given.get("MergeAcross", 0)), _MOST_SPAN))
            self._place = len(self._row) - 1 - min(int(given.get("MergeAcross", 0)), _MOST_SPAN)
        elif element == "Data":
            self._text, self._kind = [], given.get("Type", "")

    def end(self, tag: str) -> None:
        element = tag.rsplit(" ", 1)[-1]
        if element == "Data" and self._text is not None and self._row:
            self._row[self._place] = _value("".join(self._text), self._kind)
            self._text = None
        elif element == "Row" and self.tables:
            self.tables[-1].rows.append(self._row)

    def data(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    @staticmethod
    def refuse(*_given: object) -> None:
        message = "the file declares entities"
        raise ValueError(message)


def _value(text: str, kind: str) -> str | None:
    if kind == "Error":
        return None
    if kind == "DateTime":
        return text.partition(".")[0].replace("T", " ")
    return text or None
