"""How does a CSV or TSV file come in? By the engine at full speed where it is clean, else line by line with every line accounted for."""

from __future__ import annotations

import csv
import mmap
import shutil
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fenji.collect.reading.contents import PlainText, plain_text, with_line_ends
from fenji.collect.reading.delimiters import find_delimiter, says_delimiter, split_head
from fenji.collect.reading.frames import Frame, frame_of
from fenji.collect.reading.header_rows import FOOTER_ROWS, LOOKED_AT, Names, is_footer, is_remark
from fenji.collect.reading.limits import MOST_RECORD, check_width
from fenji.collect.reading.repairs import Lines, Splitting, repair
from fenji.collect.reading.samples import PartRead, Sample, Target
from fenji.collect.reading.shaped_reading import read_shaped
from fenji.collect.reading.shaping import Shaping
from fenji.domain.sources import FileLocation, Format
from fenji.errors import InvalidFile, Place
from fenji.language import message as _

_NUMBERS = "n"
_TAIL = 1 << 16
_BELOW = 100


@dataclass(frozen=True)
class DelimitedPart:
    """A text file whose header has been found."""

    sample: Sample
    text: PlainText
    lines: Lines
    names: tuple[str, ...]
    """The headers of the file, before it is shaped."""
    is_plain: bool
    """Nothing odd in the lines up to the header nor in the last ones."""
    repeats_header: bool
    above: tuple[str, ...] = ()
    """See Frame.above."""

    def read(self, target: Target) -> PartRead:
        """See Part.read."""
        if not self.sample.shape.is_plain or self.repeats_header:
            return self._read_shaped(target)
        expected = self.lines.lines - self.lines.header_end
        if self.is_plain:
            layout = target.layout(self.sample.headers, self._columns(), first_row=self.lines.header_end + 1)
            outcome = target.reader.collect_delimited(
                self.text.path, layout, target.folder, delimiter=self.lines.delimiter, skip=self.lines.header_end
            )
            # Every line is one record: then the position in the result tells the line.
            if not outcome.refused and outcome.records == expected:
                return PartRead(outcome.records)
            shutil.rmtree(target.folder, ignore_errors=True)
        return self._read_messy(target)

    def _read_messy(self, target: Target) -> PartRead:
        cleaned = target.scratch / f"{target.batch}.repaired"
        try:
            repaired = repair(self.text.path, cleaned, self.lines)
            layout = target.layout(self.sample.headers, self._columns(), numbers=_NUMBERS)
            outcome = target.reader.collect_delimited(cleaned, layout, target.folder, delimiter=self.lines.delimiter, skip=0)
        finally:
            cleaned.unlink(missing_ok=True)
        if outcome.refused or outcome.records != repaired.records:
            row = outcome.refused[0].split(self.lines.delimiter)[0] if outcome.refused else ""
            raise InvalidFile.of(
                _("the records cannot be told apart."),
                place=Place(self.sample.file, int(row) if row.isdecimal() else None),
                advice=_("Look at the quotes and line ends there, or export the file again."),
            )
        return PartRead(outcome.records, repaired.unreadable)

    def _read_shaped(self, target: Target) -> PartRead:
        splitting = Splitting(self.text.path, self.lines, keep_short=True, keep_footers=self.sample.shape.drop_totals)
        rows = _parsed(splitting.records(), self.lines.delimiter)
        return read_shaped(target, Shaping(self.names, self.sample.shape, self.above), rows, splitting.unreadable)

    def _columns(self) -> tuple[str, ...]:
        return tuple(f"c{position}" for position in range(self.lines.columns))


