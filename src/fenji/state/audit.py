"""Who did what to whom, and has anybody rewritten it since? A log that only grows: every entry carries the hash of the one before.

An entry's hash is SHA-256 over the JSON list of all its other columns, the hash before included, so that a change, a removal or
an exchange anywhere breaks the chain there. ``audit_head`` keeps number and hash of the newest entry, so that the end cannot be
cut off unseen. It also keeps the key of the hashes of customers: their ids are often phone numbers, and a plain hash of a phone
number is found by trying all of them.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime

from sqlalchemy import Select, insert, select
from sqlalchemy.orm import Session

from fenji.domain.audit import Action, AuditEntry, Break, Fault, Subject, SubjectKind, Verified
from fenji.domain.principals import Principal, PrincipalKind
from fenji.errors import FenjiError, Kind
from fenji.language import message as _
from fenji.state.models import AuditHeadRow, AuditRow

BEFORE_THE_FIRST = "0" * 64
"""The previous hash of entry 1."""

BATCH = 1000
"""Entries that a walk over the log holds in memory at once: about a megabyte."""

WHAT_TO_DO = _("Keep the state database as it is, compare it with a backup, and find out who could write to it.")

Details = Mapping[str, str | int | None]


class AuditBroken(FenjiError):
    """The audit log is not as it was written: an entry was changed, removed or put elsewhere."""

    code, kind = "audit_broken", Kind.BUG

    @classmethod
    def at(cls, broken: Break) -> AuditBroken:
        """The error of a break in the chain."""
        texts = {
            Fault.CHANGED: _("entry {number} of the audit log was changed after it was written."),
            Fault.MISSING: _("entry {number} of the audit log is missing."),
            Fault.ORDER: _("entry {number} of the audit log does not follow the entry before it."),
        }
        return cls.of(texts[broken.fault], advice=WHAT_TO_DO, number=broken.number)


class AuditLog:
    """The audit log, inside one transaction."""

    def __init__(self, session: Session, principal: Principal, clock: Callable[[], datetime]) -> None:
        """The log in the state database of a session; ``principal`` is who acts."""
        self._session = session
        self._principal = principal
        self._clock = clock

    def add(self, action: Action, subject: Subject, details: Details | None = None) -> int:
        """Writes down what this transaction does. Add it last: other writers wait from here until the transaction ends.

        Args:
            action: what is done.
            subject: to what; a customer by the id in plain, of which a keyed SHA-256 (HMAC) is stored.
            details: small and plain; no personal values, and no free text of people but a reason that has been masked.

        Returns:
            The number of the entry.
        """
        head = self._head(for_update=True)
        hides = subject.kind is SubjectKind.CUSTOMER
        values: dict[str, object] = {
            "number": head.number + 1,
            "at": _written(self._clock()),
            "principal_kind": str(self._principal.kind),
            "principal_name": self._principal.name,
            "action": str(action),
            "subject_kind": str(subject.kind),
            "subject": _keyed(subject.name, head.key) if hides else subject.name,
            "details": json.dumps(dict(details or {}), ensure_ascii=False, sort_keys=True),
            "previous_hash": head.hash,
        }
        values["hash"] = _hash_of(values)
        self._session.execute(insert(AuditRow), values)
        head.number, head.hash = head.number + 1, str(values["hash"])
        self._session.flush()
        return head.number

    def list_entries(
        self,
        *,
        limit: int,
        since: datetime | None = None,
        until: datetime | None = None,
        principal: str | None = None,
        action: Action | None = None,
        subject: str | None = None,
        before: int | None = None,
    ) -> tuple[AuditEntry, ...]:
        """The newest entries, newest first.

        Args:
            limit: at most so many.
            since: none that are older.
            until: none from this moment on.
            principal: only by whom this is the name; a token's is the login and its own.
            action: only of this sort.
            subject: only about this run, policy (slug and version) or customer (the id in plain).
            before: only of lower numbers.

        Raises:
            AuditBroken: one of them cannot have been written by fenji.
        """
        wanted = select(AuditRow).order_by(AuditRow.number.desc()).limit(limit)
        if since is not None:
            wanted = wanted.where(AuditRow.at >= _written(since))
        if until is not None:
            wanted = wanted.where(AuditRow.at < _written(until))
        if before is not None:
            wanted = wanted.where(AuditRow.number < before)
        if principal is not None:
            wanted = wanted.where(AuditRow.principal_name == principal)
        if action is not None:
            wanted = wanted.where(AuditRow.action == str(action))
        if subject is not None:
            wanted = wanted.where(AuditRow.subject.in_((subject, _keyed(subject, self._head().key))))
        return tuple(_entry(row) for row in self._session.scalars(wanted))

    def verify(self, *, batch: int = BATCH) -> Verified:
        """Walks the whole log, entry after entry, up to the first break; holds ``batch`` entries in memory."""
        number, before = 0, BEFORE_THE_FIRST
        for values in self._walk(batch):
            fault = _fault(values, number + 1, before)
            if fault is not None:
                return Verified(number, before, Break(number + 1, fault))
            number, before = number + 1, str(values["hash"])
        return Verified(number, before, self._break_at_end(number, before))

    def verify_end(self) -> Verified:
        """Looks at the newest entry and the mark of the end alone."""
        columns = AuditRow.__table__.columns
        newest = self._session.execute(select(*columns).order_by(columns["number"].desc()).limit(1)).first()
        if newest is None:
            return Verified(0, BEFORE_THE_FIRST, self._break_at_end(0, BEFORE_THE_FIRST))
        values: dict[str, object] = dict(newest._mapping)  # noqa: SLF001 - SQLAlchemy's documented name
        number, found = int(newest[0]), str(values["hash"])
        broken = Break(number, Fault.CHANGED) if found != _hash_of(values) else self._break_at_end(number, found)
        return Verified(number, found, broken)

    def _walk(self, batch: int) -> Iterator[dict[str, object]]:
        columns = AuditRow.__table__.columns
        wanted: Select[tuple[object, ...]] = select(*columns).order_by(columns["number"]).limit(batch)
        rows = self._session.execute(wanted).all()
        while rows:
            yield from (dict(row._mapping) for row in rows)  # noqa: SLF001 - SQLAlchemy's documented name
            rows = self._session.execute(wanted.where(columns["number"] > rows[-1][0])).all()

    def _break_at_end(self, number: int, newest: str) -> Break | None:
        head = self._session.get(AuditHeadRow, 1)
        if head is None or head.number > number:
            return Break(number + 1, Fault.MISSING)
        if head.number < number:
            return Break(head.number + 1, Fault.ORDER)
        return None if head.hash == newest else Break(number, Fault.CHANGED)

    def _head(self, *, for_update: bool = False) -> AuditHeadRow:
        wanted = select(AuditHeadRow)
        if for_update:
            # Another transaction of this session may have moved the head since it was read.
            wanted = wanted.with_for_update().execution_options(populate_existing=True)
        found = self._session.scalars(wanted).one_or_none()
        if found is None:
            raise AuditBroken.of(_("the mark of the end of the audit log is missing."), advice=WHAT_TO_DO)
        return found


def _fault(values: Mapping[str, object], number: int, before: str) -> Fault | None:
    if values["number"] != number:
        return Fault.MISSING
    if values["previous_hash"] != before:
        return Fault.ORDER
    return None if values["hash"] == _hash_of(values) else Fault.CHANGED


def _hash_of(values: Mapping[str, object]) -> str:
    """SHA-256 over the canonical form: the columns in their order as one JSON list; whatever is no text or number is not ours."""
    listed = [values[name] for name in AuditRow.__table__.columns.keys() if name != "hash"]  # noqa: SIM118 - columns by name
    text = json.dumps(listed, ensure_ascii=False, separators=(",", ":"), default=repr)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _keyed(customer_id: str, key: str) -> str:
    return hmac.new(bytes.fromhex(key), customer_id.encode(), hashlib.sha256).hexdigest()


def _written(moment: datetime) -> str:
    """A moment as the log keeps it: UTC to the microsecond, so that text sorts as time."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"


def _entry(row: AuditRow) -> AuditEntry:
    try:
        return AuditEntry(
            row.number,
            datetime.fromisoformat(row.at),
            Principal(PrincipalKind(row.principal_kind), row.principal_name),
            Action(row.action),
            Subject(SubjectKind(row.subject_kind), row.subject),
            json.loads(row.details),
            row.previous_hash,
            row.hash,
        )
    except (ValueError, TypeError) as error:
        raise AuditBroken.at(Break(row.number, Fault.CHANGED)) from error
