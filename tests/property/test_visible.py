"""No text acts on a terminal, and none that was harmless is changed. World: any characters that Python knows."""

from __future__ import annotations

import json
import unicodedata

import yaml
from hypothesis import given
from hypothesis import strategies as st

from fenji.collect.writing.sources_yaml import quoted
from fenji.errors import Place, Problem
from fenji.language import Language
from fenji.visible import visible, visible_json

ACTING = ("Cc", "Cf", "Cs", "Zl", "Zp")
any_text = st.text(st.characters(), max_size=30)
"""Lone surrogates included: names of files on disk hold them where they are not UTF-8."""
harmless = st.text(st.characters(exclude_categories=ACTING, exclude_characters="\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"))


def acts(text: str) -> bool:
    return any(unicodedata.category(each) in ACTING for each in text)


@given(any_text)
def test_nothing_acts_any_more(text: str) -> None:
    assert not acts(visible(text))
    visible(text).encode()


@given(harmless)
def test_harmless_text_stays(text: str) -> None:
    assert visible(text) == text


@given(any_text)
def test_json_reads_back_as_the_same(text: str) -> None:
    shown = visible_json(json.dumps({text: [text]}, ensure_ascii=False))
    assert not acts(shown)
    assert json.loads(shown) == {text: [text]}


@given(any_text.filter(lambda text: not any(unicodedata.category(each) == "Cs" for each in text)))
def test_yaml_reads_back_as_the_same(text: str) -> None:
    written = quoted(text)
    assert not acts(written)
    assert yaml.safe_load(f"- {written}") == [text]


@given(any_text, any_text)
def test_no_error_acts_on_a_terminal(value: str, file: str) -> None:
    told = Problem("there is no {name}.", {"name": value}, Place(file, 3, value), "Look at {name}.").describe(Language.EN)
    assert not acts(told)
