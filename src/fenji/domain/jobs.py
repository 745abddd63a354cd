"""What is a job? Work that somebody asked for and nobody waits for: queued, done by a worker, and kept with what came of it. Not: a run, which is what a job may publish."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from fenji.domain.principals import Principal


class JobKind(StrEnum):
    """What a worker can do. The analyses bear the names by which ``NotStored`` asks for them."""

    RUN = "run"
    START = "start"
    """The first run of a workspace, with thresholds of its own buyers."""
    TIERS = "tiers"
    VALUE = "value"
    PRIORITY = "priority"
    SEGMENTS = "segments"
    CHURN = "churn"
    PROPENSITY = "propensity"
    RULES = "rules"
    RECOMMEND = "recommend"
    FORECAST = "forecast"
    TREND = "trend"
    WHATIF = "whatif"
    REPLAY = "replay"
    LIST = "list"
    """Customers who meet conditions, as a file."""
    EXPORT = "export"
    """The customers of a stored analysis, as a file."""
    MAP = "map"
    IMPORT = "import"
    """A step of files that come over the network."""
    CHECK = "check"
    SELFTEST = "selftest"
    BACKUP = "backup"
    POINTS = "points"
    """Posting of the purchases, refunds and expiries of the last run."""
    REPORT = "report"
    """The monthly report, as files that are kept."""


class JobState(StrEnum):
    """How far a job has come. The last three are for ever."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})
"""States in which nothing happens any more."""


@dataclass(frozen=True)
class NewJob:
    """What somebody asks for."""

    kind: JobKind
    arguments: Mapping[str, object] = field(default_factory=dict)
    """Plain JSON, checked; nothing personal."""
    key: str | None = None
    """Of idempotency: the same key asks for the same job and not for a second one."""


@dataclass(frozen=True)
class JobProgress:
    """How far the work has come."""

    share: float = 0.0
    """0 to 1."""
    sentence: str = ""
    """The step at work, as a message of the catalogs; empty before the first."""


@dataclass(frozen=True)
class JobResult:
    """Where that stands what came of a job."""

    run_id: str | None = None
    """The published run that answers."""
    file: str | None = None
    """A file of the folder ``jobs`` of the store, by its name."""


@dataclass(frozen=True)
class JobError:
    """Why a job failed, or why it is tried again."""

    code: str
    kind: str
    """Of ``errors.Kind``: by it entrances choose exit code or status."""
    is_retryable: bool
    problems: tuple[Mapping[str, object], ...] = ()
    """As ``workspace.job_problems`` writes and reads them: plain JSON that can be told in either language."""


@dataclass(frozen=True)
class Lease:
    """The right to work on a job, until another worker gets it."""

    job_id: str
    fence: int
    """Goes up with every claim: whoever holds an older one can neither report, finish nor publish."""


@dataclass(frozen=True)
class Job:
    """A job as the state database knows it."""

    job_id: str
    """Sorts by the time of asking: 20260203T050607-1a2b3c4d (UTC)."""
    number: int
    """By it jobs stand in the order of asking, whatever the clock did."""
    kind: JobKind
    arguments: Mapping[str, object]
    principal: Principal
    """Who asked, and in whose name it is done."""
    state: JobState
    progress: JobProgress
    attempts: int
    """How often a worker began it; a worker that gave it back in good order does not count."""
    result: JobResult
    error: JobError | None
    """Of the last attempt that failed."""
    key: str | None
    created_at: datetime
    started_at: datetime | None
    """When the last attempt began."""
    ended_at: datetime | None
    retry_at: datetime | None
    """Before then nobody tries it again."""
    is_cancel_asked: bool
    fence: int
    beats: int
    """Counts up while its worker lives."""
    host: str | None
    pid: int | None

    @property
    def lease(self) -> Lease:
        """The lease of the attempt that this record shows."""
        return Lease(self.job_id, self.fence)

    @property
    def has_ended(self) -> bool:
        """Whether nothing happens to it any more."""
        return self.state in ENDED


@dataclass(frozen=True)
class JobLine:
    """One line of a job's log."""

    line: int
    at: datetime
    text: str
    """A message of the catalogs."""
    values: Mapping[str, object]
    """What stands in its places: numbers, names of hosts and codes; nothing personal."""


@dataclass(frozen=True)
class Slot:
    """The last moment at which an entry of the schedule was due and dealt with."""

    name: str
    rule: str
    """What the entry said then; another rule begins anew."""
    fired_at: datetime
    job_id: str | None


class StopReason(StrEnum):
    """Why work on a job ends before it is done."""

    CANCELLED = "cancelled"
    LOST = "lost"
    """Another worker has the job."""
    ENDING = "ending"
    """The worker is told to end, and gives the job back."""


class WorkStopped(BaseException):
    """The work at hand must end now; no ``except Exception`` takes it for a failure of one thing among many."""

    def __init__(self, reason: StopReason) -> None:
        super().__init__(reason)
        self.reason = reason


MOST_ATTEMPTS = 5
"""A job whose workers die, or that fails for passing reasons, so often has failed."""

BACK_OFF = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10))
"""How long a job waits after its first, second, third and any later attempt that failed for a passing reason."""

MOST_LOG_LINES = 200
"""Of one job; the oldest go."""


def back_off(attempts: int) -> timedelta:
    """How long to wait after so many attempts.

    >>> back_off(1).seconds, back_off(9).seconds
    (5, 600)
    """
    return BACK_OFF[min(max(attempts, 1), len(BACK_OFF)) - 1]
