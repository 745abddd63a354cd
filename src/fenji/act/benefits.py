"""What do the benefits of each tier cost a year? Each from what is known of the tier; what cannot be counted is said and never taken for nothing."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from fenji.domain.loyalty.benefits import Benefit, Benefits, CostKind, TierCost, TierFacts
from fenji.domain.loyalty.program import THOUSAND, Program

_CENT = Decimal("0.01")


def costs_of(benefits: Benefits, tiers: Sequence[TierFacts], program: Program | None) -> tuple[TierCost, ...]:
    """The cost of every benefit in every tier that has it, tiers in their order.

    Args:
        benefits: what tiers give.
        tiers: the lowest first, with what is known of each.
        program: how points are earned; None: there is none, so that their cost is not known.
    """
    return tuple(
        TierCost(tier.tier, each.slug, tier.customers, _cost(each, tier, program))
        for tier in tiers
        for each in benefits.benefits
        if tier.tier in each.tiers
    )


def points_cost(tier: TierFacts, program: Program) -> Decimal:
    """What points beyond factor 1 cost, from the revenue of twelve months: what orders leave below a whole step is counted too, so at most this."""
    factor = Decimal(program.earn.factors.get(tier.tier, THOUSAND)) / THOUSAND - 1
    base = tier.net_revenue_12m * 100 / program.earn.per_cents * program.earn.points
    return _rounded(max(Decimal(0), base * factor) * program.cost_per_point * program.expected_redemption)


def _cost(benefit: Benefit, tier: TierFacts, program: Program | None) -> Decimal | None:
    rule = benefit.cost
    match rule.kind:
        case CostKind.NOTHING:
            return Decimal(0)
        case CostKind.YEAR:
            return _rounded(Decimal(rule.cents) * tier.customers / 100)
        case CostKind.EACH:
            return _rounded(Decimal(rule.cents) * rule.uses_a_year * tier.customers / 100)
        case CostKind.METRIC:
            uses = tier.sums.get(rule.metric or "")
            return None if uses is None else _rounded(Decimal(rule.cents) * uses / 100)
        case CostKind.POINTS:
            return None if program is None else points_cost(tier, program)


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)
