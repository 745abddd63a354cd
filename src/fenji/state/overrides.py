"""Which tiers have people decided by hand? A record that only grows: an override is ended, never deleted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from fenji.domain.overrides import Ending, NewOverride, Override
from fenji.state.models import OverrideRow


class OverrideRepository:
    """The overrides of one workspace, inside one transaction."""

    def __init__(self, session: Session, clock: Callable[[], datetime]) -> None:
        """The overrides in the state database of a session."""
        self._session = session
        self._clock = clock

    def record(self, decided: NewOverride) -> Override:
        """Adds an override."""
        row = OverrideRow(**vars(decided), recorded_at=self._clock())
        self._session.add(row)
        self._session.flush()
        return _record(row)

    def end(self, numbers: tuple[int, ...], *, from_on: date, person: str, reason: str | None = None) -> tuple[Override, ...]:
        """Ends overrides: from a day on they no longer count. Those that were ended before stay as they are.

        Returns:
            Those that were ended now.
        """
        wanted = select(OverrideRow).where(OverrideRow.number.in_(numbers), OverrideRow.ended_at.is_(None))
        rows = self._session.scalars(wanted.order_by(OverrideRow.number).with_for_update()).all()
        for row in rows:
            row.ended_from_on, row.ended_at, row.ended_by, row.ended_why = from_on, self._clock(), person, reason
        self._session.flush()
        return tuple(_record(row) for row in rows)

    def anonymise(self, numbers: tuple[int, ...], customer_id: str) -> None:
        """Puts an id that means nobody in the place of a customer's, and removes what people wrote as their reasons."""
        changed = update(OverrideRow).where(OverrideRow.number.in_(numbers))
        self._session.execute(changed.values(customer_id=customer_id, reason=""))
        ended = changed.where(OverrideRow.ended_why.is_not(None))
        self._session.execute(ended.values(ended_why=""))

    def list_overrides(self, *, policy: str | None = None) -> tuple[Override, ...]:
        """Every override that was ever recorded, in the order of recording; of one policy where it is named."""
        wanted = select(OverrideRow).order_by(OverrideRow.number)
        if policy is not None:
            wanted = wanted.where(OverrideRow.policy == policy)
        return tuple(_record(row) for row in self._session.scalars(wanted))


def _record(row: OverrideRow) -> Override:
    decided = NewOverride(row.policy, row.source, row.customer_id, row.tier, row.begins_on, row.ends_on, row.person, row.reason)
    ending = None
    if row.ended_from_on is not None and row.ended_at is not None:
        ending = Ending(row.ended_from_on, row.ended_at, row.ended_by, row.ended_why)
    return Override(row.number, decided, row.recorded_at, ending)
