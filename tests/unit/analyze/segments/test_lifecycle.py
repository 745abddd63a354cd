"""Everybody stands in one stage of life, by the own rhythm. World: eight customers of a tea shop at 30 June 2025, worked by hand."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import pyarrow as pa
import pytest

from fenji.analyze.metrics.panel import customer_metric
from fenji.analyze.metrics.registry import Registry
from fenji.analyze.segments.lifecycle import lifecycle_stages, own_rhythms, population_rhythm
from fenji.domain.metrics import Fact
from fenji.domain.segments import LifecyclePlan, RhythmMeasure
from fenji.engines.engine import Engine
from worlds import Order, World, came_back, sale, world

AS_OF = date(2025, 6, 30)
PLAN = LifecyclePlan(least_intervals=2, least_days=5)
METRICS = Registry.of().needed_for(["orders_total", "days_since_first_order", "days_since_last_order", "net_revenue_12m"])


def every(customer: int, days: int, *, last: str, times: int) -> list[Order]:
    """Orders at equal intervals that end on a day."""
    end = date.fromisoformat(last)
    return [sale(customer, end - timedelta(days=days * back), 10) for back in range(times)]


def tea_shop() -> World:
    return world(
        *every(1, 10, last="2025-06-20", times=12),  # own rhythm 10 days, silent for 10: active
        *every(2, 10, last="2025-06-05", times=12),  # silent for 25 > 2 x 10: at risk
        *every(3, 10, last="2025-05-20", times=12),  # silent for 41 > 4 x 10: lost
        sale(4, "2025-06-25", 10),  # one order five days ago: new
        *every(5, 10, last="2024-12-01", times=6),
        *every(5, 10, last="2025-06-22", times=2),  # silent for 193 days until 12 June, then twice: won back
        sale(6, "2024-06-01", 10),  # one order, silent for 394 > 4 x 50: lost by the population's rhythm
        *every(7, 90, last="2025-05-01", times=4),  # own rhythm 90 days, silent for 60: active, where customer 3 is lost
        customers=[{"customer_key": 8, "first_seen_on": date(2025, 1, 1)}],  # never ordered: prospect
    )


def stages(
    engine: Engine, told: World, *, plan: LifecyclePlan = PLAN, lost_tier: tuple[int, ...] = ()
) -> dict[int, tuple[object, ...]]:
    facts, customer = told.on(engine)
    lines = facts[Fact.ORDER_LINE]
    panel = engine.stage(customer_metric(facts, customer, metrics=METRICS, as_of=AS_OF))
    assignment = panel.select(
        "customer_key", tier=ibis.ifelse(panel.customer_key.isin(lost_tier or (-1,)), ibis.null("string"), "entry")
    )
    rhythms = engine.stage(own_rhythms(lines, plan=plan, as_of=AS_OF))
    days = engine.fetch(population_rhythm(rhythms))["days"][0].as_py()
    found = lifecycle_stages(
        panel, assignment, lines, rhythms, plan=plan, population_days=days or plan.fallback_days, as_of=AS_OF
    )
    rows = engine.fetch(found).to_pylist()
    assert len(rows) == len({row["customer_key"] for row in rows}) == engine.fetch(panel).num_rows
    return {row["customer_key"]: (row["lifecycle_stage"], row["rhythm_days"], row["has_own_rhythm"]) for row in rows}


def test_every_stage_is_found_where_it_was_worked_by_hand(duck: Engine) -> None:
    # Own medians are 10, 10, 10, 10 (customer 5: six tens and one of 193) and 90; the middle of all customers is 10.
    assert stages(duck, tea_shop()) == {
        1: ("active", 10.0, True),
        2: ("at_risk", 10.0, True),
        3: ("lost", 10.0, True),
        4: ("new", 10.0, False),
        5: ("won_back", 10.0, True),
        6: ("lost", 10.0, False),
        7: ("active", 90.0, True),
        8: ("prospect", None, None),
    }


def test_the_mean_is_moved_by_one_long_silence_and_the_median_is_not(duck: Engine) -> None:
    found = stages(duck, tea_shop(), plan=LifecyclePlan(rhythm=RhythmMeasure.MEAN, least_intervals=2, least_days=5))
    # Customer 5: six intervals of 10 days and one of 193, which is still more than four times their mean.
    assert found[5] == ("won_back", pytest.approx(253 / 7, abs=1e-6), True)


def test_who_is_lost_for_the_tiers_is_lost_here_too_and_a_prospect_stays_one(duck: Engine) -> None:
    found = stages(duck, tea_shop(), lost_tier=(1, 8))
    assert (found[1][0], found[8][0]) == ("lost", "prospect")


def test_the_limits_belong_to_the_better_stage(duck: Engine) -> None:
    told = world(
        *every(1, 10, last="2025-06-10", times=12),  # silent for exactly 2 x 10
        *every(2, 10, last="2025-05-21", times=12),  # exactly 4 x 10
        sale(3, "2025-06-29", 10),
        came_back(3, "2025-06-30", 10),
    )
    assert {key: stage for key, (stage, *_rest) in stages(duck, told).items()} == {1: "active", 2: "at_risk", 3: "new"}


def test_without_repeat_buyers_the_declared_days_count(duck: Engine) -> None:
    told = world(sale(1, "2025-06-01", 10), sale(2, "2024-01-01", 10))
    assert stages(duck, told) == {1: ("new", 90.0, False), 2: ("lost", 90.0, False)}


def test_orders_after_the_date_change_nothing(duck: Engine) -> None:
    later = [*every(3, 7, last="2025-08-20", times=6), sale(6, "2025-07-01", 5), sale(9, "2025-07-02", 5)]
    before = tea_shop()
    after = world(*later)
    both = World(
        before.customer,
        {fact: pa.concat_tables([table, after.facts[fact]]) for fact, table in before.facts.items()},
    )
    assert stages(duck, both) == stages(duck, before)
