"""Curves of contracts are those of the papers and of scipy, and months of contracts are counted as a person would."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from fenji.analyze.value.contract_lengths import contract_lengths, curves_of, largest_plans
from fenji.analyze.value.contract_values import contract_value, renewal_weights
from fenji.analyze.value.sbg import SbgModel, fit_sbg
from fenji.analyze.value.survival import kaplan_meier, survival_rows
from fenji.tables import clean


def test_the_product_limit_estimate_is_that_of_scipy():
    chance = np.random.default_rng(2)
    times, ended = chance.integers(1, 30, 200), chance.random(200) < 0.6
    ours = kaplan_meier(times, ended)
    theirs = stats.ecdf(stats.CensoredData(uncensored=times[ended], right=times[~ended])).sf
    assert ours.survival == pytest.approx(theirs.evaluate(ours.times))
    lower, upper = ours.interval()
    known = ~np.isnan(lower)
    limits = theirs.confidence_interval(0.95, method="log-log")
    assert lower[known] == pytest.approx(limits.low.evaluate(ours.times)[known], abs=1e-6)
    assert upper[known] == pytest.approx(limits.high.evaluate(ours.times)[known], abs=1e-6)


def test_groups_count_as_their_members():
    apart = kaplan_meier([1, 1, 2, 2, 2, 3], [True, False, True, True, False, False])
    together = kaplan_meier([1, 1, 2, 2, 3], [True, False, True, False, False], [1, 1, 2, 1, 1])
    assert together.survival == pytest.approx(apart.survival)
    assert list(together.at_risk) == list(apart.at_risk) == [6, 4, 1]


def test_true_parameters_of_renewal_come_back():
    chance = np.random.default_rng(3)
    leaving = chance.beta(0.7, 2.5, 20_000)
    lasted = chance.geometric(leaving)
    lost = [int((lasted == period).sum()) for period in range(1, 9)]
    model = fit_sbg(lost, int((lasted > 8).sum()))
    assert model.interval("alpha", 1.96)[0] < 0.7 < model.interval("alpha", 1.96)[1]
    assert model.interval("beta", 1.96)[0] < 2.5 < model.interval("beta", 1.96)[1]
    assert model.survival(np.array([0.0, 20.0])) == pytest.approx([1, (lasted > 20).mean()], abs=0.01)
    # Half of them seen for three periods only.
    seen = np.where(np.arange(20_000) % 2, 8, 3)
    lost = [int(((lasted == period) & (period <= seen)).sum()) for period in range(1, 9)]
    running = [int(((lasted > seen) & (seen == period)).sum()) for period in range(1, 9)]
    censored = fit_sbg(lost, 0, censored_by_period=running)
    assert (censored.alpha, censored.beta) == pytest.approx((model.alpha, model.beta), rel=0.1)
    assert censored.retention_rate(1) == pytest.approx(2.5 / 3.2, abs=0.01)


def test_a_handful_of_ends_makes_no_curve():
    assert fit_sbg([1, 2, 1], 50) is None


def contracts(*rows: tuple[str | None, str, str | None]) -> pa.Table:
    records = [
        {"contract_id": str(number), "customer_key": number, "started_on": date.fromisoformat(began), "plan": plan,
         "ended_on": None if ended is None else date.fromisoformat(ended)}
        for number, (plan, began, ended) in enumerate(rows)
    ]  # fmt: skip
    return pa.Table.from_pylist(records, schema=clean.CONTRACT.schema.to_pyarrow())


@pytest.mark.parametrize(
    ("began", "ended", "expected"),
    [
        ("2025-01-15", "2025-02-15", (1, True)),  # ended with its first month
        ("2025-01-15", "2025-02-16", (2, True)),  # a day into the second
        ("2025-01-15", "2025-01-20", (1, True)),
        ("2025-01-15", "2025-01-15", (1, True)),
        ("2025-01-15", None, (11, False)),  # until 31 December: eleven whole months
        ("2025-01-31", "2025-12-31", (11, True)),  # from this very day no longer in force
        ("2025-01-15", "2026-03-01", (11, False)),  # its end is not known to have come yet
        ("2025-12-15", None, None),  # has not completed a month
        ("2026-01-01", None, None),  # has not begun
        ("2024-12-31", None, (12, False)),
    ],
)
def test_months_of_contracts_are_counted_as_a_person_would(duck, began, ended, expected):
    table = duck.from_arrow(contracts((None, began, ended)))
    rows = duck.fetch(contract_lengths(table, as_of=date(2025, 12, 31))).to_pylist()
    assert [(each["period"], each["is_over"]) for each in rows] == ([] if expected is None else [expected])


def test_plans_have_curves_of_their_own_beside_the_whole(duck):
    ends = ["2025-02-10", "2025-03-10", "2025-03-10", "2025-05-10", "2025-08-10", None, None, None]
    table = contracts(
        *(("basic", "2025-01-10", end) for end in ends), ("gold", "2025-01-10", None), (None, "2025-01-10", "2025-02-10")
    )
    lengths = duck.stage(contract_lengths(duck.from_arrow(table), as_of=date(2025, 12, 31)))
    assert duck.fetch(largest_plans(lengths))["plan"].to_pylist() == ["basic", "gold"]
    curves, models = curves_of(duck.fetch(lengths).to_pylist(), ["basic", "gold"])
    assert {plan: list(curve.at_risk) for plan, curve in curves.items()} == {
        "all": [10, 8, 6, 5, 4],
        "basic": [8, 7, 5, 4, 3],
        "gold": [1],
    }
    assert [plan for plan, model in models.items() if model is not None] == ["all", "basic"]
    rows = survival_rows(curves, models, as_of=date(2025, 12, 31)).to_pylist()
    assert [(each["period"], each["ended"], round(each["survival"], 3)) for each in rows if each["plan"] == "basic"] == [
        (1, 1, 0.875), (2, 2, 0.625), (4, 1, 0.5), (7, 1, 0.375), (11, 0, 0.375),
    ]  # fmt: skip
    assert curves_of([], []) == ({}, {})


def test_what_is_expected_of_contracts_is_what_happens_to_contracts_drawn_from_the_curve(duck):
    model = SbgModel(0.7, 2.5, 0.0, None, 0)
    chance = np.random.default_rng(6)
    leaving = chance.beta(0.7, 2.5, 200_000)
    lasted = chance.geometric(leaving)
    weights = renewal_weights({"all": model, "gold": None}, months=36, rate_yearly=0.1).to_pylist()
    assert {each["curve"] for each in weights} == {"all", "gold"}
    for age in (0, 5, 20):
        (row,) = [each for each in weights if (each["curve"], each["age"]) == ("all", age)]
        renewed = lasted[lasted > age] - 1 - age  # how often who is in force after `age` months renews from now on
        assert row["staying"] == pytest.approx((renewed >= 12).mean(), abs=0.01)
        assert row["fees_12m"] == pytest.approx(np.minimum(renewed, 12).mean(), rel=0.02)
        worth = np.cumsum(np.r_[0.0, 1.1 ** (-np.arange(1, 37) / 12)])
        assert row["fees_clv"] == pytest.approx(worth[np.minimum(renewed, 36)].mean(), rel=0.02)


def test_contracts_of_a_customer_are_valued_together(duck):
    rows = [
        {"contract_id": "a", "customer_key": 1, "started_on": date(2025, 1, 31), "plan": "gold", "monthly_fee": Decimal("10.00")},
        {"contract_id": "b", "customer_key": 1, "started_on": date(2025, 12, 1), "plan": "rare", "monthly_fee": Decimal("5.50")},
        {
            "contract_id": "c",
            "customer_key": 2,
            "started_on": date(2025, 12, 1),
            "ended_on": date(2025, 12, 31),
            "monthly_fee": Decimal(9),
        },
        {"contract_id": "d", "customer_key": 3, "started_on": date(2025, 6, 15), "ended_on": date(2026, 2, 1)},
        {"contract_id": "e", "customer_key": 4, "started_on": date(2026, 1, 1), "monthly_fee": Decimal(9)},
    ]
    table = duck.from_arrow(pa.Table.from_pylist(rows, schema=clean.CONTRACT.schema.to_pyarrow()))
    weights = pa.table(
        {
            "curve": ["gold", "all", "all"],
            "age": pa.array([11, 0, 6], pa.int64()),
            "staying": [0.5, 0.25, 0.5],
            "fees_12m": [9.0, 4.0, 7.0],
            "fees_clv": [20.0, 5.0, 9.0],
        }
    )
    found = duck.fetch(
        contract_value(table, duck.from_arrow(weights), curves=["all", "gold"], as_of=date(2025, 12, 31)).order_by("customer_key")
    ).to_pylist()
    assert [
        (
            each["customer_key"],
            each["contracts"],
            each["monthly_fee"],
            each["contracts_12m"],
            each["expected_fees_12m"],
            each["fee_clv"],
        )
        for each in found
    ] == [
        (1, 2, Decimal("15.50"), 0.75, Decimal("112.00"), Decimal("227.50")),  # 10 x 9 + 5.50 x 4; 10 x 20 + 5.50 x 5
        (3, 1, None, 0.5, None, None),
    ]
    assert renewal_weights({"all": None}, months=36, rate_yearly=0.1).num_rows == 0
