"""What will outstanding points cost, and how much revenue waits for them? Expected redemption from own cohorts, or as the company declares it.

Source: the chain ladder of claims reserving for redemptions by age; IFRS 15 B39 to B43 and IE267 to IE270 for the revenue that is deferred.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from fenji.domain.loyalty.cohorts import Cohort

LEAST_COHORTS = 12
"""Months of earning that are seen before their redemptions say more than a declared rate."""
CENT = Decimal("0.01")


@dataclass(frozen=True)
class CohortLiability:
    """Outstanding points of one month of earning, and how many of them will be redeemed."""

    cohort: Cohort
    expected_share: Decimal
    """Of what is outstanding."""
    is_declared: bool
    """The company's rate, since own cohorts are too few."""

    def cost(self, cost_per_point: Decimal) -> Decimal:
        """What the outstanding points will cost."""
        return (self.cohort.outstanding * self.expected_share * cost_per_point).quantize(CENT, ROUND_HALF_UP)


def liability(cohorts: Sequence[Cohort], *, declared: Decimal, ages: int) -> tuple[CohortLiability, ...]:
    """How many outstanding points of each month will be redeemed.

    Args:
        cohorts: the earliest first, each a month.
        declared: the share of all points that the company expects to be redeemed.
        ages: how many months after that of earning points can be spent at most.
    """
    factors = chain_ladder(cohorts, ages) if len(cohorts) >= max(LEAST_COHORTS, ages) else None
    return tuple(_of(each, factors, declared) for each in cohorts)


def chain_ladder(cohorts: Sequence[Cohort], ages: int) -> tuple[Decimal, ...]:
    """By how much redemptions grow from each age to the last: sums of all cohorts that have reached the next age."""
    factors = []
    for age in range(ages):
        reached = [each for each in cohorts if each.age > age]
        before = sum(each.redeemed_by(age) for each in reached)
        after = sum(each.redeemed_by(age + 1) for each in reached)
        factors.append(Decimal(after) / before if before > 0 else Decimal(1))
    growth, found = Decimal(1), [Decimal(1)]
    for factor in reversed(factors):
        growth *= max(factor, Decimal(1))
        found.append(growth)
    return tuple(reversed(found))


def _of(cohort: Cohort, growth: Sequence[Decimal] | None, declared: Decimal) -> CohortLiability:
    spent = cohort.redeemed_by(cohort.age)
    if growth is None or spent <= 0:
        expected = max(Decimal(0), declared * cohort.granted - spent)
    else:
        expected = spent * growth[min(cohort.age, len(growth) - 1)] - spent
    share = min(Decimal(1), expected / cohort.outstanding) if cohort.outstanding else Decimal(0)
    return CohortLiability(cohort, share.quantize(Decimal("0.0001"), ROUND_HALF_UP), growth is None or spent <= 0)


@dataclass(frozen=True)
class Deferral:
    """What the orders of one month brought, and how much of it belongs to their points."""

    revenue: Decimal
    deferred: Decimal
    """Of the revenue: allocated to the points when they were granted."""
    recognized: Decimal
    """Of what was deferred, so far: by points redeemed over points that are expected to be."""


def deferral(found: CohortLiability, *, revenue: Decimal, worth_per_point: Decimal, share_at_sale: Decimal) -> Deferral:
    """The revenue view of one month's points (IFRS 15 B39 to B43).

    Args:
        found: the points of the month.
        revenue: what is left of its orders.
        worth_per_point: what a point takes off a price.
        share_at_sale: how many of the points were expected to be redeemed when they were granted.

    >>> from datetime import date
    >>> cohort = Cohort(date(2027, 1, 1), 10_000, 5_500, {0: 4_500}, 0)
    >>> one = deferral(CohortLiability(cohort, Decimal(5_000) / 5_500, False), revenue=Decimal(100_000), worth_per_point=Decimal(1),
    ...     share_at_sale=Decimal("0.95"))
    >>> round(one.deferred), round(one.recognized)
    (8676, 4110)
    """
    cohort, spent = found.cohort, found.cohort.redeemed_by(found.cohort.age)
    standalone = cohort.granted * worth_per_point * share_at_sale
    if revenue <= 0 or standalone <= 0:
        return Deferral(revenue, Decimal(0), Decimal(0))
    deferred = allocated(revenue, {"goods": revenue, "points": standalone})["points"]
    expected = spent + cohort.outstanding * found.expected_share
    if spent >= expected:
        return Deferral(revenue, deferred, deferred)
    done = recognized(deferred, redeemed=spent, points=1, expected_share=expected, before=Decimal(0))
    return Deferral(revenue, deferred, done)


def allocated(price: Decimal, standalone: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """What each promise of a contract takes of its price: by their standalone selling prices, to the cent, the last one the rest.

    >>> allocated(Decimal(100_000), {"goods": Decimal(100_000), "points": Decimal(9_500)})
    {'goods': Decimal('91324.20'), 'points': Decimal('8675.80')}
    """
    total, found = sum(standalone.values()), dict[str, Decimal]()
    *others, last = standalone
    for name in others:
        found[name] = (price * standalone[name] / total).quantize(CENT, ROUND_HALF_UP)
    found[last] = price - sum(found.values())
    return found


def recognized(deferred: Decimal, *, redeemed: int, points: int, expected_share: Decimal, before: Decimal) -> Decimal:
    """Revenue of a period from points: redeemed so far over those that are expected to be, without what was recognized before.

    A new expectation catches up in the period in which it is made.

    Args:
        deferred: price that was allocated to the points.
        redeemed: of them, so far.
        points: all of them.
        expected_share: of them that will be redeemed.
        before: recognized in earlier periods.

    >>> recognized(Decimal(9_000), redeemed=4_500, points=10_000, expected_share=Decimal("0.97"), before=Decimal(0))
    Decimal('4175.26')
    """
    share = min(Decimal(1), redeemed / (points * expected_share))
    return (deferred * share - before).quantize(CENT, ROUND_HALF_UP)
