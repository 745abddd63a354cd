"""Which customers can the rules of some policies not tell apart? Counted together, in one pass over the few columns that the rules name.

Reads   insight.customer_metric, clean.customer
Writes  nothing stored: one row per group of customers who give the same answer to every line of every policy
Units   money in the workspace's currency
Keeps   every customer of the panel, in exactly one group
Source  decision 0015 (variants, top shares and scores count as they do in ``rules`` and ``tiers``)

A rule only asks on which side of its thresholds a value lies. Each group is turned back into the facts of one of its customers,
for the records that judge single customers: there is no third way to evaluate a rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from math import prod

import ibis
import ibis.expr.types as ir

from fenji.analyze.judging import CustomerFacts
from fenji.analyze.rules import (
    COMPARE,
    CUSTOMER_PREFIX,
    RuleBasis,
    conditions_of,
    holds,
    metrics_in,
    scaled_number,
    threshold_literal,
    top_shares_in,
    variants_of,
)
from fenji.analyze.tier_counts import REVENUE
from fenji.analyze.tiers import rule_basis
from fenji.domain.conditions import Comparison, Operator, TopShare, leaves
from fenji.domain.policies import SCORE, Policy
from fenji.errors import InvalidInput
from fenji.language import message as _

Cut = tuple[Decimal, bool]
"""A threshold, and whether only values beyond it lie above the cut (True), or the threshold itself too (False)."""

MOST_GROUPS = 2**62
"""A group is one number of 64 bits; two policies of twenty metrics stay below."""

_CUTS_OF: Mapping[Operator, tuple[bool, ...]] = {
    Operator.AT_LEAST: (False,),
    Operator.LESS_THAN: (False,),
    Operator.MORE_THAN: (True,),
    Operator.AT_MOST: (True,),
    Operator.EQUAL: (False, True),
    Operator.NOT_EQUAL: (False, True),
}
_NO_VALUE, _BELOW = 0, 1
"""Numbers of bands: customers without a value, and below the first cut; then one more for every cut that is passed."""


@dataclass(frozen=True)
class _Band:
    """The values of one metric, cut at every threshold that they are compared with."""

    metric: str
    cuts: tuple[Cut, ...]
    """Ascending."""
    key: str
    """The column of the group that holds the number of the band."""


def first_review_rules(policy: Policy) -> Policy:
    """The policy without its keep rules, which nobody asks for at a first review."""
    return replace(policy, tiers=tuple(replace(tier, keep=None) for tier in policy.tiers))


def metrics_asked(policies: Sequence[Policy]) -> tuple[str, ...]:
    """The columns of the panel that first reviews of these policies need, revenue first; each once."""
    asked = [REVENUE]
    for policy in policies:
        named = metrics_in(conditions_of(first_review_rules(policy)))
        asked += [*(name for name in named if not (name == SCORE and policy.score)), *(part.metric for part in policy.score)]
    return tuple(dict.fromkeys(asked))


def count_alike(panel: ir.Table, customer: ir.Table, *, policies: Sequence[Policy], as_of: date) -> ir.Table:
    """Customers counted by their answers to the lines of all policies.

    Grain: one row per group: key columns that ``facts_of`` and ``code_of`` understand, customers, net_revenue_12m.
    Keeps: every customer of the panel at ``as_of``, in exactly one group.

    Raises:
        InvalidInput: a policy names metrics or customer columns that are not there.
    """
    told, sizes = _answered(panel, customer, policies, as_of)
    counted = told.group_by(list(sizes)).aggregate(customers=told.count(), revenue=told[REVENUE].sum())
    return counted.mutate(net_revenue_12m=counted.revenue.cast("decimal(18, 2)")).drop("revenue")


def largest_of_groups(
    panel: ir.Table, customer: ir.Table, *, policies: Sequence[Policy], codes: Sequence[int], limit: int, as_of: date
) -> ir.Table:
    """The customers with the largest revenue within some groups.

    Grain: at most ``limit`` rows: customer_key, net_revenue_12m, code (see ``code_of``); the largest first, equal ones by key.
    """
    told, sizes = _answered(panel, customer, policies, as_of)
    near = _near(told, policies, codes)
    code = ibis.literal(0, type="int64")
    for key, size in sizes.items():
        code = code * size + near[key].cast("int64")
    listed = near.mutate(code=code)
    listed = listed.filter(listed.code.isin(list(codes))).select("customer_key", REVENUE, "code")
    return listed.order_by(listed[REVENUE].desc(), listed.customer_key.asc()).limit(limit)


def richest(groups: Mapping[int, int], policies: Sequence[Policy], *, limit: int) -> tuple[int, ...]:
    """Those of some groups (code -> customers) in which the customers with the largest revenue must be.

    Bands of revenue are in order: once the higher ones hold enough customers, the lower ones need not be looked at.
    """
    band = next((each.key for each in _shared_bands(policies) if each.metric == REVENUE), None)
    if band is None:
        return tuple(sorted(groups))
    by_band: dict[int, list[int]] = {}
    for code in groups:
        by_band.setdefault(_answers_of(code, policies)[band], []).append(code)
    found: list[int] = []
    for number in sorted(by_band, reverse=True):
        if sum(groups[code] for code in found) < limit:
            found += by_band[number]
    return tuple(sorted(found))


def _near(told: ir.Table, policies: Sequence[Policy], codes: Sequence[int]) -> ir.Table:
    """The customers between the lowest and the highest band of the groups, metric by metric: what a scan can leave out by itself."""
    answers = [_answers_of(code, policies) for code in codes]
    near = told
    for band in _shared_bands(policies):
        numbers = [each[band.key] for each in answers]
        column = told[band.metric]
        if numbers and min(numbers) > _BELOW:
            near = near.filter(_is_above(column, band.cuts[min(numbers) - _BELOW - 1]))
        if numbers and min(numbers) > _NO_VALUE and max(numbers) < len(band.cuts) + _BELOW:
            near = near.filter(~_is_above(column, band.cuts[max(numbers) - _BELOW]))
    return near


def _answers_of(code: int, policies: Sequence[Policy]) -> dict[str, int]:
    """The key columns of a group, out of its code."""
    found = {}
    for key, size in reversed(_sizes(policies).items()):
        code, found[key] = divmod(code, size)
    return found


def code_of(row: Mapping[str, object], policies: Sequence[Policy]) -> int:
    """One number that stands for a group, of a fetched row of ``count_alike``."""
    code = 0
    for key, size in _sizes(policies).items():
        code = code * size + int(str(row[key]))
    return code


def _answered(panel: ir.Table, customer: ir.Table, policies: Sequence[Policy], as_of: date) -> tuple[ir.Table, Mapping[str, int]]:
    """Every customer with the key columns of the group, and how many values each key can have."""
    asked = metrics_asked(policies)
    table = panel.select("customer_key", "as_of", *asked)
    keys: list[str] = []
    for number, policy in enumerate(policies):
        basis = rule_basis(table, customer, policy=first_review_rules(policy), as_of=as_of)
        own = _own_keys(basis, policy, number)
        table = basis.table.select(*table.columns, **own)
        keys += own
    shared = {band.key: _band_number(table, band) for band in _shared_bands(policies)}
    # Without any rule everybody is alike; the key makes that one group, and none of an empty panel.
    return table.select("customer_key", *asked, *keys, **shared, everyone=ibis.literal(0, type="int16")), _sizes(policies)


def _sizes(policies: Sequence[Policy]) -> dict[str, int]:
    """Every key column with the number of values that it can have."""
    found: dict[str, int] = {}
    for number, policy in enumerate(policies):
        found |= {band.key: len(band.cuts) + 2 for band in _score_band(policy, number)}
        found |= {f"top_{number}_{position}": 2 for position, _top in enumerate(_tops(policy))}
        found |= {f"named_{number}_{column}": len(values) + 1 for column, values in _named_values(policy).items()}
    found |= {band.key: len(band.cuts) + 2 for band in _shared_bands(policies)}
    if prod(found.values()) > MOST_GROUPS:
        raise InvalidInput.of(
            _("these policies together compare customers with too many thresholds to be laid side by side."),
            advice=_("Compare policies that name fewer metrics."),
        )
    return {**found, "everyone": 1}


def facts_of(row: Mapping[str, object], policies: Sequence[Policy]) -> tuple[CustomerFacts, ...]:
    """What the rules of each policy see of any customer of a group, for a fetched row of ``count_alike``.

    Values are typical ones of their band, not those of a person.
    """
    shared = {band.metric: _typical(band, row[band.key]) for band in _shared_bands(policies)}
    return tuple(_facts(row, policy, number, shared) for number, policy in enumerate(policies))


def _facts(row: Mapping[str, object], policy: Policy, number: int, shared: Mapping[str, Decimal | None]) -> CustomerFacts:
    own = {band.metric: _typical(band, row[band.key]) for band in _score_band(policy, number)}
    values: dict[str, object] = {**shared, **own}
    columns = {}
    for position, top in enumerate(_tops(policy)):
        value = values[top.metric]
        is_in = bool(row[f"top_{number}_{position}"])
        columns[str(top)] = f"threshold_{position}"
        values[f"threshold_{position}"] = value + (0 if is_in else 1) if isinstance(value, Decimal) else None
    named = {
        CUSTOMER_PREFIX + column: (None, *held)[int(str(row[f"named_{number}_{column}"]))]
        for column, held in _named_values(policy).items()
    }
    return CustomerFacts({**values, **named}, policy.variants, columns)


def _own_keys(basis: RuleBasis, policy: Policy, number: int) -> dict[str, ir.Value]:
    """Answers that depend on one policy's score, computed thresholds and variants."""
    keys: dict[str, ir.Value] = {band.key: _band_number(basis.table, band) for band in _score_band(policy, number)}
    keys |= {f"top_{number}_{position}": holds(top, basis).cast("int16") for position, top in enumerate(_tops(policy))}
    for column, values in _named_values(policy).items():
        held = basis.table[CUSTOMER_PREFIX + column].cast("string")
        places = [(held == value, ibis.literal(place, type="int16")) for place, value in enumerate(values, 1)]
        keys[f"named_{number}_{column}"] = ibis.cases(*places, else_=ibis.literal(0, type="int16"))
    return keys


