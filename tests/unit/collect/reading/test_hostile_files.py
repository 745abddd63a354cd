"""No file takes more than 2 GB or a minute: it is read, with its bad rows rejected, or refused. World: two good orders, and what an enemy adds.

Every file is brought to the door in a process of its own whose memory is limited by the system and measured.
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fenji.errors import InvalidFile
from fixtures.collecting import COLUMNS, HEADER, Desk, source

TESTS = Path(__file__).parents[3]
MOST_MEMORY, MOST_SECONDS = 2 << 30, 60
GOOD = ("A1,甲,10.0,2025-01-01", "A2,乙,20.0,2025-01-02")
RECORDS = [dict(zip(COLUMNS.values(), row.split(","), strict=True)) for row in GOOD]
LINES = [json.dumps(record, ensure_ascii=False) for record in RECORDS]

BRING = """
import json, resource, sys, time
from pathlib import Path
resource.setrlimit(resource.RLIMIT_DATA, (2 << 30, 2 << 30))
sys.path.insert(0, sys.argv[2])
from fenji.collect.reading.sniffing import read_samples
from fenji.engines.duck import DuckEngine
from fenji.errors import FenjiError
from fixtures.collecting import Desk, source
file, began = Path(sys.argv[1]), time.monotonic()
desk = Desk(file.parent, DuckEngine(file.parent / "engine", threads=2, memory_limit="600MB"))
told = {"seen": None, "kept": None, "rejected": [], "refused": []}
try:
    told["seen"] = sum(len(each.rows) for each in read_samples(file))
except FenjiError as error:
    told["refused"].append(str(error))
try:
    desk.run(source(file.name))
    told["kept"] = [row[0] for row in desk.rows("order_id")]
    told["rejected"] = [each[1:3] for each in desk.unreadable()]
except FenjiError as error:
    told["refused"].append(str(error))
# What Linux counts for a process itself begins with the memory of the one that started it; the status does not.
own = next(int(line.split()[1]) for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
used = max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
print(json.dumps({**told, "memory": used << 10, "seconds": time.monotonic() - began}))
"""


@dataclass(frozen=True)
class Brought:
    """What became of a file."""

    seen: int | None
    kept: list[str] | None
    rejected: list[list[object]]
    refused: list[str]
    memory: int
    seconds: float


def bring(file: Path) -> Brought:
    """Looks at a file as map does and reads it as a run does."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", BRING, str(file), str(TESTS)], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr[-2000:]
    brought = Brought(**json.loads(done.stdout))
    assert brought.memory < MOST_MEMORY
    assert brought.seconds < MOST_SECONDS
    return brought


def workbook(file: Path, sheet: object, strings: str = "") -> Path:
    """A workbook of hand-made XML; the sheet is a text, or a function that writes it."""
    head = "".join(
        f'<c r="{letter}1" t="inlineStr"><is><t>{name}</t></is></c>'
        for letter, name in zip("ABCD", HEADER.split(","), strict=True)
    )
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        packages, main = (
            "http://schemas.openxmlformats.org/package/2006/relationships",
            "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{packages}"><Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{packages}"><Relationship Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{office}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        )
        with archive.open("xl/worksheets/sheet1.xml", "w") as out:
            out.write(f'<worksheet xmlns="{main}"><sheetData><row r="1">{head}</row>'.encode())
            for part in sheet if not isinstance(sheet, str) else [sheet]:
                out.write(part.encode() if isinstance(part, str) else part)
            out.write(b"</sheetData></worksheet>")
        if strings:
            archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{main}">{strings}</sst>')
    return file


def test_a_long_text_that_many_cells_share_is_refused_by_the_limit_of_memory(tmp_path):
    cells = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(2, 20_000))
    brought = bring(workbook(tmp_path / "book.xlsx", cells, f"<si><t>{'x' * 1_000_000}</t></si>"))
    assert all("takes more than 1900 MB of memory" in each for each in brought.refused)
    assert len(brought.refused) == 2


@pytest.mark.proof
@pytest.mark.parametrize(
    "cells",
    [
        ['<row r="2"><c r="A2" t="inlineStr"><is><t>', *[b"x" * 1_000_000] * 900, "</t></is></c></row>"],
        ["<row>", *[b"<c><v>1</v></c>" * 1_000_000] * 60, "</row>"],
        ["<row>", *[b"<c><v>1</v></c>" * 100 + b"</row><row>"] * 400_000, "</row>"],
    ],
    ids=["a text of 900 MB", "60 million cells in a row", "40 million cells"],
)
def test_sheets_that_unpack_to_a_gigabyte_are_refused(tmp_path, cells):
    assert len(bring(workbook(tmp_path / "book.xlsx", cells)).refused) == 2


def test_a_line_that_is_no_json_is_one_rejected_row(tmp_path):
    bad = [
        '{"订单编号": "B1", broken',
        "[" * 3000 + "]" * 3000,
        '{"订单编号":"B3\\ud800"}',
        '{"订单编号":"B4\x00"}',
        '{"a":1',
        "42",
    ]
    file = tmp_path / "orders.jsonl"
    file.write_text("\n".join([LINES[0], *bad, LINES[1]]), "utf-8")
    brought = bring(file)
    assert brought.kept == ["A1", "A2"]
    assert brought.rejected == [[row, "invalid_record"] for row in range(2, 8)]


