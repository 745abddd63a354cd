"""What is known of a customer at a date, as numbers that a model can learn from? The panel's metrics as rates, trends and ages.

Counts are taken per month of a customer's time with us, and ages count up to the history of the dates learned from: otherwise a
customer of an old date would differ from one of today only because less had been recorded by then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from fenji.domain.churn import Driver

Floats = npt.NDArray[np.float64]
Columns = Mapping[str, Floats]

MONTH_DAYS = 30.4375
YEAR_DAYS = 365.25
LEAST_AGE_DAYS = 30.0
"""A customer of yesterday has not bought thirty times a month."""
NEW_DAYS = 180.0
"""Until then a customer is called new, as far as words go."""
MOST_EVENT_KINDS = 20
MOST_PLANS = 20

_EVENT_YEAR = re.compile(r"event_(?P<kind>[a-z0-9_]+?)_12m")


@dataclass(frozen=True)
class Feature:
    """One column of the model's input."""

    name: str
    driver: Driver
    needs: tuple[str, ...]
    """Metrics, or columns of ``outcomes.contracts_at``."""
    formula: Callable[[Columns, float], Floats]
    """From the columns and the longest age that counts; nothing known is NaN."""
    is_worse_above: bool = False
    """On which side of ``than`` the driver's words are true."""
    than: float | None = None
    """None: the median of the customers learned from."""


def features_for(known: Collection[str], *, plans: Sequence[str] = ()) -> tuple[Feature, ...]:
    """The features whose metrics are known, always in the same order.

    Args:
        known: names of metrics, and of contract columns where there are contracts.
        plans: plans that have a feature of their own.
    """
    every = (*_ORDERS, *_VOICES, *_events(known), *_CONTRACTS, *(_plan(each) for each in plans))
    return tuple(each for each in every if all(name in known for name in each.needs))


def metrics_used(slugs: Collection[str]) -> tuple[str, ...]:
    """The metrics of a registry that features need, in a fixed order."""
    names = dict.fromkeys(name for each in features_for(slugs) for name in each.needs)
    return tuple(names)


def numbers_of(table: pa.Table, names: Sequence[str]) -> dict[str, Floats]:
    """Columns of a table as doubles; null is NaN."""
    return {name: _doubles(table[name]) for name in names}


def matrix_of(features: Sequence[Feature], columns: Columns, *, span_days: float) -> Floats:
    """Rows of customers, columns of features; NaN where nothing is known."""
    with np.errstate(divide="ignore", invalid="ignore"):
        made = [each.formula(columns, span_days) for each in features]
    matrix = np.column_stack(made) if made else np.empty((0, 0))
    return np.where(np.isfinite(matrix), matrix, np.nan)


def plan_column(plan: str) -> str:
    """The name of the column that says whether a customer's plan is this one."""
    return f"plan_is {plan}"


def _doubles(column: pa.ChunkedArray) -> Floats:
    found = pc.cast(column, pa.float64(), safe=False).to_numpy()
    return np.asarray(found, dtype=np.float64)


def _age(columns: Columns, span: float) -> Floats:
    return np.minimum(columns["days_since_first_order"], span)


def _months(columns: Columns, window_days: float) -> Floats:
    """Months of a window in which the customer was with us."""
    return np.clip(columns["days_since_first_order"], LEAST_AGE_DAYS, window_days) / MONTH_DAYS


def _plain(name: str) -> Callable[[Columns, float], Floats]:
    return lambda columns, _span: columns[name]


def _logged(name: str) -> Callable[[Columns, float], Floats]:
    return lambda columns, _span: np.log1p(np.maximum(columns[name], 0.0))


def _rate(name: str) -> Callable[[Columns, float], Floats]:
    return lambda columns, _span: np.log1p(np.maximum(columns[name], 0.0) / _months(columns, YEAR_DAYS))


def _trend(quarter: str, year: str) -> Callable[[Columns, float], Floats]:
    """The rate of three months by that of twelve; unknown where the customer came within these three months or did nothing."""

    def formula(columns: Columns, _span: float) -> Floats:
        recent = np.maximum(columns[quarter], 0.0) / (YEAR_DAYS / 4 / MONTH_DAYS)
        usual = columns[year] / _months(columns, YEAR_DAYS)
        is_known = (columns[year] > 0) & (columns["days_since_first_order"] > YEAR_DAYS / 4)
        return np.where(is_known, np.minimum(recent / usual, 4.0), np.nan)

    return formula


def _breadth_kept(columns: Columns, _span: float) -> Floats:
    is_known = (columns["categories_12m"] > 0) & (columns["days_since_first_order"] > YEAR_DAYS / 4)
    return np.where(is_known, columns["categories_3m"] / columns["categories_12m"], np.nan)


def _silence_in_intervals(columns: Columns, _span: float) -> Floats:
    return np.minimum(columns["days_since_last_order"] / np.maximum(columns["mean_days_between_orders"], 1.0), 20.0)


