"""Which files are broken by the fuzz driver? The same 120 order rows in every format and encoding that fenji reads, all of them good."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

FIXTURES = Path(__file__).parents[2] / "tests" / "fixtures" / "workbooks"
CHINESE = ("订单编号", "买家会员名", "实付金额", "下单时间", "商品名称")
WESTERN = ("Order ID", "Customer", "Amount", "Order Date", "Product")
ROWS = [
    (
        f"A{number:05d}",
        f"王小{chr(0x4E00 + number % 40)}",
        round(number * 12.5, 2),
        f"2025-{1 + number % 9:02d}-1{number % 9} 10:00:00",
        "茶 250g" if number % 3 else '"乌龙", 大',
    )
    for number in range(120)
]
LATIN = [(one, f"Müller {number % 40}", paid, at, "Tee 250 g") for number, (one, _who, paid, at, _what) in enumerate(ROWS)]


def whole_files() -> dict[str, bytes]:
    """Every file by its name."""
    text, latin = _text(CHINESE, ROWS, ","), _text(WESTERN, LATIN, ";")
    records = [dict(zip(CHINESE, row, strict=True)) for row in ROWS]
    nested = [{"id": each["订单编号"], "buyer": {"name": each["买家会员名"]}, "paid": each["实付金额"]} for each in records]
    lines = "\n".join(json.dumps(each, ensure_ascii=False) for each in records)
    page = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in [CHINESE, *ROWS])
    return {
        "utf8.csv": text.encode(),
        "bom.csv": text.encode("utf-8-sig"),
        "gb18030.csv": text.encode("gb18030"),
        "utf16.csv": text.encode("utf-16"),
        "cp1252.csv": latin.encode("cp1252"),
        "tabs.tsv": _text(CHINESE, ROWS, "\t").encode(),
        "lines.jsonl": lines.encode(),
        "array.json": json.dumps({"code": 0, "data": {"list": records}}, ensure_ascii=False, indent=1).encode(),
        "nested.jsonl": "\n".join(json.dumps(each, ensure_ascii=False) for each in nested).encode(),
        "packed.csv.gz": gzip.compress(text.encode()),
        "packed.jsonl.gz": gzip.compress(lines.encode()),
        "snappy.parquet": _parquet("snappy"),
        "plain.parquet": _parquet("none"),
        "book.xlsx": _workbook(),
        "zipped.zip": _zipped("orders.csv", text.encode()),
        "old.xls": (FIXTURES / "orders.xls").read_bytes(),
        "open.ods": (FIXTURES / "orders.ods").read_bytes(),
        "page.xls": f"<html><meta charset='utf-8'><table>{page}</table></html>".encode(),
    }


def _text(header: tuple[str, ...], rows: list[tuple[object, ...]], delimiter: str) -> str:
    quoted = ((f'"{str(cell).replace(chr(34), chr(34) * 2)}"' if '"' in str(cell) else str(cell) for cell in row) for row in rows)
    return "\n".join([delimiter.join(header), *(delimiter.join(row) for row in quoted)]) + "\n"


def _parquet(compression: str) -> bytes:
    columns = {name: [row[position] for row in ROWS] for position, name in enumerate(CHINESE)}
    columns["标签"] = [["a", "b"]] * len(ROWS)
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, compression=compression, row_group_size=50)
    return sink.getvalue()


def _workbook() -> bytes:
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True}) as book:
        for name in ("订单", "二月"):
            sheet = book.add_worksheet(name)
            for number, row in enumerate([CHINESE, *ROWS]):
                sheet.write_row(number, 0, row)
        sheet.merge_range("A200:A203", "备注")
    return sink.getvalue()


def _zipped(name: str, content: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return sink.getvalue()
