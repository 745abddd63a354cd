"""Features mean what they say, and a reason is only said of whom it is true; worked by hand for single customers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from fenji.analyze.churn.examples import Recipe, columns_of, examples_of, limits_of, rows_of_customers
from fenji.analyze.churn.features import features_for, matrix_of, metrics_used
from fenji.analyze.churn.reasons import added_by_driver, drivers_of, holds, reasons_of
from fenji.analyze.metrics.panel import customer_metric
from fenji.analyze.metrics.registry import Registry
from fenji.domain.churn import DEFAULT_RULES, ChurnBy, Driver, Target
from fenji.engines.engine import Engine
from fenji.language import Language
from fenji.wording.churn import DRIVER_NAMES, reason_sentence
from worlds import day, sale, world

METRICS = Registry.of(["visit"])
USED = metrics_used(METRICS.slugs)
RECIPE = Recipe(USED, (), has_contracts=False, span_days=400.0)


def values(engine: Engine, told: object, as_of: str, customer: int = 1) -> dict[str, float]:
    """The features of one customer of a world."""
    facts, people = told.on(engine)  # type: ignore[attr-defined]
    panel = customer_metric(facts, people, metrics=METRICS.metrics, as_of=day(as_of))
    rows = engine.fetch(rows_of_customers(panel, metrics=USED)).sort_by("customer_key")
    features = features_for(USED)
    matrix = matrix_of(features, columns_of(rows, RECIPE), span_days=400.0)
    place = rows["customer_key"].to_pylist().index(customer)
    return dict(zip([each.name for each in features], matrix[place].tolist(), strict=True))


def test_features_by_hand(duck: Engine) -> None:
    # Twelve orders in twelve months, one of them in the last three: a third of the usual rate.
    months = [f"2025-{month:02}-15" for month in range(1, 10)]
    told = world(
        *(sale(1, each, (100, "tea")) for each in ["2024-11-15", "2024-12-15", *months]), sale(1, "2025-10-20", (100, "cups"))
    )
    found = values(duck, told, "2025-12-31")
    assert found["days_since_last_order"] == 72
    # 2024-11-15 lies 411 days back and before the window; the 339 days from there to the last order have eleven gaps.
    assert found["silence_in_intervals"] == pytest.approx(72 / (339 / 11), rel=1e-6)
    assert found["age_days"] == 400.0
    assert np.expm1(found["orders_per_month"]) == pytest.approx(10 / 12)
    # One order in the last quarter, where ten in a year let 2.5 expect.
    assert found["orders_trend"] == pytest.approx(1 / 2.5, rel=1e-6)
    assert found["net_revenue_trend"] == pytest.approx(1 / 2.5, rel=1e-6)
    assert found["categories_kept"] == 0.5
    assert np.isnan(found["satisfaction_12m"])
    assert found["complaints_12m"] == 0


def test_features_of_a_date_are_the_same_whatever_came_later(duck: Engine) -> None:
    before = [sale(1, "2025-01-10", (10, "tea")), sale(1, "2025-05-10", (20, "tea")), sale(2, "2025-06-01", (5, "cups"))]
    after = [sale(1, "2025-07-01", (999, "cake")), sale(2, "2025-07-02", (999, "cake")), sale(3, "2025-07-03", 1)]
    voices = [{"customer_key": 1, "on": "2025-07-05", "kind": "complaint"}]
    for customer in (1, 2):
        known = values(duck, world(*before), "2025-06-30", customer)
        later = values(duck, world(*before, *after, feedback=voices, events=[(1, "2025-07-01", "visit")]), "2025-06-30", customer)
        for name, value in known.items():
            assert later[name] == pytest.approx(value, nan_ok=True), name


def rows(**columns: list[object]) -> pa.Table:
    count = len(next(iter(columns.values())))
    every = {
        **dict.fromkeys(USED, [None] * count),
        "next_order_days": [None] * count,
        "customer_key": list(range(count)),
        **columns,
    }
    return pa.table(
        {name: pa.array(each, pa.int64() if name == "customer_key" else pa.float64()) for name, each in every.items()}
    )


def test_who_could_leave_and_who_did_by_fixed_days() -> None:
    # 0 orders again in time, 1 too late, 2 never, 3 had left already, 4 never ordered, 5 is silent for exactly the limit.
    told = rows(days_since_last_order=[10, 10, 10, 181, None, 180], next_order_days=[180, 181, None, 5, None, 1])
    found = examples_of(told, RECIPE, DEFAULT_RULES, Target.CHURN)
    assert found.outcome.tolist() == [0, 1, 1, 0]
    assert found.silence.tolist() == pytest.approx([10 / 180, 10 / 180, 10 / 180, 1])
    bought = examples_of(told, RECIPE, DEFAULT_RULES, Target.PURCHASE_30D)
    assert bought.outcome.tolist() == [0, 0, 0, 1, 1]


def test_who_could_leave_and_who_did_by_the_own_rhythm() -> None:
    rules = replace(DEFAULT_RULES, by=ChurnBy.RHYTHM)
    # Three intervals of 20 are 60 days; of 5 are held at 30, of 100 at 180; no interval: 180.
    told = rows(
        days_since_last_order=[50, 61, 29, 150, 150, 50],
        mean_days_between_orders=[20, 20, 5, 100, None, 20],
        next_order_days=[61, 1, 30, 180, None, 60],
    )
    assert limits_of(columns_of(told, RECIPE), rules).tolist() == [60, 60, 30, 180, 180, 60]
    found = examples_of(told, RECIPE, rules, Target.CHURN)
    assert found.outcome.tolist() == [1, 0, 0, 1, 0]


def test_examples_do_not_hang_on_the_order_of_rows() -> None:
    told = rows(days_since_last_order=[float(each) for each in range(50)], next_order_days=[None, 3] * 25)
    one, two = (examples_of(each, RECIPE, DEFAULT_RULES, Target.CHURN) for each in (told, told.take(list(range(49, -1, -1)))))
    assert one.matrix.tobytes() == two.matrix.tobytes()
    assert one.outcome.tolist() == two.outcome.tolist()


def test_reasons_are_the_heaviest_that_are_true() -> None:
    features = [
        each
        for each in features_for(USED)
        if each.name in ("days_since_last_order", "orders_trend", "complaints_12m", "age_days")
    ]
    # In this order: silence, trend, age, complaints.
    medians = [20.0, 1.0, 500.0, 0.0]
    matrix = np.array([[30.0, 0.5, 400.0, 2.0], [30.0, 1.5, 90.0, 0.0], [10.0, np.nan, 400.0, 0.0]])
    parts = np.array([[0.3, 0.9, 0.7, 0.5], [0.3, 0.9, 0.1, 0.5], [0.3, 0.9, 0.01, -0.5]])
    sides = holds(features, matrix, medians)
    found = [list(each) for each in zip(*reasons_of(features, parts, sides), strict=True)]
    # The first is not new, though the model adds 0.7 for it; the second orders more often than before and never complained.
    assert found == [
        ["falling_frequency", "complaints", "longer_silence"],
        ["longer_silence", "new_customer", None],
        [None, None, None],
    ]
    assert [str(each) for each in drivers_of(features)] == ["longer_silence", "falling_frequency", "complaints", "new_customer"]
    # Drivers stand in the order of their names: complaints before new customer.
    assert added_by_driver(features, parts)[0].tolist() == [0.3, 0.9, 0.5, 0.7]


def test_every_driver_has_words_and_numbers_where_they_are_known() -> None:
    assert set(DRIVER_NAMES) == set(Driver)
    facts = {
        "days_since_last_order": 40,
        "mean_days_between_orders": 11.6,
        "refund_rate_12m": 0.25,
        "orders_3m": 1,
        "orders_12m": 9,
    }
    said = {each: reason_sentence(each, facts, Language.EN) for each in Driver}
    assert said[Driver.LONGER_SILENCE] == "40 days since the last order, usually 12 between two"
    assert said[Driver.REFUNDS] == "refunded: 25% of the sales of 12 months"
    assert said[Driver.COMPLAINTS] == "complaints"
    faster = {**facts, "mean_days_between_orders": 90.0}
    assert reason_sentence(Driver.LONGER_SILENCE, faster, Language.EN) == "40 days since the last order"
