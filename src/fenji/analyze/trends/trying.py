"""Which model was nearest to what came, asked at past months, and how wide must its intervals be?

Reads   nothing stored: one value per month, the oldest first
Writes  nothing: the chosen model, errors and widths
Units   those of the series
Keeps   at each origin a model and a width know only the months before; every model is tried from the same origins and months ahead
Source  rolling origin: Tashman (2000), International Journal of Forecasting 16(4); widths as in ``forecast_backtest``, decision 0021
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fenji.analyze.forecast.backtest import LEAST_ORIGINS, needed_width
from fenji.analyze.trends.decomposing import LEAST_FOR_SEASON, YEAR, Floats
from fenji.analyze.trends.models import SIMPLE, Future, foretold
from fenji.domain.contests import Contest, contest_of_means
from fenji.domain.trends import TrendError, TrendModel

LEAST_MONTHS = 6
"""Of a series that is foretold, and that a model knows at the first origin."""
MOST_ORIGINS = 6
"""Spread over the time since the first one: each costs a fit of every model."""
CLEARLY_NEARER = 0.9
"""A fitted model is used only where its error is below this share of the simple one's, and the year before instead of the last month alike:
from six origins, less is often luck, and intervals of a model that chance has picked are too narrow (decision 0049)."""


@dataclass(frozen=True)
class Tried:
    """What the past says of the models."""

    model: TrendModel
    period: int
    """12 where the fitted models were tried with seasons, else 1."""
    errors: tuple[TrendError, ...]
    widening: float
    coverage: float | None


def origins_of(months: int) -> tuple[int, ...]:
    """Months known at each origin: from two years on where six months follow them, else from one, else from half a year."""
    first = next((each for each in (LEAST_FOR_SEASON, YEAR) if months - each >= LEAST_MONTHS), LEAST_MONTHS)
    found = tuple(dict.fromkeys(int(each) for each in np.linspace(first, months - 1, MOST_ORIGINS)))
    return tuple(each for each in found if first <= each < months)


def try_models(series: Floats, *, steps: int, models: Sequence[TrendModel]) -> Tried:
    """Asks every model at past months, and takes the one that was nearest; the last month again where nothing can be tried.

    Args:
        series: at least ``LEAST_MONTHS`` months.
        steps: months ahead that are asked for.
        models: those to try.
    """
    origins = origins_of(len(series))
    period = YEAR if origins and origins[0] >= LEAST_FOR_SEASON else 1
    if len(origins) < LEAST_ORIGINS:
        return Tried(TrendModel.NAIVE, period, (), 1.0, None)
    asked = {
        model: [foretold(model, series[:origin], min(steps, len(series) - origin), period=period) for origin in origins]
        for model in models
    }
    answers = {model: [each for each in found if each is not None] for model, found in asked.items()}
    answers = {model: found for model, found in answers.items() if len(found) == len(origins)}
    means = {model: _mean_error(series, origins, found) for model, found in answers.items()}
    model = nearest(means, origins=len(origins))
    scaled = _scaled(series, origins, answers[model])
    return Tried(
        model=model,
        period=period,
        errors=tuple(TrendError(each, mean, len(origins), each is model) for each, mean in means.items()),
        widening=needed_width(list(scaled.values())),
        coverage=_coverage(scaled),
    )


def nearest(errors: Mapping[TrendModel, float], *, origins: int = LEAST_ORIGINS) -> TrendModel:
    """The fitted model with the smallest error where it is clearly nearer than the better simple one, else that one.

    >>> nearest({TrendModel.SEASONAL_NAIVE: 100.0, TrendModel.NAIVE: 120.0, TrendModel.ETS: 91.0})
    <TrendModel.SEASONAL_NAIVE: 'seasonal_naive'>
    >>> nearest({TrendModel.SEASONAL_NAIVE: 100.0, TrendModel.NAIVE: 120.0, TrendModel.ETS: 89.0})
    <TrendModel.ETS: 'ets'>
    """
    found = beside_simple(errors, origins=origins)
    return _simple(errors) if found is None else TrendModel(found.winner)


def beside_simple(errors: Mapping[TrendModel, float], *, origins: int) -> Contest | None:
    """The best fitted model beside the simple one; None where no fitted one was tried.

    Args:
        errors: mean absolute error of each model.
        origins: past months from which all were tried.
    """
    fitted = [each for each in errors if each not in SIMPLE]
    if not fitted:
        return None
    best = min(fitted, key=lambda each: errors[each])
    means = {str(each): error for each, error in errors.items()}
    return contest_of_means(best, means, trials=origins, baselines=(_simple(errors),), clearly=CLEARLY_NEARER, ties_lose=True)


def _simple(errors: Mapping[TrendModel, float]) -> TrendModel:
    """The last month, or the year before where that was clearly nearer."""
    last, year = (errors.get(each) for each in (TrendModel.NAIVE, TrendModel.SEASONAL_NAIVE))
    if last is None or (year is not None and year < CLEARLY_NEARER * last):
        return TrendModel.SEASONAL_NAIVE
    return TrendModel.NAIVE


def _mean_error(series: Floats, origins: Sequence[int], answers: Sequence[Future]) -> float:
    misses = [
        np.abs(series[origin : origin + len(each.expected)] - each.expected)
        for origin, each in zip(origins, answers, strict=True)
    ]
    return float(np.concatenate(misses).mean())


def _scaled(series: Floats, origins: Sequence[int], answers: Sequence[Future]) -> dict[int, Floats]:
    """Origin -> how far off each month was, in half intervals of the model."""
    least = max(1e-9, float(np.abs(series).mean()) * 1e-9)
    return {
        origin: np.abs(series[origin : origin + len(each.expected)] - each.expected) / np.maximum(each.width, least)
        for origin, each in zip(origins, answers, strict=True)
    }


def _coverage(scaled: Mapping[int, Floats]) -> float:
    """Share of past months within the intervals that would have been given then, by what was known of earlier origins."""
    inside = []
    for origin, misses in scaled.items():
        known = [found[: origin - each] for each, found in scaled.items() if each < origin]
        inside.append(misses <= needed_width(known))
    return float(np.concatenate(inside).mean())
