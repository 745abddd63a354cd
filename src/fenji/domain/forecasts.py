"""How many customers will stand in each tier at the next reviews, how sure is that, and how well would it have been known before? A forecast is what to expect if customers go on as they did; not a target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ForecastModel(StrEnum):
    """The ways of foretelling the counts that a back-test compares."""

    FLOWS = "flows"
    """Transition rates by tier, and arrivals."""
    FLOWS_BY_RECENCY = "flows_by_recency"
    """Transition rates by tier and time since the last order, and arrivals."""
    NAIVE = "naive"
    """The last count stays."""
    DRIFT = "drift"
    """The mean change so far goes on."""
    ETS = "ets"
    """Exponential smoothing of each tier's count by itself; such forecasts need not add up."""


@dataclass(frozen=True)
class ExpectedTier:
    """What is expected of one tier at one coming review; opening + what came - what went = customers."""

    review_on: date
    step: int
    """1: the next review."""
    tier: str
    opening: float
    new: float
    returned: float
    upgraded_in: float
    downgraded_in: float
    upgraded_out: float
    downgraded_out: float
    lost: float
    customers: float
    lower: int
    upper: int
    """Between lower and upper the count lies with the probability that the forecast names."""


@dataclass(frozen=True)
class ExpectedTotal:
    """All tiers together at one coming review."""

    review_on: date
    step: int
    customers: float
    lower: int
    upper: int


@dataclass(frozen=True)
class ModelError:
    """How far a model was off in the past, so many reviews ahead."""

    model: ForecastModel
    steps: int
    mean_absolute_error: float
    """Customers, over tiers and origins."""
    origins: int
    """Past reviews from which it was tried."""


@dataclass(frozen=True)
class Backtest:
    """Every model tried on the past: at each origin it knew only what had been decided until then."""

    errors: tuple[ModelError, ...]
    best: ForecastModel | None
    """Smallest mean of the errors over the horizons; None where nothing could be tried."""
    coverage: Mapping[ForecastModel, float]
    """Model of flows -> share of past counts that lay within its intervals; empty where nothing could be tried."""
    more_needed: int
    """Reviews that are missing until every horizon that was asked for can be tried; 0: none."""

    def error_of(self, model: ForecastModel, steps: int) -> float | None:
        """The error of a model so many reviews ahead; None where it was not tried."""
        return next((each.mean_absolute_error for each in self.errors if (each.model, each.steps) == (model, steps)), None)


@dataclass(frozen=True)
class TierForecast:
    """The coming reviews, tier by tier, with what they rest on."""

    tiers: tuple[ExpectedTier, ...]
    """By review and tier, lowest tier first."""
    totals: tuple[ExpectedTotal, ...]
    model: ForecastModel
    """The model of the forecast: always one of flows, so that tiers add up."""
    arrivals: str
    """The time series of arrivals: level, damped_trend, seasonal or seasonal_damped_trend."""
    probability: float
    """With which a count lies between lower and upper."""
    movements: int
    """Pairs of reviews that the rates were counted from."""
    backtest: Backtest

    @property
    def coverage(self) -> float | None:
        """Share of past counts that lay within the intervals of the model in use; None where nothing could be tried."""
        return self.backtest.coverage.get(self.model)
