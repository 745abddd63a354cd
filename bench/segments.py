"""How long and how much memory do clusters of a million customers take: fenji (sample, choice of their number, everyone scored, named) beside scikit-learn?

Usage: python bench/segments.py [--customers N] [--json]

The panel is drawn once with a fixed seed: five kinds of customers, whose logarithms of revenue, orders and order size are normal. Each
contender runs in a process of its own, imports included in the time. fenji reads the panel from Parquet with DuckDB, tries two to eight
clusters with everything that it measures of them, puts everyone into one, and counts averages and medians. scikit-learn is given the
scaled matrix of everybody in memory and the number of clusters that fenji chose, and fits k-means once.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
METRICS = ("net_revenue_12m", "orders_12m", "average_order_value_total", "days_since_last_order", "days_since_first_order")
AS_OF = date(2025, 12, 31)


def draw(customers: int, file: Path) -> None:
    """A panel with the metrics by which clusters compare customers, and the kind of each."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    chance = np.random.default_rng(7)
    kinds = chance.choice(5, customers, p=[0.35, 0.25, 0.2, 0.12, 0.08])
    means = np.array([[4, 0.5, 5.2], [6, 1.2, 3.5], [5.5, 0.2, 4.5], [7.5, 2.5, 2.5], [8.5, 1.8, 3.0]])[kinds]
    revenue, orders, silence = np.exp(means + chance.normal(0, 0.3, (customers, 3))).T
    orders = np.maximum(1, np.round(orders)).astype("int64")
    age = np.minimum(2000, silence + chance.gamma(2, 250, customers))
    panel = {
        "customer_key": np.arange(1, customers + 1),
        "orders_total": orders,
        "net_revenue_12m": np.round(revenue, 2),
        "orders_12m": orders,
        "average_order_value_total": np.round(revenue / orders, 2),
        "days_since_last_order": np.round(silence).astype("int64"),
        "days_since_first_order": np.round(age).astype("int64"),
        "kind": kinds,
    }
    pq.write_table(pa.table(panel), file)


def fenji(file: Path, out: Path) -> dict[str, Any]:
    """Clusters as the command finds them; the seconds of each part."""
    import pyarrow.parquet as pq

    from fenji.analyze.metrics.registry import Registry
    from fenji.analyze.segments.cluster_facts import averages_of_all, cluster_averages, cluster_tables, comparable
    from fenji.analyze.segments.clustering import SCORED, doubles, find_clusters, sampled, score_clusters
    from fenji.analyze.segments.scaling import is_amount
    from fenji.domain.segments import ClusterPlan, Within
    from fenji.engines.duck import DuckEngine

    plan, registry, parts = ClusterPlan(metrics=METRICS), Registry.of(), {}
    began = time.perf_counter()

    def part(name: str) -> None:
        nonlocal began
        parts[name] = round(time.perf_counter() - began, 2)
        began = time.perf_counter()

    engine = DuckEngine(memory_limit="1GB")
    panel = engine.connection.read_parquet(str(file))
    compared = engine.stage(comparable(panel, panel, metrics=METRICS, within=Within.EVERYONE, has_orders=True))
    rows = engine.fetch(sampled(compared, size=plan.sample, seed=plan.seed)).sort_by("customer_key")
    part("sample")
    amounts = {each for each in METRICS if is_amount(registry.named(each))}
    customers = pq.read_metadata(file).num_rows
    found = find_clusters({name: doubles(rows[name]) for name in METRICS}, amounts=amounts, customers=customers, plan=plan)
    part("fit and choice")
    scored = engine.map_customers(compared, score_clusters({"everyone": found.clusters}), SCORED)
    part("score")
    averages = engine.fetch(cluster_averages(compared, scored, metrics=METRICS)).to_pylist()
    of_all = engine.fetch(averages_of_all(compared, metrics=METRICS)).to_pylist()
    kept = {"everyone": (found.clusters, (None,) * len(found.clusters.numbers))}
    named, _values = cluster_tables(
        kept, averages, of_all, metrics=METRICS, names={each.slug: each for each in registry}, as_of=AS_OF
    )
    part("averages and names")
    engine.save(scored, out)
    engine.close()
    return {"parts": parts, "clusters": len(found.clusters.numbers), "names": named["name_en"].to_pylist()}


