"""Which points do people give or take by hand? With a reason of the program; many at once only when somebody else approves."""

from __future__ import annotations

from pathlib import Path

from fenji.answers.loyalty.points import AdjustmentRow, AdjustmentsResult, OperationResult
from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.loyalty.changes import Outcome
from fenji.domain.loyalty.kinds import PointsKind, RequestStatus
from fenji.domain.loyalty.records import AdjustmentRequest
from fenji.domain.people import principal_of
from fenji.domain.principals import Principal
from fenji.errors import Conflict, InvalidArgument, unknown_name
from fenji.language import message as _
from fenji.workspace.acting import acting_person
from fenji.workspace.approving import approval_by, refusal_by, said_reason
from fenji.workspace.folder import open_workspace
from fenji.workspace.loyalty.customers import meant_by, member_of
from fenji.workspace.loyalty.desk import Desk
from fenji.workspace.loyalty.operations import Points, standing_today


def adjust_points(
    root: Path,
    customer: str,
    points: int,
    *,
    reason: str,
    key: str,
    note: str = "",
    program: str | None = None,
    principal: Principal | None = None,
) -> OperationResult:
    """Gives (above 0) or takes (below 0) points by hand; above the program's limit it waits for somebody who approves.

    Args:
        root: the workspace.
        customer: member:N, SOURCE:ID, key:N, or whatever the customer is known by.
        points: how many.
        reason: one of the program's reasons.
        key: the same for the same thing: done once under it.
        note: what more there is to say; for the record.
        program: which one; None: the only one.
        principal: who adjusts; None: the user of the operating system.

    Raises:
        NotFound: no workspace, no such program, or nobody has this id.
        InvalidArgument: no such reason, or no points.
    """
    at = Desk(open_workspace(root, by_customer=True), program)
    meant = meant_by(at.workspace, customer)

    def work(desk: Points) -> OperationResult:
        rule = desk.program.on(desk.today).adjust
        if reason not in rule.reasons:
            raise InvalidArgument(unknown_name(_("reason"), reason, rule.reasons))
        member_id = member_of(desk.t, desk.program.slug, meant).member_id
        if rule.above is None or abs(points) <= rule.above:
            return _told(desk, _adjusted(desk, member_id, points, reason, key))
        waiting = desk.t.loyalty.requests.propose_adjustment(
            desk.program.slug, member_id, points, reason=reason, note=said_reason(note) or "", business_key=key
        )
        details: dict[str, str | int | None] = {"points": points, "reason": reason, "number": waiting.number}
        desk.t.audit.add(Action.ADJUSTMENT_PROPOSED, _subject(member_id), details)
        return _waiting(desk, waiting)

    return at.write(principal or acting_person(), work)


def decide_adjustment(
    root: Path,
    number: int,
    *,
    is_approved: bool,
    reason: str | None = None,
    program: str | None = None,
    principal: Principal | None = None,
) -> AdjustmentsResult:
    """Approves or refuses an adjustment that somebody else proposed; approved, its points move.

    Raises:
        NotFound: there is none of this number.
        Conflict: it has been decided.
        Forbidden: it is their own, and somebody else could approve it.
        InvalidArgument: a refusal, or the approval of one's own, without a reason.
    """

    def work(desk: Points) -> AdjustmentsResult:
        requests = desk.t.loyalty.requests
        asked = requests.hold_adjustment(number)
        if not is_approved:
            refusal_by(desk.t, desk.t.principal, reason=reason)
            decided = requests.decide_adjustment(number, RequestStatus.REFUSED)
            desk.t.audit.add(Action.ADJUSTMENT_REFUSED, _subject(asked.member_id), {"number": number})
            return AdjustmentsResult(desk.program.slug, (_row(decided),))
        approval_by(desk.t, desk.t.principal, author=principal_of(asked.proposed_by), reason=reason)
        done = _adjusted(desk, asked.member_id, asked.points, asked.reason, asked.business_key)
        decided = requests.decide_adjustment(number, RequestStatus.APPROVED, done.transactions[0].transaction_id)
        return AdjustmentsResult(desk.program.slug, (_row(decided),))

    return Desk(open_workspace(root), program).write(principal or acting_person(), work)


def list_adjustments(root: Path, *, program: str | None = None) -> AdjustmentsResult:
    """Adjustments that needed an approver, in the order in which they were proposed.

    Raises:
        NotFound: no workspace, or no such program.
    """
    return Desk(open_workspace(root), program).read(
        lambda desk: AdjustmentsResult(
            desk.program.slug, tuple(map(_row, desk.t.loyalty.requests.adjustments(desk.program.slug)))
        )
    )


def _adjusted(desk: Points, member_id: int, points: int, reason: str, key: str) -> Outcome:
    done = desk.adjust(member_id, points, desk.today, key, reason=reason)
    if not done.transactions:
        raise Conflict.of(_("nothing was adjusted under the key {key}."), key=key)
    if not done.is_existing:
        desk.t.audit.add(Action.POINTS_ADJUSTED, _subject(member_id), {"points": points, "reason": reason})
    return done


def _told(desk: Points, done: Outcome) -> OperationResult:
    first = done.transactions[0]
    member = desk.t.loyalty.members.holder(desk.program.slug, first.member_id or 0)
    moved = sum(each.points for each in done.transfers[first.transaction_id])
    return OperationResult(
        desk.program.slug,
        first.occurred_on,
        member.member_id,
        first.transaction_id,
        first.kind,
        moved,
        done.is_existing,
        None,
        member.available,
        member.owed,
    )


def _waiting(desk: Points, asked: AdjustmentRequest) -> OperationResult:
    holder = desk.t.loyalty.members.holder(desk.program.slug, asked.member_id).member_id
    member = standing_today(desk, [holder])[holder].member
    return OperationResult(
        desk.program.slug,
        desk.today,
        member.member_id,
        asked.transaction_id,
        PointsKind.ADJUST,
        abs(asked.points),
        asked.status is not RequestStatus.PROPOSED,
        asked.number,
        member.available,
        member.owed,
    )


def _row(asked: AdjustmentRequest) -> AdjustmentRow:
    return AdjustmentRow(
        asked.number,
        asked.member_id,
        asked.points,
        asked.reason,
        asked.note,
        asked.proposed_by,
        asked.status,
        asked.decided_by,
    )


def _subject(member_id: int) -> Subject:
    return Subject(SubjectKind.MEMBER, str(member_id))
