"""An id on the command line loses what it loses in a file, and nothing else."""

from __future__ import annotations

import ibis
import pytest

from fenji.domain.feeds import Cell
from fenji.domain.written_ids import written_id
from fenji.engines.engine import Engine
from fenji.prepare import cells

IDS = {
    "7210448320000": "7210448320000",
    "'7210448320000": "7210448320000",
    '="0123"': "0123",
    "='0123'": "0123",
    " 12 ": "12",
    "\t12\n": "12",
    "\ufeff12": "12",
    "' 12": "12",
    "１２３": "123",
    "17850.0": "17850",
    "17850.00": "17850",
    "0017850": "0017850",
    "1.5": "1.5",
    "O'Neil-1": "O'Neil-1",
    "a=b1": "a=b1",
    "'": "",
}


@pytest.mark.parametrize(("written", "meant"), IDS.items())
def test_wrappers_go_and_the_rest_stays(written: str, meant: str) -> None:
    assert written_id(written) == meant
    assert written_id(meant) == meant


def test_the_command_line_reads_ids_as_files_are_read(duck: Engine) -> None:
    table = duck.from_arrow(ibis.memtable({"came": list(IDS)}).to_pyarrow())
    stripped = table.mutate(bare=cells.strip(table.came, Cell.ID)).view()
    read = stripped.select("came", id=cells.identifier(cells.Cells(stripped.came, stripped.bare)))
    found = {row["came"]: row["id"] or "" for row in duck.fetch(read).to_pylist()}
    assert found == IDS
