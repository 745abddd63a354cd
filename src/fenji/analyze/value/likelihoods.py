"""Where is a likelihood highest, and how sharp is its peak? A climb with exact gradients, and intervals from the curvature.

Parameters are positive, so everything happens in their logarithms: there they have no border, and intervals stay positive.

Source  L-BFGS-B: Byrd, Lu, Nocedal and Zhu (1995), SIAM Journal on Scientific Computing 16, as in SciPy; observed information: Efron
        and Hinkley (1978), Biometrika 65
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Covariance = tuple[tuple[float, ...], ...]

SMALLEST, LARGEST = 1e-3, 1e4
"""Bounds of every parameter: beyond them the likelihood is flat, and a larger or smaller number means nothing."""
AT_BOUND = 1.02
"""So near to a bound, as a factor, a parameter has run into it: customers are too much alike to tell it."""
WIDEST = 3.0
"""Standard error of a parameter's logarithm above which its interval says nothing: a factor of 350 to either side."""
FLAT = 1e-9
"""Slope per customer at which the peak is reached."""


class Objective(Protocol):
    """What is climbed: downwards, as minus the log-likelihood."""

    weights: Floats
    """How many customers each of its parts stands for."""

    def both(self, logs: Floats) -> tuple[float, Floats]:
        """Minus the log-likelihood, and its gradient by the logarithms of the parameters."""
        ...


def climb(likelihood: Objective, start: Floats, *, most: int) -> Floats:
    """The parameters' logarithms at the peak near a start, within the bounds.

    Args:
        likelihood: minus the log-likelihood with its gradient.
        start: logarithms.
        most: steps.
    """
    from scipy.optimize import minimize  # noqa: PLC0415 - heavy third-party library

    # Scaled to one customer, so that the same tolerances serve ten customers and ten millions.
    size = max(float(likelihood.weights.sum()), 1.0)

    def both(logs: Floats) -> tuple[float, Floats]:
        value, gradient = likelihood.both(logs)
        return value / size, gradient / size

    bounds = np.log([[SMALLEST, LARGEST]] * len(start))
    options = {"maxiter": most, "ftol": 0.0, "gtol": FLAT}
    return np.asarray(minimize(both, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options).x, dtype=np.float64)


def curvature(likelihood: Objective, peak: Floats) -> Covariance | None:
    """The inverse of the observed information at the peak, for the parameters that are not at a bound; None where there is no peak.

    The information is the derivative of the exact gradient by central differences of a thousandth: their error is a millionth.
    """
    free = [place for place, log in enumerate(peak) if np.log(SMALLEST * AT_BOUND) < log < np.log(LARGEST / AT_BOUND)]
    step, size = 1e-3, len(peak)
    information = np.zeros((size, size))
    for place in free:
        moved = np.zeros(size)
        moved[place] = step
        information[:, place] = (likelihood.both(peak + moved)[1] - likelihood.both(peak - moved)[1]) / (2 * step)
    inner = information[np.ix_(free, free)]
    inner = (inner + inner.T) / 2
    if not free or not np.isfinite(inner).all() or np.linalg.eigvalsh(inner).min() <= 0:
        return None
    covariance = np.zeros((size, size))
    covariance[np.ix_(free, free)] = np.linalg.inv(inner)
    return tuple(tuple(float(each) for each in row) for row in covariance)


def sharpened(likelihood: Objective, peak: Floats) -> tuple[Floats, Covariance | None]:
    """The peak after two steps of Newton's from where the climb stopped, and the curvature there.

    A climb stops somewhere near the peak, and where depends on the last digits of sums; after these steps engines that add in
    another order agree in all digits that are told.
    """
    covariance = curvature(likelihood, peak)
    for _step in range(2):
        if covariance is None:
            break
        slope = likelihood.both(peak)[1]
        there = peak - np.array(covariance) @ slope
        further = likelihood.both(there)[1]
        free = np.diag(np.array(covariance)) > 0
        if not np.isfinite(further).all() or np.abs(further[free]).sum() >= np.abs(slope[free]).sum():
            break
        peak = there
    return peak, covariance if covariance is None else curvature(likelihood, peak)


def interval_of(logs: Floats, covariance: Covariance | None, position: int, width: float) -> tuple[float, float] | None:
    """An interval that is symmetric in the logarithm; None where it would say nothing.

    Args:
        logs: of the parameters.
        covariance: of the logarithms.
        position: of the parameter.
        width: standard errors to either side.
    """
    error = 0.0 if covariance is None else float(np.sqrt(covariance[position][position]))
    if not 0 < error < WIDEST:
        return None
    return float(np.exp(logs[position] - width * error)), float(np.exp(logs[position] + width * error))


def dot(weights: Floats, values: Floats) -> float:
    """The weighted sum, in one thread: a library's own product starts several, which takes longer than the sum itself."""
    return float(np.einsum("i,i->", weights, values))
