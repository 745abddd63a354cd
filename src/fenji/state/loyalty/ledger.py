"""How is an operation carried out? Member rows are locked, what was posted already is found, somebody decides, and all of it is written, or nothing.

Who decides is handed in: the state knows no rules of points. C1: whatever many writers do at once equals some order of their operations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Protocol

from sqlalchemy.orm import Session

from fenji.domain.loyalty.changes import Accounts, Changes, Outcome, Wanted
from fenji.domain.loyalty.records import LedgerTransaction, Transfer
from fenji.domain.principals import Principal
from fenji.errors import Conflict
from fenji.language import message as _
from fenji.state.loyalty.loading import chunks, load, rows, transfer_of
from fenji.state.loyalty.rows import TransferRow
from fenji.state.loyalty.writing import Writer
from fenji.state.prepared import Driver


class BusinessKeyTaken(Conflict):
    """Something else was posted under this business key."""

    code, retryable = "business_key_taken", False


class Planner(Protocol):
    """Decides what an operation does to the accounts that it finds."""

    def __call__(self, found: Accounts, /) -> Changes:
        """What is to be written."""
        ...


class Ledger:
    """The points of one workspace, inside one transaction."""

    def __init__(self, session: Session, principal: Principal, clock: Callable[[], datetime]) -> None:
        """The ledger in the state database of a session; ``principal`` is who acts."""
        self._session = session
        self._principal = principal
        self._clock = clock

    def carry_out(self, program: str, wanted: Wanted, plan: Planner, *, told_since: date | None = None) -> Outcome:
        """Locks the members that are concerned, asks what to do, and writes it.

        Under business keys that were posted already nothing is written a second time: the first result comes back.

        Args:
            program: whose points.
            wanted: what the operation needs to see, and the fingerprints of its business keys.
            plan: decides; asked once, with everything locked, and not at all where all keys were posted before.
            told_since: transactions of earlier days make no events; None: all make one.

        Raises:
            BusinessKeyTaken: something else was posted under one of the keys.
            NotFound: there is no such member or transaction.
        """
        # What was posted before is read when the members are held: another delivery of the same thing may have held them until then.
        driver = Driver(self._session)
        found = load(driver, program, wanted)
        _refuse_others(found.existing, wanted.business_keys)
        if wanted.business_keys and len(found.existing) == len(wanted.business_keys):
            return self._outcome(found.existing)
        changes = plan(found)
        writer = Writer(driver, program, self._principal.name, self._clock())
        written = writer.write(changes, found.orders, told_since=told_since)
        asked = [each for each in written if each[0].business_key in wanted.business_keys]
        transfers = {done.transaction_id: moved for done, moved in asked}
        return Outcome(tuple(done for done, _moved in asked), transfers, is_existing=False)

    def look(self, program: str, wanted: Wanted) -> Accounts:
        """What an operation would find; nothing is locked, and nothing is written.

        Raises:
            NotFound: there is no such member.
        """
        return load(Driver(self._session), program, wanted, is_locked=False)

    def _outcome(self, found: Mapping[str, LedgerTransaction]) -> Outcome:
        ids = [each.transaction_id for each in found.values()]
        transfers: dict[str, list[Transfer]] = {each: [] for each in ids}
        for chunk in chunks(ids):
            for row in rows(self._session, TransferRow, TransferRow.transaction_id.in_(chunk), TransferRow.number):
                transfers[row["transaction_id"]].append(transfer_of(row))
        return Outcome(tuple(found.values()), {key: tuple(each) for key, each in transfers.items()}, is_existing=True)


def _refuse_others(found: Mapping[str, LedgerTransaction], asked: Mapping[str, str]) -> None:
    for key, each in found.items():
        if each.fingerprint != asked[key]:
            raise BusinessKeyTaken.of(
                _("something else was posted under the key {key} on {day}."),
                advice=_("Give each operation a key of its own, and the same one only to the same operation."),
                key=key,
                day=each.recorded_at.date(),
            )
