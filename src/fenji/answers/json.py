"""How does a script read an answer? One JSON object with exact amounts, dates as text, and sentences in the reader's language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

from fenji.collect.remarks import Remark
from fenji.domain.telling import SPREAD, WHERE_KNOWN, told_of
from fenji.domain.words import Spoken, Words
from fenji.errors import Problem
from fenji.language import Language


def plain(value: object, language: Language) -> Any:  # noqa: ANN401 - whatever JSON holds, one line for each
    """An answer as mappings, lists, texts and numbers; Decimal, date and datetime stay, for ``to_json`` or a web framework to write.

    Records give what ``domain.telling`` says of their fields, enums their values, words and sentences one language.
    """
    if isinstance(value, Words | Spoken):
        value = value.in_language(language)
    if isinstance(value, Remark):
        value = value.describe(language)
    if isinstance(value, Problem):
        return problem(value, language)
    if isinstance(value, Mapping):
        return {str(plain(key, language)): plain(each, language) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each, language) for each in value]
    if is_dataclass(value) and not isinstance(value, type):
        return _record(value, language)
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, Path) else value


def _record(value: Any, language: Language) -> dict[str, Any]:  # noqa: ANN401 - any record
    found: dict[str, Any] = {}
    class_: Any = type(value)
    for each in told_of(class_):
        own = getattr(value, each.attribute)
        if SPREAD in each.marks:
            found |= {} if own is None else plain(own, language)
        elif own is not None or WHERE_KNOWN not in each.marks:
            found[each.name] = plain(own, language)
    return found


def problem(value: Problem, language: Language) -> dict[str, Any]:
    """A problem as scripts read it."""
    place = value.place
    return {
        "code": value.code,
        "text": value.what(language),
        "advice": value.what_to_do(language) or None,
        "file": place.file if place else None,
        "row": place.row if place else None,
        "column": place.column if place else None,
    }


def to_json(value: object, language: Language) -> str:
    """An answer as JSON: amounts as exact numbers, dates as text, and keys in the order of the record.

    >>> print(to_json({"revenue": Decimal("0.10"), "on": date(2026, 1, 2), "none": []}, Language.EN))
    {
      "revenue": 0.10,
      "on": "2026-01-02",
      "none": []
    }
    """
    return _written(plain(value, language), 0)


def _written(value: object, indent: int) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date | datetime):
        return f'"{value.isoformat()}"'
    if isinstance(value, Mapping):
        parts = [f"{json.dumps(key, ensure_ascii=False)}: {_written(each, indent + 2)}" for key, each in value.items()]
        return _enclosed("{", parts, "}", indent)
    if isinstance(value, list):
        return _enclosed("[", [_written(each, indent + 2) for each in value], "]", indent)
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _enclosed(opening: str, parts: list[str], closing: str, indent: int) -> str:
    if not parts:
        return opening + closing
    space = " " * (indent + 2)
    return opening + "\n" + ",\n".join(space + part for part in parts) + "\n" + " " * indent + closing
