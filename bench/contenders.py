"""The contenders of the benchmark, each run in a process of its own: fenji, plain SQL, Polars, pandas, histories of reviews, and two readers of a CSV file.

Usage: python bench/contenders.py NAME DATA OUT [MEMORY]   prints {"seconds", "cpu_seconds", "peak_mb"} and what the contender tells of itself
"""

from __future__ import annotations

import json
import resource
import runpy
import shutil
import sys
import time
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from fenji.engines.duck import DuckEngine
    from fenji.tables.contract import Contract

HERE = Path(__file__).parent
AS_OF = date(2025, 12, 31)


def fenji(data: Path, out: Path, memory: str | None) -> None:
    """The steps of a run, saved as a run saves them: panel, tiers, counts."""
    from fenji.analyze.metrics.orders import ORDER_METRICS
    from fenji.analyze.metrics.panel import customer_metric
    from fenji.analyze.reviews.tier_counts import count_tiers, panel_with_tiers
    from fenji.analyze.reviews.tiers import assign_tiers
    from fenji.documents.policies import read_policy_document
    from fenji.domain.metrics import Fact
    from fenji.engines.duck import DuckEngine
    from fenji.tables import clean
    from fenji.tables.insight import TIER_ASSIGNMENT
    from fenji.tables.insight import customer_metric as panel_contract

    policy = read_policy_document(HERE / "policy.yaml").policy
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
    engine = duckdb.connect(config=_options(out, memory))
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


def polars(data: Path, out: Path, memory: str | None) -> None:  # noqa: ARG001 - Polars cannot be told a limit
    """bench/polars_script.py."""
    sys.argv = ["polars_script.py", str(data / "order_line"), str(data / "customer"), str(out)]
    runpy.run_path(str(HERE / "polars_script.py"), run_name="__main__")


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


def metrics(data: Path, out: Path, memory: str | None) -> None:
    """One full pass of metrics: the panel of one day with every built-in metric, saved and checked as a run does."""
    from fenji.analyze.metrics.orders import ORDER_METRICS
    from fenji.analyze.metrics.panel import customer_metric, known_customers
    from fenji.domain.metrics import Fact
    from fenji.engines.checks import save_checked
    from fenji.tables.insight import customer_metric as panel_contract

    engine, lines, customer = _opened(data, out, memory)
    panel = customer_metric({Fact.ORDER_LINE: lines}, customer, metrics=ORDER_METRICS, as_of=AS_OF)
    known = known_customers(customer, as_of=AS_OF)
    save_checked(engine, panel, panel_contract(ORDER_METRICS), out / "panel", same_customers_as=known)
    engine.close()


def history(data: Path, out: Path, memory: str | None, *, reviews: int) -> None:
    """The last monthly reviews with keep rules, hold and grace: decided, saved and checked as a run does."""
    from fenji.analyze.metrics.registry import Registry
    from fenji.documents.policies import read_policy_document
    from fenji.domain.metrics import Fact
    from fenji.domain.reviews import NEVER_LOST, ReviewOn, review_dates
    from fenji.workspace.overrides import OVERRIDES
    from fenji.workspace.reviews import ReviewPlan, decide_plan, save_reviews

    policy = read_policy_document(HERE / "history.yaml").policy
    engine, lines, customer = _opened(data, out, memory)
    dates = tuple(ReviewOn(day, policy) for day in review_dates(AS_OF, policy.review.every, reviews))
    plan = ReviewPlan(dates, (Registry.of(),) * reviews, NEVER_LOST, OVERRIDES.empty_table())
    decided = decide_plan(engine, customer, {Fact.ORDER_LINE: lines}, plan)
    save_reviews(_Writer(engine, out), customer, decided)
    engine.close()


class _Writer:
    """Saves tables as a run does, without a workspace."""

    def __init__(self, engine: DuckEngine, out: Path) -> None:
        """Saves into ``out``."""
        self._engine, self._out = engine, out

    def save(self, table: ir.Table, contract: Contract, *, as_of: date, same_customers_as: ir.Table | None = None) -> ir.Table:
        """See RunWriter.save."""
        from fenji.engines.checks import save_checked

        folder = self._out / contract.name / f"as_of={as_of}"
        save_checked(self._engine, table, contract, folder, same_customers_as=same_customers_as)
        return self._engine.read_parquet(sorted(folder.glob("*.parquet")), contract.schema)


