"""What does the text of one cell say? Every way in which shops and spreadsheets write ids, amounts, dates, phones and words.

The plain spelling is tried first, and only what it cannot read goes through the patterns: 200 million cells must pass.
Three steps, each a column of its own, with a ``.view()`` between them so that no engine computes one twice: ``strip`` takes
the wrapping off cells that are not plainly written; a reader (``text``, ``money``, ...) gives the value, null where the cell
is empty or unreadable; ``is_unread`` tells these two apart.

Source  the clean-up rules of Chinese shop exports: wrappers, signs and units of money, bracket remarks, spreadsheet dates
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import ibis
import ibis.expr.types as ir

from fenji.domain.feeds import Cell
from fenji.domain.sources import MoneyUnit

AMOUNT = "decimal(18, 4)"
"""Money and numbers as read: four places are exact for prices per piece; lines are rounded once, later."""

_BEFORE_SCALING = "decimal(22, 8)"
_FACTOR = "decimal(16, 2)"
_BLANK = " \\t\\r\\n\\x0b\\f\u00a0\u3000\ufeff\u200b"
_NOTHING = r"-+|—+|/|\\N|#N/A|(?i:n/a|null|none|nan|nat)|无|暂无|无退款申请"
_SAYS_NOTHING = rf"^(?:{_NOTHING})?\z"
_PLAIN_TEXT = rf"^[^{_BLANK}'=\-—/\\#无暂nN](?:(?s:.*)[^{_BLANK}])?\z"
_PLAIN_ID = r"^[0-9A-Za-z_-]*[0-9][0-9A-Za-z_-]*\z"
_WRAPPED = r"^=[\"']((?s:.*))[\"']\z"
_EDGES = rf"^[{_BLANK}]*'?[{_BLANK}]*|[{_BLANK}]+\z"
_OUTER_BLANKS = rf"^[{_BLANK}]+|[{_BLANK}]+\z"
_DESTROYED = r"^[0-9](?:\.[0-9]+)?[eE]\+[0-9]{2,3}\z"
_FLOAT_OF_WHOLE = r"^[0-9]+\.0+\z"

_WIDE = "０１２３４５６７８９（）－−．＋％：／，Ｅｅ"
_NARROW = "0123456789()--.+%:/,Ee"
_DIGITS = r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+"
_REMARK = r"(?:\([^0-9](?s:.*))?"
_POSITIVE = rf"^([+-]?)({_DIGITS})([eE][+-]?[0-9]{{1,2}})?[万亿]?{_REMARK}\z"
_IN_BRACKETS = rf"^\(({_DIGITS})[万亿]?\)\z"

_HOUR = "(?:[01]?[0-9]|2[0-3])"
_PLAIN_MOMENT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?)?\z"
_ZONE = r"[ ]*(?:Z|z|UTC|GMT|([+-][0-9]{2}:?(?:[0-9]{2})?))?"
_WRITTEN_DATE = (
    r"^([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?[ T]*"
    rf"(?:({_HOUR})[:时点]([0-5]?[0-9])分?(?::?([0-5]?[0-9])秒?(?:\.([0-9]{{1,6}})[0-9]*)?)?)?{_ZONE}\z"
)
_COMPACT_DATE = (
    r"^((?:19|20|21)[0-9]{2})([01][0-9])([0-3][0-9])"
    rf"(?:[ T]?([01][0-9]|2[0-3]):?([0-5][0-9])(?::?([0-5][0-9])(?:\.([0-9]{{1,6}})[0-9]*)?)?)?{_ZONE}\z"
)
_HAS_ZONE = r"(?:[:分][0-9]{1,2}(?:\.[0-9]+)?|[分秒]|[0-9]T?[0-9]{6})[ ]*(?:Z|z|UTC|GMT|[+-][0-9]{2}:?(?:[0-9]{2})?)\z"
_SPREADSHEET_DAY = r"^[0-9]{5}(?:\.[0-9]{1,10})?\z"
_EPOCH = r"^[0-9]{10}(?:[0-9]{3})?\z"
_NO_DATE = r"^(?:0000|0001)[-/.年]|^0(?:\.0+)?\z|^1970[-/年.]0?1[-/月.]0?1日?[ T]*(?:0?[08]:00(?::00(?:\.0+)?)?)?[ ]*(?:Z|z|[+-][0-9:]*)?\z"

_PHONE_NOISE = rf"\.0\z|[{_BLANK}()\-.–—'=\"]"
_PLAIN_MOBILE = r"^1[3-9][0-9]{9}\z"
_CHINESE_MOBILE = r"^(?:\+?86|0086|0)?(1[3-9][0-9]{9})\z"
_INTERNATIONAL = r"^(?:\+|00)([1-9][0-9]{6,14})\z"
_NATIONAL = r"^(0[1-9][0-9]{8,11}|[2-9][0-9]{6,10})\z"
_EMAIL = r"^[a-z0-9!#$%&'*+/=?^_`{|}~.-]+@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+\z"
_YES = ("1", "y", "yes", "true", "t", "是", "有", "同意", "已同意", "允许", "√", "对", "on")
_NO = ("0", "n", "no", "false", "f", "否", "没有", "不同意", "未同意", "不允许", "×", "x", "off")

_UNIT_FACTOR = {MoneyUnit.YUAN: Decimal(1), MoneyUnit.WAN_YUAN: Decimal(10_000), MoneyUnit.FEN: Decimal("0.01")}

CURRENCY_SIGNS = {"CNY": "¥￥元圆", "JPY": "¥￥円", "USD": "$", "EUR": "€", "GBP": "£", "HKD": "$", "KRW": "₩"}
"""The signs that an amount of a currency may carry; another currency's sign makes the amount unreadable."""


