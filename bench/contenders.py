"""The contenders of the benchmark, each run in a process of its own: fenji, plain SQL, pandas, and two readers of a CSV file.

Usage: python bench/contenders.py NAME DATA OUT [MEMORY]   prints {"seconds", "cpu_seconds", "peak_mb"}
"""

from __future__ import annotations

import json
import resource
import runpy
import shutil
import sys
import time
from datetime import date
from pathlib import Path

import duckdb

HERE = Path(__file__).parent
AS_OF = date(2025, 12, 31)


def fenji(data: Path, out: Path, memory: str | None) -> None:
    """The steps of a run, saved as a run saves them: panel, tiers, counts."""
    from fenji.analyze.panel import customer_metric
    from fenji.analyze.registry_orders import ORDER_METRICS
    from fenji.analyze.tier_counts import count_tiers, panel_with_tiers
    from fenji.analyze.tiers import assign_tiers
    from fenji.documents.policies import read_policy
    from fenji.domain.metrics import Fact
    from fenji.engines.duck import DuckEngine
    from fenji.tables import clean
    from fenji.tables.insight import TIER_ASSIGNMENT
    from fenji.tables.insight import customer_metric as panel_contract

    policy = read_policy(HERE / "policy.yaml")
    engine = DuckEngine(out / "scratch", memory_limit=memory)
    lines = engine.read_parquet(sorted((data / "order_line").glob("*.parquet")), clean.ORDER_LINE.schema)
    customer = engine.read_parquet(sorted((data / "customer").glob("*.parquet")), clean.CUSTOMER.schema)
    engine.save(customer_metric({Fact.ORDER_LINE: lines}, customer, metrics=ORDER_METRICS, as_of=AS_OF), out / "panel")
    panel = engine.read_parquet(sorted((out / "panel").glob("*.parquet")), panel_contract(ORDER_METRICS).schema)
    engine.save(assign_tiers(panel, customer, policy=policy, as_of=AS_OF), out / "tiers")
    tiers = engine.read_parquet(sorted((out / "tiers").glob("*.parquet")), TIER_ASSIGNMENT.schema)
    engine.save(count_tiers(panel_with_tiers(panel, tiers, as_of=AS_OF), policy=policy, as_of=AS_OF), out / "counts")
    engine.close()


def plain_sql(data: Path, out: Path, memory: str | None) -> None:
    """bench/plain.sql, statement by statement."""
    options = {
        "temp_directory": str(out / "scratch"),
        "preserve_insertion_order": False,
        **({"memory_limit": memory} if memory else {}),
    }
    engine = duckdb.connect(config=options)
    text = (HERE / "plain.sql").read_text(encoding="utf-8")
    text = "\n".join(line for line in text.splitlines() if not line.strip().startswith("--"))
    for name, folder in (("lines", data / "order_line"), ("customers", data / "customer"), ("out", out)):
        text = text.replace(f"{{{name}}}", str(folder))
    for statement in text.split(";"):
        if statement.strip():
            engine.execute(statement).fetchall()
    engine.close()


def pandas(data: Path, out: Path, memory: str | None) -> None:  # noqa: ARG001 - pandas cannot be told a limit
    """bench/pandas_script.py."""
    sys.argv = ["pandas_script.py", str(data / "order_line"), str(data / "customer"), str(out)]
    runpy.run_path(str(HERE / "pandas_script.py"), run_name="__main__")


def collect_csv(data: Path, out: Path, memory: str | None) -> None:
    """Collection of the CSV export: checked, placed and hashed row by row, as raw.order_line."""
    from fenji.collect.collecting import collect
    from fenji.documents.sources import read_sources
    from fenji.engines.duck import DuckEngine

    engine = DuckEngine(out / "scratch", memory_limit=memory)
    collect(
        read_sources(HERE / "sources.yaml"), root=data, known=(), reader=engine, store=out, run_id="bench", scratch=out / "work"
    )
    engine.close()


def copy_csv(data: Path, out: Path, memory: str | None) -> None:  # noqa: ARG001 - needs none
    """DuckDB's own copy of the same file to Parquet."""
    duckdb.execute(
        f"COPY (FROM read_csv('{data}/order_lines.csv')) TO '{out}/copy.parquet' (FORMAT parquet, COMPRESSION zstd)"
    ).fetchall()


CONTENDERS = {"fenji": fenji, "plain_sql": plain_sql, "pandas": pandas, "collect_csv": collect_csv, "copy_csv": copy_csv}


def main() -> None:
    """Runs one contender and prints what it took."""
    name, data, out, *memory = sys.argv[1:]
    shutil.rmtree(out, ignore_errors=True)
    Path(out).mkdir(parents=True)
    begun = time.perf_counter()
    CONTENDERS[name](Path(data), Path(out), memory[0] if memory else None)
    seconds = time.perf_counter() - begun
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = used.ru_utime + used.ru_stime
    json.dump({"seconds": round(seconds, 2), "cpu_seconds": round(cpu, 2), "peak_mb": round(used.ru_maxrss / 1024)}, sys.stdout)


if __name__ == "__main__":
    main()
