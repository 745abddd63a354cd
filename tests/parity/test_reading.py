"""Both engines read the same records from the same file: the same texts, numbers and refusals; only their hashes are their own."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fenji.collect.reading.samples import Target
from fenji.collect.reading.shaped_reading import read_shaped
from fenji.collect.reading.shaping import Shaping
from fenji.domain.feeds import FEEDS, Cell, Feed
from fenji.domain.sources import Shape, Unpivot
from fenji.engines.spark_lines import _joined, _open_pattern
from fenji.errors import InvalidFile
from fenji.tables.raw import RAW
from fenji.tables.records import Layout, Outcome

pytestmark = pytest.mark.spark

CUSTOMER = RAW[Feed.CUSTOMER]


def layout(columns="abc", fields=None, **changes) -> Layout:
    given = {
        "feed": Feed.CUSTOMER,
        "source": "shop",
        "file": "customers.csv",
        "batch": "b1",
        "columns": tuple(columns),
        "fields": fields or {"customer_id": "a", "name": "b"},
        "hashed": tuple(columns),
        "first_row": 2,
    }
    return Layout(**given | changes)


def collected(engine, folder, outcome) -> list[dict[str, object]]:
    """The rows of a raw table in the file's order, without their hashes and without fields that are null everywhere."""
    table = engine.fetch(engine.read_raw([folder], CUSTOMER).order_by("row_number", "file"))
    rows = table.to_pylist()
    assert outcome.records == len(rows)
    assert table.schema.names == [column.name for column in CUSTOMER.columns]
    filled = {name for row in rows for name, value in row.items() if value is not None}
    return [{name: row[name] for name in row if name in filled and name not in {"source", "batch", "row_hash"}} for row in rows]


def hashes(engine, folder) -> list[int]:
    return engine.fetch(engine.read_raw([folder], CUSTOMER).order_by("row_number"))["row_hash"].to_pylist()


def both(duck, spark, tmp_path, read):
    """What both engines make of a file, which must be the same; and the hashes of each."""
    results = []
    for engine in (duck, spark):
        folder = tmp_path / f"raw_{engine.name}"
        outcome = read(engine, folder)
        rows = collected(engine, folder, outcome)
        results.append((outcome.refused, rows, hashes(engine, folder)))
    assert results[0][:2] == results[1][:2]
    return results[0][0], results[0][1], [each[2] for each in results]


def delimited(duck, spark, tmp_path, text, *, delimiter=",", skip=1, **changes):
    file = tmp_path / "订单[1].csv"
    file.write_bytes(text.encode())
    plan = layout(**changes)
    return both(
        duck, spark, tmp_path, lambda engine, folder: engine.collect_delimited(file, plan, folder, delimiter=delimiter, skip=skip)
    )


def test_cells_are_told_apart_alike(duck, spark, tmp_path):
    text = 'a,b,c\n1,x,\n2,"x, ""y""",z\n3,,""\n4, "s" ,t \n5,in"ch,\\"\n6,电商,last,\n'
    refused, rows, _ = delimited(duck, spark, tmp_path, text, fields={"customer_id": "a", "name": "b", "city": "c"})
    assert refused == ()
    assert [(row["row_number"], row["customer_id"], row["name"], row["city"]) for row in rows] == [
        (2, "1", "x", None),
        (3, "2", 'x, "y"', "z"),
        (4, "3", None, None),
        (5, "4", "s", "t "),
        (6, "5", 'in"ch', '\\"'),
        (7, "6", "电商", "last"),
    ]


@pytest.mark.parametrize(("ends", "delimiter"), [("\n", "\t"), ("\r\n", ";"), ("\n", "|")])
def test_line_ends_and_delimiters_do_not_matter(duck, spark, tmp_path, ends, delimiter):
    lines = ["remark", delimiter.join("abc"), delimiter.join(("1", "x.*", "")), delimiter.join(("2", '"q"', "z"))]
    refused, rows, _ = delimited(duck, spark, tmp_path, ends.join(lines), delimiter=delimiter, skip=2, first_row=3)
    assert refused == ()
    assert [(row["row_number"], row["customer_id"], row["name"]) for row in rows] == [(3, "1", "x.*"), (4, "2", "q")]


def test_records_that_are_none_are_refused_and_the_others_written(duck, spark, tmp_path):
    file = tmp_path / "customers.csv"
    file.write_text('a,b,c\n1,x,y\nragged,line\n2,x,y\n"a"b,c,d\n3,x,y\n4,x,y,z\n')
    for engine in (duck, spark):
        folder = tmp_path / engine.name
        outcome = engine.collect_delimited(file, layout(), folder, delimiter=",", skip=1)
        assert outcome.refused == ("ragged,line", '"a"b,c,d', "4,x,y,z")
        # Row numbers are not compared: the file is read once more, line by line.
        assert [row["customer_id"] for row in collected(engine, folder, outcome)] == ["1", "2", "3"]


