"""By which rules are tiers decided, what would others change, and who approves them? Versions, drafts, what-if and suggestions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response

from fenji.answers.drafts import DraftResult, DraftsResult, PolicyDiffResult, VersionResult
from fenji.answers.policies import LintResult, PublishResult, SuggestResult, VersionsResult
from fenji.answers.replayed import StoredReplay
from fenji.answers.trying import TriedList, TryResult
from fenji.answers.whatif import WhatIfResult
from fenji.api.asking import Approving, Drafting, Figures, Trial
from fenji.api.bodies import policies as bodies
from fenji.api.bodies.policies import (
    MOST_NUMBER,
    ApprovalReason,
    ApprovalReasonBody,
    PolicyText,
    PolicyTextBody,
    Publication,
    PublicationBody,
    Refusal,
    RefusalBody,
    Submission,
    SubmissionBody,
    Suggestion,
    SuggestionBody,
    TrialBody,
    Tried,
    TriedCustomersBody,
    TriedFiguresBody,
)
from fenji.api.editions import edited, edition_seen, edition_tag
from fenji.api.once import done_once
from fenji.api.routes.describing import answered_by
from fenji.domain.access import Right
from fenji.domain.reviews import MOST_REVIEWS
from fenji.errors import Forbidden
from fenji.language import message as _
from fenji.workflow.drafting.deciding import approve_draft, publish_draft, refuse_draft, submit_draft
from fenji.workflow.drafting.differing import diff_versions, show_version
from fenji.workflow.drafting.writing import change_draft, list_drafts, make_draft, show_draft, withdraw_draft
from fenji.workflow.policies import lint_text
from fenji.workflow.publishing import list_versions
from fenji.workflow.replayed import stored_replay_of_draft
from fenji.workflow.suggesting import suggest_draft
from fenji.workflow.trying import Tries, trial_list, try_cuts
from fenji.workflow.whatif import whatif_of, whatif_of_draft

router = APIRouter(tags=["policies"])

Slug = Annotated[str, Path(description="The policy's name.", max_length=64)]
Version = Annotated[int, Path(description="Its version.", ge=1, le=MOST_NUMBER)]
DraftId = Annotated[int, Path(description="The draft's number.", ge=1, le=MOST_NUMBER)]
From = Annotated[int, Query(description="The version to compare with.", alias="from", ge=1, le=MOST_NUMBER)]
To = Annotated[int, Query(description="The version whose changes are told.", ge=1, le=MOST_NUMBER)]


@router.get("/policies", summary="Every version of every policy", **answered_by(VersionsResult))
def policies(asking: Figures) -> Response:
    """From when each counts, whether it is published, who approved it, and which one counts today."""
    return asking.fresh(list_versions)


@router.get("/policies/{policy}/diff", summary="What a version changes", **answered_by(PolicyDiffResult))
def diff(asking: Figures, policy: Slug, before: From, to: To) -> Response:
    """Rule by rule: added, removed, other thresholds; as sentences."""
    return asking.fresh(lambda root: diff_versions(root, policy, before, to))


@router.get("/policies/{policy}/{version:int}", summary="One version of a policy", **answered_by(VersionResult))
def version(asking: Figures, policy: Slug, version: Version) -> Response:
    """Its text, and its rules in words."""
    return asking.fresh(lambda root: show_version(root, policy, version))


@router.post("/policies/lint", summary="What is wrong with a policy", **answered_by(LintResult, body=PolicyText))
def lint(asking: Trial, body: PolicyTextBody) -> Response:
    """The linter's findings about a text, each with its place; nothing is kept."""
    return asking.fresh(lambda root: lint_text(root, body.text))


@router.post(
    "/whatif", summary="What another policy would change", **answered_by(WhatIfResult, body=bodies.Trial, is_personal=True)
)
def whatif(asking: Trial, body: TrialBody) -> Response:
    """Every customer's tier under both policies, who would lose by it, and which rule decides; nothing is stored."""
    draft_id, text = body.draft_id, body.text or ""
    if draft_id is not None:
        return asking.found(lambda root: whatif_of_draft(root, draft_id, as_of=body.as_of, policy=body.policy))
    return asking.found(lambda root: whatif_of(root, text, name="text", as_of=body.as_of, policy=body.policy))


@router.post(
    "/policies/{policy}/try",
    summary="What other thresholds would change",
    **answered_by(TryResult, body=bodies.TriedFigures),
)
def tried(asking: Trial, policy: Slug, body: TriedFiguresBody) -> Response:
    """Fast enough to be asked while a slider moves; exact all the same. 404 not_stored tells the job that counts a review beforehand."""
    tries = _tries(policy, body)
    return asking.told(asking.read(lambda root: try_cuts(root, tries, metric=body.metric, with_steps=body.steps)))


@router.post(
    "/policies/{policy}/try/customers",
    summary="The customers behind a number of a trial",
    **answered_by(TriedList, body=bodies.TriedCustomers, is_personal=True),
)
def tried_customers(asking: Trial, policy: Slug, body: TriedCustomersBody) -> Response:
    """Of one cell of the matrix, of one tier, or of all who move; the largest revenue first. Needs customers:read too."""
    if not asking.caller.may(Right.CUSTOMERS_READ):
        raise Forbidden.of(
            _("this needs the right {right}, which {name} does not have."),
            advice=_("Ask an administrator of this workspace."),
            right=Right.CUSTOMERS_READ.value,
            name=asking.caller.principal.name,
        )
    tries = _tries(policy, body)
    return asking.found(
        lambda root: trial_list(
            root,
            tries,
            from_tier=body.from_tier,
            to_tier=body.to_tier,
            direction=body.direction,
            limit=body.limit,
            after=body.after,
        )
    )


