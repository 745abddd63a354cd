"""How much does an order day of each customer bring? Gamma-Gamma by maximum likelihood on the customers' own averages.

What a customer spends on a day scatters around an average of its own, and the averages differ between customers. Who has ordered
little is drawn towards the average of all, who has ordered much is believed. The model takes spending to have nothing to do
with how often somebody orders; the correlation of both is stored beside it.

Units   money in the workspace's currency per order day
Source  Fader and Hardie (2013), The Gamma-Gamma model of monetary value, eq. 1a and 5; q is kept above 1, so that a mean exists
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fenji.analyze.value.likelihoods import Covariance, Floats, climb, dot, interval_of, sharpened

LEAST_REPEAT_BUYERS = 10
"""Customers with two order days or more, from whom it is seen how one customer's days differ from those of others."""
CORRELATED = 0.3
"""Correlation of frequency and spend from which the model's assumption is doubtful: a tenth of the variance in common."""


@dataclass(frozen=True)
class SpendCounts:
    """Customers grouped by order days and average revenue of a day, which is positive."""

    days: Floats
    mean_log: Floats
    """Logarithm of the average; its mean in a group of customers."""
    customers: Floats

    @property
    def mean(self) -> Floats:
        """The average; that of a group is its geometric mean, at which the likelihood bends least."""
        return np.asarray(np.exp(self.mean_log))


@dataclass(frozen=True)
class SpendFit:
    """A fitted model of spending. Without one, p, q and gamma are None and everybody is taken to spend the average."""

    average: float
    """Of all order days."""
    p: float | None = None
    q: float | None = None
    gamma: float | None = None
    log_likelihood: float | None = None
    covariance: Covariance | None = None
    """Of the logarithms of p, q - 1 and gamma."""
    customers: int = 0

    @property
    def population_mean(self) -> float:
        """What an order day of an unknown customer brings."""
        if self.p is None or self.q is None or self.gamma is None:
            return self.average
        return self.p * self.gamma / (self.q - 1)

    def interval(self, name: str, width: float) -> tuple[float, float] | None:
        """Around p, q or gamma; None where the data do not tell."""
        place = ("p", "q", "gamma").index(name)
        if self.p is None or self.q is None or self.gamma is None or self.covariance is None:
            return None
        if any(self.covariance[each][each] == 0 for each in range(3)):
            return None  # one has run into a bound: the others tell the mean alone
        logs = np.log(np.array([self.p, self.q - 1, self.gamma]))
        found = interval_of(logs, self.covariance, place, width)
        return found if found is None or name != "q" else (found[0] + 1, found[1] + 1)


def fit_spend(counts: SpendCounts, average: float) -> SpendFit:
    """The parameters under which the averages are most probable.

    Args:
        counts: customers with positive revenue; a few with several order days must be among them.
        average: revenue of an order day over all.
    """
    # In units of the average, so that the same bounds serve yen and dinars.
    scaled = SpendCounts(counts.days, counts.mean_log - np.log(average), counts.customers)
    likelihood = _Likelihood(scaled)
    starts = [np.log([p, q - 1, gamma]) for p, q, gamma in ((2.0, 3.0, 1.0), (6.0, 3.7, 0.5), (1.0, 10.0, 9.0), (20.0, 2.0, 0.1))]
    found = [climb(likelihood, start, most=300) for start in starts]
    peak, covariance = sharpened(likelihood, min(found, key=lambda each: likelihood.both(each)[0]))
    p, over_one, gamma = (float(each) for each in np.exp(peak))
    shift = float(counts.customers.sum() * np.log(average))
    return SpendFit(
        average=average,
        p=p,
        q=over_one + 1,
        gamma=gamma * average,
        log_likelihood=-likelihood.both(peak)[0] - shift,
        covariance=covariance,
        customers=int(counts.customers.sum()),
    )


def spend_expected(model: SpendFit, days: Floats, mean: Floats) -> Floats:
    """What the next order day of each customer will bring; an average below zero (more returned than bought) counts as zero."""
    if model.p is None or model.q is None or model.gamma is None:
        return np.full(len(days), model.average)
    own = np.maximum(mean, 0.0)
    return np.asarray(model.p * (model.gamma + days * own) / (model.p * days + model.q - 1))


def gradient_of_spend(model: SpendFit, days: Floats, mean: Floats) -> Floats:
    """Derivatives of ``spend_expected`` by the logarithms of p, q - 1 and gamma, one row each; no rows without a model."""
    if model.p is None or model.q is None or model.gamma is None:
        return np.zeros((0, len(days)))
    whole = model.p * days + model.q - 1
    expected = spend_expected(model, days, mean)
    return np.array([expected * (model.q - 1) / whole, -expected * (model.q - 1) / whole, model.p * model.gamma / whole])


class _Likelihood:
    """Minus the log-likelihood of the averages and its gradient, by the logarithms of p, q - 1 and gamma."""

    def __init__(self, counts: SpendCounts) -> None:
        self.counts, self.weights, self.mean = counts, counts.customers, counts.mean
        self.kinds, self.place = np.unique(counts.days, return_inverse=True)
        self.by_days = np.bincount(self.place, weights=self.weights).astype(np.float64)
        self.logs_of_mean = dot(self.weights, counts.mean_log)
        self.days_times_logs = dot(self.weights, counts.days * counts.mean_log)

    def both(self, logs: Floats) -> tuple[float, Floats]:
        from scipy.special import gammaln, psi  # noqa: PLC0415 - heavy third-party library

        p, over_one, gamma = np.exp(logs)
        q, x, many = over_one + 1, self.kinds, self.by_days
        days, mean, weights = self.counts.days, self.mean, self.weights
        whole = gamma + days * mean
        log_whole, everyone = np.log(whole), weights.sum()
        own = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * logs[2] + p * x * np.log(x)
        total = dot(many, own) + p * self.days_times_logs - self.logs_of_mean - dot(weights, (p * days + q) * log_whole)
        of_sum, of_days = psi(p * x + q), psi(p * x)
        by_p = dot(many, x * (of_sum - of_days + np.log(x))) + self.days_times_logs - dot(weights, days * log_whole)
        by_q = dot(many, of_sum - psi(q) + logs[2]) - dot(weights, log_whole)
        by_gamma = everyone * q / gamma - dot(weights, (p * days + q) / whole)
        return -float(total), -np.array([by_p * p, by_q * over_one, by_gamma * gamma])
