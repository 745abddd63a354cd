"""Which tier has a person given to which customer, by when does it end, and which of these count at a review?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from fenji.answers.policies import OverrideRow, OverridesResult
from fenji.domain.access import Caller, Right
from fenji.domain.audit import Action
from fenji.domain.overrides import Override, OverrideState
from fenji.domain.principals import Principal
from fenji.domain.written_ids import written_id
from fenji.errors import Conflict, InvalidArgument, NotFound
from fenji.language import message as _
from fenji.workspace.access.asking import demand
from fenji.workspace.acting import acting_person
from fenji.workspace.approving import said_reason
from fenji.workspace.dates import today
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import open_question
from fenji.workspace.override_requests import OverrideRequest, ambiguous, seen_ids, wanted_override, write_override_down


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
    day = today(workspace.settings.time_zone)
    with open_question(workspace) as session:
        decided = wanted_override(session, request, day)
        with session.state.transaction(principal or acting_person(decided.person)) as t:
            override = t.overrides.record(decided)
            write_override_down(t, Action.OVERRIDE_RECORDED, override)
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
            raise Conflict(ambiguous(customer_id, sources))
        numbers = tuple(each.number for each in wanted)
        ended = t.overrides.end(numbers, from_on=day, person=person or acting.name, reason=reason)
        for each in ended:
            write_override_down(t, Action.OVERRIDE_ENDED, each)
    return OverridesResult(day, tuple(OverrideRow.of(each, each.state_on(day)) for each in ended))


def end_override(root: Path, number: int, reason: str, *, by: Caller | None = None) -> OverridesResult:
    """Ends one override from today on; it stays in the record.

    Args:
        root: the workspace.
        number: of the override.
        reason: why.
        by: who ends it; None: the command line.

    Raises:
        NotFound: no workspace, or no such override of a customer whom the one who asks may see.
        Forbidden: the one who asks may not approve overrides.
        InvalidArgument: no reason.
        Conflict: it has ended, or is over.
    """
    workspace, acting = open_workspace(root, by_customer=True), demand(by, Right.POLICIES_APPROVE)
    day, said = today(workspace.settings.time_zone), said_reason(reason)
    if said is None:
        raise InvalidArgument.of(_("say why the override ends."))
    shown = {each.number: each for each in list_overrides(root).overrides}
    if number not in shown:
        raise NotFound.of(_("there is no override {number}."), number=number)
    with workspace.state.transaction(acting) as t:
        ended = t.overrides.end((number,), from_on=day, person=acting.name, reason=said) if shown[number].ends_on >= day else ()
        if not ended:
            raise Conflict.of(_("override {number} no longer counts."), number=number)
        write_override_down(t, Action.OVERRIDE_ENDED, ended[0])
    return OverridesResult(day, tuple(OverrideRow.of(each, each.state_on(day)) for each in ended))


def list_overrides(root: Path) -> OverridesResult:
    """Every override that was ever recorded.

    Raises:
        NotFound: no workspace.
    """
    workspace = open_workspace(root, by_customer=True)
    day = today(workspace.settings.time_zone)
    if not workspace.state.is_there:
        return OverridesResult(day, ())
    with workspace.state.reading() as t:
        recorded = t.overrides.list_overrides()
    seen = seen_ids(workspace, ((each.decided.source, each.decided.customer_id) for each in recorded))
    shown = (each for each in recorded if (each.decided.source, each.decided.customer_id) in seen)
    return OverridesResult(day, tuple(OverrideRow.of(each, _state(each, recorded, day)) for each in shown))


def _state(override: Override, recorded: Sequence[Override], day: date) -> OverrideState:
    who = (override.decided.policy, override.decided.source, override.decided.customer_id)
    later = (
        each
        for each in recorded
        if each.number > override.number and (each.decided.policy, each.decided.source, each.decided.customer_id) == who
    )
    return override.state_on(day, is_replaced=any(each.counts_on(day) for each in later))
