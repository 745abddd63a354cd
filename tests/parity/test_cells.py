"""Both engines read every spelling of a cell alike: their regular expressions and casts are not the same ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ibis
import pyarrow as pa
import pytest

from fenji.domain.feeds import Cell
from fenji.engines.engine import Engine
from fenji.prepare import cells

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
)

READERS: dict[str, tuple[Cell, Callable[[cells.Cells], Any]]] = {
    "text": (Cell.TEXT, cells.text),
    "identifier": (Cell.ID, cells.identifier),
    "person_id": (Cell.ID, cells.person_id),
    "number": (Cell.NUMBER, cells.number),
    "money": (Cell.MONEY, cells.money),
    "local_time": (Cell.MOMENT, cells.local_time),
    "moment": (Cell.MOMENT, cells.moment),
    "day": (Cell.DAY, cells.day),
    "phone": (Cell.PHONE, cells.phone),
    "email": (Cell.EMAIL, cells.email),
    "yes_no": (Cell.YES_NO, cells.yes_no),
}


def read(engine: Engine, kind: Cell, reader: Callable[[cells.Cells], Any]) -> dict[str | None, tuple[object, bool]]:
    came = engine.from_arrow(pa.table({"came": pa.array(SPELLINGS, pa.string())}))
    stripped = came.mutate(bare=cells.strip(came["came"], kind, "¥￥元" if kind is Cell.MONEY else "")).view()
    values = stripped.mutate(value=reader(cells.Cells(stripped["came"], stripped["bare"]))).view()
    unread = cells.is_unread(cells.Cells(values["came"], values["bare"]), values["value"], kind)
    made: ibis.Table = values.select("came", "value", unread=unread)
    return {row["came"]: (row["value"], row["unread"]) for row in engine.fetch(made).to_pylist()}


@pytest.mark.spark
@pytest.mark.parametrize("name", READERS)
def test_both_engines_read_every_spelling_alike(duck: Engine, spark: Engine, name: str) -> None:
    kind, reader = READERS[name]
    assert read(spark, kind, reader) == read(duck, kind, reader)
