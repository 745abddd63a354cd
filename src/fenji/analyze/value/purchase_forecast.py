"""Is a customer still one, and how many orders will come? Expectations of a fitted purchase model, for all customers at once.

Units   weeks; orders are order days; probabilities 0..1
Source  Fader, Hardie and Lee (2005), eq. 9 and 10, and their note on P(alive) (2008); Hoppe and Wagner (2007) for MBG/NBD. Their
        hypergeometric functions are turned by Euler's transformation (Abramowitz and Stegun 15.3.3), after which the number of
        orders stands only in a denominator: no power overflows however many orders there are
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from fenji.analyze.value.likelihoods import Floats
from fenji.analyze.value.purchase_models import PurchaseModel

NEAR_ONE = 1e-5
"""So near to a = 1, where the formula is 0/0, the mean of both sides is taken; what that costs is of the order of 1e-10."""
NODES = 200
"""Quantiles of the probability of leaving, where the formula cannot be computed."""


def alive_probability(model: PurchaseModel, repeats: Floats, recency: Floats, age: Floats) -> Floats:
    """How probable it is that each customer still is one at the end of its age."""
    flips = repeats + model.flips_at_start
    return _alive(_log_odds(model, repeats, recency, age), flips)


def alive_later_probability(model: PurchaseModel, repeats: Floats, age: Floats, alive: Floats, weeks: float) -> Floats:
    """How probable it is that each customer still is one some weeks later.

    Args:
        model: the fitted model.
        repeats: orders after the first.
        age: weeks since the first order.
        alive: as ``alive_probability``.
        weeks: how much later.
    """
    from scipy.special import hyp2f1  # noqa: PLC0415 - heavy third-party library

    def staying(number: Floats, since: Floats) -> Floats:
        rate, since, faith = model.r + number, model.alpha + since, model.b + number + model.flips_at_start
        part = weeks / (since + weeks)
        with np.errstate(all="ignore"):
            found = (1 - part) ** model.a * hyp2f1(model.a, model.a + faith - rate, model.a + faith, part)
        wrong = ~((found >= 0) & (found <= 1))
        if wrong.any():
            found[wrong] = _mean_over_leaving(
                model, faith[wrong], lambda leave: (1 + leave * (weeks / since[wrong, None])) ** -rate[wrong, None]
            )
        return np.asarray(found)

    return alive * _once_per_pair(staying, repeats, age)


def order_probability(model: PurchaseModel, repeats: Floats, age: Floats, alive: Floats, weeks: float) -> Floats:
    """How probable it is that each customer orders at least once within some weeks: arguments as for ``alive_later_probability``."""
    since = model.alpha + age
    return np.asarray(alive * -np.expm1(-(model.r + repeats) * np.log1p(weeks / since)))


def orders_while_alive(model: PurchaseModel, repeats: Floats, age: Floats, weeks: float) -> Floats:
    """Orders that each customer will place within some weeks, if it still is a customer; times P(alive) what to expect."""
    return _once_per_pair(lambda number, since: _orders(model, number, since, weeks), repeats, age)


def orders_while_alive_by(model: PurchaseModel, repeats: Floats, age: Floats, weights: Sequence[tuple[float, float]]) -> Floats:
    """A weighted sum of what ``orders_while_alive`` gives for several spans.

    Args:
        model: the fitted model.
        repeats: orders after the first.
        age: weeks since the first order.
        weights: pairs of weeks and weight.
    """

    def summed(number: Floats, since: Floats) -> Floats:
        total = np.zeros(len(number))
        for weeks, weight in weights:
            total += weight * _orders(model, number, since, weeks)
        return total

    return _once_per_pair(summed, repeats, age)


def orders_of_new(model: PurchaseModel, weeks: Floats) -> Floats:
    """Orders after the first that a customer will have placed some weeks after it, nothing else being known."""
    first = model.flips_at_start
    staying = model.b / (model.a + model.b) if first else 1.0
    nothing = np.zeros(1)
    each = [_orders(model, nothing, nothing, float(span))[0] if span > 0 else 0.0 for span in weeks]
    return staying * np.array(each)


def gradient_of_expected(
    model: PurchaseModel, repeats: Floats, recency: Floats, age: Floats, weeks: float
) -> tuple[Floats, Floats]:
    """Orders to expect within some weeks, and their derivatives by the logarithms of r, alpha, a and b (one row each).

    That of P(alive) is exact; that of the orders while alive is by central differences of a ten-thousandth.
    """
    alive = alive_probability(model, repeats, recency, age)
    steady = orders_while_alive(model, repeats, age, weeks)
    rate, flips = model.r + repeats, repeats + model.flips_at_start
    long, short = model.alpha + age, model.alpha + recency
    of_odds = (
        model.r * np.log(long / short),
        model.alpha * rate * (1 / long - 1 / short),
        np.ones_like(rate),
        -model.b / np.maximum(model.b + flips - 1, 1e-300),
    )
    step, rows = 1e-4, []
    for place, name in enumerate(("r", "alpha", "a", "b")):
        up = replace(model, **{name: getattr(model, name) * np.exp(step)})
        down = replace(model, **{name: getattr(model, name) * np.exp(-step)})
        moved = orders_while_alive(up, repeats, age, weeks) - orders_while_alive(down, repeats, age, weeks)
        of_alive = np.where(flips > 0, -(1 - alive) * alive * of_odds[place], 0.0)
        rows.append(alive * moved / (2 * step) + steady * of_alive)
    return alive * steady, np.array(rows)


def orders_variance(model: PurchaseModel, repeats: Floats, recency: Floats, age: Floats, weeks: float) -> Floats:
    """How much the orders of each customer scatter around what to expect, the parameters being known.

    While alive, two orders at s < u have the density (1 - p) rate^2 exp(-rate p u); its double integral, over the gamma in closed
    form and over quantiles of the beta, is half of E[Y (Y - 1)].
    """
    alive = alive_probability(model, repeats, recency, age)

    def pairs(number: Floats, since: Floats) -> Floats:
        found = np.empty(len(number))
        # 2,000 customers at a time: 200 nodes each are then 3 MB.
        for begin in range(0, len(number), 2_000):
            part = slice(begin, begin + 2_000)
            rate, start = model.r + number[part, None], model.alpha + since[part, None]
            faith = model.b + number[part] + model.flips_at_start
            found[part] = _mean_over_leaving(model, faith, lambda leave: _order_pairs(leave, rate, start, weeks))  # noqa: B023 - called at once
        return found

    expected = alive * orders_while_alive(model, repeats, age, weeks)
    return np.asarray(np.maximum(alive * _once_per_pair(pairs, repeats, age) + expected - expected**2, 0.0))


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


def _orders(model: PurchaseModel, repeats: Floats, age: Floats, weeks: float) -> Floats:
    """Orders while alive, for any customers."""
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


def _once_per_pair(function: Callable[[Floats, Floats], Floats], repeats: Floats, age: Floats) -> Floats:
    """A function of orders and age, computed once for each pair that occurs: a million customers have some ten thousand."""
    if len(age) < 1_000:  # noqa: PLR2004 - below that sorting costs more than it saves
        return function(repeats, age)
    # Ages are whole days: a seventh of a week is told apart from its neighbors by far.
    days = np.rint(age * 7 * 64).astype(np.int64)
    number = repeats.astype(np.int64)
    if not np.array_equal(number, repeats) or not np.allclose(days, age * 448, rtol=0, atol=1e-6):
        return function(repeats, age)
    codes, first, place = np.unique(days * (int(number.max()) + 1) + number, return_index=True, return_inverse=True)
    del codes
    return np.asarray(function(repeats[first], age[first])[place])
