"""What amount or number does a cell say, and in which currency? Thousands signs, decimal commas, units of money, signs and codes.

A column has one decimal sign, a point unless its mapping says comma. The other sign may only group thousands, and only as it
does in writing: 1,234.50 or 1,23,456.00. So ``12,50`` is unreadable in a column with points: it is no 1250.
"""

from __future__ import annotations

from decimal import Decimal

import ibis
import ibis.expr.types as ir

from fenji.domain.sources import DecimalSign, MoneyUnit
from fenji.prepare.cells import BLANK, NARROW, WIDE, Cells, unwrap
from fenji.prepare.currency_marks import meanings

AMOUNT = "decimal(18, 4)"
"""Money and numbers as read: four places are exact for prices per piece; lines are rounded once, later."""

_BEFORE_SCALING = "decimal(22, 8)"
_FACTOR = "decimal(16, 2)"
_UNIT_FACTOR = {MoneyUnit.YUAN: Decimal(1), MoneyUnit.WAN_YUAN: Decimal(10_000), MoneyUnit.FEN: Decimal("0.01")}

_PLAIN_WHOLE = r"^[+-]?[0-9]+\z"


def _body(decimal: str, group: str) -> str:
    """A number without its sign; a grouped one does not begin with 0, since 0,123 is a fraction."""
    fraction = rf"(?:{decimal}[0-9]*)?"
    return (
        rf"[1-9][0-9]{{0,2}}(?:{group}[0-9]{{3}})+{fraction}"
        rf"|[1-9][0-9]?(?:{group}[0-9]{{2}})+{group}[0-9]{{3}}{fraction}"
        rf"|[1-9][0-9]{{0,2}}(?: [0-9]{{3}})+{fraction}|[1-9][0-9]{{0,2}}(?:['_][0-9]{{3}})+{fraction}"
        rf"|[0-9]+{fraction}(?:e[+-]?[0-9]{{1,2}})?|{decimal}[0-9]+(?:e[+-]?[0-9]{{1,2}})?"
    )


_NOT_IN_MARK = r"0-9+\-()|.,'_% "
_MARK_BEFORE = rf"((?:[a-zа-я]{{1,4}}/?\. ?)|(?:[^{_NOT_IN_MARK}]{{1,6}} ?){{0,2}})"
_MARK_AFTER = rf"((?:(?: ?[^{_NOT_IN_MARK}]{{1,6}}){{1,2}}\.?)?)"
_REMARK = r"(?: ?\([^0-9](?s:.*))?"
_ENDING_DASH = r"[.,] ?-{1,2}"
"""12.- and 12,-- say that there are no cents."""

_WRITTEN = {
    sign: rf"^(\(?)([+-]?) ?{_MARK_BEFORE}(\(?)([+-]?) ?({_body(decimal, group)}) ?{_MARK_AFTER} ?(-?)(\)?){_REMARK}\z"
    for sign, decimal, group in ((DecimalSign.POINT, r"\.", ","), (DecimalSign.COMMA, ",", r"\."))
}
_GROUPING = {DecimalSign.POINT: "[,'_ ]", DecimalSign.COMMA: "[.'_ ]"}

_CANONICAL = r"^#(-?)((?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[+-]?[0-9]{1,2})?)( [^|]*\|[^|]*)?\z"
"""As ``strip`` writes it: #-1234.5 us$|usd"""

_MULTIPLES = {"百万": "e6", "千万": "e7", "十万": "e5", "千": "e3", "万": "e4", "萬": "e4", "亿": "e8", "億": "e8"}
_COUNTED = (
    "件|个|個|只|份|台|套|双|条|本|张|瓶|盒|箱|袋|包|支|杯|次|单|笔|人|位|分|星|颗星|天|晚|pcs|pc|pc.|pcs.|ea|each|piece|pieces|unit|units|stk|stk.|stück|szt|szt.|times|orders|nights|points|point|stars|star"
)
"""What numbers count; it changes no number."""


def strip(came: ir.StringValue, decimal: DecimalSign | None) -> ir.StringValue:
    """Amounts and numbers as ``#``, sign, digits with a point, and the marks before and after; null where they are plain numbers.

    What is no number keeps its text without wrapping.
    """
    sign = decimal or DecimalSign.POINT
    is_plain = came.try_cast(AMOUNT).notnull() if sign is DecimalSign.POINT else came.re_search(_PLAIN_WHOLE)
    narrow = unwrap(came).translate(WIDE, NARROW).lower().re_replace(f"[{BLANK}]+", " ").replace('"', "").re_replace(_ENDING_DASH, "")
    return ibis.ifelse(is_plain | came.isnull(), ibis.null("string"), narrow)


