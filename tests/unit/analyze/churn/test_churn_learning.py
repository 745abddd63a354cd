"""Models are fitted on earlier dates, chosen on a later one, and come out bit by bit the same; world: customers drawn from a known law."""

from __future__ import annotations

import pickle
from datetime import date

import numpy as np
import pytest

from fenji.analyze.churn.boosting import boosted_contributions, boosted_scores
from fenji.analyze.churn.calibrating import fit_curve, leveled, probabilities
from fenji.analyze.churn.dates import schedule
from fenji.analyze.churn.examples import Examples
from fenji.analyze.churn.learning import MODELS, fit, learn
from fenji.analyze.churn.linear import linear_contributions, linear_scores
from fenji.analyze.churn.predicting import predicted
from fenji.domain.churn import Lack, Part, ScoreModel

AS_OF = date(2025, 12, 31)
PLAN = schedule(as_of=AS_OF, first_on=date(2023, 1, 1), horizon_days=90, count=2)
FEATURES = 4


def drawn(customers: int, seed: int, *, bend: float = 0.0) -> Examples:
    """Log odds of leaving are -1 + the first feature, plus ``bend`` where the second is between -0.5 and 0.5; the rest is noise."""
    chance = np.random.default_rng(seed)
    matrix = chance.normal(size=(customers, FEATURES))
    odds = -1 + matrix[:, 0] + bend * (np.abs(matrix[:, 1]) < 0.5)
    outcome = (chance.random(customers) < 1 / (1 + np.exp(-odds))).astype(float)
    matrix[chance.random(customers) < 0.1, 3] = np.nan
    return Examples(matrix, outcome, matrix[:, 2])


def of_every_date(customers: int, **law: float) -> dict[date, Examples]:
    return {day: drawn(customers, day.toordinal(), **law) for day in PLAN.dates}


def test_a_straight_law_is_left_to_the_straight_line() -> None:
    learned = learn(of_every_date(800), PLAN, seed=7)
    assert learned.fitted is not None
    assert learned.fitted.chosen is ScoreModel.LOGISTIC
    # The law's own AUC is about 0.74; the recency column is noise.
    found = {each.model: each.value for each in learned.judged if (each.part, each.measure) == (Part.EVALUATE, "auc")}
    assert found[ScoreModel.LOGISTIC] == pytest.approx(0.74, abs=0.03)
    assert found[ScoreModel.RECENCY] == pytest.approx(0.5, abs=0.05)


def test_a_bent_law_is_left_to_the_trees() -> None:
    learned = learn(of_every_date(1500, bend=3.0), PLAN, seed=7)
    assert learned.fitted is not None
    assert learned.fitted.chosen in (ScoreModel.LIGHTGBM, ScoreModel.BLEND)
    table = learned.tenths
    assert sum(each.customers for each in table) == 1500
    # Calibrated on one date, it holds on the next: eight of ten intervals at 95 % would already be bad luck.
    assert sum(each.lower <= each.expected_share <= each.upper for each in table) >= 0.8 * len(table)


def test_the_choice_is_the_trials_and_the_date_of_evaluation_can_only_refuse_it() -> None:
    examples = of_every_date(400)
    upside_down = examples[PLAN.evaluate]
    turned = {**examples, PLAN.evaluate: Examples(upside_down.matrix, 1 - upside_down.outcome, upside_down.silence)}
    assert PLAN.trial is not None
    first, second = (learn(each, PLAN, seed=7) for each in (examples, turned))
    at_choice = [[each for each in one.judged if each.part is Part.TRIAL_CALIBRATE] for one in (first, second)]
    assert at_choice[0] == at_choice[1]
    assert first.fitted
    assert second.fitted
    assert (first.fitted.chosen, second.fitted.chosen) == (ScoreModel.LOGISTIC, ScoreModel.RECENCY)


def test_the_same_seed_gives_the_same_bits_and_a_model_that_travels() -> None:
    train, later = drawn(600, 1, bend=2.0), drawn(400, 2, bend=2.0)
    one, two = (fit(train, later, seed=7) for _ in range(2))
    assert one == two or pickle.dumps(one) == pickle.dumps(two)
    travelled = pickle.loads(pickle.dumps(one))  # noqa: S301 - our own bytes
    for kind in MODELS:
        expected = predicted(one, later.matrix, later.silence, kind=kind)
        assert (predicted(travelled, later.matrix, later.silence, kind=kind) == expected).all()


def test_contributions_and_the_average_sum_to_the_score() -> None:
    train, later = drawn(600, 1, bend=2.0), drawn(400, 2, bend=2.0)
    fitted = fit(train, later, seed=7)
    trees = boosted_scores(fitted.boosted, later.matrix) - boosted_contributions(fitted.boosted, later.matrix).sum(axis=1)
    line = linear_scores(fitted.linear, later.matrix) - linear_contributions(fitted.linear, later.matrix).sum(axis=1)
    assert np.ptp(trees) < 1e-9
    assert np.ptp(line) < 1e-9


