"""How long does a moved threshold wait for its answer? Cells in memory beside plain DuckDB SQL over the customers, and what cells cost a run.

Usage: python bench/whatif.py [--customers 1000000] [--trials 50] [--json] [--data FOLDER]

The panel is made once from a seed and kept in bench/data: revenue, orders and refund rate of customers who differ as those of
bench/generate.py do, one in thirty of them without a refund rate. Every trial moves all thresholds of bench/policy.yaml to steps drawn
from a seed; each answer of the cells (tiers, matrix, lines and the histogram) is held against the SQL, which counts the matrix alone.
Processor milliseconds stand beside the time: they hardly change when other programs run. The aim is 5 ms at a million customers and
30 ms at 20 million; the page may take 100 ms.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import ibis

from fenji.analyze.metrics.registry import builtin_metrics
from fenji.analyze.rules.bands import Cut
from fenji.analyze.whatif.cells import MOST_CELLS, count_cells, cuts_for, fewer_cuts, metrics_compared
from fenji.analyze.whatif.comparing import PolicyComparison
from fenji.analyze.whatif.cuts import cuts_of, with_cuts
from fenji.analyze.whatif.steps import bars_of, count_spread, spreads_of
from fenji.analyze.whatif.trying import Cells, CellTrial
from fenji.documents.policies import read_policy_document
from fenji.domain.conditions import Comparison, Condition, Group, Junction, Presence
from fenji.domain.policies import Policy
from fenji.engines.duck import DuckEngine

HERE = Path(__file__).parent
AS_OF = date(2025, 12, 31)
SEED = 7
METRICS = {each.slug: each for each in builtin_metrics()}

_PANEL = """
COPY (
    SELECT key AS customer_key, DATE '{day}' AS as_of,
           round(orders * 40 * exp(1.1 * sqrt(-2 * ln(1 - chance(key, 'size'))) * cos(2 * pi() * chance(key, 'turn'))), 2)::DECIMAL(18, 2)
               AS net_revenue_12m,
           orders::BIGINT AS orders_12m,
           CASE WHEN chance(key, 'unknown') < 1 / 30.0 THEN NULL WHEN chance(key, 'returns') < 0.7 THEN 0.0
                ELSE round(chance(key, 'rate'), 4) END AS refund_rate_12m
    FROM (SELECT key, floor(-8 * ln(1 - chance(key, 'orders'))) AS orders FROM range({customers}) AS r(key))
) TO '{file}' (FORMAT parquet, COMPRESSION zstd)
"""


def panel_file(folder: Path, customers: int) -> Path:
    """The panel, made where it is missing."""
    file = folder / f"whatif-{customers}.parquet"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        connection = duckdb.connect()
        connection.execute(f"CREATE MACRO chance(a, what) AS (hash(a, what, {SEED}) >> 11) / 9007199254740992.0")
        connection.execute(_PANEL.format(day=AS_OF, customers=customers, file=file))
    return file


def sql(condition: Condition) -> str:
    """A rule as SQL, written without fenji's own expressions."""
    match condition:
        case Group(junction, parts):
            return f"({(' AND ' if junction is Junction.ALL else ' OR ').join(map(sql, parts))})"
        case Presence(metric, is_null):
            return f"({metric} IS {'' if is_null else 'NOT '}NULL)"
        case Comparison(metric, operator, number):
            return f"coalesce({metric} {operator.value} {number}, false)"
    raise AssertionError(condition)


def rank_sql(policy: Policy) -> str:
    """The tier of a customer as SQL."""
    rank = "0"
    for number, tier in enumerate(policy.tiers):
        rank = rank if tier.qualify is None else f"CASE WHEN {sql(tier.qualify)} THEN {number} ELSE {rank} END"
    return rank


def timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """What comes of it, and the milliseconds on the clock and of the processor."""
    began, worked = time.perf_counter(), time.process_time()
    found = work()
    return found, (time.perf_counter() - began) * 1000, (time.process_time() - worked) * 1000


