"""Laws of reading text files: whatever a CSV writer writes comes back cell by cell, and every line of any text is accounted for."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fenji.engines.duck import DuckEngine
from fixtures.collecting import COLUMNS, HEADER, Desk, source
from fixtures.laws import law

FIELDS = tuple(COLUMNS)

# Controls are left out: what a lone carriage return or a NUL inside a cell means differs from program to program.
CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=6) | st.sampled_from(
    ['"', '""', ",", "\n", "=", '="1"', " ", "a\nb", 'a"b', "#1", "合计"]
)
ROWS = st.lists(st.tuples(*(st.just(f"A{number}") | CELLS for number in range(4))), max_size=8)
LINES = st.lists(st.text('a,"', max_size=8), max_size=12)


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckEngine]:
    engine = DuckEngine(threads=1)
    yield engine
    engine.close()


def collected(engine: DuckEngine, text: str, columns: dict[str, str] | None = None) -> tuple[Desk, int, int]:
    """The desk after one run over one file, and its records and unreadable ones."""
    desk = Desk(Path(tempfile.mkdtemp(prefix="fenji-test-")), engine)
    desk.write("orders.csv", text)
    (file,) = desk.run(source("orders.csv", columns=columns)).files
    return desk, file.records, file.unreadable


@given(ROWS, st.sampled_from(["\n", "\r\n"]), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
@law(20)
def test_what_is_written_comes_back(engine, rows, ends, quoting):
    out = io.StringIO()
    csv.writer(out, lineterminator=ends, quoting=quoting).writerows(
        [HEADER.split(","), *(("id", *row[1:]) for row in rows), ("end", "", "", "")]
    )
    desk, _records, unreadable = collected(engine, out.getvalue())
    found = desk.rows(*FIELDS)
    assert unreadable == 0
    assert found == [("id", *(cell or None for cell in row[1:])) for row in rows] + [("end", None, None, None)]


@given(LINES)
@law(25)
def test_every_line_is_a_record_or_unreadable_or_empty_or_continues_a_record(engine, lines):
    columns = {"order_id": "k1", "customer_id": "k2", "order_amount": "k3"}
    desk, records, unreadable = collected(engine, "\n".join(["k1,k2,k3", *lines]) + "\n", columns)
    starts = [row for (row,) in desk.rows("row_number")] + [row for _file, row, _reason in desk.unreadable()]
    assert len(starts) == records + unreadable == len(set(starts))
    breaks = sum(cell.count("\n") for row in desk.rows(*columns) for cell in row if cell)
    filled = sum(1 for line in lines if line)
    # Lines inside a quoted cell may be empty ones, which count as line ends of the cell all the same.
    assert filled <= records + unreadable + breaks <= len(lines)
