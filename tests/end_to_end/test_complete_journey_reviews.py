"""Official tiers and flows of a grocer: twelve monthly reviews of Complete Journey, counted again with pandas from the raw transactions.

One file of order lines with one line for every basket; all 2,469 households and 155,848 baskets are in it. What pandas computes
begins with the raw lines, and follows the text of the rules without a line of fenji.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from fenji.language import Language
from fenji.tables.insight import TIER_COUNT, TIER_FLOW
from fenji.workflow.initiating import init_workspace
from fenji.workflow.moves import moves_between
from fenji.workflow.running import run_all

pytestmark = [pytest.mark.proof, pytest.mark.slow]
DATA = Path(__file__).parents[3] / "shared" / "data" / "completejourney" / "transactions.parquet"

POLICY = """
policy: grocer
version: 1
effective_on: 2016-01-01
author: a test
why: months of baskets
tiers:
  - {tier: member, name: Member}
  - {tier: silver, name: Silver, qualify: net_revenue_3m >= 300, keep: net_revenue_3m >= 200}
  - {tier: gold, name: Gold, qualify: {all: [net_revenue_3m >= 700, orders_3m >= 10]}, keep: orders_3m >= 12}
  - {tier: vip, name: VIP, qualify: net_revenue_this_year >= 3000, keep: net_revenue_3m >= 600}
caps:
  - {when: orders_3m <= 2, at_most: silver, why: wholesale}
review: {every: month, downgrade: one_step, grace_reviews: 1, hold_reviews: 1}
"""
SOURCES = """
sources:
  - source: grocer
    feed: order_line
    files: baskets.parquet
    time_zone: UTC
    columns: {order_id: basket, customer_id: household, ordered_at: at, line_amount: amount}
