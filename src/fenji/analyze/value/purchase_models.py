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

import numpy as np

from fenji.analyze.value.likelihoods import LARGEST, SMALLEST, Covariance, Floats, climb, dot, interval_of, sharpened
from fenji.domain.value import OrderModel

SCREENED = 2_000
"""Cells on which starting points are compared, and scatter is summed; the best start goes on with all."""


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
    covariance: Covariance | None
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
        # r and alpha say together how much customers differ, and so do a and b: where one has run into a bound, the other tells
        # the mean alone.
        partner = position ^ 1
        if self.covariance is not None and self.covariance[partner][partner] == 0:
            return None
        return interval_of(self.logs, self.covariance, position, width)


def fit_purchases(counts: PurchaseCounts, kind: OrderModel) -> PurchaseModel:
    """The parameters under which the counts are most probable.

    Args:
        counts: at least one customer with more than one order; in an order of their own, on which last digits depend.
        kind: BG_NBD or MBG_NBD.
    """
    flips = 1 if kind is OrderModel.MBG_NBD else 0
    screened = _Likelihood(thinned(counts), flips)
    found = [climb(screened, start, most=60) for start in _starts(counts)]
    best = min(found, key=screened.value)
    likelihood = _Likelihood(counts, flips)
    peak, covariance = sharpened(likelihood, climb(likelihood, best, most=300))
    r, alpha, a, b = (float(each) for each in np.exp(peak))
    return PurchaseModel(kind, r, alpha, a, b, -float(likelihood.value(peak)), covariance, counts.everyone)


class _Likelihood:
    """Minus the log-likelihood of the counts and its gradient, by the logarithms of the parameters."""

    def __init__(self, counts: PurchaseCounts, flips: int) -> None:
        self.repeats, self.place = np.unique(counts.repeats, return_inverse=True)
        self.flips = self.repeats + flips
        self.counts, self.weights = counts, counts.customers
        self.by_repeats = np.bincount(self.place, weights=self.weights).astype(np.float64)

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
        total = dot(many, own) + dot(self.weights, mixed)
        gone = 1 - alive
        gone_by_repeats = np.bincount(self.place, weights=self.weights * gone, minlength=len(x)).astype(np.float64)
        common = psi(a + b) - psi(a + b + n)
        by_r = dot(many, psi(r + x) - psi(r) + logs[1]) - dot(self.weights, alive * log_long + gone * log_short)
        by_alpha = many.sum() * r / alpha - dot(self.weights, rate * (alive / long + gone / short))
        by_a = dot(many, common) + gone_by_repeats.sum() / a
        by_b = dot(many, common + psi(b + n) - psi(b)) - dot(gone_by_repeats, 1 / np.maximum(b + n - 1, 1e-300))
        return -total, -np.array([by_r * r, by_alpha * alpha, by_a * a, by_b * b])


def _starts(counts: PurchaseCounts) -> list[Floats]:
    """Slow and fast, faithful and fickle: the mean rate of the data, with more or less difference between customers."""
    orders = float(counts.customers @ counts.repeats)
    weeks = float(counts.customers @ np.maximum(counts.recency, counts.age / 2))
    rate = max(orders, 0.5) / max(weeks, 1.0)
    shapes = ((0.3, 0.5, 2.0), (1.0, 1.0, 5.0), (1.0, 0.5, 0.5), (3.0, 2.0, 20.0))
    return [np.log(np.clip([r, r / rate, a, b], SMALLEST * 2, LARGEST / 2)) for r, a, b in shapes]


def thinned(counts: PurchaseCounts) -> PurchaseCounts:
    """About as many cells as ``SCREENED`` at most, customers of neighboring ones put together at their mean."""
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
