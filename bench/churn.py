"""How long and how much memory does churn take at a million customers, and how well would it have done on real customers?

Usage: python bench/churn.py [--customers 1000000] [--json] [--data FOLDER]          time and memory
       python bench/churn.py --backtests FOLDER_OF_DATA_SETS [--json]                Online Retail II, Complete Journey, Telco

Time and memory: customers and about ten order lines each, as bench/generate.py draws them, kept in bench/data. Measured is what
``fenji churn`` adds to a run, in a process of its own: panels and outcomes of the sample at every past date, both fits, the score
and the reasons of every customer, the survival view by tier, everything saved. The panel of the day itself is the run's, and is
made before the clock starts.

Back-tests: whole runs of the command line on the real files, with the figures of the date that nothing was learned from beside
those of the recency rule and the logistic regression. Telco has no dates: five folds.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests")]

AS_OF = date(2025, 12, 31)
SEED = 7

RETAIL = """
sources:
  - source: online_retail_ii
    feed: order_line
    files: {folder}/online_retail_2/online_retail_ii.parquet
    part_column: sheet
    time_zone: Europe/London
    return_order_pattern: ^C
    columns: {{order_id: Invoice, customer_id: Customer ID, ordered_at: InvoiceDate, product_id: StockCode, quantity: Quantity, unit_price: Price}}
    drop:
      - {{column: product_id, values: [POST, DOT, C2, C3, BANK CHARGES, AMAZONFEE, CRUK, M, D, B, S, ADJUST, ADJUST2], reason: no merchandise}}
      - {{column: product_id, pattern: TEST.*, reason: tests}}
"""
ZONES = {RETAIL: "Europe/London"}
"""Of the workspace, where it is not the default."""
JOURNEY = """
sources:
  - source: products
    feed: product
    files: {folder}/completejourney/products.parquet
    columns: {{product_id: product_id, category: product_category}}
  - source: journey
    feed: order_line
    files: {folder}/completejourney/transactions.parquet
    columns: {{order_id: basket_id, customer_id: household_id, ordered_at: transaction_timestamp, product_id: product_id, quantity: quantity, line_amount: sales_value}}
