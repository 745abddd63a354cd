"""Heads, lines, payments and returns become orders: one small world per rule, the right values worked by hand beside it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from tests.clean_worlds import prepared, source

from fenji.domain.feeds import Feed
from fenji.domain.sources import StatusClass
from fenji.engines.duck import DuckEngine
from fenji.engines.engine import Engine

HEADS = source("heads", Feed.ORDER, "order_id customer_id ordered_at status")
PAID_HEADS = source("heads", Feed.ORDER, "order_id customer_id ordered_at status order_amount")
LINES = source("lines", Feed.ORDER_LINE, "order_id product_id quantity unit_price", belongs_to="heads")

Clean = dict[str, list[dict[str, object]]]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    opened = DuckEngine(threads=1)
    yield opened
    opened.close()


def money(made: Clean) -> dict[str, tuple[int, float]]:
    """Orders and net revenue of every customer who has any line."""
    ids = {row["customer_key"]: row["customer_id"] for row in made["customer"]} | {None: "nobody"}
    found: dict[str, tuple[int, Decimal]] = {}
    for line in made["order_line"]:
        name = ids[line["customer_key"]]
        orders, revenue = found.get(name, (0, Decimal(0)))
        is_order = line["kind"] == "sale" and line["line_number"] == 1
        found[name] = (orders + is_order, revenue + line["net_revenue"])
    return {name: (orders, float(revenue)) for name, (orders, revenue) in found.items()}


def rejected(made: Clean) -> list[tuple[str, int, str]]:
    return sorted((row["file"], row["row_number"], row["reason"]) for row in made["rejected_row"])


def accounts(made: Clean) -> dict[str, tuple[int, int, int, int]]:
    names = ("rows_in", "kept", "rejected", "across_files")
    return {row["file"]: tuple(row[name] for name in names) for row in made["file_account"]}


def test_lines_take_buyer_and_day_from_their_head(engine: Engine) -> None:
    made = prepared(
        engine,
        [
            (HEADS, {"h.csv": [("A1", "C1", "2026-01-05 10:00:00", "已完成"), ("A2", "C2", "2026-01-06", "已完成")]}),
            (LINES, {"l.csv": [("A1", "P1", "2", "100"), ("A1", "P2", "1", "50"), ("A2", "P1", "1", "100")]}),
        ],
    )
    assert money(made) == {"C1": (1, 250.0), "C2": (1, 100.0)}
    assert {(row["source"], row["order_id"], row["ordered_on"]) for row in made["order_line"]} == {
        ("heads", "A1", date(2026, 1, 5)),
        ("heads", "A2", date(2026, 1, 6)),
    }
    assert accounts(made) == {"h.csv": (2, 2, 0, 0), "l.csv": (3, 3, 0, 0)}


def test_a_head_that_is_left_out_takes_its_lines_with_it(engine: Engine) -> None:
    made = prepared(
        engine,
        [
            (
                HEADS,
                {
                    "h.csv": [
                        ("1", "a", "2026-01-05", "已完成"),
                        ("2", "b", "2026-01-05", "交易关闭"),
                        ("3", "c", "2026-01-05", "等待买家付款"),
                        ("4", "d", "someday", "已完成"),
                    ]
                },
            ),
            (LINES, {"l.csv": [(order, "p", "1", "10") for order in ("1", "2", "3", "3", "4", "5")]}),
        ],
    )
    assert money(made) == {"a": (1, 10.0)}
    assert rejected(made) == [
        ("h.csv", 3, "cancelled"),
        ("h.csv", 4, "unpaid"),
        ("h.csv", 5, "invalid_date"),
        ("l.csv", 3, "cancelled"),
        ("l.csv", 4, "unpaid"),
        ("l.csv", 5, "unpaid"),
        ("l.csv", 6, "invalid_date"),
        ("l.csv", 7, "missing_head"),
    ]
    assert accounts(made) == {"h.csv": (4, 1, 3, 0), "l.csv": (6, 1, 5, 0)}
    assert [row["customer_id"] for row in made["customer"]] == ["a"]


def test_a_head_without_lines_is_an_order_of_one_row_or_has_no_amount(engine: Engine) -> None:
    heads = [("1", "a", "2026-01-05", "ok", "30"), ("2", "b", "2026-01-05", "ok", "40"), ("3", "c", "2026-01-05", "ok", None)]
    made = prepared(engine, [(PAID_HEADS, {"h.csv": heads}), (LINES, {"l.csv": [("1", "p", "1", "10"), ("1", "q", "1", "30")]})])
    # What was paid for the whole order comes before prices, in their proportion: 7.50 and 22.50.
    assert money(made) == {"a": (1, 30.0), "b": (1, 40.0)}
    assert sorted(float(row["net_revenue"]) for row in made["order_line"] if row["order_id"] == "1") == [7.5, 22.5]
    assert rejected(made) == [("h.csv", 4, "missing_amount")]
    assert accounts(made) == {"h.csv": (3, 2, 1, 0), "l.csv": (2, 2, 0, 0)}


def test_a_head_whose_lines_are_all_left_out_goes_with_them(engine: Engine) -> None:
    lines = source("lines", Feed.ORDER_LINE, "order_id product_id line_amount status", belongs_to="heads")
    world = [
        (HEADS, {"h.csv": [("1", "a", "2026-01-05", "ok"), ("2", "b", "2026-01-05", "ok")]}),
        (lines, {"l.csv": [("1", "p", "10", "已取消"), ("1", "q", "20", None), ("2", "p", "10", "已取消")]}),
    ]
    made = prepared(engine, world)
    assert money(made) == {"a": (1, 20.0)}
    assert rejected(made) == [("h.csv", 3, "cancelled"), ("l.csv", 2, "cancelled"), ("l.csv", 4, "cancelled")]


def test_the_newest_head_of_an_order_is_believed(engine: Engine) -> None:
    heads = {
        "2026-01.csv": [
            ("1", "a", "2026-01-05", "已付款"),
            ("2", "b", "2026-01-05", "已付款"),
            ("3", "c", "2026-01-05", "已付款"),
        ],
        "2026-02.csv": [
            ("1", "a", "2026-01-05", "交易关闭"),
            ("2", "b", "2026-01-05", "交易成功"),
            ("3", "c", "2026-01-05", "已付款"),
        ],
    }
    made = prepared(engine, [(HEADS, heads), (LINES, {"l.csv": [(order, "p", "1", "10") for order in "123"]})])
    assert money(made) == {"b": (1, 10.0), "c": (1, 10.0)}
    assert accounts(made) == {"2026-01.csv": (3, 0, 2, 1), "2026-02.csv": (3, 2, 1, 0), "l.csv": (3, 2, 1, 0)}


def test_lines_cannot_choose_between_the_heads_of_two_persons(engine: Engine) -> None:
    heads = [("1", "a", "2026-01-05", "ok", "30"), ("1", "b", "2026-01-06", "ok", "40"), ("2", "c", "2026-01-06", "ok", None)]
    lines = [("1", "p", "1", "70"), ("2", "p", "1", "5")]
    made = prepared(engine, [(PAID_HEADS, {"h.csv": heads}), (LINES, {"l.csv": lines})])
    assert money(made) == {"a": (1, 30.0), "b": (1, 40.0), "c": (1, 5.0)}
    assert rejected(made) == [("l.csv", 2, "ambiguous_order")]
    assert accounts(made) == {"h.csv": (3, 3, 0, 0), "l.csv": (2, 1, 1, 0)}
    # Without amounts of their own the heads say nothing that could be counted.
    bare = [row[:4] for row in heads]
    made = prepared(engine, [(HEADS, {"h.csv": bare}), (LINES, {"l.csv": lines})])
    assert money(made) == {"c": (1, 5.0)}
    assert rejected(made) == [("h.csv", 2, "ambiguous_order"), ("h.csv", 3, "ambiguous_order"), ("l.csv", 2, "ambiguous_order")]


def test_a_head_that_masks_its_customer_in_one_download_is_still_the_same_order(engine: Engine) -> None:
    heads = source("heads", Feed.ORDER, "order_id customer_id phone ordered_at order_amount")
    files = {
        "1.csv": [("1", "a", "13900000001", "2026-01-05", "30"), ("2", None, "13900000002", "2026-01-05", "5")],
        "2.csv": [("1", None, "13900000001", "2026-01-05", "40"), ("2", "b", "13900000002", "2026-01-05", "5")],
    }
    made = prepared(engine, [(heads, files)])
    assert sorted((row["order_id"], float(row["net_revenue"])) for row in made["order_line"]) == [("1", 40.0), ("2", 5.0)]
    assert [row["reason"] for row in made["rejected_row"]] == ["superseded", "superseded"]


def test_lines_of_two_sources_under_one_head_are_one_order(engine: Engine) -> None:
    services = source("services", Feed.ORDER_LINE, "order_id line_amount", belongs_to="heads")
    world = [
        (PAID_HEADS, {"h.csv": [("1", "a", "2026-01-05", "ok", "90")]}),
        (source("goods", Feed.ORDER_LINE, "order_id quantity unit_price", belongs_to="heads"), {"g.csv": [("1", "2", "40")]}),
        (source("more", Feed.ORDER_LINE, "order_id quantity unit_price", belongs_to="heads"), {"m.csv": [("1", "1", "20")]}),
    ]
    assert money(prepared(engine, world)) == {"a": (1, 90.0)}
    world[2] = (services, {"m.csv": [("1", "20")]})
    world[1] = (source("goods", Feed.ORDER_LINE, "order_id line_amount", belongs_to="heads"), {"g.csv": [("1", "65")]})
    assert money(prepared(engine, world)) == {"a": (1, 85.0)}


def test_the_refund_of_a_head_counts_once_whatever_its_lines(engine: Engine) -> None:
    heads = source("heads", Feed.ORDER, "order_id customer_id ordered_at refund_amount refunded_at")
    world = [
        (heads, {"h.csv": [("1", "a", "2026-01-05", "10", "2026-02-01"), ("2", "b", "2026-01-05", None, None)]}),
        (LINES, {"l.csv": [("1", "p", "1", "100"), ("1", "q", "1", "100"), ("1", "r", "1", "100"), ("2", "p", "1", "7")]}),
    ]
    made = prepared(engine, world)
    assert money(made) == {"a": (1, 290.0), "b": (1, 7.0)}
    assert [row["ordered_on"] for row in made["order_line"] if row["kind"] == "return"] == [date(2026, 2, 1)]


def test_money_of_a_head_in_dollars_stays_dollars_on_its_lines(engine: Engine) -> None:
    from dataclasses import replace

    from tests.clean_worlds import OPTIONS

    heads = source("heads", Feed.ORDER, "order_id customer_id ordered_at order_amount", currency="USD")
    world = [
        (heads, {"h.csv": [("1", "a", "2026-01-05", "10"), ("2", "b", "2026-01-05", None)]}),
        (LINES, {"l.csv": [("1", "p", "1", "6"), ("1", "q", "1", "6"), ("2", "p", "1", "5")]}),
    ]
    options = replace(OPTIONS, rates={"USD": {"2026-01": Decimal(7)}})
    made = prepared(engine, world, options)
    assert money(made) == {"a": (1, 70.0), "b": (1, 35.0)}
    assert {row["currency"] for row in made["order_line"]} == {"USD"}


PAYMENTS = source("money", Feed.PAYMENT, "order_id paid_at amount status", belongs_to="heads")


def test_payments_are_the_money_of_orders_that_tell_none(engine: Engine) -> None:
    heads = source("heads", Feed.ORDER, "order_id customer_id ordered_at")
    payments = [
        ("1", "2026-01-07", "60", "成功"),
        ("1", "2026-01-06", "40", "成功"),
        ("1", "2026-01-06", "40", "支付失败"),
        ("2", "2026-01-09", "5", "pending"),
        ("9", "2026-01-09", "5", "success"),
    ]
    made = prepared(
        engine,
        [(heads, {"h.csv": [("1", "a", "2026-01-05"), ("2", "b", "2026-01-05")]}), (PAYMENTS, {"p.csv": payments})],
    )
    assert money(made) == {"a": (1, 100.0)}
    assert rejected(made) == [
        ("h.csv", 3, "missing_amount"),
        ("p.csv", 4, "unpaid"),
        ("p.csv", 5, "unpaid"),
        ("p.csv", 6, "missing_order"),
    ]
    assert sorted((row["order_id"], row["paid_on"].day, float(row["amount"])) for row in made["payment"]) == [
        ("1", 6, 40.0),
        ("1", 7, 60.0),
    ]
    assert accounts(made) == {"h.csv": (2, 1, 1, 0), "p.csv": (5, 2, 3, 0)}


def test_what_was_paid_comes_before_prices_and_after_an_amount_that_the_order_states(engine: Engine) -> None:
    # Freight stands in the payments only: 10 + 2; an order that states 50 is not paid twice when 50 come in.
    world = [
        (PAID_HEADS, {"h.csv": [("1", "a", "2026-01-05", "ok", None), ("2", "b", "2026-01-05", "ok", "50")]}),
        (LINES, {"l.csv": [("1", "p", "1", "10"), ("2", "p", "1", "45")]}),
        (PAYMENTS, {"p.csv": [("1", None, "12", None), ("2", None, "25", None), ("2", None, "25", None)]}),
    ]
    assert money(prepared(engine, world)) == {"a": (1, 12.0), "b": (1, 50.0)}


def test_an_order_that_nobody_paid_is_unpaid_only_where_the_source_says_so(engine: Engine) -> None:
    heads = [("1", "a", "2026-01-05", "ok", "10"), ("2", "b", "2026-01-05", "ok", "20"), ("3", "c", "2026-01-05", "ok", "0")]
    paid = {"p.csv": [("1", "2026-01-05", "10", None)]}
    assert money(prepared(engine, [(PAID_HEADS, {"h.csv": heads}), (PAYMENTS, paid)])) == {
        "a": (1, 10.0),
        "b": (1, 20.0),
        "c": (1, 0.0),
    }
    needing = source("money", Feed.PAYMENT, "order_id paid_at amount status", belongs_to="heads", needs_payment=True)
    made = prepared(engine, [(PAID_HEADS, {"h.csv": heads}), (needing, paid)])
    assert money(made) == {"a": (1, 10.0), "c": (1, 0.0)}
    assert rejected(made) == [("h.csv", 3, "unpaid")]


def test_a_payment_below_zero_is_a_refund_on_its_own_day(engine: Engine) -> None:
    world = [
        (PAID_HEADS, {"h.csv": [("1", "a", "2026-01-05", "ok", "100")]}),
        (
            PAYMENTS,
            {"p.csv": [("1", "2026-01-05", "100", None), ("1", "2026-03-01", "-30", None), ("1", "2026-03-02", "-90", None)]},
        ),
    ]
    made = prepared(engine, world)
    assert money(made) == {"a": (1, 70.0)}
    assert [(row["ordered_on"], float(row["net_revenue"])) for row in made["order_line"] if row["kind"] == "return"] == [
        (date(2026, 3, 1), -30.0)
    ]
    assert rejected(made) == [("p.csv", 4, "refund_above_paid")]
    assert accounts(made)["p.csv"] == (3, 2, 1, 0)


ORDERS = source("shop", Feed.ORDER_LINE, "order_id customer_id ordered_at status product_id quantity line_amount")
RETURNS = source("back", Feed.RETURN, "return_id order_id product_id returned_at amount quantity status", belongs_to="shop")
SOLD = {
    "o.csv": [
        ("1", "a", "2026-01-05", "ok", "p", "2", "60"),
        ("1", "a", "2026-01-05", "ok", "q", "1", "40"),
        ("2", "b", "2026-01-06", "ok", "p", "1", "30"),
        ("3", "c", "2026-01-06", "已取消", "p", "1", "30"),
    ]
}


def test_a_return_takes_off_its_amount_its_line_or_its_order(engine: Engine) -> None:
    """Every order is p, 2 pieces for 60, and q, 1 piece for 40. Order -> its returns (product, day, amount, pieces) and what is left."""
    told: dict[str, tuple[list[tuple[str | None, ...]], float]] = {
        "amount": ([(None, "2026-02-01", "25", None)], 75),
        "line": ([("q", "2026-02-01", None, None)], 60),
        "piece": ([("p", "2026-02-01", None, "1")], 70),
        "whole": ([(None, "2026-02-01", None, None)], 0),
        "all pieces": ([(None, "2026-02-01", None, "3")], 0),
        "rest": ([(None, "2026-02-01", "30", None), (None, "2026-02-02", None, None)], 0),
        "twice": ([(None, "2026-02-01", None, None), (None, "2026-02-02", None, None)], 0),
        "two parts": ([("q", "2026-02-01", "10", None), ("q", "2026-02-09", "15", None)], 75),
        "too much": ([(None, "2026-02-01", "80", None), (None, "2026-02-02", "30", None)], 20),
        "unknown product": ([("z", "2026-02-01", None, None)], 100),
        "a piece of what": ([(None, "2026-02-01", None, "1")], 100),
        "minus": ([(None, "2026-02-01", "-25", None)], 75),
    }
    sold = [(name, name, "2026-01-05", None, *line) for name in told for line in (("p", "2", "60"), ("q", "1", "40"))]
    back = [
        (f"{name}{number}", name, product, day, amount, pieces, "done")
        for name, (rows, _left) in told.items()
        for number, (product, day, amount, pieces) in enumerate(rows)
    ]
    made = prepared(engine, [(ORDERS, {"o.csv": sold}), (RETURNS, {"r.csv": back})])
    assert money(made) == {name: (1, left) for name, (_rows, left) in told.items()}
    assert accounts(made)["r.csv"] == (len(back), len(back) - 3, 3, 0)
    assert sorted(reason for _file, _row, reason in rejected(made)) == ["missing_amount", "missing_amount", "refund_above_paid"]
    assert float(sum(row["counted"] for row in made["return"])) == sum(100 - left for _rows, left in told.values())


def test_a_sources_own_words_decide_before_the_known_ones(engine: Engine) -> None:
    own = source(
        "back",
        Feed.RETURN,
        "order_id amount status",
        belongs_to="shop",
        statuses={StatusClass.RETURNED: ("7", "closed"), StatusClass.VOID: ("9",)},
    )
    made = prepared(engine, [(ORDERS, SOLD), (own, {"r.csv": [("1", "5", "7"), ("1", "6", "9"), ("1", "8", "Closed")]})])
    assert money(made)["a"] == (1, 87.0)
    assert [row for row in rejected(made) if row[0] == "r.csv"] == [("r.csv", 3, "not_returned")]


def test_a_return_without_its_order_is_told_and_one_of_a_cancelled_order_counts_nothing(engine: Engine) -> None:
    told = [("r1", "9", None, "2026-02-01", "25", None, None), ("r2", "3", None, "2026-02-01", "30", None, None)]
    made = prepared(engine, [(ORDERS, SOLD), (RETURNS, {"r.csv": told})])
    assert money(made) == {"a": (1, 100.0), "b": (1, 30.0)}
    assert rejected(made) == [("o.csv", 5, "cancelled"), ("r.csv", 2, "missing_order")]
    assert [(row["order_id"], float(row["amount"]), float(row["counted"])) for row in made["return"]] == [("3", 30.0, 0.0)]


def test_a_refund_that_the_order_states_too_counts_once_and_on_the_day_of_the_list(engine: Engine) -> None:
    orders = source("shop", Feed.ORDER_LINE, "order_id customer_id ordered_at order_amount refund_amount")
    back = source("back", Feed.RETURN, "order_id returned_at amount", belongs_to="shop")
    rows = [("1", "a", "2025-05-05", "100", "30"), ("2", "b", "2025-05-05", "100", "30"), ("3", "c", "2025-05-05", "100", None)]
    told = [("1", "2026-02-01", "30"), ("2", "2026-02-01", "30"), ("2", "2026-03-01", "20"), ("3", "2026-03-01", "20")]
    made = prepared(engine, [(orders, {"o.csv": rows}), (back, {"r.csv": told})])
    assert money(made) == {"a": (1, 70.0), "b": (1, 50.0), "c": (1, 80.0)}
    assert {row["ordered_on"].year for row in made["order_line"] if row["kind"] == "return"} == {2026}
    assert [float(row["counted"]) for row in sorted(made["return"], key=lambda row: row["row_number"])] == [0.0, 0.0, 20.0, 20.0]


def test_a_return_that_moved_on_in_a_later_file_is_what_the_later_file_says(engine: Engine) -> None:
    files = {
        "r1.csv": [("r1", "1", None, "2026-02-01", "25", None, "申请中"), ("r2", "2", None, "2026-02-01", "5", None, "退款成功")],
        "r2.csv": [
            ("r1", "1", None, "2026-02-01", "25", None, "退款成功"),
            ("r2", "2", None, "2026-02-01", "5", None, "退款关闭"),
        ],
    }
    made = prepared(engine, [(ORDERS, SOLD), (RETURNS, files)])
    assert money(made) == {"a": (1, 75.0), "b": (1, 30.0)}


def test_the_second_download_of_a_name_is_the_newer_one_for_heads_payments_and_returns(engine: Engine) -> None:
    # By letters "h (1).csv" comes before "h.csv"; browsers write it later.
    pays = source("money", Feed.PAYMENT, "payment_id order_id amount status", belongs_to="heads")
    back = source("back", Feed.RETURN, "return_id order_id amount status", belongs_to="heads")
    heads = source("heads", Feed.ORDER, "order_id customer_id ordered_at status")
    world = [
        (
            heads,
            {
                "h.csv": [("1", "a", "2026-01-05", "ok"), ("2", "b", "2026-01-05", "ok")],
                "h (1).csv": [("1", "a", "2026-01-05", "交易关闭")],
            },
        ),
        (pays, {"p.csv": [("x", "2", "10", "成功")], "p (1).csv": [("x", "2", "12", "成功")]}),
        (back, {"r.csv": [("r", "2", "5", "退款成功")], "r (1).csv": [("r", "2", "5", "退款关闭")]}),
    ]
    made = prepared(engine, world)
    assert money(made) == {"b": (1, 12.0)}
    assert rejected(made) == [
        ("h (1).csv", 2, "cancelled"),
        ("h.csv", 2, "superseded"),
        ("p.csv", 2, "superseded"),
        ("r (1).csv", 2, "not_returned"),
        ("r.csv", 2, "superseded"),
    ]


def test_returns_of_lines_and_heads_meet_the_same_orders(engine: Engine) -> None:
    world = [
        (HEADS, {"h.csv": [("1", "a", "2026-01-05", "ok")]}),
        (LINES, {"l.csv": [("1", "p", "1", "60"), ("1", "q", "1", "40")]}),
    ]
    for name in ("heads", "lines"):
        back = source("back", Feed.RETURN, "order_id product_id amount", belongs_to=name)
        made = prepared(engine, [*world, (back, {"r.csv": [("1", "q", None)]})])
        assert money(made) == {"a": (1, 60.0)}
        assert [
            (row["source"], row["line_number"], row["product_id"]) for row in made["order_line"] if row["kind"] == "return"
        ] == [("heads", 3, "q")]
