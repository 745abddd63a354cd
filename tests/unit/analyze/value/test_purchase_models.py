"""The models of ordering find what the papers and lifetimes find on CDNOW, and give true parameters back inside their intervals."""

from __future__ import annotations

import warnings
from functools import cache

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from fenji.analyze.value.fitting import choose_purchases, refusal_of
from fenji.analyze.value.purchase_forecast import alive_probability, orders_while_alive
from fenji.analyze.value.purchase_models import PurchaseCounts, PurchaseModel, _Likelihood, fit_purchases
from fenji.domain.value import Choice, OrderModel, Rhythm
from fenji.workflow.selftest import cdnow_sample
from fixtures.buyers import drawn_from, model_of

BG, MBG = OrderModel.BG_NBD, OrderModel.MBG_NBD
WIDTH = 1.96


def customers(counts: PurchaseCounts) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One entry per customer, as lifetimes wants them."""
    many = counts.customers.astype(int)
    return tuple(np.repeat(each, many) for each in (counts.repeats, counts.recency, counts.age))


@cache
def lifetimes_model(kind: OrderModel):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import lifetimes

        fitter = lifetimes.BetaGeoFitter() if kind is BG else lifetimes.ModifiedBetaGeoFitter()
        return fitter.fit(*customers(cdnow_sample()[0]))


@cache
def our_model(kind: OrderModel) -> PurchaseModel:
    return fit_purchases(cdnow_sample()[0], kind)


@pytest.mark.parametrize("kind", [BG, MBG])
def test_on_cdnow_parameters_and_expectations_are_those_of_lifetimes(kind):
    ours, theirs = our_model(kind), lifetimes_model(kind)
    assert [ours.r, ours.alpha, ours.a, ours.b] == pytest.approx(theirs.params_[["r", "alpha", "a", "b"]].to_numpy(), rel=2e-3)
    # The same parameters on both sides, so that the formulas are compared and not the optimizers.
    same = model_of(kind, *theirs.params_[["r", "alpha", "a", "b"]])
    repeats, recency, age = customers(cdnow_sample()[0])
    alive = alive_probability(same, repeats, recency, age)
    assert alive == pytest.approx(np.asarray(theirs.conditional_probability_alive(repeats, recency, age)), abs=1e-9)
    expected = np.asarray(theirs.conditional_expected_number_of_purchases_up_to_time(39, repeats, recency, age))
    assert alive * orders_while_alive(same, repeats, age, 39.0) == pytest.approx(expected, rel=1e-9)


def test_standard_errors_on_cdnow_are_those_of_the_curvature_that_lifetimes_finds():
    theirs = lifetimes_model(BG).standard_errors_[["r", "alpha", "a", "b"]].to_numpy()
    ours = our_model(BG)
    # theirs is scaled back from another unit of time; r, a and b have none.
    errors = [value * np.sqrt(ours.covariance[place][place]) for place, value in enumerate((ours.r, ours.alpha, ours.a, ours.b))]
    assert np.array(errors)[[0, 2, 3]] == pytest.approx(theirs[[0, 2, 3]], rel=0.02)


@pytest.mark.parametrize("flips", [0, 1])
def test_the_gradient_is_the_slope_of_the_likelihood(flips):
    likelihood = _Likelihood(cdnow_sample()[0], flips)
    for logs in (np.log([0.3, 5.0, 0.8, 2.0]), np.log([2.0, 30.0, 0.05, 9.0])):
        slope = approx_fprime(logs, lambda each: likelihood.both(each)[0], 1e-6)
        assert likelihood.both(logs)[1] == pytest.approx(slope, rel=1e-3, abs=0.2)


@pytest.mark.parametrize("truth", [model_of(BG, 0.6, 6.0, 0.8, 2.5), model_of(MBG, 0.9, 8.0, 0.7, 2.0)])
def test_true_parameters_lie_in_their_intervals_as_often_as_promised(truth):
    held = []
    for seed in range(8):
        model = fit_purchases(drawn_from(truth, 2000, weeks=0, seed=seed).counts, truth.kind)
        for place, true in enumerate((truth.r, truth.alpha, truth.a, truth.b)):
            lower, upper = model.interval(place, WIDTH)
            held.append(lower <= true <= upper)
    # 32 intervals of 95 %, those of one world tied together.
    assert np.mean(held) >= 0.85


@pytest.mark.parametrize("truth", [model_of(BG, 0.8, 6.0, 0.6, 1.2), model_of(MBG, 0.8, 6.0, 1.0, 1.5)])
def test_the_true_model_is_the_one_chosen_where_the_data_tell_them_apart(truth):
    counts = drawn_from(truth, 10_000, weeks=0, seed=3).counts
    model, other, choice = choose_purchases(counts, Rhythm.RANDOM)
    assert (model.kind, choice) == (truth.kind, Choice.LIKELIER)
    assert other.kind is not truth.kind
    assert model.log_likelihood > other.log_likelihood


def test_where_orders_do_not_come_by_chance_one_time_buyers_are_not_taken_to_live_for_ever():
    counts = drawn_from(model_of(BG, 0.8, 6.0, 0.6, 1.2), 5_000, weeks=0, seed=3).counts
    model, _other, choice = choose_purchases(counts, Rhythm.REGULAR)
    assert (model.kind, choice) == (MBG, Choice.RHYTHM_DOUBTFUL)


def test_where_both_are_as_likely_one_time_buyers_have_a_probability():
    # On CDNOW the likelihoods differ by 0.3.
    model, _other, choice = choose_purchases(cdnow_sample()[0], Rhythm.RANDOM)
    assert (model.kind, choice) == (MBG, Choice.EQUALLY_LIKELY)
    once = np.array([0.0]), np.array([0.0]), np.array([38.86])
    assert alive_probability(model, *once)[0] == pytest.approx(0.39, abs=0.01)
    assert alive_probability(our_model(BG), *once)[0] == 1


def test_equal_customers_put_together_change_nothing():
    counts = cdnow_sample()[0]
    apart = PurchaseCounts(*customers(counts), np.ones(counts.everyone))
    for kind in (BG, MBG):
        assert fit_purchases(apart, kind).logs == pytest.approx(our_model(kind).logs, abs=1e-4)


@pytest.mark.parametrize(
    ("counts", "choice"),
    [
        (PurchaseCounts(*(np.zeros(0) for _ in range(4))), Choice.TOO_FEW_BUYERS),
        (PurchaseCounts(np.array([3.0]), np.array([4.0]), np.array([9.0]), np.ones(1)), Choice.TOO_FEW_BUYERS),
        (PurchaseCounts(np.zeros(50), np.zeros(50), np.full(50, 9.0), np.ones(50)), Choice.TOO_FEW_REPEAT_BUYERS),
        (PurchaseCounts(np.r_[1, np.zeros(49)], np.r_[4, np.zeros(49)], np.full(50, 9.0), np.ones(50)), Choice.TOO_FEW_REPEAT_BUYERS),
    ],
)  # fmt: skip
def test_too_few_customers_make_no_model(counts, choice):
    assert choose_purchases(counts, Rhythm.UNKNOWN) == (None, None, choice)


def test_customers_who_are_all_alike_make_no_model_that_could_be_used():
    alike = PurchaseCounts(np.full(1, 4.0), np.full(1, 40.0), np.full(1, 52.0), np.full(1, 500.0))
    model, refused, choice = choose_purchases(alike, Rhythm.UNKNOWN)
    # Nobody differs: the rate is told, how much customers differ is not.
    assert (model, choice) == (None, Choice.AT_BOUND)
    assert refused.r / refused.alpha == pytest.approx(4 / 46, rel=0.2)
    assert refused.interval(0, WIDTH) is None


def test_a_model_that_takes_everybody_for_a_customer_still_is_refused():
    sure = tuple(tuple(0.01 * (row == column) for column in range(4)) for row in range(4))
    once = PurchaseCounts(np.zeros(2), np.zeros(2), np.array([10.0, 90.0]), np.full(2, 40.0))
    plain, modified = (PurchaseModel(kind, 0.5, 8.0, 0.8, 2.0, 0.0, sure, 80) for kind in (BG, MBG))
    assert refusal_of(plain, once) is Choice.NOBODY_LEAVES
    assert refusal_of(modified, once) is None