def test_equal_records_have_equal_hashes_and_a_gap_is_not_a_neighbour(duck, spark, tmp_path):
    _, _, found = delimited(duck, spark, tmp_path, "a,b,c\n1,x,\n1,,x\n1,x,\n2,x,\n")
    for first, gap, again, other in found:
        assert first == again
        assert len({first, gap, other}) == 3


def test_records_with_numbers_may_run_over_several_lines(duck, spark, tmp_path):
    text = '2,1,"two\nlines, and ""more""\n",x\n5,2,plain,in"ch\n6,3," \n",\n'
    plan = {"columns": ("n", "a", "b", "c"), "numbers": "n", "hashed": ("a", "b", "c")}
    refused, rows, _ = delimited(duck, spark, tmp_path, text, skip=0, **plan)
    assert refused == ()
    assert [(row["row_number"], row["customer_id"], row["name"]) for row in rows] == [
        (2, "1", 'two\nlines, and "more"\n'),
        (5, "2", "plain"),
        (6, "3", " \n"),
    ]


def test_lines_are_joined_across_batches_only_while_a_quote_is_open():
    batches = [["1,a", '2,"b', "c"], ['d"', "", '3,in"ch', '4,"e""'], ['f"']]
    arrow = (pa.RecordBatch.from_arrays([pa.array(lines)], ["line"]) for lines in batches)
    assert list(_joined(arrow, _open_pattern(","))) == [["1,a"], ['2,"b\nc\nd"', '3,in"ch'], ['4,"e""\nf"']]


def test_a_part_column_splits_the_file(duck, spark, tmp_path):
    _, rows, _ = delimited(duck, spark, tmp_path, "a,b,c\n1,x,2010\n2,y,2011\n3,z,\n", part="c")
    assert [row["file"] for row in rows] == ["customers.csv#2010", "customers.csv#2011", "customers.csv#"]


def test_a_header_alone_holds_no_records(duck, spark, tmp_path):
    assert delimited(duck, spark, tmp_path, "a,b,c\n")[:2] == ((), [])


def test_lines_of_many_tasks_keep_their_numbers(spark, tmp_path):
    file = tmp_path / "long.csv"
    file.write_text("top\na,b,c\n" + "".join(f"{number},x,y\n" for number in range(3, 2003)))
    spark.session.conf.set("spark.sql.files.maxPartitionBytes", "1000")
    spark.session.conf.set("spark.sql.files.openCostInBytes", "1")
    try:
        outcome = spark.collect_delimited(file, layout(first_row=3), tmp_path / "raw", delimiter=",", skip=2)
        assert len(list((tmp_path / "raw").iterdir())) > 5
    finally:
        spark.session.conf.unset("spark.sql.files.maxPartitionBytes")
        spark.session.conf.unset("spark.sql.files.openCostInBytes")
    rows = collected(spark, tmp_path / "raw", outcome)
    assert [(row["row_number"], row["customer_id"]) for row in rows] == [(number, str(number)) for number in range(3, 2003)]


TYPED = {
    "whole_float": pa.array([12.0, None, float("nan"), 1e15, -0.0]),
    "float": pa.array([1234567.89, 0.1, 0.00012, 12345678.9, -1.5]),
    "extreme": pa.array([1e-13, -1.5e-20, 1e300, None, 1e18]),
    "single": pa.array([0.1, 2.5, None, 16777216.0, -7.25], pa.float32()),
    "id_float": pa.array([1.2345678901234568e17, 42.0, None, 9007199254740991.0, 9007199254740992.0]),
    "whole": pa.array([1, None, -3, 2**62, 0], pa.int64()),
    "decimal": pa.array([Decimal("0.00"), None, Decimal("-1.10"), Decimal("1000000.00"), Decimal("0.01")], pa.decimal128(12, 2)),
    "on": pa.array([dt.date(2026, 2, 3), None, dt.date(1999, 12, 31), dt.date(2000, 2, 29), dt.date(1970, 1, 1)]),
    "wall": pa.array([dt.datetime(2026, 2, 3, 4, 5, 6, each) for each in (0, 500000, 1, 120, 0)], pa.timestamp("us")),
    "nano": pa.array([dt.datetime(2026, 2, 3, 4, 5, 6), None, *[dt.datetime(1969, 12, 31, 23, 59, 59)] * 3], pa.timestamp("ns")),
    "zoned": pa.array([dt.datetime(2026, 2, 3, 4, 5, 6, tzinfo=dt.UTC)] * 5, pa.timestamp("us", "Asia/Shanghai")),
    "yes": pa.array([True, False, None, True, False]),
    "text": pa.array([" x ", "", None, "12.0", "元"]),
    "category": pa.array(["a", "b", None, "a", "b"]).dictionary_encode(),
    "bytes": pa.array([b"abc", b"\xff\xfe", None, "元".encode(), b""]),
    "nested": pa.array([{"x": 1, "y": None}, None, {"x": 2, "y": "z"}, {"x": None, "y": "q"}, {"x": 0, "y": ""}]),
    "list": pa.array([[1, 2], [], None, [3], [None]]),
}


