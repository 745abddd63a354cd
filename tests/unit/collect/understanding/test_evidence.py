"""Cells say what they are: numbers in any dress, dates, phones, masks; and each kind of field takes only what fits it."""

from __future__ import annotations

import pytest

from fenji.collect.understanding.evidence import Evidence, look_at, plain_cell
from fenji.collect.understanding.verdicts import Verdict, judge
from fenji.domain.feeds import Cell
from fenji.domain.sources import DateOrder, DecimalSign, StatusClass
from fixtures.cell_reader import reader


def seen(*cells: str | None) -> Evidence:
    """What the cells of a column look like, as a run reads them."""
    plain = [plain_cell(cell) for cell in cells]
    return look_at(plain, reader().read({cell for cell in plain if cell is not None}))


@pytest.mark.parametrize(
    ("cell", "plain"),
    [
        ('="193053"', "193053"),
        ("='193053'", "193053"),
        ("'13900000001", "13900000001"),
        ("\t138\t", "138"),
        ("\t", None),
        ("\u00a0\u3000", None),
        (None, None),
        ("0", "0"),
    ],
)
def test_cells_lose_their_wrappers(cell: str | None, plain: str | None) -> None:
    assert plain_cell(cell) == plain


@pytest.mark.parametrize("cell", ["--", "无", "无退款申请", "NaN", "null", "N/A"])
def test_a_cell_that_says_nothing_counts_as_empty(cell: str) -> None:
    assert seen(cell, "12.50").filled == 1


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("12.00元", 12.0),
        ("0元", 0.0),
        ("¥1,234.50", 1234.5),
        ("1，234", 1234.0),
        ("499.00（系统计算中，该值仅供参考）", 499.0),
        ("(12.00)", -12.0),
        ("-12.00", -12.0),
        ("1.2万", 12_000.0),
        ("$3", 3.0),
        ("2025-01-05", None),
        ("已完成", None),
        ("12 个月", None),
    ],
)
def test_numbers_are_read_in_any_dress(cell: str, number: float | None) -> None:
    assert seen(cell).numbers == (number,)


@pytest.mark.parametrize(
    ("field", "cell", "cells", "verdict"),
    [
        (
            "ordered_at",
            Cell.MOMENT,
            ("2020/2/3 5:06", "2020-02-03 05:06:07", "2020年2月3日", "2020-02-03T05:06:07Z"),
            Verdict.CONFIRMED,
        ),
        ("ordered_at", Cell.MOMENT, ("20200203", "20200204"), Verdict.SILENT),
        ("ordered_at", Cell.MOMENT, ("43864", "43865.5"), Verdict.SILENT),
        ("ordered_at", Cell.MOMENT, ("1580677567000", "1580677567"), Verdict.SILENT),
        ("ordered_at", Cell.MOMENT, ("12.50", "99.00"), Verdict.VETOED),
        ("order_amount", Cell.MONEY, ("12.50", "99元"), Verdict.CONFIRMED),
        ("order_amount", Cell.MONEY, ("20200203", "20200204"), Verdict.VETOED),
        ("order_amount", Cell.MONEY, ("13900000001", "13900000002"), Verdict.VETOED),
        ("order_amount", Cell.MONEY, ("微信", "支付宝"), Verdict.VETOED),
        ("quantity", Cell.NUMBER, ("100200300401", "100200300402"), Verdict.VETOED),
        ("customer_id", Cell.ID, ("t**5", "李**"), Verdict.MASKED),
        ("customer_id", Cell.ID, ("17850.0", "13047.0"), Verdict.CONFIRMED),
        ("customer_id", Cell.ID, ("12.55", "13.75"), Verdict.VETOED),
        ("phone", Cell.PHONE, ("139****0001", "138****0002"), Verdict.MASKED),
        ("phone", Cell.PHONE, ("+86 139 0000 0001", "13800000002"), Verdict.CONFIRMED),
        # A number with an extension is lent for one order only; half of the cells are real ones.
        ("phone", Cell.PHONE, ("+86 139 0000 0001", "18412345678-1234"), Verdict.SILENT),
        ("phone", Cell.PHONE, ("微信", "支付宝"), Verdict.VETOED),
        ("email", Cell.EMAIL, ("a@b.cn",), Verdict.CONFIRMED),
        ("email", Cell.EMAIL, ("nobody",), Verdict.VETOED),
        ("region", Cell.TEXT, ("江苏省", "上海", "内蒙古自治区"), Verdict.CONFIRMED),
        ("region", Cell.TEXT, ("周强，86-13900000001，江苏省 南京市 中山路 1 号",), Verdict.VETOED),
        ("consent_marketing", Cell.YES_NO, ("是", "否"), Verdict.CONFIRMED),
        ("consent_marketing", Cell.YES_NO, ("短信", "邮件"), Verdict.VETOED),
        ("status", Cell.TEXT, ("2025-01-05", "2025-01-06"), Verdict.VETOED),
        ("phone", Cell.PHONE, ("\t", None), Verdict.SILENT),
    ],
)
def test_cells_confirm_or_veto_a_field(field: str, cell: Cell, cells: tuple[str | None, ...], verdict: Verdict) -> None:
    assert judge(field, cell, seen(*cells)) is verdict