def _event_trend(kind: str) -> Callable[[Columns, float], Floats]:
    def formula(columns: Columns, _span: float) -> Floats:
        usual = columns[f"event_{kind}_12m"] / 12
        return np.where(usual > 0, np.minimum(columns[f"event_{kind}_30d"] / usual, 4.0), np.nan)

    return formula


def _events(known: Collection[str]) -> tuple[Feature, ...]:
    """The last event of any kind, and rate and trend of each kind."""
    kinds = sorted({match["kind"] for each in known if (match := _EVENT_YEAR.fullmatch(each))} - {"value"})
    kinds = [each for each in kinds if f"event_{each}_30d" in known][:MOST_EVENT_KINDS]
    last = "days_since_last_event"
    found = [Feature(last, Driver.LESS_ACTIVITY, (last,), _logged(last), is_worse_above=True)] if kinds else []
    for kind in kinds:
        year, month = f"event_{kind}_12m", f"event_{kind}_30d"
        found.append(Feature(year, Driver.LESS_ACTIVITY, (year,), _logged(year)))
        found.append(Feature(f"event_{kind}_trend", Driver.LESS_ACTIVITY, (year, month), _event_trend(kind), than=1.0))
    return tuple(found)


def _plan(plan: str) -> Feature:
    name = plan_column(plan)
    return Feature(name, Driver.PLAN, (name,), _plain(name), is_worse_above=True, than=0.5)


_FIRST, _LAST, _GAP = "days_since_first_order", "days_since_last_order", "mean_days_between_orders"

_ORDERS = (
    Feature(_LAST, Driver.LONGER_SILENCE, (_LAST,), _plain(_LAST), is_worse_above=True),
    Feature("silence_in_intervals", Driver.LONGER_SILENCE, (_LAST, _GAP), _silence_in_intervals, is_worse_above=True, than=1.0),
    Feature(
        "orders_trend", Driver.FALLING_FREQUENCY, ("orders_3m", "orders_12m", _FIRST), _trend("orders_3m", "orders_12m"), than=1.0
    ),
    Feature("orders_per_month", Driver.RARE_ORDERS, ("orders_12m", _FIRST), _rate("orders_12m")),
    Feature("orders_3m", Driver.RARE_ORDERS, ("orders_3m",), _logged("orders_3m")),
    Feature("active_months_per_month", Driver.RARE_ORDERS, ("active_months_12m", _FIRST), _rate("active_months_12m")),
    Feature(_GAP, Driver.RARE_ORDERS, (_GAP,), _logged(_GAP), is_worse_above=True),
    Feature(
        "order_interval_variation",
        Driver.IRREGULAR_RHYTHM,
        ("order_interval_variation",),
        _plain("order_interval_variation"),
        is_worse_above=True,
    ),
    Feature(
        "net_revenue_trend",
        Driver.FALLING_SPEND,
        ("net_revenue_3m", "net_revenue_12m", _FIRST),
        _trend("net_revenue_3m", "net_revenue_12m"),
        than=1.0,
    ),
    Feature("net_revenue_per_month", Driver.LOW_SPEND, ("net_revenue_12m", _FIRST), _rate("net_revenue_12m")),
    Feature("average_order_value_12m", Driver.LOW_SPEND, ("average_order_value_12m",), _logged("average_order_value_12m")),
    Feature("categories_kept", Driver.FEWER_CATEGORIES, ("categories_3m", "categories_12m", _FIRST), _breadth_kept),
    Feature("categories_12m", Driver.NARROW_RANGE, ("categories_12m",), _logged("categories_12m")),
    Feature("channels_12m", Driver.NARROW_RANGE, ("channels_12m",), _logged("channels_12m")),
    Feature("refund_rate_12m", Driver.REFUNDS, ("refund_rate_12m",), _plain("refund_rate_12m"), is_worse_above=True, than=0.0),
    Feature("age_days", Driver.NEW_CUSTOMER, (_FIRST,), _age, than=NEW_DAYS),
)
_VOICES = (
    Feature("complaints_12m", Driver.COMPLAINTS, ("complaints_12m",), _plain("complaints_12m"), is_worse_above=True, than=0.0),
    Feature(
        "complaint_hours_to_resolution_12m",
        Driver.COMPLAINTS,
        ("complaint_hours_to_resolution_12m",),
        _logged("complaint_hours_to_resolution_12m"),
        is_worse_above=True,
    ),
    Feature("satisfaction_12m", Driver.LOWER_SATISFACTION, ("satisfaction_12m",), _plain("satisfaction_12m")),
    Feature("nps_12m", Driver.LOWER_SATISFACTION, ("nps_12m",), _plain("nps_12m")),
)
_CONTRACTS = (
    Feature("contract_days", Driver.SHORT_CONTRACT, ("contract_days",), _logged("contract_days")),
    Feature("monthly_fee", Driver.HIGH_FEE, ("monthly_fee",), _logged("monthly_fee"), is_worse_above=True),
)
