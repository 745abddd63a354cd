"""How many of 100 points does each customer earn by the weights of the policy?

Reads   insight.customer_metric
Writes  column score beside the panel, float64, 0..100 with four decimals; null where no part has a value
Units   points
Keeps   every row of the panel, exactly once
Source  decision 0015: a percentile part gives 100 x customers with a smaller value / other customers with a value, so that equal
        values earn alike and "better than 83 % of the others" is its meaning; a part without a value leaves its weight to the others
"""

from __future__ import annotations

from functools import reduce
from operator import add

import ibis
import ibis.expr.types as ir

from fenji.analyze.rules.distributions import value_counts
from fenji.domain.policies import SCORE, Policy, ScorePart

DECIMALS = 4
"""Points are rounded so that 100 is reached exactly, whatever the order in which doubles are added."""


def with_score(panel: ir.Table, *, policy: Policy) -> ir.Table:
    """The panel with the policy's score beside it; unchanged where the policy has none.

    Grain: the panel's.
    Keeps: every row.
    """
    if not policy.score:
        return panel
    columns = panel.columns
    table = panel
    names = []
    for number, part in enumerate(policy.score):
        names.append(f"points_{number}")
        table = _with_points(table, panel, part, names[-1])
    weights = [float(part.weight) for part in policy.score]
    earned = reduce(add, [(table[name] * weight).fill_null(0.0) for name, weight in zip(names, weights, strict=True)])
    counted = reduce(
        add,
        [ibis.ifelse(table[name].isnull(), 0.0, weight) for name, weight in zip(names, weights, strict=True)],
    )
    score = ibis.ifelse(counted > 0, earned / counted.nullif(0.0), ibis.null("float64"))
    return table.select(*columns, **{SCORE: score.round(DECIMALS)})


def _with_points(table: ir.Table, panel: ir.Table, part: ScorePart, name: str) -> ir.Table:
    """The table with one part's 0..100 points; null where the customer has no value."""
    if part.scale is not None:
        low, high = (float(end) for end in part.scale)
        position = (table[part.metric].cast("float64") - low) / (high - low)
        return table.mutate(**{name: position.clip(0.0, 1.0) * 100.0})
    counts = value_counts(panel, part.metric)
    known = panel.aggregate(known=panel[part.metric].count())
    placed = counts.cross_join(known)
    others = ibis.greatest(placed.known - 1, 1)
    points = placed.select(**{f"{name}_value": placed.value, name: placed.below.cast("float64") / others.cast("float64") * 100.0})
    joined = table.left_join(points, table[part.metric] == points[f"{name}_value"])
    return joined.select(*table.columns, name)
