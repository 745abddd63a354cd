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

_PLAIN_WHOLE = r"^[+-]?[0-9]+\z"


def _body(decimal: str, group: str) -> str:
    """A number without its sign; a grouped one does not begin with 0, since 0,123 is a fraction."""
    fraction = rf"(?:{decimal}[0-9]*)?"
    return (
        rf"[1-9][0-9]{{0,2}}(?:{group}[0-9]{{3}})+{fraction}"
        rf"|[1-9][0-9]?(?:{group}[0-9]{{2}})+{group}[0-9]{{3}}{fraction}"
        rf"|[1-9][0-9]{{0,2}}(?: [0-9]{{3}})+{fraction}|[1-9][0-9]{{0,2}}(?:['_][0-9]{{3}})+{fraction}"
        rf"|[0-9]+{fraction}|{decimal}[0-9]+"
    )


_NOT_IN_MARK = r"0-9+\-()|.,'_% "
_MARK_BEFORE = rf"((?:[a-zа-я]{{1,4}}/?\. ?)|(?:[^{_NOT_IN_MARK}]{{1,6}} ?){{0,2}})"
_MARK_AFTER = rf"((?:(?: ?[^{_NOT_IN_MARK}]{{1,6}}){{1,2}}\.?)?)"
_REMARK = r"(?: ?\([^0-9](?s:.*))?"
_ENDING_DASH = r"[.,] ?-{1,2}"
"""12.- and 12,-- say that there are no cents."""

_WRITTEN = {
    sign: rf"^(\(?)([+-]?) ?{_MARK_BEFORE}(\(?[+-]?) ?({_body(decimal, group)}) ?(e[+-]?[0-9]{{1,2}}|k\b)? ?{_MARK_AFTER} ?(-?)(\)?){_REMARK}\z"
    for sign, decimal, group in ((DecimalSign.POINT, r"\.", ","), (DecimalSign.COMMA, ",", r"\."))
}
_PREFIX = r"^((?:[^0-9.]*[a-zа-я]/?\. ?)?[^0-9.,]*)"
_DIGITS_AND_SIGNS = r"^([0-9.,'_ ]*[0-9][.,]?)"
_POWER = r"^(?:[0-9.,'_ ]*[0-9][.,]?)?( ?e[+-]?[0-9]{1,2}| ?k\b)"
_GROUPING = {DecimalSign.POINT: "[,'_ ]", DecimalSign.COMMA: "[.'_ ]"}

_MARKED = r"^#[0-9.e+-]+ ([^|]*)\|([^|]*)\z"
_UNDERSTOOD = r"^(#[0-9.e+-]+) ([^/]*)/([^/]*)\z"
_CANONICAL = r"^#(-?[0-9.]+(?:e[+-]?[0-9]{1,2})?) (|[=?]|\|[|A-Z]+\|)\z"
_COUNTING = r"^#[^ ]+ =?\z"

_MULTIPLES = (
    ("百万", "e6"),
    ("千万", "e7"),
    ("十万", "e5"),
    ("千", "e3"),
    ("万", "e4"),
    ("萬", "e4"),
    ("亿", "e8"),
    ("億", "e8"),
)
_COUNTED = "^(?:件|个|個|只|份|台|套|双|条|本|张|瓶|盒|箱|袋|包|支|杯|次|单|笔|人|位|分|星|颗星|天|晚|pcs|pc|ea|each|piece|pieces|unit|units|stk|stück|szt|times|orders|nights|points|point|stars|star)\\.?$"
"""What numbers count; it changes no number."""


def strip(came: ir.StringValue, decimal: DecimalSign | None) -> ir.StringValue:
    """Amounts and numbers without wrapping, in narrow letters, with 万 and its like as powers of ten; null where they are plain numbers."""
    narrow = (
        unwrap(came).translate(WIDE, NARROW).lower().re_replace(f"[{BLANK}]+", " ").replace('"', "").re_replace(_ENDING_DASH, "")
    )
    for word, power in _MULTIPLES:
        narrow = narrow.replace(word, power)
    return ibis.cases(
        (is_plain(came, decimal) | came.isnull(), ibis.null("string")),
        (~came.re_search("[0-9０-９]"), unwrap(came)),
        else_=narrow,
    )


def is_plain(came: ir.StringValue, decimal: DecimalSign | None) -> ir.BooleanValue:
    """Whether a cell is a number in digits alone, which needs no ``strip``."""
    return came.re_search(_PLAIN_WHOLE) if decimal is DecimalSign.COMMA else came.try_cast(AMOUNT).notnull()


