"""Would models and simple rules have been right at past days, and how much wider must intervals be for it?

Each trial knows what was known at a past day and foretells the time after it; days lie evenly between half and three quarters of the
history, and each looks a quarter of the history ahead, so that a trial learns from as long a time as a real one does, within a factor
of two.

Reads   order days of sampled customers
Writes  insight.value_trial: one row per past day and contender
Units   errors are logarithms of actual / expected; days since 1970-01-01
Keeps   the customers who had ordered by each past day; who came later counts on neither side
Source  decision 0044; rolling origins: Tashman (2000), IJF 16(4); variance between trials: Paule and Mandel (1982), J. Res. NBS 87
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from fenji.analyze.value.expecting import Expected, expected_of
from fenji.analyze.value.fitting import LEAST_BUYERS, WIDTH
from fenji.analyze.value.order_days import EPOCH, Came, Known, OrderDays, number_of
from fenji.analyze.value.purchase_models import fit_purchases
from fenji.analyze.value.simple_rules import continued, expected_by, recency_rule
from fenji.analyze.value.spend import LEAST_REPEAT_BUYERS, SpendFit, fit_spend
from fenji.domain.contests import LEAST_TRIALS, Contest, contest
from fenji.domain.value import OrderModel, SpendModel
from fenji.tables.insight_value import VALUE_TRIAL

TRIALS = 7
LEAST_DAYS = 112
"""Of history: a quarter of it is four weeks."""
LONGEST_DAYS = 365
"""A trial looks no further ahead than an answer does."""
MEDIAN_OF_FEW = 0.606
"""Median of a chi-square of one and a half degrees of freedom, by its mean: trials overlap, so that all together tell about as much as one
or two that do not."""
MEDIAN_OF_PICKED = 0.455
"""The same of one degree, for simple rules: which of them is used was picked by the trials too, and they tell as much as a single one."""
FLOOR = 0.05
"""Actual orders or revenue below this share of the expected count as this share, so that a logarithm exists."""
RULES = (continued, recency_rule)


@dataclass(frozen=True)
class Outcome:
    """What one contender expected at one past day, and what came."""

    contender: OrderModel
    on: int
    days: int
    """How far ahead."""
    customers: int
    expected: Expected
    orders: float
    """That came."""
    revenue: float

    @property
    def orders_off(self) -> float:
        """Logarithm of actual / expected orders."""
        return _off(self.orders, self.expected.orders)

    @property
    def revenue_off(self) -> float:
        """The same of revenue."""
        return _off(self.revenue, self.expected.revenue)


@dataclass(frozen=True)
class Spread:
    """How far an expectation may be off: by its own reckoning, and with what the trials have shown."""

    own: float
    """Standard error of the logarithm."""
    shown: float
    """The same with the trials."""

    @property
    def widening(self) -> float:
        """By what factor intervals were made wider."""
        return self.shown / self.own

    @property
    def misfit(self) -> float:
        """The variance that the trials added."""
        return max(self.shown**2 - self.own**2, 0.0)

    def around(self, expected: float) -> tuple[float, float]:
        """The interval of 95 %, symmetric in the logarithm."""
        wide = float(np.exp(WIDTH * self.shown))
        return expected / wide, expected * wide


def trial_days(first: int | None, *, as_of: int) -> tuple[int, tuple[int, ...]]:
    """How far trials look ahead, and from which days; no days where the history is too short.

    >>> trial_days(0, as_of=399)
    (100, (199, 216, 233, 249, 266, 283, 299))
    """
    history = 0 if first is None else as_of - first + 1
    if first is None or history < LEAST_DAYS:
        return 0, ()
    ahead = min(history // 4, LONGEST_DAYS)
    earliest, latest = as_of - history // 2, as_of - ahead
    return ahead, tuple(round(each) for each in np.linspace(earliest, latest, TRIALS))


def tried(days: OrderDays, kind: OrderModel | None, spending: SpendModel, *, as_of: date) -> tuple[Outcome, ...]:
    """Every contender at every past day on which it could be fitted.

    Args:
        days: order days of sampled customers.
        kind: the model of orders that is fitted at each day; None: none is.
        spending: the model of amounts.
        as_of: the last day that counts.
    """
    ahead, origins = trial_days(days.first, as_of=number_of(as_of))
    return tuple(each for on in origins for each in _tried_at(days, on, ahead, kind, spending))


def judged(outcomes: Sequence[Outcome], kind: OrderModel) -> Contest:
    """The model beside the best simple rule, by how far each was off on revenue, on the days on which all were tried."""
    contenders = sorted({each.contender for each in outcomes})
    by_day = {on: {each.contender: abs(each.revenue_off) for each in outcomes if each.on == on} for on in _days_of(outcomes)}
    whole = [errors for errors in by_day.values() if len(errors) == len(contenders)]
    return contest(kind, {str(name): [errors[name] for errors in whole] for name in contenders})


def spreads(
    outcomes: Sequence[Outcome], kind: OrderModel, final: Expected | None, *, ahead_days: float
) -> tuple[Spread | None, Spread | None]:
    """How far the orders and the revenue that a contender expects may be off; None where it was not tried often enough.

    Args:
        outcomes: of all contenders.
        kind: the contender in use.
        final: what it expects now, with its own standard errors; None, or without errors: those of the trials are taken.
        ahead_days: how far ahead the expectation looks.
    """
    own = [each for each in outcomes if each.contender is kind]
    if len(own) < LEAST_TRIALS:
        return None, None
    orders = [(each.orders_off, each.expected.orders_error) for each in own]
    revenue = [(each.revenue_off, each.expected.revenue_error) for each in own]
    longer = max(1.0, ahead_days / own[0].days)
    median = MEDIAN_OF_PICKED if kind in (OrderModel.CONTINUED, OrderModel.RECENCY) else MEDIAN_OF_FEW
    return (
        _spread(orders, None if final is None else final.orders_error, longer, median),
        _spread(revenue, None if final is None else final.revenue_error, longer, median),
    )


def trial_rows(outcomes: Sequence[Outcome], *, as_of: date) -> pa.Table:
    """insight.value_trial."""
    rows = [
        {
            "as_of": as_of,
            "on": EPOCH + timedelta(days=each.on),
            "days": each.days,
            "contender": str(each.contender),
            "customers": each.customers,
            "actual_orders": int(each.orders),
            "expected_orders": round(each.expected.orders, 6),
            "orders_error": each.expected.orders_error,
            "actual_revenue": round(each.revenue, 2),
            "expected_revenue": round(each.expected.revenue, 2),
            "revenue_error": each.expected.revenue_error,
        }
        for each in outcomes
    ]
    return pa.Table.from_pylist(rows, schema=VALUE_TRIAL.schema.to_pyarrow())


def _tried_at(days: OrderDays, on: int, ahead: int, kind: OrderModel | None, spending: SpendModel) -> list[Outcome]:
    known = days.known_at(on)
    if not len(known.places):
        return []
    came = days.came(known.places, after=on, until=on + ahead)
    made: list[tuple[OrderModel, Expected]] = []
    if kind is not None and (model := _by_model(known, kind, spending, ahead)) is not None:
        made.append((kind, _with_residuals(model, came)))
    for rule in (each(days, on=on, period_days=ahead) for each in RULES):
        if rule is not None:
            expected = expected_by(rule, days, known, on=on, horizon_days=ahead)
            made.append((rule.kind, _with_residuals(Expected(expected, None, None), came)))
    orders, revenue, many = float(came.orders.sum()), float(came.revenue.sum()), len(known.places)
    return [Outcome(name, on, ahead, many, each, orders, revenue) for name, each in made if each.orders > 0 and each.revenue > 0]


def _by_model(known: Known, kind: OrderModel, spending: SpendModel, ahead: int) -> Expected | None:
    purchases, spends = known.purchases, known.spends
    paying_repeat_buyers = spends.customers[spends.days > 1].sum()
    if purchases.everyone < LEAST_BUYERS or purchases.repeat_buyers < LEAST_REPEAT_BUYERS or not len(spends.days):
        return None
    average = float((spends.days * spends.mean).sum() / spends.days.sum())
    is_fitted = spending is SpendModel.GAMMA_GAMMA and len(spends.days) >= LEAST_BUYERS
    spend = fit_spend(spends, average) if is_fitted and paying_repeat_buyers >= LEAST_REPEAT_BUYERS else SpendFit(average)
    return expected_of(known, fit_purchases(purchases, kind), spend, ahead / 7)


def _with_residuals(expected: Expected, came: Came) -> Expected:
    """Where a contender does not reckon its own error: how far single customers were off, as if by chance."""
    orders, revenue = came.orders - expected.each.orders, came.revenue - expected.each.revenue
    return Expected(
        expected.each,
        expected.orders_error or float(np.sqrt((orders**2).sum())) / max(expected.orders, 1e-9),
        expected.revenue_error or float(np.sqrt((revenue**2).sum())) / max(expected.revenue, 1e-9),
    )


def _spread(trials: Sequence[tuple[float, float | None]], final: float | None, longer: float, median: float) -> Spread:
    """The standard error with what all trials share: a misfit that grows with the time looked ahead, as drifts do.

    The misfit is Paule and Mandel's: with it, the squares of the standardized errors sum up to as many as there are trials, less what
    the median of few of them is smaller than their mean.
    """
    off, error = (np.array(each, dtype=np.float64) for each in zip(*trials, strict=True))
    own = float(np.sqrt((error**2).mean())) if final is None else final
    most = float((off**2).sum()) / (median * len(off))

    def beyond(misfit: float) -> float:
        return float((off**2 / (error**2 + misfit)).sum()) - median * len(off)

    if beyond(0.0) <= 0:
        return Spread(own, own)
    from scipy.optimize import brentq  # noqa: PLC0415 - heavy third-party library

    misfit = float(brentq(beyond, 0.0, most, xtol=1e-12))
    return Spread(own, float(np.sqrt(own**2 + misfit * longer**2)))


def _days_of(outcomes: Sequence[Outcome]) -> list[int]:
    return sorted({each.on for each in outcomes})


def _off(actual: float, expected: float) -> float:
    return float(np.log(max(actual / expected, FLOOR)))
