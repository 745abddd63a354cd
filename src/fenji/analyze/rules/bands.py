"""On which side of every threshold of a policy does a value lie? Values as bands between cuts, and one typical value for each band.

A rule only asks on which side of its thresholds a value lies, so customers in the same bands cannot be told apart by the rules.
Their common answers are turned back into the facts of one typical customer, for the records that judge single customers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import prod

import ibis
import ibis.expr.types as ir

from fenji.analyze.rules.holds import (
    COMPARE,
    CUSTOMER_PREFIX,
    conditions_of,
    scaled_number,
    threshold_literal,
    top_shares_in,
    variants_of,
)
from fenji.analyze.rules.judging import CustomerFacts
from fenji.domain.conditions import Comparison, Operator, leaves
from fenji.domain.policies import SCORE, Policy

Cut = tuple[Decimal, bool]
"""A threshold, and whether only values beyond it lie above the cut (True), or the threshold itself too (False)."""

CUTS_OF: Mapping[Operator, tuple[bool, ...]] = {
    Operator.AT_LEAST: (False,),
    Operator.LESS_THAN: (False,),
    Operator.MORE_THAN: (True,),
    Operator.AT_MOST: (True,),
    Operator.EQUAL: (False, True),
    Operator.NOT_EQUAL: (False, True),
}
"""On which sides of its number each comparison asks."""
MOST_GROUPS = 2**62
"""A group is one number of 64 bits; two policies of twenty metrics stay below."""

NO_VALUE, BELOW = 0, 1
"""Numbers of bands: customers without a value, and below the first cut; then one more for every cut that is passed."""


@dataclass(frozen=True)
class Band:
    """The values of one metric, cut at every threshold that they are compared with."""

    metric: str
    cuts: tuple[Cut, ...]
    """Ascending."""
    key: str
    """The name under which an answer holds the number of the band."""


def shared_bands(policies: Sequence[Policy]) -> tuple[Band, ...]:
    """Metrics of the panel are the same for every policy: cut once, at the thresholds of all."""
    cuts: dict[str, set[Cut]] = {}
    for policy in policies:
        for metric, found in _cuts(policy):
            if not (metric == SCORE and policy.score):
                cuts.setdefault(metric, set()).update(found)
    return tuple(Band(metric, tuple(sorted(found)), f"band_of_{metric}") for metric, found in cuts.items())


def score_band(policy: Policy, number: int) -> tuple[Band, ...]:
    """The policy's own score, where its rules use it."""
    cuts = [found for metric, found in _cuts(policy) if metric == SCORE and policy.score]
    return (Band(SCORE, tuple(sorted(set().union(*cuts))), f"score_band_{number}"),) if cuts else ()


def named_values(policy: Policy) -> dict[str, list[str]]:
    """The customer columns of variants, with every value that a variant names; their places count from 1, 0 is any other."""
    found: dict[str, list[str]] = {}
    for variant in policy.variants:
        for column, values in variant.where.items():
            held = found.setdefault(column, [])
            held += [value for value in values if value not in held]
    return found


def sizes_of(policies: Sequence[Policy]) -> dict[str, int]:
    """Every key of an answer with the number of values that it can have."""
    found: dict[str, int] = {}
    for number, policy in enumerate(policies):
        found |= {band.key: len(band.cuts) + 2 for band in score_band(policy, number)}
        found |= {f"top_{number}_{position}": 2 for position, _top in enumerate(top_shares_in(conditions_of(policy)))}
        found |= {f"named_{number}_{column}": len(values) + 1 for column, values in named_values(policy).items()}
    return found | {band.key: len(band.cuts) + 2 for band in shared_bands(policies)}


def most_answers(policies: Sequence[Policy]) -> int:
    """How many different answers there can be."""
    return prod(sizes_of(policies).values())


def code_in(answer: Mapping[str, object], policies: Sequence[Policy]) -> int:
    """One number that stands for an answer."""
    code = 0
    for key, size in sizes_of(policies).items():
        code = code * size + int(str(answer[key]))
    return code


def answer_of(code: int, policies: Sequence[Policy]) -> dict[str, int]:
    """The answer for which a number stands."""
    found = {}
    for key, size in reversed(sizes_of(policies).items()):
        code, found[key] = divmod(code, size)
    return found


def typical_facts(answer: Mapping[str, object], policies: Sequence[Policy]) -> tuple[CustomerFacts, ...]:
    """What the rules of each policy see of any customer who gives this answer.

    Values are typical ones of their band, not those of a person.
    """
    shared = {band.metric: _typical(band, answer[band.key]) for band in shared_bands(policies)}
    return tuple(_facts(answer, policy, number, shared) for number, policy in enumerate(policies))


def _facts(answer: Mapping[str, object], policy: Policy, number: int, shared: Mapping[str, Decimal | None]) -> CustomerFacts:
    own = {band.metric: _typical(band, answer[band.key]) for band in score_band(policy, number)}
    values: dict[str, object] = {**shared, **own}
    columns = {}
    for position, top in enumerate(top_shares_in(conditions_of(policy))):
        value = values[top.metric]
        is_in = bool(answer[f"top_{number}_{position}"])
        columns[str(top)] = f"threshold_{position}"
        values[f"threshold_{position}"] = value + (0 if is_in else 1) if isinstance(value, Decimal) else None
    named = {
        CUSTOMER_PREFIX + column: (None, *held)[int(str(answer[f"named_{number}_{column}"]))]
        for column, held in named_values(policy).items()
    }
    return CustomerFacts({**values, **named}, policy.variants, columns)


def _typical(band: Band, number: object) -> Decimal | None:
    """A value within a band; one at the threshold where the threshold belongs to the band."""
    if not isinstance(number, int) or number == NO_VALUE:
        return None
    if number == BELOW:
        return band.cuts[0][0] - 1 if band.cuts else Decimal(0)
    threshold, is_beyond = band.cuts[number - BELOW - 1]
    if not is_beyond:
        return threshold
    above = band.cuts[number - BELOW :]
    return (threshold + above[0][0]) / 2 if above else threshold + 1


def _cuts(policy: Policy) -> Iterator[tuple[str, set[Cut]]]:
    """Every metric that a line names, with the cuts of that line: the number as written and as each variant scales it."""
    for condition in conditions_of(policy):
        for leaf in leaves(condition):
            found: set[Cut] = set()
            if isinstance(leaf, Comparison):
                numbers = {scaled_number(leaf, each) for each in (None, *variants_of(leaf.metric, policy.variants))}
                found = {(number, is_beyond) for number in numbers for is_beyond in CUTS_OF[leaf.operator]}
            yield leaf.metric, found


def is_above(column: ir.NumericValue, cut: Cut) -> ir.BooleanValue:
    """Whether each value lies above a cut; null where there is none."""
    number, is_beyond = cut
    compare = COMPARE[Operator.MORE_THAN if is_beyond else Operator.AT_LEAST]
    above: ir.BooleanValue = compare(column, threshold_literal(number, column.type()))
    return above


def place_among(column: ir.Column, values: Sequence[str]) -> ir.IntegerValue:
    """Where a value stands among those that variants name, from 1; 0 for any other and for none."""
    held = column.cast("string")
    places = [(held == value, ibis.literal(place, type="int16")) for place, value in enumerate(values, 1)]
    return ibis.cases(*places, else_=ibis.literal(0, type="int16"))
