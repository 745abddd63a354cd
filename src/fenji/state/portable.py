"""How does the state move from one database to another? As plain rows of JSON, from SQLite or PostgreSQL into either."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Date, Select, Table, delete, false, func, insert, select
from sqlalchemy.orm import Session

from fenji.domain.jobs import ENDED
from fenji.domain.runs import RunStatus
from fenji.state.models import AuditHeadRow, Row, RunRow, UtcMoment
from fenji.state.named_lists.rows import NamedListRow
from fenji.state.work.rows import JobRow

BATCH = 1_000
"""Rows that are held in memory at once."""

ORDER = (
    *("run", "run_table", "part", "policy_version", "tier_override", "policy_draft", "override_proposal"),
    *("event", "event_derivation", "webhook", "delivery"),
    *("person", "person_role", "credential", "token"),
    *("audit", "audit_head"),
    *("job", "job_log", "schedule_slot"),
    NamedListRow.__tablename__,
    *("document_version", "member", "member_id_link", "ledger_transaction", "transfer", "lot", "debt", "order_earning"),
    *("points_hold", "member_merge", "adjustment_request"),
    *("voucher", "voucher_use", "offer_count", "voucher_request"),
    *("referral_code", "referral", "referral_mark"),
)
"""Every table that moves, those first that others refer to."""

STAYS = frozenset({"login_session", "one_time_link", "login_failure", "rate", "repetition", "import_draft"})
"""What counts for hours only: a backup brings no login and no link back, and nobody waits for an answer of then."""

COUNTED = {
    "tier_override": "number",
    "policy_draft": "draft_id",
    "override_proposal": "proposal_id",
    "member": "member_id",
    "transfer": "number",
    "lot": "lot_id",
    "debt": "debt_id",
    "member_merge": "number",
    "adjustment_request": "number",
    "voucher": "number",
    "voucher_use": "number",
}
"""Tables whose rows the database numbers."""


class StateCopy:
    """All rows of the state, inside one transaction."""

    def __init__(self, session: Session) -> None:
        """The state database of a session."""
        self._session = session

    def lines(self) -> Iterator[str]:
        """Every row as one line of JSON: its table and its values. Runs and jobs that are at work are left out."""
        for name in ORDER:
            for row in self._session.execute(_rows_of(name).execution_options(yield_per=BATCH)):
                values = {key: _plain(value) for key, value in row._mapping.items()}  # noqa: SLF001 - SQLAlchemy's documented name
                yield json.dumps([name, values], ensure_ascii=False, separators=(",", ":"))

    def load(self, lines: Iterable[str]) -> None:
        """Fills an empty state with the rows of another one."""
        self._session.execute(delete(AuditHeadRow))
        for name, rows in groupby(map(json.loads, lines), key=lambda each: str(each[0])):
            table = _table(name)
            batch: list[dict[str, Any]] = []
            for _name, values in rows:
                batch.append(_typed(table, values))
                if len(batch) == BATCH:
                    self._session.execute(insert(table), batch)
                    batch = []
            if batch:
                self._session.execute(insert(table), batch)
        if self._session.get_bind().dialect.name == "postgresql":
            # Rows came with their numbers, so the counters of the database have not moved.
            for name, column in COUNTED.items():
                table = _table(name)
                newest = select(func.coalesce(func.max(table.c[column]), 0) + 1).scalar_subquery()
                self._session.execute(select(func.setval(func.pg_get_serial_sequence(name, column), newest, false())))

    def end(self) -> tuple[int, str]:
        """Number and hash of the newest entry of the audit log: two states that share it and hold it are the same."""
        head = self._session.get(AuditHeadRow, 1)
        return (0, "") if head is None else (head.number, head.hash)

    def is_empty(self) -> bool:
        """Whether nothing has ever been written."""
        return not self._session.scalar(select(func.count()).select_from(RunRow)) and self.end()[0] == 0


def _table(name: str) -> Table:
    return Row.metadata.tables[name]


def _rows_of(name: str) -> Select[Any]:
    table = _table(name)
    if name == "run":
        # An analysis starts after the run that it stands on.
        finished = select(table).where(table.c.status != RunStatus.RUNNING)
        return finished.order_by(table.c.started_number, table.c.run_id)
    if name == "job":
        # Work that is not done yet is done where it was asked for, and not a second time where a copy is opened.
        return select(table).where(table.c.state.in_(ENDED)).order_by(table.c.number)
    if name == "job_log":
        ended = select(JobRow.job_id).where(JobRow.state.in_(ENDED))
        return select(table).where(table.c.job_id.in_(ended)).order_by(*table.primary_key.columns)
    return select(table).order_by(*table.primary_key.columns)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _typed(table: Table, values: dict[str, Any]) -> dict[str, Any]:
    found = dict(values)
    for column in table.columns:
        value = found.get(column.name)
        if value is None:
            continue
        if isinstance(column.type, UtcMoment):
            found[column.name] = datetime.fromisoformat(value)
        elif isinstance(column.type, Date):
            found[column.name] = date.fromisoformat(value)
    return found
