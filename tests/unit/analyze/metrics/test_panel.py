"""The panel knows of everyone, at any date, what small worlds worked by hand say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import ibis
import pytest

from fenji.analyze.metrics.panel import customer_metric, known_customers
from fenji.analyze.metrics.points import POINTS_METRICS
from fenji.analyze.metrics.registry import Registry, builtin_metrics
from fenji.domain.fact_columns import FACT_COLUMNS, MADE_COLUMNS
from fenji.domain.metrics import Aggregate, Fact, Metric, RowFilter, Unit
from fenji.domain.periods import Window
from fenji.domain.words import Words
from fenji.engines.engine import Engine
from fenji.tables import clean
from fenji.tables.insight import customer_metric as contract
from worlds import World, all_refunds, boundary_values, came_back, corner_shop, dead_year, late_refund, one_whale, sale, world


def panel(
    engine: Engine, given: World, as_of: str, metrics: Sequence[Metric] = builtin_metrics()
) -> dict[int, dict[str, object]]:
    """The panel as one dictionary per customer."""
    facts, customer = given.on(engine)
    table = customer_metric(facts, customer, metrics=metrics, as_of=date.fromisoformat(as_of))
    rows = engine.fetch(table).to_pylist()
    assert len({row["customer_key"] for row in rows}) == len(rows)
    return {row.pop("customer_key"): row for row in rows}


def only(row: dict[str, object], *slugs: str) -> tuple[object, ...]:
    return tuple(row[slug] for slug in slugs)


def own(slug: str, aggregate: Aggregate, **values: object) -> Metric:
    """A metric as metrics.yaml would declare it."""
    window = Window.parse(str(values.pop("window", "total")))
    unit, fact = values.pop("unit", Unit.COUNT), values.pop("fact", Fact.ORDER_LINE)
    return Metric(slug, Words("x", "x"), Words("x", "x"), unit, aggregate, window, fact, **values)


def test_a_regular_of_the_corner_shop_in_full(duck):
    # Customer 1 by hand at 2025-03-31. 3m = after 2024-12-31, 12m = after 2024-03-31. Orders 2024-11-20 (50),
    # 2025-01-10 (12.50), 2025-03-10 (107.50), return 2025-03-20 (40). Gaps 51 and 59 days: mean 55, deviation 4.
    assert panel(duck, corner_shop(), "2025-03-31")[1] == {
        "as_of": date(2025, 3, 31),
        "net_revenue_3m": Decimal("80.00"),
        "orders_3m": 2,
        "units_3m": Decimal("2.000"),
        "categories_3m": 2,
        "channels_3m": 2,
        "active_months_3m": 2,
        "net_revenue_12m": Decimal("130.00"),
        "orders_12m": 3,
        "units_12m": Decimal("5.000"),
        "categories_12m": 3,
        "channels_12m": 2,
        "active_months_12m": 3,
        "net_revenue_total": Decimal("130.00"),
        "orders_total": 3,
        "units_total": Decimal("5.000"),
        "categories_total": 3,
        "channels_total": 2,
        "active_months_total": 3,
        "sale_revenue_12m": Decimal("170.00"),
        "average_order_value_12m": Decimal("56.67"),
        "largest_order_value_12m": Decimal("107.50"),
        "sale_revenue_total": Decimal("170.00"),
        "average_order_value_total": Decimal("56.67"),
        "largest_order_value_total": Decimal("107.50"),
        # First seen on 2024-11-20, so the membership year began then.
        "net_revenue_this_year": Decimal("80.00"),
        "orders_this_year": 2,
        "net_revenue_last_year": Decimal("50.00"),
        "orders_last_year": 1,
        "net_revenue_this_membership_year": Decimal("130.00"),
        "orders_this_membership_year": 3,
        "net_revenue_last_membership_year": Decimal("0.00"),
        "orders_last_membership_year": 0,
        "returned_revenue_12m": Decimal("40.00"),
        "refund_rate_12m": pytest.approx(40 / 170, rel=1e-15),
        "days_since_first_order": 131,
        "days_since_last_order": 21,
        "mean_days_between_orders": 55.0,
        "deviation_of_days_between_orders": 4.0,
        "order_interval_variation": pytest.approx(4 / 55, rel=1e-15),
        "satisfaction_12m": None,
        "nps_12m": None,
        "complaints_12m": 0,
        "complaint_rate_12m": 0.0,
        "complaint_hours_to_resolution_12m": None,
        "referrals_total": 0,
        "referred_revenue_12m": Decimal("0.00"),
        "contracts_running": 0,
        "monthly_fee_running": Decimal("0.00"),
        "days_under_contract": None,
        "days_since_first_contract": None,
        **dict.fromkeys((each.slug for each in POINTS_METRICS), 0),
    }


def test_everyone_known_stands_once_and_without_orders_has_zeros_and_no_values(duck):
    rows = panel(duck, corner_shop(), "2025-03-31")
    assert sorted(rows) == [1, 2, 3, 4]
    zeros = {slug for slug, value in rows[4].items() if value == 0}
    nulls = {slug for slug, value in rows[4].items() if value is None}
    assert zeros | nulls | {"as_of"} == set(rows[4])
    assert nulls == {each.slug for each in builtin_metrics() if each.is_null_when_empty}


def test_nobody_is_known_before_the_day_that_shows_them_first(duck):
    _, customer = corner_shop().on(duck)
    assert sorted(panel(duck, corner_shop(), "2025-01-31")) == [1, 3]
    assert sorted(panel(duck, corner_shop(), "2025-02-01")) == [1, 3, 4]
    known = known_customers(customer, as_of=date(2025, 1, 31))
    assert sorted(duck.fetch(known)["customer_key"].to_pylist()) == [1, 3]


def test_a_customer_without_any_date_is_known_always(duck):
    assert sorted(panel(duck, world(customers=[{"customer_key": 8}]), "1999-01-01")) == [8]


def test_two_orders_of_a_day_are_two_orders_and_no_gap_and_a_line_without_category_has_none(duck):
    row = panel(duck, corner_shop(), "2025-03-31")[2]
    assert only(row, "orders_12m", "active_months_12m", "categories_12m", "channels_12m") == (2, 1, 1, 1)
    assert only(row, "mean_days_between_orders", "order_interval_variation", "days_since_last_order") == (None, None, 0)
    assert only(row, "average_order_value_12m", "largest_order_value_12m") == (Decimal("7.50"), Decimal("9.99"))


def test_unattributed_rows_belong_to_nobody(duck):
    total = sum(row["net_revenue_12m"] for row in panel(duck, corner_shop(), "2025-03-31").values())
    assert total == Decimal("144.99")


def test_the_whale_brings_almost_everything(duck):
    rows = panel(duck, one_whale(), "2025-06-30")
    assert rows[1]["net_revenue_12m"] == Decimal(9900)
    assert sum(row["net_revenue_12m"] for row in rows.values()) == Decimal(10000)


def test_where_everything_came_back_revenue_is_zero_and_the_refund_rate_one(duck):
    row = panel(duck, all_refunds(), "2025-06-30")[1]
    assert only(row, "net_revenue_12m", "orders_12m", "refund_rate_12m") == (Decimal(0), 1, 1.0)
    assert panel(duck, all_refunds(), "2025-06-29")[1]["refund_rate_12m"] == 0.8


def test_after_a_dead_year_only_totals_remain(duck):
    row = panel(duck, dead_year(), "2025-06-30")[1]
    assert only(row, "net_revenue_3m", "net_revenue_12m", "net_revenue_total") == (0, 0, 100)
    assert only(row, "average_order_value_12m", "refund_rate_12m", "average_order_value_total") == (None, None, 50)
    assert only(row, "active_months_12m", "active_months_total", "days_since_last_order") == (0, 2, 866)
    # One gap says nothing about steadiness.
    assert only(row, "mean_days_between_orders", "deviation_of_days_between_orders") == (31.0, None)
    # The day twelve months before is the last one outside the window.
    assert panel(duck, dead_year(), "2025-06-30")[2]["orders_12m"] == 0
    assert panel(duck, dead_year(), "2025-06-29")[2]["orders_12m"] == 1


@pytest.mark.parametrize(
    ("as_of", "year", "quarter"),
    [
        # (2023-02-28, 2024-02-29] and (2023-11-30, 2024-02-29]: whole months
        ("2024-02-29", 2 + 4 + 8 + 16 + 32 + 64, 32 + 64),
        # (2023-02-28, 2024-02-28] and (2023-11-28, 2024-02-28]
        ("2024-02-28", 2 + 4 + 8 + 16 + 32, 8 + 16 + 32),
        # (2024-02-29, 2025-02-28] and (2024-11-30, 2025-02-28]
        ("2025-02-28", 128 + 256, 256),
        # (2024-02-29, 2025-03-01]: 1 March a year before is the border
        ("2025-03-01", 256, 256),
    ],
)
def test_windows_open_after_the_same_day_months_before_and_at_a_months_end_are_whole_months(duck, as_of, year, quarter):
    assert only(panel(duck, boundary_values(), as_of)[1], "net_revenue_12m", "net_revenue_3m") == (year, quarter)


def test_a_late_refund_counts_on_its_own_day_and_the_rate_stops_at_one(duck):
    before = panel(duck, late_refund(), "2025-05-31")[1]
    after = panel(duck, late_refund(), "2025-06-01")[1]
    assert only(before, "net_revenue_12m", "net_revenue_total", "refund_rate_12m") == (100, 600, 0.0)
    assert only(after, "net_revenue_12m", "net_revenue_total", "refund_rate_12m") == (-400, 100, 1.0)
    assert only(after, "orders_12m", "orders_total", "returned_revenue_12m") == (1, 2, 500)


@pytest.mark.parametrize(
    ("as_of", "months"),
    [("2025-03-31", 2), ("2025-03-15", 3), ("2025-03-14", 1)],
)
def test_months_are_counted_back_from_the_as_of_day(duck, as_of, months):
    # At 31 March: January and March. At 15 March the months are 16 January to 15 February and 16 February to 15 March,
    # with 15 January in the one before; at 14 March both orders of January lie in the month from 15 January to 14 February.
    given = world(sale(1, "2025-01-15", 1), sale(1, "2025-01-16", 1), sale(1, "2025-03-15", 1))
    assert panel(duck, given, as_of)[1]["active_months_total"] == months


def test_a_buyer_of_every_month_is_active_in_exactly_twelve_and_three(duck):
    given = world(*(sale(1, date(year, month, 28), 1) for year in range(2018, 2026) for month in range(1, 13)))
    for as_of in ("2025-12-31", "2025-12-27", "2025-02-28"):
        row = panel(duck, given, as_of)[1]
        assert only(row, "active_months_3m", "active_months_12m") == (3, 12)
    assert panel(duck, given, "2025-12-31")[1]["active_months_total"] == 96


def test_more_values_than_bits_of_a_mask_are_counted_exactly(duck):
    given = world(
        *(sale(1 + n % 2, "2025-06-01", (1, f"category {n:03d}")) for n in range(200)), sale(1, "2024-01-01", (1, "old"))
    )
    rows = panel(duck, given, "2025-06-30")
    assert only(rows[1], "categories_3m", "categories_12m", "categories_total") == (100, 100, 101)
    assert only(rows[2], "categories_3m", "categories_12m", "categories_total") == (100, 100, 100)


def test_the_purchase_cycle_by_hand(duck):
    # Gaps 10, 20, 30 days: mean 20, deviation sqrt(200 / 3); the second order of a day opens no gap.
    given = world(*(sale(1, on, 5) for on in ("2025-01-01", "2025-01-11", "2025-01-11", "2025-01-31", "2025-03-02")))
    row = panel(duck, given, "2025-03-02")[1]
    assert row["mean_days_between_orders"] == 20.0
    assert row["deviation_of_days_between_orders"] == pytest.approx(math.sqrt(200 / 3), rel=1e-14)
    assert row["order_interval_variation"] == pytest.approx(math.sqrt(200 / 3) / 20, rel=1e-14)


def test_equal_gaps_are_perfectly_steady(duck):
    given = world(*(sale(1, date(2025, 1, 1 + 7 * week), 5) for week in range(4)))
    assert panel(duck, given, "2025-01-31")[1]["order_interval_variation"] == 0.0


@pytest.mark.parametrize(("amounts", "mean"), [((0.01, 0.02), "0.02"), ((0.01, 0.01, 0.02), "0.01"), ((1, 0.01), "0.51")])
def test_half_cents_of_an_average_are_rounded_up(duck, amounts, mean):
    given = world(*(sale(1, "2025-01-01", amount) for amount in amounts))
    assert panel(duck, given, "2025-01-01")[1]["average_order_value_12m"] == Decimal(mean)


FEEDBACK = world(
    sale(1, "2025-05-01", 10),
    sale(1, "2025-05-02", 10),
    feedback=[
        {"customer_key": 1, "on": "2025-05-03", "kind": "satisfaction", "score": 80.0},
        {"customer_key": 1, "on": "2025-05-04", "kind": "satisfaction", "score": 95.0},
        {"customer_key": 1, "on": "2024-05-04", "kind": "satisfaction", "score": 0.0},
        {"customer_key": 1, "on": "2025-05-04", "kind": "satisfaction", "score": None},
        {"customer_key": 1, "on": "2025-05-05", "kind": "nps", "score": 90.0},
        {"customer_key": 1, "on": "2025-05-05", "kind": "nps", "score": 100.0},
        {"customer_key": 1, "on": "2025-05-05", "kind": "nps", "score": 89.9},
        {"customer_key": 1, "on": "2025-05-05", "kind": "nps", "score": 60.0},
        {"customer_key": 1, "on": "2025-05-06", "kind": "complaint", "hours_to_resolution": 10.0},
        {"customer_key": 1, "on": "2025-05-06", "kind": "complaint", "hours_to_resolution": 100.0},
        {"customer_key": 1, "on": "2025-05-06", "kind": "complaint"},
        {"customer_key": 2, "on": "2025-05-06", "kind": "complaint"},
    ],
)


def test_satisfaction_recommendation_and_complaints_by_hand(duck):
    row = panel(duck, FEEDBACK, "2025-06-30")[1]
    assert only(row, "satisfaction_12m", "nps_12m", "complaints_12m") == (87.5, 25.0, 3)
    assert only(row, "complaint_rate_12m", "complaint_hours_to_resolution_12m") == (1.5, 55.0)
    # Without orders there is no rate, whatever the complaints.
    assert only(panel(duck, FEEDBACK, "2025-06-30")[2], "complaints_12m", "complaint_rate_12m") == (1, None)


def test_a_complaint_that_is_resolved_after_the_as_of_day_is_still_open(duck):
    # 10 hours after noon of 6 May is still 6 May; 100 hours are 10 May.
    assert panel(duck, FEEDBACK, "2025-05-09")[1]["complaint_hours_to_resolution_12m"] == 10.0
    assert panel(duck, FEEDBACK, "2025-05-10")[1]["complaint_hours_to_resolution_12m"] == 55.0


def test_events_by_kind_in_thirty_days_and_twelve_months(duck):
    given = world(
        events=[
            (1, "2025-06-30", "visit"), (1, "2025-06-01", "visit"), (1, "2025-05-31", "visit"), (1, "2024-06-30", "visit"),
            (1, "2025-02-01", "Miles flown", 1200.5), (1, "2025-02-02", "Miles flown", None), (1, "2025-02-02", "miles-flown", 0.1),
            (1, "2025-07-01", "visit"),
        ],
    )  # fmt: skip
    row = panel(duck, given, "2025-06-30", builtin_metrics(["visit", "Miles flown", "miles-flown", "lesson"]))[1]
    assert only(row, "event_visit_30d", "event_visit_12m", "event_visit_value_12m") == (2, 3, 0.0)
    assert only(row, "event_miles_flown_30d", "event_miles_flown_12m", "event_miles_flown_value_12m") == (0, 3, 1200.6)
    assert only(row, "event_lesson_30d", "event_lesson_value_12m", "net_revenue_12m") == (0, 0.0, 0)


def test_referrals_and_what_the_referred_bring(duck):
    given = world(
        sale(2, "2025-06-01", 100), came_back(2, "2025-06-05", 30), sale(3, "2025-06-01", 7), sale(3, "2024-01-01", 1000),
        sale(1, "2025-06-01", 5), sale(4, "2025-06-01", 11),
        referrals=[(1, 2, "2025-05-01"), (1, 3, None), (1, 4, "2025-07-01"), (2, 5, "2020-01-01")],
    )  # fmt: skip
    rows = panel(duck, given, "2025-06-30")
    assert only(rows[1], "referrals_total", "referred_revenue_12m", "net_revenue_12m") == (2, 77, 5)
    assert only(rows[2], "referrals_total", "referred_revenue_12m") == (1, 0)
    assert only(rows[3], "referrals_total", "referred_revenue_12m") == (0, 0)


def test_referrals_without_any_order_bring_nothing(duck):
    rows = panel(duck, world(referrals=[(1, 2, "2025-05-01")]), "2025-06-30")
    assert only(rows[1], "referrals_total", "referred_revenue_12m") == (1, 0)


TEA, NOT_TEA = (RowFilter("category", ("tea",)),), (RowFilter("category", ("tea",), negate=True),)
OWN = {
    "tea": own("tea", Aggregate.SUM, column="net_revenue", unit=Unit.MONEY, where=TEA),
    "not_tea": own("not_tea", Aggregate.SUM, column="net_revenue", unit=Unit.MONEY, where=NOT_TEA),
    "uncategorised": own("uncategorised", Aggregate.COUNT, where=(RowFilter("category"),)),
    "categorised": own("categorised", Aggregate.COUNT, where=(RowFilter("category", negate=True),)),
    "web_orders": own("web_orders", Aggregate.COUNT, where=(RowFilter("channel", ("web",)), RowFilter("line_number", (1,)))),
    "channels_of_tea": own("channels_of_tea", Aggregate.COUNT_DISTINCT, column="channel", where=TEA),
    "smallest": own("smallest", Aggregate.MINIMUM, column="net_revenue", unit=Unit.MONEY),
    "mean_line": own("mean_line", Aggregate.MEAN, column="net_revenue", unit=Unit.MONEY),
    "spread": own("spread", Aggregate.DEVIATION, column="net_revenue", unit=Unit.MONEY, window="3m"),
    "most_pieces": own("most_pieces", Aggregate.MAXIMUM, column="quantity"),
    "since_tea": own("since_tea", Aggregate.DAYS_SINCE_LAST, unit=Unit.DAYS, where=TEA),
    "tea_share": own("tea_share", Aggregate.RATIO, unit=Unit.SHARE, fact=None, ratio_of=("tea", "net_revenue_total")),
}


def test_the_company_s_own_metrics_filter_on_any_column(duck):
    row = panel(duck, corner_shop(), "2025-03-31", Registry.of(own=tuple(OWN.values())).metrics)[1]
    assert {slug: row[slug] for slug in OWN} == {
        "tea": Decimal("102.50"),
        "not_tea": Decimal("27.50"),
        "uncategorised": 0,
        "categorised": 6,
        "web_orders": 1,
        "channels_of_tea": 2,
        "smallest": Decimal("-40.00"),
        "mean_line": Decimal("21.67"),
        # 12.50, 100, 7.50 and -40: mean 20, squares 56.25 + 6400 + 156.25 + 3600 over four, root of 2553.125
        "spread": Decimal("50.53"),
        "most_pieces": 2.0,
        "since_tea": 11,
        "tea_share": pytest.approx(102.5 / 130),
    }


def test_a_line_without_a_category_is_not_tea(duck):
    row = panel(duck, corner_shop(), "2025-03-31", tuple(OWN[name] for name in ("not_tea", "uncategorised")))[2]
    assert only(row, "not_tea", "uncategorised") == (Decimal("14.99"), 1)


def test_the_panel_keeps_its_contract_to_the_type(duck):
    metrics = (*builtin_metrics(["visit"]), *OWN.values())
    for given in (corner_shop(), FEEDBACK, world(customers=[{"customer_key": 1}])):
        facts, customer = given.on(duck)
        table = customer_metric(facts, customer, metrics=metrics, as_of=date(2025, 3, 31))
        stored = duck.stage(table).schema()
        wanted = contract(metrics).schema
        assert {name: kind.copy(nullable=True) for name, kind in stored.items()} == dict(wanted.items())


def test_every_filterable_column_is_one_of_its_contract_or_made_by_the_panel():
    contracts = {
        Fact.ORDER_LINE: clean.ORDER_LINE,
        Fact.EVENT: clean.EVENT,
        Fact.FEEDBACK: clean.FEEDBACK,
        Fact.REFERRAL: clean.REFERRAL,
        Fact.CONTRACT: clean.CONTRACT,
        Fact.POINTS_ENTRY: clean.POINTS_ENTRY,
        Fact.VOUCHER_USE: clean.VOUCHER_USE,
        Fact.BALANCE: clean.BALANCE,
    }
    kinds = {"text": "string", "whole": "int64", "number": "float64", "money": "decimal(18, 2)", "exact": "decimal(18, 3)"}
    for fact, columns in FACT_COLUMNS.items():
        stored = {each.name: each.type for each in contracts[fact].columns}
        for name, kind in columns.items():
            if name in stored:
                assert stored[name] == kinds[kind], (fact, name)
            else:
                assert name in MADE_COLUMNS[fact]


def test_the_panel_compiles_for_spark_too(duck):
    _ = ibis.pyspark  # to_sql knows the dialect's options only once the backend has been touched
    facts, customer = FEEDBACK.on(duck)
    metrics = (*builtin_metrics(["visit"]), *OWN.values())
    sql = ibis.to_sql(customer_metric(facts, customer, metrics=metrics, as_of=date(2025, 3, 31)), dialect="pyspark")
    assert "referrals_total" in sql
