"""Is a customer still one, and how many orders will come? Expectations of a fitted purchase model, for all customers at once.

Units   weeks; orders are order days; probabilities 0..1
Source  Fader, Hardie and Lee (2005), eq. 9 and 10, and their note on P(alive) (2008); Hoppe and Wagner (2007) for MBG/NBD. Their
        hypergeometric functions are turned by Euler's transformation (Abramowitz and Stegun 15.3.3), after which the number of
        orders stands only in a denominator: no power overflows however many orders there are
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from fenji.analyze.value.likelihoods import Floats
from fenji.analyze.value.purchase_models import PurchaseModel

NEAR_ONE = 1e-5
"""So near to a = 1, where the formula is 0/0, the mean of both sides is taken; what that costs is of the order of 1e-10."""
NODES = 100
"""Quantiles of the probability of leaving, where the formula cannot be computed."""


def alive_probability(model: PurchaseModel, repeats: Floats, recency: Floats, age: Floats) -> Floats:
    """How probable it is that each customer still is one at the end of its age."""
    flips = repeats + model.flips_at_start
    return _alive(_log_odds(model, repeats, recency, age), flips)


def staying_probability(model: PurchaseModel, repeats: Floats, age: Floats, weeks: float) -> Floats:
    """How probable it is that who still is a customer will be one some weeks later.

    Args:
        model: the fitted model.
        repeats: orders after the first.
        age: weeks since the first order.
        weeks: how much later.
    """
    from scipy.special import hyp2f1  # noqa: PLC0415 - heavy third-party library

    rate, since, faith = model.r + repeats, model.alpha + age, model.b + repeats + model.flips_at_start
    part = weeks / (since + weeks)
    with np.errstate(all="ignore"):
        found = (1 - part) ** model.a * hyp2f1(model.a, model.a + faith - rate, model.a + faith, part)
    wrong = ~((found >= 0) & (found <= 1))
    if wrong.any():
        found[wrong] = _mean_over_leaving(
            model, faith[wrong], lambda leave: (1 + leave * (weeks / since[wrong, None])) ** -rate[wrong, None]
        )
    return np.asarray(found)


def order_probability(model: PurchaseModel, repeats: Floats, age: Floats, weeks: float) -> Floats:
    """How probable it is that who still is a customer orders within some weeks: arguments as for ``staying_probability``."""
    return np.asarray(-np.expm1(-(model.r + repeats) * np.log1p(weeks / (model.alpha + age))))


def orders_while_alive(model: PurchaseModel, repeats: Floats, age: Floats, weeks: float) -> Floats:
    """Orders that each customer will place within some weeks, if it still is one; times P(alive) what to expect."""
    from scipy.special import hyp2f1  # noqa: PLC0415 - heavy third-party library

    rate, since = model.r + repeats, model.alpha + age
    faith = model.b + repeats + model.flips_at_start

    def by_formula(a: float) -> Floats:
        whole, part = a + faith - 1, weeks / (since + weeks)
        return np.asarray(whole / (a - 1) * (1 - (1 - part) ** (a - 1) * hyp2f1(a - 1, whole - rate, whole, part)))

    with np.errstate(all="ignore"):
        sides = (1 - NEAR_ONE, 1 + NEAR_ONE) if abs(model.a - 1) < NEAR_ONE else (model.a,)
        found = np.asarray(sum(by_formula(a) for a in sides) / len(sides))
    most = rate / since * weeks
    wrong = ~((found >= 0) & (found <= most * (1 + 1e-9)))
    if wrong.any():
        where = rate[wrong, None], since[wrong, None]
        found[wrong] = _mean_over_leaving(model, faith[wrong], lambda leave: _orders_if(leave, *where, weeks))
    return found


def orders_of_new(model: PurchaseModel, weeks: Floats) -> Floats:
    """Orders after the first that a customer will have placed some weeks after it, nothing else being known."""
    first = model.flips_at_start
    staying = model.b / (model.a + model.b) if first else 1.0
    nothing = np.zeros(1)
    each = [orders_while_alive(model, nothing, nothing, float(span))[0] if span > 0 else 0.0 for span in weeks]
    return staying * np.array(each)


def slopes_of_orders(model: PurchaseModel, repeats: Floats, age: Floats, weeks: float) -> Floats:
    """Derivatives of the logarithm of ``orders_while_alive`` by the logarithms of r, alpha, a and b (one row each).

    By central differences of a ten-thousandth.
    """
    step, rows = 1e-4, []
    for name in ("r", "alpha", "a", "b"):
        ends = [
            orders_while_alive(replace(model, **{name: getattr(model, name) * np.exp(way)}), repeats, age, weeks)
            for way in (step, -step)
        ]
        rows.append((ends[0] - ends[1]) / (2 * step))
    expected = orders_while_alive(model, repeats, age, weeks)
    return np.array(rows) / np.maximum(expected, 1e-300)


def slopes_of_alive(model: PurchaseModel, repeats: Floats, recency: Floats, age: Floats, alive: Floats) -> Floats:
    """Derivatives of the logarithm of ``alive`` (P(alive)) by the logarithms of r, alpha, a and b (one row each); exact."""
    rate, flips = model.r + repeats, repeats + model.flips_at_start
    long, short = model.alpha + age, model.alpha + recency
    gone = np.where(flips > 0, alive - 1, 0.0)
    return np.array(
        [
            gone * (model.r * np.log(long / short)),
            gone * (model.alpha * rate * (1 / long - 1 / short)),
            gone,
            gone * (-model.b / np.maximum(model.b + flips - 1, 1e-300)),
        ]
    )


def order_pairs_while_alive(model: PurchaseModel, repeats: Floats, age: Floats, weeks: float) -> Floats:
    """E[Y (Y - 1)] of the orders Y that each customer will place within some weeks, if it still is one.

    While alive, two orders at s < u have the density (1 - p) rate^2 exp(-rate p u); this is twice its double integral, over the
    gamma in closed form and over quantiles of the beta. Takes 100 numbers for each customer or group.
    """
    rate, since = (model.r + repeats)[:, None], (model.alpha + age)[:, None]
    faith = model.b + repeats + model.flips_at_start
    return _mean_over_leaving(model, faith, lambda leave: _order_pairs(leave, rate, since, weeks))


def orders_variance(model: PurchaseModel, repeats: Floats, recency: Floats, age: Floats, weeks: float) -> Floats:
    """How much the orders of each customer scatter around what to expect, the parameters being known."""
    alive = alive_probability(model, repeats, recency, age)
    pairs = order_pairs_while_alive(model, repeats, age, weeks)
    expected = alive * orders_while_alive(model, repeats, age, weeks)
    return np.asarray(np.maximum(alive * pairs + expected - expected**2, 0.0))


def _order_pairs(leave: Floats, rate: Floats, start: Floats, weeks: float) -> Floats:
    """E[Y (Y - 1)] of a customer who leaves with a given probability: 2 (1 - p) E[(1 - e^(-z)(1 + z)) / p^2], z = rate p weeks."""
    y = leave * weeks / start
    # Gamma moments of 1 - e^(-z) (1 + z); for small p both terms cancel, and the first term of the series is taken.
    exact = -np.expm1(-rate * np.log1p(y)) - rate * y * (1 + y) ** (-rate - 1)
    series = rate * (rate + 1) * y**2 / 2
    summed = np.where(rate * y < 1e-5, series, exact)  # noqa: PLR2004 - half of the digits
    return np.asarray(2 * (1 - leave) * summed / np.maximum(leave, 1e-150) ** 2)


def _log_odds(model: PurchaseModel, repeats: Floats, recency: Floats, age: Floats) -> Floats:
    """Logarithm of the odds of having left."""
    flips = repeats + model.flips_at_start
    with np.errstate(divide="ignore"):
        last = np.log(model.a) - np.log(np.maximum(model.b + flips - 1, 1e-300))
    return np.asarray(last + (model.r + repeats) * np.log((model.alpha + age) / (model.alpha + recency)))


def _alive(log_odds: Floats, flips: Floats) -> Floats:
    from scipy.special import expit  # noqa: PLC0415 - heavy third-party library

    return np.asarray(np.where(flips > 0, expit(-log_odds), 1.0))


def _orders_if(leave: Floats, rate: Floats, since: Floats, weeks: float) -> Floats:
    """Orders of a customer who leaves with a given probability: (1 - (1 + p weeks / since)^-rate) / p."""
    tiny = leave * weeks / since < 1e-12  # noqa: PLR2004 - there the first term of the series is exact
    exact = -np.expm1(-rate * np.log1p(leave * weeks / since)) / np.maximum(leave, 1e-300)
    return np.asarray(np.where(tiny, rate / since * weeks, exact))


def _mean_over_leaving(model: PurchaseModel, faith: Floats, value: Callable[[Floats], Floats]) -> Floats:
    """The mean of a function of the probability of leaving over beta(a, faith), at the middles of equally probable parts."""
    from scipy.special import betaincinv  # noqa: PLC0415 - heavy third-party library

    middles = (np.arange(NODES) + 0.5) / NODES
    kinds, place = np.unique(faith, return_inverse=True)
    leave = betaincinv(model.a, kinds[:, None], middles)[place]
    return np.asarray(value(leave).mean(axis=1))
