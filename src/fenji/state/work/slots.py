"""Which slots of the schedule have fired? Each entry's last one is written down in the transaction that asks for its job."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fenji.domain.jobs import Slot
from fenji.errors import Conflict
from fenji.language import message as _
from fenji.state.work.rows import SlotRow


class SlotRepository:
    """The slots of the schedule that were dealt with, inside one transaction."""

    def __init__(self, session: Session) -> None:
        """The slots in the state database of a session."""
        self._session = session

    def last(self, name: str, *, for_update: bool = False) -> Slot | None:
        """The last slot of an entry; None where it has never been seen.

        Args:
            name: of the entry.
            for_update: whether others that ask so wait until this transaction ends.
        """
        wanted = select(SlotRow).where(SlotRow.name == name)
        row = self._session.scalars(wanted.with_for_update() if for_update else wanted).first()
        return None if row is None else Slot(row.name, row.rule, row.fired_at, row.job_id)

    def begin(self, name: str, rule: str, fired_at: datetime) -> None:
        """Writes down where an entry begins that nobody has seen before.

        Raises:
            Conflict: another worker has done so, in this moment or since it was looked for.
        """
        self._session.add(SlotRow(name=name, rule=rule, fired_at=fired_at, job_id=None))
        try:
            self._session.flush()
        except IntegrityError as error:
            raise Conflict.of(_("another worker has just seen this entry of the schedule.")) from error

    def keep(self, name: str, rule: str, fired_at: datetime, job_id: str | None) -> None:
        """Writes down the last slot of an entry that has begun and is held by this transaction."""
        row = self._session.get_one(SlotRow, name)
        row.rule, row.fired_at, row.job_id = rule, fired_at, job_id
        self._session.flush()
