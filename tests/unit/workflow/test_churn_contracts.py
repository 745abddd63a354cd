"""Contracts that end are foretold where a workspace has any; world: monthly plans end four times as often as yearly ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from fenji.domain.churn import ChurnBy, Driver, State
from fenji.workflow.churn import churn_at
from fixtures.office import contracts, office


def test_the_plan_that_ends_more_often_is_at_more_risk(tmp_path: Path) -> None:
    rows = contracts(1500)
    office(tmp_path, rows)
    result = churn_at(tmp_path, top=1000)
    # No definition is declared: contracts decide because there are any.
    assert result.definition.by is ChurnBy.CONTRACT
    plan_of = {each.split(",")[1]: each.split(",")[4] for each in rows}
    running = {each.split(",")[1] for each in rows if not each.split(",")[3]}
    assert sum(each.active for each in result.tiers) == len(running)
    assert {each.customer_id for each in result.top} == running
    assert {each.state for each in result.top} == {State.ACTIVE}
    chances = {
        plan: [each.probability for each in result.top if plan_of[each.customer_id] == plan] for plan in ("monthly", "yearly")
    }
    mean = {plan: sum(each) / len(each) for plan, each in chances.items()}
    # Three chances of 8 % in ninety days are 22 %, of 2 % 6 %.
    assert mean["monthly"] == pytest.approx(0.22, abs=0.06)
    assert mean["yearly"] == pytest.approx(0.06, abs=0.03)
    assert result.drivers[0].driver is Driver.PLAN
