"""Which rows of a fact count at the as-of date? Those of a known customer, not after that day, with the columns that metrics are made from."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from datetime import date

import ibis
import ibis.expr.types as ir

from fenji.analyze.metrics.plan import MONTH_COLUMN, Measure
from fenji.domain.loyalty.kinds import PointsKind
from fenji.domain.metrics import Fact, RowFilter
from fenji.domain.periods import Window, is_month_end

DAY = "day"
"""The local day by which windows cut, whatever the fact calls it."""

YEAR_BEGAN = "membership_year_{}_began_on"
"""First day of the customer's membership year that holds the as-of day (0), of the year before it (1), and so on."""

RUNNING, ENDED = "running", "ended"
"""How a contract stands at the as-of date."""

_DAY_OF = {
    Fact.ORDER_LINE: "ordered_on",
    Fact.EVENT: "on",
    Fact.FEEDBACK: "on",
    Fact.REFERRAL: "referred_on",
    Fact.CONTRACT: "started_on",
    Fact.POINTS_ENTRY: "on",
    Fact.VOUCHER_USE: "on",
    Fact.BALANCE: "as_of",
}

_SPENT = (str(PointsKind.REDEEM), str(PointsKind.REDEEM_UNDO))


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
    if fact is Fact.POINTS_ENTRY:
        return rows.mutate(redeemed_points=ibis.ifelse(rows.kind.isin(_SPENT), -rows.points, ibis.null("int64")))
    if fact is Fact.CONTRACT:
        return _standing_contracts(rows, as_of)
    return rows


def known_facts(facts: Mapping[Fact, ir.Table], *, as_of: date) -> dict[Fact, ir.Table]:
    """The facts as they were known at the end of a day: what a later date sees of them if nothing more happens.

    Grain: that of each fact. Keeps: rows up to the day; a resolution or an end after it is not known.
    """
    found: dict[Fact, ir.Table] = {}
    for fact, table in facts.items():
        if fact is Fact.BALANCE:
            # What a customer bought is not less unknown on a day before the totals were taken.
            found[fact] = table
            continue
        day = table[_DAY_OF[fact]]
        known = table.filter((day <= _day(as_of)) | day.isnull())
        if fact is Fact.FEEDBACK:
            is_open = (known.resolved_on > _day(as_of)).fill_null(False)  # noqa: FBT003 - Ibis takes the value alone
            known = known.mutate(
                resolved_on=ibis.ifelse(is_open, ibis.null("date"), known.resolved_on),
                hours_to_resolution=ibis.ifelse(is_open, ibis.null("float64"), known.hours_to_resolution),
            )
        elif fact is Fact.CONTRACT:
            runs = (known.ended_on > _day(as_of)).fill_null(False)  # noqa: FBT003
            known = known.mutate(ended_on=ibis.ifelse(runs, ibis.null("date"), known.ended_on))
        found[fact] = known
    return found


def referred_lines(facts: Mapping[Fact, ir.Table], *, as_of: date) -> ir.Table:
    """The order lines of referred customers, each under the customer who brought them.

    Grain: one row per order line of a referred customer: customer_key (of the referrer), day, net_revenue.
    """
    referral = rows_of(Fact.REFERRAL, facts, as_of=as_of)
    lines = rows_of(Fact.ORDER_LINE, facts, as_of=as_of).select("customer_key", DAY, "net_revenue")
    brought = referral.select("referred_key", referrer_key="customer_key")
    joined = lines.inner_join(brought, lines.customer_key == brought.referred_key)
    return joined.select(joined.referrer_key.name("customer_key"), DAY, "net_revenue")


def in_longest_window(rows: ir.Table, measures: Iterable[Measure], *, as_of: date) -> ir.Table:
    """The rows that some measure can count: where every measure has a window, files of older days need not be read at all."""
    opens_after = [measure.window.opens_after(as_of) for measure in measures]
    days = [each for each in opens_after if each is not None]
    return rows.filter(rows[DAY] > _day(min(days))) if days and len(days) == len(opens_after) else rows


