"""Which products are near to each other: bought by the same customers, more often than their popularity explains?

With x(u, i) the weight of customer u's purchases of product i, older ones weighing less:
cosine(i, j) = sum over u of x(u, i) x(u, j) / (|x(i)| |x(j)|) (Sarwar, Karypis, Konstan, Riedl 2001);
damped(i, j) = share of the buyers of i who bought j / (share of all who bought j) ^ 0.5: a lift whose preference for rare products is damped
(Deshpande, Karypis 2004). Pairs that few bought are shrunk, and a product is never its own neighbour.
Memory: the purchases twice, one block of products by products (``BLOCK_WORK`` numbers at most), and the neighbours that are kept.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from fenji.analyze.recommend.catalogue import Floats, Ints
from fenji.domain.recommendations import Similarity

BLOCK_WORK = 20_000_000
MOST_ROWS = 2**15
"""Products of a block: their numbers fit 15 bits when nearness is sorted."""
DAMPING = 0.5
SHRINKAGE = 5.0
"""A pair counts as if it had been bought so much more often one by one, so that two buyers make no likeness."""
MOST_PER_CUSTOMER = 500
"""Products of one customer that tell what goes together."""


@dataclass(frozen=True)
class Neighbours:
    """For every product the nearest ones, as a sparse matrix in three arrays."""

    starts: Ints
    items: npt.NDArray[np.int32]
    """Ascending within a product."""
    nearness: Floats


@dataclass(frozen=True)
class Weights:
    """Who bought what, how much of late: a sparse matrix of customers by products in three arrays."""

    starts: Ints
    items: npt.NDArray[np.int32]
    weights: Floats
    width: int

    def __len__(self) -> int:
        return len(self.starts) - 1

    def sparse(self) -> Any:  # noqa: ANN401 - scipy has no types
        """The same as a scipy matrix."""
        from scipy import sparse  # noqa: PLC0415 - heavy third-party library

        return sparse.csr_matrix((self.weights, self.items, self.starts), shape=(len(self), self.width))


def nearest(weights: Weights, *, similarity: Similarity, keep: int) -> Neighbours:
    """The nearest products of every product, equal ones in the order of their names."""
    own = heaviest(weights)
    if similarity is Similarity.DAMPED:
        own = replace(own, weights=np.ones_like(own.weights))
    rows = own.sparse()
    columns = rows.T.tocsr()
    buyers = np.diff(columns.indptr).astype(np.float64)
    norms = np.sqrt(np.asarray(columns.multiply(columns).sum(axis=1)).ravel())
    work = np.cumsum((columns != 0).astype(np.float64) @ np.diff(own.starts)) if own.width else np.empty(0)
    parts: list[tuple[Ints, Ints, Floats]] = []
    start = 0
    while start < own.width:
        done = work[start - 1] if start else 0.0
        stop = max(start + 1, int(np.searchsorted(work, done + BLOCK_WORK, side="right")))
        stop = min(stop, start + MOST_ROWS)
        together = columns[start:stop] @ rows
        first = np.repeat(np.arange(start, stop), np.diff(together.indptr))
        second, shared = together.indices.astype(np.int64), together.data
        if similarity is Similarity.COSINE:
            near = shared / np.maximum(norms[first] * norms[second], 1e-300)
        else:
            near = shared / buyers[first] / (buyers[second] / max(len(own), 1)) ** DAMPING
        near = near * shared / (shared + SHRINKAGE)
        parts.append(_kept(first, second, near, keep))
        start = stop
    return _assembled(parts, own.width)


def heaviest(weights: Weights) -> Weights:
    """Of customers with very many products the ``MOST_PER_CUSTOMER`` that weigh most, so that nobody's square is out of bounds."""
    sizes = np.diff(weights.starts)
    if not (sizes > MOST_PER_CUSTOMER).any():
        return weights
    owners = np.repeat(np.arange(len(weights)), sizes)
    order = np.lexsort((weights.items, -weights.weights, owners))
    kept = np.sort(order[np.arange(len(order)) - np.repeat(weights.starts[:-1], sizes) < MOST_PER_CUSTOMER])
    starts = np.concatenate([[0], np.cumsum(np.minimum(sizes, MOST_PER_CUSTOMER))]).astype(np.int64)
    return Weights(starts, weights.items[kept], weights.weights[kept], weights.width)


def _kept(first: Ints, second: Ints, near: Floats, keep: int) -> tuple[Ints, Ints, Floats]:
    """The ``keep`` nearest of each product; nearness with the 24 bits of a small float, so that equal means equal."""
    rough = near.astype(np.float32)
    others = (first != second) & (rough > 0)
    start = int(first[0]) if len(first) else 0
    # Row, nearness from high to low, product in one number each: whole numbers sort many times faster than three keys.
    falling = np.uint64(0xFFFFFFFF) - rough[others].view(np.uint32).astype(np.uint64)
    rows, columns = (first[others] - start).astype(np.uint64), second[others].astype(np.uint64)
    packed = np.sort((rows << 49) | (falling << 17) | columns)
    rows = (packed >> 49).astype(np.int64)
    sizes = np.bincount(rows)
    packed = packed[np.arange(len(rows)) - np.repeat(np.cumsum(sizes) - sizes, sizes) < keep]
    bits = (np.uint64(0xFFFFFFFF) - ((packed >> 17) & 0xFFFFFFFF)).astype(np.uint32)
    return (
        (packed >> 49).astype(np.int64) + start,
        (packed & 0x1FFFF).astype(np.int64),
        bits.view(np.float32).astype(np.float64),
    )


def _assembled(parts: list[tuple[Ints, Ints, Floats]], width: int) -> Neighbours:
    if not parts:
        return Neighbours(np.zeros(width + 1, np.int64), np.empty(0, np.int32), np.empty(0))
    first, second, near = (np.concatenate([each[place] for each in parts]) for place in range(3))
    order = np.lexsort((second, first))
    starts = np.concatenate([[0], np.cumsum(np.bincount(first, minlength=width))]).astype(np.int64)
    return Neighbours(starts, second[order].astype(np.int32), near[order])
