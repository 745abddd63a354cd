"""What do the cells of a sampled column look like?

Every cell is read by the rules of a run (``ports.CellReader``); this module only counts what came of it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from fenji.collect.ports import CellReading
from fenji.domain.sources import DateOrder, DecimalSign, StatusClass

MOST = 0.8
"""Share of the filled cells that must look alike before they say something on their own."""
FEW = 0.5
"""A field whose kind fewer cells than this have is vetoed."""
TOO_MASKED = 0.2
"""Share of masked cells from which a column cannot tell people apart."""

LONGEST_OPINION = 12
"""Signs of an answer such as 非常满意 or very satisfied; what is longer is somebody's own words."""
LONGEST_WORD = 60
"""Signs of a cell that is still a word or a name, and no text that somebody wrote."""

_WRAPPED = re.compile(r"""^=["'](.*)["']$""")
_BARE_NUMBER = re.compile(r"^[-+]?\d+(?:[.,]\d+)?$")
_DECIMAL = re.compile(r"[.,]\d*[1-9](?:\D*)$|[.,]\d{2}(?:\D*)$")
_NUMBERED = re.compile(r"^[A-Za-z]{1,3}\d+$")
"""R1023 and kr55 may be amounts of money, but where nothing separates letters and digits they are numbers of things."""
_OPINION = re.compile(
    r"满意|^一般$|^好评$|^中评$|^差评$|^\d{1,2} ?[分星]$|^\d ?/ ?\d{1,2}$|satisf|^good$|^bad$|^neutral$|^excellent$|^poor$|^fair$|^great$|^okay$",
    re.IGNORECASE,
)
_CODE = re.compile(r"^(?=.*[0-9])(?=.*[A-Za-z])[A-Za-z0-9_.#/-]{4,}$")
GROUPED = re.compile(r"^[-+]?\d{1,3}(?P<sign>[.,])\d{3}$")
_PROVINCE = re.compile(
    "^(?:北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|"
    "青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门)(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区)?$"
)
_GENDER = frozenset(
    {"男", "女", "m", "f", "male", "female", "先生", "女士", "男性", "女性", "未知", "保密", "unknown", "other", "u"}
)
_YES_NO = frozenset(
    {
        "是",
        "否",
        "y",
        "n",
        "yes",
        "no",
        "true",
        "false",
        "0",
        "1",
        "t",
        "f",
        "已订阅",
        "未订阅",
        "同意",
        "不同意",
        "有",
        "无",
        "已授权",
        "未授权",
        "接收",
        "不接收",
    }
)


@dataclass(frozen=True)
class _Texts:
    """The cells of one column, as text."""

    values: tuple[str | None, ...]
    """The cells, cleaned of wrappers; None where nothing stands."""
    readings: Mapping[str, CellReading]
    """What a run makes of each of them."""
    date_order: DateOrder | None = None
    """How day and month follow one another, where the cells alone leave it open and something else has told it."""
    decimal_sign: DecimalSign | None = None
    """The sign before the decimals, where the cells alone leave it open and something else has told it."""

    @cached_property
    def counts(self) -> Counter[str]:
        """How often each text stands."""
        return Counter(value for value in self.values if value is not None)

    @cached_property
    def filled(self) -> int:
        """Cells in which something stands."""
        return sum(self.counts.values())

    @property
    def cells(self) -> int:
        """Cells in all."""
        return len(self.values)

    @property
    def distinct(self) -> int:
        """Different texts."""
        return len(self.counts)

    @property
    def unique(self) -> float:
        """Different values per filled cell."""
        return self.distinct / self.filled if self.filled else 0.0

    def share(self, is_one: Callable[[str, CellReading], object]) -> float:
        """Share of the filled cells of which something is true; 0 where none is filled."""
        if not self.filled:
            return 0.0
        return sum(count for value, count in self.counts.items() if is_one(value, self.readings[value])) / self.filled


class _Numbers(_Texts):
    """The cells as a run would read them where they are numbers."""

    @cached_property
    def decimal(self) -> DecimalSign | None:
        """The sign before the decimals where it is a comma; None for a point, and where both would read the same."""
        if self.decimal_sign is not None:
            return self.decimal_sign
        return DecimalSign.COMMA if self._comma > self._point else None

    @cached_property
    def is_grouped_or_decimal(self) -> bool:
        """Whether every sign in the column stands before exactly three digits: 1.234 may be a thousand or one and a bit."""
        signed = [value for value in self.counts if "." in value or "," in value]
        signs = {found.group("sign") for value in signed if (found := GROUPED.match(value))}
        return len(signs) == 1 and all(GROUPED.match(value) for value in signed)

    @cached_property
    def _point(self) -> float:
        return self.share(lambda value, read: read.number is not None and not _NUMBERED.match(value))

    @cached_property
    def _comma(self) -> float:
        return self.share(lambda value, read: read.number_comma is not None and not _NUMBERED.match(value))

    @cached_property
    def number(self) -> float:
        """Share of numbers, under the decimal sign of the column."""
        return max(self._point, self._comma)

    def number_of(self, value: str | None, *, decimal: DecimalSign | None = None) -> float | None:
        """The number of a cell under a decimal sign; that of the column where None."""
        if value is None or _NUMBERED.match(value):
            return None
        read = self.readings[value]
        return read.number_comma if (decimal or self.decimal) is DecimalSign.COMMA else read.number

    @cached_property
    def numbers(self) -> tuple[float | None, ...]:
        """The cells as numbers."""
        return tuple(self.number_of(value) for value in self.values)

    @cached_property
    def fraction(self) -> float:
        """Share of numbers that carry decimals."""
        return self.share(lambda value, _: self.number_of(value) is not None and _DECIMAL.search(value))

    @cached_property
    def negative(self) -> float:
        """Share of negative numbers."""
        return self.share(lambda value, _: (self.number_of(value) or 0) < 0)

    @cached_property
    def lowest(self) -> float | None:
        """The smallest number."""
        return min((number for number in self.numbers if number is not None), default=None)

    @cached_property
    def highest(self) -> float | None:
        """The largest number."""
        return max((number for number in self.numbers if number is not None), default=None)

    @cached_property
    def currencies(self) -> Counter[str]:
        """Cells that name a currency beside their number."""
        found: Counter[str] = Counter()
        for value, count in self.counts.items():
            if (code := self.readings[value].currency) and not _NUMBERED.match(value):
                found[code] += count
        return found


