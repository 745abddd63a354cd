"""A real list of contract customers, with months of tenure instead of days, becomes contracts: every one is there, with its length and fee."""

from __future__ import annotations

import csv
from calendar import monthrange
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from fenji.cli.main import answer
from fenji.language import Language
from fenji.tables import clean, insight
from fenji.workflow.initiating import init_workspace
from fenji.workflow.wiring import open_session
from fenji.workflow.workspace import open_workspace

DATA = Path(__file__).parents[3] / "shared" / "data" / "telco_churn" / "telco.parquet"
DRAWN_ON = date(2026, 3, 31)
SOURCES = """
sources:
  - source: contracts
    feed: contract
    files: contracts.csv
    columns: {contract_id: 合同编号, customer_id: 客户编号, started_at: 合同开始日期, ended_at: 合同到期日, plan: 套餐, monthly_fee: 月费, status: 合同状态}
"""

pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the public data sets are not beside the project (../shared/data)")


def months_before(day: date, months: int) -> date:
    """As docs/how-to/feed-contracts.md does it."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def contracts_file(path: Path) -> list[dict]:
    """The list as contracts: counted back from the day on which it was drawn; who left did so in its last month."""
    people = pq.read_table(DATA, columns=["customerID", "tenure", "Churn", "Contract", "MonthlyCharges"]).to_pylist()
    with path.open("w", encoding="utf-8", newline="") as goes:
        lines = csv.writer(goes)
        lines.writerow(["合同编号", "客户编号", "合同开始日期", "合同到期日", "套餐", "月费", "合同状态"])
        for row in people:
            has_left = row["Churn"] == "Yes"
            start, end = months_before(DRAWN_ON, int(row["tenure"])), DRAWN_ON if has_left else "长期"
            fee, state = row["MonthlyCharges"], "离网" if has_left else "在网"
            lines.writerow([row["customerID"], row["customerID"], start, end, row["Contract"], fee, state])
    return people


def test_seven_thousand_telephone_customers_become_contracts(tmp_path: Path) -> None:
    init_workspace(tmp_path, template="spend", language=Language.EN)
    people = contracts_file(tmp_path / "contracts.csv")
    (tmp_path / "sources.yaml").write_text(SOURCES, "utf-8")
    assert answer(["run", "--as-of", str(DRAWN_ON), "--workspace", str(tmp_path)]) == 0
    with open_session(open_workspace(tmp_path)) as session:
        run = session.latest()
        contracts = session.engine.fetch(session.read(run.run_id, clean.CONTRACT)).to_pylist()
        accounts = session.engine.fetch(session.read(run.run_id, clean.FILE_ACCOUNT)).to_pylist()
        customers = session.engine.fetch(session.read(run.run_id, clean.CUSTOMER)).to_pylist()
        panel = session.read(run.run_id, insight.TIER_ASSIGNMENT, as_of=DRAWN_ON)
        assigned = session.engine.fetch(panel.aggregate(customers=panel.count())).to_pylist()
    # 7,043 customers of whom 1,869 have left, as the data set's own description says.
    assert (len(contracts), sum(row["ended_on"] is not None for row in contracts)) == (7043, 1869)
    assert [(row["rows_in"], row["kept"], row["rejected"]) for row in accounts] == [(7043, 7043, 0)]
    assert (len(customers), assigned[0]["customers"]) == (7043, 7043)
    first_seen = {row["customer_id"]: row["first_seen_on"] for row in customers}
    found = {row["contract_id"]: row for row in contracts}
    for row in people:
        mine = found[f"contracts:{row['customerID']}"]
        end = mine["ended_on"] or DRAWN_ON
        assert (end.year - mine["started_on"].year) * 12 + end.month - mine["started_on"].month == row["tenure"]
        assert (mine["plan"], mine["monthly_fee"]) == (row["Contract"], Decimal(str(row["MonthlyCharges"])))
        assert first_seen[row["customerID"]] == mine["started_on"]
