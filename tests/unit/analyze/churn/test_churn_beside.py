"""Value and churn judge the same customers by the same outcome, whichever stands first in a table."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from fenji.analyze.churn.beside import believed, judged_beside, silent_probability
from fenji.analyze.churn.examples import Recipe
from fenji.analyze.churn.learning import Judged
from fenji.domain.churn import DEFAULT_RULES, Believed, Part, ScoreModel
from fenji.domain.value import OrderModel
from fixtures.buyers import drawn_from, model_of

ON, MODEL = date(2025, 6, 30), model_of(OrderModel.MBG_NBD, 0.9, 8.0, 0.7, 2.0)
RECIPE = Recipe(("days_since_first_order", "days_since_last_order", "mean_days_between_orders"), (), False, 0.0)
BUYERS = drawn_from(MODEL, 4000, weeks=180 / 7, seed=4)


def tables() -> tuple[pa.Table, pa.Table]:
    keys = np.random.default_rng(1).permutation(len(BUYERS.age))
    silent = (BUYERS.age - BUYERS.recency) * 7
    histories = pa.table({"customer_key": keys, "repeats": BUYERS.repeats.astype(int), "recency_days": BUYERS.recency * 7, "age_days": BUYERS.age * 7})  # fmt: skip
    rows = pa.table(
        {
            "customer_key": keys,
            "days_since_first_order": BUYERS.age * 7,
            "days_since_last_order": silent,
            "mean_days_between_orders": pa.nulls(len(keys), pa.float64()),
            "next_order_days": pa.array([90 if each else None for each in BUYERS.later > 0], pa.int64()),
        }
    )
    return histories, rows


def test_true_parameters_foretell_who_stays_silent():
    histories, rows = tables()
    chance = silent_probability(MODEL, histories, days=180)
    assert chance.mean() == pytest.approx((BUYERS.later == 0).mean(), abs=0.03)
    found = {each.measure: each for each in judged_beside(MODEL, histories, rows, RECIPE, DEFAULT_RULES, on=ON)}
    active = (BUYERS.age - BUYERS.recency) * 7 <= 180
    assert {each.customers for each in found.values()} == {int(active.sum())}
    assert {(each.model, each.part, each.on) for each in found.values()} == {(ScoreModel.ORDERS, Part.EVALUATE, ON)}
    assert found["brier"].value == pytest.approx(float(((chance - (BUYERS.later == 0)) ** 2)[active].mean()))
    assert found["auc"].value > 0.6
    shuffled = judged_beside(MODEL, histories.take(np.arange(len(BUYERS.age))[::-1].copy()), rows, RECIPE, DEFAULT_RULES, on=ON)
    assert [each.value for each in shuffled] == [each.value for each in found.values()]


def test_customers_who_are_not_in_the_histories_are_not_guessed():
    histories, rows = tables()
    assert judged_beside(MODEL, histories.slice(1), rows, RECIPE, DEFAULT_RULES, on=ON) == ()


@pytest.mark.parametrize(
    ("ours", "other", "expected"),
    [(0.2, 0.1, Believed.VALUE), (0.1, 0.2, Believed.CHURN), (0.1, 0.1, Believed.CHURN), (0.1, None, None)],
)
def test_the_smaller_brier_score_is_believed(ours, other, expected):
    measured = {ScoreModel.LOGISTIC: ours, ScoreModel.ORDERS: other, ScoreModel.RECENCY: 0.01}
    judged = [Judged(kind, Part.EVALUATE, ON, "brier", each, 90) for kind, each in measured.items()]
    # What was measured on the date of choice decides nothing.
    judged += [Judged(ScoreModel.ORDERS, Part.TRIAL_CALIBRATE, ON, "brier", 0.0, 90)]
    assert believed(judged, ScoreModel.LOGISTIC) is expected
