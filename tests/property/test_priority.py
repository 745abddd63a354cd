"""The laws of the priority ranking: points add up, rows in another order change nothing, more value never lowers a place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fenji.analyze.priority.points import order_of_attention
from fenji.domain.priority import DEFAULT_RULES, Part, PriorityRules
from fenji.engines.duck import DuckEngine
from fixtures.laws import law

AS_OF = date(2026, 1, 31)
EXAMPLES = 8


@dataclass(frozen=True)
class Person:
    """One customer as it is measured."""

    revenue: int
    expected: int | None
    position: float
    risk: float | None
    satisfaction: float | None


PEOPLE = st.lists(
    st.builds(
        Person,
        revenue=st.integers(-3, 12),
        expected=st.none() | st.integers(0, 9),
        position=st.sampled_from([0.0, 0.5, 1.0]),
        risk=st.none() | st.floats(0, 1),
        satisfaction=st.none() | st.integers(0, 100).map(float),
    ),
    min_size=1,
    max_size=12,
)


@pytest.fixture(scope="module")
def duck() -> Iterator[DuckEngine]:
    engine = DuckEngine(threads=1)
    yield engine
    engine.close()


def ordered(engine: DuckEngine, people: Sequence[Person], keys: Sequence[int], rules: PriorityRules) -> dict[int, dict]:
    columns = {
        "customer_key": pa.array(keys, pa.int64()),
        "tier": pa.array(["x"] * len(people)),
        "tier_position": pa.array([each.position for each in people]),
        "net_revenue_12m": pa.array([Decimal(each.revenue) for each in people], pa.decimal128(18, 2)),
        "expected_revenue_12m": pa.array(
            [None if each.expected is None else Decimal(each.expected) for each in people], pa.decimal128(18, 2)
        ),
        "churn_probability": pa.array([each.risk for each in people], pa.float64()),
        "satisfaction_12m": pa.array([each.satisfaction for each in people], pa.float64()),
    }
    table = order_of_attention(engine.from_arrow(pa.table(columns)), rules=rules, as_of=AS_OF)
    return {row["customer_key"]: row for row in engine.fetch(table).to_pylist()}


@law(EXAMPLES)
@given(people=PEOPLE, data=st.data())
def test_points_sum_to_the_score_and_the_order_of_rows_is_nothing(
    duck: DuckEngine, people: list[Person], data: st.DataObject
) -> None:
    keys = list(range(1, len(people) + 1))
    found = ordered(duck, people, keys, DEFAULT_RULES)
    assert sorted(row["position"] for row in found.values()) == keys
    for row in found.values():
        assert sum((row[f"points_{part}"] or Decimal(0) for part in Part), Decimal(0)) == row["score"]
        assert 0 <= row["score"] <= 100
    by_position = sorted(found.values(), key=lambda row: row["position"])
    assert by_position == sorted(found.values(), key=lambda row: (-row["score"], row["customer_key"]))
    shuffled = data.draw(st.permutations(list(zip(people, keys, strict=True))))
    assert ordered(duck, [each for each, _key in shuffled], [key for _each, key in shuffled], DEFAULT_RULES) == found


@law(EXAMPLES)
@given(people=PEOPLE, more=st.integers(1, 8), data=st.data())
def test_more_value_never_lowers_the_place_nor_the_mark(
    duck: DuckEngine, people: list[Person], more: int, data: st.DataObject
) -> None:
    lucky = data.draw(st.integers(0, len(people) - 1))
    keys = list(range(1, len(people) + 1))
    before = ordered(duck, people, keys, DEFAULT_RULES)[lucky + 1]
    people[lucky] = replace(people[lucky], revenue=people[lucky].revenue + more)
    after = ordered(duck, people, keys, DEFAULT_RULES)[lucky + 1]
    assert after["position"] <= before["position"]
    assert after["score"] >= before["score"]
    assert after["mark"] <= before["mark"]


@law(EXAMPLES)
@given(people=PEOPLE)
def test_equal_customers_earn_alike_and_every_mark_is_of_equal_values(duck: DuckEngine, people: list[Person]) -> None:
    twice = [*people, *people]
    found = ordered(duck, twice, list(range(1, len(twice) + 1)), replace(DEFAULT_RULES, capacity=len(people)))
    for key in range(1, len(people) + 1):
        one, other = found[key], found[key + len(people)]
        assert (one["score"], one["mark"]) == (other["score"], other["mark"])
    assert sum(row["is_within_capacity"] for row in found.values()) == len(people)
