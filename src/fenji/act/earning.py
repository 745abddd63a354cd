"""How many points does an order earn? A function of what is left of it, its multiplier and the version of the rules, and of nothing else."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from fenji.domain.loyalty.program import THOUSAND, EarnRule, Program, QualifyingBy, Remainder, Rounding


@dataclass(frozen=True)
class Points:
    """What an order earns."""

    points: int
    qualifying: int
    carried_cents: int = 0
    waiting_cents: int = 0
    """Of the member afterwards, where a remainder is carried."""


def points_of(rule: EarnRule, cents: int, multiplier: int) -> int:
    """Points of an amount at a multiplier in thousandths; nothing for amounts below zero.

    >>> from fenji.documents.loyalty import program_from_text  # doctest: +SKIP
    >>> [points_of(rule, cents, 2000) for cents in (10_000, 9_900, 25_000)]  # doctest: +SKIP
    [2, 0, 4]
    """
    if cents <= 0:
        return 0
    if rule.rounding is Rounding.MULTIPLY_THEN_ROUND:
        return cents * rule.points * multiplier // (rule.per_cents * THOUSAND)
    return cents // rule.per_cents * rule.points * multiplier // THOUSAND


def earned(
    program: Program,
    net_cents: int,
    multiplier: int,
    *,
    is_extra: bool,
    most: int | None,
    before: tuple[int, int] = (0, 0),
    waiting_cents: int = 0,
) -> Points:
    """What an order has earned by what is left of it.

    Args:
        program: the version that it was granted under.
        net_cents: what is left of it.
        multiplier: in thousandths.
        is_extra: points beyond those of the order count for no tier, and carry nothing.
        most: at most so many points.
        before: what was left of it, and what was carried, before this change.
        waiting_cents: money of the member's own orders that waits, before this change.
    """
    rule = program.earn
    if rule.remainder is Remainder.CARRY and not is_extra:
        carried, waiting = _carried(rule.per_cents, net_cents, before, waiting_cents)
    else:
        carried, waiting = 0, waiting_cents
    points = points_of(rule, net_cents + carried, multiplier)
    points = points if most is None else min(points, most)
    base = points if program.qualifying is QualifyingBy.MULTIPLIED else points_of(rule, net_cents + carried, THOUSAND)
    return Points(points, 0 if is_extra else base, carried, waiting)


def _carried(per: int, net_cents: int, before: tuple[int, int], waiting_cents: int) -> tuple[int, int]:
    """What an order takes from, or leaves to, the money that waits: steps of all orders x per + what waits = all that is left of them.

    A refund takes steps from its own order only; what it lacks there, the next orders make up for.
    """
    net_before, carried_before = before
    steps = (net_before + carried_before) // per
    waiting = waiting_cents + net_cents - net_before
    more = waiting // per if waiting >= 0 else -min(steps, -(waiting // per))
    return (steps + more) * per - net_cents, waiting - more * per


def factor_for(rule: EarnRule, tier: str | None) -> int:
    """The multiplier of a tier in thousandths; the smallest one for customers who stand in none yet.

    Raises:
        KeyError: the program has no factor for the tier.
    """
    if not rule.factors:
        return THOUSAND
    return min(rule.factors.values()) if tier is None else rule.factors[tier]


def tiers_without_factor(rule: EarnRule, tiers: Collection[str]) -> tuple[str, ...]:
    """Tiers for which a program says nothing."""
    return tuple(each for each in tiers if rule.factors and each not in rule.factors)