def normal(bare: ir.StringValue, decimal: DecimalSign | None) -> ir.StringValue:
    """The second step of ``strip``: the parts of the written amount, put together in the one way that readers know."""
    sign = decimal or DecimalSign.POINT
    pattern = _WRITTEN[sign]
    opened, first, before, inside, second, body, after, last, closed = (bare.re_extract(pattern, group) for group in range(1, 10))
    brackets = opened.concat(inside)
    minuses = first.concat(second, last, brackets).re_replace(r"\+", "")
    digits = body.re_replace(_GROUPING[sign], "")
    if sign is DecimalSign.COMMA:
        digits = digits.replace(",", ".")
    mark_after = after.re_replace(" ", "")
    multiple = mark_after.re_extract(r"^([百千十]?[万萬]|千|[亿億]|k\z)", 1)
    power = multiple.cases(*_MULTIPLES.items(), ("k", "e3"), else_="")
    marks = ibis.literal(" ").concat(before.re_replace(" ", ""), "|", mark_after.substr(multiple.length()))
    amount = ibis.ifelse(minuses == "", "#", "#-").concat(digits, power, ibis.ifelse(marks == " |", "", marks))
    is_one = bare.re_search(pattern) & (minuses.length() <= 1) & ((brackets == "") == (closed == ""))
    is_one &= (multiple == "") | ~digits.contains("e")
    return ibis.cases((bare.isnull(), ibis.null("string")), (is_one, amount), else_=bare)


def number(cells: Cells) -> ir.DecimalValue:
    """A plain number as decimal(18, 4); it may say what it counts (3件, 2 pcs), but no currency."""
    marks = _marks(cells.bare).re_replace(rf"\|(?:{_COUNTED.replace('.', '[.]')})\z", "|")
    return ibis.ifelse(marks.isnull() | (marks == "|"), _amount(cells, Decimal(1)), ibis.null(AMOUNT))


def money(cells: Cells, unit: MoneyUnit = MoneyUnit.YUAN) -> ir.DecimalValue:
    """An amount in whole units of its currency (元), as decimal(18, 4); see ``named_currencies`` for which one.

    Args:
        cells: such as ``1,234.50``, ``¥12.00``, ``12元``, ``1.2万``, ``(12.00)``, ``USD 5`` or ``499.00（系统计算中）``.
        unit: what the column counts: yuan, ten thousand yuan or fen.
    """
    is_known = _marks(cells.bare).isin(["|", ""]).fill_null(ibis.literal(value=True)) | named_currencies(cells).notnull()
    return ibis.ifelse(is_known, _amount(cells, _UNIT_FACTOR[unit]), ibis.null(AMOUNT))


def named_currencies(cells: Cells) -> ir.StringValue:
    """The currencies that the marks of a cell may mean, as ``|CNY|JPY|``; null where it has no marks, or none that agree."""
    marks = _marks(cells.bare)
    before, after = marks.re_extract(r"^([^|]*)\|", 1), marks.re_extract(r"\|([^|]*)\z", 1)
    first, last = meanings(before), meanings(after)
    return ibis.cases(
        (marks.isnull(), ibis.null("string")),
        (after == "", first),
        (before == "", last),
        (first.contains(last), last),
        (last.contains(first), first),
    )


def _marks(bare: ir.StringValue) -> ir.StringValue:
    """``before|after`` of a written amount; null where the cell is a plain number or none at all."""
    return ibis.ifelse(bare.re_search(_CANONICAL), bare.re_extract(_CANONICAL, 3).re_replace("^ ", ""), ibis.null("string")).nullif("")


def _amount(cells: Cells, factor: Decimal) -> ir.DecimalValue:
    bare = cells.bare
    written = bare.re_extract(_CANONICAL, 1).concat(bare.re_extract(_CANONICAL, 2))
    digits = ibis.cases((bare.isnull(), cells.came), (bare.re_search(_CANONICAL), written))
    if factor == 1:
        return digits.try_cast(AMOUNT)
    return (digits.try_cast(_BEFORE_SCALING) * ibis.literal(str(factor)).cast(_FACTOR)).try_cast(AMOUNT)


