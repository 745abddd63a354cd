"""Heads, lines, payments, returns and totals become the same clean base on either engine, to the cent (world: ``tests/order_world``)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from tests.clean_worlds import Files, prepared_tables, source
from tests.order_world import order_world

from fenji.domain.feeds import Feed
from fenji.domain.sources import Source, TotalsPeriod
from fenji.engines.duck import DuckEngine
from fenji.engines.engine import Engine
from fenji.tables.clean import CLEAN

pytestmark = [pytest.mark.spark, pytest.mark.proof]


@pytest.fixture(scope="module")
def duck() -> Iterator[Engine]:
    opened = DuckEngine(threads=1)
    yield opened
    opened.close()


def _shared_numbers() -> list[tuple[Source, Files]]:
    """What ``order_world`` does not have: numbers of several customers, made numbers, repeated refunds, totals."""
    till = source("till", Feed.ORDER_LINE, "order_id customer_id ordered_at order_amount refund_amount")
    rows = [
        ("1", "a", "2026-01-05", "100", None),
        ("1", "b", "2026-01-06", "9000", None),
        ("2", "a", "2026-01-06", "10", None),
        ("2", "a", "2026-06-06", "20", None),
        *[("3", "b", "2026-01-07", "300", "120")] * 3,
        ("4", "b", "2026-01-07", "50", "60"),
    ]
    made = source(
        "made",
        Feed.ORDER_LINE,
        "customer_id ordered_at quantity unit_price",
        made=("person", "ordered_at", "paid_month", "quantity"),
    )
    nobody = [
        ("a", "2026-01-05 10:00:01", "1", "10"),
        (None, "2026-01-05", "1", "5"),
        (None, "2026-01-05", "1", "5"),
        ("a", "2026-01-05 10:00:01", "2", "10"),
    ]
    totals = source(
        "totals", Feed.BALANCE, "customer_id total orders last_at", period=TotalsPeriod.LIFETIME, as_of=date(2026, 6, 1)
    )
    return [
        (till, {"t.csv": rows}),
        (made, {"n.csv": nobody}),
        (
            totals,
            {"m1.csv": [("z", "10", "1", "2026-01-01")], "m2.csv": [("z", "15.5", "2", "2026-01-01"), ("a", "7", None, None)]},
        ),
    ]


def test_both_engines_prepare_the_same_orders(duck: Engine, spark: Engine) -> None:
    world = [*order_world(3, size=60)[0], *_shared_numbers()]
    here, there = prepared_tables(duck, world), prepared_tables(spark, world)
    for name, contract in CLEAN.items():
        found = [
            sorted(tuple(str(row[key]) for key in contract.schema.names) for row in engine.fetch(tables[name]).to_pylist())
            for engine, tables in ((duck, here), (spark, there))
        ]
        assert found[0] == found[1], name
    assert len(duck.fetch(here["clean.order_number_conflict"]).to_pylist()) == 2
