"""Which share of contracts is still running after so many months? Counted with those that are not over yet, and beside a fitted curve.

Reads   durations of contracts and whether they have ended, grouped
Writes  insight.value_survival: one row per plan and period
Units   whole periods since the contract's start; shares 0..1; intervals of 95 %
Keeps   contracts that are still running count as long as they were seen, and not beyond
Source  Kaplan and Meier (1958), JASA 53; Greenwood (1926); Kalbfleisch and Prentice (1980): the interval on the scale log(-log S)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fenji.analyze.value.likelihoods import Floats
from fenji.analyze.value.sbg import SbgModel
from fenji.tables.insight_value import VALUE_SURVIVAL

Integers = npt.NDArray[np.int64]

_WIDTH = 1.959964
"""Standard errors to either side for 95 %."""


@dataclass(frozen=True)
class SurvivalCurve:
    """The share that has survived each time at which somebody was lost or last seen, ascending."""

    times: Floats
    at_risk: Integers
    """Seen at that time, and not lost before."""
    ended: Integers
    survival: Floats
    standard_error: Floats
    """Greenwood's; not a number where nobody is left."""

    @property
    def median(self) -> float | None:
        """The first time after which at most half survive; None where more than half still do."""
        below = np.flatnonzero(self.survival <= 0.5 + 1e-12)
        return float(self.times[below[0]]) if len(below) else None

    def interval(self) -> tuple[Floats, Floats]:
        """Lower and upper ends for every time; not a number where the share is 1 or 0 and nothing is known of its error."""
        share = self.survival
        with np.errstate(divide="ignore", invalid="ignore"):
            error = self.standard_error / (share * np.abs(np.log(share)))
            lower, upper = (share ** np.exp(sign * _WIDTH * error) for sign in (1, -1))
        unknown = ~((share > 0) & (share < 1))
        lower[unknown], upper[unknown] = np.nan, np.nan
        return lower, upper


def kaplan_meier(durations: Sequence[float], events: Sequence[bool], weights: Sequence[int] | None = None) -> SurvivalCurve:
    """The product-limit estimate; who is last seen at a time at which others end counts as at risk there.

    Args:
        durations: how long each contract, or group of contracts, was seen.
        events: whether it ended then; else it was still running.
        weights: how many contracts stand in each group; one each by default.
    """
    times = np.asarray(durations, dtype=np.float64)
    many = np.ones(len(times), dtype=np.int64) if weights is None else np.asarray(weights, dtype=np.int64)
    kinds, place = np.unique(times, return_inverse=True)
    seen = np.bincount(place, weights=many, minlength=len(kinds)).astype(np.int64)
    ended = np.bincount(place, weights=many * np.asarray(events, dtype=bool), minlength=len(kinds)).astype(np.int64)
    at_risk = np.cumsum(seen[::-1])[::-1]
    survival = np.cumprod(1 - ended / np.maximum(at_risk, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        summed = np.cumsum(np.where(ended > 0, ended / (at_risk * (at_risk - ended).astype(np.float64)), 0.0))
        error = survival * np.sqrt(summed)
    return SurvivalCurve(kinds, at_risk, ended, np.asarray(survival, dtype=np.float64), np.asarray(error, dtype=np.float64))


def survival_rows(curves: Mapping[str, SurvivalCurve], models: Mapping[str, SbgModel | None], *, as_of: date) -> pa.Table:
    """insight.value_survival: the curves of each plan beside its fitted one.

    Args:
        curves: by plan; times are whole periods.
        models: by plan; None where none could be fitted.
        as_of: the last day that counts.
    """
    rows = []
    for plan, curve in curves.items():
        lower, upper = curve.interval()
        model = models.get(plan)
        expected = None if model is None else model.survival(curve.times)
        for place, time in enumerate(curve.times):
            rows.append(
                {
                    "as_of": as_of,
                    "plan": plan,
                    "period": int(time),
                    "at_risk": int(curve.at_risk[place]),
                    "ended": int(curve.ended[place]),
                    "survival": float(curve.survival[place]),
                    "lower": _known(lower[place]),
                    "upper": _known(upper[place]),
                    "expected": None if expected is None else float(expected[place]),
                }
            )
    return pa.Table.from_pylist(rows, schema=VALUE_SURVIVAL.schema.to_pyarrow())


def _known(value: np.float64) -> float | None:
    return float(value) if np.isfinite(value) else None
