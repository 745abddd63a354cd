"""Who has an account, by which ids, and which members are one person? Merged only when somebody approves, and made two again."""

from __future__ import annotations

from pathlib import Path

from fenji.answers.loyalty.members import MemberRow, MembersResult, MergeRow, MergesResult
from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.loyalty.kinds import RequestStatus
from fenji.domain.loyalty.records import Member, MemberId, MemberMerge
from fenji.domain.people import principal_of
from fenji.domain.principals import Principal
from fenji.domain.written_ids import written_id
from fenji.errors import InvalidArgument
from fenji.language import message as _
from fenji.workspace.acting import acting_person
from fenji.workspace.approving import approval_by, refusal_by, said_reason
from fenji.workspace.folder import open_workspace
from fenji.workspace.id_spaces import id_spaces, space_meant
from fenji.workspace.loyalty.customers import meant_by, member_of
from fenji.workspace.loyalty.desk import Desk
from fenji.workspace.loyalty.operations import Points, standing_today

PERSON = "person"
"""The rule of a merge that somebody proposes by hand."""


def list_members(root: Path, *, program: str | None = None, after: int = 0, limit: int = 100) -> MembersResult:
    """Members by number, page by page.

    Raises:
        NotFound: no workspace, or no such program.
    """

    def work(points: Points) -> MembersResult:
        members, slug = points.t.loyalty.members, points.program.slug
        page = members.page(slug, after=after, limit=limit + 1)
        shown = page[:limit]
        ids: dict[int, list[str]] = {each.member_id: [] for each in shown}
        for each in members.ids_of(ids):
            ids[each.member_id].append(f"{each.source}:{each.customer_id}")
        following = shown[-1].member_id if len(page) > limit else None
        standing = standing_today(points, ids)
        rows = tuple(_member(standing[each].member, tuple(theirs)) for each, theirs in ids.items())
        return MembersResult(slug, rows, members.count(slug), following)

    return Desk(open_workspace(root), program).read(work)


def link_id(
    root: Path, customer: str, source: str, customer_id: str, *, program: str | None = None, principal: Principal | None = None
) -> MembersResult:
    """Has one more id of the company earn for a member.

    Raises:
        NotFound: no workspace, no such program, or no such member.
        Conflict: the id earns for another member; only a merge moves points.
        InvalidArgument: there is no such source.
    """
    desk = Desk(open_workspace(root), program)
    meant, space = meant_by(desk.workspace, customer), space_meant(id_spaces(desk.workspace), source)

    def work(points: Points) -> MembersResult:
        members, slug = points.t.loyalty.members, points.program.slug
        member = member_of(points.t, slug, meant)
        link: MemberId = members.link(slug, space, written_id(customer_id), member.member_id)
        points.t.audit.add(Action.MEMBER_LINKED, _subject(member.member_id), {"source": link.source})
        ids = tuple(f"{each.source}:{each.customer_id}" for each in members.ids_of([member.member_id]))
        return MembersResult(slug, (_member(member, ids),), members.count(slug), None)

    return desk.write(principal or acting_person(), work)


def list_merges(root: Path, *, program: str | None = None) -> MergesResult:
    """Every merge that was ever proposed, with what has become of it.

    Raises:
        NotFound: no workspace, or no such program.
    """
    return Desk(open_workspace(root), program).read(
        lambda points: MergesResult(
            points.program.slug, tuple(map(_merge, points.t.loyalty.requests.merges(points.program.slug)))
        )
    )


def propose_merge(
    root: Path, giver: str, taker: str, *, program: str | None = None, principal: Principal | None = None
) -> MergesResult:
    """Proposes that two members are one person; nothing moves before somebody approves.

    Args:
        root: the workspace.
        giver: whose points would move.
        taker: who would hold them.
        program: which one; None: the only one.
        principal: who proposes; None: the user of the operating system.

    Raises:
        NotFound: no such member.
        InvalidArgument: both are one member.
    """
    desk = Desk(open_workspace(root), program)
    meant = [meant_by(desk.workspace, each) for each in (giver, taker)]

    def work(points: Points) -> MergesResult:
        both = [member_of(points.t, points.program.slug, each).member_id for each in meant]
        if both[0] == both[1]:
            raise InvalidArgument.of(_("a member cannot be merged with itself."))
        points.t.loyalty.requests.propose_merge(points.program.slug, both[0], both[1], PERSON)
        found = points.t.loyalty.requests.merges(points.program.slug)
        return MergesResult(
            points.program.slug, tuple(_merge(each) for each in found if [each.from_member_id, each.into_member_id] == both)
        )

    return desk.write(principal or acting_person(), work)


