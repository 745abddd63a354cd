"""Who is logged in? Sessions under the hash of their id, which stands in the browser alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from fenji.domain.logins import Awaited, LoginSession
from fenji.state.access.rows import LoginSessionRow


class SessionRepository:
    """The logins of one workspace, inside one transaction."""

    def __init__(self, session: Session, clock: Callable[[], datetime]) -> None:
        """The logins in the state database of a session."""
        self._session = session
        self._clock = clock

    def begin(self, session_hash: str, login: str, *, ends_at: datetime, awaits: Awaited | None = None) -> LoginSession:
        """Begins a login; those that have ended go."""
        now = self._clock()
        self._session.execute(delete(LoginSessionRow).where(LoginSessionRow.ends_at <= now))
        row = LoginSessionRow(session_hash=session_hash, login=login, begun_at=now, seen_at=now, ends_at=ends_at)
        row.awaits = None if awaits is None else str(awaits)
        self._session.add(row)
        self._session.flush()
        return _session(row)

    def find(self, session_hash: str) -> LoginSession | None:
        """A login by the hash of its id; None where there is none."""
        row = self._session.get(LoginSessionRow, session_hash)
        return None if row is None else _session(row)

    def note_use(self, session_hash: str) -> None:
        """Writes down that it was used now."""
        self._change(session_hash, seen_at=self._clock())

    def keep_totp(self, session_hash: str, sealed: str) -> None:
        """Keeps a second factor that is being set up."""
        self._change(session_hash, totp_sealed=sealed)

    def kept_totp(self, session_hash: str) -> str | None:
        """The second factor that is being set up."""
        return self._session.scalar(select(LoginSessionRow.totp_sealed).where(LoginSessionRow.session_hash == session_hash))

    def end(self, session_hash: str) -> bool:
        """Ends a login; whether it was there."""
        wanted = delete(LoginSessionRow).where(LoginSessionRow.session_hash == session_hash)
        return bool(self._session.connection().execute(wanted).rowcount)

    def end_all_of(self, login: str) -> None:
        """Ends all logins of a person."""
        self._session.execute(delete(LoginSessionRow).where(LoginSessionRow.login == login))

    def _change(self, session_hash: str, **values: object) -> None:
        wanted = update(LoginSessionRow).where(LoginSessionRow.session_hash == session_hash)
        self._session.execute(wanted.values(**values))


def _session(row: LoginSessionRow) -> LoginSession:
    awaits = None if row.awaits is None else Awaited(row.awaits)
    return LoginSession(row.login, row.begun_at, row.seen_at, row.ends_at, awaits)
