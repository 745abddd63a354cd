"""Cells of the policies that ship with fenji, against SQL that was written without them. World: a thousand customers who know every threshold."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from fenji.analyze.metrics.registry import Registry, builtin_metrics
from fenji.analyze.rules.holds import conditions_of, metrics_in
from fenji.analyze.whatif.alike import count_alike
from fenji.analyze.whatif.cells import MOST_CELLS, NotByCells, beyond_cells, count_cells, cuts_for, fits_a_cell, metrics_compared
from fenji.analyze.whatif.comparing import compare_policies
from fenji.analyze.whatif.cuts import cuts_of, with_cuts
from fenji.analyze.whatif.steps import bars_of, count_spread, is_logarithmic, spreads_of, steps_of
from fenji.analyze.whatif.trying import Cells, CellTrial
from fenji.documents.metrics import metrics_from_text
from fenji.documents.policies import policy_from_text
from fenji.domain.conditions import Comparison, Condition, Group, Junction, Presence
from fenji.domain.metrics import REVENUE, Metric
from fenji.domain.policies import Policy
from fenji.engines.duck import DuckEngine
from fenji.errors import InvalidArgument
from fenji.tables.insight import MONEY, metric_type
from fenji.workspace.templates import template_names, template_text

AS_OF = date(2026, 6, 30)
CUSTOMERS = 1000
TRIALS = 8
TEMPLATES = [name for name in template_names() if name != "spend"]
"""All but the one that compares one metric alone."""


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckEngine]:
    opened = DuckEngine(threads=1)
    yield opened
    opened.close()


def known(template: str, policy: Policy) -> dict[str, Metric]:
    named = metrics_in(conditions_of(policy))
    try:
        own = metrics_from_text(template_text(template, "metrics.yaml"), "metrics.yaml", builtin_metrics())
    except FileNotFoundError:
        own = ()
    kinds = ("visit", "search", "click", "lesson", "night", "mile", "segment", "interaction", "product_use")
    return {each.slug: each for each in Registry.of(kinds, own, named=named)}


def panel_of(policy: Policy, metrics: Mapping[str, Metric], seed: int) -> pa.Table:
    """Values of all sizes, every one of the policy's thresholds among them, some of them missing, and much money."""
    chance = random.Random(seed)
    columns: dict[str, pa.Array] = {
        "customer_key": pa.array(range(CUSTOMERS), pa.int64()),
        "as_of": pa.array([AS_OF] * CUSTOMERS, pa.date32()),
    }
    for slug in dict.fromkeys([REVENUE, *metrics_in(conditions_of(policy))]):
        own = [each.condition.number for each in cuts_of(policy) if each.condition.metric == slug]
        kind = metric_type(metrics[slug])
        values: list[Any] = []
        for _customer in range(CUSTOMERS):
            drawn = Decimal(str(round(10 ** chance.uniform(-1, 5.5), 2)))
            values.append(None if chance.random() < 0.05 else chance.choice(own) if own and chance.random() < 0.2 else drawn)
        if kind == MONEY:
            columns[slug] = pa.array(values, pa.decimal128(18, 2))
        elif kind == "int64":
            columns[slug] = pa.array([None if each is None else int(each) for each in values], pa.int64())
        else:
            columns[slug] = pa.array([None if each is None else float(each) for each in values], pa.float64())
    return pa.table(columns)


def sql(condition: Condition) -> str:
    match condition:
        case Group(junction, parts):
            word = " AND " if junction is Junction.ALL else " OR "
            return f"({word.join(map(sql, parts))})"
        case Presence(metric, is_null):
            return f"({metric} IS {'' if is_null else 'NOT '}NULL)"
        case Comparison(metric, operator, number):
            return f"coalesce({metric} {operator.value} {number}, false)"
    raise AssertionError(condition)


def tier_sql(policy: Policy) -> str:
    rank = "0"
    for number, tier in enumerate(policy.tiers):
        rank = rank if tier.qualify is None else f"CASE WHEN {sql(tier.qualify)} THEN {number} ELSE {rank} END"
    for cap in policy.caps:
        rank = f"least({rank}, CASE WHEN {sql(cap.when)} THEN {policy.rank_of(cap.at_most)} ELSE 99 END)"
    return rank


