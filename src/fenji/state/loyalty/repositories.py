"""What can one transaction see and change of points? All repositories of it on one session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fenji.domain.principals import Principal
from fenji.state.loyalty.asking import LedgerFigures
from fenji.state.loyalty.facts import LedgerFacts
from fenji.state.loyalty.groups import MemberGroups
from fenji.state.loyalty.laws import LawRepository
from fenji.state.loyalty.ledger import Ledger
from fenji.state.loyalty.members import MemberRepository
from fenji.state.loyalty.published import DocumentRepository
from fenji.state.loyalty.referrals import ReferralRepository
from fenji.state.loyalty.requests import RequestRepository
from fenji.state.loyalty.voucher_uses import VoucherUses
from fenji.state.loyalty.vouchers import VoucherRepository


@dataclass(frozen=True)
class LoyaltyRepositories:
    """Programs, members and points, inside one transaction."""

    session: Session
    principal: Principal
    clock: Callable[[], datetime]

    @property
    def members(self) -> MemberRepository:
        """Who has an account."""
        return MemberRepository(self.session)

    @property
    def ledger(self) -> Ledger:
        """What moves points."""
        return Ledger(self.session, self.principal, self.clock)

    @property
    def laws(self) -> LawRepository:
        """Whether all rows keep the laws."""
        return LawRepository(self.session)

    @property
    def figures(self) -> LedgerFigures:
        """What the ledger says."""
        return LedgerFigures(self.session)

    @property
    def facts(self) -> LedgerFacts:
        """What it tells analyses."""
        return LedgerFacts(self.session)

    @property
    def requests(self) -> RequestRepository:
        """What waits for somebody to decide."""
        return RequestRepository(self.session, self.principal, self.clock)

    @property
    def groups(self) -> MemberGroups:
        """Members that are one customer."""
        return MemberGroups(self.session)

    @property
    def documents(self) -> DocumentRepository:
        """Published versions of programs, offers and benefits."""
        return DocumentRepository(self.session, self.clock)

    @property
    def vouchers(self) -> VoucherRepository:
        """Codes."""
        return VoucherRepository(self.session, self.principal, self.clock)

    @property
    def voucher_uses(self) -> VoucherUses:
        """What codes were used for, and how far limits are used up."""
        return VoucherUses(self.session, self.principal.name, self.clock)

    @property
    def referrals(self) -> ReferralRepository:
        """Who brought whom."""
        return ReferralRepository(self.session, self.clock)
