"""Whatever is written is read as itself or not at all: amounts in every dressing, dates in every order, on generated values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import ibis.expr.types as ir
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fenji.domain.feeds import Cell
from fenji.domain.sources import DateOrder, DecimalSign
from fenji.engines.duck import DuckEngine
from fenji.prepare import amounts, cells, dates
from fenji.prepare.stripping import Writing, bare_cells, with_bare
from fixtures.laws import law

CENTS = st.integers(min_value=-(10**11), max_value=10**11)
MOMENTS = st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2069, 12, 31)).map(lambda at: at.replace(microsecond=0))
POINT, COMMA = Writing(Cell.MONEY, decimal=DecimalSign.POINT), Writing(Cell.MONEY, decimal=DecimalSign.COMMA)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckEngine]:
    session = DuckEngine(Path(tmp_path_factory.mktemp("scratch")), threads=1)
    yield session
    session.close()


def read(engine: DuckEngine, texts: list[str], writing: Writing, reader: Callable[[cells.Cells], ir.Value]) -> list[object]:
    table = engine.from_arrow(pa.table({"n": range(len(texts)), "x__came": pa.array(texts, pa.string())}))
    found = with_bare(table, {"x": writing})
    found = found.select("n", value=reader(bare_cells(found, "x"))).order_by("n")
    return [row["value"] for row in engine.fetch(found).to_pylist()]


def dressed(number: str) -> list[str]:
    """The number with signs, codes and wrappings around it."""
    minus, digits = ("-", number[1:]) if number.startswith("-") else ("", number)
    return [number, f" {number}\t", f"¥{number}", f"{minus}¥{digits}", f"USD {number}", f"{number} eur", f"{number}元", f'="{number}"', f"{digits}{minus}",
            f"({digits})" if minus else digits]  # fmt: skip


@law(10)
@given(CENTS)
def test_an_amount_is_itself_in_every_dressing(engine: DuckEngine, cents: int) -> None:
    value = Decimal(cents) / 100
    with_point = f"{value:,.2f}"
    with_comma = with_point.translate(str.maketrans(",.", ".,"))
    assert set(read(engine, dressed(with_point), POINT, amounts.money)) == {value}
    assert set(read(engine, dressed(with_comma), COMMA, amounts.money)) == {value}
    plain = [f"{value:.2f}", f"{value:.2f}元", with_point.replace(",", " "), with_point.replace(",", "'")]
    assert set(read(engine, plain, POINT, amounts.money)) == {value}


@law(10)
@given(CENTS)
def test_the_sign_of_the_other_column_never_changes_an_amount_by_a_power_of_ten(engine: DuckEngine, cents: int) -> None:
    """With cents, an amount that is written the other way round is refused, whatever stands around it."""
    with_point = f"{Decimal(cents) / 100:,.2f}"
    with_comma = with_point.translate(str.maketrans(",.", ".,"))
    assert set(read(engine, dressed(with_comma), POINT, amounts.money)) == {None}
    assert set(read(engine, dressed(with_point), COMMA, amounts.money)) == {None}


FORMS = (
    "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y.%m.%d %H:%M:%S", "%Y年%m月%d日 %H时%M分%S秒", "%Y%m%d%H%M%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %I:%M:%S %p",
    "%d %b %Y %H:%M:%S", "%d-%b-%Y %H:%M:%S", "%b %d, %Y %I:%M:%S %p", "%B %d %Y %H:%M:%S", "%A, %d %B %Y %H:%M:%S", "%a %b %d %H:%M:%S %Y", "%d-%b-%y %H:%M:%S",
)  # fmt: skip
MONTH_FIRST = ("%m/%d/%Y %H:%M:%S", "%m-%d-%Y %H:%M:%S", "%m/%d/%y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p")


@law(10)
@given(MOMENTS)
def test_a_moment_is_itself_in_every_form(engine: DuckEngine, at: datetime) -> None:
    forms = [at.strftime(form) for form in FORMS]
    for order in (None, *DateOrder):
        assert set(read(engine, forms, Writing(Cell.MOMENT, date_order=order), dates.local_time)) == {at}
    month_first = [at.strftime(form) for form in MONTH_FIRST]
    day_first = [at.strftime(form.replace("%m", "?").replace("%d", "%m").replace("?", "%d")) for form in MONTH_FIRST]
    assert set(read(engine, month_first, Writing(Cell.MOMENT, date_order=DateOrder.MONTH_FIRST), dates.local_time)) == {at}
    assert set(read(engine, day_first, Writing(Cell.MOMENT, date_order=DateOrder.DAY_FIRST), dates.local_time)) == {at}
    assert set(read(engine, [*month_first, *day_first], Writing(Cell.MOMENT), dates.local_time)) == {None}


@law(20)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20), min_size=1, max_size=40))
def test_no_text_breaks_a_reader(engine: DuckEngine, texts: list[str]) -> None:
    for writing, reader in (
        (POINT, amounts.money),
        (COMMA, amounts.money),
        (Writing(Cell.MOMENT, date_order=DateOrder.DAY_FIRST), dates.local_time),
    ):
        assert len(read(engine, texts, writing, reader)) == len(texts)
