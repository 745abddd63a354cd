"""Sheets that are laid out for readers, pages that are named like workbooks, and workbooks that would harm the reader.

World: two or three orders, merged, in HTML, in SpreadsheetML, on old Macs, or beside a cell at the end of the sheet.
"""

from __future__ import annotations

import datetime as dt
import zipfile

import pytest
import xlsxwriter

from fenji.collect.reading.sniffing import read_samples
from fenji.collect.reading.workbook_xml import look_inside
from fenji.domain.sources import Shape
from fenji.errors import InvalidFile
from fixtures.collecting import Desk, source
from fixtures.shaped import collected, sampled

HEADER = ["单号", "客户", "日期", "商品", "金额"]


@pytest.fixture
def desk(tmp_path, duck):
    return Desk(tmp_path, duck)


def workbook(desk, rows, *, merged=(), options=None, name="orders.xlsx"):
    """A sheet of rows in which ranges such as A2:A3 are merged."""
    file = desk.root / name
    with xlsxwriter.Workbook(file, options or {}) as book:
        sheet = book.add_worksheet("s")
        for number, row in enumerate(rows):
            for position, cell in enumerate(row):
                if cell is not None:
                    sheet.write(number, position, cell)
        for place in merged:
            first = place.split(":")[0]
            sheet.merge_range(place, rows[int(first[1:]) - 1]["ABCDEFGH".index(first[0])])
    return file


def test_merged_heads_are_filled_and_the_money_of_lines_is_counted_once(desk):
    rows = [HEADER, ["A1", "甲", "2025-01-01", "茶", 10], [None, None, None, "杯", 20], ["A2", "乙", "2025-01-02", "茶", 30]]
    file = workbook(desk, rows, merged=["A2:A3", "B2:B3", "C2:C3"])
    sample = sampled(file)
    assert (sample.shape, sample.doubts) == (Shape(fill_down=("单号", "客户", "日期")), ())
    assert collected(desk, file, sample) == [
        (2, "A1", "甲", "2025-01-01", "茶", "10"),
        (3, "A1", "甲", "2025-01-01", "杯", "20"),
        (4, "A2", "乙", "2025-01-02", "茶", "30"),
    ]


def test_a_customer_that_is_merged_over_two_orders_is_filled_and_a_guest_of_the_next_file_is_not(desk):
    rows = [["客户", "单号", "日期", "商品", "金额"], ["甲", "A1", "2025-01-01", "茶", 10], [None, None, None, "杯", 20], [None, "A2", "2025-01-02", "茶", 5], ["乙", "A3", "2025-01-03", "茶", 5]]  # fmt: skip
    sample = sampled(workbook(desk, rows, merged=["A2:A4", "B2:B3", "C2:C3"]))
    assert sample.shape == Shape(fill_down=("客户", "单号", "日期"))
    assert [row[:2] for row in sample.rows] == [("甲", "A1"), ("甲", "A1"), ("甲", "A2"), ("乙", "A3")]
    guests = [rows[0], ["甲", "B1", "2025-02-01", "茶", 10], [None, "B2", "2025-02-02", "茶", 5], ["丙", "B3", "2025-02-03", "茶", 5], [None, "B4", "2025-02-03", "杯", 5]]  # fmt: skip
    file = workbook(desk, guests, merged=["A4:A5"], name="feb.xlsx")
    assert [row[1:3] for row in collected(desk, file, sample)] == [("甲", "B1"), (None, "B2"), ("丙", "B3"), ("丙", "B4")]


def test_a_day_that_is_merged_over_orders(desk):
    rows = [
        ["日期", "单号", "客户", "金额"],
        ["2025-01-01", "A1", "甲", 10],
        [None, "A2", "乙", 20],
        ["2025-01-02", "A3", "丙", 5],
    ]
    sample = sampled(workbook(desk, rows, merged=["A2:A3"]))
    assert (sample.shape, [row[0] for row in sample.rows]) == (
        Shape(fill_down=("日期",)),
        ["2025-01-01", "2025-01-01", "2025-01-02"],
    )


