"""What do all points of the company come to? Their liability, the roll-forward, the laws over every row, and the posting of what a run knows."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from fenji.answers.jobs import ToldJob
from fenji.answers.loyalty.points import FlowResult, LawsResult, LiabilityResult
from fenji.api.asking import Running, SeeingAllPoints
from fenji.api.bodies.points import NewPosting, NewPostingBody
from fenji.api.parameters import Program
from fenji.api.routes.describing import answered_by
from fenji.api.starting import started
from fenji.domain.jobs import JobKind
from fenji.workflow.loyalty.points_figures import check_points, points_flow, points_liability

router = APIRouter(tags=["points"])


@router.get("/points/liability", summary="What outstanding points will cost", **answered_by(LiabilityResult))
def liability(asking: SeeingAllPoints, *, program: Program = None) -> Response:
    """By the month in which they were earned, with the share that will be redeemed."""
    return asking.fresh(lambda root: points_liability(root, program=program))


@router.get("/points/flow", summary="The roll-forward of all points", **answered_by(FlowResult))
def flow(asking: SeeingAllPoints, *, program: Program = None) -> Response:
    """Month by month: opening, earned, refunded, redeemed, expired, closing."""
    return asking.fresh(lambda root: points_flow(root, program=program))


@router.get("/points/check", summary="Whether every row of the ledger keeps its laws", **answered_by(LawsResult))
def check(asking: SeeingAllPoints, *, program: Program = None) -> Response:
    """`broken` names the laws that rows break; none where all is well."""
    return asking.fresh(lambda root: check_points(root, program=program))


@router.post(
    "/points/postings",
    summary="Post the purchases, refunds and expiries of the last run",
    **answered_by(ToldJob, status=202, body=NewPosting, is_once=True),
)
def posted(asking: Running, body: NewPostingBody) -> Response:
    """A worker does it; a second time it changes nothing. What came of it stands in the file of the job."""
    return started(asking, JobKind.POINTS, body.model_dump(mode="json", exclude_defaults=True))
