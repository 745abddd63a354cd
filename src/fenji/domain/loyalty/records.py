"""Who holds which points, and since when? Frozen records of the ledger: each a state at one moment, never changed in place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from fenji.domain.loyalty.kinds import HoldStatus, LotBucket, MemberStatus, PointsAccount, PointsKind, RequestStatus


@dataclass(frozen=True)
class Member:
    """One account of a program; points are whole numbers of its smallest unit."""

    member_id: int
    program: str
    status: MemberStatus
    held_by_member_id: int | None
    """Who holds its points since a merge; None: itself."""
    available: int
    pending: int
    held: int
    owed: int
    qualifying_total: int
    """Qualifying points earned and not refunded, of all members whose points it holds."""
    waiting_cents: int
    """Money of its own orders that waits for the next one, where a remainder is carried; below zero after a refund."""
    version: int
    """Counts every operation on it."""
    card: str | None = None


@dataclass(frozen=True)
class MemberId:
    """For which member an id of the company earns."""

    program: str
    source: str
    """Id space of the id, as in clean.identity."""
    customer_id: str
    member_id: int


@dataclass(frozen=True)
class Lot:
    """Points that were granted together and can be spent until one day."""

    lot_id: int
    """Counts up; below zero while it is not written yet."""
    member_id: int
    """Who holds it."""
    origin_member_id: int
    """For whom it was granted, and who gets it back when a merge is undone."""
    transaction_id: str
    earned_on: date
    granted: int
    remaining: int
    """What is neither spent, expired, taken back nor held."""
    held: int
    expired: int
    qualifying: int
    """Qualifying points that came with it where no order earned it, such as an opening balance."""
    bucket: LotBucket
    available_on: date
    expires_on: date | None
    """The last local day on which it can be spent; None: never over."""
    source: str | None = None
    order_id: str | None = None
    bonus: str = ""
    """Name of the extra that it was granted for; empty: the order itself."""

    @property
    def order(self) -> OrderKey | None:
        """The order that earned it."""
        return None if self.source is None or self.order_id is None else OrderKey(self.source, self.order_id, self.bonus)

    def is_valid_on(self, day: date) -> bool:
        """Whether its last day is not over."""
        return self.expires_on is None or day <= self.expires_on


@dataclass(frozen=True)
class Debt:
    """Points that were taken back after they were spent."""

    debt_id: int
    """Counts up; below zero while it is not written yet."""
    member_id: int
    origin_member_id: int
    transaction_id: str
    owed: int
    remaining: int


@dataclass(frozen=True, order=True)
class OrderKey:
    """One order, or one extra of it."""

    source: str
    order_id: str
    bonus: str = ""


@dataclass(frozen=True)
class OrderEarning:
    """What an order has earned, and by what; the memory that refunds need."""

    key: OrderKey
    member_id: int | None
    """Whose purchase it is; None: only a refund has come so far."""
    ordered_on: date | None
    gross_cents: int
    refunded_cents: int
    """By single refunds."""
    returned_cents: int
    """As a file says it. A refund that was posted also arrives in a file, so that the larger of both counts."""
    carried_cents: int
    """Money that came from, or was left to, the member's other orders, where a remainder is carried."""
    multiplier: int
    """In thousandths; never changes once it is posted."""
    most_points: int | None
    """The limit of an extra."""
    rules_version: int
    points_now: int
    qualifying_now: int = 0
    version: int = 0
    """Counts what was posted for it."""

    @property
    def net_cents(self) -> int:
        """What is left of the order."""
        return max(0, self.gross_cents - max(self.refunded_cents, self.returned_cents))


@dataclass(frozen=True)
class Transfer:
    """One movement of points: one debit, one credit."""

    debit: PointsAccount
    debit_member_id: int | None
    credit: PointsAccount
    credit_member_id: int | None
    points: int
    lot_id: int | None = None
    debt_id: int | None = None
    from_lot_id: int | None = None
    """The lot that was drawn from, where its points come back as a lot of their own."""


@dataclass(frozen=True)
class Draw:
    """Points that a redemption or hold takes from one lot."""

    lot_id: int
    points: int


@dataclass(frozen=True)
class Hold:
    """Points reserved for a cart."""

    hold_id: str
    """The transaction that made it."""
    member_id: int
    points: int
    until_at: datetime
    status: HoldStatus
    draws: tuple[Draw, ...]


@dataclass(frozen=True)
class LedgerTransaction:
    """One thing that happened to a member's points."""

    transaction_id: str
    program: str
    kind: PointsKind
    business_key: str
    """The same for the same thing, however often it is told; kept for ever."""
    fingerprint: str
    """SHA-256 of what was asked."""
    member_id: int | None
    occurred_on: date
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    reason: str | None
    order: OrderKey | None
    rules_version: int | None
    reverses_id: str | None


@dataclass(frozen=True)
class MemberMerge:
    """Two members that are, or might be, one person."""

    number: int
    program: str
    from_member_id: int
    into_member_id: int
    rule: str
    """What ties them together: a rule of clean.identity, or ``person``."""
    proposed_by: str
    status: RequestStatus
    proposed_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True)
class AdjustmentRequest:
    """Points that somebody would give or take by hand, if somebody else approves."""

    number: int
    program: str
    member_id: int
    points: int
    reason: str
    note: str
    business_key: str
    proposed_by: str
    status: RequestStatus
    proposed_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    transaction_id: str | None = None
