"""What is no JSON, or could be read in two ways, is refused with its reason; nothing else is."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fenji.api.strict_json import MOST_DEPTH, UnreadableBody, read_json

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=6), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_what_json_writes_is_read_back(value: object) -> None:
    assert read_json(json.dumps(value).encode()) == value


def test_amounts_stay_exact() -> None:
    assert read_json(b'{"amount": 0.10}') == {"amount": Decimal("0.10")}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "no JSON"),
        (b"", "no JSON"),
        (b'{"a": 1, "a": 2}', "'a' stands twice"),
        (b'{"a": {"b": 1, "b": 1}}', "'b' stands twice"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": -Infinity}', "-Infinity"),
        (b'{"a": "\\ud800"}', "surrogate"),
        (b'{"\\udfff": 1}', "surrogate"),
        (b'{"a": [["\\ud800"]]}', "surrogate"),
        (b'{"a": "\\u0000"}', "U+0000"),
        (b'{"a": "\xff"}', "UTF-8"),
        (b'{"a": 1e999999}', "digits"),
        (b'{"a": ' + b"9" * 5000 + b"}", "digits"),
        (b"[" * (MOST_DEPTH + 1) + b"]" * (MOST_DEPTH + 1), "deep"),
        (b"[" * 100_000, "deep"),
        (b'{"a": 1} x', "no JSON"),
    ],
)
def test_everything_else_is_refused_with_its_reason(body: bytes, said: str) -> None:
    with pytest.raises(UnreadableBody) as refused:
        read_json(body)
    assert said in str(refused.value)


def test_brackets_in_texts_are_no_depth() -> None:
    assert read_json(json.dumps({"a": "[" * 100 + '"' + "{" * 100}).encode())