def approve_merge(
    root: Path, number: int, *, reason: str | None = None, program: str | None = None, principal: Principal | None = None
) -> MergesResult:
    """Approves a merge: every lot and debt of one member moves to the other.

    Raises:
        NotFound: there is none of this number.
        Conflict: it has been decided, or one of the members has points on hold.
        Forbidden: it is their own proposal, and somebody else could approve it.
    """

    def work(points: Points) -> MergesResult:
        asked = points.t.loyalty.requests.hold_merge(number)
        approval_by(points.t, points.t.principal, author=principal_of(asked.proposed_by), reason=reason)
        decided = points.t.loyalty.requests.decide_merge(number, RequestStatus.APPROVED, said_reason(reason))
        merged(points, decided)
        return MergesResult(points.program.slug, (_merge(decided),))

    return Desk(open_workspace(root), program).write(principal or acting_person(), work)


def merged(points: Points, asked: MemberMerge) -> None:
    """Carries out a merge that was approved."""
    key = f"merge:{asked.number}"
    points.merge(asked.from_member_id, asked.into_member_id, points.today, key, reason=asked.rule)
    details = {"into": asked.into_member_id, "number": asked.number}
    points.t.audit.add(Action.MEMBERS_MERGED, _subject(asked.from_member_id), details)


def refuse_merge(
    root: Path, number: int, reason: str, *, program: str | None = None, principal: Principal | None = None
) -> MergesResult:
    """Refuses a merge, with a reason; it is not proposed again.

    Raises:
        NotFound: there is none of this number.
        Conflict: it has been decided.
        InvalidArgument: no reason.
    """

    def work(points: Points) -> MergesResult:
        asked = points.t.loyalty.requests.hold_merge(number)
        decision = refusal_by(points.t, points.t.principal, reason=reason)
        decided = points.t.loyalty.requests.decide_merge(number, RequestStatus.REFUSED, decision.reason)
        points.t.audit.add(Action.MERGE_REFUSED, _subject(asked.from_member_id), {"number": number})
        return MergesResult(points.program.slug, (_merge(decided),))

    return Desk(open_workspace(root), program).write(principal or acting_person(), work)


def undo_merge(
    root: Path, number: int, reason: str, *, program: str | None = None, principal: Principal | None = None
) -> MergesResult:
    """Makes two members of one again: each lot and debt returns to its origin with what is left of it.

    Raises:
        NotFound: there is none of this number.
        Conflict: it was not approved, or its points are on hold.
        InvalidArgument: no reason.
    """

    def work(points: Points) -> MergesResult:
        asked = points.t.loyalty.requests.hold_merge(number)
        said = said_reason(reason)
        if said is None:
            raise InvalidArgument.of(_("say why the members are two people."))
        decided = points.t.loyalty.requests.decide_merge(number, RequestStatus.UNDONE, said)
        points.unmerge(asked.from_member_id, points.today, f"unmerge:{number}", reason=said)
        points.t.audit.add(Action.MEMBERS_UNMERGED, _subject(asked.from_member_id), {"number": number})
        return MergesResult(points.program.slug, (_merge(decided),))

    return Desk(open_workspace(root), program).write(principal or acting_person(), work)


def _member(member: Member, ids: tuple[str, ...]) -> MemberRow:
    return MemberRow(
        member.member_id,
        ids,
        member.status,
        member.held_by_member_id,
        member.available,
        member.pending,
        member.held,
        member.owed,
        member.qualifying_total,
    )


def _merge(each: MemberMerge) -> MergeRow:
    return MergeRow(
        each.number,
        each.from_member_id,
        each.into_member_id,
        each.rule,
        each.status,
        each.proposed_by,
        each.proposed_at,
        each.decided_by,
        each.reason,
    )


def _subject(member_id: int) -> Subject:
    return Subject(SubjectKind.MEMBER, str(member_id))
