"""A YAML document is read safely and every problem stands at its line. World: documents of a few lines."""

from __future__ import annotations

import datetime as dt

import pydantic
import pytest

from fenji.documents.reader import parse_document, read_document, validated
from fenji.errors import InvalidDocument, NotFound, Place


class Tier(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")
    tier: str
    most: int | None = None


class Policy(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")
    policy: str
    tiers: list[Tier]


def failure(text):
    with pytest.raises(InvalidDocument) as caught:
        parse_document(text, "p.yaml")
    return caught.value


def test_plain_words_stay_words_and_dates_and_numbers_are_read():
    text = "a: NO\nb: 007\nc: 12:30\nd: 1.50\ne: 2026-01-31\nf: 3\ng:\nh: [true, ~, 1e3, '5']\n"
    assert parse_document(text, "x").data == {
        "a": "NO",
        "b": "007",
        "c": "12:30",
        "d": 1.5,
        "e": dt.date(2026, 1, 31),
        "f": 3,
        "g": None,
        "h": [True, None, 1000.0, "5"],
    }


def test_a_value_knows_its_line_and_a_missing_one_that_of_its_group():
    document = parse_document("a:\n  - x\n  - k: 1\n", "p.yaml")
    assert document.place(("a", 1, "k")) == Place("p.yaml", 3, "a[2].k")
    assert document.place(("a", 1, "other")) == Place("p.yaml", 3, "a[2].other")
    assert document.place(("b",)) == Place("p.yaml", 1, "b")


def test_a_key_that_stands_twice_is_refused_with_both_lines():
    assert str(failure("a: 1\nb: 2\na: 3\nb: 4\n")) == (
        "p.yaml, row 3, column a: 'a' stands here a second time; the first is in line 1.\n"
        "p.yaml, row 4, column b: 'b' stands here a second time; the first is in line 2."
    )


def test_a_syntax_error_names_line_and_position():
    problem = failure("a: 1\nb: [2\nc: 3\n").problems[0]
    assert problem.place == Place("p.yaml", 3)
    assert problem.values["position"] == 2


@pytest.mark.parametrize("text", ["a: &x [*x]", "a: &a [x,x]\nb: &b [*a,*a]\n", "!!python/object:os.system x", "a: \x00"])
def test_documents_built_to_harm_do_none(text):
    if text.startswith("a: &a"):
        names = "bcdefghijklmnopqrst"
        text = "a: &a [x, x]\n" + "".join(f"{n}: &{n} [*{p}, *{p}]\n" for p, n in zip("a" + names, names, strict=False))
    assert failure(text).problems[0].place.file == "p.yaml"


def test_merge_keys_fill_what_is_not_given():
    data = parse_document("base: &b {x: 1, y: 2}\nreal:\n  <<: *b\n  y: 3\n", "x").data
    assert data["real"] == {"x": 1, "y": 3}


def test_every_problem_of_a_model_stands_at_its_line():
    document = parse_document("policy: a\ntiers:\n  - tier: entry\n  - teir: vip\n    most: many\n", "p.yaml")
    with pytest.raises(InvalidDocument) as caught:
        validated(Policy, document)
    assert str(caught.value) == (
        "p.yaml, row 4, column tiers[2].tier: 'tier' is missing.\n"
        "p.yaml, row 5, column tiers[2].most: 'most' must be a whole number.\n"
        "p.yaml, row 4, column tiers[2].teir: unknown name 'teir'. Did you mean tier?"
    )


def test_a_valid_document_becomes_the_model():
    document = parse_document("policy: a\ntiers: [{tier: entry}]\n", "p.yaml")
    assert validated(Policy, document) == Policy(policy="a", tiers=[Tier(tier="entry")])


def test_an_empty_document_misses_everything_and_a_list_is_no_policy():
    for text, problems in (("", 2), ("- 1\n", 1)):
        with pytest.raises(InvalidDocument) as caught:
            validated(Policy, parse_document(text, "p.yaml"))
        assert len(caught.value.problems) == problems


def test_a_file_in_another_encoding_or_none_at_all(tmp_path):
    file = tmp_path / "p.yaml"
    with pytest.raises(NotFound):
        read_document(file)
    file.write_bytes("a: 1\nb: 等级\n".encode("gb18030"))
    with pytest.raises(InvalidDocument) as caught:
        read_document(file)
    assert caught.value.problems[0].place == Place(str(file), 2)
    file.write_bytes("a: 等级\n".encode("utf-8-sig"))
    assert read_document(file).data == {"a": "等级"}
