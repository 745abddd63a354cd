"""How does somebody wait for a job? By looking, again and again, at how far it is; whoever stops waiting leaves the job alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from fenji.domain.jobs import Job, JobState
from fenji.errors import Conflict, FenjiError, Kind, Problem
from fenji.language import message as _
from fenji.work.asking import job_of
from fenji.workspace.job_problems import problems_in
from fenji.workspace.progress import Progress, silent

LOOK_SECONDS = 0.5
_WHOLE = 100

WAITING = _("waiting for a worker; start one with: fenji work")


class JobFailed(FenjiError):
    """A job that somebody waited for has failed."""

    code, kind = "job_failed", Kind.CONFLICT


class JobCancelled(Conflict):
    """A job that somebody waited for was cancelled."""

    code, retryable = "job_cancelled", False


def wait_for(root: Path, job_id: str, *, progress: Progress = silent, sleep: Callable[[float], None] = time.sleep) -> Job:
    """A job when it is done.

    Args:
        root: the workspace.
        job_id: of the job.
        progress: told how far it is, in hundredths.
        sleep: waits so many seconds between two looks.

    Raises:
        NotFound: there is none of that id.
        JobFailed: it failed, with the problems that it had; the kind is that of its error.
        JobCancelled: it was cancelled.
    """
    while True:
        job = job_of(root, job_id)
        if job.has_ended:
            break
        step = WAITING if job.state is JobState.QUEUED else job.progress.sentence
        progress(step, int(job.progress.share * _WHOLE), _WHOLE)
        sleep(LOOK_SECONDS)
    progress("", _WHOLE, _WHOLE)
    if job.state is JobState.CANCELLED:
        raise JobCancelled.of(_("job {job_id} was cancelled."), job_id=job_id)
    if job.state is JobState.FAILED:
        raise _failure(job)
    return job


def _failure(job: Job) -> JobFailed:
    advice = _("See its log with: fenji jobs show {job_id}")
    whole = Problem(_("job {job_id} has failed."), {"job_id": job.job_id}, advice=advice)
    failed = JobFailed(*([] if job.error is None else problems_in(job.error)), whole)
    if job.error is not None:
        failed.kind = Kind(job.error.kind)
    return failed
