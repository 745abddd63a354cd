"""Which versions of programs, offers and benefits have been published? Frozen: what was granted under one keeps it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from fenji.domain.loyalty.published import DocumentKind, Heading, PublishedDocument
from fenji.errors import Conflict, Problem
from fenji.language import message as _
from fenji.state.loyalty.rows import DocumentVersionRow, table_of
from fenji.state.prepared import Driver, Prepared


class DocumentRepository:
    """The published documents of one workspace, inside one transaction."""

    def __init__(self, session: Session, clock: Callable[[], datetime]) -> None:
        """The documents in the state database of a session."""
        self._session = session
        self._clock = clock

    def publish(self, kind: DocumentKind, heading: Heading, text: str) -> PublishedDocument:
        """Freezes a version.

        Args:
            kind: which document.
            heading: what the text says of itself.
            text: the file as it is.

        Raises:
            Conflict: this version or a higher one is published already, or another one begins on the same day or later.
        """
        Conflict.raise_if(self.objections(kind, heading))
        row = {"kind": str(kind), "text": text, "published_at": self._clock(), **vars(heading)}
        self._session.add(DocumentVersionRow(**row))
        self._session.flush()
        return _record(row)

    def objections(self, kind: DocumentKind, heading: Heading) -> list[Problem]:
        """What keeps a version from being published: it or a higher one is there already, or one that begins on the same day or later."""
        versions = [each.heading for each in self.list_published(kind) if each.heading.slug == heading.slug]
        if not versions:
            return []
        newest, found = versions[-1], []
        values = {"name": heading.slug, "version": heading.version, "newest": newest.version, "next": newest.version + 1}
        if heading.version <= newest.version:
            text = _("version {version} of {name} does not come after version {newest}, which is published already.")
            found.append(Problem(text, values, None, _("Raise the version to {next} or more.")))
        if heading.effective_on <= newest.effective_on:
            text = _("version {version} of {name} must take effect after {day}, when version {newest} does.")
            advice = _("Give it a later `effective_on`: what was granted keeps its version.")
            found.append(Problem(text, {**values, "day": newest.effective_on}, None, advice))
        return found

    def list_published(self, kind: DocumentKind) -> tuple[PublishedDocument, ...]:
        """Every published version, by name and version."""
        driver = Driver(self._session)
        # Often the first statement of a transaction: its beginning goes out with it.
        with driver.together():
            found = driver.ask(_OF_KIND, {"asked": str(kind)})
        return tuple(map(_record, found.rows()))


_VERSIONS = table_of(DocumentVersionRow)
_OF_KIND = Prepared(
    select(_VERSIONS).where(_VERSIONS.c.kind == bindparam("asked")).order_by(_VERSIONS.c.slug, _VERSIONS.c.version)
)
"""Asked for in every transaction on points."""


def _record(row: Mapping[str, Any]) -> PublishedDocument:
    heading = Heading(row["slug"], row["version"], row["effective_on"], row["author"], row["why"])
    return PublishedDocument(DocumentKind(row["kind"]), heading, row["text"], row["published_at"])
