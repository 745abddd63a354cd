"""Tables in the shapes of other systems' exports: what counts, and whose it is."""

from __future__ import annotations

from fenji.collect.proposing import look_through, propose
from fenji.collect.understanding.proposal import ProposedSource
from fenji.domain.sources import MoneyUnit, StatusClass
from fixtures.cell_reader import reader
from fixtures.samples import sample


def source_of(text: str) -> ProposedSource:
    return propose(look_through([sample(text, "orders.csv")], reader())).sources[0]


def column_of(source: ProposedSource, field: str) -> str | None:
    return next((each.column for each in source.columns if each.field == field), None)


def test_later_rows_of_an_order_that_name_only_the_email_have_the_same_buyer() -> None:
    rows = [
        f"#{1000 + number}|a{number}@x.com|paid|{number}0.00|2026-01-0{number} 10:00:00 -0500|1|Soup|5.00|+1555201100{number}\n"
        f"#{1000 + number}|a{number}@x.com||||1|Tea|5.00|"
        for number in range(1, 6)
    ]
    heads = "Name|Email|Financial Status|Total|Created at|Lineitem quantity|Lineitem name|Lineitem price|Billing Phone"
    order = next(each for each in source_of("\n".join([heads, *rows])).columns if each.field == "order_id")
    assert (order.column, order.made_of) == ("Name", ())


def test_a_yes_under_cancelled_is_a_void_order() -> None:
    source = source_of(
        "Document No|Customer No.|Posting Date|Total|Cancelled\nI1|C1|2026-01-05|10.00|No\nI2|C2|2026-01-06|20.00|Yes\nI3|C1|2026-01-07|30.00|No"
    )
    assert column_of(source, "status") == "Cancelled"
    assert source.statuses[StatusClass.VOID] == ("Yes",)


def test_the_amount_before_a_discount_is_not_what_was_paid() -> None:
    source = source_of(
        "单号|客户代码|开单日期|总金额|折扣|应收金额\nX1|1|2026-01-05|100.00|10.00|90.00\nX2|2|2026-01-06|50.00|5.00|45.00\nX3|1|2026-01-07|30.00|0.00|30.00"
    )
    assert column_of(source, "order_amount") == "应收金额"


def test_charges_of_the_stripe_api_are_cents() -> None:
    source = source_of(
        "id|object|amount|amount_refunded|created|currency|customer|status\nch_1|charge|1250|0|1767600000|usd|cus_1|succeeded\nch_2|charge|990|0|1767700000|usd|cus_2|failed"
    )
    assert next(each.unit for each in source.columns if each.field == "order_amount") is MoneyUnit.FEN


def test_the_account_of_a_ledger_is_no_customer() -> None:
    rows = [
        f"{each}|1/{each}/2026|Invoice|INV{each}|Acme {each % 3} Ltd|Accounts Receivable|{each}0.00" for each in range(13, 25)
    ]
    source = source_of("\n".join(["Internal ID|Date|Type|Document Number|Name|Account|Amount", *rows]))
    assert column_of(source, "customer_id") == "Name"


def test_bills_of_wechat_pay_begin_with_a_backtick() -> None:
    source = source_of(
        "交易时间|商户订单号|用户标识|交易状态|订单金额\n`2026-01-05 10:00:00|`M1|`oA1x|`SUCCESS|`100.00\n`2026-01-06 10:00:00|`M2|`oA2x|`SUCCESS|`55.50"
    )
    assert (column_of(source, "ordered_at"), column_of(source, "order_amount")) == ("交易时间", "订单金额")
