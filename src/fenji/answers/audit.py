"""What is answered to the question who changed what?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fenji.answers.frames import Answer
from fenji.domain.audit import Action, AuditEntry, SubjectKind
from fenji.domain.principals import PrincipalKind
from fenji.domain.telling import AS_IT_IS, Named


@dataclass(frozen=True)
class Change:
    """One entry of the audit log."""

    number: int
    """Counts up from 1 without a gap."""
    at: datetime
    """When, in UTC."""
    principal_kind: PrincipalKind
    """Whether a person, a token or the system acted."""
    principal: str
    """Whose name it bears."""
    action: Action
    """What was done."""
    subject_kind: SubjectKind
    """To what sort of thing."""
    subject: str
    """Which one: a run, a policy and version, or a customer as a keyed hash of the id."""
    details: Mapping[str, str | int | None]
    """Small and plain; no personal values."""
    previous_hash: Annotated[str, AS_IT_IS]
    """Of the entry before; zeros for the first."""
    hash: Annotated[str, AS_IT_IS]
    """SHA-256 over everything above."""

    @classmethod
    def of(cls, entry: AuditEntry) -> Change:
        """The entry as the log keeps it."""
        return cls(
            entry.number,
            entry.at,
            entry.principal.kind,
            entry.principal.name,
            entry.action,
            entry.subject.kind,
            entry.subject.name,
            {name: value if isinstance(value, int) or value is None else str(value) for name, value in entry.details.items()},
            entry.previous_hash,
            entry.hash,
        )


@dataclass(frozen=True)
class AuditResult(Answer):
    """The newest entries of the audit log that were asked for."""

    entries: tuple[Change, ...]
    """Newest first."""
    run_id: None = None
    as_of: None = None

    def main_rows(self) -> Sequence[object]:
        """See answers.frames."""
        return self.entries


@dataclass(frozen=True)
class AuditVerified:
    """The whole audit log is as it was written."""

    entries: Annotated[int, Named("verified")]
    """Entries that were walked through."""
    newest_hash: Annotated[str, AS_IT_IS]
    """Hash of the newest: kept elsewhere, it proves later that nothing up to here was rewritten."""
    run_id: None = None
    as_of: None = None
