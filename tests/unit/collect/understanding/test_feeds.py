"""Rows with a person, a moment and money that nobody reads are sales, whatever the file is called; all else keeps its kind.

A table read as customers, goods, feedback, contracts or events while its money stands unread is revenue that nobody misses.
"""

from __future__ import annotations

import pytest

from fenji.collect.understanding.feeds import guess_feed, is_total
from fenji.domain.feeds import Feed
from fixtures.cell_reader import tables_of
from fixtures.samples import sample


def feed(text: str, file: str = "export.csv") -> Feed | None:
    (table,) = tables_of(sample(text, file))
    guess = guess_feed(table, None)
    return guess.choice.feed if guess.choice else None


SALES = {
    "a member's purchases in a file called members": ("会员消费.csv", "会员卡号|姓名|消费日期|消费金额|余额\n8001|张三|2025-01-05|99.50|10\n8001|张三|2025-01-06|20.00|0"),
    "orders in a file called customers": ("customers.csv", "customer|order date|amount paid\n17|2025-01-05|99.50\n18|2025-01-06|20.10"),
    "sales of goods in a file called products": ("商品.csv", "商品编码|商品名称|买家昵称|付款时间|实付金额\nA1|杯|小鱼7|2025-01-05|99.50\nA2|碗|小鱼8|2025-01-06|9.50"),
    "contracts with what each is worth": ("合同台账.csv", "合同编号|客户名称|签订日期|合同金额\nH1|华诚1厂|2025-01-05|9900.50\nH2|恒达2厂|2025-01-06|500.00"),
    "enrolments with what was paid": ("报名表.csv", "学员编号|学员姓名|课程|报名日期|实缴学费\n17|周|钢琴|2025-01-05|1999.50\n18|吴|舞蹈|2025-01-06|999.50"),
    "visits with what was paid": ("visits.csv", "user_id|visit_date|amount\n17|2025-01-05|99.50\n18|2025-01-06|20.10"),
    "deliveries of cars": ("交车.csv", "车架号|客户姓名|客户手机|交车日期|成交价\nL1|周|13900000001|2025-01-05|99500.50\nL2|吴|13900000002|2025-01-06|80000.00"),
}  # fmt: skip


@pytest.mark.parametrize("case", SALES)
def test_money_of_a_person_at_a_moment_is_a_sale(case: str) -> None:
    file, text = SALES[case]
    assert feed(text, file) is Feed.ORDER_LINE


OTHERS = {
    "a list of members with their register date": (Feed.CUSTOMER, "会员号|姓名|手机号|生日|注册时间|积分\n17|周|13900000001|1990-02-03|2024-01-01|20\n18|吴|13900000002|1991-02-03|2024-02-01|30"),
    "members with what they have spent in all": (Feed.CUSTOMER, "会员号|姓名|手机号|累计消费金额|最近消费时间\n17|周|13900000001|980.50|2025-01-01\n18|吴|13900000002|20.00|2025-02-01"),
    "contracts with a monthly fee": (Feed.CONTRACT, "合同编号|客户号|套餐|月费|合同开始日期|合同到期日\nH1|17|宽带|99.00|2024-01-05|2026-01-05\nH2|18|宽带|59.00|2024-02-05|2026-02-05"),
    "logins": (Feed.EVENT, "user_id|event_name|event_time|duration\n17|login|2025-01-05 10:00:00|3\n18|login|2025-01-06 10:00:00|4"),
    "complaints": (Feed.FEEDBACK, "工单编号|会员号|投诉时间|问题分类|解决时间\nT1|17|2025-01-05|物流|2025-01-07\nT2|18|2025-01-06|质量|2025-01-08"),
    "goods with their cost": (Feed.PRODUCT, "商品编码|商品名称|商品类目|品牌|成本价\nA1|保温杯|杯具|象|12.50\nA2|碗|餐具|象|2.50"),
}  # fmt: skip


@pytest.mark.parametrize("case", OTHERS)
def test_rows_that_are_no_sales_keep_their_kind(case: str) -> None:
    kind, text = OTHERS[case]
    assert feed(text) is kind


def test_contracts_that_are_worth_something_could_be_contracts_as_well() -> None:
    (table,) = tables_of(
        sample(
            "合同编号|客户号|套餐|合同开始日期|合同到期日|合同金额\nH1|17|宽带|2024-01-05|2026-01-05|9900.50\nH2|18|宽带|2024-02-05|2026-02-05|500.00",
            "合同.csv",
        )
    )
    guess = guess_feed(table, None)
    assert guess.choice is not None
    assert guess.choice.feed is Feed.ORDER_LINE
    assert guess.alternative is not None
    assert guess.alternative.feed is Feed.CONTRACT


@pytest.mark.parametrize(
    "text", ["a|b|c\n1|x|2025-01-05\n2|y|2025-01-06", "日志\nx\ny", "金额|日期\n1.50|2025-01-05\n2.50|2025-01-06"]
)
def test_what_fits_nothing_is_not_given_a_kind(text: str) -> None:
    assert feed(text) is None


@pytest.mark.parametrize(
    ("header", "is_one"),
    [
        ("累计消费金额", True),
        ("Total Spent", True),
        ("Lifetime Value", True),
        ("近12个月消费金额", True),
        ("消费金额", False),
        ("Total", False),
        ("订单总额", False),
    ],
)
def test_a_sum_over_a_customers_time_is_told_from_the_total_of_an_order(header: str, *, is_one: bool) -> None:
    assert is_total(header) is is_one
