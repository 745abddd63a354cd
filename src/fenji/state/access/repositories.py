"""What can one transaction see and change of who may come in? All repositories of access on one session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fenji.state.access.credentials import CredentialRepository
from fenji.state.access.failures import FailureRepository
from fenji.state.access.links import LinkRepository
from fenji.state.access.people import PersonRepository
from fenji.state.access.sessions import SessionRepository
from fenji.state.access.tokens import TokenRepository


@dataclass(frozen=True)
class AccessRepositories:
    """People and what they come in with, inside one transaction."""

    session: Session
    clock: Callable[[], datetime]

    @property
    def people(self) -> PersonRepository:
        """People and their roles."""
        return PersonRepository(self.session, self.clock)

    @property
    def credentials(self) -> CredentialRepository:
        """Passwords and second factors."""
        return CredentialRepository(self.session)

    @property
    def sessions(self) -> SessionRepository:
        """Who is logged in."""
        return SessionRepository(self.session, self.clock)

    @property
    def tokens(self) -> TokenRepository:
        """What programs come in with."""
        return TokenRepository(self.session, self.clock)

    @property
    def links(self) -> LinkRepository:
        """What lets somebody in once."""
        return LinkRepository(self.session, self.clock)

    @property
    def failures(self) -> FailureRepository:
        """How often somebody has tried."""
        return FailureRepository(self.session, self.clock)