def moved_by_sql(table: pa.Table, current: Policy, new: Policy) -> dict[tuple[str, str], tuple[int, Decimal]]:
    connection = duckdb.connect()
    connection.register("panel", table)
    found = connection.execute(
        f"SELECT {tier_sql(current)}, {tier_sql(new)}, count(*), coalesce(sum({REVENUE}), 0) FROM panel GROUP BY ALL"
    ).fetchall()
    return {
        (current.tiers[before].slug, new.tiers[after].slug): (count, Decimal(str(revenue)))
        for before, after, count, revenue in found
    }


@pytest.mark.parametrize("template", TEMPLATES)
def test_cells_customers_and_sql_agree_for_any_steps(engine: DuckEngine, template: str) -> None:
    policy = policy_from_text(template_text(template, f"policies/{template}.yaml"))
    metrics = known(template, policy)
    table = panel_of(policy, metrics, seed=len(template))
    panel, customer = engine.from_arrow(table), engine.from_arrow(table.select(["customer_key"]))
    compared = metrics_compared(policy)
    spreads = spreads_of(engine.fetch(count_spread(panel, compared)).to_pylist()[0], compared)
    cuts = cuts_for(policy, metrics, spreads)
    assert fits_a_cell(cuts)
    cells = Cells.of(engine.fetch(count_cells(panel, cuts, policy, as_of=AS_OF)), cuts)
    chance = random.Random(7)
    for trial in range(TRIALS):
        moved = {each.key: chance.choice(cuts[each.condition.metric])[0] for each in cuts_of(policy)}
        new = with_cuts(policy, moved)
        assert cells.why_not((policy, new)) is None
        found = CellTrial(cells, policy, new).comparison
        expected = moved_by_sql(table, policy, new)
        assert {(each.from_tier, each.to_tier): (each.customers, each.net_revenue_12m) for each in found.moves} == expected
        if trial == 0:
            rows = engine.fetch(count_alike(panel, customer, policies=(policy, new), as_of=AS_OF)).to_pylist()
            compared_by_customers = compare_policies(rows, current=policy, new=new)
            assert (found.current, found.new, found.moves) == (
                compared_by_customers.current,
                compared_by_customers.new,
                compared_by_customers.moves,
            )


def test_as_much_money_as_a_table_holds_is_summed_to_the_cent() -> None:
    much = Decimal("9999999999999999.99")
    table = pa.table(
        {
            "cell": pa.array([0, 1, 2], pa.int64()),
            "customers": pa.array([1, 2, 3], pa.int64()),
            REVENUE: pa.array([much, much, Decimal("-0.01")], pa.decimal128(18, 2)),
        }
    )
    policy = policy_from_text(template_text("spend", "policies/spend.yaml"))
    cells = Cells.of(
        table, {REVENUE: ((Decimal(500), False), (Decimal(2000), False), (Decimal(5000), False), (Decimal(10000), False))}
    )
    found = CellTrial(cells, policy, policy).comparison
    assert (found.customers, found.net_revenue_12m) == (6, 2 * much - Decimal("0.01"))
    assert [(each.customers, each.net_revenue_12m) for each in found.new.tiers[:2]] == [(3, 2 * much), (3, Decimal("-0.01"))]


HEAD = "policy: p\nversion: 1\neffective_on: 2026-01-01\nauthor: a\nwhy: w\ntiers:\n  - {tier: low, name: Low}\n"
HIGH = "  - {tier: high, name: High, qualify: RULE}\n"


