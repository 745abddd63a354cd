"""Who has an account, which members are one person, and what does one of them hold? The list, merges that wait, and one member's lots and entries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response

from fenji.domain.access import Right
from fenji.domain.loyalty.kinds import RequestStatus
from fenji.domain.loyalty.published import DocumentKind
from fenji.domain.telling import AS_IT_IS
from fenji.errors import FenjiError, InvalidArgument, Kind, Place, Problem
from fenji.language import message as _
from fenji.web.forms import Sent
from fenji.web.loyalty import (
    Adjusting,
    After,
    ApprovingPoints,
    Number,
    Program,
    SeeingPoints,
    done,
    is_published,
    missing,
    new_key,
    of_program,
    programs,
    status,
    told,
    words_of,
)
from fenji.web.navigation import Entry, Page
from fenji.web.visiting import Visit
from fenji.wording.points import BUCKETS, KINDS, MEMBERS, REASONS, STATUSES
from fenji.workflow.identity import RULES
from fenji.workflow.loyalty.members import PERSON, approve_merge, list_members, list_merges, refuse_merge, undo_merge
from fenji.workflow.loyalty.points import balance_of, statement_of
from fenji.workflow.loyalty.points_adjust import adjust_points
from fenji.workflow.loyalty.points_customer import next_expiry
from fenji.workflow.loyalty.points_terms import program_terms

LIST = Page("/actions/members", Entry.ACTIONS, _("Members"), Right.POINTS_READ, place=2, has_scope=False)
ONE = Page("/actions/members/{member_id}", Entry.ACTIONS, _("Member"), Right.POINTS_READ, is_tab=False, has_scope=False)
PAGES = (LIST, ONE)
ROWS, ENTRIES = 50, 500
"""Members of a page, and entries of one member."""

router = APIRouter()


@dataclass(frozen=True)
class Typed:
    """What somebody has typed into the form that adjusts, told as it was typed."""

    points: Annotated[str, AS_IT_IS] = ""
    reason: Annotated[str, AS_IT_IS] = ""
    note: Annotated[str, AS_IT_IS] = ""


@router.get(LIST.address)
def members(visit: SeeingPoints, program: Program = None, after: After = 0) -> Response:
    """Members by number, and merges."""
    return _listed(visit, program, after)


@router.get(ONE.address)
def member(visit: SeeingPoints, member_id: Number, program: Program = None) -> Response:
    """One of them: what it holds, lot by lot, and what happened to it."""
    return _one(visit, member_id, program)


@router.post("/actions/members/{member_id}/adjust")
def adjusted(visit: Adjusting, member_id: Number, sent: Sent, program: Program = None) -> Response:
    """Gives or takes points by hand; above the program's limit somebody else must approve it."""
    typed = Typed(*(sent.text(name) for name in ("points", "reason", "note")))
    try:
        wanted = _points(typed.points)
        found = visit.changed(
            lambda root: adjust_points(
                root,
                f"member:{member_id}",
                wanted,
                reason=typed.reason,
                key=sent.text("key") or new_key("adjust"),
                note=typed.note,
                program=program,
                principal=visit.caller.principal,
            )
        )
    except FenjiError as failed:
        if failed.kind is Kind.BUG:
            raise
        return _one(visit, member_id, program, failed, typed)
    where = sent.text("next") or f"/actions/members/{member_id}{of_program(program)}"
    if found.waits_for is not None:
        return visit.sent_to(where, _("It waits for somebody who approves, as adjustment {number}."), number=found.waits_for)
    return visit.sent_to(where, _("Done: {points:+,} points for member {member}."), points=wanted, member=found.member_id)


@router.post("/actions/merges/{number}/approve")
def approved(visit: ApprovingPoints, number: Number, sent: Sent, program: Program = None) -> Response:
    """Approves a merge that was proposed: the points of one member move to the other."""
    reason, by = sent.text("reason") or None, visit.caller.principal
    said = _("Merge {number} is approved; one member holds the points of both.")
    return _merged(
        visit, program, said, number, lambda root: approve_merge(root, number, reason=reason, program=program, principal=by)
    )


