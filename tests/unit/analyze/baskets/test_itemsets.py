"""Frequent sets: what is counted when there is little, and what happens when there is too much."""

from __future__ import annotations

import numpy as np
import pytest

from fenji.analyze.baskets import itemsets
from fenji.analyze.baskets.counting import count_sets
from fenji.analyze.baskets.itemsets import frequent_itemsets
from fenji.analyze.baskets.tier_rules import least_count
from fenji.domain.basket_rules import BasketChoices
from fixtures.orders import baskets_of


def test_no_orders_and_no_pairs_give_no_sets() -> None:
    assert frequent_itemsets(baskets_of([], 0), min_count=1, max_size=3).total == 0
    alone = frequent_itemsets(baskets_of([[0], [1], [1]], 2), min_count=2, max_size=3)
    assert [each.members.tolist() for each in alone.by_size] == [[[1]], []]


def test_the_least_count_rises_until_there_are_few_enough_sets_and_no_further() -> None:
    chance = np.random.default_rng(3)
    baskets = baskets_of([np.flatnonzero(chance.random(30) < 0.4) for _ in range(200)], 30)
    every = frequent_itemsets(baskets, min_count=1, max_size=2)
    found = frequent_itemsets(baskets, min_count=1, max_size=2, most=100)
    assert found.min_count > 1
    assert len(found.by_size[1]) == int((every.by_size[1].counts >= found.min_count).sum()) <= 100
    assert int((every.by_size[1].counts >= found.min_count - 1).sum()) > 100


def test_small_blocks_and_dense_and_sparse_tables_count_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(4)
    baskets = baskets_of([np.flatnonzero(chance.random(25) < 0.3) for _ in range(120)], 25)
    usual = frequent_itemsets(baskets, min_count=3, max_size=4)
    for name, value in (("BLOCK_WORK", 50), ("DENSE_CELLS", 40), ("DENSE_GAIN", 0)):
        monkeypatch.setattr(itemsets, name, value)
        other = frequent_itemsets(baskets, min_count=3, max_size=4)
        assert [each.members.tolist() for each in other.by_size] == [each.members.tolist() for each in usual.by_size]
        assert [each.counts.tolist() for each in other.by_size] == [each.counts.tolist() for each in usual.by_size]


def test_given_sets_are_counted_in_every_group_across_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fenji.analyze.baskets.counting.BITS", 64 * 4)
    chance = np.random.default_rng(5)
    lists = [set(np.flatnonzero(chance.random(6) < 0.5).tolist()) for _ in range(300)]
    groups = chance.integers(-1, 3, 300)
    sets = np.array([[0, -1, -1], [1, 2, -1], [3, 4, 5]], np.int32)
    counts = count_sets(baskets_of(lists, 6), groups, sets, number_of_groups=3)
    for row, members in enumerate(({0}, {1, 2}, {3, 4, 5})):
        expected = [
            sum(members <= own for own, group in zip(lists, groups, strict=True) if group == wanted) for wanted in range(3)
        ]
        assert counts[row].tolist() == expected


@pytest.mark.parametrize(
    ("orders", "support", "expected"), [(0, None, 10), (155_762, None, 32), (100, 0.07, 10), (1000, 0.07, 70), (1001, 0.07, 71)]
)
def test_a_share_is_turned_into_a_count_upwards(orders: int, support: float | None, expected: int) -> None:
    assert least_count(orders, BasketChoices(min_support=support)) == expected
