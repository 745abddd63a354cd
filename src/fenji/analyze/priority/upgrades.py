"""Who is close to the next tier, and likely to reach it?

Reads   the ladder (insight.customer_metric, clean.customer, insight.tier_assignment, insight.customer_value)
Writes  insight.upgrade_candidate: one row per candidate
Units   gaps in parts of the rule's thresholds
Keeps   customers with something missing for the next tier, but no more than the rules allow, now and as expected; whom a cap keeps from the
        next tier is left out
Source  decision 0024; what is missing is told by ``rule_gaps``, what is expected by ``expectations``
"""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from fenji.analyze.priority.expectations import expected_basis, foretold
from fenji.analyze.priority.ladder import TODAY
from fenji.analyze.priority.rule_gaps import best_of, gaps_of
from fenji.analyze.rules.holds import RuleBasis, holds, metrics_in
from fenji.domain.conditions import Condition
from fenji.domain.policies import Policy
from fenji.domain.priority import PriorityRules
from fenji.tables.insight_priority import UPGRADE_CANDIDATE


def upgrade_candidates(ladder: RuleBasis, *, policy: Policy, rules: PriorityRules, as_of: date) -> ir.Table:
    """insight.upgrade_candidate.

    Args:
        ladder: from ``ladder.ladder_of``; its table staged.
        policy: the tiers.
        rules: how much may be missing.
        as_of: last day that counts.
    """
    wanted = {position: tier.qualify for position, tier in enumerate(policy.tiers[1:]) if tier.qualify is not None}
    now = gaps_of(ladder, list(wanted.values()))
    reach = best_of({position: now.reach(rule) for position, rule in wanted.items()}, now.table.position)
    found = now.with_reach(reach, "gap")
    near = found.filter(found.gap > 0, found.gap <= float(rules.upgrade_gap), ~_is_capped(found, ladder, policy))
    later = gaps_of(expected_basis(RuleBasis(near, ladder.variants, ladder.top_columns)), list(wanted.values()))
    table = later.table
    coming = best_of({position: later.reach(rule) for position, rule in wanted.items() if _is_foretold(rule)}, table.position)
    table = table.mutate(expected_gap=ibis.ifelse(table.expected_orders_12m.notnull(), coming.size, ibis.null("float64")))
    likely = table.filter(table.expected_gap.isnull() | (table.expected_gap <= float(rules.upgrade_expected_gap)))
    order = [likely.gap.asc(), ibis.asc("expected_gap", nulls_first=False), likely.customer_key.asc()]
    return likely.select(
        "customer_key",
        as_of=ibis.literal(as_of, type="date"),
        place=(ibis.row_number().over(order_by=order) + 1).cast("int64"),
        tier=likely.tier,
        next_tier=_next_tier(likely.position, policy),
        gap=likely.gap,
        expected_gap=likely.expected_gap,
        condition=likely.condition,
        metric_value=likely.metric_value,
        threshold=likely.threshold,
        net_revenue_12m=likely[TODAY],
        expected_revenue_12m=likely.expected_revenue_12m,
        expected_orders_12m=likely.expected_orders_12m,
    ).cast(UPGRADE_CANDIDATE.schema)


def _next_tier(position: ir.IntegerValue, policy: Policy) -> ir.StringValue:
    above = [(position == number, tier.slug) for number, tier in enumerate(policy.tiers[1:])]
    return ibis.cases(*above, else_=policy.tiers[-1].slug) if above else ibis.literal(policy.tiers[-1].slug)


def _is_capped(table: ir.Table, ladder: RuleBasis, policy: Policy) -> ir.BooleanValue:
    """Whether a cap that holds allows no more than the present tier."""
    basis = RuleBasis(table, ladder.variants, ladder.top_columns)
    vetoes = [holds(cap.when, basis) & (table.position >= policy.rank_of(cap.at_most)) for cap in policy.caps]
    return ibis.or_(*vetoes) if vetoes else ibis.literal(value=False)


def _is_foretold(rule: Condition) -> bool:
    """Whether something is expected of any metric of the rule."""
    return bool(foretold(metrics_in([rule])))
