"""Every line counts in its month and group, and whole months are told from parts; world: a shop of four months, worked by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import ibis.expr.types as ir
import pyarrow as pa
import pytest

from fenji.analyze.trends.months import (
    count_months,
    days_of,
    largest_categories,
    lines_by_category,
    lines_by_tier,
    lines_of_all,
    reviews_of,
    whole_months,
)
from fenji.domain.metrics import Fact
from fenji.engines.engine import Engine
from fixtures.assignments import Standing, assignments
from worlds import came_back, sale, world

AS_OF = date(2026, 4, 20)
JANUARY, FEBRUARY, APRIL = date(2026, 1, 1), date(2026, 2, 1), date(2026, 4, 1)
SHOP = world(
    sale(1, "2026-01-03", (100, "tea"), (50, "cups")),
    sale(1, "2026-01-31", (20, "tea")),
    sale(2, "2026-01-31", (30, None)),
    sale(None, "2026-02-01", (40, "spoons")),
    came_back(1, "2026-02-10", (100, "tea")),
    sale(2, "2026-04-20", (70, "cups")),
    sale(2, "2026-04-21", (1000, "tea")),  # after the day, and never counted
)


def order_line(engine: Engine) -> ir.Table:
    facts, _customer = SHOP.on(engine)
    return facts[Fact.ORDER_LINE]


def counted(engine: Engine, lines: ir.Table) -> set[tuple[object, ...]]:
    """(member, month, revenue, orders, known orders, customers) of every row."""
    rows = engine.fetch(count_months(lines)).to_pylist()
    return {tuple(row[name] for name in ("member", "month_on", "revenue", "orders", "known_orders", "customers")) for row in rows}


def test_every_line_counts_once_in_its_month(duck: Engine) -> None:
    assert counted(duck, lines_of_all(order_line(duck), as_of=AS_OF)) == {
        ("*all*", JANUARY, Decimal("200.00"), 3, 3, 2),
        ("*all*", FEBRUARY, Decimal("-60.00"), 1, 0, 0),  # what came back is no order; who bought the spoons is not known
        ("*all*", APRIL, Decimal("70.00"), 1, 1, 1),
    }


def test_categories_beyond_the_largest_stand_together_and_lines_without_one_apart(duck: Engine) -> None:
    lines = order_line(duck)
    largest = duck.fetch(largest_categories(lines, limit=2, as_of=AS_OF)).to_pylist()
    # Tea 120 - 100 = 20, cups 120, spoons 40.
    assert [(row["category"], row["revenue"]) for row in largest] == [("cups", 120), ("spoons", 40)]
    assert counted(duck, lines_by_category(lines, largest=["cups", "spoons"], as_of=AS_OF)) == {
        ("cups", JANUARY, Decimal("50.00"), 1, 1, 1),
        ("*other*", JANUARY, Decimal("120.00"), 2, 2, 1),
        ("*none*", JANUARY, Decimal("30.00"), 1, 1, 1),
        ("spoons", FEBRUARY, Decimal("40.00"), 1, 0, 0),
        ("*other*", FEBRUARY, Decimal("-100.00"), 0, 0, 0),
        ("cups", APRIL, Decimal("70.00"), 1, 1, 1),
    }


def test_a_customer_counts_in_the_tier_of_the_review_before_the_month(duck: Engine) -> None:
    reviews = (date(2026, 1, 31), date(2026, 3, 31))
    told = [(1, reviews[0], "high"), (2, reviews[0], "low"), (1, reviews[1], None), (2, reviews[1], "high")]
    found = reviews_of((JANUARY, FEBRUARY, APRIL), reviews)
    assert found == {FEBRUARY: reviews[0], APRIL: reviews[1]}
    # A review on the first day of a month knows of that day already.
    assert reviews_of((APRIL,), (date(2026, 2, 28), APRIL)) == {APRIL: date(2026, 2, 28)}
    calendar = pa.table({"month_on": list(found), "review_on": list(found.values())})
    assignment = duck.from_arrow(assignments(Standing(*each) for each in told))
    lines = lines_by_tier(order_line(duck), assignment, duck.from_arrow(calendar), as_of=AS_OF)
    assert counted(duck, lines) == {
        ("high", FEBRUARY, Decimal("-100.00"), 0, 0, 0),
        ("*none*", FEBRUARY, Decimal("40.00"), 1, 0, 0),
        ("high", APRIL, Decimal("70.00"), 1, 1, 1),
    }


def test_the_data_go_from_the_first_line_to_the_last_one_up_to_the_day(duck: Engine) -> None:
    found = duck.fetch(days_of(order_line(duck), as_of=AS_OF)).to_pylist()
    assert found == [{"first_on": date(2026, 1, 3), "last_on": date(2026, 4, 20), "categories": 3}]


@pytest.mark.parametrize(
    ("first_on", "last_on", "as_of", "months", "left_out"),
    [
        ("2026-01-03", "2026-04-20", "2026-04-20", ["01", "02", "03"], ["04"]),
        ("2026-01-03", "2026-04-20", "2026-04-30", ["01", "02", "03", "04"], []),
        # Began on the 8th: a week is missing, and more than a holiday.
        ("2026-01-08", "2026-03-31", "2026-03-31", ["02", "03"], ["01"]),
        # The data ended long before the day: what came after is not zero but unknown.
        ("2026-01-03", "2026-03-10", "2026-06-30", ["01", "02"], ["03"]),
        ("2026-01-03", "2026-03-29", "2026-06-30", ["01", "02", "03"], []),
        ("2026-01-03", "2026-01-20", "2026-01-20", [], ["01"]),
    ],
)
def test_months_of_which_only_a_part_is_known_are_left_out(
    first_on: str, last_on: str, as_of: str, months: list[str], left_out: list[str]
) -> None:
    found = whole_months(*(date.fromisoformat(each) for each in (first_on, last_on)), as_of=date.fromisoformat(as_of))
    assert [f"{each:%m}" for each in found.months] == months
    assert [f"{each:%m}" for each in found.left_out] == left_out
