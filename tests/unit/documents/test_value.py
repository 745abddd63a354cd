"""analyses/value.yaml says where classes end and how the future is discounted; every mistake in it is told at once, at its line."""

from __future__ import annotations

from decimal import Decimal

import pytest

from fenji.documents.value import value_rules_from_text
from fenji.domain.value import DEFAULT_RULES, ClassCuts, CutBy, PotentialMeasure, ValueMeasure, ValueRules
from fenji.errors import InvalidDocument


def test_what_is_not_said_is_as_by_default():
    assert value_rules_from_text("", "value.yaml") == DEFAULT_RULES
    changed = value_rules_from_text("clv_months: 24", "value.yaml")
    assert (changed.clv_months, changed.current) == (24, DEFAULT_RULES.current)


def test_a_document_in_full():
    text = """
current: {measure: margin_12m, by: amount, high: 5000, middle: 1000.50}
potential: {measure: clv, by: customer_share, high: 0.1, middle: 0.3}
discount_rate_yearly: 0.08
clv_months: 24
holdout_weeks: 13
"""
    assert value_rules_from_text(text, "value.yaml") == ValueRules(
        ClassCuts(ValueMeasure.MARGIN_12M, CutBy.AMOUNT, Decimal(5000), Decimal("1000.5")),
        ClassCuts(PotentialMeasure.CLV, CutBy.CUSTOMER_SHARE, Decimal("0.1"), Decimal("0.3")),
        Decimal("0.08"),
        24,
        13,
    )


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("current: {by: amount, high: 10, middle: 20}", 1, "the middle class begins at a smaller amount"),
        ("clv_months: 36\npotential: {by: revenue_share, high: 0.8, middle: 0.2}", 2, "something must be left for low"),
        ("curent: {by: amount, high: 10, middle: 2}", 1, "current"),
        ("current: {by: revenu_share, high: 0.8, middle: 0.1}", 1, "revenue_share"),
        ("potential: {measure: net_revenue_12m, by: amount, high: 9, middle: 1}", 1, "expected_revenue_12m"),
        ("clv_months: 600", 1, "at most 60"),
        ("discount_rate_yearly: -1", 1, "at least 0"),
    ],
)
def test_what_cannot_be_used_is_told_at_its_line(text, line, said):
    with pytest.raises(InvalidDocument) as caught:
        value_rules_from_text(text, "value.yaml")
    (problem,) = caught.value.problems
    assert (problem.place.file, problem.place.row) == ("value.yaml", line)
    assert said in str(caught.value)
