"""What is foretold adds up, holds true rates within its intervals, and is tried on the past; world: three tiers with known rates."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from fenji.analyze.forecast.backtest import FIRST_ORIGIN, LEAST_ORIGINS
from fenji.analyze.forecast.models import Transitions, fit_rates
from fenji.analyze.forecast.tables import forecast_tables, forecast_tiers
from fenji.documents.policies import policy_from_text
from fenji.domain.forecasts import Basis, ForecastModel, TierForecast
from fenji.engines.checks import save_checked
from fenji.engines.duck import DuckEngine

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


def test_intervals_hold_about_as_many_counts_as_they_promise() -> None:
    inside = []
    for seed in range(12):
        moved = world(seed, 30)
        found = forecast_tiers(Transitions(moved[:24], 3, 1), TIERS, COMING, period=12, seed=1, paths=300)
        then = Transitions(moved, 3, 1).counts[25:].ravel().tolist()
        inside += [each.lower <= count <= each.upper for each, count in zip(found.tiers, then, strict=True)]
    assert 0.85 <= np.mean(inside) <= 0.99


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
    found = foretold()
    tried = found.backtest
    assert (tried.best, tried.basis, tried.more_needed) == (ForecastModel.FLOWS, Basis.SETTLED, 0)
    assert {each.steps: each.origins for each in tried.errors if each.model is ForecastModel.NAIVE} == {
        1: 18, 2: 17, 3: 16, 4: 15, 5: 14, 6: 13,
    }  # fmt: skip
    for steps in range(1, 7):
        own = tried.error_of(ForecastModel.FLOWS, steps)
        assert all(own < tried.error_of(each, steps) for each in (ForecastModel.NAIVE, ForecastModel.DRIFT, ForecastModel.ETS))
    assert 0.85 <= found.coverage <= 1.0


def test_where_counts_only_stay_the_forecast_is_not_further_off_than_naive() -> None:
    # Rates change at random from review to review, so that the last ones say nothing of the next: nothing beats the last count.
    chance, moved, standing = np.random.default_rng(3), [], np.array([4000.0, 2000.0, 0.0])
    for _ in range(30):
        up, down = standing[0] * chance.uniform(0, 0.04), standing[1] * chance.uniform(0, 0.08)
        rows = np.array([[standing[0] - up, up, 0], [down, standing[1] - down, 0], [0, 0, 0], [0, 0, 0]])
        moved.append(np.rint(rows))
        standing = moved[-1].sum(axis=0)
    found = forecast_tiers(Transitions(np.array(moved), 2, 1), ("low", "high"), COMING, period=12, seed=1, paths=100)
    assert found.backtest.mean_error(found.model) <= 1.02 * found.backtest.mean_error(ForecastModel.NAIVE)
    assert sum(found.weights.values()) == pytest.approx(1.0)


def start_up(movements: int, filling: int, after: int) -> Transitions:
    """A tenth of the lower tier goes up at each review while windows fill; then nobody moves, apart from a few either way."""
    standing, moved = np.array([10_000.0, 0.0]), []
    for number in range(movements):
        up, down = (standing[0] // 10, 0.0) if number < filling else (20.0, 20.0)
        moved.append([[standing[0] - up, up, 0], [down, standing[1] - down, 0], [0, 0, 0], [0, 0, 0]])
        standing = np.array([standing[0] - up + down, standing[1] + up - down])
    return Transitions(np.array(moved), 2, 1, after)


def test_movements_at_which_windows_were_filling_are_left_out() -> None:
    found = forecast_tiers(start_up(20, 10, 10), ("low", "high"), COMING, period=12, seed=1, paths=100)
    assert (found.movements, found.left_out, found.backtest.basis) == (10, 10, Basis.SETTLED)
    counts = start_up(20, 10, 10).counts[-1]
    assert [each.customers for each in found.tiers if each.step == 6] == pytest.approx(counts, rel=0.005)
    # Had nobody known that windows were filling, the tenth that went up then would still be felt.
    unaware = forecast_tiers(start_up(20, 10, 0), ("low", "high"), COMING, period=12, seed=1, paths=100)
    aware, blind = (each.backtest.error_of(ForecastModel.FLOWS, 4) for each in (found, unaware))
    assert aware is not None
    assert blind is not None
    assert aware < 5
    assert blind > 50


def test_counts_stay_where_rates_like_those_to_come_were_never_seen() -> None:
    # Windows are full from the last review on: ten movements are known, and none of them like the next one.
    found = forecast_tiers(start_up(10, 10, 10), ("low", "high"), COMING, period=12, seed=1, paths=100)
    last = start_up(10, 10, 10).counts[-1]
    assert (found.model, found.backtest.basis, found.weights) == (ForecastModel.NAIVE, Basis.START_UP, {ForecastModel.NAIVE: 1.0})
    assert [each.customers for each in found.tiers] == pytest.approx([*last] * 6)
    low = found.tiers[0]
    assert low.upgraded_out == pytest.approx(low.downgraded_in)
    # As long as windows fill, and no longer, counts go on to grow.
    growing = forecast_tiers(start_up(10, 10, 13), ("low", "high"), COMING, period=12, seed=1, paths=100)
    high = [each.customers for each in growing.tiers if each.tier == "high"]
    assert last[1] < high[0] < high[1] < high[2]
    assert high[3:] == pytest.approx([high[2]] * 3, rel=0.02)


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


def test_recency_weighs_more_only_where_it_helps() -> None:
    # Who ordered lately stays; who did not is lost: by tier alone nobody could tell.
    chance = np.random.default_rng(2)
    lately, long_ago, gone, found = 1100, 1100, 0, []
    for _ in range(20):
        fresh, moved = int(chance.integers(200, 2000)), np.zeros((4, 3))
        moved[0, 1] = lately
        moved[1, 2] = long_ago
        moved[2, 2] = gone
        moved[3, 0] = fresh
        lately, long_ago, gone = fresh, lately, gone + long_ago
        found.append(moved)
    known = Transitions(np.array(found), 1, 2)
    weights = forecast_tiers(known, ("only",), COMING, period=12, seed=1, paths=50).weights
    assert weights[ForecastModel.FLOWS_BY_RECENCY] > 1.1 * weights.get(ForecastModel.FLOWS, 0.0)
    even = Transitions(np.repeat(np.array([[[60, 40, 0], [60, 40, 0], [0, 0, 0], [0, 0, 0]]], dtype=float), 20, axis=0), 1, 2)
    weights = forecast_tiers(even, ("only",), COMING, period=12, seed=1, paths=50).weights
    assert weights[ForecastModel.FLOWS_BY_RECENCY] == pytest.approx(weights[ForecastModel.FLOWS], rel=0.1)


def test_rows_of_a_forecast_keep_their_contract(tmp_path: Path) -> None:
    policy = policy_from_text(
        "{policy: three, version: 2, effective_on: 2026-01-01, author: me, why: a test, tiers: ["
        "{tier: low, name: Low}, {tier: middle, name: Middle, qualify: orders_12m >= 2}, {tier: high, name: High, qualify: orders_12m >= 9}]}"
    )
    tables = forecast_tables(foretold(), policy, starts_on=date(2025, 12, 31), as_of=date(2026, 1, 7))
    engine = DuckEngine(threads=1)
    saved = {
        each.name: save_checked(engine, engine.from_arrow(rows), each, tmp_path / each.name) for each, rows in tables.items()
    }
    engine.close()
    # Three tiers at six reviews; five models (nothing is known of recency) six reviews ahead.
    assert saved == {"tier_forecast": 18, "tier_forecast_total": 6, "tier_forecast_backtest": 30, "tier_forecast_fit": 1}
