"""A rule's expression, its reason, its sentence and what is missing come from one record and agree; worlds: boundary_values, two_regions."""

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from fenji.analyze.reviews.tiers import assign_tiers, rule_basis
from fenji.analyze.rules.holds import RuleBasis, holds, narrowed
from fenji.analyze.rules.judging import CustomerFacts, judge, qualified_tier_of, tier_of, ways_to_meet
from fenji.domain.conditions import Comparison, Condition, Group, Junction, Presence, parse_condition
from fenji.domain.metrics import Aggregate, Better, Fact, Metric, Unit
from fenji.domain.periods import Window
from fenji.domain.policies import Cap, Policy, ScorePart, Tier, Variant
from fenji.domain.words import Words
from fenji.engines.duck import DuckEngine
from fenji.language import Language
from fenji.wording.rules import Wording, missing_line, reason, reason_lines, sentence, sentence_lines

AS_OF = date(2026, 6, 30)


def metric(slug: str, zh: str, en: str, unit: Unit) -> Metric:
    return Metric(
        slug, Words(zh, en), Words(zh, en), unit, Aggregate.SUM, Window.parse("12m"), Fact.ORDER_LINE, better=Better.HIGHER
    )


METRICS = {
    each.slug: each
    for each in (
        metric("net_revenue_12m", "近12个月净消费", "net revenue in 12 months", Unit.MONEY),
        metric("orders_12m", "近12个月订单数", "orders in 12 months", Unit.COUNT),
        metric("satisfaction_12m", "近12个月满意度", "satisfaction in 12 months", Unit.SCORE),
        metric("complaint_rate_12m", "近12个月投诉率", "complaint rate in 12 months", Unit.SHARE),
        metric("days_since_last_order", "距上次下单天数", "days since the last order", Unit.DAYS),
    )
}
ENGLISH = Wording(METRICS, Language.EN)

# Worked by hand below: every threshold of the rules under test has a customer just under, on and just over it.
BOUNDARY_VALUES = pa.table(
    {
        "customer_key": pa.array([1, 2, 3, 4, 5, 6], pa.int64()),
        "as_of": pa.array([AS_OF] * 6, pa.date32()),
        "net_revenue_12m": pa.array(
            [Decimal(n) for n in ("1999.99", "2000.00", "2000.01", "0.00", "12000.00", "-5.00")], pa.decimal128(18, 2)
        ),
        "orders_12m": pa.array([9, 10, 11, 0, 60, 1], pa.int64()),
        "satisfaction_12m": pa.array([94.9, 95.0, None, None, 80.0, 100.0], pa.float64()),
        "complaint_rate_12m": pa.array([0.2, 0.21, None, None, 0.0, 1.0], pa.float64()),
        "days_since_last_order": pa.array([3, 30, 31, None, 1, 200], pa.int64()),
    }
)
CUSTOMERS = pa.table(
    {
        "customer_key": pa.array([1, 2, 3, 4, 5, 6], pa.int64()),
        "region": pa.array(["HK", "HK", None, "HK", "GD", "HK"]),
        "industry": pa.array(["steel", None, "steel", None, None, None]),
    }
)


@pytest.fixture(scope="module")
def engine():
    with_threads = DuckEngine(threads=1)
    yield with_threads
    with_threads.close()


def all_of(*parts: str | Condition) -> Group:
    return Group(Junction.ALL, tuple(parse_condition(part) if isinstance(part, str) else part for part in parts))


def any_of(*parts: str | Condition) -> Group:
    return Group(Junction.ANY, tuple(parse_condition(part) if isinstance(part, str) else part for part in parts))


def ladder(*rules: Condition, **more) -> Policy:
    tiers = [Tier("entry", Words("普通", "Entry"), None)]
    tiers += [Tier(f"tier_{number}", Words(f"第{number}级", f"Tier {number}"), rule) for number, rule in enumerate(rules, 1)]
    return Policy("test", 1, AS_OF, "me", "a test", tuple(tiers), **more)


def keys_that_meet(engine: DuckEngine, condition: Condition, **more) -> list[int]:
    panel, customer = engine.from_arrow(BOUNDARY_VALUES), engine.from_arrow(CUSTOMERS)
    basis = rule_basis(panel, customer, policy=ladder(condition, **more), as_of=AS_OF)
    found = sorted(engine.fetch(basis.table.filter(holds(condition, basis)).select("customer_key"))["customer_key"].to_pylist())
    if isinstance(condition, Comparison | Presence) and not basis.variants:  # as lists of customers are narrowed
        assert sorted(engine.fetch(narrowed(basis.table, [condition]))["customer_key"].to_pylist()) == found
    return found


