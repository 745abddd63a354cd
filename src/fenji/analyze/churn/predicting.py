"""What does a fitted model say of customers, and what does each feature add? The same for trial, for today and on any worker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fenji.analyze.churn.boosting import Boosted, boosted_contributions, boosted_scores
from fenji.analyze.churn.calibrating import Curve, probabilities
from fenji.analyze.churn.features import Floats
from fenji.analyze.churn.linear import Linear, linear_contributions, linear_scores
from fenji.domain.churn import ScoreModel


@dataclass(frozen=True)
class Fitted:
    """Models fitted to the same examples, with the curve of each, and the one that was chosen."""

    chosen: ScoreModel
    curves: Mapping[ScoreModel, Curve]
    medians: tuple[float, ...]
    """Of each feature over the customers learned from; NaN where nothing was known."""
    boosted: Boosted | None = None
    linear: Linear | None = None


def scores_of(fitted: Fitted, kind: ScoreModel, matrix: Floats, silence: Floats, *, threads: int = 0) -> Floats:
    """The scores of one model, not yet calibrated."""
    if kind is ScoreModel.RECENCY or fitted.boosted is None or fitted.linear is None:
        return silence
    if kind is ScoreModel.LOGISTIC:
        return linear_scores(fitted.linear, matrix)
    trees = boosted_scores(fitted.boosted, matrix, threads=threads)
    return trees if kind is ScoreModel.LIGHTGBM else (trees + linear_scores(fitted.linear, matrix)) / 2


def predicted(fitted: Fitted, matrix: Floats, silence: Floats, *, kind: ScoreModel | None = None, threads: int = 0) -> Floats:
    """The probabilities of a model; of the chosen one where none is named."""
    named = kind or fitted.chosen
    return probabilities(fitted.curves[named], scores_of(fitted, named, matrix, silence, threads=threads))


def contributions(fitted: Fitted, matrix: Floats, *, threads: int = 0) -> Floats:
    """What each feature adds to the log odds of the chosen model: customers by features; 0 for the recency rule."""
    if fitted.chosen is ScoreModel.RECENCY or fitted.boosted is None or fitted.linear is None or not len(matrix):
        return np.zeros(matrix.shape)
    if fitted.chosen is ScoreModel.LOGISTIC:
        return linear_contributions(fitted.linear, matrix)
    trees = boosted_contributions(fitted.boosted, matrix, threads=threads)
    return trees if fitted.chosen is ScoreModel.LIGHTGBM else (trees + linear_contributions(fitted.linear, matrix)) / 2
