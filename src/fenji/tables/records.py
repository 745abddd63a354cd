"""How do the records of one file become rows of a raw table? The order that collect gives to an engine, and what the engine answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fenji.domain.feeds import Feed


@dataclass(frozen=True)
class Layout:
    """Which columns of a file fill which fields of a feed, and where its rows say that they are from."""

    feed: Feed
    source: str
    """Entry of sources.yaml."""
    file: str
    """As the column ``file`` shall say it; ``#`` and the part are appended where ``part`` is given."""
    batch: str
    columns: tuple[str, ...]
    """Every column of the file in its order, by names that are unique without regard to case."""
    fields: Mapping[str, str]
    """Our field name to the column that fills it; the other fields of the feed stay null."""
    hashed: tuple[str, ...]
    """The columns that ``row_hash`` covers, in the order in which it covers them."""
    first_row: int
    """Row number of the first record; the others follow without a gap. Not used where ``numbers`` is given."""
    numbers: str | None = None
    """The column (one of ``columns``) that holds the row number of each record."""
    part: str | None = None
    """The column that says which file or sheet a row first came from."""


@dataclass(frozen=True)
class Outcome:
    """What an engine made of a file."""

    records: int
    """Rows written."""
    refused: tuple[str, ...] = ()
    """The beginnings of up to ten records that could not be read; where there are any, the rows written are not all."""