class _Moments(_Numbers):
    """The cells as a run would read them where they are days or moments."""

    @cached_property
    def date_orders(self) -> tuple[DateOrder | None, ...]:
        """The orders of day and month that read the most cells: one, or two where the cells leave it open; none without dates."""
        shares = {
            None: self.share(lambda _, read: read.at is not None),
            DateOrder.MONTH_FIRST: self.share(lambda _, read: read.at_mdy is not None),
            DateOrder.DAY_FIRST: self.share(lambda _, read: read.at_dmy is not None),
        }
        best = max(shares.values())
        if not best:
            return ()
        if shares[None] == best:
            return (None,)
        if self.date_order is not None:
            return (self.date_order,)
        return tuple(order for order, share in shares.items() if share == best)

    def moment_of(self, value: str | None, order: DateOrder | None) -> datetime | None:
        """The moment of a cell under an order of day and month."""
        if value is None:
            return None
        read = self.readings[value]
        return {None: read.at, DateOrder.MONTH_FIRST: read.at_mdy, DateOrder.DAY_FIRST: read.at_dmy}[order]

    @cached_property
    def _readable(self) -> float:
        order = self.date_orders[0] if self.date_orders else None
        return self.share(lambda value, _: self.moment_of(value, order) is not None)

    @cached_property
    def numeric_moment(self) -> float:
        """Share of dates that could be mere numbers: 20200203, spreadsheet days, seconds since 1970."""
        order = self.date_orders[0] if self.date_orders else None
        return self.share(lambda value, _: self.moment_of(value, order) is not None and _BARE_NUMBER.match(value))

    @cached_property
    def moment(self) -> float:
        """Share of dates or times that nobody could take for a number."""
        return self._readable - self.numeric_moment


class Evidence(_Moments):
    """The cells of one column, as text and as a run would read them."""

    @cached_property
    def mobile(self) -> float:
        """Share of Chinese mobile numbers."""
        return self.share(lambda _, read: read.phone is not None and read.phone.startswith("+861"))

    @cached_property
    def phone(self) -> float:
        """Share of telephone numbers of any kind."""
        return self.share(lambda _, read: read.phone is not None)

    @cached_property
    def email(self) -> float:
        """Share of e-mail addresses."""
        return self.share(lambda _, read: read.email is not None)

    @cached_property
    def masked(self) -> float:
        """Share of cells with signs that hide something."""
        return self.share(lambda _, read: read.is_masked)

    @cached_property
    def code(self) -> float:
        """Share of cells that mix letters and digits without blanks, as numbers of orders and goods do."""
        return self.share(lambda value, _: _CODE.match(value))

    @cached_property
    def province(self) -> float:
        """Share of Chinese provinces."""
        return self.share(lambda value, _: _PROVINCE.match(value))

    @cached_property
    def gender(self) -> float:
        """Share of words for a gender."""
        return self.share(lambda value, _: value.casefold() in _GENDER)

    @cached_property
    def yes_no(self) -> float:
        """Share of words for yes and no."""
        return self.share(lambda value, _: value.casefold() in _YES_NO)

    @cached_property
    def long_text(self) -> float:
        """Share of cells that somebody wrote in sentences."""
        return self.share(lambda value, _: len(value) > LONGEST_WORD)

    @cached_property
    def opinion(self) -> float:
        """Share of words by which people say how satisfied they are."""
        return self.share(lambda value, _: _OPINION.search(value) and len(value) <= LONGEST_OPINION)

    @cached_property
    def statuses(self) -> Counter[StatusClass | None]:
        """Cells by what they would mean as the status of an order."""
        found: Counter[StatusClass | None] = Counter()
        for value, count in self.counts.items():
            found[self.readings[value].status] += count
        return found


def plain_cell(text: str | None) -> str | None:
    r"""The cell without BOM, blanks, tabs, a leading quote and the ``="…"`` of spreadsheets; None where only these stand.

    >>> plain_cell('="193053"'), plain_cell("\t138\t")
    ('193053', '138')
    """
    if text is None:
        return None
    bare = text.strip(" \t\r\n\ufeff\u00a0\u3000\u200b")
    wrapped = _WRAPPED.match(bare)
    bare = (wrapped.group(1) if wrapped else bare).lstrip("'`").strip(" \t\r\n\u00a0\u3000")
    return bare or None


def look_at(values: Sequence[str | None], readings: Mapping[str, CellReading]) -> Evidence:
    """The evidence of a column; cells that say nothing, such as ``--`` and 无, count as empty."""
    return Evidence(tuple(None if value is None or readings[value].is_nothing else value for value in values), readings)
