"""In how many orders of each group do given sets of items stand? One bit per item and order, so that a set is an AND and its count the bits left.

Memory: bits of the items that occur in the sets, so many orders at a time that they take 64 MB, and as much again for the sets at work.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from fenji.analyze.baskets.itemsets import Baskets, Ints, SmallInts

Words = npt.NDArray[np.uint64]

BITS = 2**29
"""Bits held at once: 64 MB."""
WORD = 64


def count_sets(baskets: Baskets, groups: Ints, sets: SmallInts, *, number_of_groups: int) -> Ints:
    """Orders that hold all items of each set, by group.

    Args:
        baskets: the baskets.
        groups: the group of each basket, 0 .. ``number_of_groups`` - 1; baskets with another number are left out.
        sets: one row per set; -1 fills up sets that are smaller than the widest one.
        number_of_groups: how many groups there are.

    Returns:
        One row per set, one column per group.
    """
    counts = np.zeros((len(sets), number_of_groups), np.int64)
    used = np.unique(sets[sets >= 0])
    if not len(used):
        return counts
    place = np.full(baskets.width, -1, np.int64)
    place[used] = np.arange(len(used))
    # One row of ones behind the items stands for "no further item".
    places = np.where(sets >= 0, place[sets], len(used))
    for group in range(number_of_groups):
        own = baskets.only(groups == group)
        for bits in _bit_blocks(own, place, len(used)):
            _add_counts(counts[:, group], bits, places)
    return counts


def _bit_blocks(baskets: Baskets, place: Ints, items: int) -> Iterator[Words]:
    """One row of bits per item, one bit per order, some orders at a time."""
    step = max(WORD, BITS // (items + 1) // WORD * WORD)
    for start in range(0, len(baskets), step):
        stop = min(start + step, len(baskets))
        low, high = baskets.starts[start], baskets.starts[stop]
        rows = np.repeat(np.arange(stop - start), np.diff(baskets.starts[start : stop + 1]))
        columns = place[baskets.items[low:high]]
        rows, columns = rows[columns >= 0], columns[columns >= 0]
        words = -(-(stop - start) // WORD)
        bits = np.zeros(((items + 1), words), np.uint64)
        bits[items] = ~np.uint64(0)
        cells = columns * words + rows // WORD
        order = np.argsort(cells, kind="stable")
        cells, flags = cells[order], np.left_shift(np.uint64(1), (rows[order] % WORD).astype(np.uint64))
        if len(cells):
            begins = np.flatnonzero(np.concatenate([[True], cells[1:] != cells[:-1]]))
            bits.reshape(-1)[cells[begins]] = np.bitwise_or.reduceat(flags, begins)
        yield bits


def _add_counts(counts: Ints, bits: Words, places: Ints) -> None:
    step = max(1, BITS // WORD // bits.shape[1])
    for start in range(0, len(places), step):
        part = places[start : start + step]
        held = bits[part[:, 0]]
        for column in part.T[1:]:
            held &= bits[column]
        counts[start : start + step] += np.bitwise_count(held).sum(axis=1, dtype=np.int64)


def padded(sets: Sequence[SmallInts], width: int) -> SmallInts:
    """Sets of different sizes as rows of one width, -1 behind the smaller ones."""
    rows = [np.pad(each, ((0, 0), (0, width - each.shape[1])), constant_values=-1) for each in sets]
    return np.concatenate(rows).astype(np.int32) if rows else np.empty((0, width), np.int32)
