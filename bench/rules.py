"""How long does it take to find what is bought together? fenji's counting beside mlxtend's FP-growth, and the shape that broke it.

Usage: python bench/rules.py [--orders 150000] [--support 0.001] [--large] [--json]

Both get the same generated orders (or those of Complete Journey, with --data FOLDER) in memory and return every itemset of up to three items with
its count, and every rule with one item on the right side; these must be equal. ``--large``: 2.7 million orders x 350 thousand products
(mlxtend's issue 948, which asks for 899 GiB), from the order lines in Parquet to rules in a process of its own, with its peak of memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

SEED = 7
LARGE = (2_700_000, 350_000)


def generated(orders: int, products: int, lines: float, out: Path) -> None:
    """Order lines with popular and rare products, and products that belong together, as Parquet."""
    chance = np.random.default_rng(SEED)
    engine = duckdb.connect()
    parts = []
    for start in range(0, orders, 300_000):
        count = min(300_000, orders - start)
        sizes = np.minimum(chance.geometric(1 / lines, count), 150)
        order = np.repeat(np.arange(start, start + count), sizes)
        # A power law, as in shops: the first products are bought thousands of times as often as the last ones.
        product = np.minimum((products * chance.random(len(order)) ** 4).astype(np.int64), products - 1)
        # Every third line is the partner of the line before it.
        partner = np.flatnonzero((chance.random(len(order)) < 1 / 3) & (np.concatenate([[-1], order[:-1]]) == order))
        product[partner] = (product[partner - 1] ^ 1) % products
        file = out / f"part-{len(parts)}.parquet"
        table = {"order_number": order, "product": product, "customer": order // 7}
        import pyarrow as pa

        data = pa.table(table)  # noqa: F841 - DuckDB reads it by its name
        engine.execute(
            f"""COPY (SELECT 'shop' AS source, 'O' || order_number AS order_id, 1::BIGINT AS line_number, customer::BIGINT AS customer_key,
                date '2025-06-01' AS ordered_on, 'P' || product AS product_id, 'C' || product % 500 AS category, 'sale' AS kind FROM data)
                TO '{file}' (FORMAT parquet)"""
        )
        parts.append(file)


def lists_of(files: str) -> tuple[list[list[str]], int]:
    """Every order as a list of products."""
    rows = duckdb.execute(f"SELECT list(DISTINCT product_id) FROM '{files}' GROUP BY source, order_id").fetchall()
    return [each[0] for each in rows], len(rows)


def ours(orders: list[list[str]], support: float) -> dict[str, Any]:
    """Itemsets and rules of fenji."""
    import pyarrow as pa
    import scipy.sparse  # noqa: F401 - loading is not counted, as with mlxtend

    from fenji.analyze.baskets.association import measure, rules_in
    from fenji.analyze.baskets.itemsets import frequent_itemsets
    from fenji.analyze.baskets.orders import baskets_from

    began = time.perf_counter()
    flat = pa.array([item for order in orders for item in order]).dictionary_encode()
    least = int(np.ceil(support * len(orders) - 1e-9))
    names = flat.dictionary.to_pylist()
    starts = np.concatenate([[0], np.cumsum([len(order) for order in orders])]).astype(np.int32)
    lists = pa.table(
        {
            "item_numbers": pa.ListArray.from_arrays(pa.array(starts), flat.indices.cast(pa.int32())),
            "tier_number": np.zeros(len(orders), np.int32),
        }
    )
    baskets, _tiers, ordered = baskets_from(lists, names)
    found = frequent_itemsets(baskets, min_count=least, max_size=3)
    rules, _redundant = rules_in(found, max_antecedents=2)
    measures = measure(rules, len(orders))
    seconds = time.perf_counter() - began
    sets = {
        frozenset(ordered[item] for item in row): int(count)
        for each in found.by_size
        for row, count in zip(each.members.tolist(), each.counts.tolist(), strict=True)
    }
    lifts = {
        (frozenset(ordered[item] for item in left if item >= 0), ordered[right]): lift
        for left, right, lift in zip(rules.antecedents.tolist(), rules.consequents.tolist(), measures.lift.tolist(), strict=True)
    }
    return {"seconds": seconds, "sets": sets, "lifts": lifts}


def theirs(orders: list[list[str]], support: float) -> dict[str, Any]:
    """Itemsets and rules of mlxtend, from a sparse table, as its documentation advises for many products."""
    import pandas as pd
    from mlxtend.frequent_patterns import association_rules, fpgrowth
    from mlxtend.preprocessing import TransactionEncoder

    warnings.simplefilter("ignore", FutureWarning)
    began = time.perf_counter()
    encoder = TransactionEncoder()
    table = encoder.fit(orders).transform(orders, sparse=True)
    frame = pd.DataFrame.sparse.from_spmatrix(table, columns=encoder.columns_)
    found = fpgrowth(frame, min_support=support, use_colnames=True, max_len=3)
    pairs = found[found.itemsets.map(len) > 1]
    rules = association_rules(found, metric="confidence", min_threshold=0.0) if len(pairs) else None
    seconds = time.perf_counter() - began
    sets = {each: round(share * len(orders)) for each, share in zip(found.itemsets, found.support, strict=True)}
    lifts = {}
    if rules is not None:
        single = rules[rules.consequents.map(len) == 1]
        for left, right, lift in zip(single.antecedents, single.consequents, single.lift, strict=True):
            lifts[left, next(iter(right))] = lift
    return {"seconds": seconds, "sets": sets, "lifts": lifts}


def compared(orders: list[list[str]], support: float) -> dict[str, Any]:
    """Both times, their ratio, and whether sets and lifts are equal."""
    one, other = ours(orders, support), theirs(orders, support)
    is_equal = one["sets"] == other["sets"] and one["lifts"].keys() == other["lifts"].keys()
    is_equal = is_equal and all(np.isclose(lift, other["lifts"][key], rtol=1e-9) for key, lift in one["lifts"].items())
    return {
        "orders": len(orders),
        "support": support,
        "itemsets": len(one["sets"]),
        "rules": len(one["lifts"]),
        "fenji_seconds": round(one["seconds"], 2),
        "mlxtend_seconds": round(other["seconds"], 2),
        "ratio": round(other["seconds"] / one["seconds"], 1),
        "is_equal": bool(is_equal),
    }


def large(folder: Path) -> dict[str, Any]:
    """The whole way from order lines to rules on the large shape, with four tiers; meant to run in a process of its own."""
    from datetime import date

    import ibis

    from fenji.analyze.baskets.orders import basket_lists, baskets_from, catalogue_of, count_baskets, count_item_lines, sale_items
    from fenji.analyze.baskets.tier_rules import Scope, find_rules, least_count
    from fenji.domain.basket_rules import BasketChoices, ItemKind
    from fenji.engines.duck import DuckEngine

    began, day = time.perf_counter(), date(2025, 12, 31)
    engine = DuckEngine(folder / "scratch", memory_limit="1500MB")
    files = sorted(folder.glob("*.parquet"))
    kinds = {"line_number": "int64", "customer_key": "int64", "ordered_on": "date"}
    names = ("source", "order_id", "line_number", "customer_key", "ordered_on", "product_id", "category", "kind")
    lines = engine.read_parquet(files, ibis.schema({name: kinds.get(name, "string") for name in names}))
    tiers = [f"tier_{number}" for number in range(4)]
    people = lines.select("customer_key").distinct()
    tier = ibis.cases(*((people.customer_key % 4 == place, each) for place, each in enumerate(tiers)), else_=None)
    assignment = engine.stage(people.mutate(as_of=ibis.literal(day, type="date"), tier=tier))
    choices = BasketChoices()
    items = sale_items(lines, item_kind=ItemKind.PRODUCT, opens_after=None, as_of=day)
    counted = {
        each["tier"]: each
        for each in engine.fetch(count_baskets(items, assignment, item_kind=ItemKind.PRODUCT, as_of=day)).to_pylist()
    }
    scopes = [Scope(None, *(sum(each[name] for each in counted.values()) for name in ("baskets", "multi_baskets")))]
    scopes += [Scope(each, counted[each]["baskets"], counted[each]["multi_baskets"]) for each in tiers]
    least = min(least_count(each.orders, choices) for each in scopes)
    known = engine.fetch(count_item_lines(items, least=least), limit=1_000_000)
    catalogue = sorted(known["item"].to_pylist())
    lists = engine.fetch(
        basket_lists(items, engine.from_arrow(catalogue_of(catalogue)), assignment, tiers=tiers, as_of=day), limit=60_000_000
    )
    engine.close()
    read = time.perf_counter() - began
    baskets, places, ordered = baskets_from(lists, catalogue)
    del lists
    found = find_rules(baskets, places, ordered, scopes, item_kind=ItemKind.PRODUCT, choices=choices, as_of=day)
    return {
        "orders": scopes[0].orders,
        "lines": int(known["sale_lines"].to_numpy().sum()),
        "products": len(catalogue),
        "rules": int(found.rules.num_rows / len(scopes)),
        "min_count": found.summary["min_count"][0].as_py(),
        "read_seconds": round(read, 1),
        "seconds": round(time.perf_counter() - began, 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def main() -> int:
    """Reads the command line, generates, measures, compares; 1 where results differ."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--orders", type=int, default=150_000)
    arguments.add_argument("--support", type=float, action="append")
    arguments.add_argument("--data", type=Path, help="folder of Complete Journey: its orders instead of generated ones")
    arguments.add_argument("--large", action="store_true")
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--measure-large", type=Path, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.measure_large:
        print(json.dumps(large(given.measure_large)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        if given.large:
            generated(*LARGE, 10.0, Path(folder))
            command = [sys.executable, __file__, "--measure-large", folder]
            report = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1])
            print(json.dumps(report) if given.json else "  ".join(f"{name} {value:,}" for name, value in report.items()))
            return 0
        if given.data:
            orders = [
                row[0]
                for row in duckdb.execute(
                    f"SELECT list(DISTINCT product_id::VARCHAR) FROM '{given.data}/transactions.parquet' GROUP BY basket_id"
                ).fetchall()
            ]
        else:
            generated(given.orders, 20_000, 10.0, Path(folder))
            orders, _count = lists_of(f"{folder}/*.parquet")
    reports = [compared(orders, support) for support in given.support or (0.005, 0.002, 0.001)]
    for each in reports:
        print(json.dumps(each) if given.json else "  ".join(f"{name} {value}" for name, value in each.items()))
    return int(not all(each["is_equal"] for each in reports))


if __name__ == "__main__":
    sys.exit(main())
