"""What is answered to the question how many customers each tier will have, and where revenue, orders and customers will go?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from fenji.answers.frames import Answer
from fenji.answers.runs import Lost
from fenji.domain.forecasts import Basis, ExpectedTier, ExpectedTotal, ForecastModel, ModelError
from fenji.domain.telling import COUNT, HIDDEN, Named
from fenji.domain.trends import GroupBy, Measure, Scope, Series
from fenji.domain.words import Spoken, Words
from fenji.errors import Problem


@dataclass(frozen=True)
class ForecastTrial:
    """How far every model would have been off in the past, knowing only what had been decided until then."""

    basis: Basis
    """What the past of today is like; only models tried from such reviews are compared."""
    best: ForecastModel | None
    """The model with the smallest mean error; null where nothing could be tried."""
    coverage: float | None
    """Share of past counts within the intervals of the model in use; null where nothing could be tried."""
    more_needed: int
    """Reviews that are missing until every review ahead that was asked for can be tried; 0: none."""
    errors: tuple[ModelError, ...]
    """By basis, model and reviews ahead."""


@dataclass(frozen=True)
class ForecastResult(Answer):
    """The tiers of the coming reviews, beside the last one."""

    run_id: str
    """The run that holds the forecast."""
    as_of: date
    """The last day known."""
    policy: str
    version: int
    of: Literal["tiers"]
    """Tiers: the other answers of the command are of revenue, orders, customers or frequency."""
    history_run_id: str
    """The run whose reviews the forecast rests on."""
    starts_on: date
    """The last review that ended its period; the forecast leads on from it."""
    model: ForecastModel
    """The model of the forecast: one whose tiers add up."""
    weights: Mapping[ForecastModel, float]
    """Model: its share in a combined forecast; they sum to 1."""
    arrivals: str
    """How arrivals go on: level, damped_trend, seasonal or seasonal_damped_trend."""
    movements: int
    """Pairs of reviews that the rates were counted from."""
    left_out: int
    """Pairs of reviews before, in which windows were still filling."""
    probability: float
    """With which a count lies between lower and upper."""
    widening: float
    """By what the past has multiplied the intervals; 1 where nothing is known of that yet."""
    lost: Lost
    """When a customer counts as lost."""
    customers: Annotated[Mapping[str, int], COUNT]
    """Tier: customers at ``starts_on``, lowest tier first."""
    tiers: tuple[ExpectedTier, ...]
    """By review and tier, lowest tier first."""
    totals: tuple[ExpectedTotal, ...]
    """All tiers together, by review."""
    backtest: ForecastTrial
    """How well that would have worked before."""
    tier_names: Annotated[Mapping[str, Words], HIDDEN]
    """Tier: its name, lowest first."""
    warnings: tuple[Problem, ...] = ()

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.tiers


@dataclass(frozen=True)
class NamedSeries(Series):
    """One series with its name, and what it does in words."""

    name: Spoken[str]
    sentences: Spoken[tuple[str, ...]]
    """How the trend has changed, and what the time of the year does."""


@dataclass(frozen=True)
class TrendResult(Answer):
    """A number of the business month by month, with trend, season and forecast."""

    run_id: str
    """The run that holds the series."""
    as_of: date
    is_as_of_defaulted: bool
    policy: str
    version: int
    measure: Annotated[Measure, Named("of")]
    """What is counted by month."""
    by: GroupBy | None
    """What the series are split by; null: one series of everything."""
    currency: str | None
    """Of revenue; null where no money is counted."""
    scope: Scope
    """Which months and groups the series cover."""
    series: tuple[NamedSeries, ...]
    """Tiers from the lowest, categories from the largest revenue; others and lines without a value last."""
    warnings: tuple[Problem, ...] = ()

    def main_rows(self) -> Sequence[object]:
        """See answers.frames: the months of all series."""
        return [{"member": each.member, **vars(month)} for each in self.series for month in each.months]
