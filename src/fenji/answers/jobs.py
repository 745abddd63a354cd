"""What is known of work that nobody waits for, of its schedule, and of a worker that has ended?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fenji.documents.schedule import RunMissed
from fenji.domain.jobs import JobKind, JobState
from fenji.domain.principals import PrincipalKind
from fenji.domain.telling import AS_IT_IS, SPREAD
from fenji.domain.words import Spoken
from fenji.errors import Kind, Problem


@dataclass(frozen=True)
class JobFailure:
    """Why a job failed, or why it is tried again."""

    code: str
    """Stable name, as of errors."""
    kind: Kind
    """What sort of failure it is."""
    retryable: bool
    """Whether it may be gone the next time."""
    problems: tuple[Problem, ...]
    """All that was wrong; empty where nobody foresaw it."""


@dataclass(frozen=True)
class ToldJob:
    """A job as it stands."""

    job_id: Annotated[str, AS_IT_IS]
    """Of the job."""
    kind: JobKind
    """What is done."""
    state: JobState
    """How far it has come; the last three are for ever."""
    share: float
    """How much of the present attempt is done, 0 to 1."""
    step: Spoken[str]
    """What is being done, in the language of the answer; empty before the first step and after the last."""
    arguments: Mapping[str, str | int | float | bool | tuple[str, ...] | None]
    """What it was told."""
    asked_by: Annotated[str, AS_IT_IS]
    """Who asked; it is done in this name."""
    asked_by_kind: PrincipalKind
    """What sort of actor that is."""
    attempts: int
    """How often a worker has begun it."""
    result_run_id: Annotated[str | None, AS_IT_IS]
    """The published run that holds what came of it."""
    result_file: Annotated[str | None, AS_IT_IS]
    """The file that it made, by its path; kept for a week."""
    error: JobFailure | None
    """Of the last attempt that failed."""
    is_cancel_asked: bool
    """Whether somebody has cancelled it, though it may still be on its way to the end."""
    asked_at: datetime
    """When it was asked for."""
    started_at: datetime | None
    """When the last attempt began."""
    ended_at: datetime | None
    """When it ended."""
    retry_at: datetime | None
    """Before then nobody tries it again."""
    number: int
    """By it jobs stand in the order of asking."""


@dataclass(frozen=True)
class LogLine:
    """One line of a job's log."""

    at: datetime
    """When it was written."""
    text: Spoken[str]


@dataclass(frozen=True)
class JobAnswer:
    """One job with its log."""

    job: Annotated[ToldJob, SPREAD]
    log: tuple[LogLine, ...]
    """What has happened to it, the oldest first; of a long job the last lines."""
    run_id: None = None
    as_of: None = None


@dataclass(frozen=True)
class JobsAnswer:
    """The newest jobs."""

    jobs: tuple[ToldJob, ...]
    """The newest first."""
    run_id: None = None
    as_of: None = None


@dataclass(frozen=True)
class ScheduleEntry:
    """One entry of schedule.yaml."""

    name: str
    """As the document calls it."""
    kinds: tuple[JobKind, ...]
    """What is done."""
    when: str
    """In the words of the document."""
    run_missed: RunMissed
    """What becomes of times at which nobody worked."""
    next: tuple[datetime, ...]
    """The next times, in the time zone of the workspace."""
    sentence: Spoken[str]
    missed: Spoken[str]
    """What becomes of missed times, in words."""


@dataclass(frozen=True)
class ScheduleAnswer:
    """What begins by itself, and when."""

    time_zone: str
    """In which the times of the document are meant."""
    entries: tuple[ScheduleEntry, ...]
    """In the order of the document."""
    text: str
    """The document; empty where there is none."""
    fingerprint: Annotated[str, AS_IT_IS]
    """Of the document: a change of it is refused where somebody else was quicker."""
    run_id: None = None
    as_of: None = None


@dataclass(frozen=True)
class WorkAnswer:
    """A worker has ended in good order."""

    done: int
    """Jobs that it has worked on."""
    left: int
    """Jobs that wait or are at work elsewhere."""
    run_id: None = None
    as_of: None = None
