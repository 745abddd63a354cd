"""What is each customer expected to order and to bring? The fitted models applied to everybody, a batch of whole customers at a time.

Reads   one row per customer, of ``order_histories``
Units   probabilities 0..1; orders are order days; money in the workspace's currency; intervals of 95 %
Keeps   every customer of the batch, exactly once
Source  decisions 0022 and 0044; intervals by the delta method, symmetric in the logarithm, wider by what trials on past days have shown; lifetime value: the revenue of each coming month,
        discounted from its end (Fader, Hardie and Lee 2005, JMR 42(4), for discounted expected transactions)

Memory: about 300 bytes a customer at a time, in slices of ``SLICE``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fenji.analyze.value.fitting import WEEKS_PER_MONTH, WEEKS_PER_YEAR, WIDTH, ValueModels
from fenji.analyze.value.likelihoods import Covariance, Floats
from fenji.analyze.value.purchase_forecast import (
    alive_probability,
    order_probability,
    orders_while_alive,
    slopes_of_alive,
    slopes_of_orders,
    staying_probability,
)
from fenji.analyze.value.purchase_models import PurchaseModel
from fenji.analyze.value.spend import gradient_of_spend, spend_expected

SLICE = 250_000
"""Customers that are computed at once."""

MONEY = pa.decimal128(18, 2)
SCORES = pa.schema(
    [
        ("customer_key", pa.int64()),
        ("p_alive", pa.float64()),
        ("p_alive_12m", pa.float64()),
        ("order_probability_12m", pa.float64()),
        ("expected_orders_12m", pa.float64()),
        ("expected_orders_12m_lower", pa.float64()),
        ("expected_orders_12m_upper", pa.float64()),
        ("expected_order_value", MONEY),
        ("expected_revenue_12m", MONEY),
        ("expected_revenue_12m_lower", MONEY),
        ("expected_revenue_12m_upper", MONEY),
        ("clv", MONEY),
    ]
)
"""What ``score_customers`` makes of a customer; the meanings stand in the contract insight.customer_value."""


@dataclass(frozen=True)
class Discounting:
    """How lifetime value looks ahead."""

    months: int
    rate_yearly: float

    @property
    def factors(self) -> list[tuple[float, float]]:
        """Weeks to the end of each month, and how its expected orders count: what comes later counts less.

        Orders of month i are E(i) - E(i - 1); summed by parts, each E(i) has the weight v^i - v^(i + 1), the last one v^n.
        """
        step = (1 + self.rate_yearly) ** (-1 / 12)
        weights = [step**month - step ** (month + 1) for month in range(1, self.months)] + [step**self.months]
        return [(month * WEEKS_PER_MONTH, weight) for month, weight in enumerate(weights, 1)]


@dataclass(frozen=True)
class Misfit:
    """How far the models were off on past days beyond their own reckoning: variances of logarithms, which all customers share."""

    orders: float
    revenue: float


def score_customers(rows: pa.Table, models: ValueModels, discounting: Discounting, misfit: Misfit | None) -> pa.Table:
    """The scores of customers.

    Args:
        rows: customer_key, repeats, recency_days, age_days and revenue of whole customers, in any order.
        models: what was fitted; where it has no model, what cannot be known is null.
        discounting: for lifetime value.
        misfit: what intervals are wider by; None: the models were not tried, and what they expect has no interval.
    """
    parts = [_scored(rows.slice(begin, SLICE), models, discounting, misfit) for begin in range(0, rows.num_rows, SLICE)]
    return pa.concat_tables(parts) if parts else SCORES.empty_table()


@dataclass(frozen=True)
class _Histories:
    repeats: Floats
    recency: Floats
    age: Floats
    mean_revenue: Floats
    pair_repeats: Floats
    """Repeats and age of every pair that occurs: a million customers of two years have some ten thousand."""
    pair_age: Floats
    pair: npt.NDArray[np.int64]
    """Which pair each customer has."""


@dataclass(frozen=True)
class _Orders:
    """Expected orders of twelve months with their relative error, and the weighted ones of lifetime value; None: not known."""

    alive: Floats | None
    alive_later: Floats | None
    any_order: Floats | None
    expected: Floats | None
    lower: Floats | None
    upper: Floats | None
    error_share: Floats | None
    discounted: Floats | None


def _scored(rows: pa.Table, models: ValueModels, discounting: Discounting, misfit: Misfit | None) -> pa.Table:
    histories = _histories(rows)
    orders = (
        _by_rate(histories, models, discounting)
        if models.purchase is None
        else _by_model(histories, models.purchase, discounting, misfit)
    )
    spend, spend_share = _spend(histories, models)
    revenue = _times(orders.expected, spend)
    share = _joined(orders.error_share, spend_share)
    lower, upper = _around(revenue, None if share is None or misfit is None else np.sqrt(share**2 + misfit.revenue))
    columns = {
        "p_alive": orders.alive,
        "p_alive_12m": orders.alive_later,
        "order_probability_12m": orders.any_order,
        "expected_orders_12m": orders.expected,
        "expected_orders_12m_lower": orders.lower,
        "expected_orders_12m_upper": orders.upper,
        "expected_order_value": spend,
        "expected_revenue_12m": revenue,
        "expected_revenue_12m_lower": lower,
        "expected_revenue_12m_upper": upper,
        "clv": _times(orders.discounted, spend),
    }
    arrays = [_column(columns[field.name], field, rows.num_rows) for field in SCORES if field.name != "customer_key"]
    return pa.Table.from_arrays([rows["customer_key"].combine_chunks().cast(pa.int64()), *arrays], schema=SCORES)


def _histories(rows: pa.Table) -> _Histories:
    repeats, recency, age = (rows[name].to_numpy().astype(np.int64) for name in ("repeats", "recency_days", "age_days"))
    revenue = rows["revenue"].cast(pa.float64()).to_numpy()
    span = int(repeats.max(initial=0)) + 1
    codes, pair = np.unique(age * span + repeats, return_inverse=True)
    return _Histories(
        repeats.astype(np.float64),
        recency / 7,
        age / 7,
        revenue / (repeats + 1),
        (codes % span).astype(np.float64),
        codes // span / 7,
        pair,
    )


def _by_model(histories: _Histories, model: PurchaseModel, discounting: Discounting, misfit: Misfit | None) -> _Orders:
    repeats, recency, age = histories.repeats, histories.recency, histories.age
    # What depends on repeats and age alone is computed once for each pair of them.
    where, pair = (histories.pair_repeats, histories.pair_age), histories.pair
    alive = alive_probability(model, repeats, recency, age)
    expected = alive * orders_while_alive(model, *where, WEEKS_PER_YEAR)[pair]
    discounted = sum(weight * orders_while_alive(model, *where, weeks) for weeks, weight in discounting.factors)
    share = None
    if model.covariance is not None:
        slopes = slopes_of_alive(model, repeats, recency, age, alive)
        for place, of_pairs in enumerate(slopes_of_orders(model, *where, WEEKS_PER_YEAR)):
            slopes[place] += of_pairs[pair]
        share = _error(slopes, model.covariance)
    lower, upper = _around(expected, None if share is None or misfit is None else np.sqrt(share**2 + misfit.orders))
    return _Orders(
        alive=alive,
        alive_later=alive * staying_probability(model, *where, WEEKS_PER_YEAR)[pair],
        any_order=alive * order_probability(model, *where, WEEKS_PER_YEAR)[pair],
        expected=expected,
        lower=lower,
        upper=upper,
        error_share=share,
        discounted=alive * np.asarray(discounted)[pair],
    )


def _by_rate(histories: _Histories, models: ValueModels, discounting: Discounting) -> _Orders:
    """Everybody alike: without a model nothing is known of who has left, and nothing is made up."""
    if models.rate is None or models.rate_lower is None or models.rate_upper is None:
        return _Orders(None, None, None, None, None, None, None, None)
    ones = np.ones(len(histories.repeats))
    year = [rate * WEEKS_PER_YEAR for rate in (models.rate, models.rate_lower, models.rate_upper)]
    discounted = sum(weight * models.rate * weeks for weeks, weight in discounting.factors)
    return _Orders(None, None, None, ones * year[0], ones * year[1], ones * year[2], None, ones * discounted)


def _spend(histories: _Histories, models: ValueModels) -> tuple[Floats | None, Floats | None]:
    """Expected revenue of an order day and its relative error."""
    if models.spend is None:
        return None, None
    days = histories.repeats + 1
    expected = spend_expected(models.spend, days, histories.mean_revenue)
    if models.spend.covariance is None:
        return expected, None
    gradient = gradient_of_spend(models.spend, days, histories.mean_revenue)
    return expected, _error(gradient / np.maximum(expected, 1e-300), models.spend.covariance)


def _error(slopes: Floats, covariance: Covariance) -> Floats:
    """The standard error of a logarithm: the quadratic form of its slopes, term by term, which needs no matrix of all customers."""
    variance = np.zeros(slopes.shape[1])
    for place, row in enumerate(slopes):
        others = sum(2 * covariance[place][other] * slopes[other] for other in range(place + 1, len(slopes)))
        variance += row * (covariance[place][place] * row + others)
    return np.asarray(np.sqrt(np.maximum(variance, 0)))


def _joined(first: Floats | None, second: Floats | None) -> Floats | None:
    """The relative error of a product of two independent estimates."""
    return None if first is None or second is None else cast("Floats", np.sqrt(first**2 + second**2))


def _times(first: Floats | None, second: Floats | None) -> Floats | None:
    return None if first is None or second is None else first * second


def _around(expected: Floats | None, share: Floats | None) -> tuple[Floats | None, Floats | None]:
    """The interval; not a number where it would be wider than a factor of e^10, which tells nothing."""
    if expected is None or share is None:
        return None, None
    wide = np.where(WIDTH * share < 10, np.exp(np.minimum(WIDTH * share, 10)), np.nan)  # noqa: PLR2004 - see above
    return expected / wide, expected * wide


def _column(values: Floats | None, field: pa.Field, rows: int) -> pa.Array:
    """The values in the field's type, null for what is not known or too large to be an amount of money."""
    if values is None:
        return pa.nulls(rows, field.type)
    unknown = ~np.isfinite(values)
    if field.type != MONEY:
        return pa.array(values, pa.float64(), mask=unknown)
    unknown |= np.abs(values) >= 1e15  # noqa: PLR2004 - what decimal(18, 2) holds, and a double to the cent
    # Arrow's own conversion takes several times as long: a decimal is the cents as 128 bits, the lower half first.
    cents = np.zeros((rows, 2), np.int64)
    cents[:, 0] = np.rint(np.where(unknown, 0, values) * 100)
    cents[:, 1] = cents[:, 0] >> 63
    known = pa.py_buffer(np.packbits(~unknown, bitorder="little").tobytes()) if unknown.any() else None
    return pa.Array.from_buffers(MONEY, rows, [known, pa.py_buffer(cents)])
