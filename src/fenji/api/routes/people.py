"""Who works with fenji, with which roles and tokens, and who did what? For those who let others in, and those who look after them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response

from fenji.answers.access import TokenMade, TokensResult, UserChanged, UsersResult
from fenji.answers.audit import AuditResult, AuditVerified
from fenji.api.asking import Auditing, ChangingPeople, SeeingPeople
from fenji.api.bodies.people import Limit, NewPerson, NewPersonBody, NewToken, NewTokenBody, Reset, ResetBody, Roles, RolesBody
from fenji.api.once import done_once, nothing
from fenji.api.parameters import Day
from fenji.api.routes.describing import answered_by
from fenji.domain.access import RowLimit
from fenji.domain.audit import Action
from fenji.workflow.access.people import add_person, change_roles, disable_person, enable_person, list_people, reset_person
from fenji.workflow.access.tokens import list_tokens, make_token, revoke_token
from fenji.workflow.auditing import list_audit, verify_audit

router = APIRouter(tags=["people"])

LoginName = Annotated[str, Path(description="Under which they log in.", max_length=80)]


@router.get("/people", summary="Who works with fenji", **answered_by(UsersResult))
def people(asking: SeeingPeople) -> Response:
    """Roles, rights and limits of everybody, also of those who are kept out."""
    return asking.fresh(lambda root: list_people(root, by=asking.caller))


@router.post("/people", summary="Let somebody in", **answered_by(UserChanged, status=201, body=NewPerson, is_once=True))
def add(asking: ChangingPeople, body: NewPersonBody) -> Response:
    """The answer holds a one-time link, with which they choose a password; it is shown once."""
    return done_once(
        asking,
        lambda: add_person(
            asking.root, body.name, body.login, body.roles, limits=_limits(body.limits), identity=body.identity, by=asking.caller
        ),
        again=nothing,
    )


@router.put("/people/{login}/roles", summary="Give somebody other roles", **answered_by(UserChanged, body=Roles))
def roles(asking: ChangingPeople, login: LoginName, body: RolesBody) -> Response:
    """In place of those that they held; they are logged out."""
    return asking.fresh(lambda root: change_roles(root, login, body.roles, limits=_limits(body.limits), by=asking.caller))


@router.post("/people/{login}/disable", summary="Keep somebody out", **answered_by(UserChanged))
def disable(asking: ChangingPeople, login: LoginName) -> Response:
    """Their logins and tokens end at once."""
    return asking.fresh(lambda root: disable_person(root, login, by=asking.caller))


@router.post("/people/{login}/enable", summary="Let somebody in again", **answered_by(UserChanged))
def enable(asking: ChangingPeople, login: LoginName) -> Response:
    """With the roles that they held."""
    return asking.fresh(lambda root: enable_person(root, login, by=asking.caller))


@router.post(
    "/people/{login}/reset",
    summary="Help somebody who has lost password or second factor",
    **answered_by(UserChanged, body=Reset),
)
def reset(asking: ChangingPeople, login: LoginName, body: ResetBody) -> Response:
    """The answer holds a one-time link; it is shown once."""
    return asking.fresh(lambda root: reset_person(root, login, password=body.password, totp=body.totp, by=asking.caller))


@router.get("/tokens", summary="With what programs come in", **answered_by(TokensResult))
def tokens(
    asking: SeeingPeople, login: Annotated[str | None, Query(description="Of one person.", max_length=80)] = None
) -> Response:
    """Names, scopes, ends and last uses; never the tokens themselves."""
    return asking.fresh(lambda root: list_tokens(root, login=login, by=asking.caller))


@router.post("/people/{login}/tokens", summary="Make a token", **answered_by(TokenMade, status=201, body=NewToken, is_once=True))
def token(asking: ChangingPeople, login: LoginName, body: NewTokenBody) -> Response:
    """The token is in the answer and nowhere else; a request that is sent again is not answered with it."""
    return done_once(
        asking,
        lambda: make_token(
            asking.root, login, body.name, body.scopes, source=body.source, last_on=body.last_on, by=asking.caller
        ),
        again=nothing,
    )


@router.delete("/people/{login}/tokens/{name}", summary="Revoke a token", **answered_by(TokensResult))
def revoke(asking: ChangingPeople, login: LoginName, name: Annotated[str, Path(max_length=60)]) -> Response:
    """At once."""
    return asking.fresh(lambda root: revoke_token(root, login, name, by=asking.caller))


@router.get("/audit", summary="Who did what", **answered_by(AuditResult))
def audit(
    asking: Auditing,
    *,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    since: Annotated[Day | None, Query(description="From this day on.")] = None,
    until: Annotated[Day | None, Query(description="Up to this day and with it.")] = None,
    who: Annotated[str | None, Query(description="Only what this person or token did.", max_length=200)] = None,
    action: Action | None = None,
    before: Annotated[int | None, Query(ge=1, description="Only entries of lower numbers: the next page.")] = None,
) -> Response:
    """The newest entries first."""
    return asking.fresh(
        lambda root: list_audit(root, limit=limit, since=since, until=until, who=who, action=action, before=before)
    )


@router.get("/audit/verified", summary="Whether the audit log is as it was written", **answered_by(AuditVerified))
def verified(asking: Auditing) -> Response:
    """Walks the whole chain of hashes."""
    return asking.fresh(verify_audit)


def _limits(given: tuple[Limit, ...]) -> tuple[RowLimit, ...]:
    return tuple(RowLimit(each.column, tuple(sorted(set(each.values)))) for each in given)
