"""Which tiers would somebody give a customer who may not decide alone? Proposed by one, approved by another; then it is an override."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from fenji.answers.drafts import ProposalRow, ProposalsResult
from fenji.domain.access import Caller, Right
from fenji.domain.audit import Action
from fenji.domain.drafts import DraftStatus, OverrideProposal
from fenji.errors import Conflict, NotFound
from fenji.language import message as _
from fenji.state.transaction import Transaction
from fenji.workspace.access.asking import demand
from fenji.workspace.approving import alone, approval_by, own_work, refusal_by
from fenji.workspace.dates import today
from fenji.workspace.folder import Workspace, open_workspace
from fenji.workspace.opening import open_question
from fenji.workspace.override_requests import (
    OverrideRequest,
    check_tier,
    seen_ids,
    wanted_override,
    write_override_down,
    write_proposal_down,
)


def propose_override(root: Path, request: OverrideRequest, *, by: Caller | None = None) -> ProposalsResult:
    """Asks for an override; it counts for nothing before somebody else approves.

    Args:
        root: the workspace.
        request: what is asked for; the person is who proposes it.
        by: who proposes it; None: the command line.

    Returns:
        The new proposal alone.

    Raises:
        NotFound: no workspace, or nothing has been run yet, so that no customer is known.
        Forbidden: the one who asks may not draft.
        InvalidArgument: a customer whom the one who asks may not see or who is not there, an unknown tier, something not said, or an end
            before the start; all at once.
    """
    workspace, acting = open_workspace(root, by_customer=True), demand(by, Right.POLICIES_DRAFT)
    with open_question(workspace) as session:
        wanted = wanted_override(session, replace(request, person=acting.name), today(workspace.settings.time_zone))
    with workspace.state.transaction(acting) as t:
        proposal = t.proposals.add(acting, wanted)
        write_proposal_down(t, Action.OVERRIDE_PROPOSED, proposal)
    return _told([proposal])


def approve_proposal(root: Path, proposal_id: int, *, reason: str | None = None, by: Caller | None = None) -> ProposalsResult:
    """Makes a proposal an override: who approves it is the person who decides.

    Args:
        root: the workspace.
        proposal_id: which proposal.
        reason: why; needed only where its author approves it, because nobody else could.
        by: who approves it; None: the command line.

    Raises:
        NotFound: no workspace, or no such proposal for a customer whom the one who asks may see.
        Forbidden: the one who asks may not approve overrides, or proposed it while somebody else could approve it.
        InvalidArgument: they proposed it, nobody else could approve it, and no reason is given.
        Conflict: it has been decided, or its tier is no longer there.
    """
    workspace, acting = open_workspace(root, by_customer=True), demand(by, Right.POLICIES_APPROVE)
    with workspace.state.transaction(acting) as t:
        proposal = _held(t, workspace, proposal_id)
        decision = approval_by(t, acting, author=proposal.author, reason=reason)
        check_tier(workspace, proposal.wanted)
        override = t.overrides.record(replace(proposal.wanted, person=acting.name))
        proposal = replace(proposal, status=DraftStatus.APPROVED, decision=decision, override=override.number)
        t.proposals.keep(proposal)
        write_override_down(t, Action.OVERRIDE_RECORDED, override)
        write_proposal_down(t, Action.OVERRIDE_APPROVED, proposal)
    return _told([proposal])


def refuse_proposal(root: Path, proposal_id: int, reason: str, *, by: Caller | None = None) -> ProposalsResult:
    """Refuses a proposal; it stays in the record.

    Raises:
        NotFound: no workspace, or no such proposal for a customer whom the one who asks may see.
        Forbidden: the one who asks may not approve overrides.
        InvalidArgument: no reason.
        Conflict: it has been decided.
    """
    workspace, acting = open_workspace(root, by_customer=True), demand(by, Right.POLICIES_APPROVE)
    with workspace.state.transaction(acting) as t:
        proposal = _held(t, workspace, proposal_id)
        proposal = replace(proposal, status=DraftStatus.REFUSED, decision=refusal_by(t, acting, reason=reason))
        t.proposals.keep(proposal)
        write_proposal_down(t, Action.OVERRIDE_REFUSED, proposal)
    return _told([proposal])


def withdraw_proposal(root: Path, proposal_id: int, *, by: Caller | None = None) -> ProposalsResult:
    """Gives a proposal up; it stays in the record.

    Raises:
        NotFound: no workspace, or no such proposal for a customer whom the one who asks may see.
        Forbidden: the one who asks may not draft, or somebody else proposed it.
        Conflict: it has been decided.
    """
    workspace, acting = open_workspace(root, by_customer=True), demand(by, Right.POLICIES_DRAFT)
    with workspace.state.transaction(acting) as t:
        proposal = _held(t, workspace, proposal_id)
        own_work(proposal.author, acting)
        proposal = replace(proposal, status=DraftStatus.WITHDRAWN)
        t.proposals.keep(proposal)
        write_proposal_down(t, Action.OVERRIDE_WITHDRAWN, proposal)
    return _told([proposal])


def list_proposals(root: Path) -> ProposalsResult:
    """Every override that was ever proposed, for customers whom the one who asks may see.

    Raises:
        NotFound: no workspace.
    """
    workspace = open_workspace(root, by_customer=True)
    if not workspace.state.is_there:
        return ProposalsResult(())
    with workspace.state.reading() as t:
        recorded = t.proposals.list_proposals()
    seen = seen_ids(workspace, map(_customer, recorded))
    return _told(each for each in recorded if _customer(each) in seen)


def _held(t: Transaction, workspace: Workspace, proposal_id: int) -> OverrideProposal:
    """A proposal that waits for a decision, and that nobody else can decide until the transaction ends."""
    proposal = t.proposals.hold(proposal_id)
    if not seen_ids(workspace, [_customer(proposal)]):
        raise NotFound.of(_("there is no proposed override {number}."), number=proposal_id)
    if proposal.status is not DraftStatus.SUBMITTED:
        raise Conflict.of(_("the proposed override {number} no longer waits for a decision."), number=proposal_id)
    return proposal


def _customer(proposal: OverrideProposal) -> tuple[str, str]:
    return proposal.wanted.source, proposal.wanted.customer_id


def _told(proposals: Iterable[OverrideProposal]) -> ProposalsResult:
    rows = tuple(ProposalRow.of(each) for each in proposals)
    warnings = (alone(f"override {each.override}") for each in rows if each.decision.is_self_approval)
    return ProposalsResult(rows, tuple(warnings))
