"""Which runs have there been, and what may readers see? One writer at a time of a command on a base run; a run is published by one transaction or leaves nothing."""

from __future__ import annotations

import os
import re
import secrets
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from fenji import __version__
from fenji.domain.collected import CollectedFile
from fenji.domain.feeds import Feed
from fenji.domain.runs import UPKEEP, NewRun, PolicyText, Run, RunStatus, StoredTable
from fenji.errors import Conflict, FenjiError, NotFound
from fenji.language import Language
from fenji.language import message as _
from fenji.state.heartbeat import PATIENCE, is_gone
from fenji.state.manifests import part_of
from fenji.state.models import RunRow, RunTableRow

KILLED = "killed"
"""The failure of a run whose process ended without a word."""


class RunAtWork(Conflict):
    """Another process runs the same command on the same base run; it will end."""


def silent_runs(session: Session, clock: Callable[[], datetime]) -> Mapping[str, datetime]:
    """Runs that may be dead or have another clock, and when each has beaten last; not those whose process is known to be gone."""
    running = session.scalars(select(RunRow).where(RunRow.status == RunStatus.RUNNING)).all()
    if not running:
        return {}
    now, here = clock(), socket.gethostname()
    return {
        row.run_id: row.heartbeat_at
        for row in running
        if abs(now - row.heartbeat_at) > PATIENCE and not is_gone(host=row.host, pid=row.pid, here=here)
    }


