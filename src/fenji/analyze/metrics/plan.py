"""What has to be measured once, so that every metric can be read off? Metrics that need the same measure share it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fenji.domain.fact_columns import FACT_COLUMNS, ColumnKind
from fenji.domain.metrics import Aggregate, Fact, Metric, RowFilter
from fenji.domain.periods import Window, WindowUnit

BITS = 63
"""Values that fit one mask: a signed 64-bit integer without its sign."""

MONTH_COLUMN = "month_before_as_of"


class How(StrEnum):
    """What is measured over the rows of a customer; everything that a group-by can give in one go."""

    ROWS = "rows"
    VALUES = "values"
    SUM = "sum"
    SUM_OF_SQUARES = "sum_of_squares"
    LOWEST = "lowest"
    HIGHEST = "highest"
    SPREAD = "spread"
    FIRST_ON = "first_on"
    LAST_ON = "last_on"
    PROMOTERS = "promoters"
    DETRACTORS = "detractors"
    MASK = "mask"
    """The first 63 different values as bits."""
    BEYOND_MASK = "beyond_mask"
    """The number of different values beyond those."""


@dataclass(frozen=True)
class Measure:
    """One aggregate over the rows of a fact; equal measures are computed once."""

    fact: Fact
    how: How
    column: str | None
    where: tuple[RowFilter, ...]
    window: Window


def measures_of(metric: Metric) -> tuple[Measure, ...]:
    """What must be measured for a metric, in the order in which ``panel_values`` reads it; nothing for a ratio."""
    if metric.aggregate is Aggregate.RATIO or metric.fact is None:
        return ()
    where = tuple(sorted(metric.where, key=repr))
    window = Window(WindowUnit.TOTAL) if counts_late_months(metric) else metric.window
    return tuple(Measure(metric.fact, how, metric.column, where, window) for how in _parts(metric))


def measures_for(metrics: Sequence[Metric]) -> dict[Measure, str]:
    """Every measure that some metric needs, once, with the name of its column."""
    found: Iterable[Measure] = (measure for metric in metrics for measure in measures_of(metric))
    return {measure: f"measure_{number}" for number, measure in enumerate(dict.fromkeys(found))}


def is_whole(fact: Fact, column: str | None) -> bool:
    """Whether a column holds whole numbers, whose spread is computed exactly from sums."""
    return column is not None and FACT_COLUMNS[fact][column] is ColumnKind.WHOLE


def counts_late_months(metric: Metric) -> bool:
    """Whether a metric counts months of a window of months: its months are the last bits of a mask that all such windows share."""
    is_of_months = metric.aggregate is Aggregate.COUNT_DISTINCT and metric.column == MONTH_COLUMN
    return is_of_months and metric.window.unit is WindowUnit.MONTHS and metric.window.length <= BITS


def _parts(metric: Metric) -> tuple[How, ...]:
    if metric.aggregate is Aggregate.COUNT:
        return (How.ROWS,) if metric.column is None else (How.VALUES,)
    if counts_late_months(metric):
        return (How.MASK,)
    if metric.aggregate is Aggregate.DEVIATION and metric.fact and not is_whole(metric.fact, metric.column):
        return (How.VALUES, How.SPREAD)
    return _PARTS[metric.aggregate]


_PARTS = {
    Aggregate.SUM: (How.SUM,),
    Aggregate.MEAN: (How.SUM, How.VALUES),
    Aggregate.MINIMUM: (How.LOWEST,),
    Aggregate.MAXIMUM: (How.HIGHEST,),
    Aggregate.COUNT_DISTINCT: (How.MASK, How.BEYOND_MASK),
    Aggregate.DEVIATION: (How.VALUES, How.SUM, How.SUM_OF_SQUARES),
    Aggregate.DAYS_SINCE_FIRST: (How.FIRST_ON,),
    Aggregate.DAYS_SINCE_LAST: (How.LAST_ON,),
    Aggregate.NET_PROMOTER: (How.PROMOTERS, How.DETRACTORS, How.VALUES),
}
