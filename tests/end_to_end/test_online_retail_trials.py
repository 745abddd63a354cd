"""Moved thresholds on real data: two hundred ladders over Online Retail II, from cells, from the customers, and from SQL that knows neither.

Three metrics and a cap, lost customers left out; then policies that cells cannot tell, each of which must say so and count alike.
"""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from fenji.analyze.whatif.cells import NotByCells
from fenji.analyze.whatif.cuts import with_cuts
from fenji.answers.trying import CountedOn, TryResult
from fenji.documents.policies import policy_from_text, render_policy
from fenji.language import Language
from fenji.workflow.demo import make_demo
from fenji.workflow.running import run_all
from fenji.workflow.trying import Tries, try_cuts
from fenji.workflow.whatif import whatif_of
from fenji.workspace.opening import reading_only

pytestmark = [pytest.mark.proof, pytest.mark.slow]
AS_OF = date(2011, 12, 9)
TRIALS, COMPARED = 200, 20
POLICY = """
policy: three
version: 1
effective_on: 2009-01-01
author: a test
why: three metrics and a cap
tiers:
  - {tier: low, name: Low}
  - {tier: middle, name: Middle, qualify: {any: [net_revenue_12m >= 1000, orders_12m >= 6]}}
  - {tier: high, name: High, qualify: {all: [net_revenue_12m > 4000, orders_12m >= 8]}, keep: net_revenue_12m >= 3000}
  - {tier: vip, name: VIP, qualify: {all: [net_revenue_12m > 10000, orders_12m >= 12, refund_rate_12m < 0.4]}}
caps:
  - {when: refund_rate_12m > 0.8, at_most: middle, why: most comes back}
review: {every: month, grace_reviews: 1, hold_reviews: 2}
"""
SQL = """
SELECT {before}, {after}, count(*), coalesce(sum(net_revenue_12m), 0)
FROM read_parquet('{panel}') JOIN (SELECT customer_key FROM read_parquet('{assignment}') WHERE tier IS NOT NULL) USING (customer_key)
GROUP BY ALL
"""
RANK = """
least(CASE WHEN net_revenue_12m > {vip.0} AND orders_12m >= {vip.1} AND coalesce(refund_rate_12m < {vip.2}, false) THEN 3
           WHEN net_revenue_12m > {high.0} AND orders_12m >= {high.1} THEN 2
           WHEN net_revenue_12m >= {middle.0} OR orders_12m >= {middle.1} THEN 1 ELSE 0 END,
      CASE WHEN coalesce(refund_rate_12m > {caps.0.0}, false) THEN 1 ELSE 3 END)
"""
LADDER = ("low", "middle", "high", "vip")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trials")
    make_demo(folder, language=Language.EN)
    for each in (folder / "policies").glob("*.yaml"):
        each.unlink()
    (folder / "policies" / "three.yaml").write_text(POLICY, encoding="utf-8")
    run_all(folder, as_of=AS_OF)
    return folder


def stored(root: Path, table: str) -> str:
    return str(next((root / "store" / table).rglob(f"as_of={AS_OF}")) / "*.parquet")


def rank(numbers: dict[str, Decimal]) -> str:
    found = RANK
    for key, number in numbers.items():
        found = found.replace(f"{{{key}}}", str(number))
    assert "{" not in found
    return found


def told(found: Any) -> tuple[object, ...]:
    sides = [
        ([(each.tier, each.customers, each.net_revenue_12m) for each in side.tiers],
         [(each.rule, each.met, each.turned_away, each.decides) for each in side.lines],
         [(each.rule, each.bound) for each in side.caps])
        for side in (found.current, found.new)
    ]  # fmt: skip
    return sides, found.moves, found.up, found.down, found.stay


def test_two_hundred_ladders_are_the_same_from_cells_customers_and_sql(root: Path) -> None:
    connection, chance = duckdb.connect(), random.Random(11)
    panel, assignment = stored(root, "insight.customer_metric"), stored(root, "insight.tier_assignment")
    with reading_only():
        first: TryResult = try_cuts(root, Tries())
        steps = {each.metric: each.steps for each in first.metrics}
        current = {each.key: each.number for each in first.thresholds}
        seen = set()
        for number in range(TRIALS):
            cuts = {each.key: chance.choice(steps[each.metric]) for each in first.thresholds}
            found = try_cuts(root, Tries(cuts=cuts), with_steps=False)
            assert found.counted_on is CountedOn.CELLS
            asked = SQL.format(before=rank(current), after=rank(cuts), panel=panel, assignment=assignment)
            counted = {(LADDER[a], LADDER[b]): (count, money) for a, b, count, money in connection.execute(asked).fetchall()}
            assert {(each.from_tier, each.to_tier): (each.customers, each.net_revenue_12m) for each in found.moves} == counted
            seen |= set(counted)
            if number < COMPARED:
                new = render_policy(with_cuts(policy_from_text(POLICY), cuts))
                assert told(found) == told(whatif_of(root, new, name="new"))
        assert len(seen) > 12


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("net_revenue_12m > 4000", "net_revenue_12m > 4000.01", NotByCells.OTHER_THRESHOLD),
        ("orders_12m >= 8", "orders_12m != 8", NotByCells.OTHER_THRESHOLD),
        ("orders_12m >= 8", "orders_3m >= 2", NotByCells.OTHER_METRIC),
        ("net_revenue_12m > 4000", "net_revenue_12m in top 7%", NotByCells.TOP_SHARE),
        ("orders_12m >= 12", "score >= 90", NotByCells.SCORE),
        (
            "review:",
            "variants:\n  - {where: {region: United Kingdom}, scale: {net_revenue_12m: 1.5}}\nreview:",
            NotByCells.VARIANTS,
        ),
    ],
)
def test_what_cells_cannot_tell_is_said_and_counted_alike(root: Path, old: str, new: str, reason: NotByCells) -> None:
    text = POLICY.replace(old, new)
    if reason is NotByCells.SCORE:
        text = text.replace("review:", "score: {net_revenue_12m: {weight: 1, scale: percentile}}\nreview:")
    with reading_only():
        found = try_cuts(root, Tries(text=text))
        assert (found.counted_on, found.because) == (CountedOn.PANEL, reason)
        assert told(found) == told(whatif_of(root, text, name="new"))
