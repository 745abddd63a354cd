"""Four verbs without a workspace: the same numbers as a run, whatever library the table is of, and every fault at once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import ibis
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import fenji
from fenji.errors import InvalidArgument, InvalidDocument
from fenji.language import Language
from fenji.workflow.initiating import init_workspace
from fenji.workflow.running import run_all
from fenji.workflow.value import value_at
from fixtures.lively_shop import AS_OF as LAST_DAY
from fixtures.lively_shop import lively, shop_of

AS_OF = date(2026, 3, 31)
SOURCES = """
sources:
  - source: shop
    feed: order_line
    files: orders.csv
    columns:
      {order_id: order, customer_id: customer, ordered_at: at, line_amount: amount, category: kind, channel: way, quantity: pieces}
"""
ROWS = (
    # order, customer, day, amount, category, channel, pieces; below zero: a return
    ("1", "ann", date(2025, 4, 1), "1000.00", "tea", "shop", 2),
    ("1", "ann", date(2025, 4, 1), "0.10", "pots", "shop", 1),
    ("2", "ann", date(2026, 2, 5), "500.55", "tea", "web", 1),
    ("3", "bob", date(2025, 3, 31), "900.00", "tea", "web", 1),
    ("4", "bob", date(2026, 3, 31), "10.05", "pots", "web", 3),
    ("5", "cho", date(2026, 4, 1), "77.00", "tea", "web", 1),
)
HEADER = ("order_id", "customer_id", "ordered_on", "net_revenue", "category", "channel", "quantity")
POLICY = """
policy: shop
version: 1
effective_on: 2026-01-01
author: sales
why: because
tiers:
  - {tier: entry, name: {zh: 初级, en: Entry}}
  - {tier: vip, name: {zh: 贵宾, en: VIP}, qualify: net_revenue_12m >= 500}
caps:
  - {when: units_12m > 3, at_most: entry, why: traders}
