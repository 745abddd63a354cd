"""How are all measures of a fact taken in one pass over its rows? Filtered aggregates in one group-by; distinct values as bits of masks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from fenji.analyze.metric_plan import How, Measure
from fenji.analyze.panel_rows import DAY
from fenji.domain.fact_columns import FACT_COLUMNS, ColumnKind
from fenji.domain.metrics import RowFilter

PROMOTER_SCORE, DETRACTOR_SCORE = 90, 60
"""9 and 10 of ten praise, 0 to 6 warn (Reichheld 2003), on our scale of 0..100."""

BITS = 63
"""Values that fit one mask: a signed 64-bit integer without its sign."""

SUMMED_AS = "decimal(28, 6)"
"""Measurements are summed as decimals: in double precision the sum would depend on the order of rows."""


@ibis.udf.agg.builtin  # type: ignore[untyped-decorator]  # Ibis is untyped
def bit_or(mask: int) -> int:  # type: ignore[empty-body]
    """The bits that are set in any mask; Ibis has no rule for it on Spark, both engines have it under this name."""


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def bit_count(mask: int) -> int:  # type: ignore[empty-body]
    """How many bits are set; both engines have it under this name."""


def measured(rows: ir.Table, measures: Mapping[Measure, str], *, as_of: date) -> ir.Table:
    """All measures but the distinct ones.

    Grain: one row per customer with rows; a measure without rows is null. Needs ``day`` (see ``panel_rows``).
    """
    rows = _in_longest_window(rows, measures, as_of)
    taken = {name: _aggregate(rows, measure, as_of) for measure, name in measures.items()}
    return rows.group_by("customer_key").aggregate(**taken)


def _in_longest_window(rows: ir.Table, measures: Mapping[Measure, str], as_of: date) -> ir.Table:
    """The rows that some measure can count: where every measure has a window, files of older days need not be read at all."""
    opens_after = [measure.window.opens_after(as_of) for measure in measures]
    days = [each for each in opens_after if each is not None]
    return rows.filter(rows[DAY] > ibis.literal(min(days), type="date")) if days and len(days) == len(opens_after) else rows


def distinct_measured(rows: ir.Table, measures: Mapping[Measure, str], *, as_of: date) -> ir.Table:
    """How many different values of one column each customer has, for every window and filter at once; exact.

    Each value that occurs gets a number n; a customer's values become the bits n mod 63 of a mask, one mask per
    n div 63. A window's count is the number of bits set, summed over the masks. Counting bits takes one group-by for
    all windows, where ``count(distinct)`` would build one hash table for each.
    Grain: one row per customer with a value. Needs: measures of one and the same column.
    """
    column = next(iter(measures)).column
    valued = rows.filter(rows[column].notnull())
    values = valued.select(column).distinct()
    # By way of int32, so that the cast to int64 is really written: Spark numbers rows in 32 bits, and would shift in them.
    number = ibis.row_number().over(order_by=values[column]).cast("int32").cast("int64")
    numbered = values.select(values[column].name("value"), number.name("number"))
    bits = numbered.select("value", bit=_shifted(numbered.number), mask_number=numbered.number // BITS)
    coded = valued.inner_join(bits, valued[column] == bits.value)
    masks = {name: bit_or(_if(_counts(coded, measure, as_of), coded.bit)) for measure, name in measures.items()}
    per_mask = coded.group_by("customer_key", "mask_number").aggregate(**masks)
    # DuckDB sums whole numbers into 128 bits, of which Ibis does not know: by way of int32 the cast back is really written.
    counts = {name: bit_count(per_mask[name]).sum().cast("int32").cast("int64") for name in measures.values()}
    return per_mask.group_by("customer_key").aggregate(**counts)


def _shifted(number: ir.IntegerValue) -> ir.IntegerValue:
    """One bit at the number's place in its mask."""
    return (number * 0 + 1) << (number % BITS).cast("int32")


def _if(condition: ir.BooleanValue | None, value: ir.Value) -> ir.Value:
    return value if condition is None else ibis.ifelse(condition, value, ibis.null(value.type()))


def matches(rows: ir.Table, where: Sequence[RowFilter]) -> list[ir.BooleanValue]:
    """One condition per filter; a row without a value is not one of any values."""
    return [_match(rows[each.column], each) for each in where]


def _match(column: ir.Value, wanted: RowFilter) -> ir.BooleanValue:
    if not wanted.values:
        return column.notnull() if wanted.negate else column.isnull()
    if wanted.negate:
        return column.isnull() | column.notin(wanted.values)
    return column == wanted.values[0] if len(wanted.values) == 1 else column.isin(wanted.values)


def _counts(rows: ir.Table, measure: Measure, as_of: date) -> ir.BooleanValue | None:
    """Whether a row lies in the measure's window and passes its filters; None where all rows do."""
    conditions = matches(rows, measure.where)
    opens_after = measure.window.opens_after(as_of)
    if opens_after is not None:
        conditions.append(rows[DAY] > ibis.literal(opens_after, type="date"))
    return ibis.and_(*conditions) if conditions else None


def _aggregate(rows: ir.Table, measure: Measure, as_of: date) -> ir.Value:
    where = _counts(rows, measure, as_of)
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
