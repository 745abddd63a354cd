"""What do programs come in with? Tokens under the hash of their text; none is ever removed, so that a past change can be traced."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fenji.domain.access import Right
from fenji.domain.people import TokenRecord
from fenji.errors import Conflict
from fenji.language import message as _
from fenji.state.access.rows import TokenRow


class TokenRepository:
    """The tokens of one workspace, inside one transaction."""

    def __init__(self, session: Session, clock: Callable[[], datetime]) -> None:
        """The tokens in the state database of a session."""
        self._session = session
        self._clock = clock

    def add(self, token: TokenRecord, token_hash: str) -> None:
        """Adds a token.

        Raises:
            Conflict: the person had one of this name before.
        """
        values = {**vars(token), "rights": sorted(map(str, token.rights)), "token_hash": token_hash}
        try:
            with self._session.begin_nested():
                self._session.add(TokenRow(**values))
                self._session.flush()
        except IntegrityError as error:
            raise Conflict.of(
                _("{login} has or had a token with the name '{name}' already."),
                advice=_("Choose another name: the audit log tells tokens apart by it."),
                login=token.login,
                name=token.name,
            ) from error

    def find(self, token_hash: str) -> TokenRecord | None:
        """A token by the hash of its text; None where there is none."""
        row = self._session.scalars(select(TokenRow).where(TokenRow.token_hash == token_hash)).one_or_none()
        return None if row is None else _token(row)

    def note_use(self, token_hash: str) -> None:
        """Writes down that it was used now."""
        self._session.execute(update(TokenRow).where(TokenRow.token_hash == token_hash).values(used_at=self._clock()))

    def list_tokens(self, login: str | None = None) -> tuple[TokenRecord, ...]:
        """All tokens, or those of one person, those that are over too."""
        wanted = select(TokenRow).order_by(TokenRow.login, TokenRow.name)
        return tuple(map(_token, self._session.scalars(wanted if login is None else wanted.where(TokenRow.login == login))))

    def revoke(self, login: str, name: str | None = None) -> tuple[str, ...]:
        """Revokes a token of a person, or all of them; the names of those that had not been revoked before."""
        wanted = select(TokenRow).where(TokenRow.login == login, TokenRow.revoked_at.is_(None)).order_by(TokenRow.name)
        rows = self._session.scalars((wanted if name is None else wanted.where(TokenRow.name == name)).with_for_update()).all()
        for each in rows:
            each.revoked_at = self._clock()
        self._session.flush()
        return tuple(each.name for each in rows)


def _token(row: TokenRow) -> TokenRecord:
    return TokenRecord(
        row.login,
        row.name,
        frozenset(map(Right, row.rights)),
        row.source,
        row.made_at,
        row.made_by,
        row.ends_at,
        row.used_at,
        row.revoked_at,
    )
