"""Which version of a document of the company counts on a day? What was granted under one keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class DocumentKind(StrEnum):
    """Which document it is."""

    POINTS = "points"
    OFFERS = "offers"
    BENEFITS = "benefits"


@dataclass(frozen=True)
class Heading:
    """What every version says of itself."""

    slug: str
    """The name that the document gives itself."""
    version: int
    effective_on: date
    author: str
    why: str


@dataclass(frozen=True)
class PublishedDocument:
    """A version as it was frozen."""

    kind: DocumentKind
    heading: Heading
    text: str
    published_at: datetime
