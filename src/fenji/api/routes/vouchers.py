"""What do tills and marketers do with codes? Codes stand in bodies alone, are shown once, and every use is of one order."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response

from fenji.answers.loyalty.offers import VoucherChecked, VouchersEnded, VouchersIssued, VouchersResult, VoucherUsed
from fenji.api.asking import Asking, ChangingOffers, MovingPoints, SeeingAllPoints, SeeingPoints
from fenji.api.bodies.policies import MOST_NUMBER, Refusal, RefusalBody
from fenji.api.bodies.vouchers import (
    EndedOrder,
    EndedOrderBody,
    NewVouchers,
    NewVouchersBody,
    OnOrder,
    OnOrderBody,
    UsedOnOrder,
    UsedOnOrderBody,
)
from fenji.api.once import moved_once
from fenji.api.parameters import AfterNumber, CustomerKey, Limit, customer_text
from fenji.api.routes.describing import answered_by
from fenji.workflow.loyalty.vouchers import (
    OrderAsked,
    Recipients,
    check_voucher,
    give_back_vouchers,
    issue_vouchers,
    list_vouchers,
    release_vouchers,
    use_voucher,
    withdraw_voucher,
)

router = APIRouter(tags=["vouchers"])


@router.get("/vouchers", summary="Codes by their numbers, without the codes", **answered_by(VouchersResult, is_personal=True))
def vouchers(
    asking: SeeingAllPoints,
    *,
    offer: Annotated[str | None, Query(description="Only of this offer.", max_length=64)] = None,
    after: AfterNumber = 0,
    limit: Limit = 50,
) -> Response:
    """What can be done with each; the page goes on where `after` says."""
    return asking.fresh(lambda root: list_vouchers(root, offer=offer, after=after, limit=limit))


@router.get(
    "/customers/{customer_key:int}/vouchers", summary="A customer's vouchers", **answered_by(VouchersResult, is_personal=True)
)
def of_customer(asking: SeeingPoints, *, customer_key: CustomerKey, after: AfterNumber = 0, limit: Limit = 50) -> Response:
    """Those of all their ids, without the codes."""
    whose = customer_text(customer_key)
    return asking.fresh(lambda root: list_vouchers(root, customer=whose, after=after, limit=limit))


@router.post(
    "/vouchers",
    summary="Issue codes of an offer",
    **answered_by(VouchersIssued, status=201, body=NewVouchers, is_once=True, is_personal=True),
)
def issued(asking: ChangingOffers, body: NewVouchersBody) -> Response:
    """Each code is in this answer and nowhere else: a request that is sent again is not answered with it, and issues none anew."""
    to = Recipients(body.named, body.is_everybody, body.number, body.code)
    return moved_once(
        asking,
        lambda root, key: issue_vouchers(root, body.offer, to, key, campaign=body.campaign, principal=asking.caller.principal),
        key=body.key,
        again=_without_codes,
    )


@router.post(
    "/vouchers/{number}/withdraw",
    summary="Withdraw a code",
    **answered_by(VouchersResult, body=Refusal, is_once=True, is_personal=True),
)
def withdrawn(
    asking: ChangingOffers, number: Annotated[int, Path(description="Its number.", ge=1, le=MOST_NUMBER)], body: RefusalBody
) -> Response:
    """It counts no more; what it was used for stays."""
    return moved_once(
        asking,
        lambda root, _key: withdraw_voucher(root, number, body.reason, principal=asking.caller.principal),
        status=200,
    )


@router.post("/vouchers/validations", summary="What a code would take off an order", **answered_by(VoucherChecked, body=OnOrder))
def checked(asking: MovingPoints, body: OnOrderBody) -> Response:
    """Nothing is written, and nothing kept for the order. 409 says every reason: voucher_used_up, voucher_reserved, voucher_expired, voucher_refused."""
    return asking.fresh(lambda root: check_voucher(root, body.code, _order(body), customer=body.whose))


@router.post(
    "/vouchers/reservations",
    summary="Reserve a code for an order",
    **answered_by(VoucherUsed, status=201, body=UsedOnOrder, is_once=True),
)
def reserved(asking: MovingPoints, body: UsedOnOrderBody) -> Response:
    """Until it is bought, given up, or the time of the offer is over."""
    return _used(asking, body, is_reserved=True)


@router.post(
    "/vouchers/redemptions",
    summary="Use a code on an order",
    **answered_by(VoucherUsed, status=201, body=UsedOnOrder, is_once=True),
)
def redeemed(asking: MovingPoints, body: UsedOnOrderBody) -> Response:
    """What was reserved for the order becomes the use."""
    return _used(asking, body, is_reserved=False)


@router.post(
    "/vouchers/releases",
    summary="Give back what was reserved for an order",
    **answered_by(VouchersEnded, body=EndedOrder, is_once=True),
)
def released(asking: MovingPoints, body: EndedOrderBody) -> Response:
    """The order was given up. Twice is once."""
    principal = asking.caller.principal
    return moved_once(asking, lambda root, _key: release_vouchers(root, body.order, principal=principal), status=200)


@router.post(
    "/vouchers/returns",
    summary="Give back the codes of an order that was refunded whole",
    **answered_by(VouchersEnded, body=EndedOrder, is_once=True),
)
def returned(asking: MovingPoints, body: EndedOrderBody) -> Response:
    """As far as their offers say so and they are still valid. Twice is once."""
    principal = asking.caller.principal
    return moved_once(asking, lambda root, _key: give_back_vouchers(root, body.order, principal=principal), status=200)


def _used(asking: Asking, body: UsedOnOrder, *, is_reserved: bool) -> Response:
    return moved_once(
        asking,
        lambda root, key: use_voucher(
            root,
            body.code,
            _order(body),
            key,
            customer=body.whose,
            is_reserved=is_reserved,
            principal=asking.caller.principal,
        ),
        key=body.key,
    )


def _order(body: OnOrder) -> OrderAsked:
    return OrderAsked(body.order, body.amount, body.lines, body.delivery or Decimal(0), body.is_first, body.on)


def _without_codes(answer: VouchersIssued) -> VouchersIssued:
    """As the use-case answers under a key that was used before."""
    hidden = tuple(replace(each, code=None) for each in answer.codes)
    return replace(answer, issued=0, existing=answer.issued + answer.existing, codes=hidden)
