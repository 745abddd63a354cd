"""Law of formats: the same table, written in any format, encoding and layout that programs and people use, is read as the same rows."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from fenji.engines.duck import DuckEngine
from fixtures.collecting import Desk
from fixtures.laws import law
from fixtures.shaped import collected, sampled

HEADER = ["订单编号", "买家会员名", "下单时间", "商品名称", "实付金额"]
NAMES = st.sampled_from(["王小明", "李雷", "韩梅梅", "欧阳娜娜", "张三", "赵六"])
GOODS = st.sampled_from(["绿茶", "茶杯", "保温杯500ml", "护手霜", "T恤 大号", 'a "b" c', "茶,杯"])
ROWS = st.lists(
    st.tuples(NAMES, st.dates(dt.date(2000, 1, 1), dt.date(2030, 12, 31)), GOODS, st.integers(1, 999_999)),
    min_size=3,
    max_size=12,
)

DIALECTS = [
    ("comma", {}),
    ("tab", {"delimiter": "\t"}),
    ("semicolon", {"delimiter": ";"}),
    ("pipe", {"delimiter": "|"}),
    ("caret", {"delimiter": "^"}),
    ("tilde", {"delimiter": "~"}),
    ("control", {"delimiter": "\x01"}),
    ("says its delimiter", {"delimiter": ";", "above": "sep=;\n"}),
    ("bom", {"encoding": "utf-8-sig"}),
    ("gbk", {"encoding": "gbk"}),
    ("utf-16", {"encoding": "utf-16", "delimiter": "\t"}),
    ("utf-16 without a mark", {"encoding": "utf-16-le"}),
    ("all quoted", {"quoting": csv.QUOTE_ALL}),
    ("returns and line feeds", {"ends": "\r\n"}),
    ("preamble", {"above": "某某旗舰店\n导出时间：2026-01-01 10:00:00\n\n"}),
    ("footer", {"below": "合计,,,,{total}\n共{count}条\n"}),
    ("header again", {"again": True}),
    ("open ends", {"open": True}),
    ("xlsx", {"format": "xlsx"}),
    ("xlsx with a title", {"format": "xlsx", "title": True}),
    ("html", {"format": "xls"}),
    ("json", {"format": "json"}),
    ("json in an object", {"format": "json", "inside": True}),
    ("json lines", {"format": "jsonl"}),
]


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckEngine]:
    engine = DuckEngine(threads=1)
    yield engine
    engine.close()


def as_text(rows: list[list[str]], how: dict) -> bytes:
    """The table as a text file."""
    out = io.StringIO()
    writer = csv.writer(
        out, delimiter=how.get("delimiter", ","), quoting=how.get("quoting", csv.QUOTE_MINIMAL), lineterminator="\n"
    )
    tail = [""] if how.get("open") else []
    middle = [HEADER] if how.get("again") else []
    writer.writerows([*row, *tail] for row in [HEADER, *rows[:2], *middle, *rows[2:]])
    total = sum(int(row[4]) for row in rows)
    text = how.get("above", "") + out.getvalue() + how.get("below", "").format(total=total, count=len(rows))
    return text.replace("\n", how.get("ends", "\n")).encode(how.get("encoding", "utf-8"))


def as_workbook(file: Path, rows: list[list[str]], how: dict) -> None:
    """The table as a sheet, amounts as numbers."""
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("订单")
        top = [["订单导出"], []] if how.get("title") else []
        for number, row in enumerate([*top, HEADER, *([*row[:4], int(row[4])] for row in rows)]):
            sheet.write_row(number, 0, row)


def as_page(rows: list[list[str]]) -> bytes:
    """The table as a web page in GBK."""
    lines = ("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in [HEADER, *rows])
    return ('<html><meta charset="gbk"><table>' + "\n".join(lines) + "</table></html>").encode("gbk")


def as_json(rows: list[list[str]], how: dict) -> bytes:
    """The table as JSON."""
    records = [dict(zip(HEADER, row, strict=True)) for row in rows]
    if how["format"] == "jsonl":
        return "\n".join(json.dumps(record, ensure_ascii=False) for record in records).encode()
    return json.dumps({"code": 0, "data": records} if how.get("inside") else records, ensure_ascii=False).encode()


@pytest.mark.parametrize(("name", "how"), DIALECTS, ids=[name for name, _how in DIALECTS])
@given(given_rows=ROWS)
@law(6)
def test_the_same_table_in_any_dialect_is_the_same_rows(engine, name, how, given_rows):
    rows = [[f"A{number:04d}", who, day.isoformat(), what, str(paid)] for number, (who, day, what, paid) in enumerate(given_rows)]
    desk = Desk(Path(tempfile.mkdtemp(prefix="fenji-test-")), engine)
    ending = how.get("format", "csv")
    file = desk.root / f"orders.{ending}"
    if ending == "xlsx":
        as_workbook(file, rows, how)
    else:
        file.write_bytes(
            as_page(rows) if ending == "xls" else as_json(rows, how) if ending.startswith("json") else as_text(rows, how)
        )
    sample = sampled(file)
    assert sample.headers == tuple(HEADER), name
    assert [list(row) for row in sample.rows] == rows
    assert [list(cells) for _number, *cells in collected(desk, file, sample)] == rows
