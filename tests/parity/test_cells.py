"""Both engines read every spelling of a cell alike: their regular expressions and casts are not the same ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ibis
import pyarrow as pa
import pytest

from fenji.domain.feeds import Cell
from fenji.domain.sources import DateOrder, DecimalSign
from fenji.engines.engine import Engine
from fenji.prepare import amounts, cells, dates, regions, scores, statuses
from fenji.prepare.readings import read_values
from fenji.prepare.stripping import Writing, bare_cells, with_bare

SPELLINGS = (
    *(
        None,
        "",
        " ",
        "\t",
        "-",
        "--",
        "—",
        "无",
        "null",
        "NaN",
        "N/A",
        "\\N",
        "0",
        "1",
        "x",
        "无锡",
        "\ufeff 上海\u3000",
        '="x"',
        "'13",
        '5"',
        " a\nb ",
    ),
    *("0012", '="193053123456789012"', "17850.0", "1.93053E+17", "1e+17", "85123E", "12E5", "１２３", "A+B", "t**8"),
    *(
        "12",
        "-12.00",
        "(12.00)",
        "（12.00）",
        "¥1,234.50",
        "12.00元",
        "499.00（系统计算中）",
        "1.2万",
        "3万元",
        "2亿",
        "１２．５",
        "1e3",
        "1e-05",
    ),
    *(
        "2.5499999999999998",
        "1.00005",
        "-1.00005",
        ".5",
        "5.",
        "+5",
        " 7.5\t",
        "12.5%",
        "$12",
        "1.2.3",
        "12(3)",
        "1e400",
        "1_000",
        "inf",
        "0x1F",
    ),
    *("99999999999999999999", "1d", "1f", "1L", "1e", "--5"),
    *(
        "2020-02-03 05:06:07",
        "2020-02-03T05:06:07",
        "2020-02-03 05:06",
        "2020-02-03",
        "2020-02-03 05:06:07.5",
        "2020-02-03 05:06:07.1234567",
    ),
    *(
        "2020/2/3 5:06",
        "2020.2.3",
        "2020年2月3日 5时6分7秒",
        "20200203",
        "20200203050607",
        "43864",
        "43864.2125810185",
        "0000-00-00",
    ),
    *(
        "1970-01-01 08:00:00",
        "2020-02-30",
        "2020-13-01",
        "2020-02-03 25:00",
        "2020-02-03 24:00:00",
        "12:30",
        "2020",
        "2020-02",
        "infinity",
        "epoch",
    ),
    *(
        "2020-02-03T05:06:07+08:00",
        "2020-02-03 05:06:07 +0800",
        "2020/2/3 5:06:07+08",
        "2020-02-02T21:06:07Z",
        "20200202T210607Z",
    ),
    *("1580677567", "1580677567000", "9999-12-31", "0001-01-01", "1582-10-10", "now", "today", "2020-02-03 05:06:07 UTC"),
    *(
        "13812345678",
        "138 1234 5678",
        "86-13812345678",
        "1******6198",
        "021-61234567",
        "+44 7911 123456",
        "Li@QQ.com ",
        "a*@qq.com",
        "li@qq",
    ),
    *("是", "否", "Y", "no", "maybe"),
    *(
        "12,50",
        "1.234,56",
        "1.234.567",
        "0,123",
        "1,23,456.00",
        "1'234.50",
        "1’234.50",
        "1 234,56 €",
        "12.00-",
        "$(12.00)",
        "12.-",
        "3百万",
        "5k",
        "5 K",
        "1e3万",
    ),
    *(
        "US$ 1,000.00",
        "USD12",
        "12.50 usd",
        "$10 USD",
        "¥5 USD",
        "Rs.500",
        "12 kr",
        "NT$5",
        "Rp 1.000",
        "R$ 1.234,50",
        "$.50",
        "3件",
        "2 pcs",
        "-¥1.5",
        "¥-1.5",
    ),
    *("5星", "4/5", "9分", "★★★★☆", "满意", "Very satisfied", "Not Offered", "Good", "bad"),
    *("05/06/2025", "13/06/2025", "5/6/25 8:26", "05.06.2025 15.20", "12/31/2024", "05/06/2025 03:20 PM", "25/6/5", "20-02-03"),
    *(
        "2025-06-05 3:20 PM",
        "2025/6/5 下午 3:20:00",
        "2025年6月5日 晚上8点05分",
        "05-Jun-25",
        "Jun 5, 2025",
        "5. Juni 2025 15:20 Uhr",
        "2 de marzo de 2025",
        "Mär 2025",
    ),
    *(
        "3 août 2025",
        "3 déc. 2025",
        "30 Feb 2025",
        "2025年6月",
        "202506",
        "06/2025",
        "2025-06-05 13:20 AM",
        "2025-06-05 24:00:00",
        "2025060515",
    ),
    *(
        "45813.638888888886",
        "45813.638888888887777",
        "1749108000.0",
        "1749108000.5",
        "1749108000000.0",
        "2025-06-05T15:20:00.000+0000",
        "2025-06-05 15:20 GMT+8",
    ),
    *(
        "Thu Jun 05 15:20:00 PDT 2025",
        "Thu Jun 05 15:20:00 CST 2025",
        "Thu Jun 05 2025 15:20:00 GMT+0800 (China Standard Time)",
        "2025-06-05Z",
        "2025-06-05T15:20:00+08:00[Asia/Shanghai]",
    ),
    *("散客", "Guest", "-1", "000000", "00000000000", "13800138000", "noemail@x.com", "test@test.com"),
    *(
        "wc-pending",
        "交易成功",
        "部分退款成功",
        "Partially Refunded",
        "ON_HOLD",
        "已冲红",
        "annulée",
        "キャンセル",
        "closed",
        "paid_out",
    ),
    *("广东省", "guangdong", "Nei Mongol", "广西壮族自治区", "Bayern"),
)

READERS: dict[str, tuple[Writing, Callable[[cells.Cells], Any]]] = {
    "text": (Writing(Cell.TEXT), cells.text),
    "identifier": (Writing(Cell.ID), cells.identifier),
    "person_id": (Writing(Cell.ID), cells.person_id),
    "number": (Writing(Cell.NUMBER), amounts.number),
    "money": (Writing(Cell.MONEY), amounts.money),
    "money_with_comma": (Writing(Cell.MONEY, decimal=DecimalSign.COMMA), amounts.money),
    "named_currencies": (Writing(Cell.MONEY), amounts.named_currencies),
    "score": (Writing(Cell.NUMBER), lambda written: scores.score(written, (1.0, 5.0))),
    "local_time": (Writing(Cell.MOMENT), dates.local_time),
    "local_time_mdy": (Writing(Cell.MOMENT, date_order=DateOrder.MONTH_FIRST), dates.local_time),
    "local_time_dmy": (Writing(Cell.MOMENT, date_order=DateOrder.DAY_FIRST), dates.local_time),
    "moment": (Writing(Cell.MOMENT), dates.moment),
    "day": (Writing(Cell.DAY), dates.day),
    "phone": (Writing(Cell.PHONE), cells.phone),
    "email": (Writing(Cell.EMAIL), cells.email),
    "yes_no": (Writing(Cell.YES_NO), cells.yes_no),
    "status_class": (Writing(Cell.TEXT), lambda written: statuses.status_class(cells.text(written))),
    "region": (Writing(Cell.TEXT), lambda written: regions.one_name(cells.text(written))),
}


def read(engine: Engine, writing: Writing, reader: Callable[[cells.Cells], Any]) -> dict[str | None, tuple[object, bool]]:
    came = engine.from_arrow(pa.table({"x__came": pa.array(SPELLINGS, pa.string())}))
    stripped = with_bare(came, {"x": writing})
    values = stripped.mutate(value=reader(bare_cells(stripped, "x"))).view()
    unread = cells.is_unread(bare_cells(values, "x"), values["value"], writing.kind)
    made: ibis.Table = values.select("x__came", "value", unread=unread)
    return {row["x__came"]: (row["value"], row["unread"]) for row in engine.fetch(made).to_pylist()}


@pytest.mark.spark
@pytest.mark.parametrize("name", READERS)
def test_both_engines_read_every_spelling_alike(duck: Engine, spark: Engine, name: str) -> None:
    writing, reader = READERS[name]
    assert read(spark, writing, reader) == read(duck, writing, reader)


@pytest.mark.spark
def test_both_engines_have_the_same_readings(duck: Engine, spark: Engine) -> None:
    def rows(engine: Engine) -> list[dict[str, object]]:
        texts = engine.from_arrow(pa.table({"value": pa.array(SPELLINGS, pa.string())}))
        return sorted(engine.fetch(read_values(texts, currency="CNY")).to_pylist(), key=lambda row: str(row["value"]))

    assert rows(spark) == rows(duck)
