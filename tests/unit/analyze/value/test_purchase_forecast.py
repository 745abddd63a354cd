"""What is expected of customers is what happens to customers drawn from the model, and stays exact where formulas break down."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

from fenji.analyze.value.purchase_forecast import (
    alive_probability,
    order_probability,
    orders_of_new,
    orders_variance,
    orders_while_alive,
    slopes_of_alive,
    slopes_of_orders,
    staying_probability,
)
from fenji.domain.value import OrderModel
from fixtures.buyers import drawn_from, model_of

BG, MBG = OrderModel.BG_NBD, OrderModel.MBG_NBD


def by_integration(model, repeats, age, weeks):
    """E[(1 - (1 + p weeks / since)^-rate) / p] over beta(a, faith), the hard way."""
    rate, since = model.r + repeats, model.alpha + age
    leaving = stats.beta(model.a, model.b + repeats + model.flips_at_start)

    # Over quantiles the integrand has no pole.
    def value(quantile):
        p = leaving.ppf(quantile)
        return rate / since * weeks if p < 1e-13 else -np.expm1(-rate * np.log1p(p * weeks / since)) / p

    return integrate.quad(value, 0, 1, limit=300, epsrel=1e-10)[0]


def variance(model, world):
    """Computed in parts, as it takes 100 numbers for each."""
    parts = [slice(begin, begin + 5000) for begin in range(0, len(world.age), 5000)]
    return np.concatenate(
        [orders_variance(model, world.repeats[each], world.recency[each], world.age[each], 52.0) for each in parts]
    )


@pytest.mark.parametrize("kind", [BG, MBG])
def test_customers_do_what_was_expected_of_them(kind):
    model = model_of(kind, 0.8, 6.0, 0.8, 2.5)
    world = drawn_from(model, 60_000, weeks=52, seed=4, age=40)
    seen = world.repeats, world.recency, world.age
    alive = alive_probability(model, *seen)
    expected = alive * orders_while_alive(model, world.repeats, world.age, 52.0)
    pairs = {
        "alive": (alive, world.is_alive),
        "alive later": (alive * staying_probability(model, world.repeats, world.age, 52.0), world.is_alive_later),
        "any order": (alive * order_probability(model, world.repeats, world.age, 52.0), world.later > 0),
        "orders": (expected, world.later),
        "squared deviation": (variance(model, world), (world.later - expected) ** 2),
    }
    for group in (world.repeats == 0, world.repeats == 1, world.repeats == 3, world.repeats > 3):
        for name, (said, came) in pairs.items():
            slack = 4 * came[group].std() / np.sqrt(group.sum()) + 1e-9
            assert said[group].mean() == pytest.approx(came[group].mean(), abs=slack), name


@pytest.mark.parametrize("a", [1 - 1e-7, 1, 1 + 1e-7, 0.999, 1.002])
def test_nothing_breaks_where_the_formula_is_0_by_0(a):
    model = model_of(BG, 0.5, 5.0, a, 2.0)
    found = orders_while_alive(model, np.array([0.0, 3.0]), np.array([10.0, 50.0]), 52.0)
    assert found == pytest.approx([by_integration(model, 0, 10, 52), by_integration(model, 3, 50, 52)], rel=1e-7)


@pytest.mark.parametrize("parameters", [(0.01, 0.01, 0.01, 0.01), (0.3, 4, 0.001, 0.5), (30, 300, 20, 3), (0.2, 2, 300, 900), (900, 9000, 2, 5),
                                        (0.05, 1000, 0.5, 8000), (5, 0.01, 5, 0.01)])  # fmt: skip
@pytest.mark.parametrize("kind", [BG, MBG])
def test_expectations_are_exact_for_extreme_parameters_and_customers(kind, parameters):
    model = model_of(kind, *parameters)
    repeats, age = np.array([0.0, 1.0, 40.0, 2500.0]), np.array([30.0, 0.0, 300.0, 400.0])
    found = orders_while_alive(model, repeats, age, 52.0)
    wanted = [by_integration(model, *each, 52.0) for each in zip(repeats, age, strict=True)]
    # Where the formula overflows, 100 quantiles stand in for it: within two per cent.
    assert found == pytest.approx(wanted, rel=0.02)
    assert found[2:] == pytest.approx(wanted[2:], rel=1e-6)


def test_a_million_orders_overflow_nothing():
    model = model_of(MBG, 0.5, 5.0, 0.8, 2.0)
    seen = np.array([1e6, 1e6]), np.array([500.0, 10.0]), np.array([500.0, 500.0])
    alive = alive_probability(model, *seen)
    assert alive[0] == pytest.approx(1, abs=1e-5)
    assert alive[1] == 0
    assert orders_while_alive(model, seen[0], seen[2], 52.0) == pytest.approx([1e6 / 505 * 52] * 2, rel=0.1)


def test_the_slopes_are_those_of_the_expectation():
    model = model_of(MBG, 0.7, 6.0, 0.8, 2.5)
    seen = np.array([0.0, 1, 5]), np.array([0.0, 9, 30]), np.array([40.0, 40, 35])
    alive = alive_probability(model, *seen)
    slopes = slopes_of_alive(model, *seen, alive) + slopes_of_orders(model, seen[0], seen[2], 52.0)
    for place, name in enumerate(("r", "alpha", "a", "b")):
        ends = []
        for sign in (1, -1):
            moved = model_of(
                MBG, **{each: getattr(model, each) * np.exp(sign * 1e-5 * (each == name)) for each in ("r", "alpha", "a", "b")}
            )
            ends.append(np.log(alive_probability(moved, *seen) * orders_while_alive(moved, seen[0], seen[2], 52.0)))
        assert slopes[place] == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-4, abs=1e-6)


def test_a_new_customer_does_what_one_drawn_does():
    for kind in (BG, MBG):
        model = model_of(kind, 0.8, 6.0, 0.8, 2.5)
        world = drawn_from(model, 60_000, weeks=0, seed=8, age=40)
        assert orders_of_new(model, np.array([0.0, 40.0])) == pytest.approx([0, world.repeats.mean()], rel=0.03)
