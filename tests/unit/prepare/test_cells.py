"""Every way of writing a cell that the shops' export files are known for reads as what it means; what cannot be read is told apart from what is empty."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import ibis.expr.types as ir
import pyarrow as pa

from fenji.domain.feeds import Cell
from fenji.domain.sources import MoneyUnit
from fenji.engines.duck import DuckEngine
from fenji.prepare import cells

UNREAD = object()
"""Present, but not readable."""


def check(
    engine: DuckEngine, cases: dict[str | None, object], read: Callable[[cells.Cells], ir.Value], kind: Cell, signs: str = ""
) -> None:
    """Compares all cases at once, so that a failure shows every cell that reads otherwise."""
    came = engine.from_arrow(pa.table({"came": pa.array(list(cases), pa.string())}))
    stripped = came.mutate(bare=cells.strip(came.came, kind, signs)).view()
    values = stripped.mutate(value=read(cells.Cells(stripped.came, stripped.bare))).view()
    unread = cells.is_unread(cells.Cells(values.came, values.bare), values.value, kind)
    rows = engine.fetch(values.mutate(unread=unread)).to_pylist()
    found = {row["came"]: UNREAD if row["unread"] else row["value"] for row in rows}
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


YUAN = cells.CURRENCY_SIGNS["CNY"]
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
    "$12": UNREAD,
    "abc": UNREAD,
    "1.2.3": UNREAD,
    "12(3)": UNREAD,
    "1e400": UNREAD,
    "99999999999999999999": UNREAD,
}


def test_amounts_in_yuan(engine: DuckEngine) -> None:
    check(engine, MONEY, cells.money, Cell.MONEY, YUAN)


def test_amounts_in_fen_and_in_ten_thousand_yuan_are_exact(engine: DuckEngine) -> None:
    check(
        engine,
        {"12345": Decimal("123.45"), "1": Decimal("0.01"), "1,000分": UNREAD, "1,000": Decimal(10), "x": UNREAD, "": None},
        lambda cell: cells.money(cell, MoneyUnit.FEN),
        Cell.MONEY,
        YUAN,
    )
    check(
        engine,
        {"1.23456": Decimal("12345.6"), "0.0001": Decimal(1), "¥2": Decimal(20000), "-": None},
        lambda cell: cells.money(cell, MoneyUnit.WAN_YUAN),
        Cell.MONEY,
        YUAN,
    )


def test_a_currency_reads_its_own_sign_only(engine: DuckEngine) -> None:
    check(engine, {"$1,200.50": Decimal("1200.5"), "¥3": UNREAD}, cells.money, Cell.MONEY, cells.CURRENCY_SIGNS["USD"])


def test_numbers(engine: DuckEngine) -> None:
    cases = {
        "3": Decimal(3),
        "1,000": Decimal(1000),
        "1000000000000": Decimal(1000000000000),
        "２": Decimal(2),
        "两件": UNREAD,
        "¥3": UNREAD,
    }
    check(engine, cases, cells.number, Cell.NUMBER)


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
    "2020-02": UNREAD,
    "infinity": UNREAD,
    "epoch": UNREAD,
}


def test_written_dates_are_wall_clock_times(engine: DuckEngine) -> None:
    check(engine, LOCAL, cells.local_time, Cell.MOMENT)


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
        "2020-02-30T00:00:00Z": UNREAD,
    }
    check(engine, cases, cells.moment, Cell.MOMENT)


def test_a_cell_is_a_wall_clock_time_or_a_moment_and_never_both(engine: DuckEngine) -> None:
    written = [*LOCAL, "2020-02-03T05:06:07+08:00", "1580677567", "20200202T210607Z"]
    came = engine.from_arrow(pa.table({"came": written}))
    both = came.mutate(bare=cells.strip(came.came, Cell.MOMENT)).view()
    both = both.filter(
        cells.local_time(cells.Cells(both.came, both.bare)).notnull() & cells.moment(cells.Cells(both.came, both.bare)).notnull()
    )
    assert engine.fetch(both).to_pylist() == []


def test_days(engine: DuckEngine) -> None:
    cases = {
        "1990年2月3日": date(1990, 2, 3),
        "1970-01-01": date(1970, 1, 1),
        "1990/2/3 0:00": date(1990, 2, 3),
        "19900203": date(1990, 2, 3),
        "1990-02": UNREAD,
    }
    check(engine, cases, cells.day, Cell.DAY)


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
