"""DuckDB does what every engine promises, and a full disk is the user's news, not a crash."""

from __future__ import annotations

import datetime as dt
import resource
from decimal import Decimal

import ibis
import pyarrow as pa
import pytest

from fenji.engines import duck
from fenji.engines.checks import save_checked
from fenji.engines.duck import DuckEngine
from fenji.errors import ContractBroken, InvalidArgument, Unavailable
from fenji.tables.contract import Column, Contract, Shelf

NUMBERS = Contract(Shelf.CLEAN, "number", "one row per number", ("n",), (Column("n", "int64", "a number"),), "nobody")


@pytest.fixture
def engine(tmp_path):
    opened = DuckEngine(tmp_path / "scratch", threads=1)
    yield opened
    opened.close()


def test_no_files_are_an_empty_table_of_the_schema(engine):
    table = engine.read_parquet([], NUMBERS.schema)
    assert engine.fetch(table) == pa.table({"n": pa.array([], pa.int64())})


def test_a_result_is_never_cut_silently(engine):
    table = engine.from_arrow(pa.table({"n": [1, 2, 3]}))
    assert engine.fetch(table, limit=3).num_rows == 3
    with pytest.raises(InvalidArgument, match="more than 2 rows"):
        engine.fetch(table, limit=2)


def test_a_batch_step_sees_every_row_once_and_keeps_its_types(engine):
    table = engine.from_arrow(pa.table({"customer_key": list(range(1000)), "spent": [Decimal("1.10")] * 1000}))

    def double(rows: pa.Table) -> pa.Table:
        return pa.Table.from_arrays(
            [rows["customer_key"], pa.array([value * 2 for value in rows["spent"].to_pylist()], pa.decimal128(18, 2))],
            names=["customer_key", "spent"],
        )

    schema = ibis.schema({"customer_key": "int64", "spent": "decimal(18, 2)"})
    mapped = engine.map_customers(table, double, schema)
    assert mapped.schema() == schema
    assert engine.fetch(
        mapped.aggregate(rows=mapped.count(), keys=mapped.customer_key.nunique(), spent=mapped.spent.sum())
    ).to_pylist() == [{"rows": 1000, "keys": 1000, "spent": Decimal("2200.00")}]


def tables_of(engine):
    return engine.connection.con.sql("SELECT table_name FROM duckdb_tables()").fetchall()


def test_what_was_given_for_a_question_is_gone_after_it(engine):
    engine.fetch(engine.from_arrow(pa.table({"n": [1, 2, 3]})))
    assert len(tables_of(engine)) == 1
    engine.clear()
    assert tables_of(engine) == []


def test_an_engine_that_has_read_many_tables_is_let_go(engine, tmp_path, monkeypatch):
    rows = pa.table({"customer_key": pa.array([1, 2], pa.int64())})

    def views() -> int:
        return engine.connection.con.execute("SELECT count(*) FROM duckdb_views() WHERE NOT internal").fetchone()[0]

    engine.save(engine.stage(engine.from_arrow(rows)), tmp_path / "stored")
    assert (views(), engine.clear(), views()) == (1, True, 0)
    monkeypatch.setattr(duck, "MOST_READ", 3)
    kept = []
    for _question in range(3):
        engine.read_parquet([tmp_path / "stored" / "part-0.parquet"], ibis.schema({"customer_key": "int64"}))
        kept.append(engine.clear())
    assert kept == [True, True, False]


def test_columns_held_for_one_run_go_when_those_of_the_next_need_their_place(engine, tmp_path, monkeypatch):
    monkeypatch.setattr("fenji.engines.held.MOST_VALUES", 5)
    for run in range(3):
        engine.save(engine.from_arrow(pa.table({"n": [run, 2, 3]})), tmp_path / f"run_{run}")
        for _again in range(2):
            table = engine.read_often([tmp_path / f"run_{run}" / "part-0.parquet"], NUMBERS.schema, rows=3)
            assert engine.fetch(table)["n"].to_pylist() == [run, 2, 3]
    engine.clear()
    assert len(tables_of(engine)) == 1


KEYS = Contract(
    Shelf.CLEAN, "number", "one row per customer", ("customer_key",), (Column("customer_key", "int64", "a customer"),), "nobody"
)


def test_what_a_batch_step_made_is_linked_when_it_is_saved_and_checked_all_the_same(engine, tmp_path):
    table = engine.from_arrow(pa.table({"customer_key": [1, 2, 3]}))

    def once_and_twice(rows: pa.Table):
        return rows, pa.concat_tables([rows, rows])

    once, repeated = engine.map_customers_apart(table, once_and_twice, KEYS.schema, parts=2)
    assert save_checked(engine, once, KEYS, tmp_path / "once", same_customers_as=table) == 3
    (stored,) = (tmp_path / "once").iterdir()
    assert stored.stat().st_nlink == 2
    # What is only computed from it is not taken for it.
    assert engine.save(once.filter(once.customer_key > 1), tmp_path / "more") == 2
    with pytest.raises(ContractBroken, match="more than once"):
        save_checked(engine, repeated, KEYS, tmp_path / "repeated", same_customers_as=table)
    assert not (tmp_path / "repeated").exists()
    assert engine.fetch(repeated).num_rows == 6
    engine.close()
    assert stored.exists()


