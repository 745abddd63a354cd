"""Who deserves attention first, and how many points does each part bring?

Reads   insight.customer_metric, insight.customer_value, insight.churn_risk, insight.tier_assignment, by way of ``measures``
Writes  insight.priority: one row per customer of the panel
Units   points: 0..100 in all, six decimals
Keeps   every customer of the panel, exactly once
Source  decision 0024: a part by percentile gives 100 x customers with a smaller value / other customers with a value (a larger one where
        low values come first), so that equal values earn alike; a part without a value is left out and the weights of the others grow,
        or gives the points that the rules declare. Each part is rounded first and the score is their sum, so that they add up exactly
"""

from __future__ import annotations

from datetime import date
from functools import reduce
from operator import add

import ibis
import ibis.expr.types as ir

from fenji.analyze.priority.marks import with_marks
from fenji.analyze.rules.distributions import value_counts
from fenji.domain.priority import First, Part, PartRule, PriorityRules
from fenji.tables.insight_priority import POINTS, PRIORITY

_ROUNDED_AT = 1_000_000


def order_of_attention(measured: ir.Table, *, rules: PriorityRules, as_of: date) -> ir.Table:
    """insight.priority.

    Args:
        measured: from ``measures.measured_customers``; staged, since it is read several times.
        rules: parts, weights, marks and capacity.
        as_of: last day that counts.
    """
    table = with_marks(with_points(measured, rules), rules.pareto)
    order = [ibis.desc("score", nulls_first=False), ibis.asc("customer_key")]
    placed = table.mutate(position=(ibis.row_number().over(order_by=order) + 1).cast("int64"))
    capacity = ibis.null("boolean") if rules.capacity is None else placed.position <= rules.capacity
    shown = {str(part): _shown(placed, rules.rule_of(part)) for part in Part if part is not Part.TIER}
    found = placed.mutate(**shown, as_of=ibis.literal(as_of, type="date"), is_within_capacity=capacity)
    return found.select(PRIORITY.schema.names).cast(PRIORITY.schema)


def with_points(measured: ir.Table, rules: PriorityRules) -> ir.Table:
    """The customers with ``points_<part>`` for every part, and ``score``; null where they have none.

    Keeps: every row.
    """
    table = measured
    for rule in rules.parts:
        table = _with_position(table, measured, rule)
    weights = {rule: float(rule.weight) for rule in rules.parts}
    nothing = ibis.literal(0.0, "float64")
    counted = reduce(add, [ibis.ifelse(table[_position(rule)].isnull(), nothing, weight) for rule, weight in weights.items()])
    weighed = table.mutate(weights_counted=counted.nullif(0.0))
    earned = {
        f"points_{rule.part}": _rounded(weighed[_position(rule)] * weight / weighed.weights_counted)
        for rule, weight in weights.items()
    }
    missing = {f"points_{part}": ibis.null(POINTS) for part in Part if rules.rule_of(part) is None}
    pointed = weighed.mutate(**earned, **missing)
    none = ibis.literal("0").cast(POINTS)
    total = reduce(add, [pointed[f"points_{part}"].fill_null(none) for part in Part]).cast(POINTS)
    score = ibis.ifelse(pointed.weights_counted.isnull(), ibis.null(POINTS), total)
    return pointed.select(*measured.columns, *(f"points_{part}" for part in Part), score=score)


def _position(rule: PartRule) -> str:
    return f"position_{rule.part}"


def _with_position(table: ir.Table, measured: ir.Table, rule: PartRule) -> ir.Table:
    """The table with the 0..100 of one part before weighing."""
    name = _position(rule)
    if rule.scale is not None:
        low, high = (float(end) for end in rule.scale)
        share = ((table[rule.measure].cast("float64") - low) / (high - low)).clip(0.0, 1.0)
        placed = table.mutate(((share if rule.first is First.HIGH else 1.0 - share) * 100.0).name(name))
    else:
        counts = value_counts(measured, rule.measure)
        known = measured.aggregate(known=measured[rule.measure].count())
        ranked = counts.cross_join(known)
        beaten = ranked.below if rule.first is First.HIGH else ranked.known - ranked.below - ranked.customers
        others = ibis.greatest(ranked.known - 1, 1).cast("float64")
        points = ranked.select(**{f"{name}_value": ranked.value, name: beaten.cast("float64") / others * 100.0})
        joined = table.left_join(points, table[rule.measure] == points[f"{name}_value"])
        placed = joined.select(*table.columns, name)
    return placed if rule.missing is None else placed.mutate(placed[name].fill_null(float(rule.missing)).name(name))


def _rounded(points: ir.FloatingValue) -> ir.DecimalValue:
    """Half up to six decimals, in whole millionths: engines round a double to a decimal differently."""
    return ((points * _ROUNDED_AT + 0.5).floor() / _ROUNDED_AT).cast(POINTS)


def _shown(table: ir.Table, rule: PartRule | None) -> ir.FloatingValue:
    return ibis.null("float64") if rule is None else table[rule.measure].cast("float64")
