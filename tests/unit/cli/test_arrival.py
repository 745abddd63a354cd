"""The screen of a run shows what a shop can check against its own books, in both languages; scripts get the same as typed values."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from fenji.answers.arrival import Arrival, FileArrival, LargeOrder, LaterOrders, LeftOut, PeriodRevenue, SourceArrival
from fenji.answers.json import to_json
from fenji.cli.arrival import show_arrival
from fenji.cli.main import answer
from fenji.cli.output import Output
from fenji.language import Language

ARRIVAL = Arrival(
    sources=(
        SourceArrival(
            source="shop",
            feed="order_line",
            rows_in=10_000,
            kept=9_950,
            left_out=45,
            copies=5,
            reasons=(
                LeftOut("unpaid", False, 30, 0.003, "status", "状态", "待付款", "june.csv", 3),
                LeftOut("invalid_date", True, 14, 0.0014, "ordered_at", "时间", "13/45/2026", "july.csv", 9),
                LeftOut("postage", False, 1, 0.0001, "product_id", "商品", None, "june.csv", 7),
            ),
            files=(FileArrival("june.csv", 9_000, 8_964, 31, 5, 0), FileArrival("july.csv", 1_000, 986, 14, 0, 14)),
        ),
    ),
    unread_files=(),
    unread_sheets=(),
    customers=12,
    orders=3,
    net_revenue=Decimal("1234.50"),
    currency="CNY",
    is_money_read=True,
    unattributed_net_revenue=Decimal(0),
    unattributed_share=0.0,
    first_on=date(2024, 3, 1),
    last_on=date(2026, 7, 5),
    periods=(
        PeriodRevenue(date(2024, 1, 1), date(2024, 12, 31), 1, Decimal(1000), date(2024, 3, 1), date(2024, 3, 1)),
        PeriodRevenue(date(2025, 1, 1), date(2025, 6, 30), 1, Decimal(200), date(2025, 3, 1), date(2025, 3, 1)),
        PeriodRevenue(date(2026, 6, 1), date(2026, 6, 30), 0, Decimal(0), None, None),
        PeriodRevenue(date(2026, 7, 1), date(2026, 7, 31), 1, Decimal("34.5"), date(2026, 7, 5), date(2026, 7, 5)),
    ),
    largest_orders=(LargeOrder("shop", "A1", date(2024, 3, 1), None, Decimal(1000)),),
    later=LaterOrders(2, date(2026, 8, 1), date(2026, 8, 2), 0, "Z9"),
)


def shown(arrival: Arrival, language: Language) -> list[str]:
    console = Console(file=StringIO(), width=200)
    show_arrival(arrival, Output(language, is_json=False, console=console, remarks=console))
    return [" ".join(line.split()) for line in console.file.getvalue().splitlines() if line.strip() and "──" not in line]


def test_people_read_rows_reasons_months_and_the_largest_orders() -> None:
    assert shown(ARRIVAL, Language.EN) == [
        "Rows by source",
        "source file rows in kept left out copies",
        "shop 10,000 9,950 45 5",
        # The one file whose rows fail more often than the others'.
        "shop july.csv 1,000 986 14 0",
        "Rows left out, with an example of each reason",
        "source rows share should be came where",
        "shop 14 0.1% a date such as 2026-02-03 05:06:07, 2026/2/3 5:06, 2026年2月3日 or 3 Feb 2026; 02/03/2026 only where sources.yaml gives the date_order 13/45/2026 july.csv, row 9, column 时间",
        "shop 30 0.3% an order that was paid 待付款 june.csv, row 3, column 状态",
        "shop 1 <0.1% drop rule of sources.yaml: postage - june.csv, row 7, column 商品",
        "Revenue as it was understood, returns taken off (CNY)",
        "month orders net revenue first day last day",
        "2024 1 1,000.00 2024-03-01 2024-03-01",
        "2025-01 … 2025-06 1 200.00 2025-03-01 2025-03-01",
        "2026-06 0 0.00 - -",
        "2026-07 1 34.50 2026-07-05 2026-07-05",
        "all 3 1,234.50 2024-03-01 2026-07-05",
        "2 orders lie after the as-of day, the last on 2026-08-02, and do not count yet.",
        "Largest orders",
        "order day customer paid (CNY)",
        "A1 2024-03-01 - 1,000.00",
    ]


def test_the_chinese_screen_says_the_same() -> None:
    lines = shown(ARRIVAL, Language.ZH)
    assert lines[:3] == ["各来源的行数", "来源 文件 读入 保留 未采用 重复", "shop 10,000 9,950 45 5"]
    assert "shop 30 0.3% 已付款的订单 待付款 june.csv，第 3 行，状态 列" in lines
    assert "截止日期之后还有 2 笔订单，最晚 2026-08-02，本次不计入。" in lines


def test_scripts_get_typed_values() -> None:
    found = json.loads(to_json(ARRIVAL, Language.EN))
    assert (found["net_revenue"], found["first_on"], found["later_orders"]["last_order_id"]) == (1234.5, "2024-03-01", "Z9")
    (source,) = found["sources"]
    assert (source["rows_in"], source["kept"] + source["left_out"] + source["copies"], source["faults"]) == (10_000, 10_000, 14)
    assert source["reasons"][1] == {
        "reason": "invalid_date",
        "is_fault": True,
        "rows": 14,
        "share": 0.0014,
        "field": "ordered_at",
        "column": "时间",
        "came": "13/45/2026",
        "file": "july.csv",
        "row_number": 9,
    }


def test_the_commands_refuse_force_and_begin_with_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--workspace", str(tmp_path)]
    assert answer(["init", str(tmp_path), "--template", "spend", "--lang", "en"]) == 0
    columns = "{order_id: id, customer_id: who, ordered_at: at, line_amount: paid}"
    (tmp_path / "sources.yaml").write_text(
        f"sources:\n  - {{source: shop, feed: order_line, files: o.csv, columns: {columns}}}\n", encoding="utf-8"
    )
    (tmp_path / "o.csv").write_text("id,who,at,paid\n1,ann,31/31/2026,0\n", encoding="utf-8")
    assert answer(["run", *where, "--as-of", "2026/3/31"]) == 2
    assert "came '31/31/2026'" in capsys.readouterr().err
    (tmp_path / "o.csv").write_text("id,who,at,paid\n1,ann,2026-03-05,0\n", encoding="utf-8")
    assert answer(["run", *where, "--as-of", "2026年3月31日", "--force", "--json"]) == 0
    ran = json.loads(capsys.readouterr().out)
    # One month of data fills no window, so the day on which history begins is said first.
    assert (ran["arrival"]["is_money_read"], [each["code"] for each in ran["warnings"]]) == (False, [None, "no_money"])
    assert answer(["tiers", *where]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith(
        "Note: no money was read: every amount is missing or 0, so the 1 customer cannot be told apart"
    )
    assert "no money" not in captured.err
    assert answer(["tiers", *where, "--json"]) == 0
    assert [each["code"] for each in json.loads(capsys.readouterr().out)["warnings"]] == ["no_money"]


def test_a_narrow_screen_says_reasons_in_sentences_and_cuts_nothing() -> None:
    console = Console(file=StringIO(), width=80)
    show_arrival(
        ARRIVAL, Output(Language.EN, is_json=False, console=console, remarks=console), {"shop": "june.csv (order lines)"}
    )
    screen = console.file.getvalue()
    assert (
        "  30 (0.3%) of june.csv (order lines): should be an order that was paid\n      is '待付款' in june.csv, row 3" in screen
    )
    assert "…" not in screen.partition("Revenue")[0]
