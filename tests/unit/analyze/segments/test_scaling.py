"""Metrics become comparable by rule: skew off, whales held, currency without influence; Yeo and Johnson's lambda is scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.preprocessing import PowerTransformer

from fenji.analyze.metrics.registry import Registry
from fenji.analyze.segments.scaling import LIMIT, Transform, Use, fit_scale, fit_scales, is_amount

CHANCE = np.random.default_rng(5)
NORMAL = CHANCE.normal(50, 10, 2000)
AMOUNTS = np.round(np.exp(CHANCE.normal(5, 1.5, 2000)), 2)
WITH_REFUNDS = AMOUNTS - np.where(CHANCE.random(2000) < 0.2, 2 * AMOUNTS, 0)
MOSTLY_ZERO = np.where(CHANCE.random(2000) < 0.8, 0.0, CHANCE.integers(1, 9, 2000)).astype(float)


@pytest.mark.parametrize(
    ("values", "is_amount", "transform"),
    [
        (NORMAL, False, Transform.NONE),
        (AMOUNTS, True, Transform.LOG),
        (NORMAL, True, Transform.LOG),
        (WITH_REFUNDS, True, Transform.LOG),
        (WITH_REFUNDS, False, Transform.YEO_JOHNSON),
        (MOSTLY_ZERO, False, Transform.YEO_JOHNSON),
    ],
)
def test_skew_is_taken_off_by_rule(values: np.ndarray, *, is_amount: bool, transform: Transform) -> None:
    scale = fit_scale("m", values, is_amount=is_amount)
    assert scale.transform is transform
    scaled = scale.scaled(values)
    assert abs(np.median(scaled)) < 1e-9
    assert np.abs(scaled).max() <= LIMIT
    inside = np.abs(scaled) < LIMIT
    assert scale.unscaled(scaled)[inside] == pytest.approx(values[inside], rel=1e-6, abs=1e-6)


def test_the_power_is_that_of_scikit_learn() -> None:
    scale = fit_scale("m", WITH_REFUNDS, is_amount=False)
    theirs = PowerTransformer(method="yeo-johnson").fit((WITH_REFUNDS / scale.base)[:, None])
    assert scale.power == pytest.approx(theirs.lambdas_[0], abs=1e-3)


@pytest.mark.parametrize("is_amount", [True, False])
@pytest.mark.parametrize("values", [NORMAL, AMOUNTS, WITH_REFUNDS, MOSTLY_ZERO])
def test_the_currency_does_not_matter(values: np.ndarray, *, is_amount: bool) -> None:
    here, abroad = fit_scale("m", values, is_amount=is_amount), fit_scale("m", values * 7.13, is_amount=is_amount)
    assert here.transform is abroad.transform
    assert abroad.scaled(values * 7.13) == pytest.approx(here.scaled(values), abs=1e-4)


def test_what_says_nothing_is_left_out_and_told() -> None:
    unknown = np.full(2000, np.nan)
    half = np.where(np.arange(2000) % 2 == 0, NORMAL, np.nan)
    told = {"a": AMOUNTS, "same": AMOUNTS * 2, "constant": np.full(2000, 3.0), "unknown": unknown, "half": half}
    uses = fit_scales(told, told)
    assert [(each.metric, each.use, each.repeats) for each in uses] == [
        ("a", Use.USED, None),
        ("same", Use.REPEATS, "a"),
        ("constant", Use.CONSTANT, None),
        ("unknown", Use.NO_VALUES, None),
        ("half", Use.USED, None),
    ]
    assert uses[4].missing_share == 0.5
    assert (uses[4].scale.scaled(half)[1::2] == 0).all()


def test_what_is_an_amount_depends_on_the_metric_alone() -> None:
    found = {name for name in Registry.of().slugs if is_amount(Registry.of().named(name))}
    assert {"net_revenue_12m", "orders_12m", "average_order_value_total", "days_since_last_order", "categories_12m"} <= found
    assert not {"days_since_first_order", "refund_rate_12m", "order_interval_variation"} & found
