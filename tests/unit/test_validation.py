"""pydantic's findings become our problems: all of them, placed by path, with the nearest known name. World: a small order form."""

from __future__ import annotations

from typing import Literal

import pydantic
import pytest

from fenji.errors import Place, Problem
from fenji.language import Language
from fenji.validation import Objection, dotted, problems_of


class Item(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")
    name: str
    size: int = pydantic.Field(default=1, ge=1)


class Form(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")
    title: str
    colour: Literal["red", "green"] = "red"
    items: list[Item] = []
    by_name: dict[str, str | Item] = {}

    @pydantic.field_validator("title")
    @classmethod
    def _no_shouting(cls, value: str) -> str:
        if value.isupper():
            text = "{count} capitals are too many."
            raise Objection(text, count=len(value))
        return value


def problems(data):
    with pytest.raises(pydantic.ValidationError) as caught:
        Form.model_validate(data)
    return problems_of(caught.value, Form)


def test_every_problem_is_reported_at_once_with_its_path_and_nearest_name():
    found = problems({"titel": "x", "colour": "grean", "items": [{"name": 1, "siez": 2}, {"name": "a", "size": 0}]})
    assert [problem.describe(Language.EN) for problem in found] == [
        "column title: 'title' is missing.",
        "column colour: unknown colour 'grean'. Did you mean green?",
        "column items[1].name: 'name' must be text.",
        "column items[1].siez: unknown name 'siez'. Did you mean size?",
        "column items[2].size: 'size' must be at least 1.",
        "column titel: unknown name 'titel'. Did you mean title?",
    ]


def test_the_branches_of_a_union_do_not_show_in_the_path():
    found = problems({"title": "x", "by_name": {"first": {"nme": "a"}}})
    assert {problem.place for problem in found} == {
        Place(column="by_name.first"),
        Place(column="by_name.first.name"),
        Place(column="by_name.first.nme"),
    }


def test_our_own_objections_keep_their_words():
    assert problems({"title": "LOUD"}) == [Problem("{count} capitals are too many.", {"count": 4}, Place(column="title"))]


def test_what_came_is_never_shown_for_a_wrong_type():
    assert "secret" not in str(problems({"title": ["secret"]}))


def test_list_positions_count_from_one():
    assert dotted(("tiers", 0, "qualify", 2)) == "tiers[1].qualify[3]"
    assert dotted(()) is None


def test_an_empty_list_is_said_to_be_empty() -> None:
    class Wanted(pydantic.BaseModel):
        sources: list[str] = pydantic.Field(min_length=1)

    with pytest.raises(pydantic.ValidationError) as caught:
        Wanted.model_validate({"sources": []})
    (problem,) = problems_of(caught.value, Wanted)
    assert problem.describe(Language.EN) == "column sources: 'sources' is empty; it needs an entry."
