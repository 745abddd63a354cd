"""How much was sold in every month, in how many orders, to how many customers, by tier or by category?

Reads   clean.order_line, insight.tier_assignment
Writes  nothing stored: one row per month and group that occurs, few enough to be fetched
Units   money in the workspace's currency, returns taken off; local calendar months
Keeps   every line up to as_of, in exactly one group; an order or customer with lines in several categories counts in each
Source  FPP3: Hyndman, Athanasopoulos (2021), Forecasting: Principles and Practice, 3rd edition, chapter 2
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from fenji.domain.trends import EVERYTHING, NOBODY, OTHERS

STALE_DAYS = 31
"""From so many days without a line on, the data end with the last line, not with the as-of day."""
NEAR_END = 3
"""Days before a month's end with which data may end that hold the whole month: shops close on holidays."""
LATE_START = 7
"""Days of a month after which data that begin with it do not hold the whole month."""


@dataclass(frozen=True)
class WholeMonths:
    """The months of which all is known."""

    months: tuple[date, ...]
    """Their first days, the earliest first."""
    left_out: tuple[date, ...]
    """The first days of months at either end of which only a part is known."""


def whole_months(first_on: date, last_on: date, *, as_of: date) -> WholeMonths:
    """The months from the first line to the as-of day, or to the last line where that is long ago.

    >>> found = whole_months(date(2025, 9, 2), date(2025, 12, 9), as_of=date(2025, 12, 9))
    >>> [str(day) for day in found.months], [str(day) for day in found.left_out]
    (['2025-09-01', '2025-10-01', '2025-11-01'], ['2025-12-01'])
    """
    is_stale = (as_of - last_on).days >= STALE_DAYS
    end = last_on if is_stale else as_of
    months = list(months_between(first_on, end))
    left_out = []
    after = end + timedelta(days=NEAR_END if is_stale else 1)
    if months and (after.year, after.month) == (end.year, end.month):
        left_out.append(months.pop())
    if months and first_on.day > LATE_START:
        left_out.insert(0, months.pop(0))
    return WholeMonths(tuple(months), tuple(left_out))


def months_between(first_on: date, last_on: date) -> tuple[date, ...]:
    """The first days of the months from one day's to another's, both included.

    >>> [str(day) for day in months_between(date(2025, 11, 5), date(2026, 1, 1))]
    ['2025-11-01', '2025-12-01', '2026-01-01']
    """
    numbers = range(first_on.year * 12 + first_on.month - 1, last_on.year * 12 + last_on.month)
    return tuple(date(number // 12, number % 12 + 1, 1) for number in numbers)


def reviews_of(months: Sequence[date], reviews: Sequence[date]) -> dict[date, date]:
    """Month -> the last review before it, which says in which tier a customer entered the month; months before all reviews are left out."""
    found = {month: max((each for each in reviews if each < month), default=None) for month in months}
    return {month: review for month, review in found.items() if review is not None}


def lines_of_all(order_line: ir.Table, *, as_of: date) -> ir.Table:
    """Every line up to a day, in the one group of everything."""
    return _lines(order_line, as_of=as_of).mutate(member=ibis.literal(EVERYTHING, type="string"))


def lines_by_category(order_line: ir.Table, *, largest: Sequence[str], as_of: date) -> ir.Table:
    """Every line up to a day with its category, or the groups of the others and of lines without one.

    Args:
        order_line: clean.order_line.
        largest: the categories that are groups of their own.
        as_of: the last day that counts.
    """
    lines = _lines(order_line, as_of=as_of)
    # Order ids are unique within a source only; no source is named with a control character.
    name = lines.source + ibis.literal("\x1f", type="string") + lines.order_id
    named = ibis.cases(
        (lines.category.isnull(), ibis.literal(NOBODY, type="string")),
        (lines.category.isin(list(largest)), lines.category),
        else_=ibis.literal(OTHERS, type="string"),
    )
    return lines.mutate(member=named, order_name=name)


def lines_by_tier(order_line: ir.Table, assignment: ir.Table, reviews: ir.Table, *, as_of: date) -> ir.Table:
    """Every line of some months up to a day with the tier in which its customer stood.

    Args:
        order_line: clean.order_line.
        assignment: insight.tier_assignment.
        reviews: month_on and review_on: the review whose tiers count in a month; lines of other months are left out.
        as_of: the last day that counts.
    """
    lines = _lines(order_line, as_of=as_of)
    calendar = reviews.select(dated_on="month_on", review_on="review_on")
    dated = lines.inner_join(calendar, lines.month_on == calendar.dated_on)
    tiers = assignment.select(tier_key="customer_key", tier_on="as_of", tier="tier")
    placed = dated.left_join(tiers, [dated.customer_key == tiers.tier_key, dated.review_on == tiers.tier_on])
    return placed.select(*lines.columns, member=ibis.coalesce(placed.tier, ibis.literal(NOBODY, type="string")))


def count_months(lines: ir.Table) -> ir.Table:
    """Revenue, orders and customers of every month and group.

    Args:
        lines: as ``lines_of_all``, ``lines_by_category`` or ``lines_by_tier`` gives them.

    Grain: one row per member and month_on: revenue, orders, known_orders (of customers who are known), customers.
    """
    is_sale, is_known = lines.kind == "sale", lines.customer_key.notnull()
    # All lines of an order are in one group, so that its first one stands for it (decision 0008); those of categories are not.
    is_first = lines.line_number == 1
    several = "order_name" in lines.columns
    orders = [
        lines.order_name.nunique(where=each) if several else each.cast("int64").sum()
        for each in ((is_sale, is_sale & is_known) if several else (is_sale & is_first, is_sale & is_first & is_known))
    ]
    counted = lines.group_by("member", "month_on").aggregate(
        revenue=lines.net_revenue.sum(),
        orders=orders[0],
        known_orders=orders[1],
        customers=lines.customer_key.nunique(where=is_sale),
    )
    money = counted.revenue.cast("decimal(18, 2)")
    whole = {name: counted[name].cast("int64") for name in ("orders", "known_orders", "customers")}
    return counted.select("member", "month_on", revenue=money, **whole)


def largest_categories(order_line: ir.Table, *, limit: int, as_of: date) -> ir.Table:
    """The categories with the most revenue up to a day, the largest first, equal ones by name: category and revenue."""
    lines = _lines(order_line, as_of=as_of)
    sizes = lines.filter(lines.category.notnull()).group_by("category").aggregate(revenue=lines.net_revenue.sum())
    return sizes.order_by(sizes.revenue.desc(), sizes.category.asc()).limit(limit)


def days_of(order_line: ir.Table, *, as_of: date) -> ir.Table:
    """The first and the last day with a line up to a day, and how many categories there are: one row."""
    lines = order_line.filter(order_line.ordered_on <= ibis.literal(as_of, type="date"))
    return lines.aggregate(
        first_on=lines.ordered_on.min(), last_on=lines.ordered_on.max(), categories=lines.category.nunique().cast("int64")
    )


def _lines(order_line: ir.Table, *, as_of: date) -> ir.Table:
    lines = order_line.filter(order_line.ordered_on <= ibis.literal(as_of, type="date"))
    day = lines.ordered_on
    first = ibis.date(day.year(), day.month(), ibis.literal(1, type="int32"))
    return lines.select("source", "order_id", "line_number", "customer_key", "category", "kind", "net_revenue", month_on=first)
