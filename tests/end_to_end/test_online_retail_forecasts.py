"""Forecasts on real data, Online Retail II: months equal those of plain SQL, and tiers are foretold no worse than by the last count.

The SQL is written without looking at fenji: what was bought is read from the data file.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from fenji.analyze.trends.months import count_months, lines_of_all
from fenji.engines.duck import DuckEngine
from fenji.tables import clean

pytestmark = pytest.mark.slow
DATA = Path(__file__).parents[2] / "src" / "fenji" / "demo_data" / "online_retail_ii.parquet"

# One row a line, copies of a line within a sheet kept and across the sheets counted once; an order counts on the day on which it was begun.
MONTHS = f"""
with copies as (
  select Invoice, upper(trim(StockCode)) as code, InvoiceDate, "Customer ID" as customer, Quantity, Price, max(n) as n
  from (select Invoice, StockCode, Description, Quantity, InvoiceDate, Price, "Customer ID", Country, sheet, count(*) as n
        from '{DATA}' group by all)
  group by Invoice, StockCode, Description, Quantity, InvoiceDate, Price, "Customer ID", Country),
lines as (
  select customer, Invoice as invoice, InvoiceDate::date as day, (starts_with(upper(Invoice), 'C') or Quantity < 0) as is_return,
         round(Quantity * Price::decimal(18, 4), 2) * n as amount
  from copies
  where code not in ('POST', 'DOT', 'C2', 'C3', 'BANK CHARGES', 'AMAZONFEE', 'CRUK', 'M', 'D', 'B', 'S', 'ADJUST', 'ADJUST2')
    and not starts_with(code, 'TEST') and Price >= 0)
select date_trunc('month', if(is_return, day, began))::date as month, sum(amount)::double as revenue,
       count(distinct invoice) filter (not is_return) as orders, count(distinct customer) filter (not is_return) as customers
from lines left join (select invoice, min(day) as began from lines where not is_return group by 1) using (invoice)
group by 1 having month < '2011-12-01' order by 1
"""


def fenji(*arguments: str) -> dict[str, Any]:
    """Runs the command line as a user would and reads its one JSON object."""
    done = subprocess.run(
        [sys.executable, "-m", "fenji.cli.main", *arguments, "--json"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("online_retail_forecasts") / "demo"
    fenji("demo", "--workspace", str(folder))
    return folder


def test_months_equal_those_of_plain_sql(demo: Path) -> None:
    expected = duckdb.sql(MONTHS).fetchall()
    found = fenji("forecast", "--of", "revenue", "--workspace", str(demo))
    months = found["series"][0]["months"]
    assert [each["month_on"] for each in months] == [str(row[0]) for row in expected]
    assert [each["actual"] for each in months] == pytest.approx([row[1] for row in expected], abs=0.001)
    # Christmas sells: the model that knows last year is nearest, and November is the strongest month.
    assert found["series"][0]["season"]["peak_month"] == 11
    assert found["series"][0]["model"] == "seasonal_naive"
    engine = DuckEngine(threads=2)
    lines = engine.read_parquet(list((demo / "store").glob("clean.order_line/*/*.parquet")), clean.ORDER_LINE.schema)
    counted = engine.fetch(count_months(lines_of_all(lines, as_of=date(2011, 11, 30))).order_by("month_on")).to_pylist()
    engine.close()
    assert [(row["month_on"], row["orders"], row["customers"]) for row in counted] == [
        (row[0], row[2], row[3]) for row in expected
    ]
    assert len(expected) == 24


def test_tiers_are_foretold_no_worse_than_by_the_last_count(demo: Path) -> None:
    found = fenji("forecast", "--workspace", str(demo))
    assert (found["model"], found["movements"], found["left_out"], found["backtest"]["basis"]) == ("combined", 12, 10, "settled")

    def error(model: str, basis: str, steps: int) -> float:
        keys = ("model", "basis", "steps")
        errors = found["backtest"]["errors"]
        return next(each["mean_absolute_error"] for each in errors if tuple(each[key] for key in keys) == (model, basis, steps))

    for basis in ("start_up", "settled"):
        own, naive = (sum(error(model, basis, steps) for steps in range(1, 7)) for model in ("combined", "naive"))
        assert own < naive
    # Before windows were full, counts grew: there the flows are far nearer than the last count.
    assert error("combined", "start_up", 6) < 0.6 * error("naive", "start_up", 6)
    assert 0.85 <= found["backtest"]["coverage"] <= 0.98
    for total in found["totals"]:
        own_tiers = [each for each in found["tiers"] if each["step"] == total["step"]]
        assert sum(each["customers"] for each in own_tiers) == pytest.approx(total["customers"])
