"""On which days did a bounded number of customers buy, and what did each day bring? All that is needed to try models at past days.

Reads   clean.order_line
Units   days since 1970-01-01; money in the workspace's currency
Keeps   every day with a line of a sampled customer, exactly once; several orders of one day are one order day
Source  decision 0044
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fenji.analyze.value.likelihoods import Floats
from fenji.analyze.value.purchase_models import PurchaseCounts
from fenji.analyze.value.spend import SpendCounts

Ints = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]

EPOCH = date(1970, 1, 1)


def order_days(order_line: ir.Table, *, as_of: date) -> ir.Table:
    """One row per customer and day with a line.

    Args:
        order_line: clean.order_line of the sampled customers; rows after ``as_of`` change nothing.
        as_of: the last day that counts.

    Grain: customer_key, ordered_on: sales (lines of sales), revenue.
    """
    lines = order_line.filter(order_line.customer_key.notnull(), order_line.ordered_on <= ibis.literal(as_of, type="date"))
    return lines.group_by("customer_key", "ordered_on").aggregate(
        sales=lines.count(where=lines.kind == "sale").cast("int64"),
        revenue=lines.net_revenue.sum().cast("decimal(18, 2)"),
    )


def number_of(day: date) -> int:
    """The number of a day.

    >>> number_of(date(1970, 1, 8))
    7
    """
    return (day - EPOCH).days


@dataclass(frozen=True)
class Known:
    """What was known of customers at the end of a day."""

    places: Ints
    """Which customers had bought by then."""
    repeats: Floats
    """Order days after the first."""
    recency: Floats
    """Weeks from the first order day to the last."""
    age: Floats
    """Weeks from the first order day to that day."""
    revenue: Floats
    """Everything that they had brought, returns taken off."""

    @property
    def days(self) -> Floats:
        """Order days."""
        return self.repeats + 1

    @property
    def mean(self) -> Floats:
        """Average revenue of an order day."""
        return np.asarray(self.revenue / self.days)

    @property
    def purchases(self) -> PurchaseCounts:
        """For a fit of the models of orders: equal customers together, in an order of their own."""
        alike = np.stack([self.repeats, np.rint(self.recency * 7), np.rint(self.age * 7)])
        cells, many = np.unique(alike, axis=1, return_counts=True)
        return PurchaseCounts(cells[0], cells[1] / 7, cells[2] / 7, many.astype(np.float64))

    @property
    def spends(self) -> SpendCounts:
        """For a fit of the model of spending: one row per customer who brought something."""
        paying = self.revenue > 0
        days, mean = self.days[paying], self.mean[paying]
        order = np.lexsort((mean, days))
        return SpendCounts(days[order], np.log(mean[order]), np.ones(len(order)))


@dataclass(frozen=True)
class Came:
    """What each of some customers ordered and brought within a time."""

    orders: Floats
    """Order days."""
    revenue: Floats


@dataclass(frozen=True)
class OrderDays:
    """Order days of sampled customers, ordered by customer and day."""

    place: Ints
    """The customer, counted from 0."""
    day: Ints
    is_sale: Booleans
    """False: a day on which goods only came back."""
    revenue: Floats
    customers: int
    share: float = 1.0
    """Of all customers, those in the sample."""

    @property
    def first(self) -> int | None:
        """The first day with a sale."""
        return int(self.day[self.is_sale].min()) if self.is_sale.any() else None

    def known_at(self, day: int) -> Known:
        """What was known at the end of a day of those who had bought by then."""
        upto = self.day <= day
        sold = upto & self.is_sale
        place, on = self.place[sold], self.day[sold]
        many = np.bincount(place, minlength=self.customers)
        first, last = np.full(self.customers, np.iinfo(np.int64).max), np.full(self.customers, np.iinfo(np.int64).min)
        np.minimum.at(first, place, on)
        np.maximum.at(last, place, on)
        brought = np.bincount(self.place[upto], weights=self.revenue[upto], minlength=self.customers)
        who = np.flatnonzero(many)
        return Known(
            who, (many[who] - 1).astype(np.float64), (last - first)[who] / 7, (day - first[who]) / 7, np.asarray(brought[who])
        )

    def came(self, who: Ints, *, after: int, until: int) -> Came:
        """What customers ordered and brought in (after, until]."""
        within = (self.day > after) & (self.day <= until)
        orders = np.bincount(self.place[within & self.is_sale], minlength=self.customers)
        revenue = np.bincount(self.place[within], weights=self.revenue[within], minlength=self.customers)
        return Came(orders[who].astype(np.float64), np.asarray(revenue[who], dtype=np.float64))


def order_days_of(rows: pa.Table, *, share: float) -> OrderDays:
    """The fetched rows of ``order_days``.

    Args:
        rows: in any order.
        share: of all customers, those in the sample.
    """
    keys = np.asarray(rows["customer_key"].to_numpy())
    days = np.asarray(rows["ordered_on"].cast(pa.date32()).cast(pa.int32()).to_numpy(), dtype=np.int64)
    order = np.lexsort((days, keys))
    kinds, place = np.unique(keys[order], return_inverse=True)
    revenue = np.asarray(rows["revenue"].cast(pa.float64()).to_numpy())[order]
    is_sale = np.asarray(rows["sales"].to_numpy())[order] > 0
    return OrderDays(place.astype(np.int64), days[order], is_sale, revenue, len(kinds), share)
