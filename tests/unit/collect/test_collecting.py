"""A second run takes only what is new or changed, and what a run has depends on the files that are there now.

World: two files of orders in a folder, over several runs.
"""

from __future__ import annotations

import errno
import os

import pytest

from fenji.domain.sources import ColumnMapping, MoneyUnit
from fenji.errors import InvalidFile, InvalidInput, Unavailable
from fixtures.collecting import COLUMNS, HEADER, Desk, source

JANUARY = HEADER + "\nA1,甲,12.50,2025-01-02\nA2,乙,8.00,2025-01-03\n"
FEBRUARY = HEADER + "\nB1,甲,3.00,2025-02-01\n"


@pytest.fixture
def desk(tmp_path, duck):
    desk = Desk(tmp_path, duck)
    desk.write("data/jan.csv", JANUARY)
    desk.write("data/feb.csv", FEBRUARY)
    return desk


def names(files) -> list[str]:
    return [each.file for each in files]


def fates(run) -> dict[str, list[str]]:
    groups = {"new": run.new, "changed": run.changed, "unchanged": run.unchanged, "gone": run.gone, "kept": run.kept_missing}
    return {name: names(files) for name, files in groups.items() if files}


def test_nothing_is_read_twice(desk):
    first = desk.run(source("data"))
    assert fates(first) == {"new": ["data/feb.csv", "data/jan.csv"]}
    before = desk.rows("file", "row_number", "order_id", "row_hash", "batch")
    second = desk.run(source("data"))
    assert fates(second) == {"unchanged": ["data/feb.csv", "data/jan.csv"]}
    assert second.files == first.files
    assert desk.rows("file", "row_number", "order_id", "row_hash", "batch") == before
    assert not (desk.root / "store" / "raw.order_line" / "run=run2").exists()


def test_a_touched_file_is_unchanged_and_a_changed_one_is_read(desk):
    desk.run(source("data"))
    os.utime(desk.root / "data/jan.csv", (0, 0))
    desk.write("data/feb.csv", FEBRUARY + "B2,丙,4.00,2025-02-02\n")
    desk.write("data/mar.csv", FEBRUARY.replace("B1", "C1"))
    run = desk.run(source("data"))
    assert fates(run) == {"new": ["data/mar.csv"], "changed": ["data/feb.csv"], "unchanged": ["data/jan.csv"]}
    assert desk.rows("file", "order_id") == [
        ("data/feb.csv", "B1"),
        ("data/feb.csv", "B2"),
        ("data/jan.csv", "A1"),
        ("data/jan.csv", "A2"),
        ("data/mar.csv", "C1"),
    ]


def test_the_rows_of_a_file_leave_with_it(desk):
    desk.run(source("data"))
    (desk.root / "data/jan.csv").unlink()
    assert fates(desk.run(source("data"))) == {"unchanged": ["data/feb.csv"], "gone": ["data/jan.csv"]}
    assert desk.rows("order_id") == [("B1",)]


def test_the_rows_of_a_file_stay_where_the_source_keeps_missing_ones(desk):
    keeping = source("data/*.csv", keep_missing=True)
    desk.run(keeping)
    (desk.root / "data/jan.csv").unlink()
    assert fates(desk.run(keeping)) == {"unchanged": ["data/feb.csv"], "kept": ["data/jan.csv"]}
    (desk.root / "data/feb.csv").unlink()
    assert fates(desk.run(keeping)) == {"kept": ["data/feb.csv", "data/jan.csv"]}
    assert desk.rows("order_id") == [("B1",), ("A1",), ("A2",)]


def test_a_source_that_is_taken_out_takes_its_rows_along(desk):
    desk.run(source("data/jan.csv"), source("data/feb.csv", name="other"))
    assert fates(desk.run(source("data/jan.csv"))) == {"unchanged": ["data/jan.csv"], "gone": ["data/feb.csv"]}


def test_another_mapping_reads_anew_and_another_unit_does_not(desk):
    desk.run(source("data/jan.csv"))
    with_unit = source("data/jan.csv")
    with_unit.columns["order_amount"] = ColumnMapping("实付金额", MoneyUnit.FEN)
    with_unit.columns["channel"] = ColumnMapping(constant="淘宝")
    assert fates(desk.run(with_unit)) == {"unchanged": ["data/jan.csv"]}
    assert fates(desk.run(source("data/jan.csv", columns={**COLUMNS, "phone": "买家会员名"}))) == {"changed": ["data/jan.csv"]}
    assert desk.rows("phone") == [("甲",), ("乙",)]


