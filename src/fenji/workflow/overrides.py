"""Which tier has a person given to which customer, by when does it end, and which of these count at a review?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from fenji.answers.policies import OverrideRow, OverridesResult
from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.overrides import NewOverride, Override, OverrideState
from fenji.domain.principals import Principal
from fenji.domain.steps import Step
from fenji.domain.written_ids import written_id
from fenji.errors import Conflict, InvalidArgument, NotFound, Problem, unknown_name
from fenji.language import message as _
from fenji.state.transaction import Transaction
from fenji.tables import clean
from fenji.workspace.acting import acting_person
from fenji.workspace.dates import today
from fenji.workspace.folder import open_workspace, policies_of, policy_in_force
from fenji.workspace.opening import open_question
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


def override_tier(root: Path, request: OverrideRequest, *, principal: Principal | None = None) -> OverridesResult:
    """Records that a person gives a customer a tier; it counts from the next run on.

    Args:
        root: the workspace.
        request: what is asked for.
        principal: who records it; None: the person who decides.

    Returns:
        The new override alone.

    Raises:
        NotFound: no workspace, or nothing has been run yet, so that no customer is known.
        InvalidArgument: an unknown customer or tier, something not said, or an end before the start; all at once.
    """
    workspace = open_workspace(root)
    day, request = today(workspace.settings.time_zone), replace(request, customer_id=written_id(request.customer_id))
    begins_on = request.begins_on or day
    policies = policies_of(workspace)
    policy = policy_in_force(policies, request.policy or workspace.settings.policy, as_of=begins_on).policy
    with open_question(workspace) as session:
        problems = [*_unsaid(request), *_backwards(begins_on, request.ends_on)]
        slugs = [each.slug for each in policy.tiers]
        if request.tier is not None and request.tier not in slugs:
            problems.append(unknown_name(_("tier"), request.tier, slugs))
        source, unknown = _source_of(session, request)
        InvalidArgument.raise_if([*unknown, *problems])
        decided = NewOverride(
            policy=policy.slug,
            source=source,
            customer_id=request.customer_id,
            tier=request.tier or "",
            begins_on=begins_on,
            ends_on=request.ends_on or begins_on,
            person=(request.person or "").strip(),
            reason=(request.reason or "").strip(),
        )
        with session.state.transaction(principal or acting_person(decided.person)) as t:
            override = t.overrides.record(decided)
            _write_down(t, Action.OVERRIDE_RECORDED, override)
    return OverridesResult(day, (OverrideRow.of(override, override.state_on(day)),))


def end_overrides(
    root: Path,
    customer_id: str,
    *,
    source: str | None = None,
    person: str | None = None,
    reason: str | None = None,
    principal: Principal | None = None,
) -> OverridesResult:
    """Ends every override of a customer that is not over yet; from today on it no longer counts, and it stays in the record.

    Args:
        root: the workspace.
        customer_id: the customer's id as it stands in the sources.
        source: the id space of the id; needed only where several customers have it.
        person: who decides it; None: the one who records it.
        reason: why.
        principal: who records it; None: the person who decides, else the user of the operating system.

    Returns:
        Those that were ended.

    Raises:
        NotFound: no workspace, or the customer has no override that could be ended.
        Conflict: customers of several id spaces have overrides under this id, and ``source`` does not say which is meant.
    """
    workspace = open_workspace(root)
    day, customer_id = today(workspace.settings.time_zone), written_id(customer_id)
    acting = principal or acting_person(person)
    with workspace.state.transaction(acting) as t:
        wanted = [
            each
            for each in t.overrides.list_overrides()
            if each.decided.customer_id == customer_id
            and source in {None, each.decided.source}
            and each.ending is None
            and each.last_on >= day
        ]
        if not wanted:
            raise NotFound.of(
                _("customer {customer} has no override that could be ended."),
                advice=_("See them all with: fenji policy overrides"),
                customer=customer_id,
            )
        sources = sorted({each.decided.source for each in wanted})
        if len(sources) > 1:
            raise Conflict(_ambiguous(customer_id, sources))
        numbers = tuple(each.number for each in wanted)
        ended = t.overrides.end(numbers, from_on=day, person=person or acting.name, reason=reason)
        for each in ended:
            _write_down(t, Action.OVERRIDE_ENDED, each)
    return OverridesResult(day, tuple(OverrideRow.of(each, each.state_on(day)) for each in ended))


def list_overrides(root: Path) -> OverridesResult:
    """Every override that was ever recorded.

    Raises:
        NotFound: no workspace.
    """
    workspace = open_workspace(root)
    day = today(workspace.settings.time_zone)
    if not workspace.state.is_there:
        return OverridesResult(day, ())
    with workspace.state.reading() as t:
        recorded = t.overrides.list_overrides()
    return OverridesResult(day, tuple(OverrideRow.of(each, _state(each, recorded, day)) for each in recorded))


def _write_down(t: Transaction, action: Action, override: Override) -> None:
    """Into the audit log, without the reason: people write names into it."""
    decided = override.decided
    told: dict[str, str | int | None] = {
        "number": override.number,
        "policy": decided.policy,
        "source": decided.source,
        "tier": decided.tier,
        "begins_on": decided.begins_on.isoformat(),
        "last_on": override.last_on.isoformat(),
    }
    t.audit.add(action, Subject(SubjectKind.CUSTOMER, decided.customer_id), told)


def _source_of(session: Session, request: OverrideRequest) -> tuple[str, list[Problem]]:
    """The id space of the customer that is meant, and what is wrong with the id."""
    identity = session.read(session.latest().run_id, clean.IDENTITY)
    here = identity.filter(identity.source_customer_id == request.customer_id).select("source", "customer_key")
    found = [
        each for each in session.engine.fetch(here.order_by("source")).to_pylist() if request.source in {None, each["source"]}
    ]
    if not found:
        text = _("there is no customer {customer} in the last run.")
        advice = _("Write the id as it stands in the sources; a new customer is known after: fenji run")
        return "", [Problem(text, {"customer": request.customer_id}, None, advice)]
    sources = [each["source"] for each in found]
    if len({each["customer_key"] for each in found}) > 1:
        return "", [_ambiguous(request.customer_id, sources)]
    return sources[0], []


def _ambiguous(customer_id: str, sources: Sequence[str]) -> Problem:
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


def _state(override: Override, recorded: Sequence[Override], day: date) -> OverrideState:
    who = (override.decided.policy, override.decided.source, override.decided.customer_id)
    later = (
        each
        for each in recorded
        if each.number > override.number and (each.decided.policy, each.decided.source, each.decided.customer_id) == who
    )
    return override.state_on(day, is_replaced=any(each.counts_on(day) for each in later))
