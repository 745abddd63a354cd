"""Every customer to the cent: a shop whose truth was drawn before its files were written (see ``tests/order_world``)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from tests.clean_worlds import prepared
from tests.order_world import order_world

from fenji.engines.duck import DuckEngine
from fenji.engines.engine import Engine


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    opened = DuckEngine(threads=1)
    yield opened
    opened.close()


@pytest.mark.parametrize("seed", [1, 2])
def test_every_customer_and_every_day_has_what_was_really_paid(engine: Engine, seed: int) -> None:
    world, truth = order_world(seed, size=400)
    made = prepared(engine, world)
    ids = {row["customer_key"]: row["customer_id"] for row in made["customer"]}
    orders: dict[str, int] = {}
    revenue: dict[str, Decimal] = {}
    days: dict[object, Decimal] = {}
    for line in made["order_line"]:
        customer = ids[line["customer_key"]]
        orders[customer] = orders.get(customer, 0) + (line["line_number"] == 1 and line["kind"] == "sale")
        revenue[customer] = revenue.get(customer, Decimal(0)) + line["net_revenue"]
        days[line["ordered_on"]] = days.get(line["ordered_on"], Decimal(0)) + line["net_revenue"]
    assert orders == truth.orders
    assert revenue == truth.revenue
    assert {day: amount for day, amount in days.items() if amount} == {
        day: amount for day, amount in truth.days.items() if amount
    }
    for row in made["file_account"]:
        assert row["rows_in"] == row["kept"] + row["rejected"] + row["across_files"] + row["repeats_dropped"]
    reasons = {row["reason"] for row in made["rejected_row"]}
    assert reasons == {"cancelled", "missing_amount", "missing_head", "missing_order", "not_returned", "unpaid"}
