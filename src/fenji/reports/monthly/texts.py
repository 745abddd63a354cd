"""What stands in a file that people open? Texts in which nothing acts, the reasons of empty cells, and colors as #RRGGBB."""

from __future__ import annotations

import re
from unicodedata import east_asian_width

from fenji.language import Language, translate
from fenji.language import message as _
from fenji.reports.charts.axes import Color, Role
from fenji.reports.charts.drawing import Paper
from fenji.reports.charts.palette import SHADES, Shades, Theme
from fenji.reports.monthly.record import MonthlyReport, Table, Unknown
from fenji.visible import visible
from fenji.wording import figures

PAPER: Shades = SHADES[Theme.LIGHT]
"""The colors of what is printed."""

_NO_CHARACTERS = re.compile("[\ufffe\uffff]")
"""What XML has no place for and is no control character either."""


def shown(text: str, *, keep: str = "") -> str:
    r"""A text that every file holds as it is: what acts instead of being seen is escaped; ``keep`` names characters that stay.

    >>> shown("Ann\u202e\x00\uffff")
    'Ann\\u202e\\x00\\uffff'
    """
    return _NO_CHARACTERS.sub(lambda found: f"\\u{ord(found[0]):04x}", visible(text, keep=keep))


def reasons(table: Table, language: Language) -> str:
    """Why cells of a table are empty, each reason once, after what stands in the cells; empty: no cell is."""
    unknown = [each for row in table.rows for each in row.cells if isinstance(each, Unknown)]
    told = dict.fromkeys((each.text, each.reason) for each in unknown)
    return " ".join(translate(_("{sign}: {reason}"), language).format(sign=sign, reason=reason) for sign, reason in told)


def columns_of(text: str) -> int:
    """How wide a text is: a Chinese character is as wide as two Latin ones.

    >>> columns_of("VIP会员")
    7
    """
    return sum(2 if east_asian_width(each) in "WFA" else 1 for each in text)


def weights(table: Table) -> list[int]:
    """How wide each column of a table is beside the others: as it asks, and as wide as its numbers and the words of its head."""
    found = []
    for at, column in enumerate(table.columns):
        words = [columns_of(word) for word in re.split(r"[\s\u2e80-\uffff]", column.title)]
        numbers = [columns_of(column.text(row.cells[at])) for row in table.rows] if column.is_number else []
        found.append(max([column.width, *words, *numbers]))
    return found


def period(report: MonthlyReport) -> str:
    """The days that a report tells of."""
    return figures.day(report.as_of) if report.opens_on is None else f"{report.opens_on} – {report.as_of}"


def hexadecimal(color: Color) -> str:
    """The color of a role on paper."""
    return Paper(0, 0).color(color)


def mark_of(color: Color | None) -> str | None:
    """The color of a mark beside a name; None: there is none."""
    return None if color is None or color.role is not Role.TIER else hexadecimal(color)
