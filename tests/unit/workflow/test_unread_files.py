"""Files that lie beside the data and that no source reads are found; what is no data is passed over."""

from __future__ import annotations

from pathlib import Path

import pytest

from fenji.domain.feeds import Feed
from fenji.domain.sources import DatabaseLocation, FileLocation, Source
from fenji.workspace.unread_files import unread_files

CELLS = "订单号,金额\n1,2\n"


def source(*paths: str) -> Source:
    return Source("shop", Feed.ORDER_LINE, FileLocation(paths), {})


def put(root: Path, *names: str, text: str = CELLS) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def found(root: Path, *sources: Source) -> tuple[str, ...]:
    return unread_files(root, sources, store=root / "store")


def test_files_beside_those_of_a_source_are_found_and_those_of_other_folders_are_not(tmp_path: Path) -> None:
    put(tmp_path, "sales/june.csv", "sales/july.csv", "sales/Orders 8.XLSX", "sales/9.csv.gz", "ideas/other.csv", "root.csv")
    assert found(tmp_path, source("sales/june.csv")) == ("sales/9.csv.gz", "sales/Orders 8.XLSX", "sales/july.csv")


def test_the_data_folder_is_searched_to_its_ground_whatever_the_sources_read(tmp_path: Path) -> None:
    put(tmp_path, "data/2025/old.csv", "data/new.jsonl", "sales/june.csv")
    assert found(tmp_path, source("sales")) == ("data/2025/old.csv", "data/new.jsonl")
    assert found(tmp_path, source("sales"), source("data")) == ()


def test_files_that_any_source_reads_by_folder_or_pattern_are_read(tmp_path: Path) -> None:
    put(tmp_path, "data/orders_1.csv", "data/orders_2.csv", "data/members.csv")
    assert found(tmp_path, source("data/orders_*.csv")) == ("data/members.csv",)
    assert found(tmp_path, source("data/orders_*.csv"), source("data/members.csv")) == ()


def test_files_outside_the_workspace_are_told_by_their_whole_path(tmp_path: Path) -> None:
    workspace = tmp_path / "shop"
    workspace.mkdir()
    put(tmp_path, "exports/june.csv", "exports/july.csv")
    assert found(workspace, source(str(tmp_path / "exports" / "june.csv"))) == (str(tmp_path / "exports" / "july.csv"),)


def test_what_is_hidden_or_open_in_a_spreadsheet_or_stored_by_fenji_is_no_data(tmp_path: Path) -> None:
    put(tmp_path, "june.csv", ".cache.csv", "~$june.xlsx", "store/x.parquet", "data/.trash/old.csv", "notes.md", "fenji.db")
    assert found(tmp_path, source("june.csv")) == ()


@pytest.mark.parametrize(
    ("text", "is_data"),
    [
        ("Please read this first, it is short.\nThen open the orders.\n", False),
        ("这是说明，请先看\n没有数据\n", False),
        ("", False),
        ("C1\nC2\nC3\n", False),
        ("id\tamount\n1\t2\n", True),
        ("订单号|金额\n1|2\n", True),
        ("a;b\n1;2\n3;4\n", True),
    ],
)
def test_plain_text_counts_where_it_is_a_table(tmp_path: Path, text: str, is_data: bool) -> None:
    put(tmp_path, "data/june.csv")
    put(tmp_path, "data/x.txt", text=text)
    assert found(tmp_path, source("data/june.csv")) == (("data/x.txt",) if is_data else ())


def test_a_table_of_two_bytes_a_sign_counts_too(tmp_path: Path) -> None:
    put(tmp_path, "data/june.csv")
    (tmp_path / "data" / "x.txt").write_bytes("订单\t金额\n1\t2\n".encode("utf-16"))
    assert found(tmp_path, source("data/june.csv")) == ("data/x.txt",)


def test_a_database_has_no_folder(tmp_path: Path) -> None:
    put(tmp_path, "june.csv")
    assert found(tmp_path, Source("crm", Feed.CUSTOMER, DatabaseLocation("sqlite:///x.db", table="t"), {})) == ()
