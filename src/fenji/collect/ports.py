"""What does collecting need from outside? An engine that turns records into raw tables, and the reading of cells that a run will use."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from fenji.domain.sources import StatusClass
from fenji.tables.records import Layout, Outcome


class RecordReader(Protocol):
    """Writes one file's records into a new folder, as Parquet from which the engine's ``read_raw`` makes the raw table.

    Every field of the feed is text or null; an empty cell is null; nothing is trimmed. ``row_hash`` is a 64-bit hash over the
    text of ``layout.hashed``, the same for equal texts within one engine. A file that the engine cannot open raises InvalidFile,
    a disk that is full Unavailable.
    """

    name: str
    """Part of every fingerprint, since hashes of two engines do not compare."""

    def collect_delimited(self, file: Path, layout: Layout, folder: Path, *, delimiter: str, skip: int) -> Outcome:
        """A UTF-8 text file, quotes ``"`` doubled inside; the first ``skip`` lines are passed over, empty lines are no records.

        A record with more or fewer cells than ``layout.columns`` (one empty cell too many at the end is forgiven), with
        text after a closing quote, or with a quote that is never closed is refused, and the others are still written.
        """
        ...

    def collect_parquet(self, file: Path, layout: Layout, folder: Path) -> Outcome:
        """A Parquet file of any column types, every value as the text that people write.

        Decimals as they are, whole floats without ``.0``, other floats without exponent where they have one to fifteen
        digits, timestamps ``YYYY-MM-DD HH:MM:SS[.ffffff]``, nested values as JSON. A float above 2^53 in an id field keeps
        its exponent: it is not the id that it once was.
        """
        ...

    def collect_json(self, file: Path, layout: Layout, folder: Path) -> Outcome:
        """A Parquet file with the columns ``layout.numbers`` and ``record``, the second holding one JSON object per row.

        ``layout.fields`` name keys of the object; nested values become JSON text. Records that are no JSON object are
        refused; each refusal begins with the row number and a tab. ``row_hash`` covers the whole text of the record.
        """
        ...


@dataclass(frozen=True, slots=True)
class CellReading:
    """What a run would make of one text, by every kind of field that it may stand in; None: nothing."""

    number: float | None = None
    """With a point before the decimals."""
    number_comma: float | None = None
    """With a comma before the decimals."""
    currency: str | None = None
    """The ISO code that the text names beside its number."""
    at: datetime | None = None
    """As a moment that needs no order of day and month."""
    at_mdy: datetime | None = None
    at_dmy: datetime | None = None
    phone: str | None = None
    email: str | None = None
    person_id: str | None = None
    """As the id of a person; None where it is masked, destroyed, or names nobody, such as 0 and 散客."""
    is_nothing: bool = False
    is_masked: bool = False
    status: StatusClass | None = None


class CellReader(Protocol):
    """Reads texts by the rules of a run, so that what the proposal calls a date is a date for the run too."""

    def read(self, texts: Collection[str]) -> Mapping[str, CellReading]:
        """The reading of every text; the texts are distinct."""
        ...
