"""Which tiers do people give by hand, and who approves that? Overrides, and proposals of those who may not decide alone."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response

from fenji.answers.drafts import ProposalsResult
from fenji.answers.policies import OverridesResult
from fenji.api.asking import Approving, Customers, Drafting
from fenji.api.bodies.policies import (
    MOST_NUMBER,
    ApprovalReason,
    ApprovalReasonBody,
    Refusal,
    RefusalBody,
    WantedOverride,
    WantedOverrideBody,
)
from fenji.api.once import done_once
from fenji.api.routes.describing import answered_by
from fenji.workflow.drafting.proposing import (
    approve_proposal,
    list_proposals,
    propose_override,
    refuse_proposal,
    withdraw_proposal,
)
from fenji.workflow.overrides import end_override, list_overrides
from fenji.workspace.override_requests import OverrideRequest

router = APIRouter(tags=["overrides"])

Number = Annotated[int, Path(description="Its number.", ge=1, le=MOST_NUMBER)]


@router.get("/overrides", summary="Tiers that were given by hand", **answered_by(OverridesResult, is_personal=True))
def overrides(asking: Customers) -> Response:
    """All of them, those that are over included, of customers who may be seen."""
    return asking.fresh(list_overrides)


@router.post(
    "/overrides/{number}/end", summary="Ends an override", **answered_by(OverridesResult, body=Refusal, is_personal=True)
)
def override_ended(asking: Approving, number: Number, body: RefusalBody) -> Response:
    """From today on it no longer counts; it stays in the record."""
    return asking.fresh(lambda root: end_override(root, number, body.reason, by=asking.caller))


@router.get("/overrides/proposals", summary="Proposed overrides", **answered_by(ProposalsResult, is_personal=True))
def proposals(asking: Customers) -> Response:
    """All of them, also what was decided, of customers who may be seen."""
    return asking.fresh(list_proposals)


@router.post(
    "/overrides/proposals",
    summary="Proposes an override",
    **answered_by(ProposalsResult, status=201, body=WantedOverride, is_once=True, is_personal=True),
)
def proposed(asking: Drafting, body: WantedOverrideBody) -> Response:
    """It counts for nothing before somebody else approves."""
    wanted = OverrideRequest(
        customer_id=body.customer_id or "",
        customer_key=body.customer_key,
        tier=body.tier,
        ends_on=body.ends_on,
        person=None,
        reason=body.reason,
        begins_on=body.begins_on,
        policy=body.policy,
        source=body.source,
    )
    make = asking.within(lambda root: propose_override(root, wanted, by=asking.caller))
    return done_once(asking, make)


@router.post(
    "/overrides/proposals/{number}/approve",
    summary="Makes a proposal an override",
    **answered_by(ProposalsResult, body=ApprovalReason, is_personal=True),
)
def proposal_approved(asking: Approving, number: Number, body: ApprovalReasonBody) -> Response:
    """Nobody approves their own, unless nobody else could; then every answer says so."""
    return asking.fresh(lambda root: approve_proposal(root, number, reason=body.reason, by=asking.caller))


@router.post(
    "/overrides/proposals/{number}/refuse",
    summary="Refuses a proposal",
    **answered_by(ProposalsResult, body=Refusal, is_personal=True),
)
def proposal_refused(asking: Approving, number: Number, body: RefusalBody) -> Response:
    """It stays in the record."""
    return asking.fresh(lambda root: refuse_proposal(root, number, body.reason, by=asking.caller))


@router.post(
    "/overrides/proposals/{number}/withdraw",
    summary="Withdraws a proposal",
    **answered_by(ProposalsResult, is_personal=True),
)
def proposal_withdrawn(asking: Drafting, number: Number) -> Response:
    """It stays in the record."""
    return asking.fresh(lambda root: withdraw_proposal(root, number, by=asking.caller))
