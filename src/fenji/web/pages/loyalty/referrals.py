"""Who was brought by whom, what speaks against it, and what did it earn? Referrals by status, decisions of people, and the look at first orders."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from fenji.answers.loyalty.referrals import ReferralsResult
from fenji.domain.access import Right
from fenji.domain.loyalty.published import DocumentKind
from fenji.domain.loyalty.referrals import ReferralStatus
from fenji.errors import FenjiError, Kind
from fenji.language import message as _
from fenji.web.forms import Sent
from fenji.web.loyalty import (
    After,
    ChangingOffers,
    Number,
    Program,
    SeeingPoints,
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
from fenji.web.visiting import Visit
from fenji.wording.referrals import REASONS, STATUSES
from fenji.workflow.loyalty.points_terms import program_terms
from fenji.workflow.loyalty.referrals import check_referrals, decide_referral, list_referrals

PAGE = Page("/actions/referrals", Entry.ACTIONS, _("Referrals"), Right.POINTS_READ, place=5, has_scope=False)
ROWS = 50
Chosen = Annotated[ReferralStatus | None, Query(alias="status")]

router = APIRouter()


@router.get(PAGE.address)
def referrals(visit: SeeingPoints, chosen: Chosen = None, program: Program = None, after: After = 0) -> Response:
    """Referrals by the friend's number."""
    return _shown(visit, program, chosen=chosen, after=after)


@router.post("/actions/referrals/check")
def checked(visit: ChangingOffers, _sent: Sent, program: Program = None) -> Response:
    """Looks at first orders; codes of friends' vouchers stand on the page that answers, and nowhere else."""
    try:
        found = visit.changed(lambda root: check_referrals(root, program=program, principal=visit.caller.principal))
    except FenjiError as failed:
        if failed.kind is Kind.BUG:
            raise
        return _shown(visit, program, failed)
    return _shown(visit, program, looked=found)


@router.post("/actions/referrals/{member_id}/decide")
def decided(visit: ChangingOffers, member_id: Number, sent: Sent, program: Program = None) -> Response:
    """Accepts or rejects one that waits for a person."""
    is_accepted, note, by = sent.text("do") == "accept", sent.text("reason"), visit.caller.principal
    said = _("The referral counts.") if is_accepted else _("The referral earns nothing.")
    return done(
        visit,
        lambda root: decide_referral(root, f"member:{member_id}", note, is_accepted=is_accepted, program=program, principal=by),
        lambda failed: _shown(visit, program, failed),
        f"{PAGE.address}{of_program(program)}",
        said,
    )


def _shown(
    visit: Visit,
    program: str | None,
    failed: FenjiError | None = None,
    *,
    chosen: ReferralStatus | None = None,
    after: int = 0,
    looked: ReferralsResult | None = None,
) -> Response:
    if not is_published(visit, DocumentKind.POINTS):
        return missing(visit, PAGE, DocumentKind.POINTS)
    found = visit.read(lambda root: list_referrals(root, status=chosen, program=program, after=after, limit=ROWS))
    held = visit.read(lambda root: list_referrals(root, status=ReferralStatus.HELD, program=program, limit=ROWS))
    values = {
        "head": "parts/loyalty_head.html",
        "found": found,
        "held": len(held.referrals),
        "has_more_held": held.after is not None,
        "chosen": chosen,
        "looked": looked,
        "terms": visit.read(lambda root: program_terms(root, program=program)),
        "statuses": words_of(visit, STATUSES),
        "reasons": words_of(visit, REASONS),
        "is_first": after == 0,
        **programs(visit, program),
        **told(visit, failed),
    }
    where = visit.link(PAGE.address, status=chosen, program=program, after=after or None)
    return visit.shown(PAGE, "pages/referrals.html", values, status=status(failed), opens_at=where)
