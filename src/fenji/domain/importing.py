"""What is an import? Files that somebody has sent and that wait, outside the sources, until what they mean is settled and accepted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from fenji.domain.telling import AS_IT_IS


class ImportStatus(StrEnum):
    """How far an import has come."""

    UPLOADED = "uploaded"
    """Files may come; nobody has looked at them since the last one."""
    ASKED = "asked"
    """A question waits, without whose answer a file counts for nothing."""
    READY = "ready"
    """It may be accepted."""
    ACCEPTED = "accepted"
    """Its files stand with those of the sources, and sources.yaml reads them."""
    DROPPED = "dropped"
    """Its files are gone."""


class ImportStep(StrEnum):
    """What may be done with the files of an import once they are there; each looks into all of them, which takes its time."""

    TABLES = "tables"
    """Takes tables of a database in, and proposes."""
    PROPOSE = "propose"
    ANSWER = "answer"
    PREVIEW = "preview"
    ACCEPT = "accept"


OPEN = (ImportStatus.UPLOADED, ImportStatus.ASKED, ImportStatus.READY)
"""As long as these hold, files and answers may come."""


@dataclass(frozen=True)
class ImportFile:
    """One file of an import."""

    name: str
    """As it was sent: a text, never a path."""
    size: int
    """Bytes."""
    sha256: Annotated[str, AS_IT_IS]
    """Of its contents."""
    format: str
    """As its first bytes say."""
    replaces: bool = False
    """Whether it takes the place of a file of that name."""
    database: str | None = None
    """Where it is no file but a table: the name of the database; what waits is a sample of its first rows."""
    table: str | None = None
    """The table, as sources.yaml will name it."""


@dataclass(frozen=True)
class ImportDraft:
    """An import as the state database knows it."""

    import_id: str
    status: ImportStatus
    edition: int
    """Goes up with every file and every answer: whoever changes an import says which edition they have seen."""
    begun_by: str
    begun_at: datetime
    changed_by: str
    changed_at: datetime
    files: tuple[ImportFile, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    """By the id of the question."""
    fingerprint: str | None = None
    """SHA-256 of what accepting it would write, as it was shown last; None: nothing was shown yet."""

    @property
    def is_open(self) -> bool:
        """Whether files and answers may still come."""
        return self.status in OPEN