def test_a_header_of_merged_cells_under_a_title_with_totals_and_months(desk):
    rows = [
        ["2026年台账"],
        ["客户", "销售额", None, None],
        [None, "1月", "2月", "3月"],
        ["甲", 1, 2, None],
        ["乙", None, 3, 4],
        ["合计", 1, 5, 4],
    ]
    file = workbook(desk, rows, merged=["A2:A3", "B2:D2"])
    sample = sampled(file)
    assert (sample.shape.header_rows, sample.shape.unpivot.columns) == ((2, 3), ("销售额/1月", "销售额/2月", "销售额/3月"))
    assert sample.rows == (
        ("甲", "2026-01-01", "1"),
        ("甲", "2026-02-01", "2"),
        ("乙", "2026-02-01", "3"),
        ("乙", "2026-03-01", "4"),
    )
    assert [row for _number, *row in collected(desk, file, sample)] == [list(row) for row in sample.rows]
    assert [row for _file, row, _reason in desk.unreadable()] == [6]


def test_a_header_that_stands_in_the_sheet_again(desk):
    file = workbook(desk, [HEADER, ["A1", "甲", "2025-01-01", "茶", 10], HEADER, ["A2", "乙", "2025-01-02", "茶", 30]])
    assert [row[:2] for row in collected(desk, file, sampled(file))] == [(2, "A1"), (4, "A2")]
    assert [(row, reason) for _file, row, reason in desk.unreadable()] == [(3, "repeated_header")]


def test_day_numbers_of_a_workbook_that_counts_from_1904(desk):
    rows = [["单号", "客户", "付款时间", "金额"], ["A1", "甲", 44348, 44348], ["A2", "乙", 44349.5, 1]]
    sample = sampled(workbook(desk, rows, options={"date_1904": True}))
    # 45810 is 2025-06-02 counted from 1899-12-30.
    assert [row[2:] for row in sample.rows] == [("45810", "44348"), ("45811.5", "1")]
    assert dt.date(1899, 12, 30) + dt.timedelta(45810) == dt.date(1904, 1, 1) + dt.timedelta(44348) == dt.date(2025, 6, 2)


@pytest.mark.parametrize("label", ["合计", "Total", "共3单", "小计"])
def test_rounded_ids_show_also_where_a_total_row_holds_a_word(desk, label):
    rows = [
        HEADER,
        [3001234567890120000, "甲", "2025-01-01", "茶", 1],
        [3001234567890120001, "乙", "2025-01-01", "茶", 2],
        [label, None, None, None, 3],
    ]
    sample = sampled(workbook(desk, rows))
    assert [row[0] for row in sample.rows[:2]] == ["3.00123E+18", "3.00123E+18"]


def test_long_ids_that_are_text_beside_a_total_row_are_whole(desk):
    rows = [
        HEADER,
        ["3001234567890120001", "甲", "2025-01-01", "茶", 1],
        ["3001234567890129992", "乙", "2025-01-01", "茶", 2],
        ["合计", None, None, None, 3],
    ]
    assert [row[0] for row in sampled(workbook(desk, rows)).rows] == ["3001234567890120001", "3001234567890129992"]


def test_a_sheet_that_adds_up_another_says_so(desk):
    with xlsxwriter.Workbook(desk.root / "orders.xlsx") as book:
        for name, rows in {"明细": [["单号", "客户", "金额"], ["1", "甲", 10], ["2", "甲", 20], ["3", "乙", 5]], "汇总": [["客户", "消费"], ["甲", 30], ["乙", 5]], "名单": [["客户", "积分"], ["甲", 7], ["乙", 9]]}.items():  # fmt: skip
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    assert [(each.part, each.looks_like_summary) for each in read_samples(desk.root / "orders.xlsx")] == [
        ("明细", False),
        ("汇总", True),
        ("名单", False),
    ]


PAGE = (
    '<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}"><style>td {{mso-number-format:"\\@"}}</style></head>'
    "<body><table border=1><tr><td colspan=4>销售单</td></tr><tr><th>单号</th><th>客户</th><th>日期</th><th>金额</th></tr>"
    "<tr><td rowspan=2>0193</td><td rowspan=2>甲 &amp; 乙</td><td>2025-01-01<td>10.50&nbsp;</tr>"
    "<TR><TD>2025-01-02</TD><TD><b>5</b></TD></TR></table></body></html>"
)


