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


def count_buyers(baskets: Baskets, buyers: Ints, groups: Ints, sets: SmallInts, *, number_of_groups: int) -> Ints:
    """Different customers behind the orders that hold all items of each set, by group.

    Args:
        baskets: the baskets.
        buyers: the customer of each basket.
        groups: the group of each basket.
        sets: as in ``count_sets``.
        number_of_groups: how many groups there are; a basket of another group counts in none.

    Returns:
        One row per set, one column per group.
    """
    numbers = np.unique(buyers, return_inverse=True)[1].reshape(-1)
    width = int(numbers.max(initial=0)) + 1
    codes = np.where((groups >= 0) & (groups < number_of_groups), groups * width + numbers, -1)
    holders = _holders(baskets)
    starts = np.concatenate([[0], np.cumsum(baskets.counts())])
    found = np.zeros((len(sets), number_of_groups), np.int64)
    # One turn per set that is kept, some thousands; the orders of its rarest item are looked through, those of the others searched.
    for row, members in enumerate(sets):
        items = np.sort(members[members >= 0])
        own = holders[starts[items[0]] : starts[items[0] + 1]]
        for item in items[1:]:
            own = own[_is_in(own, holders[starts[item] : starts[item + 1]])]
        behind = np.sort(codes[own])
        behind = behind[np.concatenate([[True], behind[1:] != behind[:-1]])[: len(behind)] & (behind >= 0)]
        found[row] = np.bincount(behind // width, minlength=number_of_groups)
    return found


def _holders(baskets: Baskets) -> Ints:
    """The places of the baskets that hold each item, item after item."""
    owners = np.repeat(np.arange(len(baskets)), baskets.sizes)
    return owners[np.argsort(baskets.items, kind="stable")]


def _is_in(places: Ints, ordered: Ints) -> npt.NDArray[np.bool_]:
    if not len(ordered):
        return np.zeros(len(places), bool)
    return np.asarray(ordered[np.minimum(np.searchsorted(ordered, places), len(ordered) - 1)] == places)


def padded(sets: Sequence[SmallInts], width: int) -> SmallInts:
    """Sets of different sizes as rows of one width, -1 behind the smaller ones."""
    rows = [np.pad(each, ((0, 0), (0, width - each.shape[1])), constant_values=-1) for each in sets]
    return np.concatenate(rows).astype(np.int32) if rows else np.empty((0, width), np.int32)
