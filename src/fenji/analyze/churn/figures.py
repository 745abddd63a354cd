"""How good are probabilities? Do they rank right, find the first tenth, and hold what they say?

Source  AUC: Hanley and McNeil 1982 (Mann-Whitney statistic, ties count half). Average precision: sum of (R_n - R_n-1) P_n over the
        different scores (scikit-learn's definition). Brier 1950. Interval of a share: Wilson 1927, at 95 %
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from fenji.analyze.churn.features import Floats

TENTHS = 10
_Z = 1.959964


@dataclass(frozen=True)
class Tenth:
    """Customers with about equal probabilities."""

    tenth: int
    customers: int
    outcomes: int
    expected_share: float
    observed_share: float
    lower: float
    upper: float


def figures_of(probability: Floats, outcome: Floats) -> dict[str, float | None]:
    """Every measure; those of ranking have no value where all customers did the same."""
    from sklearn.metrics import average_precision_score, roc_auc_score  # noqa: PLC0415 - heavy third-party library

    has_both = 0 < outcome.sum() < len(outcome)
    return {
        "auc": float(roc_auc_score(outcome, probability)) if has_both else None,
        "average_precision": float(average_precision_score(outcome, probability)) if has_both else None,
        "lift_10": lift(probability, outcome) if has_both else None,
        "brier": float(np.mean((probability - outcome) ** 2)) if len(outcome) else None,
        "base_rate": float(outcome.mean()) if len(outcome) else None,
    }


def auc_lower(auc: float, *, positives: float, negatives: float) -> float:
    """Lower end of the 95 % interval of an AUC, by Hanley and McNeil (1982), equation 1.

    >>> round((0.893 - auc_lower(0.893, positives=51, negatives=58)) / _Z, 4)  # their example has a standard error of 0.032
    0.0325
    """
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    spread = auc * (1 - auc) + (positives - 1) * (q1 - auc**2) + (negatives - 1) * (q2 - auc**2)
    return auc - _Z * math.sqrt(max(spread, 0.0) / (positives * negatives))


def lift(score: Floats, outcome: Floats, *, share: float = 0.1) -> float:
    """How many times the average rate the highest scores have; of equal scores at the border a part counts."""
    hits, seen = _down(score, outcome)
    first = share * len(outcome)
    found = float(np.interp(first, np.concatenate([[0.0], seen]), np.concatenate([[0.0], hits])))
    return found / first / float(outcome.mean())


def calibration_table(probability: Floats, outcome: Floats) -> tuple[Tenth, ...]:
    """Expected and observed shares by tenths of the customers; equal probabilities stay in one tenth."""
    if not len(outcome):
        return ()
    _values, place, count = np.unique(probability, return_inverse=True, return_counts=True)
    before = np.cumsum(count) - count
    tenth = (before * TENTHS // len(outcome))[place]
    return tuple(_tenth(int(each), probability[tenth == each], outcome[tenth == each]) for each in np.unique(tenth))


def share_interval(hits: float, seen: float) -> tuple[float, float]:
    """Wilson's interval of a share.

    >>> lower, upper = share_interval(5, 10)
    >>> round(lower, 4), round(upper, 4)
    (0.2366, 0.7634)
    """
    share, over = hits / seen, _Z * _Z / seen
    middle, half = (share + over / 2) / (1 + over), _Z * np.sqrt(share * (1 - share) / seen + over / (4 * seen)) / (1 + over)
    # At 0 and 1 the ends are exact, and rounding must not leave the share outside.
    return min(share, max(0.0, float(middle - half))), max(share, min(1.0, float(middle + half)))


def _down(score: Floats, outcome: Floats) -> tuple[Floats, Floats]:
    """Going down the different scores: how many did it so far, of how many."""
    values, place = np.unique(-score, return_inverse=True)
    hits = np.bincount(place, weights=outcome, minlength=len(values)).cumsum()
    return hits, np.bincount(place, minlength=len(values)).cumsum().astype(np.float64)


def _tenth(number: int, probability: Floats, outcome: Floats) -> Tenth:
    hits, seen = outcome.sum(), len(outcome)
    lower, upper = share_interval(float(hits), seen)
    return Tenth(number + 1, seen, int(hits), float(probability.mean()), float(hits / seen), lower, upper)
