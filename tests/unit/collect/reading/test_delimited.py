"""Text files of every encoding and delimiter come in as they are, and every line of a messy one is accounted for.

World: two to five orders of a Taobao shop, written in the ways in which exports differ.
"""

from __future__ import annotations

import gzip
from dataclasses import replace

import pytest

from fenji.domain.sources import ColumnMapping
from fenji.errors import InvalidFile, Place
from fixtures.collecting import COLUMNS, HEADER, Desk, source

ORDERS = [("A1", "甲", "12.50", "2025-01-02 03:04:05"), ("A2", "乙", "8.00", "2025-01-03 00:00:00")]
TEXT = "\n".join([HEADER, *(",".join(row) for row in ORDERS)]) + "\n"
FIELDS = tuple(COLUMNS)


@pytest.fixture
def desk(tmp_path, duck):
    return Desk(tmp_path, duck)


def failure(desk, *sources) -> InvalidFile:
    with pytest.raises(InvalidFile) as caught:
        desk.run(*sources)
    assert not (desk.root / "store").exists() or not list((desk.root / "store").rglob("*.parquet"))
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_every_encoding_and_delimiter_gives_the_same_rows(desk, encoding, delimiter):
    desk.write("orders.csv", TEXT.replace(",", delimiter).encode(encoding))
    desk.run(source("orders.csv"))
    assert desk.rows("row_number", *FIELDS) == [(2, *ORDERS[0]), (3, *ORDERS[1])]
    assert desk.unreadable() == []


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end(desk, ends):
    desk.write("orders.csv", TEXT.replace("\n", ends))
    desk.run(source("orders.csv"))
    assert desk.rows("row_number", *FIELDS) == [(2, *ORDERS[0]), (3, *ORDERS[1])]


def test_two_kinds_of_line_ends_in_one_file(desk):
    desk.write("orders.csv", HEADER + "\r\nA1,甲,1,2025-01-01\nA2,乙,2,2025-01-02\r\nA3,丙,3,2025-01-03\n")
    desk.run(source("orders.csv"))
    assert desk.rows("row_number", "order_id") == [(2, "A1"), (3, "A2"), (4, "A3")]


def test_a_packed_file_is_read_like_its_content(desk):
    desk.write("orders.csv.gz", gzip.compress(TEXT.encode("gb18030")))
    desk.run(source("orders.csv.gz"))
    assert desk.rows("file", *FIELDS) == [("orders.csv.gz", *ORDERS[0]), ("orders.csv.gz", *ORDERS[1])]


def test_text_is_kept_as_it_came_tabs_and_wrappers_included(desk):
    desk.write("orders.csv", HEADER + '\n="0193",甲\t,"1,234.50",2025-01-02\n,,,\n')
    desk.run(source("orders.csv"))
    assert desk.rows("row_number", *FIELDS) == [(2, '="0193"', "甲\t", "1,234.50", "2025-01-02"), (3, None, None, None, None)]


def test_preamble_and_footer_lines_are_no_records(desk):
    top = "#支付宝账务明细\n#账号：[20881***]\n# 起始日期,终止日期\n"
    bottom = "#导出时间：2025-02-01 10:00:00\n合计,,20.50,\n总计：2 笔\n"
    desk.write("orders.csv", (top + TEXT + bottom).encode("gb18030"))
    desk.run(source("orders.csv"))
    assert desk.rows("row_number", "order_id") == [(5, "A1"), (6, "A2")]
    assert desk.unreadable() == [
        ("orders.csv", 7, "footer_line"),
        ("orders.csv", 8, "footer_line"),
        ("orders.csv", 9, "footer_line"),
    ]


def test_an_order_number_that_begins_with_a_hash_is_no_footer(desk):
    desk.write("orders.csv", HEADER + "\n#1001,甲,1,2025-01-01\n#1002,乙,2,2025-01-02\n")
    desk.run(source("orders.csv"))
    assert desk.rows("row_number", "order_id") == [(2, "#1001"), (3, "#1002")]


def test_the_header_is_found_by_the_mapped_names_even_where_no_name_is_known(desk):
    desk.write("orders.csv", "report,x\nfoo,bar\nk1,k2,k3,k4\n1,2,3,4\n")
    columns = dict(zip(FIELDS, ("k1", "k2", "k3", "k4"), strict=True))
    desk.run(source("orders.csv", columns=columns))
    assert desk.rows("row_number", *FIELDS) == [(4, "1", "2", "3", "4")]


