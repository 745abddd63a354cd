"""How many customers stand between any two steps of a policy's thresholds? Counted once, so that moving a threshold needs no customers.

Reads   insight.customer_metric
Writes  insight.whatif_step: one row per metric of the rules and step; insight.whatif_cell: one row per cell in which anybody stands
Units   steps in the unit of their metric; money in the workspace's currency
Keeps   every customer of the panel that is given, in exactly one cell
Source  decision 0059: a rule asks only on which side of a threshold a value lies, so a threshold that is a step is answered exactly
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import reduce
from math import prod

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from fenji.analyze.rules.bands import BELOW, MOST_GROUPS, NO_VALUE, Cut, is_above, shared_bands
from fenji.analyze.rules.holds import conditions_of, top_shares_in, variants_of
from fenji.analyze.whatif.alike import first_review_rules
from fenji.analyze.whatif.steps import Spread, steps_of
from fenji.domain.conditions import Comparison, leaves
from fenji.domain.metrics import REVENUE, Metric
from fenji.domain.policies import SCORE, Policy
from fenji.tables.insight import MONEY
from fenji.tables.insight_whatif import WHATIF_CELL, WHATIF_STEP

MOST_CELLS = 500_000
"""Cells that are kept: 10 MB in memory, a trial of 0.1 s. Where customers fall into more, none are."""


class NotByCells(StrEnum):
    """Why a trial was counted on the customers themselves."""

    SCORE = "score"
    """A rule names the weighted score, which depends on everybody."""
    TOP_SHARE = "top_share"
    """A rule names a share of the best, whose threshold depends on everybody."""
    VARIANTS = "variants"
    """Thresholds differ by what is known of the customer."""
    OTHER_METRIC = "other_metric"
    """A rule names a metric that the policy in force does not."""
    OTHER_THRESHOLD = "other_threshold"
    """A threshold lies between two steps."""
    TOO_MANY_CELLS = "too_many_cells"
    """The customers fall into too many cells to be kept."""


def beyond_cells(policy: Policy) -> NotByCells | None:
    """What cells cannot carry of a policy's rules at a first review; None: nothing."""
    conditions = conditions_of(first_review_rules(policy))
    named = {leaf.metric for condition in conditions for leaf in leaves(condition)}
    if policy.score and SCORE in named:
        return NotByCells.SCORE
    if top_shares_in(conditions):
        return NotByCells.TOP_SHARE
    return NotByCells.VARIANTS if any(variants_of(metric, policy.variants) for metric in named) else None


def metrics_compared(policy: Policy) -> tuple[str, ...]:
    """The metrics that the rules name at a first review, each once, the weighted score of the policy apart."""
    return tuple(band.metric for band in shared_bands([first_review_rules(policy)]))


def cuts_for(policy: Policy, metrics: Mapping[str, Metric], spreads: Mapping[str, Spread]) -> dict[str, tuple[Cut, ...]]:
    """Every step of every metric of the rules as a cut, on the sides on which the rules compare it.

    Args:
        policy: whose thresholds are moved.
        metrics: all metrics by slug.
        spreads: of ``steps.spreads_of``.
    """
    found = {}
    for band in shared_bands([first_review_rules(policy)]):
        steps = steps_of(band.metric, metrics, spreads.get(band.metric), thresholds_of(policy, band.metric))
        sides = sorted({is_beyond for _number, is_beyond in band.cuts}) or [False]
        found[band.metric] = tuple((step, is_beyond) for step in steps for is_beyond in sides)
    return found


def thresholds_of(policy: Policy, metric: str) -> tuple[Decimal, ...]:
    """The numbers with which the rules compare a metric at a first review."""
    conditions = conditions_of(first_review_rules(policy))
    found = [leaf for condition in conditions for leaf in leaves(condition) if leaf.metric == metric]
    return tuple(leaf.number for leaf in found if isinstance(leaf, Comparison))


def step_rows(cuts: Mapping[str, Sequence[Cut]], policy: Policy, *, as_of: date) -> pa.Table:
    """The steps as rows of insight.whatif_step."""
    rows = [
        {
            "as_of": as_of,
            "policy": policy.slug,
            "version": policy.version,
            "metric": metric,
            "place": place,
            "number": number,
            "threshold": f"{threshold:f}",
            "is_beyond": is_beyond,
        }
        for place, (metric, found) in enumerate(cuts.items())
        for number, (threshold, is_beyond) in enumerate(found, 1)
    ]
    return pa.Table.from_pylist(rows, schema=WHATIF_STEP.schema.to_pyarrow())


def fits_a_cell(cuts: Mapping[str, Sequence[Cut]]) -> bool:
    """Whether the number of a cell fits 64 bits."""
    return prod(len(found) + 2 for found in cuts.values()) <= MOST_GROUPS


def count_cells(panel: ir.Table, cuts: Mapping[str, Sequence[Cut]], policy: Policy, *, as_of: date) -> ir.Table:
    """Customers and revenue by the steps that the values of each metric have passed.

    Args:
        panel: the customers who are counted, with the metrics of ``cuts`` and net_revenue_12m.
        cuts: of ``cuts_for``.
        policy: whose cells they are.
        as_of: the review.

    Grain: one row per cell in which anybody stands (insight.whatif_cell). Keeps: every customer of ``panel``.
    """
    digits = [(_digit(panel[metric], found), len(found) + 2) for metric, found in cuts.items()]
    nothing: ir.Value = ibis.literal(0, type="int64")
    # Engines give literals the narrowest type: without the cast of each digit, the product would be one of 32 bits.
    cell = reduce(lambda code, digit: code * digit[1] + digit[0].cast("int64"), digits, nothing)
    placed = panel.select(cell=cell, revenue=panel[REVENUE])
    found = placed.group_by("cell").aggregate(customers=placed.count().cast("int64"), revenue=placed.revenue.sum())
    return found.select(
        as_of=ibis.literal(as_of, type="date"),
        policy=ibis.literal(policy.slug, type="string"),
        version=ibis.literal(policy.version, type="int64"),
        cell=found.cell,
        customers=found.customers,
        net_revenue_12m=found.revenue.fill_null(0).cast(MONEY),
    ).select(*WHATIF_CELL.schema.names)


def count_bars(placed: ir.Table, metric: str, edges: Sequence[Cut]) -> ir.Table:
    """Customers by the bar of a histogram in which they stand, and by tier.

    Args:
        placed: one row per customer: tier and the metric.
        metric: what the histogram is of.
        edges: ascending.

    Grain: one row per bar and tier that occur: bar (edges passed plus one; 0: no value), tier, customers. Keeps: every row.
    """
    barred = placed.select(bar=_digit(placed[metric], edges), tier=placed.tier)
    return barred.group_by("bar", "tier").aggregate(customers=barred.count().cast("int64"))


def _digit(column: ir.NumericValue, cuts: Sequence[Cut]) -> ir.IntegerValue:
    """How many cuts a value has passed, plus one; 0 without a value. Halving keeps it at eight comparisons for two hundred cuts."""

    def passed(first: int, last: int) -> ir.Value:
        if first == last:
            return ibis.literal(BELOW + first, type="int16")
        middle = (first + last) // 2
        return ibis.ifelse(is_above(column, cuts[middle]), passed(middle + 1, last), passed(first, middle))

    return ibis.ifelse(column.isnull(), ibis.literal(NO_VALUE, type="int16"), passed(0, len(cuts)))
