"""Value follows churn's probability of being active where that is to be believed: worked by hand for one active, one fading, one lost customer."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from fenji.analyze.churn.beside import silent_probability
from fenji.analyze.priority.measures import measured_customers
from fenji.analyze.value.agreeing import IN_LIMIT, agreed, orders_within, shared, sums_of, with_limit
from fenji.analyze.value.purchase_forecast import alive_probability
from fenji.domain.priority import CHURN_MEASURE
from fenji.domain.value import OrderModel
from fixtures.buyers import drawn_from, model_of
from fixtures.published_reviews import POLICY

MONEY = pa.decimal128(18, 2)
KEYS = [1, 2, 3, 4]
# 1 is active and 2 is half as far past the limit of 100 days as fading goes; 3 is past fading, of 4 churn knows nothing.
RISKS = {
    "silent_days": [50, 150, 400, None],
    "limit_days": [100.0] * 4,
    "is_at_risk_set": [True, False, False, False],
    "churn_probability": [0.6, None, None, None],
    "fading_probability": [0.6, 0.4, 0.0, None],
}
SCORED = {
    "p_alive": [0.5, 0.5, 0.5, 0.5],
    "p_alive_12m": [0.4, 0.4, 0.4, 0.4],
    "order_probability_12m": [0.4, 0.4, 0.4, 0.4],
    "expected_orders_12m": [2.0, 2.0, 2.0, 2.0],
    "expected_orders_12m_lower": [1.0, 1.0, 1.0, None],
    "expected_orders_12m_upper": [4.0, 4.0, 4.0, None],
    "expected_order_value": [10, 10, 10, 10],
    "expected_revenue_12m": [20, 20, 20, 20],
    "expected_revenue_12m_lower": [10, 10, 10, None],
    "expected_revenue_12m_upper": [40, 40, 40, None],
    "clv": [60, 60, 60, 60],
}


def scores_in(duck, within=(0.25, 0.25, 0.25, 0.25)):
    money = {"expected_order_value", "expected_revenue_12m", "expected_revenue_12m_lower", "expected_revenue_12m_upper", "clv"}
    columns = {
        name: pa.array([None if each is None else Decimal(each) for each in values], MONEY)
        if name in money
        else pa.array(values, pa.float64())
        for name, values in SCORED.items()
    }
    keys = pa.array(KEYS, pa.int64())
    limit = pa.table({"within_key": keys, IN_LIMIT: pa.array(within, pa.float64())})
    return with_limit(duck.from_arrow(pa.table({"customer_key": keys, **columns})), duck.from_arrow(limit))


def risks_in(duck):
    return duck.from_arrow(pa.table({"customer_key": pa.array(KEYS, pa.int64()), **RISKS}))


def rows_of(duck, table):
    return duck.fetch(table.order_by("customer_key")).to_pylist()


def test_the_probability_of_being_active_becomes_churns_and_the_sums_stay(duck):
    both = duck.stage(shared(scores_in(duck), risks_in(duck)))
    # 1: churn gives an order 0.4 where the model gives 0.25: 1.6 times as probable. 2: at the limit churn gives 1 - 0.4 / 0.5 = 0.2, 0.8
    # times the model's, of which half counts at half of fading. 3 and 4 stay.
    assert [each["share"] for each in rows_of(duck, both)] == pytest.approx([1.6, 0.9, 1.0, 1.0])
    (sums,) = duck.fetch(sums_of(both)).to_pylist()
    found = rows_of(duck, agreed(both, sums))
    assert [each["p_alive"] for each in found] == pytest.approx([0.8, 0.45, 0.5, 0.5])
    assert [each[IN_LIMIT] for each in found] == pytest.approx([0.4, 0.225, 0.25, 0.25])
    assert [each["order_probability_12m"] for each in found] == pytest.approx([0.64, 0.36, 0.4, 0.4])
    keeps = 4 / 4.5
    assert [each["expected_orders_12m"] for each in found] == pytest.approx([2 * each * keeps for each in (1.6, 0.9, 1.0, 1.0)])
    assert sum(each["expected_orders_12m"] for each in found) == pytest.approx(8)
    assert float(sum(each["expected_revenue_12m"] for each in found)) == pytest.approx(80, abs=0.02)
    assert float(sum(each["clv"] for each in found)) == pytest.approx(240, abs=0.02)
    assert [float(each["expected_revenue_12m_upper"]) for each in found[:2]] == pytest.approx([64 * keeps, 36 * keeps], abs=0.01)
    assert found[3]["expected_revenue_12m_upper"] is None
    assert [each["expected_order_value"] for each in found] == [Decimal(10)] * 4


def test_nobody_is_more_surely_a_customer_than_surely(duck):
    both = shared(scores_in(duck, within=(0.05, 0.25, 0.25, 0.0)), risks_in(duck))
    (first, *_rest, last) = rows_of(duck, both)
    assert first["share"] == pytest.approx(2)
    assert last["share"] == 1


def test_within_the_limit_is_what_churn_is_measured_beside():
    model = model_of(OrderModel.MBG_NBD, 0.9, 8.0, 0.7, 2.0)
    buyers = drawn_from(model, 300, weeks=26, seed=4)
    histories = pa.table({"customer_key": np.arange(300), "repeats": buyers.repeats.astype(int), "recency_days": buyers.recency * 7, "age_days": buyers.age * 7})  # fmt: skip
    found = orders_within(histories, model, days=180)
    assert found["within_key"].to_pylist() == list(range(300))
    assert found[IN_LIMIT].to_numpy() == pytest.approx(1 - silent_probability(model, histories, days=180))
    assert (found[IN_LIMIT].to_numpy() <= alive_probability(model, buyers.repeats, buyers.recency, buyers.age)).all()


@pytest.mark.parametrize(("believes_value", "expected"), [(False, [0.6, 0.4, 0.0, None]), (True, [0.7, 0.3, 0.0, None])])
def test_priority_counts_the_risk_that_is_to_be_believed_and_fades_it_alike(duck, believes_value, expected):
    value = scores_in(duck, within=(0.3, 0.4, 0.1, None))
    keys = pa.array(KEYS, pa.int64())
    panel = duck.from_arrow(pa.table({"customer_key": keys}))
    tiers = duck.from_arrow(pa.table({"customer_key": keys, "tier": pa.array([None] * 4, pa.string())}))
    found = measured_customers(
        panel, value, risks_in(duck), tiers, policy=POLICY, measures=[CHURN_MEASURE], believes_value=believes_value
    )
    assert [each[CHURN_MEASURE] for each in rows_of(duck, found)] == [
        None if each is None else pytest.approx(each) for each in expected
    ]
