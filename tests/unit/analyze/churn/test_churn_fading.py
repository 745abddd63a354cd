"""Leaving as priority counts it has no step: not at the limit of silence, not on the day after a first order."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from fenji.analyze.churn.calibrating import fit_curve
from fenji.analyze.churn.examples import Recipe
from fenji.analyze.churn.predicting import Fitted
from fenji.analyze.churn.scoring import Scorer, scored_by
from fenji.domain.churn import DEFAULT_RULES, RiskClass, ScoreModel, State

NUMBERS = ("days_since_first_order", "days_since_last_order", "mean_days_between_orders")


def scored(silent: list[float | None], *, is_single: bool) -> dict[str, list]:
    chance = np.random.default_rng(1)
    share = chance.uniform(0, 1, 2000)
    curve = fit_curve(share, (chance.random(2000) < 0.5 + 0.45 * share).astype(float))
    fitted = Fitted(ScoreModel.RECENCY, {ScoreModel.RECENCY: curve}, (float("nan"),) * 3)
    days = pa.array(silent, pa.float64())
    rows = pa.table(
        {
            "customer_key": pa.array(range(len(silent)), pa.int64()),
            "days_since_first_order": days if is_single else pa.array([None if each is None else each + 400 for each in silent]),
            "days_since_last_order": days,
            "mean_days_between_orders": pa.nulls(len(silent), pa.float64()) if is_single else pa.array([40.0] * len(silent)),
        }
    )
    return scored_by(Scorer(Recipe(NUMBERS, (), False, 0.0), DEFAULT_RULES, fitted))(rows).to_pydict()


@pytest.mark.parametrize("is_single", [True, False])
def test_the_risk_that_priority_counts_moves_by_little_from_day_to_day(is_single):
    found = scored([float(day) for day in range(400)], is_single=is_single)
    fading = np.array(found["fading_probability"])
    assert np.abs(np.diff(fading)).max() < 0.03
    assert fading[180] == pytest.approx(found["churn_probability"][180])
    assert found["churn_probability"][181] is None
    assert (fading[150:181].mean() - fading[181:211].mean()) < 0.1
    assert set(fading[360:]) == {0.0}
    assert found["state"][200] == State.LEFT


def test_a_first_order_of_yesterday_is_no_high_risk():
    single, known = (scored([1.0, 100.0, 170.0, None], is_single=each) for each in (True, False))
    assert single["churn_probability"][0] == known["churn_probability"][0]
    assert single["fading_probability"][0] < 0.05
    assert RiskClass.HIGH not in single["risk_class"][:1]
    assert single["risk_class"][2] == known["risk_class"][2] == RiskClass.HIGH
    assert single["fading_probability"][3] is None


def test_where_nothing_was_learned_nothing_is_counted():
    rows = pa.table({"customer_key": pa.array([1], pa.int64()), **{name: pa.array([9.0]) for name in NUMBERS}})
    found = scored_by(Scorer(Recipe(NUMBERS, (), False, 0.0), DEFAULT_RULES, None))(rows).to_pydict()
    assert found["fading_probability"] == [None]
