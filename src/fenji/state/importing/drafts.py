"""Which imports are there, and what has become of each? Whoever changes one names the edition that they have seen."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from fenji.domain.importing import OPEN, ImportDraft, ImportFile, ImportStatus
from fenji.errors import Conflict, NotFound
from fenji.language import message as _
from fenji.state.importing.rows import ImportDraftRow


class ImportRepository:
    """The imports of one workspace, inside one transaction."""

    def __init__(self, session: Session, who: str, clock: Callable[[], datetime]) -> None:
        """The imports in the state database of a session; ``who`` changes them."""
        self._session = session
        self._who = who[:200]
        self._clock = clock

    def begin(self) -> ImportDraft:
        """A new import without files."""
        now = self._clock()
        row = ImportDraftRow(
            import_id=f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}",
            status=ImportStatus.UPLOADED,
            edition=1,
            begun_by=self._who,
            begun_at=now,
            changed_by=self._who,
            changed_at=now,
            files=[],
            answers={},
            fingerprint=None,
        )
        self._session.add(row)
        self._session.flush()
        return _draft(row)

    def one(self, import_id: str) -> ImportDraft:
        """An import.

        Raises:
            NotFound: there is none of that id.
        """
        row = self._session.get(ImportDraftRow, import_id, populate_existing=True)
        if row is None:
            raise NotFound.of(_("there is no import {import_id}."), import_id=import_id[:40])
        return _draft(row)

    def newest(self, *, limit: int = 100) -> tuple[ImportDraft, ...]:
        """The imports that were begun last, the newest first."""
        wanted = select(ImportDraftRow).order_by(ImportDraftRow.begun_at.desc(), ImportDraftRow.import_id.desc()).limit(limit)
        return tuple(map(_draft, self._session.scalars(wanted)))

    def open_ones(self) -> tuple[ImportDraft, ...]:
        """Those that are neither accepted nor dropped, the one that nobody has touched longest first."""
        wanted = select(ImportDraftRow).where(ImportDraftRow.status.in_(OPEN)).order_by(ImportDraftRow.changed_at)
        return tuple(map(_draft, self._session.scalars(wanted)))

    def change(
        self,
        seen: ImportDraft,
        *,
        files: Sequence[ImportFile] | None = None,
        answers: Mapping[str, str] | None = None,
        status: ImportStatus | None = None,
        fingerprint: str | None = None,
    ) -> ImportDraft:
        """Changes an import into its next edition.

        Args:
            seen: as whoever changes it has seen it.
            files: all its files; None: as they were.
            answers: all its answers; None: as they were.
            status: how far it has come; None: as it was.
            fingerprint: of what would be written; None: nobody knows any more.

        Raises:
            Conflict: somebody has changed it since, or it is accepted or dropped.
        """
        values: dict[str, Any] = {
            "edition": seen.edition + 1,
            "changed_by": self._who,
            "changed_at": self._clock(),
            "fingerprint": fingerprint,
        }
        values |= {} if files is None else {"files": [asdict(each) for each in files]}
        values |= {} if answers is None else {"answers": dict(answers)}
        values |= {} if status is None else {"status": status}
        if not self._changes_one(seen, values):
            raise self.conflict(seen.import_id)
        return self.one(seen.import_id)

    def note(self, seen: ImportDraft, status: ImportStatus, fingerprint: str) -> ImportDraft:
        """Keeps what has just been shown of an edition; what has changed since is left alone."""
        self._changes_one(seen, {"status": status, "fingerprint": fingerprint})
        return self.one(seen.import_id)

    def conflict(self, import_id: str) -> Conflict:
        """What is said to somebody who comes too late."""
        now = self.one(import_id)
        if now.status is ImportStatus.ACCEPTED:
            return Conflict.of(_("{who} has accepted this import already."), who=now.changed_by)
        if now.status is ImportStatus.DROPPED:
            return Conflict.of(_("{who} has dropped this import."), advice=_("Begin a new one."), who=now.changed_by)
        return Conflict.of(
            _("{who} has changed this import meanwhile: it is edition {edition} now."),
            advice=_("Look at it again, then repeat what you wanted."),
            who=now.changed_by,
            edition=now.edition,
        )

    def _changes_one(self, seen: ImportDraft, values: dict[str, Any]) -> bool:
        row = ImportDraftRow
        as_seen = update(row).where(row.import_id == seen.import_id, row.edition == seen.edition, row.status.in_(OPEN))
        changed = self._session.execute(as_seen.values(**values))
        return isinstance(changed, CursorResult) and changed.rowcount == 1


def _draft(row: ImportDraftRow) -> ImportDraft:
    return ImportDraft(
        row.import_id,
        ImportStatus(row.status),
        row.edition,
        row.begun_by,
        row.begun_at,
        row.changed_by,
        row.changed_at,
        tuple(ImportFile(**each) for each in row.files),
        dict(row.answers),
        row.fingerprint,
    )
