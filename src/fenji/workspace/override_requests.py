"""What does somebody mean who gives a customer a tier by hand? Customer, tier and days, checked all at once; and whose overrides may be seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.drafts import OverrideProposal
from fenji.domain.overrides import NewOverride, Override
from fenji.domain.steps import Step
from fenji.domain.written_ids import written_id
from fenji.errors import Conflict, InvalidArgument, Problem, unknown_name
from fenji.language import message as _
from fenji.state.transaction import Transaction
from fenji.tables import clean
from fenji.workspace.folder import Workspace, policies_of, policy_in_force
from fenji.workspace.limits import limits_now
from fenji.workspace.opening import open_question
from fenji.workspace.overrides import keys_of_ids
from fenji.workspace.session import Session


@dataclass(frozen=True)
class OverrideRequest:
    """What a person asks for; None where it was not said."""

    customer_id: str
    tier: str | None
    ends_on: date | None
    person: str | None
    reason: str | None
    begins_on: date | None = None
    """None: today in the workspace's time zone."""
    policy: str | None = None
    source: str | None = None
    """The id space of the customer's id; needed only where several customers have it."""
    customer_key: int | None = None
    """As fenji knows the customer, in place of the id."""


def wanted_override(session: Session, request: OverrideRequest, day: date) -> NewOverride:
    """What is asked for, complete.

    Args:
        session: an open session.
        request: as it was asked.
        day: on which it begins where no day is said.

    Raises:
        NotFound: nothing has been run yet, so that no customer is known.
        InvalidArgument: an unknown customer or tier, something not said, or an end before the start; all at once.
    """
    request = replace(request, customer_id=written_id(request.customer_id))
    begins_on = request.begins_on or day
    slug, tiers = _tiers_on(session.workspace, request.policy, begins_on)
    problems = [*_unsaid(request), *_backwards(begins_on, request.ends_on)]
    if request.tier is not None and request.tier not in tiers:
        problems.append(unknown_name(_("tier"), request.tier, tiers))
    source, customer_id, unknown = _customer_meant(session, request)
    InvalidArgument.raise_if([*unknown, *problems])
    return NewOverride(
        policy=slug,
        source=source,
        customer_id=customer_id,
        tier=request.tier or "",
        begins_on=begins_on,
        ends_on=request.ends_on or begins_on,
        person=(request.person or "").strip(),
        reason=(request.reason or "").strip(),
    )


def check_tier(workspace: Workspace, wanted: NewOverride) -> None:
    """Checks that the tier of an override is still there.

    Raises:
        Conflict: the version in force on its first day has no such tier.
    """
    _slug, tiers = _tiers_on(workspace, wanted.policy, wanted.begins_on)
    Conflict.raise_if([unknown_name(_("tier"), wanted.tier, tiers)] if wanted.tier not in tiers else [])


def seen_ids(workspace: Workspace, ids: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Those of some customers whom the one who asks may see.

    Args:
        workspace: that knows them.
        ids: id space and id of each.
    """
    wanted = frozenset(ids)
    if not limits_now() or not wanted:
        return wanted
    with open_question(workspace) as session:
        return frozenset(keys_of_ids(session, session.read(session.latest().run_id, clean.IDENTITY), wanted))


def write_override_down(t: Transaction, action: Action, override: Override) -> None:
    """Into the audit log, without the reason: people write names into it."""
    told: dict[str, str | int | None] = {"number": override.number, **_told(override.decided)}
    t.audit.add(action, _subject(override.decided), told | {"last_on": override.last_on.isoformat()})


def write_proposal_down(t: Transaction, action: Action, proposal: OverrideProposal) -> None:
    """The same of an override that is only proposed."""
    wanted = proposal.wanted
    told: dict[str, str | int | None] = {"proposal": proposal.proposal_id, **_told(wanted), "last_on": wanted.ends_on.isoformat()}
    if proposal.decision is not None:
        told |= {"is_self_approval": int(proposal.decision.is_self_approval), "number": proposal.override}
    t.audit.add(action, _subject(wanted), told)


def _subject(wanted: NewOverride) -> Subject:
    return Subject(SubjectKind.CUSTOMER, wanted.customer_id)


def _told(wanted: NewOverride) -> dict[str, str]:
    return {"policy": wanted.policy, "source": wanted.source, "tier": wanted.tier, "begins_on": wanted.begins_on.isoformat()}


def _tiers_on(workspace: Workspace, policy: str | None, day: date) -> tuple[str, list[str]]:
    """The name of the policy that counts on a day, and its tiers."""
    found = policy_in_force(policies_of(workspace), policy or workspace.settings.policy, as_of=day).policy
    return found.slug, [each.slug for each in found.tiers]


def _customer_meant(session: Session, request: OverrideRequest) -> tuple[str, str, list[Problem]]:
    """Id space and id of the customer who is meant, and what is wrong with the request for them."""
    identity, key = session.read(session.latest().run_id, clean.IDENTITY), request.customer_key
    is_meant = identity.source_customer_id == request.customer_id if key is None else identity.customer_key == key
    here = identity.filter(is_meant).select("source", "source_customer_id", "customer_key")
    rows = session.engine.fetch(here.order_by("source", "source_customer_id")).to_pylist()
    found = [each for each in rows if request.source in {None, each["source"]}]
    if not found:
        text = _("there is no customer {customer} in the last run.")
        advice = _("Write the id as it stands in the sources; a new customer is known after: fenji run")
        return "", "", [Problem(text, {"customer": request.customer_id if key is None else f"key:{key}"}, None, advice)]
    if len({each["customer_key"] for each in found}) > 1:
        return "", "", [ambiguous(request.customer_id, [each["source"] for each in found])]
    return found[0]["source"], found[0]["source_customer_id"], []


def ambiguous(customer_id: str, sources: Sequence[str]) -> Problem:
    """What is said where customers of several id spaces have one id."""
    text = _("several customers have the id {customer}: one in each of {sources}.")
    return Problem(text, {"customer": customer_id, "sources": ", ".join(sources)}, None, Step.SAY_WHICH_SOURCE)


def _unsaid(request: OverrideRequest) -> list[Problem]:
    said = {"--tier": request.tier, "--until": request.ends_on, "--reason": request.reason, "--person": request.person}
    text, advice = _("'{name}' is missing."), _("An override says which tier, until when, why, and who decided it.")
    lacking = [name for name, value in said.items() if value is None or (isinstance(value, str) and not value.strip())]
    return [Problem(text, {"name": name}, None, advice if name == lacking[-1] else None) for name in lacking]


def _backwards(begins_on: date, ends_on: date | None) -> list[Problem]:
    if ends_on is None or begins_on <= ends_on:
        return []
    text = _("the override would end on {ends_on}, before it begins on {begins_on}.")
    return [Problem(text, {"begins_on": begins_on, "ends_on": ends_on}, None, Step.CHANGE_SPAN)]
