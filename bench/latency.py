"""How long does somebody wait for an answer that is stored? On the demo and on a million customers, in a warm process and from a cold start.

Usage: python bench/latency.py [--customers 1000000] [--calls 20] [--json] [--data FOLDER]

The workspaces are made once and kept in bench/data: the demo, and a shop of bench/generate.py whose orders are read, cleaned and decided
as a user's would be. In one process each question is asked once, which is what the first reader after a run waits for, and then as often
as --calls says; questions about customers are about another one each time. The aim is 60 ms for 95 of 100 stored answers, 300 ms for a
what-if, 150 ms for a page of customers; 0.4 s for `fenji --help` and 0.8 s for `fenji tiers` on the demo from a cold start.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from generate import Scale, generate  # noqa: E402 - a script's neighbour

import fenji  # noqa: E402

SEED = 7
AS_OF = date(2025, 12, 31)
REVIEWS = 3
AIMS_MS = {"whatif": 300, "customers": 150, "customers where": 150}
AIM_MS = 60
SOURCES = """
sources:
  - source: shop
    feed: order_line
    files: orders.parquet
    columns:
      {order_id: order_id, customer_id: customer, ordered_at: ordered_at, product_id: product_id, category: category, channel: channel,
       quantity: quantity, line_amount: net_revenue}
"""


def demo(folder: Path) -> Path:
    """The demo's workspace."""
    if not (folder / "fenji.toml").exists():
        subprocess.run([sys.executable, "-m", "fenji", "demo", "--workspace", str(folder)], check=True, capture_output=True)
    return folder


def shop(folder: Path, customers: int) -> Path:
    """A shop whose orders have been run as a user runs them."""
    if (folder / "made").exists():
        return folder
    generate(folder / "world", Scale(customers, 1), SEED)
    subprocess.run([sys.executable, "-m", "fenji", "init", str(folder), "--template", "retail"], check=True, capture_output=True)
    for file in (folder / "policies").glob("*.yaml"):
        file.unlink()
    (folder / "policies" / "bench.yaml").write_text((HERE / "policy.yaml").read_text("utf-8"), "utf-8")
    (folder / "sources.yaml").write_text(SOURCES, "utf-8")
    duckdb.sql(
        f"COPY (SELECT order_id, format('C{{:010d}}', customer_key) AS customer, ordered_at::TIMESTAMP AS ordered_at, product_id, category,"
        f" channel, quantity, net_revenue FROM '{folder}/world/order_line/*.parquet' WHERE kind = 'sale')"
        f" TO '{folder}/orders.parquet' (FORMAT parquet, COMPRESSION zstd)"
    )
    fenji.open(folder).run(as_of=AS_OF, history=REVIEWS)
    (folder / "made").touch()
    return folder


def questions(folder: Path) -> dict[str, Callable[[int], Any]]:
    """What is asked, by name; each takes the number of the call."""
    book = fenji.open(folder)
    ids = [row["customer_id"] for row in book.customers(sort="customer_id", columns=["customer_id"], limit=500).rows]
    draft = folder / "draft.yaml"
    policy = next((folder / "policies").glob("*.yaml")).read_text("utf-8")
    draft.write_text(
        policy.replace("version: 1", "version: 2").replace("net_revenue_12m >= 5000", "net_revenue_12m >= 4000"), "utf-8"
    )

    def some(call: int) -> str:
        return str(ids[(call * 37) % len(ids)])

    return {
        "tiers": lambda _call: book.tiers(),
        "moves": lambda _call: book.moves(),
        "why": lambda call: book.why(some(call)),
        "quality": lambda _call: book.quality(),
        "value": lambda _call: book.value(),
        "value of one": lambda call: book.value(customer=some(call)),
        "priority": lambda _call: book.priority(),
        "churn": lambda _call: book.churn(),
        "segments": lambda _call: book.segments(),
        "rules": lambda _call: book.rules(),
        "forecast of revenue": lambda _call: book.trends("revenue"),
        "customers": lambda _call: book.customers(),
        "customers where": lambda call: book.customers(where=f"net_revenue_12m >= {1000 + call}"),
        "whatif": lambda _call: book.whatif(draft),
    }


def warm(folder: Path, calls: int) -> list[dict[str, Any]]:
    """Each question with what its first asker waits for, and the others."""
    found = []
    for name, ask in questions(folder).items():
        ask(0)  # what is not stored yet is computed and stored now, once for all
        ask(1)
        taken = []
        for call in range(2, calls + 2):
            began = time.perf_counter()
            ask(call)
            taken.append((time.perf_counter() - began) * 1000)
        taken.sort()
        p95 = taken[math.ceil(len(taken) * 0.95) - 1]
        found.append({"question": name, "p50_ms": statistics.median(taken), "p95_ms": p95, "aim_ms": AIMS_MS.get(name, AIM_MS)})
    return found


def cold(folder: Path, repeats: int = 7) -> list[dict[str, Any]]:
    """Whole commands, from the start of Python to its end; the median counts."""
    found = []
    for name, arguments, aim in (("fenji --help", ["--help"], 0.4), ("fenji tiers", ["tiers", "--workspace", str(folder)], 0.8)):
        taken = []
        for _ in range(repeats):
            began = time.perf_counter()
            subprocess.run([sys.executable, "-m", "fenji", *arguments], check=True, capture_output=True)
            taken.append(time.perf_counter() - began)
        found.append({"command": name, "seconds": statistics.median(taken), "aim_seconds": aim})
    return found


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--calls", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--data", type=Path, default=HERE / "data")
    options = parser.parse_args()
    worlds = {"demo": demo(options.data / "latency-demo")}
    if options.customers:
        worlds[f"{options.customers:,} customers"] = shop(options.data / f"latency-{options.customers}", options.customers)
    report = {"warm": {name: warm(folder, options.calls) for name, folder in worlds.items()}, "cold": cold(worlds["demo"])}
    if options.json:
        print(json.dumps(report, indent=2))
        return
    for name, rows in report["warm"].items():
        print(f"\n{name}: milliseconds in a warm process, {options.calls} calls each")
        for row in rows:
            mark = "" if row["p95_ms"] <= row["aim_ms"] else "  above the aim"
            print(f"  {row['question']:<20} p50 {row['p50_ms']:8.1f}  p95 {row['p95_ms']:8.1f}  aim {row['aim_ms']:4}{mark}")
    print("\nfrom a cold start, on the demo")
    for row in report["cold"]:
        mark = "" if row["seconds"] <= row["aim_seconds"] else "  above the aim"
        print(f"  {row['command']:<20} {row['seconds']:.2f} s  aim {row['aim_seconds']} s{mark}")


if __name__ == "__main__":
    main()
