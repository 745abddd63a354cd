"""Which accounts do points move between, by what kinds of transactions, and what may become of a lot, a hold or a merge?"""

from __future__ import annotations

from enum import StrEnum


class PointsAccount(StrEnum):
    """Where points are: four accounts of the program, and four of each member."""

    ISSUED = "issued"
    """Of the program: what was granted for orders and bonuses comes from here, and goes back when it is refunded."""
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    ADJUSTED = "adjusted"
    """Of the program: what people gave or took by hand, opening balances included."""
    AVAILABLE = "available"
    """Of a member: can be spent."""
    PENDING = "pending"
    """Of a member: earned, and can be spent from a later day on."""
    HELD = "held"
    """Of a member: reserved for a cart."""
    OWED = "owed"
    """Of a member: taken back after they were spent; the next points pay for it."""


OF_MEMBERS = (PointsAccount.AVAILABLE, PointsAccount.PENDING, PointsAccount.HELD, PointsAccount.OWED)
"""Accounts that every member has; the others are of the program."""


class PointsKind(StrEnum):
    """What a transaction of the ledger does. It is never changed or deleted; a wrong one is corrected by another that names it."""

    EARN = "earn"
    BONUS = "bonus"
    RELEASE = "release"
    """Pending points become available."""
    HOLD = "hold"
    UNHOLD = "unhold"
    """A hold is given up, or its time is over."""
    REDEEM = "redeem"
    REDEEM_UNDO = "redeem_undo"
    REFUND = "refund"
    REFUND_UNDO = "refund_undo"
    EXPIRE = "expire"
    ADJUST = "adjust"
    MERGE = "merge"
    UNMERGE = "unmerge"
    DEBT_PAID = "debt_paid"


class MemberStatus(StrEnum):
    """What has become of a member."""

    ACTIVE = "active"
    MERGED = "merged"
    """Another member holds its points now."""
    ERASED = "erased"
    """Nobody knows whose it was; its points stay in every sum."""


class LotBucket(StrEnum):
    """Whether the points of a lot can be spent."""

    PENDING = "pending"
    AVAILABLE = "available"


class HoldStatus(StrEnum):
    """What has become of points that were reserved for a cart."""

    OPEN = "open"
    REDEEMED = "redeemed"
    RELEASED = "released"


class RequestStatus(StrEnum):
    """What has become of a merge or an adjustment that somebody proposed."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    UNDONE = "undone"
    """Of a merge: both members are two again."""
