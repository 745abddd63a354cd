"""Which models describe these customers, and is there enough data for any? Fitted, compared, and the reasons of the choice kept.

Reads   groups of customers of bounded number, as ``order_histories`` makes them
Units   weeks; money in the workspace's currency; intervals of 95 %
Source  decision 0022; exact Poisson interval: Garwood (1936), Biometrika 28; regularity: Wheat and Morrison (1990), JMR 27(1)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from fenji.analyze.value.likelihoods import Floats
from fenji.analyze.value.purchase_forecast import alive_probability
from fenji.analyze.value.purchase_models import PurchaseCounts, PurchaseModel, fit_purchases
from fenji.analyze.value.spend import LEAST_REPEAT_BUYERS, SpendCounts, SpendFit, fit_spend, gradient_of_spend, spend_expected
from fenji.domain.value import Choice, OrderModel, Rhythm, SpendModel

LEAST_BUYERS = 30
"""Customers below which four parameters cannot be told apart."""
CERTAIN = 0.9995
"""P(alive) that is shown as 100.0 %."""
EQUAL = 2.0
"""Difference of log-likelihoods below which the data cannot tell two models apart: odds of seven to one."""
PROBABILITY = 0.95
WIDTH = 1.959964
"""Standard errors to either side for that probability."""
LEAST_INTERVALS = 50
"""Customers with three orders from whom regularity is judged."""
REGULAR, CLUMPY = 0.8, 1.2
"""Spread of the split of two intervals, as a share of that by chance, from which buying is called regular or clumpy."""
WEEKS_PER_MONTH = 365.25 / 12 / 7
WEEKS_PER_YEAR = 12 * WEEKS_PER_MONTH


@dataclass(frozen=True)
class RhythmFound:
    """Whether orders come as the models assume: at a constant rate, by chance."""

    kind: Rhythm
    customers: int
    """Who ordered at least three times."""
    spread: float | None
    """Of the split of the first two intervals, 1 is chance, 0 is like a clock."""
    lower: float | None
    upper: float | None


@dataclass(frozen=True)
class ValueModels:
    """What was fitted, what was chosen, and why."""

    orders: OrderModel
    choice: Choice
    purchase: PurchaseModel | None
    """None where everybody is taken to order at the average rate."""
    other: PurchaseModel | None
    """The model that was not chosen."""
    buyers: int
    repeat_buyers: int
    rate: float | None
    """Repeat orders per customer and week; None where no time has passed since anybody's first order."""
    rate_lower: float | None
    rate_upper: float | None
    spending: SpendModel
    spending_choice: Choice
    spend: SpendFit | None
    """None where nobody has paid anything."""
    correlation: float | None
    """Between order days and average revenue of repeat buyers."""
    rhythm: RhythmFound


def purchase_counts(cells: pa.Table) -> PurchaseCounts:
    """The fetched rows of ``purchase_cells`` in an order of their own, so that the same customers give the same digits."""
    names = ("repeats", "recency_days", "age_days")
    customers = np.asarray(cells["customers"].to_numpy(), dtype=np.float64)
    sums = [np.asarray(cells[name].to_numpy(), dtype=np.float64) for name in names]
    order = np.lexsort((customers, *sums))
    repeats, recency, age = (each[order] / customers[order] for each in sums)
    return PurchaseCounts(repeats, recency / 7, age / 7, customers[order])


def spend_counts(cells: pa.Table) -> SpendCounts:
    """The fetched rows of ``spend_cells``, ordered by their key."""
    ordered = cells.sort_by("customer_key")
    customers = np.asarray(ordered["customers"].to_numpy(), dtype=np.float64)
    days = np.asarray(ordered["days"].to_numpy(), dtype=np.float64) / customers
    # Engines differ in the last digit of a logarithm, so those of single customers are taken here.
    if "mean" in ordered.column_names:
        return SpendCounts(days, np.asarray(np.log(ordered["mean"].to_numpy())), customers)
    return SpendCounts(days, np.asarray(ordered["mean_log"].to_numpy(), dtype=np.float64) / customers, customers)


def fit_models(
    totals: Mapping[str, Any], purchases: PurchaseCounts, spends: SpendCounts, intervals: Mapping[str, Any]
) -> ValueModels:
    """The models of a customer base.

    Args:
        totals: the row of ``history_totals``.
        purchases: of ``purchase_cells``.
        spends: of ``spend_cells``.
        intervals: the row of ``interval_ratios``.
    """
    rhythm = rhythm_of(intervals)
    purchase, other, choice = choose_purchases(purchases, rhythm.kind)
    spending, spend, spending_choice = _spend(totals, spends)
    rate, lower, upper = average_rate(totals["repeats"] or 0, (totals["age_days"] or 0) / 7)
    return ValueModels(
        orders=OrderModel.AVERAGE_RATE if purchase is None else purchase.kind,
        choice=choice,
        purchase=purchase,
        other=other,
        buyers=totals["customers"],
        repeat_buyers=totals["repeat_buyers"],
        rate=rate,
        rate_lower=lower,
        rate_upper=upper,
        spending=spending,
        spending_choice=spending_choice,
        spend=spend,
        correlation=_correlation(totals),
        rhythm=rhythm,
    )


