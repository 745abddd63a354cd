"""What can one transaction see and change of what server processes count and remember together? All repositories of it on one session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fenji.state.serving.rates import RateRepository
from fenji.state.serving.repetitions import RepetitionRepository


@dataclass(frozen=True)
class ServingRepositories:
    """Rates and repetitions, inside one transaction."""

    session: Session
    clock: Callable[[], datetime]

    @property
    def rates(self) -> RateRepository:
        """How often somebody has asked."""
        return RateRepository(self.session, self.clock)

    @property
    def repetitions(self) -> RepetitionRepository:
        """Requests that may come again."""
        return RepetitionRepository(self.session, self.clock)
