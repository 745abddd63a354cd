"""A header means the same however an export dresses it, and every header that the facts name is known. No world: single words."""

from __future__ import annotations

import pytest

from fenji.collect.header_languages import LANGUAGES
from fenji.collect.header_names import NAMES
from fenji.collect.headers import (
    Confidence,
    is_known_header,
    is_part_header,
    lookup_key,
    matches_for,
    money_unit,
    normalise_header,
)
from fenji.domain.feeds import Feed, field_names
from fenji.domain.sources import MoneyUnit
from fixtures import shop_headers

PLATFORM_HEADERS = [
    *shop_headers.TAOBAO_HEADERS,
    *shop_headers.TAOBAO_DETAIL_HEADERS,
    *shop_headers.TAOBAO_XLSX_HEADERS,
    *shop_headers.JD_HEADERS,
    *shop_headers.PDD_HEADERS,
    *shop_headers.DOUYIN_HEADERS,
    *shop_headers.YOUZAN_HEADERS,
    *shop_headers.WECHAT_HEADERS,
]


@pytest.mark.parametrize(
    ("dressed", "plain"),
    [
        ("订单付款时间 ", "订单付款时间"),
        ("\ufeff订单编号", "订单编号"),
        ("\t订单号\t", "订单号"),
        ("用户实付金额（元）", "用户实付金额"),
        ("用户实付金额(元)", "用户实付金额"),
        ("商品数量(件)", "商品数量"),
        ("【订单】编号", "(订单)编号"),
        ("Customer ID", "customerid"),
        ("ＯｒｄｅｒＩＤ", "orderid"),
        ("收货\u3000地址\u00a0", "收货地址"),
        ("销售额（万元）", "销售额(万元)"),
        ("order_id", "order_id"),
    ],
)
def test_dressed_headers_become_plain(dressed: str, plain: str) -> None:
    assert normalise_header(dressed) == plain


def test_normalising_twice_changes_nothing() -> None:
    once = [normalise_header(header) for header in PLATFORM_HEADERS]
    assert [normalise_header(header) for header in once] == once


def test_every_header_of_the_platforms_is_known() -> None:
    known_by_nobody = {"商家备注等级（等级1-5为由高到低）", "技术服务费（将以人气卡形式返还）"}
    assert {header for header in PLATFORM_HEADERS if not is_known_header(header)} == known_by_nobody


@pytest.mark.parametrize(
    "header",
    ["2025-03-01", "1930530000000000001", "13900000001", "128.00", "导出时间：2025-03-01", "棉麻连衣裙，2025新款", "", " "],
)
def test_cells_are_not_taken_for_headers(header: str) -> None:
    assert not is_known_header(header)


@pytest.mark.parametrize(
    ("header", "feed", "field"),
    [
        ("OrderID", Feed.ORDER_LINE, "order_id"),
        ("order_no", Feed.ORDER_LINE, "order_id"),
        ("主订单编号", Feed.ORDER_LINE, "order_id"),
        ("下单帐号", Feed.ORDER_LINE, "customer_id"),
        ("household_id", Feed.ORDER_LINE, "customer_id"),
        ("*客户名称", Feed.CUSTOMER, "name"),
        ("会员等级", Feed.CUSTOMER, "prior_tier"),
        ("入会日期", Feed.CUSTOMER, "registered_at"),
        ("signupDate", Feed.CUSTOMER, "registered_at"),
        ("NPS评分", Feed.FEEDBACK, "score"),
        ("投诉时间", Feed.FEEDBACK, "at"),
        ("核销时间", Feed.REDEMPTION, "redeemed_at"),
        ("被邀请人ID", Feed.REFERRAL, "customer_id"),
        ("Billing Phone", Feed.ORDER_LINE, "phone"),
        ("订单实付金额（万元）", Feed.ORDER_LINE, "order_amount"),
    ],
)
def test_usual_headers_name_their_field(header: str, feed: Feed, field: str) -> None:
    match = matches_for(header, feed)[0]
    assert (match.field, match.confidence) == (field, Confidence.SURE)


def test_a_payment_number_is_no_order_id() -> None:
    assert matches_for("交易单号", Feed.ORDER_LINE) == ()
    assert matches_for("支付单号", Feed.ORDER_LINE) == ()


def test_a_number_of_kinds_is_no_category() -> None:
    assert matches_for("宝贝种类", Feed.ORDER_LINE) == ()


def test_a_word_that_may_mean_two_fields_gives_both_the_better_first() -> None:
    assert [(match.field, match.confidence) for match in matches_for("name", Feed.ORDER_LINE)] == [
        ("product_name", Confidence.LIKELY),
        ("order_id", Confidence.GUESS),
    ]


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("销售额（万元）", MoneyUnit.WAN_YUAN),
        ("年消费额万元", MoneyUnit.WAN_YUAN),
        ("金额(分)", MoneyUnit.FEN),
        ("pay_amount_fen", MoneyUnit.FEN),
        ("total_cents", MoneyUnit.FEN),
        ("金额/元", MoneyUnit.YUAN),
        ("实付金额(元)", MoneyUnit.YUAN),
        ("积分", MoneyUnit.YUAN),
        ("评分", MoneyUnit.YUAN),
    ],
)
def test_the_unit_of_money_is_read_from_the_header(header: str, unit: MoneyUnit) -> None:
    assert money_unit(header) is unit


@pytest.mark.parametrize("header", ["sheet", "Sheet Name", "源文件", "文件名", "来源表"])
def test_columns_that_say_where_a_row_came_from_are_known(header: str) -> None:
    assert is_part_header(header)


def test_every_name_belongs_to_a_field_that_exists_and_stands_in_lookup_form() -> None:
    for feed, fields in NAMES.items():
        assert set(fields) <= set(field_names(feed))
        words = {word for names in fields.values() for word in f"{names.sure} {names.likely} {names.guess}".split()}
        undressed = {word for word in words if lookup_key(word) != word}
        assert {word for word in undressed if not is_known_header(word)} == set()


def test_a_name_is_sure_of_one_field_only() -> None:
    for feed, fields in NAMES.items():
        sure: dict[str, str] = {}
        for field, names in fields.items():
            for word in map(lookup_key, names.sure.split()):
                assert sure.setdefault(word, field) == field, (feed, word)


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Bestellnummer", "order_id"),
        ("N° client", "customer_id"),
        ("Nº pedido", "order_id"),
        ("Data do pedido", "ordered_at"),
        ("Gesamtbetrag", "order_amount"),
        ("Montant TTC", "order_amount"),
        ("注文番号", "order_id"),
        ("合計金額", "order_amount"),
        ("주문일시", "ordered_at"),
        ("결제금액", "order_amount"),
        ("kehu_bianhao", "customer_id"),
        ("ddh", "order_id"),
    ],
)
def test_headers_of_other_languages_are_known(header: str, field: str) -> None:
    assert matches_for(header, Feed.ORDER_LINE)[0].field == field


def test_a_name_of_another_language_is_sure_of_one_field_only() -> None:
    for feed, fields in LANGUAGES.items():
        assert set(fields) <= set(field_names(feed))
        sure = {lookup_key(word): field for field, names in NAMES[feed].items() for word in names.sure.split()}
        for field, names in fields.items():
            for word in map(lookup_key, names.sure.split()):
                assert sure.setdefault(word, field) == field, (feed, word)
