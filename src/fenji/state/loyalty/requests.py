"""Which merges and adjustments wait for somebody to decide? What was decided stays, with who did it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fenji.domain.loyalty.kinds import RequestStatus
from fenji.domain.loyalty.records import AdjustmentRequest, MemberMerge
from fenji.domain.principals import Principal
from fenji.errors import Conflict, NotFound
from fenji.language import message as _
from fenji.state.loyalty.rows import AdjustmentRow, MemberMergeRow


class RequestRepository:
    """The merges and adjustments of one workspace, inside one transaction."""

    def __init__(self, session: Session, principal: Principal, clock: Callable[[], datetime]) -> None:
        """The requests in the state database of a session; ``principal`` is who proposes and decides."""
        self._session = session
        self._principal = principal
        self._clock = clock

    def propose_merge(self, program: str, giver: int, taker: int, rule: str) -> bool:
        """Proposes to merge one member into another; False where that was proposed before, whatever became of it."""
        row = MemberMergeRow
        asked = select(row.number).where(row.program == program, row.from_member_id == giver, row.into_member_id == taker)
        if self._session.scalar(asked.limit(1)) is not None:
            return False
        self._session.add(
            MemberMergeRow(
                program=program,
                from_member_id=giver,
                into_member_id=taker,
                rule=rule,
                proposed_by=self._principal.name,
                status=str(RequestStatus.PROPOSED),
                proposed_at=self._clock(),
            )
        )
        self._session.flush()
        return True

    def merges(self, program: str, *, status: RequestStatus | None = None) -> tuple[MemberMerge, ...]:
        """Merges that were ever proposed, in their order; only those of a status where one is asked for."""
        asked = select(MemberMergeRow).where(MemberMergeRow.program == program).order_by(MemberMergeRow.number)
        if status is not None:
            asked = asked.where(MemberMergeRow.status == str(status))
        return tuple(map(_merge, self._session.scalars(asked)))

    def hold_merge(self, number: int) -> MemberMerge:
        """A merge that nobody else can decide about until the transaction ends.

        Raises:
            NotFound: there is none of this number.
        """
        row = self._session.get(MemberMergeRow, number, with_for_update=True, populate_existing=True)
        if row is None:
            raise NotFound.of(
                _("there is no proposed merge {number}."), advice=_("See them: fenji members merges"), number=number
            )
        return _merge(row)

    def decide_merge(self, number: int, status: RequestStatus, reason: str | None) -> MemberMerge:
        """Writes down what was decided about a merge that is held.

        Raises:
            Conflict: it has been decided; only what was approved can be undone.
        """
        row = self._session.get_one(MemberMergeRow, number)
        needed = RequestStatus.APPROVED if status is RequestStatus.UNDONE else RequestStatus.PROPOSED
        if row.status != needed:
            is_undo = status is RequestStatus.UNDONE
            text = _("merge {number} is not in force.") if is_undo else _("merge {number} has been decided already.")
            raise Conflict.of(text, number=number)
        row.status, row.decided_by, row.decided_at, row.reason = str(status), self._principal.name, self._clock(), reason
        self._session.flush()
        return _merge(row)

    def propose_adjustment(
        self, program: str, member_id: int, points: int, *, reason: str, note: str, business_key: str
    ) -> AdjustmentRequest:
        """Proposes to give or take points by hand.

        Raises:
            Conflict: something else was proposed under this key.
        """
        row = AdjustmentRow
        known = self._session.scalars(select(row).where(row.program == program, row.business_key == business_key)).first()
        if known is not None:
            if (known.member_id, known.points, known.reason) != (member_id, points, reason):
                raise Conflict.of(_("another adjustment was proposed under the key {key}."), key=business_key)
            return _adjustment(known)
        new = AdjustmentRow(
            program=program,
            member_id=member_id,
            points=points,
            reason=reason,
            note=note,
            business_key=business_key,
            proposed_by=self._principal.name,
            status=str(RequestStatus.PROPOSED),
            proposed_at=self._clock(),
        )
        self._session.add(new)
        self._session.flush()
        return _adjustment(new)

    def adjustments(self, program: str) -> tuple[AdjustmentRequest, ...]:
        """Adjustments that needed somebody else, in their order."""
        asked = select(AdjustmentRow).where(AdjustmentRow.program == program).order_by(AdjustmentRow.number)
        return tuple(map(_adjustment, self._session.scalars(asked)))

    def hold_adjustment(self, number: int) -> AdjustmentRequest:
        """An adjustment that nobody else can decide about until the transaction ends.

        Raises:
            NotFound: there is none of this number.
            Conflict: it has been decided.
        """
        row = self._session.get(AdjustmentRow, number, with_for_update=True, populate_existing=True)
        if row is None:
            raise NotFound.of(_("there is no proposed adjustment {number}."), number=number)
        if row.status != RequestStatus.PROPOSED:
            raise Conflict.of(_("adjustment {number} has been decided already."), number=number)
        return _adjustment(row)

    def decide_adjustment(self, number: int, status: RequestStatus, transaction_id: str | None = None) -> AdjustmentRequest:
        """Writes down what was decided about an adjustment that is held."""
        row = self._session.get_one(AdjustmentRow, number)
        row.status, row.decided_by, row.decided_at = str(status), self._principal.name, self._clock()
        row.transaction_id = transaction_id
        self._session.flush()
        return _adjustment(row)


def _merge(row: MemberMergeRow) -> MemberMerge:
    return MemberMerge(
        row.number,
        row.program,
        row.from_member_id,
        row.into_member_id,
        row.rule,
        row.proposed_by,
        RequestStatus(row.status),
        row.proposed_at,
        row.decided_by,
        row.decided_at,
        row.reason,
    )


def _adjustment(row: AdjustmentRow) -> AdjustmentRequest:
    return AdjustmentRequest(
        row.number,
        row.program,
        row.member_id,
        row.points,
        row.reason,
        row.note,
        row.business_key,
        row.proposed_by,
        RequestStatus(row.status),
        row.proposed_at,
        row.decided_by,
        row.decided_at,
        row.transaction_id,
    )
