"""What does the text of one cell say? Every way in which shops and spreadsheets write ids, phones, e-mails and words.

``stripping`` takes the wrapping off; a reader (``text``, ``phone``, ``dates.local_time``, ``amounts.money``, ...) gives the
value, null where the cell is empty or unreadable; ``is_unread`` tells these two apart. Cells that are plainly written keep
their text and skip all patterns: 200 million cells must pass.

Source  the clean-up rules of Chinese shop exports: wrappers, bracket remarks, masked persons
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from fenji.domain.feeds import Cell
from fenji.prepare import nobody

BLANK = " \\t\\r\\n\\x0b\\f\u00a0\u2007\u2009\u200b\u200e\u200f\u202f\u2060\u3000\ufeff"
"""Blanks of every width and marks that nobody sees, for use inside [ ]."""

WIDE = "０１２３４５６７８９（）－−–．＋％：／，Ｅｅ’"
NARROW = "0123456789()---.+%:/,Ee'"

_NOTHING = r"-+|—+|/|(?i:\\N|#N/A|n/a|null|none|nan|nat)|无|暂无|无退款申请"
SAYS_NOTHING = rf"^(?:{_NOTHING})?\z"
_PLAIN_TEXT = rf"^[^{BLANK}'`=\-—/\\#无暂nN](?:(?s:.*)[^{BLANK}])?\z"
_PLAIN_ID = r"^[0-9A-Za-z_-]*[0-9][0-9A-Za-z_-]*\z"
_WRAPPED = r"^=[\"']((?s:.*))[\"']\z"
_EDGES = rf"^[{BLANK}]*['`]?[{BLANK}]*|[{BLANK}]+\z"
_OUTER_BLANKS = rf"^[{BLANK}]+|[{BLANK}]+\z"
_DESTROYED = r"^[0-9](?:\.[0-9]+)?[eE]\+[0-9]{2,3}\z"
_FLOAT_OF_WHOLE = r"^[0-9]+\.0+\z"

_NO_DATE = (
    r"^(?:0000|0001)[-/.年]|^0(?:\.0+)?\z|^(?:1753-01-01|1899-12-3[01]|1900-01-0[01])(?:[ T]00:00(?::00(?:\.0+)?)?)?\z"
    r"|^1970[-/年.]0?1[-/月.]0?1日?[ T]*(?:0?[08]:00(?::00(?:\.0+)?)?)?[ ]*(?:Z|z|[+-][0-9:]*)?\z"
)
"""Where clocks and databases begin to count."""

_PHONE_NOISE = rf"\.0\z|[{BLANK}()\-.–—'=\"]"
_PLAIN_MOBILE = r"^1[3-9][0-9]{9}\z"
_CHINESE_MOBILE = r"^(?:\+?86|0086|0)?(1[3-9][0-9]{9})\z"
_INTERNATIONAL = r"^(?:\+|00)([1-9][0-9]{6,14})\z"
_NATIONAL = r"^(0[1-9][0-9]{8,11}|[2-9][0-9]{6,10})\z"
_EMAIL = r"^[a-z0-9!#$%&'*+/=?^_`{|}~.-]+@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+\z"
_YES = ("1", "y", "yes", "true", "t", "是", "有", "同意", "已同意", "允许", "√", "对", "on")
_NO = ("0", "n", "no", "false", "f", "否", "没有", "不同意", "未同意", "不允许", "×", "x", "off")

_PLAIN = {Cell.TEXT: _PLAIN_TEXT, Cell.ID: _PLAIN_ID, Cell.PHONE: _PLAIN_MOBILE}


@dataclass(frozen=True)
class Cells:
    """A column of cells on its way from text to value."""

    came: ir.StringValue
    """As it came."""
    bare: ir.StringValue
    """Without its wrapping, as ``stripping`` gave it; null where ``came`` is plainly written."""

    @property
    def said(self) -> ir.StringValue:
        """The text without its wrapping, plain or not."""
        return self.bare.fill_null(self.came)


def strip(came: ir.StringValue, kind: Cell) -> ir.StringValue:
    """Text, ids, phones, e-mails and yes or no without blanks, byte-order marks and spreadsheet wrappers; null where it is plain."""
    if kind is Cell.PHONE:
        bare = came.translate(WIDE, NARROW).re_replace(_PHONE_NOISE, "")
    else:
        bare = unwrap(came)
        if kind is Cell.ID:
            bare = bare.translate(WIDE, NARROW)
        elif kind is not Cell.TEXT:
            bare = bare.lower()
    return ibis.ifelse(is_plain(came, kind) | came.isnull(), ibis.null("string"), bare)


def is_plain(came: ir.StringValue, kind: Cell) -> ir.BooleanValue:
    """Whether a cell needs no ``strip``; e-mails and yes or no always do."""
    return came.re_search(_PLAIN[kind]) if kind in _PLAIN else came.isnull()


def unwrap(came: ir.StringValue) -> ir.StringValue:
    """The text without outer blanks, ``="..."`` and a leading apostrophe."""
    trimmed = came.re_replace(_OUTER_BLANKS, "")
    unwrapped = ibis.ifelse(trimmed.re_search(_WRAPPED), trimmed.re_extract(_WRAPPED, 1), trimmed)
    return unwrapped.re_replace(_EDGES, "")


def text(cells: Cells) -> ir.StringValue:
    """The words of a cell; null where it says nothing, as ``-``, ``--``, ``无``, ``null`` and their like do."""
    return ibis.cases(
        (cells.bare.isnull(), cells.came), (cells.bare.re_search(SAYS_NOTHING), ibis.null("string")), else_=cells.bare
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
        (bare.re_search(f"{SAYS_NOTHING}|{_DESTROYED}"), ibis.null("string")),
        else_=bare,
    )


def person_id(cells: Cells) -> ir.StringValue:
    """An id of a person; null where it is masked (``t**8``), since masked ids of strangers are equal, and where it stands for nobody."""
    return ibis.ifelse(
        is_masked(cells) | nobody.is_nobodys_id(cells.said).fill_null(ibis.literal(value=False)),
        ibis.null("string"),
        identifier(cells),
    )


def is_masked(cells: Cells) -> ir.BooleanValue:
    """Whether the platform has put stars in place of a part of the cell; never null."""
    return cells.bare.contains("*").fill_null(ibis.literal(value=False))


def is_destroyed(cells: Cells) -> ir.BooleanValue:
    """Whether a spreadsheet has rounded the id to scientific notation; never null."""
    return cells.bare.re_search(_DESTROYED).fill_null(ibis.literal(value=False))


def phone(cells: Cells) -> ir.StringValue:
    """A phone number by which a person may be known: Chinese mobiles as +86…, others in digits; null where masked or nobody's."""
    bare = cells.bare
    return ibis.cases(
        (nobody.is_nobodys_phone(cells.said), ibis.null("string")),
        (bare.isnull(), ibis.literal("+86").concat(cells.came)),
        (bare.re_search(_CHINESE_MOBILE), ibis.literal("+86").concat(bare.re_extract(_CHINESE_MOBILE, 1))),
        (bare.re_search(_INTERNATIONAL), ibis.literal("+").concat(bare.re_extract(_INTERNATIONAL, 1))),
        (bare.re_search(_NATIONAL), bare),
    )


