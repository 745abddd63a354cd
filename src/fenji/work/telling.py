"""How is a job told to people and scripts? As a record of ``answers``, its sentences in the reader's language."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from fenji.answers.jobs import JobAnswer, JobFailure, JobsAnswer, LogLine, ScheduleAnswer, ScheduleEntry, ToldJob
from fenji.domain.jobs import Job, JobKind, JobState
from fenji.domain.words import Spoken
from fenji.errors import Kind
from fenji.language import Language, translate
from fenji.wording.schedules import MISSED, when_sentence
from fenji.work.asking import job_of, list_jobs, log_of
from fenji.work.schedule_changes import fingerprint_of, schedule_text
from fenji.work.scheduling import next_slots, schedule_of
from fenji.workspace.folder import open_workspace
from fenji.workspace.job_files import FOLDER
from fenji.workspace.job_problems import problems_in

NEXT_SHOWN = 5
"""Times of each entry of the schedule."""


def told_job(root: Path, job: Job) -> ToldJob:
    """A job as it is told."""
    error = job.error
    file = job.result.file
    return ToldJob(
        job_id=job.job_id,
        kind=job.kind,
        state=job.state,
        share=round(job.progress.share, 3),
        step=Spoken(partial(_said, job.progress.sentence, {})),
        arguments={name: _told_argument(each) for name, each in job.arguments.items()},
        asked_by=job.principal.name,
        asked_by_kind=job.principal.kind,
        attempts=job.attempts,
        result_run_id=job.result.run_id,
        result_file=None if file is None else str(open_workspace(root).store / FOLDER / file),
        error=None if error is None else JobFailure(error.code, Kind(error.kind), error.is_retryable, problems_in(error)),
        is_cancel_asked=job.is_cancel_asked,
        asked_at=job.created_at,
        started_at=job.started_at,
        ended_at=job.ended_at,
        retry_at=job.retry_at,
        number=job.number,
    )


def _told_argument(value: object) -> str | int | float | bool | tuple[str, ...] | None:
    """An argument as it is told: what is no plain value or list of texts, as its JSON."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, list | tuple) and all(isinstance(each, str) for each in value):
        return tuple(map(str, value))
    return json.dumps(value, ensure_ascii=False)


def show_job(root: Path, job_id: str) -> JobAnswer:
    """A job with its log.

    Raises:
        NotFound: there is none of that id.
    """
    job = job_of(root, job_id)
    lines = (LogLine(each.at, Spoken(partial(_said, each.text, dict(each.values)))) for each in log_of(root, job_id))
    return JobAnswer(told_job(root, job), tuple(lines))


def show_jobs(root: Path, *, state: JobState | None = None, kind: JobKind | None = None, limit: int = 20) -> JobsAnswer:
    """The newest jobs, newest first."""
    states = () if state is None else (state,)
    return JobsAnswer(tuple(told_job(root, each) for each in list_jobs(root, states=states, kind=kind, limit=limit)))


def show_schedule(root: Path, *, now: datetime | None = None) -> ScheduleAnswer:
    """What begins by itself, with the next times of each entry.

    Raises:
        NotFound: no workspace.
        InvalidDocument: schedule.yaml cannot be used; all problems at once.
    """
    workspace = open_workspace(root)
    schedule, zone = schedule_of(workspace), workspace.settings.time_zone
    entries = () if schedule is None else schedule.entries
    after, text = now or datetime.now(UTC), schedule_text(workspace)
    return ScheduleAnswer(
        zone,
        tuple(
            ScheduleEntry(
                each.name,
                each.kinds,
                each.when,
                each.run_missed,
                tuple(slot.astimezone(ZoneInfo(zone)) for slot in next_slots(each, zone, after, NEXT_SHOWN)),
                Spoken(partial(when_sentence, each.cron)),
                Spoken(partial(_said, MISSED[each.run_missed], {})),
            )
            for each in entries
        ),
        text,
        fingerprint_of(text),
    )


def _said(text: str, values: dict[str, object], language: Language) -> str:
    return translate(text, language, **values)
