"""Tiers at a first review: the highest rule that holds, bounded by caps, for every customer of the panel; world: corner_shop."""

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from fenji.analyze.reviews.tiers import assign_tiers, tier_thresholds
from fenji.domain.conditions import parse_condition
from fenji.domain.policies import Cap, Policy, Review, ScorePart, Tier, Variant
from fenji.domain.words import Words
from fenji.engines.duck import DuckEngine
from fenji.errors import InvalidInput
from fenji.tables.insight import TIER_ASSIGNMENT, TIER_THRESHOLD

AS_OF = date(2026, 6, 30)
EARLIER = date(2026, 5, 31)

# Ann 499.99, Bob 500.00, Cao 2,500.00, Dou 20,000.00 with complaints, Eva nothing; Ann's row of an earlier date is not this review's.
CORNER_SHOP = pa.table(
    {
        "customer_key": pa.array([1, 2, 3, 4, 5, 1], pa.int64()),
        "as_of": pa.array([AS_OF] * 5 + [EARLIER], pa.date32()),
        "net_revenue_12m": pa.array(
            [Decimal(n) for n in ("499.99", "500.00", "2500.00", "20000.00", "0.00", "9000.00")], pa.decimal128(18, 2)
        ),
        "complaint_rate_12m": pa.array([None, 0.0, 0.2, 0.5, None, None], pa.float64()),
    }
)
# Fay is known to nobody yet at the as-of date: she stands in the customer table, not in the panel.
CUSTOMERS = pa.table({"customer_key": pa.array([1, 2, 3, 4, 5, 6], pa.int64()), "region": ["GD", "GD", "HK", None, "HK", "GD"]})


@pytest.fixture(scope="module")
def engine():
    opened = DuckEngine(threads=1)
    yield opened
    opened.close()


def spend(**more) -> Policy:
    steps = [
        ("entry", None),
        ("silver", "net_revenue_12m >= 500"),
        ("gold", "net_revenue_12m >= 2000"),
        ("vip", "net_revenue_12m >= 10000"),
    ]
    tiers = tuple(Tier(slug, Words(slug, slug), parse_condition(rule) if rule else None) for slug, rule in steps)
    return Policy("spend", 3, date(2026, 1, 1), "me", "a test", tiers, **more)


def assigned(engine, policy):
    table = assign_tiers(engine.from_arrow(CORNER_SHOP), engine.from_arrow(CUSTOMERS), policy=policy, as_of=AS_OF)
    assert table.schema() == TIER_ASSIGNMENT.schema
    return engine.fetch(table.order_by("customer_key")).to_pylist()


def tiers(engine, policy):
    return [row["tier"] for row in assigned(engine, policy)]


def test_every_customer_of_the_panel_stands_in_one_tier_with_policy_date_and_cause(engine):
    spent = [row["net_revenue_12m"] for row in CORNER_SHOP.slice(0, 5).to_pylist()]
    expected = [
        ("entry", "entry", "new"),
        ("silver", "silver", "new"),
        ("gold", "gold", "new"),
        ("vip", "silver", "cap"),
        ("entry", "entry", "new"),
    ]
    rest = {"as_of": AS_OF, "since_on": AS_OF, "policy": "spend", "version": 3, "grace_left": 2, "hold_left": 3}
    policy = spend(
        caps=(Cap(parse_condition("complaint_rate_12m > 0.2"), "silver", "complaints"),),
        review=Review(grace_reviews=2, hold_reviews=3),
    )
    # Nothing else keeps a tier than what gains it.
    assert assigned(engine, policy) == [
        {
            "customer_key": key,
            "qualified_tier": earned,
            "kept_tier": earned,
            "tier": tier,
            "cause": cause,
            "net_revenue_12m": amount,
            **rest,
        }
        for key, (earned, tier, cause), amount in zip(range(1, 6), expected, spent, strict=True)
    ]


