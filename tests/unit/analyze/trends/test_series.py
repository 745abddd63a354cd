"""Trend and season of known series are found, few months say what is missing, and nothing is foretold from nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from fenji.analyze.trends.decomposing import taken_apart
from fenji.analyze.trends.months import months_between
from fenji.analyze.trends.series import models_for, series_of, series_tables, values_of
from fenji.domain.trends import EVERYTHING, GroupBy, Measure, Scope, Series, TrendModel
from fenji.engines.checks import save_checked
from fenji.engines.duck import DuckEngine

SIMPLE = (TrendModel.SEASONAL_NAIVE, TrendModel.NAIVE)


def series(values: np.ndarray, measure: Measure = Measure.REVENUE, models: tuple[TrendModel, ...] = SIMPLE) -> Series:
    last = 2020 * 12 + len(values) - 1
    months = months_between(date(2020, 1, 1), date(last // 12, last % 12 + 1, 1))[: len(values)]
    return series_of(EVERYTHING, months, values, filled=0, measure=measure, steps=12, models=models)


def seasonal(years: int, noise: float = 0.0) -> np.ndarray:
    """1000 a month and 10 more every month; November 500 more, February 300 less, the others as much more as is left."""
    months = np.arange(12 * years)
    effects = np.full(12, -20.0)
    effects[10], effects[1] = 500, -300
    return 1000 + 10.0 * months + effects[months % 12] + np.random.default_rng(1).normal(0, noise, len(months))


def test_trend_and_season_add_up_to_what_they_were_made_of() -> None:
    found = series(seasonal(4))
    for month in found.months:
        assert month.trend is not None
        assert month.season is not None
        assert month.trend + month.season == pytest.approx(month.actual, abs=25)
    assert found.season is not None
    assert (found.season.peak_month, found.season.low_month) == (11, 2)
    assert found.season.strength > 0.95
    mean = seasonal(4).mean()
    assert found.season.peak_effect == pytest.approx(500 / mean, rel=0.05)
    # A year is 120 more, of about 1350.
    assert found.change_12m == pytest.approx(120 / 1350, rel=0.1)


@pytest.mark.parametrize(
    ("months", "has_season", "has_trend", "more_needed"),
    [(24, True, True, 0), (23, False, True, 0), (6, False, True, 0), (5, False, False, 1)],
)
def test_what_cannot_be_told_is_not_told(months: int, *, has_season: bool, has_trend: bool, more_needed: int) -> None:
    found = series(seasonal(2)[:months])
    assert (found.season is not None, found.months[0].trend is not None) == (has_season, has_trend)
    assert (found.more_needed, bool(found.expected)) == (more_needed, more_needed == 0)


@pytest.mark.parametrize("months", [0, 1, 2])
def test_hardly_any_month_has_no_forecast(months: int) -> None:
    found = series(seasonal(1)[:months])
    assert (found.model, found.expected, found.errors, found.more_needed) == (None, (), (), 6 - months)
    assert len(found.months) == months


@pytest.mark.parametrize("value", [0.0, 7.0])
@pytest.mark.parametrize("months", [6, 12, 30])
def test_a_series_that_never_changes_goes_on(value: float, months: int) -> None:
    found = series(np.full(months, value), Measure.ORDERS, models_for(1))
    assert [each.expected for each in found.expected] == [value] * 12
    assert [(each.lower, each.upper) for each in found.expected] == [(value, value)] * 12
    assert all(each.mean_absolute_error == 0 for each in found.errors)


def test_what_was_never_negative_is_not_expected_to_be() -> None:
    # 50 less each month, until there is nothing left; refunds alone can make revenue negative.
    falling = np.maximum(0.0, 1000.0 - 50 * np.arange(24))
    found = series(falling, Measure.REVENUE, (TrendModel.ETS, TrendModel.THETA, *SIMPLE))
    assert min(min(each.lower, each.expected) for each in found.expected) >= 0
    refunded = falling.copy()
    refunded[20] = -400.0
    assert min(each.lower for each in series(refunded).expected) < 0


def test_months_without_a_line_are_zero_and_counted() -> None:
    rows = [
        {"month_on": date(2026, 1, 1), "revenue": 10, "orders": 2, "known_orders": 2, "customers": 1},
        {"month_on": date(2026, 3, 1), "revenue": 5, "orders": 3, "known_orders": 0, "customers": 0},
    ]
    months = months_between(date(2026, 1, 1), date(2026, 3, 1))
    assert [values_of(rows, months, each)[0].tolist() for each in Measure] == [[10, 0, 5], [2, 0, 3], [1, 0, 0], [2, 0, 0]]
    assert values_of(rows, months, Measure.REVENUE)[1] == 1


def test_the_season_of_chance_alone_is_weak() -> None:
    found = series(1000 + np.random.default_rng(2).normal(0, 30, 60))
    assert found.season is not None
    assert found.season.strength < 0.6
    assert abs(found.season.peak_effect) < 0.05


def test_without_seasons_the_trend_is_a_smooth_line_through_the_months() -> None:
    line = 100 + 5.0 * np.arange(14)
    trend = taken_apart(line).trend
    assert trend is not None
    assert trend == pytest.approx(line)


def test_tables_of_series_keep_their_contracts(tmp_path: Path) -> None:
    found = [series(seasonal(3, noise=20.0)), series(seasonal(1)[:3])]
    named = [found[0], Series(**{**vars(found[1]), "member": "tea"})]
    scope = Scope(date(2020, 1, 3), date(2022, 12, 30), None, date(2023, 1, 1), 0, None, None)
    tables = series_tables(named, scope, measure=Measure.REVENUE, by=GroupBy.CATEGORY, as_of=date(2023, 1, 5))
    engine = DuckEngine(threads=1)
    saved = {
        each.name: save_checked(engine, engine.from_arrow(rows), each, tmp_path / each.name) for each, rows in tables.items()
    }
    engine.close()
    assert saved == {"trend": 39, "trend_forecast": 12, "trend_backtest": 2, "trend_series": 2, "trend_scope": 1}
