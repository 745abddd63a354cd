"""How are bonuses granted for vouchers and referrals, and taken back? Each once, under a business key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from fenji.act.book import Book
from fenji.act.orders import Asked
from fenji.act.taking_back import take_back
from fenji.domain.loyalty.changes import Accounts, Changes, Wanted, fingerprint_of, transaction_id_of
from fenji.state.transaction import Transaction
from fenji.workspace.loyalty.operations import Points
from fenji.workspace.loyalty.programs import ProgramVersions


@dataclass(frozen=True)
class Bonuses:
    """Bonuses of a program, inside one transaction of the state."""

    t: Transaction
    program: ProgramVersions
    today: date
    """The workspace's local day."""
    now: datetime
    day_of: Callable[[datetime], date]
    """The workspace's local day of a moment."""

    def grant(self, member_id: int, points: int, on: date, key: str, *, reason: str) -> str:
        """Grants points; they wait and expire as earned ones do.

        Returns:
            The id of the transaction.
        """
        Points(self.t, self.program, self.today, self.now, self.day_of).bonus(member_id, points, on, key, reason=reason)
        return transaction_id_of(self.program.slug, key)

    def take_back(self, member_id: int, points: int, key: str, *, reason: str) -> None:
        """Takes back what was granted under a key, once: from its own lot first, also where that still waits."""
        granted_id = transaction_id_of(self.program.slug, key)
        asked = Asked(f"{key}:back", fingerprint_of(back=granted_id, points=points), self.today)
        wanted = Wanted(frozenset({member_id}), business_keys={asked.business_key: asked.fingerprint})

        def plan(found: Accounts) -> Changes:
            book = Book(
                found, self.program.rules, self.program.on(self.today), today=self.today, now=self.now, day_of=self.day_of
            )
            take_back(book, member_id, points, asked, granted_id=granted_id, reason=reason)
            return book.changes()

        self.t.loyalty.ledger.carry_out(self.program.slug, wanted, plan)
