"""How often has somebody tried to come in? Attempts by name and by address, under keyed hashes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fenji.domain.logins import FORGOTTEN_AFTER, Attempts, one_more, wait_at
from fenji.state.access.rows import LoginFailureRow


class FailureRepository:
    """The attempts at one workspace, inside one transaction."""

    def __init__(self, session: Session, clock: Callable[[], datetime]) -> None:
        """The attempts in the state database of a session."""
        self._session = session
        self._clock = clock

    def attempt(self, key_hash: str, *, most: int) -> timedelta:
        """Counts an attempt, unless it has to wait: then nothing is counted.

        Args:
            key_hash: of the name or address.
            most: attempts a minute.

        Returns:
            How long it has to wait; nothing where it may go on.
        """
        now = self._clock()
        row = self._locked(key_hash, now)
        before = Attempts(row.count, row.minute_began_at, row.last_at, row.waits, row.wait_until)
        wait = wait_at(before, now)
        if not wait:
            for name, value in vars(one_more(before, now, most=most)).items():
                setattr(row, name, value)
            self._session.flush()
        return wait

    def waits_of(self, key_hash: str) -> int:
        """How often somebody had to wait in a row."""
        return self._session.scalar(select(LoginFailureRow.waits).where(LoginFailureRow.key_hash == key_hash)) or 0

    def forgive(self, key_hash: str) -> None:
        """Forgets the attempts of who came in."""
        self._session.execute(delete(LoginFailureRow).where(LoginFailureRow.key_hash == key_hash))

    def give_back(self, key_hash: str) -> None:
        """Takes back one attempt, of an address from which somebody came in."""
        row = self._session.scalars(
            select(LoginFailureRow).where(LoginFailureRow.key_hash == key_hash).with_for_update()
        ).one_or_none()
        if row is not None:
            row.count = max(row.count - 1, 0)
            self._session.flush()

    def _locked(self, key_hash: str, now: datetime) -> LoginFailureRow:
        """The row of a key, new where there is none; nobody else changes it until the transaction ends."""
        wanted = select(LoginFailureRow).where(LoginFailureRow.key_hash == key_hash).with_for_update()
        found = self._session.scalars(wanted).one_or_none()
        if found is not None:
            return found
        self._session.execute(delete(LoginFailureRow).where(LoginFailureRow.last_at < now - FORGOTTEN_AFTER))
        fresh = LoginFailureRow(key_hash=key_hash, count=0, minute_began_at=now, last_at=now, waits=0)
        try:
            with self._session.begin_nested():
                self._session.add(fresh)
                self._session.flush()
        except IntegrityError:
            return self._session.scalars(wanted).one()  # somebody else tries at the same moment
        return fresh