def test_typed_values_become_the_same_text(duck, spark, tmp_path):
    file = tmp_path / "typed.parquet"
    pq.write_table(pa.table(TYPED), file)
    texts = [field.name for field in FEEDS[Feed.CUSTOMER] if field.cell is not Cell.ID]
    fields = dict(zip(texts, (name for name in TYPED if name != "id_float"), strict=False)) | {"customer_id": "id_float"}
    assert set(fields.values()) == set(TYPED)
    plan = layout(tuple(TYPED), fields, first_row=1)
    _, rows, _ = both(duck, spark, tmp_path, lambda engine, folder: engine.collect_parquet(file, plan, folder))
    assert [row["row_number"] for row in rows] == [1, 2, 3, 4, 5]
    assert [row["customer_id"] for row in rows] == ["1.23457e+17", "42", None, "9007199254740991", "9.00720e+15"]


def test_a_file_that_is_no_parquet_is_the_user_s(duck, spark, tmp_path):
    file = tmp_path / "not.parquet"
    file.write_text("a,b\n1,2\n")
    for engine in (duck, spark):
        with pytest.raises(InvalidFile, match="cannot be read"):
            engine.collect_parquet(file, layout("ab"), tmp_path / "raw")


def test_json_objects_become_rows_and_anything_else_is_refused(duck, spark, tmp_path):
    records = [
        '{"a": "1", "b": "x", "a.b": "dot"}',
        "[1]",
        '{"a": 12345678901234567890, "b": {"k": [1, null]}}',
        "no json",
        '{"b": null}',
        '{"a": true, "b": "引\\u0041\\"", "a.b": 1.5}',
        "5",
        None,
    ]
    file = tmp_path / "records.parquet"
    pq.write_table(pa.table({"n": pa.array(range(1, len(records) + 1), pa.int64()), "record": records}), file)
    plan = layout(
        ("n", "record"), {"customer_id": "a", "name": "b", "city": "a.b"}, numbers="n", hashed=("record",), file="customers.jsonl"
    )
    refused, rows, _ = both(duck, spark, tmp_path, lambda engine, folder: engine.collect_json(file, plan, folder))
    assert [each for each in refused if each is not None] == ["2\t[1]", "4\tno json", "7\t5"]
    assert [(row["row_number"], row["customer_id"], row["name"], row["city"]) for row in rows] == [
        (1, "1", "x", "dot"),
        (3, "12345678901234567890", '{"k":[1,null]}', None),
        (5, None, None, None),
        (6, "true", '引A"', "1.5"),
    ]


def test_no_batches_are_an_empty_raw_table(duck, spark):
    for engine in (duck, spark):
        assert engine.fetch(engine.read_raw([], CUSTOMER)).num_rows == 0


def test_a_shaped_table_is_the_same_on_both_engines(duck, spark, tmp_path):
    shape = Shape(fill_down=("客户",), unpivot=Unpivot(("1月", "2月"), "月份", "金额", 2025), drop_totals=True)
    rows = [
        (2, ["甲", "茶", "10", None]),
        (3, [None, "杯", "5", "6"]),
        (4, ["合计", None, "15", "6"]),
        (5, ["乙", "茶", None, "7"]),
    ]

    def read(engine, folder):
        target = Target(
            engine, folder, tmp_path, Feed.CUSTOMER, "shop", "a.csv", engine.name, {"customer_id": 0, "name": 2, "city": 3}
        )
        found = read_shaped(target, Shaping(("客户", "商品", "1月", "2月"), shape), iter(rows), ())
        assert [(each.row, each.reason) for each in found.unreadable] == [(4, "total_line")]
        return Outcome(found.records)

    _refused, found, _hashes = both(duck, spark, tmp_path, read)
    assert sorted(tuple(row[name] for name in ("row_number", "file", "customer_id", "name", "city")) for row in found) == [
        (2, "a.csv#1月", "甲", "2025-01-01", "10"),
        (3, "a.csv#1月", "甲", "2025-01-01", "5"),
        (3, "a.csv#2月", "甲", "2025-02-01", "6"),
        (5, "a.csv#2月", "乙", "2025-02-01", "7"),
    ]