@pytest.mark.parametrize(("charset", "encoding"), [("gb2312", "gb18030"), ("utf-8", "utf-8-sig"), ("utf-8", "gb18030"), ("unknown", "utf-8"), ("unicode", "utf-16")])  # fmt: skip
def test_a_web_page_that_is_named_xls(desk, charset, encoding):
    file = desk.write("orders.xls", PAGE.format(charset=charset).encode(encoding))
    sample = sampled(file)
    assert (sample.headers, sample.shape.fill_down) == (("单号", "客户", "日期", "金额"), ("单号", "客户"))
    rows = [("0193", "甲 & 乙", "2025-01-01", "10.50"), ("0193", "甲 & 乙", "2025-01-02", "5")]
    assert sample.rows == tuple(rows)
    assert collected(desk, file, sample) == [(3, *rows[0]), (4, *rows[1])]


def test_a_page_whose_cells_would_fill_the_memory_is_refused(desk):
    wide = "<tr>" + "<td colspan=1000></td>" * 16 + "<td>x</td></tr>"
    file = desk.write("orders.xls", "<table>" + wide + "<tr><td>1</td></tr>" * 3000 + "</table>")
    with pytest.raises(InvalidFile, match="more than can be held in memory"):
        read_samples(file)


def test_a_nested_table_is_a_table_of_its_own(desk):
    inner = "<table><tr><td>单号</td><td>客户</td></tr><tr><td>A1</td><td>甲</td></tr></table>"
    file = desk.write("orders.xls", f"<table><tr><td>logo</td><td>{inner}</td></tr></table>")
    assert [(sample.part, sample.headers, sample.rows) for sample in read_samples(file)] == [
        ("2", ("单号", "客户"), (("A1", "甲"),))
    ]


XML = """<?xml version="1.0"?>
<?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Worksheet ss:Name="订单"><Table>
<Row><Cell><Data ss:Type="String">单号</Data></Cell><Cell><Data ss:Type="String">客户</Data></Cell><Cell><Data ss:Type="String">日期</Data></Cell><Cell><Data ss:Type="String">金额</Data></Cell></Row>
<Row ss:Index="3"><Cell><Data ss:Type="String">0193</Data></Cell><Cell ss:Index="3"><Data ss:Type="DateTime">2025-01-02T00:00:00.000</Data></Cell><Cell><Data ss:Type="Number">12.5</Data></Cell></Row>
<Row><Cell><Data ss:Type="String">0194</Data></Cell><Cell><Data ss:Type="String">乙&amp;丙</Data></Cell><Cell><Data ss:Type="Error">#REF!</Data></Cell></Row>
</Table></Worksheet></Workbook>"""


def test_spreadsheetml_that_is_named_xls(desk):
    file = desk.write("orders.xls", XML)
    rows = [("0193", None, "2025-01-02 00:00:00", "12.5"), ("0194", "乙&丙", None, None)]
    assert (sampled(file).part, sampled(file).rows) == ("订单", tuple(rows))
    assert collected(desk, file, sampled(file)) == [(3, *rows[0]), (4, *rows[1])]


def test_spreadsheetml_whose_entities_would_explode_is_refused(desk):
    bomb = '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    file = desk.write("orders.xls", XML.replace("<Workbook", f"{bomb}<Workbook", 1).replace("0193", "&b;"))
    with pytest.raises(InvalidFile, match="this is no workbook, or it is damaged"):
        read_samples(file)


