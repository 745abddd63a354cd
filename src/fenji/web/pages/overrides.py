"""Which tiers have people given by hand, until when, and who asks for another one? Proposed by one, approved by another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter
from fastapi import Path as InPath
from fastapi.responses import Response

from fenji.answers.policies import OverrideRow
from fenji.domain.access import Right
from fenji.domain.drafts import DraftStatus
from fenji.domain.overrides import OverrideState
from fenji.domain.telling import AS_IT_IS
from fenji.errors import FenjiError, InvalidArgument, Kind, Place, Problem
from fenji.http.failing import status_of
from fenji.language import message as _
from fenji.web import scope as scopes
from fenji.web.failing import told_problems
from fenji.web.forms import Form, Sent
from fenji.web.navigation import Entry, Page
from fenji.web.pages.policies import MOST_NUMBER
from fenji.web.visiting import Customers, SendingApproval, SendingDraft, Visit
from fenji.workflow.drafting.proposing import (
    approve_proposal,
    list_proposals,
    propose_override,
    refuse_proposal,
    withdraw_proposal,
)
from fenji.workflow.editing import read_version
from fenji.workflow.overrides import end_override, list_overrides
from fenji.workflow.publishing import list_versions
from fenji.workspace.override_requests import OverrideRequest

PAGE = Page("/policies/overrides", Entry.POLICIES, _("Tiers by hand"), Right.CUSTOMERS_READ, place=1, has_scope=False)
STATE_NAMES = {
    OverrideState.COMING: _("to come"),
    OverrideState.IN_FORCE: _("in force"),
    OverrideState.REPLACED: _("replaced by a later one"),
    OverrideState.OVER: _("over"),
    OverrideState.ENDED: _("ended before its time"),
}
NOW = (OverrideState.COMING, OverrideState.IN_FORCE)
Number = Annotated[int, InPath(ge=1, le=MOST_NUMBER)]
_FIELDS = ("customer_id", "source", "tier", "begins_on", "ends_on", "reason")

router = APIRouter()


@dataclass(frozen=True)
class _Asked:
    """What somebody has typed, told as it was typed."""

    customer_id: Annotated[str, AS_IT_IS] = ""
    source: Annotated[str, AS_IT_IS] = ""
    tier: Annotated[str, AS_IT_IS] = ""
    begins_on: Annotated[str, AS_IT_IS] = ""
    ends_on: Annotated[str, AS_IT_IS] = ""
    reason: Annotated[str, AS_IT_IS] = ""


@router.get(PAGE.address)
def overrides(visit: Customers, customer: str = "") -> Response:
    """All of them, those that count first, and what is asked for."""
    return _shown(visit, _Asked(customer_id=customer))


@router.post(PAGE.address)
def proposed(visit: SendingDraft, sent: Sent) -> Response:
    """Asks for one; it counts for nothing before it is approved."""
    asked = _Asked(**{name: sent.text(name) for name in _FIELDS})
    try:
        request = _request(asked)
        visit.changed(lambda root: propose_override(root, request, by=visit.caller))
    except FenjiError as failed:
        return _failed(visit, failed, asked)
    return visit.sent_to(PAGE.address, _("The override is proposed; it counts once somebody has approved it."))


@router.post("/policies/overrides/{number}/end")
def ended(visit: SendingApproval, number: Number, sent: Sent) -> Response:
    """Ends one from today on."""
    said = _("Override {number} ends today; the next run no longer counts it.")
    return _done(visit, sent, lambda root: end_override(root, number, sent.text("reason"), by=visit.caller), said, number)


@router.post("/policies/overrides/proposals/{number}/approve")
def approved(visit: SendingApproval, number: Number, sent: Sent) -> Response:
    """Makes a proposal an override."""
    reason = sent.text("reason") or None
    said = _("The override is approved; it counts from the next run on.")
    return _done(visit, sent, lambda root: approve_proposal(root, number, reason=reason, by=visit.caller), said, number)


@router.post("/policies/overrides/proposals/{number}/refuse")
def refused(visit: SendingApproval, number: Number, sent: Sent) -> Response:
    """Refuses a proposal."""
    said = _("The proposal is refused.")
    return _done(visit, sent, lambda root: refuse_proposal(root, number, sent.text("reason"), by=visit.caller), said, number)


@router.post("/policies/overrides/proposals/{number}/withdraw")
def withdrawn(visit: SendingDraft, number: Number, sent: Sent) -> Response:
    """Gives up one's own proposal."""
    return _done(
        visit, sent, lambda root: withdraw_proposal(root, number, by=visit.caller), _("The proposal is withdrawn."), number
    )


def _done(visit: Visit, sent: Form, make: Callable[[Path], object], said: str, number: int) -> Response:
    try:
        visit.changed(make)
    except FenjiError as failed:
        return _failed(visit, failed, _Asked())
    return visit.sent_to(sent.text("next") or PAGE.address, said, number=number)


def _failed(visit: Visit, failed: FenjiError, asked: _Asked) -> Response:
    if failed.kind is Kind.BUG:
        raise failed
    return _shown(visit, asked, failed)


def _request(asked: _Asked) -> OverrideRequest:
    days = {name: scopes.day_of(getattr(asked, name)) for name in ("begins_on", "ends_on")}
    text = _("'{value}' is no day between 1900 and 2100, written as 2026-01-31.")
    InvalidArgument.raise_if(
        Problem(text, {"value": getattr(asked, name)[:40]}, Place(column=name))
        for name, day in days.items()
        if getattr(asked, name) and day is None
    )
    policy, _slash, tier = asked.tier.partition("/")
    return OverrideRequest(
        customer_id=asked.customer_id,
        tier=tier or None,
        ends_on=days["ends_on"],
        person=None,
        reason=asked.reason or None,
        begins_on=days["begins_on"],
        policy=policy or None,
        source=asked.source or None,
    )


def _shown(visit: Visit, asked: _Asked, failed: FenjiError | None = None) -> Response:
    found = visit.read(list_overrides)
    proposals = visit.read(list_proposals)
    now = [each for each in found.overrides if each.state in NOW]
    values = {
        "as_of": found.as_of,
        "now": sorted(now, key=lambda each: each.ends_on),
        "before": [each for each in reversed(found.overrides) if each.state not in NOW],
        "in_force": sum(each.state is OverrideState.IN_FORCE for each in now),
        "first_end": _first_end(now),
        "proposals": [each for each in proposals.proposals if each.status is DraftStatus.SUBMITTED],
        "warnings": proposals.warnings,
        "tiers": given_tiers(visit),
        "asked": asked,
        "mine": visit.caller.principal.name,
        "state_names": {each.value: visit.say(text) for each, text in STATE_NAMES.items()},
        "problems": [] if failed is None else told_problems(failed, visit.language),
    }
    return visit.shown(PAGE, "pages/overrides.html", values, status=200 if failed is None else status_of(failed))


def _first_end(now: list[OverrideRow]) -> object:
    return min((each.ends_on for each in now if each.state is OverrideState.IN_FORCE), default=None)


def given_tiers(visit: Visit) -> dict[str, dict[str, object]]:
    """The tiers that may be given, by policy and slug, the highest first."""
    found: dict[str, dict[str, object]] = {}
    for each in visit.read(list_versions).versions:
        if not each.is_in_force:
            continue
        tiers = visit.read(partial(read_version, policy=each.policy, version=each.version)).lines.tiers
        for rank, tier in reversed(list(enumerate(tiers))):
            found[f"{each.policy}/{tier.tier}"] = {"name": tier.name, "rank": rank, "of": len(tiers), "policy": each.policy}
    return found
