"""What does a till do with points? It sees those of a customer, holds some for a cart, spends them, gives them back, and undoes what was wrong."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response

from fenji.answers.loyalty.points import BalanceResult, OperationResult, StatementResult
from fenji.api.asking import MovingPoints, SeeingPoints
from fenji.api.bodies.points import (
    HoldSpent,
    HoldSpentBody,
    NewHold,
    NewHoldBody,
    NewRedemption,
    NewRedemptionBody,
    OfProgram,
    OfProgramBody,
    Undone,
    UndoneBody,
)
from fenji.api.once import moved_once
from fenji.api.parameters import After, CustomerKey, Limit, Program, customer_text
from fenji.api.routes.describing import answered_by
from fenji.workflow.loyalty.points import (
    PointsAsked,
    balance_of,
    hold_points,
    redeem_held,
    redeem_points,
    release_held,
    statement_of,
    undo_redemption,
)

router = APIRouter(tags=["points"])

_UUID = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
HoldId = Annotated[str, Path(description="The transaction_id that the hold answered.", pattern=_UUID)]
Redemption = Annotated[str, Path(description="The transaction_id that the redemption answered.", pattern=_UUID)]


@router.get("/customers/{customer_key:int}/points", summary="A customer's points", **answered_by(BalanceResult, is_personal=True))
def balance(asking: SeeingPoints, *, customer_key: CustomerKey, program: Program = None) -> Response:
    """What can be spent today, what expires next, and every lot in the order in which they are spent."""
    return asking.fresh(lambda root: balance_of(root, customer_text(customer_key) or "", program=program))


@router.get(
    "/customers/{customer_key:int}/points/entries",
    summary="What happened to a customer's points",
    **answered_by(StatementResult, is_personal=True),
)
def entries(
    asking: SeeingPoints, *, customer_key: CustomerKey, limit: Limit = 50, after: After = None, program: Program = None
) -> Response:
    """The newest first; the page goes on where `after` says."""
    whose = customer_text(customer_key) or ""
    return asking.fresh(lambda root: statement_of(root, whose, program=program, limit=limit, after=after))


@router.post(
    "/points/holds",
    summary="Reserve points for a cart",
    **answered_by(OperationResult, status=201, body=NewHold, is_once=True),
)
def held(asking: MovingPoints, body: NewHoldBody) -> Response:
    """They are given back by themselves where nobody spends them in time; the transaction_id is the name of the hold."""
    return moved_once(
        asking,
        lambda root, key: hold_points(
            root, PointsAsked(body.who, body.points, key, body.program), principal=asking.caller.principal
        ),
        key=body.key,
    )


@router.post(
    "/points/holds/{hold_id}/redeem",
    summary="Spend points that were reserved",
    **answered_by(OperationResult, status=201, body=HoldSpent, is_once=True),
)
def hold_spent(asking: MovingPoints, hold_id: HoldId, body: HoldSpentBody) -> Response:
    """All of them; 409 where they are spent or released already, or their time is over."""
    return moved_once(
        asking,
        lambda root, key: redeem_held(
            root,
            hold_id,
            key,
            program=body.program,
            order=body.order,
            order_amount=body.order_amount,
            principal=asking.caller.principal,
        ),
        key=body.key,
    )


@router.post(
    "/points/holds/{hold_id}/release",
    summary="Give reserved points back",
    **answered_by(OperationResult, body=OfProgram, is_once=True),
)
def hold_released(asking: MovingPoints, hold_id: HoldId, body: OfProgramBody) -> Response:
    """Twice is once; 409 where they are spent already."""
    return moved_once(
        asking,
        lambda root, _key: release_held(root, hold_id, program=body.program, principal=asking.caller.principal),
        status=200,
    )


@router.post(
    "/points/redemptions",
    summary="Spend points",
    **answered_by(OperationResult, status=201, body=NewRedemption, is_once=True),
)
def redeemed(asking: MovingPoints, body: NewRedemptionBody) -> Response:
    """Those that expire first before the others. 409: points_short, lot_expired, or business_key_taken."""
    return moved_once(
        asking,
        lambda root, key: redeem_points(
            root,
            PointsAsked(body.who, body.points, key, body.program, body.order, body.order_amount),
            principal=asking.caller.principal,
        ),
        key=body.key,
    )


@router.post(
    "/points/redemptions/{transaction_id}/undo",
    summary="Put spent points back",
    **answered_by(OperationResult, status=201, body=Undone, is_once=True),
)
def undone(asking: MovingPoints, transaction_id: Redemption, body: UndoneBody) -> Response:
    """Into the lots that they came from, with their old last day; what has expired meanwhile is granted anew for some days."""
    return moved_once(
        asking,
        lambda root, key: undo_redemption(
            root, transaction_id, key, points=body.points, program=body.program, principal=asking.caller.principal
        ),
        key=body.key,
    )
