"""What do the cells of a sampled column look like, and do they fit the field that its header promises?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from fenji.domain.feeds import Cell

MOST = 0.8
"""Share of the filled cells that must look alike before they say something on their own."""
FEW = 0.5
"""A field whose kind fewer cells than this have is vetoed."""
TOO_MASKED = 0.2
"""Share of masked cells from which a column cannot tell people apart."""

MOST_STATUSES = 20
FEWEST_DIGITS = 7
"""Of a telephone number without its area code."""

_DIGIT = re.compile(r"\d")
_WRAPPED = re.compile(r"""^=["'](.*)["']$""")
_NUMBER = re.compile(r"^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?$", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"^\(([\d.,]+)\)$")
_REMARK = re.compile(r"[（(][^（）()]*[）)]$")
_MONEY_SIGNS = re.compile(r"[¥￥元$£€,，\s]|RMB|CNY|USD|GBP|EUR|HKD", re.IGNORECASE)
_BIG_UNIT = re.compile(r"(?<=\d)(?:万|亿)$")
_TIME = r"(?:[ T]*\d{1,2}[:时]\d{1,2}(?:[:分]\d{1,2}(?:\.\d+)?秒?)?(?: ?[AP]M)?(?: ?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}))?)?"
_YEAR_FIRST = re.compile(rf"^\d{{4}}[-/.年]\d{{1,2}}[-/.月]\d{{1,2}}日?{_TIME}$", re.IGNORECASE)
_YEAR_LAST = re.compile(rf"^\d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{2,4}}{_TIME}$", re.IGNORECASE)
_COMPACT_DATE = re.compile(r"^((?:19|20)\d{2})(\d{2})(\d{2})(?:\d{6})?$")
_EPOCH = re.compile(r"^1\d{9}(?:\d{3})?(?:\.0*)?$")
_SERIAL = re.compile(r"^[2-6]\d{4}(?:\.\d+)?$")
_MOBILE = re.compile(r"^(?:\+?0{0,2}86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?:-\d{1,6})?$")
_OTHER_PHONE = re.compile(r"^\+?[\d() .-]{7,20}(?:x\d+)?$")
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
_MASKED = re.compile("[*＊]")
_DECIMAL = re.compile(r"\.\d*[1-9]|\.\d{2}$")
_AMOUNT = re.compile(r"^-?(?:0|[1-9]\d*)\.(?:\d?[1-9]|\d0)$")
_PROVINCE = re.compile(
    "^(?:北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|"
    "青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门)(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区)?$"
)
_STAGE = re.compile(
    "付|支付|发货|收货|签收|出库|完成|成功|关闭|取消|退|待|结算|核销|删除|锁定|离店|入住|有效|作废|正常|paid|pay|ship|complet|deliver|cancel|pend|open|close|refund|"
    "success|fail|return|process|hold|new|done|fulfil|void|invoic|approv|creat|authori|settle|valid|active|"
    "在网|离网|停机|终止|解约|到期|销户|注销|terminat|expir|churn|laps|suspend|in force",
    re.IGNORECASE,
)
_OPEN_END = re.compile(
    "^(?:长期|长期有效|永久|永久有效|终身|无限期|无固定期限|不限|至今|现在|在网|未到期|未结束|进行中|有效|"
    "present|current|now|ongoing|open|open-ended|indefinite|permanent|never|active|running)$",
    re.IGNORECASE,
)
_EMPTY = frozenset({"", "--", "-", "—", "无", "无退款申请", "null", "nan", "none", "n/a", "na", "nat", "\\n", "<na>"})
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


class Verdict(StrEnum):
    """What the cells say about a field."""

    CONFIRMED = "confirmed"
    SILENT = "silent"
    MASKED = "masked"
    VETOED = "vetoed"


@dataclass(frozen=True)
class Evidence:
    """The cells of one column in figures; shares are of the filled cells, 0 where none is filled."""

    filled: int
    cells: int
    distinct: int
    number: float
    fraction: float
    """Numbers that carry decimals."""
    negative: float
    moment: float
    """Dates or times that nobody could take for a number."""
    numeric_moment: float
    """Numbers that may be a date: 20200203, Excel serials, seconds or milliseconds since 1970."""
    mobile: float
    phone: float
    email: float
    masked: float
    province: float
    gender: float
    yes_no: float
    long_text: float
    """Cells of more than 60 characters."""
    lowest: float | None
    highest: float | None
    values: tuple[str | None, ...]
    """The cells, cleaned of wrappers; None where nothing stands."""

    @property
    def unique(self) -> float:
        """Different values per filled cell."""
        return self.distinct / self.filled if self.filled else 0.0


def plain_cell(text: str | None) -> str | None:
    r"""The cell without BOM, blanks, tabs, a leading quote and the ``="…"`` of spreadsheets; None where nothing stands.

    >>> plain_cell('="193053"'), plain_cell("\t138\t"), plain_cell("--")
    ('193053', '138', None)
    """
    if text is None:
        return None
    bare = text.strip(" \t\r\n\ufeff\u00a0\u3000\u200b")
    wrapped = _WRAPPED.match(bare)
    bare = (wrapped.group(1) if wrapped else bare).lstrip("'").strip(" \t\r\n\u00a0\u3000")
    return None if bare.casefold() in _EMPTY else bare


def number_in(text: str) -> float | None:
    """The number of an amount or quantity cell, however it is dressed; None where it is no number.

    >>> number_in("12.00元"), number_in("499.00（系统计算中，该值仅供参考）"), number_in("1,234.50"), number_in("(12.00)")
    (12.0, 499.0, 1234.5, -12.0)
    """
    bare = _MONEY_SIGNS.sub("", text)
    negative = _IN_BRACKETS.match(bare)
    bare = f"-{negative.group(1)}" if negative else _BIG_UNIT.sub("", _REMARK.sub("", bare).rstrip("元"))
    return float(bare) if _NUMBER.match(bare) else None


def look_at(cells: Iterable[str | None]) -> Evidence:
    """What the cells of one column look like."""
    values = tuple(plain_cell(cell) for cell in cells)
    filled = [value for value in values if value is not None]
    numbers = [number for number in (number_in(value) for value in filled) if number is not None]

    def share(is_one: Callable[[str], object]) -> float:
        return sum(1 for value in filled if is_one(value)) / len(filled) if filled else 0.0

    return Evidence(
        filled=len(filled),
        cells=len(values),
        distinct=len(set(filled)),
        number=len(numbers) / len(filled) if filled else 0.0,
        fraction=share(lambda value: number_in(value) is not None and _DECIMAL.search(_REMARK.sub("", value).rstrip("元"))),
        negative=sum(1 for number in numbers if number < 0) / len(filled) if filled else 0.0,
        moment=share(lambda value: _YEAR_FIRST.match(value) or _YEAR_LAST.match(value)),
        numeric_moment=share(lambda value: _EPOCH.match(value) or _SERIAL.match(value) or _is_compact_date(value)),
        mobile=share(_MOBILE.match),
        phone=share(
            lambda value: _MOBILE.match(value) or (_OTHER_PHONE.match(value) and len(_DIGIT.findall(value)) >= FEWEST_DIGITS)
        ),
        email=share(_EMAIL.match),
        masked=share(_MASKED.search),
        province=share(_PROVINCE.match),
        gender=share(lambda value: value.casefold() in _GENDER),
        yes_no=share(lambda value: value.casefold() in _YES_NO),
        long_text=share(lambda value: len(value) > 60),  # noqa: PLR2004 - as the field says
        lowest=min(numbers, default=None),
        highest=max(numbers, default=None),
        values=values,
    )


def judge(field: str, cell: Cell, seen: Evidence) -> Verdict:
    """Whether the cells fit the field: confirmed, vetoed, masked, or silent where they could be anything."""
    if not seen.filled:
        return Verdict.SILENT
    return _FIELDS[field](seen) if field in _FIELDS else _JUDGES[cell](seen)


def _is_compact_date(value: str) -> bool:
    found = _COMPACT_DATE.match(value)
    if not found:
        return False
    try:
        date(int(found.group(1)), int(found.group(2)), int(found.group(3)))
    except ValueError:
        return False
    return True


def _amount(seen: Evidence) -> Verdict:
    if seen.number < FEW or seen.moment >= FEW:
        return Verdict.VETOED
    # Whole numbers that are all days of the calendar, or mobile numbers, are no amounts.
    if seen.fraction == 0 and (seen.mobile >= MOST or _all_days(seen)):
        return Verdict.VETOED
    return Verdict.CONFIRMED if seen.number >= MOST else Verdict.SILENT


def _all_days(seen: Evidence) -> bool:
    filled = [value for value in seen.values if value is not None]
    return all(_is_compact_date(value) for value in filled)


def _moment(seen: Evidence) -> Verdict:
    if seen.moment >= MOST:
        return Verdict.CONFIRMED
    return Verdict.SILENT if seen.moment + seen.numeric_moment >= FEW else Verdict.VETOED


def _end(seen: Evidence) -> Verdict:
    # Most contracts of a good company run, and have a word where others have a day.
    dated = [value for value in seen.values if value and not _OPEN_END.match(value)]
    return _moment(look_at(dated)) if dated else Verdict.SILENT


def _identifier(seen: Evidence) -> Verdict:
    if seen.masked > TOO_MASKED:
        return Verdict.MASKED
    # An id may be a whole number, never an amount; 01.001 and 17850.0 are ids.
    broken = sum(1 for value in seen.values if value and _AMOUNT.match(value))
    wrong = seen.moment >= FEW or seen.long_text >= FEW or broken >= seen.filled * FEW
    return Verdict.VETOED if wrong else Verdict.CONFIRMED if seen.long_text == 0 else Verdict.SILENT


def _text(seen: Evidence) -> Verdict:
    wrong = seen.moment >= MOST or (seen.number >= MOST and seen.fraction >= FEW)
    return Verdict.VETOED if wrong else Verdict.SILENT if seen.number >= MOST else Verdict.CONFIRMED


def _phone(seen: Evidence) -> Verdict:
    if seen.masked > TOO_MASKED:
        return Verdict.MASKED
    return Verdict.CONFIRMED if seen.phone >= MOST else Verdict.SILENT if seen.phone >= FEW else Verdict.VETOED


def _email(seen: Evidence) -> Verdict:
    if seen.masked > TOO_MASKED:
        return Verdict.MASKED
    return Verdict.CONFIRMED if seen.email >= MOST else Verdict.SILENT if seen.email >= FEW else Verdict.VETOED


def _yes_no(seen: Evidence) -> Verdict:
    return Verdict.CONFIRMED if seen.yes_no >= MOST else Verdict.VETOED


def _place(seen: Evidence) -> Verdict:
    # A composite address (name, phone, province, street) is no region: every customer would have one of their own.
    crowded = sum(1 for value in seen.values if value and (len(value) > 25 or "，" in value))  # noqa: PLR2004 - longer than any region's name
    if crowded >= seen.filled * FEW or seen.number >= MOST or seen.masked >= FEW:
        return Verdict.VETOED
    return Verdict.CONFIRMED if seen.province >= FEW else _text(seen)


def _status(seen: Evidence) -> Verdict:
    # An order goes through few stages; twenty different words are something else.
    said = any(value and _STAGE.search(value) for value in seen.values)
    if seen.distinct > MOST_STATUSES or (not said and seen.number < MOST) or _text(seen) is Verdict.VETOED:
        return Verdict.VETOED
    return Verdict.CONFIRMED if said else Verdict.SILENT


def _category(seen: Evidence) -> Verdict:
    return Verdict.VETOED if seen.number >= MOST and seen.fraction > 0 else _text(seen)


def _gender(seen: Evidence) -> Verdict:
    return Verdict.CONFIRMED if seen.gender >= MOST else Verdict.SILENT if seen.distinct <= 5 else Verdict.VETOED  # noqa: PLR2004


def _quantity(seen: Evidence) -> Verdict:
    return Verdict.VETOED if seen.number >= MOST and (seen.highest or 0) >= 10_000_000 else _amount(seen)  # noqa: PLR2004 - ids, not pieces


def _name(seen: Evidence) -> Verdict:
    # Order exports of shops put the order id into a column called name; people and things have no numbers for names.
    return Verdict.VETOED if seen.number >= MOST or seen.moment >= MOST else Verdict.CONFIRMED


_JUDGES: dict[Cell, Callable[[Evidence], Verdict]] = {
    Cell.ID: _identifier,
    Cell.TEXT: _text,
    Cell.MONEY: _amount,
    Cell.NUMBER: _amount,
    Cell.MOMENT: _moment,
    Cell.DAY: _moment,
    Cell.PHONE: _phone,
    Cell.EMAIL: _email,
    Cell.YES_NO: _yes_no,
}
_FIELDS: dict[str, Callable[[Evidence], Verdict]] = {
    "region": _place,
    "city": _place,
    "category": _category,
    "status": _status,
    "gender": _gender,
    "quantity": _quantity,
    "ended_at": _end,
    "name": _name,
    "customer_name": _name,
    "product_name": _name,
}