def normal(bare: ir.StringValue, decimal: DecimalSign | None) -> ir.StringValue:
    """The second step of ``strip``: sign and digits with a point, and the marks before and after: ``#-1234.5 us$|usd``; other text as it is."""
    sign = decimal or DecimalSign.POINT
    pattern = _WRITTEN[sign]
    # The pattern only says whether it is a number; its groups would cost ten times as much as these short patterns.
    prefix = bare.re_extract(_PREFIX, 1)
    rest = bare.substr(prefix.length())
    body = rest.re_extract(_DIGITS_AND_SIGNS, 1)
    power = rest.re_extract(_POWER, 1)
    tail = rest.re_replace(_REMARK + r"\z", "").re_replace(_DIGITS_AND_SIGNS, "").re_replace(_POWER, "")
    signs = prefix.concat(tail).re_replace("[^(-]", "")
    digits = body.re_replace(_GROUPING[sign], "")
    if sign is DecimalSign.COMMA:
        digits = digits.replace(",", ".")
    before, after = (part.re_replace(r"[()+ -]", "") for part in (prefix, tail))
    amount = ibis.ifelse(signs == "", "#", "#-").concat(
        digits, power.replace("k", "e3").replace(" ", ""), " ", before, "|", after
    )
    is_one = (signs.length() <= 1) & (signs.contains("(") == tail.contains(")"))
    return ibis.cases((bare.isnull(), ibis.null("string")), (~bare.re_search(pattern), bare), (is_one, amount), else_=bare)


def understood(bare: ir.StringValue) -> ir.StringValue:
    """The third step: the currencies that each mark may mean in its place: ``#-1234.5 |USD|/|USD|``; ``?`` for other marks."""
    before = bare.re_extract(_MARKED, 1).re_replace(" ", "")
    after = bare.re_extract(_MARKED, 2).re_replace(" ", "")
    last = ibis.cases((after == "", ""), (after.re_search(_COUNTED), "="), else_=meanings(after).fill_null("?"))
    first = ibis.ifelse(before == "", "", meanings(before).fill_null("?"))
    return ibis.ifelse(bare.re_search(_MARKED), bare.re_extract(r"^([^ ]+) ", 1).concat(" ", first, "/", last), bare)


def counted(bare: ir.StringValue) -> ir.StringValue:
    """The third step for plain numbers, which no currency stands beside: ``#3 =`` where the mark says what is counted, else ``#3 ?``."""
    marks = bare.re_extract(_MARKED, 1).concat(bare.re_extract(_MARKED, 2)).re_replace(" ", "")
    meaning = ibis.cases((marks == "", ""), (marks.re_search(_COUNTED), "="), else_="?")
    return ibis.ifelse(bare.re_search(_MARKED), bare.re_extract(r"^([^ ]+) ", 1).concat(" ", meaning), bare)


def agreed(bare: ir.StringValue) -> ir.StringValue:
    """The fourth step: what both marks say: ``#-1234.5 |USD|``. $10 USD is in USD, ¥5 USD is nothing."""
    first, last = bare.re_extract(_UNDERSTOOD, 2), bare.re_extract(_UNDERSTOOD, 3)
    meaning = ibis.cases(
        (first == "", last), (last == "", first), (first.contains(last), last), (last.contains(first), first), else_="?"
    )
    return ibis.ifelse(bare.re_search(_UNDERSTOOD), bare.re_extract(_UNDERSTOOD, 1).concat(" ", meaning), bare)


def number(cells: Cells) -> ir.DecimalValue:
    """A plain number as decimal(18, 4); it may say what it counts (3件, 2 pcs), but no currency."""
    return ibis.ifelse(cells.bare.isnull() | cells.bare.re_search(_COUNTING), _amount(cells, Decimal(1)), ibis.null(AMOUNT))


def money(cells: Cells, unit: MoneyUnit = MoneyUnit.YUAN) -> ir.DecimalValue:
    """An amount in whole units of its currency (元), as decimal(18, 4); see ``named_currencies`` for which one.

    Args:
        cells: such as ``1,234.50``, ``¥12.00``, ``12元``, ``1.2万``, ``(12.00)``, ``USD 5`` or ``499.00（系统计算中）``.
        unit: what the column counts: yuan, ten thousand yuan or fen.
    """
    is_understood = cells.bare.isnull() | ~cells.bare.re_search(r" [=?]\z")
    return ibis.ifelse(is_understood, _amount(cells, unit.factor), ibis.null(AMOUNT))


def named_currencies(cells: Cells) -> ir.StringValue:
    """The currencies that the marks of an amount may mean, as ``|CNY|JPY|``; null where it has none."""
    return cells.bare.re_extract(_CANONICAL, 2).nullif("").nullif("=").nullif("?")


def _amount(cells: Cells, factor: Decimal) -> ir.DecimalValue:
    bare = cells.bare
    digits = ibis.cases((bare.isnull(), cells.came), (bare.re_search(_CANONICAL), bare.re_extract(_CANONICAL, 1)))
    if factor == 1:
        return digits.try_cast(AMOUNT)
    return (digits.try_cast(_BEFORE_SCALING) * ibis.literal(str(factor)).cast(_FACTOR)).try_cast(AMOUNT)
