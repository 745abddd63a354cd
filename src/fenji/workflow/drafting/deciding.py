"""How does a draft become a version? Submitted with a reason, approved by somebody else, and published from a day on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from fenji.answers.drafts import DraftResult
from fenji.answers.policies import PublishResult
from fenji.documents.policies import policy_document_from_text, signed_text
from fenji.domain.access import Caller, Right
from fenji.domain.audit import Action
from fenji.domain.drafts import DraftStatus, DraftStep
from fenji.domain.people import person_behind
from fenji.errors import Conflict, InvalidArgument, InvalidDocument, Problem, Unavailable
from fenji.language import message as _
from fenji.workspace.access.asking import demand
from fenji.workspace.approving import alone, approval_by, own_work, refusal_by, said_reason
from fenji.workspace.drafting import check_step, draft_result, name_of, newest_version, outdated, write_down
from fenji.workspace.folder import open_workspace
from fenji.workspace.publishing import problems_before_publishing, publish_text, room_for_file, write_file


def submit_draft(root: Path, draft_id: int, why: str, *, edition: int | None = None, by: Caller | None = None) -> DraftResult:
    """Asks for the approval of a draft. The reason becomes that of the policy, and a blank author its author.

    Args:
        root: the workspace.
        draft_id: which draft.
        why: why the rules should change.
        edition: as its author saw it; None: whichever.
        by: who submits it; None: the command line.

    Raises:
        NotFound: no workspace, or no such draft.
        Forbidden: the one who asks may not draft policies, or somebody else wrote the draft.
        InvalidArgument: no reason.
        InvalidDocument: it cannot be read as a policy, the linter finds errors, or another version takes effect on the same day.
        ChangedMeanwhile: it is of another edition by now.
        Conflict: it is submitted already, or past that; its version is published already, or a newer one than it knows.
    """
    workspace, acting = open_workspace(root, by_customer=True), demand(by, Right.POLICIES_DRAFT)
    said = said_reason(why)
    if said is None:
        raise InvalidArgument.of(_("say why the rules should change."))
    with workspace.state.transaction(acting) as t:
        draft = t.drafts.hold(draft_id, edition)
        own_work(draft.author, acting)
        check_step(draft, DraftStep.SUBMIT)
        read = policy_document_from_text(draft.text, name_of(draft_id))
        InvalidDocument.raise_if(problems_before_publishing(workspace, read, is_signed=False))
        newest = newest_version(t, draft.policy)
        Conflict.raise_if([outdated(draft, newest)] if newest > draft.based_on else t.policies.objections(read.policy))
        author = read.policy.author.strip() or person_behind(draft.author)
        text = signed_text(draft.text, replace(read.policy, author=author, why=said))
        draft = t.drafts.keep(
            replace(draft, text=text, status=DraftStatus.SUBMITTED, why=said, submitted_at=t.clock(), decision=None)
        )
        write_down(t, Action.DRAFT_SUBMITTED, draft)
    return draft_result(workspace, draft)


def approve_draft(
    root: Path, draft_id: int, *, reason: str | None = None, edition: int | None = None, by: Caller | None = None
) -> DraftResult:
    """Approves a draft that somebody else has submitted.

    Args:
        root: the workspace.
        draft_id: which draft.
        reason: why; needed only where its author approves it, because nobody else could.
        edition: as the one who approves saw it; None: whichever.
        by: who approves it; None: the command line.

    Raises:
        NotFound: no workspace, or no such draft.
        Forbidden: the one who asks may not approve policies, or wrote the draft while somebody else could approve it.
        InvalidArgument: they wrote it, nobody else could approve it, and no reason is given.
        ChangedMeanwhile: it is of another edition by now.
        Conflict: it has not been submitted, or is past that.
    """
    workspace, acting = open_workspace(root), demand(by, Right.POLICIES_APPROVE)
    with workspace.state.transaction(acting) as t:
        draft = t.drafts.hold(draft_id, edition)
        check_step(draft, DraftStep.APPROVE)
        decision = approval_by(t, acting, author=draft.author, reason=reason)
        draft = t.drafts.keep(replace(draft, status=DraftStatus.APPROVED, decision=decision))
        write_down(t, Action.DRAFT_APPROVED, draft)
    return draft_result(workspace, draft)


def refuse_draft(root: Path, draft_id: int, reason: str, *, edition: int | None = None, by: Caller | None = None) -> DraftResult:
    """Refuses a draft that was submitted, also one that was approved; its author may change and submit it again.

    Raises:
        NotFound: no workspace, or no such draft.
        Forbidden: the one who asks may not approve policies.
        InvalidArgument: no reason.
        ChangedMeanwhile: it is of another edition by now.
        Conflict: it has not been submitted, or is published.
    """
    workspace, acting = open_workspace(root), demand(by, Right.POLICIES_APPROVE)
    with workspace.state.transaction(acting) as t:
        draft = t.drafts.hold(draft_id, edition)
        check_step(draft, DraftStep.REFUSE)
        draft = t.drafts.keep(replace(draft, status=DraftStatus.REFUSED, decision=refusal_by(t, acting, reason=reason)))
        write_down(t, Action.DRAFT_REFUSED, draft)
    return draft_result(workspace, draft)


def publish_draft(
    root: Path, draft_id: int, *, effective_on: date | None = None, edition: int | None = None, by: Caller | None = None
) -> PublishResult:
    """Freezes an approved draft as a version of its policy, and writes its file.

    Args:
        root: the workspace.
        draft_id: which draft.
        effective_on: the first day on which it counts; None: the day that its text says.
        edition: as the one who publishes saw it; None: whichever.
        by: who publishes it; None: the command line.

    Raises:
        NotFound: no workspace, or no such draft.
        Forbidden: the one who asks may not approve policies.
        InvalidDocument: it can no longer be used, or another version takes effect on the same day.
        ChangedMeanwhile: it is of another edition by now.
        Conflict: it is not approved, another version was published since it was written, or a file holds its number.
    """
    workspace, acting = open_workspace(root), demand(by, Right.POLICIES_APPROVE)
    with workspace.state.transaction(acting) as t:
        draft = t.drafts.hold(draft_id, edition)
        check_step(draft, DraftStep.PUBLISH)
        newest = newest_version(t, draft.policy)
        Conflict.raise_if([outdated(draft, newest)] if newest != draft.based_on else [])
        read = policy_document_from_text(draft.text, name_of(draft_id))
        text = draft.text
        if effective_on is not None:
            text = signed_text(draft.text, replace(read.policy, effective_on=effective_on))
            read = policy_document_from_text(text, name_of(draft_id))
        file = room_for_file(workspace, read)
        published, warnings = publish_text(t, workspace, read, text)
        draft = t.drafts.keep(replace(draft, text=text, status=DraftStatus.PUBLISHED, published_version=published.version))
        write_down(t, Action.DRAFT_PUBLISHED, draft, version=published.version)
    # The version counts from here on, with or without its file.
    remarks: list[Problem] = []
    try:
        write_file(file, text)
    except Unavailable as error:
        remarks += error.problems
    if draft.decision is not None and draft.decision.is_self_approval:
        remarks.append(alone(f"{published.slug} {published.version}"))
    return PublishResult(published, (*remarks, *warnings))
