"""Rules say what the tree decides, everybody meets exactly one, and a plain count finds their precision. World: spenders, visitors, and who has no value."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from decimal import Decimal

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from sklearn.tree import DecisionTreeClassifier

from fenji.analyze.metrics.registry import Registry
from fenji.analyze.segments.tree_growing import Growth, Nature, condition_from, conditions_text, grow_tree
from fenji.analyze.segments.tree_rules import Explained, count_outcomes, count_rules, counts_of, tree_tables, with_outcomes
from fenji.domain.segments import ExplainPlan, Target
from fenji.engines.engine import Engine
from fenji.language import Language
from fenji.wording.rules import Wording
from fenji.wording.trees import rule_sentence

NATURES = {"orders_12m": Nature(is_whole=True), "net_revenue_12m": Nature(), "refund_rate_12m": Nature(is_nullable=True)}
PLAN = ExplainPlan(depth=4, most_rules=8)


def customers(size: int = 400) -> tuple[dict[str, np.ndarray], list[str]]:
    chance = np.random.default_rng(4)
    orders = chance.integers(0, 12, size).astype(float)
    revenue = np.round(np.exp(chance.normal(6, 1, size)), 2)
    refunds = np.where(chance.random(size) < 0.3, np.nan, np.round(np.maximum(0, chance.normal(0, 0.2, size)), 3))
    clean = np.isnan(refunds) | (refunds <= 0.25)
    outcome = np.where((orders >= 4) & (revenue >= 500), np.where(clean, "gold", "watch"), "plain")
    flipped = chance.random(size) < 0.05
    return {"orders_12m": orders, "net_revenue_12m": revenue, "refund_rate_12m": refunds}, np.where(
        flipped, "plain", outcome
    ).tolist()


def stored(columns: dict[str, np.ndarray], outcomes: list[str]) -> tuple[pa.Table, pa.Table]:
    """The panel as it is typed, and the outcomes."""
    keys = pa.array(range(len(outcomes)), pa.int64())
    panel = pa.table(
        {
            "customer_key": keys,
            "orders_12m": pa.array(columns["orders_12m"].astype(int), pa.int64()),
            "net_revenue_12m": pa.array([Decimal(f"{each:.2f}") for each in columns["net_revenue_12m"]], pa.decimal128(18, 2)),
            "refund_rate_12m": pa.array(columns["refund_rate_12m"], pa.float64(), from_pandas=True),
        }
    )
    return panel, pa.table({"customer_key": keys, "outcome": pa.array(outcomes, pa.string())})


def test_rules_are_the_leaves_of_scikit_learns_tree_and_their_counts_those_of_plain_sql(duck: Engine) -> None:
    columns, outcomes = customers()
    tree = grow_tree(columns, outcomes, natures=NATURES, plan=PLAN, seed=1)
    assert tree.verdict is Growth.GROWN
    panel, told = stored(columns, outcomes)
    joined = duck.stage(with_outcomes(duck.from_arrow(panel), duck.from_arrow(told), metrics=list(NATURES)))
    (row,) = duck.fetch(count_rules(joined, tree.rules)).to_pylist()
    counts = counts_of(row, tree.rules)
    sizes = {each["outcome"]: each["customers"] for each in duck.fetch(count_outcomes(joined, metrics=list(NATURES))).to_pylist()}
    assert sizes == Counter(outcomes)
    # Everybody meets exactly one rule.
    assert sum(customers_ for customers_, _hits in counts) == len(outcomes)

    matrix = np.column_stack(list(columns.values()))
    theirs = DecisionTreeClassifier(max_depth=4, max_leaf_nodes=8, min_samples_leaf=5, random_state=1).fit(matrix, outcomes)
    assert sum(hits for _customers, hits in counts) == int((theirs.predict(matrix) == np.array(outcomes)).sum())

    trees, rules = tree_tables([Explained(Target.TIERS, tree, tuple(NATURES), sizes, counts)], as_of=date(2025, 6, 30))
    base = duckdb.connect()
    base.register("panel", panel)
    base.register("told", told)
    for rule in rules.to_pylist():
        lines = [
            each if isinstance(each, str) else "(" + " or ".join(each["any"]) + ")" for each in json.loads(rule["conditions"])
        ]
        query = f"select count(*), count(*) filter (outcome = '{rule['outcome']}') from panel join told using (customer_key) where {' and '.join(lines)}"
        found, hits = base.sql(query).fetchall()[0]
        assert (rule["customers"], rule["hits"]) == (found, hits)
        assert rule["precision"] == pytest.approx(hits / found)
        assert rule["share"] == pytest.approx(found / len(outcomes))
        assert rule["coverage"] == pytest.approx(hits / sizes[rule["outcome"]])
    (one,) = trees.to_pylist()
    assert one["accuracy"] == pytest.approx(sum(rules["hits"].to_pylist()) / len(outcomes))
    assert 0.8 < one["held_out_accuracy"] <= one["accuracy"]


def test_what_was_planted_is_read_off_in_round_numbers() -> None:
    columns, outcomes = customers(4000)
    rules = grow_tree(columns, outcomes, natures=NATURES, plan=PLAN, seed=1).rules
    gold = [str(rule.condition) for rule in rules if rule.outcome == "gold"]
    assert any("orders_12m >= 4" in each and "net_revenue_12m >= 500" in each for each in gold)
    assert any("refund_rate_12m is null" in each for each in gold)
    assert not any("orders_12m is null" in str(rule.condition) for rule in rules)


def test_rules_are_said_in_both_languages_and_written_so_that_they_can_be_read_again() -> None:
    text = '["orders_12m >= 4", "net_revenue_12m >= 500", "net_revenue_12m < 2000", {"any": ["refund_rate_12m <= 0", "refund_rate_12m is null"]}]'
    condition = condition_from(text)
    assert conditions_text(condition) == text
    wording = Wording({each.slug: each for each in Registry.of()}, Language.EN, "CNY")
    assert rule_sentence(condition, wording) == (
        "orders, last twelve months at least 4; net revenue, last twelve months from CNY 500 to under CNY 2,000; "
        "refund rate, last twelve months at most 0% or refund rate, last twelve months without a value"
    )


@pytest.mark.parametrize(
    ("size", "outcome", "verdict"),
    [(0, None, Growth.TOO_FEW_CUSTOMERS), (1, None, Growth.TOO_FEW_CUSTOMERS), (60, "gold", Growth.ONE_OUTCOME)],
)
def test_where_nothing_can_be_told_apart_that_is_said(size: int, outcome: str | None, verdict: Growth) -> None:
    columns, outcomes = customers(size)
    tree = grow_tree(columns, [outcome or each for each in outcomes], natures=NATURES, plan=PLAN, seed=1)
    assert (tree.verdict, tree.rules) == (verdict, ())


def test_equal_customers_have_no_split_and_unknown_metrics_are_left_out() -> None:
    same = {"orders_12m": np.full(60, 2.0), "refund_rate_12m": np.full(60, np.nan)}
    tree = grow_tree(same, ["a", "b"] * 30, natures=NATURES, plan=PLAN, seed=1)
    assert (tree.verdict, tree.rules) == (Growth.NO_SPLIT, ())


@pytest.mark.parametrize(("few", "many"), [(5, 15), (1, 40), (20, 45)])
def test_a_tree_whose_leaves_all_say_the_same_tells_nobody_apart(few: int, many: int) -> None:
    # Of 100 customers with few orders and of 100 with many so many are "gold": the tree splits, but "plain" is the largest on both sides.
    orders = np.array([1.0] * 100 + [9.0] * 100)
    outcomes = ["gold"] * few + ["plain"] * (100 - few) + ["gold"] * many + ["plain"] * (100 - many)
    tree = grow_tree({"orders_12m": orders}, outcomes, natures=NATURES, plan=PLAN, seed=1)
    assert (tree.verdict, tree.sample, tree.rules, tree.held_out_accuracy) == (Growth.NO_SPLIT, 200, (), None)


@pytest.mark.parametrize("known", [[1.0] * 100, [float(each) for each in range(100)]], ids=["one_value", "many_values"])
def test_a_tree_that_asks_only_for_a_value_is_said_so(known: list[float]) -> None:
    rates = np.array([*known, *[np.nan] * 100])
    tree = grow_tree({"refund_rate_12m": rates}, ["plain"] * 100 + ["gold"] * 100, natures=NATURES, plan=PLAN, seed=1)
    assert [(str(rule.condition), rule.outcome) for rule in tree.rules] == [
        ("all(refund_rate_12m is not null)", "plain"),
        ("all(refund_rate_12m is null)", "gold"),
    ]
    assert [condition_from(conditions_text(rule.condition)) for rule in tree.rules] == [rule.condition for rule in tree.rules]
