"""Rows read without an engine are those of the files: what is asked for, in the types that are asked for, never cut silently. World: five rows in two files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import ibis.expr.schema as sch
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fenji.engines import stored_rows
from fenji.engines.stored_rows import StoredRows
from fenji.errors import InvalidArgument

SCHEMA = pa.schema({"customer_key": pa.int64(), "kind": pa.string()})


@pytest.fixture
def stored() -> Iterator[StoredRows]:
    opened = StoredRows()
    yield opened
    opened.close()


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    parts = ([1, 2, None], ["view", None, "view"]), ([4, 5], ["cart", "view"])
    made = []
    for number, (keys, kinds) in enumerate(parts):
        made.append(tmp_path / f"part-{number}.parquet")
        pq.write_table(pa.table({"customer_key": pa.array(keys, pa.int32()), "kind": kinds}), made[-1])
    return made


def test_rows_are_those_asked_for_by_one_value_or_by_several(stored: StoredRows, files: list[Path]) -> None:
    def keys(where: dict[str, object]) -> list[int]:
        return sorted(row["customer_key"] for row in stored.rows(files, SCHEMA, where=where))

    assert keys({"customer_key": 4}) == keys({"customer_key": [4]}) == [4]
    assert keys({"customer_key": [1, 5, 9]}) == [1, 5]
    assert keys({"customer_key": [], "kind": "view"}) == []
    assert keys({"kind": ["view"], "customer_key": [1, 4]}) == [1]


def test_too_many_rows_are_an_error_and_no_files_are_no_rows(stored: StoredRows, files: list[Path]) -> None:
    with pytest.raises(InvalidArgument, match="more than 4 rows"):
        stored.rows(files, SCHEMA, limit=4)
    assert stored.rows([], SCHEMA) == stored.values([], "kind", limit=3) == []
    assert not stored.has([], "kind")


def test_values_are_each_said_once_in_their_order(stored: StoredRows, files: list[Path], tmp_path: Path) -> None:
    assert stored.values(files, "kind", limit=3) == ["cart", "view"]
    assert len(stored.values(files, "kind", limit=1)) == 1
    assert stored.has(files, "kind")
    pq.write_table(pa.table({"kind": pa.array([None], pa.string())}), tmp_path / "none.parquet")
    assert not stored.has([tmp_path / "none.parquet"], "kind")


def test_rows_of_keys_are_the_same_from_files_and_from_memory(stored: StoredRows, files: list[Path]) -> None:
    columns = sch.Schema({"customer_key": "int64", "kind": "string"})

    def found(*keys: int) -> list[tuple[int, str | None]]:
        rows = stored.rows_by_key(files, columns, "customer_key", keys, rows=5)
        return sorted(((row["customer_key"], row["kind"]) for row in rows), key=str)

    expected = [(1, "view"), (2, None), (5, "view")]
    assert [found(5, 1, 2, 9, 1) for _from_files_then_from_memory in range(3)] == [expected] * 3
    assert found(4) == [(4, "cart")]
    assert found() == found(-1) == found(3) == []
    # A file that is written anew under its name, as when a person is erased, is read anew.
    pq.write_table(pa.table({"customer_key": pa.array([5, 4, 5], pa.int32()), "kind": ["x", "y", None]}), files[1])
    changed = [(1, "view"), (4, "y"), (5, "x"), (5, None)]
    assert [found(1, 4, 5) for _again in range(2)] == [sorted(changed, key=str)] * 2


def test_tables_that_are_too_large_to_be_held_are_read_each_time(
    stored: StoredRows, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_rows, "MOST_SHARED", 9)
    monkeypatch.setattr(StoredRows, "_in_order", lambda *_given: pytest.fail("held"))
    columns = sch.Schema({"customer_key": "int64", "kind": "string"})
    for _again in range(3):
        assert len(stored.rows_by_key(files, columns, "customer_key", [1, 4], rows=5)) == 2
