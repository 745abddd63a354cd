"""What is answered to the question whether a workspace is whole, and what was mended?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fenji.answers.frames import Answer
from fenji.domain.runs import DamageKind
from fenji.domain.telling import Named, told
from fenji.errors import Problem


@dataclass(frozen=True)
class FoundDamage:
    """One thing that is not as it was published."""

    kind: DamageKind
    """How it differs."""
    table: str | None
    """Shelf and name; null: the audit log."""
    run_id: str | None
    """The run that published it; of raw rows the newest that stands on them; null: the audit log."""
    file: str | None
    """Relative to the store; a folder where all of it is at fault; null where files are whole and say something wrong."""
    problem: Problem
    """What is wrong, and what to do."""


@dataclass(frozen=True)
class CheckResult(Answer):
    """Whether a workspace is whole."""

    run_id: str
    """The current run."""
    as_of: date | None
    is_deep: bool
    """Whether every byte was read, and contracts, laws and the audit log checked."""
    version: Annotated[str, Named("state_version")]
    """Of the state database."""
    runs: int
    """Published runs, analyses included."""
    tables: int
    """Tables of these, each day of one that is kept by days counted."""
    files: int
    """Files of tables and raw rows."""
    bytes: int
    """Of these files, as they were published."""
    unchecked: Annotated[int, Named("without_checksums")]
    """Of the tables and the folders of raw rows, those that runs published before checksums were kept: of tables only the rows are counted."""
    entries: Annotated[int, Named("audit_entries")]
    """Of the audit log."""
    damages: tuple[FoundDamage, ...]
    """Everything that is not as it was published."""
    strays: tuple[str, ...]
    """Folders that ended processes left in the store; nobody reads them, and the next command that writes removes them."""
    seconds: float

    @property
    @told
    def is_whole(self) -> bool:
        """Whether nothing is damaged."""
        return not self.damages

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.damages
