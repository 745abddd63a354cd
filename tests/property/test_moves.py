"""The laws of movements hold for any reviews: everybody is in one cell, flows close, tiers add up, and reviews follow one another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

import ibis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fenji.analyze.movements.flows import check_flows, count_flows, ladders_between, summed_flows
from fenji.analyze.movements.movements import count_movements, paired_tiers
from fenji.analyze.reviews.tier_counts import count_tiers
from fenji.domain.policies import Policy, Tier
from fenji.domain.reviews import ReviewOn
from fenji.domain.words import Words
from fenji.engines.duck import DuckEngine
from fixtures.assignments import Standing, assignments

REVIEWS = (date(2026, 4, 30), date(2026, 5, 31), date(2026, 6, 30))
SLUGS = ("a", "b", "c", "d")
UNSEEN = "-"
CAUSES = ("new", "upgrade", "kept", "grace", "held", "downgrade", "cap", "override", "returned", "lost")

# For every customer a tier at each review, None where lost; and the review at which the customer was first known.
fate = st.tuples(st.tuples(*[st.sampled_from([*SLUGS, None])] * 3), st.integers(0, 3), st.sampled_from(CAUSES))
worlds = st.lists(fate, max_size=12)
ladders = st.lists(st.sampled_from(SLUGS), min_size=1, unique=True)


def ladder(slugs: list[str]) -> Policy:
    return Policy("any", 1, REVIEWS[0], "me", "a test", tuple(Tier(slug, Words(slug, slug), None) for slug in slugs))


def at(world: list, number: int, allowed: list[str]) -> dict[int, tuple[str | None, str]]:
    """Customer -> tier of this review's ladder and what was said as the cause."""
    found = {}
    for key, (tiers, known_from, cause) in enumerate(world):
        if known_from <= number:
            tier = tiers[number]
            found[key] = (None if tier is None else allowed[SLUGS.index(tier) % len(allowed)], cause)
    return found


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckEngine]:
    opened = DuckEngine(threads=1)
    yield opened
    opened.close()


def table(engine: DuckEngine, number: int, standings: list[dict]) -> object:
    """The assignments of one review, each stay as old as the reviews before say."""
    rows = []
    for key, (tier, cause) in standings[number].items():
        begun = number
        while begun and standings[begun - 1].get(key, (UNSEEN,))[0] == tier:
            begun -= 1
        rows.append(Standing(key, REVIEWS[number], tier, cause, "1.00", REVIEWS[begun]))
    return engine.from_arrow(assignments(rows))


@given(world=worlds, slugs=st.tuples(ladders, ladders, ladders))
def test_flows_close_for_any_customers_and_any_versions(engine: DuckEngine, world: list, slugs: tuple) -> None:
    standings = [at(world, number, slugs[number]) for number in range(3)]
    reviews = [ReviewOn(day, ladder(each)) for day, each in zip(REVIEWS, slugs, strict=True)]
    tables = [table(engine, number, standings) for number in range(3)]
    movement = engine.stage(
        ibis.union(
            *(
                count_movements(tables[number - 1], tables[number], earlier_on=REVIEWS[number - 1], as_of=REVIEWS[number])
                for number in (1, 2)
            )
        )
    )
    counts = ibis.union(
        *(
            count_tiers(each.filter(each.tier.notnull()), policy=review.policy, as_of=review.as_of)
            for each, review in zip(tables, reviews, strict=True)
        )
    )
    flow = count_flows(counts, movement, engine.from_arrow(ladders_between(reviews)))
    kept, moves = engine.fetch(flow).to_pylist(), engine.fetch(movement).to_pylist()
    check_flows(kept, moves)
    for number in (1, 2):
        flows = [each for each in kept if each["as_of"] == REVIEWS[number]]
        before, after = standings[number - 1], standings[number]
        opening = Counter(tier for tier, _cause in before.values() if tier)
        closing = Counter(tier for tier, _cause in after.values() if tier)
        assert sorted(each["tier"] for each in flows) == sorted({*slugs[number], *slugs[number - 1]})
        assert {each["tier"]: each["opening"] for each in flows if each["opening"]} == opening
        assert {each["tier"]: each["closing"] for each in flows if each["closing"]} == closing
        arrived = {key: tier for key, (tier, _cause) in after.items() if tier and before.get(key, (None,))[0] is None}
        for part, keys in (("new", arrived.keys() - before.keys()), ("returned", arrived.keys() & before.keys())):
            assert {each["tier"]: each[part] for each in flows if each[part]} == Counter(arrived[key] for key in keys)
    for each in summed_flows(kept):
        came = sum(each[part] for part in ("new", "returned", "upgraded_in", "downgraded_in"))
        went = sum(each[part] for part in ("upgraded_out", "downgraded_out", "lost"))
        assert each["opening"] + came - went == each["closing"]


@given(world=worlds)
def test_every_customer_is_in_exactly_one_cell(engine: DuckEngine, world: list) -> None:
    standings = [at(world, number, list(SLUGS)) for number in range(3)]
    first, _middle, last = standings
    days = {"earlier_on": REVIEWS[0], "as_of": REVIEWS[2]}
    before, after = table(engine, 0, standings), table(engine, 2, standings)
    pairs = engine.fetch(paired_tiers(before, after, **days)).to_pylist()
    expected = {key: (first.get(key, (None,))[0], tier) for key, (tier, _cause) in last.items()}
    expected = {key: pair for key, pair in expected.items() if pair != (None, None)}
    assert len(pairs) == len(expected)
    assert {each["customer_key"]: (each["from_tier"], each["to_tier"]) for each in pairs} == expected
    cells = engine.fetch(count_movements(before, after, **days)).to_pylist()
    counted: Counter = Counter()
    for each in cells:
        counted[each["from_tier"], each["to_tier"]] += each["customers"]
    assert counted == Counter(expected.values())
    assert sum(each["net_revenue_12m"] for each in cells) == len(expected)