def test_of_several_caps_the_lowest_binds(engine):
    caps = (
        Cap(parse_condition("complaint_rate_12m >= 0.2"), "silver", "some"),
        Cap(parse_condition("complaint_rate_12m >= 0.5"), "entry", "many"),
    )
    assert tiers(engine, spend(caps=caps)) == ["entry", "silver", "silver", "entry", "entry"]


def test_lower_rules_are_not_asked_for(engine):
    tiers_ = (*spend().tiers[:3], Tier("friend", Words("友", "Friend"), parse_condition("complaint_rate_12m is null")))
    policy = Policy("friends", 1, AS_OF, "me", "a test", tiers_)
    assert tiers(engine, policy) == ["friend", "silver", "gold", "gold", "friend"]


def test_variants_read_the_customers_own_columns(engine):
    dear = Variant({"region": ("HK", "MO")}, {"net_revenue_12m": Decimal("1.5")})
    assert tiers(engine, spend(variants=(dear,))) == ["entry", "silver", "silver", "vip", "entry"]


def test_a_policy_of_one_tier_holds_everybody(engine):
    policy = Policy("flat", 1, AS_OF, "me", "a test", spend().tiers[:1])
    assert tiers(engine, policy) == ["entry"] * 5


def test_unknown_metrics_and_columns_are_named_all_at_once(engine):
    odd = Tier("odd", Words("怪", "Odd"), parse_condition("net_revenu_12m >= 1"))
    policy = Policy(
        "odd", 1, AS_OF, "me", "a test", (*spend().tiers, odd),
        variants=(Variant({"regoin": ("HK",)}, {"net_revenue_12m": Decimal(2)}),),
        score=(ScorePart("orders", Decimal(1), None),),
    )  # fmt: skip
    with pytest.raises(InvalidInput) as caught:
        assigned(engine, policy)
    assert [problem.values["name"] for problem in caught.value.problems] == ["net_revenu_12m", "orders", "regoin"]
    assert [problem.values["guess"] for problem in caught.value.problems] == ["net_revenue_12m", "", "region"]


def test_computed_thresholds_are_recorded(engine):
    top = Tier("top", Words("顶", "Top"), parse_condition("net_revenue_12m in top 20%"))
    calm = Tier("calm", Words("静", "Calm"), parse_condition("complaint_rate_12m in top 60%"))
    policy = Policy("tops", 2, AS_OF, "me", "a test", (spend().tiers[0], calm, top))
    table = tier_thresholds(engine.from_arrow(CORNER_SHOP), policy=policy, as_of=AS_OF)
    assert table.schema() == TIER_THRESHOLD.schema
    rest = {"as_of": AS_OF, "policy": "tops", "version": 2}
    # The top fifth of five is one customer; the top three fifths are the three who have a complaint rate.
    assert engine.fetch(table.order_by("condition")).to_pylist() == [
        {**rest, "condition": "complaint_rate_12m in top 60%", "threshold": 0.0},
        {**rest, "condition": "net_revenue_12m in top 20%", "threshold": 20000.0},
    ]


def test_a_policy_without_computed_thresholds_records_none(engine):
    table = tier_thresholds(engine.from_arrow(CORNER_SHOP), policy=spend(), as_of=AS_OF)
    assert table.schema() == TIER_THRESHOLD.schema
    assert engine.fetch(table).num_rows == 0


def test_an_empty_panel_gives_an_empty_assignment(engine):
    top = Tier("top", Words("顶", "Top"), parse_condition("net_revenue_12m in top 20%"))
    policy = Policy("tops", 2, AS_OF, "me", "a test", (spend().tiers[0], top))
    empty = engine.from_arrow(CORNER_SHOP.slice(0, 0))
    assert engine.fetch(assign_tiers(empty, engine.from_arrow(CUSTOMERS), policy=policy, as_of=AS_OF)).num_rows == 0
    assert engine.fetch(tier_thresholds(empty, policy=policy, as_of=AS_OF)).to_pylist()[0]["threshold"] is None
