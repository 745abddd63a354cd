"""What is stored of series by month? Their past and future, how far the models were off before, and what the series rest on."""

from __future__ import annotations

from fenji.tables.contract import Column, Contract, Shelf

_WRITER = "analyze/trends/series.py"
_SERIES = (
    Column("as_of", "date", "last day that counts"),
    Column("measure", "string", "one of domain.trends.Measure"),
    Column("grouping", "string", "what the series are split by: one of domain.trends.GroupBy"),
    Column("member", "string", "tier or category; *all*: everything, *other*: smaller categories, *none*: without a value"),
)
_KEY = ("as_of", "measure", "grouping", "member")
_UNIT = "money in the workspace's currency, orders, customers, or orders per customer"

TREND = Contract(
    Shelf.INSIGHT,
    "trend",
    "one row per series and whole month, months without a line included",
    (*_KEY, "month_on"),
    (
        *_SERIES,
        Column("month_on", "date", "first day of the month"),
        Column("actual", "float64", _UNIT),
        Column("trend", "float64", "the part that is trend, same unit; null with fewer than six months", nullable=True),
        Column("season", "float64", "what the time of the year adds, same unit; null with fewer than two years", nullable=True),
    ),
    _WRITER,
)

TREND_FORECAST = Contract(
    Shelf.INSIGHT,
    "trend_forecast",
    "one row per series and coming month; none of a series with fewer than six months",
    (*_KEY, "month_on"),
    (
        *_SERIES,
        Column("month_on", "date", "first day of the month"),
        Column("step", "int64", "1 = the month after the last whole one"),
        Column("expected", "float64", _UNIT),
        Column("lower", "float64", "lower end of the interval"),
        Column("upper", "float64", "upper end of the interval"),
        Column("probability", "float64", "with which the month lies within the interval, 0..1"),
        Column("model", "string", "one of domain.trends.TrendModel"),
    ),
    _WRITER,
)

TREND_BACKTEST = Contract(
    Shelf.INSIGHT,
    "trend_backtest",
    "one row per series and model that could be tried from past months",
    (*_KEY, "model"),
    (
        *_SERIES,
        Column("model", "string", "one of domain.trends.TrendModel"),
        Column("mean_absolute_error", "float64", "in the unit of the series, over origins and months ahead"),
        Column("origins", "int64", "past months from which it was tried"),
        Column("is_chosen", "boolean", "whether the forecast is this model's"),
    ),
    _WRITER,
)

TREND_SERIES = Contract(
    Shelf.INSIGHT,
    "trend_series",
    "one row per series: its shape, and what its forecast rests on",
    _KEY,
    (
        *_SERIES,
        Column("position", "int64", "0 = first: tiers from the lowest, categories from the largest revenue"),
        Column("months", "int64", "whole months"),
        Column("filled", "int64", "months without a line, counted as zero"),
        Column(
            "change_12m",
            "float64",
            "share by which the trend changed in twelve months; null where that is unknown",
            nullable=True,
        ),
        Column("season_strength", "float64", "0..1; null with fewer than two years", nullable=True),
        Column("peak_month", "int64", "1..12, the strongest month; null likewise", nullable=True),
        Column("peak_effect", "float64", "what it adds, as a share of the mean; null likewise", nullable=True),
        Column("low_month", "int64", "1..12, the weakest month; null likewise", nullable=True),
        Column("low_effect", "float64", "what it adds, as a share of the mean; null likewise", nullable=True),
        Column("model", "string", "one of domain.trends.TrendModel; null where there is no forecast", nullable=True),
        Column("more_needed", "int64", "months that are missing until there is a forecast"),
        Column("probability", "float64", "with which a month lies within its interval, 0..1"),
        Column("widening", "float64", "what the model's own width was multiplied by, as the past demanded"),
        Column(
            "coverage",
            "float64",
            "share of past months within the intervals of then, 0..1; null where nothing was tried",
            nullable=True,
        ),
    ),
    _WRITER,
)

TREND_SCOPE = Contract(
    Shelf.INSIGHT,
    "trend_scope",
    "one row: which months and groups the series cover",
    ("as_of", "measure", "grouping"),
    (
        *_SERIES[:3],
        Column("first_on", "date", "first day with a line"),
        Column("last_on", "date", "last day with a line, up to as_of"),
        Column("left_out_first", "date", "first month of the data, where only a part of it is known", nullable=True),
        Column("left_out_last", "date", "last month of the data, where only a part of it is known", nullable=True),
        Column("others", "int64", "categories without a series of their own"),
        Column("tiers_from", "string", "one of domain.trends.TiersFrom; null where not by tier", nullable=True),
        Column("tiers_run_id", "string", "the run whose reviews told the tiers of the past; null likewise", nullable=True),
    ),
    _WRITER,
)