def facts_of(engine: DuckEngine, policy: Policy, key: int) -> CustomerFacts:
    basis = rule_basis(engine.from_arrow(BOUNDARY_VALUES), engine.from_arrow(CUSTOMERS), policy=policy, as_of=AS_OF)
    (row,) = engine.fetch(basis.table.filter(basis.table.customer_key == key)).to_pylist()
    return CustomerFacts.of(row, basis)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("net_revenue_12m >= 2000", [2, 3, 5]),
        ("net_revenue_12m > 2000", [3, 5]),
        ("net_revenue_12m <= 2000", [1, 2, 4, 6]),
        ("net_revenue_12m < 2000", [1, 4, 6]),
        ("net_revenue_12m = 2000", [2]),
        ("net_revenue_12m != 2000", [1, 3, 4, 5, 6]),
        ("net_revenue_12m >= 1999.995", [2, 3, 5]),
        ("net_revenue_12m >= -5", [1, 2, 3, 4, 5, 6]),
        ("orders_12m >= 10", [2, 3, 5]),
        ("orders_12m > 9.5", [2, 3, 5]),
        ("complaint_rate_12m > 0.2", [2, 6]),
        ("complaint_rate_12m >= 0.2", [1, 2, 6]),
    ],
)
def test_a_boundary_belongs_where_the_operator_says(engine, text, keys):
    assert keys_that_meet(engine, parse_condition(text)) == keys


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("satisfaction_12m >= 0", [1, 2, 5, 6]),
        ("satisfaction_12m < 1000", [1, 2, 5, 6]),
        ("satisfaction_12m != 80", [1, 2, 6]),
        ("satisfaction_12m is null", [3, 4]),
        ("satisfaction_12m is not null", [1, 2, 5, 6]),
    ],
)
def test_a_comparison_with_no_value_is_false_whatever_the_operator(engine, text, keys):
    assert keys_that_meet(engine, parse_condition(text)) == keys


def test_all_and_any_nest(engine):
    rule = all_of("orders_12m >= 10", any_of("satisfaction_12m >= 95", "satisfaction_12m is null"))
    assert keys_that_meet(engine, rule) == [2, 3]


@pytest.mark.parametrize(
    ("rule", "keys"),
    [
        (all_of(), [1, 2, 3, 4, 5, 6]),
        (any_of(), []),
        (any_of(all_of(), "orders_12m >= 10"), [1, 2, 3, 4, 5, 6]),
        (all_of(any_of(), "orders_12m >= 10"), []),
        (all_of(all_of(), "orders_12m >= 10"), [2, 3, 5]),
        (any_of(any_of(), "orders_12m >= 10"), [2, 3, 5]),
    ],
    ids=str,
)
def test_all_of_nothing_holds_for_everyone_and_any_of_nothing_for_nobody(engine, rule, keys):
    assert keys_that_meet(engine, rule) == keys
    judged = [key for key in range(1, 7) if judge(rule, facts_of(engine, ladder(rule), key)).met]
    assert judged == keys


@pytest.mark.parametrize(("rule", "count"), [(all_of(), 6), (any_of(), 0)], ids=str)
def test_whoever_meets_an_empty_rule_can_be_counted_like_any_other(engine, rule, count):
    table = engine.from_arrow(BOUNDARY_VALUES)
    met = holds(rule, RuleBasis(table))
    assert engine.fetch(table.aggregate(met=met.cast("int64").sum()))["met"].to_pylist() == [count]


# Six customers: the top 40 % are ceil(2.4) = 3 customers, so the third largest revenue, 2000.00, is the threshold.
# The top 70 % by satisfaction are ceil(4.2) = 5 customers, but only four have a value: all four meet it.
@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("net_revenue_12m in top 40%", [2, 3, 5]),
        ("net_revenue_12m in top 1%", [5]),
        ("net_revenue_12m in top 100%", [1, 2, 3, 4, 5, 6]),
        ("satisfaction_12m in top 70%", [1, 2, 5, 6]),
        ("satisfaction_12m in top 20%", [2, 6]),
    ],
)
def test_the_top_share_is_counted_among_all_customers_and_rounded_up(engine, text, keys):
    assert keys_that_meet(engine, parse_condition(text)) == keys


