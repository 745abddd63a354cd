"""What do the models need to know of each customer: how many order days, the first, the last, and what they brought?

Reads   clean.order_line
Writes  nothing stored: one row per customer, and groups of customers of bounded number
Units   days; money in the workspace's currency
Keeps   every customer with an attributed sale up to as_of, exactly once; several orders of one day count as one
Source  Fader, Hardie and Lee (2005): x, t_x and T are sufficient; Wheat and Morrison (1990), JMR 27(1): regularity of purchasing
"""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

EXACT_CUSTOMERS = 50_000
"""Customers up to whom nothing is rounded: a fit then takes a fraction of a second."""
MOST_CELLS = 100_000
"""Groups that a fit is given at most, some 10 MB; where there would be more, they are made wider. A million customers of two years
make about 40,000."""
SCALES = (1, 2, 4, 8, 16)
"""How much wider than usual groups may be made; at the last scale decades of days make a few dozen steps."""
STEPS, WIDEST = ((64, 2), (128, 4), (256, 8), (512, 16)), 32
"""Days below each end stand in steps so wide, longer times in the widest: a sixteenth to a thirty-second of the time. The models
see weeks + alpha under a logarithm, so that what is lost is a thousandth of a customer's log-likelihood and less."""
SPEND_BANDS = 50
"""Bands of average spending per factor e, where customers must be grouped: two per cent wide each."""
LEAST_BOTH_DAYS = 4
"""Of two intervals: two days can be split in one way only, three in two, which tells nothing of chance."""


def order_histories(order_line: ir.Table, *, as_of: date) -> ir.Table:
    """One row per customer with an attributed sale: repeats, first_on, recency_days, age_days, revenue.

    Args:
        order_line: clean.order_line; rows after ``as_of`` change nothing.
        as_of: the last day that counts.

    """
    day = ibis.literal(as_of, type="date")
    lines = order_line.filter(order_line.customer_key.notnull(), order_line.ordered_on <= day)
    is_sale = lines.kind == "sale"
    # Line 1 of a sale that opens a new order day carries the days since the one before: as many repeats as there are such lines.
    counted = lines.group_by("customer_key").aggregate(
        repeats=lines.days_since_previous_order.count().cast("int64"),
        first_on=lines.ordered_on.min(where=is_sale),
        last_on=lines.ordered_on.max(where=is_sale),
        revenue=lines.net_revenue.sum().cast("decimal(18, 2)"),
    )
    buyers = counted.filter(counted.first_on.notnull())
    return buyers.select(
        "customer_key",
        "repeats",
        "first_on",
        "revenue",
        recency_days=buyers.last_on.delta(buyers.first_on, unit="day").cast("int64"),
        age_days=day.delta(buyers.first_on, unit="day").cast("int64"),
    )


def purchase_cells(histories: ir.Table, *, scale: int | None) -> ir.Table:
    """Customers grouped by repeats, recency and age, at their mean in each group.

    Args:
        histories: of ``order_histories``.
        scale: how much wider than ``STEPS`` groups are in recency and age; None: nothing is rounded.

    Grain: one row per group: customers, and the sums repeats, recency_days, age_days over them. Numbers of orders are never put
    together: the models bend in them too much.
    """
    recency, age = (each if scale is None else _stepped(each, scale) for each in (histories.recency_days, histories.age_days))
    keyed = histories.mutate(recency_step=recency, age_step=age)
    grouped = keyed.group_by(repeats_here="repeats", recency_step="recency_step", age_step="age_step").aggregate(
        customers=keyed.count().cast("int64"),
        repeats=keyed.repeats.sum().cast("int64"),
        recency_days=keyed.recency_days.sum().cast("int64"),
        age_days=keyed.age_days.sum().cast("int64"),
    )
    return grouped.select("customers", "repeats", "recency_days", "age_days")


