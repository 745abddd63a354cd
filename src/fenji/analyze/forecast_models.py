"""At which rates do customers go from tier to tier, how many arrive, and where does that lead? Counts go in, expectations and simulated futures come out.

Reads   counts of transitions (``tier_forecast.count_transitions``), as arrays
Writes  nothing: arrays
Units   customers; rates 0..1 per review
Keeps   every customer: each row of rates sums to 1, so only arrivals change how many there are
Source  exponential smoothing in innovations form: Hyndman, Koehler, Ord, Snyder (2008), Forecasting with Exponential Smoothing, ch. 2,
        models A,N,N and A,Ad,N and A,N,A and A,Ad,A; damped trend: Gardner, McKenzie (1985), Management Science 31(10). Rates: posterior of
        a Dirichlet-multinomial with a prior of one customer in all (Perks); its overdispersion by moments (Mosimann 1962, Biometrika 49)
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

HALF_LIFE = 6.0
"""Reviews after which a movement counts half: half a year of months, so that a season does not pass for a trend."""
MOST_OVERDISPERSION = 0.5
"""Above it rates would be all or nothing, which a handful of movements cannot show."""
TREND_NEEDS = 8
"""Reviews below which a trend cannot be told from chance."""

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Transitions:
    """Who went where between each review and the next.

    States are the tiers, each in so many bands of time since the last order (tier by tier, lowest first), then lost.
    """

    moved: Floats
    """Movement x from x to; the last row of from are arrivals, who came from outside."""
    tiers: int
    bands: int

    @property
    def lost(self) -> int:
        """The state of those who are lost."""
        return self.tiers * self.bands

    @property
    def closing(self) -> Floats:
        """Customers by state at the last review."""
        return np.asarray(self.moved[-1].sum(axis=0), dtype=np.float64)

    @property
    def counts(self) -> Floats:
        """Customers by review and tier, the review before the first movement included."""
        opening = self.moved[0, : self.lost].sum(axis=1)[None]
        closing = self.moved[:, :, : self.lost].sum(axis=1)
        by_state = np.concatenate([opening, closing])
        return np.asarray(by_state.reshape(len(by_state), self.tiers, self.bands).sum(axis=2), dtype=np.float64)

    def until(self, movements: int) -> Transitions:
        """What was known after so many movements."""
        return Transitions(self.moved[:movements], self.tiers, self.bands)

    def without_bands(self) -> Transitions:
        """The same customers by tier alone."""
        return Transitions(by_tier(self.moved, self.tiers, self.bands), self.tiers, 1)


def by_tier(moved: Floats, tiers: int, bands: int) -> Floats:
    """The last two axes, from and to, added up over bands."""
    inner = tiers * bands
    starts = [*range(0, inner, bands), inner, inner + 1]
    return np.asarray(np.add.reduceat(np.add.reduceat(moved, starts, axis=-2), starts[:-1], axis=-1), dtype=np.float64)


@dataclass(frozen=True)
class Rates:
    """Where customers go from each state, and from outside."""

    posterior: Floats
    """From x to: parameters of a Dirichlet distribution; how sure the mean rates are."""
    overdispersion: Floats
    """From: by how much rates differ from review to review beyond chance, 0..1."""

    @property
    def mean(self) -> Floats:
        """From x to, each row summing to 1."""
        return np.asarray(self.posterior / self.posterior.sum(axis=1, keepdims=True), dtype=np.float64)


def fit_rates(known: Transitions) -> Rates:
    """The rates of a history, recent movements first."""
    weights = 0.5 ** (np.arange(len(known.moved))[::-1] / HALF_LIFE)
    total = np.einsum("t,tij->ij", weights, known.moved)
    base = _prior(known, total)
    rows = [_row(known.moved[:, each], weights, base[each]) for each in range(len(base))]
    return Rates(np.array([row for row, _spread in rows]), np.array([spread for _row, spread in rows]))


def _prior(known: Transitions, total: Floats) -> Floats:
    """One customer for each state: spread evenly over tiers, and lost where anybody ever was; within a tier as those of all bands went."""
    tiers, bands = known.tiers, known.bands
    pooled = by_tier(total, tiers, bands)
    can_be_lost = bool(total[:, known.lost].sum() or total[known.lost].sum())
    even = np.append(np.full(tiers, 1.0), float(can_be_lost))
    pooled = pooled + even / even.sum()
    to_bands = total[:, : known.lost].reshape(-1, tiers, bands).sum(axis=0) + 1e-9
    to_bands /= to_bands.sum(axis=1, keepdims=True)
    of_tier = [*np.repeat(np.arange(tiers), bands), tiers, tiers + 1]
    shares = (pooled / pooled.sum(axis=1, keepdims=True))[of_tier]
    inner = (shares[:, :tiers, None] * to_bands[None]).reshape(len(shares), tiers * bands)
    return np.concatenate([inner, shares[:, tiers:]], axis=1)


def _row(moved: Floats, weights: Floats, prior: Floats) -> tuple[Floats, float]:
    """The posterior of one state's rates, and their overdispersion."""
    sizes = moved.sum(axis=1)
    seen = float(weights @ sizes)
    if seen == 0:
        return prior, 0.0
    rates = (weights @ moved) / seen
    spread = _overdispersion(moved, sizes, weights, rates)
    # Variance of the weighted mean over p(1-p): chance within each movement, and rates that differ between movements.
    variance = ((1 - spread) * float(weights**2 @ sizes) + spread * float(((weights * sizes) ** 2).sum())) / seen**2
    return prior + rates / variance, spread


