"""Rows read without an engine are those of the files: what is asked for, in the types that are asked for, never cut silently."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

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
