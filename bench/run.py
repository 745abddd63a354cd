"""How long and how much memory do metrics, tiers and counts take: fenji beside plain DuckDB SQL, a Polars script and a pandas script?

Usage: python bench/run.py [--scale small|standard|large] [--json] [--data FOLDER] [--contenders fenji,plain_sql,polars,pandas]
                           [--repeats N] [--memory 12GB]

The data are generated once (bench/generate.py) and kept in bench/data. Every contender runs in a process of its own,
imports included in the time; the best of the repeats counts, so that one disturbance does not decide. All read and write
Parquet, and what they wrote is compared: metrics, tiers and counts of fenji, SQL and Polars must be equal, those of pandas to
the rounding of doubles. Processor seconds are shown beside the time: they hardly change when other programs run.
A second table sets the collection of a CSV export (500,000 or 2,000,000 of the lines) beside the engine's own copy of it.
A third one decides the last 24 and 36 monthly reviews with keep rules, hold and grace (bench/history.yaml), beside plain SQL that
is run once for each review (bench/history.sql); every assignment is compared, and the ratio to one pass of metrics is shown.
The last line is what a slider would wait for: another policy counted on the stored panel.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from generate import SCALES, generate  # noqa: E402 - a script's neighbour

SEED = 7
REPEATS = {"small": 3, "standard": 2, "large": 1}
LEFT_OUT = {"large": ("pandas",)}
"""pandas would need about 100 GB for 200 million lines."""
EXACT = ("plain_sql", "polars")
"""Those that sum decimals; pandas sums doubles."""
FRACTIONS = ("refund_rate_12m", "mean_days_between_orders", "deviation_of_days_between_orders", "order_interval_variation")


def measure(name: str, data: Path, out: Path, *, repeats: int, memory: str | None) -> dict[str, Any]:
    """The best time and the highest peak of some runs, or why there is none."""
    runs = []
    for _ in range(repeats):
        command = [sys.executable, str(HERE / "contenders.py"), name, str(data), str(out), *([memory] if memory else [])]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            return {"failed": (done.stderr.strip().splitlines() or [f"ended by signal {-done.returncode}"])[-1]}
        runs.append(json.loads(done.stdout.splitlines()[-1]))
    best = min(runs, key=lambda each: each["seconds"])
    return {**best, "peak_mb": max(each["peak_mb"] for each in runs)}


def files(out: Path, what: str) -> str:
    """Where a contender put a result: a file or a folder of files."""
    return str(out / what / "*.parquet") if (out / what).is_dir() else str(out / f"{what}.parquet")


def differences(ours: Path, theirs: Path, *, exact: bool) -> dict[str, int]:
    """How many customers differ, per metric and in their tier; how many tiers differ in their counts."""
    engine = duckdb.connect()
    engine.execute("SET enable_progress_bar = false")  # standard output is the report's
    slugs = [row[0] for row in engine.execute(f"DESCRIBE SELECT * FROM '{files(ours, 'panel')}'").fetchall()][2:]
    found = {}
    for slug in slugs:
        a, b = f"a.{slug}::DOUBLE", f"b.{slug}::DOUBLE"
        slack = "1e-9 * (1 + abs(a))" if slug in FRACTIONS or not exact else "0"
        # Rounding the quotient of doubles may fall on the other side of a half cent; fenji rounds in whole cents.
        slack = "0.0101" if slug.startswith("average_") else slack
        query = (
            f"SELECT count(*) FILTER ((a IS NULL) <> (b IS NULL) OR abs(a - b) > {slack}) FROM (SELECT {a} AS a, {b} AS b FROM "
        )
        joined = f"'{files(ours, 'panel')}' a FULL JOIN '{files(theirs, 'panel')}' b USING (customer_key))"
        found[slug] = engine.execute(query + joined).fetchone()[0]
    tiers = f"'{files(ours, 'tiers')}' a FULL JOIN '{files(theirs, 'tiers')}' b USING (customer_key)"
    found["tier"] = engine.execute(f"SELECT count(*) FILTER (a.tier IS DISTINCT FROM b.tier) FROM {tiers}").fetchone()[0]
    counts = f"'{files(ours, 'counts')}' a FULL JOIN '{files(theirs, 'counts')}' b USING (tier)"
    unequal = "a.customers IS DISTINCT FROM b.customers OR abs(a.net_revenue_12m::DOUBLE - b.net_revenue_12m::DOUBLE) > 0.005"
    found["counts"] = engine.execute(f"SELECT count(*) FILTER ({unequal}) FROM {counts}").fetchone()[0]
    return {name: number for name, number in found.items() if number}


def compare(results: dict[str, Any], outs: dict[str, Path]) -> None:
    """Adds ratios and differences to the results of the others."""
    ours = results.get("fenji", {})
    for name, theirs in results.items():
        if name == "fenji" or "failed" in ours or "failed" in theirs or not ours:
            continue
        theirs["fenji_takes"] = round(ours["seconds"] / theirs["seconds"], 3)
        theirs["fenji_computes"] = round(ours["cpu_seconds"] / theirs["cpu_seconds"], 3)
        theirs["fenji_peaks"] = round(ours["peak_mb"] / theirs["peak_mb"], 3)
        theirs["differences"] = differences(outs["fenji"], outs[name], exact=name in EXACT)


def collection(data: Path, scale: str, *, repeats: int, memory: str | None) -> dict[str, Any]:
    """Collection of the CSV export beside the engine's own copy of it to Parquet."""
    found: dict[str, Any] = {"lines": SCALES[scale].csv_lines}
    for name in ("collect_csv", "copy_csv"):
        found[name] = measure(name, data / scale, data / f"out-{scale}-{name}", repeats=repeats, memory=memory)
    if not any("failed" in each for each in (found["collect_csv"], found["copy_csv"])):
        found["collect_takes"] = round(found["collect_csv"]["seconds"] / found["copy_csv"]["seconds"], 3)
        found["collect_computes"] = round(found["collect_csv"]["cpu_seconds"] / found["copy_csv"]["cpu_seconds"], 3)
    return found


