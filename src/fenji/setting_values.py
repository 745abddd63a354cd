"""What may stand in a setting? Kinds of values, each refused in words that say what to write instead."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from ipaddress import ip_network
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field

from fenji.errors import unknown_name
from fenji.language import message as _
from fenji.validation import Objection


@dataclass(frozen=True)
class About:
    """What people read about a setting."""

    help: str
    why: str
    """Why it exists and why its default is what it is."""
    unit: str = ""
    example: str = ""
    """As TOML; shown where there is no default."""


@cache
def known_zones() -> frozenset[str]:
    """The IANA zones of this machine; looked up once, because that walks through hundreds of files."""
    return frozenset(available_timezones())


def _zone(name: str) -> str:
    known = known_zones()
    if name not in known:
        raise Objection.of(unknown_name(_("time zone"), name, known))
    return name


def _currency(code: str) -> str:
    if not re.fullmatch("[A-Z]{3}", code):
        raise Objection(_("'{code}' is not a currency code; write three capital letters, such as CNY."), code=code)
    return code


def _memory(amount: str) -> str:
    if not re.fullmatch(r"[1-9][0-9]{0,5}(\.[0-9]{1,9})?\s*([KMGT]i?B)", amount):
        raise Objection(_("'{amount}' is not an amount of memory; write 12GB or 800MB."), amount=amount)
    return amount


def _month(month: str) -> str:
    if not re.fullmatch("[12][0-9]{3}-(0[1-9]|1[0-2])", month):
        raise Objection(_("'{month}' is not a month; write it as 2026-01."), month=month)
    return month


def _database(url: str) -> str:
    # The URL is not repeated: it may hold a password.
    if not re.match(r"sqlite:///.|postgresql(\+psycopg)?://.", url):
        raise Objection(_("the database URL must begin with sqlite:/// or postgresql://."))
    return url


def _smtp(url: str) -> str:
    # The URL is not repeated: somebody may have written a password into it.
    if not re.fullmatch(r"smtps?://[^\s/@:?#]+(:[0-9]{1,5})?", url):
        raise Objection(_("the mail server must be smtp://host:port or smtps://host:port, without user and password."))
    return url


def _mail_address(address: str) -> str:
    if not address.isascii() or not re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;]+", address):
        raise Objection(_("this is not an e-mail address."))
    return address


def _networks(networks: tuple[str, ...]) -> tuple[str, ...]:
    for each in networks:
        try:
            ip_network(each, strict=False)
        except ValueError:
            raise Objection(_("'{network}' is not a network; write 10.1.2.0/24 or one address."), network=each) from None
    return networks


def _once_each(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


Zone = Annotated[str, AfterValidator(_zone)]
Memory = Annotated[str, AfterValidator(_memory)]
DatabaseUrl = Annotated[str, AfterValidator(_database)]
MailServerUrl = Annotated[str, AfterValidator(_smtp)]
MailAddress = Annotated[str, AfterValidator(_mail_address)]
Networks = Annotated[tuple[str, ...], AfterValidator(_networks)]
Currency = Annotated[str, AfterValidator(_currency)]
Month = Annotated[str, AfterValidator(_month)]
Rate = Annotated[Decimal, Field(gt=0)]
Identifier = Literal["phone", "email", "union_id"]
Identifiers = Annotated[tuple[Identifier, ...], AfterValidator(_once_each)]
