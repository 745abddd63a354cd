"""Who sends this request? A program with its token, or a browser with the cookie of a login; a cookie alone changes nothing."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import Response

from fenji.domain.access import Caller
from fenji.errors import Forbidden, NotAuthenticated
from fenji.language import message as _
from fenji.workflow.access.callers import caller_of_session, caller_of_token
from fenji.workspace.access.sessions import Opened
from fenji.workspace.folder import Workspace

COOKIE = "__Host-fenji"
CSRF_HEADER = "x-csrf-token"
LOOPBACK = ("localhost", "ip6-localhost")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def caller_of(workspace: Workspace, request: Request) -> Caller:
    """Who asks.

    Raises:
        NotAuthenticated: no token and no login, or one that is over.
        Forbidden: a browser was made to ask by another page.
    """
    scheme, _blank, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return caller_of_token(workspace, token.strip())
    session = session_of(request)
    caller = caller_of_session(workspace, session)
    if request.method not in _SAFE:
        refuse_forged(request, session)
    return caller


def session_of(request: Request) -> str:
    """The id of the login that a browser sends along.

    Raises:
        NotAuthenticated: it sends none.
    """
    found = request.cookies.get(COOKIE)
    if not found:
        raise NotAuthenticated.of(
            _("nobody is logged in."), advice=_("Send a token: Authorization: Bearer fj_…, made by: fenji token make")
        )
    return found


def refuse_forged(request: Request, session: str) -> None:
    """Refuses what another page made a browser send.

    Raises:
        Forbidden: the request comes from elsewhere, or does not carry the word that only our own pages know.
    """
    origin = request.headers.get("origin")
    is_own = origin is None or urlsplit(origin).netloc == request.headers.get("host", "")
    given = request.headers.get(CSRF_HEADER, getattr(request.state, "csrf_given", ""))
    if not is_own or not hmac.compare_digest(given.encode(), csrf_of(session).encode()):
        raise Forbidden.of(
            _("this request does not come from a page of fenji."), advice=_("Send the csrf_token of your login as X-CSRF-Token.")
        )


def refuse_foreign(request: Request) -> None:
    """Refuses a form that another page made a browser send, where nobody is logged in yet and so no word is known.

    Raises:
        Forbidden: it does not come from a page of ours, or does not say from where it comes.
    """
    origin = request.headers.get("origin")
    is_own = origin is not None and urlsplit(origin).netloc == request.headers.get("host", "")
    if not (is_own or (origin is None and request.headers.get("sec-fetch-site") == "same-origin")):
        raise Forbidden.of(
            _("this request does not come from a page of fenji."), advice=_("Open the page again, and send it from there.")
        )


def csrf_of(session: str) -> str:
    """The word that requests of a login carry; whoever knows the cookie can make it, and nobody else."""
    return hashlib.sha256(f"csrf {session}".encode()).hexdigest()


def remember(response: Response, opened: Opened) -> None:
    """Gives a browser the cookie of a login; readable by no script and sent to nobody else."""
    response.set_cookie(
        COOKIE, opened.secret, secure=True, httponly=True, samesite="lax", path="/", expires=opened.session.ends_at
    )


def forget(response: Response) -> None:
    """Takes it away again."""
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="lax", path="/")


def address_of(request: Request) -> str:
    """From where the request comes; what a proxy says counts only where it is trusted."""
    return request.client.host if request.client is not None else "unknown"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address.

    >>> [is_loopback(each) for each in ("localhost", "127.0.0.2", "::1", "0.0.0.0", "192.168.1.2")]
    [True, True, True, False, False]
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in LOOPBACK
