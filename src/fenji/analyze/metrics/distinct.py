"""How many different values has each customer, in every window? Values become bits of masks, so that one pass counts them for all windows.

Every value of a column gets a number. The first 63 are bits of one mask, which is taken with all other measures of the
fact; ``count(distinct)`` would build one hash table per window instead. Values beyond them take a pass of their own over
just their rows, with one mask for every 63: exact for any number of values, and free where there are few.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import ibis
import ibis.expr.types as ir

from fenji.analyze.metrics.plan import BITS, MONTH_COLUMN, Measure
from fenji.analyze.metrics.rows import DAY, where_counted
from fenji.domain.periods import months_before
from fenji.tables.functions import number_of_bits, union_of_bits

_BIT = "bit_of_{}"


def with_bits(rows: ir.Table, columns: Iterable[str]) -> ir.Table:
    """The rows with one more column for each of some columns: the bit of its value, null without one or beyond the mask.

    Keeps: every row, once.
    """
    for column in columns:
        if column == MONTH_COLUMN:
            bits = ibis.ifelse(rows[column] < BITS, _shifted(rows[column]), ibis.null("int64"))
            rows = rows.mutate(bits.name(_BIT.format(column)))
            continue
        numbered = _numbered(rows, column)
        first = numbered.filter(numbered.number < BITS)
        bits = first.select("value", _shifted(first.number).name(_BIT.format(column)))
        rows = rows.left_join(bits, rows[column] == bits.value).select(*rows.columns, _BIT.format(column))
    return rows


def mask(rows: ir.Table, measure: Measure, *, as_of: date) -> ir.IntegerValue:
    """The values among the first 63 that the measure's rows have, as set bits; needs ``with_bits``."""
    return union_of_bits(where_counted(rows[_BIT.format(measure.column)], rows, measure, as_of=as_of))


def beyond_mask(rows: ir.Table, measures: Mapping[Measure, str], *, as_of: date) -> ir.Table:
    """How many values beyond the first 63 of one and the same column each customer has, for every measure.

    Grain: one row per customer with such a value.
    """
    column = str(next(iter(measures)).column)
    if column == MONTH_COLUMN:
        # The same as rows[column] >= BITS; a bound on the day lets engines skip whole files.
        late = rows.filter(rows[DAY] <= ibis.literal(months_before(as_of, BITS), type="date"))
        coded = late.select(*late.columns, bit=_shifted(late[column]), mask_number=late[column] // BITS)
    else:
        numbered = _numbered(rows, column)
        late = numbered.filter(numbered.number >= BITS)
        bits = late.select("value", bit=_shifted(late.number), mask_number=late.number // BITS)
        coded = rows.inner_join(bits, rows[column] == bits.value)
    masks = {name: union_of_bits(where_counted(coded.bit, coded, measure, as_of=as_of)) for measure, name in measures.items()}
    per_mask = coded.group_by("customer_key", "mask_number").aggregate(**masks)
    # DuckDB sums whole numbers into 128 bits, of which Ibis does not know: by way of int32 the cast back is really written.
    counts = {name: number_of_bits(per_mask[name]).sum().cast("int32").cast("int64") for name in measures.values()}
    return per_mask.group_by("customer_key").aggregate(**counts)


def _numbered(rows: ir.Table, column: str) -> ir.Table:
    """Every value of a column with its number from 0, in the order of the values."""
    values = rows.filter(rows[column].notnull()).select(value=rows[column]).distinct()
    # By way of int32, so that the cast to int64 is really written: Spark numbers rows in 32 bits, and would shift in them.
    number = ibis.row_number().over(order_by=values.value).cast("int32").cast("int64")
    return values.select("value", number=number)


def _shifted(number: ir.IntegerValue) -> ir.IntegerValue:
    """One bit at the number's place in its mask."""
    return (number * 0 + 1) << (number % BITS).cast("int32")
