"""Answers reach scripts exactly: amounts to the cent, sentences in one language, and only what the record tells."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import pytest

from fenji.answers.json import plain, problem, to_json
from fenji.domain.telling import HIDDEN, SPREAD, WHERE_KNOWN, Named, told
from fenji.domain.words import Spoken, Words
from fenji.errors import Place, Problem
from fenji.language import Language


class Direction(StrEnum):
    UP = "up"


@dataclass(frozen=True)
class Part:
    opening: int
    lost: int

    @property
    @told
    def churn_rate(self) -> float:
        return self.lost / self.opening

    @property
    def secret(self) -> int:
        return 7


@dataclass(frozen=True)
class Whole:
    earlier_on: Annotated[date, Named("from")]
    direction: Direction
    name: Words
    sentence: Spoken[str]
    lines: Spoken[tuple[str, ...]]
    registry: Annotated[object, HIDDEN]
    parts: tuple[Part, ...]
    own: Annotated[Part | None, SPREAD]
    by_direction: dict[Direction, Decimal]
    groups: Annotated[tuple[int, ...] | None, WHERE_KNOWN] = None


def whole(*, own: Part | None = None, groups: tuple[int, ...] | None = None) -> Whole:
    return Whole(
        earlier_on=date(2026, 1, 31),
        direction=Direction.UP,
        name=Words("银卡", "Silver"),
        sentence=Spoken(lambda language: f"said in {language}"),
        lines=Spoken(lambda language: (str(language), "x")),
        registry=object(),
        parts=(Part(4, 1),),
        own=own,
        by_direction={Direction.UP: Decimal("1.10")},
        groups=groups,
    )


def test_a_record_tells_what_its_marks_say_in_the_reader_s_language() -> None:
    assert plain(whole(), Language.ZH) == {
        "from": date(2026, 1, 31),
        "direction": "up",
        "name": "银卡",
        "sentence": "said in zh",
        "lines": ["zh", "x"],
        "parts": [{"opening": 4, "lost": 1, "churn_rate": 0.25}],
        "by_direction": {"up": Decimal("1.10")},
    }
    assert plain(whole(), Language.EN)["name"] == "Silver"


def test_a_record_that_is_spread_tells_its_parts_beside_the_others() -> None:
    found = plain(whole(own=Part(2, 1), groups=(1,)), Language.EN)
    assert (found["opening"], found["churn_rate"], found["groups"]) == (2, 0.5, [1])
    assert "own" not in found


def test_amounts_reach_scripts_exact_to_the_cent() -> None:
    assert to_json({"revenue": Decimal("12345678901234567.10")}, Language.EN) == '{\n  "revenue": 12345678901234567.10\n}'


def test_json_is_what_json_says() -> None:
    answer = {"as_of": date(2011, 12, 9), "share": 0.25, "none": None, "yes": True, "list": [{"名": '甲"乙'}, []], "empty": {}}
    assert json.loads(to_json(answer, Language.EN)) == {**answer, "as_of": "2011-12-09"}


def test_a_number_that_is_none_of_json_is_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_json({"share": float("nan")}, Language.EN)


def test_a_problem_reaches_scripts_with_its_place() -> None:
    found = Problem(
        "unknown {what} '{name}'.", {"what": "metric", "name": "x"}, Place("a.yaml", 3, "tiers"), "Did you mean {name}?"
    )
    assert problem(found, Language.EN) == {
        "code": None,
        "text": "unknown metric 'x'.",
        "advice": "Did you mean x?",
        "file": "a.yaml",
        "row": 3,
        "column": "tiers",
    }
