"""Scores are what the models say of each customer; what is not known is null; lifetime value is the sum of discounted months."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest

from fenji.analyze.value.fitting import WEEKS_PER_MONTH, WEEKS_PER_YEAR, RhythmFound, ValueModels, average_rate
from fenji.analyze.value.purchase_forecast import alive_probability, orders_while_alive
from fenji.analyze.value.purchase_models import PurchaseModel
from fenji.analyze.value.scoring import SCORES, Discounting, Misfit, score_customers
from fenji.analyze.value.spend import SpendFit, spend_expected
from fenji.domain.value import Choice, OrderModel, Rhythm, SpendModel

NOTHING = RhythmFound(Rhythm.UNKNOWN, 0, None, None, None)
SURE = tuple(tuple(0.01 * (row == column) for column in range(4)) for row in range(4))
MODEL = PurchaseModel(OrderModel.MBG_NBD, 0.525, 6.183, 0.891, 1.614, 0.0, SURE, 2357)
SPEND = SpendFit(35.0, 6.25, 3.74, 15.44, 0.0, tuple(row[:3] for row in SURE[:3]), 946)

SHOWN = Misfit(0.0, 0.0)
"""Models that were no further off on past days than they reckon."""


def models(purchase: PurchaseModel | None, spend: SpendFit | None, rate: tuple = (None, None, None)) -> ValueModels:
    kind = OrderModel.AVERAGE_RATE if purchase is None else purchase.kind
    return ValueModels(kind, Choice.ENOUGH, purchase, None, 3, 1, *rate, SpendModel.AVERAGE, Choice.ENOUGH, spend, None, NOTHING)


def rows(*customers: tuple[int, int, int, int, str]) -> pa.Table:
    keys, repeats, recency, age, revenue = zip(*customers, strict=True) if customers else [()] * 5
    whole = {
        name: pa.array(values, pa.int64())
        for name, values in (("customer_key", keys), ("repeats", repeats), ("recency_days", recency), ("age_days", age))
    }
    return pa.table({**whole, "revenue": pa.array([Decimal(each) for each in revenue], pa.decimal128(18, 2))})


PEOPLE = rows((1, 2, 213, 272, "67.05"), (2, 0, 0, 272, "20"), (3, 0, 0, 0, "-5"), (4, 9, 200, 210, "1000"))


def test_scores_are_those_of_the_models():
    found = score_customers(PEOPLE, models(MODEL, SPEND), Discounting(12, 0.1), SHOWN).to_pylist()
    seen = [np.array([each]) for each in (2.0, 213 / 7, 272 / 7)]
    alive = alive_probability(MODEL, *seen)[0]
    orders = alive * orders_while_alive(MODEL, seen[0], seen[2], WEEKS_PER_YEAR)[0]
    spend = spend_expected(SPEND, np.array([3.0]), np.array([22.35]))[0]
    first = found[0]
    assert (first["p_alive"], first["expected_orders_12m"]) == pytest.approx((alive, orders))
    assert (float(first["expected_order_value"]), float(first["expected_revenue_12m"])) == pytest.approx(
        (spend, spend * orders), abs=0.005
    )
    months = [0.0, *(alive * orders_while_alive(MODEL, seen[0], seen[2], month * WEEKS_PER_MONTH)[0] for month in range(1, 13))]
    discounted = sum((after - before) / 1.1 ** (month / 12) for month, (before, after) in enumerate(pairwise(months), 1))
    assert float(first["clv"]) == pytest.approx(discounted * spend, abs=0.005)
    for each in found:
        assert each["expected_orders_12m_lower"] < each["expected_orders_12m"] < each["expected_orders_12m_upper"]
        assert each["expected_revenue_12m_lower"] < each["expected_revenue_12m"] < each["expected_revenue_12m_upper"]
        assert 0 <= each["p_alive_12m"] <= each["p_alive"] <= 1
        assert each["order_probability_12m"] <= each["p_alive"]
        assert each["clv"] < each["expected_revenue_12m"]


def test_without_discount_twelve_months_are_worth_their_revenue():
    found = score_customers(PEOPLE, models(MODEL, SPEND), Discounting(12, 0.0), SHOWN).to_pylist()
    assert [each["clv"] for each in found] == [each["expected_revenue_12m"] for each in found]


def test_more_orders_more_spending_and_fresher_orders_are_never_worth_less():
    fresh = rows(*((key, 3, 100 + 20 * key, 300, "300") for key in range(1, 10)))
    dear = rows(*((key, 3, 200, 300, str(100 * key)) for key in range(1, 10)))
    for people in (fresh, dear):
        values = [each["clv"] for each in score_customers(people, models(MODEL, SPEND), Discounting(36, 0.1), SHOWN).to_pylist()]
        assert values == sorted(values)


def test_without_a_model_everybody_orders_at_the_average_rate_and_nobody_is_called_lost():
    rate = average_rate(10, 100)
    found = score_customers(PEOPLE, models(None, SpendFit(20.0), rate), Discounting(24, 0.1), SHOWN).to_pylist()
    assert {each["p_alive"] for each in found} == {each["order_probability_12m"] for each in found} == {None}
    assert {each["expected_orders_12m"] for each in found} == {0.1 * WEEKS_PER_YEAR}
    assert {each["expected_orders_12m_upper"] for each in found} == {rate[2] * WEEKS_PER_YEAR}
    assert {each["expected_revenue_12m"] for each in found} == {Decimal(str(round(2 * WEEKS_PER_YEAR, 2)))}
    assert {each["expected_revenue_12m_upper"] for each in found} == {None}
    assert all(each["clv"] > each["expected_revenue_12m"] for each in found)


def test_what_nothing_is_known_of_is_null():
    found = score_customers(PEOPLE, models(None, None), Discounting(24, 0.1), SHOWN).to_pylist()
    assert [{name: value for name, value in each.items() if value is not None} for each in found] == [
        {"customer_key": key} for key in (1, 2, 3, 4)
    ]
    assert score_customers(rows(), models(MODEL, SPEND), Discounting(24, 0.1), SHOWN).schema == SCORES


def test_a_model_without_a_clear_peak_gives_expectations_without_intervals():
    vague = PurchaseModel(OrderModel.BG_NBD, 0.5, 6.0, 0.9, 1.6, 0.0, None, 50)
    for each in score_customers(PEOPLE, models(vague, SPEND), Discounting(12, 0.1), SHOWN).to_pylist():
        assert each["expected_revenue_12m"] > 0
        assert (each["expected_orders_12m_lower"], each["expected_revenue_12m_upper"]) == (None, None)


def test_intervals_hold_what_past_days_have_shown_and_are_not_given_untried():
    def ends(misfit: Misfit | None) -> tuple:
        first = score_customers(PEOPLE, models(MODEL, SPEND), Discounting(12, 0.1), misfit).to_pylist()[0]
        return tuple(first[f"expected_{each}_12m_upper"] for each in ("orders", "revenue"))

    orders, revenue = ends(SHOWN)
    wider_orders, wider_revenue = ends(Misfit(0.04, 0.25))
    first = score_customers(PEOPLE, models(MODEL, SPEND), Discounting(12, 0.1), SHOWN).to_pylist()[0]
    own = np.log(orders / first["expected_orders_12m"]) / 1.959964
    assert np.log(wider_orders / first["expected_orders_12m"]) / 1.959964 == pytest.approx(np.hypot(own, 0.2))
    assert wider_revenue > revenue * Decimal(2)
    assert ends(None) == (None, None)
