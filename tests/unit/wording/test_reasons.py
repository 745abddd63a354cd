"""What is missing is told as it hangs together, alternatives as alternatives, and nothing keeps the lowest tier."""

from __future__ import annotations

from decimal import Decimal

import pytest

from fenji.analyze.metrics.registry import Registry
from fenji.analyze.rules.judging import Judged, Shortfall
from fenji.domain.conditions import Comparison, Group, Junction, Operator, parse_condition
from fenji.domain.policies import Cause
from fenji.language import Language
from fenji.wording.reasons import CAUSES, cause_text
from fenji.wording.rules import Wording, missing_line, reason_lines

WORDING = Wording({each.slug: each for each in Registry.of()}, Language.EN, "CNY")
ORDERS, MEAN = "orders_12m", "average_order_value_12m"


def shortfall(metric: str, value: float, threshold: int) -> Shortfall:
    condition = Comparison(metric, Operator.AT_LEAST, Decimal(threshold))
    return Shortfall(condition, value, Decimal(threshold), Decimal(threshold) - Decimal(str(value)))


@pytest.mark.parametrize(
    ("orders", "mean", "said"),
    [
        # One order of 20: (20 + 2 x 35) / 3 = 30.
        (1, 20.0, "2 more, of CNY 35 each on average"),
        # Two of 10: (20 + 70) / 3 = 30.
        (2, 10.0, "1 more, of CNY 70 each on average"),
        (0, 0.0, "3 more, of CNY 30 each on average"),
    ],
)
def test_orders_that_are_missing_and_their_mean_are_told_together(orders: int, mean: float, said: str) -> None:
    line = missing_line((shortfall(ORDERS, orders, 3), shortfall(MEAN, mean, 30)), WORDING)
    assert line == f"orders, last twelve months: {said}"


def test_a_mean_that_is_missing_alone_is_told_alone() -> None:
    assert missing_line((shortfall(MEAN, 20.0, 30),), WORDING) == "average order value, last twelve months: CNY 10 more"


def test_alternatives_are_no_failures() -> None:
    parts = ("orders_12m >= 6", "net_revenue_12m >= 1000")
    judged = tuple(
        Judged(parse_condition(each), met, value, None) for each, met, value in zip(parts, (False, True), (1, 1500), strict=True)
    )
    group = Group(Junction.ANY, tuple(each.condition for each in judged))
    head, first, second = reason_lines(Judged(group, met=True, parts=judged), WORDING)
    assert head == "One of these is enough, and is there:"
    assert first.startswith("1) orders")
    assert second.startswith("2) net revenue")
    assert reason_lines(Judged(group, met=False, parts=judged), WORDING)[0] == "One of these would be enough:"


def test_the_lowest_tier_is_not_kept() -> None:
    assert cause_text(Cause.KEPT, is_lowest=True) == "unchanged: the lowest tier"
    assert cause_text(Cause.KEPT, is_lowest=False) == CAUSES[Cause.KEPT]
    assert cause_text(Cause.NEW, is_lowest=True) == CAUSES[Cause.NEW]
