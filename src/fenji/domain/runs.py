"""What is a run? One pass over the data that becomes visible as a whole, by publishing, or not at all. Not: a table or a file of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from fenji.domain.collected import CollectedFile
from fenji.language import Language


class RunStatus(StrEnum):
    """How far a run has come. Readers see published runs only."""

    RUNNING = "running"
    PUBLISHED = "published"
    FAILED = "failed"
    REMOVED = "removed"
    """It was published, and its tables have been taken out since."""
    DONE = "done"
    """Work on the workspace itself, such as a repair, that has ended; it has no tables."""


UPKEEP = ("repair", "prune", "backup")
"""Commands that work on the workspace itself, one at a time."""


@dataclass(frozen=True)
class Part:
    """One Parquet file of a table, as it was when it was published."""

    path: str
    """Relative to the store."""
    rows: int
    size: int
    """Bytes."""
    modified: int
    """Nanoseconds since 1970, as the file system tells it."""
    sha256: str


class PartFault(StrEnum):
    """How a part differs from what was published."""

    MISSING = "missing"
    SIZE = "size"
    CONTENT = "content"
    """Of the right size, with other bytes."""
    UNKNOWN = "unknown"
    """A file that was not published stands beside the parts."""
    ROWS = "rows"
    """Of a run that kept no checksums yet: other rows than were published, or a file that cannot be read."""


class DamageKind(StrEnum):
    """What is wrong with something that was published."""

    MISSING = "missing"
    SIZE = "size"
    CONTENT = "content"
    UNKNOWN = "unknown"
    ROWS = "rows"
    CONTRACT = "contract"
    """The files are whole, and the table breaks a rule of its contract."""
    LAW = "law"
    """The files are whole, and tables contradict one another."""
    AUDIT = "audit"
    """The audit log is not as it was written."""


@dataclass(frozen=True)
class StoredTable:
    """One table, or one as-of date of it, as a run wrote it."""

    table: str
    """Shelf and name, such as insight.tier_assignment."""
    path: str
    """Folder of its Parquet files, relative to the store; it may be that of an earlier run, whose table came out the same."""
    rows: int
    as_of: date | None = None
    """None for tables that have no as-of date."""
    parts: tuple[Part, ...] | None = None
    """Its manifest; None while it is written, and in runs that were published before manifests were kept."""

    @property
    def written_by(self) -> str:
        """The id of the run that wrote the files; it may have been removed since."""
        return self.path.partition("/run=")[2].partition("/")[0]


@dataclass(frozen=True)
class PolicyText:
    """The policy that a run followed, in full, so that its tiers can be made again."""

    slug: str
    version: int
    text: str


@dataclass(frozen=True)
class NewRun:
    """What is known of a run when it starts."""

    command: str
    """The use-case, such as run or tiers."""
    engine: str
    language: Language
    as_of: date | None = None
    settings: Mapping[str, object] = field(default_factory=dict)
    """Plain values, passwords masked."""
    policy: PolicyText | None = None
    documents: Mapping[str, str] = field(default_factory=dict)
    """Other documents that the result depends on, by file name, with their text."""
    base_run_id: str | None = None
    """The published run whose tables and inputs this one stands on; None where it collects and prepares by itself."""


@dataclass(frozen=True)
class Run:
    """A run as the state database knows it: arguments, settings, policy and inputs, enough to make any of its numbers again."""

    run_id: str
    """Sorts by time of start: 20260203T050607-1a2b (UTC)."""
    status: RunStatus
    new: NewRun
    started_at: datetime
    ended_at: datetime | None
    host: str
    pid: int
    package_version: str
    inputs: tuple[CollectedFile, ...] = ()
    """Every file that its data came from; for a run on a base, the base's."""
    edition: int = 1
    """Goes up where a published run is changed, which only the repair of a part and the erasure of a person do."""
    name: str | None = None
    """Under which people keep it; it is not removed with the old ones."""
    base_fingerprint: str | None = None
    """SHA-256 of all that its clean tables were made of; None: it made none, or nobody knows."""
    published_number: int | None = None
    """By it runs stand in the order of publication; None: it was never published."""
    failure: str | None = None
    """Code of the error that ended it; never a message, which could quote data."""
