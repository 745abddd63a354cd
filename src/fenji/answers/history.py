"""What is answered to the question how the tiers came to be what they are?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from fenji.answers.frames import Answer
from fenji.answers.moves import NamedTier, ReviewFlow
from fenji.domain.telling import AS_IT_IS, COUNT, told
from fenji.errors import Problem


@dataclass(frozen=True)
class TierThen:
    """One tier at one review."""

    tier: str
    customers: Annotated[int, COUNT]
    net_revenue_12m: Decimal
    """Theirs, of the twelve months before the review."""


@dataclass(frozen=True)
class ReviewThen:
    """All tiers at one review."""

    as_of: date
    policy: str
    version: Annotated[int, AS_IT_IS]
    """In force then."""
    tiers: tuple[TierThen, ...]
    """Lowest first; only those of the policy of then."""

    @property
    @told
    def customers(self) -> Annotated[int, COUNT]:
        """Customers in any tier."""
        return sum(each.customers for each in self.tiers)

    @property
    @told
    def net_revenue_12m(self) -> Decimal:
        """Of all tiers together."""
        return sum((each.net_revenue_12m for each in self.tiers), Decimal(0))

    def of(self, tier: str) -> TierThen | None:
        """One tier; None where the policy of then did not know it."""
        return next((each for each in self.tiers if each.tier == tier), None)


@dataclass(frozen=True)
class HistoryResult(Answer):
    """How many customers stood in each tier, review by review, and what they brought."""

    run_id: str
    """The run that decided the reviews."""
    as_of: date
    """The last review shown."""
    policy: str
    version: Annotated[int, AS_IT_IS]
    """In force at that review."""
    currency: str
    tiers: tuple[NamedTier, ...]
    """Every tier that occurs, lowest first."""
    reviews: tuple[ReviewThen, ...]
    """The earliest first."""
    flows: tuple[ReviewFlow, ...]
    """From each of these reviews to the next, named by the later one."""
    warnings: tuple[Problem, ...] = ()

    def at(self, day: date) -> ReviewThen | None:
        """One review; None where it is not among those shown."""
        return next((each for each in self.reviews if each.as_of == day), None)

    def main_rows(self) -> Sequence[object]:
        """See answers.frames: the tiers of all reviews."""
        return [
            {"as_of": review.as_of, "policy": review.policy, "version": review.version, **vars(each)}
            for review in self.reviews
            for each in review.tiers
        ]
