"""What does a cell look like: empty, a number, a moment, or text? Only as far as the layout of a table asks; values are read elsewhere."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

PADDING = " \t\r\n\u3000\xa0\ufeff\u200b'`\"="
"""What stands around a value without being part of it."""


class Kind(StrEnum):
    """What a cell seems to hold."""

    EMPTY = "empty"
    NUMBER = "number"
    MOMENT = "moment"
    TEXT = "text"


_MARK = r"(?:[A-Z]{2,3}\$?|[A-Z]?\$|[¥￥€£₹₩₽₫฿])"
_NUMBER = re.compile(
    r"(?P<minus>[-+−(]?)\s*" + _MARK + r"?\s*(?P<inner>[-+−]?)"
    r"(?P<digits>\d{1,3}(?:[,.' \u00a0\u202f]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?|[.,]\d+)(?P<exponent>[eE][-+]?\d+)?"
    r"\s*(?:%|万元|元|万|€|kr|zł|₽|[A-Z]{3})?\s*(?P<end>[)-]?)"
)
_TIME = r"(?:[ T,]+\d{1,2}[:.时]\d{2}.*)?"
_MOMENT = re.compile(
    r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?" + _TIME + r"|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}" + _TIME + r"|\d{4}年\d{1,2}月"
    r"|(?:\w{2,9}\.?,? )?\d{1,2}[-/. ]?[A-Za-z]{3,9}\.?[-/., ]+\d{2,4}" + _TIME + r"|\d{1,2}:\d{2}(?::\d{2})?(?: ?[AaPp][Mm])?"
    r"|(?:[A-Za-z]{3}, )?[A-Za-z]{3,9}\.?[-/ ]\d{1,2}(?:st|nd|rd|th)?,?[-/ ]\d{2,4}" + _TIME
)
_GROUPED = re.compile(r"\d{1,3}(?:[,.' \u00a0\u202f]\d{3})+")
_NOTHING = {"", "-", "--", "—", "/", "n/a", "null", "none", "nan"}


def stripped(cell: str | None) -> str:
    """The text of a cell without what stands around it."""
    return (cell or "").strip(PADDING)


@lru_cache(maxsize=1 << 16)
def kind_of(cell: str | None) -> Kind:
    """What a cell seems to hold.

    >>> [kind_of(cell).value for cell in ("¥1,234.50", "2026/6/3 5:06", "Sep-05-25", "甲", " - ")]
    ['number', 'moment', 'moment', 'text', 'empty']
    """
    text = stripped(cell)
    if text.lower() in _NOTHING:
        return Kind.EMPTY
    if len(text) > 40 or not any(letter.isdigit() for letter in text):  # noqa: PLR2004 - no number and no moment is longer
        return Kind.TEXT
    if _NUMBER.fullmatch(text):
        return Kind.NUMBER
    return Kind.MOMENT if _MOMENT.fullmatch(text) else Kind.TEXT


@lru_cache(maxsize=1 << 16)
def number_of(cell: str | None) -> float | None:
    """The number that a cell holds, None where it holds none.

    The last of two different signs stands before the cents; a lone one groups thousands where three digits follow it.

    >>> [number_of(cell) for cell in ("$14,430.00", "1.234,5", "(12)", "3,510", "12元", "甲")]
    [14430.0, 1234.5, -12.0, 3510.0, 12.0, None]
    """
    found = _NUMBER.fullmatch(stripped(cell))
    if found is None:
        return None
    digits = re.sub(r"[' \u00a0\u202f]", "", found["digits"])
    points, commas = digits.rfind("."), digits.rfind(",")
    if points >= 0 and commas >= 0:
        cents = max(points, commas)
        digits = re.sub("[.,]", "", digits[:cents]) + "." + digits[cents + 1 :]
    elif commas >= 0:
        digits = digits.replace(",", "" if _GROUPED.fullmatch(digits) else ".")
    elif digits.count(".") > 1:
        digits = digits.replace(".", "")
    value = float(digits + (found["exponent"] or ""))
    return (
        -value
        if "(" in found["minus"] or found["minus"] in {"-", "−"} or found["inner"] in {"-", "−"} or found["end"] == "-"
        else value
    )
