"""What would happen under other rules? Two policies side by side on one panel, as at a first review: who would stand where, and which line decides it.

Reads   insight.customer_metric, insight.tier_assignment, clean.customer
Writes  nothing stored: counts from ``alike.count_alike``, and a short list of the customers who would lose most
Units   money in the workspace's currency
Keeps   every customer who stands in a tier, exactly once; lost ones are left out of both sides
Source  DESIGN section 6, steps 2 and 7: what qualifies, bounded by caps; keep rules, hold, grace and overrides play no part
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

import ibis
import ibis.expr.types as ir

from fenji.analyze.rules.judging import CustomerFacts, judge, qualified_tier_of, tier_of
from fenji.analyze.whatif.alike import code_of, facts_of
from fenji.domain.conditions import Condition, Group, Junction
from fenji.domain.metrics import REVENUE
from fenji.domain.policies import Cause, Policy, Tier

MOST_AFFECTED = 20
"""Customers listed one by one: enough to see whom it would hurt, few enough to read."""


class Direction(StrEnum):
    """Which way a customer would go by a change of the policy."""

    UP = "up"
    DOWN = "down"
    STAY = "stay"


@dataclass(frozen=True)
class Move:
    """The customers of one tier of the current policy who would stand in one tier of the new one."""

    from_tier: str
    """Under the current policy."""
    to_tier: str
    """Under the new one."""
    direction: Direction
    """Whether they go up, down or stay."""
    customers: int
    net_revenue_12m: Decimal


@dataclass(frozen=True)
class TierSide:
    """One tier under one of the policies."""

    tier: Tier
    customers: int
    share: float | None
    """Of all customers, 0..1; None where there are none."""
    net_revenue_12m: Decimal


@dataclass(frozen=True)
class LineEffect:
    """What one of the lines does that must all be met for a tier."""

    tier: str
    condition: Condition
    met: int
    """Customers who meet it."""
    turned_away: int
    """Customers who meet every other line of the tier and not this one: whom it alone keeps out."""
    decides: int | None
    """Under the new policy: of those who would lose the tier (or a higher one) by the change, how many do not meet this line.
    Under the current one: of those who would gain it, how many this line keeps out today. None: the other policy has no such tier."""


@dataclass(frozen=True)
class CapEffect:
    """What one cap does."""

    when: Condition
    at_most: str
    why: str
    bound: int
    """Customers for whom it holds and who qualify for a higher tier than it allows."""


@dataclass(frozen=True)
class PolicySide:
    """One of the two policies on the panel."""

    policy: Policy
    tiers: tuple[TierSide, ...]
    """Lowest first."""
    lines: tuple[LineEffect, ...]
    """Tiers from the lowest up, lines in the order of the rule."""
    caps: tuple[CapEffect, ...]


@dataclass(frozen=True)
class Fall:
    """Customers who would stand lower."""

    from_tier: str
    to_tier: str
    customers: int


@dataclass(frozen=True)
class PolicyComparison:
    """Two policies side by side."""

    customers: int
    net_revenue_12m: Decimal
    current: PolicySide
    new: PolicySide
    moves: tuple[Move, ...]
    """Every pair of tiers that occurs: current tiers from the lowest up, within them new ones."""
    falls: Mapping[int, Fall]
    """The groups (``alike.code_of``) whose customers would stand lower."""

    def moved(self, direction: Direction) -> tuple[int, Decimal]:
        """Customers and revenue of everybody who goes that way."""
        found = [each for each in self.moves if each.direction == direction]
        return sum(each.customers for each in found), sum((each.net_revenue_12m for each in found), Decimal(0))


@dataclass(frozen=True)
class _Alike:
    """A group of customers, judged under the current (0) and the new (1) policy."""

    code: int
    customers: int
    revenue: Decimal
    facts: tuple[CustomerFacts, ...]
    ranks: tuple[int, ...]


def without_lost(panel: ir.Table, assignment: ir.Table, *, as_of: date) -> ir.Table:
    """The panel without the customers whom the review listed as lost.

    Grain: one row per customer of the panel at ``as_of`` who stands in a tier.
    """
    day = ibis.literal(as_of, type="date")
    gone = assignment.filter(assignment.as_of == day, assignment.cause == Cause.LOST.value).select(lost_key="customer_key")
    here = panel.filter(panel.as_of == day)
    return here.anti_join(gone, here.customer_key == gone.lost_key)


def compare_policies(rows: Iterable[Mapping[str, object]], *, current: Policy, new: Policy) -> PolicyComparison:
    """The fetched rows of ``alike.count_alike`` for (current, new) as a comparison."""
    policies = (current, new)
    groups = [_alike(row, policies) for row in rows]
    found: dict[tuple[int, int], list[_Alike]] = {}
    for group in groups:
        found.setdefault((group.ranks[0], group.ranks[1]), []).append(group)
    moves = []
    for (before, after), alike in sorted(found.items()):
        slugs = current.tiers[before].slug, new.tiers[after].slug
        moves.append(Move(*slugs, direction_of(*slugs, current=current, new=new), *_total(alike)))
    down = {(each.from_tier, each.to_tier) for each in moves if each.direction is Direction.DOWN}
    placed = {
        group.code: Fall(current.tiers[group.ranks[0]].slug, new.tiers[group.ranks[1]].slug, group.customers) for group in groups
    }
    customers, revenue = _total(groups)
    return PolicyComparison(
        customers,
        revenue,
        _side(groups, policies, 0, customers),
        _side(groups, policies, 1, customers),
        tuple(moves),
        {code: each for code, each in placed.items() if (each.from_tier, each.to_tier) in down},
    )


def direction_of(from_tier: str, to_tier: str, *, current: Policy, new: Policy) -> Direction:
    """Whether a customer would go up, down or stay.

    Tiers meet by their slugs: on the new ladder, else on the current one. Where neither ladder has both, they are compared by how
    far up their own ladder they stand.
    """
    if from_tier == to_tier:
        return Direction.STAY
    for ladder in (new, current):
        slugs = [tier.slug for tier in ladder.tiers]
        if from_tier in slugs and to_tier in slugs:
            return _way(slugs.index(to_tier) - slugs.index(from_tier))
    before, after = current.rank_of(from_tier), new.rank_of(to_tier)
    return _way(after * max(len(current.tiers) - 1, 1) - before * max(len(new.tiers) - 1, 1))


def lines_of(rule: Condition) -> tuple[Condition, ...]:
    """The lines of a rule that must all be met; an any group is one line."""
    if isinstance(rule, Group) and rule.junction is Junction.ALL:
        return tuple(line for part in rule.parts for line in lines_of(part))
    return (rule,)


def _way(steps: int) -> Direction:
    if steps == 0:
        return Direction.STAY
    return Direction.UP if steps > 0 else Direction.DOWN


def _alike(row: Mapping[str, object], policies: Sequence[Policy]) -> _Alike:
    facts = facts_of(row, policies)
    ranks = tuple(tier_of(policy, seen) for policy, seen in zip(policies, facts, strict=True))
    return _Alike(code_of(row, policies), int(str(row["customers"])), Decimal(str(row[REVENUE])), facts, ranks)


def _total(groups: Iterable[_Alike]) -> tuple[int, Decimal]:
    listed = list(groups)
    return sum(each.customers for each in listed), sum((each.revenue for each in listed), Decimal(0))


def _side(groups: Sequence[_Alike], policies: Sequence[Policy], number: int, everyone: int) -> PolicySide:
    policy = policies[number]
    tiers = []
    for rank, tier in enumerate(policy.tiers):
        customers, revenue = _total(each for each in groups if each.ranks[number] == rank)
        tiers.append(TierSide(tier, customers, customers / everyone if everyone else None, revenue))
    lines = tuple(line for rank in range(len(policy.tiers)) for line in _line_effects(groups, policies, number, rank))
    return PolicySide(policy, tuple(tiers), lines, _cap_effects(groups, policy, number))


def _line_effects(groups: Sequence[_Alike], policies: Sequence[Policy], number: int, rank: int) -> Iterator[LineEffect]:
    tier = policies[number].tiers[rank]
    if tier.qualify is None:
        return
    lines = lines_of(tier.qualify)
    answers = [[judge(line, group.facts[number]).met for line in lines] for group in groups]
    changed = [_is_changed(group, policies, number, tier.slug) for group in groups]
    is_in_both = all(tier.slug in {each.slug for each in policy.tiers} for policy in policies)
    for position, line in enumerate(lines):
        met = turned_away = decides = 0
        for group, answer, is_changed in zip(groups, answers, changed, strict=True):
            met += group.customers * answer[position]
            turned_away += group.customers * (not answer[position] and sum(answer) == len(lines) - 1)
            decides += group.customers * (is_changed and not answer[position])
        yield LineEffect(tier.slug, line, met, turned_away, decides if is_in_both else None)


def _is_changed(group: _Alike, policies: Sequence[Policy], number: int, slug: str) -> bool:
    """Whether the change costs these customers the tier (asked of the new policy) or gives it to them (asked of the current one)."""
    if any(slug not in {each.slug for each in policy.tiers} for policy in policies):
        return False
    reached = [group.ranks[each] >= policies[each].rank_of(slug) for each in (0, 1)]
    return not reached[number] and reached[1 - number]


def _cap_effects(groups: Sequence[_Alike], policy: Policy, number: int) -> tuple[CapEffect, ...]:
    effects = []
    for cap in policy.caps:
        limit = policy.rank_of(cap.at_most)
        bound = [
            each.customers
            for each in groups
            if judge(cap.when, each.facts[number]).met and qualified_tier_of(policy, each.facts[number]) > limit
        ]
        effects.append(CapEffect(cap.when, cap.at_most, cap.why, sum(bound)))
    return tuple(effects)