def test_a_variant_scales_the_threshold_for_its_customers_only(engine):
    # In HK the threshold is 2000 x 1.5 = 3000; customer 3 has no region and customer 5 is elsewhere: 2000.
    hong_kong = Variant({"region": ("HK",)}, {"net_revenue_12m": Decimal("1.5")})
    assert keys_that_meet(engine, parse_condition("net_revenue_12m >= 2000"), variants=(hong_kong,)) == [3, 5]


def test_of_two_variants_the_first_listed_applies(engine):
    cheap_steel = Variant({"industry": ("steel",)}, {"net_revenue_12m": Decimal("0.5")})
    hong_kong = Variant({"region": ("HK",)}, {"net_revenue_12m": Decimal("1.5")})
    # Customer 1 is both: 1999.99 is over 1000 but under 3000.
    rule = parse_condition("net_revenue_12m >= 2000")
    assert keys_that_meet(engine, rule, variants=(cheap_steel, hong_kong)) == [1, 3, 5]
    assert keys_that_meet(engine, rule, variants=(hong_kong, cheap_steel)) == [3, 5]


POLICIES = [
    ladder(parse_condition("net_revenue_12m >= 2000"), all_of("net_revenue_12m > 2000", "orders_12m >= 11")),
    ladder(
        any_of("net_revenue_12m in top 50%", "satisfaction_12m in top 20%"),
        all_of("net_revenue_12m in top 20%", any_of("satisfaction_12m >= 95", "satisfaction_12m is null", "orders_12m != 10")),
        caps=(Cap(parse_condition("complaint_rate_12m > 0.2"), "entry", "complaints"),),
        variants=(Variant({"region": ("HK",), "industry": ("steel",)}, {"orders_12m": Decimal("1.25")}),),
    ),
    ladder(
        parse_condition("score >= 30"),
        all_of("score >= 66.6667", "days_since_last_order <= 30"),
        score=(
            ScorePart("net_revenue_12m", Decimal("0.7"), None),
            ScorePart("satisfaction_12m", Decimal("0.3"), (Decimal(0), Decimal(100))),
        ),
        variants=(Variant({"region": ("HK",)}, {"score": Decimal("0.9"), "days_since_last_order": Decimal("0.1")}),),
    ),
]


@pytest.mark.parametrize("policy", POLICIES)
def test_reasons_agree_with_decisions_for_every_customer(engine, policy):
    panel, customer = engine.from_arrow(BOUNDARY_VALUES), engine.from_arrow(CUSTOMERS)
    basis = rule_basis(panel, customer, policy=policy, as_of=AS_OF)
    explained = {
        row["customer_key"]: (
            policy.tiers[qualified_tier_of(policy, CustomerFacts.of(row, basis))].slug,
            policy.tiers[tier_of(policy, CustomerFacts.of(row, basis))].slug,
        )
        for row in engine.fetch(basis.table).to_pylist()
    }
    decided = engine.fetch(assign_tiers(panel, customer, policy=policy, as_of=AS_OF)).to_pylist()
    assert {row["customer_key"]: (row["qualified_tier"], row["tier"]) for row in decided} == explained
    assert len({tier for _, tier in explained.values()}) > 1


def test_a_sentence_speaks_both_languages_with_the_metrics_own_words():
    rule = parse_condition("net_revenue_12m >= 2000")
    assert sentence(rule, ENGLISH) == "net revenue in 12 months at least 2,000"
    assert sentence(parse_condition("complaint_rate_12m > 0.2"), ENGLISH) == "complaint rate in 12 months more than 20%"
    assert sentence(parse_condition("days_since_last_order <= 30"), ENGLISH) == "days since the last order at most 30 days"
    assert (
        sentence(parse_condition("net_revenue_12m in top 2.5%"), ENGLISH)
        == "net revenue in 12 months among the top 2.5% of all customers"
    )
    assert sentence(rule, Wording(METRICS, Language.EN, "GBP")) == "net revenue in 12 months at least GBP 2,000"


def test_groups_read_as_lines_and_as_one_sentence():
    rule = all_of("orders_12m >= 50", any_of("satisfaction_12m >= 95", "satisfaction_12m is null"))
    assert sentence(rule, ENGLISH) == (
        "orders in 12 months at least 50 and (satisfaction in 12 months at least 95 or satisfaction in 12 months without a value)"
    )
    assert sentence_lines(rule, ENGLISH) == (
        "orders in 12 months at least 50",
        "satisfaction in 12 months at least 95 or satisfaction in 12 months without a value",
    )


