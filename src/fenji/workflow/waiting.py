"""What waits for somebody to decide, and which alerts are open? Read from the state; nothing is computed."""

from __future__ import annotations

from pathlib import Path

from fenji.answers.waiting import WaitingResult
from fenji.domain.access import Caller, Right
from fenji.domain.drafts import DraftStatus
from fenji.domain.people import person_behind
from fenji.domain.principals import Principal
from fenji.workspace.folder import open_workspace
from fenji.workspace.limits import limits_now


def waiting_for(root: Path, caller: Caller) -> WaitingResult:
    """Drafts and overrides of others that the caller may approve, and alerts that nobody has acknowledged.

    Whoever sees only some customers is told of drafts alone: overrides and alerts may be of customers whom they do not see.

    Args:
        root: the workspace.
        caller: who asks.

    Raises:
        NotFound: no workspace.
    """
    workspace = open_workspace(root, by_customer=True)
    if not workspace.state.is_there:
        return WaitingResult(0, 0, 0)
    me = person_behind(caller.principal)

    def is_for_me(author: Principal, status: DraftStatus) -> bool:
        return status is DraftStatus.SUBMITTED and person_behind(author) != me

    is_limited = bool(caller.limits or limits_now())
    with workspace.state.reading() as t:
        drafts = sum(is_for_me(each.author, each.status) for each in t.drafts.list_drafts())
        overrides = 0 if is_limited else sum(is_for_me(each.author, each.status) for each in t.proposals.list_proposals())
        alerts = 0 if is_limited else t.sending.deliveries.open_alerts()
    may = caller.may(Right.POLICIES_APPROVE)
    return WaitingResult(drafts if may else 0, overrides if may else 0, alerts)
