"""Who brought whom, and what has that earned? Codes for advocates, claims of friends, rewards after the first order, and people's decisions."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from fenji.answers.loyalty.referrals import ReferralCode, ReferralsResult
from fenji.api.asking import ChangingOffers, MovingPoints, SeeingAllPoints
from fenji.api.bodies.points import OfProgram, OfProgramBody
from fenji.api.bodies.vouchers import CodeAsked, CodeAskedBody, NewClaim, NewClaimBody, ReferralDecision, ReferralDecisionBody
from fenji.api.once import moved_once
from fenji.api.parameters import AfterNumber, Limit, Program
from fenji.api.routes.describing import answered_by
from fenji.domain.loyalty.referrals import ReferralStatus
from fenji.workflow.loyalty.referrals import (
    SeenWith,
    check_referrals,
    claim_referral,
    decide_referral,
    list_referrals,
    referral_code,
)

router = APIRouter(tags=["referrals"])


@router.get("/referrals", summary="Who was brought by whom", **answered_by(ReferralsResult))
def referrals(
    asking: SeeingAllPoints,
    *,
    status: Annotated[ReferralStatus | None, Query(description="Only these.")] = None,
    after: AfterNumber = 0,
    limit: Limit = 50,
    program: Program = None,
) -> Response:
    """By the friend's number, with every reason against; the page goes on where `after` says."""
    return asking.fresh(lambda root: list_referrals(root, status=status, program=program, after=after, limit=limit))


@router.post(
    "/referrals/codes", summary="The code with which a customer brings friends", **answered_by(ReferralCode, body=CodeAsked)
)
def code(asking: MovingPoints, body: CodeAskedBody) -> Response:
    """Made when it is first asked for, and the same ever after."""
    return asking.fresh(lambda root: referral_code(root, body.who, program=body.program, principal=asking.caller.principal))


@router.post(
    "/referrals/claims",
    summary="A friend says who brought them",
    **answered_by(ReferralsResult, status=201, body=NewClaim, is_once=True),
)
def claimed(asking: MovingPoints, body: NewClaimBody) -> Response:
    """Every reason against it is recorded at once; 409 where the friend named somebody else before."""
    seen = SeenWith(body.phone, body.device, body.address)
    return moved_once(
        asking,
        lambda root, _key: claim_referral(
            root, body.code, body.who, seen=seen, program=body.program, principal=asking.caller.principal
        ),
    )


@router.post(
    "/referrals/checks",
    summary="Reward referrals whose first order has stood",
    **answered_by(ReferralsResult, body=OfProgram, is_once=True),
)
def looked_at(asking: ChangingOffers, body: OfProgramBody) -> Response:
    """What changed; codes of vouchers for friends stand in this answer and nowhere else. Belongs to every day."""
    principal = asking.caller.principal
    return moved_once(
        asking,
        lambda root, _key: check_referrals(root, program=body.program, principal=principal),
        status=200,
        again=_without_codes,
    )


@router.post(
    "/referrals/decisions",
    summary="Decide about a referral that was held",
    **answered_by(ReferralsResult, body=ReferralDecision, is_once=True),
)
def decided(asking: ChangingOffers, body: ReferralDecisionBody) -> Response:
    """The reason stays in the record."""
    return moved_once(
        asking,
        lambda root, _key: decide_referral(
            root,
            body.who,
            body.note,
            is_accepted=body.is_accepted,
            program=body.program,
            principal=asking.caller.principal,
        ),
        status=200,
    )


def _without_codes(answer: ReferralsResult) -> ReferralsResult:
    return replace(answer, referrals=tuple(replace(each, code=None) for each in answer.referrals))
