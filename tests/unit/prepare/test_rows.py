"""Every row that came in is there once, read as what its fields hold, with the first reason why it cannot be used."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa

from fenji.domain.feeds import FEEDS, Feed, field_names
from fenji.domain.reasons import Reason
from fenji.domain.sources import ColumnMapping, DateOrder, DecimalSign, DropRule, FileLocation, MoneyUnit, Source, StatusClass
from fenji.engines.duck import DuckEngine
from fenji.prepare.rows import PROVENANCE, VERDICT, day_name, typed_rows, unread
from fenji.tables.raw import RAW


def source(feed: Feed, *fields: str, name: str = "shop", **options: object) -> Source:
    columns = {field: ColumnMapping(column=field) for field in fields} | options.pop("columns", {})
    return Source(name=name, feed=feed, location=FileLocation(("*.csv",)), columns=columns, **options)


def raw(engine: DuckEngine, feed: Feed, rows: list[dict[str, str | None]], name: str = "shop") -> object:
    full = [
        dict.fromkeys(field_names(feed)) | {"source": name, "file": "a.csv", "row_number": n, "batch": "b", "row_hash": n} | row
        for n, row in enumerate(rows, start=2)
    ]
    return engine.from_arrow(pa.Table.from_pylist(full, schema=RAW[feed].schema.to_pyarrow()))


def typed(
    engine: DuckEngine, feed: Feed, rows: list[dict[str, str | None]], *sources: Source, zone: str = "Asia/Shanghai"
) -> list[dict]:
    table = typed_rows(raw(engine, feed, rows), feed, sources, calendar=engine, zone=zone, currency="CNY")
    return engine.fetch(table.order_by("source", "row_number")).to_pylist()


ORDER = (
    "order_id",
    "customer_id",
    "ordered_at",
    "paid_at",
    "status",
    "product_id",
    "quantity",
    "unit_price",
    "refund_amount",
    "phone",
)
GOOD = {"order_id": "1", "customer_id": "c1", "ordered_at": "2020-02-03 00:30:00", "quantity": "2", "unit_price": "9.90"}


def reasons(
    engine: DuckEngine, rows: list[dict[str, str | None]], *, fields: tuple[str, ...] = ORDER, **options: object
) -> list[tuple]:
    found = typed(engine, Feed.ORDER_LINE, [GOOD | row for row in rows], source(Feed.ORDER_LINE, *fields, **options))
    return [(row["reason"], row["field"], row["came"]) for row in found]


def test_a_row_is_read_as_what_its_fields_hold(engine: DuckEngine) -> None:
    (row,) = typed(
        engine, Feed.ORDER_LINE, [GOOD | {"phone": "138 1234 5678", "region": "not mapped"}], source(Feed.ORDER_LINE, *ORDER)
    )
    told = {name: value for name, value in row.items() if value is not None}
    assert told == {
        "source": "shop",
        "file": "a.csv",
        "row_number": 2,
        "order_id": "1",
        "customer_id": "c1",
        "phone": "+8613812345678",
        "ordered_at": datetime(2020, 2, 2, 16, 30, tzinfo=UTC),
        "ordered_on": date(2020, 2, 3),
        "quantity": Decimal(2),
        "unit_price": Decimal("9.9"),
        "unread_fields": 0,
    }
    moments = {day_name(field.name) for field in FEEDS[Feed.ORDER_LINE] if field.cell == "moment"}
    assert set(row) == {*PROVENANCE, *field_names(Feed.ORDER_LINE), *moments, *VERDICT}


def test_a_source_in_another_zone_has_days_of_the_workspace(engine: DuckEngine) -> None:
    london = source(Feed.ORDER_LINE, *ORDER, time_zone="Europe/London")
    (row,) = typed(engine, Feed.ORDER_LINE, [GOOD | {"ordered_at": "2020-07-03 20:30"}], london)
    assert (row["ordered_at"], row["ordered_on"]) == (datetime(2020, 7, 3, 19, 30, tzinfo=UTC), date(2020, 7, 4))
    (row,) = typed(engine, Feed.ORDER_LINE, [GOOD | {"ordered_at": "2020-07-03T16:30:00Z"}], london)
    assert (row["ordered_at"], row["ordered_on"]) == (datetime(2020, 7, 3, 16, 30, tzinfo=UTC), date(2020, 7, 4))


def test_constants_units_and_default_kinds_fill_every_row(engine: DuckEngine) -> None:
    shop = source(
        Feed.ORDER_LINE,
        "order_id",
        "ordered_at",
        columns={"channel": ColumnMapping(constant="天猫"), "line_amount": ColumnMapping(column="x", unit=MoneyUnit.FEN)},
    )
    (row,) = typed(engine, Feed.ORDER_LINE, [GOOD | {"line_amount": "1990"}], shop)
    assert (row["channel"], row["line_amount"], row["reason"]) == ("天猫", Decimal("19.9"), None)
    visits = source(Feed.EVENT, "customer_id", "at", default_kind="visit")
    (row,) = typed(engine, Feed.EVENT, [{"customer_id": "c1", "at": "2020-02-03"}], visits)
    assert (row["kind"], row["on"], row["reason"]) == ("visit", date(2020, 2, 3), None)


def test_faults_of_order_rows_have_their_reasons(engine: DuckEngine) -> None:
    cases = [
        ({}, (None, None, None)),
        ({"order_id": "1.93053E+17"}, (Reason.DESTROYED_ID, "order_id", "1.93053E+17")),
        ({"order_id": " "}, (Reason.MISSING_ID, "order_id", " ")),
        ({"customer_id": "1.9E+17"}, (Reason.DESTROYED_ID, "customer_id", None)),
        ({"customer_id": "--"}, (None, None, None)),
        ({"product_id": "6.9E+12"}, (None, None, None)),
        ({"ordered_at": "0000-00-00 00:00:00"}, (Reason.MISSING_DATE, "ordered_at", "0000-00-00 00:00:00")),
        ({"ordered_at": "1970-01-01 08:00:00"}, (Reason.MISSING_DATE, "ordered_at", "1970-01-01 08:00:00")),
        ({"ordered_at": "2020-02-30"}, (Reason.INVALID_DATE, "ordered_at", "2020-02-30")),
        ({"ordered_at": "9999-12-31"}, (Reason.INVALID_DATE, "ordered_at", "9999-12-31")),
        ({"ordered_at": None, "paid_at": "2020-02-04"}, (None, None, None)),
        ({"paid_at": "soon"}, (None, None, None)),
        ({"quantity": "many"}, (Reason.INVALID_QUANTITY, "quantity", "many")),
        ({"unit_price": "free"}, (Reason.INVALID_AMOUNT, "unit_price", "free")),
        ({"refund_amount": "无退款申请"}, (None, None, None)),
        ({"phone": "1******6198"}, (None, None, None)),
        ({"order_id": "1.9E+17", "unit_price": "free"}, (Reason.DESTROYED_ID, "order_id", "1.9E+17")),
    ]
    assert reasons(engine, [row for row, _ in cases]) == [expected for _, expected in cases]


def test_orders_that_were_not_paid_or_called_off_are_left_out(engine: DuckEngine) -> None:
    paid = [
        "交易成功",
        "买家已付款，等待卖家发货",
        "卖家已发货，等待买家确认",
        "等待出库",
        "已完成",
        "取消退款",
        "Completed",
        "paid",
        "closed",
        None,
    ]
    unpaid = ["等待买家付款", "待付款", "(锁定)待付款", "未支付", "Pending payment", "unpaid"]
    cancelled = [
        "交易关闭",
        "已取消",
        "（删除）等待出库",
        "(删除)等待付款",
        "Cancelled",
        "canceled",
        "用户取消",
        "已作废",
        "未发货，退款成功",
    ]
    rows = [{"status": status, "ordered_at": None} for status in [*unpaid, *cancelled]]
    assert reasons(engine, [{"status": status} for status in paid]) == [(None, None, None)] * len(paid)
    assert reasons(engine, rows) == [(Reason.UNPAID, "status", each) for each in unpaid] + [
        (Reason.CANCELLED, "status", each) for each in cancelled
    ]
    assert reasons(engine, [{"status": "已发货，退款成功", "refund_amount": "5"}]) == [(None, None, None)]


def test_a_source_may_say_what_paid_is(engine: DuckEngine) -> None:
    found = reasons(
        engine,
        [{"status": " Closed Won "}, {"status": "quote"}, {"status": None, "order_id": "2"}, {"status": "cancelled"}],
        paid_statuses=("closed won",),
    )
    assert [reason for reason, _, _ in found] == [None, Reason.UNPAID, Reason.UNPAID, Reason.CANCELLED]


def test_what_one_row_says_holds_for_the_rows_of_its_order(engine: DuckEngine) -> None:
    columns = ("order_id", "ordered_at", "status", "line_amount", "refund_amount", "cancelled_at")
    told = [
        ("1", "paid", None, None),
        ("1", None, None, None),
        ("2", "refunded", "100", None),  # the refund takes both lines back: they stay
        ("2", None, None, None),
        ("3", "refunded", None, None),  # nobody says how much: all of it
        ("3", None, None, None),
        ("4", "voided", "0", None),
        ("4", None, None, None),
        ("5", "paid", None, "2025-06-06 10:00"),
        ("5", None, None, None),
        ("6", "交易成功", None, None),  # lines with a status of their own keep it
        ("6", "交易关闭", None, None),
        (None, None, None, None),
    ]
    rows = [
        {"order_id": order, "status": status, "refund_amount": refund, "cancelled_at": cancelled, "line_amount": "50"}
        for order, status, refund, cancelled in told
    ]
    found = [reason for reason, _, _ in reasons(engine, rows, fields=columns)]
    gone = Reason.CANCELLED
    assert found == [None, None, None, None, gone, gone, gone, gone, gone, gone, None, gone, Reason.MISSING_ID]


def test_a_returned_document_is_no_sale_that_came_to_nothing(engine: DuckEngine) -> None:
    columns = ("order_id", "ordered_at", "status", "line_amount", "kind")
    rows = [
        {"order_id": "1", "status": "已退货", "line_amount": "-50"},
        {"order_id": "2", "status": "returned", "line_amount": "50", "kind": "return"},
        {"order_id": "3", "status": "returned", "line_amount": "50"},
    ]
    assert [reason for reason, _, _ in reasons(engine, rows, fields=columns)] == [None, None, Reason.CANCELLED]


def test_orders_without_a_time_of_payment_are_unpaid_where_the_shop_writes_one(engine: DuckEngine) -> None:
    columns = ("order_id", "ordered_at", "paid_at", "line_amount")
    rows = [
        {"order_id": "1", "paid_at": "2026-01-04 10:01:00"},
        {"order_id": "1", "paid_at": None},
        {"order_id": "2", "paid_at": None},
        {"order_id": "3", "paid_at": "0000-00-00 00:00:00"},
        {"order_id": "4", "paid_at": "soon"},
    ]
    found = reasons(engine, [row | {"line_amount": "5"} for row in rows], fields=columns, needs_paid_at=True)
    assert [reason for reason, _, _ in found] == [None, None, Reason.UNPAID, Reason.UNPAID, None]
    found = reasons(engine, [row | {"line_amount": "5"} for row in rows], fields=columns)
    assert [reason for reason, _, _ in found] == [None] * 5


def test_the_sources_own_words_for_statuses_come_first(engine: DuckEngine) -> None:
    words = {StatusClass.VOID: ("9", "paid"), StatusClass.PAID: ("Draft",), StatusClass.UNPAID: ("1",)}
    rows = [{"order_id": str(n), "status": status} for n, status in enumerate(["9", "Paid", " draft", "1", "2", "void"])]
    found = [reason for reason, _, _ in reasons(engine, rows, statuses=words)]
    assert found == [Reason.CANCELLED, Reason.CANCELLED, None, Reason.UNPAID, None, Reason.CANCELLED]


def test_an_amount_in_another_currency_is_not_taken_for_the_sources(engine: DuckEngine) -> None:
    columns = ("order_id", "ordered_at", "line_amount", "refund_amount")
    told = [
        ("12", None),
        ("¥12", "1元"),
        ("US$12", None),
        ("12 usd", "0"),
        ("$12", None),
        ("€12", "£1"),
        ("￥12", "1 EUR"),
        ("NT$9", "1元"),
    ]
    rows = [{"order_id": str(n), "line_amount": line, "refund_amount": back} for n, (line, back) in enumerate(told)]
    found = typed(engine, Feed.ORDER_LINE, [GOOD | row for row in rows], source(Feed.ORDER_LINE, *columns))
    foreign = Reason.FOREIGN_CURRENCY
    assert [(row["currency"], row["reason"], row["field"]) for row in found] == [
        (None, None, None),
        (None, None, None),
        ("USD", None, None),
        ("USD", None, None),
        (None, foreign, "line_amount"),  # of a dozen dollars none is the source's
        ("EUR", foreign, "refund_amount"),
        (None, foreign, "refund_amount"),
        ("TWD", None, None),
    ]
    dollars = source(Feed.ORDER_LINE, *columns, currency="HKD")
    found = typed(engine, Feed.ORDER_LINE, [GOOD | row for row in rows], dollars)
    assert [row["currency"] for row in found if row["reason"] is None] == [None, "USD", "USD", None, "TWD"]


def test_a_column_of_currencies_has_the_first_word(engine: DuckEngine) -> None:
    columns = ("order_id", "ordered_at", "line_amount", "currency")
    told = [("$12", "usd"), ("¥12", "JPY"), ("¥12", "USD"), ("12 EUR", None), ("12", "人民币")]
    rows = [{"order_id": str(n), "line_amount": line, "currency": currency} for n, (line, currency) in enumerate(told)]
    found = typed(engine, Feed.ORDER_LINE, [GOOD | row for row in rows], source(Feed.ORDER_LINE, *columns))
    assert [(row["currency"], row["reason"]) for row in found] == [
        ("usd", None),
        ("JPY", None),
        ("USD", Reason.FOREIGN_CURRENCY),
        ("EUR", None),
        ("人民币", None),
    ]
    product = source(Feed.PRODUCT, "product_id", "unit_cost")
    (row,) = typed(engine, Feed.PRODUCT, [{"product_id": "p", "unit_cost": "US$5"}], product)
    assert (row["unit_cost"], row["unread_fields"] != 0, row["reason"]) == (None, True, None)


def test_a_column_is_read_by_its_order_of_day_and_month_and_its_decimal_sign(engine: DuckEngine) -> None:
    def shop(order: DateOrder | None, decimal: DecimalSign | None) -> Source:
        given = {
            "ordered_at": ColumnMapping(column="d", date_order=order),
            "line_amount": ColumnMapping(column="a", decimal=decimal),
        }
        return source(Feed.ORDER_LINE, "order_id", columns=given)

    row = GOOD | {"ordered_at": "05/06/2025", "line_amount": "1.234,50"}
    (found,) = typed(engine, Feed.ORDER_LINE, [row], shop(DateOrder.MONTH_FIRST, DecimalSign.COMMA))
    assert (found["ordered_on"], found["line_amount"], found["reason"]) == (date(2025, 5, 6), Decimal("1234.5"), None)
    (found,) = typed(engine, Feed.ORDER_LINE, [row], shop(DateOrder.DAY_FIRST, DecimalSign.POINT))
    assert (found["ordered_on"], found["reason"]) == (date(2025, 6, 5), Reason.INVALID_AMOUNT)
    (found,) = typed(engine, Feed.ORDER_LINE, [row], shop(None, None))
    assert (found["ordered_on"], found["reason"]) == (None, Reason.INVALID_DATE)


def test_ids_of_unknown_buyers_are_nobodys(engine: DuckEngine) -> None:
    rows = [{"customer_id": each, "phone": "13800138000"} for each in ("0", "-1", "散客", "Walk-in", "000000", "99999999", "17")]
    found = typed(engine, Feed.ORDER_LINE, [GOOD | row for row in rows], source(Feed.ORDER_LINE, *ORDER))
    assert [(row["customer_id"], row["phone"], row["reason"], row["unread_fields"]) for row in found] == [
        (None, None, None, 0)
    ] * 6 + [("17", None, None, 0)]


def test_drop_rules_come_first_and_keep_their_words(engine: DuckEngine) -> None:
    rules = (
        DropRule("product_id", "postage", values=("POST", "m")),
        DropRule("product_id", "tests", pattern="TEST.*"),
        DropRule("quantity", "samples", values=("0",)),
        DropRule("order_id", "other_shop", pattern="[0-9]+", keep_matching=True),
    )
    rows = [
        {"product_id": " post "},
        {"product_id": "M", "ordered_at": "x"},
        {"product_id": "TEST001"},
        {"product_id": "ATEST"},
        {"quantity": "0"},
        {"order_id": "X1"},
        {"order_id": None},
        {"product_id": None},
    ]
    assert reasons(engine, rows, drop=rules) == [
        ("postage", "product_id", " post "),
        ("postage", "product_id", "M"),
        ("tests", "product_id", "TEST001"),
        (None, None, None),
        ("samples", "quantity", "0"),
        ("other_shop", "order_id", "X1"),
        ("other_shop", "order_id", None),
        (None, None, None),
    ]


def test_what_could_not_be_read_is_told_from_what_is_missing(engine: DuckEngine) -> None:
    table = typed_rows(
        raw(engine, Feed.ORDER_LINE, [GOOD | {"phone": "12"}, GOOD | {"phone": "1******6198"}, GOOD | {"paid_at": "soon"}]),
        Feed.ORDER_LINE,
        [source(Feed.ORDER_LINE, *ORDER)],
        calendar=engine,
        zone="Asia/Shanghai",
        currency="CNY",
    )
    told = table.order_by("row_number").select(
        phone=unread(table, Feed.ORDER_LINE, "phone"), paid_at=unread(table, Feed.ORDER_LINE, "paid_at")
    )
    assert engine.fetch(told).to_pylist() == [
        {"phone": True, "paid_at": False},
        {"phone": False, "paid_at": False},
        {"phone": False, "paid_at": True},
    ]


def test_rows_about_nobody_are_left_out_except_orders_and_products(engine: DuckEngine) -> None:
    (visit,) = typed(engine, Feed.EVENT, [{"at": "2020-02-03", "kind": "visit"}], source(Feed.EVENT, "at", "kind", "phone"))
    assert visit["reason"] == Reason.MISSING_CUSTOMER
    (product,) = typed(engine, Feed.PRODUCT, [{"product_id": "p"}], source(Feed.PRODUCT, "product_id"))
    assert product["reason"] is None
    (order,) = typed(engine, Feed.ORDER_LINE, [GOOD | {"customer_id": None}], source(Feed.ORDER_LINE, *ORDER))
    assert order["reason"] is None
    (referral,) = typed(engine, Feed.REFERRAL, [{"customer_id": "b"}], source(Feed.REFERRAL, "customer_id", "referrer_id"))
    assert (referral["reason"], referral["field"]) == (Reason.MISSING_CUSTOMER, "referrer_id")


def test_each_source_is_read_its_own_way_and_others_are_passed_over(engine: DuckEngine) -> None:
    both = (
        raw(engine, Feed.PRODUCT, [{"product_id": "1", "unit_cost": "5"}], "a")
        .union(raw(engine, Feed.PRODUCT, [{"product_id": "1", "unit_cost": "5"}], "b"))
        .union(raw(engine, Feed.PRODUCT, [{"product_id": "1"}], "gone"))
    )
    fen = source(Feed.PRODUCT, "product_id", name="b", columns={"unit_cost": ColumnMapping(column="x", unit=MoneyUnit.FEN)})
    yuan = source(Feed.PRODUCT, "product_id", "unit_cost", name="a")
    table = typed_rows(both, Feed.PRODUCT, [yuan, fen, source(Feed.EVENT, "at")], calendar=engine, zone="UTC", currency="CNY")
    rows = engine.fetch(table.order_by("source")).to_pylist()
    assert [(row["source"], row["unit_cost"]) for row in rows] == [("a", Decimal(5)), ("b", Decimal("0.05"))]


def test_a_feed_without_a_source_has_no_rows_but_all_columns(engine: DuckEngine) -> None:
    table = typed_rows(
        raw(engine, Feed.CUSTOMER, [{"customer_id": "1"}]), Feed.CUSTOMER, [], calendar=engine, zone="UTC", currency="CNY"
    )
    assert engine.fetch(table).to_pylist() == []
    assert {"birth_on", "registered_at", "registered_on", "consent_marketing", "reason"} <= set(table.columns)
