"""Overlapping files count once, repeats inside a file stay: worked by hand for three files with 2, 1 and 3 copies of one row."""

from __future__ import annotations

import pyarrow as pa
import pytest

from fenji.domain.feeds import Feed, field_names
from fenji.domain.sources import FileLocation, Repeats, Source
from fenji.engines.duck import DuckEngine
from fenji.prepare.duplicates import ACROSS_FILES, REPEAT, count_copies, mark_copies, without_copies
from fenji.tables.raw import RAW

SHOP = Source("shop", Feed.ORDER_LINE, FileLocation(("*.csv",)), {})
STRICT = Source("strict", Feed.ORDER_LINE, FileLocation(("*.csv",)), {}, repeats=Repeats.DROP)


def raw(engine: DuckEngine, rows: list[tuple[str, str, int, int, str]]) -> object:
    """Rows of (source, file, row number, hash, product id)."""
    keys = ("source", "file", "row_number", "row_hash", "product_id")
    full = [dict.fromkeys(field_names(Feed.ORDER_LINE)) | {"batch": "b"} | dict(zip(keys, row, strict=True)) for row in rows]
    return engine.from_arrow(pa.Table.from_pylist(full, schema=RAW[Feed.ORDER_LINE].schema.to_pyarrow()))


def marked(engine: DuckEngine, rows: list[tuple[str, str, int, int, str]]) -> list[tuple]:
    copies = mark_copies(raw(engine, rows), Feed.ORDER_LINE, [SHOP, STRICT])
    found = engine.fetch(copies.order_by("source", "file", "row_number")).to_pylist()
    return [(row["file"], row["row_number"], row["copy"], row["left_out"]) for row in found]


TWO_ONE_THREE = [("a", 2), ("a", 5), ("b", 2), ("c", 2), ("c", 3), ("c", 9)]


@pytest.mark.parametrize("order", [1, -1])
def test_the_largest_number_of_copies_within_one_file_is_kept(engine: DuckEngine, order: int) -> None:
    rows = [("shop", file, number, 7, "p") for file, number in TWO_ONE_THREE][::order]
    assert marked(engine, rows) == [
        ("a", 2, 1, None),
        ("a", 5, 2, None),
        ("b", 2, 1, ACROSS_FILES),
        ("c", 2, 1, ACROSS_FILES),
        ("c", 3, 2, ACROSS_FILES),
        ("c", 9, 3, None),
    ]


def test_a_source_that_drops_repeats_keeps_one_copy(engine: DuckEngine) -> None:
    rows = [("strict", file, number, 7, "p") for file, number in TWO_ONE_THREE]
    assert marked(engine, rows) == [
        ("a", 2, 1, None),
        ("a", 5, 2, REPEAT),
        ("b", 2, 1, ACROSS_FILES),
        ("c", 2, 1, ACROSS_FILES),
        ("c", 3, 2, REPEAT),
        ("c", 9, 3, REPEAT),
    ]


def test_copies_are_counted_per_file(engine: DuckEngine) -> None:
    rows = [(source, file, number, 7, "p") for source in ("shop", "strict") for file, number in TWO_ONE_THREE]
    counted = count_copies(mark_copies(raw(engine, rows), Feed.ORDER_LINE, [SHOP, STRICT]))
    found = [tuple(row.values()) for row in engine.fetch(counted.order_by("source", "file")).to_pylist()]
    assert found == [
        ("shop", "a", 0, 1, 0),
        ("shop", "b", 1, 0, 0),
        ("shop", "c", 2, 2, 0),
        ("strict", "a", 0, 1, 1),
        ("strict", "b", 1, 0, 0),
        ("strict", "c", 1, 2, 2),
    ]


def test_equal_hashes_of_other_rows_and_rows_of_other_sources_are_no_copies(engine: DuckEngine) -> None:
    rows = [("shop", "a", 2, 7, "p"), ("shop", "b", 2, 7, "q"), ("strict", "a", 2, 7, "p"), ("shop", "a", 3, 8, "p")]
    assert marked(engine, rows) == []


def test_the_rows_that_count_are_those_not_left_out(engine: DuckEngine) -> None:
    table = raw(engine, [("shop", file, number, 7, "p") for file, number in TWO_ONE_THREE] + [("shop", "b", 3, 1, "x")])
    kept = without_copies(table, mark_copies(table, Feed.ORDER_LINE, [SHOP]))
    assert [(row["file"], row["row_number"]) for row in engine.fetch(kept.order_by("file", "row_number")).to_pylist()] == [
        ("a", 2),
        ("a", 5),
        ("b", 3),
        ("c", 9),
    ]
    assert kept.columns == table.columns


def test_a_later_file_changes_nothing_about_earlier_ones(engine: DuckEngine) -> None:
    before = [("shop", file, number, 7, "p") for file, number in TWO_ONE_THREE]
    after = [*before, *(("shop", "d", number, 7, "p") for number in range(2, 7))]
    assert [row for row in marked(engine, after) if row[0] != "d"] == marked(engine, before)
    assert [row for row in marked(engine, after) if row[3] is None and row[0] == "d"] == [("d", 5, 4, None), ("d", 6, 5, None)]


@pytest.mark.parametrize(("feed", "counting"), [(Feed.CUSTOMER, "c"), (Feed.PRODUCT, "c"), (Feed.EVENT, "a")])
def test_of_lists_that_say_how_things_stand_the_last_copy_counts(engine: DuckEngine, feed: Feed, counting: str) -> None:
    source = Source("list", feed, FileLocation(("*.csv",)), {})
    empty = dict.fromkeys(field_names(feed)) | {"source": "list", "batch": "b", "row_number": 2}
    # File b tells something else between two files that tell the same.
    rows = [{**empty, "file": file, "row_hash": told} for file, told in [("a", 1), ("b", 2), ("c", 1)]]
    table = engine.from_arrow(pa.Table.from_pylist(rows, schema=RAW[feed].schema.to_pyarrow()))
    copies = mark_copies(table, feed, [source])
    found = engine.fetch(without_copies(table, copies)).to_pylist()
    assert sorted(row["file"] for row in found) == sorted(["b", counting])