HISTORIES = (24, 36)
DECIDED = ("tier", "qualified_tier", "kept_tier", "since_on", "cause", "grace_left", "hold_left", "net_revenue_12m")


def histories(data: Path, scale: str, *, repeats: int, memory: str | None) -> dict[str, Any]:
    """Histories of reviews beside plain SQL for each review, and the count of another policy, as parts of one pass of metrics."""
    outs = {name: data / f"out-{scale}-{name}" for name in ("metrics", "whatif", *_named("history"), *_named("sql"))}
    found = {}
    for name, out in outs.items():
        print(f"measuring {name} ...", file=sys.stderr)
        found[name] = measure(name, data / scale, out, repeats=repeats, memory=memory)
    one_pass = found["metrics"]
    for reviews in HISTORIES:
        ours, theirs = found[f"history_{reviews}"], found[f"sql_{reviews}"]
        if "failed" not in ours and "failed" not in one_pass:
            ours["passes"] = round(ours["seconds"] / one_pass["seconds"], 2)
            ours["passes_computed"] = round(ours["cpu_seconds"] / one_pass["cpu_seconds"], 2)
        if "failed" not in ours and "failed" not in theirs:
            theirs["fenji_takes"] = round(ours["seconds"] / theirs["seconds"], 3)
            theirs["fenji_computes"] = round(ours["cpu_seconds"] / theirs["cpu_seconds"], 3)
            theirs["differences"] = different_decisions(outs[f"history_{reviews}"], outs[f"sql_{reviews}"])
    return found


def _named(what: str) -> list[str]:
    return [f"{what}_{reviews}" for reviews in HISTORIES]


def different_decisions(ours: Path, theirs: Path) -> dict[str, int]:
    """How many decisions differ, per column, review by review."""
    engine = duckdb.connect()
    engine.execute("SET enable_progress_bar = false")
    found: dict[str, int] = {}
    unequal = ", ".join(f"count(*) FILTER (a.{name} IS DISTINCT FROM b.{name}) AS {name}" for name in DECIDED)
    for folder in sorted((ours / "tier_assignment").iterdir()):
        day = folder.name.removeprefix("as_of=")
        theirs_then = f"'{theirs}/tier_assignment/{day}.parquet'"
        sides = f"read_parquet('{folder}/*.parquet', hive_partitioning = false) a FULL JOIN {theirs_then} b USING (customer_key)"
        query = f"SELECT {unequal}, count(*) FILTER (a.as_of IS DISTINCT FROM b.as_of) AS customers FROM {sides}"
        row = engine.execute(query).fetchone()
        for name, number in zip((*DECIDED, "customers"), row, strict=True):
            found[name] = found.get(name, 0) + number
    return {name: number for name, number in found.items() if number}


