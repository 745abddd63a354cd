"""Has this request been answered already? What was answered to a key is kept for three days and told again, instead of doing the same twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fenji.errors import Conflict, InvalidArgument
from fenji.language import message as _
from fenji.state.serving.rows import RepetitionRow

KEPT_FOR = timedelta(hours=72)
"""How long an answer may be asked for again."""
ANSWERED_WITHIN = timedelta(minutes=2)
"""After which a request whose answer never came counts as lost, and may be made again under its key."""


class KeyReused(InvalidArgument):
    """The key belongs to another request."""

    code = "key_reused"


@dataclass(frozen=True)
class Answered:
    """What was answered."""

    status: int
    body: bytes


class RepetitionRepository:
    """Requests by caller and key, inside one transaction."""

    def __init__(self, session: Session, clock: Callable[[], datetime]) -> None:
        """The requests in the state database of a session."""
        self._session = session
        self._clock = clock

    def begin(self, caller: str, key: str, fingerprint: str) -> Answered | None:
        """Takes the key for a request; its answer where it has been answered already.

        Raises:
            KeyReused: the key belongs to a request with another body or address.
            Conflict: the same request is being answered now.
        """
        now = self._clock()
        self._session.execute(delete(RepetitionRow).where(RepetitionRow.began_at < now - KEPT_FOR))
        row = self._session.get(RepetitionRow, (caller, key), with_for_update=True)
        if row is not None:
            return self._again(row, fingerprint, now)
        self._session.add(RepetitionRow(caller=caller, key=key, fingerprint=fingerprint, began_at=now))
        try:
            self._session.flush()
        except IntegrityError as error:
            raise _being_answered() from error
        return None

    def finish(self, caller: str, key: str, answered: Answered) -> None:
        """Keeps an answer."""
        row = self._session.get(RepetitionRow, (caller, key))
        if row is not None:
            row.status, row.body = answered.status, answered.body

    def forget(self, caller: str, key: str) -> None:
        """Gives a key back: nothing was done."""
        self._session.execute(delete(RepetitionRow).where(RepetitionRow.caller == caller, RepetitionRow.key == key))

    def _again(self, row: RepetitionRow, fingerprint: str, now: datetime) -> Answered | None:
        if row.fingerprint != fingerprint:
            raise KeyReused.of(
                _("this Idempotency-Key belongs to another request."), advice=_("Use a new key for every new request.")
            )
        if row.status is not None:
            return Answered(row.status, row.body or b"")
        if abs(now - row.began_at) < ANSWERED_WITHIN:
            raise _being_answered()
        row.began_at = now
        return None


def _being_answered() -> Conflict:
    return Conflict.of(_("the same request is being answered now."), advice=_("Ask again with the same key."))
