"""Which day does a person mean who writes a date? Every form that files have, and none that has two readings."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
            "sep sept september", "oct october", "nov november", "dec december",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_CENTURY = 2000
"""Of years that are written with two digits: nobody's customers ordered before."""

_WRAPPED = re.compile(r"""^=?"(.*)"$|^=?'(.*)'$|^'(.*)$""")
_WEEKDAY = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+|\s*(?:星期|周)[一二三四五六日天]$", re.IGNORECASE)
_TIME = re.compile(
    r"(?:[t\s]\s*|(?<=日))\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:am|pm|z|utc|gmt|[+-]\d{2}:?\d{2})?$", re.IGNORECASE
)
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_CHINESE = re.compile(r"^(\d{4}|\d{2})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?$")
_NUMBERS = re.compile(r"^(\d{1,4})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{1,4})$")
_DAY_NAMED = re.compile(r"^(\d{1,2})(?:st|nd|rd|th)?[\s.\-/]*(?:of\s+)?([a-z]{3,9})[\s.,\-/]*(\d{4}|\d{2})$", re.IGNORECASE)
_MONTH_NAMED = re.compile(r"^([a-z]{3,9})[\s.\-/]*(\d{1,2})(?:st|nd|rd|th)?[\s,\-/]+(\d{4}|\d{2})$", re.IGNORECASE)
_YEAR_NAMED = re.compile(r"^(\d{4})[\s.\-/]*([a-z]{3,9})[\s.,\-/]*(\d{1,2})$", re.IGNORECASE)


def days_written(text: str) -> tuple[date, ...]:
    """The days that a date may mean: one where it is clear, several where it is not, none where it is no date.

    A time of day beside it is passed over.

    >>> [str(each) for each in days_written("2026年6月30日")], [str(each) for each in days_written("30 Jun 2026")]
    (['2026-06-30'], ['2026-06-30'])
    >>> [str(each) for each in days_written("6/30/2026")], [str(each) for each in days_written("5/6/2026")]
    (['2026-06-30'], ['2026-05-06', '2026-06-05'])
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if wrapped := _WRAPPED.match(plain):
        plain = next(each for each in wrapped.groups() if each is not None).strip()
    plain = _TIME.sub("", _WEEKDAY.sub("", plain).strip()).strip()
    readings = {day for year, month, number in _readings(plain) if (day := _day(year, month, number))}
    return tuple(sorted(readings))


def _readings(plain: str) -> list[tuple[str, str, str]]:
    """Year, month and day in every order in which they may stand."""
    for pattern in (_COMPACT, _CHINESE):
        if found := pattern.match(plain):
            year, month, day = found.groups()
            return [(year, month, day)]
    if found := _NUMBERS.match(plain):
        first, _sign, second, third = found.groups()
        if len(first) > 2:  # noqa: PLR2004 - a year of four digits stands at its end alone
            return [(first, second, third)]
        last = [(third, first, second), (third, second, first)]
        return last if len(third) > 2 else [*last, (first, second, third)]  # noqa: PLR2004 - as above
    if found := _DAY_NAMED.match(plain):
        day, name, year = found.groups()
    elif found := _MONTH_NAMED.match(plain):
        name, day, year = found.groups()
    elif found := _YEAR_NAMED.match(plain):
        year, name, day = found.groups()
    else:
        return []
    month = _MONTHS.get(name.casefold())
    return [] if month is None else [(year, str(month), day)]


def _day(year: str, month: str, day: str) -> date | None:
    if len(year) not in (2, 4) or len(day) > 2:  # noqa: PLR2004 - digits of a year, and of a day
        return None
    try:
        return date(int(year) + (_CENTURY if len(year) == 2 else 0), int(month), int(day))  # noqa: PLR2004 - as above
    except ValueError:
        return None
