"""A run's folders are found by its id, and only its own are removed."""

from __future__ import annotations

from datetime import date

from fenji.state.store import Store


def test_folders_are_named_by_table_run_date_and_batch(tmp_path):
    store = Store(tmp_path)
    assert store.relative(store.folder("r1", "clean.customer")) == "clean.customer/run=r1"
    dated = store.folder("r1", "insight.tier_count", as_of=date(2026, 1, 31))
    assert store.relative(dated) == "insight.tier_count/run=r1/as_of=2026-01-31"
    assert store.relative(store.folder("r1", "raw.order_line", batch="shop-ab12")) == "raw.order_line/run=r1/batch=shop-ab12"


def test_files_come_in_a_fixed_order(tmp_path):
    folder = tmp_path / "clean.customer" / "run=r1"
    folder.mkdir(parents=True)
    for name in ("part-1.parquet", "part-0.parquet", "_SUCCESS", ".part-0.parquet.crc"):
        (folder / name).touch()
    assert [file.name for file in Store(tmp_path).files("clean.customer/run=r1")] == ["part-0.parquet", "part-1.parquet"]


def test_removing_a_run_touches_no_other(tmp_path):
    store = Store(tmp_path)
    for run_id in ("r1", "r10"):
        for table in ("clean.customer", "insight.tier_count"):
            store.folder(run_id, table, as_of=date(2026, 1, 31)).mkdir(parents=True)
    store.remove_runs(["r1", "never"])
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.glob("*/*")) == [
        "clean.customer/run=r10",
        "insight.tier_count/run=r10",
    ]
