"""In which tier does each customer stand by the policy's rules?

Reads   insight.customer_metric, clean.customer
Writes  insight.tier_assignment: one row per customer of the panel at the as-of date; insight.tier_threshold: one row per top n%
Units   thresholds in the unit of their metric
Keeps   every customer of the panel at the as-of date, exactly once
Source  DESIGN section 6; decision 0015: at a first review the qualified tier is the highest one whose rule holds
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import reduce

import ibis
import ibis.expr.types as ir

from fenji.analyze.reviews.activity import has_anniversary, is_lost
from fenji.analyze.reviews.overrides import overrides_in_force
from fenji.analyze.rules.distributions import top_threshold
from fenji.analyze.rules.holds import CUSTOMER_PREFIX, RuleBasis, conditions_of, holds, metrics_in, top_shares_in
from fenji.analyze.rules.scores import with_score
from fenji.domain.conditions import Condition, TopShare
from fenji.domain.metrics import REVENUE
from fenji.domain.policies import SCORE, Cause, Policy, ReviewPeriod
from fenji.domain.reviews import NEVER_LOST, LostRule
from fenji.errors import InvalidInput, unknown_name
from fenji.language import message as _
from fenji.tables.insight import MONEY, TIER_ASSIGNMENT, TIER_THRESHOLD

"""Kept with every decision, so that counts and movements need no panel."""


def assign_tiers(
    panel: ir.Table,
    customer: ir.Table,
    *,
    policy: Policy,
    as_of: date,
    lost: LostRule = NEVER_LOST,
    overrides: ir.Table | None = None,
) -> ir.Table:
    """The tier of every customer at a first review: what qualifies or a person has decided, bounded by the caps.

    Args:
        panel: insight.customer_metric, with at least the metrics that policy and ``lost`` ask for, and net_revenue_12m.
        customer: clean.customer.
        policy: the rules.
        as_of: the review date.
        lost: who is listed as lost instead of standing in a tier.
        overrides: customer_key, tier, begins_on, ends_on (null: without end); of several in force the one that began last counts.

    Grain: one row per customer of the panel at ``as_of`` (insight.tier_assignment).
    Keeps: every customer of the panel, exactly once; customers of ``customer`` that the panel does not know yet are left out.
    Source: DESIGN section 6, steps 1, 2 and 7; ``reviews.decide_reviews`` gives the same for a first review.

    Raises:
        InvalidInput: the policy names metrics or customer columns that are not there; all of them at once.
    """
    found = tiered_panel(panel, customer, policy=policy, as_of=as_of, lost=lost, overrides=overrides)
    # An assignment counts what is known: revenue that nobody knows is none of its sums.
    known = found.mutate(**{REVENUE: found[REVENUE].fill_null(0).cast(MONEY)})
    return known.select(*TIER_ASSIGNMENT.schema.names)


def tiered_panel(
    panel: ir.Table,
    customer: ir.Table,
    *,
    policy: Policy,
    as_of: date,
    lost: LostRule = NEVER_LOST,
    overrides: ir.Table | None = None,
) -> ir.Table:
    """The panel with the tier of every customer beside the metrics: what counts are made from without a join.

    Args, grain, keeps and raises: as ``assign_tiers``.
    """
    ranks = _with_ranks(panel, customer, policy=policy, as_of=as_of, lost=lost, overrides=overrides)
    earned = ibis.coalesce(ranks.override_rank, ranks.qualified_rank)
    table = ranks.mutate(rank=ibis.least(earned, ranks.cap_rank))
    nobody = ibis.null("string")
    cause = ibis.cases(
        (table.is_lost, Cause.LOST.value),
        (table["rank"] < earned, Cause.CAP.value),
        (table.override_rank.notnull(), Cause.OVERRIDE.value),
        else_=Cause.NEW.value,
    )
    metrics = [name for name in panel.columns if name not in ("customer_key", "as_of")]
    return table.select(
        "customer_key",
        *metrics,
        as_of=ibis.literal(as_of, type="date"),
        qualified_tier=ibis.ifelse(table.is_lost, nobody, _slug(policy, table.qualified_rank)),
        kept_tier=ibis.ifelse(table.is_lost, nobody, _slug(policy, table.kept_rank)),
        tier=ibis.ifelse(table.is_lost, nobody, _slug(policy, table["rank"])),
        since_on=ibis.literal(as_of, type="date"),
        policy=ibis.literal(policy.slug, type="string"),
        version=ibis.literal(policy.version, type="int64"),
        cause=cause,
        grace_left=ibis.ifelse(table.is_lost, 0, policy.review.grace_reviews).cast("int64"),
        # What a person has decided lasts as long as that person said, and is not held beyond.
        hold_left=ibis.ifelse(table.is_lost | (cause == Cause.OVERRIDE.value), 0, policy.review.hold_reviews).cast("int64"),
    )


def standing_at(
    panel: ir.Table,
    customer: ir.Table,
    *,
    policy: Policy,
    as_of: date,
    lost: LostRule = NEVER_LOST,
    overrides: ir.Table | None = None,
    review: int = 0,
) -> ir.Table:
    """What the rules say of every customer at one review: all that the decision needs besides what was decided before.

    Args: as ``assign_tiers``; ``review`` is the number of the review within the history, 0 being the earliest.

    Returns:
        A table of ``reviews.STANDING``: ranks are positions on the policy's ladder.

    Grain: one row per customer of the panel at ``as_of``. Raises: as ``assign_tiers``.
    """
    table = _with_ranks(panel, customer, policy=policy, as_of=as_of, lost=lost, overrides=overrides)
    return table.select(
        "customer_key",
        review=ibis.literal(review, type="int16"),
        **{name: table[name].cast("int16") for name in ("qualified_rank", "kept_rank", "cap_rank", "override_rank")},
        is_due=table.is_due,
        is_lost=table.is_lost,
        net_revenue_12m=table[REVENUE].fill_null(0).cast(MONEY),
    )


def rule_basis(
    panel: ir.Table, customer: ir.Table, *, policy: Policy, as_of: date, customer_columns: Iterable[str] = ()
) -> RuleBasis:
    """The table on which the policy's rules are decided and explained; one customer's row of it gives that customer's reasons.

    Grain: one row per customer of the panel at ``as_of``: the panel, the score, the customer columns of variants, and the
    computed threshold of every top n% (the same on every row). ``customer_columns`` are added to those of variants.
    """
    _check_names(panel, customer, policy)
    here = panel.filter(panel.as_of == ibis.literal(as_of, type="date"))
    table = with_score(here, policy=policy)
    tops = top_shares_in(conditions_of(policy))
    names = {str(top): f"threshold_{number}" for number, top in enumerate(tops)}
    found = [_threshold(here, top, policy).rename({names[str(top)]: "threshold"}) for top in tops]
    wide = reduce(lambda left, right: left.cross_join(right), found, table)
    columns = {*customer_columns, *(column for variant in policy.variants for column in variant.where)}
    return RuleBasis(_with_customer_columns(wide, customer, sorted(columns)), policy.variants, names)


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


def _cap_rank(policy: Policy, basis: RuleBasis) -> ir.IntegerValue:
    """The position above which no cap whose condition holds lets the customer stand; the top where none holds."""
    top = ibis.literal(len(policy.tiers) - 1, type="int64")
    bounds = [
        ibis.ifelse(holds(cap.when, basis), ibis.literal(policy.rank_of(cap.at_most), type="int64"), top) for cap in policy.caps
    ]
    return ibis.least(*bounds) if len(bounds) > 1 else bounds[0] if bounds else top


def _with_ranks(
    panel: ir.Table, customer: ir.Table, *, policy: Policy, as_of: date, lost: LostRule, overrides: ir.Table | None
) -> ir.Table:
    """The rule basis with what the rules say: the ranks, whether the customer's review is due, whether the customer is lost."""
    is_by_anniversary = policy.review.every is ReviewPeriod.ANNIVERSARY
    columns = {"registered_on", "first_seen_on"} if is_by_anniversary else {"first_seen_on"} if lost.is_on else set()
    basis = rule_basis(panel, customer, policy=policy, as_of=as_of, customer_columns=columns)
    always = ibis.literal(True)  # noqa: FBT003 - a value, not a mode
    table = basis.table.mutate(
        qualified_rank=_qualified_rank(policy, basis),
        kept_rank=_kept_rank(policy, basis),
        cap_rank=_cap_rank(policy, basis),
        is_due=has_anniversary(basis.table, as_of=as_of) if is_by_anniversary else always,
        is_lost=is_lost(basis.table, lost, as_of=as_of) if lost.is_on else ~always,
    )
    if overrides is None:
        return table.mutate(override_rank=ibis.null("int64"))
    found = overrides_in_force(overrides, policy=policy, as_of=as_of)
    return table.left_join(found, table.customer_key == found.overridden_key).drop("overridden_key")


def _slug(policy: Policy, rank: ir.IntegerValue) -> ir.StringValue:
    return ibis.cases(*[(rank == position, tier.slug) for position, tier in enumerate(policy.tiers)], else_=policy.tiers[0].slug)


def _with_customer_columns(table: ir.Table, customer: ir.Table, columns: Sequence[str]) -> ir.Table:
    """The customer columns that are asked for, prefixed; no join where none are."""
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
