"""Which points do people give or take by hand? Some need somebody else to approve them; balances of an older system come in whole or not at all."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from fenji.answers.loyalty.points import AdjustmentsResult, OperationResult, PointsImported
from fenji.api.asking import AdjustingPoints, ApprovingPoints, Asking, SeeingAllPoints
from fenji.api.bodies.points import Approved, ApprovedBody, NewAdjustment, NewAdjustmentBody, Refused, RefusedBody
from fenji.api.bodies.policies import MOST_NUMBER
from fenji.api.bodies.reading import whole_body
from fenji.api.once import moved_once
from fenji.api.parameters import Program
from fenji.api.routes.describing import answered_by
from fenji.api.uploading import AT_ONCE, KIND
from fenji.errors import InvalidFile, Place
from fenji.language import message as _
from fenji.workflow.loyalty.points_adjust import adjust_points, decide_adjustment, list_adjustments
from fenji.workflow.loyalty.points_import import import_balances_text

router = APIRouter(tags=["points"])

MOST_BYTES = 20_000_000
"""Of a file of balances: half a million lots, read and posted as one."""
FILE = "balances.csv"
"""What a file of balances is called in problems and in the audit log."""

Number = Annotated[int, Path(description="Its number.", ge=1, le=MOST_NUMBER)]
_IMPORT = answered_by(PointsImported, status=201, is_once=True)
_CSV = {"requestBody": {"required": True, "content": {KIND: {"schema": {"type": "string", "format": "binary"}}}}}


@router.get(
    "/points/adjustments", summary="Adjustments that needed an approver", **answered_by(AdjustmentsResult, is_personal=True)
)
def adjustments(asking: SeeingAllPoints, *, program: Program = None) -> Response:
    """In the order in which they were proposed, with what has become of them."""
    return asking.fresh(lambda root: list_adjustments(root, program=program))


@router.post(
    "/points/adjustments",
    summary="Give or take points by hand",
    **answered_by(OperationResult, status=201, body=NewAdjustment, is_once=True),
)
def adjusted(asking: AdjustingPoints, body: NewAdjustmentBody) -> Response:
    """With a reason of the program; above its limit `waits_for` names the adjustment that somebody else must approve."""
    return moved_once(
        asking,
        lambda root, key: adjust_points(
            root,
            body.who,
            body.points,
            reason=body.reason,
            key=key,
            note=body.note,
            program=body.program,
            principal=asking.caller.principal,
        ),
        key=body.key,
    )


@router.post(
    "/points/adjustments/{number}/approve",
    summary="Approve an adjustment",
    **answered_by(AdjustmentsResult, body=Approved, is_once=True, is_personal=True),
)
def approved(asking: ApprovingPoints, number: Number, body: ApprovedBody) -> Response:
    """Its points move. Nobody approves their own, unless nobody else could."""
    return _decided(asking, number, body.program, is_approved=True, reason=body.reason)


@router.post(
    "/points/adjustments/{number}/refuse",
    summary="Refuse an adjustment",
    **answered_by(AdjustmentsResult, body=Refused, is_once=True, is_personal=True),
)
def refused(asking: ApprovingPoints, number: Number, body: RefusedBody) -> Response:
    """Nothing moves; it stays in the record."""
    return _decided(asking, number, body.program, is_approved=False, reason=body.reason)


@router.post(
    "/points/imports",
    summary="Bring in the balances of an older system",
    **{**_IMPORT, "openapi_extra": {**_IMPORT["openapi_extra"], **_CSV}},
)
async def imported(asking: ApprovingPoints, *, program: Program = None) -> Response:
    """The body is a CSV file with source, customer_id, points and, where known, earned_on, expires_on, qualifying: all of it comes in, or nothing, and nothing twice."""
    raw = await whole_body(asking.request, MOST_BYTES)
    async with AT_ONCE:
        return await run_in_threadpool(_imported, asking, raw, program)


def _imported(asking: Asking, raw: bytes, program: str | None) -> Response:
    return moved_once(
        asking,
        lambda root, _key: import_balances_text(root, _text(raw), FILE, program=program, principal=asking.caller.principal),
    )


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = Place(FILE, raw[: error.start].count(b"\n") + 1)
        raise InvalidFile.of(_("the text is not UTF-8."), place=place, advice=_("Save the file as UTF-8.")) from None


def _decided(asking: Asking, number: int, program: str | None, *, is_approved: bool, reason: str | None) -> Response:
    return moved_once(
        asking,
        lambda root, _key: decide_adjustment(
            root, number, is_approved=is_approved, reason=reason, program=program, principal=asking.caller.principal
        ),
        status=200,
    )
