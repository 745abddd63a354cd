"""Every record is kept, rejected or a copy; a row lost or made twice ends the run. World: two files of a shop, worked by hand."""

from __future__ import annotations

from decimal import Decimal

import ibis
import pyarrow as pa
import pytest

from fenji.domain.feeds import Feed
from fenji.engines.duck import DuckEngine
from fenji.errors import ContractBroken
from fenji.prepare.accounts import file_accounts, rejected_rows, require_balance, unbalanced
from fenji.tables.clean import FILE_ACCOUNT, REJECTED_ROW
from fenji.tables.raw import UNREADABLE

PLACE = ("source", "file", "row_number")
A, B = "jan.csv", "feb.csv"


def table(engine: DuckEngine, columns: dict[str, pa.DataType], rows: list[tuple]) -> ibis.Table:
    schema = pa.schema(columns)
    return engine.from_arrow(pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema))


def places(engine: DuckEngine, *rows: tuple[str, int]) -> ibis.Table:
    columns = {"source": pa.string(), "file": pa.string(), "row_number": pa.int64()}
    return table(engine, columns, [("shop", file, number) for file, number in rows])


def unreadable(engine: DuckEngine, *rows: tuple[str, int]) -> ibis.Table:
    full = [
        {
            "source": "shop",
            "file": file,
            "row_number": number,
            "batch": "b",
            "feed": "order_line",
            "reason": "ragged_row",
            "came": "Li Lei,139",
        }
        for file, number in rows
    ]
    return engine.from_arrow(pa.Table.from_pylist(full, schema=UNREADABLE.schema.to_pyarrow()))


def judged(engine: DuckEngine, *rows: tuple[str, int, str | None]) -> ibis.Table:
    columns = dict.fromkeys((*PLACE, "reason", "field", "came"), pa.string()) | {"row_number": pa.int64()}
    return table(engine, columns, [("shop", file, number, reason, None, None) for file, number, reason in rows])


def accounts(engine: DuckEngine, *, kept: list[tuple[str, int]]) -> ibis.Table:
    """jan.csv: 4 rows and one unreadable; feb.csv: 3 rows, of which one is a copy and one a repeat that the source drops."""
    lines = {
        **dict.fromkeys(PLACE, pa.string()),
        "row_number": pa.int64(),
        "part": pa.int8(),
        "customer_key": pa.int64(),
        "net_revenue": pa.decimal128(18, 2),
    }
    counts = {"source": pa.string(), "file": pa.string()} | dict.fromkeys(
        ("across_files", "repeats_within_file", "repeats_dropped"), pa.int64()
    )
    bad = unreadable(engine, (A, 6))
    return file_accounts(
        raw={Feed.ORDER_LINE: places(engine, (A, 2), (A, 3), (A, 4), (A, 5), (B, 2), (B, 3), (B, 4))},
        unreadable=bad,
        copies={Feed.ORDER_LINE: table(engine, counts, [("shop", B, 1, 1, 1)])},
        kept={Feed.ORDER_LINE: places(engine, *kept)},
        rejected=rejected_rows([(Feed.ORDER_LINE, judged(engine, (A, 3, "unpaid"), (A, 2, None)))], bad),
        feeds={"shop": Feed.ORDER_LINE},
        order_lines=table(
            engine,
            lines,
            [
                ("shop", A, 2, 0, None, Decimal("9.50")),
                ("shop", A, 2, 1, None, Decimal("-2.00")),
                ("shop", A, 4, 0, 7, Decimal(5)),
            ],
        ),
    )


def test_every_record_is_in_exactly_one_place(engine: DuckEngine) -> None:
    made = accounts(engine, kept=[(A, 2), (A, 4), (A, 5), (B, 2)])
    assert made.schema() == FILE_ACCOUNT.schema
    assert [tuple(row.values()) for row in engine.fetch(made.order_by(ibis.desc("file"))).to_pylist()] == [
        ("shop", "order_line", A, 5, 3, 2, 0, 0, 0, 1, Decimal("7.50")),
        ("shop", "order_line", B, 3, 1, 0, 1, 1, 1, 0, Decimal("0.00")),
    ]
    require_balance(engine.fetch(unbalanced(made)).to_pylist())


@pytest.mark.parametrize(
    "kept", [[(A, 2), (A, 4), (B, 2)], [(A, 2), (A, 4), (A, 5), (A, 5), (B, 2)], [(A, 2), (A, 4), (A, 5), (B, 2), ("mar.csv", 2)]]
)
def test_a_row_lost_made_twice_or_out_of_nowhere_ends_the_run(engine: DuckEngine, kept: list[tuple[str, int]]) -> None:
    faults = engine.fetch(unbalanced(accounts(engine, kept=kept))).to_pylist()
    with pytest.raises(ContractBroken) as caught:
        require_balance(faults)
    assert len(caught.value.problems) == 1


def test_rejected_rows_tell_where_and_why_but_not_what_an_unreadable_record_said(engine: DuckEngine) -> None:
    rows = judged(engine, (A, 2, None), (A, 3, "unpaid"))
    made = rejected_rows([(Feed.ORDER_LINE, rows)], unreadable(engine, (B, 9)))
    assert made.schema() == REJECTED_ROW.schema
    assert [tuple(row.values()) for row in engine.fetch(made.order_by("file")).to_pylist()] == [
        ("shop", "order_line", B, 9, "ragged_row", None, None),
        ("shop", "order_line", A, 3, "unpaid", None, None),
    ]