def test_ragged_rows_and_broken_quotes_spoil_their_own_line_only(desk):
    lines = [
        HEADER,
        "A1,甲,1,2025-01-01",
        "A2,乙,2",
        "A3,丙,3,2025-01-03,more",
        'A4,"丁"x,4,2025-01-04',
        'A5,"戊,5,2025-01-05',
        "A6,己,6,2025-01-06",
        'A7,"庚",7,2025-01-07',
    ]
    desk.write("orders.csv", "\n".join(lines) + "\n")
    run = desk.run(source("orders.csv"))
    assert desk.rows("row_number", "order_id", "customer_id") == [(2, "A1", "甲"), (7, "A6", "己"), (8, "A7", "庚")]
    assert desk.unreadable() == [
        ("orders.csv", 3, "ragged_row"),
        ("orders.csv", 4, "ragged_row"),
        ("orders.csv", 5, "broken_quotes"),
        ("orders.csv", 6, "broken_quotes"),
    ]
    assert [(each.records, each.unreadable) for each in run.files] == [(3, 4)]


def test_a_quote_that_is_never_closed_does_not_swallow_the_rest(desk):
    rest = "".join(f"B{number},x,1,2025-01-01\n" for number in range(500))
    desk.write("orders.csv", f'{HEADER}\nA1,"甲,1,2025-01-01\n{rest}')
    desk.run(source("orders.csv"))
    assert desk.rows("row_number", "order_id") == [(number + 3, f"B{number}") for number in range(500)]
    assert desk.unreadable() == [("orders.csv", 2, "broken_quotes")]


def test_notes_over_several_lines_and_empty_lines_keep_true_line_numbers(desk):
    text = f'{HEADER}\nA1,"甲\n乙 ""丙""\n",1,2025-01-01\n\nA2,丁,2,2025-01-02\n   \nA3,戊,3,2025-01-03\n\n\n'
    desk.write("orders.csv", text)
    desk.run(source("orders.csv"))
    assert desk.rows("row_number", "order_id", "customer_id") == [(2, "A1", '甲\n乙 "丙"\n'), (6, "A2", "丁"), (8, "A3", "戊")]
    assert desk.unreadable() == []


def test_a_note_over_several_lines_alone_keeps_true_line_numbers(desk):
    desk.write("orders.csv", f'{HEADER}\nA1,"甲\n乙",1,2025-01-01\nA2,丁,2,2025-01-02\n')
    desk.run(source("orders.csv"))
    assert desk.rows("row_number", "order_id") == [(2, "A1"), (4, "A2")]


def test_a_header_over_several_lines(desk):
    desk.write("orders.csv", '订单编号,"买家\n会员名",实付金额,下单时间\nA1,甲,1,2025-01-01\n')
    desk.run(source("orders.csv"))
    assert desk.rows("row_number", "customer_id") == [(3, "甲")]


def test_an_open_end_of_every_line_is_no_column(desk):
    desk.write("orders.csv", TEXT.replace("\n", ",\n"))
    desk.run(source("orders.csv"))
    assert desk.rows("row_number", *FIELDS) == [(2, *ORDERS[0]), (3, *ORDERS[1])]


def test_duplicate_headers_are_told_apart_by_a_suffix(desk):
    desk.write("orders.csv", "订单编号,买家会员名,实付金额,实付金额 ,下单时间\nA1,甲,1,2,2025-01-01\n")
    desk.run(source("orders.csv", columns={**COLUMNS, "line_amount": "实付金额_2"}))
    assert desk.rows("order_amount", "line_amount") == [("1", "2")]


def test_headers_are_compared_after_normalisation(desk):
    desk.write("orders.csv", "订单编号\t,买家会员名 ,实付金额（元）,\u3000下单时间\nA1,甲,1,2025-01-01\n")
    desk.run(source("orders.csv"))
    assert desk.rows(*FIELDS) == [("A1", "甲", "1", "2025-01-01")]