def _tries(policy: str, body: Tried) -> Tries:
    return Tries(policy=policy, cuts=body.cuts, text=body.text, draft_id=body.draft_id, as_of=body.as_of)


@router.get("/drafts", summary="All drafts of policies", **answered_by(DraftsResult))
def drafts(asking: Figures) -> Response:
    """How far each has come, who wrote it and who decided; the newest first."""
    return asking.fresh(list_drafts)


@router.post("/drafts", summary="Begins a draft", **answered_by(DraftResult, status=201, body=PolicyText, is_once=True))
def draft_made(asking: Drafting, body: PolicyTextBody) -> Response:
    """It need not be a policy yet; the linter says what is missing."""
    make = asking.within(lambda root: make_draft(root, body.text, by=asking.caller))
    return done_once(asking, make, headers={"ETag": edition_tag(1)})


@router.post(
    "/drafts/suggest",
    summary="Begins a draft from the data",
    **answered_by(SuggestResult, status=201, body=Suggestion, is_once=True),
)
def draft_suggested(asking: Drafting, body: SuggestionBody) -> Response:
    """Thresholds that the data themselves draw, as a draft for a person to edit; nothing of it is in force."""
    make = asking.within(
        lambda root: suggest_draft(
            root,
            metric=body.metric,
            tiers=body.tiers,
            method=body.method,
            shares=body.shares,
            policy=body.policy,
            by=asking.caller,
        )
    )
    return done_once(asking, make, headers={"ETag": edition_tag(1)})


@router.get("/drafts/{draft_id:int}", summary="One draft", **answered_by(DraftResult))
def draft(asking: Figures, draft_id: DraftId) -> Response:
    """Its text, what the linter says, its rules in words, and what it would change; the tag is its edition."""
    return edited(asking, lambda root: show_draft(root, draft_id))


@router.get("/drafts/{draft_id:int}/replay", summary="What a replay of a draft has come to", **answered_by(StoredReplay))
def draft_replayed(
    asking: Trial,
    draft_id: DraftId,
    reviews: Annotated[int | None, Query(description="Only a replay of so many reviews.", ge=1, le=MOST_REVIEWS)] = None,
) -> Response:
    """Every review under both policies, as the last job of the kind replay of the draft as it is now has left it; a job keeps it for a week."""
    return asking.told(asking.read(lambda root: stored_replay_of_draft(root, draft_id, reviews=reviews)))


@router.put(
    "/drafts/{draft_id:int}", summary="Gives a draft another text", **answered_by(DraftResult, body=PolicyText, is_edited=True)
)
def draft_changed(asking: Drafting, draft_id: DraftId, body: PolicyTextBody) -> Response:
    """What was submitted or decided is a draft again: nobody has looked at the new text."""
    seen = edition_seen(asking)
    return edited(asking, lambda root: change_draft(root, draft_id, body.text, edition=seen, by=asking.caller))


@router.delete("/drafts/{draft_id:int}", summary="Withdraws a draft", **answered_by(DraftResult, is_edited=True))
def draft_withdrawn(asking: Drafting, draft_id: DraftId) -> Response:
    """It stays in the record."""
    seen = edition_seen(asking)
    return edited(asking, lambda root: withdraw_draft(root, draft_id, edition=seen, by=asking.caller))


@router.post(
    "/drafts/{draft_id:int}/submit", summary="Asks for approval", **answered_by(DraftResult, body=Submission, is_edited=True)
)
def draft_submitted(asking: Drafting, draft_id: DraftId, body: SubmissionBody) -> Response:
    """Refused where the linter finds errors."""
    seen = edition_seen(asking)
    return edited(asking, lambda root: submit_draft(root, draft_id, body.why, edition=seen, by=asking.caller))


@router.post(
    "/drafts/{draft_id:int}/approve", summary="Approves a draft", **answered_by(DraftResult, body=ApprovalReason, is_edited=True)
)
def draft_approved(asking: Approving, draft_id: DraftId, body: ApprovalReasonBody) -> Response:
    """Nobody approves their own, unless nobody else could; then every answer says so."""
    seen = edition_seen(asking)
    return edited(asking, lambda root: approve_draft(root, draft_id, reason=body.reason, edition=seen, by=asking.caller))


@router.post("/drafts/{draft_id:int}/refuse", summary="Refuses a draft", **answered_by(DraftResult, body=Refusal, is_edited=True))
def draft_refused(asking: Approving, draft_id: DraftId, body: RefusalBody) -> Response:
    """Its author may change and submit it again."""
    seen = edition_seen(asking)
    return edited(asking, lambda root: refuse_draft(root, draft_id, body.reason, edition=seen, by=asking.caller))


@router.post(
    "/drafts/{draft_id:int}/publish",
    summary="Makes an approved draft a version",
    **answered_by(PublishResult, status=201, body=Publication, is_once=True, is_edited=True),
)
def draft_published(asking: Approving, draft_id: DraftId, body: PublicationBody) -> Response:
    """From then on nobody can change it; refused where another version was published meanwhile."""
    seen = edition_seen(asking)
    make = asking.within(
        lambda root: publish_draft(root, draft_id, effective_on=body.effective_on, edition=seen, by=asking.caller)
    )
    return done_once(asking, make)
