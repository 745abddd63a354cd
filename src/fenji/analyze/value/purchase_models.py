"""How often do customers order, and when do they silently leave? BG/NBD and MBG/NBD by maximum likelihood on grouped counts.

A customer orders at a rate of its own (gamma over customers) and may leave after each order with a probability of its own (beta
over customers). BG/NBD: not after the first order; MBG/NBD: after the first too, so that of who ordered once it can be said
how likely it still is a customer. With flips = orders after the first (BG) or all orders (MBG) both have one likelihood.

Units   weeks; parameters r and alpha of the gamma (alpha in weeks), a and b of the beta
Source  Fader, Hardie and Lee (2005), Marketing Science 24(2), eq. 6; Batislam, Denizel and Filiztekin (2007), IJRM 24(3); Hoppe and
        Wagner (2007), Marketing JRM 3(2)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, cast

import numpy as np
import numpy.typing as npt

from fenji.domain.value import OrderModel

Floats = npt.NDArray[np.float64]

SMALLEST, LARGEST = 1e-3, 1e4
"""Bounds of every parameter: beyond them the likelihood is flat, and a larger or smaller number means nothing."""
AT_BOUND = 1.02
"""So near to a bound, as a factor, a parameter has run into it: customers are too much alike to tell it."""
WIDEST = 3.0
"""Standard error of a parameter's logarithm above which its interval says nothing: a factor of 350 to either side."""
SCREENED = 2_000
"""Cells on which starting points are compared; the best goes on with all."""


@dataclass(frozen=True)
class PurchaseCounts:
    """Customers grouped by what the models need to know of them, time in weeks."""

    repeats: Floats
    """Orders after the first; order days of one customer, never two on one day."""
    recency: Floats
    """Weeks from the first to the last order."""
    age: Floats
    """Weeks from the first order to the as-of date."""
    customers: Floats

    @property
    def everyone(self) -> int:
        """All customers together."""
        return int(self.customers.sum())

    @property
    def repeat_buyers(self) -> int:
        """Customers with more than one order."""
        return int(self.customers[self.repeats > 0].sum())


@dataclass(frozen=True)
class PurchaseModel:
    """A fitted model of orders and of leaving."""

    kind: OrderModel
    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    covariance: tuple[tuple[float, ...], ...] | None
    """Of the logarithms of r, alpha, a and b; zero for what ran into a bound, None where the likelihood has no clear peak."""
    customers: int

    @property
    def flips_at_start(self) -> int:
        """How often a customer may have left by the first order: once in MBG/NBD."""
        return 1 if self.kind is OrderModel.MBG_NBD else 0

    @property
    def logs(self) -> Floats:
        """The logarithms of r, alpha, a and b."""
        return np.asarray(np.log([self.r, self.alpha, self.a, self.b]))

    def interval(self, position: int, width: float) -> tuple[float, float] | None:
        """Around a parameter (0 is r); None where the data do not tell.

        Args:
            position: 0 to 3.
            width: standard errors to either side.
        """
        return interval_of(self.logs, self.covariance, position, width)


def interval_of(
    logs: Floats, covariance: tuple[tuple[float, ...], ...] | None, position: int, width: float
) -> tuple[float, float] | None:
    """An interval that is symmetric in the logarithm; None where it would say nothing."""
    error = 0.0 if covariance is None else float(np.sqrt(covariance[position][position]))
    if not 0 < error < WIDEST:
        return None
    return float(np.exp(logs[position] - width * error)), float(np.exp(logs[position] + width * error))


def fit_purchases(counts: PurchaseCounts, kind: OrderModel) -> PurchaseModel:
    """The parameters under which the counts are most probable.

    Args:
        counts: at least one customer with more than one order; in an order of their own, on which last digits depend.
        kind: BG_NBD or MBG_NBD.
    """
    flips = 1 if kind is OrderModel.MBG_NBD else 0
    screened = _Likelihood(_thinned(counts), flips)
    found = [climb(screened, start, most=60) for start in _starts(counts)]
    best = min(found, key=screened.value)
    likelihood = _Likelihood(counts, flips)
    peak = climb(likelihood, best, most=300)
    r, alpha, a, b = (float(each) for each in np.exp(peak))
    covariance = curvature(likelihood, peak)
    return PurchaseModel(kind, r, alpha, a, b, -float(likelihood.value(peak)), covariance, counts.everyone)