"""
BACKTESTS = {
    "Online Retail II, 180 days": (RETAIL, "2011-12-09", "by: days\ndays: 180\n"),
    "Online Retail II, own rhythm": (
        RETAIL,
        "2011-12-09",
        "by: rhythm\nrhythm: {intervals: 3, least_days: 30, most_days: 180}\n",
    ),
    "Complete Journey, 30 days": (JOURNEY, "2017-12-31", "by: days\ndays: 30\n"),
    "Complete Journey, 60 days": (JOURNEY, "2017-12-31", "by: days\ndays: 60\n"),
}


def measured(data: Path, out: Path) -> dict[str, Any]:  # noqa: PLR0915 - one step after the other, each with its seconds
    """Every step of ``fenji churn`` on generated tables, with the seconds of each."""
    from types import SimpleNamespace

    from fenji.analyze.churn.drivers import churn_driver
    from fenji.analyze.churn.learning import learn
    from fenji.analyze.churn.scoring import Scorer, churn_risk, scored_by, scored_schema
    from fenji.analyze.churn.staying import ends_of, survival_rows, times_to_leaving
    from fenji.analyze.metrics.panel import customer_metric
    from fenji.analyze.metrics.registry import Registry
    from fenji.analyze.reviews.tiers import assign_tiers
    from fenji.documents.policies import read_policy_document
    from fenji.domain.churn import DEFAULT_RULES, Target
    from fenji.domain.metrics import Fact
    from fenji.domain.periods import months_before
    from fenji.domain.reviews import NEVER_LOST
    from fenji.engines.checks import save_checked
    from fenji.engines.duck import DuckEngine
    from fenji.tables import clean
    from fenji.tables.insight_churn import CHURN_DRIVER, CHURN_RISK
    from fenji.workflow.churn_past import ORDER_NUMBERS, past_of, rows_today
    from fenji.workspace.reviews import needed_metrics

    engine = DuckEngine(out / "scratch")
    lines = engine.read_parquet(sorted((data / "order_line").glob("*.parquet")), clean.ORDER_LINE.schema)
    customer = engine.read_parquet(sorted((data / "customer").glob("*.parquet")), clean.CUSTOMER.schema)
    registry, facts = Registry.of(), {Fact.ORDER_LINE: lines}
    panel = engine.stage(customer_metric(facts, customer, metrics=registry.metrics, as_of=AS_OF))
    base = SimpleNamespace(customer=customer, facts=facts)
    standing: Any = SimpleNamespace(
        session=SimpleNamespace(engine=engine), base=base, registry=registry, as_of=AS_OF, panel=panel
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds, began, cpu = {}, time.monotonic(), time.process_time()

    def lap(name: str) -> None:
        seconds[name] = round(time.monotonic() - began - sum(seconds.values()), 2)

    past = past_of(standing, DEFAULT_RULES, horizon_days=DEFAULT_RULES.horizon_days)
    if past is None:
        sys.exit("no orders were generated")
    rows = {day: past.rows(day, DEFAULT_RULES.horizon_days) for day in past.schedule.dates}
    lap("past dates")
    learned = learn(past.examples(Target.CHURN, rows), past.schedule, seed=DEFAULT_RULES.seed)
    lap("learning")
    scorer = Scorer(past.recipe, DEFAULT_RULES, learned.fitted)
    scored = engine.map_customers(rows_today(standing, past.recipe), scored_by(scorer), scored_schema(scorer))
    lap("scoring")
    save_checked(engine, churn_risk(scored, as_of=AS_OF), CHURN_RISK, out / "risk", same_customers_as=panel)
    save_checked(engine, churn_driver(scored, drivers=scorer.drivers, as_of=AS_OF), CHURN_DRIVER, out / "drivers")
    lap("saving")
    policy, from_on = read_policy_document(HERE / "policy.yaml").policy, months_before(AS_OF, 12)
    needed = dict.fromkeys((*needed_metrics(policy, registry, NEVER_LOST), *ORDER_NUMBERS))
    metrics = registry.needed_for(needed)
    then = engine.stage(customer_metric(facts, customer, metrics=metrics, as_of=from_on))
    tiers = engine.stage(assign_tiers(then, customer, policy=policy, as_of=from_on))
    times = times_to_leaving(then, lines, tiers, from_on=from_on, rules=DEFAULT_RULES, as_of=AS_OF)
    ends = ends_of(from_on=from_on, as_of=AS_OF, horizon_days=DEFAULT_RULES.horizon_days)
    survival_rows(engine.fetch(times).to_pylist(), [each.slug for each in policy.tiers], from_on=from_on, ends=ends, as_of=AS_OF)
    lap("survival by tier")
    rows_of = {str(part): (str(on), many, few) for part, on, many, few in learned.samples}
    found = {
        "seconds": round(time.monotonic() - began, 1),
        "cpu_seconds": round(time.process_time() - cpu, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "peak_mb_before": round(before),
        "steps": seconds,
        "model": None if learned.fitted is None else str(learned.fitted.chosen),
        "trees": 0 if learned.fitted is None or learned.fitted.boosted is None else learned.fitted.boosted.trees,
        "samples": rows_of,
        "figures": [
            (str(each.model), each.measure, each.value and round(each.value, 4))
            for each in learned.judged
            if each.part == "evaluate"
        ],
    }
    engine.close()
    return found


def backtest(name: str, folder: Path, workspace: Path) -> dict[str, Any]:
    """One whole run and its churn on real files."""
    sources, as_of, rules = BACKTESTS[name]
    if sources in ZONES:
        os.environ["FENJI_TIME_ZONE"] = ZONES[sources]
    _fenji("init", str(workspace), "--template", "spend")
    (workspace / "sources.yaml").write_text(sources.format(folder=folder), "utf-8")
    (workspace / "analyses").mkdir(exist_ok=True)
    (workspace / "analyses" / "churn.yaml").write_text(rules, "utf-8")
    _fenji("run", "--workspace", str(workspace), "--as-of", as_of)
    found = json.loads(_fenji("churn", "--workspace", str(workspace), "--json", "--top", "0"))
    evaluated = [each for each in found["quality"] if each["part"] == "evaluate"]
    os.environ.pop("FENJI_TIME_ZONE", None)
    figures: dict[str, dict[str, float]] = {}
    for each in evaluated:
        figures.setdefault(each["model"], {})[each["measure"]] = round(each["value"], 4)
    return {
        "used": found["model"]["model"],
        "on": evaluated[0]["on"] if evaluated else None,
        "customers": evaluated[0]["customers"] if evaluated else 0,
        "figures": figures,
        "warnings": [each["text"] for each in found["warnings"]],
    }


def telco(folder: Path) -> dict[str, Any]:
    """Five folds of a table without dates."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    from fixtures.crossing import cross_validated

    table = pq.read_table(folder / "telco_churn" / "telco.parquet")
    outcome = np.array([float(each == "Yes") for each in table["Churn"].to_pylist()])
    charges = pa.array([float(each) if str(each).strip() else None for each in table["TotalCharges"].to_pylist()])
    features = table.drop_columns(["customerID", "Churn", "TotalCharges"]).append_column("TotalCharges", charges)
    found = cross_validated(features, outcome)
    figures = {str(kind): {name: round(value, 4) for name, value in each.items()} for kind, each in found.figures.items()}
    used = {name: round(value, 4) for name, value in found.used.items()}
    return {
        "used": [str(each) for each in found.chosen],
        "customers": len(outcome),
        "figures": figures | {"chosen per fold": used},
    }


