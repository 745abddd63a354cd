"""How is a metric read off its measures? Nothing is 0 in sums and counts and null elsewhere; money is rounded half up to the cent, exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal

import ibis
import ibis.expr.types as ir

from fenji.analyze.metrics.plan import Measure, counts_late_months, is_whole, measures_of
from fenji.domain.metrics import Aggregate, Metric, Unit
from fenji.tables.functions import number_of_bits
from fenji.tables.insight import metric_type

SPREAD_DIGITS = 9
"""Digits kept of a standard deviation that an engine computed row by row: the rest depends on the order of rows."""


def metric_values(
    metrics: Sequence[Metric],
    present: Mapping[Measure, ir.Value],
    *,
    as_of: date,
    restate: Callable[[Metric, ir.Value], ir.Value] = lambda _metric, value: value,
) -> dict[str, ir.Value]:
    """One expression per metric, in its stored type; a measure that is not present had no rows.

    Args:
        metrics: the registry, in the order of the panel's columns.
        present: the measures that had rows.
        as_of: the date of the panel.
        restate: what a metric that is no ratio is where its rows do not tell everything; ratios are made from it.
    """
    plain = {each.slug: restate(each, _plain(each, present, as_of)) for each in metrics if each.aggregate is not Aggregate.RATIO}
    waiting = [each for each in metrics if each.aggregate is Aggregate.RATIO]
    while waiting:
        ready = [each for each in waiting if all(slug in plain for slug in each.ratio_of or ())]
        if not ready:
            circular = f"ratios of each other or of unknown metrics: {[each.slug for each in waiting]}"
            raise ValueError(circular)
        plain |= {each.slug: _ratio(each, plain) for each in ready}
        waiting = [each for each in waiting if each.slug not in plain]
    return {each.slug: plain[each.slug] for each in metrics}


def _plain(metric: Metric, present: Mapping[Measure, ir.Value], as_of: date) -> ir.Value:
    wanted = measures_of(metric)
    if any(each not in present for each in wanted):
        return ibis.null(metric_type(metric)) if metric.is_null_when_empty else ibis.literal(0).cast(metric_type(metric))
    value = _formula(metric, [present[each] for each in wanted], as_of)
    return value if metric.is_null_when_empty else value.fill_null(ibis.literal(0).cast(metric_type(metric)))


def _formula(metric: Metric, parts: list[ir.Value], as_of: date) -> ir.Value:
    kind = metric_type(metric)
    if metric.aggregate is Aggregate.MEAN:
        return _divided(parts[0], parts[1], metric)
    if metric.aggregate in (Aggregate.DAYS_SINCE_FIRST, Aggregate.DAYS_SINCE_LAST):
        return ibis.literal(as_of, type="date").delta(parts[0], unit="day").cast(kind)
    if metric.aggregate is Aggregate.NET_PROMOTER:
        promoters, detractors, scores = (each.cast("float64") for each in parts)
        return (promoters - detractors) * 100 / scores.nullif(0)
    if metric.aggregate is Aggregate.DEVIATION:
        return _deviation(metric, parts).cast(kind)
    if metric.aggregate is Aggregate.COUNT_DISTINCT:
        return _distinct(metric, parts)
    value = parts[0] if metric.per is None else whole_ones(parts[0], metric.per)
    return value.cast(kind)


def whole_ones(amount: ir.Value, per: Decimal) -> ir.Value:
    """How many times ``per`` goes into the amount, at least 0."""
    # Money is divided in whole cents: a quotient of whole numbers in double precision never rounds up to the next whole one.
    cents, size = (amount.cast("float64") * 100).round(), float(per * 100)
    return ibis.greatest((cents / size).floor(), 0)


def _distinct(metric: Metric, parts: list[ir.Value]) -> ir.Value:
    if counts_late_months(metric):
        return number_of_bits(parts[0] & (2**metric.window.length - 1))
    return number_of_bits(parts[0]).fill_null(0) + parts[1].fill_null(0)


def _deviation(metric: Metric, parts: list[ir.Value]) -> ir.Value:
    count = parts[0].cast("float64")
    if metric.fact is not None and is_whole(metric.fact, metric.column):
        # n * sum(x^2) - sum(x)^2 of whole numbers is exact in double precision up to 9e15: days, counts.
        total, squares = parts[1].cast("float64"), parts[2].cast("float64")
        spread = (count * squares - total * total).sqrt() / count.nullif(0)
    else:
        spread = parts[1].round(SPREAD_DIGITS)
        if metric.unit is Unit.MONEY:
            spread = (spread * 100 + 0.5).floor().cast("float64") / 100
    return ibis.ifelse(parts[0] > 1, spread, ibis.null("float64"))


def _ratio(metric: Metric, values: Mapping[str, ir.Value]) -> ir.Value:
    upper, lower = (values[slug] for slug in metric.ratio_of or ())
    value = _divided(upper, lower, metric)
    if metric.unit is Unit.SHARE:
        return ibis.ifelse(value > 1, 1.0, ibis.ifelse(value < 0, 0.0, value))
    return value


def _divided(upper: ir.Value, lower: ir.Value, metric: Metric) -> ir.Value:
    """The quotient; null where the lower one is 0 or null. Money is rounded half up to the cent."""
    if metric.unit is not Unit.MONEY:
        return upper.cast("float64") / lower.cast("float64").nullif(0)
    # Engines round a double to a decimal differently at half cents, so the rounding is done here, in whole cents:
    # floor((2 * cents + n) / (2 * n)). Doubles hold these numbers exactly up to 4e15 cents.
    cents, count = (upper.cast("float64") * 100).round(), lower.cast("float64")
    rounded = ((cents * 2 + count) / (count * 2).nullif(0)).floor()
    return (rounded.cast("float64") / 100).cast("decimal(18, 2)")
