"""Which tiers would somebody give a customer, if somebody else approves? What is approved becomes an override; nothing is deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from fenji.domain.drafts import DraftStatus, OverrideProposal
from fenji.domain.overrides import NewOverride
from fenji.domain.principals import Principal, PrincipalKind
from fenji.errors import NotFound
from fenji.language import message as _
from fenji.state.drafting.drafts import decide, decision_in
from fenji.state.drafting.rows import OverrideProposalRow


class OverrideProposalRepository:
    """The proposed overrides of one workspace, inside one transaction."""

    def __init__(self, session: Session, clock: Callable[[], datetime]) -> None:
        """The proposals in the state database of a session."""
        self._session = session
        self._clock = clock

    def add(self, author: Principal, wanted: NewOverride) -> OverrideProposal:
        """A new proposal; it waits for somebody who approves."""
        row = OverrideProposalRow(
            **vars(wanted),
            author_kind=author.kind.value,
            author_name=author.name,
            status=DraftStatus.SUBMITTED.value,
            made_at=self._clock(),
            is_self_approval=False,
        )
        self._session.add(row)
        self._session.flush()
        return _record(row)

    def hold(self, proposal_id: int) -> OverrideProposal:
        """A proposal that nobody else can change until the transaction ends.

        Raises:
            NotFound: there is none of this number.
        """
        return _record(self._row(proposal_id))

    def keep(self, proposal: OverrideProposal) -> None:
        """Writes what has become of a proposal that was held."""
        row = self._row(proposal.proposal_id)
        row.status, row.override_number = proposal.status.value, proposal.override
        decide(row, proposal.decision)
        self._session.flush()

    def list_proposals(self) -> tuple[OverrideProposal, ...]:
        """All proposals that there ever were, in the order in which they were made."""
        rows = self._session.scalars(select(OverrideProposalRow).order_by(OverrideProposalRow.proposal_id))
        return tuple(_record(row) for row in rows)

    def anonymise(self, proposal_ids: Iterable[int], customer_id: str) -> None:
        """Puts an id that means nobody in the place of a customer's, removes what people wrote as their reasons, and ends what still waits."""
        changed = update(OverrideProposalRow).where(OverrideProposalRow.proposal_id.in_(tuple(proposal_ids)))
        self._session.execute(changed.values(customer_id=customer_id, reason=""))
        waiting = changed.where(OverrideProposalRow.status == DraftStatus.SUBMITTED.value)
        self._session.execute(waiting.values(status=DraftStatus.WITHDRAWN.value))
        self._session.execute(changed.where(OverrideProposalRow.decision_reason.is_not(None)).values(decision_reason=""))

    def _row(self, proposal_id: int) -> OverrideProposalRow:
        row = self._session.get(OverrideProposalRow, proposal_id, with_for_update=True, populate_existing=True)
        if row is None:
            raise NotFound.of(_("there is no proposed override {number}."), number=proposal_id)
        return row


def _record(row: OverrideProposalRow) -> OverrideProposal:
    wanted = NewOverride(row.policy, row.source, row.customer_id, row.tier, row.begins_on, row.ends_on, row.person, row.reason)
    return OverrideProposal(
        proposal_id=row.proposal_id,
        wanted=wanted,
        author=Principal(PrincipalKind(row.author_kind), row.author_name),
        status=DraftStatus(row.status),
        made_at=row.made_at,
        decision=decision_in(row),
        override=row.override_number,
    )