def _fenji(*arguments: str) -> str:
    done = subprocess.run([sys.executable, "-m", "fenji", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return done.stdout


def _show(name: str, found: dict[str, Any]) -> None:
    print(f"\n{name}: {found['customers']:,} customers, used: {found['used']}")
    for model, figures in found["figures"].items():
        print(f"  {model:22}", "  ".join(f"{measure} {value:.4f}" for measure, value in figures.items()))
    for each in found.get("warnings", []):
        print("  note:", each)


def main() -> None:
    """Reads the arguments and prints the report."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--data", type=Path, default=HERE / "data")
    parser.add_argument("--backtests", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        with tempfile.TemporaryDirectory() as out:
            print(json.dumps(measured(asked.measure, Path(out))))
        return
    if asked.backtests:
        with tempfile.TemporaryDirectory() as out:
            results = {
                name: backtest(name, asked.backtests.resolve(), Path(out) / str(number)) for number, name in enumerate(BACKTESTS)
            }
        results["Telco, five folds"] = telco(asked.backtests)
        if asked.json:
            print(json.dumps(results, indent=2))
            return
        for name, found in results.items():
            _show(name, found)
        return
    from generate import Scale, generate

    folder = asked.data / f"churn-{asked.customers}"
    if not folder.exists():
        generate(folder, Scale(asked.customers, 0), SEED)
    done = subprocess.run([sys.executable, __file__, "--measure", str(folder)], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    found = json.loads(done.stdout.splitlines()[-1])
    print(json.dumps(found, indent=2) if asked.json else _told(asked.customers, found))


def _told(customers: int, found: dict[str, Any]) -> str:
    steps = "\n".join(f"  {name:18} {seconds:6.1f} s" for name, seconds in found["steps"].items())
    return (
        f"{customers:,} customers: {found['seconds']} s ({found['cpu_seconds']} s of processor), peak {found['peak_mb']:,} MB "
        f"({found['peak_mb_before']:,} MB before it began)\n{steps}\n  model: {found['model']}, {found['trees']} trees"
    )


if __name__ == "__main__":
    main()
