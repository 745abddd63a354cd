"""How many customers stand in each tier, what do they bring, and what are they like?

Reads   insight.customer_metric, insight.tier_assignment
Writes  insight.tier_count: one row per tier of the policy; insight.tier_profile: one row per tier and metric
Units   money in the workspace's currency; shares 0..1
Keeps   every tier of the policy, also where nobody stands in it; the counts add up to all customers of the panel who are not lost
Source  DESIGN section 5; medians are exact: half way between the two middle values
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from fenji.domain.metrics import REVENUE
from fenji.domain.policies import Policy
from fenji.tables.insight import TIER_COUNT, TIER_PROFILE

MAIN_METRICS = (REVENUE, "orders_12m", "average_order_value_12m", "days_since_last_order", "satisfaction_12m")
"""What a profile shows where nobody asks for other metrics: how much, how often, how large, how lately, how content."""

_ROUNDED = 6
"""Decimals of averages: what doubles differ by when they are added in another order lies beyond."""


def panel_with_tiers(panel: ir.Table, assignment: ir.Table, *, as_of: date) -> ir.Table:
    """The stored panel with the stored tier beside it; within one run ``tiers.tiered_panel`` has both without a join.

    Grain: one row per customer of the panel at ``as_of`` who stands in a tier.
    Keeps: every customer of the panel but the lost ones; panel and assignment hold the same ones.
    """
    day = ibis.literal(as_of, type="date")
    standing = assignment.filter(assignment.as_of == day, assignment.tier.notnull())
    placed = standing.select(placed_key="customer_key", tier="tier")
    here = panel.filter(panel.as_of == day)
    return here.inner_join(placed, here.customer_key == placed.placed_key).drop("placed_key")


def count_tiers(standing: ir.Table, *, policy: Policy, as_of: date) -> ir.Table:
    """Customers and revenue per tier, with their shares.

    Args:
        standing: one row per customer with its ``tier`` and ``net_revenue_12m``.
        policy: whose tiers are listed.
        as_of: the review date.

    Grain: one row per tier of the policy (insight.tier_count), lowest first by ``rank``.
    Keeps: every tier, with 0 where nobody stands in it.
    """
    found = standing.group_by("tier").aggregate(found_customers=standing.count(), found_revenue=standing[REVENUE].sum())
    ladder = _ladder(policy)
    joined = ladder.left_join(found, ladder.tier == found.tier)
    counted = joined.select(
        tier=ladder.tier,
        rank=ladder["rank"],
        customers=found.found_customers.fill_null(0).cast("int64"),
        net_revenue_12m=found.found_revenue.fill_null(0).cast("decimal(18, 2)"),
    )
    everyone = ibis.window()
    all_customers = counted.customers.sum().over(everyone).cast("float64")
    all_revenue = counted.net_revenue_12m.sum().over(everyone).cast("float64")
    share = counted.customers.cast("float64") / all_customers.nullif(0.0)
    revenue_share = ibis.ifelse(
        all_revenue > 0, counted.net_revenue_12m.cast("float64") / all_revenue.nullif(0.0), ibis.null("float64")
    )
    table = counted.mutate(share=share.fill_null(0.0), revenue_share=revenue_share, **_review(policy, as_of))
    return table.select(*TIER_COUNT.schema.names)


def profile_tiers(standing: ir.Table, *, metrics: Sequence[str], policy: Policy, as_of: date) -> ir.Table:
    """Average and median of metrics per tier, over the customers who have a value.

    Grain: one row per tier of the policy and metric (insight.tier_profile).
    Keeps: every tier and metric; where nobody has a value, average and median are null.
    """
    measures = {}
    for number, name in enumerate(metrics):
        value = standing[name]
        # A sum of decimals or whole numbers is exact on every engine; only then does it become a double.
        measures[f"customers_{number}"] = value.count()
        measures[f"average_{number}"] = (value.sum().cast("float64") / value.count().nullif(0)).round(_ROUNDED)
        measures[f"median_{number}"] = value.cast("float64").median().round(_ROUNDED)
    found = standing.group_by("tier").aggregate(**measures)
    ladder = _ladder(policy)
    wide = ladder.left_join(found, ladder.tier == found.tier).drop("tier_right")
    entries = [
        ibis.struct(
            {
                "metric": ibis.literal(name, type="string"),
                "customers": wide[f"customers_{number}"].fill_null(0).cast("int64"),
                "average": wide[f"average_{number}"].cast("float64"),
                "median": wide[f"median_{number}"].cast("float64"),
            }
        )
        for number, name in enumerate(metrics)
    ]
    long = wide.select("tier", "rank", entry=ibis.array(entries).unnest()).unpack("entry")
    return long.mutate(**_review(policy, as_of)).select(*TIER_PROFILE.schema.names)


def _ladder(policy: Policy) -> ir.Table:
    """One row per tier of the policy, made of nothing but the policy."""
    ranks = ibis.range(0, len(policy.tiers)).unnest().name("rank").as_table()
    slugs = [(ranks["rank"] == rank, tier.slug) for rank, tier in enumerate(policy.tiers)]
    return ranks.select(rank=ranks["rank"].cast("int64"), tier=ibis.cases(*slugs, else_=""))


def _review(policy: Policy, as_of: date) -> dict[str, ir.Scalar]:
    return {
        "as_of": ibis.literal(as_of, type="date"),
        "policy": ibis.literal(policy.slug, type="string"),
        "version": ibis.literal(policy.version, type="int64"),
    }
