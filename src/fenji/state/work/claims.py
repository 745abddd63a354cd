"""Who works on a job? One worker at a time; whoever lost it can change nothing of it any more.

No wall clock decides whether a worker lives: its host looks for the process, and others see its beats stand still. So clocks that
differ between hosts, or are set, never take a job from a worker that lives.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from fenji.domain.jobs import Job, JobError, JobProgress, JobResult, JobState, Lease, StopReason, WorkStopped
from fenji.state.work.jobs import changes_one, due, job_record
from fenji.state.work.leases import held_lease
from fenji.state.work.rows import JobRow


class ClaimRepository:
    """The jobs of one workspace for those who do them, inside one transaction."""

    def __init__(self, session: Session, clock: Callable[[], datetime]) -> None:
        """The jobs in the state database of a session."""
        self._session = session
        self._clock = clock

    def claim(self, *, dead: Sequence[Lease] = ()) -> Job | None:
        """Takes the next job for this process: one whose worker is dead, else the first that waits; None where there is none.

        Args:
            dead: leases whose holders are known to be dead; taken only as long as nobody has taken them since.
        """
        now = self._clock()
        for lease in dead:
            if changes_one(self._session, _of_holder(lease).values(**_claiming(now))):
                return self._job(lease.job_id)
        job_id = self._session.scalars(due(now).with_for_update(skip_locked=True)).first()
        if job_id is None:
            return None
        waiting = update(JobRow).where(JobRow.job_id == job_id, JobRow.state == JobState.QUEUED)
        return self._job(job_id) if changes_one(self._session, waiting.values(**_claiming(now))) else None

    def beat(self, lease: Lease) -> StopReason | None:
        """Says that the worker lives; gives back why it must stop, None where it goes on."""
        return None if self._beats(lease, {}) else self._why_not(lease)

    def report(self, lease: Lease, progress: JobProgress) -> StopReason | None:
        """Writes down how far the work has come; gives back why it must stop, None where it goes on."""
        return None if self._beats(lease, {"share": progress.share, "sentence": progress.sentence}) else self._why_not(lease)

    def confirm(self, *, published: str | None = None) -> None:
        """Whether the work of this context may still change anything; asked in the transaction that does.

        Args:
            published: the run that this transaction publishes; written to the job, so that both stand or neither does.

        Raises:
            WorkStopped: another worker has the job, or it is cancelled.
        """
        lease = held_lease()
        if lease is None:
            return
        if not self._beats(lease, {} if published is None else {"run_id": published}):
            raise WorkStopped(self._why_not(lease))

    def finish(self, lease: Lease, result: JobResult) -> bool:
        """The job is done; False where another worker has it."""
        values = {"run_id": result.run_id, "file": result.file, "share": 1.0, "sentence": "", "error": None}
        return self._ends(lease, JobState.DONE, values)

    def fail(self, lease: Lease, error: JobError) -> bool:
        """The job has failed for good; False where another worker has it."""
        return self._ends(lease, JobState.FAILED, {"error": asdict(error)})

    def end_cancelled(self, lease: Lease) -> bool:
        """The work was stopped because somebody cancelled it; False where another worker has it."""
        return self._ends(lease, JobState.CANCELLED, {})

    def give_back(
        self, lease: Lease, *, retry_at: datetime | None = None, error: JobError | None = None, counts: bool = True
    ) -> bool:
        """Puts a job back into its place in the queue; False where another worker has it.

        Args:
            lease: of the worker that gives it back.
            retry_at: before then nobody tries it again.
            error: why, where it failed for a passing reason.
            counts: whether the attempt counts.
        """
        values: dict[str, Any] = {
            "state": JobState.QUEUED,
            "retry_at": retry_at,
            "host": None,
            "pid": None,
            "share": 0.0,
            "sentence": "",
        }
        if error is not None:
            values["error"] = asdict(error)
        if not counts:
            values["attempts"] = JobRow.attempts - 1
        return changes_one(self._session, _of_holder(lease).values(**values))

    def _job(self, job_id: str) -> Job:
        self._session.expire_all()
        return job_record(self._session.get_one(JobRow, job_id))

    def _beats(self, lease: Lease, values: dict[str, Any]) -> bool:
        mine = _of_holder(lease).where(JobRow.is_cancel_asked.is_(False))
        return changes_one(self._session, mine.values(beats=JobRow.beats + 1, **values))

    def _why_not(self, lease: Lease) -> StopReason:
        row = self._session.scalars(select(JobRow).where(JobRow.job_id == lease.job_id)).first()
        is_mine = row is not None and row.fence == lease.fence and row.state == JobState.RUNNING
        return StopReason.CANCELLED if is_mine else StopReason.LOST

    def _ends(self, lease: Lease, state: JobState, values: dict[str, Any]) -> bool:
        ending = {"state": state, "ended_at": self._clock(), "retry_at": None, **values}
        return changes_one(self._session, _of_holder(lease).values(**ending))


def here() -> str:
    """Where the processes are whose numbers mean the same: the host, and its container where there is one."""
    try:
        space = Path("/proc/self/ns/pid").readlink()
    except OSError:
        return socket.gethostname()
    return f"{socket.gethostname()} {space}"


def _of_holder(lease: Lease) -> Any:  # noqa: ANN401 - SQLAlchemy's statement type has no public name that fits
    mine = (JobRow.job_id == lease.job_id, JobRow.fence == lease.fence, JobRow.state == JobState.RUNNING)
    return update(JobRow).where(*mine)


def _claiming(now: datetime) -> dict[str, Any]:
    return {
        "state": JobState.RUNNING,
        "fence": JobRow.fence + 1,
        "attempts": JobRow.attempts + 1,
        "started_at": now,
        "retry_at": None,
        "host": here(),
        "pid": os.getpid(),
        "share": 0.0,
        "sentence": "",
    }
