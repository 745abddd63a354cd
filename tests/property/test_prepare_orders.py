"""Laws of orders: parts of a split amount add up to it, overlapping files count as the fullest one, every record is in one place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

import ibis
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fenji.domain.feeds import Feed, field_names
from fenji.domain.reasons import Reason
from fenji.domain.sources import ColumnMapping, FileLocation, Repeats, Source
from fenji.engines.duck import DuckEngine
from fenji.engines.engine import Engine
from fenji.prepare.duplicates import count_copies, mark_copies, without_copies
from fenji.prepare.orders.lines import price_lines
from fenji.tables.raw import RAW
from fixtures.laws import law

FEW = law(8)
"""Every example compiles and runs a pipeline of its own."""

CENTS = Decimal("0.01")
FILES = ("a", "b", "c")
TOTALS = Source("shop", Feed.ORDER_LINE, FileLocation(("*",)), {"order_amount": ColumnMapping("x")})


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    opened = DuckEngine(threads=1)
    yield opened
    opened.close()


def _documents(engine: Engine, orders: list[tuple[int, list[int | None]]]) -> ibis.Table:
    """Sale lines of orders of (total in cents, price in cents of each line or None)."""
    exact = pa.decimal128(23, 8)
    texts = (
        "source",
        "file",
        "order_source",
        "order_id",
        "order_number",
        "conflict",
        "product_id",
        "category",
        "channel",
        "currency",
    )
    schema = pa.schema(
        [(name, pa.string()) for name in texts]
        + [("row_number", pa.int64()), ("customer_key", pa.int64()), ("part", pa.int8()), ("is_return", pa.bool_())]
        + [("at", pa.timestamp("us", tz="UTC")), ("on", pa.date32()), ("pieces", pa.decimal128(18, 3))]
        + [(name, exact) for name in ("line", "product", "total", "refund")]
    )
    rows = [
        {
            "source": "shop",
            "file": "a",
            "order_source": "shop",
            "order_id": str(order),
            "row_number": number,
            "part": 0,
            "is_return": False,
            "currency": "CNY",
        }
        | {"pieces": Decimal(1), "product": None if price is None else price * CENTS, "total": total * CENTS}
        for order, (total, prices) in enumerate(orders)
        for number, price in enumerate(prices)
    ]
    return engine.from_arrow(pa.Table.from_pylist([dict.fromkeys(schema.names) | row for row in rows], schema=schema))


cents = st.integers(0, 10**11)
order = st.tuples(cents, st.lists(st.one_of(st.none(), cents, st.integers(0, 3)), min_size=1, max_size=7))


@FEW
@given(st.lists(order, min_size=1, max_size=8))
def test_the_parts_of_a_split_amount_add_up_and_none_is_off_by_a_cent(
    engine: Engine, orders: list[tuple[int, list[int | None]]]
) -> None:
    priced = price_lines(_documents(engine, orders), None, [TOTALS], workspace="CNY")
    found = engine.fetch(
        priced.select("order_id", "row_number", "net_revenue", "reason", "order_revenue", "line_number")
    ).to_pylist()
    assert Counter(row["reason"] for row in found) == {None: sum(len(prices) for _, prices in orders)}
    for number, (total, prices) in enumerate(orders):
        lines = sorted((row for row in found if row["order_id"] == str(number)), key=lambda row: row["row_number"])
        assert sum(row["net_revenue"] for row in lines) == total * CENTS
        assert [row["order_revenue"] for row in lines if row["line_number"] == 1] == [total * CENTS]
        told = [price for price in prices if price is not None]
        weights = told if len(told) == len(prices) and sum(told) else [1] * len(prices)
        for row, weight in zip(lines, weights, strict=True):
            # A double holds 53 binary digits: of a thousand million yuan it may be off in the cents by a little over one.
            assert abs(row["net_revenue"] - total * CENTS * weight / sum(weights)) < CENTS * Decimal("1.01")


def _raw(engine: Engine, rows: list[tuple[str, str]]) -> ibis.Table:
    """Rows of (file, content)."""
    full = [
        dict.fromkeys(field_names(Feed.EVENT))
        | {"source": "shop", "file": file, "row_number": number, "batch": "b", "row_hash": ord(content), "event_id": content}
        for number, (file, content) in enumerate(rows)
    ]
    return engine.from_arrow(pa.Table.from_pylist(full, schema=RAW[Feed.EVENT].schema.to_pyarrow()))


@FEW
@given(st.lists(st.tuples(st.sampled_from(FILES), st.sampled_from("xyz")), min_size=1, max_size=25), st.sampled_from(Repeats))
def test_overlapping_files_count_as_the_fullest_one(engine: Engine, rows: list[tuple[str, str]], repeats: Repeats) -> None:
    source = Source("shop", Feed.EVENT, FileLocation(("*",)), {}, repeats=repeats)
    raw = _raw(engine, rows)
    copies = engine.stage(mark_copies(raw, Feed.EVENT, [source]))
    kept = Counter(engine.fetch(without_copies(raw, copies))["event_id"].to_pylist())
    in_files = Counter(rows)
    fullest = {content: max(in_files[file, content] for file in FILES) for _, content in rows}
    assert kept == (fullest if repeats is Repeats.KEEP else dict.fromkeys(fullest, 1))
    counts = {row["file"]: row for row in engine.fetch(count_copies(copies)).to_pylist()}
    left_out = sum(row["across_files"] + row["repeats_dropped"] for row in counts.values())
    assert kept.total() + left_out == len(rows)
    for file in FILES:
        beyond_first = sum(number - 1 for (name, _), number in in_files.items() if name == file)
        assert counts.get(file, {"repeats_within_file": 0})["repeats_within_file"] == beyond_first


@FEW
@given(st.permutations([("a", "x"), ("a", "x"), ("b", "x"), ("c", "x"), ("c", "y"), ("c", "x"), ("c", "x")]))
def test_the_order_in_which_rows_stand_does_not_matter(engine: Engine, rows: list[tuple[str, str]]) -> None:
    raw = _raw(engine, rows)
    source = Source("shop", Feed.EVENT, FileLocation(("*",)), {})
    kept = without_copies(raw, mark_copies(raw, Feed.EVENT, [source]))
    found = engine.fetch(kept).to_pylist()
    assert Counter((row["file"], row["event_id"]) for row in found) == {("a", "x"): 2, ("c", "x"): 1, ("c", "y"): 1}


@FEW
@given(st.lists(st.tuples(st.sampled_from("12"), st.one_of(st.none(), cents), st.booleans()), min_size=1, max_size=8))
def test_lines_are_numbered_without_gaps_and_one_of_them_is_the_order(
    engine: Engine, rows: list[tuple[str, int | None, bool]]
) -> None:
    documents = _documents(engine, [(0, [None])])
    exact, template = documents.schema().to_pyarrow(), engine.fetch(documents).to_pylist()[0]
    full = [
        template
        | {
            "order_id": name,
            "row_number": n,
            "product": None if price is None else price * CENTS,
            "total": None,
            "is_return": back,
        }
        for n, (name, price, back) in enumerate(rows)
    ]
    priced = price_lines(engine.from_arrow(pa.Table.from_pylist(full, schema=exact)), None, [TOTALS], workspace="CNY")
    found = engine.fetch(priced).to_pylist()
    assert {
        row["reason"] for row in found if row["row_number"] in [n for n, (_, price, _) in enumerate(rows) if price is None]
    } <= {Reason.MISSING_AMOUNT}
    for name in "12":
        sales = [row for row in found if row["order_id"] == name and row["kind"] == "sale" and row["reason"] is None]
        assert sorted(row["line_number"] for row in sales) == list(range(1, len(sales) + 1))
        assert [row["line_number"] for row in found if row["order_id"] == name and row["is_order"]] == [1] * bool(sales)
        numbers = [row["line_number"] for row in found if row["order_id"] == name and row["reason"] is None]
        assert len(numbers) == len(set(numbers))
