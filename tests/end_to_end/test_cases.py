"""Small inputs that once gave wrong numbers without a word give the right ones, or a question, and so do other spellings of their kind.

World: the folder of cases beside the project, where it is, with the values worked by hand in its README; and the same kinds in other
languages, headers and separators, written here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from fenji.answers.mapping import MapResult
from fenji.language import Language
from fenji.workspace.mapping import take_in_hand
from fixtures.corpus import SHARED
from fixtures.desk import Came, bring

CASES = SHARED / "cases"


@dataclass(frozen=True)
class Case:
    """What must come out of a case."""

    is_right: Callable[[Came], object]
    as_of: str = "2025-06-30"
    currency: str = "CNY"


def numbers(customers: int, orders: int, revenue: str) -> Callable[[Came], bool]:
    return lambda came: came.numbers == (customers, orders, revenue)


SHARED_CASES = {
    "amended_order_no_status": Case(numbers(3, 3, "200.00")),
    "amount_with_code": Case(numbers(3, 3, "42.50"), currency="USD"),
    "date_forms": Case(lambda came: came.tiers is None and "date_order" in came.questions),
    "shopify_cancelled_second_line": Case(lambda came: came.revenue == "180.00"),
    "decimal_comma": Case(numbers(7, 7, "2503582.55")),
    "order_number_of_two_customers": Case(numbers(3, 3, "9150.00"), as_of="2026-06-30"),
    "guest_id_zero": Case(numbers(31, 31, "15765.00")),
    "woocommerce_statuses": Case(lambda came: came.revenue == "170.00"),
    "refund_repeated_on_lines": Case(lambda came: came.revenue == "400.00"),
    "one_dollar_cell": Case(numbers(8, 8, "2890.00")),
    "destroyed_ids_with_total_row": Case(lambda came: came.customers is None and "scientific notation" in came.map["refusals"][0]["text"]),
    "reexport_spelled_differently": Case(numbers(2, 2, "200.50")),
    "subtotal_rows": Case(numbers(3, 3, "60.00")),
    "two_row_header": Case(lambda came: came.revenue == "90.00"),
    "serials_1904": Case(lambda came: (came.map["rehearsal"]["first_order_on"], came.map["rehearsal"]["last_order_on"]) == ("2025-06-02", "2025-06-04")),
    "cp1252_as_gb18030": Case(lambda came: "csv, cp1252," in came.map["yaml"]),
    "merged_cells": Case(lambda came: came.revenue == "110.00"),
    "us_dates": Case(numbers(3, 3, "50.00")),
    "nul_byte": Case(numbers(2, 2, "40.00")),
    "unpaid_orders": Case(lambda came: came.numbers[1:] == (1, "700.00"), as_of="2026-06-30"),
    "orders_without_number": Case(lambda came: came.numbers[1:] == (3, "525.00"), as_of="2019-12-31"),
    "order_list_of_a_restaurant": Case(numbers(2, 2, "486.00"), as_of="2016-12-31"),
    "order_details_without_buyer": Case(lambda came: [each["feed"] for each in came.map["sources"]] == ["order_line"], as_of="2016-12-31"),
    "order_head_and_lines": Case(numbers(2, 2, "350.00"), as_of="2026-06-30"),
    "member_list_with_totals": Case(lambda came: came.customers == 3 and came.revenue == "0.00" and "totals_period" in came.questions, as_of="2026-06-30"),
}  # fmt: skip


@pytest.mark.apart
@pytest.mark.door
@pytest.mark.skipif(not CASES.is_dir(), reason="the folder of cases is not beside the project")
@pytest.mark.parametrize("name", SHARED_CASES)
def test_a_case_that_once_failed_is_right(name: str, tmp_path: Path) -> None:
    case = SHARED_CASES[name]
    files = [each for each in sorted((CASES / name).rglob("*")) if each.suffix in {".csv", ".xlsx"}]
    came = bring(tmp_path / "w", *files, as_of=case.as_of, currency=case.currency)
    assert case.is_right(came), (came.numbers, came.told)


def looked_at(tmp_path: Path, *texts: str, answers: dict[str, str] | None = None) -> MapResult:
    """What ``fenji map`` says of files, and what a run would keep of them."""
    files = []
    for place, text in enumerate(texts):
        files.append(tmp_path / f"orders{place}.csv")
        files[-1].write_text(text, encoding="utf-8")
    with take_in_hand(tmp_path, files, language=Language.EN, answers=answers) as hand:
        return hand.rehearsed(hand.propose())


def outcome(result: MapResult) -> tuple[int, int, str]:
    """Customers, orders and revenue of a rehearsal."""
    found = result.rehearsal
    assert found is not None, result.text
    assert not found.problems
    return found.customers, found.orders, f"{found.net_revenue:.2f}"


# Nobody is a customer by an order that was never paid.
SPELLINGS = {
    "commas before the cents, semicolons between": ("order_id;customer_id;order_date;amount\n1;A;2025-06-01;12,50\n2;B;2025-06-02;1.234,56\n3;C;2025-06-03;0,99", (3, 3, "1248.05")),
    "commas before the cents, tabs between": ("订单编号\t客户编号\t下单时间\t实付金额\n1\tA\t2025-06-01\t12,50\n2\tB\t2025-06-02\t9,75\n3\tC\t2025-06-03\t1 234,50", (3, 3, "1256.75")),
    "commas before the cents, in quotes": ('order_id,customer_id,order_date,amount\n1,A,2025-06-01,"12,50"\n2,B,2025-06-02,"1.234,56"', (2, 2, "1247.06")),
    "commas that group thousands": ('order_id,customer_id,order_date,amount\n1,A,2025-06-01,"1,234"\n2,B,2025-06-02,"12,345,678.50"', (2, 2, "12346912.50")),
    "one number of two customers, in Chinese": ("小票号,会员卡号,消费时间,实收金额\n1,C1,2025-06-05,100.00\n1,C2,2025-06-05,9000.00\n2,C3,2025-06-06,50.00", (3, 3, "9150.00")),
    "one number of two customers, by phone": ("Receipt No,Phone,Sale Date,Total Paid\n1,13900000001,2025-06-05,100.00\n1,13900000002,2025-06-05,9000.00\n2,13900000003,2025-06-06,50.00", (3, 3, "9150.00")),
    "one number of two customers, by e-mail": ("order number,email,order date,total\n1,a@x.com,2025-06-05,100.00\n1,b@x.com,2025-06-05,9000.00\n2,c@x.com,2025-06-06,50.00", (3, 3, "9150.00")),
    "statuses of WooCommerce": ("order_id,customer_id,order_date,status,order_total\n1,A,2025-06-01,wc-completed,100\n2,B,2025-06-01,wc-pending,100\n3,C,2025-06-02,wc-failed,100\n4,D,2025-06-02,wc-on-hold,100", (1, 1, "100.00")),
    "statuses of an ERP": ("单据编号,客户编码,单据日期,单据状态,金额\n1,A01,2025-06-01,已审核,100.00\n2,B01,2025-06-01,草稿,100.00\n3,C01,2025-06-02,已作废,100.00\n4,D01,2025-06-02,未审核,100.00", (1, 1, "100.00")),
    "statuses of a booking system": ("booking_id,guest_email,booked_at,booking_status,amount\n1,a@x.com,2025-06-01,Confirmed,100.00\n2,b@x.com,2025-06-01,Cancelled,100.00\n3,c@x.com,2025-06-02,No-show,100.00", (1, 1, "100.00")),
    "statuses of a marketplace": ("订单号,买家昵称,下单时间,订单状态,实付金额\n1,甲1,2025-06-01,交易成功,100.00\n2,乙2,2025-06-01,等待买家付款,100.00\n3,丙3,2025-06-02,交易关闭,100.00", (1, 1, "100.00")),
    "American dates with a time": ("order_id,customer_id,order_date,amount\n1,A,12/31/2024,10\n2,B,6/5/2025 8:26,20\n3,C,5/16/2025 18:26,20", (3, 3, "50.00")),
    "American dates with AM and PM": ("Order ID,Buyer,Order Date,Total\n1,A1,12/31/2024 10:00 AM,10\n2,B1,06/05/2025 08:26 PM,20\n3,C1,05/16/2025 06:26 PM,20", (3, 3, "50.00")),
    "European dates with points": ("order_id,customer_id,order_date,amount\n1,A,31.12.2024,10\n2,B,05.06.2025,20\n3,C,16.05.2025,20", (3, 3, "50.00")),
    "dates with months in words": ('order_id,customer_id,order_date,amount\n1,A,31 Dec 2024,10\n2,B,5-Jun-2025,20\n3,C,"May 16, 2025",20', (3, 3, "50.00")),
    "a refund on every row of an order": ("订单号,会员号,商品名称,数量,订单实付金额,订单退款金额,订单状态,下单时间\n1,A,x,1,300,100,交易成功,2025-06-01\n1,A,y,1,300,100,交易成功,2025-06-01\n2,B,x,1,200,0,交易成功,2025-06-01\n2,B,y,1,200,0,交易成功,2025-06-01", (2, 2, "400.00")),
    "a total at the end": ("订单编号,会员号,实付金额,下单时间\nA1,u1,10.00,2025-05-01\nA2,u2,20.00,2025-05-02\nA3,u3,30.00,2025-06-01\n合计,,60.00,", (3, 3, "60.00")),
    "a grand total in English": ("order_no,member_no,total,date\nA1,u1,10.00,2025-05-01\nA2,u2,20.00,2025-05-02\nA3,u3,30.00,2025-06-01\nGrand Total,,60.00,", (3, 3, "60.00")),
    "guests who share an id": ("order_id,customer_id,email,order_date,total\n1,Guest,g1@x.com,2025-06-02,501\n2,Guest,g2@x.com,2025-06-03,502\n3,u3,g3@x.com,2025-06-04,503", (3, 3, "1506.00")),
    "walk-in customers": ("流水号,会员编号,会员手机,消费时间,实收\n1,散客,13900000001,2025-06-02,501.00\n2,散客,13900000002,2025-06-03,502.00\n3,M3,13900000003,2025-06-04,503.00", (3, 3, "1506.00")),
    "codes of a currency behind amounts": ("order_id,customer_id,order_date,amount\n1,A,2025-06-01,12.50 CNY\n2,B,2025-06-02,CNY 10.00\n3,C,2025-06-02,20 cny", (3, 3, "42.50")),
    "signs of a currency before amounts": ("order_id,customer_id,order_date,amount\n1,A,2025-06-01,¥12.50\n2,B,2025-06-02,￥10.00\n3,C,2025-06-02,20元", (3, 3, "42.50")),
    "orders that were never paid": ("订单编号,买家会员名,买家实际支付金额,联系手机,订单创建时间,订单付款时间\n3,小红1,700.00,13900000002,2025-01-04 10:00:00,2025-01-04 10:01:00\n4,小红1,0.00,13900000002,2025-01-05 10:00:00,\n6,小刚2,0.00,13900000003,2025-01-28 10:00:00,", (1, 1, "700.00")),
    "a log without numbers": ("buyer,paid at,amount paid\nbuyer_1,2025-06-01 00:17:59,186.00\nbuyer_2,2025-06-01 00:59:54,145.00\nbuyer_1,2025-06-03 07:48:48,194.00", (2, 3, "525.00")),
    "a log by phone": ("手机号,消费日期,消费金额\n13900000001,2025-06-01,186.00\n13900000002,2025-06-01,145.00\n13900000001,2025-06-03,194.00", (2, 3, "525.00")),
}  # fmt: skip


@pytest.mark.door
@pytest.mark.parametrize("kind", SPELLINGS)
def test_another_spelling_of_the_kind_is_read_as_well(kind: str, tmp_path: Path) -> None:
    text, right = SPELLINGS[kind]
    result = looked_at(tmp_path, text)
    assert outcome(result) == right, result.text


@pytest.mark.door
@pytest.mark.parametrize(
    ("earlier", "later", "right"),
    [
        ("1,A,100,2025-06-01\n2,B,50,2025-06-02", "1,A,80,2025-06-01\n2,B,50,2025-06-02\n3,C,70,2025-06-20", (3, 3, "200.00")),
        (
            "1,A,100.00,2025-06-01 10:00:00\n2,B,50.5,2025-06-02 10:00:00",
            "1,A,100,2025/6/1 10:00\n2,B,50.50,2025/6/2 10:00",
            (2, 2, "150.50"),
        ),
        ("1,A,100.00,2025-06-01", "1,A,100.00,2025-06-01", (1, 1, "100.00")),
    ],
)
def test_the_same_order_in_a_later_download_counts_once_with_its_newer_word(
    earlier: str, later: str, right: tuple[int, int, str], tmp_path: Path
) -> None:
    header = "订单编号,买家会员名,实付金额,下单时间\n"
    assert outcome(looked_at(tmp_path, header + earlier, header + later)) == right
