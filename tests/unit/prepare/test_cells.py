"""Every way of writing a cell that the shops' export files are known for reads as what it means; what cannot be read is told apart from what is empty."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import ibis.expr.types as ir
import pyarrow as pa
import pytest

from fenji.domain.feeds import Cell
from fenji.domain.sources import DateOrder, DecimalSign, MoneyUnit
from fenji.engines.duck import DuckEngine
from fenji.prepare import amounts, cells, dates
from fenji.prepare.stripping import Writing, bare_cells, with_bare

UNREAD = object()
"""Present, but not readable."""


def check(
    engine: DuckEngine, cases: dict[str | None, object], read: Callable[[cells.Cells], ir.Value], writing: Cell | Writing
) -> None:
    """Compares all cases at once, so that a failure shows every cell that reads otherwise."""
    writing = writing if isinstance(writing, Writing) else Writing(writing)
    came = engine.from_arrow(pa.table({"x__came": pa.array(list(cases), pa.string())}))
    stripped = with_bare(came, {"x": writing})
    values = stripped.mutate(value=read(bare_cells(stripped, "x"))).view()
    unread = cells.is_unread(bare_cells(values, "x"), values.value, writing.kind)
    rows = engine.fetch(values.mutate(unread=unread)).to_pylist()
    found = {row["x__came"]: UNREAD if row["unread"] else row["value"] for row in rows}
    assert found == cases


def test_words_lose_blanks_and_wrappers_and_say_nothing_where_they_say_so(engine: DuckEngine) -> None:
    cases = {
        "交易成功": "交易成功",
        "\ufeff 交易成功\u3000\t": "交易成功",
        "\t": None,
        "": None,
        "--": None,
        "无": None,
        "无锡": "无锡",
        "null": None,
        "Nullarbor": "Nullarbor",
        '="上海"': "上海",
        "'13": "13",
        'PLATE 5"': 'PLATE 5"',
        " a\nb ": "a\nb",
        "x": "x",
        None: None,
    }
    check(engine, cases, cells.text, Cell.TEXT)


def test_ids_stay_text_and_destroyed_ones_are_not_guessed(engine: DuckEngine) -> None:
    cases = {
        "0012": "0012",
        '="193053123456789012"': "193053123456789012",
        "='E2020'": "E2020",
        "\t4100123\t": "4100123",
        "'200": "200",
        "17850.0": "17850",
        "1.93053E+17": UNREAD,
        '="1.93053E+17"': UNREAD,
        "85123E": "85123E",
        "12E5": "12E5",
        "１２３": "123",
        "A+B": "A+B",
        "C489449": "C489449",
        "-": None,
        "无": None,
        "nan": None,
        "小明": "小明",
    }
    check(engine, cases, cells.identifier, Cell.ID)


def test_masked_ids_of_persons_say_nothing(engine: DuckEngine) -> None:
    check(engine, {"t**8": None, "张*": None, "tom8": "tom8", "1.9E+17": UNREAD}, cells.person_id, Cell.ID)


MONEY = {
    "12": Decimal(12),
    "-12.00": Decimal(-12),
    "(12.00)": Decimal(-12),
    "（12.00）": Decimal(-12),
    "¥12.00": Decimal(12),
    "￥ 1,234.50": Decimal("1234.5"),
    "-¥1.5": Decimal("-1.5"),
    "1，234.50元": Decimal("1234.5"),
    "12.00元": Decimal(12),
    "0元": Decimal(0),
    "499.00（系统计算中，该值仅供参考）": Decimal(499),
    "1.2万": Decimal(12000),
    "3万元": Decimal(30000),
    "1.23456万": Decimal("12345.6"),
    "2亿": Decimal(200000000),
    "１２．５": Decimal("12.5"),
    "1e3": Decimal(1000),
    "1e-05": Decimal(0),
    "2.5499999999999998": Decimal("2.55"),
    " 7.5\t": Decimal("7.5"),
    "'8": Decimal(8),
    '="9.90"': Decimal("9.9"),
    ".5": Decimal("0.5"),
    "5.": Decimal(5),
    "--": None,
    "-": None,
    "无": None,
    "无退款申请": None,
    "": None,
    "12.5%": UNREAD,
    "12,50": UNREAD,
    "1.234,56": UNREAD,
    "0,123": UNREAD,
    "1,00,00": UNREAD,
    "1,23,456.00": Decimal(123456),
    "1'234.50": Decimal("1234.5"),
    "1’234.50": Decimal("1234.5"),
    "1 234.50": Decimal("1234.5"),
    "1\u202f234.50": Decimal("1234.5"),
    "1 2": UNREAD,
    "12.00-": Decimal(-12),
    "−12.00": Decimal(-12),
    "(-12.00)": UNREAD,
    "$(12.00)": Decimal(-12),
    "12.-": Decimal(12),
    "12,--": Decimal(12),
    "3百万": Decimal(3_000_000),
    "5k": Decimal(5000),
    "5 K": Decimal(5000),
    "1e3万": UNREAD,
    "$12": Decimal(12),
    "$.50": Decimal("0.5"),
    "US$ 1,000.00": Decimal(1000),
    "USD12": Decimal(12),
    "12.50 usd": Decimal("12.5"),
    "$10 USD": Decimal(10),
    "¥5 USD": UNREAD,
    "Rs.500": Decimal(500),
    "12 kr": Decimal(12),
    "12 KRX": UNREAD,
    "3件": UNREAD,
    "abc": UNREAD,
    "1.2.3": UNREAD,
    "12(3)": UNREAD,
    "1e400": UNREAD,
    "99999999999999999999": UNREAD,
}


def test_amounts_in_yuan(engine: DuckEngine) -> None:
    check(engine, MONEY, amounts.money, Cell.MONEY)


def test_amounts_in_fen_and_in_ten_thousand_yuan_are_exact(engine: DuckEngine) -> None:
    check(
        engine,
        {"12345": Decimal("123.45"), "1": Decimal("0.01"), "1,000分": UNREAD, "1,000": Decimal(10), "x": UNREAD, "": None},
        lambda cell: amounts.money(cell, MoneyUnit.FEN),
        Cell.MONEY,
    )
    check(
        engine,
        {"1.23456": Decimal("12345.6"), "0.0001": Decimal(1), "¥2": Decimal(20000), "-": None},
        lambda cell: amounts.money(cell, MoneyUnit.WAN_YUAN),
        Cell.MONEY,
    )


def test_a_decimal_comma_turns_the_signs_round(engine: DuckEngine) -> None:
    cases = {
        "12,50": Decimal("12.5"),
        "1.234,56": Decimal("1234.56"),
        "1234,5": Decimal("1234.5"),
        "0,99": Decimal("0.99"),
        "1.000": Decimal(1000),
        "2.500.000,00": Decimal(2_500_000),
        "100": Decimal(100),
        "-1.000,5": Decimal("-1000.5"),
        "1 234,56 €": Decimal("1234.56"),
        "R$ 1.234,50": Decimal("1234.5"),
        "Rp 1.000": Decimal(1000),
        "12.50": UNREAD,
        "1,234.50": UNREAD,
        "1.00": UNREAD,
        "0.123": UNREAD,
    }
    check(engine, cases, amounts.money, Writing(Cell.MONEY, decimal=DecimalSign.COMMA))


def test_marks_name_the_currencies_that_are_written_so(engine: DuckEngine) -> None:
    cases = {"": None, "¥12": "|CNY|JPY|", "12元": "|CNY|TWD|HKD|MOP|", "12 EUR": "|EUR|", "NT$ 5": "|TWD|", "$10 HKD": "|HKD|", "฿5": "|THB|", "5 zł": "|PLN|",
             "CHF 5": "|CHF|", "5 ₽": "|RUB|", "rm5": "|MYR|", "kr 5": "|SEK|NOK|DKK|ISK|"}  # fmt: skip
    check(engine, cases, amounts.named_currencies, Cell.MONEY)


def test_numbers(engine: DuckEngine) -> None:
    cases = {
        "3": Decimal(3),
        "1,000": Decimal(1000),
        "1000000000000": Decimal(1000000000000),
        "２": Decimal(2),
        "两件": UNREAD,
        "3件": Decimal(3),
        "2 pcs": Decimal(2),
        "5 Stk.": Decimal(5),
        "12,5": UNREAD,
        "12.5%": UNREAD,
        "¥3": UNREAD,
    }
    check(engine, cases, amounts.number, Cell.NUMBER)


def at(*parts: int) -> datetime:
    return datetime(*parts)


LOCAL = {
    "2020-02-03 05:06:07": at(2020, 2, 3, 5, 6, 7),
    "2020-02-03T05:06:07": at(2020, 2, 3, 5, 6, 7),
    "2020-02-03 05:06": at(2020, 2, 3, 5, 6),
    "2020-02-03": at(2020, 2, 3),
    "2020-02-03 05:06:07.5": at(2020, 2, 3, 5, 6, 7, 500_000),
    "2020-02-03 05:06:07.1234567": at(2020, 2, 3, 5, 6, 7, 123_456),
    "2020/2/3 5:06": at(2020, 2, 3, 5, 6),
    "2020/02/03": at(2020, 2, 3),
    "2020.2.3": at(2020, 2, 3),
    "2020年2月3日": at(2020, 2, 3),
    "2020年2月3日 5时6分7秒": at(2020, 2, 3, 5, 6, 7),
    "2020年02月03日 05:06": at(2020, 2, 3, 5, 6),
    "20200203": at(2020, 2, 3),
    "20200203050607": at(2020, 2, 3, 5, 6, 7),
    "43864": at(2020, 2, 3),
    "43864.0": at(2020, 2, 3),
    "43864.2125810185": at(2020, 2, 3, 5, 6, 7),
    "\t2020-02-03 05:06:07\t": at(2020, 2, 3, 5, 6, 7),
    '="2020-02-03"': at(2020, 2, 3),
    "２０２０-０２-０３": at(2020, 2, 3),
    "0000-00-00 00:00:00": None,
    "0000-00-00": None,
    "0": None,
    "": None,
    "--": None,
    "2020-02-30": UNREAD,
    "2020-13-01": UNREAD,
    "2020-02-03 25:00": UNREAD,
    "03/02/2020": UNREAD,
    "yesterday": UNREAD,
    "12:30": UNREAD,
    "2020": UNREAD,
    "2020-02": at(2020, 2, 1),
    "2020年2月": at(2020, 2, 1),
    "2020/2": at(2020, 2, 1),
    "202002": at(2020, 2, 1),
    "201112": UNREAD,
    "02/2020": at(2020, 2, 1),
    "Feb 2020": at(2020, 2, 1),
    "2020.02": UNREAD,
    "Feb-20": UNREAD,
    "2020-02-03 3:20 PM": at(2020, 2, 3, 15, 20),
    "2020-02-03 12:20:30 am": at(2020, 2, 3, 0, 20, 30),
    "2020-02-03 12:20 p.m.": at(2020, 2, 3, 12, 20),
    "2020-02-03 13:20 PM": at(2020, 2, 3, 13, 20),
    "2020-02-03 13:20 AM": UNREAD,
    "2020/2/3 上午 3:20:00": at(2020, 2, 3, 3, 20),
    "2020/2/3 下午3:20": at(2020, 2, 3, 15, 20),
    "2020年2月3日 晚上8点05分": at(2020, 2, 3, 20, 5),
    "2020/2/3 中午 1:05": at(2020, 2, 3, 13, 5),
    "2020/2/3 凌晨 1:05": at(2020, 2, 3, 1, 5),
    "2020/2/3 晚上 12:05": UNREAD,
    "2020年2月3日 星期一 05:06": at(2020, 2, 3, 5, 6),
    "2020-02-03（月） 05:06": at(2020, 2, 3, 5, 6),
    "03-Feb-20": at(2020, 2, 3),
    "Feb-03-20": at(2020, 2, 3),
    "3 Feb 2020 05:06": at(2020, 2, 3, 5, 6),
    "Feb 3, 2020": at(2020, 2, 3),
    "February 3 2020 5:06:07 AM": at(2020, 2, 3, 5, 6, 7),
    "3 FEBRUARY 2020": at(2020, 2, 3),
    "2020-Feb-03": at(2020, 2, 3),
    "3rd Feb 2020": at(2020, 2, 3),
    "Monday, February 3, 2020 5:06 PM": at(2020, 2, 3, 17, 6),
    "Mon Feb  3 05:06:07 2020": at(2020, 2, 3, 5, 6, 7),
    "3. Februar 2020 05:06 Uhr": at(2020, 2, 3, 5, 6),
    "3 févr. 2020": at(2020, 2, 3),
    "3 de febrero de 2020": at(2020, 2, 3),
    "3 fev 2020": at(2020, 2, 3),
    "3 Foo 2020": UNREAD,
    "30 Feb 2020": UNREAD,
    "43864.212581018518": at(2020, 2, 3, 5, 6, 7),
    "20200203050607123": at(2020, 2, 3, 5, 6, 7, 123_000),
    "13/02/2020": UNREAD,
    "2/3/20": UNREAD,
    "20-02-03": UNREAD,
    "2020-02-03 24:00:00": UNREAD,
    "2020020305": UNREAD,
    "1900-01-01": at(1900, 1, 1),
    "infinity": UNREAD,
    "epoch": UNREAD,
}


def test_written_dates_are_wall_clock_times(engine: DuckEngine) -> None:
    check(engine, LOCAL, dates.local_time, Cell.MOMENT)


def test_moments_that_need_no_zone(engine: DuckEngine) -> None:
    expected = datetime(2020, 2, 2, 21, 6, 7, tzinfo=UTC)
    cases = {
        "2020-02-03T05:06:07+08:00": expected,
        "2020-02-03 05:06:07 +0800": expected,
        "2020/2/3 5:06:07+08": expected,
        "2020-02-02T21:06:07Z": expected,
        "2020-02-02T21:06:07.000Z": expected,
        "20200202T210607Z": expected,
        "2020-02-02T16:06:07-05:00": expected,
        "1580677567": expected,
        "1580677567000": expected,
        "2020-02-03 05:06:07.000+0800": expected,
        "2020-02-02 16:06:07 -0500": expected,
        "2020-02-03 05:06:07 GMT+8": expected,
        "2020-02-03T05:06:07+08:00[Asia/Shanghai]": expected,
        "Mon Feb 03 2020 05:06:07 GMT+0800 (China Standard Time)": expected,
        "Sun, 02 Feb 2020 21:06:07 GMT": expected,
        "Feb 2, 2020 1:06:07 PM PST": expected,
        "Sun Feb 02 13:06:07 PST 2020": expected,
        "Mon Feb 03 05:06:07 CST 2020": UNREAD,
        "2020-02-03 05:06:07 IST": UNREAD,
        "1580677567.0": expected,
        "1580677567000.0": expected,
        "2020-02-30T00:00:00Z": UNREAD,
    }
    check(engine, cases, dates.moment, Cell.MOMENT)


def test_a_cell_is_a_wall_clock_time_or_a_moment_and_never_both(engine: DuckEngine) -> None:
    written = [*LOCAL, "2020-02-03T05:06:07+08:00", "1580677567", "20200202T210607Z"]
    came = engine.from_arrow(pa.table({"came": written}))
    both = came.mutate(bare=cells.strip(came.came, Cell.MOMENT)).view()
    both = both.filter(
        dates.local_time(cells.Cells(both.came, both.bare)).notnull() & dates.moment(cells.Cells(both.came, both.bare)).notnull()
    )
    assert engine.fetch(both).to_pylist() == []


@pytest.mark.parametrize(("order", "month"), [(DateOrder.MONTH_FIRST, 5), (DateOrder.DAY_FIRST, 6)])
def test_dates_with_the_year_last_are_read_by_the_order_of_their_column(engine: DuckEngine, order: DateOrder, month: int) -> None:
    expected = at(2025, month, 11 - month)
    cases = {
        "05/06/2025": expected,
        "5/6/25": expected,
        "5-6-2025": expected,
        "05.06.2025": expected,
        "5/6/2025 8:26": expected.replace(hour=8, minute=26),
        "05/06/2025 03:20:15 PM": expected.replace(hour=15, minute=20, second=15),
        "05/06/2025, 15:20": expected.replace(hour=15, minute=20),
        "05.06.2025 15.20": expected.replace(hour=15, minute=20),
        "2025-06-05": at(2025, 6, 5),
        "5 Jun 2025": at(2025, 6, 5),
        "6/5/70": at(1970, 11 - month, month),
        "31/31/2025": UNREAD,
        "12/31/2024": at(2024, 12, 31) if order is DateOrder.MONTH_FIRST else UNREAD,
        "13/06/2025": at(2025, 6, 13) if order is DateOrder.DAY_FIRST else UNREAD,
    }
    check(engine, cases, dates.local_time, Writing(Cell.MOMENT, date_order=order))
    birthdays = {"05/06/1990": date(1990, month, 11 - month), "05/06/45": UNREAD}
    check(engine, birthdays, dates.day, Writing(Cell.DAY, date_order=order))


def test_days(engine: DuckEngine) -> None:
    cases = {
        "1990年2月3日": date(1990, 2, 3),
        "1970-01-01": date(1970, 1, 1),
        "1990/2/3 0:00": date(1990, 2, 3),
        "19900203": date(1990, 2, 3),
        "1990-02": UNREAD,
    }
    check(engine, cases, dates.day, Cell.DAY)


def test_phones_are_one_spelling_and_masked_ones_say_nothing(engine: DuckEngine) -> None:
    mobile = "+8613812345678"
    cases = {
        "13812345678": mobile,
        "'13812345678": mobile,
        "138 1234 5678": mobile,
        "138-1234-5678": mobile,
        "86-13812345678": mobile,
        "+86 13812345678": mobile,
        "008613812345678": mobile,
        "13812345678.0": mobile,
        "１３８１２３４５６７８": mobile,
        "\t": None,
        "1******6198": None,
        "021-61234567": "02161234567",
        "+44 7911 123456": "+447911123456",
        "12345": UNREAD,
        "1.38123E+10": UNREAD,
    }
    check(engine, cases, cells.phone, Cell.PHONE)


def test_ids_phones_and_addresses_of_nobody_say_nothing(engine: DuckEngine) -> None:
    nobody = ["0", "0.0", "-1", "000000", "999999", "散客", "匿名用户", "游客", "非会员", "Guest", "guest_user", "WALK-IN CUSTOMER", "anonymous", "undefined", "N/A",
              "(not set)", "Laufkunde", "invité", "consumidor final", "ゲスト", "00000000-0000-0000-0000-000000000000"]  # fmt: skip
    somebody = {
        "10": "10",
        "1": "1",
        "100": "100",
        "9999": "9999",
        "20.0": "20",
        "散客王": "散客王",
        "guesthouse": "guesthouse",
        "00010": "00010",
    }
    check(engine, dict.fromkeys(nobody) | somebody, cells.person_id, Cell.ID)
    phones = [
        "00000000000",
        "13800138000",
        "138 0013 8000",
        "13000000000",
        "11111111111",
        "12345678901",
        "+86 13800000000",
        "88888888",
    ]
    check(
        engine,
        dict.fromkeys(phones) | {"13812345678": "+8613812345678", "13800138001": "+8613800138001"},
        cells.phone,
        Cell.PHONE,
    )
    mails = ["noemail@shop.com", "no-reply@x.com", "none@none.com", "test@test.com", "x@noemail.com", "Guest@x.com"]
    check(engine, dict.fromkeys(mails) | {"testa@test.com": "testa@test.com", "na@x.com": "na@x.com"}, cells.email, Cell.EMAIL)


def test_email_addresses_are_lower_case_and_valid(engine: DuckEngine) -> None:
    cases = {
        "Li.Lei@Example.COM": "li.lei@example.com",
        " li@qq.com\t": "li@qq.com",
        "a***@qq.com": None,
        "无": None,
        "li@qq": UNREAD,
        "li qq.com": UNREAD,
    }
    check(engine, cases, cells.email, Cell.EMAIL)


def test_yes_and_no_in_both_languages(engine: DuckEngine) -> None:
    cases = {"是": True, "Y": True, "1": True, "同意": True, "否": False, "NO": False, "0": False, "--": None, "maybe": UNREAD}
    check(engine, cases, cells.yes_no, Cell.YES_NO)
