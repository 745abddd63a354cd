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
"""Of the least distance between two of the new clusters: an old one farther away is another group, not the same one moved."""


@dataclass(frozen=True)
class Earlier:
    """The clusters of the run before, among the same customers."""

    metrics: tuple[str, ...]
    differences: Floats
    """Cluster x metric: from the mean of all customers of that run, in their standard deviations. From month to month everybody has known
    the company for longer; what sets a cluster apart stays."""
    numbers: tuple[int, ...]
    run_id: str


def keep_numbers(found: Clusters, earlier: Earlier | None) -> tuple[Clusters, tuple[str | None, ...]]:
    """The clusters with the numbers of those of the run before that they continue; others get numbers above all of those.

    Pairs are those that are nearest in all (Kuhn 1955, Naval Research Logistics 2, 83-97) by what sets them apart from all customers.

    Args:
        found: numbered from 1 by themselves.
        earlier: None: there was no run before, or it compared mostly other metrics.

    Returns:
        The clusters, and for each the run that it is kept from, or None.
    """
    # A metric may say nothing in one run, being the same for all, and something in the next.
    common = [] if earlier is None else [each for each in found.metrics if each in earlier.metrics]
    if earlier is None or not len(earlier.differences) or 2 * len(common) <= len(found.metrics):
        return found, (None,) * len(found.numbers)
    pairs = _pairs(found, earlier, common)
    taken = {earlier.numbers[old] for old in pairs.values()}
    # A number whose group is gone is not given to another one.
    free = count(max(earlier.numbers) + 1)
    numbers = [earlier.numbers[pairs[new]] if new in pairs else next(free) for new in range(len(found.numbers))]
    kept = tuple(earlier.run_id if number in taken else None for number in numbers)
    order = sorted(range(len(numbers)), key=lambda each: numbers[each])
    return _in_order(found, numbers, order), tuple(kept[each] for each in order)


def _pairs(found: Clusters, earlier: Earlier, common: Sequence[str]) -> dict[int, int]:
    """New cluster -> the old one that it continues."""
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - heavy third-party library

    old = earlier.differences[:, [earlier.metrics.index(each) for each in common]]
    new = found.differences[:, [found.metrics.index(each) for each in common]]
    distances, apart = _distances(new, old), _distances(new, new)
    np.fill_diagonal(apart, np.inf)
    most = FARTHEST * float(apart.min()) if len(apart) > 1 else np.inf
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
