"""In which tier does each customer stand by the policy's rules?

Reads   insight.customer_metric, clean.customer
Writes  insight.tier_assignment: one row per customer of the panel at the as-of date; insight.tier_threshold: one row per top n%
Units   thresholds in the unit of their metric
Keeps   every customer of the panel at the as-of date, exactly once
Source  DESIGN section 6; decision 0015: at a first review the qualified tier is the highest one whose rule holds
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import reduce

import ibis
import ibis.expr.types as ir

from fenji.analyze.distributions import top_threshold
from fenji.analyze.rules import CUSTOMER_PREFIX, RuleBasis, conditions_of, holds, metrics_in, top_shares_in
from fenji.analyze.scores import with_score
from fenji.domain.conditions import Condition, TopShare
from fenji.domain.policies import SCORE, Cause, Policy
from fenji.errors import InvalidInput, unknown_name
from fenji.language import message as _
from fenji.tables.insight import TIER_ASSIGNMENT, TIER_THRESHOLD


def assign_tiers(panel: ir.Table, customer: ir.Table, *, policy: Policy, as_of: date) -> ir.Table:
    """The tier of every customer at a first review: what qualifies, bounded by the caps.

    Grain: one row per customer of the panel at ``as_of`` (insight.tier_assignment).
    Keeps: every customer of the panel, exactly once; customers of ``customer`` that the panel does not know yet are left out.
    Source: DESIGN section 6, steps 2 and 7.

    Raises:
        InvalidInput: the policy names metrics or customer columns that are not there; all of them at once.
    """
    return tiered_panel(panel, customer, policy=policy, as_of=as_of).select(*TIER_ASSIGNMENT.schema.names)


def tiered_panel(panel: ir.Table, customer: ir.Table, *, policy: Policy, as_of: date) -> ir.Table:
    """The panel with the tier of every customer beside the metrics: what counts are made from without a join.

    Grain, keeps and raises: as ``assign_tiers``.
    """
    basis = rule_basis(panel, customer, policy=policy, as_of=as_of)
    metrics = [name for name in panel.columns if name not in ("customer_key", "as_of")]
    table = basis.table.select(
        "customer_key",
        "as_of",
        *metrics,
        qualified_rank=_qualified_rank(policy, basis),
        kept_rank=_kept_rank(policy, basis),
        rank=_rank(policy, basis),
    )
    capped = table["rank"] < table.qualified_rank
    return table.mutate(
        qualified_tier=_slug(policy, table.qualified_rank),
        kept_tier=_slug(policy, table.kept_rank),
        tier=_slug(policy, table["rank"]),
        since_on=ibis.literal(as_of, type="date"),
        policy=ibis.literal(policy.slug, type="string"),
        version=ibis.literal(policy.version, type="int64"),
        cause=ibis.ifelse(capped, ibis.literal(Cause.CAP.value), ibis.literal(Cause.NEW.value)),
        grace_left=ibis.literal(policy.review.grace_reviews, type="int64"),
        hold_left=ibis.literal(policy.review.hold_reviews, type="int64"),
    )


def rule_basis(panel: ir.Table, customer: ir.Table, *, policy: Policy, as_of: date) -> RuleBasis:
    """The table on which the policy's rules are decided and explained; one customer's row of it gives that customer's reasons.

    Grain: one row per customer of the panel at ``as_of``: the panel, the score, the customer columns of variants, and the
    computed threshold of every top n% (the same on every row).
    """
    _check_names(panel, customer, policy)
    here = panel.filter(panel.as_of == ibis.literal(as_of, type="date"))
    table = with_score(here, policy=policy)
    tops = top_shares_in(conditions_of(policy))
    names = {str(top): f"threshold_{number}" for number, top in enumerate(tops)}
    found = [_threshold(here, top, policy).rename({names[str(top)]: "threshold"}) for top in tops]
    wide = reduce(lambda left, right: left.cross_join(right), found, table)
    return RuleBasis(_with_customer_columns(wide, customer, policy), policy.variants, names)


def tier_thresholds(panel: ir.Table, *, policy: Policy, as_of: date) -> ir.Table:
    """The thresholds of the policy's top n% conditions at this review, to be kept with it.

    Grain: one row per such condition (insight.tier_threshold); none where the policy has none.
    """
    here = panel.filter(panel.as_of == ibis.literal(as_of, type="date"))
    rows = []
    for top in top_shares_in(conditions_of(policy)):
        found = _threshold(here, top, policy)
        rows.append(_threshold_row(found, str(top), found.threshold.cast("float64"), policy, as_of))
    if not rows:
        nothing = panel.limit(0)
        return _threshold_row(nothing, "", ibis.null("float64"), policy, as_of)
    return reduce(lambda left, right: left.union(right), rows)


def _threshold(here: ir.Table, top: TopShare, policy: Policy) -> ir.Table:
    """One row with the computed threshold; the score, which costs sorting, is only made where it is asked for."""
    return top_threshold(with_score(here, policy=policy) if top.metric == SCORE else here, top.metric, top.share)


def _threshold_row(table: ir.Table, condition: str, threshold: ir.FloatingValue, policy: Policy, as_of: date) -> ir.Table:
    return table.select(
        as_of=ibis.literal(as_of, type="date"),
        policy=ibis.literal(policy.slug, type="string"),
        version=ibis.literal(policy.version, type="int64"),
        condition=ibis.literal(condition, type="string"),
        threshold=threshold,
    ).select(*TIER_THRESHOLD.schema.names)


def _qualified_rank(policy: Policy, basis: RuleBasis) -> ir.IntegerValue:
    """The position of the highest tier whose rule holds; lower rules are not asked for."""
    return _highest([(rank, tier.qualify) for rank, tier in enumerate(policy.tiers) if tier.qualify is not None], basis)


def _kept_rank(policy: Policy, basis: RuleBasis) -> ir.IntegerValue:
    """The position of the highest tier whose keep rule holds; a tier without one is kept by what gains it."""
    rules = [(rank, tier.keep or tier.qualify) for rank, tier in enumerate(policy.tiers)]
    return _highest([(rank, rule) for rank, rule in rules if rule is not None], basis)


def _highest(rules: Sequence[tuple[int, Condition]], basis: RuleBasis) -> ir.IntegerValue:
    branches = [(holds(rule, basis), ibis.literal(rank, type="int64")) for rank, rule in reversed(rules)]
    lowest = ibis.literal(0, type="int64")
    return ibis.cases(*branches, else_=lowest) if branches else lowest


def _rank(policy: Policy, basis: RuleBasis) -> ir.IntegerValue:
    """The qualified position, bounded by every cap whose condition holds."""
    top = len(policy.tiers) - 1
    bounds = [
        ibis.ifelse(
            holds(cap.when, basis), ibis.literal(policy.rank_of(cap.at_most), type="int64"), ibis.literal(top, type="int64")
        )
        for cap in policy.caps
    ]
    qualified = _qualified_rank(policy, basis)
    return ibis.least(qualified, *bounds) if bounds else qualified


def _slug(policy: Policy, rank: ir.IntegerValue) -> ir.StringValue:
    return ibis.cases(*[(rank == position, tier.slug) for position, tier in enumerate(policy.tiers)], else_=policy.tiers[0].slug)


def _with_customer_columns(table: ir.Table, customer: ir.Table, policy: Policy) -> ir.Table:
    """The customer columns that variants ask for, prefixed; no join where there are no variants."""
    columns = sorted({column for variant in policy.variants for column in variant.where})
    if not columns:
        return table
    found = customer.select(described_key=customer.customer_key, **{CUSTOMER_PREFIX + name: customer[name] for name in columns})
    return table.left_join(found, table.customer_key == found.described_key).drop("described_key")


def _check_names(panel: ir.Table, customer: ir.Table, policy: Policy) -> None:
    metrics = [name for name in panel.columns if name not in ("customer_key", "as_of")]
    asked = [name for name in metrics_in(conditions_of(policy)) if not (name == SCORE and policy.score)]
    asked += [part.metric for part in policy.score if part.metric not in asked]
    wrong = [unknown_name(_("metric"), name, metrics) for name in asked if name not in metrics]
    columns = {column for variant in policy.variants for column in variant.where}
    wrong += [
        unknown_name(_("customer column"), name, customer.columns) for name in sorted(columns) if name not in customer.columns
    ]
    InvalidInput.raise_if(wrong)
