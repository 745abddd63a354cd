"""In which language and colours does somebody work here, and how do they change their password?"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

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
from fenji.workflow.access.callers import login_of_session
from fenji.workflow.access.logging_in import change_password, log_out_everywhere

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


def _shown(visit: Visit, failed: FenjiError | None = None) -> Response:
    session, user = login_of_session(visit.serving.workspace, visit.session)
    values = {
        "login": user.login,
        "name": user.name,
        "roles": [each.value for each in user.roles],
        "rights": sorted(each.value for each in user.rights),
        "ends_at": session.ends_at,
        "has_totp": user.has_totp,
        "problems": [] if failed is None else told_problems(failed, visit.language),
    }
    return visit.shown(PAGE, "pages/account.html", values, status=200 if failed is None else status_of(failed))
