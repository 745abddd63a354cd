"""Which runs have there been, and what may readers see? One writer at a time; a run is published by one transaction or leaves nothing."""

from __future__ import annotations

import os
import re
import secrets
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from fenji import __version__
from fenji.domain.collected import CollectedFile
from fenji.domain.feeds import Feed
from fenji.domain.runs import NewRun, PolicyText, Run, RunStatus, StoredTable
from fenji.errors import Conflict, FenjiError, NotFound
from fenji.language import Language
from fenji.language import message as _
from fenji.state.database import Database
from fenji.state.heartbeat import PATIENCE, beating, is_alive
from fenji.state.models import RunRow, RunTableRow
from fenji.state.store import Store

KILLED = "killed"
"""The failure of a run whose process ended without a word."""

NOT_PUBLISHED = "not_published"
"""The failure of a run that ended without an error and without publishing."""


def _now() -> datetime:
    return datetime.now(UTC)


class RunRepository:
    """The runs of one workspace."""

    def __init__(self, database: Database, store: Store, *, clock: Callable[[], datetime] = _now) -> None:
        """The runs of a state database whose Parquet files stand in ``store``."""
        self._database = database
        self._store = store
        self._clock = clock
        self._host = socket.gethostname()

    @contextmanager
    def running(self, new: NewRun) -> Iterator[Run]:
        """Holds the place of the one writer for the block; a block that ends without ``publish`` has failed and leaves nothing.

        Raises:
            Conflict: another run is writing.
        """
        run = self.start(new)
        try:
            with beating(lambda: self.beat(run.run_id)):
                yield run
        except BaseException as error:
            with suppress(FenjiError):  # the first error is the one to report; what is left is cleared by the next run
                self.fail(run.run_id, error.code if isinstance(error, FenjiError) else type(error).__name__)
            raise
        self.fail(run.run_id, NOT_PUBLISHED)

    def start(self, new: NewRun) -> Run:
        """Takes the place of the one writer. Whatever dead runs have left is cleaned up first.

        Raises:
            Conflict: another run is writing; says which, where and since when.
        """
        now = self._clock()
        run_id = f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"
        row = RunRow(
            run_id=run_id,
            command=new.command,
            status=RunStatus.RUNNING,
            started_at=now,
            heartbeat_at=now,
            host=self._host,
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
        )
        started = Run(run_id, RunStatus.RUNNING, new, now, None, self._host, row.pid, __version__)
        try:
            with self._database.writing() as session:
                self._clear_dead(session, now)
                session.add(row)
                session.flush()
                dead = session.scalars(select(RunRow.run_id).where(RunRow.status == RunStatus.FAILED)).all()
        except IntegrityError as error:
            if not re.search(r"uq_run_running|UNIQUE constraint failed: run\.status", str(error.orig)):
                raise
            # Two processes started in the same moment, and the database let the other one in.
            raise Conflict.of(_("another run has just started here."), advice=_("Wait for it to end, then try again.")) from error
        self._store.remove_runs(dead)
        return started

    def beat(self, run_id: str) -> None:
        """Says that the run's process is alive."""
        with self._database.writing() as session:
            session.execute(_of_running(run_id).values(heartbeat_at=self._clock()))

    def publish(
        self, run_id: str, tables: Sequence[StoredTable], inputs: Sequence[CollectedFile] = (), *, keys_given: int = 0
    ) -> None:
        """Makes a run and all its tables visible, in one transaction.

        Args:
            run_id: the run that this process started.
            tables: everything it wrote.
            inputs: the complete list of files that its data came from; empty for a run on a base.
            keys_given: the largest customer_key in its tables; see ``keys_given``.

        Raises:
            Conflict: the run was given up meanwhile, because its process had been silent for too long.
        """
        with self._database.writing() as session:
            values = {
                "status": RunStatus.PUBLISHED,
                "ended_at": self._clock(),
                "inputs": [asdict(each) for each in inputs],
                "keys_given": keys_given,
            }
            changed = session.execute(_of_running(run_id).values(**values))
            if not isinstance(changed, CursorResult) or changed.rowcount != 1:
                raise Conflict.of(
                    _("run {run_id} was given up, because nothing was heard of it for {minutes} minutes."),
                    advice=_("Run again; the last published result is unchanged."),
                    run_id=run_id,
                    minutes=int(PATIENCE.total_seconds() // 60),
                )
            session.add_all(
                RunTableRow(run_id=run_id, path=each.path, table_name=each.table, as_of=each.as_of, row_count=each.rows)
                for each in tables
            )

    def fail(self, run_id: str, failure: str) -> None:
        """Marks a run that is not published as failed and removes its folders; does nothing to a published one."""
        with self._database.reading() as session:
            row = session.get(RunRow, run_id)
            if row is None or row.status == RunStatus.PUBLISHED:
                return
        # The folders go first: where the disk is full, that makes room for the line in the database.
        self._store.remove_runs([run_id])
        with self._database.writing() as session:
            session.execute(_of_running(run_id).values(status=RunStatus.FAILED, ended_at=self._clock(), failure=failure[:80]))

    def latest_published(self, *, as_of: date | None = None, command: str | None = None, on: str | None = None) -> Run | None:
        """The run that was published last; None where there is none.

        Args:
            as_of: only runs at this date.
            command: only runs of this command.
            on: only this run and those that stand on it.
        """
        wanted = select(RunRow).where(RunRow.status == RunStatus.PUBLISHED)
        if command is not None:
            wanted = wanted.where(RunRow.command == command)
        if on is not None:
            wanted = wanted.where((RunRow.run_id == on) | (RunRow.base_run_id == on))
        if as_of is not None:
            wanted = wanted.where(RunRow.as_of == as_of)
        with self._database.reading() as session:
            row = session.scalars(wanted.order_by(RunRow.ended_at.desc(), RunRow.run_id.desc()).limit(1)).first()
            return None if row is None else _whole(session, row)

    def published(self, run_id: str) -> Run:
        """A published run.

        Raises:
            NotFound: there is none of that id.
        """
        with self._database.reading() as session:
            return _whole(session, _published(session, run_id))

    def tables_of(self, run_id: str) -> tuple[StoredTable, ...]:
        """The tables that readers of a run see: its own, and from its base those that it did not write itself.

        Raises:
            NotFound: there is no published run of that id.
        """
        seen: dict[str, list[StoredTable]] = {}
        with self._database.reading() as session:
            for row in _chain(session, _published(session, run_id)):
                own: dict[str, list[StoredTable]] = {}
                for each in row.tables:
                    own.setdefault(each.table_name, []).append(
                        StoredTable(each.table_name, each.path, each.row_count, each.as_of)
                    )
                seen = own | seen
        return tuple(each for name in sorted(seen) for each in seen[name])

    def latest_inputs(self) -> tuple[CollectedFile, ...]:
        """Every file that the last published result came from; empty before the first run."""
        run = self.latest_published()
        return () if run is None else run.inputs

    def keys_given(self) -> int:
        """The largest customer_key that any published run has given: a key is never given to somebody else, even when its customer has left."""
        with self._database.reading() as session:
            return session.scalar(select(func.max(RunRow.keys_given)).where(RunRow.status == RunStatus.PUBLISHED)) or 0

    def list_runs(self, *, limit: int = 50) -> tuple[Run, ...]:
        """The newest runs of any status, newest first; without their inputs."""
        newest = select(RunRow).order_by(RunRow.run_id.desc()).limit(limit)
        with self._database.reading() as session:
            return tuple(_record(row) for row in session.scalars(newest))

    def _clear_dead(self, session: Session, now: datetime) -> None:
        for row in session.scalars(select(RunRow).where(RunRow.status == RunStatus.RUNNING)):
            if is_alive(host=row.host, pid=row.pid, heartbeat_at=row.heartbeat_at, here=self._host, now=now):
                raise Conflict.of(
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
            row.status, row.ended_at, row.failure = RunStatus.FAILED, now, KILLED
        session.flush()


def _of_running(run_id: str) -> Any:  # noqa: ANN401 - SQLAlchemy's statement type has no public name that fits
    return update(RunRow).where(RunRow.run_id == run_id, RunRow.status == RunStatus.RUNNING)


def _published(session: Session, run_id: str) -> RunRow:
    row = session.get(RunRow, run_id, options=[selectinload(RunRow.tables)])
    if row is None or row.status != RunStatus.PUBLISHED:
        raise NotFound.of(_("there is no published run {run_id}."), run_id=run_id)
    return row


def _chain(session: Session, row: RunRow) -> Iterator[RunRow]:
    """A run, its base, the base's base, and so on."""
    yield row
    while row.base_run_id is not None:
        row = _published(session, row.base_run_id)
        yield row


def _whole(session: Session, row: RunRow) -> Run:
    *_others, first = _chain(session, row)
    return replace(_record(row), inputs=tuple(_file(each) for each in first.inputs))


def _file(values: dict[str, Any]) -> CollectedFile:
    return CollectedFile(**{**values, "feed": Feed(values["feed"])})


def _record(row: RunRow) -> Run:
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
        failure=row.failure,
    )
