"""Who is bound from when to when: starts, ends, states, fees, and what of a list of contracts cannot be true. World: a telephone company."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import ibis.expr.types as ir
import pyarrow as pa

from fenji.domain.feeds import Feed, field_names
from fenji.domain.reasons import Reason
from fenji.domain.sources import ColumnMapping, FileLocation, Source
from fenji.engines.engine import Engine
from fenji.prepare.attribution import attribute, require_customer
from fenji.prepare.contracts import judge_contracts, make_contracts
from fenji.prepare.currencies import rate_table
from fenji.prepare.rows import typed_rows
from fenji.tables.clean import CONTRACT, IDENTITY
from fenji.tables.raw import RAW

FIELDS = ("contract_id", "customer_id", "started_at", "ended_at", "plan", "monthly_fee", "status")


def _source(*fields: str, **more: object) -> Source:
    columns = {name: ColumnMapping(name) for name in fields or FIELDS}
    return Source("telco", Feed.CONTRACT, FileLocation(("telco",)), columns, **more)


def _judged(engine: Engine, rows: Sequence[tuple], source: Source) -> ir.Table:
    """Rows as cells of ``FIELDS``; a first cell such as b.csv/ before the contract id says the file."""
    told = []
    for number, cells in enumerate(rows, start=2):
        file, _slash, contract_id = (cells[0] or "").rpartition("/")
        row = dict.fromkeys(field_names(Feed.CONTRACT)) | dict(zip(FIELDS, cells, strict=True))
        row |= {"contract_id": contract_id or None, "source": "telco", "file": file or "a.csv", "row_number": number}
        told.append(row | {"batch": "b", "row_hash": number})
    raw = engine.from_arrow(pa.Table.from_pylist(told, RAW[Feed.CONTRACT].schema.to_pyarrow()))
    typed = typed_rows(raw, Feed.CONTRACT, [source], calendar=engine, zone="Asia/Shanghai", currency="CNY")
    identity = pa.table(
        {
            "source": ["workspace"] * 2,
            "source_customer_id": ["c1", "c2"],
            "customer_key": [1, 2],
            "rule": ["own_id"] * 2,
            "probability": [1.0] * 2,
        },
        IDENTITY.schema.to_pyarrow(),
    )
    judged = judge_contracts(engine.stage(typed), [source])
    return engine.stage(require_customer(attribute(judged, Feed.CONTRACT, engine.from_arrow(identity), [source])))


def _reasons(engine: Engine, rows: Sequence[tuple], source: Source | None = None) -> list[str | None]:
    judged = _judged(engine, rows, source or _source())
    return engine.fetch(judged.order_by("row_number"))["reason"].to_pylist()


def _made(engine: Engine, rows: Sequence[tuple], source: Source, rates: ir.Table | None = None) -> list[dict]:
    made = make_contracts(_judged(engine, rows, source), [source], rates=rates, workspace="CNY")
    assert made.schema() == CONTRACT.schema
    return engine.fetch(made.order_by("contract_id")).to_pylist()


def test_a_list_of_contracts_as_companies_write_it(engine: Engine) -> None:
    rows = [
        ("H1", "c1", "2024-01-31", "2025-01-30 23:59:59", "5G畅享", "¥129.00", "已到期"),
        ("H2", "c1", "2024年5月1日", None, "宽带", "99元", "正常"),
        ("H3", "c2", "2024/6/1", "9999-12-31", None, "-1", None),
        (None, "c2", "20240701", "2024-07-01", "gym", None, "terminated"),
    ]
    # A fee below zero is no fee; a contract that ends on the day of its start was one.
    assert [tuple(row.values()) for row in _made(engine, rows, _source())] == [
        ("telco:H1", 1, date(2024, 1, 31), date(2025, 1, 30), "5G畅享", Decimal("129.00")),
        ("telco:H2", 1, date(2024, 5, 1), None, "宽带", Decimal("99.00")),
        ("telco:H3", 2, date(2024, 6, 1), None, None, None),
        ("telco:a.csv:5", 2, date(2024, 7, 1), date(2024, 7, 1), "gym", None),
    ]


LEFT_OUT = [
    (("H1", "c1", None, None, None, None, None), Reason.MISSING_DATE),
    (("H2", "c1", "next week", None, None, None, None), Reason.INVALID_DATE),
    (("H3", "c1", "2024-01-01", "soon", None, None, None), Reason.INVALID_DATE),
    (("H4", "c1", "2024-01-02", "2024-01-01", None, None, None), Reason.ENDS_BEFORE_START),
    (("H5", "c1", "2024-01-02 18:00", "2024-01-02", None, None, None), None),
    (("H6", "c1", "2024-01-01", None, None, None, "已解约"), Reason.ENDED_WITHOUT_DATE),
    (("H7", "c1", "2024-01-01", None, None, None, "Cancelled"), Reason.ENDED_WITHOUT_DATE),
    (("H8", "c1", "2024-01-01", "2024-03-01", None, None, "草稿"), Reason.NEVER_IN_FORCE),
    (("H9", "c1", "2024-01-01", None, None, None, "作废"), Reason.NEVER_IN_FORCE),
    (("H10", "c1", "2024-01-01", None, None, None, "在网"), None),
    (("H11", None, "2024-01-01", None, None, None, None), Reason.MISSING_CUSTOMER),
    (("H12", "c9", "2024-01-01", None, None, None, None), Reason.MISSING_CUSTOMER),
]
OPEN_ENDS = ("长期", "至今", "9999-12-31", "2999/12/31", "present", "Ongoing", "99991231", "0000-00-00", "-", None)


def test_what_cannot_be_true_is_left_out_with_its_reason(engine: Engine) -> None:
    assert _reasons(engine, [cells for cells, _reason in LEFT_OUT]) == [reason for _cells, reason in LEFT_OUT]


def test_an_open_end_is_no_end(engine: Engine) -> None:
    rows = [(f"H{number}", "c1", "2024-01-01", end, None, None, None) for number, end in enumerate(OPEN_ENDS)]
    made = _made(engine, rows, _source())
    assert [row["ended_on"] for row in made] == [None] * len(OPEN_ENDS)


def test_of_one_contract_the_newest_row_counts(engine: Engine) -> None:
    rows = [
        ("jan.csv/H1", "c1", "2024-01-01", None, None, None, "active"),
        ("mar.csv/H1", "c1", "2024-01-01", "2024-02-15", None, None, "ended"),
        ("feb.csv/H1", "c1", "2024-01-01", None, None, None, "active"),
        ("mar.csv/H2", "c1", "2024-01-01", None, None, None, "active"),
    ]
    assert _reasons(engine, rows) == ["superseded", None, "superseded", None]
    without_ids = _source("customer_id", "started_at", "ended_at")
    assert _reasons(engine, rows, without_ids) == [None] * 4


def test_foreign_fees_go_by_the_latest_rate_and_a_missing_rate_leaves_no_fee(engine: Engine) -> None:
    rows = [("H1", "c1", "2019-01-01", None, None, "10.00", None)]
    rates = engine.from_arrow(rate_table({"USD": {"2025-01": Decimal(7), "2026-01": Decimal("7.2")}}, workspace="CNY"))
    (row,) = _made(engine, rows, _source(currency="USD"), rates)
    assert row["monthly_fee"] == Decimal("72.00")
    (row,) = _made(engine, rows, _source(currency="EUR"), rates)
    assert row["monthly_fee"] is None
