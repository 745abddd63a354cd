"""An order that moves on from export to export counts once, as the last file tells it. World: one shop, one file a day."""

from __future__ import annotations

import pyarrow as pa

from fenji.domain.feeds import Feed, field_names
from fenji.domain.sources import ColumnMapping, FileLocation, Source
from fenji.engines.duck import DuckEngine
from fenji.prepare.duplicates import mark_copies, without_copies
from fenji.prepare.order_versions import leave_older_versions
from fenji.prepare.rows import typed_rows
from fenji.tables.raw import RAW

MAPPED = ("order_id", "customer_id", "ordered_at", "product_id", "status", "line_amount")


def shop(*fields: str) -> Source:
    return Source("shop", Feed.ORDER_LINE, FileLocation(("*.csv",)), {name: ColumnMapping(column=name) for name in fields})


def verdicts(engine: DuckEngine, told: list[tuple[str, str, str, str, str]], source: Source) -> list[tuple[str, str, str | None]]:
    """file, order, reason of every row that is no copy, in the order of files."""
    rows = [
        dict.fromkeys(field_names(Feed.ORDER_LINE))
        | dict(zip(("file", "order_id", "product_id", "status", "line_amount"), row, strict=True))
        | {"source": "shop", "row_number": number, "batch": "b", "row_hash": hash(row[1:]) % 2**60, "ordered_at": "2026-03-01"}
        for number, row in enumerate(told, start=2)
    ]
    raw = engine.from_arrow(pa.Table.from_pylist(rows, schema=RAW[Feed.ORDER_LINE].schema.to_pyarrow()))
    counted = without_copies(raw, engine.stage(mark_copies(raw, Feed.ORDER_LINE, [source])))
    typed = typed_rows(counted, Feed.ORDER_LINE, [source], calendar=engine, zone="Asia/Shanghai", currency="CNY")
    found = leave_older_versions(typed, [source])
    return [
        (row["file"], row["order_id"], row["reason"])
        for row in engine.fetch(found.order_by("file", "order_id", "row_number")).to_pylist()
    ]


def test_the_last_file_says_how_an_order_stands(duck: DuckEngine) -> None:
    told = [
        ("day1", "1", "x", "已付款", "10"),
        ("day1", "2", "x", "已付款", "20"),
        ("day2", "1", "x", "交易成功", "10"),  # 1 has moved on: counts once
        ("day2", "2", "x", "交易关闭", "20"),  # 2 was closed since: does not count at all
    ]
    assert verdicts(duck, told, shop(*MAPPED)) == [
        ("day1", "1", "superseded"),
        ("day1", "2", "superseded"),
        ("day2", "1", None),
        ("day2", "2", "cancelled"),
    ]


def test_of_an_order_with_several_products_only_what_changed_is_replaced(duck: DuckEngine) -> None:
    told = [
        ("day1", "1", "x", "已付款", "10"),
        ("day1", "1", "y", "已付款", "5"),
        ("day2", "1", "x", "已付款", "10"),  # the same: a copy, the last one counts
        ("day2", "1", "y", "已付款", "4"),  # a new version of y
    ]
    assert verdicts(duck, told, shop(*MAPPED)) == [("day1", "1", "superseded"), ("day2", "1", None), ("day2", "1", None)]


def test_an_order_that_goes_back_to_what_it_was_counts_as_it_is_now(duck: DuckEngine) -> None:
    told = [("day1", "1", "x", "已付款", "10"), ("day2", "1", "x", "已付款", "8"), ("day3", "1", "x", "已付款", "10")]
    assert verdicts(duck, told, shop(*MAPPED)) == [("day2", "1", "superseded"), ("day3", "1", None)]


def test_one_file_and_sources_without_status_are_left_as_they_are(duck: DuckEngine) -> None:
    twice = [("day1", "1", "x", "已付款", "10"), ("day1", "1", "x", "已付款", "4")]
    assert verdicts(duck, twice, shop(*MAPPED)) == [("day1", "1", None), ("day1", "1", None)]
    two_files = [("day1", "1", "x", "", "10"), ("day2", "1", "x", "", "4")]
    without = [name for name in MAPPED if name != "status"]
    assert verdicts(duck, two_files, shop(*without)) == [("day1", "1", None), ("day2", "1", None)]
