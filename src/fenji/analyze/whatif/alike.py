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

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import ibis
import ibis.expr.types as ir

from fenji.analyze.reviews.tiers import rule_basis
from fenji.analyze.rules.bands import (
    BELOW,
    MOST_GROUPS,
    NO_VALUE,
    Band,
    answer_of,
    code_in,
    is_above,
    most_answers,
    named_values,
    place_among,
    score_band,
    shared_bands,
    sizes_of,
    typical_facts,
)
from fenji.analyze.rules.holds import (
    CUSTOMER_PREFIX,
    RuleBasis,
    conditions_of,
    holds,
    metrics_in,
    top_shares_in,
)
from fenji.analyze.rules.judging import CustomerFacts
from fenji.domain.metrics import REVENUE
from fenji.domain.policies import SCORE, Policy
from fenji.errors import InvalidInput
from fenji.language import message as _
from fenji.tables.insight import MONEY


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
    told, sizes = _answered(panel, customer, [first_review_rules(each) for each in policies], as_of)
    counted = told.group_by(list(sizes)).aggregate(customers=told.count(), revenue=told[REVENUE].sum())
    return counted.mutate(net_revenue_12m=counted.revenue.fill_null(0).cast(MONEY)).drop("revenue")


def largest_of_groups(
    panel: ir.Table, customer: ir.Table, *, policies: Sequence[Policy], codes: Sequence[int], limit: int, as_of: date
) -> ir.Table:
    """The customers with the largest revenue within some groups.

    Grain: at most ``limit`` rows: customer_key, net_revenue_12m, code (see ``code_of``); the largest first, equal ones by key.
    """
    rules = [first_review_rules(each) for each in policies]
    told, sizes = _answered(panel, customer, rules, as_of)
    near = _near(told, rules, codes)
    code = ibis.literal(0, type="int64")
    for key, size in sizes.items():
        code = code * size + near[key].cast("int64")
    listed = near.mutate(code=code, **{REVENUE: near[REVENUE].fill_null(0).cast(MONEY)})
    listed = listed.filter(listed.code.isin(list(codes))).select("customer_key", REVENUE, "code")
    return listed.order_by(listed[REVENUE].desc(), listed.customer_key.asc()).limit(limit)


def richest(groups: Mapping[int, int], policies: Sequence[Policy], *, limit: int) -> tuple[int, ...]:
    """Those of some groups (code -> customers) in which the customers with the largest revenue must be.

    Bands of revenue are in order: once the higher ones hold enough customers, the lower ones need not be looked at.
    """
    rules = [first_review_rules(each) for each in policies]
    band = next((each.key for each in shared_bands(rules) if each.metric == REVENUE), None)
    if band is None:
        return tuple(sorted(groups))
    by_band: dict[int, list[int]] = {}
    for code in groups:
        by_band.setdefault(answer_of(code, rules)[band], []).append(code)
    found: list[int] = []
    for number in sorted(by_band, reverse=True):
        if sum(groups[code] for code in found) < limit:
            found += by_band[number]
    return tuple(sorted(found))


def code_of(row: Mapping[str, object], policies: Sequence[Policy]) -> int:
    """One number that stands for a group, of a fetched row of ``count_alike``."""
    return code_in(row, [first_review_rules(each) for each in policies])


def facts_of(row: Mapping[str, object], policies: Sequence[Policy]) -> tuple[CustomerFacts, ...]:
    """What the rules of each policy see of any customer of a group, for a fetched row of ``count_alike``."""
    return typical_facts(row, [first_review_rules(each) for each in policies])


def _near(told: ir.Table, rules: Sequence[Policy], codes: Sequence[int]) -> ir.Table:
    """The customers between the lowest and the highest band of the groups, metric by metric: what a scan can leave out by itself."""
    answers = [answer_of(code, rules) for code in codes]
    near = told
    for band in shared_bands(rules):
        numbers = [each[band.key] for each in answers]
        column = told[band.metric]
        if numbers and min(numbers) > BELOW:
            near = near.filter(is_above(column, band.cuts[min(numbers) - BELOW - 1]))
        if numbers and min(numbers) > NO_VALUE and max(numbers) < len(band.cuts) + BELOW:
            near = near.filter(~is_above(column, band.cuts[max(numbers) - BELOW]))
    return near


def _answered(panel: ir.Table, customer: ir.Table, rules: Sequence[Policy], as_of: date) -> tuple[ir.Table, Mapping[str, int]]:
    """Every customer with the key columns of the group, and how many values each key can have."""
    asked = metrics_asked(rules)
    table = panel.select("customer_key", "as_of", *asked)
    keys: list[str] = []
    for number, policy in enumerate(rules):
        basis = rule_basis(table, customer, policy=policy, as_of=as_of)
        own = _own_keys(basis, policy, number)
        table = basis.table.select(*table.columns, **own)
        keys += own
    shared = {band.key: _band_number(table, band) for band in shared_bands(rules)}
    # Without any rule everybody is alike; the key makes that one group, and none of an empty panel.
    return table.select("customer_key", *asked, *keys, **shared, everyone=ibis.literal(0, type="int16")), _sizes(rules)


def _sizes(rules: Sequence[Policy]) -> dict[str, int]:
    """Every key column with the number of values that it can have."""
    if most_answers(rules) > MOST_GROUPS:
        raise InvalidInput.of(
            _("these policies together compare customers with too many thresholds to be laid side by side."),
            advice=_("Compare policies that name fewer metrics."),
        )
    return {**sizes_of(rules), "everyone": 1}


def _own_keys(basis: RuleBasis, policy: Policy, number: int) -> dict[str, ir.Value]:
    """Answers that depend on one policy's score, computed thresholds and variants."""
    keys: dict[str, ir.Value] = {band.key: _band_number(basis.table, band) for band in score_band(policy, number)}
    tops = top_shares_in(conditions_of(policy))
    keys |= {f"top_{number}_{position}": holds(top, basis).cast("int16") for position, top in enumerate(tops)}
    for column, values in named_values(policy).items():
        keys[f"named_{number}_{column}"] = place_among(basis.table[CUSTOMER_PREFIX + column], values)
    return keys


def _band_number(table: ir.Table, band: Band) -> ir.IntegerValue:
    column = table[band.metric]
    passed = [(is_above(column, cut), ibis.literal(position, type="int16")) for position, cut in enumerate(band.cuts, BELOW + 1)]
    no_value, below = (ibis.literal(each, type="int16") for each in (NO_VALUE, BELOW))
    return ibis.cases((column.isnull(), no_value), *reversed(passed), else_=below)