def _band_number(table: ir.Table, band: _Band) -> ir.IntegerValue:
    column = table[band.metric]
    passed = [
        (_is_above(column, cut), ibis.literal(position, type="int16")) for position, cut in enumerate(band.cuts, _BELOW + 1)
    ]
    no_value, below = (ibis.literal(each, type="int16") for each in (_NO_VALUE, _BELOW))
    return ibis.cases((column.isnull(), no_value), *reversed(passed), else_=below)


def _is_above(column: ir.NumericValue, cut: Cut) -> ir.BooleanValue:
    number, is_beyond = cut
    compare = COMPARE[Operator.MORE_THAN if is_beyond else Operator.AT_LEAST]
    above: ir.BooleanValue = compare(column, threshold_literal(number, column.type()))
    return above


def _typical(band: _Band, number: object) -> Decimal | None:
    """A value within a band; one at the threshold where the threshold belongs to the band."""
    if not isinstance(number, int) or number == _NO_VALUE:
        return None
    if number == _BELOW:
        return band.cuts[0][0] - 1 if band.cuts else Decimal(0)
    threshold, is_beyond = band.cuts[number - _BELOW - 1]
    if not is_beyond:
        return threshold
    above = band.cuts[number - _BELOW :]
    return (threshold + above[0][0]) / 2 if above else threshold + 1


