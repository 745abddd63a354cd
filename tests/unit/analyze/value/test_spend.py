"""The model of spending finds what the paper and lifetimes find on CDNOW, and gives true parameters back inside their intervals."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from fenji.analyze.value.spend import SpendCounts, SpendFit, _Likelihood, fit_spend, gradient_of_spend, spend_expected
from fenji.workflow.selftest import cdnow_sample


def drawn(p, q, gamma, customers, seed):
    chance = np.random.default_rng(seed)
    days = chance.integers(1, 8, customers).astype(float)
    own = chance.gamma(q, 1 / gamma, customers)
    mean = chance.gamma(p * days, 1 / (own * days))
    return SpendCounts(days, np.log(mean), np.ones(customers))


def test_on_cdnow_it_says_what_lifetimes_says():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import lifetimes

        counts = cdnow_sample()[1]
        many = counts.customers.astype(int)
        days, mean = np.repeat(counts.days, many), np.repeat(counts.mean, many)
        theirs = lifetimes.GammaGammaFitter().fit(days, mean)
        expected = np.asarray(theirs.conditional_expected_average_profit(days, mean))
    ours = fit_spend(counts, 38.81)
    assert [ours.p, ours.q, ours.gamma] == pytest.approx(theirs.params_[["p", "q", "v"]].to_numpy(), rel=2e-3)
    assert spend_expected(ours, days, mean) == pytest.approx(expected, rel=1e-3)


def test_true_parameters_lie_in_their_intervals():
    truth, held = {"p": 6.0, "q": 4.0, "gamma": 15.0}, []
    for seed in range(8):
        model = fit_spend(drawn(*truth.values(), 1500, seed), 5.0)
        held += [model.interval(name, 1.96)[0] <= value <= model.interval(name, 1.96)[1] for name, value in truth.items()]
    assert np.mean(held) >= 0.85


def test_the_unit_of_money_changes_nothing():
    counts = drawn(6.0, 4.0, 15.0, 1500, 1)
    cents = SpendCounts(counts.days, counts.mean_log + np.log(100), counts.customers)
    whole, small = fit_spend(counts, 5.0), fit_spend(cents, 500.0)
    assert (small.p, small.q, small.gamma) == pytest.approx((whole.p, whole.q, whole.gamma * 100), rel=1e-5)
    assert small.log_likelihood == pytest.approx(whole.log_likelihood - 1500 * np.log(100), rel=1e-9)


def test_the_gradients_are_slopes():
    likelihood = _Likelihood(drawn(6.0, 4.0, 15.0, 300, 1))
    logs = np.log([3.0, 2.0, 9.0])
    slope = approx_fprime(logs, lambda each: likelihood.both(each)[0], 1e-7)
    assert likelihood.both(logs)[1] == pytest.approx(slope, rel=1e-4)
    model, days, mean = SpendFit(1.0, 3.0, 3.5, 20.0), np.array([1.0, 6.0]), np.array([2.0, 50.0])
    moved = [spend_expected(SpendFit(1.0, *each), days, mean) for each in ((3 * np.exp(1e-6), 3.5, 20), (3, 1 + 2.5 * np.exp(1e-6), 20), (3, 3.5, 20 * np.exp(1e-6)))]  # fmt: skip
    assert gradient_of_spend(model, days, mean) == pytest.approx(
        (np.array(moved) - spend_expected(model, days, mean)) / 1e-6, rel=1e-4
    )


def test_who_brought_all_goods_back_is_expected_to_bring_less_than_a_stranger():
    model = SpendFit(35.0, 6.25, 3.74, 15.44)
    returned, stranger = spend_expected(model, np.array([2.0, 0.0]), np.array([-4.0, 0.0]))
    assert 0 < returned < stranger == pytest.approx(model.population_mean)


def test_where_everybody_spends_the_same_there_is_no_precision_and_no_failure():
    alike = SpendCounts(np.full(40, 3.0), np.full(40, np.log(20.0)), np.ones(40))
    model = fit_spend(alike, 20.0)
    assert model.population_mean == pytest.approx(20, rel=0.01)
    assert spend_expected(model, np.array([3.0]), np.array([20.0])) == pytest.approx([20], rel=0.01)
