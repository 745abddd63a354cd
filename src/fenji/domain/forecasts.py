"""How many customers will stand in each tier at the next reviews, how sure is that, and how well would it have been known before? A forecast is what to expect if customers go on as they did; not a target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ForecastModel(StrEnum):
    """The ways of foretelling the counts that a back-test compares."""

    COMBINED = "combined"
    """The weighted mean of flows, flows by recency and naive, each weighted by how near it was before."""
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


class Basis(StrEnum):
    """What the past of a forecast is like."""

    START_UP = "start_up"
    """The windows of the rules were still filling, or had been full for too few reviews: counts grew by themselves."""
    SETTLED = "settled"
    """Windows are full and customers can be lost: rates are those of the business."""


@dataclass(frozen=True)
class ExpectedTier:
    """What is expected of one tier at one coming review; opening + what came - what went = customers."""

    review_on: date
    """The coming review."""
    step: int
    """1: the next review."""
    tier: str
    opening: float
    """Customers of the tier at the review before."""
    new: float
    """Who is not known yet, or stood in no tier so far."""
    returned: float
    """Who was lost and comes back."""
    upgraded_in: float
    """From lower tiers."""
    downgraded_in: float
    """From higher tiers."""
    upgraded_out: float
    """Into higher tiers."""
    downgraded_out: float
    """Into lower tiers."""
    lost: float
    """Who stands in no tier any more."""
    customers: float
    lower: int
    """Lower end of the interval in which the count lies with the probability that the forecast names."""
    upper: int
    """Its upper end."""


@dataclass(frozen=True)
class ExpectedTotal:
    """All tiers together at one coming review."""

    review_on: date
    """The coming review."""
    step: int
    """1: the next review."""
    customers: float
    lower: int
    """Lower end of the interval in which the count lies with the probability that the forecast names."""
    upper: int
    """Its upper end."""


@dataclass(frozen=True)
class ModelError:
    """How far a model was off in the past, so many reviews ahead."""

    model: ForecastModel
    """The model that was tried."""
    basis: Basis
    """What the past was like at the reviews from which it was tried."""
    steps: int
    """Reviews ahead."""
    mean_absolute_error: float
    """Customers, over tiers and origins."""
    origins: int
    """Past reviews from which it was tried."""


@dataclass(frozen=True)
class Backtest:
    """Every model tried on the past: at each origin it knew only what had been decided until then."""

    errors: tuple[ModelError, ...]
    basis: Basis
    """Of today; what was tried from reviews of the same kind counts."""
    coverage: Mapping[ForecastModel, float]
    """Model -> share of past counts that lay within the intervals it would have been given; empty where nothing could be tried."""
    more_needed: int
    """Reviews that are missing until every horizon that was asked for can be tried; 0: none."""

    @property
    def best(self) -> ForecastModel | None:
        """Smallest mean of the errors over the horizons; None where nothing could be tried from reviews like the last one."""
        models = dict.fromkeys(each.model for each in self.errors if each.basis is self.basis)
        return min(models, key=self.mean_error) if models else None

    def mean_error(self, model: ForecastModel) -> float:
        """The mean of a model's errors over the horizons, from reviews like the last one; 0 where it was not tried."""
        own = [each.mean_absolute_error for each in self.errors if (each.model, each.basis) == (model, self.basis)]
        return sum(own) / len(own) if own else 0.0

    def error_of(self, model: ForecastModel, steps: int, basis: Basis | None = None) -> float | None:
        """The error of a model so many reviews ahead; None where it was not tried.

        Args:
            model: which.
            steps: reviews ahead.
            basis: None: that of today.
        """
        asked = (model, steps, basis or self.basis)
        return next((each.mean_absolute_error for each in self.errors if (each.model, each.steps, each.basis) == asked), None)


@dataclass(frozen=True)
class TierForecast:
    """The coming reviews, tier by tier, with what they rest on."""

    tiers: tuple[ExpectedTier, ...]
    """By review and tier, lowest tier first."""
    totals: tuple[ExpectedTotal, ...]
    model: ForecastModel
    """The model of the forecast: one whose tiers add up."""
    weights: Mapping[ForecastModel, float]
    """Of the models that a combined forecast is the mean of; they sum to 1."""
    arrivals: str
    """The time series of arrivals: level, damped_trend, seasonal or seasonal_damped_trend."""
    probability: float
    """With which a count lies between lower and upper."""
    widening: float
    """By what the past has the intervals of the flows multiplied; 1 where nothing is known of that yet."""
    movements: int
    """Pairs of reviews that the rates were counted from."""
    left_out: int
    """Pairs of reviews before, in which windows were still filling."""
    backtest: Backtest

    @property
    def coverage(self) -> float | None:
        """Share of past counts that lay within the intervals of the model in use; None where nothing could be tried."""
        return self.backtest.coverage.get(self.model)