def test_batch_and_incremental_agree(desk):
    desk.write("data/jan.csv", JANUARY.replace("A2", "A9"))
    desk.run(source("data"))
    desk.write("data/jan.csv", JANUARY)
    step_by_step = desk.run(source("data"))
    rows = desk.rows("file", "row_number", "order_id", "row_hash", "batch")
    fresh = Desk(desk.root, desk.engine, runs=10)
    at_once = fresh.run(source("data"))
    assert fresh.rows("file", "row_number", "order_id", "row_hash", "batch") == rows
    assert [each.fingerprint for each in at_once.files] == [each.fingerprint for each in step_by_step.files]


def test_rows_whose_folder_is_no_longer_in_the_store_are_read_again(desk):
    first = desk.run(source("data/feb.csv"))
    (desk.root / "store" / first.files[0].raw_path / "part-0.parquet").unlink()
    (desk.root / "store" / first.files[0].raw_path).rmdir()
    assert fates(desk.run(source("data/feb.csv"))) == {"changed": ["data/feb.csv"]}
    assert desk.rows("order_id") == [("B1",)]


def test_one_file_may_feed_two_sources_and_counts_once_in_each(desk):
    desk.run(source("data/feb.csv", "data/*.csv", "data"), source("data/feb.csv", name="again"))
    assert desk.rows("source", "order_id") == [("again", "B1"), ("shop", "B1"), ("shop", "A1"), ("shop", "A2")]


def test_files_outside_the_workspace_keep_their_whole_path(desk, tmp_path_factory):
    file = tmp_path_factory.mktemp("elsewhere") / "orders.csv"
    file.write_text(FEBRUARY, encoding="utf-8")
    assert names(desk.run(source(str(file))).files) == [file.as_posix()]


def test_hidden_lock_and_foreign_files_of_a_folder_are_passed_over(desk):
    for name in (".hidden.csv", "~$feb.xlsx", "read.me", "deeper/.x/a.csv"):
        desk.write(f"data/{name}", "junk")
    desk.write("data/deeper/mar.csv", FEBRUARY)
    assert names(desk.run(source("data")).files) == ["data/deeper/mar.csv", "data/feb.csv", "data/jan.csv"]


def test_no_file_matches(desk):
    with pytest.raises(InvalidFile) as caught:
        desk.run(source("nothing.csv", "data/*.xlsx"))
    assert [problem.values["pattern"] for problem in caught.value.problems] == ["nothing.csv", "data/*.xlsx"]


def test_a_folder_without_data_files(desk):
    (desk.root / "empty").mkdir()
    with pytest.raises(InvalidFile, match="the folder empty holds no data file"):
        desk.run(source("empty"))


def test_a_file_that_cannot_be_opened_is_named_with_the_others(desk, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("fenji.collect.collecting.sha256_of", refuse)
    with pytest.raises(InvalidInput) as caught:
        desk.run(source("data"))
    assert str(caught.value) == (
        "data/feb.csv: the file cannot be opened: Permission denied.\ndata/jan.csv: the file cannot be opened: Permission denied."
    )


def test_another_engine_reads_anew_since_its_hashes_are_its_own(desk):
    desk.run(source("data"))
    desk.engine.name = "another"
    assert fates(desk.run(source("data"))) == {"changed": ["data/feb.csv", "data/jan.csv"]}


@pytest.mark.parametrize(
    "where",
    [
        "fenji.collect.reading.contents._text",
        "fenji.collect.reading.repairs.repair",
        "fenji.collect.reading.unreadable.pq.write_table",
    ],
)
def test_a_full_disk_is_told_apart_from_a_bad_file(desk, monkeypatch, where):
    def refuse(*_arguments, **_options):
        raise OSError(errno.ENOSPC, "No space left on device")

    desk.write("data/messy.csv", JANUARY + "ragged\n")
    monkeypatch.setattr(where.replace("repairs.repair", "delimited.repair"), refuse)
    with pytest.raises(Unavailable, match="the disk is full: No space left on device"):
        desk.run(source("data/messy.csv"))


def test_progress_names_each_file(desk):
    from fenji.collect.collecting import collect

    seen = []
    collect(
        [source("data")],
        root=desk.root,
        known=(),
        reader=desk.engine,
        store=desk.root / "store",
        is_whole=lambda _path: True,
        run_id="r",
        on_progress=lambda file, done, total: seen.append((file, done, total)),
    )
    assert seen == [("data/feb.csv", 0, 2), ("data/jan.csv", 1, 2)]