class RunRepository:
    """Runs and the tables that they published, inside one transaction."""

    def __init__(self, session: Session, clock: Callable[[], datetime]) -> None:
        """The runs in the state database of a session."""
        self._session = session
        self._clock = clock

    def start(self, new: NewRun) -> Run:
        """Takes the place of the one writer of a command on a base run.

        Raises:
            Conflict: another process runs the same command on the same base run; says where and since when.
        """
        self._refuse_second(new)
        now = self._clock()
        row = RunRow(
            run_id=f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(2)}",
            command=new.command,
            status=RunStatus.RUNNING,
            started_at=now,
            heartbeat_at=now,
            host=socket.gethostname(),
            pid=os.getpid(),
            as_of=new.as_of,
            engine=new.engine,
            language=new.language,
            settings=dict(new.settings),
            policy=None if new.policy is None else asdict(new.policy),
            documents=dict(new.documents),
            inputs=[],
            keys_given=0,
            base_run_id=new.base_run_id,
            package_version=__version__,
            edition=1,
        )
        self._session.add(row)
        try:
            self._session.flush()
        except IntegrityError as error:
            if not re.search(r"uq_run_running|UNIQUE constraint failed: run\.command", str(error.orig)):
                raise
            # Two processes started in the same moment, and the database let the other one in.
            raise RunAtWork.of(
                _("another run has just started here."), advice=_("Wait for it to end, then try again.")
            ) from error
        return Run(row.run_id, RunStatus.RUNNING, new, now, None, row.host, row.pid, __version__)

    def clear_dead(self, watched: Mapping[str, datetime] = MappingProxyType({})) -> tuple[str, ...]:
        """Gives up every run whose process is dead, and returns their ids; those that live are left alone.

        Args:
            watched: silent runs and their last beat, after which somebody has waited in vain for another.
        """
        now, here, cleared = self._clock(), socket.gethostname(), []
        for row in self._session.scalars(select(RunRow).where(RunRow.status == RunStatus.RUNNING)).all():
            is_silent = watched.get(row.run_id) == row.heartbeat_at
            if not is_silent and not is_gone(host=row.host, pid=row.pid, here=here):
                continue
            # It counts as dead only as long as it has not beaten or published since the row was read.
            as_seen = _of_running(row.run_id).where(RunRow.heartbeat_at == row.heartbeat_at)
            if self._changes_one(as_seen.values(status=RunStatus.FAILED, ended_at=now, failure=KILLED)):
                cleared.append(row.run_id)
        self._session.expire_all()
        return tuple(cleared)

    def given_up(self) -> tuple[str, ...]:
        """The ids of all runs whose folders nobody reads: those that have failed, and those that were removed."""
        gone = (RunStatus.FAILED, RunStatus.REMOVED)
        return tuple(self._session.scalars(select(RunRow.run_id).where(RunRow.status.in_(gone))))

    def beat(self, run_id: str) -> None:
        """Says that the run's process is alive."""
        self._session.execute(_of_running(run_id).values(heartbeat_at=self._clock()))

    def publish(
        self,
        run_id: str,
        tables: Sequence[StoredTable],
        inputs: Sequence[CollectedFile] = (),
        *,
        number: int,
        keys_given: int = 0,
        base_fingerprint: str | None = None,
        settings: Mapping[str, object] | None = None,
        documents: Mapping[str, str] | None = None,
    ) -> None:
        """Makes a run and all its tables visible.

        Args:
            run_id: the run that this process started.
            tables: everything it wrote.
            inputs: the complete list of files that its data came from; empty for a run on a base.
            number: of the audit log's entry about it; by that it stands behind all that were published before.
            keys_given: the largest customer_key in its tables; see ``keys_given``.
            base_fingerprint: of all that its clean tables were made of; None: nobody knows.
            settings: what it followed and did not know when it started, beside the settings of its start.
            documents: such texts.

        Raises:
            Conflict: the run was given up meanwhile, because its process had been silent for too long; or the run that it stands
                on was removed.
        """
        row = self._session.get(RunRow, run_id)
        if row is not None and row.base_run_id is not None:
            _published(self._session, row.base_run_id, gone=Conflict)
        values = {
            "status": RunStatus.PUBLISHED,
            "ended_at": self._clock(),
            "inputs": [asdict(each) for each in inputs],
            "keys_given": keys_given,
            "base_fingerprint": base_fingerprint,
            "published_number": number,
        }
        if row is not None:
            values |= {"settings": {**row.settings, **(settings or {})}, "documents": {**row.documents, **(documents or {})}}
        if not self._changes_one(_of_running(run_id).values(**values)):
            raise Conflict.of(
                _("run {run_id} was given up, because nothing was heard of it for {minutes} minutes."),
                advice=_("Run again; the last published result is unchanged."),
                run_id=run_id,
                minutes=int(PATIENCE.total_seconds() // 60),
            )
        self._session.add_all(
            RunTableRow(
                run_id=run_id, path=each.path, table_name=each.table, as_of=each.as_of, row_count=each.rows, has_manifest=True
            )
            for each in tables
        )
        self._session.flush()

    def number_start(self, run_id: str, number: int) -> None:
        """Puts a run behind all that started before it; ``number`` is that of the audit log's entry about its start."""
        self._session.execute(update(RunRow).where(RunRow.run_id == run_id).values(started_number=number))

    def may_fail(self, run_id: str) -> bool:
        """Whether there is a run of that id that is not published."""
        row = self._session.get(RunRow, run_id)
        return row is not None and row.status != RunStatus.PUBLISHED

    def fail(self, run_id: str, failure: str) -> bool:
        """Marks a run that is running as failed; False where it is not running any more."""
        return self.end(run_id, RunStatus.FAILED, failure)

    def end(self, run_id: str, status: RunStatus, failure: str | None = None) -> bool:
        """Ends a run that is running without publishing it; False where it is not running any more."""
        values = {"status": status, "ended_at": self._clock(), "failure": failure and failure[:80]}
        return self._changes_one(_of_running(run_id).values(**values))

    def latest_published(
        self, *, as_of: date | None = None, command: str | None = None, on: str | None = None, days_of: str | None = None
    ) -> Run | None:
        """The run that was published last; None where there is none.

        Args:
            as_of: only runs at this date.
            command: only runs of this command.
            on: only this run and those that stand on it.
            days_of: only runs that wrote this table for more than one day.
        """
        wanted = select(RunRow).where(RunRow.status == RunStatus.PUBLISHED)
        if command is not None:
            wanted = wanted.where(RunRow.command == command)
        if on is not None:
            wanted = wanted.where((RunRow.run_id == on) | (RunRow.base_run_id == on))
        if as_of is not None:
            wanted = wanted.where(RunRow.as_of == as_of)
        if days_of is not None:
            by_run = select(RunTableRow.run_id).where(RunTableRow.table_name == days_of).group_by(RunTableRow.run_id)
            wanted = wanted.where(RunRow.run_id.in_(by_run.having(func.count(RunTableRow.as_of.distinct()) > 1)))
        row = self._session.scalars(wanted.order_by(RunRow.published_number.desc()).limit(1)).first()
        return None if row is None else _whole(self._session, row)

    def published(self, run_id: str) -> Run:
        """A published run.

        Raises:
            NotFound: there is none of that id.
        """
        return _whole(self._session, _published(self._session, run_id))

    def tables_of(self, run_id: str) -> tuple[StoredTable, ...]:
        """The tables that readers of a run see: its own, and from its base those that it did not write itself.

        Raises:
            NotFound: there is no published run of that id.
        """
        seen: dict[str, list[StoredTable]] = {}
        for row in _chain(self._session, _published(self._session, run_id)):
            own: dict[str, list[StoredTable]] = {}
            for each in row.tables:
                own.setdefault(each.table_name, []).append(table_of(each))
            seen = own | seen
        return tuple(each for name in sorted(seen) for each in seen[name])

    def latest_inputs(self) -> tuple[CollectedFile, ...]:
        """Every file that the last run which collected came from; empty before the first one.

        Not those of the last published run: an analysis on an older run may have been published after a newer one.
        """
        collected = select(RunRow).where(RunRow.status == RunStatus.PUBLISHED, RunRow.base_run_id.is_(None))
        row = self._session.scalars(collected.order_by(RunRow.published_number.desc()).limit(1)).first()
        return () if row is None else _whole(self._session, row).inputs

    def keys_given(self) -> int:
        """The largest customer_key that any published run has given: a key is never given to somebody else, even when its customer has left."""
        ever = (RunStatus.PUBLISHED, RunStatus.REMOVED)
        given = select(func.max(RunRow.keys_given)).where(RunRow.status.in_(ever))
        return self._session.scalar(given) or 0

    def list_runs(self, *, limit: int = 50) -> tuple[Run, ...]:
        """The newest runs of any status, newest first; without their inputs."""
        newest = select(RunRow).order_by(RunRow.started_number.desc()).limit(limit)
        return tuple(run_of(row) for row in self._session.scalars(newest))

    def _refuse_second(self, new: NewRun) -> None:
        same = RunRow.base_run_id.is_(None) if new.base_run_id is None else RunRow.base_run_id == new.base_run_id
        commands = UPKEEP if new.command in UPKEEP else (new.command,)
        place = select(RunRow).where(RunRow.status == RunStatus.RUNNING, RunRow.command.in_(commands), same)
        row = self._session.scalars(place).first()
        if row is None:
            return
        raise RunAtWork.of(
            _("another run is writing here: `{command}`, process {pid} on {host}, since {since} UTC."),
            advice=_(
                "Wait for it to end. Reading is possible meanwhile. A run that has died is cleared after {minutes} minutes."
            ),
            command=row.command,
            pid=row.pid,
            host=row.host,
            since=f"{row.started_at:%Y-%m-%d %H:%M:%S}",
            minutes=int(PATIENCE.total_seconds() // 60),
        )

    def _changes_one(self, statement: Any) -> bool:  # noqa: ANN401 - SQLAlchemy's statement type has no public name that fits
        changed = self._session.execute(statement)
        return isinstance(changed, CursorResult) and changed.rowcount == 1


def _of_running(run_id: str) -> Any:  # noqa: ANN401 - SQLAlchemy's statement type has no public name that fits
    return update(RunRow).where(RunRow.run_id == run_id, RunRow.status == RunStatus.RUNNING)


def _published(session: Session, run_id: str, gone: type[FenjiError] = NotFound) -> RunRow:
    row = session.get(RunRow, run_id, options=[selectinload(RunRow.tables).selectinload(RunTableRow.parts)])
    if row is None or row.status != RunStatus.PUBLISHED:
        raise gone.of(_("there is no published run {run_id}."), run_id=run_id)
    return row


def _chain(session: Session, row: RunRow) -> Iterator[RunRow]:
    """A run, its base, the base's base, and so on."""
    yield row
    while row.base_run_id is not None:
        row = _published(session, row.base_run_id)
        yield row


def _whole(session: Session, row: RunRow) -> Run:
    *_others, first = _chain(session, row)
    return replace(run_of(row), inputs=tuple(file_of(each) for each in first.inputs))


def file_of(values: dict[str, Any]) -> CollectedFile:
    """The record of one input."""
    return CollectedFile(**{**values, "feed": Feed(values["feed"])})


def table_of(row: RunTableRow) -> StoredTable:
    """The record of a table, with its parts."""
    parts = tuple(map(part_of, row.parts)) if row.has_manifest else None
    return StoredTable(row.table_name, row.path, row.row_count, row.as_of, parts)


def run_of(row: RunRow) -> Run:
    """The record of a row, without its inputs."""
    new = NewRun(
        command=row.command,
        engine=row.engine,
        language=Language(row.language),
        as_of=row.as_of,
        settings=row.settings,
        policy=None if row.policy is None else PolicyText(**row.policy),
        documents=row.documents,
        base_run_id=row.base_run_id,
    )
    return Run(
        run_id=row.run_id,
        status=RunStatus(row.status),
        new=new,
        started_at=row.started_at,
        ended_at=row.ended_at,
        host=row.host,
        pid=row.pid,
        package_version=row.package_version,
        edition=row.edition,
        name=row.name,
        base_fingerprint=row.base_fingerprint,
        published_number=row.published_number,
        failure=row.failure,
    )
