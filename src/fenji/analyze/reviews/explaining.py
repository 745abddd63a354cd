"""Why does this customer stand in this tier, what keeps it, where would it fall to, and what is missing for the next one?

Decided once more for one customer by the rule records that decided for everyone, and held against what was stored: reasons that
do not lead to the decision are never shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from fenji.analyze.rules.judging import CustomerFacts, Judged, Way, judge, qualified_tier_of, ways_to_meet
from fenji.domain.policies import Cap, Cause, Downgrade, Policy, ReviewPeriod, Tier
from fenji.domain.reviews import coming_reviews
from fenji.errors import ContractBroken
from fenji.language import message as _


@dataclass(frozen=True)
class Decision:
    """What was stored of one customer at one review: a row of insight.tier_assignment."""

    as_of: date
    tier: str | None
    """None: lost."""
    qualified_tier: str | None
    kept_tier: str | None
    since_on: date
    policy: str
    version: int
    cause: Cause
    grace_left: int
    hold_left: int
    net_revenue_12m: Decimal

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Decision:
        """The decision in a fetched row."""
        columns = {name: row[name] for name in cls.__dataclass_fields__ if name != "cause"}
        return cls(**columns, cause=Cause(row["cause"]))


@dataclass(frozen=True)
class TierReason:
    """The rules of one tier as decided for this customer."""

    tier: Tier
    qualify: Judged | None
    """None for the lowest tier, which has no rule."""
    keep: Judged | None
    """None where what gains the tier keeps it."""

    @property
    def is_qualified(self) -> bool:
        """Whether the customer meets what gains the tier."""
        return self.qualify is None or self.qualify.met

    @property
    def is_kept(self) -> bool:
        """Whether the customer meets what keeps the tier."""
        return self.is_qualified if self.keep is None else self.keep.met


@dataclass(frozen=True)
class CapReason:
    """One cap as decided for this customer."""

    cap: Cap
    when: Judged


@dataclass(frozen=True)
class Explanation:
    """Everything that led to one decision about one customer, and what follows from it."""

    decision: Decision
    policy: Policy
    tiers: tuple[TierReason, ...]
    """Every tier of the policy, lowest first."""
    caps: tuple[CapReason, ...]
    """Every cap of the policy, in its order."""
    next_tier: str | None
    """The tier above; None at the top, and for a lost customer."""
    missing: tuple[Way, ...]
    """What is missing for the next tier, as alternatives, the smallest first; one empty way where its rule is met already."""
    capped_by: tuple[CapReason, ...]
    """The caps that hold and keep the customer from the next tier."""
    falls_to: str | None
    """Where the customer would stand once nothing keeps the tier, everything else being as it is; None in the lowest tier."""
    falls_at_earliest: date | None
    """The first review at which that can happen, hold and grace being used up before; None where there is no tier to lose."""

    @property
    def own(self) -> TierReason | None:
        """The tier in which the customer stands; None: lost."""
        return next((each for each in self.tiers if each.tier.slug == self.decision.tier), None)

    @property
    def above(self) -> TierReason | None:
        """The next tier; None at the top, and for a lost customer."""
        return next((each for each in self.tiers if each.tier.slug == self.next_tier), None)


def explain(decision: Decision, policy: Policy, facts: CustomerFacts, *, joined_on: date | None = None) -> Explanation:
    """The reasons of a decision.

    Args:
        decision: as stored.
        policy: the version that was in force at the review.
        facts: the customer's row of the rule basis at the review.
        joined_on: the day from which anniversaries count; only read where the policy reviews on them.

    Raises:
        ContractBroken: judged one by one, the rules give another qualified or kept tier than was decided.
    """
    tiers = tuple(_tier_reason(tier, facts) for tier in policy.tiers)
    caps = tuple(CapReason(cap, judge(cap.when, facts)) for cap in policy.caps)
    _check(decision, policy, facts, tiers)
    if decision.tier is None:
        return Explanation(decision, policy, tiers, caps, None, (), (), None, None)
    rank = policy.rank_of(decision.tier)
    above = tiers[rank + 1] if rank + 1 < len(tiers) else None
    holding = tuple(each for each in caps if each.when.met)
    return Explanation(
        decision,
        policy,
        tiers,
        caps,
        next_tier=above.tier.slug if above else None,
        missing=ways_to_meet(above.qualify) if above and above.qualify else (),
        capped_by=tuple(each for each in holding if above and policy.rank_of(each.cap.at_most) <= rank),
        falls_to=policy.tiers[_landing(policy, tiers, holding, rank)].slug if rank else None,
        falls_at_earliest=_earliest_fall(decision, policy, joined_on) if rank else None,
    )


def _tier_reason(tier: Tier, facts: CustomerFacts) -> TierReason:
    qualify = None if tier.qualify is None else judge(tier.qualify, facts)
    return TierReason(tier, qualify, None if tier.keep is None else judge(tier.keep, facts))


def _check(decision: Decision, policy: Policy, facts: CustomerFacts, tiers: tuple[TierReason, ...]) -> None:
    if decision.tier is None:
        return
    kept = max(rank for rank, each in enumerate(tiers) if each.is_kept)
    found = (policy.tiers[qualified_tier_of(policy, facts)].slug, policy.tiers[kept].slug)
    if found != (decision.qualified_tier, decision.kept_tier):
        raise ContractBroken.of(
            _("the reasons lead to {found}, but {decided} was decided at the review of {as_of}."),
            found=" / ".join(found),
            decided=f"{decision.qualified_tier} / {decision.kept_tier}",
            as_of=decision.as_of,
        )


def _landing(policy: Policy, tiers: tuple[TierReason, ...], holding: tuple[CapReason, ...], rank: int) -> int:
    """Step 6 of a review for a customer whom nothing keeps in the present tier or a higher one."""
    below = tiers[:rank]
    lowest = max(each for each, reason in enumerate(below) if reason.is_qualified or reason.is_kept)
    landing = max(rank - 1, lowest) if policy.review.downgrade is Downgrade.ONE_STEP else lowest
    return min([landing, *(policy.rank_of(each.cap.at_most) for each in holding)])


def _earliest_fall(decision: Decision, policy: Policy, joined_on: date | None) -> date:
    """The review after those that hold and grace still cover; with anniversaries only the customer's own months count."""
    covered = decision.hold_left + decision.grace_left
    every = policy.review.every
    if every is not ReviewPeriod.ANNIVERSARY:
        return coming_reviews(decision.as_of, every, covered + 1)[covered]
    month = joined_on.month if joined_on else 12
    ticks = coming_reviews(decision.as_of, every, 12 * (covered + 2))
    return [tick for tick in ticks if tick.month == month and (joined_on is None or tick.year > joined_on.year)][covered]
