"""By which rules does a company put its customers into tiers? A policy is versioned and frozen; a tier is assigned by it. For groups found in the data see segments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from fenji.domain.conditions import Condition
from fenji.domain.words import Words

SCORE = "score"
"""The name by which rules use the policy's weighted score."""


class Downgrade(StrEnum):
    """How far a customer falls when nothing keeps the tier."""

    ONE_STEP = "one_step"
    REQUALIFY = "requalify"


class ReviewPeriod(StrEnum):
    """How often tiers are decided."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"
    ANNIVERSARY = "anniversary"


class Cause(StrEnum):
    """Why a customer stands in a tier at a review."""

    NEW = "new"
    UPGRADE = "upgrade"
    KEPT = "kept"
    GRACE = "grace"
    HELD = "held"
    DOWNGRADE = "downgrade"
    CAP = "cap"
    OVERRIDE = "override"
    RETURNED = "returned"
    LOST = "lost"


@dataclass(frozen=True)
class Tier:
    """One step of the ladder; tiers are listed lowest first."""

    slug: str
    name: Words
    qualify: Condition | None
    """What gains the tier; None only for the first: everyone else."""
    keep: Condition | None = None
    """What keeps it; None means: what gains it."""


@dataclass(frozen=True)
class Cap:
    """A veto: while the condition holds, a customer stands no higher than ``at_most``."""

    when: Condition
    at_most: str
    why: str


@dataclass(frozen=True)
class Review:
    """When tiers are decided and how gently they are lost."""

    every: ReviewPeriod = ReviewPeriod.MONTH
    """How often."""
    downgrade: Downgrade = Downgrade.ONE_STEP
    """How far a customer falls."""
    grace_reviews: int = 0
    """Reviews for which a tier stays that nothing keeps."""
    hold_reviews: int = 0
    """Reviews for which a tier that was gained stays whatever happens."""


@dataclass(frozen=True)
class Variant:
    """Other thresholds for some customers: every number compared with a scaled metric is multiplied."""

    where: Mapping[str, tuple[str, ...]]
    """Customer column -> values; all must match."""
    scale: Mapping[str, Decimal]
    """Metric -> factor on its thresholds."""


@dataclass(frozen=True)
class ScorePart:
    """One weighted part of the score."""

    metric: str
    weight: Decimal
    scale: tuple[Decimal, Decimal] | None
    """Lowest and highest value, mapped to 0..100 and clipped; None: percentile rank among all customers, equal values alike."""


@dataclass(frozen=True)
class Policy:
    """A versioned set of tiers with rules."""

    slug: str
    version: int
    effective_on: date
    author: str
    why: str
    tiers: tuple[Tier, ...]
    caps: tuple[Cap, ...] = ()
    review: Review = Review()
    variants: tuple[Variant, ...] = ()
    score: tuple[ScorePart, ...] = ()

    def rank_of(self, tier: str) -> int:
        """The position of a tier on the ladder, the lowest being 0."""
        return [each.slug for each in self.tiers].index(tier)


@dataclass(frozen=True)
class PublishedPolicy:
    """One version of a policy, frozen when it was published."""

    slug: str
    version: int
    effective_on: date
    author: str
    why: str
    text: str
    """The file as it was, comments included."""
    published_at: datetime
