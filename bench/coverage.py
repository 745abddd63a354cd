"""How often do the printed intervals of `fenji value` and of `fenji forecast` by month hold what came? Simulated with seeds 0 to 99, and three real shops.

Usage: python bench/coverage.py [--seeds 100] [--data FOLDER_OF_DATA_SETS] [--only real|shops|series] [--json]

Simulated: two years of 200 and of 1,000 customers and the year after; amounts with light and with heavy tails (no variance between
customers); plain, in bursts, with trends. An interval that holds 95 % of the time holds 88 to 99 of 100. Parameters: how often the
interval holds the true one, where it is given; in plain worlds only, since others have none.

Real: Online Retail II, Complete Journey (--data), and the CDNOW sample that lifetimes brings along. From every fourth week with at
least twelve weeks before and after it: what was answered for the time up to a year that is known, by what model or rule, and whether
it came. Without an interval the answer says that too little could be tried.

Series: a level, a trend, a season and a random walk of 14, 24, 36 and 60 months, with all models; the share of the twelve coming months that lie
within the printed 90 % intervals.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

# Fits of four parameters: several threads take ten times as long as one.
os.environ.setdefault("OMP_NUM_THREADS", "1")
HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "tests")]

import numpy as np  # noqa: E402 - after the number of threads

from fenji.analyze.trends.series import series_of  # noqa: E402
from fenji.analyze.value.deciding import Outlook  # noqa: E402
from fenji.analyze.value.order_days import EPOCH, OrderDays, number_of  # noqa: E402
from fenji.domain.trends import EVERYTHING, Measure, TrendModel  # noqa: E402
from fenji.domain.value import OrderModel  # noqa: E402
from fenji.engines.duck import DuckEngine  # noqa: E402
from fixtures.order_worlds import AS_OF, CELLS, LIGHT, World, answered, held, lines_of  # noqa: E402
from fixtures.series_worlds import AHEAD, SERIES_CELLS, SeriesWorld  # noqa: E402

TRUE = {"r": 1.2, "alpha": 9.0, "a": 0.8, "b": 3.0}
WIDTH = 1.959964
STEP, LEAST, YEAR = timedelta(weeks=4), timedelta(weeks=12), 365
RETAIL = """select "Customer ID" as customer, InvoiceDate::date as day, bool_or(Invoice[1] <> 'C' and Quantity > 0) as sold,
    sum(Quantity * Price) as revenue from (select distinct * from '{folder}/online_retail_2/online_retail_ii.parquet')
    where "Customer ID" is not null and StockCode not in
    ('POST', 'DOT', 'C2', 'C3', 'BANK CHARGES', 'AMAZONFEE', 'CRUK', 'M', 'D', 'B', 'S', 'ADJUST', 'ADJUST2') group by all"""
JOURNEY = """select household_id as customer, transaction_timestamp::date as day, true as sold, sum(sales_value) as revenue
    from '{folder}/completejourney/transactions.parquet' group by all"""
CDNOW = r"""with lines as (select regexp_extract(line, '^\s*\S+\s+(\S+)\s+(\S+)\s+\S+\s+(\S+)', ['who', 'day', 'paid']) as f
    from read_csv('{folder}/CDNOW_sample.txt', columns={{'line': 'varchar'}}, delim='|', header=false))
    select f['who'] as customer, strptime(f['day'], '%Y%m%d')::date as day, true as sold, sum(f['paid']::double) as revenue
    from lines group by all"""


def simulated(world: World, seeds: int) -> dict[str, Any]:
    """One row of the table: in how many worlds each interval holds."""
    engine, found, used = DuckEngine(), [], Counter[str]()
    parameters: dict[str, list[bool]] = {}
    for seed in range(seeds):
        days = world.days(seed)
        outlook = answered(engine, lines_of(engine, days), as_of=AS_OF)
        used[str(outlook.used)] += 1
        found.append((held(outlook, days, as_of=AS_OF), outlook.revenue_spread))
        engine.clear()
        for name, true, ends in _parameters(outlook, world):
            parameters.setdefault(name, []).append(ends[0] <= true <= ends[1])
    engine.close()
    given = [each for each, _spread in found if each is not None]
    return {
        "world": f"{world.kind}, {'light' if world.tail == LIGHT else 'heavy'} tails, {world.customers} customers",
        "seeds": seeds,
        "intervals": len(given),
        "orders_held": sum(orders for orders, _revenue in given),
        "revenue_held": sum(revenue for _orders, revenue in given),
        "median_half_width_revenue": round(float(np.median([WIDTH * each.shown for _held, each in found if each])), 3),
        "median_widening_revenue": round(float(np.median([each.widening for _held, each in found if each])), 2),
        "used": dict(used.most_common()),
        "parameters": {name: [sum(each), len(each)] for name, each in parameters.items() if each},
    }


def monthly(world: SeriesWorld, seeds: int) -> dict[str, Any]:
    """One row of the table of series: which share of the coming months the intervals hold, and by which models."""
    months = [date(2000 + each // 12, each % 12 + 1, 1) for each in range(world.months)]
    used, inside, widths = Counter[str](), [], []
    for seed in range(seeds):
        known, later = world.drawn(seed)
        found = series_of(EVERYTHING, months, known, filled=0, measure=Measure.REVENUE, steps=AHEAD, models=tuple(TrendModel))
        used[str(found.model)] += 1
        inside += [each.lower <= came <= each.upper for each, came in zip(found.expected, later, strict=True)]
        widths += [(each.upper - each.lower) / 2 for each in found.expected]
    return {
        "series": f"{world.kind}, {world.months} months",
        "seeds": seeds,
        "held_share": round(float(np.mean(inside)), 3),
        "median_half_width": round(float(np.median(widths))),
        "used": dict(used.most_common()),
    }


def _parameters(outlook: Outlook, world: World) -> Iterator[tuple[str, float, tuple[float, float]]]:
    """Name, true value and interval of what a plain world was drawn with; also where the fitted model was not used."""
    model, spend, (p, q) = outlook.models.purchase or outlook.models.other, outlook.models.spend, world.tail
    if world.kind != "plain" or model is None or spend is None or model.kind is not OrderModel.MBG_NBD:
        return
    found = [(name, true, model.interval(place, WIDTH)) for place, (name, true) in enumerate(TRUE.items())]
    found += [(name, true, spend.interval(name, WIDTH)) for name, true in (("p", p), ("q", q), ("gamma", 40 * (q - 1) / p))]
    yield from ((name, true, ends) for name, true, ends in found if ends is not None)


def real(name: str, days: OrderDays) -> dict[str, Any]:
    """One real shop: every window, and how many intervals hold."""
    engine, windows = DuckEngine(), []
    lines = lines_of(engine, days)
    for as_of in _origins(days):
        horizon = min(YEAR, int(days.day.max()) - number_of(as_of))
        outlook = answered(engine, lines, as_of=as_of, horizon_days=horizon)
        both = held(outlook, days, as_of=as_of, horizon_days=horizon)
        windows.append(
            {"as_of": str(as_of), "days": horizon, "used": str(outlook.used), "why": str(outlook.models.choice), "held": both}
        )
    engine.close()
    given = [each["held"] for each in windows if each["held"] is not None]
    return {
        "data": name,
        "windows": len(windows),
        "intervals": len(given),
        "orders_held": sum(orders for orders, _revenue in given),
        "revenue_held": sum(revenue for _orders, revenue in given),
        "used": dict(Counter(f"{each['used']} ({each['why']})" for each in windows).most_common()),
        "each": windows,
    }


def real_days(data: Path) -> Iterator[tuple[str, OrderDays]]:
    """The three real shops, as far as their files are there."""
    import duckdb
    import lifetimes

    shops = {"Online Retail II": (RETAIL, data), "Complete Journey": (JOURNEY, data)}
    shops["CDNOW"] = (CDNOW, Path(lifetimes.__file__).parent / "datasets")
    for name, (query, folder) in shops.items():
        try:
            rows = duckdb.sql(query.format(folder=folder)).arrow().read_all()
        except duckdb.IOException:
            continue
        kinds, place = np.unique(np.asarray(rows["customer"].to_pylist()), return_inverse=True)
        day = np.array([(each - EPOCH).days for each in rows["day"].to_pylist()])
        order = np.lexsort((day, place))
        sold, revenue = np.array(rows["sold"].to_pylist()), np.array([float(each) for each in rows["revenue"].to_pylist()])
        yield name, OrderDays(place[order], day[order], sold[order], revenue[order], len(kinds))


def _origins(days: OrderDays) -> Iterator[date]:
    first, last = (EPOCH + timedelta(days=int(each)) for each in (days.day.min(), days.day.max()))
    day = last - LEAST
    while day - LEAST >= first:
        yield day
        day -= STEP


def show(rows: list[dict[str, Any]]) -> None:
    """The tables for people."""
    for each in rows:
        used = ", ".join(f"{name} {count}" for name, count in each["used"].items())
        if "series" in each:
            text = "{series}: {held_share:.1%} of the months held; half width {median_half_width}; used: "
            print(text.format(**each) + used)
            continue
        of = f"orders {each['orders_held']}, revenue {each['revenue_held']} of {each['intervals']} intervals hold"
        if "data" in each:
            print(f"{each['data']}: {each['windows']} windows, {of}; used: {used}")
            continue
        print(
            f"{each['world']}: {of}; half width {each['median_half_width_revenue']}, widened {each['median_widening_revenue']}; {used}"
        )
        if each["parameters"]:
            print("    parameters: " + ", ".join(f"{name} {ok} of {many}" for name, (ok, many) in each["parameters"].items()))


def main() -> None:
    """Reads the command line; prints the tables."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--seeds", type=int, default=100)
    arguments.add_argument("--data", type=Path, default=HERE.parent.parent / "shared" / "data")
    arguments.add_argument("--only", choices=("real", "shops", "series"))
    arguments.add_argument("--json", action="store_true")
    given = arguments.parse_args()
    found = []
    parts = {
        "real": (real(*each) for each in real_days(given.data)),
        "shops": (simulated(each, given.seeds) for each in CELLS),
        "series": (monthly(each, given.seeds) for each in SERIES_CELLS),
    }
    for row in chain.from_iterable(each for name, each in parts.items() if given.only in (None, name)):
        found.append(row)
        if not given.json:
            show([row])
            sys.stdout.flush()
    if given.json:
        print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
