"""What does a draft change, and what is decided about it? Submitted by one person, approved and published by another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi import Path as InPath
from fastapi.responses import Response

from fenji.answers.drafts import DraftResult, DraftRow, PolicyDiffResult, ProposalRow
from fenji.answers.trying import TryResult
from fenji.domain.access import Right
from fenji.domain.drafts import POSSIBLE_FROM, DraftStatus, DraftStep
from fenji.errors import FenjiError, InvalidArgument, Kind, Place, Problem
from fenji.http.failing import status_of
from fenji.language import message as _
from fenji.web import scope as scopes
from fenji.web.failing import told_problems
from fenji.web.forms import Form, Sent
from fenji.web.navigation import Entry, Page
from fenji.web.pages.overrides import given_tiers
from fenji.web.pages.policies import MOST_NUMBER, STATUS_NAMES, status_names
from fenji.web.trials import Desk, told_trial
from fenji.web.visiting import Approving, Figures, SendingApproval, SendingDraft, Visit
from fenji.workflow.drafting.deciding import approve_draft, publish_draft, refuse_draft
from fenji.workflow.drafting.proposing import list_proposals
from fenji.workflow.drafting.writing import list_drafts, show_draft, withdraw_draft
from fenji.workflow.editing import changes_in
from fenji.workflow.trying import Tries, try_cuts

DRAFT = Page(
    "/policies/drafts/{draft_id}", Entry.POLICIES, _("Draft of a policy"), Right.FIGURES_READ, is_tab=False, has_scope=False
)
WAITING = Page("/policies/approvals", Entry.POLICIES, _("Approvals"), Right.POLICIES_APPROVE, place=2, has_scope=False)
PAGES = (DRAFT, WAITING)
DraftId = Annotated[int, InPath(ge=1, le=MOST_NUMBER)]

router = APIRouter()


@router.get(WAITING.address)
def approvals(visit: Approving) -> Response:
    """What waits for a decision of whoever is logged in."""
    drafts = [each for each in visit.read(list_drafts).drafts if each.status in (DraftStatus.SUBMITTED, DraftStatus.APPROVED)]
    proposals = visit.read(list_proposals).proposals if visit.may(Right.CUSTOMERS_READ) else ()
    mine = visit.caller.principal.name
    values = {
        "drafts": drafts,
        "proposals": [each for each in proposals if each.status is DraftStatus.SUBMITTED],
        "for_me": _waiting(drafts, mine) + _waiting(proposals, mine),
        "mine": mine,
        "tiers": given_tiers(visit) if proposals else {},
        "status_names": status_names(visit),
    }
    return visit.shown(WAITING, "pages/approvals.html", values)


@router.get(DRAFT.address)
def draft(visit: Figures, draft_id: DraftId) -> Response:
    """One draft: what it changes in words and in numbers, and what may be done with it."""
    return _shown(visit, draft_id)


@router.post("/policies/drafts/{draft_id}/approve")
def approved(visit: SendingApproval, draft_id: DraftId, sent: Sent) -> Response:
    """Approves it; one's own only where nobody else could, and with a reason."""
    reason, seen = sent.text("reason") or None, _edition(sent)
    return _done(
        visit,
        draft_id,
        lambda root: approve_draft(root, draft_id, reason=reason, edition=seen, by=visit.caller),
        _("Draft {number} is approved. Publish it from the day on which it shall count."),
    )


@router.post("/policies/drafts/{draft_id}/refuse")
def refused(visit: SendingApproval, draft_id: DraftId, sent: Sent) -> Response:
    """Refuses it; its author may change it and submit it again."""
    seen = _edition(sent)
    return _done(
        visit,
        draft_id,
        lambda root: refuse_draft(root, draft_id, sent.text("reason"), edition=seen, by=visit.caller),
        _("Draft {number} is refused; its author reads why."),
    )


@router.post("/policies/drafts/{draft_id}/publish")
def published(visit: SendingApproval, draft_id: DraftId, sent: Sent) -> Response:
    """Makes it a version that nobody changes any more."""
    seen, typed = _edition(sent), sent.text("effective_on")

    def make(root: Path) -> object:
        day = scopes.day_of(typed)
        if typed and day is None:
            text = _("'{value}' is no day between 1900 and 2100, written as 2026-01-31.")
            raise InvalidArgument(Problem(text, {"value": typed[:40]}, Place(column="effective_on")))
        return publish_draft(root, draft_id, effective_on=day, edition=seen, by=visit.caller)

    return _done(visit, draft_id, make, _("Draft {number} is published. The next run follows it from its day on."))


