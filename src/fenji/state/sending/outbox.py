"""What has happened, and has it been handed on? An event is written by the transaction that makes it happen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from fenji.domain.events import Derivation, Event, EventKind, event_id_of, run_subject
from fenji.domain.runs import RunStatus
from fenji.state.models import RunRow
from fenji.state.prepared import Driver, Prepared
from fenji.state.sending.rows import DeliveryRow, DerivationRow, EventRow

ABOUT_A_THOUSAND = 1000
"""Rows that are removed at once, so that the transaction is short."""
_CHUNK = 500
"""Ids that one statement names: SQLite takes no more than some thousands."""


_EVENTS = cast("Table", EventRow.__table__)
_WRITTEN_ONCE = {
    name: dialect.insert(_EVENTS).on_conflict_do_nothing(index_elements=["event_id"])
    for name, dialect in (("postgresql", postgresql), ("sqlite", sqlite))
}
_PUT = {name: Prepared(statement.inline(), given=_EVENTS.c.keys()) for name, statement in _WRITTEN_ONCE.items()}


class Outbox:
    """The events of one workspace, inside one transaction."""

    def __init__(self, session: Session, clock: Callable[[], datetime]) -> None:
        """The events in the state database of a session."""
        self._session = session
        self._clock = clock

    def add_run(self, run_id: str, kind: EventKind, data: Mapping[str, object]) -> None:
        """Writes down what this transaction does to a run; written twice it stands once."""
        subject = run_subject(run_id)
        self.add([Event(event_id_of(run_id, subject, kind), kind, run_id, subject, self._clock(), data)])

    def add(self, events: Collection[Event], *, are_spread: bool = False) -> tuple[Event, ...]:
        """Writes events down; those that are there already stay as they are.

        Args:
            events: what has happened.
            are_spread: whether this transaction makes their deliveries too.

        Returns:
            Those that were not there.
        """
        if not events:
            return ()
        statement = _WRITTEN_ONCE[self._session.get_bind().dialect.name].returning(_EVENTS.c.event_id)
        spread_at = self._clock() if are_spread else None
        by_id = {each.event_id: each for each in events}
        written = set(
            self._session.connection().execute(statement, [_values(each, spread_at) for each in by_id.values()]).scalars()
        )
        return tuple(each for key, each in by_id.items() if key in written)

    def put(self, driver: Driver, events: Collection[Event]) -> None:
        """Writes events down as ``add`` does, without waiting for what was there."""
        driver.send(_PUT[driver.name], [_values(each, None) for each in events])

    def not_spread(self, *, limit: int) -> tuple[Event, ...]:
        """Events without deliveries yet, the oldest first."""
        wanted = select(EventRow).where(EventRow.spread_at.is_(None)).order_by(EventRow.at, EventRow.event_id).limit(limit)
        return tuple(map(_event, self._session.scalars(wanted)))

    def take(self, event_id: str) -> bool:
        """Marks an event as spread by this transaction; False where another one has done it, or is just doing it."""
        wanted = select(EventRow).where(EventRow.event_id == event_id, EventRow.spread_at.is_(None))
        row = self._session.scalars(wanted.with_for_update(skip_locked=True)).one_or_none()
        if row is not None:
            row.spread_at = self._clock()
            self._session.flush()
        return row is not None

    def find(self, event_ids: Collection[str]) -> dict[str, Event]:
        """Events by their ids."""
        rows = self._session.scalars(select(EventRow).where(EventRow.event_id.in_(event_ids)))
        return {row.event_id: _event(row) for row in rows}

    def since(self, moment: datetime, kinds: Iterable[EventKind]) -> tuple[str, ...]:
        """The ids of the events of some kinds since a moment, the oldest first."""
        wanted = select(EventRow.event_id).where(EventRow.at >= moment, EventRow.kind.in_([str(each) for each in kinds]))
        return tuple(self._session.scalars(wanted.order_by(EventRow.at, EventRow.event_id)))

    def run_before(self, run_id: str) -> str | None:
        """The run of the whole thread that was published before one, where it is still there."""
        this = select(RunRow.published_number).where(RunRow.run_id == run_id).scalar_subquery()
        is_whole = (RunRow.status == RunStatus.PUBLISHED) & (RunRow.command == "run")
        wanted = select(RunRow.run_id).where(is_whole, RunRow.published_number < this)
        return self._session.scalar(wanted.order_by(RunRow.published_number.desc()).limit(1))

    def begin_derivation(self, run_id: str, base_run_id: str | None) -> None:
        """Says that the events of single customers of a run are to be derived."""
        if self._session.get(DerivationRow, run_id) is None:
            self._session.add(DerivationRow(run_id=run_id, base_run_id=base_run_id, after_key=-1))
            self._session.flush()

    def open_derivations(self) -> tuple[Derivation, ...]:
        """The runs whose events of single customers are not all derived, the oldest first."""
        wanted = select(DerivationRow).where(DerivationRow.ended_at.is_(None)).order_by(DerivationRow.run_id)
        return tuple(Derivation(row.run_id, row.base_run_id, row.after_key) for row in self._session.scalars(wanted))

    def move_derivation(self, found: Derivation, *, after_key: int) -> bool:
        """Moves on to a customer; False where somebody else has moved it meanwhile, so that what was derived counts for nothing."""
        return self._changes_one(_as_found(found).values(after_key=after_key))

    def end_derivation(self, found: Derivation, outcome: str) -> bool:
        """Says that nothing more is to be derived, with a word why; False where somebody else has moved it meanwhile."""
        return self._changes_one(_as_found(found).values(ended_at=self._clock(), outcome=outcome))

    def forget(self, *, older_than: timedelta) -> int:
        """Removes up to a thousand old events with their deliveries, also those that a disabled webhook has not heard of; says how many."""
        before = self._clock() - older_than
        old = select(EventRow.event_id).where(EventRow.at < before, EventRow.spread_at.is_not(None))
        ids = list(self._session.scalars(old.limit(ABOUT_A_THOUSAND)))
        for begin in range(0, len(ids), _CHUNK):
            chunk = ids[begin : begin + _CHUNK]
            self._session.execute(delete(DeliveryRow).where(DeliveryRow.event_id.in_(chunk)))
            self._session.execute(delete(EventRow).where(EventRow.event_id.in_(chunk)))
        return len(ids)

    def _changes_one(self, statement: Any) -> bool:  # noqa: ANN401 - SQLAlchemy's own class of statements
        result: CursorResult[Any] = self._session.execute(statement)  # type: ignore[assignment]
        return result.rowcount == 1


def _as_found(found: Derivation) -> Any:  # noqa: ANN401 - SQLAlchemy's own class of statements
    row = DerivationRow
    return update(row).where(row.run_id == found.run_id, row.after_key == found.after_key, row.ended_at.is_(None))


def _values(event: Event, spread_at: datetime | None) -> dict[str, object]:
    return {
        "event_id": event.event_id,
        "kind": str(event.kind),
        "run_id": event.run_id,
        "subject": event.subject,
        "at": event.at,
        "data": dict(event.data),
        "spread_at": spread_at,
    }


def _event(row: EventRow) -> Event:
    return Event(row.event_id, EventKind(row.kind), row.run_id, row.subject, row.at, row.data)