def test_a_few_masked_cells_do_not_mask_the_column() -> None:
    assert judge("customer_id", Cell.ID, seen(*(f"u{n}" for n in range(9)), "t**5")) is Verdict.CONFIRMED


@pytest.mark.parametrize(
    ("cells", "sign", "numbers"),
    [
        (("1.234,50", "12,5"), DecimalSign.COMMA, (1234.5, 12.5)),
        (("12,50 €", "0,99 €"), DecimalSign.COMMA, (12.5, 0.99)),
        (("1,234.50", "12.5"), None, (1234.5, 12.5)),
        (("1,234", "12,345"), None, (1234.0, 12345.0)),
        (("100", "200"), None, (100.0, 200.0)),
    ],
)
def test_the_sign_of_the_decimals_is_that_under_which_the_most_cells_are_numbers(
    cells: tuple[str, ...], sign: DecimalSign | None, numbers: tuple[float, ...]
) -> None:
    column = seen(*cells)
    assert (column.decimal, column.numbers) == (sign, numbers)


@pytest.mark.parametrize(
    ("cells", "orders"),
    [
        (("2025-06-05", "2025/6/6"), (None,)),
        (("05/31/2025", "06/01/2025"), (DateOrder.MONTH_FIRST,)),
        (("31/05/2025", "01/06/2025"), (DateOrder.DAY_FIRST,)),
        (("05/06/2025", "06/07/2025"), (DateOrder.MONTH_FIRST, DateOrder.DAY_FIRST)),
        (("14 Sep 2026", "Sep 15, 2026"), (None,)),
        (("完成", "取消"), ()),
    ],
)
def test_all_cells_together_say_whether_the_day_or_the_month_stands_first(
    cells: tuple[str, ...], orders: tuple[DateOrder | None, ...]
) -> None:
    assert seen(*cells).date_orders == orders


def test_statuses_are_counted_by_what_they_mean_for_money() -> None:
    column = seen("交易成功", "wc-pending", "已作废", "已退款", "蓝色", "蓝色")
    assert column.statuses == {
        StatusClass.PAID: 1,
        StatusClass.UNPAID: 1,
        StatusClass.VOID: 1,
        StatusClass.RETURNED: 1,
        None: 2,
    }


def test_letters_before_digits_are_numbers_of_things_and_no_currencies() -> None:
    assert seen("R1023", "R1024").numbers == (None, None)
    assert not seen("R1023", "R1024").currencies
    assert seen("$3", "USD 4.50", "5").currencies == {"USD": 2}
