"""A header that nobody has seen before says by its words what it holds, and headers that only sound alike say nothing."""

from __future__ import annotations

import pytest

from fenji.collect.header_words import HeaderWords, senses_of
from fenji.domain.feeds import Feed


@pytest.mark.parametrize(
    ("header", "latin"),
    [
        ("OrderCreationDate", {"order", "creation", "date"}),
        ("order_creation_date", {"order", "creation", "date"}),
        ("Order Creation-Date", {"order", "creation", "date"}),
        ("items:qty", {"items", "qty"}),
        ("SKUCode", {"sku", "code"}),
    ],
)
def test_words_part_at_blanks_signs_and_capitals(header: str, latin: set[str]) -> None:
    assert latin <= HeaderWords.of(header).latin


def test_latin_words_match_whole_and_chinese_ones_anywhere() -> None:
    assert HeaderWords.of("Total paid").has("paid")
    assert not HeaderWords.of("Unpaid").has("paid")
    assert HeaderWords.of("客户实付金额").has("实付")
    assert HeaderWords.of("e-mail").has("email"), "two words that are one are found as one"


FIELDS = [
    ("ordered_at", "Order Creation Date"),
    ("ordered_at", "收银时间"),
    ("ordered_at", "place_order_time"),
    ("ordered_at", "开票日期"),
    ("order_id", "Receipt Number"),
    ("order_id", "交易流水号"),
    ("order_id", "bookingRef"),
    ("customer_id", "Buyer Username"),
    ("customer_id", "客户编码"),
    ("customer_id", "memberCardNo"),
    ("phone", "顾客手机号"),
    ("email", "Buyer E-mail"),
    ("status", "单据状态"),
    ("status", "Invoice Status"),
    ("quantity", "购买件数"),
    ("order_amount", "本次消费金额"),
    ("order_amount", "Amount Collected"),
    ("refund_amount", "Refunded Amount"),
]


@pytest.mark.parametrize(("field", "header"), FIELDS)
def test_an_unknown_header_of_a_sale_is_understood_by_its_words(field: str, header: str) -> None:
    assert (field, True) in senses_of(header, Feed.ORDER_LINE)


@pytest.mark.parametrize(
    ("field", "header"),
    [
        ("ordered_at", "Shipping Date"),
        ("ordered_at", "发货时间"),
        ("ordered_at", "客户生日"),
        ("ordered_at", "最后消费日期"),
        ("order_id", "物流单号"),
        ("order_id", "Tracking Number"),
        ("order_id", "Payment ID"),
        ("customer_id", "会员等级"),
        ("customer_id", "Sales Rep Name"),
        ("customer_id", "门店编号"),
        ("order_amount", "Shipping amount"),
        ("order_amount", "优惠金额"),
        ("order_amount", "退款金额"),
        ("order_amount", "Exchange Rate"),
        ("order_amount", "累计消费金额"),
        ("status", "物流状态"),
        ("status", "Fulfillment Status"),
        ("quantity", "退货数量"),
        ("phone", "门店电话"),
    ],
)
def test_a_header_about_something_else_is_no_candidate(field: str, header: str) -> None:
    assert field not in {name for name, _subject in senses_of(header, Feed.ORDER_LINE)}


@pytest.mark.parametrize(
    ("field", "header"),
    [
        ("total", "累计消费金额"),
        ("total", "Lifetime Spend"),
        ("orders", "消费次数"),
        ("last_at", "最近消费时间"),
        ("last_at", "Last Order Date"),
    ],
)
def test_a_list_of_members_has_totals_in_many_words(field: str, header: str) -> None:
    assert field in {name for name, _subject in senses_of(header, Feed.BALANCE)}


def test_a_bare_kind_without_a_subject_is_no_moment_of_a_sale() -> None:
    assert senses_of("时间", Feed.ORDER_LINE) == ()
    assert senses_of("备注", Feed.ORDER_LINE) == ()
