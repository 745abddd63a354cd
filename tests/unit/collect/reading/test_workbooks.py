"""Sheets of workbooks come in as the text that people see. World: two orders in .xlsx, .xls and .ods, with what goes wrong in offices."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
import xlsxwriter

from fenji.collect.reading.sniffing import Sample, read_samples
from fenji.domain.sources import Format
from fenji.errors import InvalidFile
from fixtures.collecting import COLUMNS, HEADER, Desk, source

READY = Path(__file__).parents[3] / "fixtures" / "workbooks"
FIELDS = tuple(COLUMNS)
HEADERS = HEADER.split(",")
ROWS = [("A1", "甲", 12.5, dt.datetime(2025, 1, 2, 3, 4, 5)), ("A2", "乙", 17850, dt.datetime(2025, 1, 3))]
AS_TEXT = [("A1", "甲", "12.5", "2025-01-02 03:04:05"), ("A2", "乙", "17850", "2025-01-03 00:00:00")]


@pytest.fixture
def desk(tmp_path, duck):
    return Desk(tmp_path, duck)


def workbook(file: Path, **sheets) -> Path:
    """Sheets as lists of rows; None leaves a cell empty."""
    with xlsxwriter.Workbook(file) as book:
        date = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for position, cell in enumerate(row):
                    if isinstance(cell, dt.datetime):
                        sheet.write_datetime(number, position, cell, date)
                    elif cell is not None:
                        sheet.write(number, position, cell)
    return file


def test_numbers_dates_and_text_of_a_sheet(desk):
    workbook(desk.root / "orders.xlsx", 订单=[HEADERS, *ROWS])
    desk.run(source("orders.xlsx"))
    assert desk.rows("file", "row_number", *FIELDS) == [
        ("orders.xlsx#订单", 2, *AS_TEXT[0]),
        ("orders.xlsx#订单", 3, *AS_TEXT[1]),
    ]


@pytest.mark.parametrize("ending", ["xls", "ods"])
def test_older_and_open_formats(desk, ending):
    desk.write(f"orders.{ending}", (READY / f"orders.{ending}").read_bytes())
    desk.run(source(f"orders.{ending}"))
    assert desk.rows(*FIELDS) == [("0001", *AS_TEXT[0][1:]), ("0002", *AS_TEXT[1][1:])]


def test_title_rows_empty_rows_and_totals(desk):
    rows = [["一月订单"], [], [None, *HEADERS], [None, *ROWS[0]], [], [None, *ROWS[1]], [None, "合计", None, 17862.5]]
    workbook(desk.root / "orders.xlsx", s=rows)
    desk.run(source("orders.xlsx"))
    assert desk.rows("row_number", *FIELDS) == [(4, *AS_TEXT[0]), (6, *AS_TEXT[1])]
    assert desk.unreadable() == [("orders.xlsx#s", 7, "footer_line")]


def test_every_sheet_that_has_the_columns_is_taken_and_counts_as_a_file(desk):
    workbook(desk.root / "orders.xlsx", jan=[HEADERS, ROWS[0]], notes=[["hello", "world"]], feb=[HEADERS, ROWS[1]], empty=[])
    run = desk.run(source("orders.xlsx"))
    assert [(each.file, each.records) for each in run.files] == [("orders.xlsx#feb", 1), ("orders.xlsx#jan", 1)]
    assert [each.file for each in desk.run(source("orders.xlsx")).unchanged] == ["orders.xlsx#feb", "orders.xlsx#jan"]


def test_only_the_named_sheets_are_taken(desk):
    workbook(desk.root / "orders.xlsx", jan=[HEADERS, ROWS[0]], feb=[HEADERS, ROWS[1]])
    assert [each.file for each in desk.run(source("orders.xlsx", sheets=("feb",))).files] == ["orders.xlsx#feb"]


def test_a_sheet_that_is_named_and_not_there_gets_the_nearest(desk):
    workbook(desk.root / "orders.xlsx", january=[HEADERS, ROWS[0]])
    with pytest.raises(InvalidFile, match=re.escape("orders.xlsx: unknown sheet 'januar'. Did you mean january?")):
        desk.run(source("orders.xlsx", sheets=("januar",)))


def test_a_sheet_that_lacks_a_column_is_not_passed_over_in_silence(desk):
    workbook(desk.root / "orders.xlsx", jan=[HEADERS, ROWS[0]], feb=[["订单编号", "会员", "实付金额", "下单时间"], ROWS[1]])
    with pytest.raises(InvalidFile, match=re.escape("orders.xlsx#feb, row 1: unknown column '买家会员名'")):
        desk.run(source("orders.xlsx"))


def test_long_numbers_that_the_spreadsheet_has_rounded_show_it_and_long_texts_are_whole(desk):
    rounded = [HEADERS, [193053000000012345, "甲", 1, "2025-01-01"], [193053000000012346, "乙", 1, "2025-01-01"]]
    whole = [HEADERS, ["193053000000012345", "甲", 1, "2025-01-01"]]
    workbook(desk.root / "orders.xlsx", rounded=rounded, whole=whole)
    desk.run(source("orders.xlsx"))
    assert desk.rows("file", "order_id") == [
        ("orders.xlsx#rounded", "1.93053E+17"),
        ("orders.xlsx#rounded", "1.93053E+17"),
        ("orders.xlsx#whole", "193053000000012345"),
    ]


def test_a_workbook_behind_a_password(desk):
    desk.write("orders.xlsx", (READY / "protected.xlsx").read_bytes())
    with pytest.raises(
        InvalidFile, match=re.escape("orders.xlsx: the workbook is protected by a password. Save a copy without password.")
    ):
        desk.run(source("orders.xlsx"))


def test_a_damaged_workbook_a_web_page_and_an_empty_one(desk):
    workbook(desk.root / "whole.xlsx", s=[HEADERS, *ROWS])
    desk.write("damaged.xlsx", (desk.root / "whole.xlsx").read_bytes()[:2000])
    desk.write("page.xls", "<html><p>Please sign in</p></html>")
    desk.write("none.xlsx", b"")
    workbook(desk.root / "bare.xlsx", s=[])
    with pytest.raises(InvalidFile) as caught:
        desk.run(source("damaged.xlsx", "page.xls", "none.xlsx", "bare.xlsx"))
    found = {problem.place.file: problem.text for problem in caught.value.problems}
    assert found == {
        "bare.xlsx": "the workbook is empty.",
        "damaged.xlsx": "this is no workbook, or it is damaged: {detail}",
        "none.xlsx": "the file is empty.",
        "page.xls": "this is a web page (HTML) or XML without a table.",
    }


def test_a_text_table_that_is_named_xls_is_read_as_text(desk):
    desk.write("orders.xls", "\t".join(HEADERS) + "\nA1\t甲\t1\t2025-01-01\n")
    desk.run(source("orders.xls"))
    assert desk.rows(*FIELDS) == [("A1", "甲", "1", "2025-01-01")]


def test_samples_of_every_sheet(tmp_path):
    file = workbook(tmp_path / "orders.xlsx", jan=[["title"], HEADERS, ROWS[0]], feb=[["a", "b"], ["1", None]])
    assert read_samples(file) == (
        Sample(str(file), "jan", Format.EXCEL, None, None, 2, tuple(HEADERS), (AS_TEXT[0],), preamble=("title",)),
        Sample(str(file), "feb", Format.EXCEL, None, None, 1, ("a", "b"), (("1", None),)),
    )