class _Likelihood:
    """Minus the log-likelihood of the counts and its gradient, by the logarithms of the parameters."""

    def __init__(self, counts: PurchaseCounts, flips: int) -> None:
        self.repeats, self.place = np.unique(counts.repeats, return_inverse=True)
        self.flips = self.repeats + flips
        self.counts, self.weights = counts, counts.customers
        self.by_repeats = np.bincount(self.place, weights=self.weights)

    def value(self, logs: Floats) -> float:
        return self.both(logs)[0]

    def both(self, logs: Floats) -> tuple[float, Floats]:
        from scipy.special import betaln, gammaln, psi  # noqa: PLC0415 - heavy third-party library

        r, alpha, a, b = np.exp(logs)
        x, n, many = self.repeats, self.flips, self.by_repeats
        # What depends on the number of orders alone is computed once for each number.
        own = gammaln(r + x) - gammaln(r) + r * logs[1] + betaln(a, b + n) - betaln(a, b)
        with np.errstate(divide="ignore"):
            odds = np.where(n > 0, logs[2] - np.log(np.maximum(b + n - 1, 1e-300)), -np.inf)[self.place]
        rate = (r + x)[self.place]
        long, short = alpha + self.counts.age, alpha + self.counts.recency
        log_long, log_short = np.log(long), np.log(short)
        stayed = -rate * log_long
        mixed = np.logaddexp(stayed, odds - rate * log_short)
        alive = np.exp(stayed - mixed)
        total = float(many @ own + self.weights @ mixed)
        gone = 1 - alive
        gone_by_repeats = np.bincount(self.place, weights=self.weights * gone, minlength=len(x))
        common = psi(a + b) - psi(a + b + n)
        by_r = many @ (psi(r + x) - psi(r) + logs[1]) - self.weights @ (alive * log_long + gone * log_short)
        by_alpha = many.sum() * r / alpha - self.weights @ (rate * (alive / long + gone / short))
        by_a = many @ common + gone_by_repeats.sum() / a
        by_b = many @ (common + psi(b + n) - psi(b)) - gone_by_repeats @ (1 / np.maximum(b + n - 1, 1e-300))
        return -total, -np.array([by_r * r, by_alpha * alpha, by_a * a, by_b * b])


class Objective(Protocol):
    """What ``climb`` and ``curvature`` ask of a likelihood."""

    weights: Floats

    def both(self, logs: Floats) -> tuple[float, Floats]:
        """Minus the log-likelihood, and its gradient."""
        ...


def climb(likelihood: Objective, start: Floats, *, most: int) -> Floats:
    """The parameters' logarithms at the peak near a start, within the bounds.

    Args:
        likelihood: minus the log-likelihood with its gradient.
        start: logarithms.
        most: iterations.
    """
    from scipy.optimize import minimize  # noqa: PLC0415 - heavy third-party library

    limits = [(np.log(SMALLEST), np.log(LARGEST))] * len(start)
    # Scaled to one customer, so that the same tolerances serve ten customers and ten millions.
    size = max(likelihood.weights.sum(), 1.0)

    def scaled(logs: Floats) -> tuple[float, Floats]:
        value, gradient = likelihood.both(logs)
        return value / size, gradient / size

    options = {"maxiter": most, "ftol": 1e-15, "gtol": 1e-9, "maxcor": 20}
    done = minimize(scaled, start, jac=True, method="L-BFGS-B", bounds=limits, options=options)
    return cast("Floats", done.x)


def curvature(likelihood: Objective, peak: Floats) -> tuple[tuple[float, ...], ...] | None:
    """The inverse of the observed information at the peak, for the parameters that are not at a bound; None where there is no peak.

    The information is the derivative of the exact gradient by central differences of a thousandth: their error is a millionth.
    """
    free = [place for place, log in enumerate(peak) if np.log(SMALLEST * AT_BOUND) < log < np.log(LARGEST / AT_BOUND)]
    step, size = 1e-3, len(peak)
    information = np.zeros((size, size))
    for place in free:
        moved = np.zeros(size)
        moved[place] = step
        information[:, place] = (likelihood.both(peak + moved)[1] - likelihood.both(peak - moved)[1]) / (2 * step)
    inner = information[np.ix_(free, free)]
    inner = (inner + inner.T) / 2
    if not free or not np.isfinite(inner).all() or np.linalg.eigvalsh(inner).min() <= 0:
        return None
    covariance = np.zeros((size, size))
    covariance[np.ix_(free, free)] = np.linalg.inv(inner)
    return tuple(tuple(float(each) for each in row) for row in covariance)


def _starts(counts: PurchaseCounts) -> list[Floats]:
    """Slow and fast, faithful and fickle: the mean rate of the data, with more or less difference between customers."""
    orders = float(counts.customers @ counts.repeats)
    weeks = float(counts.customers @ np.maximum(counts.recency, counts.age / 2))
    rate = max(orders, 0.5) / max(weeks, 1.0)
    shapes = ((0.3, 0.5, 2.0), (1.0, 1.0, 5.0), (1.0, 0.5, 0.5), (3.0, 2.0, 20.0))
    return [np.log(np.clip([r, r / rate, a, b], SMALLEST * 2, LARGEST / 2)) for r, a, b in shapes]


def _thinned(counts: PurchaseCounts) -> PurchaseCounts:
    """About as many cells as ``SCREENED``, customers of neighboring ones put together at their mean."""
    if len(counts.customers) <= SCREENED:
        return counts
    oldest = max(float(counts.age.max()), 1e-9)
    parts = [np.floor(each / oldest * 14.99).astype(np.int64) for each in (counts.recency, counts.age)]
    number = np.minimum(counts.repeats, 9 + np.sqrt(counts.repeats)).astype(np.int64)
    _cells, place = np.unique(number * 256 + parts[0] * 16 + parts[1], return_inverse=True)
    weights = counts.customers
    customers = np.bincount(place, weights=weights)
    sums = (np.bincount(place, weights=weights * each) for each in (counts.repeats, counts.recency, counts.age))
    repeats, recency, age = (np.asarray(each / customers) for each in sums)
    return PurchaseCounts(repeats, recency, age, np.asarray(customers, dtype=np.float64))
