"""What the buyer paid is found by arithmetic: paid beats gross, what the shop keeps is not what was paid, a refund leaves once.

World: tables of three or four orders whose columns of money add up as those of real exports do.
"""

from __future__ import annotations

import pytest

from fenji.collect.understanding.amounts import Standing, income_columns, is_explained, is_of_order, standing_of
from fenji.collect.understanding.columns import Choice, choose_columns
from fenji.domain.feeds import Feed
from fixtures.cell_reader import tables_of
from fixtures.samples import sample


def chosen(text: str) -> Choice:
    return choose_columns(tables_of(sample(text))[0], Feed.ORDER_LINE)


def amount(text: str) -> tuple[str, str | None]:
    """The field and the header of the amount."""
    found = chosen(text).amount
    assert found is not None
    return found.field, found.column


@pytest.mark.parametrize(
    ("header", "standing"),
    [
        ("实收金额", Standing.PAID),
        ("用户实付", Standing.PAID),
        ("价税合计", Standing.PAID),
        ("折后金额", Standing.PAID),
        ("Grand Total", Standing.PAID),
        ("Net sales", Standing.PAID),
        ("金额", Standing.PLAIN),
        ("Total", Standing.PLAIN),
        ("应收金额", Standing.GROSS),
        ("无税金额", Standing.GROSS),
        ("Gross Sales", Standing.GROSS),
        ("Subtotal", Standing.GROSS),
        ("商家实收金额", Standing.INCOME),
        ("Payout amount", Standing.INCOME),
        ("商家打款金额", Standing.INCOME),
    ],
)
def test_a_header_says_how_close_an_amount_is_to_what_was_paid(header: str, standing: Standing) -> None:
    assert standing_of(header) is standing


