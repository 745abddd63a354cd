"""How does a script read an answer? One JSON object with exact amounts, dates as text, and sentences in the reader's language."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from json.encoder import encode_basestring
from pathlib import Path
from typing import Any

from fenji.answers.views import OPEN, View, veil_of
from fenji.collect.remarks import Remark
from fenji.domain.telling import BY_COLUMN, COUNT, SPREAD, WHERE_KNOWN, Mark, told_of
from fenji.domain.words import Spoken, Words
from fenji.errors import Problem
from fenji.language import Language

_FIGURES = frozenset({int, float, bool, type(None), Decimal, date, datetime})
"""Types whose values are told as they are, unless a mark withholds them; of a part of a type, such as an enum, more must be known."""


def plain(value: object, language: Language, view: View = OPEN) -> Any:  # noqa: ANN401 - whatever JSON holds
    """An answer as mappings, lists, texts and numbers; Decimal, date and datetime stay, for ``to_json`` or a web framework to write.

    Records give what ``domain.telling`` says of their fields, enums their values, words and sentences one language.

    Args:
        value: an answer, or a part of one.
        language: the reader's.
        view: how much the reader sees.
    """
    return _plain(value, language, view, None)


def plain_rows(answer: object, rows: Sequence[object], language: Language, view: View = OPEN) -> list[Any]:
    """Rows of an answer as ``plain`` has them, cells by what the columns of the answer say; for tables, whose counts stay numbers."""
    marks = _veils_of(answer) if any(isinstance(each, Mapping) for each in rows) else {}
    return [_cells(each, marks, language, view) if isinstance(each, Mapping) else plain(each, language, view) for each in rows]


def _plain(value: object, language: Language, view: View, mark: Mark | None) -> Any:  # noqa: ANN401 - whatever JSON holds
    # Texts and figures are nearly all that an answer holds: they are known by their type alone, in a tenth of the time.
    if type(value) is str:
        return view.text(value, mark)
    if type(value) in _FIGURES:
        return view.figure(value, mark)
    return _composed(value, language, view, mark)


def _composed(value: object, language: Language, view: View, mark: Mark | None) -> Any:  # noqa: ANN401 - one line for each
    if isinstance(value, Spoken) and value.veiled is not None and view.is_masked:
        value = value.veiled(language)
    if isinstance(value, Words | Spoken):
        value = value.in_language(language)
    if isinstance(value, Remark):
        value = value.describe(language)
    if isinstance(value, Problem):
        return problem(value, language, view)
    if isinstance(value, Mapping):
        return {_plain_key(key, language): _plain(each, language, view, mark) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each, language, view, mark) for each in value]
    if is_dataclass(value) and not isinstance(value, type):
        return _record(value, language, view.beside(few=False))
    if isinstance(value, Enum):
        return value.value
    return view.text(str(value), mark) if isinstance(value, Path | str) else view.figure(value, mark)


def _plain_key(key: object, language: Language) -> str:
    return key if type(key) is str else str(_plain(key, language, OPEN, None))


@dataclass(frozen=True)
class _Field:
    """How one field of a record is told."""

    name: str
    attribute: str
    is_spread: bool
    is_where_known: bool
    is_count: bool
    is_by_column: bool
    veil: Mark | None


@cache
def _fields_of(record: type) -> tuple[_Field, ...]:
    return tuple(
        _Field(
            each.name,
            each.attribute,
            is_spread=SPREAD in each.marks,
            is_where_known=WHERE_KNOWN in each.marks,
            is_count=COUNT in each.marks,
            is_by_column=BY_COLUMN in each.marks,
            veil=veil_of(each.marks),
        )
        for each in told_of(record)
    )


def _record(value: Any, language: Language, view: View) -> dict[str, Any]:  # noqa: ANN401 - any record
    found: dict[str, Any] = {}
    class_: Any = type(value)
    told = [(each, getattr(value, each.attribute)) for each in _fields_of(class_)]
    # Of counts by tier or cause each hides itself; what stands beside tells of all of them together.
    is_of_few = any(view.is_small(own) for each, own in told if each.is_count and not isinstance(own, Mapping))
    beside = view.beside(few=is_of_few)
    for each, own in told:
        if each.is_spread:
            found |= {} if own is None else _plain(own, language, view, None)
        elif own is None and each.is_where_known:
            continue
        elif each.is_count:
            found[each.name] = plain(view.count(own), language)
        elif each.is_by_column:
            veils = _veils_of(value)
            found[each.name] = [_cells(row, veils, language, view) for row in own]
        else:
            found[each.name] = _plain(own, language, beside, each.veil)
    return found


def _cells(row: Mapping[Any, Any], veils: Mapping[str, Mark | None], language: Language, view: View) -> dict[str, Any]:
    return {str(slug): _plain(cell, language, view, veils.get(str(slug))) for slug, cell in row.items()}


def _veils_of(answer: Any) -> dict[str, Mark | None]:  # noqa: ANN401 - any record with columns
    return {each.slug: each.veil for each in answer.columns}


def customers_of(answer: object) -> tuple[str, ...]:
    """The ids of all customers whom an answer names, each once, in the order in which a reader meets them."""
    return tuple(dict.fromkeys(_customers_in(plain(answer, Language.EN))))


def _customers_in(told: object) -> Iterator[str]:
    if isinstance(told, Mapping):
        if isinstance(told.get("customer_id"), str):
            yield told["customer_id"]
        if isinstance(told.get("ids"), list):  # of members, each as SOURCE:ID
            yield from (each.partition(":")[2] for each in told["ids"] if isinstance(each, str))
        for each in told.values():
            yield from _customers_in(each)
    elif isinstance(told, list):
        for each in told:
            yield from _customers_in(each)


def problem(value: Problem, language: Language, view: View = OPEN) -> dict[str, Any]:
    """A problem as scripts read it."""
    value = view.problem(value)
    place = value.place
    return {
        "code": value.code,
        "text": value.what(language),
        "advice": value.what_to_do(language) or None,
        "file": place.file if place else None,
        "row": place.row if place else None,
        "column": place.column if place else None,
    }


def to_json(value: object, language: Language, view: View = OPEN) -> str:
    """An answer as JSON: amounts as exact numbers, dates as text, and keys in the order of the record.

    >>> print(to_json({"revenue": Decimal("0.10"), "on": date(2026, 1, 2), "none": []}, Language.EN))
    {
      "revenue": 0.10,
      "on": "2026-01-02",
      "none": []
    }
    """
    return _written(plain(value, language, view), 0)


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)


def _written(value: object, indent: int) -> str:
    """What ``plain`` has made; the commonest kinds first."""
    if type(value) is str:
        return encode_basestring(value)
    if isinstance(value, dict):
        parts = [f"{encode_basestring(key)}: {_written(each, indent + 2)}" for key, each in value.items()]
        return _enclosed("{", parts, "}", indent)
    if isinstance(value, list):
        return _enclosed("[", [_written(each, indent + 2) for each in value], "]", indent)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date | datetime):
        return f'"{value.isoformat()}"'
    return str(value) if type(value) is int else _ENCODER.encode(value)


def _enclosed(opening: str, parts: list[str], closing: str, indent: int) -> str:
    if not parts:
        return opening + closing
    space = " " * (indent + 2)
    return opening + "\n" + ",\n".join(space + part for part in parts) + "\n" + " " * indent + closing
