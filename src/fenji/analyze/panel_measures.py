"""How are all measures of a fact taken in one pass over its rows? As filtered aggregates in one group-by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import ibis.expr.types as ir

from fenji.analyze.metric_plan import How, Measure
from fenji.analyze.panel_distinct import mask, with_bits
from fenji.analyze.panel_rows import DAY, counted
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
    taken = {name: _aggregate(rows, measure, as_of) for measure, name in measures.items()}
    return rows.group_by("customer_key").aggregate(**taken)


def _aggregate(rows: ir.Table, measure: Measure, as_of: date) -> ir.Value:
    where = counted(rows, measure, as_of=as_of)
    if measure.how is How.MASK:
        return mask(rows, measure, as_of=as_of)
    if measure.how in (How.FIRST_ON, How.LAST_ON):
        return rows[DAY].min(where=where) if measure.how is How.FIRST_ON else rows[DAY].max(where=where)
    if measure.column is None:
        return rows.count(where=where)
    column = rows[measure.column]
    if measure.how in (How.PROMOTERS, How.DETRACTORS):
        hit = column >= PROMOTER_SCORE if measure.how is How.PROMOTERS else column <= DETRACTOR_SCORE
        return hit.sum(where=where)
    return _of_column(measure, column, where)


def _of_column(measure: Measure, column: ir.Value, where: ir.BooleanValue | None) -> ir.Value:
    if measure.how is How.VALUES:
        return column.count(where=where)
    if measure.how is How.SUM:
        is_measurement = FACT_COLUMNS[measure.fact][measure.column or ""] is ColumnKind.NUMBER
        return (column.try_cast(SUMMED_AS) if is_measurement else column).sum(where=where)
    if measure.how is How.SUM_OF_SQUARES:
        return (column * column).sum(where=where)
    if measure.how is How.SPREAD:
        return column.cast("float64").std(how="pop", where=where)
    return column.min(where=where) if measure.how is How.LOWEST else column.max(where=where)
