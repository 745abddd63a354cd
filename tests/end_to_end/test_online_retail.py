"""The thread on real data: tier counts and row accounts of Online Retail II equal a plain SQL computation written here on its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "online_retail_2" / "online_retail_ii.parquet"
DATA = SHARED if SHARED.exists() else Path(__file__).parents[2] / "src" / "fenji" / "demo_data" / "online_retail_ii.parquet"
DATES = ("2010-12-09", "2011-06-30", "2011-12-09")

# Written without looking at fenji: the rows of one sheet only once where the other sheet holds them too, the
# non-merchandise codes out, revenue per line rounded to the penny, tiers by spend of twelve calendar months. Who has bought
# nothing for more than 365 days is lost and stands in no tier, as the demo's settings say.
PLAIN_ROWS = f"""
create table copies as
  select Invoice, upper(trim(StockCode)) as code, InvoiceDate::date as day, "Customer ID" as customer, Quantity, Price,
         sum(n) as n_all, max(n) as n_once
  from (select Invoice, StockCode, Description, Quantity, InvoiceDate, Price, "Customer ID", Country, sheet, count(*) as n
        from '{DATA}' group by all)
  group by Invoice, StockCode, Description, Quantity, InvoiceDate, Price, "Customer ID", Country;
create table lines as
  select Invoice, day, customer, Quantity, n_once as n,
         round(Quantity * Price::decimal(18, 4), 2)::decimal(18, 2) * n_once as revenue
  from copies
  where code not in ('POST', 'DOT', 'C2', 'C3', 'BANK CHARGES', 'AMAZONFEE', 'CRUK', 'M', 'D', 'B', 'S', 'ADJUST', 'ADJUST2')
    and not starts_with(code, 'TEST') and Price >= 0;
"""

PLAIN_TIERS = """
with customers as (
  select customer, sum(revenue) filter (day > date '{day}' - interval 12 month) as spend,
         max(day) filter (not starts_with(Invoice, 'C') and Quantity > 0) as bought, min(day) as seen
  from lines where customer is not null and day <= date '{day}' group by customer)
select case when spend >= 10000 then 4 when spend >= 5000 then 3 when spend >= 2000 then 2 when spend >= 500 then 1 else 0 end as rank,
       count(*) as customers, coalesce(sum(spend), 0) as revenue
from customers where date '{day}' - coalesce(bought, seen) <= 365 group by 1 order by 1
"""


def fenji(*arguments: str) -> dict:
    """Runs the command line as a user would and reads its one JSON object."""
    done = subprocess.run(
        [sys.executable, "-m", "fenji.cli.main", *arguments, "--json"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def plain() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(PLAIN_ROWS)
    return connection


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("online_retail") / "demo"
    fenji("demo", "--workspace", str(folder))
    return folder


@pytest.mark.parametrize("day", DATES)
def test_tier_counts_and_revenue_equal_plain_sql(plain: duckdb.DuckDBPyConnection, workspace: Path, day: str) -> None:
    expected = plain.execute(PLAIN_TIERS.format(day=day)).fetchall()
    answer = fenji("tiers", "--workspace", str(workspace), "--as-of", day)
    found = [(rank, tier["customers"], tier["net_revenue_12m"]) for rank, tier in enumerate(answer["tiers"])]
    assert found == [(rank, customers, pytest.approx(float(revenue), abs=0.001)) for rank, customers, revenue in expected]
    assert answer["as_of"] == day
    assert answer["customers"] == sum(customers for _, customers, _ in expected)
    assert sum(tier["share"] for tier in answer["tiers"]) == pytest.approx(1)
    assert sum(tier["revenue_share"] for tier in answer["tiers"]) == pytest.approx(1)


def test_every_row_is_accounted_for_as_plain_sql_counts_it(plain: duckdb.DuckDBPyConnection, workspace: Path) -> None:
    rows_in, across = plain.execute("select sum(n_all), sum(n_all - n_once) from copies").fetchone()
    kept, unattributed, revenue = plain.execute(
        "select sum(n), sum(n) filter (customer is null), sum(revenue) filter (customer is null) from lines"
    ).fetchone()
    quality = fenji("quality", "--workspace", str(workspace))
    assert quality["rows_in"] == rows_in == 1_067_370
    assert quality["duplicates"]["across_files"] == across
    assert quality["kept"] == kept
    assert quality["unattributed"] == {"rows": unattributed, "net_revenue": pytest.approx(float(revenue), abs=0.001)}
    assert quality["rows_in"] == quality["kept"] + sum(quality["rejected"].values()) + quality["duplicates"]["across_files"]
    assert quality["reconciles"] is True