def with_membership_years(rows: ir.Table, customer: ir.Table, measures: Iterable[Measure], *, as_of: date) -> ir.Table:
    """The rows with the days on which their customer's membership years began, as far as personal windows ask for them.

    A customer joined with the registration, or where none has happened by ``as_of`` on the day of being seen first.

    Keeps: every row of a customer whom ``customer`` knows, once.
    """
    back = max(each.window.years_back for each in measures)
    # A registration that is still to come is not known yet.
    registered = ibis.ifelse(customer.registered_on <= _day(as_of), customer.registered_on, ibis.null("date"))
    joined = ibis.coalesce(registered, customer.first_seen_on)
    began = {YEAR_BEGAN.format(number): _year_began(joined, as_of, number) for number in range(back + 1)}
    years = customer.select(member_key="customer_key", **began)
    return rows.inner_join(years, rows.customer_key == years.member_key).drop("member_key")


def _year_began(joined: ir.DateValue, as_of: date, years_back: int) -> ir.DateValue:
    """The day on which the membership year began that as_of lies in, or one before it; the anniversary of 29 February is the 28th."""
    here, before = (_anniversary(joined, as_of.year - back) for back in (0, 1))
    if not years_back:
        return ibis.ifelse(here <= _day(as_of), here, before)
    earlier = [_anniversary(joined, as_of.year - back) for back in (years_back, years_back + 1)]
    return ibis.ifelse(here <= _day(as_of), *earlier)


def _anniversary(joined: ir.DateValue, year: int) -> ir.DateValue:
    """The day of joining in another year: 28 February for 29 February where the year has none."""
    is_leap_day = (joined.month() == 2) & (joined.day() == 29)  # noqa: PLR2004 - 29 February
    day = joined.day() if calendar.isleap(year) else ibis.ifelse(is_leap_day, 28, joined.day())
    return ibis.date(ibis.literal(year, type="int32"), joined.month().cast("int32"), day.cast("int32"))


def counted(rows: ir.Table, measure: Measure, *, as_of: date) -> ir.BooleanValue | None:
    """Whether a row lies in the measure's window and passes its filters; None where all rows do."""
    conditions = [_matches(rows[each.column], each) for each in measure.where]
    conditions += _in_window(rows, measure.window, as_of)
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


def _in_window(rows: ir.Table, window: Window, as_of: date) -> list[ir.BooleanValue]:
    """What makes a row lie in the window; rows have happened by ``as_of``."""
    if window.is_personal:
        began = rows[YEAR_BEGAN.format(window.years_back)]
        before = [rows[DAY] < rows[YEAR_BEGAN.format(window.years_back - 1)]] if window.years_back else []
        return [rows[DAY] >= began, *before]
    opens_after = window.opens_after(as_of)
    after = [] if opens_after is None else [rows[DAY] > _day(opens_after)]
    return after if window.is_trailing else [*after, rows[DAY] <= _day(window.closes_on(as_of))]


def _standing_contracts(rows: ir.Table, as_of: date) -> ir.Table:
    """Contracts as they stand at the date: an end after it is not known yet, or does not count yet."""
    has_ended = (rows.ended_on <= _day(as_of)).fill_null(False)  # noqa: FBT003 - Ibis takes the value alone
    until = ibis.ifelse(has_ended, rows.ended_on, _day(as_of))
    return rows.mutate(
        standing=ibis.ifelse(has_ended, ENDED, RUNNING), days_in_force=until.delta(rows[DAY], unit="day").cast("int64")
    )


def _month_before(day: ir.DateValue, as_of: date) -> ir.IntegerValue:
    """How many whole months lie between a day and ``as_of``, so that the months 0..11 are exactly the window 12m.

    With the last day of March or of April month 0 is that whole month; with 15 March it is 16 February to 15 March. A day of the
    month beyond that of ``as_of`` belongs to the month that ends later; months shorter than it end with their last day, as windows do.
    """
    months = (as_of.year * 12 + as_of.month) - (day.year().cast("int64") * 12 + day.month().cast("int64"))
    if is_month_end(as_of):
        return months
    return months - ibis.ifelse(day.day() > as_of.day, 1, 0)


def _day(day: date) -> ir.DateScalar:
    return ibis.literal(day, type="date")
