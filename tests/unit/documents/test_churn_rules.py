"""analyses/churn.yaml says when a customer has left; what it does not say is as by default, and all slips are told at once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from fenji.documents.churn import churn_rules_from_text
from fenji.domain.churn import DEFAULT_RULES, ChurnBy
from fenji.errors import InvalidDocument


def test_nothing_said_is_the_default_and_nothing_declared() -> None:
    assert churn_rules_from_text("", "churn.yaml") == DEFAULT_RULES
    assert not DEFAULT_RULES.is_declared


def test_every_choice_is_read() -> None:
    text = """
by: rhythm
days: 90
rhythm: {intervals: 2.5, least_days: 20, most_days: 120}
contract_days: 60
classes: {high: 0.7, middle: 0.4}
learning: {dates: 2, customers: 5000, seed: 1}
"""
    found = churn_rules_from_text(text, "churn.yaml")
    assert (found.by, found.days, found.intervals, found.least_days, found.most_days) == (
        ChurnBy.RHYTHM,
        90,
        Decimal("2.5"),
        20,
        120,
    )
    assert (found.contract_days, found.high, found.middle) == (60, Decimal("0.7"), Decimal("0.4"))
    assert (found.dates, found.customers, found.seed, found.is_declared) == (2, 5000, 1, True)
    assert found.horizon_days == 120


def test_all_slips_are_told_at_once_each_at_its_line() -> None:
    text = "by: weeks\nclasses: {high: 0.2, middle: 0.4}\nrhythm: {least_days: 90, most_days: 30}\nday: 3\n"
    with pytest.raises(InvalidDocument) as caught:
        churn_rules_from_text(text, "churn.yaml")
    assert sorted(each.place.row for each in caught.value.problems if each.place) == [1, 2, 3, 4]
