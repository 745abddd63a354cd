"""How long do contracts last? The shifted-beta-geometric model: who renews does so at a probability of its own, the same every time.

Because those who are likely to leave do so first, the share that renews rises with age; a constant rate of loss forecasts too
few survivors.

Units   whole periods since the contract's start (months, years: whatever the counts are of); probabilities 0..1
Source  Fader and Hardie (2007), How to project customer retention, Journal of Interactive Marketing 21(1), eq. 5 to 8
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fenji.analyze.value.likelihoods import Covariance, Floats, climb, interval_of, sharpened

LEAST_LOST = 5
"""Contracts that must have ended, for two parameters."""


@dataclass(frozen=True)
class SbgModel:
    """A fitted curve of renewal."""

    alpha: float
    beta: float
    log_likelihood: float
    covariance: Covariance | None
    """Of the logarithms of alpha and beta; None where the likelihood has no clear peak."""
    contracts: int

    def survival(self, periods: Floats) -> Floats:
        """The share that is still running after so many periods."""
        from scipy.special import betaln  # noqa: PLC0415 - heavy third-party library

        return np.asarray(np.exp(betaln(self.alpha, self.beta + periods) - betaln(self.alpha, self.beta)))

    def retention_rate(self, period: int) -> float:
        """Of those who entered a period (1 is the first), the share that leaves it as customers."""
        return (self.beta + period - 1) / (self.alpha + self.beta + period - 1)

    def interval(self, name: str, width: float) -> tuple[float, float] | None:
        """Around alpha or beta; None where the data do not tell."""
        logs = np.log(np.array([self.alpha, self.beta]))
        return interval_of(logs, self.covariance, ("alpha", "beta").index(name), width)


def fit_sbg(lost_by_period: Sequence[int], survivors: int, *, censored_by_period: Sequence[int] = ()) -> SbgModel | None:
    """The curve under which the counts are most probable; None where fewer than ``LEAST_LOST`` contracts have ended.

    Args:
        lost_by_period: contracts that ended in the first, second, … period.
        survivors: contracts that are running after the last of these periods.
        censored_by_period: contracts that were running when last seen, after the first, second, … period, where not all began
            at the same time; at most as many periods as ``lost_by_period``.
    """
    if sum(lost_by_period) < LEAST_LOST:
        return None
    running = np.zeros(len(lost_by_period))
    running[: len(censored_by_period)] = censored_by_period
    running[-1] += survivors
    likelihood = _Likelihood(np.array(lost_by_period, dtype=np.float64), running)
    starts = [np.log([alpha, beta]) for alpha, beta in ((1.0, 1.0), (0.5, 4.0), (3.0, 20.0))]
    found = [climb(likelihood, start, most=300) for start in starts]
    peak, covariance = sharpened(likelihood, min(found, key=lambda each: likelihood.both(each)[0]))
    alpha, beta = (float(each) for each in np.exp(peak))
    contracts = int(likelihood.weights.sum())
    return SbgModel(alpha, beta, -likelihood.both(peak)[0], covariance, contracts)


class _Likelihood:
    """Minus the log-likelihood and its gradient, by the logarithms of alpha and beta."""

    def __init__(self, lost: Floats, running: Floats) -> None:
        self.lost, self.running = lost, running
        self.weights = lost + running

    def both(self, logs: Floats) -> tuple[float, Floats]:
        from scipy.special import betaln, psi  # noqa: PLC0415 - heavy third-party library

        alpha, beta = np.exp(logs)
        period = np.arange(1, len(self.lost) + 1)
        lost, running = self.lost, self.running
        whole = betaln(alpha, beta)
        total = lost @ (betaln(alpha + 1, beta + period - 1) - whole) + running @ (betaln(alpha, beta + period) - whole)
        base, later = psi(alpha + beta), psi(alpha + beta + period)
        by_alpha = lost @ (psi(alpha + 1) - later - psi(alpha) + base) + running @ (base - later)
        by_beta = lost @ (psi(beta + period - 1) - later - psi(beta) + base) + running @ (
            psi(beta + period) - later - psi(beta) + base
        )
        return -float(total), -np.array([by_alpha * alpha, by_beta * beta])
