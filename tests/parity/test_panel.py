"""Both engines find the same panel, to the cent and the last digit, in worlds with every fact."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from fenji.analyze.metrics.panel import customer_metric
from fenji.analyze.metrics.registry import builtin_metrics
from fenji.domain.metrics import Aggregate, Fact, Metric, RowFilter, Unit
from fenji.domain.periods import Window
from fenji.domain.words import Words
from fenji.engines.engine import Engine
from worlds import World, all_refunds, boundary_values, corner_shop, late_refund, sale, world

ALWAYS, NAME = Window.parse("total"), Words("自定义", "own")
NOT_TEA = (RowFilter("category", ("tea",), negate=True),)
OWN = (
    Metric("mean_line", NAME, NAME, Unit.MONEY, Aggregate.MEAN, ALWAYS, Fact.ORDER_LINE, "net_revenue", NOT_TEA),
    Metric("spread", NAME, NAME, Unit.MONEY, Aggregate.DEVIATION, ALWAYS, Fact.ORDER_LINE, "net_revenue"),
    Metric("most_pieces", NAME, NAME, Unit.COUNT, Aggregate.MAXIMUM, ALWAYS, Fact.ORDER_LINE, "quantity"),
    Metric("without_category", NAME, NAME, Unit.COUNT, Aggregate.COUNT, ALWAYS, Fact.ORDER_LINE, None, (RowFilter("category"),)),
)


def many_values() -> World:
    """More categories than a mask has bits."""
    return world(*(sale(1 + n % 2, "2025-01-01", (round(n / 7, 2), f"category {n:03d}")) for n in range(1, 140)))


def leap_days() -> World:
    """Customers who joined on and around 29 February, with orders on the days at which their years begin and end."""
    joined = {1: "2024-02-29", 2: "2024-02-28", 3: "2024-03-31", 4: "2023-04-01", 5: None}
    days = ["2023-03-31", "2023-04-01", "2024-02-28", "2024-02-29", "2024-03-31", "2024-04-01", "2024-12-31", "2025-01-01"]
    days += ["2025-02-27", "2025-02-28", "2025-03-01", "2025-03-31", "2025-04-01"]
    return world(
        *(sale(key, on, f"{key}.{number:02d}") for key in joined for number, on in enumerate(days)),
        customers=[{"customer_key": key, "registered_on": on and date.fromisoformat(on)} for key, on in joined.items()],
    )


def every_fact() -> World:
    """Feedback with awkward fractions, events with amounts, referrals with and without a day."""
    return world(
        *(sale(key, f"2025-01-{on:02d}", "0.05", "0.1") for key in (1, 2, 3) for on in (1, 2, 12, 29)),
        events=[(1, "2025-03-01", "visit", 0.1), (1, "2025-03-02", "visit", 0.2), (2, "2025-03-03", "visit")],
        feedback=[
            *(
                {"customer_key": 1, "on": "2025-02-01", "kind": kind, "score": 100 / n}
                for n in (1, 3, 7)
                for kind in ("nps", "satisfaction")
            ),
            *(
                {"customer_key": 2, "on": "2025-02-01", "kind": "complaint", "hours_to_resolution": hours}
                for hours in (0.1, 1 / 3, 1e4)
            ),
        ],
        referrals=[(1, 2, "2025-01-01"), (1, 3, None)],
    )


def rows(engine: Engine, told: World, as_of: date) -> list[dict[str, object]]:
    facts, customer = told.on(engine)
    metrics = (*builtin_metrics(["visit"]), *OWN)
    found = engine.fetch(customer_metric(facts, customer, metrics=metrics, as_of=as_of)).to_pylist()
    return sorted(found, key=lambda row: row["customer_key"])


@pytest.mark.proof
@pytest.mark.spark
@pytest.mark.parametrize("told", [corner_shop, all_refunds, boundary_values, late_refund, many_values, every_fact, leap_days])
def test_both_engines_find_the_same_panel(duck: Engine, spark: Engine, told: Callable[[], World]):
    assert rows(spark, told(), date(2025, 3, 31)) == rows(duck, told(), date(2025, 3, 31))