def measured(file: Path, trials: int) -> dict[str, Any]:
    """Everything that is measured on one panel."""
    policy = read_policy_document(HERE / "policy.yaml").policy
    engine, connection = DuckEngine(threads=2), duckdb.connect(config={"threads": 2})
    panel = engine.read_parquet([file], _schema())
    compared = metrics_compared(policy)
    row, spread_ms, spread_cpu = timed(lambda: engine.fetch(count_spread(panel, compared)).to_pylist()[0])
    cuts = cuts_for(policy, METRICS, spreads_of(row, compared))
    table, count_ms, count_cpu = timed(lambda: engine.fetch(count_cells(panel, cuts, policy, as_of=AS_OF), limit=5_000_000))
    if table.num_rows > MOST_CELLS:
        cuts = fewer_cuts(cuts, policy)
        table, again_ms, again_cpu = timed(lambda: engine.fetch(count_cells(panel, cuts, policy, as_of=AS_OF), limit=5_000_000))
        count_ms, count_cpu = count_ms + again_ms, count_cpu + again_cpu
    cells, load_ms, load_cpu = timed(lambda: Cells.of(table, cuts))
    chance = random.Random(SEED)  # noqa: S311 - nothing secret
    by_cells, by_sql = [], []
    for _trial in range(trials):
        new = with_cuts(policy, {each.key: chance.choice(cuts[each.condition.metric])[0] for each in cuts_of(policy)})
        found, *spent = timed(lambda new=new: _answered(cells, policy, new, cuts))
        by_cells.append(spent)
        asked = f"SELECT {rank_sql(policy)}, {rank_sql(new)}, count(*), sum(net_revenue_12m) FROM '{file}' GROUP BY ALL"
        rows, *spent = timed(lambda asked=asked: connection.execute(asked).fetchall())
        by_sql.append(spent)
        expected = {(policy.tiers[a].slug, new.tiers[b].slug): (count, Decimal(money)) for a, b, count, money in rows}
        if {(each.from_tier, each.to_tier): (each.customers, each.net_revenue_12m) for each in found.moves} != expected:
            message = f"cells and SQL differ: {new.tiers}"
            raise AssertionError(message)
    return {
        "customers": sum(int(each) for each in table["customers"].to_pylist()),
        "cells": table.num_rows,
        "steps": {metric: len(found) for metric, found in cuts.items()},
        "run_ms": round(spread_ms + count_ms, 1),
        "run_cpu_ms": round(spread_cpu + count_cpu, 1),
        "load_ms": round(load_ms, 1),
        "load_cpu_ms": round(load_cpu, 1),
        "cells_ms": _told(by_cells),
        "sql_ms": _told(by_sql),
        "ratio": round(statistics.median(each[1] for each in by_sql) / statistics.median(each[1] for each in by_cells), 1),
    }


def _schema() -> ibis.Schema:
    names = {"customer_key": "int64", "as_of": "date", "net_revenue_12m": "decimal(18, 2)"}
    return ibis.schema({**names, "orders_12m": "int64", "refund_rate_12m": "float64"})


def _answered(cells: Cells, policy: Policy, new: Policy, cuts: Mapping[str, Sequence[Cut]]) -> PolicyComparison:
    trial = CellTrial(cells, policy, new)
    steps = [number for number, _is_beyond in cuts["net_revenue_12m"]]
    trial.by_tier("net_revenue_12m", [(each, False) for each in bars_of(steps)])
    return trial.comparison


def _told(spent: list[list[float]]) -> dict[str, float]:
    clock, cpu = sorted(each[0] for each in spent), sorted(each[1] for each in spent)
    at = int(len(spent) * 0.95)
    return {
        "median": round(statistics.median(clock), 2),
        "p95": round(clock[at], 2),
        "cpu_median": round(statistics.median(cpu), 2),
    }


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--trials", type=int, default=50)
    parser.add_argument("--data", type=Path, default=HERE / "data")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    found = measured(panel_file(asked.data, asked.customers), asked.trials)
    if asked.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name:12} {value}")


if __name__ == "__main__":
    main()
