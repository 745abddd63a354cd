"""How does a number of the business go from month to month, and where will it go? A series is one number by month; what customers are expected to do for tiers is in forecasts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Measure(StrEnum):
    """What is counted by month."""

    REVENUE = "revenue"
    """Net revenue of all lines, returns taken off."""
    ORDERS = "orders"
    """Orders with a sale."""
    CUSTOMERS = "customers"
    """Different customers with a sale."""
    FREQUENCY = "frequency"
    """Orders of known customers by customer who ordered."""


class GroupBy(StrEnum):
    """What the series are split by."""

    ALL = "all"
    TIER = "tier"
    CATEGORY = "category"


class TrendModel(StrEnum):
    """The ways of foretelling a series; the simplest first."""

    SEASONAL_NAIVE = "seasonal_naive"
    """The same month a year before comes again."""
    NAIVE = "naive"
    """The last month comes again."""
    ETS = "ets"
    """Exponential smoothing, chosen by likelihood."""
    THETA = "theta"
    """Theta method, chosen by error."""
    ARIMA = "arima"
    """ARIMA, chosen by likelihood."""


class TiersFrom(StrEnum):
    """Which tier counts in a month that is past."""

    HISTORY = "history"
    """The one decided at the last review before the month."""
    PRESENT = "present"
    """The one of today: who stands high now bought much then, so that high tiers seem to have grown."""


EVERYTHING = "*all*"
"""The series of everything together."""
OTHERS = "*other*"
"""The values beyond those with series of their own, together."""
NOBODY = "*none*"
"""Lines that have no value: without a category, or of customers who stood in no tier."""


@dataclass(frozen=True)
class Month:
    """One month of a series."""

    month_on: date
    """Its first day."""
    actual: float
    """What was counted; revenue in the currency of the answer."""
    trend: float | None
    """Null where there are too few months."""
    season: float | None
    """What the time of the year adds to the trend; null with fewer than two years."""


@dataclass(frozen=True)
class ExpectedMonth:
    """One coming month of a series."""

    month_on: date
    """Its first day."""
    step: int
    """1: the first month that is not over."""
    expected: float
    """What is expected of the whole month."""
    lower: float
    """Lower end of the interval in which the month lies with the probability that the series names."""
    upper: float
    """Its upper end."""


@dataclass(frozen=True)
class TrendError:
    """How far a model was off in the past."""

    model: TrendModel
    """The model that was tried."""
    mean_absolute_error: float
    """In the unit of the series, over origins and months ahead."""
    origins: int
    """Past months from which it was tried."""
    is_chosen: bool
    """Whether the forecast comes from this model."""


@dataclass(frozen=True)
class Season:
    """What the months of the year do to a series."""

    strength: float
    """0..1: how much of what is not trend the season explains."""
    peak_month: int
    """1..12: the strongest month."""
    peak_effect: float
    """What it adds, as a share of the mean; -0.2 is a fifth less."""
    low_month: int
    """1..12: the weakest month."""
    low_effect: float
    """What it adds, as a share of the mean."""


@dataclass(frozen=True)
class Series:
    """One series with its past, its shape and its future."""

    member: str
    """A tier or category; ``*all*`` everything, ``*other*`` the smaller categories, ``*none*`` lines without a value."""
    months: tuple[Month, ...]
    """The whole months that are known, the earliest first."""
    filled: int
    """Months without any line, counted as zero."""
    change_12m: float | None
    """By what share the trend of the last month lies above that of twelve months before; null without that month or a positive trend then."""
    season: Season | None
    """Null with fewer than two years."""
    model: TrendModel | None
    """The model of the forecast; null: no forecast."""
    more_needed: int
    """Months that are missing until there is a forecast; 0: none."""
    probability: float
    """With which a month lies between lower and upper."""
    widening: float
    """By what the past has the model's own intervals multiplied."""
    coverage: float | None
    """Share of past months within the intervals of then; null where too little could be tried."""
    expected: tuple[ExpectedMonth, ...]
    """The coming months; empty without a forecast."""
    errors: tuple[TrendError, ...]
    """Of every model that could be tried on the past, the simplest first."""

    def error_of(self, model: TrendModel) -> float | None:
        """How far a model was off; None where it was not tried."""
        return next((each.mean_absolute_error for each in self.errors if each.model is model), None)


@dataclass(frozen=True)
class Scope:
    """Which months and groups some series cover."""

    first_on: date
    """First day with an order line."""
    last_on: date
    """Last day with an order line."""
    left_out_first: date | None
    """First day of the first month where only a part of it is known; null: all of it is."""
    left_out_last: date | None
    """First day of the last month where only a part of it is known; null: all of it is."""
    others: int
    """Categories without a series of their own."""
    tiers_from: TiersFrom | None
    """Which tier counts in a past month; null where series are not by tier."""
    tiers_run_id: str | None
    """The run whose tiers count; null where series are not by tier."""
