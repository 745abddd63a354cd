"""What is answered where old runs are removed?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from fenji.answers.frames import Answer


@dataclass(frozen=True)
class PrunedRun:
    """A run or an analysis that was removed."""

    run_id: str
    command: str
    """What the run computed, such as run, tiers or value."""
    as_of: date | None
    """Its day."""
    ended_at: datetime | None
    """When it was published, in UTC."""


@dataclass(frozen=True)
class KeptRun:
    """A run that is kept under a name."""

    run_id: str
    name: str
    as_of: date | None
    """Its day."""


@dataclass(frozen=True)
class PruneResult(Answer):
    """Which runs were removed, and what that frees."""

    run_id: str
    """The current run."""
    as_of: date | None
    is_rehearsal: bool
    """Whether nothing was removed: it was only asked what would be."""
    removed: tuple[PrunedRun, ...]
    """With all their analyses, in the order of publication."""
    kept: int
    """Runs that stay, without analyses."""
    named: tuple[KeptRun, ...]
    """Runs that are kept under a name."""
    files: int
    """That are freed."""
    bytes: int
    """That are freed."""

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.removed
