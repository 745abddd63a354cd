"""How does a browser come in, and out? Addresses that need no right, because nobody is in yet; attempts are counted by name and address."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from fenji.answers.access import Login as LoggedIn
from fenji.answers.access import TotpBegun
from fenji.answers.json import to_json
from fenji.api.asking import JSON
from fenji.api.bodies.people import CodeBody, CodeGiven, LinkBody, LinkUsed, Login, LoginBody, PasswordBody, PasswordChange
from fenji.api.routes.describing import answered_by
from fenji.http.authentication import address_of, csrf_of, forget, refuse_forged, remember, session_of
from fenji.http.serving import Serving
from fenji.http.speaking import language_of
from fenji.workflow.access.callers import login_of_session
from fenji.workflow.access.logging_in import (
    begin_totp,
    change_password,
    confirm_totp,
    enter_code,
    log_in,
    log_out,
    log_out_everywhere,
    use_link,
)
from fenji.workspace.access.sessions import Opened

router = APIRouter(tags=["login"])


@router.post("/login", summary="Come in by password", **answered_by(LoggedIn, body=Login, is_open=True))
def come_in(request: Request, body: LoginBody) -> Response:
    """The cookie of the login is in the answer's headers; where it awaits a second factor, nothing else is open yet."""
    return _opened(
        request, log_in(_serving(request).workspace, body.login, body.password, address=address_of(request), code=body.code)
    )


@router.post("/login/link", summary="Come in by a one-time link", **answered_by(LoggedIn, body=LinkUsed, is_open=True))
def come_in_by_link(request: Request, body: LinkBody) -> Response:
    """The link is used up, and the password is the one that was sent along."""
    return _opened(request, use_link(_serving(request).workspace, body.link, body.password, address=address_of(request)))


@router.post("/login/code", summary="Give the code of the second factor", **answered_by(LoggedIn, body=CodeGiven, is_open=True))
def give_code(request: Request, body: CodeBody) -> Response:
    """The login goes on under a new cookie."""
    session = _own(request)
    return _opened(request, enter_code(_serving(request).workspace, session, body.code, address=address_of(request)))


@router.post("/login/totp", summary="Begin to set up a second factor", **answered_by(TotpBegun, is_open=True))
def begin_second_factor(request: Request) -> Response:
    """The secret counts once a code of it was given."""
    return _told(request, begin_totp(_serving(request).workspace, _own(request)))


@router.post(
    "/login/totp/confirm", summary="End the setting up of a second factor", **answered_by(LoggedIn, body=CodeGiven, is_open=True)
)
def confirm_second_factor(request: Request, body: CodeBody) -> Response:
    """Other logins of the person end."""
    session = _own(request)
    return _opened(request, confirm_totp(_serving(request).workspace, session, body.code, address=address_of(request)))


@router.post("/login/password", summary="Choose another password", **answered_by(LoggedIn, body=PasswordChange, is_open=True))
def choose_password(request: Request, body: PasswordBody) -> Response:
    """Other logins of the person end."""
    session, workspace = _own(request), _serving(request).workspace
    return _opened(request, change_password(workspace, session, body.password, body.wanted, address=address_of(request)))


@router.get("/login", summary="Who is logged in, and what they may do", **answered_by(LoggedIn, is_open=True))
def whoami(request: Request) -> Response:
    """Also while a second factor is awaited."""
    session = session_of(request)
    found, user = login_of_session(_serving(request).workspace, session)
    return _told(request, LoggedIn.of(found, user, csrf_of(session)))


@router.post("/logout", status_code=204, summary="Go out", openapi_extra={"security": []}, response_class=Response)
def go_out(request: Request, everywhere: bool = False) -> Response:  # noqa: FBT001, FBT002 - a parameter of the address
    """Of this browser, or of all."""
    session, workspace = _own(request), _serving(request).workspace
    (log_out_everywhere if everywhere else log_out)(workspace, session)
    response = Response(status_code=204)
    forget(response)
    return response


def _serving(request: Request) -> Serving:
    found: Serving = request.app.state.serving
    found.rates.count(f"address:{address_of(request)}")
    return found


def _own(request: Request) -> str:
    """The login of the browser, where its own page asks."""
    session = session_of(request)
    refuse_forged(request, session)
    return session


def _opened(request: Request, opened: Opened) -> Response:
    _session, user = login_of_session(_serving(request).workspace, opened.secret)
    response = _told(request, LoggedIn.of(opened.session, user, csrf_of(opened.secret)))
    remember(response, opened)
    return response


def _told(request: Request, answer: object) -> Response:
    return Response(to_json(answer, language_of(request)), media_type=JSON, headers={"Cache-Control": "no-store"})
