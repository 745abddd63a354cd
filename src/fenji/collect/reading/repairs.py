r"""Which lines of a messy text file are records? Each line is accounted for: part of a good record, unreadable, or empty.

Only files in which the engine met something odd come here. Good records are copied as they are, each with the line on which it
begins in front. A quote that is opened and not properly closed spoils its own line only: reading goes on with the next line.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fenji.collect.reading.delimiters import split_head
from fenji.collect.reading.header_rows import FOOTER_ROWS, is_footer, is_remark
from fenji.collect.reading.limits import MOST_RECORD, bounded_lines
from fenji.collect.reading.samples import Unreadable
from fenji.domain.reasons import Reason

MOST_LINES = 200
"""Lines that one record may run over: a long note of a buyer has a dozen."""
_SHOWN = 200
_HELD = 20_000


@dataclass(frozen=True)
class Lines:
    """How the records of a text file are written."""

    columns: int
    delimiter: str
    header_end: int
    """Line on which the header ends."""
    lines: int
    """Lines of the whole file."""
    is_clean: bool = True
    """Every line is text."""


@dataclass(frozen=True)
class Repaired:
    """The good records of a file, written to scratch disk with their line in front, and the others."""

    records: int
    unreadable: tuple[Unreadable, ...]


def repair(source: Path, target: Path, shape: Lines) -> Repaired:
    """Copies the good records of a UTF-8 file, each with its line number and the delimiter in front."""
    splitting = Splitting(source, shape)
    records = 0
    with target.open("wb") as out:
        held: list[bytes] = []
        for line, record in splitting.records():
            held.append(b"%d%b%b\n" % (line, splitting.delimiter, record))
            if len(held) >= _HELD:
                out.write(b"".join(held))
                records += len(held)
                held.clear()
        out.write(b"".join(held))
        records += len(held)
    return Repaired(records, tuple(splitting.unreadable))


class Splitting:
    """One pass over the lines of a file.

    With ``keep_short`` records of fewer cells come out as well: in files that are laid out for readers they are headings and totals.
    With ``keep_footers`` totals at the end do, for those who look for totals everywhere.
    """

    def __init__(self, source: Path, shape: Lines, *, keep_short: bool = False, keep_footers: bool = False) -> None:
        self.source, self.shape, self.keep_short, self.keep_footers = source, shape, keep_short, keep_footers
        self.delimiter = shape.delimiter.encode()
        self.unreadable: list[Unreadable] = []
        mark = re.escape(self.delimiter)
        quoted, bare = rb' *"(?>[^"]++|"")*+" *', rb'(?! *")[^' + mark + rb"\r\n]*+"
        cell = rb"(?>" + quoted + rb"|" + bare + rb")"
        more = rb"(?:" + mark + cell + rb")"
        self._record = re.compile(cell + more + rb"{%d}" % (shape.columns - 1))
        self._any = re.compile(cell + more + rb"*+")
        self._open = re.compile(rb"(?:" + cell + mark + rb')*+ *"(?>[^"]++|"")*+')

    def records(self) -> Iterator[tuple[int, bytes]]:
        """The good records after the header, each with the line on which it begins."""
        lines = self._lines()
        waiting: deque[tuple[int, bytes]] = deque()
        commas, footers_from = self.shape.columns - 1, self.shape.lines - FOOTER_ROWS
        while (given := waiting.popleft() if waiting else next(lines, None)) is not None:
            number, line = given
            if len(line) > MOST_RECORD:
                self._refuse(number, Reason.TOO_LONG, line)
                continue
            if not self.shape.is_clean and not _is_text(line):
                self._refuse(number, Reason.UNDECODABLE, line)
                continue
            if b'"' in line:
                record = self._quoted(number, line, waiting, lines)
            else:
                record = line if line.count(self.delimiter) == commas else self._bare(number, line)
            if record is None or not record:
                continue
            if not self.keep_footers and number > footers_from and self._is_footer(record):
                self._refuse(number, Reason.FOOTER_LINE, record)
                continue
            yield number, record

    def _bare(self, number: int, line: bytes) -> bytes | None:
        """A line without quotes that has not the usual number of cells."""
        extra = line.count(self.delimiter) == self.shape.columns and line.endswith(self.delimiter)
        if extra:
            return line[: -len(self.delimiter)]
        if self.keep_short and line.count(self.delimiter) < self.shape.columns - 1:
            return line
        if line.strip():
            self._refuse(number, Reason.RAGGED_ROW, line)
        return None

    def _quoted(
        self, number: int, line: bytes, waiting: deque[tuple[int, bytes]], lines: Iterator[tuple[int, bytes]]
    ) -> bytes | None:
        """A record that holds quotes: as many lines as its quotes ask for, if that makes a good record."""
        record = line
        following: list[tuple[int, bytes]] = []
        while self._open.fullmatch(record):
            fetched = self._up_to_quote(waiting, lines, len(record))
            following += fetched
            if not fetched or b'"' not in fetched[-1][1] or len(following) > MOST_LINES:
                break
            record = b"\n".join([line, *(each for _number, each in following)])
        for good in (record, record.removesuffix(self.delimiter)):
            if self._record.fullmatch(good) and len(good) <= MOST_RECORD and (self.shape.is_clean or _is_text(good)):
                return good
        waiting.extendleft(reversed(following))
        is_ragged = not following and self._any.fullmatch(line)
        if is_ragged and self.keep_short:
            return line
        self._refuse(number, Reason.RAGGED_ROW if is_ragged else Reason.BROKEN_QUOTES, line)
        return None

    @staticmethod
    def _up_to_quote(waiting: deque[tuple[int, bytes]], lines: Iterator[tuple[int, bytes]], held: int) -> list[tuple[int, bytes]]:
        """The next lines up to one with a quote, which may close what is open."""
        found: list[tuple[int, bytes]] = []
        while len(found) <= MOST_LINES and held <= MOST_RECORD:
            given = waiting.popleft() if waiting else next(lines, None)
            if given is None:
                break
            found.append(given)
            held += len(given[1])
            if b'"' in given[1]:
                break
        return found

    def _is_footer(self, record: bytes) -> bool:
        text = record.decode("utf-8", errors="replace")
        return any(is_footer(cells) for _begin, _end, cells in split_head(text, self.shape.delimiter, most=1))

    def _refuse(self, number: int, reason: Reason, line: bytes) -> None:
        came = line[: 4 * _SHOWN].decode("utf-8", errors="ignore")[:_SHOWN]
        found = Reason.FOOTER_LINE if reason is Reason.RAGGED_ROW and is_remark(came) else reason
        self.unreadable.append(Unreadable(number, found, came))

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        """The lines after the header, without their ends, numbered as in the file."""
        with self.source.open("rb") as handle:
            for number, line in enumerate(bounded_lines(handle, MOST_RECORD), start=1):
                if number > self.shape.header_end:
                    # A stray carriage return inside a cell would end the line for the engine; it becomes a blank.
                    yield number, line.rstrip(b"\r\n").replace(b"\r", b" ")


def _is_text(line: bytes) -> bool:
    try:
        return "\x00" not in line.decode("utf-8")
    except UnicodeDecodeError:
        return False
