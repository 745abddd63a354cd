"""Every product that a list or an order names, once, with its cost in the workspace's currency."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa

from fenji.domain.feeds import Feed
from fenji.domain.sources import ColumnMapping, FileLocation, Source
from fenji.engines.engine import Engine
from fenji.prepare.currencies import rate_table
from fenji.prepare.products import make_products
from fenji.tables.clean import PRODUCT

PLACE = [
    ("source", pa.string()),
    ("file", pa.string()),
    ("row_number", pa.int64()),
    ("reason", pa.string()),
    ("product_id", pa.string()),
]
PRODUCTS = pa.schema(
    [*PLACE, ("name", pa.string()), ("category", pa.string()), ("brand", pa.string()), ("unit_cost", pa.decimal128(18, 4))]
)
MOMENT = pa.timestamp("us", tz="UTC")
LINES = pa.schema([*PLACE, ("product_name", pa.string()), ("category", pa.string()), ("ordered_at", MOMENT), ("paid_at", MOMENT)])
SOURCES = [
    Source("list", Feed.PRODUCT, FileLocation(("p",)), {}),
    Source("import", Feed.PRODUCT, FileLocation(("i",)), {}, currency="USD"),
    Source(
        "orders",
        Feed.ORDER_LINE,
        FileLocation(("o",)),
        {name: ColumnMapping(name) for name in ("product_id", "product_name", "category")},
    ),
]
RATES = {"USD": {"2026-01": Decimal("7.02"), "2025-12": Decimal("9.99")}}


def _listed(source: str, number: int, product_id: str, *, file: str = "a.csv", **more: object) -> dict[str, object]:
    return {"source": source, "file": file, "row_number": number, "product_id": product_id, **more}


def _sold(number: int, product_id: str | None, day: int, **more: object) -> dict[str, object]:
    return {
        "source": "orders",
        "file": "o.csv",
        "row_number": number,
        "product_id": product_id,
        "ordered_at": datetime(2026, 1, day, tzinfo=UTC),
        **more,
    }


def _products(
    engine: Engine, listed: Sequence[dict[str, object]], sold: Sequence[dict[str, object]] = (), *, rates: bool = True
) -> dict[str, tuple[object, ...]]:
    def table(rows: Sequence[dict[str, object]], schema: pa.Schema) -> object:
        return engine.from_arrow(pa.Table.from_pylist([{name: row.get(name) for name in schema.names} for row in rows], schema))

    known = engine.from_arrow(rate_table(RATES, workspace="CNY")) if rates else None
    products = make_products(table(listed, PRODUCTS), table(sold, LINES), SOURCES, rates=known, workspace="CNY")
    assert engine.stage(products).schema() == PRODUCT.schema
    found = engine.fetch(products).to_pylist()
    assert len(found) == len({row["product_id"] for row in found})
    return {row["product_id"]: (row["name"], row["category"], row["brand"], row["unit_cost"]) for row in found}


def test_products_come_from_lists_and_orders_and_the_first_source_and_last_row_are_believed(engine: Engine) -> None:
    listed = [
        _listed("import", 2, "p1", name="import name", brand="import brand"),
        _listed("list", 2, "p1", name="old name", category="old category"),
        _listed("list", 2, "p1", name="new name", file="b.csv", unit_cost=Decimal("1.2350")),
        _listed("list", 3, "p2", reason="missing_id"),
    ]
    sold = [
        _sold(2, "p1", 9, product_name="sold name", category="sold category"),
        _sold(3, "p3", 2, product_name="first words"),
        _sold(4, "p3", 3, product_name="last words", category="茶"),
        _sold(5, None, 4, product_name="no id"),
        _sold(6, "p4", 4, reason="unpaid"),
    ]
    assert _products(engine, listed, sold) == {
        "p1": ("new name", "old category", "import brand", Decimal("1.24")),
        "p3": ("last words", "茶", None, None),
    }


def test_foreign_costs_take_the_rate_of_the_latest_month_and_are_unknown_without_one(engine: Engine) -> None:
    listed = [_listed("import", 2, "p1", unit_cost=Decimal(10)), _listed("list", 2, "p2", unit_cost=Decimal(10))]
    assert _products(engine, listed) == {"p1": (None, None, None, Decimal("70.20")), "p2": (None, None, None, Decimal("10.00"))}
    assert _products(engine, listed, rates=False) == {"p1": (None, None, None, None), "p2": (None, None, None, Decimal("10.00"))}
