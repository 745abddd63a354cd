"""One order number, several orders: money never moves from one customer to another. One small world per rule, worked by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from tests.clean_worlds import Files, prepared, source

from fenji.domain.feeds import Feed
from fenji.engines.duck import DuckEngine
from fenji.engines.engine import Engine

Clean = dict[str, list[dict[str, object]]]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    opened = DuckEngine(threads=1)
    yield opened
    opened.close()


def orders(made: Clean) -> list[tuple[str, str, str, float]]:
    """Customer, order, day and amount of every line."""
    ids = {row["customer_key"]: row["customer_id"] for row in made["customer"]} | {None: "nobody"}
    return sorted(
        (ids[row["customer_key"]], row["order_id"], str(row["ordered_on"]), float(row["net_revenue"]))
        for row in made["order_line"]
    )


def conflicts(made: Clean) -> list[tuple[object, ...]]:
    names = ("kind", "numbers", "orders", "rows", "revenue", "example")
    return sorted(tuple(row[name] for name in names) for row in made["order_number_conflict"])


SHOP = source("shop", Feed.ORDER_LINE, "order_id customer_id ordered_at order_amount")


def test_a_number_of_several_customers_or_far_days_is_taken_apart(engine: Engine) -> None:
    rows = [
        ("1", "a", "2026-01-05", "100"),
        ("1", "b", "2026-01-06", "9000"),
        ("2", "c", "2026-01-07", "50"),
        ("3", "a", "2026-01-07", "10"),
        ("3", "a", "2026-03-07", "20"),
        ("4", "a", "2026-01-01", "30"),  # two deliveries of one order
        ("4", "a", "2026-02-01", "30"),
        ("5", "b", "2026-01-01", "7"),  # a row of nobody belongs to the customer of its order
        ("5", None, "2026-01-01", "7"),
    ]
    made = prepared(engine, [(SHOP, {"o.csv": rows})])
    keys = {row["customer_id"]: row["customer_key"] for row in made["customer"]}
    assert orders(made) == [
        ("a", f"1#{keys['a']}#2026-01-05", "2026-01-05", 100.0),
        ("a", "3#2026-01-07", "2026-01-07", 10.0),
        ("a", "3#2026-03-07", "2026-03-07", 20.0),
        ("a", "4", "2026-01-01", 15.0),
        ("a", "4", "2026-01-01", 15.0),
        ("b", f"1#{keys['b']}#2026-01-06", "2026-01-06", 9000.0),
        ("b", "5", "2026-01-01", 3.5),
        ("b", "5", "2026-01-01", 3.5),
        ("c", "2", "2026-01-07", 50.0),
    ]
    assert conflicts(made) == [
        ("days_far_apart", 1, 2, 2, Decimal("30.00"), "3"),
        ("several_customers", 1, 2, 2, Decimal("9100.00"), "1"),
    ]
    assert [(row["rows_in"], row["kept"]) for row in made["file_account"]] == [(9, 9)]


def test_a_return_by_another_customer_takes_nothing_from_the_buyer(engine: Engine) -> None:
    shop = source("shop", Feed.ORDER_LINE, "order_id customer_id ordered_at quantity unit_price")
    rows = [("1", "a", "2026-01-05", "1", "100"), ("1", "b", "2026-02-06", "-1", "100"), ("2", "a", "2026-01-05", "2", "10")]
    rows += [("2", "a", "2026-05-05", "-1", "10")]  # a late return of one's own is none of a shared number
    made = prepared(engine, [(shop, {"o.csv": rows})])
    assert sorted((name, amount) for name, _order, _day, amount in orders(made)) == [
        ("a", -10.0),
        ("a", 20.0),
        ("a", 100.0),
        ("b", -100.0),
    ]
    assert [row[:4] for row in conflicts(made)] == [("returned_by_another", 1, 2, 2)]


def test_ids_that_are_one_customer_are_no_conflict(engine: Engine) -> None:
    from dataclasses import replace

    from tests.clean_worlds import OPTIONS

    shop = source("shop", Feed.ORDER_LINE, "order_id customer_id phone ordered_at order_amount")
    rows = [("1", "a", "13900000001", "2026-01-05", "100"), ("1", "b", "13900000001", "2026-01-05", "100")]
    made = prepared(engine, [(shop, {"o.csv": rows})], replace(OPTIONS, link_by=("phone",)))
    assert orders(made) == [("a", "1", "2026-01-05", 50.0), ("a", "1", "2026-01-05", 50.0)]
    assert conflicts(made) == []


def test_returns_and_payments_do_not_guess_whose_number_it_is(engine: Engine) -> None:
    rows = [("1", "a", "2026-01-05", "100"), ("1", "b", "2026-01-06", "9000"), ("2", "c", "2026-01-07", "50")]
    back = source("back", Feed.RETURN, "order_id amount", belongs_to="shop")
    paid = source("paid", Feed.PAYMENT, "order_id amount", belongs_to="shop")
    made = prepared(
        engine,
        [(SHOP, {"o.csv": rows}), (back, {"r.csv": [("1", "10"), ("2", "10")]}), (paid, {"p.csv": [("1", "10"), ("2", "50")]})],
    )
    assert sorted(amount for *_names, amount in orders(made)) == [-10.0, 50.0, 100.0, 9000.0]
    assert sorted((row["file"], row["row_number"], row["reason"]) for row in made["rejected_row"]) == [
        ("p.csv", 2, "ambiguous_order"),
        ("r.csv", 2, "ambiguous_order"),
    ]


FIRST = [
    ("a", None, "2026-01-05 10:00:00", "10", "p"),
    ("a", None, "2026-01-05 10:00:00", "20", "q"),
    ("a", None, "2026-01-05 18:00:00", "30", "p"),
    (None, "13900000001", "2026-01-05 10:00:00", "40", "p"),
    (None, None, "2026-01-05 10:00:00", "5", "p"),
    (None, None, "2026-01-05 10:00:00", "6", "p"),
]
FIELDS = "customer_id phone ordered_at line_amount product_id"


def test_a_number_is_made_of_person_and_moment_and_nobody_is_not_one_buyer(engine: Engine) -> None:
    shop = source("shop", Feed.ORDER_LINE, FIELDS, made=("person", "ordered_at"))
    made = prepared(engine, [(shop, {"o.csv": FIRST})])
    found = orders(made)
    assert sorted((name, amount) for name, _order, _day, amount in found) == [
        ("a", 10.0),
        ("a", 20.0),
        ("a", 30.0),
        ("nobody", 5.0),
        ("nobody", 6.0),
        ("phone:+8613900000001", 40.0),
    ]
    # Moments are UTC: ten o'clock in Shanghai is two.
    assert [order for _name, order, _day, _amount in found[:3]] == ["a|2026-01-05 02:00:00"] * 2 + ["a|2026-01-05 10:00:00"]
    assert len({order for _name, order, _day, _amount in found}) == 5


def test_made_numbers_are_the_same_in_the_next_download(engine: Engine) -> None:
    shop = source("shop", Feed.ORDER_LINE, FIELDS, made=("customer_id", "ordered_on"))
    first = prepared(engine, [(shop, {"o.csv": FIRST})])
    more: Files = {"another name.csv": [("z", None, "2026-01-04", "1", "p"), *reversed(FIRST)]}
    later = prepared(engine, [(shop, more)])
    assert [row for row in orders(later) if row[0] != "z"] == orders(first)
    assert {order for name, order, _day, _amount in orders(first) if name == "a"} == {"a|2026-01-05"}


def test_a_number_with_a_column_is_told_apart_by_what_stands_beside_it(engine: Engine) -> None:
    shop = source(
        "till", Feed.ORDER_LINE, "order_id channel ordered_at customer_id order_amount", made=("channel", "ordered_month", "file")
    )
    rows = [
        ("1", "x|y", "2026-01-05", "a", "10"),
        ("1", "x|y", "2026-01-09", "a", "10"),  # both tell the 10 of their order
        ("1", "x", "2026-01-05", "a", "20"),
        ("1", "x", "2026-02-05", "a", "40"),
        (None, "x", "2026-02-05", "a", "80"),
    ]
    made = prepared(engine, [(shop, {"t.csv": rows})])
    assert orders(made) == [
        ("a", "1|x%7Cy|2026-01|t.csv", "2026-01-05", 5.0),
        ("a", "1|x%7Cy|2026-01|t.csv", "2026-01-05", 5.0),
        ("a", "1|x|2026-01|t.csv", "2026-01-05", 20.0),
        ("a", "1|x|2026-02|t.csv", "2026-02-05", 40.0),
    ]
    assert [row["reason"] for row in made["rejected_row"]] == ["missing_id"]


def test_lines_meet_heads_by_numbers_made_alike_or_as_they_are_written(engine: Engine) -> None:
    heads = source("heads", Feed.ORDER, "order_id customer_id ordered_at", made=("customer_id",))
    plain = source("lines", Feed.ORDER_LINE, "order_id line_amount", belongs_to="heads")
    told = [("1", "a", "2026-01-05"), ("1", "b", "2026-01-06"), ("2", "b", "2026-01-06")]
    made = prepared(engine, [(heads, {"h.csv": told}), (plain, {"l.csv": [("1", "10"), ("2", "20")]})])
    assert orders(made) == [("b", "2|b", "2026-01-06", 20.0)]
    assert sorted((row["file"], row["reason"]) for row in made["rejected_row"]) == [
        ("h.csv", "ambiguous_order"),
        ("h.csv", "missing_amount"),
        ("l.csv", "ambiguous_order"),
    ]
    with_buyer = source("lines", Feed.ORDER_LINE, "order_id customer_id line_amount", belongs_to="heads", made=("customer_id",))
    lines = [("1", "a", "10"), ("1", "b", "30"), ("2", "b", "20")]
    made = prepared(engine, [(heads, {"h.csv": told}), (with_buyer, {"l.csv": lines})])
    assert orders(made) == [
        ("a", "1|a", "2026-01-05", 10.0),
        ("b", "1|b", "2026-01-06", 30.0),
        ("b", "2|b", "2026-01-06", 20.0),
    ]
    assert made["rejected_row"] == []


def test_a_refund_that_is_written_on_every_row_counts_once(engine: Engine) -> None:
    fields = "order_id customer_id ordered_at order_amount refund_amount"
    rows = [
        *[("1", "a", "2026-01-05", "300", "100")] * 2,  # 2 x 100 would not be too much; that the next order proves it
        *[("2", "b", "2026-01-05", "300", "120")] * 3,  # 3 x 120 > 300
        ("3", "c", "2026-01-05", "50", "50"),
        ("4", "d", "2026-01-05", "50", "60"),  # more than was paid, however it is read
        ("5", "e", "2026-01-05", "50", None),
    ]
    made = prepared(engine, [(source("shop", Feed.ORDER_LINE, fields), {"o.csv": rows})])
    sums: dict[str, float] = {}
    for name, _order, _day, amount in orders(made):
        sums[name] = round(sums.get(name, 0) + amount, 2)
    assert sums == {"a": 200.0, "b": 180.0, "c": 0.0, "e": 50.0}
    assert [(row["row_number"], row["reason"]) for row in made["rejected_row"]] == [(8, "refund_above_paid")]


def test_refunds_of_single_lines_count_each(engine: Engine) -> None:
    fields = "order_id customer_id ordered_at line_amount refund_amount"
    rows = [
        ("1", "a", "2026-01-05", "100", "100"),
        ("1", "a", "2026-01-05", "100", "100"),  # both lines came back
        ("2", "b", "2026-01-05", "100", "30"),
        ("2", "b", "2026-01-05", "100", "30"),
        ("3", "c", "2026-01-05", "100", "30"),
        ("3", "c", "2026-01-05", "100", None),  # here only one: so the column is about lines
    ]
    made = prepared(engine, [(source("shop", Feed.ORDER_LINE, fields), {"o.csv": rows})])
    assert sum(amount for name, *_rest, amount in orders(made) if name == "a") == 0
    assert sum(amount for name, *_rest, amount in orders(made) if name == "b") == 140
    assert sum(amount for name, *_rest, amount in orders(made) if name == "c") == 170


def test_a_refund_counts_on_its_own_later_day(engine: Engine) -> None:
    fields = "order_id customer_id ordered_at order_amount refund_amount refunded_at"
    rows = [("1", "a", "2025-01-05", "300", "100", "2026-02-01")] * 2
    made = prepared(engine, [(source("shop", Feed.ORDER_LINE, fields), {"o.csv": rows})])
    assert [(row["ordered_on"], float(row["net_revenue"])) for row in made["order_line"] if row["kind"] == "return"] == [
        (date(2026, 2, 1), -100.0)
    ]