@router.post("/actions/merges/{number}/refuse")
def refused(visit: ApprovingPoints, number: Number, sent: Sent, program: Program = None) -> Response:
    """Refuses one; it is not proposed again."""
    by, said = visit.caller.principal, _("Merge {number} is refused; it is not proposed again.")
    return _merged(
        visit, program, said, number, lambda root: refuse_merge(root, number, sent.text("reason"), program=program, principal=by)
    )


@router.post("/actions/merges/{number}/undo")
def undone(visit: ApprovingPoints, number: Number, sent: Sent, program: Program = None) -> Response:
    """Makes two members of one again."""
    by, said = visit.caller.principal, _("Merge {number} is undone; each member has what is left of its own.")
    return _merged(
        visit, program, said, number, lambda root: undo_merge(root, number, sent.text("reason"), program=program, principal=by)
    )


def _merged(visit: Visit, program: str | None, said: str, number: int, make: Callable[[Path], object]) -> Response:
    where = f"{LIST.address}{of_program(program)}"
    return done(visit, make, lambda failed: _listed(visit, program, 0, failed), where, said, number=number)


def _listed(visit: Visit, program: str | None, after: int, failed: FenjiError | None = None) -> Response:
    if not is_published(visit, DocumentKind.POINTS):
        return missing(visit, LIST, DocumentKind.POINTS)
    merges = visit.read(lambda root: list_merges(root, program=program)).merges
    values = {
        "head": "parts/loyalty_head.html",
        "found": visit.read(lambda root: list_members(root, program=program, after=after, limit=ROWS)),
        "waiting": [each for each in merges if each.status is RequestStatus.PROPOSED],
        "decided": [each for each in reversed(merges) if each.status is not RequestStatus.PROPOSED],
        "statuses": words_of(visit, STATUSES),
        "member_words": words_of(visit, MEMBERS),
        "rules": words_of(visit, {**RULES, PERSON: _("somebody has said so")}),
        "mine": visit.caller.principal.name,
        "is_first": after == 0,
        **programs(visit, program),
        **told(visit, failed),
    }
    return visit.shown(
        LIST,
        "pages/members.html",
        values,
        status=status(failed),
        opens_at=visit.link(LIST.address, program=program, after=after or None),
    )


def _one(visit: Visit, member_id: int, program: str | None, failed: FenjiError | None = None, typed: Typed = Typed()) -> Response:
    named = f"member:{member_id}"
    balance = visit.read(lambda root: balance_of(root, named, program=program))
    expires_on, expiring = next_expiry(balance)
    terms = visit.read(lambda root: program_terms(root, program=program))
    values = {
        "balance": balance,
        "asked": member_id,
        "expires_on": expires_on,
        "expiring": expiring,
        "worth": terms.worth * balance.spendable,
        "statement": visit.read(lambda root: statement_of(root, named, program=program, limit=ENTRIES)),
        "terms": terms,
        "typed": typed,
        "key": new_key("adjust"),
        "buckets": words_of(visit, BUCKETS),
        "kinds": words_of(visit, KINDS),
        "reason_names": words_of(visit, REASONS),
        "member_words": words_of(visit, MEMBERS),
        **programs(visit, program),
        **told(visit, failed),
    }
    page = replace(ONE, title=visit.say(_("Member {number}"), number=balance.member_id))
    where = visit.link(f"/actions/members/{member_id}", program=program)
    return visit.shown(page, "pages/member.html", values, status=status(failed), opens_at=where)


def _points(text: str) -> int:
    """Whole points as people type them, with a sign or without."""
    plain = text.replace(",", "").replace("\u2212", "-").removeprefix("+")
    if not plain.removeprefix("-").isdecimal() or len(plain) > 12:  # noqa: PLR2004 - nobody gives so many
        words = _("'{value}' is no number of points, such as 100 or -20.")
        raise InvalidArgument(Problem(words, {"value": text[:40]}, Place(column="points")))
    return int(plain)
