"""Which items stand together in enough baskets? Counted exactly: pairs by a sparse product in blocks, larger sets inside the baskets of their first item.

Memory: 20 bytes for every item of every basket, plus the block of pair counts that is being made (``BLOCK_WORK`` of them at most) and the
sets that are kept. Items that are not frequent by themselves are left out before, because no set with them can be frequent
(Agrawal and Srikant 1994); the search inside the baskets of a first item is that of Eclat (Zaki 2000).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
SmallInts = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
Bits = npt.NDArray[np.float32]

BLOCK_WORK = 20_000_000
"""Pair counts that one block of the sparse product may make: 12 bytes each, so about 250 MB."""
DENSE_CELLS = 50_000_000
"""Cells of the table of baskets by partners that is counted at once: 200 MB of 4-byte numbers, which count exactly up to 16.7 million."""
DENSE_GAIN = 150
"""Multiplications that a dense product does in the time of one of a sparse one, measured on two cores."""
RAISE = 1.25
"""By how much the least count rises when there are more sets than were asked for."""


@dataclass(frozen=True)
class Baskets:
    """Baskets as lists of item numbers. Items are numbered by how many baskets hold them, the rarest first."""

    starts: Ints
    """Where each basket's items begin in ``items``, and behind the last one where they end."""
    items: SmallInts
    """Ascending within a basket, none twice."""
    width: int
    """How many items there are."""

    @property
    def sizes(self) -> Ints:
        """Items in each basket."""
        return np.diff(self.starts)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def counts(self) -> Ints:
        """In how many baskets each item stands."""
        return np.bincount(self.items, minlength=self.width).astype(np.int64)

    def only(self, chosen: npt.NDArray[np.bool_]) -> Baskets:
        """Some of the baskets, in their order."""
        kept = np.repeat(chosen, self.sizes)
        sizes = self.sizes[chosen]
        return Baskets(np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64), self.items[kept], self.width)


@dataclass(frozen=True)
class Itemsets:
    """Sets of one size with the number of baskets that hold all of each."""

    members: SmallInts
    """One row per set, its items ascending; rows in ascending order."""
    counts: Ints

    def __len__(self) -> int:
        return len(self.counts)

    def at_least(self, count: int) -> Itemsets:
        """The sets that stand in so many baskets."""
        kept = self.counts >= count
        return Itemsets(self.members[kept], self.counts[kept])


@dataclass(frozen=True)
class Found:
    """Every frequent set."""

    min_count: int
    """What was asked for, or more where that would have been more sets than allowed."""
    by_size: tuple[Itemsets, ...]
    """Sets of one item, of two, and so on."""

    @property
    def total(self) -> int:
        """Sets of every size."""
        return sum(map(len, self.by_size))


def frequent_itemsets(
    baskets: Baskets, *, min_count: int, max_size: int, most: int | None = None, apart: Ints | None = None
) -> Found:
    """Every set of items that stands in at least so many baskets.

    Args:
        baskets: the baskets.
        min_count: least number of baskets, 1 or more.
        max_size: items of the largest sets, 2 to 4.
        most: sets that are wanted at most; where there are more, the least count rises until there are not. None: all of them.
        apart: pairs that never count as a set, each as smaller item x width + larger item; nor does any set that holds one.

    Returns:
        The sets; the same for the same baskets in any order.
    """
    names = np.flatnonzero(baskets.counts() >= min_count).astype(np.int32)
    found = _found_among(_only_items(baskets, names), min_count, max_size, most, _renumbered(apart, names, baskets.width))
    return Found(found.min_count, tuple(Itemsets(names[each.members], each.counts) for each in found.by_size))


def _only_items(baskets: Baskets, names: SmallInts) -> Baskets:
    """The baskets with some items only, these numbered anew in their order."""
    place = np.full(baskets.width, -1, np.int32)
    place[names] = np.arange(len(names), dtype=np.int32)
    items = place[baskets.items]
    before = np.concatenate([[0], np.cumsum(items >= 0)])
    return Baskets(before[baskets.starts].astype(np.int64), items[items >= 0], len(names))


