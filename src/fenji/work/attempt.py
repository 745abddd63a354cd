"""What becomes of one worker's try at one job? It beats, tells how far it is, stops when it must, and says how it ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

from fenji.domain.jobs import (
    MOST_ATTEMPTS,
    Job,
    JobError,
    JobProgress,
    JobResult,
    StopReason,
    WorkStopped,
    back_off,
)
from fenji.errors import FenjiError, Kind, Unavailable
from fenji.language import message as _
from fenji.state.heartbeat import beating
from fenji.state.runs import RunAtWork
from fenji.state.transaction import Transaction
from fenji.state.work.leases import holding
from fenji.work.kinds import Doing, declared
from fenji.workspace.acting import acting_as
from fenji.workspace.folder import Workspace
from fenji.workspace.job_problems import BUG, error_of

BEAT_SECONDS = 5.0
"""How often a worker shows that it lives; so soon it hears that its job was cancelled."""

RUN_WAIT = timedelta(seconds=10)
"""How long a job waits before it looks whether another run has ended."""

REPORT_SECONDS = 1.0
"""Steps that come faster are written down at this pace."""


class WorkersDied(FenjiError):
    """A job at which one worker after the other has died."""

    code = "worker_died"


@dataclass
class Attempt:
    """One job in the hands of this process."""

    workspace: Workspace
    job: Job
    is_ending: Callable[[], bool]
    """Whether this process has been told to end."""
    tell_bug: Callable[[Exception], None]
    """Told of a failure that nobody foresaw."""
    monotonic: Callable[[], float] = time.monotonic
    stopped: StopReason | None = None
    _reported: float = field(default=float("-inf"))
    _step: str = ""

    def progress(self, step: str, done: int, total: int) -> None:
        """See workspace.progress.

        Raises:
            WorkStopped: the job is cancelled, another worker has it, or this process must end.
        """
        if self.is_ending():
            raise WorkStopped(StopReason.ENDING)
        if self.stopped is None and self.monotonic() - self._reported >= REPORT_SECONDS:
            self._reported = self.monotonic()
            share = min(max(done / total, 0.0), 1.0) if total else 0.0
            with suppress(Unavailable), self._transaction() as t:
                self.stopped = t.work.claims.report(self.job.lease, JobProgress(share, step))
                if step and step != self._step and self.stopped is None:
                    t.work.jobs.log(self.job.job_id, step)
            self._step = step
        if self.stopped is not None:
            raise WorkStopped(self.stopped)

    def beat(self) -> None:
        """Says that this process lives, and hears whether it must stop; called from a thread of its own."""
        with self._transaction() as t:
            self.stopped = t.work.claims.beat(self.job.lease) or self.stopped

    def carry_out(self) -> None:
        """Does the job and writes down how it ended; an exception that says that the process must end goes on."""
        try:
            with beating(self.beat, every=BEAT_SECONDS), holding(self.job.lease), acting_as(self.job.principal):
                result = self._result()
        except WorkStopped as stop:
            self._stop(stop.reason)
        except FenjiError as error:
            self._failed(error)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong in a job must not end its worker
            self._broken(error)
        except BaseException:
            self._stop(StopReason.ENDING)
            raise
        else:
            with self._transaction() as t:
                if t.work.claims.finish(self.job.lease, result):
                    t.work.jobs.log(self.job.job_id, _("done"))

    def _result(self) -> JobResult:
        kind, job = declared(self.job.kind), self.job
        if kind.publishes_itself and job.result.run_id is not None:
            # The worker before died between publishing and saying so.
            return JobResult(job.result.run_id)
        if job.attempts > MOST_ATTEMPTS:
            raise WorkersDied.of(
                _("{count} workers died at this job."),
                advice=_("See the memory and the logs of the machine."),
                count=MOST_ATTEMPTS,
            )
        told = kind.checked(job.arguments)
        self.progress("", 0, 1)
        return kind.do(Doing(self.workspace, job, self.progress), told)

    def _stop(self, reason: StopReason) -> None:
        """Ends the attempt without its fault. Whoever lost the job says nothing more of it."""
        lease = self.job.lease
        with self._transaction() as t:
            if reason is StopReason.CANCELLED and t.work.claims.end_cancelled(lease):
                t.work.jobs.log(lease.job_id, _("stopped"))
            if reason is StopReason.ENDING and t.work.claims.give_back(lease, counts=False):
                t.work.jobs.log(lease.job_id, _("given back: the worker ends"))

    def _failed(self, error: FenjiError) -> None:
        """A failure that may pass is waited for; any other ends the job."""
        if isinstance(error, RunAtWork):
            self._wait_for_run(error)
            return
        lease, attempts, kind = self.job.lease, self.job.attempts, declared(self.job.kind)
        is_passing = error.retryable and isinstance(error, kind.tried_again)
        kept = error_of(error)
        with self._transaction() as t:
            if not is_passing or attempts >= MOST_ATTEMPTS:
                if t.work.claims.fail(lease, kept):
                    t.work.jobs.log(lease.job_id, _("failed: {code}"), code=kept.code)
                return
            wait = back_off(attempts)
            if t.work.claims.give_back(lease, retry_at=t.clock() + wait, error=kept):
                text = _("failed: {code}; tried again in {seconds} seconds")
                t.work.jobs.log(lease.job_id, text, code=kept.code, seconds=int(wait.total_seconds()))

    def _wait_for_run(self, error: RunAtWork) -> None:
        """Another run is no failure, however long it takes: the job waits for its end, and counts no attempt."""
        kept, lease = error_of(error), self.job.lease
        with self._transaction() as t:
            is_given = t.work.claims.give_back(lease, retry_at=t.clock() + RUN_WAIT, error=kept, counts=False)
            if is_given and self.job.error != kept:
                t.work.jobs.log(lease.job_id, _("waits for another run"))

    def _broken(self, error: Exception) -> None:
        if self.is_ending():
            # An engine that is stopped in the middle says so in its own way.
            self._stop(StopReason.ENDING)
            return
        self.tell_bug(error)
        with self._transaction() as t:
            if t.work.claims.fail(self.job.lease, JobError(BUG, Kind.BUG.value, is_retryable=False)):
                t.work.jobs.log(self.job.job_id, _("failed: {code}"), code=type(error).__name__)

    def _transaction(self) -> AbstractContextManager[Transaction]:
        return self.workspace.state.transaction(self.job.principal)