def test_a_disk_without_links_gets_a_copy(engine, tmp_path, monkeypatch):
    (made,) = engine.map_customers_apart(
        engine.from_arrow(pa.table({"customer_key": [1]})), lambda rows: [rows], KEYS.schema, parts=1
    )

    def no_links(*_given) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr("fenji.engines.duck.os.link", no_links)
    assert engine.save(made, tmp_path / "copy") == 1


def test_a_small_literal_table_can_be_part_of_what_is_saved(engine, tmp_path):
    rates = ibis.memtable([("USD", 7.0), ("EUR", 8.0)], schema=ibis.schema({"currency": "string", "rate": "float64"}))
    orders = engine.from_arrow(pa.table({"currency": ["EUR", "USD", "EUR"]}))
    joined = orders.join(rates, "currency")
    assert engine.save(joined, tmp_path / "joined") == 3
    assert engine.fetch(joined.aggregate(rate=joined.rate.sum())).to_pylist() == [{"rate": 23.0}]


def test_what_is_kept_has_the_type_that_its_expression_claims(engine):
    table = engine.from_arrow(pa.table({"n": [1, 2]})).mutate(share=ibis.literal(1.0), small=ibis.literal(1, "int8"))
    assert engine.stage(table).schema() == table.schema() == ibis.schema({"n": "int64", "share": "float64", "small": "int8"})


def test_folders_of_runs_and_dates_are_not_columns(engine, tmp_path):
    files = []
    for day in ("2026-01-31", "2026-02-28"):
        folder = tmp_path / "clean.number" / f"run=r{day[6]}" / f"as_of={day}"
        engine.save(engine.from_arrow(pa.table({"n": [int(day[6])], "as_of": [dt.date.fromisoformat(day)]})), folder)
        files += folder.glob("*.parquet")
    table = engine.read_parquet(files, ibis.schema({"as_of": "date", "n": "int64"}))
    assert engine.fetch(table.order_by("n")).to_pylist() == [
        {"as_of": dt.date(2026, 1, 31), "n": 1},
        {"as_of": dt.date(2026, 2, 28), "n": 2},
    ]


def test_times_move_between_a_zone_and_utc(engine):
    table = engine.from_arrow(pa.table({"local": [dt.datetime(2026, 2, 3, 1, 0)]}))
    utc = table.select(at=engine.to_utc(table.local, "Asia/Shanghai"))
    both = utc.select("at", local=engine.to_local(utc.at, "Europe/London"), on=engine.to_local(utc.at, "Asia/Shanghai").date())
    assert engine.fetch(both).to_pylist() == [
        {
            "at": dt.datetime(2026, 2, 2, 17, 0, tzinfo=dt.UTC),
            "local": dt.datetime(2026, 2, 2, 17, 0),
            "on": dt.date(2026, 2, 3),
        }
    ]


def test_closing_leaves_no_scratch_files(tmp_path):
    engine = DuckEngine(tmp_path / "scratch")
    engine.stage(engine.from_arrow(pa.table({"n": [1]})))
    engine.close()
    assert list((tmp_path / "scratch").iterdir()) == []


@pytest.fixture
def small_disk():
    """No file may grow beyond 64 KB: the write fails in the middle, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def shrink() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, hard))

    yield shrink
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_fills_up_is_unavailable_and_leaves_nothing(engine, tmp_path, small_disk):
    table = ibis.range(2_000_000).unnest().name("n").as_table().mutate(n=lambda each: each.n.hash())
    folder = tmp_path / "store" / "clean.number" / "run=r1"
    small_disk()
    with pytest.raises(Unavailable, match="nothing was published"):
        save_checked(engine, table, NUMBERS, folder)
    assert not folder.exists()


def test_a_disk_that_fills_up_under_a_batch_step_is_unavailable(engine, small_disk):
    keys = ibis.range(100_000).unnest().name("customer_key").as_table()
    table = keys.mutate(n=keys.customer_key.hash())
    small_disk()
    with pytest.raises(Unavailable, match="nothing was published"):
        engine.map_customers_apart(table, lambda rows: [rows] * 8, NUMBERS.schema, parts=8)


def test_what_a_batch_step_raises_is_raised(engine):
    def fails(rows: pa.Table):
        yield rows
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        engine.map_customers_apart(engine.from_arrow(pa.table({"customer_key": [1]})), fails, KEYS.schema, parts=2)


def test_too_little_memory_is_unavailable_and_says_which_settings_help(tmp_path):
    engine = DuckEngine(tmp_path / "scratch", threads=1, memory_limit="50MB")
    engine.connection.raw_sql("SET max_temp_directory_size = '1MB'")
    numbers = ibis.range(20_000_000).unnest().name("n").as_table()
    with pytest.raises(Unavailable, match="memory_limit"):
        engine.stage(numbers.order_by(ibis._.n.hash()))
    engine.close()


def test_a_folder_that_cannot_be_made_is_the_disk_s_failure(engine, tmp_path):
    (tmp_path / "clean.number").touch()
    with pytest.raises(Unavailable, match="nothing was published"):
        engine.save(engine.from_arrow(pa.table({"n": [1]})), tmp_path / "clean.number" / "run=r1")
