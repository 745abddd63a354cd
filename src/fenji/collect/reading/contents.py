"""What is really in a file? Its fingerprint, what its first bytes say that it is, and its text as UTF-8 with every line counted."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa

from fenji.collect.reading.encodings import MOST_LOOKED_AT, judge
from fenji.collect.reading.limits import check_unpacked
from fenji.errors import InvalidFile, Place, Problem
from fenji.language import message as _

BLOCK = 1 << 22
"""Bytes that are held at once while a file streams by: 4 MB, where larger blocks were no faster."""

HEAD = 1 << 18
"""Bytes at the start that are looked at closely: a header of thousands of columns and some rows fit in."""

_ENCODINGS = {"gbk": "gb18030", "gb2312": "gb18030", "cp936": "gb18030", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be"}
"""GB18030 reads everything that its predecessors wrote."""

_MOST_BAD = 0.01
"""Lines that may be no text in a file that is text otherwise; with more of them the encoding is wrong."""
_SOME_BAD = 3
"""So many are allowed in a small file."""
_CONTROLS = frozenset(range(9)) | frozenset(range(14, 32)) - {27}

_SMALL = 1 << 14
_HALF = re.compile("[\ud800-\udfff]")
_NO_TEXT = b"\xff"
"""Before a line that is no text; no UTF-8 has such a byte."""

_ENCODING_ADVICE = _("Write the right `encoding` for this source, or export the file again as UTF-8.")

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


_MAGIC = {
    b"PK\x03\x04": _("this is a zip archive or an Excel workbook (.xlsx), not text."),
    b"PK\x05\x06": _("this is a zip archive or an Excel workbook (.xlsx), not text."),
    b"\xd0\xcf\x11\xe0": _("this is an old Excel workbook (.xls) or another Office document, not text."),
    b"PAR1": _("this is a Parquet file, not text."),
    b"%PDF": _("this is a PDF document, not a table of text."),
    b"Rar!": _("this is a packed archive, not text."),
    b"7z\xbc\xaf": _("this is a packed archive, not text."),
    b"BZh": _("this is a packed archive, not text."),
}
"""What the first bytes of a file say that it is."""

_MARKUP = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<head", b"<meta", b"<body", b"<style")


@dataclass(frozen=True)
class PlainText:
    """A text file as UTF-8, on disk."""

    path: Path
    """The file itself, or its rewriting on scratch disk."""
    encoding: str
    """Of the original."""
    lines: int
    """Up to the last one that is not empty."""
    head: str
    """The first HEAD bytes, whole lines of them, without a byte order mark."""
    has_only_returns: bool
    """Lines end in a carriage return alone, as on old Macs."""
    is_clean: bool = True
    """Every line is text; where not, lines that are none hold bytes that are no UTF-8, or NUL."""


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, as hex digits."""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while block := handle.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def disguise(head: bytes, name: str) -> InvalidFile | None:
    """The error of a file that claims to be text and is something else; None for text."""
    start = head.lstrip()[:400].lower()
    text = next((text for mark, text in _MAGIC.items() if head.startswith(mark)), None)
    if text is None and start.startswith(_MARKUP):
        text = _("this is a web page (HTML) or XML, not a table of text.")
    if text is None and _is_binary(head) and not utf16(head):
        text = _("this is binary data, not text.")
    advice = _("Export it again as CSV, or give it the ending of what it is.")
    return None if text is None else InvalidFile(Problem(text, {}, Place(name), advice))


def plain_text(path: Path, name: str, scratch: Path, *, encoding: str | None = None) -> PlainText:
    """The text of a file as UTF-8 on disk.

    The encoding is the declared one, else that of the byte order mark, else UTF-8 if the bytes agree, else the one whose text
    looks most like a language. A few lines that are no text leave the others readable.

    Args:
        path: the file; may be packed with gzip.
        name: what problems call it.
        scratch: an existing folder for rewritten files.
        encoding: as the source declares it.

    Raises:
        InvalidFile: empty, something else than text, or many bytes that the encoding does not know.
    """
    unpacked = _unpacked(path, name, scratch)
    with unpacked.open("rb") as handle:
        head = handle.read(HEAD)
    if not head.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise InvalidFile.of(_("the file is empty."), place=Place(name))
    if error := disguise(head, name):
        raise error
    found = _declared(encoding, name) if encoding else marked(head)
    if found in {None, "utf-8", "utf-8-sig"}:
        lines, bad, has_nul = _count_utf8(unpacked)
        if bad is None:
            return _text(unpacked, found or "utf-8", lines, is_clean=not has_nul)
        if is_nearly_utf8(_foreign_lines(unpacked)):
            lines, bad_lines = _count_bad_lines(unpacked)
            if bad_lines <= max(_SOME_BAD, _MOST_BAD * lines):
                return _text(unpacked, found or "utf-8", lines, is_clean=False)
        if found is not None:
            raise _undecodable(bad, name, found)
        found = guessed(_foreign_lines(unpacked))
        if found is None:
            text = _("no known encoding makes text of byte {position}.")
            raise InvalidFile.of(text, place=Place(name, bad.row), advice=_ENCODING_ADVICE, position=bad.position)
    if str(found).startswith(("utf-16", "utf-32")):
        return _rewritten(unpacked, name, scratch, str(found))
    return _rewritten_by_lines(unpacked, name, scratch, str(found))


