"""Itemsets and rules of tiny baskets equal what trying every set by hand finds."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fenji.analyze.baskets.association import measure, rules_in
from fenji.analyze.baskets.itemsets import frequent_itemsets
from fixtures.orders import baskets_of

WIDTH = 6
orders = st.lists(st.frozensets(st.integers(0, WIDTH - 1), max_size=WIDTH), max_size=14)
pairs_apart = st.sets(st.sampled_from(list(combinations(range(WIDTH), 2))), max_size=3)


def count(lists: list[frozenset[int]], members: tuple[int, ...]) -> int:
    return sum(set(members) <= each for each in lists)


@given(lists=orders, least=st.integers(1, 4), max_size=st.integers(2, 4), apart=pairs_apart)
def test_the_sets_are_those_that_trying_all_of_them_finds(
    lists: list[frozenset[int]], least: int, max_size: int, apart: set[tuple[int, int]]
) -> None:
    codes = np.array([first * WIDTH + second for first, second in apart], np.int64)
    found = frequent_itemsets(baskets_of(lists, WIDTH), min_count=least, max_size=max_size, apart=codes)
    ours = {
        tuple(row): number
        for sets in found.by_size
        for row, number in zip(sets.members.tolist(), sets.counts.tolist(), strict=True)
    }
    every = (members for size in range(1, max_size + 1) for members in combinations(range(WIDTH), size))
    allowed = (members for members in every if not any(set(pair) <= set(members) for pair in apart))
    assert ours == {members: number for members in allowed if (number := count(lists, members)) >= least}


@given(lists=orders, least=st.integers(1, 3))
def test_the_rules_and_the_redundant_ones_are_those_that_trying_all_of_them_finds(
    lists: list[frozenset[int]], least: int
) -> None:
    found = frequent_itemsets(baskets_of(lists, WIDTH), min_count=least, max_size=4)
    rules, redundant = rules_in(found, max_antecedents=3)
    measures = measure(rules, len(lists))
    ours = {
        (tuple(item for item in left if item >= 0), right): (confidence, flag)
        for left, right, confidence, flag in zip(
            rules.antecedents.tolist(), rules.consequents.tolist(), measures.confidence.tolist(), redundant.tolist(), strict=True
        )
    }
    expected = {}
    for members in (each for size in (2, 3, 4) for each in combinations(range(WIDTH), size) if count(lists, each) >= least):
        for right in members:
            left = tuple(item for item in members if item != right)
            shorter = (general for size in range(1, len(left)) for general in combinations(left, size))
            # Whole numbers: a / b >= c / d where a * d >= c * b.
            flag = any(
                count(lists, (*general, right)) * count(lists, left) >= count(lists, members) * count(lists, general)
                for general in shorter
            )
            expected[left, right] = (count(lists, members) / count(lists, left), flag)
    assert ours == expected
