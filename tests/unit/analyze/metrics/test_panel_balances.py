"""Totals answer what they cover, and nothing else of a customer who has no orders. One list of members, worked by hand at 2026-06-30.

The window of twelve months is after 2025-06-30, that of three months after 2026-03-31.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pyarrow as pa

from fenji.analyze.metrics.panel import customer_metric
from fenji.analyze.metrics.registry import builtin_metrics
from fenji.analyze.metrics.rows import known_facts
from fenji.analyze.reviews.cells import plan_cells
from fenji.domain.metrics import Fact, Metric
from fenji.domain.reviews import LostRule
from fenji.engines.engine import Engine
from fenji.tables import clean
from fenji.tables.insight import customer_metric as contract
from worlds import sale, world

AS_OF = date(2026, 6, 30)
FIVE = ("net_revenue_3m", "net_revenue_12m", "orders_12m", "net_revenue_total", "days_since_last_order")


def panel(
    engine: Engine,
    totals: dict[int, dict[str, object]],
    *orders: object,
    as_of: date = AS_OF,
    metrics: tuple[Metric, ...] = builtin_metrics(),
    **common: object,
) -> dict[int, dict[str, object]]:
    """The panel of members who are known by totals; ``common`` is what all their totals say."""
    told = {"source": "list", "period": "lifetime", "as_of": AS_OF, "total": Decimal(100)} | common
    rows = [told | {"customer_key": key} | own for key, own in totals.items()]
    schema = clean.BALANCE.schema.to_pyarrow()
    balance = pa.table({each.name: pa.array([row.get(each.name) for row in rows], type=each.type) for each in schema})
    given = world(*orders, customers=[{"customer_key": key, "first_seen_on": date(2020, 1, 1)} for key in totals])
    facts, customer = given.on(engine)
    facts[Fact.BALANCE] = engine.from_arrow(balance)
    table = customer_metric(facts, customer, metrics=metrics, as_of=as_of)
    return {row["customer_key"]: row for row in engine.fetch(table).to_pylist()}


def only(rows: dict[int, dict[str, object]], *slugs: str) -> dict[int, tuple[object, ...]]:
    return {key: tuple(None if row[slug] is None else float(row[slug]) for slug in slugs) for key, row in rows.items()}


def test_lifetime_totals_answer_for_the_windows_that_hold_all_of_them_or_none(duck: Engine) -> None:
    rows = panel(
        duck,
        {
            1: {"orders": 5},  # nothing is known of when
            2: {"orders": 5, "last_on": date(2026, 6, 1)},  # how much of it lies in the window?
            3: {"orders": 5, "last_on": date(2025, 6, 30)},  # before the window: nothing in it
            4: {
                "orders": 5,
                "last_on": date(2026, 3, 1),
                "first_on": date(2025, 7, 1),
            },  # all of it in twelve months, none in three
            5: {"orders": 2, "last_on": date(2026, 6, 30), "first_on": date(2026, 4, 1)},
            6: {"total": Decimal(0), "orders": 0},
            7: {"total": Decimal(0)},
            8: {"total": Decimal(0), "last_on": date(2026, 6, 1)},  # bought, and had it all refunded: when?
        },
    )
    assert only(rows, *FIVE) == {
        1: (None, None, None, 100, None),
        2: (None, None, None, 100, 29),
        3: (0, 0, 0, 100, 365),
        4: (0, 100, 5, 100, 121),
        5: (100, 100, 2, 100, 0),
        6: (0, 0, 0, 0, None),
        7: (0, 0, 0, 0, None),
        8: (None, None, None, 0, 29),
    }
    # What totals do not say is unknown; what has nothing to do with orders is as it was.
    assert only(rows, "units_12m", "categories_12m", "average_order_value_12m", "complaints_12m")[2] == (None, None, None, 0)
    assert only(rows, "units_3m", "categories_3m", "largest_order_value_12m")[3] == (0, 0, None)


def test_totals_of_twelve_months_are_those_of_the_window(duck: Engine) -> None:
    members = {
        1: {"orders": 4, "last_on": date(2026, 4, 11)},
        2: {"orders": 1, "last_on": date(2026, 1, 1)},
        3: {"total": Decimal(0)},
    }
    rows = panel(duck, members, period="last_12_months")
    assert only(rows, *FIVE) == {
        1: (None, 100, 4, None, 80),
        2: (0, 100, 1, None, 180),
        3: (0, 0, 0, None, None),
    }


def test_totals_answer_for_their_day_and_a_month_and_before_it_only_if_nothing_came_since(duck: Engine) -> None:
    members = {1: {"last_on": date(2026, 1, 1)}, 2: {}, 3: {"last_on": date(2026, 6, 29)}}
    at = {day: only(panel(duck, members, as_of=day), "net_revenue_total") for day in map(date.fromisoformat, DAYS)}
    assert {str(day): [found[key][0] for key in (1, 2, 3)] for day, found in at.items()} == {
        "2026-08-01": [None, None, None],  # 32 days later
        "2026-07-31": [100, 100, 100],
        "2026-06-30": [100, 100, 100],
        "2026-06-23": [100, 100, None],  # the list was downloaded a week later
        "2026-06-22": [100, None, None],
        "2025-12-31": [None, None, None],
    }


DAYS = ("2026-08-01", "2026-07-31", "2026-06-30", "2026-06-23", "2026-06-22", "2025-12-31")


def test_beside_real_orders_totals_are_no_money(duck: Engine) -> None:
    rows = panel(duck, {1: {}, 2: {}}, sale(1, "2026-05-01", 30))
    assert only(rows, *FIVE) == {1: (30, 30, 1, 30, 60), 2: (None, None, None, 100, None)}
    # Before the first order the history of customer 1 is as unknown as that of the other.
    rows = panel(duck, {1: {}, 2: {}}, sale(1, "2026-05-01", 30), as_of=date(2026, 4, 30))
    assert only(rows, "net_revenue_12m") == {1: (None,), 2: (None,)}


def test_without_a_period_totals_answer_nothing_and_the_newest_of_a_period_wins(duck: Engine) -> None:
    assert only(panel(duck, {1: {"orders": 3}}, period=None), *FIVE) == {1: (None,) * 5}
    facts, customer = world(customers=[{"customer_key": 1}]).on(duck)
    told = [("a", "lifetime", 10, date(2026, 6, 1)), ("b", "lifetime", 20, AS_OF), ("c", "last_12_months", 7, AS_OF)]
    rows = [
        {"source": name, "customer_key": 1, "total": Decimal(total), "period": period, "as_of": on}
        for name, period, total, on in told
    ]
    schema = clean.BALANCE.schema.to_pyarrow()
    facts[Fact.BALANCE] = duck.from_arrow(
        pa.table({each.name: pa.array([row.get(each.name) for row in rows], type=each.type) for each in schema})
    )
    found = duck.fetch(customer_metric(facts, customer, metrics=builtin_metrics(), as_of=AS_OF)).to_pylist()
    assert [(row["net_revenue_total"], row["net_revenue_12m"]) for row in found] == [(20, 7)]


def test_unknown_stays_unknown_in_the_facts_of_a_past_day_and_histories_come_from_panels(duck: Engine) -> None:
    schema = clean.BALANCE.schema.to_pyarrow()
    row = {"source": "a", "customer_key": 1, "total": Decimal(5), "as_of": AS_OF}
    table = duck.from_arrow(pa.table({each.name: pa.array([row.get(each.name)], type=each.type) for each in schema}))
    _facts, customer = world(customers=[{"customer_key": 1}]).on(duck)
    assert duck.fetch(known_facts({Fact.BALANCE: table}, as_of=date(2020, 1, 1))[Fact.BALANCE]).num_rows == 1
    assert plan_cells((), (), (Fact.BALANCE,), customer, LostRule()) is None


def test_the_panel_keeps_its_contract(duck: Engine) -> None:
    metrics = builtin_metrics()
    given = world(customers=[{"customer_key": 1}])
    facts, customer = given.on(duck)
    row = {"source": "a", "customer_key": 1, "total": Decimal(5), "as_of": AS_OF, "period": "lifetime"}
    schema = clean.BALANCE.schema.to_pyarrow()
    facts[Fact.BALANCE] = duck.from_arrow(
        pa.table({each.name: pa.array([row.get(each.name)], type=each.type) for each in schema})
    )
    table = customer_metric(facts, customer, metrics=metrics, as_of=AS_OF)
    assert table.schema() == contract(metrics).schema
