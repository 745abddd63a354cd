"""A million real invoice lines, from the file to the tiers on either engine: every published table is the same, row by row."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from fenji.tables.clean import CLEAN

pytestmark = [pytest.mark.spark, pytest.mark.slow]


def demo(folder: Path, engine: str) -> str:
    """The demo as a user runs it; the id of its run."""
    command = [sys.executable, "-m", "fenji.cli.main", "demo", "--workspace", str(folder), "--engine", engine, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)["run"]["run_id"]


def tables(folder: Path, run: str) -> dict[str, str]:
    """Table -> what DuckDB reads it by."""
    files: dict[str, list[str]] = {}
    for file in sorted((folder / "store").glob(f"*/run={run}/**/*.parquet")):
        files.setdefault(file.relative_to(folder / "store").parts[0], []).append(str(file))
    return {
        name: f"read_parquet({paths}, hive_partitioning = false)" for name, paths in files.items() if not name.startswith("raw.")
    }


def test_both_engines_publish_the_same_tables_of_online_retail(tmp_path: Path) -> None:
    one = tables(tmp_path / "duck", demo(tmp_path / "duck", "duckdb"))
    other = tables(tmp_path / "spark", demo(tmp_path / "spark", "spark"))
    assert list(one) == list(other)
    assert set(one) >= set(CLEAN) | {"insight.customer_metric", "insight.tier_assignment", "insight.tier_count"}
    connection = duckdb.connect()
    for name in one:
        for some, others in ((one[name], other[name]), (other[name], one[name])):
            extra = connection.execute(
                f"SELECT * FROM (SELECT * FROM {some} EXCEPT ALL SELECT * FROM {others}) LIMIT 3"
            ).fetchall()
            assert extra == [], name
    assert connection.execute(f"SELECT count(*) FROM {other['clean.order_line']}").fetchone() == (1_039_136,)
