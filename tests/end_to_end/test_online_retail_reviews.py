"""Official tiers on real data: 24 monthly reviews of Online Retail II with keep rules, grace, hold, a cap and lost customers, every single decision made again with pandas.

Written without looking at fenji: what was bought by whom is read from the data file by plain SQL, windows are summed by pandas, and
the decisions of each customer are made one after the other as the text of the rules says.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from fenji.language import Language
from fenji.workflow.demo import make_demo

pytestmark = [pytest.mark.proof, pytest.mark.slow]
DATA = Path(__file__).parents[2] / "src" / "fenji" / "demo_data" / "online_retail_ii.parquet"

POLICY = """
policy: kept
version: 1
effective_on: 2009-01-01
author: a test
why: every rule of the state machine
tiers:
  - {tier: registered, name: Registered}
  - {tier: entry, name: Entry, qualify: net_revenue_12m >= 500, keep: net_revenue_12m >= 300}
  - {tier: middle, name: Middle, qualify: net_revenue_12m >= 2000, keep: {any: [net_revenue_12m >= 1500, net_revenue_3m >= 700]}}
  - {tier: high, name: High, qualify: net_revenue_12m >= 5000}
  - {tier: vip, name: VIP, qualify: {all: [net_revenue_12m >= 10000, net_revenue_3m > 0]}, keep: net_revenue_12m >= 8000}
caps:
  - {when: net_revenue_3m < 0, at_most: entry, why: more came back than was bought}
review: {every: month, downgrade: one_step, grace_reviews: 1, hold_reviews: 2}
"""
LADDER = ["registered", "entry", "middle", "high", "vip"]
LOST_AFTER = 180
GRACE, HOLD = 1, 2

LINES = f"""
with copies as (
  select Invoice, upper(trim(StockCode)) as code, InvoiceDate, "Customer ID" as customer, Quantity, Price, max(n) as n
  from (select Invoice, StockCode, Description, Quantity, InvoiceDate, Price, "Customer ID", Country, sheet, count(*) as n
        from '{DATA}' group by all)
  group by Invoice, StockCode, Description, Quantity, InvoiceDate, Price, "Customer ID", Country)
select customer::bigint::varchar as customer, Invoice as invoice, InvoiceDate::date as day,
       (starts_with(upper(Invoice), 'C') or Quantity < 0) as is_return,
       (round(Quantity * Price::decimal(18, 4), 2) * n * 100)::bigint as cents
from copies
where code not in ('POST', 'DOT', 'C2', 'C3', 'BANK CHARGES', 'AMAZONFEE', 'CRUK', 'M', 'D', 'B', 'S', 'ADJUST', 'ADJUST2')
  and not starts_with(code, 'TEST') and Price >= 0 and customer is not null