@pytest.mark.parametrize(
    ("gross", "paid"),
    [
        ("消费金额", "实收金额"),
        ("应付金额", "实付金额"),
        ("原价", "折后金额"),
        ("Gross Sales", "Net Sales"),
        ("无税金额", "价税合计"),
        ("Subtotal", "Total Paid"),
    ],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_paid_beats_gross_wherever_it_stands(gross: str, paid: str, *, is_first: bool) -> None:
    headers, rows = (
        (f"{paid}|{gross}", ("90|100", "180|200", "50|60")) if is_first else (f"{gross}|{paid}", ("100|90", "200|180", "60|50"))
    )
    lines = [f"S{n}|{n % 2}|2025-01-0{n}|{cells}.00".replace("|1", "|1") for n, cells in enumerate(rows, start=1)]
    assert amount("\n".join([f"订单号|会员号|下单时间|{headers}", *lines]))[1] == paid


def test_income_without_fees_is_not_what_was_paid() -> None:
    text = """
        订单号 | 会员号 | 下单时间   | 支付金额 | 手续费 | 到账金额
        S1     | 17     | 2025-01-01 | 100.00   | 0.60   | 99.40
        S2     | 18     | 2025-01-02 | 50.00    | 0.30   | 49.70
        S3     | 18     | 2025-01-03 | 20.00    | 0.12   | 19.88
    """
    table = tables_of(sample(text))[0]
    assert income_columns(table, ["支付金额", "到账金额"]) == {"到账金额"}
    assert amount(text)[1] == "支付金额"


def test_fees_that_stand_negative_tell_income_as_well() -> None:
    text = """
        Order ID | Buyer | Order Date | Net   | Fee   | Gross
        S1       | 17    | 2025-01-01 | 97.00 | -3.00 | 100.00
        S2       | 18    | 2025-01-02 | 48.50 | -1.50 | 50.00
    """
    assert income_columns(tables_of(sample(text))[0], ["Net", "Gross"]) == {"Net"}
    assert amount(text)[1] == "Gross"


WHOLE = """
    order_no | member_no | date       | product | paid
    S1       | 17        | 2025-01-01 | cup     | 30.00
    S1       | 17        | 2025-01-01 | plate   | 30.00
    S2       | 18        | 2025-01-02 | cup     | 45.50
    S2       | 18        | 2025-01-02 | bowl    | 45.50
    S3       | 18        | 2025-01-03 | cup     | 9.00
"""


def test_an_amount_that_repeats_in_every_order_is_the_orders() -> None:
    assert is_of_order(tables_of(sample(WHOLE))[0], "order_no", "paid")
    assert amount(WHOLE) == ("order_amount", "paid")


def test_an_amount_that_differs_inside_an_order_is_the_rows() -> None:
    text = WHOLE.replace("plate   | 30.00", "plate   | 12.00")
    assert not is_of_order(tables_of(sample(text))[0], "order_no", "paid")
    assert amount(text) == ("line_amount", "paid")


def test_two_equal_items_of_one_order_say_nothing_about_the_order() -> None:
    text = "\n".join(line for line in WHOLE.strip().splitlines() if "bowl" not in line)
    assert not is_of_order(tables_of(sample(text))[0], "order_no", "paid")


def test_quantity_times_price_is_the_rows_even_where_it_repeats() -> None:
    text = """
        order_no | member_no | date       | product | quantity | unit_price | amount
        S1       | 17        | 2025-01-01 | cup     | 2        | 15.00      | 30.00
        S1       | 17        | 2025-01-01 | plate   | 3        | 10.00      | 30.00
        S2       | 18        | 2025-01-02 | cup     | 2        | 15.00      | 30.00
        S2       | 18        | 2025-01-02 | plate   | 3        | 10.00      | 30.00
    """
    assert amount(text) == ("line_amount", "amount")


@pytest.mark.parametrize(
    ("extra", "cells"),
    [
        ("运费", ("10.00", "20.00", "5.00")),
        ("Discount Amount", ("-10.00", "-20.00", "-5.00")),
        ("税额", ("10.00", "20.00", "5.00")),
    ],
)
def test_a_difference_that_another_column_explains_is_no_question(extra: str, cells: tuple[str, ...]) -> None:
    rows = [f"{100 * n + float(cells[n - 1].strip('-')):.2f}|{100 * n:.2f}|{cells[n - 1]}" for n in (1, 2, 3)]
    table = tables_of(sample("\n".join([f"one|other|{extra}", *rows])))[0]
    assert is_explained(table, "one", "other")


def test_a_difference_that_nothing_explains_is_one() -> None:
    table = tables_of(sample("one|other|运费\n110.00|100.00|1.00\n230.00|200.00|2.00\n330.00|300.00|0.00"))[0]
    assert not is_explained(table, "one", "other")


def refunded(paid: str) -> Choice:
    return chosen(
        f"""
        订单编号 | 买家会员名 | 订单付款时间        | 订单总额 | 买家实付金额 | 退款金额
        S1       | u1         | 2025-01-01 10:00:00 | 100.00   | {paid}       | 40.00
        S2       | u2         | 2025-01-02 10:00:00 | 80.00    | 80.00        | 0.00
        """
    )


def test_a_refund_that_is_out_of_the_amount_already_is_not_taken_off_again() -> None:
    assert refunded("60.00").column("refund_amount") is None


def test_a_refund_that_is_still_in_the_amount_is_taken_off() -> None:
    found = refunded("100.00").column("refund_amount")
    assert found is not None
    assert found.column == "退款金额"


def test_an_empty_column_of_paid_amounts_says_nothing_about_what_was_paid() -> None:
    text = "订单号|会员号|下单时间|订单金额|实付金额\nS1|17|2025-01-01|100.00|0\nS2|18|2025-01-02|50.00|0"
    assert amount(text)[1] == "订单金额"


def test_a_price_without_pieces_is_what_the_row_cost() -> None:
    assert amount("订单号|会员号|下单时间|商品名称|单价\nS1|17|2025-01-01|杯|9.90\nS2|18|2025-01-02|碗|5.50") == (
        "line_amount",
        "单价",
    )


@pytest.mark.parametrize("header", ["消费金额", "实付金额", "total"])
def test_without_an_order_number_every_row_says_what_it_cost_itself(header: str) -> None:
    text = f"会员卡号|消费时间|{header}\nM1|2026-01-05 10:00|9.50\nM1|2026-01-05 10:00|3.00\nM2|2026-01-06 10:00|8.00"
    assert amount(text) == ("line_amount", header)
