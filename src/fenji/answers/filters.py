"""What is answered to the question by what a list of customers can be narrowed, and which columns it may have?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fenji.answers.frames import Answer
from fenji.domain.lists import ColumnUnit
from fenji.domain.segments import Segmentation
from fenji.domain.telling import AS_IT_IS, COUNT
from fenji.domain.words import Spoken, Words


@dataclass(frozen=True)
class ColumnChoice:
    """A column that a list may have, and by which it may be sorted."""

    column: Annotated[str, AS_IT_IS]
    """Its name for scripts."""
    name: Words
    unit: ColumnUnit
    """What its cells hold."""
    is_metric: bool
    """Whether conditions may name it."""
    sentence: Words | None
    """What a metric means; null of a column that is none."""


@dataclass(frozen=True)
class TierChoice:
    """A tier of the policy that decided the review."""

    tier: str
    name: Words


@dataclass(frozen=True)
class SegmentChoice:
    """A segment in which somebody is."""

    segmentation: Segmentation
    """The way of telling customers apart that it belongs to."""
    segmentation_name: Words
    """What that is called."""
    segment: str
    """The segment, by its name for scripts."""
    name: Spoken[str]
    customers: Annotated[int, COUNT]


@dataclass(frozen=True)
class FiltersResult(Answer):
    """By what the lists of a review can be narrowed."""

    run_id: str
    as_of: date
    policy: str
    version: int
    currency: str
    tiers: tuple[TierChoice, ...]
    """Lowest first."""
    columns: tuple[ColumnChoice, ...]
    """What is known of customers first, then the metrics."""
    segments: tuple[SegmentChoice, ...]
    """None where segments have not been made for this day, or the caller sees only some customers."""
    has_risks: bool
    """Whether the risk of leaving has been computed for this day."""
    has_marks: bool
    """Whether the priority ranking has been computed for this day."""

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.columns
