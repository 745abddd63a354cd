"""Scores and classes fall where they were worked by hand, equal values always together, and every combination of scores has one name."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path

import duckdb
import ibis
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fenji.analyze.segments.assembling import only_new, rfm_names
from fenji.analyze.segments.cuts import classed, cut_from, cut_table, cuts_to_draw, declared_cuts, drawn_cuts, scored
from fenji.domain.segments import BINS, RFM_NAMES, ClassPlan, RfmPlan, RfmSegment, ScorePlan, SegmentPlan
from fenji.engines.duck import DuckEngine
from fenji.engines.engine import Engine
from fixtures.laws import law

PROJECT = Path(__file__).parents[4]
DATA = PROJECT / "src" / "fenji" / "demo_data" / "online_retail_ii.parquet"
ORDERS = ScorePlan("orders_total")
DAYS = ScorePlan("days_since_last_order", is_less_better=True)
MONEY = ScorePlan("net_revenue_total")


def panel_of(*rows: tuple[int, int | None, object]) -> pa.Table:
    """Orders, days since the last one and revenue of customers 1, 2 ..."""
    return pa.table(
        {
            "customer_key": pa.array(range(1, len(rows) + 1), pa.int64()),
            "orders_total": pa.array([row[0] for row in rows], pa.int64()),
            "days_since_last_order": pa.array([row[1] for row in rows], pa.int64()),
            "net_revenue_total": pa.array(
                [None if row[2] is None else Decimal(str(row[2])) for row in rows], pa.decimal128(18, 2)
            ),
        }
    )


def scores(engine: Engine, told: pa.Table, plan: ScorePlan) -> list[int | None]:
    panel = engine.from_arrow(told)
    if plan.edges is None:
        (row,) = engine.fetch(drawn_cuts(panel, plan)).to_pylist()
        cut = cut_from("score", plan, row)
    else:
        cut = next(
            each
            for each in declared_cuts(SegmentPlan(rfm=RfmPlan(recency=plan, frequency=plan)))
            if each.measure.startswith("rec" if plan.is_less_better else "freq")
        )
    found = engine.fetch(panel.select("customer_key", score=scored(panel, plan, cut)).order_by("customer_key"))
    return found["score"].to_pylist()


def test_fifths_of_ten_customers_as_worked_by_hand(duck: Engine) -> None:
    told = panel_of(*((n, 10 * n, n) for n in range(1, 11)), (0, None, 0))
    assert scores(duck, told, ORDERS) == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, None]
    assert scores(duck, told, DAYS) == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1, None]


def test_equal_values_stand_together_and_what_nobody_reaches_has_no_cut(duck: Engine) -> None:
    # Six of ten have one order: 60 % lie below two, so two is worth 4; three has 80 % below.
    told = panel_of(*((n, 5, "1.10") for n in (1, 1, 1, 1, 1, 1, 2, 2, 3, 3)))
    assert scores(duck, told, ORDERS) == [1, 1, 1, 1, 1, 1, 4, 4, 5, 5]
    assert scores(duck, told, DAYS) == [1] * 10
    assert scores(duck, told, MONEY) == [1] * 10


def test_declared_edges_belong_to_the_better_score(duck: Engine) -> None:
    edges = tuple(Decimal(each) for each in (30, 60, 120, 240))
    told = panel_of(*((days, days, days) for days in (30, 31, 60, 240, 241)))
    assert scores(duck, told, ScorePlan("days_since_last_order", edges, is_less_better=True)) == [5, 4, 4, 2, 1]
    assert scores(duck, told, ScorePlan("orders_total", edges)) == [2, 2, 3, 5, 5]


@law(12)
@given(st.lists(st.integers(1, 12), min_size=1, max_size=30))
def test_equal_values_have_equal_scores_and_more_never_scores_less(values: list[int]) -> None:
    engine = DuckEngine(threads=1)
    try:
        found = scores(engine, panel_of(*((value, 13 - value, value) for value in values)), ORDERS)
        paired = sorted(zip(values, found, strict=True))
        assert len(dict(paired)) == len(set(paired))
        assert [score for _value, score in paired] == sorted(score for _value, score in paired)
        # 1 + floor(5 x share below), the definition without any cut.
        assert found == [1 + 5 * sum(other < value for other in values) // len(values) for value in values]
    finally:
        engine.close()


def test_every_one_of_the_125_cells_has_exactly_one_name_and_all_ten_names_are_used(duck: Engine) -> None:
    cells = list(product(range(1, BINS + 1), repeat=3))
    told = pa.table(
        {
            name: pa.array([cell[place] for cell in cells], pa.int64())
            for place, name in enumerate(("recency_score", "frequency_score", "money_score"))
        }
    )
    table = duck.from_arrow(told)
    rows = duck.fetch(table.mutate(name=rfm_names(table, RfmPlan()))).to_pylist()
    found = {(row["recency_score"], row["frequency_score"], row["money_score"]): row["name"] for row in rows}
    assert found == {cell: str(RFM_NAMES[BINS - cell[0]][(cell[1] + cell[2] + 1) // 2 - 1]) for cell in cells}
    assert Counter(found.values()).keys() == set(RfmSegment)
    assert [len(row) for row in RFM_NAMES] == [BINS] * BINS
    assert (found[5, 5, 5], found[1, 5, 5], found[5, 1, 1], found[1, 1, 1]) == ("champions", "cannot_lose", "new", "hibernating")


def test_new_are_those_alone_whose_first_order_is_new(duck: Engine) -> None:
    told = {"name": ["new", "new", "new", "champions", None], "first": [10, 89, 90, 900, None]}
    table = duck.from_arrow(pa.table({"name": told["name"], "first": pa.array(told["first"], pa.int64())}))
    found = duck.fetch(table.select(name=only_new(table.name, table["first"], new_days=90), first="first").order_by("first"))
    assert found["name"].to_pylist() == ["new", "new", "promising", "champions", None]


def test_classes_by_shares_leave_out_zeros_and_put_no_more_than_the_share_on_top(duck: Engine) -> None:
    plan = ClassPlan("orders_total", ("low", "high"), top_shares=(Decimal("0.3"),))
    panel = duck.from_arrow(panel_of(*((orders, 1, 1) for orders in (0, 0, 1, 1, 1, 1, 2, 2, 3, 9, 9, 9))))
    (row,) = duck.fetch(drawn_cuts(panel, plan)).to_pylist()
    cut = cut_from("frequency_class", plan, row)
    # Ten have ordered; at least seven of them lie below nine, only six below three.
    assert (cut.thresholds, cut.customers) == ((Decimal(9),), 10)
    found = duck.fetch(panel.select("customer_key", name=classed(panel, plan, cut)).order_by("customer_key"))["name"].to_pylist()
    assert found == [None, None, *["low"] * 7, *["high"] * 3]


def test_classes_by_edges_take_zero_days_too(duck: Engine) -> None:
    plan = SegmentPlan()
    panel = duck.from_arrow(panel_of(*((1, days, 1) for days in (0, 30, 31, 90, 91, 365, 366)), (0, None, 0)))
    cut = next(each for each in declared_cuts(plan) if each.measure == "recency_class")
    found = duck.fetch(panel.select("customer_key", name=classed(panel, plan.recency, cut)).order_by("customer_key"))[
        "name"
    ].to_pylist()
    assert found == ["recent", "recent", "a_while", "a_while", "long", "long", "very_long", None]


def test_the_cuts_are_kept_as_they_count(duck: Engine) -> None:
    panel = duck.from_arrow(panel_of(*((n, 10 * n, n) for n in range(1, 11))))
    cuts = []
    for measure, plan in (("recency_score", DAYS), ("money_score", MONEY)):
        (row,) = duck.fetch(drawn_cuts(panel, plan)).to_pylist()
        cuts.append(cut_from(measure, plan, row))
    rows = cut_table(cuts, as_of=date(2025, 1, 1)).to_pylist()
    assert [(row["measure"], row["position"], row["threshold"], row["customers"]) for row in rows] == [
        *(("recency_score", place, days, 10) for place, days in enumerate((80.0, 60.0, 40.0, 20.0), 1)),
        *(("money_score", place, amount, 10) for place, amount in enumerate((3.0, 5.0, 7.0, 9.0), 1)),
    ]


@pytest.mark.skipif(not DATA.exists(), reason="the demo's data are not there")
def test_rfm_of_online_retail_equals_pandas(duck: Engine) -> None:
    """The panel's three columns by plain SQL on the raw invoices; the scores and names again with pandas, without fenji."""
    raw = duckdb.sql(
        f"""select "Customer ID"::bigint as customer_key,
                   count(distinct Invoice) filter (Quantity > 0) as orders_total,
                   date_diff('day', max(InvoiceDate::date) filter (Quantity > 0), date '2011-12-09') as days_since_last_order,
                   sum(round(Quantity * Price, 2))::decimal(18, 2) as net_revenue_total
            from (select distinct * exclude (sheet) from '{DATA}') where "Customer ID" is not null group by all"""
    ).to_arrow_table()
    panel, plan = duck.from_arrow(raw), SegmentPlan()
    cuts = {}
    for measure, each in cuts_to_draw(plan).items():
        if isinstance(each, ScorePlan):
            (row,) = duck.fetch(drawn_cuts(panel, each)).to_pylist()
            cuts[measure] = cut_from(measure, each, row)
    rfm = {"recency_score": plan.rfm.recency, "frequency_score": plan.rfm.frequency, "money_score": plan.rfm.money}
    table = panel.select("customer_key", **{name: scored(panel, each, cuts[name]) for name, each in rfm.items()})
    found = duck.fetch(table.mutate(name=rfm_names(table, plan.rfm))).to_pandas().set_index("customer_key").sort_index()

    frame = raw.to_pandas().set_index("customer_key").sort_index()
    bought = frame[frame.orders_total > 0].astype(float)
    expected = pd.DataFrame(index=bought.index)
    for name, column, sign in (
        ("recency_score", "days_since_last_order", -1),
        ("frequency_score", "orders_total", 1),
        ("money_score", "net_revenue_total", 1),
    ):
        below = (sign * bought[column]).rank(method="min") - 1
        expected[name] = (5 * below // len(bought) + 1).astype(int)
    usual = {"[1-2][1-2]": "hibernating", "[1-2][3-4]": "at_risk", "[1-2]5": "cannot_lose", "3[1-2]": "about_to_sleep", "33": "needing_attention",
             "[3-4][4-5]": "loyal", "41": "promising", "51": "new", "[4-5][2-3]": "potential_loyalists", "5[4-5]": "champions"}  # fmt: skip
    value = (expected.frequency_score + expected.money_score + 1) // 2
    names = (expected.recency_score.astype(str) + value.astype(str)).replace(usual, regex=True)
    assert len(bought) > 5000
    assert found.loc[bought.index, list(rfm)].astype(int).equals(expected)
    assert found.loc[bought.index, "name"].tolist() == names.tolist()
    assert found.drop(bought.index).isna().all(axis=None)
    assert ibis.to_sql(drawn_cuts(panel, plan.rfm.money))
