"""What is a customer's taste, as a few numbers, and which products lie near to it?

Alternating least squares on implicit feedback (Hu, Koren, Volinsky 2008), fitted by the library ``implicit`` on a sample of customers, seeded and
in one thread. Everybody is then folded in: with Y the factors of the products and c(i) = 1 + ALPHA x(i) the confidence of purchase i, a
customer's factors solve (Y'Y + sum of (c(i) - 1) y(i) y(i)' + lambda I) u = sum of c(i) y(i), so that those of the sample are treated like all others.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fenji.analyze.recommend.catalogue import Floats, Ints
from fenji.analyze.recommend.neighbours import Weights

ALPHA = 10.0
REGULARIZATION = 0.05
ITERATIONS = 15
ENTRIES_AT_ONCE = 65_536
"""Purchases whose factors are held at once: 100 MB at 64 factors with what is made of them."""


@dataclass(frozen=True)
class Factors:
    """The factors of the products."""

    products: Floats
    """One row per product."""
    gram: Floats
    """Y'Y + lambda I."""


def fit_factors(weights: Weights, *, factors: int, seed: int) -> Factors:
    """The factors of the products; the same for the same purchases and seed."""
    from implicit.als import AlternatingLeastSquares  # noqa: PLC0415 - heavy third-party library

    matrix = weights.sparse()
    matrix.data = (1 + ALPHA * matrix.data).astype(np.float32)
    size = max(1, min(factors, weights.width // 2))
    with warnings.catch_warnings():
        # The library warns that many threads of the linear algebra slow it down; it changes no number.
        warnings.simplefilter("ignore", RuntimeWarning)
        model = AlternatingLeastSquares(
            factors=size, regularization=REGULARIZATION, alpha=1.0, iterations=ITERATIONS, num_threads=1, random_state=seed
        )
        model.fit(matrix, show_progress=False)
    products = np.asarray(model.item_factors, np.float64)
    return Factors(products, products.T @ products + REGULARIZATION * np.eye(size))


@dataclass(frozen=True)
class FoldedIn:
    """The taste of some customers."""

    taste: Floats
    """One row of factors per customer."""
    matrices: Floats
    """What each customer's factors were solved from: it tells what every purchase contributes."""


def fold_in(weights: Weights, fitted: Factors) -> FoldedIn:
    """The factors of some customers.

    Memory: 16 bytes per customer and pair of factors; callers give some thousand customers at a time.
    """
    size = fitted.products.shape[1]
    matrices = np.repeat(fitted.gram[None], len(weights), axis=0)
    sides = np.zeros((len(weights), size))
    for customers, items, extra in _alike(weights):
        known = fitted.products[np.maximum(items, 0)]
        matrices[customers] += np.matmul((known * extra[:, :, None]).transpose(0, 2, 1), known)
        confidence = np.where(items >= 0, 1 + extra, 0.0)
        sides[customers] = np.matmul(confidence[:, None, :], known)[:, 0, :]
    return FoldedIn(np.asarray(np.linalg.solve(matrices, sides[:, :, None])[:, :, 0], np.float64), matrices)


def strongest_purchase(weights: Weights, fitted: Factors, folded: FoldedIn, products: Ints) -> Ints:
    """Which purchase adds most to the score of each product: c(i) y(j)' A^-1 y(i); over all purchases that sums to the score.

    Args:
        weights: the customers' purchases.
        fitted: the factors.
        folded: the same customers.
        products: one row per customer, the products to explain; -1 for none.

    Returns:
        The product bought; -1 where no purchase speaks for it.
    """
    asked = fitted.products[np.maximum(products, 0)]
    toward = np.linalg.solve(folded.matrices, asked.transpose(0, 2, 1))
    found = np.full(products.shape, -1, np.int64)
    for customers, items, extra in _alike(weights):
        known = fitted.products[np.maximum(items, 0)]
        confidence = np.where(items >= 0, 1 + extra, 0.0)
        added = (np.matmul(known, toward[customers]) * confidence[:, :, None]).round(9)
        best = added.argmax(axis=1)
        strength = np.take_along_axis(added, best[:, None, :], 1)[:, 0, :]
        found[customers] = np.where(strength > 0, np.take_along_axis(items, best, 1), -1)
    return np.where(products >= 0, found, -1)


def _alike(weights: Weights) -> Iterator[tuple[Ints, Ints, Floats]]:
    """Customers with about as many purchases, a table of purchases each: whose rows, which products (-1: none), their extra confidence."""
    sizes = np.diff(weights.starts)
    powers = np.ceil(np.log2(np.maximum(sizes, 1))).astype(np.int64)
    for power in np.unique(powers[sizes > 0]):
        every, length = np.flatnonzero((powers == power) & (sizes > 0)), 2**power
        step = max(1, ENTRIES_AT_ONCE // length)
        for low in range(0, len(every), step):
            own = every[low : low + step]
            place = weights.starts[own][:, None] + np.arange(length)
            there = np.arange(length) < sizes[own][:, None]
            place = np.minimum(place, len(weights.items) - 1)
            yield own, np.where(there, weights.items[place], -1), np.where(there, ALPHA * weights.weights[place], 0.0)
