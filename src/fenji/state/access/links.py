"""What lets somebody in once? Links under the hash of their code, gone as soon as they are used."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from fenji.domain.logins import LinkPurpose, OneTimeLink
from fenji.state.access.rows import OneTimeLinkRow


class LinkRepository:
    """The one-time links of one workspace, inside one transaction."""

    def __init__(self, session: Session, clock: Callable[[], datetime]) -> None:
        """The links in the state database of a session."""
        self._session = session
        self._clock = clock

    def make(self, link_hash: str, link: OneTimeLink) -> None:
        """Keeps a new link; older ones of the person no longer let in."""
        self.end_all_of(link.login)
        self._session.add(OneTimeLinkRow(link_hash=link_hash, **{**vars(link), "purpose": str(link.purpose)}))
        self._session.flush()

    def find(self, link_hash: str) -> OneTimeLink | None:
        """A link that may be used; None where there is none, or it is over."""
        row = self._session.get(OneTimeLinkRow, link_hash)
        if row is None or row.ends_at <= self._clock():
            return None
        return OneTimeLink(row.login, LinkPurpose(row.purpose), row.ends_at)

    def take(self, link_hash: str) -> bool:
        """Uses a link up; False where somebody else was faster."""
        wanted = delete(OneTimeLinkRow).where(OneTimeLinkRow.link_hash == link_hash, OneTimeLinkRow.ends_at > self._clock())
        return bool(self._session.connection().execute(wanted).rowcount)

    def end_all_of(self, login: str) -> None:
        """No link of a person lets in any more."""
        self._session.execute(delete(OneTimeLinkRow).where(OneTimeLinkRow.login == login))
