"""An order that moves on from export to export counts once, as the last file tells it. World: one shop, one file a day."""

from __future__ import annotations

import pyarrow as pa
import pytest

from fenji.domain.feeds import Feed, field_names
from fenji.domain.sources import ColumnMapping, FileLocation, Source
from fenji.engines.duck import DuckEngine
from fenji.prepare.duplicates import file_places, mark_copies, without_copies
from fenji.prepare.orders.versions import leave_older_versions
from fenji.prepare.rows import typed_rows
from fenji.tables.raw import RAW

MAPPED = ("order_id", "customer_id", "ordered_at", "product_id", "status", "line_amount")


def shop(*fields: str) -> Source:
    return Source("shop", Feed.ORDER_LINE, FileLocation(("*.csv",)), {name: ColumnMapping(column=name) for name in fields})


def verdicts(
    engine: DuckEngine,
    told: list[tuple[str, str, str, str, str]],
    source: Source,
    *,
    extra: list[dict[str, str]] | None = None,
    places: pa.Table | None = None,
) -> list[tuple[str, str, str | None]]:
    """file, order, reason of every row that is no copy, in the order of files."""
    more = extra or [{}] * len(told)
    placed = None if places is None else engine.from_arrow(places)
    rows = [
        dict.fromkeys(field_names(Feed.ORDER_LINE))
        | dict(zip(("file", "order_id", "product_id", "status", "line_amount"), row, strict=True))
        | {"source": "shop", "row_number": number, "batch": "b", "row_hash": hash(row[1:]) % 2**60, "ordered_at": "2026-03-01"}
        | more[number - 2]
        for number, row in enumerate(told, start=2)
    ]
    raw = engine.from_arrow(pa.Table.from_pylist(rows, schema=RAW[Feed.ORDER_LINE].schema.to_pyarrow()))
    counted = without_copies(raw, engine.stage(mark_copies(raw, Feed.ORDER_LINE, [source], placed)))
    typed = typed_rows(counted, Feed.ORDER_LINE, [source], calendar=engine, zone="Asia/Shanghai", currency="CNY")
    found = leave_older_versions(typed, [source], placed)
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


def test_rows_of_one_file_are_never_versions_of_each_other(duck: DuckEngine) -> None:
    twice = [("day1", "1", "x", "已付款", "10"), ("day1", "1", "x", "已付款", "4")]
    assert verdicts(duck, twice, shop(*MAPPED)) == [("day1", "1", None), ("day1", "1", None)]
    assert verdicts(duck, twice, shop(*WITHOUT_STATUS)) == [("day1", "1", None), ("day1", "1", None)]


WITHOUT_STATUS = tuple(name for name in MAPPED if name != "status")


@pytest.mark.parametrize(
    ("told", "reasons"),
    [
        # Corrected: the later export counts.
        ([("a", "1", "x", "", "100"), ("b", "1", "x", "", "80")], ["superseded", None]),
        # Spelled differently: counts once.
        ([("a", "1", "x", "", "100.00"), ("b", "1", "x", "", "100")], ["superseded", None]),
        ([("a", "1", "", "", "100.00"), ("b", "1", "", "", "100")], ["superseded", None]),
        # Another product of the order stands in another file: no version.
        ([("a", "1", "x", "", "100"), ("b", "1", "y", "", "80")], [None, None]),
        # A return with the date of its order: no version.
        ([("a", "1", "x", "", "100"), ("b", "1", "x", "", "-100")], [None, None]),
        # Another order.
        ([("a", "1", "x", "", "100"), ("b", "2", "x", "", "100")], [None, None]),
    ],
)
def test_orders_without_a_status_are_corrected_by_a_later_file(
    duck: DuckEngine, told: list[tuple[str, str, str, str, str]], reasons: list[str | None]
) -> None:
    assert [reason for _, _, reason in verdicts(duck, told, shop(*WITHOUT_STATUS))] == reasons


@pytest.mark.parametrize(("field", "other"), [("ordered_at", "2026-04-01"), ("customer_id", "B")])
def test_the_same_number_on_another_day_or_of_another_buyer_is_no_version(duck: DuckEngine, field: str, other: str) -> None:
    """Lines delivered in the next month, and tills that number their receipts alike."""
    told = [("a", "1", "x", "", "100"), ("b", "1", "x", "", "80")]
    given = {"customer_id": "A"}
    found = verdicts(duck, told, shop(*WITHOUT_STATUS), extra=[given, given | {field: other}])
    assert [reason for _, _, reason in found] == [None, None]


def test_later_is_by_the_numbers_in_the_names_of_files(duck: DuckEngine) -> None:
    names = ["2025-9.csv", "2025-10.csv", "2025-10 (1).csv", "2025-10 (2).csv", "2025-10 (10).csv"]
    places = file_places([("shop", name) for name in reversed(names)]).to_pylist()
    assert [row["file"] for row in places] == names
    told = [(name, "1", "x", "", str(amount)) for amount, name in enumerate(names)]
    found = verdicts(duck, told, shop(*WITHOUT_STATUS), places=file_places([("shop", name) for name in names]))
    assert {file: reason for file, _, reason in found} == dict.fromkeys(names[:-1], "superseded") | {names[-1]: None}
