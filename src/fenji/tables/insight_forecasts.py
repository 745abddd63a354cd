"""What is stored of a forecast of tiers? The counts, what they rest on, and how far the models were off before."""

from __future__ import annotations

from fenji.tables.contract import Column, Contract, Shelf

_WRITER = "analyze/forecast/tables.py"

TIER_FORECAST = Contract(
    Shelf.INSIGHT,
    "tier_forecast",
    "one row per coming review and tier of the policy in force; opening plus all that comes minus all that goes is customers",
    ("as_of", "review_on", "tier"),
    (
        Column("as_of", "date", "last day that the run knew"),
        Column("review_on", "date", "the coming review"),
        Column("step", "int64", "1 = the next review"),
        Column("policy", "string", "policy slug"),
        Column("version", "int64", "policy version"),
        Column("tier", "string", "tier"),
        Column("rank", "int64", "0 = lowest"),
        Column("opening", "float64", "customers expected at the review before"),
        Column("new", "float64", "expected to be first seen since then"),
        Column("returned", "float64", "expected back of those who are lost"),
        Column("upgraded_in", "float64", "expected from lower tiers"),
        Column("downgraded_in", "float64", "expected from higher tiers"),
        Column("upgraded_out", "float64", "expected to go to higher tiers"),
        Column("downgraded_out", "float64", "expected to go to lower tiers"),
        Column("lost", "float64", "expected to be lost"),
        Column("customers", "float64", "customers expected in the tier"),
        Column("lower", "int64", "lower end of the interval"),
        Column("upper", "int64", "upper end of the interval"),
        Column("probability", "float64", "with which the count lies within the interval, 0..1"),
        Column("model", "string", "one of domain.forecasts.ForecastModel"),
    ),
    _WRITER,
)

TIER_FORECAST_TOTAL = Contract(
    Shelf.INSIGHT,
    "tier_forecast_total",
    "one row per coming review: all tiers together",
    ("as_of", "review_on"),
    (
        Column("as_of", "date", "last day that the run knew"),
        Column("review_on", "date", "the coming review"),
        Column("step", "int64", "1 = the next review"),
        Column("customers", "float64", "customers expected in any tier"),
        Column("lower", "int64", "lower end of the interval"),
        Column("upper", "int64", "upper end of the interval"),
    ),
    _WRITER,
)

TIER_FORECAST_BACKTEST = Contract(
    Shelf.INSIGHT,
    "tier_forecast_backtest",
    "one row per model, kind of past and number of reviews ahead that could be tried from at least three past reviews",
    ("as_of", "basis", "model", "steps"),
    (
        Column("as_of", "date", "last day that the run knew"),
        Column("basis", "string", "what the past was like at those reviews: one of domain.forecasts.Basis"),
        Column("model", "string", "one of domain.forecasts.ForecastModel"),
        Column("steps", "int64", "reviews ahead"),
        Column("mean_absolute_error", "float64", "customers, over tiers and origins"),
        Column("origins", "int64", "past reviews from which it was tried"),
    ),
    _WRITER,
)

TIER_FORECAST_FIT = Contract(
    Shelf.INSIGHT,
    "tier_forecast_fit",
    "one row: what the forecast rests on",
    ("as_of",),
    (
        Column("as_of", "date", "last day that the run knew"),
        Column("starts_on", "date", "the review that the forecast leads on from"),
        Column("policy", "string", "policy slug"),
        Column("version", "int64", "policy version"),
        Column("model", "string", "one of domain.forecasts.ForecastModel"),
        Column("weight_flows", "float64", "of the flows by tier, 0..1; null where they are not part of it", nullable=True),
        Column("weight_flows_by_recency", "float64", "of the flows by tier and recency, 0..1; null likewise", nullable=True),
        Column("weight_naive", "float64", "of counts that stay, 0..1; null likewise", nullable=True),
        Column("arrivals", "string", "how arrivals go on: level, damped_trend, seasonal or seasonal_damped_trend"),
        Column("probability", "float64", "with which a count lies within its interval, 0..1"),
        Column("widening", "float64", "what the width by chance alone was multiplied by, as the past demanded"),
        Column("movements", "int64", "pairs of reviews that the rates were counted from"),
        Column("left_out", "int64", "pairs of reviews before, in which windows were still filling"),
        Column("basis", "string", "what the past is like at the last review: one of domain.forecasts.Basis"),
        Column(
            "coverage",
            "float64",
            "share of past counts within the intervals of then, 0..1; null where nothing could be tried",
            nullable=True,
        ),
    ),
    _WRITER,
)
