"""How far has each customer come: prospect, new, active, won back, at risk or lost? The time since the last order is measured in the customer's own intervals.

Reads   clean.order_line, insight.customer_metric, insight.tier_assignment
Units   local calendar days; several orders of a day are one
Keeps   every customer of the panel, exactly once, in exactly one stage
Source  decision 0025; the idea of silence in units of the own interval: Buckinx, Van den Poel (2005), European Journal of Operational
        Research 164(1), 252-268
"""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from fenji.domain.segments import LifecyclePlan, LifecycleStage, RhythmMeasure


def own_rhythms(order_line: ir.Table, *, plan: LifecyclePlan, as_of: date) -> ir.Table:
    """The interval between order days of everyone who has ordered on two days or more.

    Grain: one row per such customer: customer_key, intervals (how many), own_days (their median or mean).
    """
    gaps = _gaps(order_line, as_of)
    middle = gaps.gap.median() if plan.rhythm is RhythmMeasure.MEDIAN else gaps.gap.mean()
    return gaps.group_by("customer_key").aggregate(intervals=gaps.count().cast("int64"), own_days=middle.round(6))


def population_rhythm(rhythms: ir.Table) -> ir.Table:
    """The median over customers of their own intervals; every customer counts once, however often they ordered.

    Grain: one row: days (null where nobody has ordered on two days), customers.
    """
    return rhythms.aggregate(days=rhythms.own_days.median().round(6), customers=rhythms.count().cast("int64"))


def lifecycle_stages(
    panel: ir.Table,
    assignment: ir.Table,
    order_line: ir.Table,
    rhythms: ir.Table,
    *,
    plan: LifecyclePlan,
    population_days: float,
    as_of: date,
) -> ir.Table:
    """The stage of every customer.

    Args:
        panel: insight.customer_metric at the date.
        assignment: insight.tier_assignment at the date; who is lost for the tiers is lost here too.
        order_line: clean.order_line; rows after the date change nothing.
        rhythms: ``own_rhythms``.
        plan: the declared factors.
        population_days: the rhythm of who has none of their own.
        as_of: last day that counts.

    Grain: one row per customer of the panel: customer_key, lifecycle_stage, rhythm_days, has_own_rhythm (null for prospects).
    """
    paced = _paced(rhythms, plan, population_days)
    returns = _returns(order_line, paced, plan, as_of)
    gone = assignment.filter(assignment.tier.isnull()).select(gone_key="customer_key")
    joined = panel.select("customer_key", "orders_total", "days_since_first_order", "days_since_last_order")
    joined = joined.left_join(paced, joined.customer_key == paced.paced_key)
    joined = joined.left_join(returns, joined.customer_key == returns.returned_key)
    joined = joined.left_join(gone, joined.customer_key == gone.gone_key)
    days = ibis.coalesce(joined.days, ibis.literal(_at_least(population_days, plan), type="float64"))
    silence = joined.days_since_last_order.cast("float64")
    since_return = ibis.literal(as_of, type="date").delta(joined.returned_on, unit="day").cast("int64")
    has_ordered = joined.orders_total > 0
    stage = ibis.cases(
        (~has_ordered, str(LifecycleStage.PROSPECT)),
        (joined.gone_key.notnull() | (silence > days * float(plan.lost_after)), str(LifecycleStage.LOST)),
        (silence > days * float(plan.at_risk_after), str(LifecycleStage.AT_RISK)),
        (since_return < plan.won_back_days, str(LifecycleStage.WON_BACK)),
        (joined.days_since_first_order < plan.new_days, str(LifecycleStage.NEW)),
        else_=str(LifecycleStage.ACTIVE),
    )
    return joined.select(
        "customer_key",
        lifecycle_stage=stage,
        rhythm_days=ibis.ifelse(has_ordered, days, ibis.null("float64")),
        has_own_rhythm=ibis.ifelse(has_ordered, ibis.coalesce(joined.is_own, ibis.literal(False)), ibis.null("boolean")),  # noqa: FBT003 - a value
    )


def _gaps(order_line: ir.Table, as_of: date) -> ir.Table:
    """Every interval between two order days that ended by the date."""
    seen = order_line.filter(
        order_line.customer_key.notnull(),
        order_line.days_since_previous_order.notnull(),
        order_line.ordered_on <= ibis.literal(as_of, type="date"),
    )
    return seen.select("customer_key", "ordered_on", gap=seen.days_since_previous_order.cast("float64"))


def _at_least(days: float, plan: LifecyclePlan) -> float:
    return max(days, float(plan.least_days))


def _paced(rhythms: ir.Table, plan: LifecyclePlan, population_days: float) -> ir.Table:
    """The rhythm that counts for everyone who has an interval: the own one where there are enough of them."""
    is_own = rhythms.intervals >= plan.least_intervals
    own = ibis.greatest(rhythms.own_days, float(plan.least_days))
    days = ibis.ifelse(is_own, own, _at_least(population_days, plan))
    return rhythms.select(paced_key="customer_key", days=days, is_own=is_own)


def _returns(order_line: ir.Table, paced: ir.Table, plan: LifecyclePlan, as_of: date) -> ir.Table:
    """The last order of each customer that came after the customer had counted as lost."""
    gaps = _gaps(order_line, as_of)
    joined = gaps.inner_join(paced, gaps.customer_key == paced.paced_key)
    long = joined.filter(joined.gap > joined.days * float(plan.lost_after))
    return long.group_by(returned_key="customer_key").aggregate(returned_on=long.ordered_on.max())
