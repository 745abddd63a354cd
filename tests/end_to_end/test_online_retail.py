"""The thread on real data: tier counts and row accounts of Online Retail II equal a plain SQL computation written here on its own."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import duckdb
import pytest

from fenji.analyze.trends.months import count_months, lines_of_all
from fenji.cli.main import answer
from fenji.engines.duck import DuckEngine
from fenji.tables import clean
from fixtures import desk
from fixtures.told import keys_of, mark_of, only

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "online_retail_2" / "online_retail_ii.parquet"
DATA = SHARED if SHARED.exists() else Path(__file__).parents[2] / "src" / "fenji" / "demo_data" / "online_retail_ii.parquet"
BEFORE = json.loads((Path(__file__).parent / "demo_answers.json").read_text("utf-8"))
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
    said = desk.fenji(*arguments, "--json")
    assert said.code == 0, said
    return dict(said.json)


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


# An order counts in the month in which it was begun, what came back in the month in which it came.
PLAIN_MONTHS = """
with told as (select *, starts_with(upper(Invoice), 'C') or Quantity < 0 as is_return from lines),
began as (select Invoice, min(day) as began from told where not is_return group by 1)
select date_trunc('month', if(is_return, day, began))::date as month, sum(revenue)::double as revenue,
       count(distinct Invoice) filter (not is_return) as orders, count(distinct customer) filter (not is_return) as customers
from told left join began using (Invoice) group by 1 having month < date '2011-12-01' order by 1
"""


def test_months_equal_plain_sql(plain: duckdb.DuckDBPyConnection, workspace: Path) -> None:
    expected = plain.execute(PLAIN_MONTHS).fetchall()
    found = fenji("forecast", "--of", "revenue", "--workspace", str(workspace))
    series = found["series"][0]
    assert [each["month_on"] for each in series["months"]] == [str(row[0]) for row in expected]
    assert [each["actual"] for each in series["months"]] == pytest.approx([row[1] for row in expected], abs=0.001)
    # Christmas sells: the model that knows last year is nearest, and November is the strongest month.
    assert (series["season"]["peak_month"], series["model"]) == (11, "seasonal_naive")
    engine = DuckEngine(threads=2)
    lines = engine.read_parquet(sorted((workspace / "store").glob("clean.order_line/*/*.parquet")), clean.ORDER_LINE.schema)
    counted = engine.fetch(count_months(lines_of_all(lines, as_of=date(2011, 11, 30))).order_by("month_on")).to_pylist()
    engine.close()
    assert [(row["month_on"], row["orders"], row["customers"]) for row in counted] == [
        (row[0], row[2], row[3]) for row in expected
    ]
    assert len(expected) == 24


def test_tiers_are_foretold_no_worse_than_by_the_last_count(workspace: Path) -> None:
    found = fenji("forecast", "--workspace", str(workspace))
    tried = found["backtest"]
    # Over all horizons the last count was as near as anything since windows were full: it is used, and the answer says so.
    assert (found["model"], found["movements"], found["left_out"], tried["basis"]) == ("naive", 12, 10, "settled")
    assert "not_better_than_baseline" in [each["code"] for each in found["warnings"]]
    errors = {(each["model"], each["basis"], each["steps"]): each["mean_absolute_error"] for each in tried["errors"]}
    own, naive = (sum(errors[model, "start_up", steps] for steps in range(1, 7)) for model in ("combined", "naive"))
    assert own < naive
    # Before windows were full, counts grew: there the flows are far nearer than the last count.
    assert errors["combined", "start_up", 6] < 0.6 * errors["naive", "start_up", 6]
    assert 0.85 <= tried["coverage"] <= 0.98
    for total in found["totals"]:
        own = sum(each["customers"] for each in found["tiers"] if each["step"] == total["step"])
        assert own == pytest.approx(total["customers"])


# Active on a day: a sale within the 180 days up to it. Left: no sale within the 180 days after it.
PLAIN_LEAVING = """
with bought as (select customer, day from lines where customer is not null and not starts_with(Invoice, 'C') and Quantity > 0),
each_one as (select customer, max(day) filter (day <= date '{day}') as last, min(day) filter (day > date '{day}') as following
             from bought group by 1)
select count(*), count(*) filter (coalesce(following - date '{day}', 999) > 180) from each_one where date '{day}' - last <= 180
"""


@pytest.mark.proof
def test_every_table_of_churn_counts_the_outcome_that_plain_sql_counts(plain: duckdb.DuckDBPyConnection, workspace: Path) -> None:
    found = fenji("churn", "--workspace", str(workspace))
    tried = next(each for each in found["samples"] if each["part"] == "evaluate")
    expected = plain.execute(PLAIN_LEAVING.format(day=tried["on"])).fetchone()
    assert (tried["customers"], tried["outcomes"]) == expected
    assert tuple(sum(each[name] for each in found["calibration"]) for name in ("customers", "outcomes")) == expected
    (rate,) = {each["value"] for each in found["quality"] if (each["measure"], each["part"]) == ("base_rate", "evaluate")}
    assert rate == pytest.approx(expected[1] / expected[0])
    assert found["definition"]["horizon_days"] == 180
    curve = [each for each in found["survival"] if each["days"] == 180]
    customers, left = plain.execute(PLAIN_LEAVING.format(day=curve[0]["from_on"])).fetchone()
    assert sum(each["customers"] for each in curve) == customers
    assert sum(each["customers"] * (1 - each["staying"]) for each in curve) == pytest.approx(left)


@pytest.mark.parametrize("line", BEFORE)
def test_scripts_read_what_they_read_before_answers_became_records(
    workspace: Path, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every key and value of the last version whose JSON was built by hand is there; whoever changes one on purpose writes it anew."""
    told = line.format(workspace=workspace).split()
    answer([*told, "--workspace", str(workspace), "--json", *([] if "--lang" in told else ["--lang", "en"])])
    found = json.loads(capsys.readouterr().out)
    keys = set(BEFORE[line]["keys"])
    assert keys - set(keys_of(found)) == set()
    assert mark_of(only(found, keys)) == BEFORE[line]["mark"]