@pytest.mark.parametrize(
    ("rule", "more", "reason"),
    [
        ("net_revenue_12m in top 5%", "", NotByCells.TOP_SHARE),
        ("score >= 60", "score: {net_revenue_12m: {weight: 1, scale: percentile}}\n", NotByCells.SCORE),
        ("net_revenue_12m >= 1", "variants:\n  - {where: {region: HK}, scale: {net_revenue_12m: 2}}\n", NotByCells.VARIANTS),
        ("net_revenue_12m >= 1", "variants:\n  - {where: {region: HK}, scale: {orders_12m: 2}}\n", None),
        ("net_revenue_12m >= 1", "score: {net_revenue_12m: {weight: 1, scale: percentile}}\n", None),
    ],
)
def test_what_depends_on_everybody_or_on_who_somebody_is_cannot_be_told_from_cells(
    rule: str, more: str, reason: NotByCells | None
) -> None:
    assert beyond_cells(policy_from_text(HEAD + HIGH.replace("RULE", rule) + more)) is reason


def test_keep_rules_play_no_part() -> None:
    rule = HIGH.replace("qualify: RULE", "qualify: net_revenue_12m >= 1, keep: orders_12m in top 5%")
    assert (beyond_cells(policy_from_text(HEAD + rule)), metrics_compared(policy_from_text(HEAD + rule))) == (None, (REVENUE,))


def test_too_many_metrics_do_not_fit_one_number() -> None:
    cuts = tuple((Decimal(each), False) for each in range(200))
    assert fits_a_cell(dict.fromkeys("abcdefgh", cuts))
    assert not fits_a_cell(dict.fromkeys("abcdefghi", cuts))
    assert MOST_CELLS == 500_000


def spread_of(engine: DuckEngine, values: list[float]) -> Any:
    table = engine.from_arrow(pa.table({"value": pa.array(values, pa.float64())}))
    return spreads_of(engine.fetch(count_spread(table, ["value"])).to_pylist()[0], ["value"])["value"]


def test_steps_are_fine_where_customers_stand_and_few_in_the_tails(engine: DuckEngine) -> None:
    metrics = {each.slug: each for each in builtin_metrics()}
    spread = spread_of(engine, [*(float(each) for each in range(20, 20_000, 20)), 0.5, 3_000_000.0])
    steps = steps_of(REVENUE, metrics, spread, [Decimal("123.45"), Decimal(700)])
    assert (steps[0], steps[-1]) == (Decimal(0), Decimal(5_000_000))
    assert {Decimal("123.45"), Decimal(700), Decimal(4400), Decimal(8000), Decimal(12000)} <= set(steps)
    assert 120 <= len(steps) <= 200
    assert [each for each in steps if each > 100_000] == [
        Decimal(each) for each in (200_000, 500_000, 1_000_000, 2_000_000, 5_000_000)
    ]
    assert is_logarithmic(steps)
    assert len(bars_of(steps)) <= 70
    assert set(bars_of(steps)) <= set(steps)


def test_steps_of_counts_shares_and_days_are_those_that_people_say(engine: DuckEngine) -> None:
    metrics = {each.slug: each for each in builtin_metrics()}
    few = steps_of("orders_12m", metrics, spread_of(engine, [0.0, 3.0, 60.0]), [Decimal(12)])
    assert few == tuple(Decimal(each) for each in range(62))
    many = steps_of("orders_12m", metrics, spread_of(engine, [float(each) for each in range(1, 3000)]), [])
    assert all(each == each.to_integral_value() for each in many)
    assert set(range(100)) <= {int(each) for each in many}
    share = steps_of("refund_rate_12m", metrics, None, [])
    assert (len(share), share[1], share[-1]) == (201, Decimal("0.005"), Decimal(1))
    assert Decimal(365) in steps_of(
        "days_since_last_order", metrics, spread_of(engine, [float(each) for each in range(1, 700)]), []
    )
    nobody = steps_of(REVENUE, metrics, spread_of(engine, [0.0, -5.0]), [])
    assert nobody[0] == 0
    assert len(nobody) < 10


def test_a_number_that_the_policy_does_not_have_is_refused_with_the_nearest() -> None:
    policy = policy_from_text(template_text("retail", "policies/retail.yaml"))
    with pytest.raises(InvalidArgument, match="vip"):
        with_cuts(policy, {"vip.9": Decimal(1)})
    moved = with_cuts(policy, {"vip.2": Decimal(97)})
    assert str(moved.tiers[4].qualify) == str(policy.tiers[4].qualify).replace("satisfaction_12m >= 95", "satisfaction_12m >= 97")
