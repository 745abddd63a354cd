"""Words of a status that nothing explains count as paid, and are counted: one small world, worked by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from tests.clean_worlds import prepared, source

from fenji.domain.feeds import Feed
from fenji.domain.sources import StatusClass
from fenji.engines.duck import DuckEngine
from fenji.engines.engine import Engine

SHOP = source("shop", Feed.ORDER_LINE, "order_id customer_id ordered_at order_amount status")
ROWS = [
    ("1", "a", "2026-01-05", "100", "completed"),
    ("2", "b", "2026-01-06", "20", "Parked"),
    ("3", "b", "2026-01-07", "30", "Parked"),
    ("4", "c", "2026-01-08", "7", "code 9"),
    ("5", "c", "2026-01-08", "5000", "cancelled"),
    ("6", "c", "2026-01-09", "1", None),
]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    opened = DuckEngine(threads=1)
    yield opened
    opened.close()


def unknown(made: dict[str, list[dict[str, object]]]) -> list[tuple[object, ...]]:
    names = ("status", "rows", "orders", "revenue", "example", "source_revenue")
    return sorted(tuple(row[name] for name in names) for row in made["unknown_status"])


def test_words_that_nothing_explains_are_counted_with_their_money(engine: Engine) -> None:
    whole = Decimal("158.00")
    made = prepared(engine, [(SHOP, {"o.csv": ROWS})])
    assert unknown(made) == [("Parked", 2, 2, Decimal("50.00"), "2", whole), ("code 9", 1, 1, Decimal("7.00"), "4", whole)]


def test_words_of_sources_yaml_are_explained(engine: Engine) -> None:
    told = replace(SHOP, statuses={StatusClass.UNPAID: ("parked",)})
    assert unknown(prepared(engine, [(told, {"o.csv": ROWS})])) == [("code 9", 1, 1, Decimal("7.00"), "4", Decimal("108.00"))]
    assert unknown(prepared(engine, [(replace(SHOP, paid_statuses=("completed",)), {"o.csv": ROWS})])) == []


def test_one_word_for_all_rows_tells_nothing_apart(engine: Engine) -> None:
    rows = [(*row[:4], "Parked") for row in ROWS]
    assert unknown(prepared(engine, [(SHOP, {"o.csv": rows})])) == []
