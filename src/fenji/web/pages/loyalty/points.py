"""What do members hold, what does the program owe, and does the ledger keep its laws? The balance sheet, posting, and adjustments that wait."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from fenji.answers.loyalty.points import LawsResult
from fenji.domain.access import Right
from fenji.domain.jobs import JobKind, JobState
from fenji.domain.loyalty.kinds import OF_MEMBERS, PointsAccount, RequestStatus
from fenji.domain.loyalty.published import DocumentKind
from fenji.errors import FenjiError, NotFound
from fenji.language import message as _
from fenji.web.forms import Sent
from fenji.web.loyalty import (
    ApprovingPoints,
    Number,
    Program,
    SeeingPoints,
    SendingPoints,
    done,
    is_published,
    missing,
    of_program,
    programs,
    status,
    told,
    words_of,
)
from fenji.web.navigation import Entry, Page
from fenji.web.visiting import StartingRuns, Visit
from fenji.wording.points import ACCOUNTS, LAWS, REASONS, STATUSES
from fenji.work.asking import list_jobs, start_job
from fenji.work.telling import told_job
from fenji.workflow.loyalty.points_adjust import decide_adjustment, list_adjustments
from fenji.workflow.loyalty.points_figures import check_points, points_liability, points_sheet
from fenji.workflow.loyalty.points_terms import program_terms
from fenji.workspace.folder import open_workspace
from fenji.workspace.job_files import read_answer
from fenji.workspace.limits import refuse_limited

PAGE = Page("/actions/points", Entry.ACTIONS, _("Points ledger"), Right.POINTS_READ, has_scope=False)
OF_PROGRAM = (PointsAccount.ISSUED, PointsAccount.REDEEMED, PointsAccount.EXPIRED, PointsAccount.ADJUSTED)

router = APIRouter()


@router.get(PAGE.address)
def points(visit: SeeingPoints, program: Program = None) -> Response:
    """The page."""
    return _shown(visit, program)


@router.post("/actions/points/check")
def checked(visit: SendingPoints, _sent: Sent, program: Program = None) -> Response:
    """Every law over every row, now; nothing is written."""
    return _shown(visit, program, laws=visit.read(lambda root: check_points(root, program=program)))


@router.post("/actions/points/post")
def post(visit: StartingRuns, _sent: Sent, program: Program = None) -> Response:
    """Starts a job that posts the orders of the last run."""

    def make(root: Path) -> None:
        refuse_limited()
        told_of = {} if program is None else {"program": program}
        start_job(root, JobKind.POINTS, told_of, principal=visit.caller.principal)

    where, said = f"{PAGE.address}{of_program(program)}", _("The orders of the last run are being posted.")
    return done(visit, make, lambda failed: _shown(visit, program, failed), where, said)


@router.post("/actions/points/adjustments/{number}/approve")
def approved(visit: ApprovingPoints, number: Number, sent: Sent, program: Program = None) -> Response:
    """Approves an adjustment that somebody else has proposed; its points move."""
    return _decided(visit, number, sent.text("reason"), program, is_approved=True)


@router.post("/actions/points/adjustments/{number}/refuse")
def refused(visit: ApprovingPoints, number: Number, sent: Sent, program: Program = None) -> Response:
    """Refuses one, with a reason."""
    return _decided(visit, number, sent.text("reason"), program, is_approved=False)


def _decided(visit: Visit, number: int, reason: str, program: str | None, *, is_approved: bool) -> Response:
    def make(root: Path) -> object:
        by = visit.caller.principal
        return decide_adjustment(root, number, is_approved=is_approved, reason=reason or None, program=program, principal=by)

    said = _("Adjustment {number} is approved; its points have moved.") if is_approved else _("Adjustment {number} is refused.")
    where = f"{PAGE.address}{of_program(program)}"
    return done(visit, make, lambda failed: _shown(visit, program, failed), where, said, number=number)


def _shown(visit: Visit, program: str | None, failed: FenjiError | None = None, laws: LawsResult | None = None) -> Response:
    if not is_published(visit, DocumentKind.POINTS):
        return missing(visit, PAGE, DocumentKind.POINTS)
    sheet = visit.read(lambda root: points_sheet(root, program=program))
    liability = visit.block(lambda root: points_liability(root, program=program))
    adjustments = visit.read(lambda root: list_adjustments(root, program=program)).adjustments
    own = {
        name: sum(sheet.balance_sheet[each] for each in part) for name, part in (("members", OF_MEMBERS), ("program", OF_PROGRAM))
    }
    values = {
        "head": "parts/loyalty_head.html",
        "sheet": sheet,
        "accounts": words_of(visit, ACCOUNTS),
        "of_members": OF_MEMBERS,
        "of_accounts": OF_PROGRAM,
        "sums": own,
        "liability": liability,
        "terms": visit.read(lambda root: program_terms(root, program=program)),
        "laws": laws,
        "law_words": words_of(visit, LAWS),
        "waiting": [each for each in adjustments if each.status is RequestStatus.PROPOSED],
        "decided": [each for each in reversed(adjustments) if each.status is not RequestStatus.PROPOSED],
        "statuses": words_of(visit, STATUSES),
        "reason_names": words_of(visit, REASONS),
        "mine": visit.caller.principal.name,
        **programs(visit, program),
        **_posting(visit),
        **told(visit, failed),
    }
    return visit.shown(
        PAGE, "pages/points.html", values, status=status(failed), opens_at=visit.link(PAGE.address, program=program)
    )


def _posting(visit: Visit) -> dict[str, Any]:
    """The newest job that posts, and what it came to."""
    newest = next(iter(list_jobs(visit.root, kind=JobKind.POINTS, limit=1)), None)
    if newest is None:
        return {"job": None, "posted": None}
    posted = None
    if newest.state is JobState.DONE:
        try:
            posted = read_answer(open_workspace(visit.root, by_customer=True), newest, visit.language)
        except NotFound:  # answers of jobs are kept for a week
            posted = None
    return {"job": told_job(visit.root, newest), "posted": posted}
