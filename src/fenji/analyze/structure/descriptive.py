"""What are the customers of each tier like? Number of values, mean, spread and quantiles of every metric, per tier and for all tiers together.

Reads   insight.customer_metric, insight.tier_assignment
Units   values in the unit of their metric; counts of customers who have a value
Keeps   every tier in which somebody stands; a metric that nobody has a value of counts 0 and has no other number
Source  Hyndman and Fan (1996), definition 7, exact: quantiles lie between two values in proportion; standard deviation of a sample (n - 1)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import ibis
import ibis.expr.types as ir

from fenji.domain.telling import COUNT

QUANTILES = {"p10": 0.10, "p25": 0.25, "median": 0.50, "p75": 0.75, "p90": 0.90}
"""Name -> share of the values that lie below."""

_ROUNDED = 6
"""Decimals: what doubles differ by when they are added in another order lies beyond."""


@dataclass(frozen=True)
class Description:
    """What the customers of one tier are like in one metric."""

    tier: str | None
    """Null: the customers of all tiers together."""
    metric: str
    """The metric's slug."""
    customers: Annotated[int, COUNT]
    """Those who have a value; everything below is over them, and null where there are none."""
    mean: float | None
    """In the unit of the metric, as all numbers below."""
    standard_deviation: float | None
    """Of a sample; null also where only one customer has a value."""
    p10: float | None
    """A tenth of the values lies below."""
    p25: float | None
    """A quarter of the values lies below."""
    median: float | None
    """Half of the values lies below."""
    p75: float | None
    """Three quarters of the values lie below."""
    p90: float | None
    """Nine tenths of the values lie below."""


def describe_tiers(standing: ir.Table, *, metrics: Sequence[str]) -> ir.Table:
    """The numbers of a ``Description`` for every tier and for all tiers together.

    Args:
        standing: one row per customer with ``tier`` and the metrics; no rows describe nothing.
        metrics: slugs; all values of all of them are held at once, so describe few at a time where customers are many.

    Grain: one row per tier (null: all together) and metric; columns as the fields of ``Description``.
    """
    together = standing.mutate(tier=ibis.null("string"))
    return ibis.union(_described(standing, metrics), _described(together, metrics))


def _described(standing: ir.Table, metrics: Sequence[str]) -> ir.Table:
    measures = {}
    for number, name in enumerate(metrics):
        value = standing[name]
        double = value.cast("float64")
        measures[f"customers_{number}"] = value.count()
        # A sum of decimals or whole numbers is exact on every engine; only then does it become a double.
        measures[f"mean_{number}"] = value.sum().cast("float64") / value.count().nullif(0)
        measures[f"deviation_{number}"] = double.std(how="sample")
        measures[f"quantiles_{number}"] = double.quantile(list(QUANTILES.values()))
    wide = standing.group_by("tier").aggregate(**measures)
    entries = [_entry(wide, number, name) for number, name in enumerate(metrics)]
    return wide.select("tier", entry=ibis.array(entries).unnest()).unpack("entry")


def _entry(wide: ir.Table, number: int, name: str) -> ir.StructValue:
    quantiles = wide[f"quantiles_{number}"]
    entry = {
        "metric": ibis.literal(name, type="string"),
        "customers": wide[f"customers_{number}"].cast("int64"),
        "mean": wide[f"mean_{number}"].cast("float64").round(_ROUNDED),
        "standard_deviation": wide[f"deviation_{number}"].round(_ROUNDED),
    }
    return ibis.struct(entry | {each: quantiles[place].round(_ROUNDED) for place, each in enumerate(QUANTILES)})
