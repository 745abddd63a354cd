"""What does the model say of a customer, in words that are true? The features' contributions together by driver; said only where the words hold.

A driver counts as a reason where it raises the customer's risk and at least one of its features that do so lies on the side that
the words name: "falling frequency" is never said of somebody who orders more often than before.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from fenji.analyze.churn.features import Feature, Floats
from fenji.domain.churn import Driver

MOST_REASONS = 3
LEAST_CONTRIBUTION = 0.05
"""Log odds: below it the risk changes by about one part in a hundred, which is no reason."""

Texts = npt.NDArray[np.object_]


def drivers_of(features: Sequence[Feature]) -> tuple[Driver, ...]:
    """The drivers that occur, in the order of their names' declaration."""
    there = {each.driver for each in features}
    return tuple(each for each in Driver if each in there)


def added_by_driver(features: Sequence[Feature], parts: Floats) -> Floats:
    """Contributions of features summed by driver: customers by drivers."""
    groups = [[place for place, each in enumerate(features) if each.driver is driver] for driver in drivers_of(features)]
    return np.column_stack([parts[:, group].sum(axis=1) for group in groups]) if groups else np.zeros((len(parts), 0))


def holds(features: Sequence[Feature], matrix: Floats, medians: Sequence[float]) -> npt.NDArray[np.bool_]:
    """Whether each feature lies on the side that its driver's words name; nothing known: no."""
    limits = [median if each.than is None else each.than for each, median in zip(features, medians, strict=True)]
    sides = [
        matrix[:, place] > limit if each.is_worse_above else matrix[:, place] < limit
        for place, (each, limit) in enumerate(zip(features, limits, strict=True))
    ]
    return np.column_stack(sides) if sides else np.zeros((len(matrix), 0), dtype=bool)


def true_of(features: Sequence[Feature], sides: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Whether the words of each driver hold: customers by drivers."""
    groups = [[place for place, each in enumerate(features) if each.driver is driver] for driver in drivers_of(features)]
    return np.column_stack([sides[:, group].any(axis=1) for group in groups]) if groups else np.zeros((len(sides), 0), dtype=bool)


def reasons_of(features: Sequence[Feature], parts: Floats, sides: npt.NDArray[np.bool_]) -> list[Texts]:
    """The first, second and third reason of each customer; None where there are fewer."""
    added = added_by_driver(features, parts)
    said = true_of(features, sides & (parts > 0))
    weight = np.where(said & (added >= LEAST_CONTRIBUTION), added, 0.0)
    names = np.array([str(each) for each in drivers_of(features)] + [None], dtype=object)
    # Stable, so that of equal contributions the one declared first is said first.
    order = np.argsort(-weight, axis=1, kind="stable")[:, :MOST_REASONS]
    chosen = np.where(np.take_along_axis(weight, order, axis=1) > 0, order, len(names) - 1)
    found = [names[chosen[:, place]] for place in range(chosen.shape[1])]
    return found + [np.full(len(parts), None, dtype=object)] * (MOST_REASONS - len(found))
