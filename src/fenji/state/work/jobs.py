"""Which jobs have been asked for, and how far are they? Asked for, listed, cancelled and told of by everybody; see ``claims`` for those who do them."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fenji.domain.jobs import (
    BACK_OFF,
    MOST_LOG_LINES,
    Job,
    JobError,
    JobKind,
    JobLine,
    JobProgress,
    JobResult,
    JobState,
    NewJob,
)
from fenji.domain.principals import Principal, PrincipalKind
from fenji.errors import Conflict, NotFound
from fenji.language import message as _
from fenji.state.work.rows import JobLogRow, JobRow


class KeyTaken(Conflict):
    """Another process has asked for the same job in the same moment."""

    code = "key_taken"


class JobRepository:
    """The jobs of one workspace, inside one transaction."""

    def __init__(self, session: Session, clock: Callable[[], datetime]) -> None:
        """The jobs in the state database of a session."""
        self._session = session
        self._clock = clock

    def by_key(self, key: str) -> Job | None:
        """The job that was asked for with a key of idempotency; None where there is none."""
        row = self._session.scalars(select(JobRow).where(JobRow.key == key)).first()
        return None if row is None else job_record(row)

    def add(self, new: NewJob, principal: Principal, *, job_id: str, number: int) -> Job:
        """Puts a job at the end of the queue.

        Args:
            new: what is asked for.
            principal: who asks.
            job_id: from ``new_job_id``.
            number: of the audit log's entry about it; by that it stands behind all that were asked for before.
        """
        row = JobRow(
            job_id=job_id,
            number=number,
            kind=new.kind,
            arguments=dict(new.arguments),
            principal_kind=principal.kind,
            principal_name=principal.name,
            state=JobState.QUEUED,
            share=0.0,
            sentence="",
            attempts=0,
            key=new.key,
            created_at=self._clock(),
            is_cancel_asked=False,
            fence=0,
            beats=0,
        )
        self._session.add(row)
        try:
            self._session.flush()
        except IntegrityError as error:
            if "key" not in str(error.orig):
                raise
            raise KeyTaken.of(_("the same job has just been asked for."), advice=_("Ask again.")) from error
        return job_record(row)

    def new_job_id(self) -> str:
        """An id that sorts by time."""
        return f"{self._clock():%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"

    def get(self, job_id: str) -> Job:
        """A job.

        Raises:
            NotFound: there is none of that id.
        """
        row = self._session.get(JobRow, job_id)
        if row is None:
            raise NotFound.of(_("there is no job {job_id}."), advice=_("List them with: fenji jobs list"), job_id=job_id)
        return job_record(row)

    def list_jobs(
        self, *, states: Sequence[JobState] = (), kind: JobKind | None = None, before: int | None = None, limit: int = 50
    ) -> tuple[Job, ...]:
        """The newest jobs, newest first.

        Args:
            states: only those in one of them; empty: in any.
            kind: only of this kind.
            before: only those with a smaller number: where the page before ended.
            limit: how many at most.
        """
        wanted = select(JobRow).order_by(JobRow.number.desc()).limit(limit)
        if states:
            wanted = wanted.where(JobRow.state.in_(states))
        if kind is not None:
            wanted = wanted.where(JobRow.kind == kind)
        if before is not None:
            wanted = wanted.where(JobRow.number < before)
        return tuple(job_record(row) for row in self._session.scalars(wanted))

    def counts(self) -> Mapping[JobState, int]:
        """How many jobs are in each state."""
        found = self._session.execute(select(JobRow.state, func.count()).group_by(JobRow.state))
        return {JobState(state): count for state, count in found}

    def log_of(self, job_id: str) -> tuple[JobLine, ...]:
        """The lines of a job's log, the oldest first."""
        wanted = select(JobLogRow).where(JobLogRow.job_id == job_id).order_by(JobLogRow.line)
        return tuple(JobLine(each.line, each.at, each.text, each.values) for each in self._session.scalars(wanted))

    def running(self) -> tuple[Job, ...]:
        """All jobs that some worker holds."""
        wanted = select(JobRow).where(JobRow.state == JobState.RUNNING).order_by(JobRow.number)
        return tuple(job_record(row) for row in self._session.scalars(wanted))

    def has_waiting(self, *, now_or_later: bool = False) -> bool:
        """Whether a job waits that may be begun now, or also one that is tried again later."""
        waiting = select(JobRow.job_id).where(JobRow.state == JobState.QUEUED).limit(1)
        return self._session.scalars(waiting if now_or_later else due(self._clock())).first() is not None

    def ask_cancel(self, job_id: str) -> Job:
        """Cancels a job: one that waits at once, one at work as soon as its worker hears of it. Cancelling twice is harmless.

        Raises:
            NotFound: there is none of that id.
            Conflict: it has ended already.
        """
        waiting = update(JobRow).where(JobRow.job_id == job_id, JobRow.state == JobState.QUEUED)
        if not changes_one(self._session, waiting.values(state=JobState.CANCELLED, ended_at=self._clock(), is_cancel_asked=True)):
            at_work = update(JobRow).where(JobRow.job_id == job_id, JobRow.state == JobState.RUNNING)
            self._session.execute(at_work.values(is_cancel_asked=True))
        self._session.expire_all()
        found = self.get(job_id)
        if not found.is_cancel_asked:
            raise Conflict.of(_("job {job_id} has ended already."), job_id=job_id)
        return found

    def log(self, job_id: str, text: str, **values: object) -> None:
        """Adds a line to a job's log; beyond MOST_LOG_LINES the oldest go."""
        newest = select(func.max(JobLogRow.line)).where(JobLogRow.job_id == job_id)
        line = (self._session.scalar(newest) or 0) + 1
        self._session.add(JobLogRow(job_id=job_id, line=line, at=self._clock(), text=text, values=values))
        self._session.execute(delete(JobLogRow).where(JobLogRow.job_id == job_id, JobLogRow.line <= line - MOST_LOG_LINES))
        self._session.flush()


def changes_one(session: Session, statement: Any) -> bool:  # noqa: ANN401 - SQLAlchemy's statement type has no public name that fits
    """Whether a statement has changed exactly one row."""
    changed = session.execute(statement.execution_options(synchronize_session=False))
    return isinstance(changed, CursorResult) and changed.rowcount == 1


def due(now: datetime) -> Select[str]:
    """The first job that may be begun."""
    return (
        select(JobRow.job_id)
        .where(JobRow.state == JobState.QUEUED)
        # A clock that was set back must not make a job wait for longer than the longest pause.
        .where((JobRow.retry_at.is_(None)) | (JobRow.retry_at <= now) | (JobRow.retry_at > now + BACK_OFF[-1]))
        .order_by(JobRow.number)
        .limit(1)
    )


def job_record(row: JobRow) -> Job:
    """The record of a row."""
    error = row.error
    return Job(
        job_id=row.job_id,
        number=row.number,
        kind=JobKind(row.kind),
        arguments=row.arguments,
        principal=Principal(PrincipalKind(row.principal_kind), row.principal_name),
        state=JobState(row.state),
        progress=JobProgress(row.share, row.sentence),
        attempts=row.attempts,
        result=JobResult(row.run_id, row.file),
        error=None if error is None else JobError(error["code"], error["kind"], error["is_retryable"], tuple(error["problems"])),
        key=row.key,
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        retry_at=row.retry_at,
        is_cancel_asked=row.is_cancel_asked,
        fence=row.fence,
        beats=row.beats,
        host=row.host,
        pid=row.pid,
    )
