"""What is answered to the question what another policy would change, as at a first review or over the last reviews?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from fenji.analyze.metrics.registry import Registry
from fenji.analyze.whatif.comparing import Direction, Move, PolicyComparison, TierSide
from fenji.analyze.whatif.replaying import CauseMove, RulePart
from fenji.answers.frames import Answer
from fenji.answers.loyalty.benefits import BenefitCostChange
from fenji.answers.moves import ReviewFlow
from fenji.domain.policies import Policy
from fenji.domain.reviews import LostRule
from fenji.domain.telling import HIDDEN, PERSONAL, told
from fenji.domain.words import Spoken, Words
from fenji.errors import Problem


@dataclass(frozen=True)
class ComparedTier:
    """One tier under one of the policies."""

    tier: str
    name: Words
    customers: int
    share: float | None
    net_revenue_12m: Decimal

    @classmethod
    def of(cls, side: TierSide) -> ComparedTier:
        """As it was counted."""
        return cls(side.tier.slug, side.tier.name, side.customers, side.share, side.net_revenue_12m)


@dataclass(frozen=True)
class ComparedLine:
    """One line of the rule that gains a tier."""

    tier: str
    rule: str
    """As the policy file writes it."""
    sentence: Spoken[str]
    met: int
    """Customers who meet it."""
    turned_away: int
    """Customers who meet every other line of the tier and not this one."""
    decides: int | None
    """Of those who lose the tier by the change (new policy), or would gain it (current one), how many do not meet the line; null
    where the other policy has no such tier."""


@dataclass(frozen=True)
class ComparedCap:
    """One cap of a policy."""

    rule: str
    """As the policy file writes it."""
    sentence: Spoken[str]
    at_most: str
    """The highest tier that it allows."""
    why: str
    """The reason that the policy gives."""
    bound: int
    """Customers whom it holds below the tier for which they qualify."""


@dataclass(frozen=True)
class ComparedPolicy:
    """One of the two policies on the same customers."""

    policy: str
    version: int
    tiers: tuple[ComparedTier, ...]
    """Lowest first."""
    lines: tuple[ComparedLine, ...]
    """Tiers from the lowest up, lines in the order of the rule."""
    caps: tuple[ComparedCap, ...]
    """In the order of the policy."""


@dataclass(frozen=True)
class Moved:
    """Everybody who goes one way."""

    customers: int
    net_revenue_12m: Decimal


@dataclass(frozen=True)
class AffectedCustomer:
    """One of the customers with the largest revenue among those who would stand lower."""

    customer_id: Annotated[str | None, PERSONAL]
    from_tier: str
    """Under the current policy."""
    to_tier: str
    """Under the new one."""
    net_revenue_12m: Decimal


@dataclass(frozen=True, kw_only=True)
class PolicyChange(Answer):
    """A new policy beside the one in force, on the same customers."""

    run_id: str
    as_of: date
    currency: str
    comparison: Annotated[PolicyComparison, HIDDEN]
    most_affected: tuple[AffectedCustomer, ...]
    """Up to 20 customers who would stand lower, the largest revenue first."""
    lost: Annotated[LostRule, HIDDEN]
    """Lost customers are left out of both sides."""
    registry: Annotated[Registry, HIDDEN]
    warnings: tuple[Problem, ...] = ()
    benefit_cost: BenefitCostChange | None = None
    """What the benefits of the tiers would cost a year; null: no benefits are in force for these tiers."""

    @property
    def old_policy(self) -> Policy:
        """The policy in force."""
        return self.comparison.current.policy

    @property
    def new_policy(self) -> Policy:
        """The policy that is tried."""
        return self.comparison.new.policy

    @property
    @told
    def policy(self) -> str:
        """The one in force; the new one stands under ``new``."""
        return self.old_policy.slug

    @property
    @told
    def version(self) -> int:
        """Of the policy in force."""
        return self.old_policy.version

    @property
    @told
    def customers(self) -> int:
        """Everybody who stands in a tier."""
        return self.comparison.customers

    @property
    @told
    def net_revenue_12m(self) -> Decimal:
        """Theirs."""
        return self.comparison.net_revenue_12m

    @property
    @told
    def moves(self) -> tuple[Move, ...]:
        """Every pair of tiers that occurs: current tiers from the lowest up, within them new ones."""
        return self.comparison.moves

    @property
    @told
    def up(self) -> Moved:
        """Everybody who would stand higher."""
        return Moved(*self.comparison.moved(Direction.UP))

    @property
    @told
    def down(self) -> Moved:
        """Everybody who would stand lower."""
        return Moved(*self.comparison.moved(Direction.DOWN))

    @property
    @told
    def stay(self) -> Moved:
        """Everybody who would stand where they stand."""
        return Moved(*self.comparison.moved(Direction.STAY))

    @property
    @told
    def lost_after_days(self) -> int | None:
        """Days without an order or event after which a customer is lost, and left out of both sides; null: not set."""
        return self.lost.after_days

    @property
    @told
    def lost_after_intervals(self) -> Decimal | None:
        """The same as times of the customer's own mean days between orders; null: not set."""
        return self.lost.after_intervals

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.moves


