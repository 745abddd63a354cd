"""How far would each model have been off, had it been asked at every past review?

Reads   transitions between past reviews, as arrays
Writes  nothing: errors by model and number of reviews ahead
Units   customers
Keeps   at each origin a model sees only what had been decided until then; every model is tried from the same origins
Source  rolling origin: Tashman (2000), International Journal of Forecasting 16(4); naive and drift: Hyndman, Athanasopoulos (2021),
        Forecasting: Principles and Practice, 3rd edition, section 5.2
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from fenji.analyze.forecast_models import Counts, Floats, Transitions, fit_smoothing
from fenji.domain.forecasts import Backtest, ForecastModel, ModelError

FIRST_ORIGIN = 6
"""Movements that a model may learn from at the first origin."""
LEAST_ORIGINS = 3
"""Below that an error ahead is an anecdote, and is not told."""

Predictor = Callable[[Transitions, int, int], Floats]
"""From what was known, steps, and reviews in a year to counts: step x tier."""
Interval = Callable[[Transitions, int, int], tuple[Counts, Counts]]
"""From what was known, steps, and reviews in a year to lower and upper counts: step x tier."""


def naive(past: Transitions, steps: int, period: int) -> Floats:
    """The last count stays."""
    del period
    return np.asarray(np.repeat(past.counts[-1:], steps, axis=0), dtype=np.float64)


def drift(past: Transitions, steps: int, period: int) -> Floats:
    """The mean change so far goes on; counts do not fall below 0."""
    del period
    counts = past.counts
    change = (counts[-1] - counts[0]) / (len(counts) - 1)
    return np.asarray(np.maximum(counts[-1] + np.arange(1, steps + 1)[:, None] * change, 0.0), dtype=np.float64)


def smoothed(past: Transitions, steps: int, period: int) -> Floats:
    """Each tier's count by itself, by exponential smoothing; counts do not fall below 0."""
    return np.maximum(np.stack([fit_smoothing(series, period).expected(steps) for series in past.counts.T], axis=1), 0.0)


BY_COUNTS: Mapping[ForecastModel, Predictor] = {
    ForecastModel.NAIVE: naive,
    ForecastModel.DRIFT: drift,
    ForecastModel.ETS: smoothed,
}
"""The models that look at counts alone."""


def backtest(
    known: Transitions,
    *,
    steps: int,
    period: int,
    predict: Mapping[ForecastModel, Predictor],
    intervals: Mapping[ForecastModel, Interval],
) -> Backtest:
    """Tries every model from each past review that leaves enough to learn from.

    Args:
        known: the whole history.
        steps: reviews ahead that are asked for.
        period: reviews in a year.
        predict: the models besides those that look at counts alone.
        intervals: those whose coverage is measured.
    """
    movements, counts = len(known.moved), known.counts
    more_needed = max(0, FIRST_ORIGIN + steps + LEAST_ORIGINS - 1 - movements)
    horizons = min(steps, movements - FIRST_ORIGIN - LEAST_ORIGINS + 1)
    if horizons < 1:
        return Backtest((), None, {}, more_needed)
    models = {**predict, **BY_COUNTS}
    misses: dict[tuple[ForecastModel, int], list[float]] = {(model, ahead): [] for model in models for ahead in range(horizons)}
    inside: dict[ForecastModel, list[float]] = {model: [] for model in intervals}
    for origin in range(FIRST_ORIGIN, movements):
        past, ahead = known.until(origin), min(horizons, movements - origin)
        actual = counts[origin + 1 : origin + 1 + ahead]
        for model, predictor in models.items():
            for step, off in enumerate(np.abs(predictor(past, ahead, period) - actual).mean(axis=1)):
                misses[model, step].append(float(off))
        for model, interval in intervals.items():
            lower, upper = interval(past, ahead, period)
            inside[model] += ((lower <= actual) & (actual <= upper)).astype(float).ravel().tolist()
    errors = tuple(ModelError(model, step + 1, float(np.mean(found)), len(found)) for (model, step), found in misses.items())
    means = {model: sum(each.mean_absolute_error for each in errors if each.model is model) for model in models}
    return Backtest(
        errors,
        min(means, key=lambda each: means[each]),
        {model: float(np.mean(found)) for model, found in inside.items()},
        more_needed,
    )
