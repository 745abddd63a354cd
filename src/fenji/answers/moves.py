"""What is answered to the question who moved between two reviews?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from fenji.analyze.movements.flows import PARTS
from fenji.analyze.movements.retention import TierRates
from fenji.answers.frames import Answer
from fenji.answers.runs import Lost
from fenji.domain.policies import Cause
from fenji.domain.telling import AS_IT_IS, COUNT, HIDDEN, Named, told
from fenji.domain.words import Spoken, Words
from fenji.errors import Problem


@dataclass(frozen=True)
class MovementCell:
    """The customers who went one way between two reviews."""

    from_tier: str | None
    """Null: they stood in no tier before."""
    to_tier: str | None
    """Null: they were lost."""
    cause: Cause | None
    """New, returned or lost; null between tiers and where the tier stays."""
    customers: Annotated[int, COUNT]
    share: float | None
    """Of the customers of ``from_tier`` before; null for new and returned ones."""
    net_revenue_12m: Decimal
    """Theirs, at the later review."""


@dataclass(frozen=True)
class TierFlow:
    """A tier's way from opening to closing; over several reviews, who goes up and down again counts in both."""

    tier: str
    opening: Annotated[int, COUNT]
    new: Annotated[int, COUNT]
    returned: Annotated[int, COUNT]
    upgraded_in: Annotated[int, COUNT]
    """Customers promoted from a tier below."""
    downgraded_in: Annotated[int, COUNT]
    """Customers demoted from a tier above."""
    upgraded_out: Annotated[int, COUNT]
    """Customers who were promoted out of the tier."""
    downgraded_out: Annotated[int, COUNT]
    """Customers who were demoted out of the tier."""
    lost: Annotated[int, COUNT]
    closing: Annotated[int, COUNT]


@dataclass(frozen=True)
class ReviewFlow:
    """All tiers together, from one review to the next."""

    as_of: date
    policy: str
    version: Annotated[int, AS_IT_IS]
    opening: Annotated[int, COUNT]
    new: Annotated[int, COUNT]
    returned: Annotated[int, COUNT]
    upgraded: Annotated[int, COUNT]
    """Customers who went up."""
    downgraded: Annotated[int, COUNT]
    """Customers who went down."""
    lost: Annotated[int, COUNT]
    closing: Annotated[int, COUNT]

    @classmethod
    def of(cls, as_of: date, rows: Sequence[Mapping[str, Any]]) -> ReviewFlow:
        """All tiers' rows of insight.tier_flow at one review, added up; there is at least one."""
        total = {name: sum(row[name] for row in rows) for name in PARTS}
        return cls(
            as_of=as_of,
            policy=rows[0]["policy"],
            version=rows[0]["version"],
            opening=total["opening"],
            new=total["new"],
            returned=total["returned"],
            upgraded=total["upgraded_in"],
            downgraded=total["downgraded_in"],
            lost=total["lost"],
            closing=total["closing"],
        )

    @property
    @told
    def churn_rate(self) -> float | None:
        """Of the opening customers, those who were lost; null where there were none."""
        return self.lost / self.opening if self.opening else None


@dataclass(frozen=True)
class EndedStays:
    """How long those had stood in a tier who left it."""

    tier: str
    leavers: Annotated[int, COUNT]
    """Customers who left the tier."""
    mean_reviews: float
    """Reviews for which they had stood there, on average."""
    mean_days: float
    """Days for which they had stood there, on average."""


@dataclass(frozen=True)
class CohortAt:
    """The customers who arrived in one month, at one review."""

    cohort: str | None
    """The month, such as 2011-03; null where no arrival is known."""
    as_of: date
    customers: Annotated[int, COUNT]
    standing: Annotated[int, COUNT]
    """Of them, those who are not lost."""

    @property
    def retention(self) -> float | None:
        """The share that is not lost; None where nobody had arrived."""
        return self.standing / self.customers if self.customers else None


@dataclass(frozen=True)
class NamedTier:
    """A tier and its name."""

    tier: str
    name: Words


@dataclass(frozen=True)
class MovesResult(Answer):
    """Who moved between two reviews, and how each tier got from opening to closing."""

    run_id: str
    earlier_on: Annotated[date, Named("from")]
    """The earlier review."""
    as_of: date
    """The later review."""
    policy: str
    version: Annotated[int, AS_IT_IS]
    """In force at the later review."""
    first_review: Annotated[date, HIDDEN]
    """Of the run's history."""
    currency: str
    lost: Lost
    tiers: tuple[NamedTier, ...]
    """The tiers that occur, lowest first."""
    movements: tuple[MovementCell, ...]
    flows: tuple[TierFlow, ...]
    """Lowest tier first."""
    periods: Annotated[tuple[ReviewFlow, ...], Named("reviews")]
    """Each review after the earlier one, in order."""
    causes: Annotated[Mapping[Cause, int], COUNT]
    """Decisions of these reviews by cause; a customer counts once for every review."""
    rates: tuple[TierRates, ...]
    stays: tuple[EndedStays, ...]
    cohorts: tuple[CohortAt, ...]
    conditions: tuple[Spoken[str], ...] = ()
    """Only customers who meet all of these at the later review are counted; none: all customers."""
    warnings: tuple[Problem, ...] = ()

    @property
    @told
    def opening(self) -> Annotated[int, COUNT]:
        """Customers who stood in a tier at the earlier review."""
        return sum(each.opening for each in self.flows)

    @property
    @told
    def closing(self) -> Annotated[int, COUNT]:
        """Customers who stand in a tier at the later review."""
        return sum(each.closing for each in self.flows)

    def ways(self) -> dict[str, int]:
        """How many customers went up, down, were new, returned or lost between the two reviews; each counts once."""
        rank = {each.tier: place for place, each in enumerate(self.tiers)}
        found = dict.fromkeys(("up", "down", "new", "returned", "lost"), 0)
        for cell in self.movements:
            way = _way(cell, rank)
            if way is not None:
                found[way] += cell.customers
        return found

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.movements


def _way(cell: MovementCell, rank: Mapping[str, int]) -> str | None:
    if cell.from_tier is None or cell.to_tier is None:
        return "lost" if cell.to_tier is None else "returned" if cell.cause is Cause.RETURNED else "new"
    if cell.from_tier == cell.to_tier:
        return None
    return "up" if rank[cell.to_tier] > rank[cell.from_tier] else "down"
