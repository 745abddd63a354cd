"""What is to be sent to whom, who is sending it now, and what came of it?

Whoever sends takes a lease first and says afterwards what came of it. A sender that dies lets its lease run out, and the next one
sends again under the same id: nothing is lost, and a receiver may see one delivery twice.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, insert, or_, select, update
from sqlalchemy.orm import Session

from fenji.domain.events import NAMESPACE, Delivery, DeliveryState, EventKind
from fenji.state.sending.rows import DeliveryRow

LEASE = timedelta(minutes=2)
"""For so long a sender may take: far more than the 15 seconds that a receiver has."""
DELAYS = tuple(timedelta(seconds=each) for each in (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400))
"""How long after the first, second, ... failure the next attempt comes."""
LONGEST = timedelta(hours=49)
"""Nothing is ever put off by more; what seems to be, was written before the clock was set back."""
_CHUNK = 500


@dataclass(frozen=True)
class NewDelivery:
    """Something to be sent."""

    target: str
    event_id: str
    kind: EventKind
    not_before: datetime
    rule: str = ""
    """Tells several lines about one event apart."""
    data: Mapping[str, object] | None = None

    @property
    def delivery_id(self) -> str:
        """The same for the same thing, however often it is asked for."""
        return str(uuid.uuid5(NAMESPACE, f"{self.target}\n{self.event_id}\n{self.kind}\n{self.rule}"))


class DeliveryRepository:
    """What is to be sent from one workspace, inside one transaction."""

    def __init__(self, session: Session, clock: Callable[[], datetime]) -> None:
        """The deliveries in the state database of a session."""
        self._session = session
        self._clock = clock

    def add(self, wanted: Iterable[NewDelivery]) -> int:
        """Adds deliveries, each once, and says how many were new."""
        by_id = {each.delivery_id: each for each in wanted}
        ids, there = list(by_id), set()
        for begin in range(0, len(ids), _CHUNK):
            chunk = ids[begin : begin + _CHUNK]
            there |= set(self._session.scalars(select(DeliveryRow.delivery_id).where(DeliveryRow.delivery_id.in_(chunk))))
        now = self._clock()
        rows = [_values(each, now) for delivery_id, each in by_id.items() if delivery_id not in there]
        if rows:
            self._session.execute(insert(DeliveryRow), rows)
        return len(rows)

    def claim(self, target: str, *, limit: int) -> tuple[str, tuple[Delivery, ...]]:
        """Takes a lease on what is due for a target, the oldest first: nobody else takes the same until it runs out.

        Returns:
            The lease, and what it holds.
        """
        now = self._clock()
        due = select(DeliveryRow).where(DeliveryRow.target == target, _is_due(now))
        due = due.order_by(DeliveryRow.next_at, DeliveryRow.delivery_id).limit(limit)
        rows = self._session.scalars(due.with_for_update(skip_locked=True)).all()
        lease = secrets.token_hex(16)
        for row in rows:
            row.lease, row.leased_until = lease, now + LEASE
        self._session.flush()
        return lease, tuple(map(_record, rows))

    def note_delivered(self, lease: str, delivery_ids: Collection[str], status: str) -> None:
        """Says that deliveries have reached their target, also where the lease has run out meanwhile."""
        sent = {"state": DeliveryState.DELIVERED, "attempts": DeliveryRow.attempts + 1, "leased_until": None, "lease": lease}
        self._session.execute(_these(delivery_ids).values(**sent, last_at=self._clock(), last_status=status))

    def note_failed(self, lease: str, delivery_ids: Collection[str], status: str, *, wait: timedelta | None = None) -> None:
        """Says that deliveries have not reached their target, and when the next attempt comes.

        Args:
            lease: under which they were sent; one that has run out changes nothing, since somebody else is at it.
            delivery_ids: which.
            status: a number of HTTP or a word.
            wait: as long as the receiver asks for, which is no attempt; None: by the number of failures.
        """
        now = self._clock()
        for row in self._session.scalars(select(DeliveryRow).where(DeliveryRow.delivery_id.in_(delivery_ids))):
            if row.lease != lease or row.state != DeliveryState.WAITING:
                continue
            row.lease, row.leased_until, row.last_at, row.last_status = None, None, now, status
            if wait is not None:
                row.next_at = now + wait
                continue
            row.attempts += 1
            if row.attempts > len(DELAYS):
                row.state = DeliveryState.GIVEN_UP
            else:
                row.next_at = now + jittered(DELAYS[row.attempts - 1])
        self._session.flush()

    def put_off(self, lease: str, until: datetime) -> None:
        """Gives back a lease without an attempt; what it holds is due later."""
        held = update(DeliveryRow).where(DeliveryRow.lease == lease, DeliveryRow.state == DeliveryState.WAITING)
        self._session.execute(held.values(lease=None, leased_until=None, next_at=until))

    def replay(self, target: str, event_ids: Collection[str]) -> int:
        """Sends again what has been sent, or given up; says how many were found."""
        now = self._clock()
        again = {"state": DeliveryState.WAITING, "attempts": 0, "next_at": now, "lease": None, "leased_until": None}
        found = update(DeliveryRow).where(DeliveryRow.target == target, DeliveryRow.event_id.in_(event_ids))
        return int(self._session.execute(found.values(**again)).rowcount)  # type: ignore[attr-defined]

    def messages_since(self, target: str, moment: datetime) -> int:
        """How many messages a channel was sent since a moment, those that are being sent included."""
        row = DeliveryRow
        recent = or_(row.last_at >= moment, row.leased_until >= self._clock())
        wanted = select(func.count(row.lease.distinct())).where(row.target == target, row.lease.is_not(None), recent)
        return int(self._session.scalar(wanted) or 0)

    def targets_due(self) -> tuple[str, ...]:
        """The targets for which something is due."""
        return tuple(self._session.scalars(select(DeliveryRow.target).where(_is_due(self._clock())).distinct()))

    def next_at(self) -> datetime | None:
        """When the next attempt is due; None: nothing waits."""
        return self._session.scalar(select(func.min(DeliveryRow.next_at)).where(DeliveryRow.state == DeliveryState.WAITING))

    def counts(self) -> dict[tuple[str, DeliveryState], int]:
        """How many deliveries of each target are how far."""
        row = DeliveryRow
        found = self._session.execute(select(row.target, row.state, func.count()).group_by(row.target, row.state))
        return {(target, DeliveryState(state)): count for target, state, count in found}

    def open_alerts(self) -> int:
        """How many alerts nobody has acknowledged; one that several channels were told of counts once."""
        row = DeliveryRow
        is_open = (row.alert.is_not(None)) & row.acknowledged_at.is_(None)
        each = select(row.event_id, row.alert).where(is_open).distinct().subquery()
        return int(self._session.scalar(select(func.count()).select_from(each)) or 0)

    def acknowledge(self, delivery_id: str, who: str) -> bool | None:
        """Says that somebody has seen an alert, on whichever of its channels; None: there is no such line, False: it was said before."""
        row = self._session.get(DeliveryRow, delivery_id)
        if row is None or row.alert is None:
            return None
        this = (DeliveryRow.event_id == row.event_id) & (DeliveryRow.alert == row.alert)
        open_ones = update(DeliveryRow).where(this, DeliveryRow.acknowledged_at.is_(None))
        said = self._session.execute(open_ones.values(acknowledged_at=self._clock(), acknowledged_by=who[:200]))
        return int(said.rowcount) > 0  # type: ignore[attr-defined]

    def newest(self, *, limit: int, begins: str = "") -> tuple[Delivery, ...]:
        """The newest deliveries, newest first; only to targets that begin so."""
        wanted = select(DeliveryRow).where(DeliveryRow.target.startswith(begins, autoescape=True))
        wanted = wanted.order_by(DeliveryRow.created_at.desc(), DeliveryRow.delivery_id).limit(limit)
        return tuple(map(_record, self._session.scalars(wanted)))


def jittered(delay: timedelta) -> timedelta:
    """A delay, up to a fifth longer: what failed together does not come back together."""
    return delay * (1 + secrets.randbelow(201) / 1000)


def _is_due(now: datetime) -> ColumnElement[bool]:
    row = DeliveryRow
    # A moment further away than any that is ever written was written before the clock was set back.
    has_come = or_(row.next_at <= now, row.next_at > now + LONGEST)
    is_free = or_(row.leased_until.is_(None), row.leased_until < now, row.leased_until > now + LEASE)
    return (row.state == str(DeliveryState.WAITING)) & has_come & is_free


def _these(delivery_ids: Collection[str]) -> Any:  # noqa: ANN401 - SQLAlchemy's own class of statements
    return update(DeliveryRow).where(DeliveryRow.delivery_id.in_(delivery_ids))


def _values(wanted: NewDelivery, now: datetime) -> dict[str, object]:
    return {
        "delivery_id": wanted.delivery_id,
        "target": wanted.target,
        "event_id": wanted.event_id,
        "kind": str(wanted.kind),
        "state": str(DeliveryState.WAITING),
        "attempts": 0,
        "next_at": wanted.not_before,
        "created_at": now,
        "data": None if wanted.data is None else dict(wanted.data),
        "alert": wanted.rule or None,
    }


def _record(row: DeliveryRow) -> Delivery:
    return Delivery(
        row.delivery_id,
        row.target,
        row.event_id,
        EventKind(row.kind),
        DeliveryState(row.state),
        row.attempts,
        row.next_at,
        row.created_at,
        row.last_at,
        row.last_status,
        row.data,
        row.acknowledged_at,
        row.acknowledged_by,
    )