def test_the_hash_covers_unmapped_cells_and_not_the_order_of_columns(desk):
    desk.write("a.csv", HEADER + ",备注\nA1,甲,1,2025-01-01,x\nA1,甲,1,2025-01-01,y\n")
    desk.write("b.csv", "备注,下单时间,实付金额,买家会员名,订单编号\nx,2025-01-01,1,甲,A1\n")
    desk.run(source("a.csv", "b.csv"))
    (first,), (second,), (third,) = desk.rows("row_hash")
    assert (first == third, first == second) == (True, False)


def test_header_only_is_allowed_and_has_no_rows(desk):
    desk.write("orders.csv", HEADER + "\n")
    assert [each.records for each in desk.run(source("orders.csv")).files] == [0]
    assert desk.rows("order_id") == []


@pytest.mark.parametrize("content", [b"", b"\n\n \n", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_an_empty_file(desk, content):
    desk.write("orders.csv", content)
    assert str(failure(desk, source("orders.csv"))) == "orders.csv: the file is empty."


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"PK\x03\x04\x14\x00rest", "zip archive or an Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "old Excel workbook"),
        (b"<!DOCTYPE html><html><table>", "web page"),
        (b"\n <table><tr><td>1</td></tr></table>", "web page"),
        (b"%PDF-1.7", "PDF"),
        (b"PAR1abc", "Parquet"),
        (b"a,b\n1,\x00\x01\x02\x03\n", "binary data"),
    ],
)
def test_something_else_that_is_named_csv(desk, content, what):
    desk.write("orders.csv", content)
    problem = failure(desk, source("orders.csv")).problems[0]
    assert what in problem.text
    assert problem.place == Place("orders.csv")


def test_a_wrong_declared_encoding_names_byte_and_row(desk):
    desk.write("orders.csv", TEXT.encode("gb18030"))
    problem = failure(desk, source("orders.csv", encoding="utf-8")).problems[0]
    assert (problem.values, problem.place) == ({"position": 1, "encoding": "utf-8"}, Place("orders.csv", 1))


def test_bytes_that_are_no_text_at_all_name_byte_and_row(desk):
    content = b"order,who\n1,a\n2,\xff\x81\xff\n"
    desk.write("orders.csv", content)
    problem = failure(desk, source("orders.csv", columns={"order_id": "order", "customer_id": "who"})).problems[0]
    assert problem.text == "no known encoding makes text of byte {position}."
    assert (problem.values["position"], problem.place) == (17, Place("orders.csv", 3))


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "cp932", "big5", "cp1252"])
def test_a_line_that_is_no_text_is_refused_and_the_others_are_read(desk, encoding):
    who = {"cp932": "山田太郎", "big5": "陳志明", "cp1252": "Müller"}.get(encoding, "王小明")
    lines = ["order,who,paid,at", *(f"A{number},{who},1,2025-01-01" for number in range(5))]
    bad = {"cp1252": b"\x81", "cp932": b"\x81\xff", "gb18030": b"\x81\xff"}.get(encoding, b"\xff\xff")
    content = (
        ("\n".join(lines) + "\n").encode(encoding)
        + b"B1,"
        + bad
        + b",1,2025-01-01\n"
        + f"A9,{who},1,2025-01-02\n".encode(encoding)
    )
    desk.write("orders.csv", content)
    desk.run(source("orders.csv", columns=dict(zip(FIELDS, ("order", "who", "paid", "at"), strict=True))))
    assert desk.rows("row_number", "order_id", "customer_id") == [*((n + 2, f"A{n}", who) for n in range(5)), (8, "A9", who)]
    assert [(row, reason) for _file, row, reason in desk.unreadable()] == [(7, "undecodable")]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_nul_refuses_its_own_line(desk, encoding):
    desk.write("orders.csv", (HEADER + "\nA1,甲,1,2025-01-01\nA2,B\x00,2,2025-01-02\nA3,丙,3,2025-01-03\n").encode(encoding))
    desk.run(source("orders.csv"))
    assert desk.rows("row_number", "order_id") == [(2, "A1"), (4, "A3")]
    assert [(row, reason) for _file, row, reason in desk.unreadable()] == [(3, "undecodable")]


