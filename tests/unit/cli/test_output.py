"""Answers read well for people."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console

from fenji.cli.output import Col, Output, money, number, percent
from fenji.errors import Problem
from fenji.language import Language


def printed(output: Output) -> list[str]:
    return output.console.file.getvalue().splitlines()


@pytest.fixture
def output() -> Output:
    return Output(
        Language.ZH, is_json=False, console=Console(file=StringIO(), width=120), remarks=Console(file=StringIO(), width=120)
    )


def test_numbers_have_separators_and_missing_ones_a_dash() -> None:
    assert [number(1234567), number(0), number(None), number(Decimal("1234.5"), 1)] == ["1,234,567", "0", "-", "1,234.5"]
    assert [money(Decimal("-1234.5")), money(None)] == ["-1,234.50", "-"]
    assert [percent(0.12345), percent(None), percent(1)] == ["12.3%", "-", "100.0%"]


def test_columns_stay_in_line_with_wide_characters(output: Output) -> None:
    output.table([Col("等级"), Col("客户", is_number=True)], [("初级会员", "1,234"), ("VIP会员", "7"), ("middle", "15")])
    lines = [line for line in printed(output) if line.strip()]
    assert {cell_len(line.rstrip()) for line in lines if line.strip()[-1].isdigit()} == {cell_len(lines[0].rstrip())}


def test_a_cell_that_looks_like_markup_is_shown_as_it_is(output: Output) -> None:
    output.table([Col("file")], [("[bold]orders.csv[/bold]",)])
    assert "[bold]orders.csv[/bold]" in "\n".join(printed(output))


def test_a_long_table_is_not_cut_where_the_output_is_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    Output(Language.EN, is_json=False).table([Col("file"), Col("rows", is_number=True)], [("x" * 140, "12,345")])
    assert "x" * 140 in capsys.readouterr().out.replace("\n", "")


def test_warnings_go_to_standard_error(output: Output) -> None:
    output.warn([Problem("{file} looks odd.", {"file": "a.csv"})])
    assert printed(output) == []
    assert "a.csv looks odd." in output.remarks.file.getvalue()


def test_no_digit_is_cut_off_on_a_narrow_terminal() -> None:
    narrow = Output(Language.EN, is_json=False, console=Console(file=StringIO(), width=20), remarks=Console(file=StringIO()))
    narrow.table([Col("group"), *(Col(f"tier {n}", is_number=True) for n in range(4))], [("Netherlands", *["1,234,567"] * 4)])
    assert "\n".join(printed(narrow)).count("1,234,567") == 4


def test_an_interval_stays_whole_beside_a_column_that_may_wrap(output: Output) -> None:
    interval = "1,177,438\u00a0[44,862,\u00a0377,438]"
    output.table(
        [Col("group", may_wrap=True), *(Col(f"{n}", is_number=True) for n in range(6))], [("Netherlands", *[interval] * 6)]
    )
    assert "\n".join(printed(output)).count(interval) == 6
    assert "Netherlands" in "\n".join(printed(output))