def is_nearly_utf8(lines: list[bytes]) -> bool:
    """Whether lines with foreign letters are UTF-8, all but a few."""
    good = sum(_is_utf8(line) for line in lines)
    return good >= 2 * (len(lines) - good) and good > 0


def guessed(lines: list[bytes]) -> str | None:
    """The encoding of lines with foreign letters that are not UTF-8; None where none fits.

    A few names of rare characters look like no language at all; they are GB18030 where every byte agrees.
    """
    data = b"\n".join(lines)
    found = judge(data).encoding
    if found is None and _decodes(data, "gb18030"):
        return "gb18030"
    return found


def foreign_lines(blocks: Iterable[bytes]) -> list[bytes]:
    """The first lines that hold foreign letters."""
    found: list[bytes] = []
    size = 0
    for block in blocks:
        if block.isascii():
            continue
        for line in block.splitlines():
            if not line.isascii():
                found.append(line)
                size += len(line)
            if size >= MOST_LOOKED_AT:
                return found
    return found


def with_line_ends(text: PlainText, scratch: Path) -> PlainText:
    """A text whose lines end in a carriage return alone, rewritten with ordinary line ends."""
    target = scratch / f"{text.path.name}.lines"
    count = _LineCount()
    with target.open("wb") as out:
        for block in _blocks(text.path):
            written = block.replace(b"\r", b"\n")
            count.add(written)
            out.write(written)
    return _text(target, text.encoding, count.lines, is_clean=text.is_clean)


def _text(path: Path, encoding: str, lines: int, *, is_clean: bool = True) -> PlainText:
    with path.open("rb") as handle:
        start = handle.read(HEAD)
        complete = len(start) < HEAD
    text = start.decode("utf-8-sig", errors="ignore")
    if not complete and "\n" in text:
        text = text[: text.rindex("\n") + 1]
    only_returns = "\n" not in text and "\r" in text.rstrip("\r")
    return PlainText(path, encoding, lines, text, only_returns, is_clean)


def marked(head: bytes) -> str | None:
    """The encoding that the first bytes say."""
    return next((name for mark, name in _BOMS if head.startswith(mark)), None) or utf16(head)


