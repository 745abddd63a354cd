"""Which tiers have people decided by hand? A record that only grows: an override is ended, never deleted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from sqlalchemy import select

from fenji.domain.overrides import Ending, NewOverride, Override
from fenji.state.database import Database
from fenji.state.models import OverrideRow


def _now() -> datetime:
    return datetime.now(UTC)


class OverrideRepository:
    """The overrides of one workspace."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = _now) -> None:
        """The overrides in a state database."""
        self._database = database
        self._clock = clock

    def record(self, decided: NewOverride) -> Override:
        """Adds an override."""
        row = OverrideRow(**vars(decided), recorded_at=self._clock())
        with self._database.writing() as session:
            session.add(row)
            session.flush()
            return _record(row)

    def end(
        self, numbers: tuple[int, ...], *, from_on: date, person: str | None = None, reason: str | None = None
    ) -> tuple[Override, ...]:
        """Ends overrides: from a day on they no longer count. Those that were ended before stay as they are.

        Returns:
            Those that were ended now.
        """
        wanted = select(OverrideRow).where(OverrideRow.number.in_(numbers), OverrideRow.ended_at.is_(None))
        with self._database.writing() as session:
            rows = session.scalars(wanted.order_by(OverrideRow.number).with_for_update()).all()
            for row in rows:
                row.ended_from_on, row.ended_at, row.ended_by, row.ended_why = from_on, self._clock(), person, reason
            session.flush()
            return tuple(_record(row) for row in rows)

    def list_overrides(self, *, policy: str | None = None) -> tuple[Override, ...]:
        """Every override that was ever recorded, in the order of recording; of one policy where it is named."""
        wanted = select(OverrideRow).order_by(OverrideRow.number)
        if policy is not None:
            wanted = wanted.where(OverrideRow.policy == policy)
        with self._database.reading() as session:
            return tuple(_record(row) for row in session.scalars(wanted))


def _record(row: OverrideRow) -> Override:
    decided = NewOverride(row.policy, row.source, row.customer_id, row.tier, row.begins_on, row.ends_on, row.person, row.reason)
    ending = None
    if row.ended_from_on is not None and row.ended_at is not None:
        ending = Ending(row.ended_from_on, row.ended_at, row.ended_by, row.ended_why)
    return Override(row.number, decided, row.recorded_at, ending)