def _overdispersion(moved: Floats, sizes: Floats, weights: Floats, rates: Floats) -> float:
    """Of E|x - np|^2 = n (1 + (n - 1) rho) (1 - sum p^2), the rho that the movements show."""
    movements = float(weights.sum()) ** 2 / float(weights @ weights)
    room, pairs = 1 - float(rates @ rates), float(weights @ (sizes * (sizes - 1)))
    if movements <= 1 or room <= 0 or pairs <= 0:
        return 0.0
    found = float(weights @ ((moved - sizes[:, None] * rates) ** 2).sum(axis=1)) * movements / (movements - 1) / room
    return min(MOST_OVERDISPERSION, max(0.0, (found - float(weights @ sizes)) / pairs))


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


def arrivals_of(known: Transitions) -> Floats:
    """How many customers came from outside at each movement."""
    return np.asarray(known.moved[:, -1].sum(axis=1), dtype=np.float64)


def expected_moves(known: Transitions, rates: Rates, arrivals: Smoothing, steps: int) -> Floats:
    """Expected movements: step x from x to, by tier (then lost, then outside)."""
    standing, coming = known.closing, np.maximum(arrivals.expected(steps), 0.0)
    found = []
    for step in range(steps):
        moved = np.append(standing, coming[step])[:, None] * rates.mean
        standing = moved.sum(axis=0)
        found.append(moved)
    return by_tier(np.array(found), known.tiers, known.bands)


def simulated_counts(
    known: Transitions, rates: Rates, arrivals: Smoothing, *, steps: int, paths: int, chance: np.random.Generator
) -> Counts:
    """Possible futures: step x path x tier, from chance in who goes where, in the rates themselves, and in arrivals."""
    coming = np.maximum(np.rint(arrivals.simulated(steps, paths, chance)), 0).astype(np.int64)
    standing = np.repeat(known.closing.astype(np.int64)[None], paths, axis=0)
    drawn = [_dirichlet(np.broadcast_to(row, (paths, len(row))), chance) for row in rates.posterior]
    found = np.empty((steps, paths, known.tiers), dtype=np.int64)
    for step in range(steps):
        going = np.concatenate([standing, coming[step][:, None]], axis=1)
        standing = np.zeros_like(standing)
        for state, row in enumerate(drawn):
            if going[:, state].any():
                standing += _gone(going[:, state], row, float(rates.overdispersion[state]), chance)
        found[step] = standing[:, : known.lost].reshape(paths, known.tiers, known.bands).sum(axis=2)
    return found


def _gone(sizes: Counts, rates: Floats, spread: float, chance: np.random.Generator) -> Counts:
    """Where the customers of one state go in each path."""
    if spread > 0:
        rates = _dirichlet(rates * ((1 - spread) / spread), chance)
    return np.asarray(chance.multinomial(sizes, rates), dtype=np.int64)


def _dirichlet(parameters: Floats, chance: np.random.Generator) -> Floats:
    """One draw for each row; states that cannot be reached get nothing."""
    # Gammas of tiny parameters may all be 0; a speck on the largest parameter decides such a row.
    drawn = chance.standard_gamma(np.maximum(parameters, 0.0))
    drawn[np.arange(len(drawn)), np.argmax(parameters, axis=1)] += 1e-300
    shares = drawn / drawn.sum(axis=1, keepdims=True)
    # numpy's multinomial refuses shares that exceed 1 by a rounding of the last digit.
    return np.asarray(shares / np.maximum(shares.sum(axis=1, keepdims=True), 1.0), dtype=np.float64)