def _is_binary(head: bytes) -> bool:
    """Whether there are too many control characters for a text; a stray NUL or two is a fault of one line."""
    if b"\x00" not in head:
        return False
    controls = sum(head.count(code) for code in _CONTROLS)
    return controls > max(2, len(head) // 500)


def _foreign_lines(path: Path) -> list[bytes]:
    return foreign_lines(_whole_lines(path))


def _whole_lines(path: Path) -> Iterator[bytes]:
    """Blocks of whole lines."""
    carried = b""
    for block in _blocks(path):
        data = carried + block
        end = data.rfind(b"\n") + 1
        if not end and len(data) < 16 * BLOCK:
            carried = data
            continue
        end = end or len(data)
        yield data[:end]
        carried = data[end:]
    if carried:
        yield carried


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _count_bad_lines(path: Path) -> tuple[int, int]:
    """The lines of a file, and how many of them are not UTF-8."""
    count, bad = _LineCount(), 0
    for block in _whole_lines(path):
        count.add(block)
        if not _is_utf8(block):
            bad += sum(not _is_utf8(line) for line in block.split(b"\n") if not line.isascii())
    return count.lines, bad


def utf16(head: bytes) -> str | None:
    """UTF-16 without a mark: in its Western letters and digits every other byte is zero."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = head[0:2000:2].count(0), head[1:2000:2].count(0)
    enough = max(2, len(head[:2000]) // 24)
    if odd > 10 * even and odd >= enough:
        return "utf-16-le"
    if even > 10 * odd and even >= enough:
        return "utf-16-be"
    return None


def _declared(encoding: str, name: str) -> str:
    try:
        return _ENCODINGS.get(encoding.lower().replace("_", "-"), codecs.lookup(encoding).name)
    except LookupError as error:
        raise InvalidFile.of(_("'{encoding}' is not an encoding."), place=Place(name), encoding=encoding) from error


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as handle:
        while block := handle.read(BLOCK):
            yield block


@dataclass(frozen=True)
class _Bad:
    position: int
    row: int


class _LineCount:
    """Counts lines while blocks stream by; empty lines at the end do not count."""

    def __init__(self) -> None:
        self.ends = 0
        self.ended = 0
        self._trailing = 0
        self._open = False

    def add(self, block: bytes) -> None:
        body = block.rstrip(b"\r\n")
        ends = block.count(b"\n")
        self.ends += ends
        if body:
            inside = ends - block[len(body) :].count(b"\n")
            # Line ends that closed the block before belong inside once more text follows.
            self.ended += self._trailing + inside
            self._trailing, self._open = ends - inside, True
        else:
            self._trailing += ends

    @property
    def lines(self) -> int:
        return self.ended + int(self._open)


def _count_utf8(path: Path) -> tuple[int, _Bad | None, bool]:
    """The lines of a file, the first byte that is not UTF-8, and whether there is a NUL."""
    count, consumed, carried, has_nul = _LineCount(), 0, b"", False
    for block in chain(_blocks(path), (b"",)):
        data = carried + block
        whole = data[: len(data) - _begun(data)] if block else data
        if not _is_utf8(whole):
            start = _first_foreign(whole)
            return count.lines, _Bad(consumed + start + 1, count.ends + whole[:start].count(b"\n") + 1), has_nul
        count.add(whole)
        has_nul = has_nul or b"\x00" in whole
        consumed += len(whole)
        carried = data[len(whole) :]
    return count.lines, None, has_nul


def _is_utf8(data: bytes) -> bool:
    if len(data) < _SMALL:
        return _decodes(data, "utf-8")
    # Arrow checks ten times as fast as decoding to a str does.
    offsets = pa.array([0, len(data)], pa.int64()).buffers()[1]
    try:
        pa.Array.from_buffers(pa.large_string(), 1, [None, offsets, pa.py_buffer(data)]).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _begun(data: bytes) -> int:
    """How many bytes at the end belong to a character that goes on in the next block."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="ignore")
    decoder.decode(data[-3:])
    return len(decoder.getstate()[0])


def _first_foreign(data: bytes) -> int:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return len(data)


def _rewritten_by_lines(path: Path, name: str, scratch: Path, encoding: str) -> PlainText:
    """The file written as UTF-8; a line that the encoding does not know begins with a byte that is no UTF-8."""
    target = _scratch_file(scratch, path, "utf8")
    count, bad_lines, has_nul = _LineCount(), 0, False
    first: _Bad | None = None
    consumed = 0
    with target.open("wb") as out:
        for block in _whole_lines(path):
            try:
                written = block.decode(encoding).encode()
            except UnicodeDecodeError as error:
                first = first or _Bad(consumed + error.start + 1, count.ends + block[: error.start].count(b"\n") + 1)
                lines = [_decoded_or_marked(line, encoding) for line in block.split(b"\n")]
                bad_lines += sum(line.startswith(_NO_TEXT) for line in lines)
                written = b"\n".join(lines)
            has_nul = has_nul or b"\x00" in written
            count.add(written)
            out.write(written)
            consumed += len(block)
    if first is not None and bad_lines > max(_SOME_BAD, _MOST_BAD * count.lines):
        raise _undecodable(first, name, encoding)
    return _text(target, encoding, count.lines, is_clean=not (has_nul or bad_lines))


def _decoded_or_marked(line: bytes, encoding: str) -> bytes:
    try:
        return line.decode(encoding).encode()
    except UnicodeDecodeError:
        return _NO_TEXT + line.decode(encoding, errors="ignore").encode()


def _rewritten(path: Path, name: str, scratch: Path, encoding: str) -> PlainText:
    """The file decoded block by block and written as UTF-8; halves of letters are written as bytes that are no UTF-8."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="surrogatepass")
    target = _scratch_file(scratch, path, "utf8")
    count, consumed, bad, has_nul = _LineCount(), 0, 0, False
    with target.open("wb") as out:
        for block in chain(_blocks(path), (b"",)):
            state = len(decoder.getstate()[0])
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                start = error.start - state
                before = block[: max(start, 0)].decode(encoding, errors="ignore").count("\n")
                raise _undecodable(_Bad(consumed + start + 1, count.ends + before + 1), name, encoding) from error
            bad += len(_HALF.findall(text))
            has_nul = has_nul or "\x00" in text
            written = text.encode(errors="surrogatepass")
            count.add(written)
            out.write(written)
            consumed += len(block)
    if bad > max(_SOME_BAD, _MOST_BAD * count.lines):
        text = _("{count} letters of the file are no {encoding} text.")
        raise InvalidFile.of(text, place=Place(name), advice=_ENCODING_ADVICE, count=bad, encoding=encoding)
    return _text(target, encoding, count.lines, is_clean=not (bad or has_nul))


def _unpacked(path: Path, name: str, scratch: Path) -> Path:
    with path.open("rb") as handle:
        is_packed = handle.read(2) == b"\x1f\x8b"
    if not is_packed:
        return path
    target = _scratch_file(scratch, path, "unpacked")
    try:
        with gzip.open(path, "rb") as packed, target.open("wb") as out:
            size = path.stat().st_size
            while block := cast("BinaryIO", packed).read(BLOCK):
                check_unpacked(out.tell() + len(block), size, name)
                out.write(block)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InvalidFile.of(_("the gzip archive is damaged or not complete."), place=Place(name)) from error
    return target


def _scratch_file(scratch: Path, path: Path, what: str) -> Path:
    return scratch / f"{hashlib.sha256(str(path).encode()).hexdigest()[:16]}.{what}"


def _undecodable(bad: _Bad, name: str, encoding: str) -> InvalidFile:
    return InvalidFile.of(
        _("byte {position} is not {encoding} text."),
        place=Place(name, bad.row),
        advice=_ENCODING_ADVICE,
        position=bad.position,
        encoding=encoding,
    )
