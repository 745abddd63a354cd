"""Which texts may become versions of policies? Each changes only for somebody who has seen it as it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fenji.domain.drafts import Decision, DraftStatus, PolicyDraft
from fenji.domain.principals import Principal, PrincipalKind
from fenji.errors import Conflict, NotFound
from fenji.language import message as _
from fenji.state.drafting.rows import OverrideProposalRow, PolicyDraftRow


class ChangedMeanwhile(Conflict):
    """Somebody has changed what is to be changed, since the caller saw it."""

    code, retryable = "changed_meanwhile", False


class PolicyDraftRepository:
    """The drafts of one workspace, inside one transaction."""

    def __init__(self, session: Session, clock: Callable[[], datetime]) -> None:
        """The drafts in the state database of a session."""
        self._session = session
        self._clock = clock

    def add(self, author: Principal, text: str, *, policy: str | None, based_on: int) -> PolicyDraft:
        """A new draft, of edition 1.

        Args:
            author: who wrote it.
            text: as it was written.
            policy: the name of the policy that the text gives.
            based_on: the newest published version of that policy; 0: there is none.
        """
        now = self._clock()
        row = PolicyDraftRow(
            slug=policy,
            text=text,
            based_on=based_on,
            author_kind=author.kind.value,
            author_name=author.name,
            status=DraftStatus.DRAFT.value,
            edition=1,
            made_at=now,
            changed_at=now,
            is_self_approval=False,
        )
        self._session.add(row)
        self._session.flush()
        return _record(row)

    def get(self, draft_id: int) -> PolicyDraft:
        """A draft.

        Raises:
            NotFound: there is none of this number.
        """
        return _record(self._row(draft_id))

    def hold(self, draft_id: int, edition: int | None) -> PolicyDraft:
        """A draft that nobody else can change until the transaction ends.

        Args:
            draft_id: its number.
            edition: as the caller saw it; None: whichever.

        Raises:
            NotFound: there is none of this number.
            ChangedMeanwhile: it is of another edition by now.
        """
        row = self._row(draft_id, is_held=True)
        if edition is not None and edition != row.edition:
            raise ChangedMeanwhile.of(
                _("draft {number} was changed meanwhile: you saw edition {seen}, and there is edition {now}."),
                advice=_("Look at it again, then decide."),
                number=draft_id,
                seen=edition,
                now=row.edition,
            )
        return _record(row)

    def keep(self, draft: PolicyDraft) -> PolicyDraft:
        """Writes a draft that was held, as its next edition."""
        row = self._row(draft.draft_id, is_held=True)
        row.slug, row.text, row.based_on = draft.policy, draft.text, draft.based_on
        row.status, row.why, row.submitted_at = draft.status.value, draft.why, draft.submitted_at
        row.published_version, row.changed_at = draft.published_version, self._clock()
        decide(row, draft.decision)
        row.edition = draft.edition + 1
        self._session.flush()
        return _record(row)

    def list_drafts(self) -> tuple[PolicyDraft, ...]:
        """All drafts that there ever were, the newest first."""
        rows = self._session.scalars(select(PolicyDraftRow).order_by(PolicyDraftRow.draft_id.desc()))
        return tuple(_record(row) for row in rows)

    def _row(self, draft_id: int, *, is_held: bool = False) -> PolicyDraftRow:
        row = self._session.get(PolicyDraftRow, draft_id, with_for_update=is_held, populate_existing=is_held)
        if row is None:
            raise NotFound.of(_("there is no draft {number}."), advice=_("See them all: fenji policy drafts"), number=draft_id)
        return row


def decide(row: PolicyDraftRow | OverrideProposalRow, decision: Decision | None) -> None:
    """Writes what was decided into a row; None: nothing is decided."""
    row.decided_by_kind = decision.by.kind.value if decision else None
    row.decided_by_name = decision.by.name if decision else None
    row.decided_at = decision.at if decision else None
    row.decision_reason = decision.reason if decision else None
    row.is_self_approval = decision is not None and decision.is_self_approval


def decision_in(row: PolicyDraftRow | OverrideProposalRow) -> Decision | None:
    """What was decided, as a row says it; None: nothing yet."""
    if row.decided_at is None or row.decided_by_kind is None or row.decided_by_name is None:
        return None
    by = Principal(PrincipalKind(row.decided_by_kind), row.decided_by_name)
    return Decision(by, row.decided_at, row.decision_reason, row.is_self_approval)


def _record(row: PolicyDraftRow) -> PolicyDraft:
    return PolicyDraft(
        draft_id=row.draft_id,
        policy=row.slug,
        text=row.text,
        based_on=row.based_on,
        author=Principal(PrincipalKind(row.author_kind), row.author_name),
        status=DraftStatus(row.status),
        edition=row.edition,
        made_at=row.made_at,
        changed_at=row.changed_at,
        why=row.why,
        submitted_at=row.submitted_at,
        decision=decision_in(row),
        published_version=row.published_version,
    )
