"""What can one transaction see and change? All repositories of the state on one session, and the one who acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fenji.domain.principals import Principal
from fenji.state.access.repositories import AccessRepositories
from fenji.state.audit import AuditLog
from fenji.state.drafting.drafts import PolicyDraftRepository
from fenji.state.drafting.proposals import OverrideProposalRepository
from fenji.state.importing.drafts import ImportRepository
from fenji.state.loyalty.repositories import LoyaltyRepositories
from fenji.state.manifests import ManifestRepository
from fenji.state.overrides import OverrideRepository
from fenji.state.policy_versions import PolicyVersionRepository
from fenji.state.portable import StateCopy
from fenji.state.runs import RunRepository
from fenji.state.sending.repositories import SendingRepositories
from fenji.state.serving.repositories import ServingRepositories
from fenji.state.upkeep import UpkeepRepository
from fenji.state.work.repositories import WorkRepositories


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
    def drafts(self) -> PolicyDraftRepository:
        """Texts that may become versions of policies."""
        return PolicyDraftRepository(self.session, self.clock)

    @property
    def proposals(self) -> OverrideProposalRepository:
        """Tiers that somebody would give a customer."""
        return OverrideProposalRepository(self.session, self.clock)

    @property
    def serving(self) -> ServingRepositories:
        """What server processes count and remember together."""
        return ServingRepositories(self.session, self.clock)

    @property
    def access(self) -> AccessRepositories:
        """People, and what they come in with."""
        return AccessRepositories(self.session, self.clock)

    @property
    def work(self) -> WorkRepositories:
        """Work that nobody waits for."""
        return WorkRepositories(self.session, self.clock)

    @property
    def sending(self) -> SendingRepositories:
        """What has happened, and who hears of it."""
        return SendingRepositories(self.session, self.clock)

    @property
    def loyalty(self) -> LoyaltyRepositories:
        """Programs, members and points."""
        return LoyaltyRepositories(self.session, self.principal, self.clock)

    @property
    def imports(self) -> ImportRepository:
        """Files that were sent and are not accepted yet."""
        return ImportRepository(self.session, self.principal.name, self.clock)

    @property
    def audit(self) -> AuditLog:
        """Who did what."""
        return AuditLog(self.session, self.principal, self.clock)
