"""What does a column header mean? One spelling for all its variants, and the field of ours that it names.

Not: what the cells hold; a header's meaning is confirmed or vetoed by its cells in ``mapping.py``.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from fenji.collect.header_languages import LANGUAGES
from fenji.collect.header_names import NAMES, PARTS, UNUSED, Names
from fenji.domain.feeds import Feed
from fenji.domain.sources import MoneyUnit


class Confidence(StrEnum):
    """How sure we are that a column fills a field, best first."""

    SURE = "sure"
    LIKELY = "likely"
    GUESS = "guess"

    @property
    def order(self) -> int:
        """0 for sure, 1 for likely, 2 for guess."""
        return list(Confidence).index(self)


@dataclass(frozen=True)
class Match:
    """A header that is known by name: the field that it fills in a feed."""

    field: str
    confidence: Confidence
    rank: int
    """Place in the field's list of names: where a table has several of them, the smallest is preferred."""


_INVISIBLE = re.compile("[\\s\ufeff\u200b\u200c\u200d\u2060\u00ad]+")
_BRACKETS = str.maketrans("[{【〔［｛〈《]}】〕］｝〉》", "((((((((" + "))))))))")
_YUAN_OR_PIECES = re.compile(r"\((?:元|人民币|rmb|cny|¥|人民币元|件|个|单位:元|单位:件)\)")
_OTHER_UNIT = re.compile(
    r"\((?:单位:)?(亿元|百万元|万元|千元|亿|万|千|分|fen|cents?|wanyuan|thousands?|millions?)(?:[,/;，、].*)?\)|[/_](亿元|百万元|万元|千元|元|分|fen|cents?|yuan)$|(?<=[额款价费入])(亿元|百万元|万元|千元)$"
)
_SAID_UNIT = re.compile(r"(亿元|百万元|万元|千元)|\bin (thousands|millions)\b")
_NUMBERING = re.compile(r"^q?\d{1,3}[、.．]")
_HUMP = re.compile(r"(?<=[a-z])(?=(?:Fen|Cents?|Yuan)$)")
_PUNCTUATION = re.compile(r"[_\-.:;*#'\"`?!,、。]+")
_UNITS = {
    "万元": MoneyUnit.WAN_YUAN,
    "万": MoneyUnit.WAN_YUAN,
    "wanyuan": MoneyUnit.WAN_YUAN,
    "千元": MoneyUnit.THOUSAND,
    "千": MoneyUnit.THOUSAND,
    "thousand": MoneyUnit.THOUSAND,
    "thousands": MoneyUnit.THOUSAND,
    "百万元": MoneyUnit.MILLION,
    "million": MoneyUnit.MILLION,
    "millions": MoneyUnit.MILLION,
    "亿元": MoneyUnit.HUNDRED_MILLION,
    "亿": MoneyUnit.HUNDRED_MILLION,
    "元": MoneyUnit.YUAN,
    "yuan": MoneyUnit.YUAN,
}


def normalise_header(text: str) -> str:
    r"""One spelling for the variants of a header.

    Full-width forms become half-width, brackets round; spaces, tabs, BOM and zero-width characters, ``(元)`` and ``(件)`` go; letters
    become small. Headers that normalise alike are the same column.

    >>> normalise_header("\ufeff用户实付金额（元）\t")
    '用户实付金额'
    >>> normalise_header("Customer ID")
    'customerid'
    """
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).casefold().translate(_BRACKETS)
    return _YUAN_OR_PIECES.sub("", plain)


def lookup_key(text: str) -> str:
    """The form in which names stand in our tables: normalised, without punctuation, numbering and any unit of money.

    >>> lookup_key("Order_ID"), lookup_key("销售额（万元）"), lookup_key("*客户名称")
    ('orderid', '销售额', '客户名称')
    """
    plain = _OTHER_UNIT.sub("", _NUMBERING.sub("", normalise_header(_parted(text))))
    return _PUNCTUATION.sub("", plain) or plain


def money_unit(text: str) -> MoneyUnit:
    """The unit of money that a header names; yuan where it names none.

    >>> money_unit("年销售额(万元)"), money_unit("payAmountFen")
    (<MoneyUnit.WAN_YUAN: 'wan_yuan'>, <MoneyUnit.FEN: 'fen'>)
    """
    found = _OTHER_UNIT.search(normalise_header(_parted(text)))
    unit = next((group for group in found.groups() if group), "") if found else ""
    return _UNITS.get(unit, MoneyUnit.FEN) if unit else MoneyUnit.YUAN


def unit_said(text: str) -> MoneyUnit:
    """The unit of money that a line of text says anywhere, such as 单位：万元 above a table; yuan where it says none.

    >>> unit_said("2026年客户销售台账（单位：万元）"), unit_said("amounts in thousands")
    (<MoneyUnit.WAN_YUAN: 'wan_yuan'>, <MoneyUnit.THOUSAND: 'thousand'>)
    """
    found = _SAID_UNIT.search(text.casefold())
    return _UNITS[next(group for group in found.groups() if group)] if found else MoneyUnit.YUAN


def is_known_header(text: str) -> bool:
    """Whether the text is a header that exports are known to carry, whether or not it fills a field of ours."""
    return lookup_key(text) in _known()


def is_part_header(text: str) -> bool:
    """Whether the column says which file or sheet a row first came from."""
    return lookup_key(text) in PARTS.split()


def matches_for(header: str, feed: Feed) -> tuple[Match, ...]:
    """Every field of the feed that the header may name, best first."""
    return _index()[feed].get(lookup_key(header), ())


def _parted(text: str) -> str:
    """The unit at the end of a name in camel case set apart, before small letters hide it."""
    return _HUMP.sub("_", text.strip())


@cache
def _known() -> frozenset[str]:
    known = {key for names in _index().values() for key in names}
    # One-word headers such as id or name are words of ordinary text too, but so rare in a row of cells that they may count.
    return frozenset(known | {lookup_key(name) for name in (*UNUSED.split(), *PARTS.split())})


@cache
def _index() -> dict[Feed, dict[str, tuple[Match, ...]]]:
    index: dict[Feed, dict[str, list[Match]]] = {feed: {} for feed in NAMES}
    for feed, fields in NAMES.items():
        for field, names in fields.items():
            rank = 0
            foreign = LANGUAGES.get(feed, {}).get(field, Names())
            for confidence in Confidence:
                for name in f"{getattr(names, confidence.value)} {getattr(foreign, confidence.value)}".split():
                    index[feed].setdefault(lookup_key(name), []).append(Match(field, confidence, rank))
                    rank += 1
    return {
        feed: {key: tuple(sorted(found, key=lambda match: (match.confidence.order, match.rank))) for key, found in names.items()}
        for feed, names in index.items()
    }
