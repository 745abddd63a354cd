"""When do the customers of each tier order? Orders by hour of the day, by weekday and by month, beside the average of all tiers.

Reads   clean.order_line, insight.customer_metric, insight.tier_assignment
Units   orders; money in the workspace's currency; shares 0..1; index 100 = as all tiers together
Keeps   every order (line 1 of a sale) of the twelve months whose customer stands in a tier; returns are no orders
Source  DESIGN section 5: windows and days are local, so hours are too
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

import ibis
import ibis.expr.types as ir

from fenji.domain.periods import Window

YEAR = Window.parse("12m")


class Rhythm(StrEnum):
    """By what the time of an order is told."""

    HOUR = "hour"
    WEEKDAY = "weekday"
    MONTH = "month"


SLOTS: Mapping[Rhythm, range] = {Rhythm.HOUR: range(24), Rhythm.WEEKDAY: range(1, 8), Rhythm.MONTH: range(1, 13)}
"""Hours 0 to 23, weekdays 1 (Monday) to 7 (Sunday), months 1 to 12."""

WEEK = "week"
HOURS_OF_WEEK = range(len(SLOTS[Rhythm.WEEKDAY]) * len(SLOTS[Rhythm.HOUR]))
_ALL_SLOTS: Mapping[str, range] = {**{each.value: slots for each, slots in SLOTS.items()}, WEEK: HOURS_OF_WEEK}


@dataclass(frozen=True)
class HabitCell:
    """The orders of one tier in one slot of time."""

    orders: int
    """Placed in the twelve months."""
    order_revenue: Decimal
    """What these orders were worth, before later returns."""
    share: float | None
    """Of the orders of the tier; null where it has none."""
    index: float | None
    """100 times this share by that of all tiers; null where one of them is none."""


@dataclass(frozen=True)
class HabitSlot:
    """One hour, weekday or month."""

    slot: int
    cells: tuple[HabitCell, ...]
    """One per tier, lowest first."""
    total: HabitCell


@dataclass(frozen=True)
class Habit:
    """How orders spread over the hours, weekdays or months."""

    rhythm: Rhythm
    slots: tuple[HabitSlot, ...]
    """All of them, also where nobody orders."""


def order_times(standing: ir.Table, lines: ir.Table, *, as_of: date) -> ir.Table:
    """Orders of the twelve months by tier, hour, weekday and month.

    Args:
        standing: one row per customer with ``customer_key`` and ``tier``.
        lines: clean.order_line with ``local_at``, the wall-clock time of ``ordered_at`` in the workspace's time zone.
        as_of: last day that counts.

    Grain: one row per tier, hour, weekday and month with orders: orders, order_revenue, midnight_orders (at 0:00:00 sharp, as
    orders are whose time of day is not known).
    """
    in_window = (lines.ordered_on <= _day(as_of)) & (lines.ordered_on > _day(YEAR.opens_after(as_of)))
    orders = lines.filter(lines.line_number == 1, lines.kind == "sale", in_window)
    placed = standing.select(standing_key="customer_key", tier="tier")
    joined = orders.inner_join(placed, orders.customer_key == placed.standing_key)
    at = joined.local_at
    is_midnight = (at.hour() == 0) & (at.minute() == 0) & (at.second() == 0)
    timed = joined.select(
        "tier",
        "order_revenue",
        hour=at.hour().cast("int64"),
        weekday=(joined.ordered_on.day_of_week.index() + 1).cast("int64"),
        month=joined.ordered_on.month().cast("int64"),
        is_midnight=is_midnight,
    )
    return timed.group_by("tier", "hour", "weekday", "month").aggregate(
        orders=timed.count().cast("int64"),
        order_revenue=timed.order_revenue.sum().fill_null(0).cast("decimal(18, 2)"),
        midnight_orders=timed.is_midnight.sum().fill_null(0).cast("int64"),
    )


def habits_of(rows: Iterable[Mapping[str, Any]], *, tiers: Sequence[str]) -> tuple[Habit, ...]:
    """The fetched rows of ``order_times`` by hour, by weekday and by month."""
    counted = list(rows)
    return tuple(Habit(rhythm, _slots(counted, rhythm, tiers)) for rhythm in Rhythm)


def hours_of_week(rows: Iterable[Mapping[str, Any]], *, tiers: Sequence[str]) -> tuple[HabitSlot, ...]:
    """The fetched rows of ``order_times`` by weekday and hour together: slot 0 is Monday from 0:00 on, 167 Sunday from 23:00 on."""
    timed = [{**row, WEEK: (row[Rhythm.WEEKDAY] - 1) * len(SLOTS[Rhythm.HOUR]) + row[Rhythm.HOUR]} for row in rows]
    return _slots(timed, WEEK, tiers)


def _slots(rows: Sequence[Mapping[str, Any]], rhythm: str, tiers: Sequence[str]) -> tuple[HabitSlot, ...]:
    everyone = _cells(rows, rhythm)
    all_orders = sum(count for count, _revenue in everyone.values())
    own = [_cells((row for row in rows if row["tier"] == tier), rhythm) for tier in tiers]
    own_orders = [sum(count for count, _revenue in cells.values()) for cells in own]

    def cell(counts: tuple[int, Decimal], orders: int, slot: int) -> HabitCell:
        share = counts[0] / orders if orders else None
        average = everyone[slot][0] / all_orders if all_orders else 0
        return HabitCell(*counts, share, 100 * share / average if share is not None and average else None)

    return tuple(
        HabitSlot(
            slot,
            tuple(cell(cells[slot], orders, slot) for cells, orders in zip(own, own_orders, strict=True)),
            cell(everyone[slot], all_orders, slot),
        )
        for slot in _ALL_SLOTS[rhythm]
    )


def _cells(rows: Iterable[Mapping[str, Any]], rhythm: str) -> dict[int, tuple[int, Decimal]]:
    found = dict.fromkeys(_ALL_SLOTS[rhythm], (0, Decimal(0)))
    for row in rows:
        orders, revenue = found[row[rhythm]]
        found[row[rhythm]] = (orders + row["orders"], revenue + row["order_revenue"])
    return found


def _day(day: date | None) -> ir.DateScalar:
    return ibis.literal(day, type="date")
