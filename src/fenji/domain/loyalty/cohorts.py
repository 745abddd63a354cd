"""What became of points that were earned in one month, and how do balances of a program move from month to month?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from fenji.domain.loyalty.kinds import PointsAccount


@dataclass(frozen=True)
class Cohort:
    """Points that were earned in one month."""

    month_on: date
    """The first day of the month."""
    granted: int
    """Without what was refunded since."""
    outstanding: int
    redeemed: Mapping[int, int]
    """By age in months: what was redeemed at that age, without what came back."""
    age: int
    """Months from that of earning to that of the answer."""

    def redeemed_by(self, age: int) -> int:
        """What was redeemed up to an age."""
        return sum(points for at, points in self.redeemed.items() if at <= age)


@dataclass(frozen=True)
class AccountMoves:
    """Points that left or reached an account of the program in one month."""

    month_on: date
    account: PointsAccount
    taken: int
    """From the program's account."""
    given: int
    """To it."""


@dataclass(frozen=True)
class FlowMonth:
    """The roll-forward of one month: opening + earned + adjusted - refunded - redeemed + undone - expired = closing."""

    month_on: date
    """The first day of the month."""
    opening: int
    """What members held when it began."""
    earned: int
    """Granted for orders and bonuses."""
    adjusted: int
    """Given less taken by hand, opening balances included."""
    refunded: int
    """Taken back for refunds."""
    redeemed: int
    """Spent."""
    undone: int
    """Spent and come back."""
    expired: int
    """Over, less what was over and refunded."""
    closing: int
    """Available, pending and held points of all members, without what they owe."""
