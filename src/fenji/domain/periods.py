"""Which days does a window cover? ``12m`` at a date is the twelve calendar months that end with that day, the day included."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class WindowUnit(StrEnum):
    """What a window's length is counted in."""

    DAYS = "d"
    MONTHS = "m"
    TOTAL = "total"


_PATTERN = re.compile(r"^(?P<length>[1-9][0-9]{0,3})(?P<unit>[dm])$")


@dataclass(frozen=True, order=True)
class Window:
    """A length of time that ends with the as-of day; ``total`` has no beginning."""

    unit: WindowUnit
    length: int = 0

    @classmethod
    def parse(cls, text: str) -> Window:
        """Reads ``12m``, ``30d`` or ``total``.

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

    def __str__(self) -> str:
        return "total" if self.unit is WindowUnit.TOTAL else f"{self.length}{self.unit}"

    def opens_after(self, as_of: date) -> date | None:
        """The last day before the window: the window is (this day, as_of]. None for ``total``.

        >>> str(Window.parse("12m").opens_after(date(2012, 2, 29)))
        '2011-02-28'
        """
        if self.unit is WindowUnit.TOTAL:
            return None
        if self.unit is WindowUnit.DAYS:
            return as_of - timedelta(days=self.length)
        return months_before(as_of, self.length)


def months_before(day: date, months: int) -> date:
    """The same day of the month that many calendar months earlier, or that month's last day where it is shorter."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
