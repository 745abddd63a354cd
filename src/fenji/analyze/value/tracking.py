"""Would the models have been right? Fitted on what was known at a past day, compared with what has happened since.

Reads   clean.order_line
Writes  insight.value_tracking: one row per week; insight.value_holdout: one row per number of orders before the split
Units   repeat orders (order days after the first one); weeks end with the split, so that none lies on both sides of it
Keeps   the customers who had ordered by the split; who came later is in neither column
Source  Fader, Hardie and Lee (2005), figures 2 to 4: tracking and conditional expectations in a hold-out period
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from fenji.analyze.value.fitting import average_rate
from fenji.analyze.value.purchase_forecast import alive_probability, orders_of_new, orders_while_alive
from fenji.analyze.value.purchase_models import PurchaseCounts, PurchaseModel
from fenji.tables.insight_value import VALUE_HOLDOUT, VALUE_TRACKING

LEAST_WEEKS = 4
"""Of a hold-out: less tells nothing."""
MOST_REPEATS = 10
"""Customers with more repeat orders stand together."""


@dataclass(frozen=True)
class Split:
    """The day until which a past model may know things."""

    starts_on: date
    """Of the first order."""
    split_on: date
    """The last day that the past model knows."""
    as_of: date

    @property
    def weeks_before(self) -> int:
        """Weeks up to the split, the first one maybe cut off at its beginning."""
        return -(-((self.split_on - self.starts_on).days + 1) // 7)

    @property
    def weeks_after(self) -> int:
        """Whole weeks after the split."""
        return (self.as_of - self.split_on).days // 7


def split_of(starts_on: date | None, *, as_of: date, holdout_weeks: int) -> Split | None:
    """The split that leaves the weeks asked for, or a third of the history where that is shorter; None where it is too short.

    Args:
        starts_on: day of the first order.
        as_of: the last day that counts.
        holdout_weeks: weeks asked for.
    """
    if starts_on is None:
        return None
    weeks = min(holdout_weeks, ((as_of - starts_on).days + 1) // 7 // 3)
    return None if weeks < LEAST_WEEKS else Split(starts_on, as_of - timedelta(weeks=weeks), as_of)


def repeat_orders_by_week(order_line: ir.Table, known: ir.Table, split: Split) -> ir.Table:
    """Repeat orders of the customers known at the split, by week from the first order to the as-of date: week (from 0), orders."""
    lines = _repeats(order_line, known, split)
    days = lines.ordered_on.delta(ibis.literal(_first_day(split), type="date"), unit="day").cast("int64")
    weekly = lines.mutate(week=days // 7)
    return weekly.group_by("week").aggregate(orders=weekly.count().cast("int64"))


def arrivals_by_day(known: ir.Table) -> ir.Table:
    """Customers known at the split by the day of their first order: first_on, customers; as many rows as the history has days."""
    return known.group_by("first_on").aggregate(customers=known.count().cast("int64"))


def holdout_by_repeats(order_line: ir.Table, known: ir.Table, split: Split) -> ir.Table:
    """What customers ordered after the split, and in as long a time before it, by their repeat orders up to it.

    Grain: one row per number of repeats: repeats, customers, actual, before.
    """
    lines = _repeats(order_line, known, split)
    after = lines.ordered_on > ibis.literal(split.split_on, type="date")
    lately = lines.ordered_on > ibis.literal(split.split_on - timedelta(weeks=split.weeks_after), type="date")
    own = lines.group_by(order_key="customer_key").aggregate(
        actual=lines.count(where=after).cast("int64"), before=lines.count(where=lately & ~after).cast("int64")
    )
    banded = known.select("customer_key", repeats=ibis.least(known.repeats, ibis.literal(MOST_REPEATS, type="int64")))
    joined = banded.left_join(own, banded.customer_key == own.order_key)
    return joined.group_by("repeats").aggregate(
        customers=joined.count().cast("int64"),
        actual=joined.actual.sum().fill_null(0).cast("int64"),
        before=joined.before.sum().fill_null(0).cast("int64"),
    )


def tracking_rows(
    model: PurchaseModel | None,
    rate: float | None,
    orders: Iterable[Mapping[str, Any]],
    arrivals: Sequence[Mapping[str, Any]],
    split: Split,
) -> pa.Table:
    """insight.value_tracking from what was counted.

    Args:
        model: fitted on what was known at the split; None: the average rate.
        rate: repeat orders per customer and week at the split.
        orders: the rows of ``repeat_orders_by_week``.
        arrivals: the rows of ``arrivals_by_day``.
        split: the split.
    """
    weeks, first = split.weeks_before + split.weeks_after, _first_day(split)
    ends = np.arange(weeks + 1) * 7
    came = np.array([(each["first_on"] - first).days for each in arrivals], dtype=np.int64)
    many = np.array([each["customers"] for each in arrivals], dtype=np.float64)
    # A customer has been one for end - came - 1 days when the week is over.
    ages = np.maximum(ends[:, None] - 1 - came[None, :], 0)
    lags, place = np.unique(ages, return_inverse=True)
    by_lag = lags / 7 * (rate or 0.0) if model is None else orders_of_new(model, lags / 7)
    cumulative = by_lag[place].reshape(ages.shape) @ many
    actual = np.zeros(weeks, dtype=np.int64)
    for row in orders:
        if 0 <= row["week"] < weeks:
            actual[row["week"]] = row["orders"]
    rows = [
        {
            "as_of": split.as_of,
            "week": week - split.weeks_before,
            "starts_on": first + timedelta(weeks=week),
            "is_holdout": week >= split.weeks_before,
            "actual": int(actual[week]),
            "expected": round(float(cumulative[week + 1] - cumulative[week]), 6),
            "actual_cumulative": int(actual[: week + 1].sum()),
            "expected_cumulative": round(float(cumulative[week + 1]), 6),
        }
        for week in range(weeks)
    ]
    return pa.Table.from_pylist(rows, schema=VALUE_TRACKING.schema.to_pyarrow())


def holdout_rows(
    model: PurchaseModel | None, counts: PurchaseCounts, found: Iterable[Mapping[str, Any]], split: Split
) -> pa.Table:
    """insight.value_holdout: the rows of ``holdout_by_repeats`` beside what was expected of the same customers at the split.

    Args:
        model: fitted on what was known at the split; None: the average rate.
        counts: the customers at the split.
        found: the counted rows.
        split: the split.
    """
    if model is None:
        rate, _lower, _upper = average_rate(round(float(counts.customers @ counts.repeats)), float(counts.customers @ counts.age))
        each = np.full(len(counts.customers), (rate or 0.0) * split.weeks_after)
    else:
        alive = alive_probability(model, counts.repeats, counts.recency, counts.age)
        each = alive * orders_while_alive(model, counts.repeats, counts.age, float(split.weeks_after))
    # A group of customers with several numbers of repeats stands at their mean.
    band = np.minimum(np.rint(counts.repeats), MOST_REPEATS).astype(np.int64)
    expected = np.bincount(band, weights=counts.customers * each, minlength=MOST_REPEATS + 1)
    rows = [
        {**row, "as_of": split.as_of, "expected": round(float(expected[row["repeats"]]), 6)}
        for row in sorted(found, key=lambda row: int(row["repeats"]))
    ]
    return pa.Table.from_pylist(rows, schema=VALUE_HOLDOUT.schema.to_pyarrow())


def _first_day(split: Split) -> date:
    """The first day of the first week; weeks end with the split."""
    return split.split_on + timedelta(days=1) - timedelta(weeks=split.weeks_before)


def _repeats(order_line: ir.Table, known: ir.Table, split: Split) -> ir.Table:
    """The lines that open a repeat order day of a customer known at the split, up to the end of the last whole week."""
    last = split.split_on + timedelta(weeks=split.weeks_after)
    lines = order_line.filter(
        order_line.customer_key.notnull(),
        order_line.days_since_previous_order.notnull(),
        order_line.ordered_on <= ibis.literal(last, type="date"),
    ).select("customer_key", "ordered_on")
    return lines.semi_join(known, "customer_key")
