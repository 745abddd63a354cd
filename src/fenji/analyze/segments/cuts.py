"""Where are scores and classes cut, and on which side does each customer stand? Equal values always stand on the same side.

Reads   insight.customer_metric
Writes  insight.segment_cut: one row per cut
Units   values in the unit of their metric; days since the last order count downwards: fewer are better
Keeps   no customer: a few rows that the scores and classes are read off
Source  decision 0025; fifths of the customers: Hughes (1994), Strategic Database Marketing, with equal values kept together
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from fenji.analyze.rules.distributions import value_counts
from fenji.analyze.rules.holds import threshold_literal
from fenji.domain.segments import BINS, ClassPlan, ScorePlan, SegmentPlan
from fenji.tables.insight_segments import SEGMENT_CUT

FIFTHS = tuple(Decimal(part) / BINS for part in range(1, BINS))


@dataclass(frozen=True)
class Cut:
    """A measure's thresholds, and on whose values they rest."""

    measure: str
    """Column of insight.segment."""
    metric: str
    per: str | None
    thresholds: tuple[Decimal | None, ...]
    """Ascending; of a measure where less is better: descending. None: nobody reaches it."""
    customers: int
    """0 where the thresholds are declared."""
    is_less_better: bool = False


def score_measures(plan: SegmentPlan) -> dict[str, ScorePlan]:
    """The three scores by their column."""
    return {
        "recency_score": plan.rfm.recency,
        "frequency_score": plan.rfm.frequency,
        "money_score": plan.rfm.money,
    }


def declared_cuts(plan: SegmentPlan) -> list[Cut]:
    """The cuts that the company has declared itself."""
    scores = [
        Cut(measure, each.metric, None, each.edges[::-1] if each.is_less_better else each.edges, 0, each.is_less_better)
        for measure, each in score_measures(plan).items()
        if each.edges is not None
    ]
    classes = [
        Cut(measure, each.metric, each.per, each.edges, 0) for measure, each in plan.classes.items() if each.edges is not None
    ]
    return [*scores, *classes]


def cuts_to_draw(plan: SegmentPlan) -> dict[str, ScorePlan | ClassPlan]:
    """The measures whose cuts the data themselves draw."""
    found: dict[str, ScorePlan | ClassPlan] = {
        measure: each for measure, each in score_measures(plan).items() if each.edges is None
    }
    return found | {str(measure): each for measure, each in plan.classes.items() if each.edges is None}


def drawn_cuts(panel: ir.Table, plan: ScorePlan | ClassPlan) -> ir.Table:
    """The thresholds of a measure by shares of customers.

    A threshold is the smallest value below which at least the share of the customers lies: {v: #(x < v) >= share * #x}. Equal values
    stand together, and never more than the rest of the share above it; where so many are equal that no value is so far up, it is null.

    Args:
        panel: insight.customer_metric at the date.
        plan: of a score, whose population are all who ever ordered; or of classes, whose population are all with a value above zero.

    Grain: one row: customers, and threshold_1, threshold_2 ... in the measure's own type.
    """
    value = measured(panel, plan)
    is_there = panel.orders_total > 0 if isinstance(plan, ScorePlan) else value > 0
    counts = value_counts(panel.select(value=ibis.ifelse(is_there, value, ibis.null(value.type()))), "value")
    total = counts.aggregate(everyone=counts.customers.sum())
    ranked = counts.cross_join(total)
    found = {}
    for number, share in enumerate(_lower_shares(plan), 1):
        part = Fraction(share)
        reaches = ranked.below * part.denominator >= ranked.everyone * part.numerator
        found[f"threshold_{number}"] = ranked.value.min(where=reaches)
    return ranked.aggregate(customers=ranked.customers.sum().fill_null(0).cast("int64"), **found)


def cut_from(measure: str, plan: ScorePlan | ClassPlan, row: Mapping[str, Any]) -> Cut:
    """The fetched row of ``drawn_cuts``."""
    is_less_better = isinstance(plan, ScorePlan) and plan.is_less_better
    names = [name for name in row if name.startswith("threshold_")]
    found = [None if row[name] is None else _exact(row[name]) for name in names]
    thresholds = tuple(None if each is None else -each if is_less_better else each for each in found)
    per = plan.per if isinstance(plan, ClassPlan) else None
    return Cut(measure, plan.metric, per, thresholds, row["customers"], is_less_better)


def scored(panel: ir.Table, plan: ScorePlan, cut: Cut) -> ir.IntegerValue:
    """The score of every customer, 1 to 5; null for who never ordered or has no value."""
    value = panel[plan.metric]
    passed = [
        (value <= threshold_literal(each, value.type()))
        if cut.is_less_better
        else (value >= threshold_literal(each, value.type()))
        for each in cut.thresholds
        if each is not None
    ]
    score = ibis.literal(1, type="int64")
    for each in passed:
        score = score + each.cast("int64")
    return ibis.ifelse(panel.orders_total > 0, score, ibis.null("int64"))


def classed(panel: ir.Table, plan: ClassPlan, cut: Cut) -> ir.StringValue:
    """The class of every customer; null without a value, and where shares cut, without one above zero."""
    value = measured(panel, plan)
    reached = [
        (value >= threshold_literal(threshold, value.type()), name)
        for threshold, name in reversed(list(zip(cut.thresholds, plan.classes[1:], strict=True)))
        if threshold is not None
    ]
    is_there = value.notnull() if plan.edges is not None else value > 0
    placed = ibis.cases(*reached, else_=plan.classes[0]) if reached else ibis.literal(plan.classes[0])
    return ibis.ifelse(is_there, placed, ibis.null("string"))


def measured(panel: ir.Table, plan: ScorePlan | ClassPlan) -> ir.NumericValue:
    """What is cut: the metric, where less is better its negative, or the quotient of two metrics."""
    value = panel[plan.metric]
    if isinstance(plan, ScorePlan):
        return -value if plan.is_less_better else value
    if plan.per is None:
        return value
    return (value.cast("float64") / panel[plan.per].cast("float64").nullif(0.0)).round(6)


def cut_table(cuts: Iterable[Cut], *, as_of: date) -> pa.Table:
    """The cuts as insight.segment_cut."""
    rows = [
        {
            "as_of": as_of,
            "measure": cut.measure,
            "position": position,
            "metric": cut.metric,
            "per": cut.per,
            "threshold": None if threshold is None else float(threshold),
            "customers": cut.customers,
        }
        for cut in cuts
        for position, threshold in enumerate(cut.thresholds, 1)
    ]
    return pa.Table.from_pylist(rows, schema=SEGMENT_CUT.schema.to_pyarrow())


def _lower_shares(plan: ScorePlan | ClassPlan) -> Sequence[Decimal]:
    if isinstance(plan, ScorePlan) or plan.top_shares is None:
        return FIFTHS
    return [1 - share for share in plan.top_shares]


def _exact(value: float | Decimal) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(repr(value))