"""


def fenji(*arguments: str) -> dict[str, Any]:
    """Runs the command line as a user would and reads its one JSON object."""
    done = subprocess.run(
        [sys.executable, "-m", "fenji.cli.main", *arguments, "--json"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("online_retail_reviews") / "demo"
    make_demo(folder, Language.EN)
    for old in (folder / "policies").iterdir():
        old.unlink()
    (folder / "policies" / "kept.yaml").write_text(POLICY, "utf-8")
    settings = folder / "fenji.toml"
    lines = [line for line in settings.read_text("utf-8").splitlines() if not line.startswith("lost_after_days")]
    settings.write_text("\n".join([f"lost_after_days = {LOST_AFTER}", *lines]) + "\n", "utf-8")
    return folder


@pytest.fixture(scope="module")
def answer(workspace: Path) -> dict[str, Any]:
    return fenji("run", "--workspace", str(workspace), "--as-of", "2011-12-09", "--history", "24")


def month_ends() -> list[pd.Timestamp]:
    return [*pd.date_range(end="2011-11-30", periods=23, freq="ME"), pd.Timestamp("2011-12-09")]


def decisions() -> pd.DataFrame:
    """One row per customer and review: tier, cause and since when, by pandas and plain Python."""
    lines = duckdb.sql(LINES).df()
    lines["day"] = pd.to_datetime(lines["day"])
    # An order counts on the day on which it was begun.
    sales = ~lines["is_return"]
    lines.loc[sales, "day"] = lines[sales].groupby("invoice")["day"].transform("min")
    first = lines.groupby("customer")["day"].min()
    seen = {}
    for day in month_ends():
        past = lines[lines["day"] <= day]
        table = pd.DataFrame(index=first[first <= day].index)
        for months in (3, 12):
            back = pd.offsets.MonthEnd(months) if day.is_month_end else pd.DateOffset(months=months)
            window = past[past["day"] > day - back]
            table[f"m{months}"] = window.groupby("customer")["cents"].sum().reindex(table.index).fillna(0) / 100
        last = past[~past["is_return"]].groupby("customer")["day"].max().reindex(table.index)
        table["silent"] = (day - last.fillna(first[table.index])).dt.days
        seen[day] = table.to_dict("index")
    rows = []
    for customer in first.index:
        state: dict[str, Any] | None = None
        for day in month_ends():
            if customer in seen[day]:
                state = decide(state, seen[day][customer], day.date())
                rows.append({"customer_id": customer, "as_of": day.date(), **state})
    return pd.DataFrame(rows)


def decide(state: dict[str, Any] | None, facts: dict[str, float], day: date) -> dict[str, Any]:
    year, quarter = facts["m12"], facts["m3"]
    gains = [True, year >= 500, year >= 2000, year >= 5000, year >= 10000 and quarter > 0]
    keeps = [True, year >= 300, year >= 1500 or quarter >= 700, year >= 5000, year >= 8000]
    qualified, kept = max(n for n in range(5) if gains[n]), max(n for n in range(5) if keeps[n])
    if facts["silent"] > LOST_AFTER:
        since = state["since"] if state and state["cause"] == "lost" else day
        return {"tier": None, "cause": "lost", "since": since, "grace": 0, "hold": 0}
    was = None if state is None or state["tier"] is None else LADDER.index(state["tier"])
    grace, hold = (state["grace"], state["hold"]) if state else (0, 0)
    if was is None:
        now, cause, grace, hold = qualified, "new" if state is None else "returned", GRACE, HOLD
    elif qualified > was:
        now, cause, grace, hold = qualified, "upgrade", GRACE, HOLD
    elif qualified == was or kept >= was:
        now, cause, grace, hold = was, "kept", GRACE, max(hold - 1, 0)
    elif hold:
        now, cause, hold = was, "held", hold - 1
    elif grace:
        now, cause, grace = was, "grace", grace - 1
    else:
        now, cause, grace, hold = max(was - 1, qualified, kept), "downgrade", GRACE, HOLD
    if quarter < 0 and now > 1:
        stays = was == 1
        now, cause, grace, hold = 1, "cap", GRACE, max(state["hold"] - 1, 0) if stays and state else HOLD
    since = state["since"] if state and was == now else day
    return {"tier": LADDER[now], "cause": cause, "since": since, "grace": grace, "hold": hold}


def stored(workspace: Path, run_id: str) -> pd.DataFrame:
    store = workspace / "store"
    query = f"""
        select customer_id, a.as_of, tier, cause, since_on as since, grace_left as grace, hold_left as hold
        from read_parquet('{store}/insight.tier_assignment/run={run_id}/*/*.parquet', hive_partitioning = false) a
        join read_parquet('{store}/clean.customer/run={run_id}/*.parquet', hive_partitioning = false) using (customer_key)
    """
    found = duckdb.sql(query).df()
    for name in ("as_of", "since"):
        found[name] = found[name].dt.date
    return found


def test_every_decision_of_24_reviews_is_that_of_pandas(workspace: Path, answer: dict[str, Any]) -> None:
    assert answer["reviews"] == [str(day.date()) for day in month_ends()]
    expected, found = decisions(), stored(workspace, answer["run_id"])
    by = ["customer_id", "as_of"]
    merged = expected.merge(found, on=by, how="outer", suffixes=("", "_found"), indicator=True)
    assert (merged["_merge"] == "both").all()
    for name in ("tier", "cause", "since", "grace", "hold"):
        other = merged[f"{name}_found"]
        assert ((merged[name] == other) | (merged[name].isna() & other.isna())).all(), name
    # Each way in which the state machine can decide has been taken, so that none of them was left unchecked.
    causes = {"new", "upgrade", "kept", "held", "grace", "downgrade", "cap", "lost", "returned"}
    assert set(expected["cause"]) == causes
    assert len(expected) > 90_000


def test_the_tiers_of_a_past_review_are_read_not_computed(workspace: Path, answer: dict[str, Any]) -> None:
    rows = decisions()
    past = fenji("tiers", "--workspace", str(workspace), "--as-of", "2011-06-30")
    assert (past["run_id"], past["policy"]) == (answer["run_id"], "kept")
    counts = rows[rows["as_of"] == date(2011, 6, 30)]["tier"].value_counts()
    assert {each["tier"]: each["customers"] for each in past["tiers"]} == {tier: int(counts.get(tier, 0)) for tier in LADDER}
    assert past["customers"] == counts.sum()
    assert all(each["averages"]["net_revenue_12m"] is not None for each in past["tiers"] if each["customers"])


def test_the_policy_in_force_replayed_over_all_reviews_changes_nothing(workspace: Path, answer: dict[str, Any]) -> None:
    found = fenji("whatif", str(workspace / "policies" / "kept.yaml"), "--replay", "24", "--workspace", str(workspace))
    assert (found["run_id"], found["is_published"], found["causes"]) == (answer["run_id"], True, [])
    assert (found["up"]["customers"], found["down"]["customers"]) == (0, 0)
    assert found["new"]["reviews"] == found["current"]["reviews"]
    assert [each["as_of"] for each in found["new"]["reviews"]] == answer["reviews"]
