"""What does an operation find, and what would it write? The records between those who decide (act) and those who store (state)."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from fenji.domain.loyalty.kinds import PointsKind
from fenji.domain.loyalty.records import Debt, Draw, Hold, LedgerTransaction, Lot, Member, OrderEarning, OrderKey, Transfer

NAMESPACE = uuid.UUID("0d8f6a9c-35f4-5c1e-8d55-7c5b0f2b8a61")
"""Under it ids of transactions are made; never changed, because others know a transaction by its id."""


_OWN_KEYS = frozenset(
    {
        *(each.value for each in PointsKind if each not in {PointsKind.REDEEM, PointsKind.HOLD, PointsKind.ADJUST}),
        *("opening", "voucher", "referral"),
    }
)
"""Words before the first colon of business keys that nobody else may give: an order could not be posted under a key that is taken."""


def is_own_key(business_key: str) -> bool:
    """Whether a business key has the form of those that fenji gives itself.

    >>> is_own_key("earn:till:7"), is_own_key("till-7-1234"), is_own_key("redeem:7")
    (True, False, False)
    """
    word, colon, _rest = business_key.partition(":")
    return bool(colon) and word in _OWN_KEYS


def transaction_id_of(program: str, business_key: str) -> str:
    """The id of a transaction: the same for the same business key.

    >>> transaction_id_of("points", "earn:till:7")
    '12d08544-a3b4-5ba1-89bb-a3dc26edd448'
    """
    return str(uuid.uuid5(NAMESPACE, f"{program}\n{business_key}"))


def fingerprint_of(**asked: object) -> str:
    """SHA-256 of what was asked, in one canonical form."""
    text = json.dumps(asked, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True)
class Drawn:
    """An operation that looks at few of a member's lots: those that are due or over on a day, and the first ones that its points reach.

    Where an order that it asks for is known already, it may take back as much as that has earned; by an operation without a day, from any lot.
    """

    points: int
    on: date | None
    """None: nothing becomes available or expires by it."""


@dataclass(frozen=True)
class Wanted:
    """What an operation needs to see, and whom it may change."""

    member_ids: frozenset[int] = frozenset()
    """Members by their own ids; those who hold their points are found and locked with them."""
    orders: frozenset[OrderKey] = frozenset()
    """Their earnings and lots, also those that are spent, and their members."""
    reversed_id: str | None = None
    """A transaction whose draws are asked for, with their lots and whoever holds these."""
    hold_id: str | None = None
    with_merged: bool = False
    """Also the members whose points these hold."""
    business_keys: Mapping[str, str] = field(default_factory=dict)
    """Business key: fingerprint."""
    draws: Drawn | None = None
    """Which lots of the members are asked for; None: all with anything left."""


@dataclass(frozen=True)
class Accounts:
    """What was found, locked until the transaction ends."""

    program: str
    members: Mapping[int, Member]
    lots: tuple[Lot, ...]
    """With anything left as far as they are asked for, those of the orders asked for, and those that the reversed transaction drew from."""
    debts: tuple[Debt, ...]
    """With anything left."""
    orders: Mapping[OrderKey, OrderEarning]
    holds: tuple[Hold, ...]
    """Open ones of these members, and the one asked for."""
    reversed: LedgerTransaction | None = None
    draws: tuple[Draw, ...] = ()
    """Of the reversed transaction, in their order; what was put back already is taken off."""
    origin_qualifying: Mapping[int, int] = field(default_factory=dict)
    """Qualifying points by the member for whom they were granted, where members are merged or unmerged."""
    existing: Mapping[str, LedgerTransaction] = field(default_factory=dict)
    """What was posted already under business keys among those asked for."""

    def holder_of(self, member_id: int) -> int:
        """Who holds a member's points."""
        member = self.members[member_id]
        return member_id if member.held_by_member_id is None else self.holder_of(member.held_by_member_id)


@dataclass(frozen=True)
class Posting:
    """One transaction that is to be written, with its transfers."""

    kind: PointsKind
    business_key: str
    transaction_id: str
    fingerprint: str
    member_id: int | None
    occurred_on: date
    transfers: tuple[Transfer, ...] = ()
    reason: str | None = None
    order: OrderKey | None = None
    rules_version: int | None = None
    reverses_id: str | None = None
    qualifying_points: int = 0
    """How many more, or fewer, count for a tier of its member."""


@dataclass(frozen=True)
class Moved:
    """Lots, debts and holds that change hands as a whole, those that are spent included."""

    origin_member_ids: frozenset[int]
    into_member_id: int


@dataclass(frozen=True)
class Outcome:
    """What came of an operation."""

    transactions: tuple[LedgerTransaction, ...]
    """Under the business keys that were asked for."""
    transfers: Mapping[str, tuple[Transfer, ...]]
    """Of each of them."""
    is_existing: bool
    """All of it had been posted before; this is the first result."""


@dataclass(frozen=True)
class Changes:
    """What is to be written, all of it or nothing."""

    postings: tuple[Posting, ...] = ()
    lots: tuple[Lot, ...] = ()
    """New (``lot_id`` below zero) or as they are afterwards."""
    debts: tuple[Debt, ...] = ()
    orders: tuple[OrderEarning, ...] = ()
    holds: tuple[Hold, ...] = ()
    members: tuple[Member, ...] = ()
    """With another holder, status, qualifying total or waiting money; balances follow from the transfers."""
    moved: tuple[Moved, ...] = ()
