"""Which flows lead from the customers of today to counts that were foretold without flows, and are nearest to the flows of the past?

Reads   nothing stored: movements from tier to tier, as arrays
Writes  nothing: arrays
Units   customers
Keeps   every customer: who stands in a tier goes somewhere; the flows lead to the counts exactly, as far as somebody can come or go
Source  iterative proportional fitting: Deming, Stephan (1940), Annals of Mathematical Statistics 11(4); that it stays nearest to where it
        began: Csiszar (1975), Annals of Probability 3(1); finished by Newton's method on the factors. Comings and goings are scaled first, by the one factor that closes the total
"""

from __future__ import annotations

import numpy as np

from fenji.analyze.forecast.series import Floats

ROUNDS = 50
"""Of scaling rows and columns in turn; a handful is enough where the counts are near those of the flows."""
STEPS = 100
"""Of Newton's method after that, for counts that only rare flows lead to; each is limited to a factor of ``e``."""
CLOSE_ENOUGH = 1e-9
"""Customers."""


def flows_to(moved: Floats, opening: Floats, target: Floats) -> Floats:
    """Movements from given counts to given counts.

    Args:
        moved: movements to stay near: from tiers, lost ones and outside (rows) to tiers and lost ones (columns).
        opening: customers by tier before.
        target: customers by tier after; together they are changed only where nobody could come or go who would make up the difference.

    Returns:
        Movements of the same shape, whose rows of tiers sum to ``opening``.
    """
    tiers = len(opening)
    found = moved.copy()
    # Who stands in a tier that nobody was expected to leave or stay in, stays: a row of zeros multiplied stays one of zeros.
    unmoved = np.flatnonzero((moved[:tiers].sum(axis=1) <= 0) & (opening > 0))
    found[unmoved, unmoved] = opening[unmoved]
    found[:tiers] *= (opening / np.maximum(found[:tiers].sum(axis=1), 1e-300))[:, None]
    rest = found[tiers, :tiers].sum()
    total = float(target.sum())
    coming, going = _closing_factors(
        float(found[tiers:, :tiers].sum()), float(found[:tiers, tiers].sum()), total - float(opening.sum())
    )
    found[tiers:, :tiers] *= coming
    found[:tiers, tiers] *= going
    found[tiers, tiers] = max(found[tiers, tiers] + rest - found[tiers, :tiers].sum(), 0.0)
    reached = float(opening.sum() + found[tiers:, :tiers].sum() - found[:tiers, tiers].sum())
    columns = np.append(target * (reached / total if total > 0 else 0.0), found[:, tiers].sum())
    rows = np.concatenate([opening, found[tiers:].sum(axis=1)])
    return _fitted(found, rows, columns)


def _closing_factors(coming: float, going: float, change: float) -> tuple[float, float]:
    """By what all that come and all that go are multiplied so that coming - going is the change: one factor, and one over it."""
    if coming <= 0:
        return 1.0, max(0.0, -change / going) if going > 0 else 1.0
    if going <= 0:
        return max(0.0, change / coming), 1.0
    factor = (change + float(np.sqrt(change**2 + 4 * coming * going))) / (2 * coming)
    return factor, 1 / factor


def _fitted(moved: Floats, rows: Floats, columns: Floats) -> Floats:
    found = moved
    for _round in range(ROUNDS):
        found = found * (columns / np.maximum(found.sum(axis=0), 1e-300))
        if np.abs(found.sum(axis=1) - rows).max() < CLOSE_ENOUGH:
            break
        found = found * (rows / np.maximum(found.sum(axis=1), 1e-300))[:, None]
    for _step in range(STEPS):
        over = np.concatenate([found.sum(axis=1) - rows, found.sum(axis=0) - columns])
        if np.abs(over).max() < CLOSE_ENOUGH:
            break
        found = found * _factors(found, over)
    # Whatever is left of the difference stays in the counts: no customer of the opening is lost or invented.
    return np.asarray(found * (rows / np.maximum(found.sum(axis=1), 1e-300))[:, None], dtype=np.float64)


def _factors(found: Floats, over: Floats) -> Floats:
    """One step of Newton's method: by what each movement is multiplied so that rows and columns come nearer to their sums."""
    inner = np.block([[np.diag(found.sum(axis=1)), found], [found.T, np.diag(found.sum(axis=0))]])
    logs = np.linalg.lstsq(inner, -over, rcond=None)[0]
    logs /= max(1.0, float(np.abs(logs).max()))
    return np.asarray(np.exp(logs[: len(found), None] + logs[None, len(found) :]), dtype=np.float64)
