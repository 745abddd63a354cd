"""Which month, quarter or year does a header name? For tables whose months stand side by side."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from fenji.domain.months import MONTH_WORDS

_CHINESE = ("一月", "二月", "三月", "四月", "五月", "六月", "七月", "八月", "九月", "十月", "十一月", "十二月")
_OTHER_WORDS = {"ago", "out", "set"}
"""Months in a cell that is a date, but words of their own in a header: Sold out, Days ago."""
_NUMBER_OF = {
    name: number for number, names in MONTH_WORDS.items() for name in (*names, _CHINESE[number - 1]) if name not in _OTHER_WORDS
}
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4}
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_FORMS = (
    re.compile(_YEAR + r"\s*年?\s*[-/._]?\s*(?P<month>1[0-2]|0?[1-9])(?:月份?|(?!\d))"),
    re.compile(_YEAR + r"(?P<month>1[0-2]|0[1-9])(?!\d)"),
    re.compile(r"(?<!\d)(?P<month>1[0-2]|0?[1-9])\s*[-/.]\s*" + _YEAR),
    re.compile(_YEAR + r"?\s*年?\s*[-/_ ]?\s*(?:q(?P<quarter>[1-4])|第?(?P<said>[一二三四1-4])季度?)", re.IGNORECASE),
    re.compile(r"q(?P<quarter>[1-4])\s*[-/_' ]?\s*" + _YEAR, re.IGNORECASE),
    re.compile(r"(?<!\d)(?P<month>1[0-2]|0?[1-9])月份?"),
    re.compile(
        r"(?P<name>[^\W\d_]{3,10}|十[一二]月|[一二三四五六七八九十]月)份?\.?(?:\s*[-/_' ]\s*(?:"
        + _YEAR
        + r"|(?P<short>\d\d)(?!\d)))?",
        re.IGNORECASE,
    ),
    re.compile(_YEAR + r"\s*年?度?(?!\d)"),
)


_ANY_YEAR = re.compile(r"(?<!\d)" + _YEAR + r"(?!\d)\s*年?度?")


_LONGEST = 200
"""Letters of a header that may name a period; the forms take a second for a text of a hundred thousand."""


@dataclass(frozen=True)
class Period:
    """A month, quarter or year that a header names, and what else the header says."""

    year: int | None
    month: int
    """The first month of it."""
    months: int
    """How long it is: 1, 3 or 12."""
    rest: str
    """The header without the period: 金额 in 1月金额."""

    def first_day(self, year: int | None) -> date | None:
        """The day on which it begins; None where neither the header nor ``year`` says the year."""
        found = self.year if self.year is not None else year
        return None if found is None else date(found, self.month, 1)


def period_of(header: str) -> Period | None:
    """The period that a header names.

    >>> [(each.year, each.month, each.rest) for each in map(period_of, ["1月", "Feb-26", "2026年3月金额", "Q2", "2025"]) if each]
    [(None, 1, ''), (2026, 2, ''), (2026, 3, '金额'), (None, 4, ''), (2025, 1, '')]
    """
    text = header.strip()
    if len(text) > _LONGEST:
        return None
    for found in (each for form in _FORMS for each in form.finditer(text)):
        parts = found.groupdict()
        rest = text[: found.start()] + text[found.end() :]
        elsewhere = None if parts.get("year") or parts.get("short") else _ANY_YEAR.search(rest)
        if elsewhere:
            rest = rest[: elsewhere.start()] + rest[elsewhere.end() :]
            parts["year"] = elsewhere["year"]
        rest = rest.strip(" /_-:：()（）.年")
        year = int(parts["year"]) if parts.get("year") else 2000 + int(parts["short"]) if parts.get("short") else None
        if parts.get("quarter") or parts.get("said"):
            number = parts.get("quarter") or parts["said"]
            return Period(year, 3 * (_QUARTERS.get(number) or int(number)) - 2, 3, rest)
        if parts.get("name"):
            month = _NUMBER_OF.get(parts["name"].casefold())
            if month is None:
                continue
            return Period(year, month, 1, rest)
        if parts.get("month"):
            return Period(year, int(parts["month"]), 1, rest)
        return Period(year, 1, 12, rest)
    return None
