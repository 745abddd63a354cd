"""The model in use is the one that was nearest on the past, no model sees what came later, and few months are said to be few."""

from __future__ import annotations

import numpy as np
import pytest

from fenji.analyze.trends.models import foretold
from fenji.analyze.trends.series import models_for
from fenji.analyze.trends.trying import nearest, origins_of, try_models
from fenji.domain.trends import TrendModel
from fixtures.series_worlds import AHEAD, SERIES_CELLS, SeriesWorld

MONTHS = np.arange(48)
SEASONS = 1000 + 300 * np.sin(MONTHS * np.pi / 6)


@pytest.mark.parametrize(
    ("months", "origins"),
    [
        (6, ()),
        (8, (6, 7)),
        (12, (6, 7, 8, 9, 10, 11)),
        (18, (12, 13, 14, 15, 16, 17)),
        (24, (12, 14, 16, 18, 20, 23)),
        (30, (24, 25, 26, 27, 28, 29)),
        (60, (24, 31, 38, 45, 52, 59)),
    ],
)
def test_origins_leave_whole_years_to_learn_from_where_they_can(months: int, origins: tuple[int, ...]) -> None:
    assert origins_of(months) == origins


def test_of_seasons_alone_the_year_before_is_never_wrong() -> None:
    found = try_models(SEASONS, steps=12, models=(TrendModel.SEASONAL_NAIVE, TrendModel.NAIVE, TrendModel.THETA))
    errors = {each.model: each.mean_absolute_error for each in found.errors}
    assert (found.model, found.period) == (TrendModel.SEASONAL_NAIVE, 12)
    assert errors[TrendModel.SEASONAL_NAIVE] == pytest.approx(0, abs=1e-9)
    assert errors[TrendModel.NAIVE] > 200
    assert [each.is_chosen for each in found.errors] == [True, False, False]


def test_a_fitted_model_must_be_clearly_nearer_than_the_better_simple_one() -> None:
    errors = {TrendModel.SEASONAL_NAIVE: 100.0, TrendModel.NAIVE: 120.0}
    assert nearest({**errors, TrendModel.ETS: 91.0}) is TrendModel.SEASONAL_NAIVE
    assert nearest({**errors, TrendModel.ETS: 89.0}) is TrendModel.ETS
    # The year before stands for the last month only where it is clearly nearer.
    assert nearest({**errors, TrendModel.NAIVE: 110.0}) is TrendModel.NAIVE


def test_a_model_without_an_error_left_allows_for_what_months_have_changed_so_far() -> None:
    # Theta meets the first six months of this trend exactly; from there its intervals were widened by a factor of 17 billion.
    known, _later = SeriesWorld("trend", 14).drawn(3)
    found = try_models(known, steps=AHEAD, models=(TrendModel.NAIVE, TrendModel.THETA))
    assert found.model is TrendModel.THETA
    assert found.widening < 20
    future = foretold(TrendModel.THETA, known[:6], 6, period=1)
    assert future is not None
    assert (future.width >= 0.3 * 1.6448 * np.sqrt(np.mean(np.diff(known[:6]) ** 2)) - 1e-6).all()


def test_a_walk_of_chance_is_foretold_by_its_last_month() -> None:
    walk = 1000 + np.cumsum(np.random.default_rng(5).normal(0, 20, 40))
    found = try_models(walk, steps=6, models=(TrendModel.SEASONAL_NAIVE, TrendModel.NAIVE))
    assert found.model is TrendModel.NAIVE


def test_a_fitted_model_is_used_where_it_is_clearly_nearer() -> None:
    # Seasons that grow by a twentieth every year, and chance: last year's month is too low, the last month is another one.
    growing = SEASONS * (1 + 0.15 * MONTHS / 12) + np.random.default_rng(3).normal(0, 5, 48)
    found = try_models(growing, steps=12, models=(TrendModel.SEASONAL_NAIVE, TrendModel.NAIVE, TrendModel.ETS))
    assert found.model is TrendModel.ETS
    future = foretold(TrendModel.ETS, growing[:36], 12, period=12)
    assert future is not None
    assert np.abs(future.expected - growing[36:]).mean() < 0.5 * np.abs(growing[24:36] - growing[36:]).mean()


def test_the_error_of_naive_is_that_of_its_definition() -> None:
    values = np.random.default_rng(4).uniform(50, 150, 18)
    found = try_models(values, steps=3, models=(TrendModel.NAIVE,))
    misses = [
        abs(values[origin + step] - values[origin - 1]) for origin in range(12, 18) for step in range(3) if origin + step < 18
    ]
    assert found.errors[0].mean_absolute_error == pytest.approx(np.mean(misses))


@pytest.mark.parametrize("model", list(TrendModel))
def test_what_comes_later_changes_nothing_of_what_was_said(model: TrendModel) -> None:
    before, after = SEASONS[:24].copy(), SEASONS.copy()
    after[24:] += 5000
    told, again = foretold(model, before, 6, period=1), foretold(model, after[:24], 6, period=1)
    assert told is not None
    assert again is not None
    assert told.expected.tolist() == again.expected.tolist()


def test_too_few_months_to_try_anything_take_the_last_one_again() -> None:
    found = try_models(np.array([5.0, 6, 7, 6, 5, 6, 9]), steps=12, models=tuple(TrendModel))
    assert (found.model, found.errors, found.widening, found.coverage) == (TrendModel.NAIVE, (), 1.0, None)


@pytest.mark.parametrize("months", [6, 8, 9, 13, 24])
def test_a_single_sale_among_zeros_breaks_no_model(months: int) -> None:
    values = np.zeros(months)
    values[months // 2] = 3.0
    found = try_models(values, steps=12, models=tuple(TrendModel))
    assert all(np.isfinite(each.mean_absolute_error) for each in found.errors)


def test_intervals_hold_about_as_many_months_as_they_promise() -> None:
    inside = []
    for seed in range(30):
        walk = 1000 + np.cumsum(np.random.default_rng(seed).normal(0, 20, 42))
        found = try_models(walk[:36], steps=6, models=(TrendModel.NAIVE,))
        future = foretold(TrendModel.NAIVE, walk[:36], 6, period=1)
        assert future is not None
        inside += (np.abs(walk[36:] - future.expected) <= future.width * found.widening).tolist()
    assert 0.85 <= np.mean(inside) <= 0.99


@pytest.mark.proof
@pytest.mark.parametrize("world", SERIES_CELLS, ids=lambda each: f"{each.kind}-{each.months}")
def test_intervals_of_90_percent_hold_85_to_95_percent_of_the_coming_months(world: SeriesWorld) -> None:
    inside = []
    for seed in range(100):
        known, later = world.drawn(seed)
        found = try_models(known, steps=AHEAD, models=models_for(20))
        future = foretold(found.model, known, AHEAD, period=found.period)
        assert future is not None
        inside += (np.abs(later - future.expected) <= future.width * found.widening).tolist()
    # A year and two months cannot tell a season from a walk: its intervals are too wide rather than too narrow.
    assert 0.85 <= np.mean(inside) <= (0.99 if (world.kind, world.months) == ("season", 14) else 0.96)
