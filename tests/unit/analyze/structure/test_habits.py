"""Orders by hour, weekday and month, worked by hand; world: four customers, one without a tier, at 2026-06-30."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from fenji.analyze.structure.habits import HabitCell, Rhythm, habits_of, hours_of_week, order_times
from fenji.engines.duck import DuckEngine

AS_OF = datetime(2026, 6, 30, tzinfo=UTC).date()
SHANGHAI = "Asia/Shanghai"

# customer, moment in UTC, line, kind, order value. Shanghai is eight hours ahead.
ROWS = [
    (1, "2026-06-29T16:30", 1, "sale", "10.00"),  # Tuesday 30 June, 0:30
    (1, "2026-06-29T16:30", 2, "sale", None),  # the same order
    (1, "2026-06-01T02:00", 1, "sale", "20.00"),  # Monday 1 June, 10:00
    (2, "2025-06-30T16:00", 1, "sale", "30.00"),  # Tuesday 1 July 2025, 0:00 sharp: the first day of the window
    (2, "2025-06-30T15:59", 1, "sale", "99.00"),  # a minute before it
    (2, "2026-06-30T16:00", 1, "sale", "99.00"),  # 1 July 2026: after the as-of day
    (3, "2026-06-01T02:15", 1, "sale", "40.00"),  # Monday 1 June, 10:15
    (3, "2026-06-03T02:15", 1, "return", None),  # no order
    (4, "2026-06-01T02:15", 1, "sale", "50.00"),  # stands in no tier
    (None, "2026-06-01T02:15", 1, "sale", "60.00"),  # nobody knows who
]  # fmt: skip
STANDING = pa.table({"customer_key": pa.array([1, 2, 3], pa.int64()), "tier": ["low", "low", "high"]})


def lines(engine, rows=ROWS):
    moments = [datetime.fromisoformat(each[1]).replace(tzinfo=UTC) for each in rows]
    table = engine.from_arrow(
        pa.table(
            {
                "customer_key": pa.array([each[0] for each in rows], pa.int64()),
                "ordered_at": pa.array(moments, pa.timestamp("us", "UTC")),
                "line_number": pa.array([each[2] for each in rows], pa.int64()),
                "kind": [each[3] for each in rows],
                "order_revenue": pa.array([None if each[4] is None else Decimal(each[4]) for each in rows], pa.decimal128(18, 2)),
            }
        )
    )
    local = engine.to_local(table.ordered_at, SHANGHAI)
    return table.mutate(local_at=local, ordered_on=local.date())


def fetched(engine, rows=ROWS):
    return engine.fetch(order_times(engine.from_arrow(STANDING), lines(engine, rows), as_of=AS_OF)).to_pylist()


@pytest.fixture(scope="module")
def engine():
    opened = DuckEngine(threads=1)
    yield opened
    opened.close()


def test_orders_are_counted_in_local_time_and_only_inside_the_window(engine):
    found = sorted(fetched(engine), key=lambda each: (each["tier"], each["month"], each["weekday"]))
    assert found == [
        {"tier": "high", "hour": 10, "weekday": 1, "month": 6, "orders": 1, "order_revenue": Decimal("40.00"), "midnight_orders": 0},
        {"tier": "low", "hour": 10, "weekday": 1, "month": 6, "orders": 1, "order_revenue": Decimal("20.00"), "midnight_orders": 0},
        {"tier": "low", "hour": 0, "weekday": 2, "month": 6, "orders": 1, "order_revenue": Decimal("10.00"), "midnight_orders": 0},
        {"tier": "low", "hour": 0, "weekday": 2, "month": 7, "orders": 1, "order_revenue": Decimal("30.00"), "midnight_orders": 1},
    ]  # fmt: skip


def test_shares_and_index_compare_a_tier_with_all(engine):
    habits = {each.rhythm: each for each in habits_of(fetched(engine), tiers=("low", "high", "empty"))}
    assert [len(habits[each].slots) for each in Rhythm] == [24, 7, 12]
    monday = habits[Rhythm.WEEKDAY].slots[0]
    # Half of the four orders fall on Monday: one of three of low, the only one of high.
    assert monday.total == HabitCell(2, Decimal("60.00"), 0.5, 100.0)
    assert monday.cells == (
        HabitCell(1, Decimal("20.00"), 1 / 3, pytest.approx(200 / 3)),
        HabitCell(1, Decimal("40.00"), 1.0, 200.0),
        HabitCell(0, Decimal(0), None, None),
    )
    wednesday = habits[Rhythm.WEEKDAY].slots[2]
    assert wednesday.cells[0] == HabitCell(0, Decimal(0), 0.0, None)
    for habit in habits.values():
        assert sum(each.total.orders for each in habit.slots) == 4
        assert sum(cell.orders for each in habit.slots for cell in each.cells) == 4


def test_rows_after_the_date_change_nothing(engine):
    before = [each for each in ROWS if each[1] < "2026-06-30T16:00"]
    assert sorted(map(str, fetched(engine, before))) == sorted(map(str, fetched(engine)))


def test_hours_of_the_week_begin_on_monday_at_midnight(engine):
    slots = hours_of_week(fetched(engine), tiers=("low", "high"))
    assert len(slots) == 168
    assert {each.slot: (each.total.orders, [cell.orders for cell in each.cells]) for each in slots if each.total.orders} == {
        10: (2, [1, 1]),
        24: (2, [2, 0]),
    }