def show_histories(found: dict[str, Any]) -> None:
    """The histories for people."""
    print("histories of monthly reviews with keep rules, hold and grace, beside plain SQL for each review")
    print(
        f"{'':12}{'seconds':>10}{'cpu s':>10}{'peak MB':>10}   passes of metrics: time, cpu   fenji / this: time, cpu   results"
    )
    for name, each in found.items():
        if "failed" in each:
            print(f"{name:12}failed: {each['failed']}")
            continue
        passes = "".join(f"{each[key]:>8.2f}" for key in ("passes", "passes_computed") if key in each)
        ratios = "".join(f"{each[key]:>8.2f}" for key in ("fenji_takes", "fenji_computes") if key in each)
        verdict = "" if "differences" not in each else "equal" if not each["differences"] else f"DIFFER {each['differences']}"
        verdict = f"counted in {each['first_count']} s, then in {each['best_count']} s" if "best_count" in each else verdict
        print(
            f"{name:12}{each['seconds']:>10.2f}{each['cpu_seconds']:>10.2f}{each['peak_mb']:>10,}   {passes:30}{ratios:26}{verdict}"
        )


def show(report: dict[str, Any]) -> None:
    """The report for people."""
    print(f"{report['scale']}: {report['customers']:,} customers, {report['lines']:,} order lines, {report['cores']} cores")
    print(f"{'':12}{'seconds':>10}{'cpu s':>10}{'peak MB':>10}   fenji / this: time, cpu, memory   results")
    for name, each in report["contenders"].items():
        if "failed" in each:
            print(f"{name:12}failed: {each['failed']}")
            continue
        shown = [each.get(key) for key in ("fenji_takes", "fenji_computes", "fenji_peaks")]
        ratios = "".join(f"{ratio:>8.2f}" for ratio in shown if ratio is not None)
        verdict = "" if "differences" not in each else "equal" if not each["differences"] else f"DIFFER {each['differences']}"
        print(f"{name:12}{each['seconds']:>10.2f}{each['cpu_seconds']:>10.2f}{each['peak_mb']:>10,}   {ratios:33}{verdict}")
    csv = report["collection"]
    print(f"collection of a CSV file of {csv['lines']:,} order lines beside the engine's own copy to Parquet")
    for name in ("collect_csv", "copy_csv"):
        each = csv[name]
        shown = (
            f"failed: {each['failed']}"
            if "failed" in each
            else f"{each['seconds']:>10.2f}{each['cpu_seconds']:>10.2f}{each['peak_mb']:>10,}"
        )
        print(f"{name:12}{shown}")
    if "collect_takes" in csv:
        print(f"{'ratio':12}{csv['collect_takes']:>10.2f}{csv['collect_computes']:>10.2f}")
    show_histories(report["histories"])


def main() -> int:
    """Reads the command line, generates, measures, compares; 1 where results differ."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--scale", choices=sorted(SCALES), default="standard")
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--data", type=Path, default=HERE / "data")
    arguments.add_argument("--contenders", default="fenji,plain_sql,polars,pandas")
    arguments.add_argument("--repeats", type=int)
    arguments.add_argument("--memory", help="limit for fenji and SQL, such as 12GB; large: 12GB")
    given = arguments.parse_args()
    folder = given.data / given.scale
    if not (folder / "order_lines.csv").exists():
        print(f"generating {folder} ...", file=sys.stderr)
        generate(folder, SCALES[given.scale], SEED)
    memory = given.memory or ("12GB" if given.scale == "large" else None)
    names = [each for each in given.contenders.split(",") if each not in LEFT_OUT.get(given.scale, ())]
    outs = {name: given.data / f"out-{given.scale}-{name}" for name in names}
    results = {}
    for name in names:
        print(f"measuring {name} ...", file=sys.stderr)
        results[name] = measure(name, folder, outs[name], repeats=given.repeats or REPEATS[given.scale], memory=memory)
    compare(results, outs)
    lines = duckdb.execute(f"SELECT count(*) FROM '{folder}/order_line/*.parquet'").fetchone()[0]
    size = {
        "scale": given.scale,
        "customers": SCALES[given.scale].customers,
        "lines": lines,
        "cores": os.cpu_count(),
        "seed": SEED,
    }
    print("measuring collection ...", file=sys.stderr)
    csv = collection(given.data, given.scale, repeats=given.repeats or REPEATS[given.scale], memory=memory)
    past = histories(given.data, given.scale, repeats=1 if given.scale == "large" else given.repeats or 1, memory=memory)
    report = {**size, "contenders": results, "collection": csv, "histories": past}
    print(json.dumps(report)) if given.json else show(report)
    return int(any(each.get("differences") for each in (*results.values(), *past.values())))


if __name__ == "__main__":
    sys.exit(main())