def test_files_that_were_put_together_with_their_headers_and_marks(desk):
    desk.write("orders.csv", f"\ufeff{HEADER}\nA1,甲,1,2025-01-01\n\ufeff{HEADER}\nA2,乙,2,2025-01-02\n{HEADER}\n")
    desk.run(source("orders.csv"))
    assert desk.rows("row_number", "order_id") == [(2, "A1"), (4, "A2")]
    assert [(row, reason) for _file, row, reason in desk.unreadable()] == [(3, "repeated_header"), (5, "repeated_header")]


@pytest.mark.parametrize("delimiter", ["^", "~", "\x01", ";", "|", "\t"])
def test_any_character_between_the_cells(desk, delimiter):
    desk.write("orders.csv", TEXT.replace(",", delimiter))
    desk.run(source("orders.csv"))
    assert desk.rows("row_number", *FIELDS) == [(2, *ORDERS[0]), (3, *ORDERS[1])]


def test_a_first_line_that_says_the_delimiter(desk):
    desk.write(
        "orders.csv", "sep=;\r\n" + "\r\n".join(line.replace(",", ";") for line in ["k1,k2,k3,k4", "1,a,2.5,2025-01-01"]) + "\r\n"
    )
    desk.run(source("orders.csv", columns=dict(zip(FIELDS, ("k1", "k2", "k3", "k4"), strict=True))))
    assert desk.rows("row_number", *FIELDS) == [(3, "1", "a", "2.5", "2025-01-01")]


def test_a_column_may_have_another_header_in_another_year(desk):
    desk.write("2025.csv", TEXT)
    desk.write("2026.csv", TEXT.replace("实付金额", "实收（元）").replace("买家会员名", "会员号"))
    columns = {
        "order_id": ColumnMapping("订单编号"),
        "customer_id": ColumnMapping("买家会员名", also=("会员号", "会员卡号")),
        "order_amount": ColumnMapping("实付金额", also=("实收",)),
        "ordered_at": ColumnMapping("下单时间"),
    }
    desk.run(replace(source("2025.csv", "2026.csv"), columns=columns))
    assert desk.rows("file", *FIELDS) == [(file, *row) for file in ("2025.csv", "2026.csv") for row in ORDERS]


def test_a_foreign_byte_far_behind_the_head_still_decides_the_encoding(desk):
    body = "".join(f"A{number},x,1,2025-01-01\n" for number in range(30_000))
    desk.write("orders.csv", (f"{HEADER}\n{body}Z,甲,1,2025-01-01\n").encode("gb18030"))
    desk.write("plain.csv", ("order,who,paid,at\n" + body).encode() + "Z,甲,1,2025-01-01\n".encode("gb18030"))
    columns = dict(zip(FIELDS, ("order", "who", "paid", "at"), strict=True))
    desk.run(source("orders.csv"), source("plain.csv", name="plain", columns=columns))
    assert [row for row in desk.rows("file", "customer_id") if row[1] != "x"] == [("orders.csv", "甲"), ("plain.csv", "甲")]


def test_a_mapping_to_a_missing_column_names_the_nearest_and_the_file(desk):
    desk.write("orders.csv", "订单编号,买家会员,实付金额,下单的时间\n1,2,3,4\n")
    assert str(failure(desk, source("orders.csv"))) == (
        "orders.csv, row 1: unknown column '买家会员名'. Did you mean 买家会员?\n"
        "orders.csv, row 1: unknown column '下单时间'. Did you mean 下单的时间?"
    )


def test_all_bad_files_of_all_sources_are_reported_at_once_and_nothing_is_written(desk):
    desk.write("good.csv", TEXT)
    desk.write("empty.csv", "")
    desk.write("zip.csv", b"PK\x03\x04")
    error = failure(desk, source("good.csv", "empty.csv"), source("zip.csv", "nothing*.csv", name="other"))
    assert [problem.place.file if problem.place else problem.values["pattern"] for problem in error.problems] == [
        "empty.csv",
        "nothing*.csv",
        "zip.csv",
    ]


def test_ten_thousand_columns(desk):
    names = [*COLUMNS.values(), *(f"k{number}" for number in range(10_000 - len(COLUMNS)))]
    desk.write("orders.csv", "\n".join([",".join(names), *(",".join([*row, *["x"] * 9_996]) for row in ORDERS)]) + "\n")
    desk.run(source("orders.csv"))
    assert desk.rows("row_number", *FIELDS) == [(2, *ORDERS[0]), (3, *ORDERS[1])]
