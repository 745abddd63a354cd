"""What have revenue, orders, customers or frequency been every month, what of it is trend and season, and what is to be expected?

Reads   months and groups as ``months`` counts them
Writes  insight.trend: one row per series and month; insight.trend_forecast: one row per series and coming month; insight.trend_backtest: one
        row per series and model; insight.trend_series: one row per series; insight.trend_scope: one row
Units   money in the workspace's currency, returns taken off; orders, customers, or orders per customer
Keeps   every month from the first to the last, those without a line as zero; each series has a forecast of its own, so that groups need not
        add up to everything
Source  ``decomposing``, ``models`` and ``trying``
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from fenji.analyze.trends.decomposing import Floats, change_of, season_of, taken_apart
from fenji.analyze.trends.models import PROBABILITY, foretold
from fenji.analyze.trends.trying import LEAST_MONTHS, Tried, try_models
from fenji.domain.trends import ExpectedMonth, GroupBy, Measure, Month, Scope, Series, TrendModel
from fenji.tables.contract import Contract
from fenji.tables.insight_trends import TREND, TREND_BACKTEST, TREND_FORECAST, TREND_SCOPE, TREND_SERIES

MOST_FOR_ARIMA = 8
"""Series up to which ARIMA is tried too: its fits are the slowest by far."""

_TYPES = {
    "date": pa.date32(),
    "string": pa.string(),
    "int64": pa.int64(),
    "float64": pa.float64(),
    "boolean": pa.bool_(),
}
"""How Arrow calls the types of the contracts."""

Row = Mapping[str, Any]


def values_of(rows: Iterable[Row], months: Sequence[date], measure: Measure) -> tuple[Floats, int]:
    """One number per month of one group, and how many months had no line and count as zero.

    Args:
        rows: fetched rows of ``count_months`` of one group.
        months: first days, the earliest first; rows of other months are left out.
        measure: which number.
    """
    by_month = {row["month_on"]: row for row in rows}
    found = np.array([_value(by_month[month], measure) if month in by_month else 0.0 for month in months])
    return found, sum(month not in by_month for month in months)


def _value(row: Row, measure: Measure) -> float:
    if measure is Measure.FREQUENCY:
        return float(row["known_orders"]) / float(row["customers"]) if row["customers"] else 0.0
    return float(row[measure])


def series_of(
    member: str,
    months: Sequence[date],
    values: Floats,
    *,
    filled: int,
    measure: Measure,
    steps: int,
    models: Sequence[TrendModel],
) -> Series:
    """One series with its past, its shape and its future.

    Args:
        member: the group.
        months: first days, the earliest first, none left out.
        values: one per month.
        filled: months without a line among them.
        measure: what is counted.
        steps: coming months.
        models: those to try.
    """
    shape = taken_apart(values)
    past = tuple(
        Month(
            month,
            float(values[place]),
            None if shape.trend is None else float(shape.trend[place]),
            None if shape.season is None else float(shape.season[place]),
        )
        for place, month in enumerate(months)
    )
    tried = try_models(values, steps=steps, models=models) if len(values) >= LEAST_MONTHS else None
    return Series(
        member=member,
        months=past,
        filled=filled,
        change_12m=change_of(shape),
        season=season_of(values, shape, months[0]) if months else None,
        model=None if tried is None else tried.model,
        more_needed=max(0, LEAST_MONTHS - len(values)),
        probability=PROBABILITY,
        widening=1.0 if tried is None else tried.widening,
        coverage=None if tried is None else tried.coverage,
        expected=() if tried is None else _expected(months[-1], values, tried, steps=steps, measure=measure),
        errors=() if tried is None else tried.errors,
    )


def _expected(last_on: date, values: Floats, tried: Tried, *, steps: int, measure: Measure) -> tuple[ExpectedMonth, ...]:
    future = foretold(tried.model, values, steps, period=tried.period) or foretold(TrendModel.NAIVE, values, steps, period=1)
    if future is None:
        message = f"{len(values)} months are too few for any model"
        raise AssertionError(message)
    # Refunds can make the revenue of a month negative; a series that never was is not expected to be.
    lowest = 0.0 if measure is not Measure.REVENUE or values.min() >= 0 else -np.inf
    expected, width = np.maximum(future.expected, lowest), future.width * tried.widening
    number = last_on.year * 12 + last_on.month
    days = [date((number + step) // 12, (number + step) % 12 + 1, 1) for step in range(steps)]
    return tuple(
        ExpectedMonth(
            day,
            step + 1,
            float(expected[step]),
            float(max(lowest, expected[step] - width[step])),
            float(expected[step] + width[step]),
        )
        for step, day in enumerate(days)
    )


def models_for(series: int) -> tuple[TrendModel, ...]:
    """The models to try where so many series are asked for."""
    return tuple(each for each in TrendModel if each is not TrendModel.ARIMA or series <= MOST_FOR_ARIMA)


def series_tables(
    found: Sequence[Series], scope: Scope, *, measure: Measure, by: GroupBy, as_of: date
) -> dict[Contract, pa.Table]:
    """Series in the shape of their contracts, in the order in which they are given."""
    said = {"as_of": as_of, "measure": str(measure), "grouping": str(by)}
    named = [({**said, "member": each.member}, each) for each in found]
    months = [{**key, **vars(month)} for key, each in named for month in each.months]
    coming = [
        {**key, **vars(month), "probability": each.probability, "model": str(each.model)}
        for key, each in named
        for month in each.expected
    ]
    errors = [{**key, **vars(error), "model": str(error.model)} for key, each in named for error in each.errors]
    shapes = [{**key, "position": place, **_shape(each)} for place, (key, each) in enumerate(named)]
    rows: dict[Contract, Sequence[Mapping[str, object]]] = {
        TREND: months,
        TREND_FORECAST: coming,
        TREND_BACKTEST: errors,
        TREND_SERIES: shapes,
        TREND_SCOPE: [{**said, **vars(scope)}],
    }
    return {contract: _table(contract, each) for contract, each in rows.items()}


def _shape(series: Series) -> dict[str, object]:
    season = series.season
    return {
        "months": len(series.months),
        "filled": series.filled,
        "change_12m": series.change_12m,
        "season_strength": None if season is None else season.strength,
        "peak_month": None if season is None else season.peak_month,
        "peak_effect": None if season is None else season.peak_effect,
        "low_month": None if season is None else season.low_month,
        "low_effect": None if season is None else season.low_effect,
        "model": None if series.model is None else str(series.model),
        "more_needed": series.more_needed,
        "probability": series.probability,
        "widening": series.widening,
        "coverage": series.coverage,
    }


def _table(contract: Contract, rows: Sequence[Mapping[str, object]]) -> pa.Table:
    schema = pa.schema([(each.name, _TYPES[each.type]) for each in contract.columns])
    return pa.Table.from_pylist([{name: row[name] for name in schema.names} for row in rows], schema=schema)
