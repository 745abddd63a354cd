"""What will all customers together order and bring, and how far may chance lead from it? The models' totals with their standard errors.

Units   orders are order days; money in the workspace's currency; standard errors are those of logarithms
Source  decision 0044; delta method for the parameters; scatter of a customer's revenue from the posterior of Gamma-Gamma: its scale 1/v has
        the law of an inverse gamma with shape p x + q and scale gamma + x m (Fader and Hardie 2013, section 3)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fenji.analyze.value.likelihoods import Floats
from fenji.analyze.value.order_days import Came, Known
from fenji.analyze.value.purchase_forecast import (
    alive_probability,
    order_pairs_while_alive,
    orders_while_alive,
    slopes_of_alive,
    slopes_of_orders,
)
from fenji.analyze.value.purchase_models import PurchaseModel
from fenji.analyze.value.spend import SpendFit, gradient_of_spend, spend_expected

NEAR_TWO = 0.05
"""So near to shape 2, where a customer's amounts have no variance any more, it is taken to be this far away."""


@dataclass(frozen=True)
class Expected:
    """What is expected of each customer within a time, and of all together."""

    each: Came
    orders_error: float | None
    """Standard error of the logarithm of all orders; None where nothing is known of it."""
    revenue_error: float | None
    """The same of all revenue."""

    @property
    def orders(self) -> float:
        """Of all together."""
        return float(self.each.orders.sum())

    @property
    def revenue(self) -> float:
        """Of all together."""
        return float(self.each.revenue.sum())


def expected_of(known: Known, model: PurchaseModel, spend: SpendFit, weeks: float, *, share: float = 1.0) -> Expected:
    """What the models expect of customers, with parameters' errors, the chance of single customers and the scatter of amounts.

    Args:
        known: the customers.
        model: of their orders.
        spend: of their amounts.
        weeks: how far ahead.
        share: of all customers, those in ``known``: scatter weighs less on all of them.
    """
    repeats, recency, age, days, mean = known.repeats, known.recency, known.age, known.days, known.mean
    # What depends on repeats and age alone is computed once for each pair of them.
    pairs, place = np.unique(np.stack([repeats, np.rint(age * 7)]), axis=1, return_inverse=True)
    where, place = (pairs[0], pairs[1] / 7), place.ravel()
    alive = alive_probability(model, repeats, recency, age)
    orders = alive * orders_while_alive(model, *where, weeks)[place]
    own = spend_expected(spend, days, mean)
    each = Came(orders, orders * own)
    if model.covariance is None:
        return Expected(each, None, None)
    scatter = np.maximum(alive * order_pairs_while_alive(model, *where, weeks)[place] + orders - orders**2, 0.0)
    slopes = slopes_of_orders(model, *where, weeks)[:, place] + slopes_of_alive(model, repeats, recency, age, alive)
    of_model = np.array(model.covariance)
    summed = slopes @ orders
    found = Expected(each, _error(float(summed @ of_model @ summed), float(scatter.sum()) * share, float(orders.sum())), None)
    if spend.p is None or spend.covariance is None:
        return found
    by_orders, by_amounts = slopes @ each.revenue, gradient_of_spend(spend, days, mean) @ orders
    of_parameters = float(by_orders @ of_model @ by_orders + by_amounts @ np.array(spend.covariance) @ by_amounts)
    of_chance = float(_revenue_scatter(spend, days, mean, orders, scatter).sum()) * share
    return Expected(each, found.orders_error, _error(of_parameters, of_chance, found.revenue))


def _revenue_scatter(spend: SpendFit, days: Floats, mean: Floats, orders: Floats, scatter: Floats) -> Floats:
    """The variance of each customer's revenue: of its amounts, of its own average, and of its number of orders."""
    p, q, gamma = float(spend.p or 0), float(spend.q or 0), float(spend.gamma or 0)
    shape, scale = p * days + q, gamma + days * np.maximum(mean, 0.0)
    average = scale / (shape - 1)
    square = scale * average / np.maximum(shape - 2, NEAR_TWO)
    between = np.maximum(square - average**2, 0.0)
    return np.asarray(orders * p * square + (scatter + orders**2) * p**2 * between + scatter * (p * average) ** 2)


def _error(of_parameters: float, of_chance: float, total: float) -> float | None:
    return float(np.sqrt(of_parameters + of_chance)) / total if total > 0 else None
