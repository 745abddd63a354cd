"""The value of a shop's customers is computed once, read back, and said in words; small shops are told what is missing."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from fenji.answers.value import ValueResult
from fenji.domain.value import Choice, OrderModel, SpendModel
from fenji.errors import InvalidDocument, NotFound
from fenji.language import Language
from fenji.tables.insight_value import VALUE_SUMMARY
from fenji.workflow.value import value_at
from fixtures.lively_shop import lively, orders_of, shop_of


@pytest.fixture(scope="module")
def lively_shop(tmp_path_factory) -> Path:
    return shop_of(tmp_path_factory.mktemp("lively") / "shop", lively(400))


def test_a_lively_shop_has_models_and_everything_adds_up(lively_shop):
    result = value_at(lively_shop)
    assert result.order_model.model is OrderModel.MBG_NBD
    assert result.order_model.choice in {Choice.LIKELIER, Choice.EQUALLY_LIKELY}
    assert result.order_model.alpha_lower < result.order_model.alpha < result.order_model.alpha_upper
    assert [(each.model, each.is_chosen) for each in result.order_models] == [
        (OrderModel.MBG_NBD, True),
        (OrderModel.BG_NBD, False),
        (OrderModel.AVERAGE_RATE, False),
    ]
    assert result.spend_model.model is SpendModel.GAMMA_GAMMA
    assert sum(row.customers for row in result.grid) == sum(row.buyers for row in result.grid) == 400
    summary = result.summary
    assert sum(row.expected_orders_12m for row in result.grid) == pytest.approx(summary.expected_orders_12m)
    assert sum(row.expected_revenue_12m for row in result.grid) == summary.expected_revenue_12m
    assert summary.expected_orders_12m_lower < summary.expected_orders_12m < summary.expected_orders_12m_upper
    assert summary.expected_revenue_12m_lower < summary.expected_revenue_12m < summary.expected_revenue_12m_upper
    assert (summary.buyers, summary.contract_customers, summary.contracts) == (400, 0, None)
    # Customers came evenly over 500 of 731 days.
    assert summary.beginning_share == pytest.approx(28 / 500, abs=0.03)
    assert "first four weeks" not in told(result)
    assert [row.clv for row in result.top] == sorted((row.clv for row in result.top), reverse=True)
    assert (len(result.top), result.survival) == (10, ())
    # The trial: 26 weeks, every week once, and cumulated right.
    assert [row.week for row in result.tracking if row.is_holdout] == list(range(26))
    assert result.tracking[-1].actual_cumulative == sum(row.actual for row in result.tracking)
    held = sum(row.actual for row in result.tracking if row.is_holdout)
    assert summary.holdout_actual == held == sum(row.actual for row in result.holdout)
    assert abs(summary.holdout_error_share) < 0.25


def test_it_is_computed_once_and_again_only_when_something_has_changed(lively_shop, tmp_path):
    first = value_at(lively_shop)
    assert value_at(lively_shop).run_id == first.run_id
    (lively_shop / "analyses").mkdir(exist_ok=True)
    file = lively_shop / "analyses" / "value.yaml"
    try:
        file.write_text("current: {by: amount, high: 200, middle: 50}\nclv_months: 12\ndiscount_rate_yearly: 0\n", "utf-8")
        changed = value_at(lively_shop)
        assert changed.run_id != first.run_id
        assert (changed.summary.current_high, changed.summary.current_middle) == (200, 50)
        assert float(changed.summary.clv) == pytest.approx(float(changed.summary.expected_revenue_12m))
        file.write_text("current: {by: amount, hihg: 200, middle: 50}\n", "utf-8")
        with pytest.raises(InvalidDocument, match="high"):
            value_at(lively_shop)
    finally:
        file.unlink()


def test_a_run_whose_tables_have_another_shape_is_computed_again(lively_shop, tmp_path):
    first = value_at(lively_shop)
    # A copy, because a session remembers what stands in a published run; without manifests, as runs of an earlier fenji were.
    earlier = Path(shutil.copytree(lively_shop, tmp_path / "earlier"))
    (file,) = (earlier / "store" / VALUE_SUMMARY.full_name / f"run={first.run_id}").rglob("*.parquet")
    rows = pq.read_table(file, partitioning=None)
    pq.write_table(rows.drop_columns(["clv"]), file)
    with closing(sqlite3.connect(earlier / "fenji.db")) as state:
        state.execute("UPDATE run_table SET has_manifest = 0")
        state.commit()
    again = value_at(earlier)
    assert again.run_id != first.run_id
    assert again.summary.clv == first.summary.clv


def test_an_unknown_customer_is_said(lively_shop):
    with pytest.raises(NotFound, match="no customer is known by this"):
        value_at(lively_shop, customer="nobody")


def told(result: ValueResult) -> str:
    return "\n".join(each.describe(Language.EN) for each in result.warnings)


def test_a_small_shop_is_told_what_is_missing_and_nothing_is_made_up(tmp_path):
    # Three repeat orders in 5 x 364 days of being customers: as many in a year for each, 0.602.
    shop = shop_of(tmp_path / "shop", orders_of(*[("2025-01-01", "2025-03-01")] * 3, *[("2025-01-01",)] * 2))
    result = value_at(shop)
    assert (result.order_model.model, result.order_model.choice, result.spend_model.model) == (
        OrderModel.AVERAGE_RATE,
        Choice.TOO_FEW_BUYERS,
        SpendModel.AVERAGE,
    )
    assert "100 % of the customers have their first order in the first four weeks" in told(result)
    assert "5 customers have ordered, 3 of them more than once: too few for a model" in told(result)
    for row in result.top:
        assert (row.p_alive, row.expected_revenue_12m_upper) == (None, None)
        assert row.expected_orders_12m == pytest.approx(0.602, abs=0.001)
        assert row.expected_orders_12m_lower < 0.2
        assert row.expected_orders_12m_upper > 1.5
