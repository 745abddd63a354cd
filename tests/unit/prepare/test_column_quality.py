"""What is missing, unreadable, impossible and outlying in each column, counted by hand on one small shop."""

from __future__ import annotations

import pyarrow as pa
import pytest

from fenji.domain.feeds import Feed, field_names
from fenji.domain.sources import ColumnMapping, FileLocation, Source
from fenji.engines.duck import DuckEngine
from fenji.prepare.column_quality import column_quality, count_cells, count_values
from fenji.prepare.orders.rows import judge_orders
from fenji.prepare.rows import typed_rows
from fenji.tables.clean import COLUMN_QUALITY
from fenji.tables.raw import RAW

Row = dict[str, str | None]
NAMES = ("missing", "invalid", "out_of_range", "outlying", "lower_limit", "upper_limit", "lowest", "highest")


def quality(engine: DuckEngine, rows: list[Row]) -> dict[str, tuple]:
    fields = ("order_id", "phone", "ordered_at", "quantity", "unit_price")
    columns = {field: ColumnMapping(field) for field in fields} | {"channel": ColumnMapping(constant="shop")}
    source = Source("shop", Feed.ORDER_LINE, FileLocation(("*",)), columns)
    good = {
        "source": "shop",
        "file": "a",
        "batch": "b",
        "order_id": "1",
        "ordered_at": "2020-02-03",
        "quantity": "1",
        "unit_price": "8",
    }
    full = [
        dict.fromkeys(field_names(Feed.ORDER_LINE)) | good | {"row_number": n, "row_hash": n} | row for n, row in enumerate(rows)
    ]
    raw = engine.from_arrow(pa.Table.from_pylist(full, schema=RAW[Feed.ORDER_LINE].schema.to_pyarrow()))
    typed = typed_rows(raw, Feed.ORDER_LINE, [source], calendar=engine, zone="UTC", currency="CNY")
    judged = {Feed.ORDER_LINE: engine.stage(judge_orders(typed, [source]))}
    values = count_values(judged, [source])
    made = column_quality(count_cells(judged, [source]), engine.stage(values), [source])
    assert made.schema() == COLUMN_QUALITY.schema
    return {row["field"]: (row["rows"], *(row[name] for name in NAMES)) for row in engine.fetch(made).to_pylist()}


def test_cells_are_counted_as_missing_unreadable_and_impossible(engine: DuckEngine) -> None:
    rows = [
        {"phone": None},
        {"phone": "1******6198"},
        {"phone": "12"},
        {"phone": "13812345678", "quantity": "many"},
        {"quantity": "1000000000000"},
        {"unit_price": "-1"},
    ]
    found = quality(engine, rows)
    assert found["phone"] == (6, 4, 1, 0, 0, None, None, None, None)
    assert found["order_id"] == (6, 0, 0, 0, 0, None, None, None, None)
    assert found["quantity"][:4] == (6, 0, 1, 1)
    assert found["unit_price"][:4] == (6, 0, 0, 1)
    assert set(found) == {"order_id", "phone", "ordered_at", "quantity", "unit_price"}


def test_outliers_are_outside_the_outer_fences_of_tukey_on_logarithms(engine: DuckEngine) -> None:
    # Prices 1, 2, 4, 4: a quarter does not exceed 1, three quarters do not exceed 4; the ratio 4 to the third power is 64.
    # Fences are 1 / 64 and 4 x 64 = 256: of the further prices 256 is inside, 257 and 0.01 are outside, and 0 has no limits.
    regular = [{"unit_price": price} for price in ("1", "2", "4", "4")] * 25
    found = quality(engine, [*regular, {"unit_price": "256"}, {"unit_price": "257"}, {"unit_price": "0.01"}, {"unit_price": "0"}])
    assert found["unit_price"] == (104, 0, 0, 0, 2, 0.015625, 256.0, 0.0, 257.0)


def test_where_most_values_are_one_and_the_same_a_factor_of_two_stands_for_the_width(engine: DuckEngine) -> None:
    found = quality(engine, [{"quantity": "1"}] * 20 + [{"quantity": "-8"}, {"quantity": "9"}, {"quantity": "-9"}])
    assert found["quantity"] == (23, 0, 0, 0, 2, 0.125, 8.0, -9.0, 9.0)


def test_rejected_rows_do_not_move_the_limits_but_show_in_the_range(engine: DuckEngine) -> None:
    found = quality(engine, [{"quantity": "2"}] * 10 + [{"quantity": "1000000000000"}] * 9)
    assert found["quantity"] == (19, 0, 0, 9, 0, 0.25, 16.0, 2.0, 1e12)


@pytest.mark.parametrize("rows", [[{"quantity": "0", "unit_price": "0"}], [{"quantity": None, "unit_price": None}]])
def test_columns_without_numbers_have_no_limits(engine: DuckEngine, rows: list[Row]) -> None:
    found = quality(engine, rows)
    assert found["quantity"][4:7] == (0, None, None)
