"""Histories are counted as a person would from a handful of orders; rows after the date change nothing; groups hold everybody."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from fenji.analyze.value.fitting import fit_models, purchase_counts, rhythm_of, spend_counts
from fenji.analyze.value.order_histories import history_totals, interval_ratios, order_histories, purchase_cells, spend_cells
from fenji.analyze.value.scoring import Discounting, score_customers
from fenji.domain.metrics import Fact
from fenji.domain.value import Choice, OrderModel, Rhythm, SpendModel
from worlds import came_back, sale, world

AS_OF = date(2025, 6, 30)

SHOP = world(
    sale(1, "2025-01-01", 10, 5),
    sale(1, "2025-01-01", 20),  # the same day: one order day
    sale(1, "2025-01-15", 40),
    came_back(1, "2025-02-01", 15),
    sale(1, "2025-03-12", 7.5),
    sale(2, "2025-06-30", 99),
    sale(3, "2024-12-31", 50),
    came_back(3, "2025-01-02", 50),
    came_back(4, "2025-01-02", 8),  # goods of an order that nobody knows
    sale(None, "2025-01-03", 1000),
    sale(5, "2025-07-01", 33),  # after the date
    sale(2, "2025-07-02", 1),
    came_back(1, "2025-07-03", 40),
)
UNTIL = world(*(each for each in (
    sale(1, "2025-01-01", 10, 5), sale(1, "2025-01-01", 20), sale(1, "2025-01-15", 40), came_back(1, "2025-02-01", 15),
    sale(1, "2025-03-12", 7.5), sale(2, "2025-06-30", 99), sale(3, "2024-12-31", 50), came_back(3, "2025-01-02", 50),
    came_back(4, "2025-01-02", 8), sale(None, "2025-01-03", 1000),
)))  # fmt: skip


def lines(duck, shop=SHOP):
    return shop.on(duck)[0][Fact.ORDER_LINE]


def test_histories_worked_by_hand(duck):
    found = duck.fetch(order_histories(lines(duck), as_of=AS_OF).order_by("customer_key")).to_pylist()
    assert [tuple(each.values()) for each in found] == [
        (1, 2, date(2025, 1, 1), Decimal("67.50"), 70, 180),
        (2, 0, date(2025, 6, 30), Decimal("99.00"), 0, 0),
        (3, 0, date(2024, 12, 31), Decimal("0.00"), 0, 181),
    ]


def test_rows_after_the_date_change_nothing(duck):
    # What prepare adds to a line looks back only; two worlds, one of which knows the future.
    for step in (order_histories, interval_ratios):
        with_future, without = (duck.fetch(step(lines(duck, shop), as_of=AS_OF)).to_pylist() for shop in (SHOP, UNTIL))
        assert sorted(map(str, with_future)) == sorted(map(str, without))


def test_totals_worked_by_hand(duck):
    (found,) = duck.fetch(history_totals(order_histories(lines(duck), as_of=AS_OF))).to_pylist()
    assert {name: found[name] for name in ("customers", "repeat_buyers", "repeats", "age_days", "paying", "paying_days", "paying_revenue")} == {
        "customers": 3, "repeat_buyers": 1, "repeats": 2, "age_days": 361, "paying": 2, "paying_days": 4, "paying_revenue": Decimal("166.50"),
    }  # fmt: skip
    assert (found["first_on"], found["paying_repeat_buyers"]) == (date(2024, 12, 31), 1)


def many_buyers(customers: int) -> list:
    chance, orders = np.random.default_rng(5), []
    for key in range(customers):
        day = date(2024, 1, 1) + timedelta(days=int(chance.integers(0, 400)))
        for _ in range(int(chance.geometric(0.3))):
            orders.append(sale(key, day, round(float(chance.gamma(2, 20)) + 0.01, 2)))
            day += timedelta(days=int(chance.integers(1, 60)))
            if day > AS_OF:
                break
    return orders


@pytest.mark.parametrize("scale", [None, 1, 16])
def test_groups_hold_every_customer_at_their_mean(duck, scale):
    histories = duck.stage(order_histories(lines(duck, world(*many_buyers(120))), as_of=AS_OF))
    counts = purchase_counts(duck.fetch(purchase_cells(histories, scale=scale)))
    (totals,) = duck.fetch(history_totals(histories)).to_pylist()
    assert counts.everyone == totals["customers"] == 120
    assert counts.customers @ counts.repeats == pytest.approx(totals["repeats"])
    assert counts.customers @ counts.age * 7 == pytest.approx(totals["age_days"])
    exact, grouped = (spend_counts(duck.fetch(spend_cells(histories, is_exact=each))) for each in (True, False))
    assert exact.customers.sum() == grouped.customers.sum() == totals["paying"]
    for name in ("days", "mean_log"):
        assert exact.customers @ getattr(exact, name) == pytest.approx(grouped.customers @ getattr(grouped, name))


@pytest.mark.parametrize(
    ("gaps", "expected"),
    [
        (lambda chance: chance.exponential(60, 2), Rhythm.RANDOM),
        (lambda chance: chance.gamma(6, 10, 2), Rhythm.REGULAR),
        (lambda chance: chance.permutation([chance.uniform(3, 9), chance.uniform(100, 200)]), Rhythm.CLUMPY),
    ],
)
def test_regular_and_clumpy_buying_is_told_from_chance(duck, gaps, expected):
    chance, orders = np.random.default_rng(9), []
    for key in range(600):
        day = date(2023, 1, 1)
        orders.append(sale(key, day, 10))
        for gap in gaps(chance):
            day += timedelta(days=1 + round(float(gap)))
            orders.append(sale(key, day, 10))
    (found,) = duck.fetch(interval_ratios(lines(duck, world(*orders)), as_of=AS_OF)).to_pylist()
    rhythm = rhythm_of(found)
    assert rhythm.kind is expected
    assert rhythm.lower <= rhythm.spread <= rhythm.upper


def modeled(duck, orders):
    table = lines(duck, world(*orders)) if orders else lines(duck).limit(0)
    histories = duck.stage(order_histories(table, as_of=AS_OF))
    (totals,) = duck.fetch(history_totals(histories)).to_pylist()
    (intervals,) = duck.fetch(interval_ratios(table, as_of=AS_OF)).to_pylist()
    purchases = purchase_counts(duck.fetch(purchase_cells(histories, scale=None)))
    models = fit_models(totals, purchases, spend_counts(duck.fetch(spend_cells(histories, is_exact=True))), intervals)
    return models, score_customers(duck.fetch(histories), models, Discounting(36, 0.1), None).to_pylist()


@pytest.mark.parametrize("orders", [(), (sale(1, AS_OF, 10),), (came_back(1, AS_OF, 10),)])
def test_a_shop_without_a_past_has_models_that_say_nothing(duck, orders):
    models, scores = modeled(duck, orders)
    assert (models.orders, models.choice, models.purchase, models.rate) == (
        OrderModel.AVERAGE_RATE,
        Choice.TOO_FEW_BUYERS,
        None,
        None,
    )
    assert (models.spending, models.correlation, models.rhythm.kind) == (SpendModel.AVERAGE, None, Rhythm.UNKNOWN)
    assert [(each["p_alive"], each["expected_orders_12m"], each["clv"]) for each in scores] == [(None, None, None)] * sum(
        each.is_return is False for each in orders
    )


def test_where_nobody_ever_came_back_no_order_is_expected_and_it_is_said_how_sure_that_is(duck):
    models, scores = modeled(duck, [sale(key, "2024-07-01", 10) for key in range(50)])
    assert (models.orders, models.choice, models.rate, models.rate_lower) == (
        OrderModel.AVERAGE_RATE,
        Choice.TOO_FEW_REPEAT_BUYERS,
        0,
        0,
    )
    # Nothing came in 50 x 52 weeks: at most 3.69 did not come by chance in 97.5 of 100 cases.
    (upper,) = {each["expected_orders_12m_upper"] for each in scores}
    assert upper == pytest.approx(3.69 / 50, rel=0.01)
    assert {(each["p_alive"], str(each["expected_revenue_12m"]), str(each["clv"])) for each in scores} == {(None, "0.00", "0.00")}


def test_customers_who_are_all_equal_have_expectations_without_precision(duck):
    models, scores = modeled(
        duck, [sale(key, date(2024, 7, 1) + timedelta(days=30 * number), 20) for key in range(60) for number in range(12)]
    )
    assert models.rhythm.kind is Rhythm.REGULAR
    assert (models.purchase, models.choice, models.spending_choice) == (None, Choice.AT_BOUND, Choice.AT_BOUND)
    assert models.spend.population_mean == pytest.approx(20, rel=0.01)
    for each in scores:
        assert each["expected_orders_12m"] == pytest.approx(12, abs=1.5)
        assert float(each["expected_order_value"]) == pytest.approx(20, abs=0.1)
