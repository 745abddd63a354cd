"""Where does the risk stand: in which tiers, and with which customers is the most revenue at stake?"""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from fenji.domain.churn import RiskClass, State

_WITHOUT_PROBABILITY = {RiskClass.HIGH: 0.75, RiskClass.MIDDLE: 0.5}
"""Only to put customers in an order where nothing could be learned; never shown."""


def risk_by_tier(risk: ir.Table, assignment: ir.Table) -> ir.Table:
    """How many of each tier are at which risk.

    Args:
        risk: insight.churn_risk of a date.
        assignment: insight.tier_assignment of the date.

    Grain: one row per tier (null: lost), state and risk_class that occurs: customers, expected (the sum of the probabilities; null
    without any), net_revenue_12m.
    """
    tiers = assignment.select(tier_key="customer_key", tier="tier", net_revenue_12m="net_revenue_12m")
    both = risk.left_join(tiers, risk.customer_key == tiers.tier_key)
    # As millionths: the sum of doubles would depend on the order of rows.
    both = both.mutate(millionths=(both.churn_probability * 1_000_000).round().cast("int64"))
    counted = both.group_by("tier", "state", "risk_class").aggregate(
        customers=both.count(), millionths=both.millionths.sum(), net_revenue_12m=both.net_revenue_12m.sum()
    )
    return counted.select(
        "tier",
        "state",
        "risk_class",
        customers=counted.customers.cast("int64"),
        expected=counted.millionths.cast("float64") / 1_000_000,
        net_revenue_12m=counted.net_revenue_12m.cast("decimal(18, 2)"),
    )


def with_facts(risk: ir.Table, panel: ir.Table, customer: ir.Table, assignment: ir.Table, *, metrics: Sequence[str]) -> ir.Table:
    """The risk of each customer beside id, tier and the numbers that its reasons speak of.

    Grain: one row per row of ``risk``: its columns, customer_id, tier, the metrics, expected_loss (probability times
    net_revenue_12m; of active customers only).
    """
    people = customer.select(people_key="customer_key", customer_id="customer_id")
    tiers = assignment.select(tier_key="customer_key", tier="tier")
    facts = panel.select(facts_key="customer_key", **{each: panel[each] for each in metrics})
    joined = risk.left_join(people, risk.customer_key == people.people_key)
    joined = joined.left_join(tiers, joined.customer_key == tiers.tier_key)
    joined = joined.left_join(facts, joined.customer_key == facts.facts_key)
    weights = [(joined.risk_class == str(name), ibis.literal(weight)) for name, weight in _WITHOUT_PROBABILITY.items()]
    likely = ibis.coalesce(joined.churn_probability, ibis.cases(*weights, else_=ibis.literal(0.25)))
    at_stake = ibis.greatest(joined.net_revenue_12m.cast("float64"), 0.0) * likely
    loss = ibis.ifelse(joined.state == str(State.ACTIVE), at_stake, ibis.null("float64"))
    return joined.select(*risk.columns, "customer_id", "tier", *metrics, expected_loss=loss)


def most_at_stake(facts: ir.Table, *, most: int) -> ir.Table:
    """The active customers with the largest expected loss, the largest first."""
    active = facts.filter(facts.state == str(State.ACTIVE))
    # Without revenue, as with contracts alone, the likeliest come first.
    order = [ibis.desc(each, nulls_first=False) for each in ("expected_loss", "churn_probability")]
    return active.order_by([*order, ibis.asc("customer_key")]).limit(most)
