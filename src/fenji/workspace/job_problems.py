"""Why did a job fail? Problems as plain JSON, so that they can be told later, in either language; nothing personal in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from fenji.domain.jobs import JobError
from fenji.domain.words import Spoken, Words
from fenji.errors import FenjiError, Place, Problem
from fenji.language import Language
from fenji.masking import MASK, without_passwords

BUG = "bug"
"""The code of a failure that nobody foresaw."""

_PERSONAL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+|(?<![\dT-])\+?\d[\d -]{7,}\d(?![\dT-])")
"""E-mails, and what may be a phone; days and ids of runs are none."""
_DAY_OR_RUN = re.compile(r"\d{4}-\d{2}-\d{2}.*|\d{8}T\d{6}.*")
_LONGEST = 300


def error_of(error: FenjiError) -> JobError:
    """What the state keeps of an error."""
    return JobError(error.code, error.kind.value, error.retryable, tuple(_plain(each) for each in error.problems))


def problems_in(error: JobError) -> tuple[Problem, ...]:
    """The problems of an error that was kept."""
    return tuple(_problem(each) for each in error.problems)


def _plain(problem: Problem) -> dict[str, object]:
    place = problem.place
    return {
        "text": problem.text,
        "values": {name: _told(each) for name, each in problem.values.items()},
        "advice": problem.advice,
        "code": problem.code,
        "file": place and place.file,
        "row": place and place.row,
        "column": place and place.column,
    }


def _told(value: object) -> object:
    """A value of a message without passwords, phones and e-mails; words with names in both languages as both."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Words | Spoken):
        return {str(each): _told(str(value.in_language(each))) for each in Language}
    return _impersonal(without_passwords(str(value)))[:_LONGEST]


def _impersonal(text: str) -> str:
    """A text with what may be a phone or an e-mail starred.

    >>> _impersonal("no customer 138 0013 8000 in run 20260203T050607-1a2b on 2026-01-31")
    'no customer *** in run 20260203T050607-1a2b on 2026-01-31'
    """
    return _PERSONAL.sub(lambda found: found[0] if _DAY_OR_RUN.fullmatch(found[0]) else MASK, text)


def _problem(kept: Mapping[str, Any]) -> Problem:
    has_place = any(kept[each] is not None for each in ("file", "row", "column"))
    place = Place(kept["file"], kept["row"], kept["column"]) if has_place else None
    values = {name: Words(each["zh"], each["en"]) if isinstance(each, dict) else each for name, each in kept["values"].items()}
    return Problem(kept["text"], values, place, kept["advice"], kept["code"])
