"""Which rows of a fact count at the as-of date? Those of a known customer, not after that day, with the columns that metrics are made from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import ibis
import ibis.expr.types as ir

from fenji.analyze.metric_plan import MONTH_COLUMN, Measure
from fenji.domain.metrics import Fact, RowFilter

DAY = "day"
"""The local day by which windows cut, whatever the fact calls it."""

_DAY_OF = {Fact.ORDER_LINE: "ordered_on", Fact.EVENT: "on", Fact.FEEDBACK: "on", Fact.REFERRAL: "referred_on"}


def rows_of(fact: Fact, facts: Mapping[Fact, ir.Table], *, as_of: date) -> ir.Table:
    """The rows of a fact that had happened by the end of ``as_of``.

    Grain: one row per row of the fact. Keeps: rows with a customer and a day that is not after ``as_of``; a referral
    without a day counts as one of old. Adds: ``day``, and the columns of ``domain.fact_columns.MADE_COLUMNS``.
    """
    table = facts[fact]
    rows = table.mutate(table[_DAY_OF[fact]].name(DAY))
    happened = rows[DAY] <= _day(as_of)
    if fact is Fact.REFERRAL:
        happened = happened | rows[DAY].isnull()
    rows = rows.filter(rows.customer_key.notnull(), happened)
    if fact is Fact.ORDER_LINE:
        return rows.mutate(
            returned_revenue=ibis.ifelse(rows.kind == "return", -rows.net_revenue, ibis.null(rows.net_revenue.type())),
            **{MONTH_COLUMN: _month_before(rows[DAY], as_of)},
        )
    if fact is Fact.FEEDBACK:
        known = rows.resolved_on <= _day(as_of)
        return rows.mutate(hours_to_resolution=ibis.ifelse(known, rows.hours_to_resolution, ibis.null("float64")))
    return rows


def referred_lines(facts: Mapping[Fact, ir.Table], *, as_of: date) -> ir.Table:
    """The order lines of referred customers, each under the customer who brought them.

    Grain: one row per order line of a referred customer: customer_key (of the referrer), day, net_revenue.
    """
    referral = rows_of(Fact.REFERRAL, facts, as_of=as_of)
    lines = rows_of(Fact.ORDER_LINE, facts, as_of=as_of).select("customer_key", DAY, "net_revenue")
    brought = referral.select("referred_key", referrer_key="customer_key")
    joined = lines.inner_join(brought, lines.customer_key == brought.referred_key)
    return joined.select(joined.referrer_key.name("customer_key"), DAY, "net_revenue")


def counted(rows: ir.Table, measure: Measure, *, as_of: date) -> ir.BooleanValue | None:
    """Whether a row lies in the measure's window and passes its filters; None where all rows do."""
    conditions = [_matches(rows[each.column], each) for each in measure.where]
    opens_after = measure.window.opens_after(as_of)
    if opens_after is not None:
        conditions.append(rows[DAY] > _day(opens_after))
    return ibis.and_(*conditions) if conditions else None


def where_counted(value: ir.Value, rows: ir.Table, measure: Measure, *, as_of: date) -> ir.Value:
    """The value where the row counts for the measure, else null, which every aggregate passes over.

    DuckDB aggregates this a seventh faster than a FILTER clause (19 aggregates of 20 million lines, measured).
    """
    condition = counted(rows, measure, as_of=as_of)
    return value if condition is None else ibis.ifelse(condition, value, ibis.null(value.type()))


def _matches(column: ir.Value, wanted: RowFilter) -> ir.BooleanValue:
    """A row without a value is not one of any values."""
    if not wanted.values:
        return column.notnull() if wanted.negate else column.isnull()
    if wanted.negate:
        return column.isnull() | column.notin(wanted.values)
    return column == wanted.values[0] if len(wanted.values) == 1 else column.isin(wanted.values)


def _month_before(day: ir.DateValue, as_of: date) -> ir.IntegerValue:
    """How many whole months lie between a day and ``as_of``, so that the months 0..11 are exactly the window 12m.

    With as_of 31 March month 0 is 1 to 31 March; with 15 March it is 16 February to 15 March. A day of the month beyond
    that of ``as_of`` belongs to the month that ends later; months shorter than it end with their last day, as windows do.
    """
    months = (as_of.year * 12 + as_of.month) - (day.year().cast("int64") * 12 + day.month().cast("int64"))
    return months - ibis.ifelse(day.day() > as_of.day, 1, 0)


def _day(day: date) -> ir.DateScalar:
    return ibis.literal(day, type="date")