def scikit_learn(file: Path, out: Path, clusters: int) -> dict[str, Any]:
    """k-means on everybody, scaled as is usual: logarithms, then standard deviations."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq
    from sklearn.cluster import KMeans
    from sklearn.preprocessing import StandardScaler

    table = pq.read_table(file, columns=["customer_key", *METRICS])
    columns = [table[name].to_numpy() for name in METRICS]
    matrix = StandardScaler().fit_transform(np.column_stack([*(np.log1p(each) for each in columns[:4]), columns[4]]))
    labels = KMeans(n_clusters=clusters, n_init=4, random_state=1).fit_predict(matrix)
    out.mkdir(parents=True)
    pq.write_table(pa.table({"customer_key": table["customer_key"], "cluster": labels.astype(str)}), out / "part.parquet")
    return {"clusters": clusters}


def measured(contender: str, file: Path, out: Path, clusters: int = 0) -> dict[str, Any]:
    """One contender in a process of its own."""
    command = [sys.executable, __file__, "--contender", contender, str(file), str(out), str(clusters)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def run_one(contender: str, file: Path, out: Path, clusters: int) -> None:
    """The child: one JSON line."""
    began = time.perf_counter()
    found = fenji(file, out) if contender == "fenji" else scikit_learn(file, out, clusters)
    used = resource.getrusage(resource.RUSAGE_SELF)
    found |= {
        "seconds": round(time.perf_counter() - began, 2),
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 2),
        "peak_mb": used.ru_maxrss // 1024,
    }
    print(json.dumps(found))


def agreement(left: Path, right: Path, planted: Path) -> dict[str, float]:
    """Adjusted Rand indices of the contenders with each other and with the kinds that were drawn."""
    import duckdb
    from sklearn.metrics import adjusted_rand_score

    query = f"select a.cluster, b.cluster, p.kind from '{left}/*.parquet' a join '{right}/*.parquet' b using (customer_key) join '{planted}' p using (customer_key)"
    ours, theirs, kinds = zip(*duckdb.sql(query).fetchall(), strict=True)
    return {
        "with_each_other": round(float(adjusted_rand_score(ours, theirs)), 3),
        "fenji_with_planted": round(float(adjusted_rand_score(ours, kinds)), 3),
        "scikit_learn_with_planted": round(float(adjusted_rand_score(theirs, kinds)), 3),
    }


def main() -> int:
    """Draws, measures, compares."""
    if "--contender" in sys.argv:
        contender, file, out, clusters = sys.argv[2:6]
        run_one(contender, Path(file), Path(out), int(clusters))
        return 0
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--customers", type=int, default=1_000_000)
    arguments.add_argument("--json", action="store_true")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "panel.parquet"
        draw(given.customers, file)
        ours = measured("fenji", file, Path(folder) / "fenji")
        theirs = measured("scikit_learn", file, Path(folder) / "scikit_learn", ours["clusters"])
        agreed = agreement(Path(folder) / "fenji", Path(folder) / "scikit_learn", file)
    report = {"customers": given.customers, "fenji": ours, "scikit_learn": theirs, "adjusted_rand": agreed}
    if given.json:
        print(json.dumps(report, indent=2))
        return 0
    print(f"clusters of {given.customers:,} customers")
    print(f"{'':24}{'seconds':>10}{'cpu s':>10}{'peak MB':>10}")
    for name, each in (("fenji, all of it", ours), ("scikit-learn, one fit", theirs)):
        print(f"{name:24}{each['seconds']:>10.2f}{each['cpu_seconds']:>10.2f}{each['peak_mb']:>10,}")
    print("fenji's parts:", ", ".join(f"{name} {seconds} s" for name, seconds in ours["parts"].items()))
    print("adjusted Rand index:", ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in agreed.items()))
    print("names:", "; ".join(ours["names"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
