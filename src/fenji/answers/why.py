"""What is answered to the question why a customer stands in its tier?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from fenji.analyze.metrics.registry import Registry
from fenji.analyze.reviews.explaining import Decision, Explanation
from fenji.analyze.rules.judging import Number
from fenji.answers.frames import Answer
from fenji.domain.overrides import Override
from fenji.domain.policies import Cause
from fenji.domain.telling import AS_IT_IS, HIDDEN, PERSONAL, WITHHELD
from fenji.domain.words import Spoken, Words


@dataclass(frozen=True)
class DecidedRule:
    """A rule as decided for the customer."""

    rule: str
    met: bool
    sentence: Spoken[str]


@dataclass(frozen=True)
class DecidedLine(DecidedRule):
    """One line of a rule."""

    value: Number | None
    """The customer's; null where there is none."""
    threshold: Number | None
    """The threshold, after variants."""


@dataclass(frozen=True)
class DecidedGroup(DecidedRule):
    """Lines of which all, or any, must be met."""

    parts: tuple[DecidedRule, ...]


@dataclass(frozen=True)
class DecidedTier:
    """The rules of one tier as decided for the customer."""

    tier: str
    name: Words
    is_qualified: bool
    """Whether the customer meets what gains the tier."""
    is_kept: bool
    """Whether the customer meets what keeps it."""
    qualify: DecidedRule | None
    """Null for the lowest tier, which has no rule."""
    keep: DecidedRule | None
    """Null where what gains the tier keeps it."""


@dataclass(frozen=True)
class DecidedCap:
    """A cap as decided for the customer."""

    at_most: str
    why: str
    applies: bool
    """Whether it holds for this customer."""
    sentence: Spoken[str]
    when: DecidedRule


@dataclass(frozen=True)
class MissingLine:
    """One thing that is missing for the next tier."""

    rule: str
    metric: str
    value: Number | None
    threshold: Number | None
    amount: Decimal | None
    """How much more (positive) or less (negative) it takes; null where no amount helps."""


@dataclass(frozen=True)
class MissingWay:
    """Lines that together lead to the next tier."""

    sentence: Spoken[str]
    lines: tuple[MissingLine, ...]


@dataclass(frozen=True)
class OverrideInForce:
    """What a person decided."""

    tier: str
    person: Annotated[str, AS_IT_IS]
    reason: Annotated[str, WITHHELD]
    begins_on: date
    last_on: date


@dataclass(frozen=True)
class WhyResult(Answer):
    """One customer's tier at a review, its reasons, and how it came there."""

    run_id: str
    as_of: date
    policy: str
    version: int
    customer_id: Annotated[str | None, PERSONAL]
    """As the company knows the customer."""
    tier: str | None
    """Null: lost."""
    name: Spoken[str]
    qualified_tier: str | None
    """The highest tier whose rule is met."""
    kept_tier: str | None
    """The highest tier that something keeps."""
    since_on: date
    cause: Cause
    sentence: Spoken[str]
    net_revenue_12m: Decimal
    currency: str
    hold_left: int
    """Reviews for which the tier is still held whatever happens."""
    grace_left: int
    """Reviews of grace that are left."""
    keeping: Spoken[tuple[str, ...]]
    """What keeps the tier, until when, and where the customer would fall to."""
    falls_to: str | None
    """Where the customer would stand once nothing keeps the tier; null in the lowest."""
    falls_at_earliest: date | None
    """The first review at which that can happen; null where there is no tier to lose."""
    override: OverrideInForce | None
    """Where a person's decision is why the customer stands there."""
    tiers: tuple[DecidedTier, ...]
    """Every tier of the policy, lowest first."""
    caps: tuple[DecidedCap, ...]
    next_tier: str | None
    """Null at the top, and for a lost customer."""
    missing: tuple[MissingWay, ...]
    """What is missing for the next tier, as alternatives, the smallest first."""
    next_tier_capped: bool
    """Whether a cap keeps the customer from the next tier."""
    lost_after_days: int | None
    lost_after_intervals: Decimal | None
    history: tuple[Decision, ...]
    """Every review that the run decided up to this one, the earliest first."""
    customer_key: Annotated[int, HIDDEN]
    explanation: Annotated[Explanation, HIDDEN]
    overridden: Annotated[Override | None, HIDDEN]
    registry: Annotated[Registry, HIDDEN]

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.history
