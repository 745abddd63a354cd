"""Which versions of loyalty programs have been published? Frozen: what was granted under one keeps it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fenji.domain.loyalty.program import Program, PublishedProgram
from fenji.errors import Conflict, Problem
from fenji.language import message as _
from fenji.state.loyalty.rows import LoyaltyVersionRow


class ProgramRepository:
    """The published programs of one workspace, inside one transaction."""

    def __init__(self, session: Session, clock: Callable[[], datetime]) -> None:
        """The programs in the state database of a session."""
        self._session = session
        self._clock = clock

    def publish(self, program: Program, text: str) -> PublishedProgram:
        """Freezes a version.

        Args:
            program: what the text says.
            text: the file as it is.

        Raises:
            Conflict: this version or a higher one is published already, or another one begins on the same day.
        """
        Conflict.raise_if(self.objections(program))
        row = LoyaltyVersionRow(
            slug=program.slug,
            version=program.version,
            effective_on=program.effective_on,
            author=program.author,
            why=program.why,
            text=text,
            published_at=self._clock(),
        )
        self._session.add(row)
        self._session.flush()
        return _record(row)

    def objections(self, program: Program) -> list[Problem]:
        """What keeps a version from being published: it or a higher one is there already, or one that begins on the same day or later."""
        versions = [each for each in self.list_published() if each.slug == program.slug]
        if not versions:
            return []
        newest = versions[-1]
        values = {"program": program.slug, "version": program.version, "newest": newest.version, "next": newest.version + 1}
        found = []
        if program.version <= newest.version:
            text = _("version {version} of program {program} does not come after version {newest}, which is published already.")
            found.append(Problem(text, values, None, _("Raise the version to {next} or more.")))
        if program.effective_on <= newest.effective_on:
            text = _("version {version} of program {program} must take effect after {day}, when version {newest} does.")
            advice = _("Give it a later `effective_on`: what was granted keeps its version.")
            found.append(Problem(text, {**values, "day": newest.effective_on}, None, advice))
        return found

    def list_published(self) -> tuple[PublishedProgram, ...]:
        """Every published version, by program and version."""
        ordered = select(LoyaltyVersionRow).order_by(LoyaltyVersionRow.slug, LoyaltyVersionRow.version)
        return tuple(map(_record, self._session.scalars(ordered)))


def _record(row: LoyaltyVersionRow) -> PublishedProgram:
    return PublishedProgram(row.slug, row.version, row.effective_on, row.author, row.why, row.text, row.published_at)
