"""Both engines keep the promises of the protocol alike: types, nulls, times, batches, literal tables, broken contracts."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fenji.engines.checks import save_checked
from fenji.errors import ContractBroken, InvalidArgument
from fenji.tables.contract import Column, Contract, Shelf

pytestmark = pytest.mark.spark

EVERYTHING = pa.table(
    {
        "n": pa.array([3, None, 1], pa.int64()),
        "small": pa.array([1, 2, None], pa.int32()),
        "share": pa.array([0.1, None, -2.5], pa.float64()),
        "money": pa.array([Decimal("1.10"), None, Decimal("-99999999999999.99")], pa.decimal128(18, 2)),
        "text": pa.array(["电商'分级\"\\", None, ""], pa.string()),
        "yes": pa.array([True, None, False], pa.bool_()),
        "on": pa.array([dt.date(2026, 2, 28), None, dt.date(1969, 12, 31)], pa.date32()),
        "at": pa.array(
            [dt.datetime(2026, 2, 28, 16, 0, 0, 5, dt.UTC), None, dt.datetime(1969, 12, 31, tzinfo=dt.UTC)],
            pa.timestamp("us", "UTC"),
        ),
        "wall": pa.array([dt.datetime(2026, 2, 28, 16), None, dt.datetime(1969, 12, 31)], pa.timestamp("us")),
    }
)


@pytest.fixture(params=["duck", "spark"])
def engine(request):
    return request.getfixturevalue(request.param)


def test_every_type_survives_the_way_in_through_the_disk_and_out(engine, tmp_path):
    schema = ibis.Schema.from_pyarrow(EVERYTHING.schema)
    table = engine.from_arrow(EVERYTHING)
    staged = engine.stage(table)
    assert engine.save(staged, tmp_path / "saved") == 3
    files = sorted((tmp_path / "saved").glob("*.parquet"))
    for each in (table, staged, engine.read_parquet(files, schema)):
        assert each.schema().equals(schema) or {name: str(kind)[:9] for name, kind in each.schema().items()}
        found = engine.fetch(each.order_by(ibis._.on.desc(nulls_first=False)))
        assert found.cast(EVERYTHING.schema).to_pylist() == EVERYTHING.take([0, 2, 1]).to_pylist()


def test_a_table_whose_key_begins_with_the_customer_stands_in_their_order(engine, tmp_path):
    contract = Contract(
        Shelf.INSIGHT,
        "mark",
        "one row per customer",
        ("customer_key",),
        (Column("customer_key", "int64", "a customer"),),
        "nobody",
    )
    keys = [(number * 7919) % 100_003 for number in range(100_003)]
    save_checked(engine, engine.from_arrow(pa.table({"customer_key": keys})), contract, tmp_path / "marks")
    stored = [pq.read_table(file)["customer_key"].to_pylist() for file in sorted((tmp_path / "marks").glob("*.parquet"))]
    assert all(part == sorted(part) for part in stored)
    assert sorted(key for part in stored for key in part) == list(range(100_003))


def test_one_engine_reads_what_the_other_has_written(duck, spark, tmp_path):
    schema = ibis.Schema.from_pyarrow(EVERYTHING.schema)
    for writer, reader in ((duck, spark), (spark, duck)):
        folder = tmp_path / "insight.everything" / f"run={writer.name}" / "as_of=2026-01-31"
        writer.save(writer.from_arrow(EVERYTHING), folder)
        table = reader.read_parquet(sorted(folder.glob("*.parquet")), schema)
        found = reader.fetch(table.order_by(ibis._.on.desc(nulls_first=False)))
        assert found.cast(EVERYTHING.schema).to_pylist() == EVERYTHING.take([0, 2, 1]).to_pylist()


def test_no_files_are_an_empty_table(engine):
    schema = ibis.Schema.from_pyarrow(EVERYTHING.schema)
    assert engine.fetch(engine.read_parquet([], schema)).num_rows == 0


def test_a_result_is_never_cut_silently(engine):
    table = engine.from_arrow(pa.table({"n": [1, 2, 3]}))
    assert engine.fetch(table, limit=3).num_rows == 3
    with pytest.raises(InvalidArgument, match="more than 2 rows"):
        engine.fetch(table, limit=2)


def double(rows: pa.Table) -> pa.Table:
    spent = pa.array([None if value is None else value * 2 for value in rows["spent"].to_pylist()], pa.decimal128(18, 2))
    return pa.Table.from_arrays([rows["customer_key"], spent], names=["customer_key", "spent"])


def test_a_batch_step_sees_every_row_once(engine):
    given = pa.table(
        {"customer_key": list(range(1000)), "spent": pa.array([Decimal("1.10")] * 999 + [None], pa.decimal128(18, 2))}
    )
    schema = ibis.schema({"customer_key": "int64", "spent": "decimal(18, 2)"})
    mapped = engine.map_customers(engine.from_arrow(given), double, schema)
    totals = mapped.aggregate(rows=mapped.count(), keys=mapped.customer_key.nunique(), spent=mapped.spent.sum())
    assert mapped.schema() == schema
    assert engine.fetch(totals).to_pylist() == [{"rows": 1000, "keys": 1000, "spent": Decimal("2197.80")}]


WHO = EVERYTHING.append_column("customer_key", pa.array([7, 8, 9]))


def twice(rows: pa.Table):
    """All rows, none, and those with a text, which is dictionary-encoded."""
    yield rows
    yield rows.slice(0, 0)
    texts = rows.filter(rows["text"].is_valid())
    yield texts.set_column(texts.schema.get_field_index("text"), "text", texts["text"].dictionary_encode())


def test_a_batch_step_gives_each_part_its_own_table_and_the_other_engine_reads_it(duck, spark, tmp_path):
    schema = ibis.Schema.from_pyarrow(WHO.schema)
    for writer, reader in ((duck, spark), (spark, duck)):
        parts = writer.map_customers_apart(writer.from_arrow(WHO), twice, schema, parts=3)
        for number, (part, expected) in enumerate(zip(parts, [WHO, WHO.slice(0, 0), WHO.take([0, 2])], strict=True)):
            folder = tmp_path / f"{writer.name}_{number}"
            assert part.schema().equals(schema) or {name: str(kind)[:9] for name, kind in part.schema().items()}
            assert writer.save(part, folder) == expected.num_rows
            stored = reader.read_parquet(sorted(folder.glob("*.parquet")), schema)
            assert reader.fetch(stored.order_by("customer_key")).cast(WHO.schema).to_pylist() == expected.to_pylist()


def test_a_batch_step_over_nobody_gives_empty_parts(engine):
    schema = ibis.Schema.from_pyarrow(WHO.schema)
    parts = engine.map_customers_apart(engine.from_arrow(WHO.slice(0, 0)), twice, schema, parts=3)
    assert [engine.fetch(each).num_rows for each in parts] == [0, 0, 0]


def test_literal_tables_keep_their_nulls_and_whole_numbers(engine):
    literal = ibis.memtable([(1, None), (None, "b")], schema=ibis.schema({"n": "int64", "text": "string"}))
    assert engine.fetch(literal.order_by(ibis._.text.asc(nulls_first=True))).to_pylist() == [
        {"n": 1, "text": None},
        {"n": None, "text": "b"},
    ]
    given = engine.from_arrow(pa.table({"n": [1, 2]}))
    assert engine.fetch(given.inner_join(literal, "n").select("n")).to_pylist() == [{"n": 1}]
    empty = ibis.memtable([], schema=ibis.schema({"n": "int64"}))
    assert engine.fetch(engine.stage(empty)).to_pylist() == []


WALL_CLOCKS = [
    ("Asia/Shanghai", dt.datetime(2026, 2, 3, 1, 0), dt.datetime(2026, 2, 2, 17, 0)),
    # The clock was put forward at 01:00 and never showed 01:30; it is read as 02:30.
    ("Europe/London", dt.datetime(2026, 3, 29, 1, 30), dt.datetime(2026, 3, 29, 1, 30)),
    # It showed 01:30 twice: the second time counts.
    ("Europe/London", dt.datetime(2026, 10, 25, 1, 30), dt.datetime(2026, 10, 25, 1, 30)),
    ("Europe/London", dt.datetime(2026, 10, 25, 0, 30), dt.datetime(2026, 10, 24, 23, 30)),
    ("America/New_York", dt.datetime(2026, 7, 1, 23, 59, 59), dt.datetime(2026, 7, 2, 3, 59, 59)),
    ("Asia/Shanghai", dt.datetime(1988, 7, 1, 0, 0), dt.datetime(1988, 6, 30, 15, 0)),
    ("Asia/Shanghai", None, None),
]


@pytest.mark.parametrize(("zone", "wall", "utc"), WALL_CLOCKS)
def test_a_wall_clock_is_one_moment(engine, zone, wall, utc):
    table = engine.from_arrow(pa.table({"wall": pa.array([wall], pa.timestamp("us"))}))
    moments = table.select(at=engine.to_utc(table.wall, zone))
    back = moments.select("at", wall=engine.to_local(moments.at, zone), on=engine.to_local(moments.at, zone).date())
    skipped = dt.timedelta(hours=1) if wall == dt.datetime(2026, 3, 29, 1, 30) else dt.timedelta(0)
    assert engine.fetch(engine.stage(back)).to_pylist() == [
        {
            "at": utc and utc.replace(tzinfo=dt.UTC),
            "wall": wall and wall + skipped,
            "on": wall and wall.date(),
        }
    ]


BROKEN = Contract(
    Shelf.INSIGHT,
    "broken",
    "one row per customer",
    ("customer_key",),
    (
        Column("customer_key", "int64", "customer"),
        Column("score", "float64", "score", nullable=True),
        Column("name", "string", "name"),
    ),
    "nobody",
)


def test_broken_contracts_are_told_in_the_same_words(engine, tmp_path):
    given = pa.table(
        {
            "customer_key": [1, 1, 2, 3],
            "score": [float("nan"), None, float("-inf"), 1.5],
            "name": ["a", None, "c", "d"],
        }
    )
    known = engine.from_arrow(pa.table({"customer_key": [1, 2, 4]}))
    with pytest.raises(ContractBroken) as caught:
        save_checked(engine, engine.from_arrow(given), BROKEN, tmp_path / "broken", same_customers_as=known)
    assert str(caught.value).splitlines() == [
        "insight.broken: 1 rows have no name. Such as customer_key=1.",
        "insight.broken: score is not a finite number in 2 rows. Such as customer_key=1.",
        "insight.broken: 1 keys (customer_key) are there more than once. Such as customer_key=1.",
        "insight.broken: 1 customers were lost, such as customer_key 4.",
        "insight.broken: 1 customers were invented, such as customer_key 3.",
    ]
    assert not (tmp_path / "broken").exists()
