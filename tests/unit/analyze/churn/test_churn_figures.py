"""Measures agree with scikit-learn on any scores, ties included, and with small cases worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from fenji.analyze.churn.figures import auc_lower, calibration_table, figures_of, lift, share_interval

# Scores of few different values, so that most are tied.
SCORED = st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=4, max_size=80).filter(
    lambda rows: 0 < sum(done for _, done in rows) < len(rows)
)


@given(SCORED)
def test_measures_are_those_of_scikit_learn(rows: list[tuple[int, bool]]) -> None:
    score = np.array([each / 10 for each, _ in rows])
    outcome = np.array([float(done) for _, done in rows])
    found = figures_of(score, outcome)
    assert found["auc"] == pytest.approx(roc_auc_score(outcome, score))
    assert found["average_precision"] == pytest.approx(average_precision_score(outcome, score))
    assert found["brier"] == pytest.approx(brier_score_loss(outcome, score))


def test_auc_by_hand_counts_pairs() -> None:
    # Leavers score 3 and 1, stayers 2 and 1: of the four pairs 3>2, 3>1 are right, 1<2 wrong, 1=1 half.
    assert figures_of(np.array([3.0, 1.0, 2.0, 1.0]), np.array([1.0, 1.0, 0.0, 0.0]))["auc"] == 2.5 / 4


def test_average_precision_by_hand() -> None:
    # Down the list: hit (1/1), miss, hit (2/3).
    found = figures_of(np.array([0.9, 0.8, 0.7]), np.array([1.0, 0.0, 1.0]))
    assert found["average_precision"] == pytest.approx((1 + 2 / 3) / 2)


def test_lift_by_hand_takes_a_part_of_equal_scores() -> None:
    outcome = np.array([1.0] * 2 + [0.0] * 18)
    # The first tenth are two customers: one at the top, a leaver, and one of the four who are tied, of whom one is a leaver.
    score = np.array([9.0, 5.0] + [5.0] * 3 + [1.0] * 15)
    assert lift(score, outcome) == pytest.approx((1 + 1 / 4) / 2 / 0.1)


def test_nobody_or_everybody_leaving_has_no_ranking() -> None:
    for outcome in (np.zeros(5), np.ones(5)):
        found = figures_of(np.linspace(0.1, 0.9, 5), outcome)
        assert (found["auc"], found["average_precision"], found["lift_10"]) == (None, None, None)
        assert found["base_rate"] == outcome[0]
    assert figures_of(np.zeros(0), np.zeros(0))["brier"] is None


@given(SCORED)
def test_the_calibration_table_holds_everyone_once_and_keeps_equals_together(rows: list[tuple[int, bool]]) -> None:
    score = np.array([each / 10 for each, _ in rows])
    outcome = np.array([float(done) for _, done in rows])
    table = calibration_table(score, outcome)
    assert sum(each.customers for each in table) == len(rows)
    assert sum(each.outcomes for each in table) == outcome.sum()
    assert sum(each.expected_share * each.customers for each in table) == pytest.approx(score.sum())
    assert len({each.expected_share for each in table}) == len(table) <= len(set(score))
    assert all(each.lower <= each.observed_share <= each.upper for each in table)


def test_the_interval_is_wilsons() -> None:
    # Newcombe 1998, Statistics in Medicine 17, table I, method 3 (score): 81 of 263 gives 0.2553 to 0.3662, 0 of 20 gives 0 to 0.1611.
    assert share_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert share_interval(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)


def test_the_interval_of_an_auc_narrows_with_customers_and_closes_at_one() -> None:
    few, many = (auc_lower(0.7, positives=each, negatives=each) for each in (20, 2000))
    assert few < many < 0.7
    assert auc_lower(1.0, positives=20, negatives=20) == 1.0
