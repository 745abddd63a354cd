"""How long and how much memory does lifetime value take: fenji beside lifetimes, on the same summary of customers?

Usage: python bench/value.py [--customers 1000000] [--repeats 2] [--json] [--data FOLDER]

Customers are drawn from a BG/NBD and a Gamma-Gamma model with known parameters and written as Parquet: orders after the first,
days from the first to the last order, days since the first, revenue. Each contender runs in a process of its own, imports and
reading apart from the time, which is that of fitting both models and of P(alive), expected orders of twelve months, expected
value of an order and discounted lifetime value of twelve months for everybody. fenji fits BG/NBD and MBG/NBD, and gives
intervals and the probability of an order beside; lifetimes fits BG/NBD alone.
"""

from __future__ import annotations

import argparse
import importlib
import json
import resource
import subprocess
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

HERE = Path(__file__).parent
TRUE = {"r": 0.8, "alpha": 6.0, "a": 0.8, "b": 2.5, "p": 6.0, "q": 4.0, "gamma": 60.0}
SEED = 11
MONTHS = 12
RATE = 0.1


def generate(file: Path, customers: int) -> None:
    """Customers of up to two years, drawn from the true parameters; days are whole days."""
    chance = np.random.default_rng(SEED)
    age = chance.integers(30, 731, customers).astype(float)
    rate, leaving = chance.gamma(TRUE["r"], 1 / TRUE["alpha"], customers) / 7, chance.beta(TRUE["a"], TRUE["b"], customers)
    clock, repeats, recency = np.zeros(customers), np.zeros(customers, np.int64), np.zeros(customers)
    going_on = np.arange(customers)
    while len(going_on):
        # At most one order a day counts, so the next one is at least a day later.
        clock[going_on] = np.floor(clock[going_on] + chance.exponential(1 / rate[going_on])) + 1
        going_on = going_on[clock[going_on] <= age[going_on]]
        repeats[going_on] += 1
        recency[going_on] = clock[going_on]
        going_on = going_on[chance.random(len(going_on)) >= leaving[going_on]]
    own = chance.gamma(TRUE["q"], 1 / TRUE["gamma"], customers)
    mean = chance.gamma(TRUE["p"] * (repeats + 1), 1 / (own * (repeats + 1)))
    revenue = pa.array(np.round(mean * (repeats + 1), 2)).cast(pa.decimal128(18, 2))
    columns = {
        "customer_key": pa.array(np.arange(customers), pa.int64()),
        "repeats": pa.array(repeats),
        "recency_days": pa.array(recency.astype(np.int64)),
        "age_days": pa.array(age.astype(np.int64)),
        "revenue": revenue,
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), file)


def _clocks() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _since(begun: tuple[float, float]) -> dict[str, float]:
    """What passed on the wall and on the processors; the second hardly changes when other programs run."""
    wall, processor = _clocks()
    return {"seconds": round(wall - begun[0], 3), "cpu_seconds": round(processor - begun[1], 2)}


def fenji(file: Path) -> dict[str, Any]:
    """The steps of ``fenji value`` from the histories on: group, fit, choose, score."""
    from fenji.analyze.value.fitting import fit_models, purchase_counts, spend_counts
    from fenji.analyze.value.order_histories import MOST_CELLS, SCALES, history_totals, purchase_cells, spend_cells
    from fenji.analyze.value.scoring import Discounting, Misfit, score_customers
    from fenji.engines.duck import DuckEngine

    engine = DuckEngine()
    table = engine.connection.read_parquet(str(file))
    # The first order's day is what the trial on the past needs; here it is made of the age.
    histories = table.mutate(first_on=table.age_days)
    engine.fetch(table.limit(1))
    importlib.import_module("scipy.special")
    begun = _clocks()
    (totals,) = engine.fetch(history_totals(histories)).to_pylist()
    for scale in SCALES:
        cells = engine.stage(purchase_cells(histories, scale=scale))
        if engine.fetch(cells.aggregate(rows=cells.count()))["rows"][0].as_py() <= MOST_CELLS:
            break
    purchases = purchase_counts(engine.fetch(cells))
    spends = spend_counts(engine.fetch(spend_cells(histories, is_exact=False)))
    models = fit_models(totals, purchases, spends, {"customers": 0})
    fitted = _clocks()
    rows = engine.connection.to_pyarrow(table)
    scores = score_customers(rows, models, Discounting(MONTHS, RATE), Misfit(0.0, 0.0))
    took = _since(begun)
    import pyarrow.compute as pc

    kind = models.purchase or models.other
    found = {
        "model": str(models.orders),
        "parameters": [round(getattr(kind, name), 4) for name in ("r", "alpha", "a", "b")] if kind else None,
        "spend": [round(float(getattr(models.spend, name)), 4) for name in ("p", "q", "gamma")] if models.spend else None,
        "cells": len(purchases.customers),
        "fit_seconds": round(fitted[0] - begun[0], 3),
        "expected_orders": round(pc.sum(scores["expected_orders_12m"]).as_py(), 1),
        "clv": float(pc.sum(scores["clv"]).as_py()),
    }
    engine.close()
    return {**took, **found}