@dataclass(frozen=True)
class Cells:
    """A column of cells on its way from text to value."""

    came: ir.StringValue
    """As it came."""
    bare: ir.StringValue
    """Without its wrapping, as ``strip`` gave it; null where ``came`` is plainly written."""


def strip(came: ir.StringValue, kind: Cell, signs: str = "") -> ir.StringValue:
    """The text without blanks, byte-order marks, spreadsheet wrappers and what else its kind passes over; null where it is plain.

    Args:
        came: the text as it came.
        kind: what the field holds.
        signs: for money, the signs of its currency.
    """
    if kind in (Cell.MONEY, Cell.NUMBER):
        is_plain = came.try_cast(AMOUNT).notnull()
        bare = came.translate(_WIDE, _NARROW).re_replace(f"[{_BLANK},_'\"={signs}]", "")
    elif kind is Cell.PHONE:
        is_plain = came.re_search(_PLAIN_MOBILE)
        bare = came.translate(_WIDE, _NARROW).re_replace(_PHONE_NOISE, "")
    else:
        plain = {Cell.TEXT: _PLAIN_TEXT, Cell.ID: _PLAIN_ID, Cell.MOMENT: _PLAIN_MOMENT, Cell.DAY: _PLAIN_MOMENT}.get(kind)
        is_plain = came.re_search(plain) if plain else came.isnull()
        bare = _unwrap(came)
        if kind in (Cell.ID, Cell.MOMENT, Cell.DAY):
            bare = bare.translate(_WIDE, _NARROW)
        elif kind is not Cell.TEXT:
            bare = bare.lower()
    return ibis.ifelse(is_plain | came.isnull(), ibis.null("string"), bare)


def text(cells: Cells) -> ir.StringValue:
    """The words of a cell; null where it says nothing, as ``-``, ``--``, ``无``, ``null`` and their like do."""
    return ibis.cases(
        (cells.bare.isnull(), cells.came), (cells.bare.re_search(_SAYS_NOTHING), ibis.null("string")), else_=cells.bare
    )


def identifier(cells: Cells) -> ir.StringValue:
    """An id as text: leading zeros stay, full-width digits become plain ones, ``17850.0`` is 17850.

    The ``.0`` is what a spreadsheet or data frame adds to whole numbers in a column with gaps; no shop writes such ids.
    Null also where a spreadsheet has rounded the id to scientific notation (``1.93053E+17``): that id is lost.
    """
    bare = cells.bare
    return ibis.cases(
        (bare.isnull(), cells.came),
        (bare.re_search(_FLOAT_OF_WHOLE), bare.re_extract(r"^([0-9]+)", 1)),
        (bare.re_search(f"{_SAYS_NOTHING}|{_DESTROYED}"), ibis.null("string")),
        else_=bare,
    )


