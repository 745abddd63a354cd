"""Which model serves best, and how well would it have done? Fitted on earlier dates, chosen and calibrated on a later one, tried on the latest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from fenji.analyze.churn.boosting import fit_boosted
from fenji.analyze.churn.calibrating import fit_curve, leveled
from fenji.analyze.churn.dates import Schedule, Split
from fenji.analyze.churn.examples import Examples, together
from fenji.analyze.churn.features import Floats
from fenji.analyze.churn.figures import Tenth, calibration_table, figures_of
from fenji.analyze.churn.linear import fit_linear
from fenji.analyze.churn.predicting import Fitted, predicted, scores_of
from fenji.domain.churn import Lack, Part, ScoreModel
from fenji.domain.contests import Contest, contest_of_means

LEAST_TO_LEARN, LEAST_OF_EACH = 200, 30
"""Customers, and customers of each outcome, from which a model of some twenty features can be learned at all."""
LEAST_TO_CALIBRATE, LEAST_CALIBRATED = 50, 10
"""The same for one number, such as the time since the last order."""

MODELS = (ScoreModel.RECENCY, ScoreModel.LOGISTIC, ScoreModel.LIGHTGBM, ScoreModel.BLEND)
"""The simplest first: of equally good ones the first is taken."""


@dataclass(frozen=True)
class Judged:
    """One measure of one model on one date."""

    model: ScoreModel
    part: Part
    on: date
    measure: str
    value: float | None
    customers: int


@dataclass(frozen=True)
class Learned:
    """What could be learned of a target."""

    fitted: Fitted | None
    """None where even the recency rule has no probability."""
    lack: Lack | None
    judged: tuple[Judged, ...]
    tenths: tuple[Tenth, ...]
    """Of the model in use, on the date of evaluation; empty without one."""
    samples: tuple[tuple[Part, date, int, int], ...]
    """Use, date, customers, outcomes."""


def learn(examples: Mapping[date, Examples], schedule: Schedule, *, seed: int) -> Learned:
    """The model in use, and its trial on the past.

    Args:
        examples: of every date of the schedule.
        schedule: which date serves what.
        seed: the same seed, the same bits.
    """
    known = _known(examples, schedule.trial, (Part.TRIAL_TRAIN, Part.TRIAL_CALIBRATE, Part.TRIAL_SEASON))
    known += _known(examples, schedule.final, (Part.TRAIN, Part.CALIBRATE, Part.SEASON))
    evaluated = examples[schedule.evaluate]
    lack = Lack.HISTORY_TOO_SHORT if schedule.final is None else _lack(examples, schedule.final)
    if schedule.final is None or lack:
        return _by_recency(evaluated, schedule.evaluate, lack or Lack.HISTORY_TOO_SHORT, known)
    if schedule.trial is None or _lack(examples, schedule.trial):
        # Chosen and judged on the same date: better than nothing, and said.
        fitted = fit(_train(examples, schedule.final), examples[schedule.final.calibrate], seed=seed)
        judged = _judged(fitted, examples[schedule.final.calibrate], Part.CALIBRATE, schedule.final.calibrate)
        return Learned(fitted, None, judged, (), tuple(known))
    trial = fit(_train(examples, schedule.trial), examples[schedule.trial.calibrate], seed=seed)
    judged = _judged(trial, examples[schedule.trial.calibrate], Part.TRIAL_CALIBRATE, schedule.trial.calibrate)
    trial = _in_season(trial, examples, schedule.trial)
    on_evaluation = _judged(trial, evaluated, Part.EVALUATE, schedule.evaluate)
    judged += on_evaluation
    briers = {each.model: each.value for each in on_evaluation if each.measure == "brier"}
    trial = replace(trial, chosen=ScoreModel(beside_recency(trial.chosen, briers, customers=len(evaluated)).winner))
    tenths = calibration_table(predicted(trial, evaluated.matrix, evaluated.silence), evaluated.outcome)
    # The model in use is of the kind that the trial chose before it saw the date of evaluation, so that its figures stay honest;
    # but a model that recency beats on that date is not used.
    final = fit(_train(examples, schedule.final), examples[schedule.final.calibrate], seed=seed)
    final = _in_season(final, examples, schedule.final)
    known.append((Part.EVALUATE, schedule.evaluate, len(evaluated), evaluated.outcomes))
    return Learned(replace(final, chosen=trial.chosen), None, judged, tenths, tuple(known))


def fit(train: Examples, calibrate: Examples, *, seed: int) -> Fitted:
    """All models, each with its curve; the one with the highest AUC on the examples of the later date is chosen."""
    fitted = Fitted(
        ScoreModel.RECENCY,
        {},
        _medians(train.matrix),
        fit_boosted(train.matrix, train.outcome, calibrate.matrix, calibrate.outcome, seed=seed),
        fit_linear(train.matrix, train.outcome),
    )
    scores = {kind: scores_of(fitted, kind, calibrate.matrix, calibrate.silence) for kind in MODELS}
    curves = {kind: fit_curve(scores[kind], calibrate.outcome) for kind in MODELS}
    best = best_of({kind: figures_of(scores[kind], calibrate.outcome)["auc"] for kind in MODELS})
    return replace(fitted, chosen=best, curves=curves)


def best_of(merits: Mapping[ScoreModel, float | None]) -> ScoreModel:
    """The model with the highest AUC, to four digits; the simplest of equal ones."""
    return max(MODELS, key=lambda kind: (round(merits.get(kind) or 0.0, 4), -MODELS.index(kind)))


def beside_recency(model: ScoreModel, briers: Mapping[ScoreModel, float | None], *, customers: int) -> Contest:
    """Whether a model was nearer than the time since the last order to what the customers of a date did.

    Args:
        model: the one to be used.
        briers: mean squared error of each model's probabilities.
        customers: on whom they were measured.
    """
    errors = {str(kind): value for kind, value in briers.items()}
    return contest_of_means(model, errors, trials=customers, baselines=(ScoreModel.RECENCY,), least=LEAST_TO_CALIBRATE)


def lack_of(examples: Examples, *, least: int, least_of_each: int) -> Lack | None:
    """What is missing to learn from examples."""
    if len(examples) < least:
        return Lack.TOO_FEW_CUSTOMERS
    if examples.outcomes < least_of_each:
        return Lack.NO_SUCH_OUTCOME
    return Lack.NO_OTHER_OUTCOME if len(examples) - examples.outcomes < least_of_each else None


def _lack(examples: Mapping[date, Examples], split: Split) -> Lack | None:
    train = lack_of(_train(examples, split), least=LEAST_TO_LEARN, least_of_each=LEAST_OF_EACH)
    return train or lack_of(examples[split.calibrate], least=LEAST_TO_CALIBRATE, least_of_each=LEAST_CALIBRATED)


def _by_recency(evaluated: Examples, on: date, lack: Lack, known: list[tuple[Part, date, int, int]]) -> Learned:
    """The time since the last order alone, where at least what came of it is known."""
    samples = (
        known if any(each[1] == on for each in known) else [*known, (Part.CALIBRATE, on, len(evaluated), evaluated.outcomes)]
    )
    if lack_of(evaluated, least=LEAST_TO_CALIBRATE, least_of_each=LEAST_CALIBRATED):
        return Learned(None, lack, (), (), tuple(samples))
    curves = {ScoreModel.RECENCY: fit_curve(evaluated.silence, evaluated.outcome)}
    fitted = Fitted(ScoreModel.RECENCY, curves, _medians(evaluated.matrix))
    return Learned(fitted, lack, _judged(fitted, evaluated, Part.CALIBRATE, on), (), tuple(samples))


def _judged(fitted: Fitted, examples: Examples, part: Part, on: date) -> tuple[Judged, ...]:
    found = []
    for kind in (each for each in MODELS if each in fitted.curves):
        probability = predicted(fitted, examples.matrix, examples.silence, kind=kind)
        figures = figures_of(probability, examples.outcome)
        found += [Judged(kind, part, on, measure, value, len(examples)) for measure, value in figures.items()]
    return tuple(found)


def _in_season(fitted: Fitted, examples: Mapping[date, Examples], split: Split) -> Fitted:
    """The models at the level of the same season a year before, where enough is known of it."""
    if split.season is None:
        return fitted
    before = examples[split.season]
    if lack_of(before, least=LEAST_TO_CALIBRATE, least_of_each=LEAST_CALIBRATED):
        return fitted
    scores = {kind: scores_of(fitted, kind, before.matrix, before.silence) for kind in fitted.curves}
    return replace(fitted, curves={kind: leveled(each, scores[kind], before.outcome) for kind, each in fitted.curves.items()})


def _known(
    examples: Mapping[date, Examples], split: Split | None, parts: tuple[Part, Part, Part]
) -> list[tuple[Part, date, int, int]]:
    if split is None:
        return []
    days = [*((parts[0], day) for day in split.train), (parts[1], split.calibrate)]
    days += [(parts[2], split.season)] if split.season else []
    return [(part, day, len(examples[day]), examples[day].outcomes) for part, day in days]


def _train(examples: Mapping[date, Examples], split: Split) -> Examples:
    return together([examples[day] for day in split.train])


def _medians(matrix: Floats) -> tuple[float, ...]:
    return tuple(float(np.median(known)) if len(known := each[~np.isnan(each)]) else float("nan") for each in matrix.T)
