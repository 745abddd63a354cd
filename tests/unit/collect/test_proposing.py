"""``propose`` maps tables as a careful person would: headers propose, cells confirm or veto, and what is missing is said.

Worlds: small tables written in the tests; export files of the shops are in ``test_mapping_shops.py``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from fenji.collect.headers import Confidence
from fenji.collect.reading.samples import Sample
from fenji.collect.understanding.proposal import ProposedSource
from fenji.domain.feeds import Feed
from fenji.domain.sources import MoneyUnit
from fenji.language import Language
from fixtures.cell_reader import propose
from fixtures.samples import sample


def only(*samples: Sample) -> ProposedSource:
    proposal = propose(samples)
    assert len(proposal.sources) == 1
    return proposal.sources[0]


def columns(source: ProposedSource) -> dict[str, str | None]:
    return {column.field: column.column for column in source.columns}


def sentences(remarks: tuple) -> list[str]:
    return [remark.describe(Language.EN) for remark in remarks]


ORDERS = """
    order_no | member_no | date       | total  | status
    S1       | 17        | 2025-01-05 | 100.00 | paid
    S2       | 18        | 2025-01-06 | 55.50  | paid
"""

HEADS = ("订单.csv", "订单编号|会员号|下单时间\n" + "\n".join(f"S{n}|{n % 3}|2025-01-0{n}" for n in range(1, 8)))
TABLES = {
    Feed.ORDER_LINE: (("export.csv", ORDERS),),
    Feed.ORDER: (HEADS, ("明细.csv", "订单编号|商品名称|数量|金额\n" + "\n".join(f"S{n}|保温杯|1|20.50" for n in range(1, 8)))),
    Feed.PAYMENT: (HEADS, ("收款.csv", "收款单号|订单编号|收款日期|收款金额\nP1|S1|2025-01-05|20.50\nP2|S2|2025-01-06|9.00")),
    Feed.RETURN: (("export.csv", ORDERS), ("退货.csv", "退款编号|订单编号|退款完成时间|退款金额\nT1|S1|2025-01-09|20.00")),
    Feed.BALANCE: (
        ("export.csv", "会员号|姓名|手机号|性别|累计消费金额\n17|周|13900000001|女|980.50\n18|吴|13900000002|男|20.00"),
    ),
    Feed.CUSTOMER: (
        ("export.csv", "会员号|姓名|手机号|性别|生日|会员等级|注册时间\n17|周|13900000001|女|1990-02-03|金卡|2024-01-01"),
    ),
    Feed.PRODUCT: (("export.csv", "商品编码|商品名称|商品类目|品牌|成本价\nA1|保温杯|杯具|象|12.50"),),
    Feed.EVENT: (("export.csv", "user_id|event_name|event_time|duration\n17|login|2025-01-05 10:00:00|3"),),
    Feed.FEEDBACK: (("export.csv", "工单编号|会员号|投诉时间|问题分类|解决时间\nT1|17|2025-01-05|物流|2025-01-07"),),
    Feed.CAMPAIGN_CONTACT: (("export.csv", "活动编号|会员号|发送时间|触达渠道|短信费用\nC1|17|2025-01-05|短信|0.05"),),
    Feed.REDEMPTION: (("export.csv", "优惠券码|会员号|核销时间|抵扣金额|订单编号\nQ1|17|2025-01-05|10.00|S1"),),
    Feed.REFERRAL: (("export.csv", "推荐人|被推荐人|推荐时间\n17|18|2025-01-05"),),
    Feed.CONTRACT: (("export.csv", "合同编号|客户号|套餐|月费|合同开始日期|合同到期日\nH1|17|宽带|99.00|2024-01-05|2026-01-05"),),
}


@pytest.mark.parametrize("feed", Feed)
def test_each_kind_of_table_is_told_by_its_headers(feed: Feed) -> None:
    sources = propose([sample(text, file) for file, text in TABLES[feed]]).sources
    assert (feed, ()) in [(source.feed, source.blocking) for source in sources]


@pytest.mark.parametrize(("file", "feed"), [("tickets.csv", Feed.FEEDBACK), ("app_events.csv", Feed.EVENT)])
def test_the_name_of_the_file_decides_between_kinds_that_share_headers(file: str, feed: Feed) -> None:
    text = "customer_id|created_at|type|title\n17|2025-01-05|a|x\n18|2025-01-06|b|y"
    assert only(sample(text, file)).feed is feed


def test_a_table_that_repeats_its_customers_is_no_list_of_them() -> None:
    header, rows = "user_id|created_at|type|city", [f"{number % 4}|2025-01-{number:02d}|visit|上海" for number in range(1, 25)]
    assert only(sample("\n".join([header, *rows]))).feed is Feed.EVENT
    unique = [row.replace(f"{number % 4}|", f"{number}|", 1) for number, row in enumerate(rows, start=1)]
    assert only(sample("\n".join([header, *unique]))).feed is Feed.CUSTOMER


def test_plain_english_orders_are_mapped_whole() -> None:
    source = only(sample(ORDERS))
    assert columns(source) == {
        "order_id": "order_no",
        "customer_id": "member_no",
        "ordered_at": "date",
        "status": "status",
        "order_amount": "total",
    }
    assert {column.field: column.confidence for column in source.columns} == {
        "order_id": Confidence.SURE,
        "customer_id": Confidence.SURE,
        "ordered_at": Confidence.LIKELY,
        "status": Confidence.SURE,
        "order_amount": Confidence.LIKELY,
    }
    assert source.unused == ()


def test_invoice_lines_like_online_retail_get_returns_and_drop_rules() -> None:
    source = only(
        sample("""
            Invoice | StockCode | Description | Quantity | InvoiceDate         | Price | Customer ID | Country        | sheet
            489434  | 85048     | LIGHTS      | 12       | 2009-12-01 07:45:00 | 6.95  | 13085.0     | United Kingdom | 2009
            489435  | POST      | POSTAGE     | 1        | 2009-12-01 07:46:00 | 18.00 | 13086.0     | France         | 2009
            C489449 | 22087     | PAPER       | -12      | 2009-12-01 10:33:00 | 2.95  | 16321.0     | Australia      | 2009
        """)
    )
    assert columns(source) == {
        "order_id": "Invoice",
        "customer_id": "Customer ID",
        "region": "Country",
        "ordered_at": "InvoiceDate",
        "product_id": "StockCode",
        "product_name": "Description",
        "quantity": "Quantity",
        "unit_price": "Price",
    }
    assert (source.return_order_pattern, source.part_column, source.blocking, source.unused) == ("^C", "sheet", (), ())
    assert [(drop.rule.reason, drop.seen) for drop in source.drop] == [
        ("postage", ("POST",)),
        ("fees", ()),
        ("adjustments", ()),
        ("tests", ()),
    ]


def test_a_column_called_date_that_holds_amounts_fills_no_date() -> None:
    source = only(
        sample("""
            order_id | date  | 时间       | amount
            S1       | 12.50 | 2025-01-05 | 3.00
            S2       | 13.75 | 2025-01-06 | 4.00
        """)
    )
    assert columns(source)["ordered_at"] == "时间"
    assert source.unused == ("date",)


def test_a_known_header_whose_cells_cannot_be_it_is_named() -> None:
    source = only(
        sample("""
            订单编号 | 下单时间 | 实付金额
            S1       | 已完成   | 3.00
            S2       | 待发货   | 4.00
        """)
    )
    assert not source.is_usable
    assert sentences(source.blocking) == [
        "No column for ordered_at, which every row needs. Write the header of the right column beside it."
    ]
    assert "'下单时间' is called like ordered_at, but its cells do not fit: not used." in sentences(source.warnings)


def test_an_unlabelled_column_is_a_guess_from_its_cells() -> None:
    source = only(
        sample("""
            order_id | column_2    | when_it_was | amount | ort
            S1       | 13900000001 | 2025-01-05  | 3.00   | 江苏省
            S2       | 13900000002 | 2025-01-06  | 4.00   | 上海
        """)
    )
    guessed = {column.field: column.column for column in source.columns if column.confidence is Confidence.GUESS}
    assert guessed == {"phone": "column_2", "ordered_at": "when_it_was", "region": "ort"}


@pytest.mark.parametrize(
    ("header", "amounts", "field"),
    [
        ("实付金额", ("90.00", "90.00", "40.00", "40.00"), "order_amount"),
        ("amount", ("90.00", "90.00", "40.00", "40.00"), "order_amount"),
        ("实付金额", ("60.00", "30.00", "40.00", "40.00"), "line_amount"),
        ("amount", ("60.00", "30.00", "40.00", "40.00"), "line_amount"),
        # What only the first row of an order carries is the order's.
        ("Total", ("90.00", "", "40.00", ""), "order_amount"),
    ],
)
def test_the_cells_decide_whether_an_amount_is_the_rows_or_the_orders(header: str, amounts: tuple[str, ...], field: str) -> None:
    rows = [f"{order}|2025-01-05|17|{amount}" for order, amount in zip(("S1", "S1", "S2", "S2"), amounts, strict=True)]
    source = only(sample("\n".join([f"order_id|下单时间|会员号|{header}", *rows])))
    assert {name: column for name, column in columns(source).items() if name.endswith("amount")} == {field: header}


def test_an_amount_of_pieces_times_price_stays_the_rows_although_two_rows_are_equal() -> None:
    source = only(
        sample("""
            order_id | 下单时间   | quantity | unit_price | 金额
            S1       | 2025-01-05 | 2        | 5.00       | 10.00
            S1       | 2025-01-05 | 2        | 5.00       | 10.00
            S2       | 2025-01-05 | 1        | 7.00       | 7.00
            S2       | 2025-01-05 | 1        | 7.00       | 7.00
        """)
    )
    assert columns(source)["line_amount"] == "金额"


def test_units_of_money_are_taken_from_the_header() -> None:
    source = only(
        sample("订单编号|下单时间|客户编号|订单金额（万元）|退款金额(分)\nS1|2025-01-05|17|1.2|0\nS2|2025-01-06|18|3.4|500")
    )
    assert {column.field: column.unit for column in source.columns if column.field.endswith("amount")} == {
        "order_amount": MoneyUnit.WAN_YUAN,
        "refund_amount": MoneyUnit.FEN,
    }


def test_without_a_buyer_the_revenue_will_be_unattributed() -> None:
    source = only(sample("订单编号|下单时间|订单状态|实付金额|退款金额\nS1|2025-01-05|已完成|1.2|0\nS2|2025-01-06|已完成|2|0"))
    assert source.is_usable
    assert sentences(source.warnings) == [
        "No stable buyer id: the revenue of this source will be unattributed, it counts for no customer."
    ]


def test_orders_without_status_and_returns_say_what_follows() -> None:
    source = only(sample("订单编号|下单时间|客户编号|实付金额\nS1|2025-01-05|17|1.2\nS2|2025-01-06|18|2"))
    assert sentences(source.warnings) == ["Nothing shows which orders were unpaid or returned: every row counts in full."]


def test_the_time_of_payment_stands_in_for_the_time_of_order() -> None:
    source = only(sample("订单编号|付款时间|客户编号|实付金额\nS1|2025-01-05|17|1.2\nS2|2025-01-06|18|2"))
    assert (columns(source)["ordered_at"], columns(source)["paid_at"]) == ("付款时间", "付款时间")


def test_complaints_without_a_person_cannot_be_used_and_say_so() -> None:
    source = only(sample("Complaint ID|Date received|Issue|Date sent to company\n1|2025-01-05|Fees|2025-01-07"))
    assert (source.feed, source.default_kind, source.is_usable) == (Feed.FEEDBACK, "complaint", False)
    assert sentences(source.blocking) == ["No column says whose the rows are (customer id, phone, e-mail or union id)."]


@pytest.mark.parametrize(
    ("header", "scores", "kind", "scale"),
    [
        ("满意度", ("5", "4"), "satisfaction", (1.0, 5.0)),
        ("满意度评分", ("95", "88"), "satisfaction", (0.0, 100.0)),
        ("NPS评分", ("3", "5"), "nps", (0.0, 10.0)),
    ],
)
def test_scores_bring_their_scale_and_kind(header: str, scores: tuple[str, str], kind: str, scale: tuple[float, float]) -> None:
    source = only(sample(f"会员号|评价时间|{header}\n17|2025-01-05|{scores[0]}\n18|2025-01-06|{scores[1]}"))
    assert (source.default_kind, source.score_scale) == (kind, scale)


def test_money_in_another_currency_is_seen_by_its_sign() -> None:
    assert (
        only(sample("order_id|order_date|customer_id|total\nS1|2025-01-05|17|$12.50\nS2|2025-01-06|18|$3.00")).currency == "USD"
    )


def test_what_cannot_be_told_is_not_guessed() -> None:
    source = only(sample("alpha|beta|gamma\n1|2|3\n4|5|6"))
    assert (source.feed, source.columns, source.is_usable, source.unused) == (None, (), False, ("alpha", "beta", "gamma"))


def test_a_table_without_rows_is_mapped_by_its_headers_alone() -> None:
    source = only(sample("订单编号|下单时间|客户编号|实付金额"))
    assert columns(source) == {
        "order_id": "订单编号",
        "customer_id": "客户编号",
        "ordered_at": "下单时间",
        "order_amount": "实付金额",
    }
    assert {column.confidence for column in source.columns} == {Confidence.LIKELY}


def test_rules_for_postage_and_tests_are_proposed_where_the_sample_has_them() -> None:
    source = only(
        sample(
            "订单编号|下单时间|客户编号|商品名称|金额\nS1|2025-01-05|17|补差价专用|1\nS2|2025-01-06|18|测试商品请勿拍|2\nS3|2025-01-07|18|杯子|2"
        )
    )
    assert [(drop.rule.column, drop.rule.reason, drop.seen) for drop in source.drop] == [
        ("product_name", "postage", ("补差价专用",)),
        ("product_name", "tests", ("测试商品请勿拍",)),
    ]


def test_files_with_the_same_headers_are_one_source_in_any_order_of_columns() -> None:
    turned = "status|total|date|member_no|order_no\npaid|7.00|2025-02-01|17|S3"
    source = only(sample(ORDERS, "a/jan.csv"), sample(turned, "b/feb.csv"))
    assert source.paths == ("a/jan.csv", "b/feb.csv")
    assert [table.rows for table in source.tables] == [2, 1]


def test_exports_that_differ_only_in_unused_columns_are_one_source() -> None:
    wider = "order_no|member_no|date|total|status|remark\nS3|17|2025-02-01|7.00|paid|x"
    source = only(sample(ORDERS, "a/jan.csv"), sample(wider, "a/feb.csv"))
    assert (source.paths, source.unused) == (("a/*.csv",), ("remark",))


def test_several_files_of_a_folder_become_a_glob_that_takes_no_other_file(tmp_path: Path) -> None:
    def put(name: str, text: str) -> Sample:
        (tmp_path / name).write_text(text)
        return sample(text, str(tmp_path / name))

    members = TABLES[Feed.CUSTOMER][0][1]
    orders = [put("order2025-01.csv", ORDERS), put("order2025-02.csv", ORDERS)]
    assert propose(orders, root=tmp_path).sources[0].paths == ("*.csv",)
    both = propose([*orders, put("members.csv", members)], root=tmp_path).sources
    assert [source.paths for source in both] == [("order2025-*.csv",), ("members.csv",)]
    # A file of the same folder that nobody showed us must not slip in either.
    put("order2025-old.csv", members)
    assert propose(orders, root=tmp_path).sources[0].paths == ("order2025-01.csv", "order2025-02.csv")


def test_sheets_of_a_workbook_with_different_headers_are_two_sources() -> None:
    members = TABLES[Feed.CUSTOMER][0][1]
    sources = propose([sample(ORDERS, "all.xlsx", "订单"), sample(members, "all.xlsx", "会员")]).sources
    assert [(source.feed, source.paths, source.sheets) for source in sources] == [
        (Feed.ORDER_LINE, ("all.xlsx",), ("订单",)),
        (Feed.CUSTOMER, ("all.xlsx",), ("会员",)),
    ]
    assert len({source.name for source in sources}) == 2


def test_every_sample_stands_in_exactly_one_source() -> None:
    samples = [sample(text, f"{feed}{place}.csv") for feed, tables in TABLES.items() for place, (_, text) in enumerate(tables)]
    # A list of customers that states totals is read twice, as two feeds: who they are, and what they have spent.
    sources = [source for source in propose(samples).sources if source.feed is not Feed.BALANCE]
    found = [table.file for source in sources for table in source.tables]
    assert sorted(found) == sorted(each.file for each in samples)


SYSTEMS = {
    "an ERP's delivery notes, customers by name only": (
        "单据编号|日期|购货单位|产品代码|产品名称|实发数量|销售单价|销售金额\nX1|2025-01-03|南京某公司|01.001|水泵|2|100|200\nX1|2025-01-03|南京某公司|01.002|阀|1|50|50",
        "order_id=单据编号 customer_id=购货单位 customer_name=购货单位 ordered_at=日期 product_id=产品代码 product_name=产品名称 quantity=实发数量 unit_price=销售单价 line_amount=销售金额",
    ),
    "a till's receipts": (
        "门店编号|小票号|营业日期|会员卡号|商品条码|品名|数量|售价|实收金额\n001|T1|2025-01-01|8001|690001|牛奶|2|5.5|11\n001|T1|2025-01-01|8001|690002|面包|1|8|7.5",
        "order_id=小票号 customer_id=会员卡号 ordered_at=营业日期 product_id=商品条码 product_name=品名 channel=门店编号 quantity=数量 unit_price=售价 line_amount=实收金额",
    ),
    "a shop's database with Unix times": (
        "id|order_sn|user_id|order_status|order_amount|add_time|pay_time\n1|2025010112345|17|1|105.00|1735689600|1735689700",
        "order_id=order_sn customer_id=user_id ordered_at=add_time paid_at=pay_time status=order_status order_amount=order_amount",
    ),
    "an API's records in camel case, money in fen": (
        "orderId|buyerId|skuId|skuName|num|payAmountFen|createTime|orderState\nA1|17|S1|杯子|1|1999|2025-01-01 10:00:00|PAID",
        "order_id=orderId customer_id=buyerId ordered_at=createTime status=orderState product_id=skuId product_name=skuName quantity=num order_amount=payAmountFen",
    ),
    "a survey with questions for headers": (
        "序号|提交答卷时间|1、您的手机号|2、您对我们的满意度|3、您的建议\n1|2025/1/1 10:00:00|13900000001|5|好\n2|2025/1/2 10:00:00|13900000002|4|很好",
        "feedback_id=序号 phone=1、您的手机号 at=提交答卷时间 score=2、您对我们的满意度 text=3、您的建议",
    ),
    "a hotel's bookings": (
        "预订单号|客人姓名|手机号|入住日期|房型|间夜|房费|订单状态|渠道\nB1|周|13900000001|2025-01-01|大床房|2|800.00|已离店|携程",
        "order_id=预订单号 phone=手机号 customer_name=客人姓名 ordered_at=入住日期 status=订单状态 product_name=房型 channel=渠道 quantity=间夜 order_amount=房费",
    ),
    "points that come and go": (
        "会员号|变动时间|变动类型|变动积分\n8001|2025-01-01|消费|10\n8001|2025-01-02|兑换|-10",
        "customer_id=会员号 at=变动时间 kind=变动类型 value=变动积分",
    ),
    "a state that is a place, not a stage": (
        "Order ID|Order Date|Customer ID|State|Sales\nC1|2016-11-08|CG1|Kentucky|261.96\nC2|2016-11-09|CG2|Florida|3.5",
        "order_id=Order ID customer_id=Customer ID region=State ordered_at=Order Date order_amount=Sales",
    ),
}


@pytest.mark.parametrize("system", SYSTEMS)
def test_tables_of_other_systems_are_understood(system: str) -> None:
    text, expected = SYSTEMS[system]
    source = only(sample(text, "export.csv"))
    assert (source.is_usable, " ".join(f"{field}={column}" for field, column in columns(source).items())) == (True, expected)


def test_orders_whose_money_stands_elsewhere_say_that_it_is_missing() -> None:
    source = only(sample("order_id|customer_id|order_status|order_purchase_timestamp\ne4|9e|delivered|2017-10-02 10:56:33"))
    assert source.feed is Feed.ORDER_LINE
    assert sentences(source.blocking) == ["No amount: neither a paid amount per row or order, nor quantity and unit price."]


def test_no_files_give_an_empty_proposal() -> None:
    assert propose([]).sources == ()
