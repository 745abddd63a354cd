"""In which segments is each customer? Lifecycle, RFM, behavior, spending power, interests and region side by side.

Reads   insight.customer_metric, clean.customer, and what the other files of this folder find
Writes  insight.segment: one row per customer
Units   scores 1 to 5; shares 0..1; days
Keeps   every customer of the panel, exactly once
Source  decision 0025
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import ibis
import ibis.expr.types as ir

from fenji.analyze.segments.cuts import Cut, classed, score_measures, scored
from fenji.domain.segments import BINS, RfmPlan, RfmSegment, SegmentPlan
from fenji.tables.insight_segments import SEGMENT


def assemble_segments(
    panel: ir.Table,
    customer: ir.Table,
    *,
    stages: ir.Table | None,
    interests: ir.Table | None,
    cuts: Mapping[str, Cut],
    plan: SegmentPlan,
    as_of: date,
) -> ir.Table:
    """Everything but the clusters.

    Args:
        panel: insight.customer_metric at the date.
        customer: clean.customer.
        stages: ``lifecycle_stages``; None where no orders are known.
        interests: ``customer_interests``; None where no orders are known.
        cuts: by measure, for all scores and classes of the plan.
        plan: the choices of the company.
        as_of: last day that counts.

    Grain: one row per customer of the panel, the columns of insight.segment without ``cluster``.
    """
    scores = {measure: scored(panel, each, cuts[measure]) for measure, each in score_measures(plan).items()}
    classes = {str(measure): classed(panel, each, cuts[measure]) for measure, each in plan.classes.items()}
    found = panel.select("customer_key", days_since_first_order="days_since_first_order", **scores, **classes)
    names = only_new(rfm_names(found, plan.rfm), found.days_since_first_order, new_days=plan.lifecycle.new_days)
    found = found.mutate(rfm_segment=names).drop("days_since_first_order")
    regions = customer.select(region_key="customer_key", region="region")
    found = found.left_join(regions, found.customer_key == regions.region_key).drop("region_key")
    for part in (stages, interests):
        if part is not None:
            named = part.rename(part_key="customer_key")
            found = found.left_join(named, found.customer_key == named.part_key).drop("part_key")
    missing = {
        each.name: ibis.null(each.type) for each in SEGMENT.columns if each.name not in {*found.columns, "as_of", "cluster"}
    }
    full = found.mutate(as_of=ibis.literal(as_of, type="date"), **missing)
    return full.select(*(name for name in SEGMENT.schema.names if name != "cluster"))


def rfm_names(scores: ir.Table, plan: RfmPlan) -> ir.StringValue:
    """The name of every customer's three scores; null without scores."""
    value = (scores.frequency_score + scores.money_score + 1) // 2
    cells = [
        ((scores.recency_score == BINS - row) & (value == column), str(name))
        for row, names in enumerate(plan.names)
        for column, name in enumerate(names, 1)
    ]
    return ibis.cases(*cells, else_=ibis.null("string"))


def only_new(names: ir.StringValue, first_order_days: ir.NumericValue, *, new_days: int) -> ir.StringValue:
    """The names with "new" for those alone whose first order is new; who ordered lately, seldom, and long ago for the first time is promising.

    Args:
        names: ``rfm_names``.
        first_order_days: days since the first order.
        new_days: a first order this many days ago is not new any more, as in the life cycle.
    """
    is_old = (names == str(RfmSegment.NEW)) & (first_order_days >= new_days)
    return ibis.ifelse(is_old, str(RfmSegment.PROMISING), names)


def with_clusters(segments: ir.Table, clusters: ir.Table | None) -> ir.Table:
    """The segments with every customer's cluster: insight.segment.

    Args:
        segments: ``assemble_segments``.
        clusters: customer_key and cluster; None where none were found.
    """
    if clusters is None:
        return segments.mutate(cluster=ibis.null("string"))
    found = clusters.select(clustered_key="customer_key", cluster="cluster")
    return segments.left_join(found, segments.customer_key == found.clustered_key).drop("clustered_key")
