"""Laws of contracts: every record that comes in is kept, rejected or a copy; what is kept has a start and no end before it."""

from __future__ import annotations

from collections.abc import Iterator

import ibis
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fenji.domain.feeds import Feed, field_names
from fenji.domain.sources import ColumnMapping, FileLocation, Source
from fenji.engines.duck import DuckEngine
from fenji.engines.engine import Engine
from fenji.prepare.contracts import judge_contracts
from fenji.prepare.duplicates import count_copies, mark_copies, without_copies
from fenji.prepare.rows import typed_rows
from fenji.tables.raw import RAW
from fixtures.laws import law

DAYS = ("2024-01-01", "2024-02-29", "2024-3-1", "20240301", "长期", "9999-12-31", "soon", "", None)
NAMES = ("contract_id", "customer_id", "started_at", "ended_at", "status")
SOURCE = Source("telco", Feed.CONTRACT, FileLocation(("*",)), {name: ColumnMapping(name) for name in NAMES})
CELLS = st.tuples(
    st.sampled_from("ab"),
    st.sampled_from(["H1", "H2", None]),
    st.sampled_from(["c1", None]),
    st.sampled_from(DAYS),
    st.sampled_from(DAYS),
    st.sampled_from(["在网", "已解约", "作废", None]),
)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    opened = DuckEngine(threads=1)
    yield opened
    opened.close()


def _raw(engine: Engine, rows: list[tuple]) -> ibis.Table:
    told = [
        dict.fromkeys(field_names(Feed.CONTRACT))
        | {"source": "telco", "file": file, "row_number": number, "batch": "b", "row_hash": hash(cells)}
        | dict(zip(NAMES, cells, strict=True))
        for number, (file, *given) in enumerate(rows, start=2)
        for cells in [tuple(given)]
    ]
    return engine.stage(engine.from_arrow(pa.Table.from_pylist(told, RAW[Feed.CONTRACT].schema.to_pyarrow())))


@law(8)
@given(st.lists(CELLS, min_size=1, max_size=12))
def test_rows_in_are_kept_rejected_or_copies(engine: Engine, rows: list[tuple]) -> None:
    raw = _raw(engine, rows)
    copies = engine.stage(mark_copies(raw, Feed.CONTRACT, [SOURCE]))
    typed = engine.stage(
        typed_rows(without_copies(raw, copies), Feed.CONTRACT, [SOURCE], calendar=engine, zone="Asia/Shanghai", currency="CNY")
    )
    judged = engine.fetch(judge_contracts(typed, [SOURCE])).to_pylist()
    across = sum(row["across_files"] for row in engine.fetch(count_copies(copies)).to_pylist())
    assert len(judged) + across == len(rows)
    kept = [row for row in judged if row["reason"] is None]
    for row in kept:
        assert row["started_on"] is not None
        assert row["ended_on"] is None or row["ended_on"] >= row["started_on"]
        assert row["customer_id"] == "c1"
    ids = [row["contract_id"] for row in kept if row["contract_id"]]
    assert len(ids) == len(set(ids))
