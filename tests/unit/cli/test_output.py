"""Answers read well for people."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console

from fenji.cli.output import SHORTEST_CUT, Col, Output, money, number, percent
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


def terminal(width: int) -> Output:
    console = Console(file=StringIO(), width=width, force_terminal=True, color_system=None, highlight=False)
    return Output(Language.EN, is_json=False, console=console, remarks=Console(file=StringIO()))


@pytest.mark.parametrize(
    "name", ["n" * 300, "客户" * 150, "한" * 200, "e\u0301" * 200], ids=["latin", "chinese", "korean", "accents"]
)
def test_a_long_name_is_cut_on_a_terminal_and_pushes_no_other_column(name: str) -> None:
    output = terminal(80)
    output.table(
        [Col("customer"), Col("tier"), Col("revenue", is_number=True)], [(name, "VIP", "1,234.50"), ("Ann", "low", "7.00")]
    )
    lines = [line for line in printed(output) if line.strip()]
    assert max(map(cell_len, lines)) <= 80
    cut, whole = lines[-2:]
    assert cell_len(cut.rstrip()) == cell_len(whole.rstrip())
    assert "…" in cut
    assert cut.rstrip().endswith("VIP   1,234.50")


def test_only_as_much_is_cut_as_does_not_fit() -> None:
    output = terminal(60)
    ids, names = "i" * SHORTEST_CUT, "n" * 80
    output.table([Col("id"), Col("name"), Col("orders", is_number=True)], [(ids, names, "12")])
    line = [each for each in printed(output) if each.strip()][-1]
    assert ids in line
    assert cell_len(line.rstrip()) <= 60
    assert line.count("n") == 60 - len(ids) - len("orders") - len("…") - 3 * 2


@pytest.mark.parametrize("width", [20, 60, 160])
def test_no_cell_is_cut_in_a_pipe(width: int) -> None:
    piped = Output(Language.EN, is_json=False, console=Console(file=StringIO(), width=width), remarks=Console(file=StringIO()))
    piped.table([Col("name"), Col("id"), Col("orders", is_number=True)], [("n" * 300, "客" * 200, "1,234")])
    assert all(each in "\n".join(printed(piped)) for each in ("n" * 300, "客" * 200, "1,234"))
