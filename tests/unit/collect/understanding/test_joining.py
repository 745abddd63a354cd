"""Tables belong together where their order numbers say so, whatever their columns are called.

World: seven orders S1 to S7 of three members, as heads, lines, payments, returns and lists that repeat them.
"""

from __future__ import annotations

import pytest

from fenji.collect.proposing import Proposal
from fenji.collect.understanding.proposal import ProposedSource
from fenji.domain.feeds import Feed
from fixtures.cell_reader import propose
from fixtures.samples import sample

ORDERS = range(1, 8)


def rows(headers: str, *, each: str, numbers: range | list[int] = ORDERS) -> str:
    return "\n".join([headers, *(each.format(n=n, m=n % 3, day=f"2025-01-{n:02d}") for n in numbers)])


HEADS = ("heads.csv", rows("订单编号|会员号|下单时间|订单状态", each="S{n}|{m}|{day} 10:00|已完成"))
LINES = ("lines.csv", rows("订单编号|商品名称|数量|金额", each="S{n}|保温杯|1|{n}0.50"))
PAYMENTS = ("payments.csv", rows("收款单号|订单编号|收款日期|收款金额", each="P{n}|S{n}|{day}|{n}0.50"))
RETURNS = ("returns.csv", rows("退款编号|订单编号|退款完成时间|退款金额", each="T{n}|S{n}|{day}|1.50", numbers=[2, 5]))
ALONE = ("orders.csv", rows("订单编号|会员号|下单时间|订单状态|实付金额", each="S{n}|{m}|{day} 10:00|已完成|{n}0.50"))


def proposed(*tables: tuple[str, str]) -> Proposal:
    return propose([sample(text, file) for file, text in tables])


def by_file(proposal: Proposal) -> dict[str, ProposedSource]:
    return {source.tables[0].file: source for source in proposal.sources}


def feeds(proposal: Proposal) -> dict[str, tuple[Feed | None, str | None, bool]]:
    """Every file: what it feeds, to which file it belongs, and whether it can be used."""
    files = {source.name: source.tables[0].file for source in proposal.sources}
    return {
        source.tables[0].file: (source.feed, files.get(source.belongs_to or ""), source.is_usable) for source in proposal.sources
    }


@pytest.mark.parametrize("tables", [(HEADS, LINES), (LINES, HEADS)])
def test_lines_belong_to_their_heads_in_whatever_order_the_files_came(tables: tuple[tuple[str, str], ...]) -> None:
    assert feeds(proposed(*tables)) == {
        "heads.csv": (Feed.ORDER, None, True),
        "lines.csv": (Feed.ORDER_LINE, "heads.csv", True),
    }


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("order_id|customer_id|order_date|status", "order_id|product_name|quantity|price"),
        ("单据编号|客户编号|单据日期|单据状态", "单据编号|产品名称|数量|金额"),
        ("Order ID|Buyer ID|Order Date|Order Status", "Order ID|Item Name|Quantity|Line Total"),
        ("OrderNo|MemberNo|OrderTime|OrderStatus", "OrderNo|ProductName|Qty|Amount"),
    ],
)
def test_heads_and_lines_of_other_systems_meet_as_well(head: str, line: str) -> None:
    heads = ("a.csv", rows(head, each="S{n}|C{m}|{day}|paid"))
    lines = ("b.csv", rows(line, each="S{n}|cup|1|{n}0.50"))
    assert feeds(proposed(heads, lines)) == {"a.csv": (Feed.ORDER, None, True), "b.csv": (Feed.ORDER_LINE, "a.csv", True)}


@pytest.mark.parametrize("key", ["id", "ID", "no", "编号", "key"])
def test_a_key_that_is_only_called_id_is_told_by_the_lines_that_point_to_it(key: str) -> None:
    heads = ("orders.csv", rows(f"{key}|user_id|created_at|status", each="{n}01|{m}|{day} 10:00|paid"))
    lines = ("order_items.csv", rows("order_id|product_name|quantity|unit_price", each="{n}01|cup|2|{n}.50"))
    found = by_file(proposed(heads, lines))
    assert found["orders.csv"].feed is Feed.ORDER
    assert {each.field: each.column for each in found["orders.csv"].columns}["order_id"] == key
    assert found["order_items.csv"].belongs_to == found["orders.csv"].name


