"""What does a straight line make of the features? Logistic regression on scaled numbers; what is not known is the median and a mark."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fenji.analyze.churn.features import Floats

TAILS = (0.005, 0.995)
"""Values beyond these quantiles count as these: one customer of a thousand orders bends no line."""
LEAST_MISSING = 0.01
"""From this share on it is a feature of its own that nothing is known."""


@dataclass(frozen=True)
class Linear:
    """A fitted logistic regression."""

    fill: tuple[float, ...]
    lowest: tuple[float, ...]
    highest: tuple[float, ...]
    center: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    marked: tuple[int, ...]
    """Features whose absence is marked."""
    mark_weights: tuple[float, ...]
    mark_center: tuple[float, ...]
    bias: float


def fit_linear(matrix: Floats, outcome: Floats) -> Linear:
    """Weights with a ridge of 1 on scaled features (scikit-learn's LogisticRegression)."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - heavy third-party library

    missing = np.isnan(matrix)
    fill = np.array(
        [np.median(column[~lacks]) if (~lacks).any() else 0.0 for column, lacks in zip(matrix.T, missing.T, strict=True)]
    )
    filled = np.where(missing, fill, matrix)
    lowest, highest = np.quantile(filled, TAILS, axis=0)
    # A yes that is rarer than the tail is still a yes.
    rare = lowest == highest
    lowest, highest = np.where(rare, filled.min(axis=0), lowest), np.where(rare, filled.max(axis=0), highest)
    held = np.clip(filled, lowest, highest)
    center, scale = held.mean(axis=0), held.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    marked = np.flatnonzero(missing.mean(axis=0) >= LEAST_MISSING)
    marks = missing[:, marked].astype(np.float64)
    mark_center = marks.mean(axis=0)
    given = np.hstack([(held - center) / scale, marks - mark_center])
    found = LogisticRegression(C=1.0, max_iter=500).fit(given, outcome)
    weights = found.coef_[0]
    return Linear(
        fill=_told(fill),
        lowest=_told(lowest),
        highest=_told(highest),
        center=_told(center),
        scale=_told(scale),
        weights=_told(weights[: matrix.shape[1]]),
        marked=tuple(int(each) for each in marked),
        mark_weights=_told(weights[matrix.shape[1] :]),
        mark_center=_told(mark_center),
        bias=float(found.intercept_[0]),
    )


def linear_contributions(model: Linear, matrix: Floats) -> Floats:
    """What each feature adds to the log odds of each customer, beside the average customer's."""
    missing = np.isnan(matrix)
    held = np.clip(np.where(missing, model.fill, matrix), model.lowest, model.highest)
    parts = (held - np.array(model.center)) / np.array(model.scale) * np.array(model.weights)
    marks = (missing[:, list(model.marked)] - np.array(model.mark_center)) * np.array(model.mark_weights)
    parts[:, list(model.marked)] += marks
    return np.asarray(parts, dtype=np.float64)


def linear_scores(model: Linear, matrix: Floats) -> Floats:
    """Log odds, not yet calibrated."""
    return np.asarray(linear_contributions(model, matrix).sum(axis=1) + model.bias, dtype=np.float64)


def _told(numbers: Floats) -> tuple[float, ...]:
    return tuple(float(each) for each in numbers)
