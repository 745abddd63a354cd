"""Why does this customer meet a rule or not, and what is missing? The same records that decide, judged for one row of the rule basis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from itertools import product

from fenji.analyze.rules.holds import COMPARE, CUSTOMER_PREFIX, RuleBasis, scaled_number, variants_of
from fenji.domain.conditions import Comparison, Condition, Group, Junction, Operator, Presence, TopShare
from fenji.domain.policies import Policy, Variant

Number = int | float | Decimal

MOST_WAYS = 50
"""Alternatives that are followed up: far more than anybody reads, and an end to rules made of many anys."""


@dataclass(frozen=True)
class CustomerFacts:
    """What the rules see of one customer."""

    values: Mapping[str, object]
    """The customer's row of the rule basis."""
    variants: tuple[Variant, ...] = ()
    top_columns: Mapping[str, str] | None = None

    @classmethod
    def of(cls, row: Mapping[str, object], basis: RuleBasis) -> CustomerFacts:
        """The facts in a fetched row of the rule basis."""
        return cls(row, basis.variants, basis.top_columns)

    def number(self, column: str) -> Number | None:
        """The customer's value of a metric, or a computed threshold."""
        value = self.values[column]
        return value if isinstance(value, int | float | Decimal) else None


@dataclass(frozen=True)
class Judged:
    """A condition as decided for one customer: the reason."""

    condition: Condition
    met: bool
    value: Number | None = None
    """The customer's value; None for a group or where there is none."""
    threshold: Number | None = None
    """What it was compared with, after variants; None for a group, a null test or an empty top n%."""
    parts: tuple[Judged, ...] = ()


@dataclass(frozen=True)
class Shortfall:
    """One thing that is missing for a condition."""

    condition: Comparison | Presence | TopShare
    value: Number | None
    threshold: Number | None
    amount: Decimal | None = None
    """How much more (positive) or less (negative) it takes; None where there is no value to start from, or no amount helps."""
    open_ended: bool = False
    """The amount itself is not enough, anything beyond it is: a strict comparison of a metric without a smallest step."""


Way = tuple[Shortfall, ...]
"""Things that together are enough; the empty way: nothing is missing."""


def judge(condition: Condition, facts: CustomerFacts) -> Judged:
    """The condition decided for one customer, with the values and thresholds of every line.

    Decides exactly as the expression does (held by a test over whole worlds).
    """
    match condition:
        case Group(junction, parts):
            judged = tuple(judge(part, facts) for part in parts)
            decide = all if junction is Junction.ALL else any
            return Judged(condition, met=decide(each.met for each in judged), parts=judged)
        case Presence(metric, is_null):
            value = facts.number(metric)
            return Judged(condition, met=(value is None) == is_null, value=value)
        case TopShare(metric, _share):
            value = facts.number(metric)
            threshold = facts.number((facts.top_columns or {})[str(condition)])
            met = value is not None and threshold is not None and value >= threshold
            return Judged(condition, met=met, value=value, threshold=threshold)
        case Comparison():
            return _judge_comparison(condition, facts)


def ways_to_meet(judged: Judged) -> tuple[Way, ...]:
    """What is missing, as alternatives: each way is enough, and none asks for more than another of the same kind.

    The way that asks for the smallest part of its thresholds stands first. A condition that is met has one way: nothing.
    What a customer cannot bring about (a value that disappears) is only listed where there is no other way.
    """
    ways = _ways(judged)
    possible = [way for way in ways if not any(_takes_a_value_away(line) for line in way)]
    return tuple(sorted(possible or ways, key=_cost))


def qualified_tier_of(policy: Policy, facts: CustomerFacts) -> int:
    """The position of the highest tier whose rule this customer meets, as decided for one customer."""
    met = [rank for rank, tier in enumerate(policy.tiers) if tier.qualify is not None and judge(tier.qualify, facts).met]
    return max(met, default=0)


def tier_of(policy: Policy, facts: CustomerFacts) -> int:
    """The position of the tier at a first review: what qualifies, bounded by the caps that hold."""
    bounds = [policy.rank_of(cap.at_most) for cap in policy.caps if judge(cap.when, facts).met]
    return min([qualified_tier_of(policy, facts), *bounds])


def _judge_comparison(condition: Comparison, facts: CustomerFacts) -> Judged:
    value = facts.number(condition.metric)
    variant = next((each for each in variants_of(condition.metric, facts.variants) if _matches(each, facts)), None)
    threshold = scaled_number(condition, variant)
    # A double is compared with the double nearest to the threshold, as the engines do.
    compared: Number = float(threshold) if isinstance(value, float) else threshold
    met = value is not None and bool(COMPARE[condition.operator](value, compared))
    return Judged(condition, met=met, value=value, threshold=threshold)


