"""A check finds everything that is not as it was published, says what to do, and counts what it looked at."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from fenji.book import Book
from fenji.domain.runs import DamageKind
from fenji.language import Language
from fenji.state.parts import describe
from fenji.state.store import Store
from fenji.workflow.checking import check_workspace
from fixtures.kept_shop import AS_OF, cut, flip, open_shop, parts_of


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shop = open_shop(tmp_path_factory.mktemp("made") / "shop")
    Book(shop).value()
    return shop


@pytest.fixture
def shop(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "shop"))


@pytest.mark.parametrize("is_deep", [False, True])
def test_a_workspace_that_is_whole_is_counted(shop: Path, is_deep: bool) -> None:
    result = check_workspace(shop, is_deep=is_deep)
    assert (result.damages, result.strays, result.is_whole, result.runs) == ((), (), True, 3)
    files = list((shop / "store").rglob("*.parquet"))
    assert (result.files, result.bytes) == (len(files), sum(each.stat().st_size for each in files))
    assert result.entries == 6


@pytest.mark.parametrize(
    ("harm", "kind"), [(Path.unlink, DamageKind.MISSING), (cut, DamageKind.SIZE), (flip, DamageKind.CONTENT)]
)
@pytest.mark.parametrize("table", ["raw.order_line", "clean.identity", "insight.tier_count", "insight.customer_value"])
def test_every_fault_is_told_with_table_run_file_and_what_to_do(
    shop: Path, table: str, harm: Callable[[Path], None], kind: DamageKind
) -> None:
    file = parts_of(shop, table)[-1]
    harm(file)
    (found,) = check_workspace(shop).damages
    assert (found.kind, found.table, found.file) == (kind, table, file.relative_to(shop / "store").as_posix())
    assert found.run_id in str(file)
    assert found.problem.what_to_do(Language.EN) == "Mend it with: fenji repair"


def test_bytes_that_changed_without_a_trace_are_found_by_the_deep_check_alone(shop: Path) -> None:
    (file,) = parts_of(shop, "clean.customer")
    before = file.stat()
    flip(file)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert check_workspace(shop).damages == ()
    assert [each.kind for each in check_workspace(shop, is_deep=True).damages] == [DamageKind.CONTENT]


def rewrite(shop: Path, file: Path, change: Callable[[dict[str, list[object]]], object]) -> None:
    """Another content with a manifest that fits: what a fault of ours would publish."""
    table = pq.read_table(file, partitioning=None)
    columns = table.to_pydict()
    change(columns)
    pq.write_table(type(table).from_pydict(columns, schema=table.schema), file)
    store = Store(shop / "store")
    (part,) = describe(store, store.relative(file.parent))
    with sqlite3.connect(shop / "fenji.db") as state:
        state.execute(
            "UPDATE part SET size = ?, sha256 = ?, modified = ? WHERE folder = ?",
            (part.size, part.sha256, part.modified, store.relative(file.parent)),
        )
    state.close()


def test_a_table_that_breaks_its_contract_is_found(shop: Path) -> None:
    (file,) = parts_of(shop, "clean.customer")
    rewrite(shop, file, lambda columns: columns.update(customer_key=[1, 1]))
    found = check_workspace(shop, is_deep=True).damages
    assert DamageKind.CONTRACT in {each.kind for each in found if each.table == "clean.customer"}
    assert check_workspace(shop).damages == ()


def test_counts_that_are_not_those_of_the_assignments_are_found(shop: Path) -> None:
    file = parts_of(shop, "insight.tier_count")[-1]
    rewrite(shop, file, lambda columns: columns["customers"].__setitem__(0, 7))
    (found,) = check_workspace(shop, is_deep=True).damages
    assert (found.kind, found.table) == (DamageKind.LAW, "insight.tier_count")
    assert f"the review of {AS_OF} does not add up: 2 customers are known, 2 are judged" in found.problem.what(Language.EN)


def test_a_flow_that_does_not_close_is_found(shop: Path) -> None:
    (file,) = parts_of(shop, "insight.tier_flow")
    rewrite(shop, file, lambda columns: columns["closing"].__setitem__(0, 7))
    assert [each.kind for each in check_workspace(shop, is_deep=True).damages][:1] == [DamageKind.LAW]


@pytest.mark.parametrize("is_deep", [False, True])
def test_an_audit_log_whose_end_was_rewritten_is_found(shop: Path, is_deep: bool) -> None:
    with sqlite3.connect(shop / "fenji.db") as state:
        state.execute("DROP TRIGGER audit_update")
        state.execute("UPDATE audit SET principal_name = 'nobody' WHERE number = (SELECT max(number) FROM audit)")
        (last,) = state.execute("SELECT max(number) FROM audit").fetchone()
    state.close()
    (found,) = check_workspace(shop, is_deep=is_deep).damages
    assert (found.kind, found.table, found.run_id) == (DamageKind.AUDIT, None, None)
    assert f"entry {last} of the audit log was changed" in found.problem.what(Language.EN)


def test_what_a_dead_run_has_left_is_no_damage_and_is_told(shop: Path) -> None:
    stray = shop / "store" / "clean.customer" / "run=20200101T000000-dead"
    stray.mkdir()
    result = check_workspace(shop)
    assert (result.damages, result.strays) == ((), ("clean.customer/run=20200101T000000-dead",))
