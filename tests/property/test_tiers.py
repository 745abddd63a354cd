"""The laws of tiers hold for any customers and any ladder: one tier each, equal values alike, more is never less, parts make the whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fenji.analyze.policies.findings import Severity
from fenji.analyze.policies.lint import lint_policy
from fenji.analyze.reviews.tier_counts import count_tiers
from fenji.analyze.reviews.tiers import assign_tiers, rule_basis, tier_thresholds, tiered_panel
from fenji.analyze.rules.holds import conditions_of
from fenji.analyze.rules.judging import CustomerFacts, judge, qualified_tier_of, tier_of, ways_to_meet
from fenji.analyze.structure.bands import MetricBands
from fenji.analyze.structure.cross_tables import cross_table, cross_tiers
from fenji.documents.policies import policy_from_text, render_policy
from fenji.domain.conditions import Comparison, Condition, Group, Junction, Operator, Presence, TopShare
from fenji.domain.metrics import Aggregate, Better, Fact, Metric, Unit
from fenji.domain.periods import Window
from fenji.domain.policies import Cap, Policy, ScorePart, Tier, Variant
from fenji.domain.words import Words
from fenji.engines.duck import DuckEngine
from fixtures.laws import law

AS_OF = date(2026, 6, 30)
METRICS = tuple(
    Metric(
        slug, Words(slug, slug), Words(slug, slug), unit, aggregate, Window.parse("12m"), Fact.ORDER_LINE, better=Better.HIGHER
    )
    for slug, unit, aggregate in (
        ("net_revenue_12m", Unit.MONEY, Aggregate.SUM),
        ("orders_12m", Unit.COUNT, Aggregate.COUNT),
        ("satisfaction_12m", Unit.SCORE, Aggregate.MEAN),
    )
)

Customer = tuple[int, int, int | None, str | None]
"""Revenue in cents, orders, satisfaction, region. Small ranges, so that values meet thresholds and one another."""

customers = st.lists(
    st.tuples(
        st.integers(-300, 1200),
        st.integers(0, 8),
        st.none() | st.integers(0, 10).map(lambda tenth: tenth * 10),
        st.none() | st.sampled_from(["HK", "GD"]),
    ),
    min_size=1,
    max_size=12,
)
numbers = {
    "net_revenue_12m": st.integers(-3, 12).map(Decimal),
    "orders_12m": st.integers(0, 8).map(Decimal),
    "satisfaction_12m": st.integers(0, 10).map(lambda tenth: Decimal(tenth * 10)),
    "score": st.integers(0, 100).map(Decimal),
}
SCORE = (
    ScorePart("net_revenue_12m", Decimal("0.6"), None),
    ScorePart("satisfaction_12m", Decimal("0.4"), (Decimal(0), Decimal(100))),
)


def leaf(names: tuple[str, ...], operators: tuple[Operator, ...]) -> st.SearchStrategy[Condition]:
    name = st.sampled_from(names)
    compared = name.flatmap(lambda each: st.builds(Comparison, st.just(each), st.sampled_from(operators), numbers[each]))
    top = st.builds(TopShare, name, st.integers(1, 100).map(lambda percent: Decimal(percent) / 100))
    return compared | top


ANY_LEAF = leaf(tuple(numbers), tuple(Operator)) | st.builds(Presence, st.sampled_from(tuple(numbers)), is_null=st.booleans())
RISING_LEAF = leaf(("net_revenue_12m", "orders_12m"), (Operator.AT_LEAST, Operator.MORE_THAN))


def rules(lines: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    return st.recursive(
        lines,
        lambda parts: st.builds(Group, st.sampled_from(Junction), st.lists(parts, min_size=1, max_size=3).map(tuple)),
        max_leaves=5,
    )


@st.composite
def policies(draw: st.DrawFn, lines: st.SearchStrategy[Condition] = ANY_LEAF, *, plain: bool = False) -> Policy:
    """Ladders of one to four tiers; plain ones have no caps, variants or score."""
    ladder = [Tier("t0", Words("零", "zero"), None)]
    ladder += [Tier(f"t{n}", Words("级", "tier"), draw(rules(lines))) for n in range(1, draw(st.integers(1, 4)))]
    if plain:
        return Policy("any", 1, AS_OF, "me", "a test", tuple(ladder))
    slugs = st.sampled_from([tier.slug for tier in ladder])
    caps = draw(st.lists(st.builds(Cap, rules(lines), slugs, st.just("why")), max_size=2))
    factor = st.sampled_from([Decimal("0.5"), Decimal("1.2"), Decimal(3)])
    variant = st.builds(
        Variant, st.just({"region": ("HK",)}), st.dictionaries(st.sampled_from(tuple(numbers)), factor, min_size=1)
    )
    variants = draw(st.lists(variant, max_size=2))
    return Policy("any", 1, AS_OF, "me", "a test", tuple(ladder), tuple(caps), variants=tuple(variants), score=SCORE)


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckEngine]:
    opened = DuckEngine(threads=1)
    yield opened
    opened.close()


def tables(world: list[Customer]) -> tuple[pa.Table, pa.Table]:
    keys = pa.array(range(len(world)), pa.int64())
    panel = pa.table(
        {
            "customer_key": keys,
            "as_of": pa.array([AS_OF] * len(world), pa.date32()),
            "net_revenue_12m": pa.array([Decimal(cents) / 100 for cents, *_ in world], pa.decimal128(18, 2)),
            "orders_12m": pa.array([orders for _, orders, *_ in world], pa.int64()),
            "satisfaction_12m": pa.array([score for *_, score, _ in world], pa.float64()),
        }
    )
    return panel, pa.table({"customer_key": keys, "region": pa.array([region for *_, region in world], pa.string())})


def tiers(engine: DuckEngine, world: list[Customer], policy: Policy) -> list[str]:
    panel, customer = (engine.from_arrow(table) for table in tables(world))
    found = engine.fetch(assign_tiers(panel, customer, policy=policy, as_of=AS_OF).order_by("customer_key"))
    assert found["customer_key"].to_pylist() == list(range(len(world)))
    return found["tier"].to_pylist()


few = law(15)
"""Each example runs several queries of a hundred lines of SQL: fifteen of them are a second."""


@few
@given(customers, policies())
def test_everyone_has_exactly_one_tier_and_equal_values_have_equal_tiers(engine, world, policy):
    found = tiers(engine, [*world, *world], policy)
    assert set(found) <= {tier.slug for tier in policy.tiers}
    assert found[: len(world)] == found[len(world) :]


@few
@given(customers, policies(), st.randoms(use_true_random=False))
def test_the_order_of_rows_is_irrelevant(engine, world, policy, random):
    order = list(range(len(world)))
    random.shuffle(order)
    panel, customer = tables(world)
    shuffled = engine.from_arrow(panel.take(order)), engine.from_arrow(customer.take(order[::-1]))
    found = engine.fetch(assign_tiers(*shuffled, policy=policy, as_of=AS_OF).order_by("customer_key"))["tier"].to_pylist()
    assert found == tiers(engine, world, policy)


@few
@given(customers, policies(RISING_LEAF, plain=True), st.integers(1, 900), st.integers(0, 5))
def test_more_revenue_and_orders_never_lower_a_tier(engine, world, policy, cents, orders):
    before = tiers(engine, world, policy)[0]
    revenue, count, *rest = world[0]
    after = tiers(engine, [(revenue + cents, count + orders, *rest), *world[1:]], policy)[0]
    assert policy.rank_of(after) >= policy.rank_of(before)


@few
@given(customers, policies())
def test_what_is_judged_for_one_customer_is_what_is_decided_for_all(engine, world, policy):
    panel, customer = (engine.from_arrow(table) for table in tables(world))
    basis = rule_basis(panel, customer, policy=policy, as_of=AS_OF)
    facts = [CustomerFacts.of(row, basis) for row in engine.fetch(basis.table.order_by("customer_key")).to_pylist()]
    rows = engine.fetch(assign_tiers(panel, customer, policy=policy, as_of=AS_OF).order_by("customer_key")).to_pylist()
    for row, fact in zip(rows, facts, strict=True):
        assert row["qualified_tier"] == policy.tiers[qualified_tier_of(policy, fact)].slug
        assert row["tier"] == policy.tiers[tier_of(policy, fact)].slug
        assert row["cause"] == ("new" if row["tier"] == row["qualified_tier"] else "cap")
        for condition in conditions_of(policy):
            judged = judge(condition, fact)
            assert (ways_to_meet(judged) == ((),)) == judged.met


@few
@given(customers, policies())
def test_parts_sum_to_the_whole(engine, world, policy):
    panel, customer = (engine.from_arrow(table) for table in tables(world))
    standing = engine.stage(tiered_panel(panel, customer, policy=policy, as_of=AS_OF))
    counts = engine.fetch(count_tiers(standing, policy=policy, as_of=AS_OF)).to_pylist()
    revenue = Decimal(sum(cents for cents, *_ in world)) / 100
    assert sum(row["customers"] for row in counts) == len(world)
    assert sum(row["net_revenue_12m"] for row in counts) == revenue
    assert sum(row["share"] for row in counts) == pytest.approx(1)
    bands = MetricBands("satisfaction_12m", (Decimal(0), Decimal(50), Decimal(90)))
    table = cross_table(engine.fetch(cross_tiers(standing, customer, grouping=bands)).to_pylist(), grouping=bands, policy=policy)
    by_tier = {row["tier"]: (row["customers"], row["net_revenue_12m"]) for row in counts}
    assert [(cell.customers, cell.net_revenue_12m) for cell in table.totals] == [by_tier[tier] for tier in table.tiers]
    assert (table.total.customers, table.total.net_revenue_12m) == (len(world), revenue)


def in_another_unit(condition: Condition, factor: Decimal) -> Condition:
    match condition:
        case Group(junction, parts):
            return Group(junction, tuple(in_another_unit(part, factor) for part in parts))
        case Comparison("net_revenue_12m", operator, number):
            return Comparison("net_revenue_12m", operator, number * factor)
        case other:
            return other


@few
@given(customers, policies(plain=True), st.sampled_from([Decimal(100), Decimal("0.5"), Decimal(7)]))
def test_the_unit_of_money_changes_no_tier(engine, world, policy, factor):
    # Even cents, so that half a unit is still whole cents.
    even = [(cents * 2, *rest) for cents, *rest in world]
    scaled = [(int(cents * factor), *rest) for cents, *rest in even]
    ladder = [Tier(t.slug, t.name, t.qualify and in_another_unit(t.qualify, factor)) for t in policy.tiers]
    other = Policy("any", 1, AS_OF, "me", "a test", tuple(ladder), score=SCORE)
    policy = Policy("any", 1, AS_OF, "me", "a test", policy.tiers, score=SCORE)
    assert tiers(engine, even, policy) == tiers(engine, scaled, other)


@few
@given(customers, policies())
def test_customers_of_another_date_change_nothing(engine, world, policy):
    panel, customer = tables(world)
    later = panel.set_column(1, "as_of", pa.array([date(2026, 7, 31)] * len(world), pa.date32()))
    both = engine.from_arrow(pa.concat_tables([panel, later]))
    found = engine.fetch(assign_tiers(both, engine.from_arrow(customer), policy=policy, as_of=AS_OF).order_by("customer_key"))
    assert found["tier"].to_pylist() == tiers(engine, world, policy)


@few
@given(customers, st.sampled_from([20, 25, 50]) | st.integers(1, 100))
def test_a_top_share_holds_as_many_customers_as_it_says_and_ties_with_the_last(engine, world, percent):
    policy = Policy(
        "top",
        1,
        AS_OF,
        "me",
        "a test",
        (
            Tier("t0", Words("零", "zero"), None),
            Tier("t1", Words("顶", "top"), TopShare("net_revenue_12m", Decimal(percent) / 100)),
        ),
    )
    inside = [cents for (cents, *_), tier in zip(world, tiers(engine, world, policy), strict=True) if tier == "t1"]
    needed = -(-len(world) * percent // 100)
    assert len(inside) >= needed
    assert sum(cents > min(inside) for cents in inside) < needed
    panel = engine.from_arrow(tables(world)[0])
    ((threshold),) = engine.fetch(tier_thresholds(panel, policy=policy, as_of=AS_OF))["threshold"].to_pylist()
    assert threshold == min(inside) / 100


@law(200)
@given(policies())
def test_any_policy_reads_back_from_its_text(policy):
    assert policy_from_text(render_policy(policy)) == policy


WORLD = [
    (cents, orders, score, None) for cents in range(-300, 1201, 300) for orders in range(9) for score in (None, 0, 50, 90, 100)
]
"""One customer of every sort, for the linter's claims."""


@law(15)
@given(policies(leaf(("net_revenue_12m", "orders_12m", "satisfaction_12m"), tuple(Operator)), plain=True))
def test_a_tier_that_the_linter_calls_unreachable_or_contradictory_is_empty(engine, policy):
    empty = {
        finding.tier
        for finding in lint_policy(policy, METRICS)
        if finding.severity is Severity.ERROR and finding.code in ("unreachable_tier", "contradiction")
    }
    if empty:
        assert not empty & set(tiers(engine, WORLD, policy))
