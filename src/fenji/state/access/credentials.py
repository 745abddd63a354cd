"""How does a person show who it is? The hash of a password, and a second factor that is sealed under a key outside the database."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from fenji.state.access.rows import CredentialRow


@dataclass(frozen=True)
class Credential:
    """What is kept of a person's password and second factor."""

    password_hash: str | None
    totp_sealed: str | None
    totp_step: int | None
    """The half minute of the last code that was taken."""


NO_CREDENTIAL = Credential(None, None, None)
"""Of who is not there: compared with like any other."""


class CredentialRepository:
    """The credentials of one workspace, inside one transaction."""

    def __init__(self, session: Session) -> None:
        """The credentials in the state database of a session."""
        self._session = session

    def of(self, login: str) -> Credential:
        """What is kept of somebody; nothing of who is not there."""
        row = self._session.scalars(select(CredentialRow).where(CredentialRow.login == login)).one_or_none()
        return NO_CREDENTIAL if row is None else Credential(row.password_hash, row.totp_sealed, row.totp_step)

    def set_password(self, login: str, password_hash: str | None) -> None:
        """Keeps the hash of a new password; None: no password lets in."""
        self._change(login, password_hash=password_hash)

    def set_totp(self, login: str, sealed: str | None, *, step: int | None = None) -> None:
        """Keeps a second factor; None: there is none."""
        self._change(login, totp_sealed=sealed, totp_step=step)

    def take_step(self, login: str, step: int) -> bool:
        """Takes the code of a half minute; False where one of it or of a later one was taken before."""
        unused = (CredentialRow.totp_step.is_(None)) | (CredentialRow.totp_step < step)
        wanted = update(CredentialRow).where(CredentialRow.login == login, unused).values(totp_step=step)
        return bool(self._session.connection().execute(wanted).rowcount)

    def _change(self, login: str, **values: object) -> None:
        self._session.execute(update(CredentialRow).where(CredentialRow.login == login).values(**values))
