"""Around which points do customers gather? k-means in numpy: the same centers on any machine, in one thread.

Reads   scaled metrics, as arrays
Writes  nothing: arrays
Units   scaled metrics (``scaling``)
Keeps   every customer counts for the center that is nearest
Source  Lloyd (1982), IEEE Transactions on Information Theory 28(2), 129-137; beginnings: Arthur, Vassilvitskii (2007), k-means++, with
        several trials for each center (their section 7); decision 0025 says why not scikit-learn's, which tests compare it with
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

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
    tried = [_settled(few, _beginning(few, count, chance)) for _start in range(starts)]
    best = min(tried, key=lambda each: _squares(few, each))
    return np.asarray(np.round(best if few is matrix else _settled(matrix, best), DECIMALS), dtype=np.float64)


def nearest(matrix: Floats, centers: Floats) -> Places:
    """The line of the nearest center for every customer; of equally near ones the first."""
    # |x - c|^2 = |x|^2 - 2 x c + |c|^2, of which the first part is the same for all centers.
    return np.asarray(((centers**2).sum(axis=1) - 2 * matrix @ centers.T).argmin(axis=1), dtype=np.int64)


def _beginning(matrix: Floats, count: int, chance: np.random.Generator) -> Floats:
    """Customers far from one another: each next one by chance in proportion to its squared distance, the best of a few trials."""
    centers = [matrix[int(chance.integers(len(matrix)))]]
    squares = ((matrix - centers[0]) ** 2).sum(axis=1)
    trials = 2 + int(math.log(count))
    for _number in range(1, count):
        drawn = np.searchsorted(np.cumsum(squares), chance.random(trials) * squares.sum(), side="right")
        picked = np.minimum(drawn, len(matrix) - 1)
        closer = [np.minimum(squares, ((matrix - matrix[each]) ** 2).sum(axis=1)) for each in picked]
        best = int(np.argmin([each.sum() for each in closer]))
        centers.append(matrix[picked[best]])
        squares = closer[best]
    return np.array(centers)


def _settled(matrix: Floats, centers: Floats) -> Floats:
    """Centers moved to the means of their customers until nobody changes."""
    places = np.full(len(matrix), -1, dtype=np.int64)
    for _round in range(MOST_ROUNDS):
        now = nearest(matrix, centers)
        if np.array_equal(now, places):
            break
        places, centers = now, _means(matrix, now, centers)
    return centers


def _means(matrix: Floats, places: Places, centers: Floats) -> Floats:
    sizes = np.bincount(places, minlength=len(centers))
    sums = np.column_stack([np.bincount(places, weights=column, minlength=len(centers)) for column in matrix.T])
    means = sums / np.maximum(sizes, 1)[:, None]
    if not sizes.all():
        # A center that nobody is near to goes to the customers who are worst off.
        worst = np.argsort(((matrix - centers[places]) ** 2).sum(axis=1), kind="stable")[::-1]
        empty = np.flatnonzero(sizes == 0)
        means[empty] = matrix[worst[: len(empty)]]
    return np.asarray(means, dtype=np.float64)


def _squares(matrix: Floats, centers: Floats) -> float:
    return float(((matrix - centers[nearest(matrix, centers)]) ** 2).sum())
