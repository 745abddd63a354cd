"""Movements name every customer who stands in a tier at one of two reviews exactly once; world: eight customers, one of each fate."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from fenji.analyze.movements.movements import count_movements, paired_tiers
from fenji.engines.duck import DuckEngine
from fenji.tables.insight import TIER_MOVEMENT
from fixtures.assignments import Standing, assignments

MAY, JUNE = date(2026, 5, 31), date(2026, 6, 30)

# customer_key, tier at the end of May (- not known yet), tier at the end of June, cause in June, revenue in June.
FATES = (
    (1, "low", "low", "kept", "100.00"),
    (2, "low", "high", "upgrade", "2000.00"),
    (3, "high", "low", "downgrade", "10.50"),
    (4, "high", None, "lost", "0.00"),
    (5, "-", "high", "new", "3000.01"),
    (6, None, "low", "returned", "5.00"),
    (7, None, None, "lost", "0.00"),  # lost before, lost still
    (8, "-", None, "lost", "0.00"),  # an old acquaintance, seen late
    (9, "-", "low", "override", "1.00"),  # new, and put into a tier by hand
    (10, "low", "high", "upgrade", "-1.00"),
)


BEFORE = assignments(Standing(key, MAY, was) for key, was, *_rest in FATES if was != "-")
AFTER = assignments(
    Standing(key, JUNE, now, cause, revenue, MAY if was == now else JUNE) for key, was, now, cause, revenue in FATES
)


@pytest.fixture(scope="module")
def engine():
    opened = DuckEngine(threads=1)
    yield opened
    opened.close()


def moved(engine, before, after):
    table = count_movements(engine.from_arrow(before), engine.from_arrow(after), earlier_on=MAY, as_of=JUNE)
    assert table.schema() == TIER_MOVEMENT.schema
    rows = [tuple(each.values()) for each in engine.fetch(table).to_pylist()]
    return sorted(rows, key=str)


def test_every_fate_is_counted_once_with_its_revenue_at_the_later_review(engine):
    assert moved(engine, BEFORE, AFTER) == sorted(
        [
            (JUNE, "low", "low", "kept", 1, Decimal("100.00")),
            (JUNE, "low", "high", "upgrade", 2, Decimal("1999.00")),
            (JUNE, "high", "low", "downgrade", 1, Decimal("10.50")),
            (JUNE, "high", None, "lost", 1, Decimal("0.00")),
            (JUNE, None, "high", "new", 1, Decimal("3000.01")),
            (JUNE, None, "low", "new", 1, Decimal("1.00")),
            (JUNE, None, "low", "returned", 1, Decimal("5.00")),
        ],
        key=str,
    )


def test_rows_of_other_reviews_change_nothing(engine):
    both = pa.concat_tables([BEFORE, AFTER, assignments([Standing(1, date(2026, 4, 30), "high")])])
    assert moved(engine, both, both) == moved(engine, BEFORE, AFTER)


def test_who_is_lost_at_both_reviews_moves_nowhere(engine):
    pairs = paired_tiers(engine.from_arrow(BEFORE), engine.from_arrow(AFTER), earlier_on=MAY, as_of=JUNE)
    found = engine.fetch(pairs.order_by("customer_key").select("customer_key", "from_tier", "to_tier")).to_pylist()
    assert [tuple(each.values()) for each in found] == [
        (1, "low", "low"),
        (2, "low", "high"),
        (3, "high", "low"),
        (4, "high", None),
        (5, None, "high"),
        (6, None, "low"),
        (9, None, "low"),
        (10, "low", "high"),
    ]


def test_nobody_at_all_makes_no_movement(engine):
    assert moved(engine, assignments([]), assignments([])) == []
