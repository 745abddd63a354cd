"""What is in a text file, without reading all of a large one? Pieces from its start, its middle and its end become one sample."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from fenji.collect import findings
from fenji.collect.reading.contents import disguise, foreign_lines, guessed, is_nearly_utf8, marked
from fenji.collect.reading.delimited import without_open_end
from fenji.collect.reading.delimiters import find_delimiter, says_delimiter, split_head
from fenji.collect.reading.encodings import judge
from fenji.collect.reading.frames import Row
from fenji.collect.reading.header_rows import FOOTER_ROWS, LOOKED_AT, is_footer
from fenji.collect.reading.layouts import find_layout
from fenji.collect.reading.limits import MOST_RECORD, check_width
from fenji.collect.reading.samples import SAMPLE_ROWS, Doubt, DoubtKind, Sample
from fenji.collect.reading.shaping import Shaping
from fenji.domain.sources import Format
from fenji.errors import InvalidFile, Place
from fenji.language import message as _

_WHOLE = 1 << 23
"""A file of so many bytes is looked at as a whole: 8 MB are read and split in a tenth of a second."""
_HEAD, _PIECE = 1 << 22, 1 << 20
_PIECES = 3
_ALL = 1 << 40
_SPREAD = (0.5, 0.25, 0.25)
"""Shares of a sample: from the start, from pieces of the middle, from the end."""


@dataclass(frozen=True)
class _Texts:
    """Pieces of a file as text."""

    head: str
    later: tuple[str, ...]
    encoding: str
    is_whole: bool
    doubts: tuple[Doubt, ...] = ()


def sample_text(path: Path, name: str, *, most: int = SAMPLE_ROWS) -> Sample:
    """The sample of a text file.

    Raises:
        InvalidFile: empty, something else than text, in no known encoding, or without a header.
    """
    texts = _texts(path, name)
    delimiter = find_delimiter(texts.head)
    records = split_head(texts.head, delimiter, most=_all_or(most, texts))
    if records and says_delimiter(texts.head):
        records = records[1:]
    check_width(max((len(cells) for _begin, _end, cells in records), default=0), name)
    rows = [(begin, cells) for begin, _end, cells in records if _is_record(cells)]
    found = find_layout(rows, title=Path(name).stem)
    if found is None:
        raise InvalidFile.of(_("no header was found in the first {rows} rows."), place=Place(name), rows=LOOKED_AT)
    names = without_open_end(found.frame, [cells for _number, cells in rows])
    data = _data_of(rows[found.frame.body :], Shaping(names, found.shape, found.frame.above), is_end=texts.is_whole)
    later = [
        _data_of(
            [(begin, cells) for begin, _end, cells in split_head(text, delimiter, most=_ALL)],
            Shaping(names, found.shape),
            is_end=True,
            is_cut=True,
        )
        for text in texts.later
    ]
    is_whole = texts.is_whole and len(data) <= most
    return Sample(
        name,
        None,
        Format.CSV,
        texts.encoding,
        delimiter,
        rows[found.frame.header[0]][0] if found.frame.header else 0,
        Shaping(names, found.shape).headers,
        _spread(data, later, most),
        found.shape,
        found.repairs,
        (*texts.doubts, *found.doubts),
        is_whole,
        found.preamble,
    )


def _is_record(cells: Sequence[str]) -> bool:
    """Whether a run could take a record: it is text, and not too long."""
    return sum(map(len, cells)) <= MOST_RECORD and not any("\x00" in cell or "\ufffd" in cell for cell in cells)


def spread_of(rows: Sequence[tuple[str | None, ...]], most: int) -> tuple[tuple[str | None, ...], ...]:
    """Rows from the start, the middle and the end, in their order; all where there are no more than ``most``."""
    if len(rows) <= most:
        return tuple(rows)
    start, end = int(most * _SPREAD[0]), int(most * _SPREAD[2])
    inner = most - start - end
    begin = (len(rows) - inner) // 2
    begin = min(max(begin, start), len(rows) - end - inner)
    return (*rows[:start], *rows[begin : begin + inner], *rows[len(rows) - end :])


def _spread(
    data: list[tuple[str | None, ...]], later: list[list[tuple[str | None, ...]]], most: int
) -> tuple[tuple[str | None, ...], ...]:
    if not later:
        return spread_of(data, most)
    share = (most - int(most * _SPREAD[0])) // len(later)
    rest = [row for piece in later[:-1] for row in piece[:share]] + later[-1][-share:]
    return (*data[: most - len(rest)], *rest)


def _all_or(most: int, texts: _Texts) -> int:
    return _ALL if texts.is_whole else most + LOOKED_AT


def _data_of(
    rows: Sequence[tuple[int, Row]], shaping: Shaping, *, is_end: bool, is_cut: bool = False
) -> list[tuple[str | None, ...]]:
    """The rows of the table in one piece.

    A piece from the middle of a file begins inside a record, and perhaps inside an order: rows before the first complete head go.
    """
    given, shape = list(rows), shaping.shape
    if is_end and not shape.drop_totals:
        given = given[:-FOOTER_ROWS] + [each for each in given[-FOOTER_ROWS:] if not is_footer(each[1])]
    found = [row.cells for row in shaping.rows(given)]
    needed = [*shape.fill_down[:1], *([shape.sections] if shape.sections else [])]
    if is_cut and needed:
        places = [shaping.headers.index(name) for name in needed if name in shaping.headers]
        first = next((position for position, cells in enumerate(found) if all(cells[place] for place in places)), len(found))
        found = found[first:]
    return found


def _texts(path: Path, name: str) -> _Texts:
    head, later, is_whole = _bytes_of(path, name)
    if not head.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise InvalidFile.of(_("the file is empty."), place=Place(name))
    if error := disguise(head, name):
        raise error
    encoding, doubts = _encoding_of(head, later, name)
    pieces = later if not encoding.startswith("utf-16") else ()
    return _decoded(head, pieces, encoding, doubts, is_whole=is_whole)


def _decoded(head: bytes, later: Sequence[bytes], encoding: str, doubts: tuple[Doubt, ...], *, is_whole: bool) -> _Texts:
    text = head.decode(encoding, errors="replace").removeprefix("\ufeff")
    if "\n" not in text and "\r" in text.rstrip("\r"):
        text = text.replace("\r", "\n")
    if not is_whole and "\n" in text:
        text = text[: text.rindex("\n") + 1]
    pieces = []
    for piece in later:
        decoded = piece.decode(encoding.replace("-sig", ""), errors="replace")
        pieces.append(decoded[decoded.find("\n") + 1 :])
    return _Texts(text, tuple(pieces), encoding, is_whole, doubts)


def _encoding_of(head: bytes, later: Sequence[bytes], name: str) -> tuple[str, tuple[Doubt, ...]]:
    found = marked(head)
    if found is not None:
        return found, ()
    lines = foreign_lines((head, *later))
    if all(_is_utf8(piece) for piece in (head, *later)) or is_nearly_utf8(lines):
        return "utf-8", ()
    judged = judge(b"\n".join(lines))
    encoding = guessed(lines)
    if encoding is None:
        text = _("no known encoding makes text of this file.")
        raise InvalidFile.of(
            text, place=Place(name), advice=_("Write the right `encoding` for this source, or export the file again as UTF-8.")
        )
    if judged.encoding is not None and judged.rival is None:
        return encoding, ()
    example = next((line for line in lines), b"")[:60].decode(encoding, errors="replace")
    return encoding, (Doubt(DoubtKind.ENCODING, findings.ENCODING_UNSURE(encoding=encoding, example=example)),)


def _is_utf8(data: bytes) -> bool:
    """Whether a piece is UTF-8; its first and last letters may be cut."""
    start = next((position for position, byte in enumerate(data[:4]) if byte & 0xC0 != 0x80), 0)  # noqa: PLR2004 - the mark of a letter that goes on
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data[start:], final=False)
    except UnicodeDecodeError:
        return False
    return True


def _bytes_of(path: Path, name: str) -> tuple[bytes, tuple[bytes, ...], bool]:
    """The start of a file, pieces of the rest, and whether the start is all of it."""
    size = path.stat().st_size
    with path.open("rb") as handle:
        start = handle.read(_WHOLE if size <= _WHOLE else _HEAD)
        if start.startswith(b"\x1f\x8b"):
            return _unpacked(path, name)
        if size <= _WHOLE:
            return start, (), True
        pieces = []
        for position in range(1, _PIECES + 1):
            handle.seek(max(len(start), position * size // _PIECES - _PIECE))
            pieces.append(handle.read(_PIECE))
    return start, tuple(pieces), False


def _unpacked(path: Path, name: str) -> tuple[bytes, tuple[bytes, ...], bool]:
    try:
        with gzip.open(path, "rb") as packed:
            start = cast("BinaryIO", packed).read(_WHOLE + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InvalidFile.of(_("the gzip archive is damaged or not complete."), place=Place(name)) from error
    return start, (), len(start) <= _WHOLE
