"""In which language and colours does somebody work here, and how do they change their password and second factor?"""

from __future__ import annotations

import segno
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from fenji.answers.access import TotpBegun, UserRow
from fenji.domain.access import Right
from fenji.errors import FenjiError
from fenji.http.authentication import address_of, refuse_foreign, remember
from fenji.http.failing import status_of
from fenji.http.serving import Serving
from fenji.language import Language
from fenji.language import message as _
from fenji.web.failing import told_problems
from fenji.web.forms import Sent
from fenji.web.navigation import Entry, Page
from fenji.web.scope import own_address
from fenji.web.visiting import LANGUAGE_COOKIE, THEME_COOKIE, THEMES, ChangingOwn, Figures, Visit
from fenji.wording.access import RIGHTS, ROLES
from fenji.wording.limits import limits_told
from fenji.workflow.access.callers import login_of_session
from fenji.workflow.access.logging_in import begin_totp, change_password, confirm_totp, log_out_everywhere

PAGE = Page("/account", Entry.PERSON, _("My account"), Right.FIGURES_READ, has_scope=False)
_YEAR = 365 * 24 * 3600

router = APIRouter()


@router.get(PAGE.address)
def account(visit: Figures) -> Response:
    """Who is logged in, until when, and what they may do."""
    return _shown(visit)


@router.post("/account/password")
def password(visit: ChangingOwn, sent: Sent) -> Response:
    """Another password; this login goes on under a new id, all others end."""
    address = address_of(visit.request)
    try:
        opened = change_password(
            visit.serving.workspace, visit.session, sent.secret("password"), sent.secret("wanted"), address=address
        )
    except FenjiError as failed:
        return _shown(visit, failed)
    response = visit.sent_to(PAGE.address, _("The password is changed; all other logins have ended."))
    remember(response, opened)
    return response


@router.post("/account/totp")
def totp(visit: ChangingOwn, _sent: Sent) -> Response:
    """Shows the secret of a second factor, once, and asks for its first code."""
    try:
        return _shown(visit, begun=begin_totp(visit.serving.workspace, visit.session))
    except FenjiError as failed:
        return _shown(visit, failed)


@router.post("/account/totp/confirm")
def confirm(visit: ChangingOwn, sent: Sent) -> Response:
    """The second factor counts from now on; this login goes on under a new id, all others end."""
    try:
        opened = confirm_totp(visit.serving.workspace, visit.session, sent.text("code"), address=address_of(visit.request))
    except FenjiError as failed:
        return _shown(visit, failed)
    response = visit.sent_to(PAGE.address, _("The second factor is set up; all other logins have ended."))
    remember(response, opened)
    return response


@router.post("/account/everywhere")
def everywhere(visit: ChangingOwn, _sent: Sent) -> Response:
    """Ends all logins of the person."""
    log_out_everywhere(visit.serving.workspace, visit.session)
    return visit.sent_to("/login")


@router.post("/language")
def language(request: Request, sent: Sent) -> Response:
    """The language of this browser; also where nobody is logged in, as it opens nothing."""
    return _chosen(request, sent.text("next"), LANGUAGE_COOKIE, sent.text("language"), tuple(Language))


@router.post("/theme")
def theme(request: Request, sent: Sent) -> Response:
    """Light or dark in this browser; anything else: as the system says."""
    return _chosen(request, sent.text("next"), THEME_COOKIE, sent.text("theme"), THEMES)


def _chosen(request: Request, where: str, cookie: str, value: str, known: tuple[str, ...]) -> Response:
    refuse_foreign(request)
    serving: Serving = request.app.state.serving
    serving.rates.count(f"address:{address_of(request)}")
    base = request.scope.get("root_path", "")
    found = RedirectResponse(f"{base}{own_address(where)}", 303, {"Cache-Control": "no-store"})
    if value in known:
        found.set_cookie(cookie, value, secure=True, httponly=True, samesite="lax", path="/", max_age=_YEAR)
    else:
        found.delete_cookie(cookie, secure=True, httponly=True, samesite="lax", path="/")
    return found


def _shown(visit: Visit, failed: FenjiError | None = None, begun: TotpBegun | None = None) -> Response:
    session, user = login_of_session(visit.serving.workspace, visit.session)
    values = {
        "user": UserRow.of(user),
        "roles": [visit.say(ROLES[each]) for each in user.roles],
        "rights": [visit.say(text) for right, text in RIGHTS.items() if right in user.rights],
        "limits": limits_told(user.limits, visit.language),
        "begun": begun,
        "picture": "" if begun is None else segno.make(begun.address, error="m").svg_data_uri(scale=5, border=2),
        "ends_at": session.ends_at,
        "problems": [] if failed is None else told_problems(failed, visit.language),
    }
    return visit.shown(PAGE, "pages/account.html", values, status=200 if failed is None else status_of(failed))
