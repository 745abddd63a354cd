"""What can one transaction see and change of work that nobody waits for? All repositories of it on one session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fenji.state.work.claims import ClaimRepository
from fenji.state.work.jobs import JobRepository
from fenji.state.work.slots import SlotRepository


@dataclass(frozen=True)
class WorkRepositories:
    """Jobs, who does them, and the schedule, inside one transaction."""

    session: Session
    clock: Callable[[], datetime]

    @property
    def jobs(self) -> JobRepository:
        """What was asked for."""
        return JobRepository(self.session, self.clock)

    @property
    def claims(self) -> ClaimRepository:
        """The same, for those who do it."""
        return ClaimRepository(self.session, self.clock)

    @property
    def slots(self) -> SlotRepository:
        """Which slots of the schedule have fired."""
        return SlotRepository(self.session)
