"""What does the company's own login say of somebody? OpenID Connect: discovery, code with PKCE, and a token whose signature holds.

Source: OpenID Connect Core 1.0 and Discovery 1.0, RFC 7636 (PKCE), RFC 8176 (amr).
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from fenji.choices import SETTINGS_FILE
from fenji.domain.access import Role
from fenji.errors import InvalidSettings, Place, Problem, Unavailable
from fenji.language import message as _
from fenji.settings import Settings
from fenji.workspace.access.asking import unknown_caller

SECRET_VARIABLE = "FENJI_OIDC_CLIENT_SECRET"  # noqa: S105 - the name of a variable
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""Only with two keys: nobody who can check a signature can make one."""
SECONDS = 10
LARGEST_ANSWER = 1_000_000
LEEWAY_SECONDS = 60
SCOPES = "openid email profile"
NEVER_BY_ITSELF = frozenset({Role.ADMIN, Role.MANAGER, Role.SERVICE})
"""Roles that nobody is given without a person who gives them."""
_REFUSED = 400


@dataclass(frozen=True)
class Provider:
    """The company's own login, as the settings name it."""

    issuer: str
    client_id: str
    claim: str
    """By which claim people are known: ``email`` or ``sub``."""
    new_people: Role | None
    """The role of who comes for the first time; None: nobody comes in who was not added."""


@dataclass(frozen=True)
class Endpoints:
    """Where it answers."""

    authorization: str
    token: str
    keys: str
    takes_basic: bool
    """Whether the secret goes into the header."""


def provider_of(settings: Settings) -> Provider:
    """The company's own login.

    Raises:
        InvalidSettings: there is none, or it cannot be used; all problems at once.
    """
    written = settings.oidc
    lacking = [name for name in ("issuer", "client_id") if not written.get(name, "").strip()]
    problems = [_problem(name, _("it is missing.")) for name in lacking]
    issuer, claim, role = written.get("issuer", ""), written.get("claim", "email"), written.get("new_people")
    if issuer and not _is_safe(issuer):
        problems.append(_problem("issuer", _("it must begin with https://.")))
    if claim not in {"email", "sub"}:
        problems.append(_problem("claim", _("it must be email or sub.")))
    allowed = sorted(set(Role) - NEVER_BY_ITSELF)
    if role is not None and role not in allowed:
        problems.append(_problem("new_people", _("it must be one of {known}."), known=", ".join(allowed)))
    InvalidSettings.raise_if(problems)
    return Provider(issuer, written["client_id"], claim, None if role is None else Role(role))


def endpoints_of(provider: Provider) -> Endpoints:
    """Where the company's own login answers, as it says itself.

    Raises:
        Unavailable: it cannot be reached, or says something else than it should.
    """
    found = _json(_ask("GET", provider.issuer.rstrip("/") + "/.well-known/openid-configuration"))
    authorization, token, keys = (str(found.get(name, "")) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"))
    if found.get("issuer") != provider.issuer or not all(map(_is_safe, (authorization, token, keys))):
        raise _unusable()
    methods = found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return Endpoints(authorization, token, keys, "client_secret_basic" in methods)


def address_to_ask(provider: Provider, endpoints: Endpoints, *, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
    """Where the browser goes to log in there."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": redirect_uri,
        "scope": SCOPES,
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return f"{endpoints.authorization}{'&' if '?' in endpoints.authorization else '?'}{urlencode(asked)}"


def claims_of(
    provider: Provider, endpoints: Endpoints, code: str, *, redirect_uri: str, nonce: str, verifier: str, now: datetime
) -> Mapping[str, Any]:
    """What the company's own login says of who has logged in there.

    Raises:
        NotAuthenticated: it does not know the code, or what it says is not signed by it, not for us, not for this login, or over.
        Unavailable: it cannot be reached, or answers something else than it should.
    """
    given = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "code_verifier": verifier}
    secret, headers = os.environ.get(SECRET_VARIABLE, ""), {}
    if secret and endpoints.takes_basic:
        pair = f"{quote(provider.client_id, safe='')}:{quote(secret, safe='')}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    else:
        given |= {"client_id": provider.client_id} | ({"client_secret": secret} if secret else {})
    answer = _ask("POST", endpoints.token, given, headers)
    id_token = _json(answer).get("id_token")
    if not isinstance(id_token, str):
        raise _unusable()
    keys = _json(_ask("GET", endpoints.keys))
    return _verified(provider, id_token, keys, nonce, now)


def _verified(provider: Provider, id_token: str, keys: Mapping[str, Any], nonce: str, now: datetime) -> Mapping[str, Any]:
    rules = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": provider.client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        claims = jwt.decode(id_token, KeySet.import_key_set(keys), algorithms=list(ALGORITHMS)).claims  # type: ignore[arg-type]
        rules.validate(claims)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise unknown_caller() from error
    audience = claims["aud"]
    is_shared = isinstance(audience, list) and len(audience) > 1
    if claims.get("azp", None if is_shared else provider.client_id) != provider.client_id:
        raise unknown_caller()
    return claims


def _ask(method: str, address: str, given: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None) -> bytes:
    try:
        with (
            httpx2.Client(timeout=SECONDS, follow_redirects=False) as client,
            client.stream(method, address, data=given, headers=headers) as answer,
        ):
            body = b""
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > LARGEST_ANSWER:
                    raise _unusable()
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        raise Unavailable.of(_("the company's own login cannot be reached."), advice=_("Try again later.")) from error
    if answer.status_code == _REFUSED and given is not None:
        raise unknown_caller()  # a code that it does not know, or that was used before
    if answer.status_code != httpx2.codes.OK:
        raise _unusable()
    return body


def _json(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _unusable() from error
    if not isinstance(found, dict):
        raise _unusable()
    return found


def _unusable() -> Unavailable:
    return Unavailable.of(
        _("the company's own login does not answer as OpenID Connect says."), advice=_("See `oidc` in fenji.toml, and its logs.")
    )


def _is_safe(address: str) -> bool:
    """Whether nobody on the way reads along: https, or this machine itself."""
    try:
        parts = urlsplit(address)
        return parts.scheme == "https" or (parts.scheme == "http" and ip_address(parts.hostname or "").is_loopback)
    except ValueError:
        return False


def _problem(name: str, text: str, **values: object) -> Problem:
    return Problem(text, values, Place(SETTINGS_FILE, column=f"oidc.{name}"))