def _matches(variant: Variant, facts: CustomerFacts) -> bool:
    return all(facts.values.get(CUSTOMER_PREFIX + column) in values for column, values in variant.where.items())


def _ways(judged: Judged) -> list[Way]:
    if judged.met:
        return [()]
    if not isinstance(judged.condition, Group):
        return [(_shortfall(judged.condition, judged),)]
    if judged.condition.junction is Junction.ANY:
        return _without_dearer([way for part in judged.parts for way in _ways(part)])
    ways: list[Way] = [()]
    for part in judged.parts:
        ways = _without_dearer([_joined((*left, *right)) for left, right in product(ways, _ways(part))])
    return ways


def _shortfall(leaf: Comparison | Presence | TopShare, judged: Judged) -> Shortfall:
    whole = Shortfall(leaf, judged.value, judged.threshold)
    if judged.value is None or judged.threshold is None or isinstance(leaf, Presence):
        return whole
    # repr gives the shortest decimal of a double: 0.1 and not 0.1000000000000000055.
    value, threshold = (
        Decimal(repr(each)) if isinstance(each, float) else Decimal(each) for each in (judged.value, judged.threshold)
    )
    operator = leaf.operator if isinstance(leaf, Comparison) else Operator.AT_LEAST
    step = _smallest_step(judged.value)
    amount = threshold - value
    strict = operator in (Operator.MORE_THAN, Operator.LESS_THAN)
    match operator:
        case Operator.NOT_EQUAL:
            return whole
        case Operator.AT_LEAST | Operator.MORE_THAN:
            amount = _stepped(amount, step, strict=strict)
        case Operator.AT_MOST | Operator.LESS_THAN:
            amount = -_stepped(-amount, step, strict=strict)
        case Operator.EQUAL:
            pass
    return replace(whole, amount=amount, open_ended=strict and step is None)


def _smallest_step(value: Number) -> Decimal | None:
    """The smallest difference that a metric can show: 1 for counts, a cent for money; None for doubles."""
    if isinstance(value, Decimal):
        return Decimal(1).scaleb(int(value.as_tuple().exponent))
    return Decimal(1) if isinstance(value, int) else None


def _stepped(amount: Decimal, step: Decimal | None, *, strict: bool) -> Decimal:
    """The smallest whole number of steps that is enough."""
    if step is None:
        return amount
    steps = (amount / step).to_integral_value(ROUND_CEILING)
    return (steps + 1 if strict and steps * step == amount else steps) * step


def _kind(line: Shortfall) -> tuple[str, str]:
    """Two lines of one kind are the same demand, perhaps of different size."""
    if line.amount is None:
        return line.condition.metric, str(line.condition)
    less = isinstance(line.condition, Comparison) and line.condition.operator in (Operator.AT_MOST, Operator.LESS_THAN)
    return line.condition.metric, "less" if less or line.amount < 0 else "more"


def _size(line: Shortfall) -> tuple[Decimal, bool]:
    return abs(line.amount) if line.amount is not None else Decimal(0), line.open_ended


def _joined(lines: Iterable[Shortfall]) -> Way:
    """Lines that must all be met: of one kind, the largest demand covers the others."""
    largest: dict[tuple[str, str], Shortfall] = {}
    for line in lines:
        held = largest.get(_kind(line))
        if held is None or _size(line) > _size(held):
            largest[_kind(line)] = line
    return tuple(largest.values())


def _without_dearer(ways: list[Way]) -> list[Way]:
    """The ways that no other way undercuts, each once; at most ``MOST_WAYS`` of them."""
    kept: list[Way] = []
    for way in sorted(ways, key=_cost):
        if not any(_is_covered_by(cheaper, way) for cheaper in kept):
            kept.append(way)
    return kept[:MOST_WAYS]


def _is_covered_by(cheaper: Way, dearer: Way) -> bool:
    demands = {_kind(line): _size(line) for line in dearer}
    return all(_kind(line) in demands and _size(line) <= demands[_kind(line)] for line in cheaper)


def _takes_a_value_away(line: Shortfall) -> bool:
    return isinstance(line.condition, Presence) and line.condition.is_null


def _cost(way: Way) -> tuple[Decimal, int, str]:
    """What a way asks for, as parts of its thresholds; a missing value counts as a whole one."""
    parts = [
        Decimal(1) if line.amount is None else abs(line.amount) / max(abs(Decimal(line.threshold or 1)), Decimal(1))
        for line in way
    ]
    return sum(parts, Decimal(0)), len(way), "; ".join(str(line.condition) for line in way)
