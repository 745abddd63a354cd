"""What is answered where a workspace is taken along or brought back?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fenji.answers.checking import CheckResult


@dataclass(frozen=True)
class BackupResult:
    """A backup was written."""

    run_id: str
    """The current run."""
    as_of: date | None
    file: Path
    runs: int
    """Published runs in it, analyses included."""
    files: int
    """Published files in it."""
    bytes: int
    """Of the backup."""
    seconds: float


@dataclass(frozen=True)
class RestoreResult:
    """A backup has become a workspace."""

    run_id: str
    """The current run."""
    as_of: date | None
    workspace: str
    """The folder."""
    check: CheckResult
    """Of all that was restored."""
    seconds: float
