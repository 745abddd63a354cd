"""What was done in this workspace, what is at work, and who asked for it? Runs beside the jobs that made them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Annotated

from fenji.answers.jobs import JobAnswer, ToldJob
from fenji.answers.run_list import RunDetail, RunRow
from fenji.domain.jobs import JobState
from fenji.domain.telling import SPREAD
from fenji.errors import NotFound
from fenji.work.asking import list_jobs
from fenji.work.telling import show_job, told_job
from fenji.workflow.runs import list_runs, run_at

_LOOKED_AT = 300
"""Jobs among which that of a run is looked for, the newest first."""


@dataclass(frozen=True)
class RunWithJob:
    """A run, and the job that made it."""

    run: Annotated[RunRow, SPREAD]
    job: ToldJob | None
    """None: it was begun on the command line, or the job is not kept any more."""


@dataclass(frozen=True)
class History:
    """What was done, and what is at work."""

    at_work: tuple[ToldJob, ...]
    """Jobs that wait or are at work, the oldest first."""
    not_done: tuple[ToldJob, ...]
    """Jobs that failed or were cancelled, the newest first."""
    runs: tuple[RunWithJob, ...]
    """The newest first."""


@dataclass(frozen=True)
class Work:
    """A job, its run, or both."""

    job: JobAnswer | None
    run: RunDetail | None


def history_of(root: Path, *, limit: int = 50) -> History:
    """The newest runs, and the jobs that are no run yet or never became one.

    Raises:
        NotFound: no workspace.
    """
    jobs = [told_job(root, each) for each in list_jobs(root, limit=_LOOKED_AT)]
    by_run: dict[str, ToldJob] = {}
    for each in jobs:
        if each.result_run_id is not None:
            by_run.setdefault(each.result_run_id, _without_path(each))
    open_ones = [each for each in reversed(jobs) if each.state in {JobState.QUEUED, JobState.RUNNING}]
    ended = [each for each in jobs if each.state in {JobState.FAILED, JobState.CANCELLED}]
    return History(
        tuple(map(_without_path, open_ones)),
        tuple(map(_without_path, ended[:limit])),
        tuple(RunWithJob(each, by_run.get(each.run_id)) for each in list_runs(root, limit=limit).runs),
    )


def work_of(root: Path, work_id: str) -> Work:
    """A job with the run that it made, or a run with the job that made it.

    Raises:
        NotFound: neither a job nor a run has this id.
    """
    try:
        job = show_job(root, work_id)
    except NotFound:
        run = run_at(root, work_id)
        made_by = next((each for each in list_jobs(root, limit=_LOOKED_AT) if each.result.run_id == work_id), None)
        return Work(None if made_by is None else _told(show_job(root, made_by.job_id)), run)
    made = job.job.result_run_id
    return Work(_told(job), None if made is None else run_at(root, made))


def _told(answer: JobAnswer) -> JobAnswer:
    return replace(answer, job=_without_path(answer.job))


def _without_path(job: ToldJob) -> ToldJob:
    """A job as it is told over the network: where files stand is a matter of the server."""
    return replace(job, result_file=None if job.result_file is None else PurePath(job.result_file).name)
