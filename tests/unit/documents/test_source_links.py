"""Sources that are about the orders of others name them, and order numbers are made of fields that are there. World: heads, lines, money."""

from __future__ import annotations

import pytest

from fenji.documents.reader import parse_document
from fenji.documents.sources import sources_in
from fenji.domain.sources import ColumnMapping
from fenji.errors import InvalidDocument

HEADS = """
sources:
  - source: heads
    feed: order
    files: h.csv
    columns: {order_id: 单号, ordered_at: 日期, customer_id: 客户}
"""


def problems(text: str) -> list[str]:
    with pytest.raises(InvalidDocument) as caught:
        sources_in(parse_document(text, "sources.yaml"))
    return [str(InvalidDocument(problem)).removeprefix("sources.yaml, ") for problem in caught.value.problems]


def test_lines_payments_and_returns_belong_to_the_orders_that_they_name() -> None:
    text = (
        HEADS
        + """
  - {source: lines, feed: order_line, belongs_to: heads, files: l.csv, columns: {order_id: 单号, quantity: 数量}}
  - {source: money, feed: payment, belongs_to: heads, needs_payment: true, files: p.csv, columns: {order_id: 单号, amount: 金额}}
  - {source: back, feed: return, belongs_to: lines, files: r.csv, columns: {order_id: 单号}}
"""
    )
    found = sources_in(parse_document(text, "sources.yaml"))
    assert [(each.name, each.belongs_to, each.needs_payment) for each in found] == [
        ("heads", None, False),
        ("lines", "heads", False),
        ("money", "heads", True),
        ("back", "lines", False),
    ]


def test_a_source_that_belongs_nowhere_is_refused_at_its_line() -> None:
    text = (
        HEADS
        + """
  - {source: lines, feed: order_line, belongs_to: heds, files: l.csv, columns: {order_id: 单号, quantity: 数量}}
  - {source: money, feed: payment, files: p.csv, columns: {order_id: 单号, amount: 金额}}
  - {source: back, feed: return, belongs_to: people, needs_payment: true, files: r.csv, columns: {order_id: 单号}}
  - {source: people, feed: customer, belongs_to: heads, files: c.csv, columns: {customer_id: 编号}}
"""
    )
    found = problems(text)
    assert len(found) == 5
    assert [line.split(",")[0] for line in found] == ["row 8", "row 9", "row 10", "row 10", "row 11"]
    assert "unknown source 'heds'" in found[0]
    assert "heads" in found[0]
    assert "payment needs belongs_to" in found[1]
    assert "needs_payment" in found[2]
    assert "return belongs to a source of order / order_line; 'people' is one of customer" in found[3]
    assert "customer belong to no other source" in found[4]


def test_an_order_number_is_made_of_fields_days_months_the_file_and_the_person() -> None:
    parts = "[customer_id, ordered_on, paid_month, file, person, channel]"
    text = HEADS.replace("order_id: 单号", f"order_id: {{made_of: {parts}}}")
    (source,) = sources_in(parse_document(text, "sources.yaml"))
    made_of = ("customer_id", "ordered_on", "paid_month", "file", "person", "channel")
    assert source.columns["order_id"] == ColumnMapping(made_of=made_of)


@pytest.mark.parametrize("part", ["order_id", "ordered_year", "custmer_id", "product_id"])
def test_an_order_number_is_not_made_of_what_heads_do_not_have(part: str) -> None:
    (found,) = problems(HEADS.replace("order_id: 单号", f"order_id: {{column: 单号, made_of: [{part}]}}"))
    assert f"unknown field '{part}'" in found


def test_only_the_number_of_an_order_is_made_of_other_fields() -> None:
    (found,) = problems(HEADS.replace("customer_id: 客户", "customer_id: {column: 客户, made_of: [ordered_on]}"))
    assert "'customer_id' of the feed order is not made of other fields" in found


def test_a_space_of_ids_is_not_called_like_a_source_whose_ids_stand_elsewhere() -> None:
    members = "\n  - {source: members, feed: customer, shares_ids_with: heads, files: m.csv, columns: {customer_id: 编号}}\n"
    (found,) = problems(HEADS + members)
    assert "'members' shall share its ids with heads, but those of heads stand in another space" in found
    both = HEADS.replace("feed: order\n", "feed: order\n    shares_ids_with: heads\n") + members
    assert {each.shares_ids_with for each in sources_in(parse_document(both, "sources.yaml"))} == {"heads"}
