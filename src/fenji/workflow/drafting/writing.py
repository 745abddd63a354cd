"""Which drafts of policies are there, and what does each say? Written by one person, seen by all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from fenji.answers.drafts import DraftResult, DraftRow, DraftsResult
from fenji.documents.policies import policy_named_in
from fenji.domain.access import Caller, Right
from fenji.domain.audit import Action
from fenji.domain.drafts import DraftStatus, DraftStep
from fenji.workspace.access.asking import demand
from fenji.workspace.approving import own_work
from fenji.workspace.drafting import check_step, checked_text, draft_of, draft_result, new_draft, newest_version, write_down
from fenji.workspace.folder import open_workspace


def make_draft(root: Path, text: str, *, by: Caller | None = None) -> DraftResult:
    """Begins a draft of a policy; it need not be a policy yet.

    Args:
        root: the workspace.
        text: YAML, as policy files write it.
        by: who writes it; None: the command line.

    Raises:
        NotFound: no workspace.
        Forbidden: the one who asks may not draft policies.
        InvalidArgument: a text that cannot be kept.
    """
    workspace, acting = open_workspace(root, by_customer=True), demand(by, Right.POLICIES_DRAFT)
    with workspace.state.transaction(acting) as t:
        draft = new_draft(t, acting, text)
    return draft_result(workspace, draft)


def change_draft(root: Path, draft_id: int, text: str, *, edition: int | None = None, by: Caller | None = None) -> DraftResult:
    """Gives a draft another text. What was submitted or decided is a draft again: nobody has looked at the new text.

    Args:
        root: the workspace.
        draft_id: which draft.
        text: in place of the one before.
        edition: as its author saw it; None: whichever.
        by: who changes it; None: the command line.

    Raises:
        NotFound: no workspace, or no such draft.
        Forbidden: the one who asks may not draft policies, or somebody else wrote the draft.
        InvalidArgument: a text that cannot be kept.
        ChangedMeanwhile: it is of another edition by now.
        Conflict: it has been published or withdrawn.
    """
    workspace, acting = open_workspace(root, by_customer=True), demand(by, Right.POLICIES_DRAFT)
    checked_text(text)
    with workspace.state.transaction(acting) as t:
        draft = t.drafts.hold(draft_id, edition)
        own_work(draft.author, acting)
        check_step(draft, DraftStep.CHANGE)
        policy = policy_named_in(text)
        based_on = newest_version(t, policy)
        if (text, based_on) != (draft.text, draft.based_on):
            changed = replace(draft, text=text, policy=policy, based_on=based_on)
            afresh = replace(changed, status=DraftStatus.DRAFT, why=None, submitted_at=None, decision=None)
            draft = t.drafts.keep(afresh)
            write_down(t, Action.DRAFT_CHANGED, draft)
    return draft_result(workspace, draft)


def withdraw_draft(root: Path, draft_id: int, *, edition: int | None = None, by: Caller | None = None) -> DraftResult:
    """Gives a draft up; it stays in the record.

    Raises:
        NotFound: no workspace, or no such draft.
        Forbidden: the one who asks may not draft policies, or somebody else wrote the draft.
        ChangedMeanwhile: it is of another edition by now.
        Conflict: it has been published or withdrawn.
    """
    workspace, acting = open_workspace(root, by_customer=True), demand(by, Right.POLICIES_DRAFT)
    with workspace.state.transaction(acting) as t:
        draft = t.drafts.hold(draft_id, edition)
        own_work(draft.author, acting)
        check_step(draft, DraftStep.WITHDRAW)
        draft = t.drafts.keep(replace(draft, status=DraftStatus.WITHDRAWN))
        write_down(t, Action.DRAFT_WITHDRAWN, draft)
    return draft_result(workspace, draft)


def list_drafts(root: Path) -> DraftsResult:
    """All drafts that there ever were.

    Raises:
        NotFound: no workspace.
    """
    workspace = open_workspace(root, by_customer=True)
    if not workspace.state.is_there:
        return DraftsResult(())
    with workspace.state.reading() as t:
        return DraftsResult(tuple(DraftRow.of(each) for each in t.drafts.list_drafts()))


def show_draft(root: Path, draft_id: int) -> DraftResult:
    """A draft as it is, with what the linter says, its rules in words, and what it would change.

    Raises:
        NotFound: no workspace, or no such draft.
    """
    workspace = open_workspace(root, by_customer=True)
    return draft_result(workspace, draft_of(workspace, draft_id))
