"""What can one transaction see and change? All repositories of the state on one session, and the one who acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fenji.domain.principals import Principal
from fenji.state.access.repositories import AccessRepositories
from fenji.state.audit import AuditLog
from fenji.state.importing.drafts import ImportRepository
from fenji.state.manifests import ManifestRepository
from fenji.state.overrides import OverrideRepository
from fenji.state.policy_versions import PolicyVersionRepository
from fenji.state.portable import StateCopy
from fenji.state.runs import RunRepository
from fenji.state.serving.rates import RateRepository
from fenji.state.serving.repetitions import RepetitionRepository
from fenji.state.upkeep import UpkeepRepository
from fenji.state.work.claims import ClaimRepository
from fenji.state.work.jobs import JobRepository
from fenji.state.work.slots import SlotRepository


@dataclass(frozen=True)
class Transaction:
    """One unit of work: whatever its repositories do happens together or not at all."""

    session: Session
    principal: Principal
    clock: Callable[[], datetime]

    @property
    def runs(self) -> RunRepository:
        """Runs and the tables that they published."""
        return RunRepository(self.session, self.clock)

    @property
    def manifests(self) -> ManifestRepository:
        """The files of the store, and the editions of runs."""
        return ManifestRepository(self.session)

    @property
    def upkeep(self) -> UpkeepRepository:
        """All runs at once, for those who look after the workspace."""
        return UpkeepRepository(self.session)

    @property
    def rows(self) -> StateCopy:
        """Everything, as plain rows."""
        return StateCopy(self.session)

    @property
    def policies(self) -> PolicyVersionRepository:
        """Published policy versions."""
        return PolicyVersionRepository(self.session, self.clock)

    @property
    def overrides(self) -> OverrideRepository:
        """Tiers that people decided by hand."""
        return OverrideRepository(self.session, self.clock)

    @property
    def rates(self) -> RateRepository:
        """How often somebody has asked."""
        return RateRepository(self.session, self.clock)

    @property
    def repetitions(self) -> RepetitionRepository:
        """Requests that may come again."""
        return RepetitionRepository(self.session, self.clock)

    @property
    def access(self) -> AccessRepositories:
        """People, and what they come in with."""
        return AccessRepositories(self.session, self.clock)

    @property
    def jobs(self) -> JobRepository:
        """Work that nobody waits for."""
        return JobRepository(self.session, self.clock)

    @property
    def claims(self) -> ClaimRepository:
        """The same work, for those who do it."""
        return ClaimRepository(self.session, self.clock)

    @property
    def slots(self) -> SlotRepository:
        """Which slots of the schedule have fired."""
        return SlotRepository(self.session)

    @property
    def imports(self) -> ImportRepository:
        """Files that were sent and are not accepted yet."""
        return ImportRepository(self.session, self.principal.name, self.clock)

    @property
    def audit(self) -> AuditLog:
        """Who did what."""
        return AuditLog(self.session, self.principal, self.clock)