def open_delimited(
    path: Path, name: str, location: FileLocation, scratch: Path, *, wanted: Collection[Names] = ()
) -> DelimitedPart:
    """Looks into a text file: encoding, delimiter, header.

    Raises:
        InvalidFile: empty, no text, bytes that the encoding does not know, or no header.
    """
    text = plain_text(path, name, scratch, encoding=location.encoding)
    if text.has_only_returns:
        text = with_line_ends(text, scratch)
    delimiter = location.delimiter or find_delimiter(text.head, wanted)
    records = split_head(text.head, delimiter, most=LOOKED_AT + _BELOW)
    if records and says_delimiter(text.head):
        records = records[1:]
    check_width(max((len(cells) for _begin, _end, cells in records), default=0), name)
    records = [each for each in records if sum(map(len, each[2])) <= MOST_RECORD]
    frame = frame_of([(begin, cells) for begin, _end, cells in records], location.shape, wanted)
    if frame is None:
        raise InvalidFile.of(_("no header was found in the first {rows} rows."), place=Place(name), rows=LOOKED_AT)
    names = without_open_end(frame, [cells for _begin, _end, cells in records])
    header_end = records[frame.body - 1][1] if frame.body else 0
    header_row = records[frame.header[0]][0] if frame.header else 0
    headers = Shaping(names, location.shape).headers
    sample = Sample(name, None, Format.CSV, text.encoding, delimiter, header_row, headers, (), location.shape, is_whole=False)
    lines = Lines(len(names), delimiter, header_end, text.lines, text.is_clean)
    repeats = bool(frame.header) and _repeats(text, records[frame.header[-1]][0])
    return DelimitedPart(sample, text, lines, names, _is_plain(text, lines), repeats, frame.above)


def without_open_end(frame: Frame, cells: Sequence[Sequence[str | None]]) -> tuple[str, ...]:
    """The names without the last one where every line ends with a delimiter: the column has neither header nor values."""
    width = len(frame.names)
    has_name = not frame.header or any(len(cells[row]) >= width and (cells[row][-1] or "").strip() for row in frame.header)
    has_value = any(len(row) >= width and row[width - 1] for row in cells[frame.body :])
    return frame.names if has_name or has_value or width == 1 else frame.names[:-1]


def _parsed(records: Iterator[tuple[int, bytes]], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The cells of records, with the lines on which they begin."""
    numbers: deque[int] = deque()

    def texts() -> Iterator[str]:
        for number, record in records:
            numbers.append(number)
            yield record.decode("utf-8", errors="replace")

    for cells in csv.reader(texts(), delimiter=delimiter):
        yield numbers.popleft(), cells


def _repeats(text: PlainText, line: int) -> bool:
    """Whether the header stands in the file a second time, as where several files were put together."""
    lines = text.head.split("\n", line)
    header = lines[line - 1].strip("\r\ufeff") if len(lines) >= line else ""
    if len(header) < 2 or header.count('"') % 2:  # noqa: PLR2004 - one letter is no header
        return False
    sought = header.encode()
    with text.path.open("rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as content:
        first = content.find(sought)
        return first >= 0 and content.find(b"\n", first) >= 0 and _starts_line(content, sought, first + len(sought))


def _starts_line(content: mmap.mmap, sought: bytes, start: int) -> bool:
    while (start := content.find(sought, start)) >= 0:
        before = content[max(0, start - 4) : start].removesuffix(b"\xef\xbb\xbf")
        if before.endswith((b"\n", b"\r")) and content[start + len(sought) : start + len(sought) + 1] in {b"\n", b"\r", b""}:
            return True
        start += len(sought)
    return False


def _is_plain(text: PlainText, lines: Lines) -> bool:
    """Whether skipping whole lines leads to the first record, every line is text, and the last lines are records."""
    top = text.head.split("\n", lines.header_end)[: lines.header_end]
    if not text.is_clean or any(line.count('"') % 2 for line in top):
        return False
    with text.path.open("rb") as handle:
        handle.seek(0, 2)
        handle.seek(max(0, handle.tell() - _TAIL))
        tail = handle.read().decode("utf-8", errors="ignore").rstrip().split("\n")[-FOOTER_ROWS:]
    return not any(_is_footer_line(line, lines.delimiter) for line in tail)


def _is_footer_line(line: str, delimiter: str) -> bool:
    records = split_head(line, delimiter, most=1)
    return any(is_footer(cells) or (is_remark(line) and delimiter not in line) for _begin, _end, cells in records)
