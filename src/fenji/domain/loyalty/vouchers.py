"""What is a voucher, and what has become of it? Frozen records; the code itself is shown once, and then only its last letters."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from fenji.domain.loyalty.offers import Offer
from fenji.domain.loyalty.records import OrderKey

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Of codes: nothing that looks like something else."""
CODE_LENGTH = 16
"""79 bits: who has a million hashes would still try for centuries."""
SHOWN = 4
"""Letters by which people tell codes apart once they are hidden."""


def plain_code(written: str) -> str:
    """A code as it is hashed, however people write it.

    >>> plain_code(" abcd-efgh 2345-6789 ")
    'ABCDEFGH23456789'
    """
    return "".join(each for each in written.upper() if each.isalnum())


def hash_of(code: str) -> str:
    """What is kept of a code."""
    return hashlib.sha256(plain_code(code).encode()).hexdigest()


def shown_code(code: str) -> str:
    """A code in groups of four letters.

    >>> shown_code("ABCDEFGH23456789")
    'ABCD-EFGH-2345-6789'
    """
    return "-".join(code[begin : begin + 4] for begin in range(0, len(code), 4))


class VoucherState(StrEnum):
    """What can be done with a voucher on a day."""

    NOT_YET = "not_yet"
    """Its first day has not come."""
    ISSUED = "issued"
    """It can be used."""
    RESERVED = "reserved"
    """Every use that it has left is reserved for an order."""
    USED_UP = "used_up"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class UseStatus(StrEnum):
    """What has become of one use."""

    RESERVED = "reserved"
    REDEEMED = "redeemed"
    RELEASED = "released"
    """The order was given up, or its time was over."""
    RETURNED = "returned"
    """The whole order was refunded."""


COUNTING = (UseStatus.RESERVED, UseStatus.REDEEMED)
"""Uses that count against limits."""


@dataclass(frozen=True)
class Basket:
    """An order as far as offers ask about it; amounts before any voucher, in cents."""

    order: OrderKey
    cents: int
    by_category: Mapping[str, int] = field(default_factory=dict)
    """What the lines of each category cost, where that is known."""
    delivery_cents: int = 0
    is_first: bool | None = None
    """Whether the customer has no other order; None: nobody has looked."""


@dataclass(frozen=True)
class Voucher:
    """One code."""

    number: int
    program: str
    offer: str
    document: str
    """Name of the offers.yaml under which it was issued."""
    version: int
    """Its version."""
    last_letters: str
    member_id: int | None
    """Whose it is; None: whoever has the code."""
    uses: int
    """Reserved and redeemed ones."""
    uses_limit: int | None
    valid_from: date
    valid_until: date | None
    """The last local day; None: never over."""
    issued_on: date
    issued_at: datetime
    campaign: str | None
    withdrawn_at: datetime | None = None
    withdrawn_why: str | None = None

    def state_on(self, day: date, *, reserved: int = 0) -> VoucherState:
        """What can be done with it on a day; ``reserved`` is how many of its uses are only reserved."""
        if self.withdrawn_at is not None:
            return VoucherState.WITHDRAWN
        if self.uses_limit is not None and self.uses >= self.uses_limit:
            return VoucherState.RESERVED if reserved else VoucherState.USED_UP
        if self.valid_until is not None and day > self.valid_until:
            return VoucherState.EXPIRED
        return VoucherState.NOT_YET if day < self.valid_from else VoucherState.ISSUED


@dataclass(frozen=True)
class VoucherUse:
    """One use of a voucher for one order."""

    number: int
    voucher_number: int
    offer: str
    order: OrderKey
    member_id: int | None
    """Who used it."""
    status: UseStatus
    discount_cents: int
    cost_cents: int
    """What counts against the budget."""
    used_on: date
    until_at: datetime | None
    """When a reservation ends."""
    at: datetime
    """When it became what it is."""


@dataclass(frozen=True)
class Applied:
    """A voucher that stands on the same order already."""

    offer: Offer
    discount_cents: int


@dataclass(frozen=True)
class Granted:
    """What a voucher takes off an order, and what that costs the company."""

    discount_cents: int
    cost_cents: int


@dataclass(frozen=True)
class OfferCount:
    """How far the limits of an offer are used."""

    offer: str
    issued: int
    reserved: int
    redeemed: int
    cost_cents: int
    """Of reserved and redeemed uses."""
