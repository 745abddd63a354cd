"""Which files and queries have been read, and which records of them stand where in the store?"""

from __future__ import annotations

from dataclasses import dataclass

from fenji.domain.feeds import Feed


@dataclass(frozen=True)
class CollectedFile:
    """One file, sheet or query result as it was read; a run's list of these is its complete input."""

    source: str
    feed: Feed
    file: str
    """As in the raw tables: path relative to the workspace where inside it, with #sheet where a workbook has several."""
    fingerprint: str
    """Of the content (SHA-256) and of the part of sources.yaml that says how to read it: unchanged means nothing to do."""
    batch: str
    records: int
    """Records that could be read."""
    unreadable: int
    """Records that could not."""
    raw_path: str
    """Folder of the Parquet files of the raw table, relative to the store."""
    unreadable_path: str | None = None
    """Folder of raw.unreadable_row for this file, where there are any."""


@dataclass(frozen=True)
class AbsentColumn:
    """An optional column that a file does not have: nothing is known of its field there."""

    source: str
    file: str
    header: str
