"""What is answered to the question which tables are published?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fenji.answers.frames import Answer


@dataclass(frozen=True)
class TableFiles:
    """One published table."""

    table: str
    run_id: str
    """The run that readers take it from; its files may stand in the folder of the run before, where nothing changed."""
    rows: int
    """Of all its days."""
    days: tuple[date, ...]
    """The days that it is kept for, the earliest first; none where it is not kept by days."""
    files: tuple[Path, ...]
    """Absolute; nothing changes them."""


@dataclass(frozen=True)
class TablesResult(Answer):
    """The tables of the current run, and of the analyses that stand on its data."""

    run_id: str
    as_of: date | None
    tables: tuple[TableFiles, ...]
    """By name."""
    sql: Path | None = None
    """The file into which views of them were written; null: none was asked for."""

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.tables
