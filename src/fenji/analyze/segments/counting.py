"""How many customers are in each segment, what do they bring, and in which tiers do they stand?

Reads   insight.segment, insight.customer_metric, insight.tier_assignment
Writes  insight.segment_tier: one row per segment and tier; insight.segment_count: one row per segment
Units   customers; money in the workspace's currency; shares 0..1
Keeps   every customer once in each segmentation: those in no segment have a row without a name
Source  decision 0025
"""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from fenji.domain.metrics import REVENUE
from fenji.domain.segments import Segmentation
from fenji.tables.insight_segments import SEGMENT_COUNT, SEGMENT_TIER


def cross_segments(segment: ir.Table, panel: ir.Table, assignment: ir.Table, *, as_of: date) -> ir.Table:
    """Customers and revenue by segment and tier: insight.segment_tier.

    Args:
        segment: insight.segment at the date.
        panel: insight.customer_metric at the date.
        assignment: insight.tier_assignment at the date.
        as_of: the date.
    """
    # Revenue that nobody knows is none of a segment's.
    brought = panel.select(panel_key="customer_key", **{REVENUE: panel[REVENUE].fill_null(0).cast("decimal(18, 2)")})
    placed = assignment.select(placed_key="customer_key", tier="tier")
    joined = segment.inner_join(brought, segment.customer_key == brought.panel_key)
    joined = joined.left_join(placed, joined.customer_key == placed.placed_key)
    found = []
    for each in Segmentation:
        counted = joined.group_by(segment=joined[str(each)], tier=joined.tier).aggregate(
            customers=joined.count().cast("int64"), net_revenue_12m=joined[REVENUE].sum().cast("decimal(18, 2)")
        )
        found.append(counted.mutate(as_of=ibis.literal(as_of, type="date"), segmentation=ibis.literal(str(each))))
    return ibis.union(*(each.select(*SEGMENT_TIER.schema.names) for each in found))


def count_segments(crossed: ir.Table) -> ir.Table:
    """Customers and revenue by segment with their shares: insight.segment_count.

    Args:
        crossed: insight.segment_tier of one date.
    """
    counted = crossed.group_by("as_of", "segmentation", "segment").aggregate(
        customers=crossed.customers.sum().cast("int64"), net_revenue_12m=crossed[REVENUE].sum().cast("decimal(18, 2)")
    )
    whole = ibis.window(group_by=[counted.as_of, counted.segmentation])
    everyone = counted.customers.sum().over(whole).cast("float64")
    revenue = counted[REVENUE].sum().over(whole).cast("float64")
    return counted.mutate(
        share=(counted.customers.cast("float64") / everyone.nullif(0.0)).fill_null(0.0),
        revenue_share=ibis.ifelse(revenue > 0, counted[REVENUE].cast("float64") / revenue.nullif(0.0), ibis.null("float64")),
    ).select(*SEGMENT_COUNT.schema.names)
