"""A level is told from a trend and from seasons, about as another library tells them; worlds: series with known parts, and chance."""

from __future__ import annotations

import numpy as np
import pytest

from fenji.analyze.forecast.series import HALF_LIFE, fit_few, fit_smoothing


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


def test_smoothing_is_about_as_near_as_the_ets_of_statsforecast() -> None:
    from statsforecast.models import AutoETS

    # Ten series of four years, the fifth foretold: level, trend, seasons and chance of different strength.
    ours, theirs = [], []
    for seed in range(10):
        chance, months = np.random.default_rng(seed), np.arange(60)
        series = 500 + seed * months + (seed % 3) * 40 * np.sin(months * np.pi / 6) + np.cumsum(chance.normal(0, 4, 60))
        series += chance.normal(0, 10, 60)
        known, then = series[:48], series[48:]
        ours.append(np.abs(fit_smoothing(known, 12).expected(12) - then).mean())
        theirs.append(np.abs(AutoETS(season_length=12, model="ZZA", damped=True).forecast(y=known, h=12)["mean"] - then).mean())
    assert np.mean(ours) <= 1.25 * np.mean(theirs)


def test_a_series_without_seasons_has_the_level_of_statsforecast() -> None:
    from statsforecast.models import AutoETS

    series = 100 + np.random.default_rng(4).normal(0, 5, 40)
    theirs = AutoETS(season_length=1, model="ANN").forecast(y=series, h=1)["mean"][0]
    assert fit_smoothing(series, 12).expected(1)[0] == pytest.approx(theirs, rel=0.02)


def test_few_counts_have_a_level_in_which_recent_ones_count_more() -> None:
    counts = np.array([10.0, 20.0, 30.0])
    weights = 0.5 ** (np.array([2, 1, 0]) / HALF_LIFE)
    found = fit_few(counts, 12)
    assert (found.kind, found.expected(2).tolist()) == ("level", pytest.approx([weights @ counts / weights.sum()] * 2))
    # Three alike say nothing of how much they vary: at least as chance has it.
    assert fit_few(np.full(3, 25.0), 12).sigma == 5.0
    seasons = 100 + 50 * np.sin(np.arange(24) * np.pi / 6)
    assert fit_few(seasons[:23], 12).kind == "level"
    assert fit_few(seasons, 12).kind == "seasonal"
