"""What a contract says at a date: it runs until its end, and an end that lies ahead is not known yet. Worlds: a telephone company of four."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from fenji.analyze.metrics.contracts import CONTRACT_METRICS
from fenji.analyze.metrics.panel import customer_metric
from fenji.analyze.metrics.registry import builtin_metrics
from fenji.analyze.metrics.rows import known_facts
from fenji.analyze.reviews.activity import is_lost, metrics_for_lost
from fenji.domain.reviews import LostRule
from fenji.engines.duck import DuckEngine
from worlds import sale, world

NAMES = tuple(each.slug for each in CONTRACT_METRICS)
COMPANY = world(
    sale(3, "2024-01-05", 10),
    contracts=[
        (1, "2024-01-01", None, "5G", "99.00"),
        (1, "2024-03-01", "2024-06-30", "fibre", "49.90"),
        (2, "2024-02-01", "2024-02-01", "5G", None),
        (4, "2024-07-01", None, "5G", "59.00"),
    ],
)


@pytest.fixture(scope="module")
def duck() -> Iterator[DuckEngine]:
    engine = DuckEngine(threads=1)
    yield engine
    engine.close()


def _panel(duck: DuckEngine, as_of: date) -> dict[int, tuple]:
    facts, customer = COMPANY.on(duck)
    table = customer_metric(facts, customer, metrics=CONTRACT_METRICS, as_of=as_of)
    return {row["customer_key"]: tuple(row[name] for name in NAMES) for row in duck.fetch(table).to_pylist()}


def test_a_contract_runs_up_to_the_day_before_its_end(duck: DuckEngine) -> None:
    # Customer 1 on 29 June: two contracts run, 148.90 a month, the longest for 180 days (1 January to 29 June of a leap year).
    assert _panel(duck, date(2024, 6, 29)) == {
        1: (2, Decimal("148.90"), 180.0, 180),
        2: (0, Decimal("0.00"), 0.0, 149),
        3: (0, Decimal("0.00"), None, None),
    }
    # On 30 June the fibre has ended.
    assert _panel(duck, date(2024, 6, 30))[1] == (1, Decimal("99.00"), 181.0, 181)


def test_an_end_that_lies_ahead_changes_nothing(duck: DuckEngine) -> None:
    before = _panel(duck, date(2024, 5, 1))
    # From 1 January: 121 days; the fibre, which will end in June, has run for 61 and counts as running.
    assert before[1] == (2, Decimal("148.90"), 121.0, 121)
    assert 4 not in before


def test_who_has_a_running_contract_is_not_lost_however_silent(duck: DuckEngine) -> None:
    lost = LostRule(after_days=30)
    known = tuple(each.slug for each in builtin_metrics())
    assert metrics_for_lost(lost, known) == ("days_since_last_order", "contracts_running")
    facts, customer = COMPANY.on(duck)
    metrics = [each for each in builtin_metrics() if each.slug in metrics_for_lost(lost, known)]
    as_of = date(2024, 6, 30)
    panel = customer_metric(facts, customer, metrics=metrics, as_of=as_of)
    seen = customer.select(key="customer_key", of_customer_first_seen_on="first_seen_on")
    table = panel.join(seen, panel.customer_key == seen.key)
    found = duck.fetch(table.select("customer_key", lost=is_lost(table, lost, as_of=as_of)).order_by("customer_key"))
    assert found["lost"].to_pylist() == [False, True, True]


def test_what_a_later_day_sees_if_nothing_more_happens_does_not_depend_on_what_happened(duck: DuckEngine) -> None:
    as_of, review = date(2024, 5, 1), date(2024, 6, 30)
    voices = [
        {"customer_key": 1, "on": "2024-04-30", "kind": "complaint", "hours_to_resolution": 12},
        {"customer_key": 1, "on": "2024-04-30", "kind": "complaint", "hours_to_resolution": 480},
    ]
    orders = [sale(1, "2023-06-15", 100), sale(1, "2024-04-02", 50)]
    contracts = [(1, "2024-01-01", "2024-04-01"), (1, "2024-03-01", "2024-06-01"), (1, "2024-03-02", None)]
    later = [sale(1, "2024-05-02", 7), sale(2, "2024-06-01", 7)]
    told = world(
        *orders, *later, feedback=voices, contracts=[*contracts, (1, "2024-05-02", None)], events=[(1, "2024-05-02", "visit")]
    )
    facts, customer = told.on(duck)
    metrics = builtin_metrics(["visit"])
    table = customer_metric(known_facts(facts, as_of=as_of), customer, metrics=metrics, as_of=review)
    row = next(row for row in duck.fetch(table).to_pylist() if row["customer_key"] == 1)
    # The order of June 2023 has left the window of twelve months by the end of June; the complaint solved in May is still open,
    # and the contract that ended in June still runs.
    assert (row["net_revenue_12m"], row["orders_12m"], row["days_since_last_order"]) == (Decimal("50.00"), 1, 89)
    assert (row["complaints_12m"], row["complaint_hours_to_resolution_12m"]) == (2, 12.0)
    assert (row["contracts_running"], row["event_visit_12m"]) == (2, 0)
