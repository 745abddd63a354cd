"""How does a CSV or TSV file come in? By the engine at full speed where it is clean, else line by line with every line accounted for."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from fenji.collect.reading.contents import PlainText, plain_text, with_line_ends
from fenji.collect.reading.delimiters import find_delimiter, split_head
from fenji.collect.reading.header_rows import FOOTER_ROWS, LOOKED_AT, find_header, is_footer, is_remark, unique_headers
from fenji.collect.reading.repairs import Shape, repair
from fenji.collect.reading.samples import SAMPLE_ROWS, PartRead, Sample, Target
from fenji.domain.sources import FileLocation, Format
from fenji.errors import InvalidFile, Place
from fenji.language import message as _

_NUMBERS = "n"
_TAIL = 1 << 16


@dataclass(frozen=True)
class DelimitedPart:
    """A text file whose header has been found."""

    sample: Sample
    text: PlainText
    shape: Shape
    is_plain: bool
    """Nothing odd in the lines up to the header nor in the last ones."""

    def read(self, target: Target) -> PartRead:
        """See Part.read."""
        expected = self.shape.lines - self.shape.header_end
        if self.is_plain:
            layout = target.layout(self.sample.headers, self._columns(), first_row=self.shape.header_end + 1)
            outcome = target.reader.collect_delimited(
                self.text.path, layout, target.folder, delimiter=self.shape.delimiter, skip=self.shape.header_end
            )
            # Every line is one record: then the position in the result tells the line.
            if not outcome.refused and outcome.records == expected:
                return PartRead(outcome.records)
            shutil.rmtree(target.folder, ignore_errors=True)
        return self._read_messy(target)

    def _read_messy(self, target: Target) -> PartRead:
        cleaned = target.scratch / f"{target.batch}.repaired"
        try:
            repaired = repair(self.text.path, cleaned, self.shape)
            layout = target.layout(self.sample.headers, self._columns(), numbers=_NUMBERS)
            outcome = target.reader.collect_delimited(cleaned, layout, target.folder, delimiter=self.shape.delimiter, skip=0)
        finally:
            cleaned.unlink(missing_ok=True)
        if outcome.refused or outcome.records != repaired.records:
            row = outcome.refused[0].split(self.shape.delimiter)[0] if outcome.refused else ""
            raise InvalidFile.of(
                _("the records cannot be told apart."),
                place=Place(self.sample.file, int(row) if row.isdecimal() else None),
                advice=_("Look at the quotes and line ends there, or export the file again."),
            )
        return PartRead(outcome.records, repaired.unreadable)

    def _columns(self) -> tuple[str, ...]:
        return tuple(f"c{position}" for position in range(self.shape.columns))


def open_delimited(
    path: Path, name: str, location: FileLocation, scratch: Path, *, wanted: Collection[str] = ()
) -> DelimitedPart:
    """Looks into a text file: encoding, delimiter, header, first rows.

    Raises:
        InvalidFile: empty, no text, bytes that the encoding does not know, or no header.
    """
    text = plain_text(path, name, scratch, encoding=location.encoding)
    if text.has_only_returns:
        text = with_line_ends(text, scratch)
    delimiter = location.delimiter or find_delimiter(text.head, wanted)
    records = split_head(text.head, delimiter, most=SAMPLE_ROWS + LOOKED_AT)
    position = find_header([cells for _begin, _end, cells in records], wanted)
    if position is None:
        raise InvalidFile.of(_("no header was found in the first {rows} rows."), place=Place(name), rows=LOOKED_AT)
    begin, end, cells = records[position]
    cells = _without_open_end(cells, [row for _begin, _end, row in records[position + 1 :]])
    headers = unique_headers(cells)
    rows = tuple(
        tuple(cell or None for cell in row[: len(headers)])
        for _begin, _end, row in records[position + 1 :]
        if len(row) >= len(headers) and not any(row[len(headers) :]) and not is_footer(row)
    )
    sample = Sample(name, None, Format.CSV, text.encoding, delimiter, begin, headers, rows[:SAMPLE_ROWS])
    shape = Shape(len(headers), delimiter, end, text.lines)
    return DelimitedPart(sample, text, shape, is_plain=_is_plain(text, shape))


def _without_open_end(cells: list[str], rows: list[list[str]]) -> list[str]:
    """A header whose line ends with a delimiter has one column too many where its rows have not."""
    is_open = len(cells) > 1 and not cells[-1].strip() and not any(len(row) >= len(cells) and row[len(cells) - 1] for row in rows)
    return cells[:-1] if is_open else cells


def _is_plain(text: PlainText, shape: Shape) -> bool:
    """Whether skipping whole lines leads to the first record, and the last lines are records."""
    top = text.head.split("\n", shape.header_end)[: shape.header_end]
    if any(line.count('"') % 2 for line in top):
        return False
    with text.path.open("rb") as handle:
        handle.seek(0, 2)
        handle.seek(max(0, handle.tell() - _TAIL))
        tail = handle.read().decode("utf-8", errors="ignore").rstrip().split("\n")[-FOOTER_ROWS:]
    return not any(_is_footer_line(line, shape.delimiter) for line in tail)


def _is_footer_line(line: str, delimiter: str) -> bool:
    records = split_head(line, delimiter, most=1)
    return any(is_footer(cells) or (is_remark(line) and delimiter not in line) for _begin, _end, cells in records)
