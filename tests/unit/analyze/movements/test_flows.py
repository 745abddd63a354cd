"""Opening plus what came minus what went is closing, or the run ends; worlds: one of each fate, and a ladder that lost a step."""

from __future__ import annotations

from datetime import date

import pytest

from fenji.analyze.movements.flows import check_flows, count_flows, joint_ladder, ladders_between, summed_flows
from fenji.analyze.movements.movements import count_movements
from fenji.analyze.reviews.tier_counts import count_tiers
from fenji.domain.policies import Policy, Tier
from fenji.domain.reviews import ReviewOn
from fenji.domain.words import Words
from fenji.engines.duck import DuckEngine
from fenji.errors import ContractBroken
from fenji.language import Language
from fenji.tables.insight import TIER_FLOW
from fixtures.assignments import Standing, assignments

MAY, JUNE = date(2026, 5, 31), date(2026, 6, 30)


def ladder(version, *slugs):
    return Policy("steps", version, MAY, "me", "a test", tuple(Tier(slug, Words(slug, slug), None) for slug in slugs))


THREE = ladder(1, "low", "middle", "high")


def standing(**tiers):
    """The tier of each customer at a review: a1="low" is customer 1."""
    return {int(name[1:]): tier for name, tier in tiers.items()}


def assigned(day, tiers):
    return assignments(Standing(key, day, tier) for key, tier in tiers.items())


@pytest.fixture(scope="module")
def engine():
    opened = DuckEngine(threads=1)
    yield opened
    opened.close()


def statements(engine, before, after, *, policy=THREE, earlier_policy=THREE):
    """Flow rows, checked against the movements."""
    reviews = (ReviewOn(MAY, earlier_policy), ReviewOn(JUNE, policy))
    was, now = engine.from_arrow(assigned(MAY, before)), engine.from_arrow(assigned(JUNE, after))
    movement = count_movements(was, now, earlier_on=MAY, as_of=JUNE)
    counts = [
        count_tiers(table.filter(table.tier.notnull()), policy=review.policy, as_of=review.as_of)
        for table, review in zip((was, now), reviews, strict=True)
    ]
    table = count_flows(counts[0].union(counts[1]), movement, engine.from_arrow(ladders_between(reviews)))
    assert table.schema() == TIER_FLOW.schema
    flows = engine.fetch(table.order_by("rank")).to_pylist()
    check_flows(flows, engine.fetch(movement).to_pylist())
    assert {(each["as_of"], each["policy"], each["version"]) for each in flows} == {(JUNE, "steps", policy.version)}
    return [tuple(each.values())[3:] for each in flows]


def test_every_tier_gets_from_opening_to_closing(engine):
    before = standing(a1="low", a2="low", a3="middle", a4="high", a5="high", a6="high", a7=None, a8="low", a9="middle")
    after = standing(
        a1="middle", a2="low", a3="high", a4="middle", a5="low", a6=None, a7="low", a8="high", a9="middle", a10="high", a11="low"
    )
    # tier, rank, opening, new, returned, upgraded in, downgraded in, upgraded out, downgraded out, lost, closing
    assert statements(engine, before, after) == [
        ("low", 0, 3, 1, 1, 0, 1, 2, 0, 0, 4),  # 2 stays; 1 and 8 left upwards; 5 fell in; 7 is back; 11 is new
        ("middle", 1, 2, 0, 0, 1, 1, 1, 0, 0, 3),  # 9 stays; 3 left upwards; 1 rose in; 4 fell in
        ("high", 2, 3, 1, 0, 2, 0, 0, 2, 1, 3),  # nobody stays: 4 and 5 fell, 6 was lost; 3 and 8 rose in; 10 is new
    ]


