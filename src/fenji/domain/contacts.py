"""How is a customer reached and called, and how much of that may be shown? Kinds of contact points, and values with their middle hidden."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

UNTOLD = "***"
"""What stands in the place of a text of which nothing may be shown."""

_ENDS = (3, 4)
"""Digits of a phone that stay readable: the network's and the last ones."""
_LONGEST_NAME = 2
"""Characters of a name of which only the first is shown; of a longer one the last is shown too."""

_NUMBER = re.compile(r"\+?[0-9]{7,19}[Xx]?")
"""What a phone or a number of a person is once the signs between its digits are gone."""
_BETWEEN = re.compile(r"[\s()（）‐-―－-]+")
"""What people write between the digits of a phone."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?!\d)")
_EMAIL = re.compile(r"(?P<first>[^\s@<>\"'(),;:，；：（）【】/=])[^\s@<>\"'(),;:，；：（）【】/=]*@(?P<place>[\w.-]+)")
_PHONES_IN_TEXT = re.compile(
    r"""
    (?<![0-9])(?<![0-9]\.)(?:
      (?:\+?86[ -]?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}  # a mobile number
    | \+[0-9][0-9 ()-]{6,18}[0-9]                           # with the code of its country
    | 0[0-9]{2,3}-[0-9]{7,8}                                # with that of its town
    | [1-9][0-9]{16}[0-9Xx]                                 # the number of an identity card
    )(?![0-9])
    """,
    re.VERBOSE,
)


class ContactKind(StrEnum):
    """By what a customer is known; the kinds of clean.contact_point."""

    PHONE = "phone"
    EMAIL = "email"
    NAME = "name"


def masked(value: str) -> str:
    """A phone, an e-mail, an id that is one, or a text in which they stand, with their middle hidden; every other text as it is.

    A whole text that is nothing but 7 to 19 digits counts as a phone, however it is written; within a longer text only what is a mobile
    number, a phone with its code, the number of an identity card, or an e-mail. Days stay.

    >>> masked("+8613900000002"), masked("zhang@example.com"), masked("phone:+8613900000002"), masked("C1001")
    ('139****0002', 'z***@example.com', 'phone:139****0002', 'C1001')
    >>> masked("call 139 0000 0002 on 2026-06-30"), masked("(020) 7946-0958")
    ('call 139****0002 on 2026-06-30', '020****0958')
    """
    if not value.isascii():
        value = _with_plain_digits(value)
    prefix, colon, rest = value.rpartition(":")
    if colon and _is_number(rest):
        return f"{masked(prefix)}:{_ends(rest)}"
    if _is_number(value):
        return _ends(value)
    found = _EMAIL.sub(r"\g<first>***@\g<place>", value) if "@" in value else value
    return _PHONES_IN_TEXT.sub(lambda each: _ends(each[0]), found)


def masked_name(name: str) -> str:
    """A name of which only the first character stays readable, and of a longer Chinese one the last.

    >>> masked_name("张三"), masked_name("王小明"), masked_name("Ann Lee"), masked_name(" ")
    ('张*', '王*明', 'A*', '*')
    """
    text = name.strip()
    last = text[-1:] if len(text) > _LONGEST_NAME and not text.isascii() else ""
    return f"{text[:1]}*{last}"


def masked_id(value: str) -> str:
    """An id of a customer: as ``masked``, and one that is plainly a name, without any digit and with Chinese characters or a blank, as a name.

    >>> masked_id("13900000002"), masked_id("M1001"), masked_id("王小明"), masked_id("Ann Lee"), masked_id("guest")
    ('139****0002', 'M1001', '王*明', 'A*', 'guest')
    """
    found = masked(value)
    is_name = found == value and not any(each.isdigit() for each in value) and (not value.isascii() or " " in value.strip())
    return masked_name(value) if is_name else found


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(_BETWEEN.sub("", text)) is not None and _DAY.match(text) is None


def _ends(number: str) -> str:
    digits = re.sub(r"^(?:\+86|86)(?=1[3-9][0-9]{9}$)", "", _BETWEEN.sub("", number))
    first, last = _ENDS
    return f"{digits[:first]}****{digits[-last:]}"


def _with_plain_digits(text: str) -> str:
    """The text with digits of other scripts, and full-width signs of a phone or an e-mail, as ASCII."""
    return "".join(
        str(unicodedata.digit(each)) if each.isdecimal() else "@" if each == "＠" else "+" if each == "＋" else each
        for each in text
    )
