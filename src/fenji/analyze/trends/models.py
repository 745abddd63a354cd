"""Where does a monthly series go, and how sure is that? Two simple answers, and three that are fitted.

Reads   nothing stored: one value per month, the oldest first
Writes  nothing: arrays
Units   those of the series
Keeps   a model that cannot be fitted to a series answers nothing, never a number made up
Source  naive and seasonal naive with their intervals: FPP3 sections 5.2 and 5.5; AutoETS, AutoTheta, AutoARIMA: statsforecast (Garza,
        Canseco, Challu, Olivares 2022), after Hyndman, Khandakar (2008), Journal of Statistical Software 27(3)
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from fenji.analyze.trends.decomposing import YEAR, Floats
from fenji.domain.trends import TrendModel

PERCENT = 90
PROBABILITY = PERCENT / 100
PARAMETERS = 3
"""Of a fitted model, about: a level, a trend, and how fast they follow."""
LEAST_SHARE = 0.3
"""Of the error of the last month, that the interval of a fitted model allows for."""
LEAST_KNOWN = {
    TrendModel.SEASONAL_NAIVE: YEAR,
    TrendModel.NAIVE: 2,
    TrendModel.ETS: 6,
    TrendModel.THETA: 6,
    TrendModel.ARIMA: YEAR,
}
"""Months that a model must know."""
SIMPLE = (TrendModel.SEASONAL_NAIVE, TrendModel.NAIVE)
UNFIT = (ValueError, ArithmeticError, NotImplementedError, IndexError, np.linalg.LinAlgError)
"""What statsforecast raises where a series is too short or too flat for its model; for tiny ones ETS and Theta raise NotImplementedError."""


@dataclass(frozen=True)
class Future:
    """The coming months as a model sees them."""

    expected: Floats
    width: Floats
    """Half its interval."""


def foretold(model: TrendModel, series: Floats, steps: int, *, period: int) -> Future | None:
    """The next months by one model; None where it cannot be fitted.

    Args:
        model: which.
        series: the known months.
        steps: months ahead.
        period: 12 where the fitted models may have seasons, else 1.
    """
    # What never changed has no error to fit a model to; the last month says the same.
    if len(series) < LEAST_KNOWN[model] or (model not in SIMPLE and np.ptp(series) == 0):
        return None
    if model in SIMPLE:
        return _repeated(series, steps, 1 if model is TrendModel.NAIVE else YEAR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = _fitted(model, period).forecast(y=series, h=steps, level=[PERCENT])
    except UNFIT:
        return None
    expected, upper = np.asarray(found["mean"], dtype=np.float64), np.asarray(found[f"hi-{PERCENT}"], dtype=np.float64)
    if not (np.isfinite(expected).all() and np.isfinite(upper).all()):
        return None
    # Libraries take their deviations for known; by few months they are not.
    width = np.maximum(upper - expected, 0.0) * _deviations(len(series) - PARAMETERS) / _deviations(np.inf)
    # Fitted to half a year, a model may have no error left: it knows the coming months hardly better than they have changed so far.
    least = LEAST_SHARE * _deviations(np.inf) * float(np.sqrt(np.mean(np.diff(series) ** 2)))
    return Future(expected, np.maximum(width, least))


def _repeated(series: Floats, steps: int, period: int) -> Future:
    """What was so many months before comes again; its errors of the past add up year after year."""
    place = np.arange(steps)
    errors = series[period:] - series[:-period]
    # With one year alone nothing has come again yet; then the months' own differences say how sure it is.
    known = errors if len(errors) > 1 else np.diff(series)
    width = float(np.sqrt(np.mean(known**2)) * _deviations(len(known)))
    return Future(series[len(series) - period + place % period], width * np.sqrt(place // period + 1))


def _deviations(freedom: float) -> float:
    """Standard deviations that hold the probability on each side, where they are themselves told by so many errors: Student's t."""
    from scipy.stats import t  # noqa: PLC0415 - heavy third-party library

    return float(t.ppf((1 + PROBABILITY) / 2, freedom))


def _fitted(model: TrendModel, period: int) -> Any:  # noqa: ANN401 - statsforecast's models share no public type
    from statsforecast.models import AutoARIMA, AutoETS, AutoTheta  # noqa: PLC0415 - heavy third-party library

    classes = {TrendModel.ETS: AutoETS, TrendModel.THETA: AutoTheta, TrendModel.ARIMA: AutoARIMA}
    return classes[model](season_length=period)
