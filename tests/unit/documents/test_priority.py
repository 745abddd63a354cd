"""analyses/priority.yaml says what counts and how much; every mistake in it is told at once, at its line."""

from __future__ import annotations

from decimal import Decimal

import pytest

from fenji.documents.priority import priority_rules_from_text
from fenji.domain.priority import CONTRACT_RULES, DEFAULT_RULES, First, ParetoRule, Part, PartRule
from fenji.errors import InvalidDocument

NO_WEIGHT = "parts: {" + ", ".join(f"{part}: {{weight: 0}}" for part in Part) + "}"
KNOWN = {"net_revenue_12m", "expected_revenue_12m", "clv", "p_alive", "satisfaction_12m", "nps_12m"}


def test_what_is_not_said_is_as_by_default():
    assert priority_rules_from_text("", "priority.yaml", KNOWN) == DEFAULT_RULES
    changed = priority_rules_from_text("parts: {value: {weight: 3}}\ncapacity: 20", "priority.yaml", KNOWN)
    assert changed.rule_of(Part.VALUE) == PartRule(Part.VALUE, "net_revenue_12m", Decimal(3))
    assert (changed.rule_of(Part.TIER), changed.capacity) == (DEFAULT_RULES.rule_of(Part.TIER), 20)


def test_a_document_in_full():
    text = """
parts:
  value:        {weight: 40, scale: [0, 10000]}
  potential:    {measure: clv, weight: 30, missing: 50}
  churn_risk:   {weight: 20, missing: leave_out}
  satisfaction: {measure: nps_12m, weight: 10, first: high}
  tier:         {weight: 0}
capacity: 500
pareto:   {measure: clv, a: 0.7, b: 0.9}
upgrade:  {gap: 0.3, expected_gap: 0.1}
watch:    {margin: 0.05}
frequent: {orders_12m: 3, new_days: 60, top_share: 0.1}
"""
    rules = priority_rules_from_text(text, "priority.yaml", KNOWN)
    zero, one = Decimal(0), Decimal(1)
    assert rules.parts == (
        PartRule(Part.VALUE, "net_revenue_12m", Decimal(40), scale=(zero, Decimal(10000))),
        PartRule(Part.POTENTIAL, "clv", Decimal(30), missing=Decimal(50)),
        PartRule(Part.CHURN_RISK, "churn_probability", Decimal(20), scale=(zero, one)),
        # Another measure is not on the scale of the default's: it is taken by percentile.
        PartRule(Part.SATISFACTION, "nps_12m", Decimal(10), First.HIGH),
    )
    assert (rules.capacity, rules.pareto) == (500, ParetoRule("clv", Decimal("0.7"), Decimal("0.9")))
    assert (rules.upgrade_gap, rules.upgrade_expected_gap, rules.watch_margin) == tuple(map(Decimal, ("0.3", "0.1", "0.05")))
    assert (rules.frequent_orders, rules.new_days, rules.frequent_share) == (3, 60, Decimal("0.1"))
    assert [rules.share_of(each) for each in rules.parts] == [0.4, 0.3, 0.2, 0.1]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("capacity: 5\nparts: {value: {measure: net_revenu_12m}}", 2, "Did you mean net_revenue_12m?"),
        ("pareto: {measure: profit}", 1, "unknown measure 'profit'"),
        ("pareto: {a: 0.9, b: 0.8}", 1, "class B ends at a larger share than class A"),
        ("parts:\n  satisfaction: {scale: [100, 0]}", 2, "the lowest value of a scale must be smaller"),
        (NO_WEIGHT, 1, "all weights are 0"),
        ("parts: {worth: {weight: 1}}", 1, "value"),
        ("parts: {value: {weight: -1}}", 1, "at least 0"),
        ("capacity: 0", 1, "at least 1"),
        ("frequent: {top_share: 20}", 1, "less than 1"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_told_at_its_line(text, line, said):
    with pytest.raises(InvalidDocument) as caught:
        priority_rules_from_text(text, "priority.yaml", KNOWN)
    assert {(each.place.file, each.place.row) for each in caught.value.problems} == {("priority.yaml", line)}
    assert said in str(caught.value)


def test_all_problems_are_told_at_once():
    text = "parts: {value: {measure: a}, potential: {measure: b}}\npareto: {measure: c}"
    with pytest.raises(InvalidDocument) as caught:
        priority_rules_from_text(text, "priority.yaml", KNOWN)
    assert len(caught.value.problems) == 3


def test_where_contracts_are_the_defaults_only_what_is_said_differs():
    rules = priority_rules_from_text("capacity: 5", "priority.yaml", defaults=CONTRACT_RULES)
    assert [each.measure for each in rules.parts][:2] == ["monthly_fee_running", "expected_fees_12m"]
    assert (rules.pareto.measure, rules.capacity) == ("monthly_fee_running", 5)
    mixed = priority_rules_from_text("parts: {potential: {measure: clv}}", "priority.yaml", defaults=CONTRACT_RULES)
    assert [each.measure for each in mixed.parts][:2] == ["monthly_fee_running", "clv"]