def person_id(cells: Cells) -> ir.StringValue:
    """An id of a person; null where the platform has masked it (``t**8``), since masked ids of strangers are equal."""
    return ibis.ifelse(cells.bare.contains("*"), ibis.null("string"), identifier(cells))


def number(cells: Cells) -> ir.DecimalValue:
    """A plain number as decimal(18, 4)."""
    return cells.came.try_cast(AMOUNT).fill_null(_written_amount(cells.bare, Decimal(1)))


def money(cells: Cells, unit: MoneyUnit = MoneyUnit.YUAN) -> ir.DecimalValue:
    """An amount in whole units of its currency (元), as decimal(18, 4).

    Args:
        cells: such as ``1,234.50``, ``¥12.00``, ``12元``, ``1.2万``, ``(12.00)`` or ``499.00（系统计算中）``.
        unit: what the column counts: yuan, ten thousand yuan or fen.
    """
    factor = _UNIT_FACTOR[unit]
    written = _written_amount(cells.bare, factor)
    if unit is MoneyUnit.YUAN:
        return cells.came.try_cast(AMOUNT).fill_null(written)
    plain = (cells.came.try_cast(_BEFORE_SCALING) * _exact(factor)).try_cast(AMOUNT)
    return ibis.ifelse(cells.bare.isnull(), plain, written)


def local_time(cells: Cells) -> ir.TimestampValue:
    """The wall-clock time of a cell that names no zone: written dates, 20200203, and spreadsheet day numbers.

    Null for cells that name a moment by itself; see ``moment``.
    """
    bare = cells.bare
    return ibis.cases(
        (bare.isnull(), cells.came.try_cast("timestamp")),
        (bare.re_search(_HAS_ZONE), ibis.null("timestamp")),
        (bare.re_search(_WRITTEN_DATE), _written_time(bare, _WRITTEN_DATE).try_cast("timestamp")),
        (bare.re_search(_COMPACT_DATE), _written_time(bare, _COMPACT_DATE).try_cast("timestamp")),
        (bare.re_search(_SPREADSHEET_DAY), _spreadsheet_time(bare)),
    )


def moment(cells: Cells) -> ir.TimestampValue:
    """The UTC moment of a cell that needs no zone: written with Z or an offset, or seconds or milliseconds since 1970."""
    bare = cells.bare
    nothing = ibis.null("timestamp('UTC')")
    return ibis.cases(
        (bare.isnull(), nothing),
        (bare.re_search(_EPOCH), _since_1970(bare)),
        (~bare.re_search(_HAS_ZONE), nothing),
        (bare.re_search(_WRITTEN_DATE), _zoned(bare, _WRITTEN_DATE)),
        (bare.re_search(_COMPACT_DATE), _zoned(bare, _COMPACT_DATE)),
    )


def day(cells: Cells) -> ir.DateValue:
    """A calendar day; a time beside it is passed over."""
    return ibis.coalesce(local_time(cells), moment(cells).cast("timestamp")).date()


def phone(cells: Cells) -> ir.StringValue:
    """A phone number by which a person may be known: Chinese mobiles as +86…, others in digits; null where masked."""
    bare = cells.bare
    return ibis.cases(
        (bare.isnull(), ibis.literal("+86").concat(cells.came)),
        (bare.re_search(_CHINESE_MOBILE), ibis.literal("+86").concat(bare.re_extract(_CHINESE_MOBILE, 1))),
        (bare.re_search(_INTERNATIONAL), ibis.literal("+").concat(bare.re_extract(_INTERNATIONAL, 1))),
        (bare.re_search(_NATIONAL), bare),
    )


def email(cells: Cells) -> ir.StringValue:
    """An e-mail address in lower case; null where masked or not an address."""
    return ibis.cases((cells.bare.contains("*"), ibis.null("string")), (cells.bare.re_search(_EMAIL), cells.bare))


def yes_no(cells: Cells) -> ir.BooleanValue:
    """Yes or no in either language."""
    return ibis.cases((cells.bare.isin(_YES), ibis.literal(value=True)), (cells.bare.isin(_NO), ibis.literal(value=False)))


