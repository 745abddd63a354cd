"""What did a caller write? JSON without anything that two readers could understand in two ways: no double names, no NaN, no broken text, no endless depth."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from fenji.errors import InvalidInput, Place, Problem
from fenji.language import message as _

MOST_BYTES = 1_000_000
"""Of a body that is no upload."""
MOST_DEPTH = 20
"""Of lists and objects within one another."""
_MOST_DIGITS = 40
"""Of one number: amounts have at most 18 digits before and after their point together."""
_TEXTS = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKETS = re.compile(rb"[\[\]{}]")


class UnreadableBody(InvalidInput):
    """The body is no JSON that can be read in one way only."""

    code = "unreadable_body"


def read_json(body: bytes) -> Any:  # noqa: ANN401 - whatever JSON holds
    """The value that a body holds; whole numbers as int, others as Decimal.

    Raises:
        UnreadableBody: no JSON in UTF-8, a name that stands twice in one object, NaN or Infinity, half of a surrogate pair, too deep.
    """
    if _depth(body) > MOST_DEPTH:
        raise UnreadableBody.of(_("the body is nested more than {most} levels deep."), most=MOST_DEPTH)
    try:
        return json.loads(
            body.decode("utf-8-sig"),
            object_pairs_hook=_object,
            parse_constant=_no_constant,
            parse_float=_number,
            parse_int=_whole,
        )
    except UnicodeDecodeError as error:
        raise UnreadableBody.of(_("the body is no UTF-8 text; byte {position} does not fit."), position=error.start) from None
    except json.JSONDecodeError as error:
        raise UnreadableBody.of(
            _("the body is no JSON: line {line}, column {column}."),
            advice=_("Send a JSON object as the description of this address says."),
            line=error.lineno,
            column=error.colno,
        ) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _value in pairs]
    problems = [
        Problem(_("'{name}' stands twice in one object."), {"name": each[:80]}, Place(column=each[:80]))
        for each in sorted(set(names))
        if names.count(each) > 1
    ]
    UnreadableBody.raise_if(problems)
    for text in (*names, *(value for _name, value in pairs)):
        _whole_text(text)
    return dict(pairs)


def _whole_text(value: Any) -> None:  # noqa: ANN401 - whatever JSON holds
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, list):
            _whole_text(each)
        elif isinstance(each, str) and any("\ud800" <= letter <= "\udfff" for letter in each):
            raise UnreadableBody.of(_("a text holds half of a surrogate pair, which is no character."))
        elif isinstance(each, str) and "\0" in each:
            raise UnreadableBody.of(_("a text holds the character U+0000, which cannot be stored."))


def _no_constant(text: str) -> None:
    raise UnreadableBody.of(_("{value} is no number of JSON."), value=text)


def _number(text: str) -> Decimal:
    found = Decimal(text)
    if len(text) > _MOST_DIGITS or abs(found.adjusted()) > _MOST_DIGITS:
        raise UnreadableBody.of(_("the number {value} has more than {most} digits."), value=text[:60], most=_MOST_DIGITS)
    return found


def _whole(text: str) -> int:
    if len(text) > _MOST_DIGITS:
        raise UnreadableBody.of(_("the number {value} has more than {most} digits."), value=text[:60], most=_MOST_DIGITS)
    return int(text)


def _depth(body: bytes) -> int:
    """How deep brackets stand within one another, those in texts left out; read before the parser recurses."""
    deepest = depth = 0
    for each in _BRACKETS.findall(_TEXTS.sub(b"", body)):
        depth += 1 if each in (b"[", b"{") else -1
        deepest = max(deepest, depth)
    return deepest
