"""A customer leaves where no order comes within the limit, as in what is predicted; what is not over on the as-of date is not known to be over. By hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest

from fenji.analyze.churn.examples import Recipe, examples_of, rows_of_customers
from fenji.analyze.churn.figures import calibration_table
from fenji.analyze.churn.outcomes import contracts_at, next_orders
from fenji.analyze.churn.staying import contract_rows, contracts_later, ends_of, survival_rows, times_to_leaving
from fenji.analyze.metrics.panel import customer_metric
from fenji.analyze.metrics.registry import Registry
from fenji.domain.churn import DEFAULT_RULES, ChurnBy, Target
from fenji.domain.metrics import Fact
from fenji.engines.engine import Engine
from worlds import sale, world

FROM, AS_OF = date(2025, 1, 31), date(2025, 7, 31)
USED = ("days_since_last_order", "mean_days_between_orders")
METRICS = Registry.of().needed_for(USED)
RULES = replace(DEFAULT_RULES, days=60)


def assignment(engine: Engine, tiers: dict[int, str | None]) -> object:
    return engine.from_arrow(
        pa.table({"customer_key": pa.array(tiers, pa.int64()), "tier": pa.array(tiers.values(), pa.string())})
    )


@pytest.mark.parametrize("by", [ChurnBy.DAYS, ChurnBy.RHYTHM])
def test_times_to_leaving_by_hand(duck: Engine, by: ChurnBy) -> None:
    told = world(
        sale(1, "2025-01-11", 5),  # never again: gone at the end of day 60
        sale(2, "2025-01-31", 5),
        sale(2, "2025-03-31", 5),  # 59 days: stays; then gone 60 days after day 59
        sale(3, "2025-01-31", 5),
        sale(3, "2025-04-02", 5),  # 61 days: gone at the end of day 60, though back a day later
        sale(4, "2025-01-31", 5),
        *(sale(4, FROM + timedelta(days=days), 5) for days in (50, 100, 150)),  # 31 days silent at the end: not over
        sale(5, "2024-11-01", 5),  # had left before
        sale(6, "2025-01-31", 5),  # no tier: lost
        sale(4, "2025-08-30", 5),  # after the as-of date: not known
    )
    facts, people = told.on(duck)
    panel = customer_metric(facts, people, metrics=METRICS, as_of=FROM)
    tiers = assignment(duck, {1: "a", 2: "a", 3: "a", 4: "b", 5: "b", 6: None})
    # By rhythm nobody but 4 and 3 has an interval, and theirs lie after the past date: all stand under the fixed days.
    rules = replace(RULES, by=by)
    found = duck.fetch(times_to_leaving(panel, facts[Fact.ORDER_LINE], tiers, from_on=FROM, rules=rules, as_of=AS_OF))
    assert sorted(found.to_pylist(), key=str) == [
        {"tier": "a", "days": 119, "has_left": 1, "customers": 1},
        {"tier": "a", "days": 60, "has_left": 1, "customers": 2},
        {"tier": "b", "days": 181, "has_left": 0, "customers": 1},
    ]


@pytest.mark.parametrize("days", [30, 60, 90])
def test_at_the_horizon_the_share_still_with_us_is_what_the_back_test_observes(duck: Engine, days: int) -> None:
    chance = np.random.default_rng(days)
    told = world(*(sale(who, AS_OF - timedelta(days=int(day)), 5) for who in range(80) for day in chance.integers(0, 300, 4)))
    facts, people = told.on(duck)
    rules, orders = replace(DEFAULT_RULES, days=days), facts[Fact.ORDER_LINE]
    panel = duck.stage(customer_metric(facts, people, metrics=METRICS, as_of=FROM))
    tiers = assignment(duck, dict.fromkeys(range(80), "a"))
    ends = ends_of(from_on=FROM, as_of=AS_OF, horizon_days=days)
    times = duck.fetch(times_to_leaving(panel, orders, tiers, from_on=FROM, rules=rules, as_of=AS_OF)).to_pylist()
    curve = {row["days"]: row for row in survival_rows(times, ["a"], from_on=FROM, ends=ends, as_of=AS_OF).to_pylist()}
    following = next_orders(orders, as_of=FROM, horizon_days=days)
    recipe = Recipe(tuple(each.slug for each in METRICS if each.slug in USED), (), False, 0.0)
    rows = duck.fetch(rows_of_customers(panel, metrics=recipe.metrics, following=following))
    examples = examples_of(rows, recipe, rules, Target.CHURN)
    assert 0 < examples.outcomes < len(examples)
    assert curve[days]["customers"] == len(examples)
    assert curve[days]["staying"] == pytest.approx(1 - examples.outcomes / len(examples))
    # The deciles sum up to the same customers and outcomes.
    tenths = calibration_table(examples.silence, examples.outcome)
    assert (sum(each.customers for each in tenths), sum(each.outcomes for each in tenths)) == (len(examples), examples.outcomes)


def test_contracts_are_in_force_on_a_day_also_such_as_began_since(duck: Engine) -> None:
    contract = duck.from_arrow(
        pa.table(
            {
                "customer_key": pa.array([1, 2, 2, 3, 4, 5], pa.int64()),
                "started_on": pa.array(
                    [date(2024, 1, 1), date(2024, 1, 1), date(2025, 3, 20), *[date(2024, 1, 1)] * 2, date(2025, 2, 1)]
                ),
                "ended_on": pa.array([date(2025, 3, 2), date(2025, 2, 10), date(2025, 6, 12), None, date(2025, 9, 1), None]),
                "monthly_fee": pa.array([1] * 6, pa.decimal128(18, 2)),
                "plan": pa.nulls(6, pa.string()),
            }
        )
    )
    tiers, ends = assignment(duck, dict.fromkeys(range(1, 6), "a")), [30, 60, 90]
    (found,) = duck.fetch(contracts_later(contract, tiers, from_on=FROM, ends=ends)).to_pylist()
    # 1 ends on day 30; 2 ends and begins again between day 30 and day 60; 5 was not bound yet.
    assert found == {"tier": "a", "customers": 4, "in_force_30": 2, "in_force_60": 3, "in_force_90": 3}
    rows = contract_rows([found], ["a", "b"], from_on=FROM, ends=ends, as_of=AS_OF).to_pylist()
    assert [(each["days"], each["staying"]) for each in rows] == [(30, 0.5), (60, 0.75), (90, 0.75)]
    assert rows[1]["lower"] < 0.75 < rows[1]["upper"]
    # What is predicted of the same day says the same.
    later = duck.fetch(contracts_at(contract, as_of=FROM, horizon_days=60)).to_pylist()
    bound = [each["contracts_later"] > 0 for each in later if each["contracts"]]
    assert (len(bound), sum(bound)) == (4, 3)


def test_the_curve_is_kaplan_and_meiers_at_the_end_of_each_month() -> None:
    counts = [
        {"tier": "a", "days": 41, "has_left": 1, "customers": 1},
        {"tier": "a", "days": 61, "has_left": 1, "customers": 1},
        {"tier": "a", "days": 70, "has_left": 0, "customers": 1},
        {"tier": "a", "days": 90, "has_left": 1, "customers": 1},
    ]
    found = survival_rows(counts, ["a", "b"], from_on=FROM, ends=range(30, 181, 30), as_of=AS_OF).to_pylist()
    # Of four one leaves, of three one, of the one left the last: 3/4, then 2/3 of that, then nobody.
    assert [(each["days"], each["staying"]) for each in found] == [
        (30, 1.0),
        (60, 0.75),
        (90, 0.0),
        (120, 0.0),
        (150, 0.0),
        (180, 0.0),
    ]
    assert found[0]["lower"] is None
    assert found[1]["lower"] < 0.75 < found[1]["upper"]
    assert {each["tier"] for each in found} == {"a"}