def is_unread(cells: Cells, value: ir.Value, kind: Cell) -> ir.BooleanValue:
    """Whether the cell says something that could not be read as what its field holds.

    Args:
        cells: the text as it came and stripped.
        value: what was read from it.
        kind: what the field holds; a masked phone, e-mail or person's id says nothing, and so do 0000-00-00 and 1970-01-01.
    """
    said = cells.bare.fill_null(cells.came)
    nothing = said.re_search(f"{_SAYS_NOTHING}|{_NO_DATE}" if kind in (Cell.MOMENT, Cell.DAY) else _SAYS_NOTHING)
    if kind in (Cell.PHONE, Cell.EMAIL, Cell.ID):
        nothing |= said.contains("*")
    return ibis.cases((value.notnull() | cells.came.isnull(), ibis.literal(value=False)), else_=~nothing)


def _unwrap(came: ir.StringValue) -> ir.StringValue:
    trimmed = came.re_replace(_OUTER_BLANKS, "")
    unwrapped = ibis.ifelse(trimmed.re_search(_WRAPPED), trimmed.re_extract(_WRAPPED, 1), trimmed)
    return unwrapped.re_replace(_EDGES, "")


def _written_amount(bare: ir.StringValue, factor: Decimal) -> ir.DecimalValue:
    """The amount of a cell that is not a plain number."""
    positive = bare.re_extract(_POSITIVE, 1).concat(bare.re_extract(_POSITIVE, 2), bare.re_extract(_POSITIVE, 3))
    negative = ibis.literal("-").concat(bare.re_extract(_IN_BRACKETS, 1))
    in_brackets = bare.re_search(_IN_BRACKETS)
    digits = ibis.cases((bare.isnull(), ibis.null("string")), (in_brackets, negative), (bare.re_search(_POSITIVE), positive))
    scale = ibis.cases(
        (bare.isnull(), ibis.null(_FACTOR)),
        (bare.re_search(r"^\(?[^(]*万"), _exact(factor * 10_000)),
        (bare.re_search(r"^\(?[^(]*亿"), _exact(factor * 100_000_000)),
        else_=_exact(factor),
    )
    return (digits.try_cast(_BEFORE_SCALING) * scale).try_cast(AMOUNT)


def _exact(factor: Decimal) -> ir.DecimalValue:
    # Typed by us: left alone, each engine gives a decimal literal another scale.
    return ibis.literal(str(factor)).cast(_FACTOR)


def _written_time(bare: ir.StringValue, pattern: str) -> ir.StringValue:
    """ISO text of the pattern's groups: year, month, day, hour, minute, second, fraction."""
    year, month, day_, hour, minute, second, fraction = (bare.re_extract(pattern, group) for group in range(1, 8))
    parts: Sequence[str | ir.StringValue] = (
        "-", month.lpad(2, "0"), "-", day_.lpad(2, "0"), " ",
        hour.lpad(2, "0"), ":", minute.lpad(2, "0"), ":", second.lpad(2, "0"), ".", fraction.rpad(6, "0"),
    )  # fmt: skip
    return year.concat(*parts)


def _zoned(bare: ir.StringValue, pattern: str) -> ir.TimestampValue:
    # +08:00, +0800, +08, and nothing for Z. Both engines read the form with the colon.
    digits = bare.re_extract(pattern, 8).re_replace("[+:-]", "").rpad(4, "0")
    sign = ibis.ifelse(bare.re_extract(pattern, 8).startswith("-"), "-", "+")
    offset = sign.concat(digits.left(2), ":", digits.right(2))
    return _written_time(bare, pattern).concat(offset).try_cast("timestamp('UTC')")


def _spreadsheet_time(bare: ir.StringValue) -> ir.TimestampValue:
    # Day 0 of the 1900 system is 1899-12-30 for every day after February 1900.
    seconds = (bare.try_cast("decimal(28, 10)") * 86_400).round(0).cast("int64")
    return ibis.literal("1899-12-30 00:00:00").cast("timestamp") + seconds.as_interval("s")


def _since_1970(bare: ir.StringValue) -> ir.TimestampValue:
    count = bare.try_cast("int64")
    milliseconds = ibis.ifelse(bare.length() > 10, count, count * 1000)  # noqa: PLR2004 - ten digits are seconds
    return (ibis.literal("1970-01-01 00:00:00").cast("timestamp") + milliseconds.as_interval("ms")).cast("timestamp('UTC')")