@pytest.mark.parametrize(
    ("customers", "share", "lack"),
    [
        (0, 0.0, Lack.TOO_FEW_CUSTOMERS),
        (40, 0.3, Lack.TOO_FEW_CUSTOMERS),
        (300, 0.0, Lack.NO_SUCH_OUTCOME),
        (300, 1.0, Lack.NO_OTHER_OUTCOME),
    ],
)
def test_where_nothing_can_be_learned_it_says_what_is_missing(customers: int, share: float, lack: Lack) -> None:
    outcome = np.zeros(customers)
    outcome[: round(customers * share)] = 1
    same = Examples(np.ones((customers, FEATURES)), outcome, np.ones(customers))
    learned = learn(dict.fromkeys(PLAN.dates, same), PLAN, seed=7)
    assert (learned.lack, learned.fitted, learned.judged, learned.tenths) == (lack, None, (), ())
    assert {(each[2], each[3]) for each in learned.samples} == {(customers, int(outcome.sum()))}


def test_a_short_history_leaves_the_recency_rule_with_its_own_probabilities() -> None:
    plan = schedule(as_of=AS_OF, first_on=date(2025, 9, 1), horizon_days=60, count=2)
    assert plan.final is None
    chance = np.random.default_rng(1)
    silence = chance.random(500)
    outcome = (chance.random(500) < silence).astype(float)
    learned = learn({plan.evaluate: Examples(chance.random((500, 2)), outcome, silence)}, plan, seed=7)
    assert learned.lack is Lack.HISTORY_TOO_SHORT
    assert learned.fitted is not None
    found = predicted(learned.fitted, np.zeros((2, 2)), np.array([0.1, 0.9]))
    assert found == pytest.approx([0.1, 0.9], abs=0.1)


def test_equal_customers_all_get_the_share_that_left() -> None:
    outcome = np.array([1.0] * 100 + [0.0] * 300)
    same = Examples(np.ones((400, FEATURES)), outcome, np.ones(400))
    fitted = fit(same, same, seed=7)
    for kind in MODELS:
        assert predicted(fitted, same.matrix, same.silence, kind=kind) == pytest.approx(0.25, abs=0.01)


@pytest.mark.parametrize("customers", [600, 30_000])
def test_probabilities_hold_what_they_say_whatever_the_scale_of_scores(customers: int) -> None:
    chance = np.random.default_rng(5)
    true = chance.random(customers)
    outcome = (chance.random(customers) < true).astype(float)
    scores = 1000 * np.log(true / (1 - true)) + 5
    curve = fit_curve(scores, outcome)
    assert curve.kind == ("platt" if customers == 600 else "isotonic")
    found = probabilities(curve, scores)
    assert np.abs(found - true).mean() < 0.04
    assert ((found > 0) & (found < 1)).all()
    order = np.argsort(scores)
    assert (np.diff(found[order]) >= 0).all()


@pytest.mark.parametrize("customers", [600, 30_000])
def test_another_season_moves_the_level_and_no_rank(customers: int) -> None:
    chance = np.random.default_rng(5)
    scores = chance.normal(size=customers)
    curve = fit_curve(scores, (chance.random(customers) < 1 / (1 + np.exp(-scores))).astype(float))
    # In the other season the log odds of everybody are lower by 1.5.
    rare = (chance.random(customers) < 1 / (1 + np.exp(1.5 - scores))).astype(float)
    moved = probabilities(leveled(curve, scores, rare), scores)
    before = probabilities(curve, scores)
    assert moved.mean() == pytest.approx(rare.mean(), abs=0.005)
    assert np.median(np.log(moved / (1 - moved)) - np.log(before / (1 - before))) == pytest.approx(-1.5, abs=0.25)
    order = np.argsort(before, kind="stable")
    assert (np.diff(moved[order]) >= 0).all()


def test_the_trial_too_is_leveled_by_the_season_before_it() -> None:
    examples = of_every_date(800)
    assert PLAN.trial is not None
    assert PLAN.trial.season is not None
    rarer = examples[PLAN.trial.season]
    kept = (rarer.outcome > 0) & (np.arange(800) % 2 == 0)
    seasonal = {**examples, PLAN.trial.season: Examples(rarer.matrix, kept.astype(float), rarer.silence)}
    plain, leveled_down = (learn(each, PLAN, seed=7) for each in (examples, seasonal))
    expected = [sum(each.expected_share * each.customers for each in one.tenths) / 800 for one in (plain, leveled_down)]
    assert expected[1] == pytest.approx(kept.mean(), abs=0.03)
    assert expected[0] == pytest.approx(examples[PLAN.trial.season].outcome.mean(), abs=0.03)
    aucs = [[each.value for each in one.judged if each.measure == "auc"] for one in (plain, leveled_down)]
    assert aucs[0] == pytest.approx(aucs[1])