def test_a_tier_without_anybody_is_listed_with_zeros(engine):
    assert statements(engine, standing(a1="low"), standing(a1="low")) == [
        ("low", 0, 1, 0, 0, 0, 0, 0, 0, 0, 1),
        ("middle", 1, 0, 0, 0, 0, 0, 0, 0, 0, 0),
        ("high", 2, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    ]


def test_a_tier_that_the_new_version_no_longer_has_empties_up_and_down(engine):
    two = ladder(2, "low", "high")
    before = standing(a1="low", a2="middle", a3="middle", a4="high")
    after = standing(a1="low", a2="low", a3="high", a4="high")
    assert statements(engine, before, after, policy=two, earlier_policy=THREE) == [
        ("low", 0, 1, 0, 0, 0, 1, 0, 0, 0, 2),
        ("middle", 1, 2, 0, 0, 0, 0, 1, 1, 0, 0),
        ("high", 2, 1, 0, 0, 1, 0, 0, 0, 0, 2),
    ]


@pytest.mark.parametrize(
    ("now", "then", "joint"),
    [
        (("a", "b"), ("a", "b"), ("a", "b")),
        (("a", "b", "c"), ("a", "c"), ("a", "b", "c")),
        (("a", "c"), ("a", "b", "c"), ("a", "b", "c")),
        (("b", "c"), ("a", "b"), ("a", "b", "c")),
        (("a",), ("a", "x", "y"), ("a", "x", "y")),
        (("b", "a"), ("a", "x", "b"), ("b", "a", "x")),
    ],
)
def test_a_tier_that_is_gone_stands_above_the_nearest_one_left_below_it(now, then, joint):
    assert joint_ladder(ladder(2, *now), ladder(1, *then)) == joint


def flow(tier="low", as_of=JUNE, rank=0, **parts):
    zeros = dict.fromkeys(
        ("opening", "new", "returned", "upgraded_in", "downgraded_in", "upgraded_out", "downgraded_out", "lost", "closing"), 0
    )
    return {"as_of": as_of, "tier": tier, "rank": rank, **zeros, **parts}


def move(was, now, customers, cause="kept"):
    return {"as_of": JUNE, "from_tier": was, "to_tier": now, "cause": cause, "customers": customers}


def test_a_statement_that_does_not_close_names_tier_and_date():
    with pytest.raises(ContractBroken) as caught:
        check_flows([flow(opening=3, closing=2)], [move("low", "low", 3)])
    assert caught.value.describe(Language.EN).splitlines() == [
        "the flows of tier 'low' at the review of 2026-06-30 lead to 3 customers, but 2 stand in it.",
        "at the review of 2026-06-30 the tiers' closing adds up to 2, but by the movements it is 3.",
    ]


def test_a_customer_in_a_tier_of_no_policy_is_noticed(engine):
    with pytest.raises(ContractBroken, match="opening adds up to 1, but by the movements it is 2"):
        statements(engine, standing(a1="low", a2="gold"), standing(a1="low", a2="gold"))


def test_a_customer_who_vanishes_between_two_reviews_is_noticed(engine):
    with pytest.raises(ContractBroken, match="tier 'low' at the review of 2026-06-30 lead to 2 customers, but 1 stand in it"):
        statements(engine, standing(a1="low", a2="low"), standing(a1="low"))


def test_a_stay_that_is_older_than_the_tier_is_noticed(engine):
    """Since April in low, the row says; but in May the customer was high."""
    was = engine.from_arrow(assigned(MAY, standing(a1="high")))
    now = engine.from_arrow(assignments([Standing(1, JUNE, "low", since_on=date(2026, 4, 30))]))
    movement = count_movements(was, now, earlier_on=MAY, as_of=JUNE)
    reviews = (ReviewOn(MAY, THREE), ReviewOn(JUNE, THREE))
    counts = [count_tiers(table, policy=THREE, as_of=day) for table, day in ((was, MAY), (now, JUNE))]
    flows = engine.fetch(count_flows(counts[0].union(counts[1]), movement, engine.from_arrow(ladders_between(reviews))))
    with pytest.raises(ContractBroken, match="tier 'high' at the review of 2026-06-30 lead to 1 customers, but 0 stand in it"):
        check_flows(flows.to_pylist(), engine.fetch(movement).to_pylist())


def test_statements_of_several_reviews_add_up_to_one():
    rows = [
        flow(as_of=MAY, opening=5, new=2, upgraded_out=1, closing=6),
        flow("high", MAY, 1, upgraded_in=1, closing=1),
        flow(as_of=JUNE, opening=6, downgraded_in=1, lost=3, closing=4),
        flow("high", JUNE, 1, opening=1, downgraded_out=1),
    ]
    assert summed_flows(reversed(rows)) == (
        {
            "tier": "low", "opening": 5, "new": 2, "returned": 0, "upgraded_in": 0, "downgraded_in": 1,
            "upgraded_out": 1, "downgraded_out": 0, "lost": 3, "closing": 4,
        },
        {
            "tier": "high", "opening": 0, "new": 0, "returned": 0, "upgraded_in": 1, "downgraded_in": 0,
            "upgraded_out": 0, "downgraded_out": 1, "lost": 0, "closing": 0,
        },
    )  # fmt: skip


def test_no_review_no_statement():
    assert summed_flows([]) == ()