def _shared_bands(policies: Sequence[Policy]) -> tuple[_Band, ...]:
    """Metrics of the panel are the same for every policy: cut once, at the thresholds of all."""
    cuts: dict[str, set[Cut]] = {}
    for policy in policies:
        for metric, found in _cuts(policy):
            if not (metric == SCORE and policy.score):
                cuts.setdefault(metric, set()).update(found)
    return tuple(_Band(metric, tuple(sorted(found)), f"band_of_{metric}") for metric, found in cuts.items())


def _score_band(policy: Policy, number: int) -> tuple[_Band, ...]:
    """The policy's own score, where its rules use it."""
    cuts = [found for metric, found in _cuts(policy) if metric == SCORE and policy.score]
    return (_Band(SCORE, tuple(sorted(set().union(*cuts))), f"score_band_{number}"),) if cuts else ()


def _cuts(policy: Policy) -> Iterator[tuple[str, set[Cut]]]:
    """Every metric that a line names, with the cuts of that line: the number as written and as each variant scales it."""
    for condition in conditions_of(first_review_rules(policy)):
        for leaf in leaves(condition):
            found: set[Cut] = set()
            if isinstance(leaf, Comparison):
                numbers = {scaled_number(leaf, each) for each in (None, *variants_of(leaf.metric, policy.variants))}
                found = {(number, is_beyond) for number in numbers for is_beyond in _CUTS_OF[leaf.operator]}
            yield leaf.metric, found


def _tops(policy: Policy) -> tuple[TopShare, ...]:
    return top_shares_in(conditions_of(first_review_rules(policy)))


def _named_values(policy: Policy) -> dict[str, list[str]]:
    """The customer columns of variants, with every value that a variant names."""
    found: dict[str, list[str]] = {}
    for variant in policy.variants:
        for column, values in variant.where.items():
            held = found.setdefault(column, [])
            held += [value for value in values if value not in held]
    return found
