"""How does somebody come in by the company's own login? Who was added under its name for them, and under a new id."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fenji.domain.access import Role
from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.logins import WAITING_LASTS, Awaited
from fenji.domain.people import RoleGrant, User, written_identity, written_login
from fenji.domain.steps import Step
from fenji.errors import Forbidden, Unavailable
from fenji.language import message as _
from fenji.workspace.access.asking import unknown_caller
from fenji.workspace.access.attempts import AT_THE_DOOR
from fenji.workspace.access.identity import Provider, address_to_ask, claims_of, endpoints_of, provider_of
from fenji.workspace.access.key import sealed, unsealed
from fenji.workspace.access.sessions import Opened, begin_session
from fenji.workspace.folder import Workspace

ABOUT = "login of the company"
LONGEST_NAME = 200


@dataclass(frozen=True)
class CompanyLogin:
    """A login that goes on elsewhere."""

    address: str
    """Where the browser goes."""
    kept: str
    """Sealed, for a cookie of that browser: only there the login goes on."""


def begin_company_login(workspace: Workspace, redirect_uri: str) -> CompanyLogin:
    """Begins a login at the company's own.

    Args:
        workspace: where.
        redirect_uri: to which page of ours the browser comes back.

    Raises:
        InvalidSettings: the settings name no login of the company, or one that cannot be used.
        Unavailable: it cannot be reached.
    """
    provider = provider_of(workspace.settings)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _each in range(3))
    asked = {"redirect_uri": redirect_uri, "state": state, "nonce": nonce, "verifier": verifier}
    address = address_to_ask(provider, endpoints_of(provider), **asked)
    ends_at = (workspace.state.now() + WAITING_LASTS).timestamp()
    return CompanyLogin(address, sealed(workspace, json.dumps({**asked, "ends_at": ends_at}), ABOUT))


def finish_company_login(workspace: Workspace, kept: str, *, state: str, code: str) -> Opened:
    """Lets somebody in who has logged in at the company's own login; who has a second factor here gives its code too.

    Args:
        workspace: where.
        kept: what ``begin_company_login`` left in the browser.
        state: what the browser brings back.
        code: what the browser brings back.

    Raises:
        NotAuthenticated: another browser, too late, a code that is not known, or a token that is not for this login.
        Forbidden: nobody here is known by this; or they need a second factor and have used none.
        InvalidSettings: the settings name no login of the company.
        Unavailable: it cannot be reached, or does not answer as it should.
    """
    provider, begun = provider_of(workspace.settings), _begun(workspace, kept)
    now = workspace.state.now()
    if now.timestamp() >= begun["ends_at"] or not hmac.compare_digest(state.encode(), begun["state"].encode()):
        raise unknown_caller()
    asked = {name: begun[name] for name in ("redirect_uri", "nonce", "verifier")}
    claims = claims_of(provider, endpoints_of(provider), code, now=now, **asked)
    user = _known(workspace, provider, claims)
    if user.needs_totp and not user.has_totp and "mfa" not in claims.get("amr", ()):
        raise Forbidden.of(_("'{login}' needs a second factor and has none."), advice=Step.RESET_TOTP, login=user.login)
    with workspace.state.transaction(user.principal) as t:
        return begin_session(t, user, awaits=Awaited.TOTP if user.has_totp else None)


def _begun(workspace: Workspace, kept: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(unsealed(workspace, kept, ABOUT))
    except (Unavailable, ValueError) as error:
        raise unknown_caller() from error
    return found


def _known(workspace: Workspace, provider: Provider, claims: Mapping[str, Any]) -> User:
    """Who it is here; added where the settings say so."""
    identity = written_identity(str(claims.get(provider.claim, "")))
    if identity is None or (provider.claim == "email" and claims.get("email_verified") is not True):
        raise _nobody()
    if workspace.state.is_there:
        with workspace.state.reading() as t:
            found = t.access.people.find_by_identity(identity)
        if found is not None:
            if found.is_disabled or found.roles == (Role.SERVICE,):
                raise _nobody()
            return found
    if provider.new_people is None:
        raise _nobody()
    return _added(workspace, identity, provider.new_people, claims)


def _added(workspace: Workspace, identity: str, role: Role, claims: Mapping[str, Any]) -> User:
    wanted = (str(claims.get(name, "")) for name in ("preferred_username", "email", "sub"))
    login = next((written for each in wanted if (written := written_login(each)) is not None), None)
    if login is None:
        raise _nobody()
    name = " ".join(str(claims.get("name", "")).split())[:LONGEST_NAME]
    with workspace.state.transaction(AT_THE_DOOR) as t:
        user = t.access.people.add(login, name if name.isprintable() and name else login, [RoleGrant(role)], identity=identity)
        t.audit.add(Action.USER_ADDED, Subject(SubjectKind.USER, user.login), {"roles": str(role)})
    return user


def _nobody() -> Forbidden:
    return Forbidden.of(
        _("the company's own login knows you, but nobody here is known under this name."),
        advice=_("Ask whoever lets people in here to add you with it."),
    )
