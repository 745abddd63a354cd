"""How are all measures of a fact taken in one pass over its rows? As aggregates in one group-by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import ibis.expr.types as ir

from fenji.analyze.metrics.distinct import mask, with_bits
from fenji.analyze.metrics.plan import How, Measure
from fenji.analyze.metrics.rows import DAY, where_counted
from fenji.domain.fact_columns import FACT_COLUMNS, ColumnKind

PROMOTER_SCORE, DETRACTOR_SCORE = 90, 60
"""9 and 10 of ten praise, 0 to 6 warn (Reichheld 2003), on our scale of 0..100."""

SUMMED_AS = "decimal(28, 6)"
"""Measurements are summed as decimals: in double precision the sum would depend on the order of rows."""


def measured(rows: ir.Table, measures: Mapping[Measure, str], *, as_of: date) -> ir.Table:
    """All measures but those beyond a mask.

    Grain: one row per customer with rows; a measure without rows is null. Needs ``day`` (see ``panel_rows``).
    """
    masked = dict.fromkeys(str(each.column) for each in measures if each.how is How.MASK)
    rows = with_bits(rows, masked)
    taken = {name: aggregate_of(rows, measure, as_of=as_of) for measure, name in measures.items()}
    return rows.group_by("customer_key").aggregate(**taken)


def aggregate_of(rows: ir.Table, measure: Measure, *, as_of: date) -> ir.Value:
    """One measure as an aggregate over rows; null where none is counted. A mask needs ``with_bits``."""
    if measure.how is How.MASK:
        return mask(rows, measure, as_of=as_of)
    column = rows[measure.column or "customer_key"]
    if measure.how in (How.FIRST_ON, How.LAST_ON):
        column = rows[DAY]
    elif measure.how is How.SUM and FACT_COLUMNS[measure.fact][measure.column or ""] is ColumnKind.NUMBER:
        column = column.try_cast(SUMMED_AS)
    return _TAKEN[measure.how](where_counted(column, rows, measure, as_of=as_of))


_TAKEN: dict[How, Callable[[ir.Value], ir.Value]] = {
    How.ROWS: lambda value: value.count(),
    How.VALUES: lambda value: value.count(),
    How.SUM: lambda value: value.sum(),
    How.SUM_OF_SQUARES: lambda value: (value * value).sum(),
    How.LOWEST: lambda value: value.min(),
    How.HIGHEST: lambda value: value.max(),
    How.SPREAD: lambda value: value.cast("float64").std(how="pop"),
    How.FIRST_ON: lambda value: value.min(),
    How.LAST_ON: lambda value: value.max(),
    How.PROMOTERS: lambda value: (value >= PROMOTER_SCORE).sum(),
    How.DETRACTORS: lambda value: (value <= DETRACTOR_SCORE).sum(),
}
