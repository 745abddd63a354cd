"""How do scores become probabilities that hold what they say? By what came of such scores on a later date.

Source  Platt 1999, Probabilistic outputs for support vector machines (targets of section 2.2); Zadrozny and Elkan 2002,
        Transforming classifier scores into accurate multiclass probability estimates (isotonic regression)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fenji.analyze.churn.features import Floats

LEAST_FOR_STEPS = 5000
"""Of each outcome: below it isotonic steps follow chance, and put many customers on one and the same step."""

_WIDEST = 6.0
"""Log odds within which a level is looked for."""


@dataclass(frozen=True)
class Curve:
    """From score to probability: along points with straight lines between, or along a logistic curve."""

    kind: str
    """isotonic or platt."""
    scores: tuple[float, ...]
    """Points of the isotonic curve; of the logistic one: slope and bias."""
    shares: tuple[float, ...]


def fit_curve(scores: Floats, outcome: Floats) -> Curve:
    """The curve that fits what came of the scores."""
    if min(outcome.sum(), len(outcome) - outcome.sum()) >= LEAST_FOR_STEPS:
        return _isotonic(scores, outcome)
    return _platt(scores, outcome)


def probabilities(curve: Curve, scores: Floats) -> Floats:
    """The probability of each score; never 0 or 1."""
    if curve.kind == "isotonic":
        return np.interp(scores, curve.scores, curve.shares)
    slope, bias = curve.scores
    odds: Floats = np.exp(np.clip(slope * scores + bias, -30, 30))
    return odds / (1 + odds)


def leveled(curve: Curve, scores: Floats, outcome: Floats) -> Curve:
    """The same curve with one number added to its log odds, so that on average it expects what came of these scores.

    This is how a shift of the prior alone moves probabilities (Saerens, Latinne and Decaestecker 2002, equation 2.4): ranks stay.
    """
    from scipy.optimize import brentq  # noqa: PLC0415 - heavy third-party library

    chance = probabilities(curve, scores)
    odds, wanted = np.log(chance / (1 - chance)), (outcome.sum() + 1) / (len(outcome) + 2)

    def expected(added: float) -> float:
        return float(np.mean(1 / (1 + np.exp(-(odds + added)))))

    within = np.clip(wanted, expected(-_WIDEST), expected(_WIDEST))
    added = float(brentq(lambda each: expected(each) - within, -_WIDEST, _WIDEST, xtol=1e-12))
    if curve.kind == "platt":
        slope, bias = curve.scores
        return Curve(curve.kind, (slope, bias + added), curve.shares)
    shares = np.array(curve.shares)
    moved = 1 / (1 + np.exp(-(np.log(shares / (1 - shares)) + added)))
    return Curve(curve.kind, curve.scores, tuple(float(each) for each in moved))


def _isotonic(scores: Floats, outcome: Floats) -> Curve:
    from sklearn.isotonic import IsotonicRegression  # noqa: PLC0415 - heavy third-party library

    # Nothing is certain that was seen n times: one more case on the other side is always possible.
    least = 1 / (len(outcome) + 2)
    found = IsotonicRegression(y_min=least, y_max=1 - least, out_of_bounds="clip").fit(scores, outcome)
    return Curve("isotonic", tuple(found.X_thresholds_.tolist()), tuple(found.y_thresholds_.tolist()))


def _platt(scores: Floats, outcome: Floats) -> Curve:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - heavy third-party library

    many, few = outcome.sum(), len(outcome) - outcome.sum()
    target = np.where(outcome > 0, (many + 1) / (many + 2), 1 / (few + 2))
    spread = scores.std()
    if spread > 0:
        twice = np.concatenate([scores, scores])[:, None] / spread
        sides = np.concatenate([np.ones(len(scores)), np.zeros(len(scores))])
        found = LogisticRegression(C=1e6, max_iter=500).fit(twice, sides, sample_weight=np.concatenate([target, 1 - target]))
        slope = float(found.coef_[0, 0]) / float(spread)
        if slope > 0:
            return Curve("platt", (slope, float(found.intercept_[0])), ())
    # A score that says nothing, or the contrary, gives everybody the same.
    mean = float(target.mean())
    return Curve("platt", (0.0, float(np.log(mean / (1 - mean)))), ())
