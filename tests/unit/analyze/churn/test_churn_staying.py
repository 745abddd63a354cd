"""A customer leaves on the first day of too long a silence; what is not over on the as-of date is not known to be over. By hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pyarrow as pa
import pytest

from fenji.analyze.churn.staying import survival_rows, times_to_contract_end, times_to_leaving
from fenji.analyze.metrics.panel import customer_metric
from fenji.analyze.metrics.registry import Registry
from fenji.domain.churn import DEFAULT_RULES, ChurnBy
from fenji.domain.metrics import Fact
from fenji.engines.engine import Engine
from worlds import sale, world

FROM, AS_OF = date(2025, 1, 31), date(2025, 7, 31)
METRICS = Registry.of().needed_for(["days_since_last_order", "mean_days_between_orders"])
RULES = replace(DEFAULT_RULES, days=60)


def assignment(engine: Engine, tiers: dict[int, str | None]) -> object:
    return engine.from_arrow(
        pa.table({"customer_key": pa.array(tiers, pa.int64()), "tier": pa.array(tiers.values(), pa.string())})
    )


@pytest.mark.parametrize("by", [ChurnBy.DAYS, ChurnBy.RHYTHM])
def test_times_to_leaving_by_hand(duck: Engine, by: ChurnBy) -> None:
    told = world(
        sale(1, "2025-01-11", 5),  # silent for 20 days on 31 January; never again: gone on the 61st day after, 13 March, day 41
        sale(2, "2025-01-31", 5),
        sale(2, "2025-03-31", 5),  # 59 days: stays; then gone 61 days after day 59
        sale(3, "2025-01-31", 5),
        sale(3, "2025-04-02", 5),  # 61 days: gone on day 61, though back the same day
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
        {"tier": "a", "days": 120, "has_left": 1, "customers": 1},
        {"tier": "a", "days": 41, "has_left": 1, "customers": 1},
        {"tier": "a", "days": 61, "has_left": 1, "customers": 1},
        {"tier": "b", "days": 181, "has_left": 0, "customers": 1},
    ]


def test_contracts_end_on_their_day_and_open_ones_are_not_over(duck: Engine) -> None:
    contract = pa.table(
        {
            "customer_key": pa.array([1, 2, 2, 3, 4, 5], pa.int64()),
            "started_on": pa.array([date(2024, 1, 1)] * 5 + [date(2025, 2, 1)]),
            "ended_on": pa.array([date(2025, 3, 2), date(2025, 2, 10), date(2025, 3, 12), None, date(2025, 9, 1), None]),
        }
    )
    found = duck.fetch(
        times_to_contract_end(
            duck.from_arrow(contract), assignment(duck, dict.fromkeys(range(1, 6), "a")), from_on=FROM, as_of=AS_OF
        )
    )
    # 2 stays until the later of two ends; the end of 4 lies ahead; 5 was not bound yet.
    assert sorted(found.to_pylist(), key=str) == [
        {"tier": "a", "days": 181, "has_left": 0, "customers": 2},
        {"tier": "a", "days": 30, "has_left": 1, "customers": 1},
        {"tier": "a", "days": 40, "has_left": 1, "customers": 1},
    ]


def test_the_curve_is_kaplan_and_meiers_at_the_end_of_each_month() -> None:
    counts = [
        {"tier": "a", "days": 41, "has_left": 1, "customers": 1},
        {"tier": "a", "days": 61, "has_left": 1, "customers": 1},
        {"tier": "a", "days": 70, "has_left": 0, "customers": 1},
        {"tier": "a", "days": 90, "has_left": 1, "customers": 1},
    ]
    found = survival_rows(counts, ["a", "b"], from_on=FROM, as_of=AS_OF).to_pylist()
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
