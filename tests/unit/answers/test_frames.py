"""The main rows of an answer are a data frame of any library, in the language asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import pytest

from fenji.answers import frames
from fenji.answers.frames import Answer
from fenji.domain.words import Words
from fenji.errors import NotFound
from fenji.language import Language


@dataclass(frozen=True)
class Row:
    name: Words
    revenue: Decimal


@dataclass(frozen=True)
class Rows(Answer):
    rows: tuple[Row, ...]

    def main_rows(self) -> Sequence[object]:
        return self.rows


TWO = Rows((Row(Words("银卡", "Silver <b>"), Decimal("1.10")), Row(Words("金卡", "Gold"), Decimal("2.00"))))


def test_rows_become_frames_with_exact_amounts() -> None:
    assert TWO.to_arrow(Language.ZH).to_pylist() == [
        {"name": "银卡", "revenue": Decimal("1.10")},
        {"name": "金卡", "revenue": Decimal("2.00")},
    ]
    assert list(TWO.to_pandas().name) == ["Silver <b>", "Gold"]
    assert TWO.to_polars().shape == (2, 2)


def test_a_notebook_shows_rows_and_no_markup_of_theirs() -> None:
    shown = TWO._repr_html_()
    assert "<th>revenue</th>" in shown
    assert "Silver &lt;b&gt;" in shown
    assert Rows(())._repr_html_() == "<table><tr></tr></table>"


def test_without_polars_the_way_to_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(frames, "import_module", missing)
    with pytest.raises(NotFound, match="pip install polars"):
        TWO.to_polars()
