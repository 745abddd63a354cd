"""How does somebody come in, and out? Forms that need no right, because nobody is in yet; each says from which page of ours it comes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlencode

import segno
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from fenji.domain.logins import Awaited
from fenji.errors import FenjiError, Kind, NotAuthenticated
from fenji.http.authentication import (
    address_of,
    csrf_of,
    forget,
    refuse_foreign,
    refuse_forged,
    remember,
    session_of,
)
from fenji.http.failing import status_of
from fenji.http.serving import Serving
from fenji.web.failing import told_problems
from fenji.web.forms import Sent
from fenji.web.rendering import render
from fenji.web.scope import own_address
from fenji.web.visiting import language_read, sent, shell_values
from fenji.workflow.access.callers import login_of_session
from fenji.workflow.access.logging_in import begin_totp, confirm_totp, enter_code, log_in, log_out, use_link
from fenji.workspace.access.sessions import Opened

CODE, SET_UP = "/login/code", "/login/second"
_NEXT: dict[Awaited | None, str] = {Awaited.TOTP: CODE, Awaited.TOTP_SETUP: SET_UP}

router = APIRouter()


@router.get("/login")
def login_page(request: Request, next: str = "") -> Response:  # noqa: A002 - a parameter of the address
    """Name and password."""
    return _shown(request, "enter/login.html", next=own_address(next))


@router.post("/login")
def login(request: Request, form: Sent) -> Response:
    """Lets in, or asks for the second factor."""
    name, where = form.text("login"), own_address(form.text("next"))
    return _entered(
        request,
        lambda serving: log_in(serving.workspace, name, form.secret("password"), address=address_of(request)),
        where,
        lambda failed: _shown(request, "enter/login.html", failed, next=where, login=name),
    )


@router.get("/login/link/{code}")
def link_page(request: Request, code: str) -> Response:
    """Opening it uses nothing up: programs that look into mails open every link."""
    return _shown(request, "enter/link.html", code=code)


@router.post("/login/link/{code}")
def link(request: Request, code: str, form: Sent) -> Response:
    """Uses the link up: a new password, or with the password a second factor."""
    return _entered(
        request,
        lambda serving: use_link(serving.workspace, code, form.secret("password"), address=address_of(request)),
        "/",
        lambda failed: _shown(request, "enter/link.html", failed, code=code),
    )


@router.get(CODE)
def code_page(request: Request, next: str = "") -> Response:  # noqa: A002 - a parameter of the address
    """The code of the second factor."""
    csrf = csrf_of(session_of(request))
    return _shown(request, "enter/code.html", csrf_token=csrf, next=own_address(next))


@router.post(CODE)
def code(request: Request, form: Sent) -> Response:
    """Lets in, under a new id."""
    session, where = _own(request), own_address(form.text("next"))
    return _entered(
        request,
        lambda serving: enter_code(serving.workspace, session, form.text("code"), address=address_of(request)),
        where,
        lambda failed: _shown(request, "enter/code.html", failed, csrf_token=csrf_of(session), next=where),
    )


@router.get(SET_UP)
def second_page(request: Request) -> Response:
    """What a second factor is; it is begun by a form, because a new secret takes the place of the last one."""
    return _shown(request, "enter/second.html", csrf_token=csrf_of(session_of(request)), begun=None, picture="")


@router.post(SET_UP)
def begin_second(request: Request, _form: Sent) -> Response:
    """Shows a new secret, once, and asks for its first code."""
    session = _own(request)
    begun = begin_totp(_serving(request).workspace, session)
    picture = segno.make(begun.address, error="m").svg_data_uri(scale=5, border=2)
    return _shown(request, "enter/second.html", csrf_token=csrf_of(session), begun=begun, picture=picture)


@router.post(f"{SET_UP}/confirm")
def confirm_second(request: Request, form: Sent) -> Response:
    """Lets in; other logins of the person end."""
    session = _own(request)
    return _entered(
        request,
        lambda serving: confirm_totp(serving.workspace, session, form.text("code"), address=address_of(request)),
        "/",
        lambda failed: _shown(request, "enter/second.html", failed, csrf_token=csrf_of(session), begun=None, picture=""),
    )


@router.post("/logout")
def logout(request: Request, _form: Sent) -> Response:
    """Goes out in this browser; a login that is over already is no error."""
    with suppress(NotAuthenticated):  # out already
        log_out(_serving(request).workspace, _own(request))
    response = RedirectResponse(f"{_base(request)}/login", 303, {"Cache-Control": "no-store"})
    forget(response)
    return response


def _entered(
    request: Request, enter: Callable[[Serving], Opened], where: str, again: Callable[[FenjiError], Response]
) -> Response:
    refuse_foreign(request)
    try:
        opened = enter(_serving(request))
    except FenjiError as failed:
        if failed.kind is Kind.BUG:
            raise
        return again(failed)
    path = _NEXT.get(opened.session.awaits, where)
    query = f"?{urlencode({'next': where})}" if path == CODE and where != "/" else ""
    response = RedirectResponse(f"{_base(request)}{path}{query}", 303, {"Cache-Control": "no-store"})
    remember(response, opened)
    return response


def _shown(request: Request, template: str, failed: FenjiError | None = None, **values: object) -> Response:
    request.state.opens_at = request.url.path.removesuffix("/confirm")
    language, shell = language_read(request), shell_values(request)
    problems = [] if failed is None else told_problems(failed, language)
    told = {"csrf_token": "", "login": "", **shell, **values, "problems": problems}
    body = render(language, template, told)
    page = render(language, "base.html", shell | {"csrf_token": told["csrf_token"], "body": body})
    return sent(request, page, status=200 if failed is None else status_of(failed))


def _serving(request: Request) -> Serving:
    found: Serving = request.app.state.serving
    found.rates.count(f"address:{address_of(request)}")
    return found


def _own(request: Request) -> str:
    """The login of the browser, where its own page asks."""
    session = session_of(request)
    login_of_session(_serving(request).workspace, session)
    refuse_forged(request, session)
    return session


def _base(request: Request) -> str:
    found: str = request.scope.get("root_path", "")
    return found
