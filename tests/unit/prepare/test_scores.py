"""Scores are read from numbers, parts of a scale, stars and words; a survey that nobody answered has none."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pytest

from fenji.domain.feeds import Cell
from fenji.engines.duck import DuckEngine
from fenji.prepare import scores
from fenji.prepare.stripping import Writing, bare_cells, with_bare


def read(engine: DuckEngine, written: list[str], scale: tuple[float, float]) -> dict[str, tuple[Decimal | None, bool]]:
    table = with_bare(engine.from_arrow(pa.table({"x__came": written})), {"x": Writing(Cell.NUMBER)})
    of = bare_cells(table, "x")
    found = table.select("x__came", score=scores.score(of, scale), none_given=scores.is_none_given(of))
    return {row["x__came"]: (row["score"], row["none_given"]) for row in engine.fetch(found).to_pylist()}


@pytest.mark.parametrize(
    ("scale", "expected"),
    [
        ((1.0, 5.0), {"4": 4, "4.0": 4, "4分": 4, "5星": 5, "4/5": 4, "8/10": "4.2", "4 out of 5": 4, "★★★★☆": 4, "非常满意": 5, "满意": 4, "一般": 3, "不满意": 2,
                      "非常不满意": 1, "Very satisfied": 5, "Neutral": 3, "very_dissatisfied": 1}),
        ((0.0, 100.0), {"Good": 100, "Bad": 0, "好评": 100, "中评": 50, "差评": 0, "4/5": 80, "85": 85, "90分": 90}),
        ((0.0, 10.0), {"9": 9, "9分": 9, "9/10": 9, "Satisfied": "7.5"}),
    ],
)  # fmt: skip
def test_scores_stand_on_the_scale_of_their_source(
    engine: DuckEngine, scale: tuple[float, float], expected: dict[str, object]
) -> None:
    assert read(engine, list(expected), scale) == {text: (Decimal(str(value)), False) for text, value in expected.items()}


def test_no_score_and_no_words_are_no_number(engine: DuckEngine) -> None:
    assert read(engine, ["Not Offered", "Offered", "未评价", "whatever", "4/0", "satisfied?"], (1.0, 5.0)) == {
        "Not Offered": (None, True),
        "Offered": (None, True),
        "未评价": (None, True),
        "whatever": (None, False),
        "4/0": (None, False),
        "satisfied?": (None, False),
    }