def _renumbered(apart: Ints | None, names: SmallInts, width: int) -> Ints | None:
    if apart is None:
        return None
    place = np.full(width, -1, np.int64)
    place[names] = np.arange(len(names))
    first, second = place[apart // max(width, 1)], place[apart % max(width, 1)]
    there = (first >= 0) & (second >= 0)
    return np.sort(first[there] * len(names) + second[there])


def _found_among(baskets: Baskets, min_count: int, max_size: int, most: int | None, apart: Ints | None) -> Found:
    alone = _singles(baskets)
    pairs, least = _frequent_pairs(baskets, min_count, most, apart)
    while True:
        larger = _larger_sets(baskets, pairs, least=least, max_size=max_size, most=most, apart=apart)
        found = (alone.at_least(least), pairs, *larger) if larger is not None else None
        if found is not None and (most is None or sum(map(len, found[1:])) <= most):
            return Found(least, found[: max(max_size, 1)])
        least = max(least + 1, int(least * RAISE))
        pairs = pairs.at_least(least)


def _singles(baskets: Baskets) -> Itemsets:
    return Itemsets(np.arange(baskets.width, dtype=np.int32)[:, None], baskets.counts())


def _frequent_pairs(baskets: Baskets, min_count: int, most: int | None, apart: Ints | None) -> tuple[Itemsets, int]:
    """Pairs by blocks of first items; the least count rises while they are counted, so that never many more than ``most`` are held."""
    least = min_count
    held: list[tuple[SmallInts, SmallInts, Ints]] = []
    for first, second, counts in _pair_blocks(baskets):
        enough = counts >= least
        held.append(_not_apart(first[enough], second[enough], counts[enough].astype(np.int64), baskets.width, apart))
        if most is not None and sum(len(each[2]) for each in held) > most:
            every = np.concatenate([each[2] for each in held])
            # At most ``most`` pairs stand in more baskets than the one in this place: the answer's least count is no lower.
            least = max(least, int(np.partition(every, len(every) - most - 1)[len(every) - most - 1]) + 1)
            held = [(a[c >= least], b[c >= least], c[c >= least]) for a, b, c in held]
    if not held:
        return Itemsets(np.empty((0, 2), np.int32), np.empty(0, np.int64)), least
    first, second = np.concatenate([each[0] for each in held]), np.concatenate([each[1] for each in held])
    total = np.concatenate([each[2] for each in held])
    order = np.lexsort((second, first))
    return Itemsets(np.stack([first[order], second[order]], axis=1), total[order]), least


def _not_apart(
    first: SmallInts, second: SmallInts, counts: Ints, width: int, apart: Ints | None
) -> tuple[SmallInts, SmallInts, Ints]:
    if apart is None or not len(apart):
        return first, second, counts
    kept = ~_is_among(first.astype(np.int64) * width + second, apart)
    return first[kept], second[kept], counts[kept]


def _pair_blocks(baskets: Baskets) -> Iterator[tuple[SmallInts, SmallInts, SmallInts]]:
    """Every pair that occurs with its count, some first items at a time."""
    if baskets.width == 0 or not len(baskets.items):
        return
    rows = _sparse(baskets)
    columns = rows.T.tocsr()
    work = np.cumsum(columns @ baskets.sizes)
    start = 0
    while start < baskets.width:
        done = int(work[start - 1]) if start else 0
        stop = max(start + 1, int(np.searchsorted(work, done + BLOCK_WORK, side="right")))
        block: Any = columns[start:stop] @ rows
        first = np.repeat(np.arange(start, stop, dtype=np.int32), np.diff(block.indptr))
        upper = block.indices > first
        yield first[upper], block.indices[upper].astype(np.int32), block.data[upper]
        start = stop


def _sparse(baskets: Baskets) -> Any:  # noqa: ANN401 - scipy has no types
    from scipy import sparse  # noqa: PLC0415 - heavy third-party library

    ones = np.ones(len(baskets.items), np.int32)
    starts = baskets.starts.astype(np.int32) if len(baskets.items) < 2**31 else baskets.starts
    return sparse.csr_matrix((ones, baskets.items, starts), shape=(len(baskets), baskets.width))


def _larger_sets(
    baskets: Baskets, pairs: Itemsets, *, least: int, max_size: int, most: int | None, apart: Ints | None
) -> list[Itemsets] | None:
    """Sets of three and more; None as soon as there are more than ``most``."""
    if max_size < 3 or not len(pairs):  # noqa: PLR2004 - a set of three is the first larger one
        return []
    holders = _sparse(baskets).T.tocsr()
    begins = np.searchsorted(pairs.members[:, 0], np.arange(baskets.width + 1))
    place = np.full(baskets.width, -1, np.int32)
    found: dict[int, list[tuple[SmallInts, Ints]]] = {size: [] for size in range(3, max_size + 1)}
    total = len(pairs)
    # Not a loop over customers or baskets: one turn per frequent item, its baskets all at once.
    for item in np.flatnonzero(np.diff(begins) > 1):
        partners = pairs.members[begins[item] : begins[item + 1], 1]
        place[partners] = np.arange(len(partners), dtype=np.int32)
        own = holders.indices[holders.indptr[item] : holders.indptr[item + 1]]
        table = _table_of(baskets, own, place, len(partners))
        place[partners] = -1
        prefix = np.array([item], np.int32)
        kept_apart = _pairs_among(partners, baskets.width, apart)
        for size, members, counts in _sets_inside(table, partners, prefix, least=least, max_size=max_size, apart=kept_apart):
            found[size].append((members, counts))
            total += len(counts)
        if most is not None and total > most:
            return None
    return [_joined(parts, size) for size, parts in found.items()]


def _pairs_among(partners: SmallInts, width: int, apart: Ints | None) -> Flags | None:
    """Which partners must not stand with one another, by their places; None: all may."""
    if apart is None or not len(apart):
        return None
    codes = partners[:, None].astype(np.int64) * width + partners[None, :]
    found = _is_among(codes, apart)
    return found if found.any() else None


def _is_among(codes: Ints, ordered: Ints) -> Flags:
    """Whether each code is one of some codes in ascending order; NumPy's own search sorts these anew at every call."""
    return np.asarray(ordered[np.minimum(np.searchsorted(ordered, codes), len(ordered) - 1)] == codes)


def _joined(parts: list[tuple[SmallInts, Ints]], size: int) -> Itemsets:
    if not parts:
        return Itemsets(np.empty((0, size), np.int32), np.empty(0, np.int64))
    members, counts = np.concatenate([each[0] for each in parts]), np.concatenate([each[1] for each in parts])
    order = np.lexsort(members.T[::-1])
    return Itemsets(members[order], counts[order])


@dataclass(frozen=True)
class _Table:
    """Which of some baskets hold which partners: pairs of row and column, made dense a part at a time."""

    rows: Ints
    columns: SmallInts
    height: int
    width: int

    def parts(self) -> Iterator[Bits]:
        """The table as zeros and ones, so many rows at a time as ``DENSE_CELLS`` allows."""
        step = max(1, DENSE_CELLS // max(self.width, 1))
        for start in range(0, self.height, step):
            low, high = np.searchsorted(self.rows, (start, start + step))
            part = np.zeros((min(step, self.height - start), self.width), np.float32)
            part[self.rows[low:high] - start, self.columns[low:high]] = 1
            yield part

    def pair_counts(self) -> Ints:
        """Rows that hold both of two columns, the first one smaller."""
        work = int((np.bincount(self.rows, minlength=1) ** 2).sum())
        if self.height * self.width**2 > DENSE_GAIN * work:
            return np.triu(self._sparse_counts(), 1)
        total = np.zeros((self.width, self.width), np.int64)
        for part in self.parts():
            total += (part.T @ part).astype(np.int64)
        return np.triu(total, 1)

    def _sparse_counts(self) -> Ints:
        from scipy import sparse  # noqa: PLC0415 - heavy third-party library

        ones = np.ones(len(self.rows), np.int32)
        rows = sparse.csr_matrix((ones, (self.rows, self.columns)), shape=(self.height, self.width))
        return np.asarray((rows.T @ rows).toarray(), np.int64)

    def within(self, column: int, partners: Ints) -> _Table:
        """The rows that hold a column, with some other columns only."""
        own = np.zeros(self.height, bool)
        own[self.rows[self.columns == column]] = True
        number = np.cumsum(own) - 1
        place = np.full(self.width, -1, np.int32)
        place[partners] = np.arange(len(partners), dtype=np.int32)
        kept = own[self.rows] & (place[self.columns] >= 0)
        return _Table(number[self.rows[kept]], place[self.columns[kept]], int(own.sum()), len(partners))


def _table_of(baskets: Baskets, own: SmallInts, place: SmallInts, width: int) -> _Table:
    sizes = baskets.sizes[own]
    ends = np.cumsum(sizes)
    flat = np.arange(int(ends[-1])) + np.repeat(baskets.starts[own] - (ends - sizes), sizes)
    columns = place[baskets.items[flat]]
    kept = columns >= 0
    return _Table(np.repeat(np.arange(len(own)), sizes)[kept], columns[kept], len(own), width)


def _sets_inside(
    table: _Table, partners: SmallInts, prefix: SmallInts, *, least: int, max_size: int, apart: Flags | None
) -> Iterator[tuple[int, SmallInts, Ints]]:
    """Frequent sets that begin with a prefix, of two items more than it has, then deeper."""
    together = table.pair_counts()
    if apart is not None:
        together[apart] = 0
    second, third = np.nonzero(together >= least)
    size = len(prefix) + 2
    if not len(second):
        return
    members = np.empty((len(second), size), np.int32)
    members[:, :-2], members[:, -2], members[:, -1] = prefix, partners[second], partners[third]
    yield size, members, together[second, third]
    if size == max_size:
        return
    for column in np.unique(second):
        following = third[second == column]
        if len(following) > 1:
            deeper = np.append(prefix, partners[column]).astype(np.int32)
            inner = None if apart is None else apart[np.ix_(following, following)]
            inside = table.within(int(column), following)
            yield from _sets_inside(inside, partners[following], deeper, least=least, max_size=max_size, apart=inner)
