"""What a customer mainly buys, as worked by hand. World: one reader of tea leaves, one who buys everything, one who only returns."""

from __future__ import annotations

from datetime import date

import pytest

from fenji.analyze.segments.interests import customer_interests
from fenji.domain.metrics import Fact
from fenji.domain.segments import InterestPlan
from fenji.engines.engine import Engine
from worlds import came_back, sale, world

AS_OF = date(2025, 6, 30)


def test_main_category_share_and_breadth(duck: Engine) -> None:
    told = world(
        sale(1, "2025-01-01", (80, "tea"), (15, "cups"), (5, "cake"), (50, None)),  # 80 of 100 with a category
        came_back(1, "2025-01-02", (79, "tea")),  # refunds are not taken off
        sale(2, "2025-01-01", *((20, name) for name in ("e", "d", "c", "b", "a"))),  # five equal ones: the first by name
        sale(3, "2025-01-01", (50, "tea"), (50, "cake")),
        sale(4, "2024-06-30", (10, "tea")),  # the day before the window
        sale(5, "2025-07-01", (10, "tea")),  # after the date
        came_back(6, "2025-01-01", (10, "tea")),
        sale(None, "2025-01-01", (10, "tea")),
    )
    facts, _customer = told.on(duck)
    rows = duck.fetch(customer_interests(facts[Fact.ORDER_LINE], plan=InterestPlan(), as_of=AS_OF)).to_pylist()
    found = {row.pop("customer_key"): tuple(row.values()) for row in rows}
    assert found == {
        1: ("tea", pytest.approx(0.8), 2, "focused"),
        2: ("a", pytest.approx(0.2), 5, "broad"),
        3: ("cake", pytest.approx(0.5), 2, "mixed"),
    }