def test_payments_and_returns_belong_to_the_orders() -> None:
    assert feeds(proposed(ALONE, RETURNS, PAYMENTS)) == {
        "orders.csv": (Feed.ORDER_LINE, None, True),
        "returns.csv": (Feed.RETURN, "orders.csv", True),
        "payments.csv": (Feed.PAYMENT, "orders.csv", True),
    }


def test_heads_lines_payments_and_returns_are_four_feeds_of_the_same_orders() -> None:
    assert feeds(proposed(RETURNS, LINES, PAYMENTS, HEADS)) == {
        "heads.csv": (Feed.ORDER, None, True),
        "lines.csv": (Feed.ORDER_LINE, "heads.csv", True),
        "payments.csv": (Feed.PAYMENT, "heads.csv", True),
        "returns.csv": (Feed.RETURN, "heads.csv", True),
    }


def test_payments_and_returns_without_their_orders_wait_for_them() -> None:
    assert feeds(proposed(RETURNS)) == {"returns.csv": (Feed.RETURN, None, False)}
    assert feeds(proposed(PAYMENTS)) == {"payments.csv": (Feed.PAYMENT, None, False)}


def test_lines_of_other_orders_are_not_joined() -> None:
    strangers = ("lines.csv", rows("订单编号|商品名称|数量|金额", each="Z{n}|保温杯|1|{n}0.50"))
    found = by_file(proposed(HEADS, strangers))
    assert found["lines.csv"].belongs_to is None
    assert found["heads.csv"].feed is Feed.ORDER_LINE


def test_a_tenth_of_strangers_is_told_and_not_hidden() -> None:
    numbers = range(1, 21)
    heads = ("heads.csv", rows("订单编号|会员号|下单时间|订单状态", each="S{n}|{m}|{day} 10:00|已完成", numbers=numbers[:18]))
    lines = ("lines.csv", rows("订单编号|商品名称|数量|金额", each="S{n}|保温杯|1|{n}0.50", numbers=numbers))
    found = by_file(proposed(heads, lines))["lines.csv"]
    assert found.belongs_to is not None
    assert [dict(each.values)["share"] for each in found.warnings if "share" in dict(each.values)] == ["90%"]


def test_lines_take_the_buyer_and_the_day_from_their_head() -> None:
    lines = (
        "lines.csv",
        rows("订单编号|商品名称|数量|金额|收货人手机|发货时间", each="S{n}|杯|1|{n}0.50|1380000000{m}|{day}").replace(
            "2025-01", "2025-02"
        ),
    )
    repeated = (lines[0], lines[1] + "\nS1|碗|1|3.00|13800000009|2025-02-01")
    found = by_file(proposed(HEADS, repeated))["lines.csv"]
    assert not {"phone", "ordered_at", "customer_id"} & {each.field for each in found.columns}


def test_a_list_that_repeats_the_orders_of_another_one_stays_out_and_says_why() -> None:
    again = ("summary.csv", rows("订单编号|客户编号|交易日期|成交金额|店铺", each="S{n}|c{m}|{day}|{n}0.50|东店"))
    found = by_file(proposed(ALONE, again))
    assert found["orders.csv"].is_usable
    (reason,) = found["summary.csv"].blocking
    assert dict(reason.values) == {"file": "orders.csv"}


def test_next_months_orders_are_no_repetition() -> None:
    later = ("orders2.csv", rows("订单编号|客户编号|交易日期|成交金额|店铺", each="T{n}|c{m}|{day}|{n}0.50|东店"))
    assert all(source.is_usable for source in proposed(ALONE, later).sources)


def test_a_list_of_customers_says_whose_the_keys_of_single_orders_are() -> None:
    orders = (
        "orders.csv",
        rows("order_id|customer_id|order_purchase_timestamp|order_status|total", each="S{n}|k{n}|{day} 10:00|delivered|{n}0.50"),
    )
    people = ("customers.csv", rows("customer_id|customer_unique_id|customer_city", each="k{n}|p{m}|city"))
    found = by_file(proposed(orders, people))["customers.csv"]
    columns = {each.field: each.column for each in found.columns}
    assert (columns["customer_id"], columns["other_id"]) == ("customer_unique_id", "customer_id")
    assert found.is_usable
