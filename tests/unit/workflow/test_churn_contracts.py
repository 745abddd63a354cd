"""Contracts that end are foretold where a workspace has any; world: monthly plans end four times as often as yearly ones."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

import pytest

from fenji.cli.main import answer
from fenji.domain.churn import ChurnBy, Driver, State
from fenji.language import Language
from fenji.workflow.churn import churn_at
from fenji.workflow.initiating import init_workspace
from fenji.workflow.running import run_all

END = date(2025, 12, 31)
SOURCES = """
sources:
  - source: office
    feed: contract
    files: contracts.csv
    columns: {contract_id: id, customer_id: customer, started_at: begins, ended_at: ends, plan: plan, monthly_fee: fee}
"""


def contracts() -> list[str]:
    """One contract a customer, begun within two years; every thirty days it may end."""
    chance, rows = random.Random(1), []
    for number in range(1500):
        begins = END - timedelta(days=chance.randrange(1, 730))
        plan, ends, day = chance.choice(("monthly", "yearly")), "", begins
        while not ends and (day := day + timedelta(days=30)) <= END:
            ends = str(day) if chance.random() < (0.08 if plan == "monthly" else 0.02) else ""
        rows.append(f"k{number},u{number},{begins},{ends},{plan},20")
    return rows


def test_the_plan_that_ends_more_often_is_at_more_risk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    init_workspace(tmp_path, template="spend", language=Language.EN)
    (tmp_path / "sources.yaml").write_text(SOURCES, "utf-8")
    rows = contracts()
    (tmp_path / "contracts.csv").write_text("\n".join(["id,customer,begins,ends,plan,fee", *rows]) + "\n", "utf-8")
    (tmp_path / "analyses").mkdir(exist_ok=True)
    (tmp_path / "analyses" / "churn.yaml").write_text("learning: {dates: 1}\n", "utf-8")
    run_all(tmp_path, as_of=END)
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
    assert answer(["churn", "--workspace", str(tmp_path), "--lang", "zh"]) == 0
    capsys.readouterr()
