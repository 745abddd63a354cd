"""Identity finds what a plain search finds, keeps every id, and does not care in what order rows come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from random import Random

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fenji.engines.components import connected_components
from fenji.engines.duck import DuckEngine
from fenji.prepare.identity import PREFIXES, find_ties, identify, name_ids
from fixtures.laws import law

LIMIT = 3
COLUMNS = ("space", "customer_id", *PREFIXES)

Mention = tuple[str | None, ...]

mention = st.tuples(
    st.sampled_from(["tmall", "workspace"]),
    st.none() | st.sampled_from([f"c{n}" for n in range(8)]),
    *(st.none() | st.sampled_from([f"{kind}{n}" for n in range(6)]) for kind in PREFIXES),
)
worlds = st.lists(mention, max_size=14)


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckEngine]:
    opened = DuckEngine(threads=1)
    yield opened
    opened.close()


def _identity(engine: DuckEngine, world: list[Mention], known: object = None) -> object:
    table = engine.from_arrow(
        pa.table({name: pa.array([row[n] for row in world], pa.string()) for n, name in enumerate(COLUMNS)})
    )
    named = engine.stage(name_ids(table, shared_by_many=LIMIT))
    ties = engine.stage(find_ties(named, link_by=tuple(PREFIXES), shared_by_many=LIMIT))
    return engine.stage(identify(named, ties, known, link_by=tuple(PREFIXES), components=partial(connected_components, engine)))


def _keys(engine: DuckEngine, identity: object) -> dict[tuple[str, str], int]:
    rows = engine.fetch(identity).to_pylist()
    assert len({(row["source"], row["source_customer_id"]) for row in rows}) == len(rows)
    return {(row["source"], row["source_customer_id"]): row["customer_key"] for row in rows}


def _searched(world: list[Mention]) -> set[frozenset[tuple[str, str]]]:
    """The same rules as plain Python: name every mention, tie what may be tied, follow the ties."""
    owners: dict[tuple[int, str], set[tuple[str, str]]] = defaultdict(set)
    for space, customer_id, *identifiers in world:
        named = [prefix + value if value else None for prefix, value in zip(PREFIXES.values(), identifiers, strict=True)]
        for place, value in enumerate(identifiers):
            others = filter(None, named[:place] + named[place + 1 :])
            if value is not None and (owner := customer_id or next(others, None)):
                owners[place, value].add((space, owner))
    crowded = {identifier for identifier, ids in owners.items() if len(ids) > LIMIT}
    ids: set[tuple[str, str]] = set()
    holders: dict[tuple[int, str], set[tuple[str, str]]] = defaultdict(set)
    values: dict[tuple[int, tuple[str, str]], set[str]] = defaultdict(set)
    for space, customer_id, *identifiers in world:
        usable = [
            prefix + value
            for place, (prefix, value) in enumerate(zip(PREFIXES.values(), identifiers, strict=True))
            if value and (place, value) not in crowded
        ]
        name = customer_id or next(iter(usable), None)
        if name is None:
            continue
        ids.add((space, name))
        for place, value in enumerate(identifiers):
            if value is not None:
                holders[place, value].add((space, name))
                values[place, (space, name)].add(value)
    group = {each: frozenset([each]) for each in ids}
    for (place, _), sharing in holders.items():
        tied = [each for each in sharing if len(values[place, each]) <= LIMIT] if len(sharing) <= LIMIT else []
        merged = frozenset().union(*(group[each] for each in tied))
        group |= dict.fromkeys(merged, merged)
    return set(group.values())


@law(10)
@example(world=[("tmall", None, None, "email4", f"union_id{n}") for n in range(4)], order=Random(0))
@given(world=worlds, order=st.randoms(use_true_random=False))
def test_groups_are_those_of_a_plain_search_and_row_order_does_not_matter(
    engine: DuckEngine, world: list[Mention], order: object
) -> None:
    keys = _keys(engine, _identity(engine, world))
    groups: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for each, key in keys.items():
        groups[key].add(each)
    assert {frozenset(group) for group in groups.values()} == _searched(world)
    assert sorted(groups) == list(range(1, len(groups) + 1))
    assert [min(groups[key]) for key in sorted(groups)] == sorted(min(group) for group in groups.values())
    shuffled = [*world, *world[:3]]
    order.shuffle(shuffled)
    assert _keys(engine, _identity(engine, shuffled)) == keys


@law(5)
@given(before=worlds, after=worlds)
def test_a_key_never_passes_to_ids_that_did_not_have_it_unless_they_joined_one_that_did(
    engine: DuckEngine, before: list[Mention], after: list[Mention]
) -> None:
    first = _identity(engine, before)
    old = _keys(engine, first)
    second = _identity(engine, after, first)
    new = _keys(engine, second)
    groups: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for each, key in new.items():
        groups[key].add(each)
    assert {frozenset(group) for group in groups.values()} == _searched(after)
    for key, group in groups.items():
        known = {old[each] for each in group if each in old}
        assert key in known or key > max(old.values(), default=0)
    # A key whose ids are still there is lost only to a smaller one that joined them.
    for key in {old[each] for each in new if each in old}:
        heir = min(each for each in new if old.get(each) == key)
        assert new[heir] <= key
    assert _keys(engine, _identity(engine, after, second)) == new
