"""What is told of a replay that a job has done: how many customers each tier would have had at each review, under both policies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from fenji.answers.whatif import Moved
from fenji.domain.jobs import JobState
from fenji.domain.telling import AS_IT_IS
from fenji.domain.words import Words


@dataclass(frozen=True)
class KeptReview:
    """One review under one of the policies."""

    as_of: date
    customers: Mapping[str, int]
    """Tier: customers, lowest tier first; every tier of the policy."""


@dataclass(frozen=True)
class KeptTier:
    """One tier at the last review."""

    tier: str
    name: Words
    customers: int
    net_revenue_12m: Decimal


@dataclass(frozen=True)
class KeptSide:
    """What one of the policies decided."""

    policy: str
    version: int
    tiers: tuple[KeptTier, ...]
    """Lowest first."""
    reviews: tuple[KeptReview, ...]
    """The earliest first."""


@dataclass(frozen=True, kw_only=True)
class KeptReplay:
    """The last reviews under both policies, on the same data, with everything that decides tiers."""

    run_id: str
    as_of: date
    """The last review."""
    is_of_last_run: bool
    """Whether it stands on the last run; else newer data may have come since."""
    begins_on: date
    """The first review that was replayed."""
    is_published: bool
    """Whether the current side is what the run published."""
    currency: str
    current: KeptSide
    """The policy in force."""
    new: KeptSide
    """The policy that was tried."""
    up: Moved
    """Everybody who would stand higher at the last review."""
    down: Moved
    """Everybody who would stand lower."""
    stay: Moved
    """Everybody who would stand where they stand."""


@dataclass(frozen=True)
class StoredReplay:
    """The replay of a policy, as far as one was asked for."""

    job_id: Annotated[str | None, AS_IT_IS]
    """The last job that was asked for it; null: there is none, or it was so long ago that nobody knows."""
    state: JobState | None
    """How far that job has come; null: there is none."""
    share: float
    """How much of it is done, 0 to 1."""
    replay: KeptReplay | None
    """The last one that was done and is still kept; null: there is none."""
    run_id: None = None
    as_of: None = None