@router.post("/policies/drafts/{draft_id}/withdraw")
def withdrawn(visit: SendingDraft, draft_id: DraftId, sent: Sent) -> Response:
    """Gives it up; it stays in the record."""
    seen = _edition(sent)
    return _done(
        visit,
        draft_id,
        lambda root: withdraw_draft(root, draft_id, edition=seen, by=visit.caller),
        _("Draft {number} is withdrawn."),
    )


def _waiting(found: Sequence[DraftRow | ProposalRow], mine: str) -> int:
    """How many of them somebody else has submitted."""
    return sum(each.status is DraftStatus.SUBMITTED and each.author != mine for each in found)


def _edition(sent: Form) -> int | None:
    """As whoever decides saw it: nobody decides about what they have not seen."""
    seen = sent.text("edition")
    return int(seen) if seen.isdecimal() else 0


def _done(visit: Visit, draft_id: int, make: Callable[[Path], object], said: str) -> Response:
    try:
        visit.changed(make)
    except FenjiError as failed:
        if failed.kind is Kind.BUG:
            raise
        return _shown(visit, draft_id, failed)
    return visit.sent_to(f"/policies/drafts/{draft_id}", said, number=draft_id)


def _shown(visit: Visit, draft_id: int, failed: FenjiError | None = None) -> Response:
    found = visit.read(lambda root: show_draft(root, draft_id))
    status, is_own = found.draft.status, found.draft.author == visit.caller.principal.name
    values = {
        "draft": found,
        "is_own": is_own,
        "may_do": _possible(visit, status, is_own=is_own),
        "status_word": visit.say(STATUS_NAMES[status]),
        "status_names": status_names(visit),
        "problems": [] if failed is None else told_problems(failed, visit.language),
        "changes": _changes(visit, found),
        **_impact(visit, found),
    }
    page = replace(DRAFT, title=visit.say(_("Draft {number}"), number=draft_id))
    return visit.shown(page, "pages/policy_deciding.html", values, status=200 if failed is None else status_of(failed))


def _possible(visit: Visit, status: DraftStatus, *, is_own: bool) -> dict[str, bool]:
    """Which forms stand there: what may be done now, by this person."""
    approves, drafts = visit.may(Right.POLICIES_APPROVE), visit.may(Right.POLICIES_DRAFT)
    may = {
        DraftStep.APPROVE: approves,
        DraftStep.REFUSE: approves,
        DraftStep.PUBLISH: approves,
        DraftStep.WITHDRAW: drafts and is_own,
        DraftStep.CHANGE: visit.may(Right.WHATIF_ASK),
    }
    return {step.value: allowed and status in POSSIBLE_FROM[step] for step, allowed in may.items()}


def _changes(visit: Visit, found: DraftResult) -> PolicyDiffResult | None:
    """What it changes: of the version before it, where it has become one, else of the newest that there is."""
    policy, number = found.draft.policy, found.draft.published_version
    if policy is None or found.version is None:
        return None
    block = visit.block(lambda root: changes_in(root, policy, found.text, before=number))
    return block.found if isinstance(block.found, PolicyDiffResult) else None


def _impact(visit: Visit, found: DraftResult) -> Mapping[str, Any]:
    """What it would change of the customers, where it can be read and the reader may ask."""
    policy = found.draft.policy
    is_open = found.draft.status not in (DraftStatus.PUBLISHED, DraftStatus.WITHDRAWN)
    if policy is None or found.rules is None or not is_open or not visit.may(Right.WHATIF_ASK):
        return {"trial": None, "block": None}
    block = visit.block(lambda root: try_cuts(root, Tries(policy=policy, draft_id=found.draft.draft_id), with_steps=False))
    desk = Desk(policy, found.draft.draft_id, {}, None)
    return {"trial": told_trial(visit, block.found, desk) if isinstance(block.found, TryResult) else None, "block": block}
