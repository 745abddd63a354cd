"""What is foretold adds up, holds true rates within its intervals, and is tried on the past; world: three tiers with known rates."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from fenji.analyze.forecast_backtest import FIRST_ORIGIN, LEAST_ORIGINS, drift, naive
from fenji.analyze.forecast_models import Transitions, arrivals_of, fit_rates, fit_smoothing, simulated_counts
from fenji.analyze.tier_forecast import count_transitions, forecast_rows, forecast_tiers, transitions_from
from fenji.documents.policies import policy_from_text
from fenji.domain.forecasts import ForecastModel, TierForecast
from fenji.engines.checks import save_checked
from fenji.engines.duck import DuckEngine
from fenji.tables.insight import TIER_FORECAST
from fixtures.assignments import Standing, assignments

TIERS = ("low", "middle", "high")
# From low, middle, high, lost and outside to low, middle, high and lost.
TRUE_RATES = np.array(
    [
        [0.90, 0.06, 0.01, 0.03],
        [0.10, 0.82, 0.05, 0.03],
        [0.02, 0.10, 0.87, 0.01],
        [0.04, 0.01, 0.0, 0.95],
        [0.8, 0.15, 0.05, 0.0],
    ]
)
ARRIVALS = 300
COMING = tuple(date(2026, month, 28) for month in range(1, 7))


def world(seed: int, movements: int) -> np.ndarray:
    """Movements by the true rates, with chance."""
    chance = np.random.default_rng(seed)
    standing, found = np.array([6000, 2500, 900, 500]), []
    for _ in range(movements):
        going = np.append(standing, chance.poisson(ARRIVALS))
        moved = np.array([chance.multinomial(count, rates) for count, rates in zip(going, TRUE_RATES, strict=True)])
        standing = moved.sum(axis=0)
        found.append(moved)
    return np.array(found, dtype=float)


@cache
def foretold(seed: int = 5) -> TierForecast:
    return forecast_tiers(Transitions(world(seed, 24), 3, 1), TIERS, COMING, period=12, seed=1, paths=400)


def test_true_rates_are_recovered_within_their_intervals() -> None:
    inside = []
    for seed in range(20):
        rates = fit_rates(Transitions(world(seed, 24), 3, 1))
        spread = np.sqrt(rates.mean * (1 - rates.mean) / (rates.posterior.sum(axis=1, keepdims=True) + 1))
        inside.append(np.abs(rates.mean - TRUE_RATES) <= 1.96 * spread + 1e-3)
        assert rates.mean.sum(axis=1) == pytest.approx(np.ones(5))
    assert 0.90 <= np.mean(inside) <= 1.0


def test_intervals_hold_as_many_counts_as_they_promise() -> None:
    inside = []
    for seed in range(20):
        moved = world(seed, 30)
        known, then = Transitions(moved[:24], 3, 1), Transitions(moved, 3, 1).counts[25:]
        arrivals, chance = fit_smoothing(arrivals_of(known), 12), np.random.default_rng(1)
        futures = simulated_counts(known, fit_rates(known), arrivals, steps=6, paths=300, chance=chance)
        lower, upper = np.quantile(futures, [0.05, 0.95], axis=1)
        inside.append((lower <= then) & (then <= upper))
    assert 0.82 <= np.mean(inside) <= 0.97


def test_flows_explain_every_change_and_tiers_sum_to_the_total() -> None:
    found = foretold()
    before = dict(zip(TIERS, Transitions(world(5, 24), 3, 1).counts[-1], strict=True))
    for total in found.totals:
        own = [each for each in found.tiers if each.step == total.step]
        for each in own:
            came = each.new + each.returned + each.upgraded_in + each.downgraded_in
            went = each.upgraded_out + each.downgraded_out + each.lost
            assert each.opening == pytest.approx(before[each.tier])
            assert each.customers == pytest.approx(each.opening + came - went)
            assert each.lower <= each.customers <= each.upper
            before[each.tier] = each.customers
        assert sum(each.customers for each in own) == pytest.approx(total.customers)
        assert sum(each.upgraded_in for each in own) == pytest.approx(sum(each.upgraded_out for each in own))


def test_the_same_seed_gives_the_same_forecast() -> None:
    again = forecast_tiers(Transitions(world(5, 24), 3, 1), TIERS, COMING, period=12, seed=1, paths=400)
    assert again == foretold()


def test_where_flows_make_the_counts_they_beat_every_model_of_counts() -> None:
    tried = foretold().backtest
    assert (tried.best, tried.more_needed) == (ForecastModel.FLOWS, 0)
    assert {each.steps: each.origins for each in tried.errors if each.model is ForecastModel.NAIVE} == {
        1: 18, 2: 17, 3: 16, 4: 15, 5: 14, 6: 13,
    }  # fmt: skip
    for steps in range(1, 7):
        own = tried.error_of(ForecastModel.FLOWS, steps)
        assert all(own < tried.error_of(each, steps) for each in (ForecastModel.NAIVE, ForecastModel.DRIFT, ForecastModel.ETS))
    assert 0.8 <= foretold().coverage <= 1.0


@pytest.mark.parametrize(
    ("movements", "horizons", "more"),
    [(3, 0, 11), (8, 0, 6), (9, 1, 5), (13, 5, 1), (FIRST_ORIGIN + 6 + LEAST_ORIGINS - 1, 6, 0)],
)
def test_too_few_reviews_for_a_back_test_say_how_many_are_missing(movements: int, horizons: int, more: int) -> None:
    known = Transitions(world(1, movements), 3, 1)
    tried = forecast_tiers(known, TIERS, COMING, period=12, seed=1, paths=50).backtest
    assert (len({each.steps for each in tried.errors}), tried.more_needed) == (horizons, more)
    assert (tried.best is None) == (horizons == 0)


@pytest.mark.parametrize("customers", [0, 1, 5])
def test_a_handful_of_customers_gets_a_forecast_with_wide_intervals(customers: int) -> None:
    moved = np.zeros((6, 5, 4))
    moved[:, 0, 0] = customers
    found = forecast_tiers(Transitions(moved, 3, 1), TIERS, COMING, period=12, seed=1, paths=200)
    assert found.totals[-1].customers == pytest.approx(customers)
    assert [(each.lower, each.upper) for each in found.totals] == [(customers, customers)] * 6
    low = [each for each in found.tiers if each.tier == "low"][-1]
    assert low.lower < customers <= low.upper if customers else (low.lower, low.upper) == (0, 0)


def test_rates_that_differ_between_reviews_widen_the_intervals() -> None:
    steady, shaken = np.zeros((12, 5, 4)), np.zeros((12, 5, 4))
    for number in range(12):
        up = 100 if number % 2 else 300
        steady[number, 0, :2], shaken[number, 0, :2] = (800, 200), (1000 - up, up)
    calm, restless = (fit_rates(Transitions(moved, 3, 1)) for moved in (steady, shaken))
    assert calm.overdispersion[0] == 0.0
    # Rates of 0.1 and 0.3 around 0.2: variance 0.01 of 0.2 x 0.8 is 0.0625, less what chance alone would do.
    assert restless.overdispersion[0] == pytest.approx(0.0625, rel=0.15)
    assert restless.posterior[0].sum() < calm.posterior[0].sum() / 10


def test_recency_is_used_only_where_it_helps() -> None:
    # Who ordered lately stays; who did not is lost: by tier alone nobody could tell.
    chance = np.random.default_rng(2)
    lately, long_ago, found = 5000, 5000, []
    for _ in range(20):
        fresh, moved = int(chance.integers(200, 2000)), np.zeros((4, 3))
        moved[0, 1] = lately
        moved[1, 2] = long_ago
        moved[3, 0] = fresh
        lately, long_ago = fresh, lately
        found.append(moved)
    known = Transitions(np.array(found), 1, 2)
    model = forecast_tiers(known, ("only",), COMING, period=12, seed=1, paths=50).model
    assert model is ForecastModel.FLOWS_BY_RECENCY
    even = Transitions(np.repeat(np.array([[[60, 40, 0], [60, 40, 0], [0, 0, 0], [0, 0, 0]]], dtype=float), 20, axis=0), 1, 2)
    assert forecast_tiers(even, ("only",), COMING, period=12, seed=1, paths=50).model is ForecastModel.FLOWS


def test_smoothing_tells_a_level_from_a_trend_and_from_seasons() -> None:
    chance, months = np.random.default_rng(7), np.arange(48)
    noise = chance.normal(0, 1, 48)
    assert fit_smoothing(100 + noise, 12).kind == "level"
    rising = fit_smoothing(100 + 5.0 * months + noise, 12)
    assert rising.expected(1)[0] == pytest.approx(340, rel=0.03)
    seasons = fit_smoothing(100 + 50 * np.sin(months * np.pi / 6) + noise, 12)
    assert seasons.kind.startswith("seasonal")
    assert seasons.expected(12) == pytest.approx(100 + 50 * np.sin(np.arange(12) * np.pi / 6), abs=4)
    assert fit_smoothing(np.zeros(1), 12).expected(3).tolist() == [0, 0, 0]


def test_naive_keeps_the_last_count_and_drift_its_mean_change() -> None:
    moved = np.zeros((2, 3, 2))
    moved[0, 0, 0], moved[0, 2, 0] = 10, 4  # 10 -> 14
    moved[1, 0, 0], moved[1, 2, 0] = 14, 6  # 14 -> 20
    past = Transitions(moved, 1, 1)
    assert naive(past, 2, 12).ravel().tolist() == [20, 20]
    assert drift(past, 2, 12).ravel().tolist() == [25, 30]


MAY, JUNE = date(2026, 5, 31), date(2026, 6, 30)
FATES = (
    (1, "low", "low"),
    (2, "low", "high"),
    (3, "high", None),
    (4, None, "low"),  # returned
    (5, "-", "high"),  # new
    (6, None, None),  # lost before, lost still
)
ORDERED = {1: [date(2026, 5, 20)], 2: [date(2026, 1, 5), date(2026, 6, 30)], 4: [date(2026, 6, 2)], 5: [date(2026, 7, 1)]}


def test_everybody_is_counted_once_by_tier_and_time_since_the_last_order() -> None:
    engine = DuckEngine(threads=1)
    before = engine.from_arrow(assignments(Standing(key, MAY, was) for key, was, _now in FATES if was != "-"))
    after = engine.from_arrow(assignments(Standing(key, JUNE, now) for key, _was, now in FATES))
    lines = [{"customer_key": key, "ordered_on": day, "kind": "sale"} for key, days in ORDERED.items() for day in days]
    lines.append({"customer_key": 1, "ordered_on": JUNE, "kind": "return"})  # giving back is not ordering
    orders = engine.from_arrow(pa.Table.from_pylist(lines))
    table = count_transitions(before, after, orders, earlier_on=MAY, as_of=JUNE, band_ends=(31, 92))
    rows = engine.fetch(table).to_pylist()
    engine.close()
    assert {tuple(each.values()) for each in rows} == {
        (True, "low", 0, "low", 1, 1),  # 11 days at the end of May, 41 at the end of June
        (True, "low", 2, "high", 0, 1),
        (True, "high", 2, None, 2, 1),
        (True, None, 2, "low", 0, 1),
        (False, None, 2, "high", 2, 1),  # the order of July is not known yet
        (True, None, 2, None, 2, 1),
    }
    known = transitions_from([rows], ("low", "high"), 3)
    assert known.counts.tolist() == [[2, 1], [2, 2]]
    assert arrivals_of(known).tolist() == [1]
    assert known.without_bands().moved[0].tolist() == [[1, 1, 0], [0, 0, 1], [1, 0, 1], [0, 1, 0]]


def test_rows_of_a_forecast_keep_their_contract(tmp_path: Path) -> None:
    policy = policy_from_text(
        "{policy: three, version: 2, effective_on: 2026-01-01, author: me, why: a test, tiers: ["
        "{tier: low, name: Low}, {tier: middle, name: Middle, qualify: orders_12m >= 2}, {tier: high, name: High, qualify: orders_12m >= 9}]}"
    )
    rows = forecast_rows(foretold(), policy, as_of=date(2025, 12, 31))
    assert rows.num_rows == 18
    assert rows.column("rank").to_pylist()[:3] == [0, 1, 2]
    engine = DuckEngine(threads=1)
    assert save_checked(engine, engine.from_arrow(rows), TIER_FORECAST, tmp_path / "forecast") == 18
    engine.close()
