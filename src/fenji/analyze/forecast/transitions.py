"""Who went from which tier to which between two reviews, by the time since the last order, and from when on can such counts tell the future?

Reads   insight.tier_assignment, clean.order_line
Writes  nothing stored: counts of customers, few enough to be fetched
Units   customers; days are local calendar days
Keeps   every customer known at the later review, exactly once
Source  DESIGN section 6; decision 0021 (windows that still fill)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np

from fenji.analyze.forecast.models import Transitions

BAND_ENDS = (31, 92, 183)
"""Days since the last order that end a band, for monthly reviews: within a month, a quarter, half a year; longer or never is the last."""


def count_transitions(
    before: ir.Table, after: ir.Table, order_line: ir.Table | None, *, earlier_on: date, as_of: date, band_ends: Sequence[int]
) -> ir.Table:
    """Customers by tier and time since the last order at a review and at the one before.

    Args:
        before: the assignments of the earlier review; rows of other dates change nothing.
        after: the assignments of the later review; rows of other dates change nothing.
        order_line: clean.order_line; None where nothing is known of orders, then everybody is in band 0.
        earlier_on: the earlier review date.
        as_of: the later review date.
        band_ends: days since the last order that end a band.

    Grain: one row per combination that occurs: was_known (false: came from outside), from_tier (null: lost, or from outside),
    from_band, to_tier (null: lost), to_band, customers. At most (tiers + 1)^2 x bands^2 rows.
    Keeps: every customer known at the later review, exactly once.
    """
    earlier = before.filter(before.as_of == ibis.literal(earlier_on, type="date"))
    earlier = earlier.select(earlier_key="customer_key", from_tier="tier")
    later = after.filter(after.as_of == ibis.literal(as_of, type="date")).select("customer_key", to_tier="tier")
    both = later.left_join(earlier, later.customer_key == earlier.earlier_key)
    both = both.mutate(was_known=both.earlier_key.notnull())
    if order_line is None:
        first = ibis.literal(0, type="int64")
        banded = both.mutate(from_band=first, to_band=first)
    else:
        last = _last_orders(order_line, earlier_on, as_of)
        joined = both.left_join(last, both.customer_key == last.order_key)
        banded = joined.mutate(
            from_band=_band(joined.last_before, earlier_on, band_ends), to_band=_band(joined.last_after, as_of, band_ends)
        )
    keys = ("was_known", "from_tier", "from_band", "to_tier", "to_band")
    return banded.group_by(*keys).aggregate(customers=banded.count().cast("int64"))


def _last_orders(order_line: ir.Table, earlier_on: date, as_of: date) -> ir.Table:
    day = ibis.literal(as_of, type="date")
    sales = order_line.filter(order_line.kind == "sale", order_line.customer_key.notnull(), order_line.ordered_on <= day)
    return sales.group_by(order_key="customer_key").aggregate(
        last_before=sales.ordered_on.max(where=sales.ordered_on <= ibis.literal(earlier_on, type="date")),
        last_after=sales.ordered_on.max(),
    )


def _band(last_on: ir.DateValue, day: date, band_ends: Sequence[int]) -> ir.IntegerValue:
    """The number of the first band whose end the days since the last order do not exceed; the last one for who never ordered."""
    ends = [(last_on >= _days_before(day, days), ibis.literal(band, type="int64")) for band, days in enumerate(band_ends)]
    return ibis.cases(*ends, else_=ibis.literal(len(band_ends), type="int64"))


def _days_before(day: date, days: int) -> ir.DateValue:
    return ibis.literal(date.fromordinal(day.toordinal() - days), type="date")


def transitions_from(
    movements: Sequence[Iterable[Mapping[str, Any]]], tiers: Sequence[str], bands: int, *, filling: int = 0
) -> Transitions:
    """The fetched rows of ``count_transitions`` as arrays.

    Args:
        movements: the rows of each pair of reviews, the earliest first.
        tiers: lowest first; every tier of the rows is one of them.
        bands: how many bands of time since the last order.
        filling: reviews, known and coming, whose windows are not full yet (``domain.reviews.is_filling``).
    """
    place = {tier: rank for rank, tier in enumerate(tiers)}
    lost = len(tiers) * bands
    moved = np.zeros((len(movements), lost + 2, lost + 1))
    for number, rows in enumerate(movements):
        for row in rows:
            was, now = row["from_tier"], row["to_tier"]
            source = lost + 1 if not row["was_known"] else lost if was is None else place[was] * bands + row["from_band"]
            target = lost if now is None else place[now] * bands + row["to_band"]
            moved[number, source, target] += row["customers"]
    return Transitions(moved, len(tiers), bands, filling)