"""
LADDER = ["member", "silver", "gold", "vip"]
LOST_AFTER, GRACE, HOLD = 45, 1, 1
LOST, UNSEEN = "lost", "unseen"
REVIEWS = list(pd.date_range("2017-01-31", "2017-12-31", freq="ME"))


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not DATA.exists():
        pytest.skip("Complete Journey is not beside the project")
    root = tmp_path_factory.mktemp("complete_journey")
    init_workspace(root, template="spend", language=Language.EN)
    (root / "policies" / "spend.yaml").write_text(POLICY, "utf-8")
    (root / "sources.yaml").write_text(SOURCES, "utf-8")
    settings = root / "fenji.toml"
    names = ("lost_after_days", "time_zone", "currency")
    kept = [line for line in settings.read_text("utf-8").splitlines() if not line.startswith(names)]
    own = [f"lost_after_days = {LOST_AFTER}", 'time_zone = "UTC"', 'currency = "USD"']
    settings.write_text("\n".join([*own, *kept]) + "\n", "utf-8")
    baskets = f"""
        select basket_id::varchar as basket, any_value(household_id)::varchar as household, any_value(transaction_timestamp) as at,
               sum(sales_value::decimal(18, 2)) as amount
        from '{DATA}' group by all
    """
    duckdb.execute(f"copy ({baskets}) to '{root}/baskets.parquet'").fetchall()
    run_all(root, as_of=REVIEWS[-1].date(), history=len(REVIEWS))
    return root


def stored(workspace: Path, table: str) -> pd.DataFrame:
    files = sorted((workspace / "store" / table).rglob("*.parquet"))
    found = pd.concat([pd.read_parquet(file, partitioning=None) for file in files])
    found["as_of"] = found["as_of"].astype(str)
    return found


@pytest.fixture(scope="module")
def tiers() -> pd.DataFrame:
    """One row per household, one column per review: the tier, 'lost' or 'unseen'; by pandas and plain Python."""
    lines = pd.read_parquet(DATA, columns=["household_id", "basket_id", "sales_value", "transaction_timestamp"])
    lines["cents"] = (lines["sales_value"] * 100).round().astype("int64")
    orders = lines.groupby("basket_id").agg(
        household=("household_id", "first"), at=("transaction_timestamp", "first"), cents=("cents", "sum")
    )
    orders["day"] = orders["at"].dt.normalize()
    facts = [facts_at(orders, day) for day in REVIEWS]
    found = {}
    for household in sorted(orders["household"].unique()):
        state: dict[str, Any] | None = None
        found[household] = []
        for seen in facts:
            state = decide(state, seen[household]) if household in seen else None
            found[household].append(UNSEEN if state is None else state["tier"])
    return pd.DataFrame.from_dict(found, orient="index", columns=[str(day.date()) for day in REVIEWS])


def facts_at(orders: pd.DataFrame, day: pd.Timestamp) -> dict[int, dict[str, Any]]:
    past = orders[orders["day"] <= day]
    quarter = past[past["day"] > day - pd.offsets.MonthEnd(3)].groupby("household")["cents"]
    year = past[past["day"].dt.year == day.year].groupby("household")["cents"]
    table = pd.DataFrame(
        {
            "quarter": quarter.sum() / 100,
            "orders": quarter.size(),
            "year": year.sum() / 100,
            "silent": (day - past.groupby("household")["day"].max()).dt.days,
        }
    )
    return table.fillna(0).to_dict("index")


def decide(state: dict[str, Any] | None, facts: dict[str, Any]) -> dict[str, Any]:
    quarter, orders, year = facts["quarter"], facts["orders"], facts["year"]
    gains = [True, quarter >= 300, quarter >= 700 and orders >= 10, year >= 3000]
    keeps = [True, quarter >= 200, orders >= 12, quarter >= 600]
    qualified, kept = max(n for n in range(4) if gains[n]), max(n for n in range(4) if keeps[n])
    if facts["silent"] > LOST_AFTER:
        return {"tier": LOST, "grace": 0, "hold": 0}
    was = None if state is None or state["tier"] == LOST else LADDER.index(state["tier"])
    grace, hold = (state["grace"], state["hold"]) if state else (0, 0)
    if was is None or qualified > was:
        now, grace, hold = qualified, GRACE, HOLD
    elif qualified == was or kept >= was:
        now, grace, hold = was, GRACE, max(hold - 1, 0)
    elif hold:
        now, hold = was, hold - 1
    elif grace:
        now, grace = was, grace - 1
    else:
        now, grace, hold = max(was - 1, qualified, kept), GRACE, HOLD
    if orders <= 2 and now > 1:
        now, grace, hold = 1, GRACE, max(state["hold"] - 1, 0) if was == 1 and state else HOLD
    return {"tier": LADDER[now], "grace": grace, "hold": hold}


def test_the_counts_of_every_review_are_those_of_pandas(workspace: Path, tiers: pd.DataFrame) -> None:
    count = stored(workspace, TIER_COUNT.full_name)
    found = {(row["as_of"], row["tier"]): row["customers"] for row in count.to_dict("records")}
    expected = {(day, tier): int((tiers[day] == tier).sum()) for day in tiers.columns for tier in LADDER}
    assert found == expected
    assert len(tiers) == 2469
    # Every tier is held, and every way to come and go is taken somewhere.
    assert min(expected["2017-12-31", tier] for tier in LADDER) > 50


def test_the_flow_of_every_tier_and_month_closes_and_is_that_of_pandas(workspace: Path, tiers: pd.DataFrame) -> None:
    flow = stored(workspace, TIER_FLOW.full_name)
    names = TIER_FLOW.schema.names[5:]
    found = {(row["as_of"], row["tier"]): [row[name] for name in names] for row in flow.to_dict("records")}
    place = {tier: number for number, tier in enumerate(LADDER)}
    expected = {}
    for earlier, later in pairwise(tiers.columns):
        before, after = tiers[earlier], tiers[later]
        rises, falls = before.map(place) < after.map(place), before.map(place) > after.map(place)
        for tier in LADDER:
            was, now = before == tier, after == tier
            parts = [was, now & (before == UNSEEN), now & (before == LOST), now & rises, now & falls]
            parts += [was & rises, was & falls, was & (after == LOST), now]
            expected[later, tier] = [int(part.sum()) for part in parts]
    assert found == expected
    for opening, new, returned, up_in, down_in, up_out, down_out, lost, closing in found.values():
        assert opening + new + returned + up_in + down_in - up_out - down_out - lost == closing
    assert all(sum(column) > 0 for column in zip(*found.values(), strict=True))


def test_the_year_as_one_statement_leads_from_january_to_december(workspace: Path, tiers: pd.DataFrame) -> None:
    result = moves_between(workspace, earlier_on=REVIEWS[0].date(), as_of=REVIEWS[-1].date())
    assert {each.tier: (each.opening, each.closing) for each in result.flows} == {
        tier: (int((tiers["2017-01-31"] == tier).sum()), int((tiers["2017-12-31"] == tier).sum())) for tier in LADDER
    }
