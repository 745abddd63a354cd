"""What does the text of one cell say? Every way in which shops and spreadsheets write ids, amounts, dates, phones and words.

The plain spelling is tried first, and only what it cannot read goes through the patterns: 200 million cells must pass.
A function here gives the value, null where the cell is empty or unreadable; ``is_unread`` tells the two apart. It is asked
about the finished value, so lay a ``.view()`` between the two or the value is computed twice.

Source  the clean-up rules of Chinese shop exports: wrappers, signs and units of money, bracket remarks, spreadsheet dates
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import ibis
import ibis.expr.types as ir

from fenji.domain.feeds import Cell
from fenji.domain.sources import MoneyUnit

AMOUNT = "decimal(18, 4)"
"""Money and numbers as read: four places are exact for prices per piece; lines are rounded once, later."""

_BEFORE_SCALING = "decimal(22, 8)"
_BLANK = " \\t\\r\\n\\x0b\\f\u00a0\u3000\ufeff\u200b"
_NOTHING = r"-+|—+|/|\\N|#N/A|(?i:n/a|null|none|nan|nat)|无|暂无|无退款申请"
_EMPTY = rf"^[{_BLANK}]*=?[\"']?[{_BLANK}]*(?:{_NOTHING})?[{_BLANK}]*[\"']?[{_BLANK}]*\z"
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
_POSITIVE = rf"^([+-]?)({_DIGITS})([eE][+-]?[0-9]{{1,2}})?(万|亿)?{_REMARK}\z"
_IN_BRACKETS = rf"^\(({_DIGITS})(万|亿)?\)\z"

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


def text(cell: ir.StringValue) -> ir.StringValue:
    """The words of a cell without blanks, byte-order marks and spreadsheet wrappers; null where it says nothing.

    ``-``, ``--``, ``无``, ``null`` and their like say nothing.
    """
    return ibis.cases(
        (cell.isnull(), ibis.null("string")),
        (cell.re_search(_PLAIN_TEXT), cell),
        (cell.re_search(_EMPTY), ibis.null("string")),
        else_=_bare(cell),
    )


def identifier(cell: ir.StringValue) -> ir.StringValue:
    """An id as text: leading zeros stay, full-width digits become plain ones, ``17850.0`` is 17850.

    The ``.0`` is what a spreadsheet or data frame adds to whole numbers in a column with gaps; no shop writes such ids.
    Null also where a spreadsheet has rounded the id to scientific notation (``1.93053E+17``): that id is lost.
    """
    bare = _bare(cell).translate(_WIDE, _NARROW)
    return ibis.cases(
        (cell.isnull(), ibis.null("string")),
        (cell.re_search(_PLAIN_ID), cell),
        (cell.re_search(_EMPTY) | bare.re_search(_DESTROYED), ibis.null("string")),
        (bare.re_search(_FLOAT_OF_WHOLE), bare.re_extract(r"^([0-9]+)", 1)),
        else_=bare,
    )


def person_id(cell: ir.StringValue) -> ir.StringValue:
    """An id of a person; null where the platform has masked it (``t**8``), since masked ids of strangers are equal."""
    return ibis.ifelse(cell.contains("*"), ibis.null("string"), identifier(cell))


def number(cell: ir.StringValue) -> ir.DecimalValue:
    """A plain number as decimal(18, 4)."""
    return cell.try_cast(AMOUNT).fill_null(_written_amount(cell, signs="", factor=Decimal(1)))


def money(cell: ir.StringValue, unit: MoneyUnit = MoneyUnit.YUAN, signs: str = CURRENCY_SIGNS["CNY"]) -> ir.DecimalValue:
    """An amount in whole units of its currency (元), as decimal(18, 4).

    Args:
        cell: such as ``1,234.50``, ``¥12.00``, ``12元``, ``1.2万``, ``(12.00)`` or ``499.00（系统计算中）``.
        unit: what the column counts: yuan, ten thousand yuan or fen.
        signs: the currency's signs, which are passed over.
    """
    factor = _UNIT_FACTOR[unit]
    written = _written_amount(cell, signs=signs, factor=factor)
    if unit is MoneyUnit.YUAN:
        return cell.try_cast(AMOUNT).fill_null(written)
    plain = (cell.try_cast(_BEFORE_SCALING) * _exact(factor)).cast(AMOUNT)
    return ibis.ifelse(cell.try_cast(AMOUNT).notnull(), plain, written)


def local_time(cell: ir.StringValue) -> ir.TimestampValue:
    """The wall-clock time of a cell that names no zone: written dates, 20200203, and spreadsheet day numbers.

    Null for cells that name a moment by itself; see ``moment``.
    """
    bare = _bare_date(cell)
    slow = ibis.cases(
        (bare.re_search(_HAS_ZONE), ibis.null("timestamp")),
        (bare.re_search(_WRITTEN_DATE), _written_time(bare, _WRITTEN_DATE).try_cast("timestamp")),
        (bare.re_search(_COMPACT_DATE), _written_time(bare, _COMPACT_DATE).try_cast("timestamp")),
        (bare.re_search(_SPREADSHEET_DAY), _spreadsheet_time(bare)),
    )
    return ibis.cases(
        (cell.isnull(), ibis.null("timestamp")), (cell.re_search(_PLAIN_MOMENT), cell.try_cast("timestamp")), else_=slow
    )


def moment(cell: ir.StringValue) -> ir.TimestampValue:
    """The UTC moment of a cell that needs no zone: written with Z or an offset, or seconds or milliseconds since 1970."""
    bare = _bare_date(cell)
    slow = ibis.cases(
        (bare.re_search(_EPOCH), _since_1970(bare)),
        (~bare.re_search(_HAS_ZONE), ibis.null("timestamp('UTC')")),
        (bare.re_search(_WRITTEN_DATE), _zoned(bare, _WRITTEN_DATE)),
        (bare.re_search(_COMPACT_DATE), _zoned(bare, _COMPACT_DATE)),
    )
    nothing = ibis.null("timestamp('UTC')")
    return ibis.cases((cell.isnull() | cell.re_search(_PLAIN_MOMENT), nothing), else_=slow)


def day(cell: ir.StringValue) -> ir.DateValue:
    """A calendar day; a time beside it is passed over."""
    return ibis.coalesce(local_time(cell), moment(cell).cast("timestamp")).date()


def phone(cell: ir.StringValue) -> ir.StringValue:
    """A phone number by which a person may be known: Chinese mobiles as +86…, others in digits; null where masked."""
    bare = cell.translate(_WIDE, _NARROW).re_replace(_PHONE_NOISE, "")
    return ibis.cases(
        (cell.re_search(_PLAIN_MOBILE), ibis.literal("+86").concat(cell)),
        (cell.isnull() | cell.contains("*"), ibis.null("string")),
        (bare.re_search(_CHINESE_MOBILE), ibis.literal("+86").concat(bare.re_extract(_CHINESE_MOBILE, 1))),
        (bare.re_search(_INTERNATIONAL), ibis.literal("+").concat(bare.re_extract(_INTERNATIONAL, 1))),
        (bare.re_search(_NATIONAL), bare),
    )


def email(cell: ir.StringValue) -> ir.StringValue:
    """An e-mail address in lower case; null where masked or not an address."""
    bare = cell.re_replace(_EDGES, "").lower()
    plain = cell.lower()
    return ibis.cases(
        (plain.contains("*"), ibis.null("string")), (plain.re_search(_EMAIL), plain), (bare.re_search(_EMAIL), bare)
    )


def yes_no(cell: ir.StringValue) -> ir.BooleanValue:
    """Yes or no in either language."""
    bare = _bare(cell).lower()
    return ibis.cases((bare.isin(_YES), ibis.literal(value=True)), (bare.isin(_NO), ibis.literal(value=False)))


def is_unread(cell: ir.StringValue, value: ir.Value, kind: Cell) -> ir.BooleanValue:
    """Whether the cell says something that could not be read as what its field holds.

    Args:
        cell: the text as it came.
        value: what was read from it.
        kind: what the field holds; a masked phone, e-mail or person's id says nothing, and so do 0000-00-00 and 1970-01-01.
    """
    return ibis.cases((value.notnull() | cell.isnull(), ibis.literal(value=False)), else_=~_says_nothing(cell, kind))


def is_destroyed_id(cell: ir.StringValue) -> ir.BooleanValue:
    """Whether a spreadsheet has rounded this id to scientific notation."""
    no = ibis.literal(value=False)
    return ibis.cases((cell.contains("+"), _bare(cell).re_search(_DESTROYED).fill_null(no)), else_=no)


def _says_nothing(cell: ir.StringValue, kind: Cell) -> ir.BooleanValue:
    empty = cell.re_search(_EMPTY)
    if kind in (Cell.PHONE, Cell.EMAIL, Cell.ID):
        return empty | cell.contains("*")
    if kind in (Cell.MOMENT, Cell.DAY):
        return empty | _bare_date(cell).re_search(_NO_DATE)
    return empty


def _bare(cell: ir.StringValue) -> ir.StringValue:
    trimmed = cell.re_replace(_OUTER_BLANKS, "")
    unwrapped = ibis.ifelse(trimmed.re_search(_WRAPPED), trimmed.re_extract(_WRAPPED, 1), trimmed)
    return unwrapped.re_replace(_EDGES, "").nullif("")


def _bare_date(cell: ir.StringValue) -> ir.StringValue:
    return _bare(cell).translate(_WIDE, _NARROW)


def _written_amount(cell: ir.StringValue, *, signs: str, factor: Decimal) -> ir.DecimalValue:
    """The amount of a cell that is not a plain number; lazily, since most are."""
    noise = f"[{_BLANK},_'\"={signs}]"
    bare = cell.translate(_WIDE, _NARROW).re_replace(noise, "")
    positive = bare.re_extract(_POSITIVE, 1).concat(bare.re_extract(_POSITIVE, 2), bare.re_extract(_POSITIVE, 3))
    negative = ibis.literal("-").concat(bare.re_extract(_IN_BRACKETS, 1))
    in_brackets = bare.re_search(_IN_BRACKETS)
    digits = ibis.cases((in_brackets, negative), (bare.re_search(_POSITIVE), positive))
    thousands = ibis.ifelse(in_brackets, bare.re_extract(_IN_BRACKETS, 2), bare.re_extract(_POSITIVE, 4))
    scale = ibis.cases(
        (thousands == "万", _exact(factor * 10_000)), (thousands == "亿", _exact(factor * 100_000_000)), else_=_exact(factor)
    )
    amount = (digits.try_cast(_BEFORE_SCALING) * scale).try_cast(AMOUNT)
    return ibis.ifelse(cell.isnull(), ibis.null(AMOUNT), amount)


def _exact(factor: Decimal) -> ir.DecimalValue:
    # Typed by us: left alone, each engine gives a decimal literal another scale.
    return ibis.literal(str(factor)).cast("decimal(16, 2)")


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