def sql_history(data: Path, out: Path, memory: str | None, *, reviews: int) -> None:
    """bench/history.sql, once for each review, each reading what the one before wrote."""
    from fenji.domain.periods import months_before
    from fenji.domain.policies import ReviewPeriod
    from fenji.domain.reviews import review_dates

    engine = duckdb.connect(config=_options(out, memory))
    text = (HERE / "history.sql").read_text(encoding="utf-8")
    (out / "tier_assignment").mkdir()
    nobody = "(SELECT NULL::BIGINT AS customer_key, 0 AS rank, NULL::DATE AS since_on, 0 AS grace_left, 0 AS hold_left LIMIT 0)"
    before = nobody
    for day in review_dates(AS_OF, ReviewPeriod.MONTH, reviews):
        file = out / "tier_assignment" / f"{day}.parquet"
        places = {"lines": data / "order_line", "customers": data / "customer", "before": before, "out": file}
        engine.execute(text.format(**places, as_of=day, opens=months_before(day, 12))).fetchall()
        before = f"read_parquet('{file}')"
    engine.close()


def whatif(data: Path, out: Path, memory: str | None) -> dict[str, float]:
    """Another policy on the stored panel that the contender ``metrics`` has left beside: the count that a slider would ask for."""
    from fenji.analyze.metrics.orders import ORDER_METRICS
    from fenji.analyze.whatif.alike import count_alike, metrics_asked
    from fenji.documents.policies import policy_from_text
    from fenji.tables.insight import customer_metric as panel_contract

    engine, _lines, customer = _opened(data, out, memory)
    text = (HERE / "policy.yaml").read_text(encoding="utf-8")
    policies = (
        policy_from_text(text),
        policy_from_text(text.replace("2000", "1800").replace("orders_12m >= 10", "orders_12m >= 8")),
    )
    schema = panel_contract(ORDER_METRICS).schema
    files = sorted((out.parent / out.name.replace("whatif", "metrics") / "panel").glob("*.parquet"))
    panel = engine.read_parquet(files, schema).select("customer_key", "as_of", *metrics_asked(policies))
    took = []
    for _ in range(5):
        begun = time.perf_counter()
        engine.fetch(count_alike(panel, customer, policies=policies, as_of=AS_OF))
        took.append(time.perf_counter() - begun)
    engine.close()
    return {"first_count": round(took[0], 3), "best_count": round(min(took), 3)}


def _opened(data: Path, out: Path, memory: str | None) -> tuple[DuckEngine, ir.Table, ir.Table]:
    """The engine, order lines and customers."""
    from fenji.engines.duck import DuckEngine
    from fenji.tables import clean

    engine = DuckEngine(out / "scratch", memory_limit=memory)
    lines = engine.read_parquet(sorted((data / "order_line").glob("*.parquet")), clean.ORDER_LINE.schema)
    return engine, lines, engine.read_parquet(sorted((data / "customer").glob("*.parquet")), clean.CUSTOMER.schema)


def _options(out: Path, memory: str | None) -> dict[str, Any]:
    return {
        "temp_directory": str(out / "scratch"),
        "preserve_insertion_order": False,
        **({"memory_limit": memory} if memory else {}),
    }


CONTENDERS: dict[str, Any] = {
    "fenji": fenji,
    "plain_sql": plain_sql,
    "polars": polars,
    "pandas": pandas,
    "collect_csv": collect_csv,
    "copy_csv": copy_csv,
    "metrics": metrics,
    "history_24": partial(history, reviews=24),
    "history_36": partial(history, reviews=36),
    "sql_24": partial(sql_history, reviews=24),
    "sql_36": partial(sql_history, reviews=36),
    "whatif": whatif,
}


def main() -> None:
    """Runs one contender and prints what it took."""
    name, data, out, *memory = sys.argv[1:]
    shutil.rmtree(out, ignore_errors=True)
    Path(out).mkdir(parents=True)
    begun = time.perf_counter()
    told = CONTENDERS[name](Path(data), Path(out), memory[0] if memory else None)
    seconds = time.perf_counter() - begun
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = used.ru_utime + used.ru_stime
    took = {"seconds": round(seconds, 2), "cpu_seconds": round(cpu, 2), "peak_mb": round(used.ru_maxrss / 1024)}
    json.dump({**took, **(told or {})}, sys.stdout)


if __name__ == "__main__":
    main()
