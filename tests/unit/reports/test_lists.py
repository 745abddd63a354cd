"""A list as a workbook, as text and as Parquet says the same; formulas stay text, numbers stay numbers, and no file is lost."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import fastexcel
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fenji.analyze.metrics.registry import builtin_metrics
from fenji.domain.conditions import parse_condition
from fenji.domain.lists import Choice, Chosen, ColumnUnit, ListColumn, ListSource
from fenji.domain.words import Words
from fenji.errors import Conflict, InvalidArgument, NotFound
from fenji.language import Language
from fenji.reports.lists import safe_text, write_entries, write_list
from fenji.workspace.listing import BATCH_ROWS, Listing

COLUMNS = (
    ListColumn("customer_id", Words("客户编号", "customer"), ColumnUnit.TEXT),
    ListColumn("name", Words("姓名", "name"), ColumnUnit.TEXT),
    ListColumn("net_revenue_12m", Words("近12个月净收入", "net revenue"), ColumnUnit.MONEY),
    ListColumn("orders_12m", Words("订单数", "orders"), ColumnUnit.COUNT),
    ListColumn("share", Words("占比", "share"), ColumnUnit.SHARE),
    ListColumn("since_on", Words("起始日", "since"), ColumnUnit.DATE),
    ListColumn("consent", Words("授权", "consent"), ColumnUnit.YES_NO),
)
ROWS = [
    ("C1", '=HYPERLINK("http://x","y")', Decimal("-12.50"), 3, 0.125, date(2026, 8, 31), True),
    ("-C2", "+86139", Decimal("1234567.89"), 0, None, None, False),
    ("@C3", "\tTab", None, None, 1.0, date(2020, 2, 29), None),
    ("-7.5", "张三", Decimal("0.00"), 1, 0.0, date(2026, 1, 1), True),
    ("00012", "-cmd|' /C calc'!A0", Decimal("0.10"), 1, 0.5, date(2026, 1, 1), True),
]
SCHEMA = pa.schema(
    [
        ("customer_id", pa.string()),
        ("name", pa.string()),
        ("net_revenue_12m", pa.decimal128(18, 2)),
        ("orders_12m", pa.int64()),
        ("share", pa.float64()),
        ("since_on", pa.date32()),
        ("consent", pa.bool_()),
    ]
)


def listing_of(folder: Path, rows: list[tuple[object, ...]], not_found: tuple[str, ...] = ()) -> Listing:
    file = folder / "rows.parquet"
    pq.write_table(pa.Table.from_pylist([dict(zip(SCHEMA.names, row, strict=True)) for row in rows], SCHEMA), file)
    source = ListSource(
        title="customers",
        run_id="20260901T000000-abcd",
        as_of=date(2026, 8, 31),
        policy="shop",
        version=3,
        currency="CNY",
        rows=len(rows),
        made_at=datetime(2026, 9, 1, 8, 30, tzinfo=UTC),
        conditions=(
            Chosen(Choice.TIER, {"tier": "vip"}),
            Chosen(Choice.WHERE, condition=parse_condition("orders_12m >= 10")),
        ),
        sort="-net_revenue_12m",
    )
    return Listing(COLUMNS, source, {each.slug: each for each in builtin_metrics()}, (file,), not_found)


@pytest.fixture
def listing(tmp_path: Path) -> Listing:
    return listing_of(tmp_path, ROWS, ("nobody", "=1+1"))


def test_a_workbook_holds_the_rows_with_their_types_and_formulas_as_text(listing: Listing, tmp_path: Path) -> None:
    assert write_list(listing, tmp_path / "list.xlsx", language=Language.EN) == 5
    book = fastexcel.read_excel(tmp_path / "list.xlsx")
    assert book.sheet_names == ["Customers", "source", "not found"]
    found = book.load_sheet(0).to_arrow()
    assert found.schema.names == ["customer", "name", "net revenue (CNY)", "orders", "share", "since", "consent"]
    assert [tuple(row.values()) for row in found.to_pylist()] == [
        ("C1", '=HYPERLINK("http://x","y")', -12.5, 3.0, 0.125, datetime(2026, 8, 31), True),
        ("-C2", "+86139", 1234567.89, 0.0, None, None, False),
        ("@C3", "\tTab", None, None, 1.0, datetime(2020, 2, 29), None),
        ("-7.5", "张三", 0.0, 1.0, 0.0, datetime(2026, 1, 1), True),
        ("00012", "-cmd|' /C calc'!A0", 0.1, 1.0, 0.5, datetime(2026, 1, 1), True),
    ]
    missing = book.load_sheet(2, header_row=None).to_arrow().to_pylist()
    assert [list(row.values()) for row in missing] == [["nobody"], ["=1+1"]]


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            Language.EN,
            [
                ("command", "fenji customers"),
                ("condition", "stands in tier vip"),
                ("condition", "orders, last twelve months at least 10"),
                ("run", "20260901T000000-abcd"),
                ("as of", "2026-08-31"),
                ("policy", "shop version 3"),
                ("sorted by", "-net_revenue_12m"),
                ("currency", "CNY"),
                ("made at", "2026-09-01 08:30:00 UTC"),
                ("rows", "5"),
            ],
        ),
        (
            Language.ZH,
            [
                ("命令", "fenji customers"),
                ("条件", "当前等级为 vip"),
                ("条件", "近12个月订单数不低于 10"),
                ("运行", "20260901T000000-abcd"),
                ("截止日期", "2026-08-31"),
                ("分级标准", "shop 第 3 版"),
                ("排序", "-net_revenue_12m"),
                ("币种", "CNY"),
                ("生成时间", "2026-09-01 08:30:00 UTC"),
                ("行数", "5"),
            ],
        ),
    ],
)
def test_the_second_sheet_tells_where_the_list_comes_from(
    listing: Listing, tmp_path: Path, language: Language, lines: list[tuple[str, str]]
) -> None:
    write_list(listing, tmp_path / "list.xlsx", language=language)
    rows = fastexcel.read_excel(tmp_path / "list.xlsx").load_sheet(1, header_row=None).to_arrow().to_pylist()
    assert [tuple(row.values()) for row in rows] == lines


def test_text_for_spreadsheets_begins_with_a_mark_and_holds_no_formula(listing: Listing, tmp_path: Path) -> None:
    write_list(listing, tmp_path / "list.csv", language=Language.ZH)
    assert (tmp_path / "list.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (tmp_path / "list.csv").open(encoding="utf-8-sig", newline="") as handle:
        header, *rows = csv.reader(handle)
    assert header == ["客户编号", "姓名", "近12个月净收入（CNY）", "订单数", "占比", "起始日", "授权"]
    assert rows == [
        ["C1", '\'=HYPERLINK("http://x","y")', "-12.50", "3", "0.125", "2026-08-31", "True"],
        ["'-C2", "'+86139", "1234567.89", "0", "", "", "False"],
        ["'@C3", "'\tTab", "", "", "1.0", "2020-02-29", ""],
        ["-7.5", "张三", "0.00", "1", "0.0", "2026-01-01", "True"],
        ["00012", "'-cmd|' /C calc'!A0", "0.10", "1", "0.5", "2026-01-01", "True"],
    ]


def test_parquet_keeps_exact_types_and_tells_its_source(listing: Listing, tmp_path: Path) -> None:
    write_list(listing, tmp_path / "list.parquet", language=Language.EN)
    found = pq.read_table(tmp_path / "list.parquet")
    assert [tuple(row.values()) for row in found.to_pylist()] == ROWS
    assert found.schema.types == SCHEMA.types
    told = found.schema.metadata
    assert (told[b"fenji.run_id"], told[b"fenji.as_of"], told[b"fenji.policy"], told[b"fenji.version"]) == (
        b"20260901T000000-abcd",
        b"2026-08-31",
        b"shop",
        b"3",
    )
    source = json.loads(told[b"fenji.source"])
    assert source["condition"] == ["stands in tier vip", "orders, last twelve months at least 10"]
    assert found.schema.field("net_revenue_12m").metadata[b"unit"] == b"money"


@pytest.mark.parametrize("ending", ["xlsx", "csv", "parquet"])
def test_a_list_without_rows_is_a_file_with_headings(tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"empty.{ending}"
    assert write_list(listing_of(tmp_path, []), target, language=Language.EN) == 0
    if ending == "parquet":
        assert pq.read_table(target).schema.names == SCHEMA.names
    elif ending == "csv":
        assert target.read_text("utf-8-sig").strip().startswith("customer,name,net revenue (CNY)")
    else:
        assert fastexcel.read_excel(target).load_sheet(0).to_arrow().schema.names[0] == "customer"


@pytest.mark.parametrize("ending", ["xlsx", "csv", "parquet"])
def test_several_batches_become_one_file_in_order(tmp_path: Path, ending: str) -> None:
    rows = [(f"C{n}", None, Decimal(n), n, None, None, None) for n in range(BATCH_ROWS + 5)]
    target = tmp_path / f"long.{ending}"
    write_list(listing_of(tmp_path, rows), target, language=Language.EN)
    if ending == "parquet":
        keys = pq.read_table(target)["customer_id"].to_pylist()
    elif ending == "csv":
        keys = [line.split(",")[0] for line in target.read_text("utf-8-sig").splitlines()[1:]]
    else:
        keys = fastexcel.read_excel(target).load_sheet(0).to_arrow()["customer"].to_pylist()
    assert keys == [row[0] for row in rows]


def test_a_file_that_is_there_stays_unless_it_may_go(listing: Listing, tmp_path: Path) -> None:
    target = tmp_path / "list.csv"
    target.write_text("mine", "utf-8")
    with pytest.raises(Conflict, match="is there already"):
        write_list(listing, target, language=Language.EN)
    assert target.read_text("utf-8") == "mine"
    write_list(listing, target, language=Language.EN, force=True)
    assert target.read_text("utf-8-sig").startswith("customer,")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["list.csv", "rows.parquet"]


def test_what_fails_halfway_leaves_nothing(listing: Listing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Listing) -> Iterator[pa.RecordBatch]:
        yield pq.read_table(self.files[0]).to_batches()[0]
        raise RuntimeError

    monkeypatch.setattr(Listing, "batches", broken)
    for ending in ("csv", "parquet", "xlsx"):
        with pytest.raises(RuntimeError):
            write_list(listing, tmp_path / f"list.{ending}", language=Language.EN)
    assert [each.name for each in tmp_path.iterdir()] == ["rows.parquet"]


def test_other_endings_folders_and_too_many_rows_for_a_sheet_are_refused(
    listing: Listing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InvalidArgument, match=r"\.xlsx, \.csv, \.parquet"):
        write_list(listing, tmp_path / "list.pdf", language=Language.EN)
    with pytest.raises(NotFound, match="no folder"):
        write_list(listing, tmp_path / "nowhere" / "list.csv", language=Language.EN)
    monkeypatch.setattr("fenji.reports.lists.MOST_SHEET_ROWS", 4)
    with pytest.raises(InvalidArgument, match=r"5 rows; a sheet holds 4.*\.csv or \.parquet"):
        write_list(listing, tmp_path / "list.xlsx", language=Language.EN)


def test_entries_that_were_not_found_are_written_safely(tmp_path: Path) -> None:
    write_entries(["nobody", "=1+1", "00012"], tmp_path / "missing.csv")
    assert (tmp_path / "missing.csv").read_text("utf-8-sig").splitlines() == ["nobody", "'=1+1", "00012"]
    with pytest.raises(Conflict):
        write_entries(["x"], tmp_path / "missing.csv")
    with pytest.raises(InvalidArgument):
        write_entries(["x"], tmp_path / "missing.xlsx")


@pytest.mark.parametrize("text", ["=x", "+x", "-x", "@x", "\tx", "\rx", "-1e5"])
def test_every_beginning_of_a_formula_is_quoted(text: str) -> None:
    assert safe_text(text) == f"'{text}"
