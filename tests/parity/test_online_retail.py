"""Real invoice lines, from the file to the tiers on either engine: every published table is the same, row by row.

Two months around the nine days in which both sheets hold the same invoices; all two years take Spark minutes on one machine.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from fenji.language import Language
from fenji.settings import EngineName
from fenji.tables.clean import CLEAN
from fenji.workflow.demo import DATA_FILE, make_demo
from fenji.workflow.running import run_all

AS_OF = date(2011, 1, 15)

pytestmark = [pytest.mark.spark, pytest.mark.proof]


def run(folder: Path, engine: EngineName) -> str:
    """Two reviews of some of the demo's data, as a user decides them; the id of the run."""
    make_demo(folder, Language.EN)
    file = folder / "data" / DATA_FILE
    some = f"SELECT * FROM '{file}' WHERE InvoiceDate >= '2010-11-15' AND InvoiceDate < '2011-01-16'"
    duckdb.sql(some).write_parquet(str(folder / "some.parquet"))
    (folder / "some.parquet").replace(file)
    return run_all(folder, as_of=AS_OF, history=2, engine=engine).run_id


def tables(folder: Path, run: str) -> dict[str, str]:
    """Table -> what DuckDB reads it by."""
    files: dict[str, list[str]] = {}
    for file in sorted((folder / "store").glob(f"*/run={run}/**/*.parquet")):
        files.setdefault(file.relative_to(folder / "store").parts[0], []).append(str(file))
    return {
        name: f"read_parquet({paths}, hive_partitioning = false)" for name, paths in files.items() if not name.startswith("raw.")
    }


def test_both_engines_publish_the_same_tables_of_online_retail(tmp_path: Path) -> None:
    one = tables(tmp_path / "duck", run(tmp_path / "duck", EngineName.DUCKDB))
    other = tables(tmp_path / "spark", run(tmp_path / "spark", EngineName.SPARK))
    assert list(one) == list(other)
    assert set(one) >= set(CLEAN) | {"insight.customer_metric", "insight.tier_assignment", "insight.tier_count"}
    connection = duckdb.connect()
    for name in one:
        for some, others in ((one[name], other[name]), (other[name], one[name])):
            extra = connection.execute(
                f"SELECT * FROM (SELECT * FROM {some} EXCEPT ALL SELECT * FROM {others}) LIMIT 3"
            ).fetchall()
            assert extra == [], name
    rows, kept, across = connection.execute(
        f"SELECT sum(rows_in), sum(kept), sum(across_files) FROM {other['clean.file_account']}"
    ).fetchone()
    assert (rows, kept, across) == (
        125_109,
        connection.execute(f"SELECT count(*) FROM {other['clean.order_line']}").fetchone()[0],
        22_523,
    )
