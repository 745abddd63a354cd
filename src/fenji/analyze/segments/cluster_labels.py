"""Which of today's clusters is which of last time's? The same group of customers keeps its number from run to run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count

import numpy as np
import numpy.typing as npt

from fenji.analyze.segments.clustering import Clusters

Floats = npt.NDArray[np.float64]

FARTHEST = 0.5
"""Of the least distance between two of the new centers: an old cluster farther away is another group, not the same one moved."""


@dataclass(frozen=True)
class Earlier:
    """The clusters of the run before, among the same customers."""

    metrics: tuple[str, ...]
    centers: Floats
    """Cluster x metric, in the unit of each metric: scales differ from run to run."""
    numbers: tuple[int, ...]
    run_id: str


def keep_numbers(found: Clusters, earlier: Earlier | None) -> tuple[Clusters, tuple[str | None, ...]]:
    """The clusters with the numbers of those of the run before that they continue; others get numbers above all of those.

    Pairs are those whose centers are nearest in all (Kuhn 1955, Naval Research Logistics 2, 83-97), on today's scale.

    Args:
        found: numbered from 1 by themselves.
        earlier: None: there was no run before, or it compared other metrics.

    Returns:
        The clusters, and for each the run that it is kept from, or None.
    """
    if earlier is None or set(earlier.metrics) != set(found.metrics) or not len(earlier.centers):
        return found, (None,) * len(found.numbers)
    pairs = _pairs(found, earlier)
    taken = {earlier.numbers[old] for old in pairs.values()}
    # A number whose group is gone is not given to another one.
    free = count(max(earlier.numbers) + 1)
    numbers = [earlier.numbers[pairs[new]] if new in pairs else next(free) for new in range(len(found.numbers))]
    kept = tuple(earlier.run_id if number in taken else None for number in numbers)
    order = sorted(range(len(numbers)), key=lambda each: numbers[each])
    return _in_order(found, numbers, order), tuple(kept[each] for each in order)


def _pairs(found: Clusters, earlier: Earlier) -> dict[int, int]:
    """New cluster -> the old one that it continues."""
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - heavy third-party library

    place = {metric: column for column, metric in enumerate(earlier.metrics)}
    old = np.column_stack([each.scaled(earlier.centers[:, place[each.metric]]) for each in found.scales])
    distances = _distances(found.centers, old)
    apart = _distances(found.centers, found.centers)
    np.fill_diagonal(apart, np.inf)
    most = FARTHEST * float(apart.min()) if len(found.centers) > 1 else np.inf
    return {
        int(new): int(other)
        for new, other in zip(*linear_sum_assignment(distances), strict=True)
        if distances[new, other] <= most
    }


def _distances(left: Floats, right: Floats) -> Floats:
    return np.asarray(np.sqrt(((left[:, None] - right[None]) ** 2).sum(axis=2)), dtype=np.float64)


def _in_order(found: Clusters, numbers: Sequence[int], order: Sequence[int]) -> Clusters:
    lines = list(order)
    return replace(
        found,
        centers=found.centers[lines],
        differences=found.differences[lines],
        silhouettes=found.silhouettes[lines],
        stabilities=found.stabilities[lines],
        numbers=tuple(numbers[each] for each in lines),
    )
