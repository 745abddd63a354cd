"""Typed columns and JSON values come in as the text that people write. World: one row with a value of every type."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fenji.collect.reading.sniffing import Sample, read_samples
from fenji.domain.sources import Format
from fenji.errors import InvalidFile
from fixtures.collecting import Desk, source


@pytest.fixture
def desk(tmp_path, duck):
    return Desk(tmp_path, duck)


def one_value(desk, values, *, field="category") -> list[object]:
    """What a column of values becomes in a field."""
    pq.write_table(pa.table({"v": values}), desk.root / "t.parquet")
    desk.run(source("t.parquet", columns={field: "v"}))
    return [row[0] for row in desk.rows(field)]


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (pa.array([17850, None]), ["17850", None]),
        (pa.array([17850.0, 0.1, -2.5, 1e20, 0.00001, None, float("nan")]), ["17850", "0.1", "-2.5", "100000000000000000000", "0.00001", None, None]),
        (pa.array([1.5, 2.0], pa.float32()), ["1.5", "2"]),
        (pa.array([Decimal("1234567890123456.70"), Decimal("0.10")], pa.decimal128(18, 2)), ["1234567890123456.70", "0.10"]),
        (pa.array([dt.datetime(2025, 1, 2, 3, 4, 5), dt.datetime(2025, 1, 2, 3, 4, 5, 500000)], pa.timestamp("us")), ["2025-01-02 03:04:05", "2025-01-02 03:04:05.5"]),
        (pa.array([dt.datetime(2025, 1, 2)], pa.timestamp("ns")), ["2025-01-02 00:00:00"]),
        (pa.array([dt.datetime(2025, 1, 2, tzinfo=dt.UTC)], pa.timestamp("us", "UTC")), ["2025-01-02 00:00:00+00"]),
        (pa.array([dt.date(2025, 1, 2)]), ["2025-01-02"]),
        (pa.array([True, False]), ["true", "false"]),
        (pa.array(["甲", "", None, " x\t"]), ["甲", None, None, " x\t"]),
        (pa.array(["甲", "甲"]).dictionary_encode(), ["甲", "甲"]),
        (pa.array([[1, 2]]), ["[1,2]"]),
        (pa.array([{"a": "甲"}]), ['{"a":"甲"}']),
        (pa.array(["甲".encode()], pa.binary()), ["甲"]),
        (pa.array([None, None], pa.null()), [None, None]),
    ],
)  # fmt: skip
def test_every_type_as_people_write_it(desk, values, texts):
    assert one_value(desk, values) == texts


def test_whole_floats_are_ids_and_those_too_large_to_be_whole_show_their_exponent(desk):
    assert one_value(desk, pa.array([17850.0, 193053000000012345.0]), field="customer_id") == ["17850", "1.93053e+17"]


def test_rows_of_parquet_count_from_one_and_a_part_column_splits_the_file(desk):
    table = {"id": ["A1", "A1", "A2"], "sheet": ["2009", "2010", None]}
    pq.write_table(pa.table(table), desk.root / "t.parquet")
    run = desk.run(source("t.parquet", columns={"order_id": "id"}, part_column="sheet"))
    assert [(each.file, each.records) for each in run.files] == [("t.parquet", 3)]
    rows = desk.rows("file", "row_number", "order_id", "row_hash")
    assert [row[:3] for row in rows] == [("t.parquet#", 3, "A2"), ("t.parquet#2009", 1, "A1"), ("t.parquet#2010", 2, "A1")]
    # The same row in two parts is the same row.
    assert rows[1][3] == rows[2][3] != rows[0][3]


def test_damaged_empty_and_ambiguous_parquet(desk):
    pq.write_table(pa.table({"a": range(1000)}), desk.root / "whole.parquet")
    desk.write("damaged.parquet", (desk.root / "whole.parquet").read_bytes()[:500])
    desk.write("none.parquet", b"")
    pq.write_table(pa.table([[1], [2]], names=["Id", "id"]), desk.root / "twice.parquet")
    with pytest.raises(InvalidFile) as caught:
        desk.run(source("damaged.parquet", "none.parquet", "twice.parquet", columns={"order_id": "id"}))
    assert {problem.place.file: problem.text for problem in caught.value.problems} == {
        "damaged.parquet": "this is no Parquet file, or it is damaged: {detail}",
        "none.parquet": "the file is empty.",
        "twice.parquet": "several columns are called {names}.",
    }


def test_a_parquet_file_that_is_damaged_inside_is_found_when_read(desk):
    pq.write_table(pa.table({"a": [f"x{number}" for number in range(5000)]}), desk.root / "t.parquet", compression="snappy")
    content = bytearray((desk.root / "t.parquet").read_bytes())
    content[2000:6000] = bytes(4000)
    desk.write("t.parquet", bytes(content))
    with pytest.raises(InvalidFile):
        desk.run(source("t.parquet", columns={"order_id": "a"}))
    assert not list((desk.root / "store").rglob("*.parquet"))


def test_json_lines_with_missing_keys_numbers_and_nested_values(desk):
    objects = [
        {"id": "A1", "who": {"name": "甲"}, "paid": 12.5, "a/b": True},
        {"id": 193053000000012345, "paid": None, "tags": ["x", 1]},
    ]
    desk.write("orders.jsonl", "\n".join(json.dumps(each, ensure_ascii=False) for each in objects) + "\n")
    desk.run(
        source(
            "orders.jsonl",
            columns={"order_id": "id", "customer_name": "who", "order_amount": "paid", "kind": "a/b", "category": "tags"},
        )
    )
    assert desk.rows("row_number", "order_id", "customer_name", "order_amount", "kind", "category") == [
        (1, "A1", '{"name":"甲"}', "12.5", "true", None),
        (2, "193053000000012345", None, None, None, '["x",1]'),
    ]


def test_lines_that_are_no_object_are_accounted_for(desk):
    desk.write("orders.jsonl", '{"id": 1}\n\n{"id": 2\n[3]\n"4"\n{"id": 5}\n')
    desk.run(source("orders.jsonl", columns={"order_id": "id"}))
    assert desk.rows("row_number", "order_id") == [(1, "1"), (6, "5")]
    assert desk.unreadable() == [
        ("orders.jsonl", 3, "invalid_record"),
        ("orders.jsonl", 4, "invalid_record"),
        ("orders.jsonl", 5, "invalid_record"),
    ]


RECORDS = [{"id": "A1", "paid": 1.5, "buyer": {"id": 7, "tags": ["x"]}}, {"id": "A2", "paid": 2, "buyer": {"id": 8}}]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(RECORDS),
        json.dumps(RECORDS, indent=2),
        json.dumps({"RECORDS": RECORDS}),
        json.dumps({"code": 0, "meta": {"pages": [1, 2], "more": {"x": []}}, "data": {"rows": RECORDS}}, indent=1),
        "\n".join(json.dumps(each) for each in RECORDS),
        " [\n" + ",\n".join(json.dumps(each) for each in RECORDS) + "\n]\n",
    ],
)
def test_an_array_alone_or_in_an_object_is_read_like_lines(desk, text):
    file = desk.write("orders.json", text)
    (sample,) = read_samples(file)
    assert sample.headers == ("id", "paid", "buyer.id", "buyer.tags")
    assert sample.rows == (("A1", "1.5", "7", '["x"]'), ("A2", "2", "8", None))
    desk.run(source("orders.json", columns={"order_id": "id", "customer_id": "buyer.id", "order_amount": "paid"}))
    assert [row[1:] for row in desk.rows("row_number", "order_id", "customer_id", "order_amount")] == [
        ("A1", "7", "1.5"),
        ("A2", "8", "2"),
    ]


def test_numbers_of_nested_records_keep_their_digits(desk):
    desk.write("orders.json", '[{"id": 193053000000012345678, "paid": 1.10, "who": {"id": 1}}]')
    desk.run(source("orders.json", columns={"order_id": "id", "order_amount": "paid", "customer_id": "who.id"}))
    assert desk.rows("order_id", "order_amount", "customer_id") == [("193053000000012345678", "1.10", "1")]


def test_a_record_that_is_nested_too_deeply_is_refused_alone(desk):
    desk.write("orders.jsonl", '{"id": 1}\n{"id": ' + "[" * 3000 + "]" * 3000 + '}\n{"id": 3}\n')
    desk.run(source("orders.jsonl", columns={"order_id": "id"}))
    assert desk.rows("row_number", "order_id") == [(1, "1"), (3, "3")]
    assert [(row, reason) for _file, row, reason in desk.unreadable()] == [(2, "invalid_record")]


def test_brackets_inside_texts_are_no_levels(desk):
    desk.write("orders.jsonl", json.dumps({"id": 1, "note": "[" * 500 + '"{'}) + "\n")
    desk.run(source("orders.jsonl", columns={"order_id": "id"}))
    assert desk.rows("order_id") == [("1",)]


def test_a_large_array_is_read_piece_by_piece(desk):
    records = [{"id": number, "note": "x" * 100} for number in range(30_000)]
    file = desk.write("orders.json", json.dumps({"data": records}))
    desk.run(source("orders.json", columns={"order_id": "id"}))
    assert len(desk.rows("order_id")) == 30_000
    (sample,) = read_samples(file, most=1000)
    assert (len(sample.rows), sample.is_whole) == (1000, False)


def test_no_object_at_all_and_a_damaged_array(desk):
    desk.write("damaged.json", '[{"id": 1}, {"id": 2}, {"id": ')
    desk.write("list.json", "[1, 2]")
    desk.write("none.jsonl", "hello\n")
    with pytest.raises(InvalidFile) as caught:
        desk.run(source("damaged.json", "list.json", "none.jsonl", columns={"order_id": "id"}))
    assert [problem.text for problem in caught.value.problems] == [
        "the JSON text is damaged in record {record}.",
        "there is no list of records in this JSON file.",
        "there is no JSON object in the first {lines} lines.",
    ]
    assert not list((desk.root / "store").rglob("*.parquet")) if (desk.root / "store").exists() else True


def test_samples(tmp_path):
    values = {"id": [17850.0], "at": [dt.datetime(2025, 1, 2)], "paid": [Decimal("1.50")], "who": [None]}
    pq.write_table(pa.table(values), tmp_path / "t.parquet")
    (tmp_path / "t.jsonl").write_text('{"id": 1, "who": null}\n{"x": [1]}\n', encoding="utf-8")
    parquet, lines = str(tmp_path / "t.parquet"), str(tmp_path / "t.jsonl")
    headers = ("id", "at", "paid", "who")
    row = ("17850", "2025-01-02 00:00:00", "1.50", None)
    assert read_samples(tmp_path / "t.parquet") == (Sample(parquet, None, Format.PARQUET, None, None, 0, headers, (row,)),)
    rows = (("1", None, None), (None, None, "[1]"))
    assert read_samples(tmp_path / "t.jsonl") == (
        Sample(lines, None, Format.JSON_LINES, "utf-8", None, 0, ("id", "who", "x"), rows),
    )
