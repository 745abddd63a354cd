"""The whole thread of churn: a planted cause is found, nothing later leaks in, the same seed gives the same numbers, and little data are told as such."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from fenji.answers.churn import CustomerRisk, TargetForecast
from fenji.domain.churn import Driver, RiskClass, ScoreModel, State
from fenji.domain.churn import Target as ChurnTarget
from fenji.errors import InvalidArgument, NotFound
from fenji.tables.insight_churn import CHURN_DRIVER, CHURN_QUALITY, CHURN_RISK
from fenji.workflow.churn import churn_at, propensity_at
from fenji.workflow.churn_past import past_of
from fenji.workflow.churn_run import CHURN
from fenji.workspace.standing import analyze, chosen_for, open_standing
from fixtures.leaving import END, complaining_shop, run_shop, write_shop
from fixtures.little_data import EARLIER, SMALL


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop of complaints, run two months before its data end."""
    orders, complaints = complaining_shop()
    return run_shop(write_shop(tmp_path_factory.mktemp("churn") / "shop", orders, complaints), as_of=EARLIER)


@pytest.fixture(scope="module")
def told(shop: Path) -> dict:
    """Risk and drivers as they are stored, by name of the table, and the run."""
    return stored(shop)


def stored(folder: Path) -> dict:
    with open_standing(folder) as standing:
        found = analyze(CHURN, standing)
        tables = {}
        for contract in (CHURN_RISK, CHURN_DRIVER, CHURN_QUALITY):
            table = standing.session.engine.fetch(found.table(contract))
            tables[contract.name] = table.sort_by([(each, "ascending") for each in contract.key])
        return {"run": found.run.run_id, "as_of": standing.as_of, **tables}


def drivers_of(customer: CustomerRisk) -> set[Driver]:
    return {each.driver for each in customer.reasons}


def test_a_planted_cause_is_the_first_driver_and_the_first_reason(shop: Path, told: dict) -> None:
    result = churn_at(shop, top=1000)
    assert result.forecast.used in (ScoreModel.LIGHTGBM, ScoreModel.BLEND, ScoreModel.LOGISTIC)
    better, simple = (result.forecast.figure(each, "auc") for each in (result.forecast.used, ScoreModel.RECENCY))
    assert better > simple + 0.05
    heaviest = {each.driver for each in result.drivers[:2]}
    assert Driver.COMPLAINTS in heaviest
    complained = [each for each in result.top if each.facts["complaints_12m"]]
    content = [each for each in result.top if not each.facts["complaints_12m"]]
    assert len(complained) > 50
    assert all(Driver.COMPLAINTS in drivers_of(each) for each in complained)
    assert not any(Driver.COMPLAINTS in drivers_of(each) for each in content)
    mean = [sum(each.probability for each in group) / len(group) for group in (complained, content)]
    assert mean[0] > 3 * mean[1]


def test_who_is_foretold_to_leave_does(shop: Path, told: dict) -> None:
    # The files go on for two months after the date: what really happened is read from them here, by itself.
    orders, _complaints = complaining_shop()
    later = {who for who, day, _amount, _category in orders if EARLIER < day <= END}
    known = {each.customer_id: each for each in churn_at(shop, top=1000).top}
    assert all(each.state is State.ACTIVE for each in known.values())
    left = {who: who not in later for who in known}
    high = [who for who, each in known.items() if each.risk_class is RiskClass.HIGH]
    low = [who for who, each in known.items() if each.risk_class is RiskClass.LOW]
    assert sum(left[who] for who in high) / len(high) > 0.6
    assert sum(left[who] for who in low) / len(low) < 0.1
    expected = sum(each.probability for each in known.values())
    assert expected == pytest.approx(sum(left.values()), rel=0.35)


def test_a_second_look_reads_the_first(shop: Path, told: dict) -> None:
    assert stored(shop)["run"] == told["run"]


def test_a_sample_of_each_date_is_about_as_large_as_asked(shop: Path, told: dict) -> None:
    with open_standing(shop) as standing:
        rules = replace(chosen_for(CHURN, standing)[0], customers=150)
        past = past_of(standing, rules, horizon_days=60)
        assert past is not None
        rows = past.rows(past.schedule.evaluate, 60)
    assert 100 <= rows.num_rows <= 200


