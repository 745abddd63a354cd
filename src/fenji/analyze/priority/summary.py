"""What counted, how much, and on how many customers does most of it rest?

Reads   insight.priority, customers with their measures
Writes  insight.priority_part: one row per part; insight.priority_mark: one row per mark that occurs
Units   points 0..100, shares 0..1, amounts in the unit of their measure
Keeps   every part that has a weight; every customer in exactly one mark
Source  decision 0024
"""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from fenji.domain.priority import Mark, PartRule, PriorityRules
from fenji.tables.insight_priority import AMOUNT, PRIORITY_MARK, PRIORITY_PART


def priority_part(priority: ir.Table, measured: ir.Table, *, rules: PriorityRules, as_of: date) -> ir.Table:
    """insight.priority_part.

    Args:
        priority: insight.priority, as stored.
        measured: from ``measures.measured_customers``; staged.
        rules: the parts.
        as_of: last day that counts.
    """
    rows = [_part_row(priority, measured, rules, each, as_of) for each in rules.parts]
    return (ibis.union(*rows) if len(rows) > 1 else rows[0]).cast(PRIORITY_PART.schema)


def priority_mark(priority: ir.Table, *, rules: PriorityRules, as_of: date) -> ir.Table:
    """insight.priority_mark of insight.priority, as stored."""
    served = priority.is_within_capacity.fill_null(False)  # noqa: FBT003 - Ibis takes the value alone
    grouped = priority.group_by("mark").aggregate(
        customers=priority.count(),
        amount=priority.pareto_value.sum().cast(AMOUNT),
        gains=priority.pareto_value.sum(where=priority.pareto_value > 0).cast("float64"),
        within_capacity=served.cast("int64").sum().cast("float64").cast("int64"),
    )
    # In C stand those with nothing or less too: what they take away is in their amount, not in the shares.
    everyone = grouped.aggregate(everyone=grouped.customers.sum().cast("float64"), everything=grouped.gains.sum())
    placed = grouped.cross_join(everyone)
    return placed.select(
        as_of=ibis.literal(as_of, type="date"),
        mark=placed.mark,
        measure=ibis.literal(rules.pareto.measure),
        customers=placed.customers,
        customer_share=placed.customers.cast("float64") / placed.everyone,
        amount=placed.amount.fill_null(ibis.literal("0").cast(AMOUNT)),
        amount_share=ibis.ifelse(
            placed.everything > 0, placed.gains.fill_null(0.0) / placed.everything.nullif(0.0), ibis.null("float64")
        ),
        within_capacity=placed.within_capacity,
    ).cast(PRIORITY_MARK.schema)


def marks_in_order(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """The rows of insight.priority_mark, A first."""
    order = [str(each) for each in Mark]
    return sorted(rows, key=lambda row: order.index(str(row["mark"])))


def _part_row(priority: ir.Table, measured: ir.Table, rules: PriorityRules, rule: PartRule, as_of: date) -> ir.Table:
    points = priority[f"points_{rule.part}"]
    counted = points.count().cast("float64")
    brought = priority.aggregate(mean_points=points.sum().cast("float64") / counted.nullif(0.0))
    known = measured.aggregate(customers_with_value=measured[rule.measure].count())
    low, high = (None, None) if rule.scale is None else (float(end) for end in rule.scale)
    row = known.cross_join(brought)
    return row.select(
        as_of=ibis.literal(as_of, type="date"),
        part=ibis.literal(str(rule.part)),
        measure=ibis.literal(rule.measure),
        weight_share=ibis.literal(rules.share_of(rule), "float64"),
        first=ibis.literal(str(rule.first)),
        scale_low=_number(low),
        scale_high=_number(high),
        missing_points=_number(None if rule.missing is None else float(rule.missing)),
        customers_with_value=row.customers_with_value,
        mean_points=row.mean_points,
    )


def _number(number: float | None) -> ir.FloatingValue:
    return ibis.null("float64") if number is None else ibis.literal(number, "float64")
