"""What of a monthly series is trend, what is the time of the year, and how strong is each?

Reads   nothing stored: one value per month, the oldest first
Writes  nothing: arrays
Units   those of the series; effects are shares of its mean
Keeps   trend + season + rest = the series; with fewer than two years there is no season
Source  STL: Cleveland, Cleveland, McRae, Terpenning (1990), Journal of Official Statistics 6(1), as statsforecast has it; strength of the
        season: Wang, Smith, Hyndman (2006), as in FPP3 section 4.3; without seasons local regression: Cleveland (1979), Journal of the
        American Statistical Association 74
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from fenji.domain.trends import Season

Floats = npt.NDArray[np.float64]

YEAR = 12
LEAST_FOR_SEASON = 2 * YEAR
"""Months: what is seen once cannot be told from chance."""
LEAST_FOR_TREND = 6
"""Months."""
SPAN = 7
"""Months that the local regression looks at, at least, where there are too few for seasons."""


@dataclass(frozen=True)
class Shape:
    """A decomposed series."""

    trend: Floats | None
    season: Floats | None


def taken_apart(series: Floats) -> Shape:
    """Trend and season of a series, as far as it is long enough to tell."""
    if len(series) >= LEAST_FOR_SEASON:
        from statsforecast.mstl import mstl  # noqa: PLC0415 - heavy third-party library

        parts = mstl(series, YEAR)
        return Shape(np.asarray(parts["trend"], dtype=np.float64), np.asarray(parts["seasonal"], dtype=np.float64))
    if len(series) >= LEAST_FOR_TREND:
        return Shape(_local_regression(series), None)
    return Shape(None, None)


def season_of(series: Floats, shape: Shape, first_on: date) -> Season | None:
    """How strong the season is, and which months it makes high and low; None where there is none, or nothing to compare it with."""
    if shape.trend is None or shape.season is None or series.mean() <= 0:
        return None
    rest = series - shape.trend - shape.season
    varied = float(np.var(shape.season + rest))
    if varied <= 0:
        return None
    places = (first_on.month - 1 + np.arange(len(series))) % YEAR
    effects = np.array([shape.season[places == place].mean() for place in range(YEAR)]) / series.mean()
    peak, low = int(effects.argmax()), int(effects.argmin())
    strength = max(0.0, 1 - float(np.var(rest)) / varied)
    return Season(strength, peak + 1, float(effects[peak]), low + 1, float(effects[low]))


def change_of(shape: Shape) -> float | None:
    """By what share the trend of the last month lies above that of twelve months before."""
    if shape.trend is None or len(shape.trend) <= YEAR or shape.trend[-1 - YEAR] <= 0:
        return None
    return float(shape.trend[-1] / shape.trend[-1 - YEAR] - 1)


def _local_regression(series: Floats) -> Floats:
    """At each month the line through its neighbors, near ones weighing more (tricube)."""
    months, reach = np.arange(len(series), dtype=np.float64), min(SPAN, len(series))
    found = np.empty(len(series))
    for month in range(len(series)):
        distance = np.abs(months - month)
        weights = np.clip(1 - (distance / (np.sort(distance)[reach - 1] + 1)) ** 3, 0, None) ** 1.5
        found[month] = np.polyval(np.polyfit(months, series, 1, w=weights), month)
    return found
