"""Both engines decide the same history, row by row, through the same batch function, in however many ranges of customers they do it.

World: sixty customers with orders, returns, visits and complaints over two years; lost ones, overrides, a cap, a variant, two
versions of the policy, of which the second goes by anniversaries and knows another tier. Once with a tier for the top 20 %, which
is decided from panels, and once with thresholds only, which is decided from cells.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

import ibis
import pyarrow as pa
import pytest

from fenji.documents.policies import policy_from_text
from fenji.domain.reviews import LostRule, ReviewOn, review_dates
from fenji.engines.engine import Engine
from histories import history
from worlds import World, came_back, sale, world

FIRST = """
policy: spend
version: 1
effective_on: 2024-01-01
author: me
why: a test
tiers:
  - {tier: low, name: Low}
  - {tier: good, name: Good, qualify: net_revenue_12m >= 300, keep: net_revenue_12m >= 200}
  - {tier: top, name: Top, qualify: {all: [net_revenue_12m in top 20%, orders_12m >= 2]}}
caps:
  - {when: refund_rate_12m > 0.2, at_most: good, why: returns}
variants:
  - {where: {region: [HK]}, scale: {net_revenue_12m: 1.2}}
review: {every: month, downgrade: one_step, grace_reviews: 1, hold_reviews: 1}
"""
SECOND = (
    FIRST.replace("version: 1", "version: 2")
    .replace("2024-01-01", "2025-09-01")
    .replace("every: month", "every: anniversary")
    .replace("  - {tier: top,", "  - {tier: fine, name: Fine, qualify: net_revenue_12m >= 600}\n  - {tier: top,")
)
TOP = "net_revenue_12m in top 20%"
AMOUNT = "net_revenue_12m >= 450"
AS_OF = date(2025, 12, 10)
SWITCH = date(2025, 9, 30)


def busy_town() -> World:
    chance = random.Random(11)
    day = lambda: AS_OF - timedelta(days=chance.randint(-20, 700))  # noqa: E731 - a word for one expression
    people = range(1, 61)
    bought = [sale(key, day(), chance.randint(20, 260)) for key in people for _ in range(chance.randint(0, 9))]
    returned = [came_back(key, day(), chance.randint(20, 120)) for key in people if key % 4 == 0]
    known = [
        {
            "customer_key": key,
            "region": chance.choice(["HK", "GD", None]),
            "registered_on": chance.choice([None, day(), date(2024, 2, 29)]),
            "first_seen_on": date(2024, 1, 1) if key % 5 else None,
        }
        for key in people
    ]
    return world(*bought, *returned, customers=known, events=[(key, day(), "visit") for key in people if key % 3 == 0])


OVERRIDES = [
    *({"customer_key": key, "tier": "top", "begins_on": date(2025, 7, 1), "ends_on": date(2025, 10, 1)} for key in range(3, 9)),
    {"customer_key": 9, "tier": "fine", "begins_on": date(2025, 7, 1), "ends_on": date(2026, 10, 1)},
    {"customer_key": 900, "tier": "top", "begins_on": date(2025, 7, 1), "ends_on": date(2026, 10, 1)},
]


def answer(engine: Engine, highest: str = TOP, kept: int | None = None) -> list[dict[str, object]]:
    first, second = (policy_from_text(text.replace(TOP, highest)) for text in (FIRST, SECOND))
    days = review_dates(AS_OF, first.review.every, 9)
    reviews = [ReviewOn(day, first if day < SWITCH else second) for day in days]
    facts, customer = busy_town().on(engine)
    lost = LostRule(after_days=300, after_intervals=Decimal("6.5"))
    return history(engine, facts, customer, reviews, lost=lost, overrides=OVERRIDES, event_kinds=["visit"], kept=kept)


@pytest.mark.proof
@pytest.mark.spark
@pytest.mark.parametrize("highest", [TOP, AMOUNT])
def test_the_engines_decide_the_same_history(duck: Engine, spark: Engine, highest: str) -> None:
    expected = answer(duck, highest)
    assert {row["cause"] for row in expected} == {
        "new", "upgrade", "kept", "held", "grace", "downgrade", "cap", "override", "lost", "returned"
    }  # fmt: skip
    assert answer(spark, highest) == expected


def test_cells_and_panels_give_the_same_history(duck: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    from_cells = answer(duck, AMOUNT)
    # As with more thresholds than a list can hold, and with more reviews than a number has bits.
    monkeypatch.setattr("fenji.analyze.reviews.by_cells._LISTED", 1)
    for module in ("cells", "by_cells"):
        monkeypatch.setattr(f"fenji.analyze.reviews.{module}.FLAGS", 4)
    assert answer(duck, AMOUNT) == from_cells
    monkeypatch.setattr("fenji.workspace.reviews.plan_cells", lambda *_given: None)
    assert answer(duck, AMOUNT) == from_cells


@pytest.mark.parametrize("highest", [TOP, AMOUNT])
def test_however_many_reviews_are_kept_they_are_the_same(duck: Engine, highest: str) -> None:
    whole = answer(duck, highest)
    days = sorted({row["as_of"] for row in whole})
    assert len(days) == 9
    for kept in (1, 4, 20):
        assert answer(duck, highest, kept) == [row for row in whole if row["as_of"] in days[-kept:]]


def ranges(engine: Engine) -> list[tuple[int, int]]:
    """For every range that a batch step is given: its customers and its rows."""
    rows = [{"customer_key": key * 7, "n": n} for key in range(40) for n in range(5)]
    random.Random(3).shuffle(rows)
    schema = ibis.schema({"customer_key": "int64", "customers": "int64", "n": "int64"})

    def count(given: pa.Table) -> pa.Table:
        keys = given["customer_key"].to_pylist()
        return pa.table(
            {"customer_key": [min(keys)], "customers": [len(set(keys))], "n": [len(keys)]}, schema=schema.to_pyarrow()
        )

    mapped = engine.map_customers(engine.from_arrow(pa.Table.from_pylist(rows)), count, schema)
    return [(row["customers"], row["n"]) for row in engine.fetch(mapped.order_by("customer_key")).to_pylist()]


@pytest.fixture
def small_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("engine", "duck"):
        monkeypatch.setattr(f"fenji.engines.{module}.RANGE_ROWS", 30)


@pytest.mark.usefixtures("small_ranges")
def test_a_batch_step_is_given_whole_customers_a_range_at_a_time(duck: Engine) -> None:
    found = ranges(duck)
    assert len(found) > 5
    assert sum(customers for customers, _rows in found) == 40
    assert all(rows == customers * 5 for customers, rows in found)


@pytest.mark.proof
@pytest.mark.spark
@pytest.mark.usefixtures("small_ranges")
def test_both_engines_make_the_same_ranges_and_the_answer_does_not_depend_on_them(
    duck: Engine, spark: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ranges(spark) == ranges(duck)
    in_ranges = [answer(duck, highest) for highest in (TOP, AMOUNT)]
    monkeypatch.undo()
    assert [answer(duck, highest) for highest in (TOP, AMOUNT)] == in_ranges
