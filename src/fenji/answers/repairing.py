"""What is answered where a workspace was mended?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fenji.answers.frames import Answer
from fenji.domain.telling import told
from fenji.errors import Problem


@dataclass(frozen=True)
class Mended:
    """One table of a run that was rebuilt, with the rows that were published."""

    run_id: str
    table: str
    as_of: date | None
    """Its day, where it is kept by days."""


@dataclass(frozen=True)
class Withdrawn:
    """An analysis that was taken out; the next question computes it again."""

    run_id: str
    command: str
    """What the run computed, such as run, tiers or value."""


@dataclass(frozen=True)
class RepairResult(Answer):
    """What was mended, and what could not be."""

    run_id: str
    """The current run."""
    as_of: date | None
    read_again: tuple[str, ...]
    """Files of the company whose raw rows were read again."""
    rebuilt: tuple[Mended, ...]
    withdrawn: tuple[Withdrawn, ...]
    left: tuple[Problem, ...]
    """What could not be mended, with the reason and what to do."""
    seconds: float

    @property
    @told
    def is_whole(self) -> bool:
        """Whether nothing is damaged any more."""
        return not self.left

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.rebuilt
