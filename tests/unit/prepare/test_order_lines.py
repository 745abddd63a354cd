"""What was sold, what was returned, what it cost: one world per rule, the answer worked by hand beside it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import ibis
import pyarrow as pa
import pytest

from fenji.domain.feeds import Feed, field_names
from fenji.domain.reasons import Reason
from fenji.domain.sources import ColumnMapping, FileLocation, Source
from fenji.engines.duck import DuckEngine
from fenji.prepare.currencies import rate_table
from fenji.prepare.orders.lines import document_rows, make_order_lines, price_lines
from fenji.prepare.orders.rows import judge_orders
from fenji.prepare.rows import typed_rows
from fenji.tables.clean import ORDER_LINE
from fenji.tables.raw import RAW

DAY = "2020-02-03 12:00:00"
Row = dict[str, str | int | None]


def shop(*fields: str, **options: object) -> Source:
    columns = {field: ColumnMapping(column=field) for field in ("order_id", "customer_id", "ordered_at", *fields)}
    return Source("shop", Feed.ORDER_LINE, FileLocation(("*.csv",)), columns, **options)


def priced(
    engine: DuckEngine, rows: list[Row], source: Source, *, rates: dict | None = None, products: ibis.Table | None = None
) -> ibis.Table:
    """From raw rows to priced lines; ``customer_id`` becomes the key, since identity is another matter."""
    full = [
        dict.fromkeys(field_names(Feed.ORDER_LINE))
        | {"source": "shop", "file": "a", "row_number": n, "batch": "b", "row_hash": n, "order_id": "1", "ordered_at": DAY}
        | row
        for n, row in enumerate(rows, start=2)
    ]
    raw = engine.from_arrow(pa.Table.from_pylist(full, schema=RAW[Feed.ORDER_LINE].schema.to_pyarrow()))
    typed = engine.stage(typed_rows(raw, Feed.ORDER_LINE, [source], calendar=engine, zone="Asia/Shanghai", currency="CNY"))
    judged = engine.stage(judge_orders(typed, [source]))
    attributed = judged.mutate(customer_key=judged["customer_id"].try_cast("int64"))
    documents = document_rows(attributed, products, [source], workspace="CNY")
    table = engine.from_arrow(rate_table(rates, workspace="CNY")) if rates else None
    return engine.stage(price_lines(documents, table, [source], workspace="CNY"))


def lines(engine: DuckEngine, rows: list[Row], source: Source, **options: object) -> list[tuple]:
    """order, line, kind, quantity, net revenue of every line."""
    made = make_order_lines(priced(engine, rows, source, **options))
    assert made.schema() == ORDER_LINE.schema
    found = engine.fetch(made.order_by("order_id", "line_number")).to_pylist()
    names = ("order_id", "line_number", "kind", "quantity", "net_revenue")
    return [
        tuple(float(value) if isinstance(value, Decimal) else value for value in (row[name] for name in names)) for row in found
    ]


def rejected(engine: DuckEngine, rows: list[Row], source: Source) -> list[tuple]:
    table = priced(engine, rows, source)
    out = table.filter(table["reason"].notnull() & (table["part"] == 0))
    return [(row["row_number"], row["reason"]) for row in engine.fetch(out.order_by("row_number")).to_pylist()]


PIECES = shop("quantity", "unit_price")
TOTALS = shop("quantity", "unit_price", "line_amount", "order_amount", "refund_amount", "refunded_at", "kind")


def test_quantity_times_price_is_exact_and_rounded_once_half_away_from_zero(engine: DuckEngine) -> None:
    rows = [
        {"order_id": "1", "quantity": "3", "unit_price": "0.335"},  # 1.005
        {"order_id": "2", "quantity": "-3", "unit_price": "0.335"},
        {"order_id": "3", "quantity": None, "unit_price": "9.9"},  # one piece
        {"order_id": "4", "quantity": "5", "unit_price": "0"},
        {"order_id": "5", "quantity": "0.333", "unit_price": "0.015"},  # 0.004995
    ]
    assert lines(engine, rows, PIECES) == [
        ("1", 1, "sale", 3, 1.01),
        ("2", 1, "return", -3, -1.01),
        ("3", 1, "sale", 1, 9.9),
        ("4", 1, "sale", 5, 0),
        ("5", 1, "sale", 0.333, 0),
    ]


def test_a_repeated_order_total_is_split_by_price_to_the_cent(engine: DuckEngine) -> None:
    # 100.00 over prices 1, 1, 1: the cent left over goes to the first line. Prices 10, 20: one third and two thirds of 10.00.
    rows = [{"order_id": "1", "order_amount": "100.00", "unit_price": "1"}] * 3
    rows += [{"order_id": "2", "order_amount": "10.00", "unit_price": price} for price in ("10", "20")]
    assert lines(engine, rows, TOTALS) == [
        ("1", 1, "sale", 1, 33.34),
        ("1", 2, "sale", 1, 33.33),
        ("1", 3, "sale", 1, 33.33),
        ("2", 1, "sale", 1, 3.34),
        ("2", 2, "sale", 1, 6.66),
    ]


def test_a_total_is_split_equally_where_a_price_is_unknown_or_all_are_zero(engine: DuckEngine) -> None:
    rows = [
        {"order_id": "1", "order_amount": "10.01", "unit_price": "9"},
        {"order_id": "1", "order_amount": "10.01", "unit_price": None},
        {"order_id": "2", "order_amount": "7.00", "unit_price": "0"},
        {"order_id": "2", "order_amount": None, "unit_price": "0"},
    ]
    assert [(order, number, paid) for order, number, _, _, paid in lines(engine, rows, TOTALS)] == [
        ("1", 1, 5.01),
        ("1", 2, 5.0),
        ("2", 1, 3.5),
        ("2", 2, 3.5),
    ]


def test_the_amount_of_each_line_comes_before_the_total_and_the_total_before_the_price(engine: DuckEngine) -> None:
    rows = [
        {"order_id": "1", "line_amount": "4", "order_amount": "99", "unit_price": "5"},
        {"order_id": "1", "line_amount": "6", "order_amount": "98", "unit_price": "5"},
        {"order_id": "2", "line_amount": "4", "order_amount": "20", "unit_price": "5"},
        {"order_id": "2", "line_amount": None, "order_amount": "20", "unit_price": "5"},
        {"order_id": "3", "line_amount": "4", "unit_price": "9"},
        {"order_id": "3", "line_amount": None, "unit_price": "5"},
    ]
    assert [(order, paid) for order, _, _, _, paid in lines(engine, rows, TOTALS)] == [
        ("1", 4),
        ("1", 6),
        ("2", 10),
        ("2", 10),
        ("3", 4),
        ("3", 5),
    ]


def test_orders_whose_totals_differ_and_lines_without_any_amount_are_left_out(engine: DuckEngine) -> None:
    rows = [
        {"order_id": "1", "order_amount": "10", "refund_amount": "1"},
        {"order_id": "1", "order_amount": "11"},
        {"order_id": "2", "quantity": "1"},
        {"order_id": "2", "unit_price": "5"},
        {"order_id": "2", "refund_amount": "3"},
        {"order_id": "3", "order_amount": "5"},
    ]
    assert rejected(engine, rows, TOTALS) == [
        (2, Reason.ORDER_TOTALS_DIFFER),
        (3, Reason.ORDER_TOTALS_DIFFER),
        (4, Reason.MISSING_AMOUNT),
        (6, Reason.MISSING_AMOUNT),
    ]
    assert lines(engine, rows, TOTALS) == [("2", 1, "sale", 1, 5), ("3", 1, "sale", 1, 5)]


def test_returns_are_negative_however_the_source_says_that_they_are_returns(engine: DuckEngine) -> None:
    source = shop("quantity", "unit_price", "line_amount", "kind", "refund_amount", return_order_pattern="^C")
    rows = [
        {"order_id": "C1", "quantity": "2", "unit_price": "3"},
        {"order_id": "2", "quantity": "-2", "unit_price": "3"},
        {"order_id": "3", "line_amount": "-6"},
        {"order_id": "4", "quantity": "2", "line_amount": "6", "kind": "销售退货"},
        {"order_id": "5", "kind": "refund", "refund_amount": "6"},
        {"order_id": "6", "kind": "换货", "line_amount": "6"},
    ]
    assert lines(engine, rows, source) == [
        ("2", 1, "return", -2, -6),
        ("3", 1, "return", -1, -6),
        ("4", 1, "return", -2, -6),
        ("5", 1, "return", -1, -6),
        ("6", 1, "sale", 1, 6),
        ("C1", 1, "return", -2, -6),
    ]


def test_a_refund_is_a_return_of_its_own_day_without_pieces(engine: DuckEngine) -> None:
    rows = [
        {"order_id": "1", "line_amount": "10", "refund_amount": "4", "refunded_at": "2020-03-01"},
        {"order_id": "1", "line_amount": "5", "refund_amount": "0"},
        {"order_id": "2", "line_amount": "5", "refund_amount": "-5"},
    ]
    made = make_order_lines(priced(engine, rows, TOTALS))
    found = engine.fetch(made.order_by("order_id", "line_number")).to_pylist()
    assert [(r["order_id"], r["line_number"], r["ordered_on"], float(r["quantity"]), float(r["net_revenue"])) for r in found] == [
        ("1", 1, date(2020, 2, 3), 1, 10),
        ("1", 2, date(2020, 2, 3), 1, 5),
        ("1", 3, date(2020, 3, 1), 0, -4),
        ("2", 1, date(2020, 2, 3), 1, 5),
        ("2", 2, date(2020, 2, 3), 0, -5),
    ]


def test_an_order_has_one_customer_one_moment_and_its_revenue_on_line_1(engine: DuckEngine) -> None:
    rows = [
        {"customer_id": None, "quantity": "1", "unit_price": "1", "ordered_at": "2020-02-04 01:00"},
        {"customer_id": "7", "quantity": "1", "unit_price": "2", "ordered_at": "2020-02-03 23:00"},
        {"customer_id": "8", "quantity": "1", "unit_price": "4", "ordered_at": "2020-02-05"},
        {"customer_id": None, "quantity": "-1", "unit_price": "4", "ordered_at": "2020-02-06"},
    ]
    found = engine.fetch(make_order_lines(priced(engine, rows, PIECES)).order_by("line_number")).to_pylist()
    first = datetime(2020, 2, 3, 15, tzinfo=UTC)
    names = ("line_number", "customer_key", "ordered_at", "ordered_on", "net_revenue", "order_revenue")
    assert [tuple(row[name] for name in names) for row in found] == [
        (1, 7, first, date(2020, 2, 3), Decimal(2), Decimal(7)),
        (2, 7, first, date(2020, 2, 3), Decimal(4), None),
        (3, 7, first, date(2020, 2, 3), Decimal(1), None),
        (4, 7, datetime(2020, 2, 5, 16, tzinfo=UTC), date(2020, 2, 6), Decimal(-4), None),
    ]


def test_an_order_without_a_time_was_placed_when_it_was_paid(engine: DuckEngine) -> None:
    source = shop("quantity", "unit_price", "paid_at")
    rows = [{"ordered_at": None, "paid_at": "2020-02-09", "unit_price": "1"}]
    (row,) = engine.fetch(make_order_lines(priced(engine, rows, source))).to_pylist()
    assert (row["ordered_on"], row["ordered_at"]) == (date(2020, 2, 9), datetime(2020, 2, 8, 16, tzinfo=UTC))


def test_days_since_the_previous_order_stand_once_per_order_day(engine: DuckEngine) -> None:
    def order(number: str, day: str, customer: str | None, quantity: str = "1") -> Row:
        return {"order_id": number, "ordered_at": day, "customer_id": customer, "quantity": quantity, "unit_price": "1"}

    rows = [
        order("a", "2020-02-01", "1"),
        order("b", "2020-02-11 08:00", "1"),
        order("b", "2020-02-11 08:00", "1"),
        order("c", "2020-02-11 20:00", "1"),
        order("d", "2020-03-01", "1"),
        order("e", "2020-02-15", "1", "-1"),
        order("f", "2020-02-02", "2"),
        order("g", "2020-02-02", None),
        order("h", "2020-02-05", None),
    ]
    made = make_order_lines(priced(engine, rows, PIECES))
    found = engine.fetch(made.filter(made["days_since_previous_order"].notnull()).order_by("order_id")).to_pylist()
    assert [(row["order_id"], row["line_number"], row["days_since_previous_order"]) for row in found] == [
        ("b", 1, 10),
        ("d", 1, 19),
    ]
    assert engine.fetch(made).num_rows == len(rows)


def test_foreign_money_is_converted_by_the_rate_of_the_month_and_rounded_once(engine: DuckEngine) -> None:
    source = shop("quantity", "unit_price", "currency", "refund_amount", "refunded_at")
    rates = {"USD": {"2020-02": Decimal("7.005"), "2020-03": Decimal("7.1")}}
    rows = [
        {"order_id": "1", "unit_price": "0.1", "quantity": "3", "currency": "usd"},  # 0.3 x 7.005 = 2.1015
        {"order_id": "2", "unit_price": "10", "currency": "USD", "refund_amount": "1", "refunded_at": "2020-03-05"},
        {"order_id": "3", "unit_price": "10", "currency": "人民币"},
        {"order_id": "4", "unit_price": "10", "currency": None},
    ]
    assert [(order, paid) for order, _, _, _, paid in lines(engine, rows, source, rates=rates)] == [
        ("1", 2.1),
        ("2", 70.05),
        ("2", -7.1),
        ("3", 10),
        ("4", 10),
    ]


def test_a_category_comes_from_the_line_or_else_from_the_product(engine: DuckEngine) -> None:
    products = engine.from_arrow(pa.table({"product_id": ["p", "q"], "category": ["tea", None]}))
    source = shop("quantity", "unit_price", "product_id", "category")
    rows = [
        {"product_id": product, "category": own, "unit_price": "1"}
        for product, own in (("p", None), ("p", "cups"), ("q", None), ("z", None))
    ]
    found = engine.fetch(make_order_lines(priced(engine, rows, source, products=products)).order_by("line_number")).to_pylist()
    assert [row["category"] for row in found] == ["tea", "cups", None, None]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"unit_price": "-1"}, Reason.NEGATIVE_PRICE),
        ({"quantity": "1000000000000", "unit_price": "1"}, Reason.QUANTITY_OUT_OF_RANGE),
        ({"quantity": "1000001", "unit_price": "1"}, Reason.QUANTITY_OUT_OF_RANGE),
        ({"quantity": "1000000", "unit_price": "1000"}, None),
        ({"quantity": "1000000", "unit_price": "1001"}, Reason.AMOUNT_OUT_OF_RANGE),
        ({"quantity": "1", "unit_price": "1000000001"}, Reason.AMOUNT_OUT_OF_RANGE),
        ({"quantity": "1"}, Reason.MISSING_AMOUNT),
    ],
)
def test_rows_that_cannot_be_right_have_their_reason(engine: DuckEngine, row: Row, reason: str | None) -> None:
    full = dict.fromkeys(field_names(Feed.ORDER_LINE)) | {
        "source": "shop",
        "file": "a",
        "row_number": 2,
        "batch": "b",
        "row_hash": 1,
    }
    raw = engine.from_arrow(
        pa.Table.from_pylist([full | {"order_id": "1", "ordered_at": DAY} | row], schema=RAW[Feed.ORDER_LINE].schema.to_pyarrow())
    )
    typed = typed_rows(raw, Feed.ORDER_LINE, [PIECES], calendar=engine, zone="UTC", currency="CNY")
    (found,) = engine.fetch(judge_orders(typed, [PIECES])).to_pylist()
    assert found["reason"] == reason
