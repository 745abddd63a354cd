"""A column of plain cells says the same on the short way as on the long one, also where a cell is plain and yet no value."""

from __future__ import annotations

import pyarrow as pa
import pytest

from fenji.domain.feeds import Feed, field_names
from fenji.domain.sources import ColumnMapping, DropRule, FileLocation, MoneyUnit, Source
from fenji.engines.duck import DuckEngine
from fenji.prepare.plain_columns import plain_cells, plain_fields
from fenji.prepare.rows import typed_rows
from fenji.tables.raw import RAW

FIELDS = ("order_id", "customer_id", "phone", "ordered_at", "paid_at", "quantity", "unit_price", "product_name")
GOOD = dict(zip(FIELDS, ("A1", "u1", "13800138001", "2025-06-05 10:11:12", "2025-06-05", "2", "9.90", "tea"), strict=True))
ODD = [
    {"ordered_at": "2025-02-30 10:00:00"},
    {"ordered_at": "1970-01-01"},
    {"ordered_at": "9999-12-31"},
    {"ordered_at": None},
    {"customer_id": "0"},
    {"customer_id": "0000", "phone": "13800000000"},
    {"phone": None, "customer_id": None},
    {"quantity": "-1", "unit_price": "1e3"},
    {"quantity": "+3", "unit_price": None},
    {"order_id": None},
    {"product_name": "0"},
]


def shop(name: str = "shop", *, columns: dict[str, ColumnMapping] | None = None, **options: object) -> Source:
    own = {field: ColumnMapping(column=field) for field in FIELDS}
    return Source(name, Feed.ORDER_LINE, FileLocation(("*.csv",)), own | (columns or {}), **options)


def raw(engine: DuckEngine, rows: list[dict[str, str | None]], name: str = "shop") -> object:
    blank = dict.fromkeys(field_names(Feed.ORDER_LINE)) | {"source": name, "file": "a.csv", "batch": "b"}
    full = [blank | GOOD | row | {"row_number": n, "row_hash": n} for n, row in enumerate(rows, start=2)]
    return engine.from_arrow(pa.Table.from_pylist(full, schema=RAW[Feed.ORDER_LINE].schema.to_pyarrow()))


def plain(engine: DuckEngine, rows: object, *sources: Source) -> dict[str, set[str]]:
    (row,) = engine.fetch(plain_cells(rows, Feed.ORDER_LINE, sources)).to_pylist()
    return {name: set(fields) for name, fields in plain_fields(row, sources).items()}


def test_both_ways_read_every_plain_cell_alike(engine: DuckEngine) -> None:
    rows, source = raw(engine, [{}, *ODD]), shop(drop=(DropRule(column="quantity", values=("5",), reason="gift"),))
    found = plain(engine, rows, source)
    assert found == {"shop": set(FIELDS)}
    long, short = (
        engine.fetch(
            typed_rows(
                rows, Feed.ORDER_LINE, [source], calendar=engine, zone="Asia/Shanghai", currency="CNY", plain=given
            ).order_by("row_number")
        )
        for given in ({}, found)
    )
    assert short.to_pylist() == long.to_pylist()
    assert short.schema == long.schema


@pytest.mark.parametrize(
    ("field", "cell"),
    [
        ("ordered_at", "2025/6/5"),
        ("ordered_at", "2025-06-05T10:00:00Z"),
        ("ordered_at", "45813"),
        ("unit_price", "¥9.90"),
        ("unit_price", "1,234.50"),
        ("quantity", "3件"),
        ("phone", "138 0013 8001"),
        ("phone", "8613800138001"),
        ("customer_id", "t**8"),
        ("order_id", '="1"'),
        ("order_id", "1.93053E+17"),
        ("product_name", "无"),
        ("product_name", " tea"),
    ],
)
def test_one_cell_that_is_not_plain_sends_its_column_the_long_way(engine: DuckEngine, field: str, cell: str) -> None:
    assert plain(engine, raw(engine, [{}, {field: cell}, {}]), shop()) == {"shop": set(FIELDS) - {field}}


def test_columns_whose_numbers_are_scaled_and_constants_are_never_plain(engine: DuckEngine) -> None:
    columns = {
        "unit_price": ColumnMapping(column="unit_price", unit=MoneyUnit.FEN),
        "channel": ColumnMapping(constant="web"),
    }
    assert plain(engine, raw(engine, [{}]), shop(columns=columns)) == {"shop": set(FIELDS) - {"unit_price"}}


def test_each_source_is_asked_for_itself(engine: DuckEngine) -> None:
    rows = raw(engine, [{}]).union(raw(engine, [{"quantity": "3件"}], "till"))
    assert plain(engine, rows, shop(), shop("till")) == {"shop": set(FIELDS), "till": set(FIELDS) - {"quantity"}}
