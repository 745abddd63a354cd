"""A file that is not what was published is told apart in every way, small or large, with and without a manifest."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fenji.domain.runs import PartFault, StoredTable
from fenji.state import parts
from fenji.state.parts import Depth, PartCheck, describe
from fenji.state.store import Store

PATH = "clean.customer/run=r"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    (tmp_path / PATH).mkdir(parents=True)
    for number in range(2):
        pq.write_table(pa.table({"n": list(range(50))}), tmp_path / PATH / f"part-{number}.parquet")
    return Store(tmp_path)


@pytest.fixture
def stored(store: Store) -> StoredTable:
    return StoredTable("clean.customer", PATH, 100, parts=describe(store, PATH))


def faults(store: Store, stored: StoredTable, depth: Depth = Depth.ANSWER) -> list[tuple[str, PartFault]]:
    return list(PartCheck(store).faults(stored, depth=depth))


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def test_what_was_published_has_no_fault(store: Store, stored: StoredTable) -> None:
    assert [each.rows for each in stored.parts or ()] == [50, 50]
    assert faults(store, stored) == faults(store, stored, Depth.ALL) == []


@pytest.mark.parametrize(
    ("fault", "change"),
    [
        (PartFault.MISSING, lambda file: file.unlink()),
        (PartFault.SIZE, lambda file: file.write_bytes(file.read_bytes()[:-9])),
        (PartFault.SIZE, lambda file: file.write_bytes(b"")),
        (PartFault.CONTENT, flip),
    ],
)
def test_each_fault_is_told_with_its_file(store: Store, stored: StoredTable, fault: PartFault, change) -> None:
    change(store.root / PATH / "part-1.parquet")
    assert faults(store, stored) == [(f"{PATH}/part-1.parquet", fault)]


def test_a_folder_that_is_gone_misses_every_part(store: Store, stored: StoredTable) -> None:
    (store.root / "clean.customer").rename(store.root / "moved")
    assert [fault for _path, fault in faults(store, stored)] == [PartFault.MISSING, PartFault.MISSING]


def test_a_file_that_was_put_beside_is_a_fault(store: Store, stored: StoredTable) -> None:
    pq.write_table(pa.table({"n": [1]}), store.root / PATH / "part-9.parquet")
    assert faults(store, stored) == [(f"{PATH}/part-9.parquet", PartFault.UNKNOWN)]


def test_a_manifest_that_does_not_hold_the_rows_is_a_fault(store: Store, stored: StoredTable) -> None:
    assert faults(store, replace(stored, rows=101)) == [(PATH, PartFault.ROWS)]
    assert faults(store, replace(stored, parts=(), rows=7))[0] == (PATH, PartFault.ROWS)


def test_a_large_file_is_read_where_it_was_written_since_or_where_all_are(
    store: Store, stored: StoredTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "ALWAYS_READ", 10)
    file = store.root / PATH / "part-0.parquet"
    before = file.stat()
    flip(file)
    assert faults(store, stored) == [(f"{PATH}/part-0.parquet", PartFault.CONTENT)]
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert faults(store, stored) == []
    assert faults(store, stored, Depth.ALL) == [(f"{PATH}/part-0.parquet", PartFault.CONTENT)]


def test_what_was_whole_is_not_read_again_until_it_changes(
    store: Store, stored: StoredTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    check, read = PartCheck(store), []
    monkeypatch.setattr(parts, "_sha256", lambda file, plain=parts._sha256: read.append(file.name) or plain(file))
    assert [*check.faults(stored), *check.faults(stored)] == []
    assert read == ["part-0.parquet", "part-1.parquet"]
    flip(store.root / PATH / "part-1.parquet")
    assert list(check.faults(stored)) == [(f"{PATH}/part-1.parquet", PartFault.CONTENT)]


def test_without_a_manifest_the_rows_are_counted(store: Store, stored: StoredTable) -> None:
    old = replace(stored, parts=None)
    assert faults(store, old) == []
    assert faults(store, replace(old, rows=99)) == [(PATH, PartFault.ROWS)]
    (store.root / PATH / "part-1.parquet").write_bytes(b"PAR1")
    assert faults(store, old) == [(PATH, PartFault.ROWS)]
    for file in store.files(PATH):
        file.unlink()
    assert faults(store, old) == [(PATH, PartFault.MISSING)]
