"""Which days does a window cover? ``12m`` at a date is the twelve calendar months that end with that day, the day included.

At the last day of a month these are whole months: ``3m`` at 30 April is February to April.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class WindowUnit(StrEnum):
    """What a window's length is counted in."""

    DAYS = "d"
    MONTHS = "m"
    TOTAL = "total"
    CALENDAR_YEAR = "year"
    MEMBERSHIP_YEAR = "membership_year"
    """A customer's own year: from the day on which the customer joined, or an anniversary of it, to the day before the next one."""


_PATTERN = re.compile(r"^(?P<length>[1-9][0-9]{0,3})(?P<unit>[dm])$")

_YEARS = {
    "this_year": (WindowUnit.CALENDAR_YEAR, 0),
    "last_year": (WindowUnit.CALENDAR_YEAR, 1),
    "this_membership_year": (WindowUnit.MEMBERSHIP_YEAR, 0),
    "last_membership_year": (WindowUnit.MEMBERSHIP_YEAR, 1),
}
"""Years by name: their unit, and how many years back they lie."""

WINDOW_NAMES = (WindowUnit.TOTAL.value, *_YEARS)
"""Windows that have a name instead of a length."""


@dataclass(frozen=True, order=True)
class Window:
    """A length of time that ends with the as-of day, or a year; ``total`` has no beginning."""

    unit: WindowUnit
    length: int = 0
    """How many days or months; 0 for the others."""
    years_back: int = 0
    """0: the year that the as-of day lies in, up to that day; 1: the whole year before it."""

    @classmethod
    def parse(cls, text: str) -> Window:
        """Reads ``12m``, ``30d`` or ``total``: windows that end with the as-of day, and are the same for every customer.

        Raises:
            ValueError: the text is none of these.
        """
        if text == WindowUnit.TOTAL:
            return cls(WindowUnit.TOTAL)
        found = _PATTERN.match(text)
        if not found:
            allowed = f"'{text}' is not a window; write 30d, 12m or total"
            raise ValueError(allowed)
        return cls(WindowUnit(found["unit"]), int(found["length"]))

    @classmethod
    def of_metric(cls, text: str) -> Window:
        """Reads the window of a metric: as ``parse``, or a year such as ``this_year`` and ``last_membership_year``.

        Raises:
            ValueError: the text is none of these.
        """
        if text in _YEARS:
            unit, back = _YEARS[text]
            return cls(unit, years_back=back)
        return cls.parse(text)

    def __str__(self) -> str:
        if self.unit is WindowUnit.TOTAL:
            return "total"
        names = {which: name for name, which in _YEARS.items()}
        return names.get((self.unit, self.years_back)) or f"{self.length}{self.unit}"

    @property
    def is_personal(self) -> bool:
        """Whether each customer has other days: then ``opens_after`` and ``closes_on`` only bound them for all customers together."""
        return self.unit is WindowUnit.MEMBERSHIP_YEAR

    @property
    def is_trailing(self) -> bool:
        """Whether the window is (``opens_after``, as_of] for every customer: neither personal nor over before the as-of day."""
        return not self.is_personal and not self.years_back

    def opens_after(self, as_of: date) -> date | None:
        """The last day before the window: the window is (this day, ``closes_on``]. None for ``total``.

        >>> str(Window.parse("12m").opens_after(date(2012, 2, 29)))
        '2011-02-28'
        >>> str(Window.parse("3m").opens_after(date(2026, 4, 30)))
        '2026-01-31'
        >>> str(Window.of_metric("last_year").opens_after(date(2012, 2, 29)))
        '2010-12-31'
        """
        if self.unit is WindowUnit.TOTAL:
            return None
        if self.unit is WindowUnit.DAYS:
            return as_of - timedelta(days=self.length)
        if self.unit is WindowUnit.CALENDAR_YEAR:
            return date(as_of.year - self.years_back - 1, 12, 31)
        if self.unit is WindowUnit.MEMBERSHIP_YEAR:
            # A day earlier than a year ago: who joined on 29 February has a year of 366 days before each leap day.
            return months_before(as_of, 12 * (self.years_back + 1)) - timedelta(days=1)
        opens_after = months_before(as_of, self.length)
        return end_of_month(opens_after) if is_month_end(as_of) else opens_after

    def closes_on(self, as_of: date) -> date:
        """The last day of the window.

        >>> str(Window.of_metric("last_year").closes_on(date(2012, 2, 29)))
        '2011-12-31'
        """
        if self.unit is WindowUnit.CALENDAR_YEAR and self.years_back:
            return date(as_of.year - self.years_back, 12, 31)
        return as_of


MONTH_WINDOWS = "windows_are_whole_months"
"""What a run writes down. Runs without it began windows of months on the same day of the month, also at a month's end."""


def has_moved(windows: Iterable[Window], as_of: date) -> bool:
    """Whether any window covers other days at a date than it did before windows at a month's end became whole months.

    >>> has_moved([Window.parse("12m")], date(2026, 4, 30)), has_moved([Window.parse("3m")], date(2026, 4, 30))
    (False, True)
    """
    months = (each for each in windows if each.unit is WindowUnit.MONTHS)
    return any(each.opens_after(as_of) != months_before(as_of, each.length) for each in months)


def is_month_end(day: date) -> bool:
    """Whether a day is the last one of its month."""
    return day == end_of_month(day)


def end_of_month(day: date) -> date:
    """The last day of its month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def months_before(day: date, months: int) -> date:
    """The same day of the month that many calendar months earlier, or that month's last day where it is shorter."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