"""


def orders() -> pd.DataFrame:
    found = pd.DataFrame(ROWS, columns=HEADER)
    return found.assign(ordered_on=pd.to_datetime(found.ordered_on), net_revenue=found.net_revenue.astype(float))


def test_metrics_equal_those_of_a_run(tmp_path: Path) -> None:
    init_workspace(tmp_path, template="spend", language=Language.EN)
    (tmp_path / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    lines = ["order,customer,at,amount,kind,way,pieces"]
    lines += [",".join(map(str, row)) for row in ROWS]
    (tmp_path / "orders.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    run_all(tmp_path, as_of=AS_OF)
    book = fenji.open(tmp_path)
    names = book.table("clean.customer").to_pandas().set_index("customer_key")["customer_id"]
    stored = book.table("insight.customer_metric").to_pandas()
    stored["customer_id"] = stored.customer_key.map(names)
    found = fenji.customer_metrics(orders(), as_of=AS_OF)
    assert list(found.customer_id) == ["ann", "bob"]  # cho came a day later
    compared = [name for name in found.columns if name != "as_of"]
    assert {"net_revenue_12m", "orders_12m", "mean_days_between_orders", "categories_total"} <= set(compared)
    expected = stored.set_index("customer_id").loc[["ann", "bob"]].reset_index()[compared]
    pd.testing.assert_frame_equal(found[compared], expected, check_dtype=False)


def test_the_day_bounds_the_window_on_both_sides() -> None:
    found = fenji.customer_metrics(orders(), as_of=AS_OF).set_index("customer_id")
    # ann's order of 1 April a year before is within twelve whole months, bob's of 31 March is not.
    assert found.net_revenue_12m.to_dict() == {"ann": Decimal("1500.65"), "bob": Decimal("10.05")}


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        (lambda frame: frame, pd.DataFrame),
        (pl.from_pandas, pl.DataFrame),
        (pa.Table.from_pandas, pa.Table),
        (ibis.memtable, ibis.Table),
    ],
)
def test_the_answer_is_of_the_library_that_was_given(made, kind) -> None:
    found = fenji.customer_metrics(made(orders()), as_of=AS_OF)
    assert isinstance(found, kind)
    assert len(found.to_pandas() if kind is not pd.DataFrame else found) == 2


def test_tiers_follow_the_policy_and_its_caps() -> None:
    metrics = fenji.customer_metrics(orders(), as_of=AS_OF)
    found = fenji.assign_tiers(metrics, POLICY)
    # ann bought 4 pieces in twelve months, and bob 3 for too little.
    assert [tuple(row) for row in found.itertuples(index=False)] == [
        ("ann", "entry", "vip", "cap"),
        ("bob", "entry", "entry", "new"),
    ]
    assert list(fenji.assign_tiers(metrics.assign(units_12m=1), POLICY).tier) == ["vip", "entry"]


def test_other_names_of_columns_are_said() -> None:
    renamed = orders().rename(columns={"customer_id": "客户", "net_revenue": "实付"})
    found = fenji.customer_metrics(renamed, as_of=AS_OF, columns={"customer_id": "客户", "net_revenue": "实付"})
    pd.testing.assert_frame_equal(found, fenji.customer_metrics(orders(), as_of=AS_OF))


def test_every_fault_of_a_table_is_told_at_once() -> None:
    broken = orders().assign(net_revenue="many", ordered_on="soon")
    with pytest.raises(InvalidArgument) as refused:
        fenji.customer_metrics(broken, as_of=AS_OF)
    assert {each.place.column for each in refused.value.problems} == {"net_revenue", "ordered_on"}
    with pytest.raises(InvalidArgument, match="customer_id"):
        fenji.customer_metrics(orders().drop(columns="customer_id"), as_of=AS_OF)
    with pytest.raises(InvalidArgument, match="infinite"):
        fenji.customer_metrics(orders().assign(net_revenue=float("inf")), as_of=AS_OF)
    with pytest.raises(InvalidArgument, match="table is expected"):
        fenji.customer_metrics([1, 2], as_of=AS_OF)


def test_a_row_without_customer_day_or_amount_is_refused_and_not_dropped() -> None:
    with pytest.raises(InvalidArgument, match="1 rows have no value"):
        fenji.customer_metrics(orders().assign(customer_id=["ann", None, "ann", "bob", "bob", "cho"]), as_of=AS_OF)


def test_tiers_need_the_metrics_of_the_policy_once_per_customer() -> None:
    metrics = fenji.customer_metrics(orders(), as_of=AS_OF)
    with pytest.raises(InvalidArgument, match="units_12m"):
        fenji.assign_tiers(metrics.drop(columns="units_12m"), POLICY)
    with pytest.raises(InvalidArgument, match="several rows"):
        fenji.assign_tiers(pd.concat([metrics, metrics]), POLICY)


def test_a_policy_is_linted_as_text_and_as_file(tmp_path: Path) -> None:
    without_cap = POLICY.partition("caps:")[0]
    assert fenji.lint_policy(without_cap) == ()
    file = tmp_path / "shop.yaml"
    file.write_text(without_cap.replace("net_revenue_12m", "net_revenu_12m"), encoding="utf-8")
    (found,) = fenji.lint_policy(file)
    assert (found.code, dict(found.problem.values)["guess"]) == ("unknown_metric", "net_revenue_12m")
    assert [each.severity for each in fenji.lint_policy("policy: [")] == ["error"]
    with pytest.raises(InvalidDocument):
        fenji.assign_tiers(orders(), "policy: [")


def test_values_equal_those_of_a_run(tmp_path: Path) -> None:
    orders_made = lively(120)
    shop = shop_of(tmp_path / "shop", orders_made)
    value = value_at(shop, as_of=LAST_DAY, top=1000)
    frame = pd.DataFrame(orders_made, columns=["customer_id", "ordered_on", "net_revenue"])
    frame = frame.assign(ordered_on=pd.to_datetime(frame.ordered_on), net_revenue=frame.net_revenue.astype(float))
    found = fenji.value_customers(frame, as_of=LAST_DAY).set_index("customer_id")
    assert len(found) == frame.customer_id.nunique() == len(value.top)
    for each in value.top:
        own = found.loc[each.customer_id]
        assert own.order_days == each.order_days
        assert own.expected_orders_12m == pytest.approx(each.expected_orders_12m, rel=1e-6)
        assert float(own.clv) == pytest.approx(float(each.clv), abs=0.01)


def test_two_customers_with_one_order_number_have_an_order_each_and_an_order_has_one_day() -> None:
    shared = pd.DataFrame(
        {
            "order_id": ["7", "7", "7"],
            "customer_id": ["ann", "bob", "bob"],
            "ordered_on": pd.to_datetime(["2026-01-05", "2026-01-06", "2026-01-09"]),
            "net_revenue": [10.0, 20.0, 30.0],
        }
    )
    found = fenji.customer_metrics(shared, as_of=AS_OF).set_index("customer_id")
    assert found.orders_12m.to_dict() == {"ann": 1, "bob": 1}
    assert found.largest_order_value_12m.to_dict() == {"ann": Decimal("10.00"), "bob": Decimal("50.00")}
    assert found.days_since_last_order.to_dict() == {"ann": 85, "bob": 84}
