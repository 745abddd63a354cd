"""What hangs together is found whole, as scipy finds it; random graphs, chains and stars, and the circles of pointers."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components as scipy_components

from fenji.engines.components import circles, connected_components
from fenji.engines.duck import DuckEngine


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckEngine]:
    opened = DuckEngine(threads=1)
    yield opened
    opened.close()


def _links(pairs: list[tuple[object, object]], kind: pa.DataType | None = None) -> pa.Table:
    return pa.table({"left": pa.array([a for a, _ in pairs], kind), "right": pa.array([b for _, b in pairs], kind)})


def _found(engine: DuckEngine, pairs: list[tuple[object, object]], kind: pa.DataType | None = None) -> dict[object, object]:
    rows = engine.fetch(connected_components(engine, engine.from_arrow(_links(pairs, kind)))).to_pylist()
    found = {row["node"]: row["component"] for row in rows}
    assert len(found) == len(rows)
    return found


def _expected(pairs: list[tuple[int, int]]) -> dict[object, object]:
    nodes = np.unique(np.array(pairs).ravel())
    places = np.searchsorted(nodes, np.array(pairs))
    matrix = coo_matrix((np.ones(len(pairs)), (places[:, 0], places[:, 1])), shape=(len(nodes), len(nodes)))
    _, labels = scipy_components(matrix, directed=False)
    smallest: dict[int, int] = {}
    for node, label in zip(nodes.tolist(), labels.tolist(), strict=True):
        smallest[label] = min(smallest.get(label, node), node)
    return {node: smallest[label] for node, label in zip(nodes.tolist(), labels.tolist(), strict=True)}


@pytest.mark.parametrize("seed", range(6))
def test_random_graphs_fall_into_the_same_groups_as_scipy_finds(engine: DuckEngine, seed: int) -> None:
    draw = random.Random(seed)
    nodes = draw.choice([5, 50, 400])
    pairs = [(draw.randrange(nodes), draw.randrange(nodes)) for _ in range(int(nodes * draw.choice([0.3, 0.5, 0.9])) + 1)]
    assert _found(engine, pairs) == _expected(pairs)


def test_a_shuffled_chain_and_a_star_around_the_largest_node_are_one_group_each(engine: DuckEngine) -> None:
    chain = list(range(500))
    random.Random(3).shuffle(chain)
    pairs = [
        *itertools.pairwise(chain),
        *((1000, 2000 + leaf) for leaf in range(300)),
        *((9999, 5000 + leaf) for leaf in range(300)),
    ]
    assert _found(engine, pairs) == _expected(pairs)


def test_names_are_grouped_by_their_smallest_name(engine: DuckEngine) -> None:
    pairs = [("b", "c"), ("c", "a"), ("c", "a"), ("x", "x"), ("张", "z")]
    assert _found(engine, pairs) == {"a": "a", "b": "a", "c": "a", "x": "x", "z": "z", "张": "z"}


def test_no_links_make_no_groups(engine: DuckEngine) -> None:
    assert _found(engine, [], pa.string()) == {}


def test_only_those_who_come_back_to_themselves_are_on_a_circle(engine: DuckEngine) -> None:
    # 1 -> 2 -> 3 -> 1 is a circle that 7 -> 6 -> 3 leads to; 10 -> 11 -> ... -> 40 is a chain; 50 points at itself.
    pairs = [(1, 2), (2, 3), (3, 1), (6, 3), (7, 6), *((n, n + 1) for n in range(10, 40)), (50, 50)]
    rows = engine.fetch(circles(engine, engine.from_arrow(_links(pairs)))).to_pylist()
    assert sorted((row["node"], row["component"]) for row in rows) == [(1, 1), (2, 1), (3, 1), (50, 50)]
