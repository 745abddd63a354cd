"""What is answered to the question which runs there have been?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fenji.answers.runs import StoredRows
from fenji.domain.runs import Run, RunStatus
from fenji.domain.telling import AS_IT_IS, SPREAD
from fenji.errors import Problem


@dataclass(frozen=True)
class RunRow:
    """One run."""

    run_id: Annotated[str, AS_IT_IS]
    """Its id."""
    command: str
    """What was asked for, such as run or tiers."""
    status: RunStatus
    """How far it has come; only published runs are seen by questions."""
    as_of: date | None
    """The last day that counts; null where the work has none."""
    policy: str | None
    """The policy that was followed."""
    version: int | None
    """Its version."""
    started_at: datetime
    """When, in UTC."""
    ended_at: datetime | None
    """When, in UTC; null while it runs."""
    seconds: float | None
    """How long it took; null while it runs."""
    engine: Annotated[str, AS_IT_IS]
    """Engine that computed."""
    base_run_id: Annotated[str | None, AS_IT_IS]
    """The run whose tables it stands on; null where it collected by itself."""
    name: str | None
    """Under which it is kept."""
    edition: int
    """Goes up where it was repaired, or a person was erased from it."""
    failure: Annotated[str | None, AS_IT_IS]
    """Code of the error that ended it."""

    @classmethod
    def of(cls, run: Run) -> RunRow:
        """A run as it is told."""
        policy = run.new.policy
        return cls(
            run_id=run.run_id,
            command=run.new.command,
            status=run.status,
            as_of=run.new.as_of,
            policy=policy.slug if policy else None,
            version=policy.version if policy else None,
            started_at=run.started_at,
            ended_at=run.ended_at,
            seconds=None if run.ended_at is None else (run.ended_at - run.started_at).total_seconds(),
            engine=run.new.engine,
            base_run_id=run.new.base_run_id,
            name=run.name,
            edition=run.edition,
            failure=run.failure,
        )


@dataclass(frozen=True)
class RunsResult:
    """The newest runs of any status."""

    runs: tuple[RunRow, ...]
    """Newest first."""


@dataclass(frozen=True)
class RunInput:
    """One file, sheet or query that a run read."""

    source: str
    """The entry of sources.yaml."""
    file: str
    records: int
    """Records that could be read."""
    unreadable: int
    """Records that could not."""
    fingerprint: Annotated[str, AS_IT_IS]
    """SHA-256 of the content and of the way in which it is read."""


@dataclass(frozen=True)
class RunDetail:
    """One run, what it read and wrote, and what must be known before its figures are read."""

    run: Annotated[RunRow, SPREAD]
    inputs: int
    """Files, sheets and queries that its data came from; 0 unless it is published."""
    rows: int | None
    """Rows that came in; null where it did not collect, or is not published."""
    kept: int | None
    """Of them, those in the clean base."""
    tables: tuple[StoredRows, ...]
    """The tables that readers of the run see; none unless it is published."""
    warnings: tuple[Problem, ...]
    """Order numbers that were taken apart, and words of a status that nothing explains."""
    read: tuple[RunInput, ...] = ()
    """What its data came from, by source and file; none unless it is published."""
    base_fingerprint: Annotated[str | None, AS_IT_IS] = None
    """SHA-256 of all that its clean tables were made of; null where it made none."""