def email(cells: Cells) -> ir.StringValue:
    """An e-mail address in lower case; null where masked, nobody's or not an address."""
    nothing = cells.bare.contains("*") | nobody.is_nobodys_email(cells.bare)
    return ibis.cases((nothing, ibis.null("string")), (cells.bare.re_search(_EMAIL), cells.bare))


def yes_no(cells: Cells) -> ir.BooleanValue:
    """Yes or no in either language."""
    return ibis.cases((cells.bare.isin(_YES), ibis.literal(value=True)), (cells.bare.isin(_NO), ibis.literal(value=False)))


def says_nothing(cells: Cells, kind: Cell) -> ir.BooleanValue:
    """Whether the cell stands for an empty one: ``--``, 无, a masked or nobody's phone, e-mail or id, or the zero of a clock."""
    said = cells.said
    nothing = said.re_search(f"{SAYS_NOTHING}|{_NO_DATE}" if kind in (Cell.MOMENT, Cell.DAY) else SAYS_NOTHING)
    if kind in (Cell.PHONE, Cell.EMAIL, Cell.ID):
        nothing |= said.contains("*") | nobody.CHECKS[kind](said)
    return nothing


def is_zero_of_clock(cells: Cells) -> ir.BooleanValue:
    """Whether the cell of a moment holds the beginning of a calendar or a clock, such as 0000-00-00; never null."""
    return cells.said.re_search(_NO_DATE).fill_null(ibis.literal(value=False))


def is_unread(cells: Cells, value: ir.Value, kind: Cell) -> ir.BooleanValue:
    """Whether the cell says something that could not be read as what its field holds.

    Args:
        cells: the text as it came and stripped.
        value: what was read from it.
        kind: what the field holds.
    """
    return ibis.cases((value.notnull() | cells.came.isnull(), ibis.literal(value=False)), else_=~says_nothing(cells, kind))