def test_a_reason_shows_value_and_threshold_after_variants(engine):
    hong_kong = Variant({"region": ("HK",)}, {"net_revenue_12m": Decimal("1.2")})
    policy = ladder(all_of("net_revenue_12m >= 2000", "satisfaction_12m >= 95"), variants=(hong_kong,))
    judged = judge(policy.tiers[1].qualify, facts_of(engine, policy, 4))
    assert reason_lines(judged, ENGLISH) == (
        "net revenue in 12 months at least 2,400: is 0, not met",
        "satisfaction in 12 months at least 95: no value, not met",
    )
    judged = judge(policy.tiers[1].qualify, facts_of(engine, policy, 5))
    assert reason_lines(judged, ENGLISH)[0] == "net revenue in 12 months at least 2,000: is 12,000, met"
    assert reason(judged, ENGLISH).endswith(": not met")


def ways(engine: DuckEngine, rule: Condition, key: int) -> list[str]:
    policy = ladder(rule)
    found = ways_to_meet(judge(rule, facts_of(engine, policy, key)))
    return [missing_line(way, ENGLISH) for way in found]


def test_what_is_missing_is_the_smallest_amount_that_is_enough(engine):
    assert ways(engine, all_of("net_revenue_12m >= 2000", "orders_12m >= 10"), 1) == [
        "net revenue in 12 months: 0.01 more; orders in 12 months: 1 more"
    ]
    assert ways(engine, parse_condition("net_revenue_12m > 2000"), 2) == ["net revenue in 12 months: 0.01 more"]
    assert ways(engine, parse_condition("orders_12m > 10"), 2) == ["orders in 12 months: 1 more"]
    assert ways(engine, parse_condition("complaint_rate_12m < 0.2"), 1) == ["complaint rate in 12 months less than 20%"]
    assert ways(engine, parse_condition("days_since_last_order <= 30"), 6) == ["days since the last order: 170 days less"]
    assert ways(engine, parse_condition("net_revenue_12m >= 2000"), 2) == [""]


def test_alternatives_are_all_listed_the_nearest_first_and_dearer_ones_of_a_kind_left_out(engine):
    rule = any_of("orders_12m >= 100", all_of("orders_12m >= 12", "net_revenue_12m >= 2200"), "orders_12m >= 200")
    assert ways(engine, rule, 2) == [
        "orders in 12 months: 2 more; net revenue in 12 months: 200 more",
        "orders in 12 months: 90 more",
    ]


def test_losing_a_value_is_no_way_where_another_is_open(engine):
    rule = any_of("satisfaction_12m >= 95", "satisfaction_12m is null")
    assert ways(engine, rule, 5) == ["satisfaction in 12 months: 15 more"]
    assert ways(engine, parse_condition("satisfaction_12m is null"), 5) == ["satisfaction in 12 months without a value"]


def test_following_what_is_missing_meets_the_rule(engine):
    rule = all_of("net_revenue_12m > 2000", "orders_12m >= 10.5", "complaint_rate_12m <= 0.1")
    for key in (1, 2, 6):
        facts = facts_of(engine, ladder(rule), key)
        (way, *_) = ways_to_meet(judge(rule, facts))
        changed = dict(facts.values)
        for line in way:
            name = line.condition.metric
            changed[name] = type(changed[name])(
                Decimal(repr(changed[name]) if isinstance(changed[name], float) else changed[name]) + line.amount
            )
        assert judge(rule, CustomerFacts(changed)).met


def test_no_top_share_is_met_where_nobody_has_a_value(engine):
    nobody = BOUNDARY_VALUES.set_column(4, "satisfaction_12m", pa.array([None] * 6, pa.float64()))
    rule = parse_condition("satisfaction_12m in top 50%")
    basis = rule_basis(engine.from_arrow(nobody), engine.from_arrow(CUSTOMERS), policy=ladder(rule), as_of=AS_OF)
    rows = engine.fetch(basis.table.mutate(met=holds(rule, basis))).to_pylist()
    assert [row["met"] for row in rows] == [False] * 6
    assert not judge(rule, CustomerFacts.of(rows[0], basis)).met


def test_a_basis_can_be_made_by_hand(engine):
    basis = RuleBasis(engine.from_arrow(BOUNDARY_VALUES))
    assert engine.fetch(basis.table.filter(holds(parse_condition("orders_12m = 60"), basis)))["customer_key"].to_pylist() == [5]