def hand_made(desk, cells: str):
    """A workbook whose one sheet has a header a, b in its first row and the given rows as XML."""
    file = desk.root / "orders.xlsx"
    head = '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1" t="inlineStr"><is><t>b</t></is></c></row>'
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_rels/.rels", '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>')  # fmt: skip
        archive.writestr("xl/workbook.xml", '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>')  # fmt: skip
        archive.writestr("xl/_rels/workbook.xml.rels", '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>')  # fmt: skip
        archive.writestr("xl/worksheets/sheet1.xml", f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{head}{cells}</sheetData></worksheet>')  # fmt: skip
    return file


@pytest.mark.parametrize("error", ["#SPILL!", "#NEW!", "#REF!", "#CALC!", "#N/A", "#DIV/0!"])
def test_every_error_value_is_an_empty_cell(desk, error):
    file = hand_made(desk, f'<row r="2"><c r="A2" t="e"><v>{error}</v></c><c r="B2"><v>7</v></c></row>')
    assert sampled(file).rows == ((None, "7"),)
    desk.run(source("orders.xlsx", columns={"order_id": "b", "customer_id": "a"}))
    assert desk.rows("row_number", "order_id", "customer_id") == [(2, "7", None)]


@pytest.mark.parametrize(
    "place", ["XFD1048576", "XFD2", *(pytest.param(each, marks=pytest.mark.proof) for each in ("GR1048576", "AZ900000"))]
)
def test_a_cell_far_away_is_left_out_and_its_row_is_rejected_where_nothing_else_stands_in_it(desk, place):
    row = place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    file = hand_made(desk, f'<row r="2"><c r="B2"><v>7</v></c></row><row r="{row}"><c r="{place}"><v>1</v></c></row>')
    assert sampled(file).rows == ((None, "7"),)
    (remark,) = sampled(file).repairs
    assert (remark.code, remark.values) == ("far_cells", {"count": 1, "cell": place})
    desk.run(source("orders.xlsx", columns={"order_id": "b", "customer_id": "a"}))
    assert desk.rows("row_number", "order_id") == [(2, "7")]
    assert desk.unreadable() == ([] if row == "2" else [("orders.xlsx#S", int(row), "ragged_row")])


def test_a_cell_far_away_that_is_only_formatted_is_nothing(desk):
    file = hand_made(desk, '<row r="2"><c r="B2"><v>7</v></c></row><row r="1048576"><c r="XFD1048576" s="0"/></row>')
    assert (sampled(file).rows, sampled(file).repairs) == (((None, "7"),), ())


def test_a_row_far_below_in_the_columns_of_the_table_is_a_row(desk):
    hand_made(desk, '<row r="2"><c r="B2"><v>7</v></c></row><row r="1048576"><c r="B1048576"><v>1</v></c></row>')
    desk.run(source("orders.xlsx", columns={"order_id": "b", "customer_id": "a"}))
    assert desk.rows("row_number", "order_id") == [(2, "7"), (1048576, "1")]


def test_many_cells_far_away_are_a_table_that_does_not_fit_into_memory(desk):
    far = "".join(f'<row r="{row}"><c r="XFD{row}"><v>1</v></c></row>' for row in range(10_000, 1_000_000, 1000))
    hand_made(desk, far)
    with pytest.raises(InvalidFile) as caught:
        desk.run(source("orders.xlsx", columns={"order_id": "b"}))
    problem = caught.value.problems[0]
    assert "more than can be held in memory" in problem.text
    assert problem.values == {"row": 999_000, "column": "XFD"}


def test_far_cells_that_only_the_reader_sees_are_refused_by_its_limit_of_memory(desk):
    hand_made(desk, "<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>")
    with pytest.raises(InvalidFile, match="opening this workbook takes more than 1900 MB of memory"):
        desk.run(source("orders.xlsx", columns={"order_id": "b"}))


@pytest.mark.parametrize(
    "cells", ['<row r="2"><c r="A2" t="s"><v>9</v></c></row>', '<row r="2"><c r="A2" t="inlineStr"><is><t>&x;</t></is></c></row>']
)
def test_a_sheet_that_is_damaged_inside_is_refused_by_name(desk, cells):
    hand_made(desk, cells)
    with pytest.raises(InvalidFile, match=r"orders\.xlsx#S: the sheet is damaged"):
        desk.run(source("orders.xlsx", columns={"order_id": "b"}))


def test_a_sheet_that_unpacks_to_more_than_the_limit_is_refused(desk, monkeypatch):
    monkeypatch.setattr("fenji.collect.reading.workbook_xml.MOST_XML", 1 << 20)
    hand_made(desk, "".join(f'<row r="{row}"><c r="A{row}"><v>1</v></c></row>' for row in range(2, 40_000)))
    with pytest.raises(InvalidFile, match="larger than 1 MB when unpacked"):
        look_inside(desk.root / "orders.xlsx", "orders.xlsx")
