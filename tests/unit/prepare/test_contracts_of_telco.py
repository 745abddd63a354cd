"""A real list of contract customers, with months of tenure instead of days, becomes contracts: every one is there, with its length and fee."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fenji.collect.reading.samples import Sample
from fenji.domain.feeds import Feed, field_names
from fenji.domain.sources import ColumnMapping, FileLocation, Format, Source
from fenji.engines.engine import Engine
from fenji.prepare.contracts import judge_contracts, make_contracts
from fenji.prepare.rows import typed_rows
from fenji.tables.raw import RAW
from fixtures.cell_reader import propose

DATA = Path(__file__).parents[4] / "shared" / "data" / "telco_churn" / "telco.parquet"
DRAWN_ON = date(2026, 3, 31)
HEADERS = {
    "contract_id": "合同编号",
    "customer_id": "客户编号",
    "started_at": "合同开始日期",
    "ended_at": "合同到期日",
    "plan": "套餐",
    "monthly_fee": "月费",
    "status": "合同状态",
}

pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the public data sets are not beside the project (../shared/data)")


def months_before(day: date, months: int) -> date:
    """As docs/how-to/feed-contracts.md does it."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def cells_of(row: dict) -> tuple[str, ...]:
    """One customer as a line of a list of contracts: counted back from the day on which the list was drawn."""
    has_left = row["Churn"] == "Yes"
    start, end = str(months_before(DRAWN_ON, int(row["tenure"]))), str(DRAWN_ON) if has_left else "长期"
    return (
        row["customerID"],
        row["customerID"],
        start,
        end,
        row["Contract"],
        str(row["MonthlyCharges"]),
        "离网" if has_left else "在网",
    )


@pytest.fixture(scope="module")
def people() -> list[dict]:
    return pq.read_table(DATA, columns=["customerID", "tenure", "Churn", "Contract", "MonthlyCharges"]).to_pylist()


def test_the_list_is_known_for_what_it_is(people: list[dict]) -> None:
    rows = tuple(cells_of(row) for row in people[:200])
    sample = Sample("telco.csv", None, Format.CSV, "utf-8", ",", 1, tuple(HEADERS.values()), rows)
    (source,) = propose([sample]).sources
    assert (source.feed, source.blocking, source.warnings) == (Feed.CONTRACT, (), ())
    assert {column.field: column.column for column in source.columns} == HEADERS


def test_seven_thousand_telephone_customers_become_contracts(engine: Engine, people: list[dict]) -> None:
    source = Source("telco", Feed.CONTRACT, FileLocation(("t",)), {name: ColumnMapping(name) for name in HEADERS})
    place = {"source": "telco", "file": "telco.csv", "batch": "b"}
    told = [
        dict.fromkeys(field_names(Feed.CONTRACT))
        | place
        | {"row_number": number, "row_hash": number}
        | dict(zip(HEADERS, cells_of(row), strict=True))
        for number, row in enumerate(people, start=2)
    ]
    raw = engine.from_arrow(pa.Table.from_pylist(told, RAW[Feed.CONTRACT].schema.to_pyarrow()))
    typed = typed_rows(raw, Feed.CONTRACT, [source], calendar=engine, zone="Asia/Shanghai", currency="CNY")
    judged = judge_contracts(engine.stage(typed), [source])
    judged = engine.stage(judged.mutate(customer_key=judged.row_number))
    assert engine.fetch(judged.filter(judged.reason.notnull())).num_rows == 0
    contracts = engine.fetch(make_contracts(judged, [source], rates=None, workspace="CNY")).to_pylist()
    # 7,043 customers of whom 1,869 have left, as the data set's own description says.
    assert (len(contracts), sum(row["ended_on"] is not None for row in contracts)) == (7043, 1869)
    found = {row["contract_id"]: row for row in contracts}
    for row in people:
        mine = found[f"telco:{row['customerID']}"]
        end = mine["ended_on"] or DRAWN_ON
        assert (end.year - mine["started_on"].year) * 12 + end.month - mine["started_on"].month == row["tenure"]
        assert (mine["plan"], mine["monthly_fee"]) == (row["Contract"], Decimal(str(row["MonthlyCharges"])))
