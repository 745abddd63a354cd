"""How is a customer reached and called, and how much of that may be shown? Kinds of contact points, and values with their middle hidden."""

from __future__ import annotations

import re
from enum import StrEnum

_PHONE = re.compile(r"^\+?[0-9]{7,15}$")
_ENDS = (3, 4)
"""Digits of a phone that stay readable: the network's and the last ones."""


class ContactKind(StrEnum):
    """By what a customer is known; the kinds of clean.contact_point."""

    PHONE = "phone"
    EMAIL = "email"
    NAME = "name"


def masked(value: str) -> str:
    """A phone, an e-mail or an id that is one, with its middle hidden; every other text as it is.

    >>> masked("+8613900000002"), masked("zhang@example.com"), masked("phone:+8613900000002"), masked("C1001")
    ('139****0002', 'z***@example.com', 'phone:139****0002', 'C1001')
    """
    prefix, colon, rest = value.rpartition(":")
    if colon:
        return f"{prefix}:{masked(rest)}"
    if "@" in value:
        name, _at, place = value.partition("@")
        return f"{name[:1]}***@{place}"
    if _PHONE.match(value):
        digits = re.sub(r"^\+86(?=1[3-9])", "", value)
        first, last = _ENDS
        return f"{digits[:first]}****{digits[-last:]}"
    return value


def masked_name(name: str) -> str:
    """A name of which only the first letter stays readable.

    >>> masked_name("张三"), masked_name("Ann Lee")
    ('张*', 'A*')
    """
    return f"{name[:1]}*"
