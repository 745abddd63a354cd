"""Around which points do customers gather? scikit-learn's k-means in one thread: several wait for one another in a busy process.

Reads   scaled metrics, as arrays
Writes  nothing: arrays
Units   scaled metrics (``scaling``)
Keeps   every customer counts for the center that is nearest
Source  Lloyd (1982), IEEE Transactions on Information Theory 28(2), 129-137; beginnings: Arthur, Vassilvitskii (2007), k-means++; decision
        0038
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import ThreadpoolController

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

BEGUN_WITH = 5000
"""Customers on whom beginnings are tried; the best end is then moved on all."""
MOST_ROUNDS = 300
DECIMALS = 9
"""Of centers: sums in another order differ beyond."""


def find_centers(matrix: Floats, count: int, *, starts: int, seed: int) -> Floats:
    """The centers with the least sum of squares that were found: cluster x metric.

    Args:
        matrix: customer x metric, with more than ``count`` different rows.
        count: how many centers.
        starts: beginnings that are tried.
        seed: decides them.
    """
    chance = np.random.default_rng(seed)
    few = matrix if len(matrix) <= BEGUN_WITH else matrix[chance.choice(len(matrix), BEGUN_WITH, replace=False)]
    best = _settled(few, count, n_init=starts, random_state=seed)
    return np.asarray(
        np.round(best if few is matrix else _settled(matrix, count, n_init=1, init=best), DECIMALS), dtype=np.float64
    )


def nearest(matrix: Floats, centers: Floats) -> Places:
    """The line of the nearest center for every customer; of equally near ones the first."""
    # |x - c|^2 = |x|^2 - 2 x c + |c|^2, of which the first part is the same for all centers.
    return np.asarray(((centers**2).sum(axis=1) - 2 * matrix @ centers.T).argmin(axis=1), dtype=np.int64)


def _settled(matrix: Floats, count: int, **beginnings: Any) -> Floats:  # noqa: ANN401 - as scikit-learn takes them
    from sklearn.cluster import KMeans  # noqa: PLC0415 - heavy third-party library

    with _threads().limit(limits=1):
        found = KMeans(count, max_iter=MOST_ROUNDS, tol=0, **beginnings).fit(matrix)
    return np.asarray(found.cluster_centers_, dtype=np.float64)


@cache
def _threads() -> ThreadpoolController:
    """The threads of the libraries that are loaded: looking for them takes longer than a small fit."""
    return ThreadpoolController()
