"""How well do the rules of a tree describe the customers? Each rule counted on everyone: whom it covers, and how many of them it puts right.

Reads   insight.customer_metric, insight.segment, insight.tier_assignment
Writes  insight.segment_tree: one row per tree; insight.segment_rule: one row per rule
Units   customers; shares 0..1
Keeps   every customer with an outcome meets exactly one rule, so the customers of the rules sum to all
Source  precision and coverage as in rule induction: Fürnkranz, Gamberger, Lavrač (2012), Foundations of Rule Learning, ch. 2
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from fenji.analyze.rules.holds import RuleBasis, holds
from fenji.analyze.segments.tree_growing import GrownRule, Tree, conditions_text
from fenji.domain.segments import Target
from fenji.tables.insight_segments import SEGMENT_RULE, SEGMENT_TREE

OUTCOME = "outcome"


@dataclass(frozen=True)
class Explained:
    """A tree and what its rules come to on everyone."""

    target: Target
    tree: Tree
    metrics: tuple[str, ...]
    outcomes: Mapping[str, int]
    """Outcome -> customers."""
    counts: Sequence[tuple[int, int]]
    """Customers and hits of each rule."""


def with_outcomes(panel: ir.Table, outcomes: ir.Table, *, metrics: Sequence[str]) -> ir.Table:
    """The metrics of everyone who has an outcome.

    Args:
        panel: insight.customer_metric at the date.
        outcomes: customer_key and outcome; null: none.
        metrics: of the panel.

    Grain: one row per customer with an outcome: customer_key, outcome, the metrics.
    """
    known = outcomes.filter(outcomes[OUTCOME].notnull()).select(outcome_key="customer_key", outcome=OUTCOME)
    joined = panel.select("customer_key", *metrics).inner_join(known, ibis._.customer_key == known.outcome_key)
    return joined.drop("outcome_key")


def count_outcomes(table: ir.Table, *, metrics: Sequence[str]) -> ir.Table:
    """Customers by outcome.

    Grain: one row per outcome: outcome, customers, and missing_N (without a value of the Nth metric).
    """
    missing = {f"missing_{number}": table[name].isnull().cast("int64").sum() for number, name in enumerate(metrics)}
    return table.group_by(OUTCOME).aggregate(customers=table.count().cast("int64"), **missing)


def count_rules(table: ir.Table, rules: Sequence[GrownRule]) -> ir.Table:
    """Customers and hits of every rule.

    Grain: one row: customers_N and hits_N of the Nth rule.
    """
    basis, found = RuleBasis(table), {}
    for number, rule in enumerate(rules):
        met = holds(rule.condition, basis)
        found[f"customers_{number}"] = met.cast("int64").sum().fill_null(0).cast("int64")
        found[f"hits_{number}"] = (met & (table[OUTCOME] == rule.outcome)).cast("int64").sum().fill_null(0).cast("int64")
    return table.aggregate(**found)


def counts_of(row: Mapping[str, Any], rules: Sequence[GrownRule]) -> list[tuple[int, int]]:
    """The fetched row of ``count_rules``."""
    return [(row[f"customers_{number}"], row[f"hits_{number}"]) for number in range(len(rules))]


def tree_tables(explained: Sequence[Explained], *, as_of: date) -> tuple[pa.Table, pa.Table]:
    """insight.segment_tree and insight.segment_rule."""
    trees = [_tree_row(each, as_of) for each in explained]
    rules = [row for each in explained for row in _rule_rows(each, as_of)]
    tables = ((trees, SEGMENT_TREE), (rules, SEGMENT_RULE))
    first, second = (pa.Table.from_pylist(rows, schema=contract.schema.to_pyarrow()) for rows, contract in tables)
    return first, second


def _tree_row(one: Explained, as_of: date) -> dict[str, Any]:
    everyone = sum(one.outcomes.values())
    return {
        "as_of": as_of,
        "target": str(one.target),
        "verdict": str(one.tree.verdict),
        "customers": everyone,
        "sample": one.tree.sample,
        "metrics": " ".join(one.metrics),
        "accuracy": sum(hits for _customers, hits in one.counts) / everyone if one.counts else None,
        "held_out_accuracy": one.tree.held_out_accuracy,
        "largest_share": max(one.outcomes.values()) / everyone if everyone else None,
    }


def _rule_rows(one: Explained, as_of: date) -> list[dict[str, Any]]:
    everyone = sum(one.outcomes.values())
    counted = sorted(zip(one.tree.rules, one.counts, strict=True), key=lambda each: (-each[1][0], str(each[0].condition)))
    return [
        {
            "as_of": as_of,
            "target": str(one.target),
            "position": position,
            "outcome": rule.outcome,
            "conditions": conditions_text(rule.condition),
            "customers": customers,
            "hits": hits,
            "share": customers / everyone,
            "precision": hits / customers if customers else None,
            "coverage": hits / one.outcomes[rule.outcome] if one.outcomes.get(rule.outcome) else None,
        }
        for position, (rule, (customers, hits)) in enumerate(counted, 1)
    ]
