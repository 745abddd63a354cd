"""What does each model say from one review on, knowing only what had been decided until then?

Reads   transitions between past reviews, as arrays
Writes  nothing: arrays
Units   customers
Keeps   the flows of flows, flows by recency and naive lead to their counts, and so do those of any weighted mean of them
Source  naive and drift: Hyndman, Athanasopoulos (2021), Forecasting: Principles and Practice, 3rd edition, section 5.2; decision 0021
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fenji.analyze.forecast.flows import flows_to
from fenji.analyze.forecast.models import Transitions, arrivals_of, expected_moves, fit_rates, simulated_counts
from fenji.analyze.forecast.series import Floats, fit_few, fit_smoothing
from fenji.domain.forecasts import ForecastModel

PROBABILITY = 0.9
LEAST_WIDTH = 0.5
"""Customers: half an interval that holds one count."""

BY_FLOWS = (ForecastModel.FLOWS, ForecastModel.FLOWS_BY_RECENCY, ForecastModel.NAIVE)
"""The models whose flows are told; tiers add up to the total, whatever the mean of them."""


@dataclass(frozen=True)
class Outlook:
    """The coming reviews as the models see them from one review."""

    moves: Mapping[ForecastModel, Floats]
    """Model of flows -> step x from x to, by tier (then lost, then outside)."""
    counts: Mapping[ForecastModel, Floats]
    """Model -> step x tier."""
    width: Floats
    """Half an interval by the chance that the flows know of: step x tier, all tiers together last."""
    arrivals: str
    """The time series of arrivals."""

    def combined(self, weights: Mapping[ForecastModel, float]) -> Floats:
        """The weighted mean of the movements of some models; those of drift alone are the ones nearest to flows."""
        if ForecastModel.DRIFT in weights:
            return self._drifting()
        return np.asarray(sum(weight * self.moves[model] for model, weight in weights.items()), dtype=np.float64)

    def _drifting(self) -> Floats:
        flows, counts = self.moves[ForecastModel.FLOWS], self.counts[ForecastModel.DRIFT]
        found, opening = np.empty_like(flows), flows[0][: counts.shape[1]].sum(axis=1)
        for step, target in enumerate(counts):
            found[step] = flows_to(flows[step], opening, target)
            opening = counts_of(found[step : step + 1])[0]
        return found


def counts_of(moves: Floats) -> Floats:
    """Customers by step and tier after some movements."""
    return np.asarray(moves[:, :, :-1].sum(axis=1), dtype=np.float64)


def outlook(known: Transitions, steps: int, *, period: int, seed: int, paths: int) -> Outlook:
    """What is to be expected after the last known review.

    Args:
        known: what had been decided until then.
        steps: reviews ahead.
        period: reviews in a year.
        seed: the same seed, the same widths.
        paths: simulated futures.
    """
    telling = known.telling
    plain = telling.without_bands()
    rates, arrivals = fit_rates(plain), fit_few(arrivals_of(plain), period)
    flows = _held(known, expected_moves(plain, rates, arrivals, steps))
    moves = {ForecastModel.FLOWS: flows}
    if known.bands > 1:
        moves[ForecastModel.FLOWS_BY_RECENCY] = _held(known, expected_moves(telling, fit_rates(telling), arrivals, steps))
    last = known.counts[-1]
    moves[ForecastModel.NAIVE] = np.repeat(flows_to(flows[0], last, last)[None], steps, axis=0)
    by_counts = {
        ForecastModel.NAIVE: np.repeat(last[None], steps, axis=0),
        ForecastModel.DRIFT: _drift(telling.counts, steps),
        ForecastModel.ETS: _smoothed(telling.counts, steps, period),
    }
    futures = simulated_counts(plain, rates, arrivals, steps=steps, paths=paths, chance=np.random.default_rng(seed))
    everyone = np.concatenate([futures, futures.sum(axis=2, keepdims=True)], axis=2)
    lower, upper = np.quantile(everyone, [(1 - PROBABILITY) / 2, (1 + PROBABILITY) / 2], axis=1)
    counts = {model: counts_of(found) for model, found in moves.items()} | by_counts
    return Outlook(moves, counts, np.maximum((upper - lower) / 2, LEAST_WIDTH), arrivals.kind)


def _held(known: Transitions, moves: Floats) -> Floats:
    """Counts stay from the first step on whose like has never been seen: movements with full windows, before enough of them are known."""
    found = moves.copy()
    for step in range(len(found)):
        if not known.is_known_at(step):
            opening = known.counts[-1] if step == 0 else counts_of(found[step - 1 : step])[0]
            found[step] = flows_to(found[step - 1] if step else found[0], opening, opening)
    return found


def _drift(counts: Floats, steps: int) -> Floats:
    """The mean change so far goes on; counts do not fall below 0."""
    change = (counts[-1] - counts[0]) / (len(counts) - 1)
    return np.asarray(np.maximum(counts[-1] + np.arange(1, steps + 1)[:, None] * change, 0.0), dtype=np.float64)


def _smoothed(counts: Floats, steps: int, period: int) -> Floats:
    """Each tier's count by itself, by exponential smoothing; counts do not fall below 0."""
    return np.maximum(np.stack([fit_smoothing(series, period).expected(steps) for series in counts.T], axis=1), 0.0)