def lifetimes(file: Path, *, is_grouped: bool = False) -> dict[str, Any]:
    """The same with lifetimes, one row per customer as its documentation does it, or equal ones grouped by hand for its weights."""
    warnings.simplefilter("ignore")
    import lifetimes as lt

    rows = pq.read_table(file).to_pandas()
    begun = _clocks()
    repeats, recency, age = rows["repeats"], rows["recency_days"] / 7, rows["age_days"] / 7
    mean = rows["revenue"].astype(float) / (repeats + 1)
    fitter = lt.BetaGeoFitter()
    if is_grouped:
        alike = rows.groupby(["repeats", "recency_days", "age_days"]).size().reset_index(name="weight")
        orders = fitter.fit(alike["repeats"], alike["recency_days"] / 7, alike["age_days"] / 7, weights=alike["weight"])
    else:
        orders = fitter.fit(repeats, recency, age)
    spend = lt.GammaGammaFitter().fit(repeats + 1, mean)
    fitted = _clocks()
    orders.conditional_probability_alive(repeats, recency, age)
    expected = orders.conditional_expected_number_of_purchases_up_to_time(365.25 / 7, repeats, recency, age)
    value = spend.conditional_expected_average_profit(repeats + 1, mean)
    monthly = (1 + RATE) ** (1 / 12) - 1
    clv = lt.utils._customer_lifetime_value(  # noqa: SLF001 - the public one takes Gamma-Gamma's repeats for those of BG/NBD
        orders, repeats, recency, age, value, time=MONTHS, discount_rate=monthly, freq="W"
    )
    took = _since(begun)
    found = {
        "parameters": [round(float(orders.params_[name]), 4) for name in ("r", "alpha", "a", "b")],
        "spend": [round(float(spend.params_[name]), 4) for name in ("p", "q", "v")],
        "fit_seconds": round(fitted[0] - begun[0], 3),
        "expected_orders": round(float(expected.sum()), 1),
        "clv": float(clv.sum()),
    }
    return {**took, **found}


CONTENDERS = {
    "fenji": fenji,
    "lifetimes": lifetimes,
    "lifetimes, equal customers grouped by hand": lambda file: lifetimes(file, is_grouped=True),
}


def measure(name: str, file: Path, repeats: int) -> dict[str, Any]:
    """The best time and the highest peak of some runs, or why there is none."""
    runs = []
    for _ in range(repeats):
        command = [sys.executable, str(Path(__file__).resolve()), "--contender", name, "--file", str(file)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            return {"failed": (done.stderr.strip().splitlines() or [f"ended by signal {-done.returncode}"])[-1]}
        runs.append(json.loads(done.stdout.splitlines()[-1]))
    best = min(runs, key=lambda each: each["seconds"])
    return {**best, "peak_mb": max(each["peak_mb"] for each in runs), "cpu_seconds": min(each["cpu_seconds"] for each in runs)}


def run_value_bench(data: Path = HERE / "data", *, customers: int = 1_000_000, repeats: int = 2) -> dict[str, Any]:
    """Both contenders on the same customers, and how often fenji is faster."""
    file = data / f"value-{customers}.parquet"
    if not file.exists():
        generate(file, customers)
    found: dict[str, Any] = {name: measure(name, file, repeats) for name in CONTENDERS}
    ours = found["fenji"]
    for name, each in found.items():
        if name != "fenji" and "failed" not in each and "failed" not in ours:
            each["fenji_is_faster"] = round(each["seconds"] / ours["seconds"], 1)
            each["fenji_computes_less"] = round(each["cpu_seconds"] / ours["cpu_seconds"], 1)
    return {"customers": customers, "true": TRUE, **found}


def show(report: dict[str, Any]) -> None:
    """The report for people."""
    print(f"lifetime value of {report['customers']:,} customers; true parameters {report['true']}")
    for name in CONTENDERS:
        each = report[name]
        print(f"  {name}: " + (f"failed: {each['failed']}" if "failed" in each else json.dumps(each)))


def main() -> None:
    """Reads the command line; runs one contender, or both in processes of their own."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--customers", type=int, default=1_000_000)
    arguments.add_argument("--repeats", type=int, default=2)
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--data", type=Path, default=HERE / "data")
    arguments.add_argument("--contender", choices=sorted(CONTENDERS))
    arguments.add_argument("--file", type=Path)
    given = arguments.parse_args()
    if given.contender:
        found = CONTENDERS[given.contender](given.file)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(json.dumps({**found, "peak_mb": round(peak / 1024)}))
        return
    report = run_value_bench(given.data, customers=given.customers, repeats=given.repeats)
    print(json.dumps(report)) if given.json else show(report)


if __name__ == "__main__":
    main()
