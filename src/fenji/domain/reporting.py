"""What can be chosen for a monthly report? Sections, shapes, for whom it is made, with what it compares, and the company's own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from fenji.domain.words import Words


class ReportSection(StrEnum):
    """The sections of a monthly report, in their usual order."""

    SUMMARY = "summary"
    TIERS = "tiers"
    FLOWS = "flows"
    STRUCTURE = "structure"
    VALUE = "value"
    RISK = "risk"
    FORECAST = "forecast"
    POINTS = "points"
    """For managers, where a loyalty program is published."""
    POLICY = "policy"
    DATA = "data"


class Shape(StrEnum):
    """The files that a report can be written as; the value is the ending of the file."""

    XLSX = "xlsx"
    DOCX = "docx"
    HTML = "html"
    PDF = "pdf"


class Audience(StrEnum):
    """For whom a report is made, which decides how much it shows."""

    VIEWER = "viewer"
    """Ids of customers are masked, and groups of fewer than five are not told."""
    MANAGER = "manager"
    """Everything is told as it is."""


class ReportComparison(StrEnum):
    """Which earlier review a report compares with."""

    MONTH = "month"
    """The review before."""
    YEAR = "year"
    """The review of the same month a year before."""


@dataclass(frozen=True)
class Logo:
    """A picture of the company."""

    content: bytes
    media_type: str
    """``image/png`` or ``image/jpeg``."""


@dataclass(frozen=True)
class ReportChoices:
    """What the company has chosen for its reports; all by default."""

    company: Words | None = None
    """None: no name is shown."""
    logo: str | None = None
    """The file, from the folder of the workspace."""
    made_for: Words | None = None
    """Who gets it, such as the board."""
    sections: tuple[ReportSection, ...] | None = None
    """In the order of the report; None: all that have something to tell."""
    texts: Mapping[ReportSection, tuple[Words, ...]] = field(default_factory=dict)
    """Paragraphs of its own, by section."""
