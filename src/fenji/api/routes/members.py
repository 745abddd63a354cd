"""Who has an account, by which ids, and which members are one person? Nothing moves before somebody approves, and a merge can be undone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path as Folder
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response

from fenji.answers.loyalty.members import MembersResult, MergesResult
from fenji.api.asking import AdjustingPoints, ApprovingPoints, Asking, SeeingAllPoints
from fenji.api.bodies.points import Approved, ApprovedBody, NewLink, NewLinkBody, NewMerge, NewMergeBody, Refused, RefusedBody
from fenji.api.bodies.policies import MOST_NUMBER
from fenji.api.once import done_once, moved_once
from fenji.api.parameters import AfterNumber, Limit, Program
from fenji.api.routes.describing import answered_by
from fenji.workflow.loyalty.members import (
    approve_merge,
    link_id,
    list_members,
    list_merges,
    propose_merge,
    refuse_merge,
    undo_merge,
)

router = APIRouter(tags=["members"])

Number = Annotated[int, Path(description="Of the merge.", ge=1, le=MOST_NUMBER)]


@router.get("/members", summary="Members by number", **answered_by(MembersResult, is_personal=True))
def members(asking: SeeingAllPoints, *, after: AfterNumber = 0, limit: Limit = 100, program: Program = None) -> Response:
    """With their ids and what they have; the page goes on where `next_after` says."""
    return asking.fresh(lambda root: list_members(root, program=program, after=after, limit=limit))


@router.post(
    "/members/links",
    summary="Let one more id earn for a customer",
    **answered_by(MembersResult, status=201, body=NewLink, is_once=True, is_personal=True),
)
def linked(asking: AdjustingPoints, body: NewLinkBody) -> Response:
    """409 where the id earns for another member: only a merge moves points."""
    make = asking.within(
        lambda root: link_id(
            root, body.who, body.source, body.customer_id, program=body.program, principal=asking.caller.principal
        )
    )
    return done_once(asking, make)


@router.get("/members/merges", summary="Merges of members", **answered_by(MergesResult, is_personal=True))
def merges(asking: SeeingAllPoints, *, program: Program = None) -> Response:
    """Every merge that was ever proposed, with what has become of it."""
    return asking.fresh(lambda root: list_merges(root, program=program))


@router.post(
    "/members/merges",
    summary="Propose that two members are one person",
    **answered_by(MergesResult, status=201, body=NewMerge, is_once=True, is_personal=True),
)
def proposed(asking: AdjustingPoints, body: NewMergeBody) -> Response:
    """Nothing moves before somebody else approves."""
    make = asking.within(
        lambda root: propose_merge(root, body.giver.who, body.taker.who, program=body.program, principal=asking.caller.principal)
    )
    return done_once(asking, make)


@router.post(
    "/members/merges/{number}/approve",
    summary="Approve a merge",
    **answered_by(MergesResult, body=Approved, is_once=True, is_personal=True),
)
def approved(asking: ApprovingPoints, number: Number, body: ApprovedBody) -> Response:
    """Every lot and debt of one member moves to the other. Nobody approves their own proposal, unless nobody else could."""
    principal = asking.caller.principal
    return _decided(
        asking, lambda root: approve_merge(root, number, reason=body.reason, program=body.program, principal=principal)
    )


@router.post(
    "/members/merges/{number}/refuse",
    summary="Refuse a merge",
    **answered_by(MergesResult, body=Refused, is_once=True, is_personal=True),
)
def refused(asking: ApprovingPoints, number: Number, body: RefusedBody) -> Response:
    """It is not proposed again."""
    principal = asking.caller.principal
    return _decided(asking, lambda root: refuse_merge(root, number, body.reason, program=body.program, principal=principal))


@router.post(
    "/members/merges/{number}/undo",
    summary="Make two members of one again",
    **answered_by(MergesResult, body=Refused, is_once=True, is_personal=True),
)
def undone(asking: ApprovingPoints, number: Number, body: RefusedBody) -> Response:
    """Each lot and debt returns to its origin with what is left of it."""
    principal = asking.caller.principal
    return _decided(asking, lambda root: undo_merge(root, number, body.reason, program=body.program, principal=principal))


def _decided(asking: Asking, decide: Callable[[Folder], MergesResult]) -> Response:
    return moved_once(asking, lambda root, _key: decide(root), status=200)
