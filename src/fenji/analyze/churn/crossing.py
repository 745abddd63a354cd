"""How good is the same machinery on a table without dates? Folds instead of time, for data such as a telecom's list of customers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from fenji.analyze.churn.examples import Examples
from fenji.analyze.churn.features import Floats
from fenji.analyze.churn.figures import figures_of
from fenji.analyze.churn.learning import MODELS, fit
from fenji.analyze.churn.predicting import predicted
from fenji.domain.churn import ScoreModel

MOST_VALUES = 50
"""Different texts of a column that become columns of their own; the rest are all zero."""
ASIDE = 0.2
"""Share of each fold's training part that early stopping, calibration and choice look at."""


@dataclass(frozen=True)
class Crossed:
    """Means over the folds."""

    figures: dict[ScoreModel, dict[str, float]]
    """Of every model."""
    used: dict[str, float]
    """Of the model that each fold chose without seeing its own test part."""
    chosen: tuple[ScoreModel, ...]


def cross_validated(features: pa.Table, outcome: Floats, *, folds: int = 5, seed: int = 7) -> Crossed:
    """Every model fitted without a fold, judged on it, in turn; folds have equal shares of both outcomes.

    Args:
        features: numbers, and texts whose values become columns of 0 and 1; null is not known.
        outcome: 1 or 0 per row.
        folds: how many.
        seed: the same seed, the same folds and bits.
    """
    chance = np.random.default_rng(seed)
    matrix = _matrix(features)
    found: dict[ScoreModel, list[dict[str, float | None]]] = {kind: [] for kind in MODELS}
    used, chosen = [], []
    for train, test in _folds(outcome, folds, chance):
        aside = _stratified(outcome[train], chance) < ASIDE
        fitted = fit(_part(matrix, outcome, train[~aside]), _part(matrix, outcome, train[aside]), seed=seed)
        judged = _part(matrix, outcome, test)
        for kind in MODELS:
            found[kind].append(figures_of(predicted(fitted, judged.matrix, judged.silence, kind=kind), judged.outcome))
        used.append(found[fitted.chosen][-1])
        chosen.append(fitted.chosen)
    return Crossed({kind: _means(each) for kind, each in found.items()}, _means(used), tuple(chosen))


def _part(matrix: Floats, outcome: Floats, rows: np.ndarray) -> Examples:
    return Examples(matrix[rows], outcome[rows], np.zeros(len(rows)))


def _folds(outcome: Floats, folds: int, chance: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    fold = np.floor(_stratified(outcome, chance) * folds)
    for number in range(folds):
        yield np.flatnonzero(fold != number), np.flatnonzero(fold == number)


def _stratified(outcome: Floats, chance: np.random.Generator) -> Floats:
    """A place in [0, 1) for every row, spread evenly within each outcome."""
    place = np.empty(len(outcome))
    for value in (0.0, 1.0):
        rows = np.flatnonzero(outcome == value)
        place[rows] = chance.permutation(len(rows)) / max(len(rows), 1)
    return place


def _matrix(features: pa.Table) -> Floats:
    return np.column_stack([part for name in features.column_names for part in _columns(features[name])])


def _columns(column: pa.ChunkedArray) -> list[Floats]:
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return [np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64)]
    values = np.array(column.to_pylist(), dtype=object)
    named, counts = np.unique(values[values != np.array(None)].astype(str), return_counts=True)
    kept = named[np.argsort(-counts, kind="stable")][:MOST_VALUES]
    return [(values == each).astype(np.float64) for each in kept]


def _means(figures: list[dict[str, float | None]]) -> dict[str, float]:
    return {name: float(np.mean([each[name] for each in figures if each[name] is not None])) for name in figures[0]}
