"""What is answered where a monthly report was made, and which reports are kept?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

from fenji.domain.reporting import Audience, ReportComparison, ReportSection, Shape
from fenji.domain.telling import AS_IT_IS
from fenji.language import Language


@dataclass(frozen=True)
class KeptReport:
    """A report that is kept."""

    name: str
    """Of its file."""
    as_of: date
    compare: ReportComparison
    """With what it was to be compared."""
    audience: Audience
    """For whom it was made."""
    language: Language
    """Of the report."""
    run_id: str
    shape: Shape
    """The ending of the file."""
    bytes: Annotated[int, AS_IT_IS]
    """How large it is."""
    made_at: datetime
    """When it was made."""


@dataclass(frozen=True)
class ReportsResult:
    """The reports that are kept."""

    reports: tuple[KeptReport, ...]
    """The newest first; those that show customers only for whoever may see them."""


@dataclass(frozen=True)
class ReportFile:
    """One report in one shape."""

    shape: Shape
    """The ending of the file."""
    file: Path
    bytes: Annotated[int, AS_IT_IS]
    """How large it is."""


@dataclass(frozen=True)
class MissingPart:
    """A part of a report that holds no numbers, and why."""

    section: ReportSection
    """Where it would stand."""
    name: str
    """What would stand there, in the language of the report, as what follows."""
    why: str
    cure: str
    """What to do about it; empty: nothing can be done."""


@dataclass(frozen=True)
class ReportResult:
    """A report was made and written."""

    run_id: str
    as_of: date
    policy: str
    version: Annotated[int, AS_IT_IS]
    compared_on: date | None
    """The review that it compares with; null: none is kept."""
    audience: Audience
    """For whom it was made."""
    compare: ReportComparison
    """With what it was to be compared."""
    language: Language
    """Of the report."""
    sections: tuple[ReportSection, ...]
    """In the order of the report."""
    missing: tuple[MissingPart, ...]
    """The parts that say why they are empty."""
    files: tuple[ReportFile, ...]
    """One per shape."""
    seconds: float