def spend_cells(histories: ir.Table, *, is_exact: bool) -> ir.Table:
    """Customers with positive revenue, grouped by order days and average revenue of a day.

    Args:
        histories: of ``order_histories``.
        is_exact: one row per customer; else groups two per cent wide.

    Grain: exact: one row per customer: days, mean, customers (1). Else one row per group: customers, and the sums days and mean_log
    over them; the average of a group is that of logarithms.
    """
    paying = histories.filter(histories.revenue > 0)
    days = paying.repeats + 1
    mean = paying.revenue.cast("float64") / days.cast("float64")
    if is_exact:
        return paying.select("customer_key", days=days, mean=mean, customers=ibis.literal(1, type="int64"))
    rows = paying.select("customer_key", days=days, mean_log=mean.ln())
    keyed = rows.mutate(band=(rows.mean_log * SPEND_BANDS).floor().cast("int64"))
    grouped = keyed.group_by(days_here="days", band="band").aggregate(
        customer_key=keyed.customer_key.min(),
        customers=keyed.count().cast("int64"),
        days=keyed.days.sum().cast("int64"),
        mean_log=keyed.mean_log.sum(),
    )
    return grouped.select("customer_key", "days", "mean_log", "customers")


def history_totals(histories: ir.Table) -> ir.Table:
    """What the small-data checks and the reports ask: one row.

    Columns: customers, repeat_buyers, order_days, repeats, age_days, revenue, paying, paying_revenue, paying_days, first_on, and the
    sums from which the correlation of order days and average revenue of those repeat buyers is made who brought something.
    """
    many = (histories.repeats > 0) & (histories.revenue > 0)
    days = (histories.repeats + 1).cast("float64")
    mean = histories.revenue.cast("float64") / days
    return histories.aggregate(
        customers=histories.count().cast("int64"),
        repeat_buyers=histories.count(where=histories.repeats > 0).cast("int64"),
        repeats=histories.repeats.sum().cast("int64"),
        age_days=histories.age_days.sum().cast("int64"),
        paying=histories.count(where=histories.revenue > 0).cast("int64"),
        paying_days=(histories.repeats + 1).sum(where=histories.revenue > 0).cast("int64"),
        paying_revenue=histories.revenue.sum(where=histories.revenue > 0),
        paying_repeat_buyers=histories.count(where=many).cast("int64"),
        first_on=histories.first_on.min(),
        sum_days=days.sum(where=many),
        sum_mean=mean.sum(where=many),
        sum_days_days=(days * days).sum(where=many),
        sum_mean_mean=(mean * mean).sum(where=many),
        sum_days_mean=(days * mean).sum(where=many),
    )


def interval_ratios(order_line: ir.Table, *, as_of: date) -> ir.Table:
    """How evenly the first two intervals of customers split their sum: one row with customers, spread and random_spread.

    At a constant rate the first is a uniform part of the sum. ``spread`` is the sum of (part - 1/2)^2, ``random_spread`` what it
    would be by chance over whole days: ((days - 1)^2 - 1) / (12 days^2) for each customer.
    """
    lines = order_line.filter(
        order_line.customer_key.notnull(),
        order_line.ordered_on <= ibis.literal(as_of, type="date"),
        order_line.days_since_previous_order.notnull(),
    ).select("customer_key", "ordered_on", days="days_since_previous_order")
    own = ibis.window(group_by="customer_key", order_by=lines.ordered_on.asc())
    ranked = lines.mutate(place=ibis.row_number().over(own), following=lines.days.lead().over(own))
    first = ranked.filter(ranked.place == 0, ranked.following.notnull())
    both = first.mutate(both_days=(first.days + first.following).cast("float64"))
    both = both.filter(both.both_days >= LEAST_BOTH_DAYS)
    part = both.days.cast("float64") / both.both_days - 0.5
    before = both.both_days - 1
    return both.aggregate(
        customers=both.count().cast("int64"),
        spread=(part * part).sum(),
        random_spread=((before * before - 1) / (both.both_days * both.both_days * 12)).sum(),
    )


def _stepped(days: ir.IntegerValue, scale: int) -> ir.IntegerValue:
    """The beginning of a step of days; whole numbers only, so that engines agree. Each end is a multiple of the next width."""
    steps = ((days < end * scale, days // (width * scale) * (width * scale)) for end, width in STEPS)
    return ibis.cases(*steps, else_=days // (WIDEST * scale) * (WIDEST * scale))
