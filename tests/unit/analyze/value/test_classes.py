"""Classes are cut as a person would, equal values alike; margin counts what is known; the grid holds everybody."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from fenji.analyze.value.classes import class_thresholds, margins, thresholds_of, value_of_customers, with_classes
from fenji.analyze.value.grid import value_grid
from fenji.analyze.value.scoring import SCORES
from fenji.domain.metrics import Fact
from fenji.domain.value import ClassCuts, CutBy
from fenji.tables import clean
from fenji.tables.insight_value import CUSTOMER_VALUE
from fixtures.assignments import Standing, assignments
from worlds import came_back, sale, world

AS_OF = date(2025, 6, 30)
MONEY = pa.decimal128(18, 2)


def classes(duck, amounts, by, high, middle):
    cuts = ClassCuts("net_revenue_12m", by, Decimal(high), Decimal(middle))
    values = [None if each is None else Decimal(str(each)) for each in amounts]
    table = duck.from_arrow(
        pa.table({"customer_key": pa.array(range(len(amounts)), pa.int64()), "net_revenue_12m": pa.array(values, MONEY)})
    )
    (row,) = duck.fetch(class_thresholds(table, cuts)).to_pylist()
    cut = ("net_revenue_12m", *thresholds_of(cuts, row))
    found = duck.fetch(with_classes(table, cut, cut).order_by("customer_key"))["current_class"].to_pylist()
    return "".join("-" if each is None else each[0] for each in found)


@pytest.mark.parametrize(
    ("amounts", "by", "high", "middle", "expected"),
    [
        # Sum 1000: 500 and 300 fill 80 %; 100 lies in the next 15 %, and so does the 60 that reaches beyond it.
        ((500, 300, 100, 60, 40), CutBy.REVENUE_SHARE, "0.8", "0.15", "hhmml"),
        # The customer with whom 80 % is reached is still high.
        ((500, 250, 150, 100), CutBy.REVENUE_SHARE, "0.8", "0.15", "hhhm"),
        ((1000, 0, -50, None), CutBy.REVENUE_SHARE, "0.8", "0.15", "hll-"),
        ((10, 10, 10, 10), CutBy.REVENUE_SHARE, "0.5", "0.3", "hhhh"),  # equal values, equal classes
        ((0, 0), CutBy.REVENUE_SHARE, "0.8", "0.15", "ll"),
        ((9, 8, 7, 6, 5, 4, 3, 2, 1, 0), CutBy.CUSTOMER_SHARE, "0.2", "0.3", "hhmmmlllll"),
        ((9, 8, 8, 6), CutBy.CUSTOMER_SHARE, "0.5", "0.2", "hhhl"),
        ((5, 0, 0, 0), CutBy.CUSTOMER_SHARE, "0.5", "0.3", "hlll"),  # who brings nothing is low, however few bring something
        ((5000, 4999.99, 1000, 999.99), CutBy.AMOUNT, "5000", "1000", "hmml"),
        ((), CutBy.REVENUE_SHARE, "0.8", "0.15", ""),
    ],
)
def test_classes_worked_by_hand(duck, amounts, by, high, middle, expected):  # noqa: PLR0917 - the columns of the table above
    assert classes(duck, amounts, by, high, middle) == expected


def priced(duck):
    shop = world(
        sale(1, "2025-06-01", (100, "tea", 2), (50, "cups", 1)),
        came_back(1, "2025-06-05", (50, "tea", 1)),
        sale(1, "2024-06-30", (999, "tea", 9)),  # a year and a day before: outside the window
        sale(2, "2025-01-01", (30, "cups", 3)),
        sale(3, "2025-07-01", (10, "tea", 1)),  # after the date
    )
    lines = shop.on(duck)[0][Fact.ORDER_LINE]
    costs = pa.Table.from_pylist(
        [{"product_id": "tea", "unit_cost": Decimal("15.25")}, {"product_id": "cups"}], schema=clean.PRODUCT.schema.to_pyarrow()
    )
    return lines.mutate(product_id=lines.category), duck.from_arrow(costs), shop


def test_margin_counts_the_lines_whose_cost_is_known(duck):
    lines, costs, _shop = priced(duck)
    found = duck.fetch(margins(lines, costs, as_of=AS_OF).order_by("margin_key")).to_pylist()
    # Tea: 100 - 2 x 15.25, and one piece came back: - 50 + 15.25.
    assert [tuple(each.values()) for each in found] == [
        (1, Decimal("34.75"), Decimal("150.00"), Decimal("100.00")),
        (2, None, Decimal("30.00"), Decimal("0.00")),
    ]


def test_everybody_of_the_panel_is_valued_once_and_stands_in_the_grid(duck):
    lines, costs, _shop = priced(duck)
    panel = pa.table(
        {
            "customer_key": pa.array([1, 2, 9], pa.int64()),
            "as_of": pa.array([AS_OF] * 3),
            "orders_12m": pa.array([1, 1, None], pa.int64()),
            "categories_12m": pa.array([2, 1, None], pa.int64()),
            "net_revenue_12m": pa.array([Decimal(100), Decimal(30), None], MONEY),
            "net_revenue_total": pa.array([Decimal(1099), Decimal(30), None], MONEY),
        }
    )
    histories = duck.from_arrow(pa.table({"customer_key": pa.array([1, 2], pa.int64()), "repeats": pa.array([1, 0], pa.int64())}))
    nulls = {field.name: pa.nulls(2, field.type) for field in SCORES} | {"order_probability_in_limit": pa.nulls(2, pa.float64())}
    scores = pa.table({**nulls, "customer_key": pa.array([1, 2], pa.int64()), "p_alive": [0.5, 0.25],
                       "expected_revenue_12m": pa.array([Decimal(80), Decimal(5)], MONEY)})  # fmt: skip
    margin = margins(lines, costs, as_of=AS_OF)
    values = duck.stage(value_of_customers(duck.from_arrow(panel), histories, duck.from_arrow(scores), margin, as_of=AS_OF))
    valued = with_classes(
        values, ("net_revenue_12m", Decimal(50), Decimal(10)), ("expected_revenue_12m", Decimal(50), Decimal(10))
    )
    assert set(valued.columns) == {each.name for each in CUSTOMER_VALUE.columns}
    found = duck.fetch(valued.order_by("customer_key")).to_pylist()
    assert [(each["customer_key"], each["order_days"], each["known_cost_share_12m"], each["current_class"], each["potential_class"]) for each in found] == [
        (1, 2, 0.666667, "high", "high"), (2, 1, 0.0, "middle", "low"), (9, 0, None, "low", None),
    ]  # fmt: skip
    standing = duck.from_arrow(assignments([Standing(1, AS_OF, "vip"), Standing(2, AS_OF, "vip"), Standing(9, AS_OF, None)]))
    grid = duck.fetch(value_grid(valued, standing, as_of=AS_OF)).to_pylist()
    assert sorted((str(each["tier"]), each["current_class"], str(each["potential_class"]), each["customers"], each["buyers"]) for each in grid) == [
        ("None", "low", "None", 1, 0), ("vip", "high", "high", 1, 1), ("vip", "middle", "low", 1, 1),
    ]  # fmt: skip
