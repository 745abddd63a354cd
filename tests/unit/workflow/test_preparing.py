"""From raw text to the clean base in one go: a shop with two overlapping files, a second currency, customers, visits and a complaint."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import ibis
import pyarrow as pa
import pytest

from fenji.domain.feeds import Feed, field_names
from fenji.domain.sources import ColumnMapping, DropRule, FileLocation, Source
from fenji.engines.duck import DuckEngine
from fenji.engines.engine import Engine
from fenji.errors import InvalidSettings
from fenji.tables import clean
from fenji.tables.raw import RAW, UNREADABLE
from fenji.workspace.preparing import STEPS, PrepareOptions, prepare_base

OPTIONS = PrepareOptions("Asia/Shanghai", "CNY", rates={"USD": {"2020-02": Decimal(7)}}, link_by=("phone",))


def _source(name: str, feed: Feed, *fields: str, **options: object) -> Source:
    return Source(name, feed, FileLocation((f"{name}*",)), {field: ColumnMapping(field) for field in fields}, **options)


SHOP = _source(
    "shop",
    Feed.ORDER_LINE,
    *(
        "order_id",
        "customer_id",
        "phone",
        "ordered_at",
        "status",
        "product_id",
        "product_name",
        "category",
        "quantity",
        "unit_price",
    ),
    drop=(DropRule("product_id", "postage", ("POST",)),),
)
ABROAD = _source("abroad", Feed.ORDER_LINE, "order_id", "customer_id", "ordered_at", "order_amount", currency="USD")
MEMBERS = _source("members", Feed.CUSTOMER, "customer_id", "phone", "name", "gender", "registered_at", "referrer_id")
VISITS = _source("visits", Feed.EVENT, "customer_id", "at", default_kind="visit")
VOICES = _source("voices", Feed.FEEDBACK, "phone", "at", "kind", "score")
SOURCES = (SHOP, ABROAD, MEMBERS, VISITS, VOICES)

FIRST = ("1", "ann", "13900000001", "2020-02-01 10:00", "交易成功", "p1", "茶", "饮品", "2", "5.00")
OPEN = ("2", "ann", "13900000001", "2020-02-11 10:00", "等待买家付款", "p1", "茶", "饮品", "1", "5.00")
POST = ("3", "bob", None, "2020-02-12 10:00", "交易成功", "POST", "邮费", None, "1", "9.00")
GUEST = ("4", None, None, "2020-02-12 11:00", "交易成功", "p2", "杯", None, "1", "20.00")
SAME_PHONE = ("5", "ann2", "139-0000-0001", "2020-02-15 23:30", "交易成功", "p1", "茶", None, "1", "5.00")
BROKEN = ("1.93053E+17", "bob", None, "2020-02-15", "交易成功", "p1", "茶", "饮品", "1", "5.00")


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    opened = DuckEngine(threads=1)
    yield opened
    opened.close()


def _raw(engine: Engine, feed: Feed, files: list[tuple[Source, str, list[tuple]]]) -> ibis.Table:
    rows = [
        dict.fromkeys(field_names(feed))
        | {"source": source.name, "file": file, "row_number": number, "batch": "b", "row_hash": hash(row)}
        | dict(zip(source.columns, row, strict=True))
        for source, file, cells in files
        for number, row in enumerate(cells, start=2)
    ]
    return engine.from_arrow(pa.Table.from_pylist(rows, schema=RAW[feed].schema.to_pyarrow()))


def _world(engine: Engine) -> dict[Feed, ibis.Table]:
    given = {
        Feed.ORDER_LINE: [
            (SHOP, "jan.csv", [FIRST, FIRST, OPEN, POST]),
            (SHOP, "feb.csv", [FIRST, POST, GUEST, SAME_PHONE, BROKEN]),
            (ABROAD, "abroad.csv", [("7", "cat", "2020-02-20", "10.00")]),
        ],
        Feed.CUSTOMER: [
            (
                MEMBERS,
                "m.csv",
                [("ann", "13900000001", "安", "女", "2019-05-01", None), ("dan", None, "丹", None, "2020-01-01", "ann")],
            )
        ],
        Feed.EVENT: [(VISITS, "v.csv", [("cat", "2020-01-05"), (None, "2020-01-06")])],
        Feed.FEEDBACK: [(VOICES, "f.csv", [("13900000001", "2020-02-16", "满意度", "80")])],
    }
    return {feed: _raw(engine, feed, given.get(feed, [])) for feed in Feed}


def _made(
    engine: Engine, sources: tuple[Source, ...] = SOURCES, options: PrepareOptions = OPTIONS, known: ibis.Table | None = None
) -> dict[str, ibis.Table]:
    bad = {
        "source": "shop",
        "file": "feb.csv",
        "row_number": 9,
        "batch": "b",
        "feed": "order_line",
        "reason": "ragged_row",
        "came": "x",
    }
    unreadable = engine.from_arrow(pa.Table.from_pylist([bad], schema=UNREADABLE.schema.to_pyarrow()))
    told: list[tuple[str, int]] = []
    made = prepare_base(
        engine,
        _world(engine),
        unreadable,
        sources,
        options,
        previous_identity=known,
        on_step=lambda words, done: told.append((words, done)),
    )
    assert told == [(words, number) for number, words in enumerate(STEPS)]
    return made


@pytest.fixture(scope="module")
def made(engine: Engine) -> dict[str, ibis.Table]:
    return {name: engine.stage(table) for name, table in _made(engine).items()}


def _rows(engine: Engine, table: ibis.Table, *names: str) -> list[tuple]:
    return [tuple(row.values()) for row in engine.fetch(table.select(*names).order_by(*names)).to_pylist()]


def test_every_clean_table_is_made_as_its_contract_says(made: dict[str, ibis.Table]) -> None:
    found = {name: table.schema().to_pyarrow() for name, table in made.items()}
    assert found == {name: contract.schema.to_pyarrow() for name, contract in clean.CLEAN.items()}


def test_customers_are_linked_and_known_from_any_table(engine: Engine, made: dict[str, ibis.Table]) -> None:
    names = ("customer_key", "customer_id", "name", "gender", "first_seen_on", "referred_by_key")
    assert _rows(engine, made["clean.customer"], *names) == [
        (1, "ann", "安", "female", date(2019, 5, 1), None),
        (2, "cat", None, None, date(2020, 1, 5), None),
        (3, "dan", "丹", None, date(2020, 1, 1), 1),
    ]


def test_order_lines_are_what_was_paid(engine: Engine, made: dict[str, ibis.Table]) -> None:
    names = (
        "source",
        "order_id",
        "line_number",
        "ordered_on",
        "category",
        "net_revenue",
        "currency",
        "order_revenue",
        "days_since_previous_order",
    )
    day = date(2020, 2, 1)
    assert _rows(engine, made["clean.order_line"], *names) == [
        ("abroad", "7", 1, date(2020, 2, 20), None, Decimal("70.00"), "USD", Decimal("70.00"), None),
        ("shop", "1", 1, day, "饮品", Decimal("10.00"), "CNY", Decimal("20.00"), None),
        ("shop", "1", 2, day, "饮品", Decimal("10.00"), "CNY", None, None),
        ("shop", "4", 1, date(2020, 2, 12), None, Decimal("20.00"), "CNY", Decimal("20.00"), None),
        ("shop", "5", 1, date(2020, 2, 15), "饮品", Decimal("5.00"), "CNY", Decimal("5.00"), 14),
    ]


def test_every_record_is_accounted_for(engine: Engine, made: dict[str, ibis.Table]) -> None:
    names = (
        "file",
        "rows_in",
        "kept",
        "rejected",
        "across_files",
        "repeats_within_file",
        "unattributed_rows",
        "unattributed_net_revenue",
    )
    assert _rows(engine, made["clean.file_account"], *names) == [
        ("abroad.csv", 1, 1, 0, 0, 0, 0, Decimal("0.00")),
        ("f.csv", 1, 1, 0, 0, 0, 0, Decimal("0.00")),
        # By name jan.csv comes last, and where orders have a status the last file is believed: both FIRST and POST are its own.
        ("feb.csv", 6, 2, 2, 2, 0, 1, Decimal("20.00")),
        ("jan.csv", 4, 2, 2, 0, 1, 0, Decimal("0.00")),
        ("m.csv", 2, 2, 0, 0, 0, 0, Decimal("0.00")),
        ("v.csv", 2, 1, 1, 0, 0, 0, Decimal("0.00")),
    ]
    assert _rows(engine, made["clean.rejected_row"], "file", "row_number", "reason", "field", "came") == [
        ("feb.csv", 6, "destroyed_id", "order_id", "1.93053E+17"),
        ("feb.csv", 9, "ragged_row", None, None),
        ("jan.csv", 4, "unpaid", "status", "等待买家付款"),
        ("jan.csv", 5, "postage", "product_id", "POST"),
        ("v.csv", 3, "missing_customer", None, None),
    ]


def test_events_and_feedback_belong_to_their_customers(engine: Engine, made: dict[str, ibis.Table]) -> None:
    keys = dict(_rows(engine, made["clean.customer"], "customer_id", "customer_key"))
    assert _rows(engine, made["clean.event"], "customer_key", "on", "kind") == [(keys["cat"], date(2020, 1, 5), "visit")]
    assert _rows(engine, made["clean.feedback"], "customer_key", "kind", "score") == [(keys["ann"], "satisfaction", 80.0)]
    assert _rows(engine, made["clean.referral"], "referred_key", "customer_key") == [(keys["dan"], keys["ann"])]


def test_customers_keep_their_keys_in_the_next_run(engine: Engine, made: dict[str, ibis.Table]) -> None:
    known = made["clean.identity"].mutate(customer_key=made["clean.identity"]["customer_key"] + 100)
    again = _made(engine, known=engine.stage(known))
    before = _rows(engine, made["clean.customer"], "customer_id", "customer_key")
    assert _rows(engine, again["clean.customer"], "customer_id", "customer_key") == [(name, key + 100) for name, key in before]


def test_missing_rates_end_the_run(engine: Engine) -> None:
    with pytest.raises(InvalidSettings) as caught:
        _made(engine, options=PrepareOptions("Asia/Shanghai", "CNY", rates={"USD": {"2020-03": Decimal(7)}}))
    assert [problem.values["month"] for problem in caught.value.problems] == ["2020-02"]


def test_a_workspace_with_one_feed_has_all_tables(engine: Engine) -> None:
    made = _made(engine, sources=(MEMBERS,))
    assert set(made) == set(clean.CLEAN)
    assert _rows(engine, made["clean.customer"], "customer_id") == [("ann",), ("dan",)]
    assert _rows(engine, made["clean.order_line"], "order_id") == []