def choose_purchases(counts: PurchaseCounts, rhythm: Rhythm) -> tuple[PurchaseModel | None, PurchaseModel | None, Choice]:
    """The model that is used, the one that is not, and why; where the better one says nothing, it is the one that is not used.

    BG/NBD is used where the data are more probable under it, and orders come by chance as both models assume. Where they come
    regularly or in bursts, either model bends its probability of leaving to make up for it, and the likelihood does not say
    which one is nearer to the truth.

    Args:
        counts: the customers.
        rhythm: how their orders come.
    """
    if counts.everyone < LEAST_BUYERS:
        return None, None, Choice.TOO_FEW_BUYERS
    if counts.repeat_buyers < LEAST_REPEAT_BUYERS:
        return None, None, Choice.TOO_FEW_REPEAT_BUYERS
    plain, modified = (fit_purchases(counts, kind) for kind in (OrderModel.BG_NBD, OrderModel.MBG_NBD))
    lead = modified.log_likelihood - plain.log_likelihood
    if lead > EQUAL:
        chosen, other, why = modified, plain, Choice.LIKELIER
    elif lead >= -EQUAL:
        chosen, other, why = modified, plain, Choice.EQUALLY_LIKELY
    elif rhythm in (Rhythm.REGULAR, Rhythm.CLUMPY):
        chosen, other, why = modified, plain, Choice.RHYTHM_DOUBTFUL
    else:
        chosen, other, why = plain, modified, Choice.LIKELIER
    refused = refusal_of(chosen, counts)
    return (chosen, other, why) if refused is None else (None, chosen, refused)


def refusal_of(model: PurchaseModel, counts: PurchaseCounts) -> Choice | None:
    """Why a fitted model says nothing that could be used; None where it does.

    Args:
        model: as fitted.
        counts: the customers that it was fitted to.
    """
    if model.covariance is None or any(model.covariance[each][each] == 0 for each in range(4)):
        return Choice.AT_BOUND
    alive = alive_probability(model, counts.repeats, counts.recency, counts.age)
    return Choice.NOBODY_LEAVES if float(alive.min()) >= CERTAIN else None


def average_rate(repeats: int, weeks: float) -> tuple[float | None, float | None, float | None]:
    """Orders per customer and week with Garwood's exact interval; nothing where no time has passed.

    >>> [round(each, 4) for each in average_rate(10, 100)]
    [0.1, 0.048, 0.1839]
    """
    from scipy.special import gammaincinv  # noqa: PLC0415 - heavy third-party library

    if weeks <= 0:
        return None, None, None
    tail = (1 - PROBABILITY) / 2
    lower = float(gammaincinv(repeats, tail)) if repeats else 0.0
    return repeats / weeks, lower / weeks, float(gammaincinv(repeats + 1, 1 - tail)) / weeks


def rhythm_of(found: Mapping[str, Any]) -> RhythmFound:
    """The verdict on the row of ``interval_ratios``.

    The variance of (part - 1/2)^2 of a uniform part is 1/180, its mean 1/12: so sure is the spread of so many customers.
    """
    customers = found["customers"]
    if customers < LEAST_INTERVALS:
        return RhythmFound(Rhythm.UNKNOWN, customers, None, None, None)
    spread = found["spread"] / found["random_spread"]
    slack = WIDTH * 12 / np.sqrt(180 * customers)
    lower, upper = max(spread - slack, 0.0), spread + slack
    kind = Rhythm.REGULAR if upper < REGULAR else Rhythm.CLUMPY if lower > CLUMPY else Rhythm.RANDOM
    return RhythmFound(kind, customers, float(spread), float(lower), float(upper))


def _spend(totals: Mapping[str, Any], spends: SpendCounts) -> tuple[SpendModel, SpendFit | None, Choice]:
    if not totals["paying"]:
        return SpendModel.AVERAGE, None, Choice.TOO_FEW_BUYERS
    average = float(totals["paying_revenue"]) / totals["paying_days"]
    if totals["paying"] < LEAST_BUYERS:
        return SpendModel.AVERAGE, SpendFit(average), Choice.TOO_FEW_BUYERS
    if totals["paying_repeat_buyers"] < LEAST_REPEAT_BUYERS:
        return SpendModel.AVERAGE, SpendFit(average), Choice.TOO_FEW_REPEAT_BUYERS
    fitted = fit_spend(spends, average)
    if fitted.covariance is None or any(fitted.covariance[each][each] == 0 for each in range(3)):
        return SpendModel.AVERAGE, SpendFit(average), Choice.AT_BOUND
    return SpendModel.GAMMA_GAMMA, fitted, Choice.ENOUGH


def spend_error_share(spend: SpendFit | None, counts: SpendCounts) -> float | None:
    """How unsure the average of an order day is: delta method, customers weighted by their order days."""
    if spend is None or spend.covariance is None:
        return None
    weights: Floats = counts.customers * counts.days
    summed = gradient_of_spend(spend, counts.days, counts.mean) @ weights
    total = float(weights @ spend_expected(spend, counts.days, counts.mean))
    return float(np.sqrt(summed @ np.array(spend.covariance) @ summed)) / total


def _correlation(totals: Mapping[str, Any]) -> float | None:
    """Pearson's, from sums; None where fewer than three repeat buyers or no difference between them."""
    count = totals["paying_repeat_buyers"]
    if count < 3:  # noqa: PLR2004 - two points always lie on a line
        return None
    days, mean = totals["sum_days"] / count, totals["sum_mean"] / count
    spread = (totals["sum_days_days"] / count - days**2) * (totals["sum_mean_mean"] / count - mean**2)
    if spread <= 1e-18 * (days * mean) ** 2:
        return None
    return float(np.clip((totals["sum_days_mean"] / count - days * mean) / np.sqrt(spread), -1, 1))
