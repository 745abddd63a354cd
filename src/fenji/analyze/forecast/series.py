"""How does a series of numbers go on, if recent ones say more than old ones? Exponential smoothing, with a damped trend and seasons where the series shows them.

Reads   nothing stored: series of numbers, the oldest first
Writes  nothing: arrays
Units   those of the series
Keeps   an expectation and simulated futures of one fit agree: paths without errors are the expectation
Source  innovations form: Hyndman, Koehler, Ord, Snyder (2008), Forecasting with Exponential Smoothing, ch. 2, models A,N,N and A,Ad,N and
        A,N,A and A,Ad,A; damped trend: Gardner, McKenzie (1985), Management Science 31(10)
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

TREND_NEEDS = 8
"""Values below which a trend cannot be told from chance."""
HALF_LIFE = 6.0
"""Reviews after which a movement counts half: half a year of months, so that a season does not pass for a trend."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Smoothing:
    """A time series as exponential smoothing leaves it at its end."""

    kind: str
    height: float
    trend: float
    season: Floats
    """The coming seasons, the next one first; one zero where there are none."""
    weights: tuple[float, float, float, float]
    """alpha, beta, phi, gamma of Hyndman et al.: how far an error moves level, trend and season; phi dampens the trend."""
    sigma: float
    """Standard deviation of the error of one step."""
    freedom: int
    """Observations beyond the parameters: how sure sigma is."""

    def paths(self, steps: int, errors: Floats) -> Floats:
        """The series continued, one row per step; errors: steps x paths, 0 for the expectation."""
        alpha, beta, phi, gamma = self.weights
        height, trend = np.full(errors.shape[1], self.height), np.full(errors.shape[1], self.trend)
        season = np.repeat(self.season[:, None], errors.shape[1], axis=1)
        found = np.empty((steps, errors.shape[1]))
        for step in range(steps):
            place, error = step % len(season), errors[step]
            found[step] = height + phi * trend + season[place] + error
            height = height + phi * trend + alpha * error
            trend = phi * trend + beta * error
            season[place] += gamma * error
        return found

    def expected(self, steps: int) -> Floats:
        """The series continued without errors."""
        return self.paths(steps, np.zeros((steps, 1)))[:, 0]

    def simulated(self, steps: int, paths: int, chance: np.random.Generator) -> Floats:
        """Possible continuations: steps x paths."""
        sigmas = self.sigma * np.sqrt(self.freedom / chance.chisquare(self.freedom, size=paths))
        return self.paths(steps, chance.standard_normal((steps, paths)) * sigmas)


def fit_smoothing(series: Floats, period: int) -> Smoothing:
    """The smoothing of a series whose information criterion (AICc) is best.

    Args:
        series: at least one value, the oldest first.
        period: values in a year; seasons are tried from two full years on, a trend from ``TREND_NEEDS`` values on.
    """
    kinds = [("level", 0, 1)]
    if len(series) >= TREND_NEEDS:
        kinds.append(("damped_trend", 1, 1))
    if period > 1 and len(series) >= 2 * period:
        kinds += [("seasonal", 0, period), ("seasonal_damped_trend", 1, period)]
    fits = [_fit(np.asarray(series, dtype=np.float64), *kind) for kind in kinds]
    return min(fits, key=lambda each: each[0])[1]


def fit_few(series: Floats, period: int) -> Smoothing:
    """How counts that may be few go on: seasons and trend by ``fit_smoothing`` once two years are known, before that the level alone.

    The level is a mean in which a value counts half after ``HALF_LIFE``: a choice of weights, trends or seasons by a handful of values
    would follow their chance.

    Args:
        series: counts, at least one, the oldest first.
        period: values in a year.
    """
    known = np.asarray(series, dtype=np.float64)
    if len(known) >= max(2 * period, TREND_NEEDS):
        return fit_smoothing(known, period)
    alpha = 1 - 0.5 ** (1 / HALF_LIFE)
    shares = 0.5 ** (np.arange(len(known))[::-1] / HALF_LIFE)
    mean = float(shares @ known / shares.sum())
    # Counts vary at least as chance has them vary (Poisson), however alike a handful of them may be.
    variance = max(float(shares @ (known - mean) ** 2 / shares.sum()), mean, 0.0)
    return Smoothing("level", mean, 0.0, np.zeros(1), (alpha, 0.0, 1.0, 0.0), float(np.sqrt(variance)), max(1, len(known) - 1))


def _fit(series: Floats, kind: str, trended: int, period: int) -> tuple[float, Smoothing]:
    """AICc and the smoothing with the smallest squared errors on a grid of weights (alpha, beta < alpha, phi, gamma <= 1 - alpha)."""
    alphas, shares = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9), ((0.05, 0.2, 0.5) if trended else (0.0,))
    grid = np.array(
        [
            (alpha, alpha * share, phi, gamma * (1 - alpha))
            for alpha, share, phi, gamma in product(
                alphas, shares, (0.8, 0.9, 0.98) if trended else (1.0,), (0.05, 0.2, 0.5) if period > 1 else (0.0,)
            )
        ]
    )
    alpha, beta, phi, gamma = grid.T
    start, slope, season = _beginning(series, trended, period)
    height, trend = np.full(len(grid), start), np.full(len(grid), slope)
    seasons = np.repeat(season[:, None], len(grid), axis=1)
    squares = np.zeros(len(grid))
    for number, value in enumerate(series):
        place = number % period
        error = value - (height + phi * trend + seasons[place])
        squares += error**2
        height = height + phi * trend + alpha * error
        trend = phi * trend + beta * error
        seasons[place] += gamma * error
    best = int(squares.argmin())
    count, parameters = len(series), 3 + 3 * trended + (period if period > 1 else 0)
    freedom = max(1, count - (parameters - 1))
    spare = count - parameters - 1
    # A series that a model fits exactly has no likelihood; a millionth of a customer stands for no error.
    criterion = count * float(np.log(max(float(squares[best]) / count, 1e-12))) + 2 * parameters
    criterion += 2 * parameters * (parameters + 1) / spare if spare > 0 else (0.0 if kind == "level" else np.inf)
    coming = np.roll(seasons[:, best], -(count % period))
    sigma = float(np.sqrt(squares[best] / freedom))
    weights = (float(alpha[best]), float(beta[best]), float(phi[best]), float(gamma[best]))
    return criterion, Smoothing(kind, float(height[best]), float(trend[best]), coming, weights, sigma, freedom)


def _beginning(series: Floats, trended: int, period: int) -> tuple[float, float, Floats]:
    """Level, trend and seasons before the first value, by the first values."""
    first = series[: max(period, min(len(series), 6))]
    slope = float(np.polyfit(np.arange(len(first)), first, 1)[0]) if trended and period == 1 else 0.0
    if period == 1:
        return float(first.mean()) - slope * (len(first) + 1) / 2, slope, np.zeros(1)
    years = series[: 2 * period].reshape(2, period)
    slope = float(years[1].mean() - years[0].mean()) / period if trended else 0.0
    # Seasons are what is left of each place of the year without the mean of its year and the trend within it.
    within = slope * (np.arange(period) - (period - 1) / 2)
    season = (years - years.mean(axis=1, keepdims=True) - within).mean(axis=0)
    return float(years[0].mean()) - slope * (period + 1) / 2, slope, season