def test_bytes_that_are_no_text_cost_their_record_alone(tmp_path):
    (tmp_path / "orders.jsonl").write_bytes(f"{LINES[0]}\n".encode() + b'{"a":"\xff\xfe"}\n' + LINES[1].encode())
    lines = bring(tmp_path / "orders.jsonl")
    assert (lines.kept, lines.rejected) == (["A1", "A2"], [[2, "undecodable"]])
    (tmp_path / "orders.json").write_bytes(f"[\n{LINES[0]},\n".encode() + b'{"a":"\xff\xfe"},\n' + f"{LINES[1]}\n]".encode())
    array = bring(tmp_path / "orders.json")
    assert (array.kept, array.rejected) == (["A1", "A2"], [[2, "invalid_record"]])


@pytest.mark.proof
def test_a_line_of_json_of_more_than_16_mb_is_one_rejected_row(tmp_path):
    file = tmp_path / "orders.jsonl"
    file.write_text("\n".join([LINES[0], '{"订单编号":"' + "x" * 60_000_000 + '"}', LINES[1]]), "utf-8")
    brought = bring(file)
    assert (brought.kept, brought.rejected) == (["A1", "A2"], [[2, "too_long"]])
    assert brought.memory < 600 << 20


@pytest.mark.proof
@pytest.mark.parametrize("quote", ["", '"'])
def test_a_cell_of_60_mb_in_a_packed_text_is_one_rejected_row(tmp_path, quote):
    file = tmp_path / "orders.csv.gz"
    rows = [HEADER, GOOD[0], f"B1,{quote}{'x' * 60_000_000}{quote},1,2025-01-01", GOOD[1], ""]
    file.write_bytes(gzip.compress("\n".join(rows).encode(), compresslevel=1))
    brought = bring(file)
    assert (brought.kept, brought.rejected) == (["A1", "A2"], [[3, "too_long"]])
    assert brought.memory < 800 << 20


@pytest.mark.proof
def test_a_packed_text_that_swells_is_refused(tmp_path):
    file = tmp_path / "orders.csv.gz"
    with gzip.open(file, "wb") as packed:
        for _time in range(300):
            packed.write(b"x" * 1_000_000)
    assert any("unpacks to more than 200 times its size" in each for each in bring(file).refused)


@pytest.mark.proof
@pytest.mark.parametrize(("length", "rows"), [(50_000_000, 5_000), (10_000, 1_000_000)])
def test_a_dictionary_of_one_long_text_is_refused(tmp_path, length, rows):
    words = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["x" * length]))
    file = tmp_path / "orders.parquet"
    pq.write_table(pa.table(dict.fromkeys(COLUMNS.values(), words)), file, compression="zstd", dictionary_pagesize_limit=1 << 30)
    brought = bring(file)
    assert len(brought.refused) == 2
    assert all("unpacks to more than 200 times its size" in each for each in brought.refused)


@pytest.mark.proof
def test_nested_dictionaries_and_endless_rows_are_refused(tmp_path):
    words = pa.DictionaryArray.from_arrays(pa.array([0] * 1000, pa.int32()), pa.array(["x" * 1_000_000]))
    nested = pa.ListArray.from_arrays(pa.array(range(1001), pa.int32()), words)
    pq.write_table(
        pa.table({"订单编号": nested}), tmp_path / "nested.parquet", compression="zstd", dictionary_pagesize_limit=1 << 30
    )
    pq.write_table(pa.table({"订单编号": pa.nulls(20_000_000, pa.int8())}), tmp_path / "rows.parquet", compression="zstd")
    for name in ("nested.parquet", "rows.parquet"):
        assert all("unpacks to more than 200 times its size" in each for each in bring(tmp_path / name).refused)


def test_an_honest_dictionary_is_read(tmp_path):
    table = pa.table({name: [record[name] for record in RECORDS] * 5_000 for name in COLUMNS.values()})
    pq.write_table(table, tmp_path / "orders.parquet")
    brought = bring(tmp_path / "orders.parquet")
    assert (len(brought.kept or []), brought.refused) == (10_000, [])


def test_more_keys_than_a_table_has_columns_are_refused(tmp_path):
    file = tmp_path / "orders.jsonl"
    file.write_text("\n".join(json.dumps({f"k{line}_{key}": 1 for key in range(20)}) for line in range(1_000)), "utf-8")
    assert all("the table has 20000 columns, and at most 16384 are read" in each for each in bring(file).refused)


@pytest.fixture
def desk(tmp_path, duck):
    return Desk(tmp_path, duck)


def test_places_that_hold_no_file(desk):
    os.mkfifo(desk.root / "pipe.csv")
    (desk.root / "loop.csv").symlink_to("loop.csv")
    (desk.root / "zero.csv").symlink_to("/dev/zero")
    (desk.root / "folder.csv").mkdir()
    for name in ("pipe.csv", "loop.csv", "zero.csv"):
        with pytest.raises(InvalidFile, match="no ordinary file but a pipe, a device or a link"):
            desk.run(source(name))
    with pytest.raises(InvalidFile, match="holds no data file"):
        desk.run(source("folder.csv"))
    with pytest.raises(InvalidFile, match="the file cannot be opened: File name too long"):
        desk.run(source(f"{'x' * 300}.csv"))


def test_half_of_a_letter_in_utf_16_costs_its_line_alone(desk):
    text = "\n".join([HEADER, GOOD[0], "B1,X,1,2025-01-01", GOOD[1], ""]).encode("utf-16")
    desk.write("orders.csv", text.replace("X".encode("utf-16-le"), b"\x00\xd8"))
    desk.run(source("orders.csv"))
    assert [row[0] for row in desk.rows("order_id")] == ["A1", "A2"]
    assert [each[1:3] for each in desk.unreadable()] == [(3, "undecodable")]
