"""Everyone known from any table, once, and what is believed of them; a handful of customers, worked by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

import pyarrow as pa

from fenji.domain.feeds import FEEDS, Feed
from fenji.domain.sources import ColumnMapping, FileLocation, Source
from fenji.engines.engine import Engine
from fenji.prepare.customers import find_first_days, make_customers
from fenji.tables.clean import CUSTOMER, IDENTITY, REFERRAL

PLACE = [
    ("source", pa.string()),
    ("file", pa.string()),
    ("row_number", pa.int64()),
    ("customer_key", pa.int64()),
    ("reason", pa.string()),
]
TYPED = {"birth_on": pa.date32(), "registered_at": pa.timestamp("us", tz="UTC"), "consent_marketing": pa.bool_()}
CUSTOMERS = pa.schema(
    [*PLACE, *((each.name, TYPED.get(each.name, pa.string())) for each in FEEDS[Feed.CUSTOMER]), ("registered_on", pa.date32())]
)
ORDERS = pa.schema(
    [*PLACE, *((name, pa.string()) for name in ("customer_name", "region", "city"))]
    + [(name, pa.timestamp("us", tz="UTC")) for name in ("ordered_at", "paid_at")]
    + [("ordered_on", pa.date32())]
)
ORDER_COLUMNS = {name: ColumnMapping(name) for name in ("customer_name", "region", "city")}
SOURCES = [
    Source("crm", Feed.CUSTOMER, FileLocation(("crm",)), {}),
    Source("shop", Feed.CUSTOMER, FileLocation(("shop",)), {}),
    Source("orders", Feed.ORDER_LINE, FileLocation(("o",)), ORDER_COLUMNS),
]

Row = Mapping[str, object]


def _at(day: int) -> datetime:
    return datetime(2026, 1, day, 4, tzinfo=UTC)


def _person(source: str, number: int, key: int, day: int | None = None, *, file: str = "a.csv", **more: object) -> Row:
    when = {"registered_at": day and _at(day), "registered_on": day and date(2026, 1, day)}
    return {"source": source, "file": file, "row_number": number, "customer_key": key, **when, **more}


def _order(number: int, key: int | None, day: int, **more: object) -> Row:
    return {
        "source": "orders",
        "file": "o.csv",
        "row_number": number,
        "customer_key": key,
        "ordered_at": _at(day),
        "ordered_on": date(2026, 1, day),
        **more,
    }


def _table(rows: Sequence[Row], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist([{name: row.get(name) for name in schema.names} for row in rows], schema)


def _customers(
    engine: Engine,
    ids: Sequence[tuple[str, int]],
    people: Sequence[Row] = (),
    orders: Sequence[Row] = (),
    *,
    referrals: Sequence[tuple[int, int]] = (),
    sources: Sequence[Source] = SOURCES,
) -> dict[int, dict[str, object]]:
    """What is known of each customer, without what is not."""
    identity = [
        {"source": "workspace", "source_customer_id": name, "customer_key": key, "rule": "own_id", "probability": 1.0}
        for name, key in ids
    ]
    referral = [{"referred_key": whom, "customer_key": who, "referred_on": None} for whom, who in referrals]
    customer_rows = engine.from_arrow(_table(people, CUSTOMERS))
    order_rows = engine.from_arrow(_table(orders, ORDERS))
    table = make_customers(
        engine.from_arrow(_table(identity, IDENTITY.schema.to_pyarrow())),
        customer_rows,
        order_rows,
        first_days=find_first_days([(customer_rows, "registered_on"), (order_rows, "ordered_on")]),
        referral=engine.from_arrow(_table(referral, REFERRAL.schema.to_pyarrow())),
        sources=sources,
    )
    assert engine.stage(table).schema() == CUSTOMER.schema
    found = engine.fetch(table).to_pylist()
    assert len(found) == len({row["customer_key"] for row in found})
    return {row.pop("customer_key"): {name: value for name, value in row.items() if value is not None} for row in found}


def test_everyone_in_the_identity_table_is_a_customer_under_the_smallest_own_id(engine: Engine) -> None:
    ids = [("z9", 1), ("a1", 1), ("phone:+8613900000001", 1), ("phone:+8613900000002", 2), ("email:li@example.com", 2)]
    assert _customers(engine, ids) == {1: {"customer_id": "a1"}, 2: {"customer_id": "email:li@example.com"}}


def test_the_first_row_that_says_something_is_believed_sources_in_their_order_then_the_newest(engine: Engine) -> None:
    people = [
        _person("shop", 2, 1, 20, name="shop name", city="shop city", industry="shop industry", prior_tier="gold"),
        _person("crm", 2, 1, 5, file="2026-01.csv", name="old name", city="old city", region="old region"),
        _person("crm", 2, 1, 5, file="2026-02.csv", name="new name", region="new region"),
        _person("crm", 3, 1, 5, file="2026-02.csv", name="newest name"),
        _person("crm", 4, 1, 30, name="rejected", reason="postage"),
    ]
    assert _customers(engine, [("a", 1)], people) == {
        1: {
            "customer_id": "a",
            "name": "newest name",
            "region": "new region",
            "city": "old city",
            "industry": "shop industry",
            "prior_tier": "gold",
            "registered_on": date(2026, 1, 5),
            "first_seen_on": date(2026, 1, 5),
        }
    }


def test_what_no_customer_row_knows_comes_from_the_latest_order_that_says_it(engine: Engine) -> None:
    people = [_person("crm", 2, 1, 9, city="北京")]
    orders = [
        _order(2, 1, 3, customer_name="early", region="河北", city="石家庄"),
        _order(3, 1, 7, customer_name="late"),
        _order(4, None, 1, customer_name="nobody"),
        _order(5, 2, 8, region="a"),
        _order(6, 2, 8, region="b"),
        _order(7, 2, 9, region="cancelled", reason="cancelled"),
    ]
    expected = {
        1: {
            "customer_id": "a",
            "name": "late",
            "region": "河北",
            "city": "北京",
            "registered_on": date(2026, 1, 9),
            "first_seen_on": date(2026, 1, 3),
        },
        2: {"customer_id": "b", "region": "b", "first_seen_on": date(2026, 1, 8)},
    }
    assert _customers(engine, [("a", 1), ("b", 2)], people, orders) == expected
    unmapped = [*SOURCES[:2], Source("orders", Feed.ORDER_LINE, FileLocation(("o",)), {})]
    assert "region" not in _customers(engine, [("a", 1), ("b", 2)], people, orders, sources=unmapped)[2]


def test_gender_and_kind_have_one_word_in_both_languages_and_unknown_words_say_nothing(engine: Engine) -> None:
    words = {
        1: ("男", "企业客户"),
        2: ("Female", "个人"),
        3: ("M", "Company"),
        4: ("女士", "private person"),
        5: ("2", "个体工商户"),
        6: ("保密", "金卡"),
        7: ("其他", "B2C"),
        8: ("0", None),
    }
    people = [_person("crm", key, key, gender=gender, kind=kind) for key, (gender, kind) in words.items()]
    found = _customers(engine, [(str(key), key) for key in words], people)
    assert {key: (row.get("gender"), row.get("kind")) for key, row in found.items()} == {
        1: ("male", "company"),
        2: ("female", "person"),
        3: ("male", "company"),
        4: ("female", "person"),
        5: ("female", "company"),
        6: (None, None),
        7: ("other", "person"),
        8: (None, None),
    }


def test_a_refusal_under_one_of_several_ids_is_a_refusal_and_each_id_counts_with_its_latest_word(engine: Engine) -> None:
    people = [
        _person("crm", 2, 1, customer_id="a", consent_marketing=True),
        _person("shop", 2, 1, customer_id="b", consent_marketing=False),
        _person("crm", 3, 2, customer_id="c", consent_marketing=False),
        _person("crm", 4, 2, customer_id="c", consent_marketing=True),
        _person("crm", 5, 3, customer_id="d"),
    ]
    found = _customers(engine, [("a", 1), ("c", 2), ("d", 3)], people)
    assert {key: row.get("consent_marketing") for key, row in found.items()} == {1: False, 2: True, 3: None}


def test_a_referred_customer_knows_who_brought_them(engine: Engine) -> None:
    found = _customers(engine, [("a", 1), ("b", 2)], referrals=[(2, 1)])
    assert found == {1: {"customer_id": "a"}, 2: {"customer_id": "b", "referred_by_key": 1}}
