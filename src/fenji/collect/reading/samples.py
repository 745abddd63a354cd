"""What is the head of a file or sheet, and what can be asked of it when it is to be read?"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from fenji.collect.findings import Finding
from fenji.collect.headers import normalise_header
from fenji.collect.ports import RecordReader
from fenji.domain.feeds import Feed
from fenji.domain.reasons import Reason
from fenji.domain.sources import Format, Shape
from fenji.tables.records import Layout

SAMPLE_ROWS = 20_000
"""Rows of a sample: enough to see which columns repeat and what they add up to, few enough to look at in a second."""


PLAIN = Shape()
"""A file that is read as it stands."""


class DoubtKind(StrEnum):
    """What about the layout of a file a person should confirm."""

    NO_HEADER = "no_header"
    SECTIONS = "sections"
    UNPIVOT = "unpivot"
    FILL_DOWN = "fill_down"
    UNIT = "unit"
    ENCODING = "encoding"


@dataclass(frozen=True)
class Doubt:
    """A repair that changes what the rows mean, and that a person should therefore confirm."""

    kind: DoubtKind
    remark: Finding


@dataclass(frozen=True)
class Sample:
    """The head of one file, or of one sheet of a workbook."""

    file: str
    part: str | None
    """Sheet name of a workbook; None elsewhere."""
    format: Format
    encoding: str | None
    """Python's name of the encoding of a text file; None elsewhere."""
    delimiter: str | None
    header_row: int
    """The line or sheet row of the header, the first being 1; 0 where the format carries the names itself (Parquet, JSON lines)."""
    headers: tuple[str, ...]
    """As the file writes them; a second 金额 is 金额_2, an empty header is column_<position>."""
    rows: tuple[tuple[str | None, ...], ...]
    """Up to SAMPLE_ROWS rows as text, each as long as the headers; of a long file from its start, its middle and its end."""
    shape: Shape = PLAIN
    """What makes a table of the file; the headers and rows are those of that table."""
    repairs: tuple[Finding, ...] = ()
    """What the shape does, with counts and an example."""
    doubts: tuple[Doubt, ...] = ()
    """Repairs that a person should confirm."""
    is_whole: bool = True
    """Whether ``rows`` are all rows of the file."""
    preamble: tuple[str, ...] = ()
    """What the cells above the header say, such as a title, a period or a unit of money."""
    looks_like_summary: bool = False
    """Whether the sheet only adds up what another sheet of its workbook lists."""


@dataclass(frozen=True)
class Unreadable:
    """A record that could not be read at all."""

    row: int
    reason: Reason
    came: str
    """The first 200 characters of it."""


@dataclass(frozen=True)
class PartRead:
    """What became of one file, sheet or query."""

    records: int
    unreadable: tuple[Unreadable, ...] = ()


@dataclass(frozen=True)
class Target:
    """Where the records of one file, sheet or query go, and which of its columns are wanted."""

    reader: RecordReader
    folder: Path
    scratch: Path
    feed: Feed
    source: str
    file: str
    batch: str
    fields: dict[str, int] = field(default_factory=dict)
    """Our field to the position of its column."""
    part: int | None = None
    """Position of the column that says which file or sheet a row first came from."""

    def layout(
        self,
        headers: tuple[str, ...],
        columns: tuple[str, ...],
        *,
        first_row: int = 1,
        numbers: str | None = None,
        part: str | None = None,
    ) -> Layout:
        """The order to the engine.

        Args:
            headers: what the file calls its columns.
            columns: what the engine shall call them, one for each header.
            first_row: row number of the first record.
            numbers: a further column, before the others, with row numbers.
            part: a further column, after the others, that tells apart the rows that one record of the file became.
        """
        # Two exports of one system with their columns in another order still give equal hashes to equal rows. The part
        # stays out: the same row in two sheets is the same row.
        covered = [position for position in range(len(headers)) if position != self.part]
        covered.sort(key=lambda position: normalise_header(headers[position]))
        return Layout(
            feed=self.feed,
            source=self.source,
            file=self.file,
            batch=self.batch,
            columns=(*(() if numbers is None else (numbers,)), *columns, *(() if part is None else (part,))),
            fields={name: columns[position] for name, position in self.fields.items()},
            hashed=tuple(columns[position] for position in covered) or columns,
            first_row=first_row,
            numbers=numbers,
            part=part if part is not None or self.part is None else columns[self.part],
        )


class Part(Protocol):
    """One file or sheet that has been looked into and can be read."""

    @property
    def sample(self) -> Sample:
        """Its head."""
        ...

    def read(self, target: Target) -> PartRead:
        """Writes every record of the part into the target's folder; what cannot be read is handed back.

        Raises:
            InvalidFile: the part is not what it seemed to be from its head.
            Unavailable: the disk is full.
        """
        ...