def test_rows_after_the_date_change_nothing_and_the_same_rows_give_the_same_bits(shop: Path, told: dict, tmp_path: Path) -> None:
    orders, complaints = complaining_shop()
    known_orders = [each for each in orders if each[1] <= EARLIER]
    known_complaints = [each for each in complaints if each[1] <= EARLIER]
    cut = stored(run_shop(write_shop(tmp_path / "cut", known_orders, known_complaints), as_of=EARLIER))
    for name in (CHURN_DRIVER.name, CHURN_QUALITY.name):
        assert cut[name].equals(told[name]), name
    # Customers who came later are no part of the date in either.
    assert cut[CHURN_RISK.name].equals(told[CHURN_RISK.name])


def test_purchases_are_foretold_by_the_same_machinery(shop: Path) -> None:
    result = propensity_at(shop, top=5, customer="c1")
    orders, _complaints = complaining_shop()
    for target, days in ((ChurnTarget.PURCHASE_30D, 30), (ChurnTarget.PURCHASE_90D, 60)):
        came = {who for who, day, _amount, _category in orders if EARLIER < day <= EARLIER + timedelta(days=days)}
        known = {who for who, day, _amount, _category in orders if day <= EARLIER}
        # Customers of 90 days are judged by the 60 that the files go on: who returns at all is back by then.
        assert result.expected[target] == pytest.approx(len(came & known), rel=0.25)
    assert list(result.targets) == [ChurnTarget.PURCHASE_30D, ChurnTarget.PURCHASE_90D]
    assert all(each.figure(each.used, "auc") > 0.9 for each in result.targets.values())
    chances = [each.purchase_probability_30d for each in result.top]
    assert chances == sorted(chances, reverse=True)
    assert result.customer is not None


def test_an_unknown_customer_or_number_is_said(shop: Path, told: dict) -> None:
    with pytest.raises(NotFound, match="no customer is known by this"):
        churn_at(shop, customer="nobody")
    with pytest.raises(InvalidArgument, match="0 to 1000"):
        propensity_at(shop, top=-1)


@pytest.mark.parametrize("name", sorted(SMALL))
def test_little_data_are_told_as_such(name: str, tmp_path: Path) -> None:
    orders, lack = SMALL[name]
    shop = run_shop(write_shop(tmp_path / "shop", orders))
    result = churn_at(shop)
    assert (result.forecast.lack, result.forecast.used) == (lack, None)
    assert len(result.warnings) == 2
    assert all(each.probability is None for each in result.top)
    assert sum(each.active for each in result.tiers) == len({who for who, *_rest in orders})
    # Silent for 21 of 60 days, or for fewer: a third of the limit is middle.
    expected = RiskClass.MIDDLE if name == "five" else RiskClass.LOW
    assert {each.risk_class for each in result.top} == {expected}


def test_without_any_order_nobody_can_leave(tmp_path: Path) -> None:
    shop = write_shop(tmp_path / "shop", [("a", END, 5, "x")])
    (shop / "people.csv").write_text("customer\na\nb\n", "utf-8")
    (shop / "sources.yaml").write_text(
        "sources:\n  - source: people\n    feed: customer\n    files: people.csv\n    columns: {customer_id: customer}\n", "utf-8"
    )
    result = churn_at(run_shop(shop))
    assert (result.forecast, result.top) == (TargetForecast(), ())
    assert [each.active for each in result.tiers] == [0] * 5
    assert any("nobody has ordered" in each.text for each in result.warnings)
    found = propensity_at(shop)
    assert found.expected == dict.fromkeys((ChurnTarget.PURCHASE_30D, ChurnTarget.PURCHASE_90D))
    assert any("nobody has ordered" in each.text for each in found.warnings)


def test_risk_rows_keep_their_promise_for_all_states(shop: Path, told: dict) -> None:
    table: pa.Table = told[CHURN_RISK.name]
    for row in table.to_pylist():
        assert row["is_at_risk_set"] == (row["state"] == State.ACTIVE)
        assert (row["churn_probability"] is not None) == row["is_at_risk_set"]
        assert (row["silent_days"] > row["limit_days"]) == (row["state"] == State.LEFT)