@dataclass(frozen=True, kw_only=True)
class WhatIfResult(PolicyChange):
    """A new policy beside the one in force, as at a first review: what qualifies, bounded by caps."""

    current: ComparedPolicy
    """The policy in force."""
    new: ComparedPolicy
    """The policy that is tried."""
    decided_as: Literal["first_review"] = "first_review"
    """Keep rules, hold, grace and overrides play no part."""


@dataclass(frozen=True)
class ReplayedReview:
    """One review under one of the policies."""

    as_of: date
    policy: str
    version: int
    customers: Mapping[str, int]
    """Tier: customers, lowest tier first; every tier of the policy."""
    opening: int | None
    """Customers who stood in a tier before; null, as all that follows, where no review came before."""
    new: int | None
    """Who stand in a tier for the first time."""
    returned: int | None
    """Who were lost before."""
    upgraded: int | None
    """Who rose."""
    downgraded: int | None
    """Who fell."""
    lost: int | None
    """Who were lost."""
    closing: int | None
    """Customers who stand in a tier after it."""

    @classmethod
    def of(cls, as_of: date, policy: Policy, customers: Mapping[str, int], flow: ReviewFlow | None) -> ReplayedReview:
        """A review with what came and went since the one before; ``flow`` None: there was none."""
        names = ("opening", "new", "returned", "upgraded", "downgraded", "lost", "closing")
        counts = {name: None if flow is None else getattr(flow, name) for name in names}
        return cls(as_of, policy.slug, policy.version, customers, **counts)


@dataclass(frozen=True)
class ReplayedLine:
    """What one line of a policy has to do with the difference."""

    tier: str
    part: RulePart
    """Whether it gains the tier, keeps it, or caps it."""
    rule: str
    """As the policy file writes it."""
    sentence: Spoken[str]
    met: int
    """Customers who meet it."""
    decides: int | None
    """Of those who stand lower under the new policy (or would rise, of the current one), how many do not meet it; for a cap, how
    many it holds down. Null: the other policy has no such tier."""


@dataclass(frozen=True)
class ReplayedPolicy:
    """What one of the policies decided at the last reviews."""

    policy: str
    version: int
    tiers: tuple[ComparedTier, ...]
    """At the last review, lowest first."""
    reviews: tuple[ReplayedReview, ...]
    """The earliest first."""
    lines: tuple[ReplayedLine, ...]
    """What gains tiers, then what keeps them, then caps; tiers from the lowest up."""


@dataclass(frozen=True, kw_only=True)
class ReplayResult(PolicyChange):
    """The last reviews under the policy in force and under a new one, on the same data, with everything that decides tiers."""

    begins_on: date
    """The first review that is replayed."""
    earlier_on: date | None
    """The review before it, whose tiers both sides begin with; null: nobody has a tier before."""
    is_published: bool
    """Whether the current side is what the run published; else it was decided for this answer."""
    published_reviews: Annotated[int, HIDDEN]
    """How many reviews up to ``as_of`` the run has published."""
    current: ReplayedPolicy
    """The policy in force."""
    new: ReplayedPolicy
    """The policy that is tried."""
    causes: tuple[CauseMove, ...]
    """Who ends in another tier, by what decided under both: falls first, most customers first."""
    decided_as: Literal["replay"] = "replay"
    """With keep rules, hold, grace, caps and overrides."""
