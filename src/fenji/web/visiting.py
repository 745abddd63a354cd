"""Who opens a page, what may they see, and how do they get it? One object for each request, made by the right that the page needs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, TypeVar
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup

from fenji.domain.access import Right
from fenji.errors import FenjiError, Forbidden, NotStored
from fenji.http.admitting import admitted
from fenji.http.authentication import csrf_of, session_of
from fenji.http.conditional import is_known, tag_of
from fenji.http.serving import Serving
from fenji.http.speaking import language_of
from fenji.language import Language
from fenji.language import message as _
from fenji.web import scope as scopes
from fenji.web.asking import Asker
from fenji.web.assets import edition
from fenji.web.forms import Sent
from fenji.web.lists import ListAsked, as_page, cell_words, shown_columns, tiers_of
from fenji.web.navigation import Navigation, Page
from fenji.web.rendering import render, rendered
from fenji.web.scope import Scope, address
from fenji.workflow.access.callers import caller_of_session, login_of_session
from fenji.workflow.sending.alerts import open_alerts
from fenji.workflow.workspace_now import workspace_now

LANGUAGE_COOKIE = "__Host-fenji-language"
THEME_COOKIE = "__Host-fenji-theme"
SAID_COOKIE = "__Host-fenji-said"
THEMES = ("light", "dark")
PART = "fenji-part"
"""The header by which an island asks for a part of a page; ``drawer`` is the list behind a number."""
DRAWER = "drawer"
VARY = "Cookie, Accept-Language, Fenji-Part"
HTML = "text/html; charset=utf-8"
QUALITY = "/data/quality"
"""The page that says what became of every row."""
MOST_SAID = 300
"""Characters of what a page says after a form."""

Answer = TypeVar("Answer")
Make = Callable[[], Mapping[str, object]]


class _NotKept(Exception):
    def __init__(self, content: bytes) -> None:
        self.content = content


def language_read(request: Request) -> Language:
    """The language of who reads: the one that was chosen in this browser, else what the browser asks for."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    return Language(chosen) if chosen in tuple(Language) else language_of(request)


def opening(request: Request) -> tuple[str, list[tuple[str, str]]]:
    """Path and query under which the shown page opens again. A form may have led to it by an address that only forms know."""
    if request.method in ("GET", "HEAD"):
        return request.url.path, request.query_params.multi_items()
    found = urlsplit(getattr(request.state, "opens_at", f"{request.scope.get('root_path', '')}/"))
    return found.path, parse_qsl(found.query, keep_blank_values=True)


def shell_values(request: Request) -> dict[str, object]:
    """What the frame of every page needs, also where nobody is logged in."""
    theme = request.cookies.get(THEME_COOKIE)
    root_path = request.scope.get("root_path", "")
    return {
        "base": root_path,
        "theme": theme if theme in THEMES else "",
        "here_address": address(*opening(request)).removeprefix(root_path) or "/",
        "said": unquote(request.cookies.get(SAID_COOKIE, ""), errors="replace")[:MOST_SAID],
        "csrf_token": "",
        "person": None,
        "entries": [],
        "own_pages": [],
        "open_alerts": 0,
        "may_start": False,
        "page": None,
        "drawer": "",
    }


def sent(request: Request, body: str | bytes, headers: Mapping[str, str] | None = None, status: int = 200) -> Response:
    """A page as it is sent; kept by nobody unless the headers say so. What it said after a form is not said again."""
    found = Response(body, status, {"Cache-Control": "no-store", "Vary": VARY, **(headers or {})}, HTML)
    if SAID_COOKIE in request.cookies:
        found.delete_cookie(SAID_COOKIE, secure=True, httponly=True, samesite="lax", path="/")
    return found


@dataclass(frozen=True)
class Visit(Asker):
    """One request of somebody who may make it, and the page that answers it."""

    @property
    def _navigation(self) -> Navigation:
        found: Navigation = self.request.app.state.navigation
        return found

    @property
    def _csrf(self) -> str:
        return csrf_of(self.session)

    @cached_property
    def _person(self) -> str:
        _session, user = login_of_session(self.serving.workspace, self.session)
        return user.name

    @cached_property
    def _open_alerts(self) -> int:
        """Alerts that nobody has acknowledged, for whoever may see them; they may be of customers whom a limited caller does not see."""
        return open_alerts(self.root) if self.may(Right.PEOPLE_READ) and not self.caller.limits else 0

    @property
    def shell(self) -> dict[str, object]:
        """What the frame shows of who is logged in."""
        return {
            "csrf_token": self._csrf,
            "person": self._person,
            "entries": self._navigation.entries(self.caller, None, self.hidden),
            "own_pages": self._navigation.of_person(self.caller),
            "may_start": self.caller.may(Right.RUNS_START),
            "link": self.link,
            "open_alerts": self._open_alerts,
        }

    def link(self, path: str, **changes: object) -> str:
        """The address of a page of ours, about the same; what is None is taken out."""
        return address(f"{self._base}{path}", self.scope.pairs(), changes)

    def page_at(self, path: str) -> str:
        """The address of a page of ours about the same; empty where there is none, or the caller may not open it."""
        return (
            self.link(path)
            if any(each.address == path and self.caller.may(each.right) for each in self._navigation.pages)
            else ""
        )

    def here(self, **changes: object) -> str:
        """The address of this page with something changed."""
        return address(*opening(self.request), changes)

    def page(self, page: Page, template: str, make: Make, *, has_persons: bool = False, beside: object = None) -> Response:
        """A page of answers from published runs: told by its tag alone where the browser has it, its content made once for all alike.

        Args:
            page: which one.
            template: of what stands below the scope bar.
            make: gives the names of the template; through ``read`` and ``block`` alone.
            has_persons: whether it shows customers; then nobody keeps it, and ``csrf_token`` is among its names.
            beside: what it shows of the state, which no run changes; read on every request.
        """
        if scopes.LIST in self.request.query_params:
            drawer = self._drawer()
            if self.request.headers.get(PART) == DRAWER:
                return sent(self.request, drawer.encode())
            return sent(self.request, self._framed(page, self._content(page, template, make, self._csrf), drawer))
        if has_persons or self._says:
            return sent(self.request, self._framed(page, self._content(page, template, make, self._csrf)))
        content_tag = self._content_tag(beside)
        own = [
            content_tag,
            self._csrf,
            self._person,
            self._open_alerts,
            sorted(self.hidden),
            self.request.cookies.get(THEME_COOKIE),
            edition(),
        ]
        headers = {"ETag": tag_of(own), "Cache-Control": "private, no-cache", "Vary": VARY}
        if is_known(headers["ETag"], self.request.headers.get("if-none-match")):
            return Response(status_code=304, headers=headers)
        try:
            content = self.serving.kept.recall(content_tag, lambda: self._kept_content(page, template, make))
        except _NotKept as only_now:
            return sent(self.request, self._framed(page, only_now.content))
        return sent(self.request, self._framed(page, content), headers)

    def shown(
        self,
        page: Page,
        template: str,
        values: Mapping[str, object],
        *,
        status: int = 200,
        drawer: Callable[[], Markup] | None = None,
        opens_at: str | None = None,
    ) -> Response:
        """A page that nobody keeps: forms, and what stands in the state; ``csrf_token`` is among its names.

        Args:
            page: which one.
            template: of what stands below the title.
            values: the names of the template.
            status: of HTTP.
            drawer: makes the list that the address opens; None: a list of customers, as on every page.
            opens_at: the address under which it opens after a form; None: the page's own.
        """
        self.request.state.opens_at = opens_at or self._address_of(page)
        opened = (drawer or self._drawer)() if scopes.LIST in self.request.query_params else None
        if opened is not None and self.request.headers.get(PART) == DRAWER:
            return sent(self.request, opened.encode())
        content = self._rendered(page, template, {"csrf_token": self._csrf, **self.told(values)})
        return sent(self.request, self._framed(page, content, opened), status=status)

    def sent_to(self, where: str, said: str | None = None, **values: object) -> Response:
        """After a form: to a page of ours, which says in one sentence what has happened."""
        found = RedirectResponse(f"{self._base}{scopes.own_address(where)}", 303)
        if said is not None:
            text = quote(self.say(said, **values))
            found.set_cookie(SAID_COOKIE, text, secure=True, httponly=True, samesite="lax", path="/", max_age=60)
        return found

    @property
    def _base(self) -> str:
        found: str = self.request.scope.get("root_path", "")
        return found

    def _address_of(self, page: Page) -> str:
        named = {name: quote(str(value), safe="") for name, value in self.request.path_params.items()}
        try:
            return self.link(page.address.format(**named))
        except KeyError:  # a form has just made what the page is about: what stands above it opens again
            return self.link(page.address.partition("/{")[0])

    @property
    def _says(self) -> bool:
        return SAID_COOKIE in self.request.cookies

    def _kept_content(self, page: Page, template: str, make: Make) -> bytes:
        content = self._content(page, template, make)
        if getattr(self.request.state, "has_failed", False):
            raise _NotKept(content)
        return content

    def _content(self, page: Page, template: str, make: Make, csrf: str = "") -> bytes:
        try:
            return self._rendered(page, template, {"csrf_token": csrf, **self.told(make())})
        except NotStored as missing:
            self.note(missing)
            return self._rendered(page, "missing.html", self.told({"missing": missing.problems[0].values}))

    def _rendered(self, page: Page, template: str, values: Mapping[str, object]) -> bytes:
        """Title, tabs, scope bar, the page itself and its foot; nothing of it names who reads."""
        told = {**self._names(page), "content": template, **values}
        return render(self.language, "content.html", told).encode()

    def _names(self, page: Page) -> dict[str, object]:
        return {
            "page": page,
            "tabs": self._navigation.tabs(self.caller, page),
            "scope": self.scope,
            "now": self.told(self.read(lambda root: workspace_now(root, self.scope.run if page.has_scope else None))),
            "link": self.link,
            "here": self.here,
            "may": self.may,
            "base": self._base,
            "page_at": self.page_at,
            "own_pairs": [pair for pair in self.request.query_params.multi_items() if pair[0] not in scopes.KNOWN],
            "quality": self.link(QUALITY) if self._navigation.has(QUALITY, self.caller) else "",
        }

    def _framed(self, page: Page | None, content: bytes, drawer: Markup | None = None) -> bytes:
        values = shell_values(self.request) | self.shell | {"page": page, "drawer": drawer or "", "body": rendered(content)}
        values["entries"] = self._navigation.entries(self.caller, page, self.hidden)
        return render(self.language, "base.html", values).encode()

    def _drawer(self) -> Markup:
        """The list that is open on the page."""
        query = self.request.query_params
        if not self.may(Right.CUSTOMERS_READ):
            raise Forbidden.of(_("lists of customers need the right {right}."), right=Right.CUSTOMERS_READ.value)
        asked = ListAsked.of(query[scopes.LIST], self.scope)
        found = self.read(lambda root: asked.page(root, sort=query.get("list_sort"), after=query.get("list_after")))
        told = {
            "list": self.told(found),
            "columns": self.told(shown_columns(found)),
            "tiers": self.told(tiers_of(found.tier_policy)),
            "words": cell_words(self.language),
            "whole": self.link("/customers", **as_page(query[scopes.LIST], self.scope)),
        }
        return render(
            self.language, "drawer.html", {"link": self.link, "here": self.here, "may": self.may, "base": self._base, **told}
        )

    def _content_tag(self, beside: object) -> str:
        """Of what stands in the frame: over all that it depends on, and nobody's name."""
        asked = sorted(self.request.query_params.multi_items())
        told = (self.language, self.view, self.caller.limits, sorted(self.caller.rights), edition(), repr(beside))
        return tag_of(["page", self.serving.version(), self.request.url.path, asked, *told])


@dataclass(frozen=True)
class Needs:
    """What a page asks of who opens it; as a dependency it gives the ``Visit`` of the request, or refuses."""

    right: Right

    def __call__(self, request: Request) -> Visit:
        """Who opens it.

        Raises:
            NotAuthenticated: nobody is logged in, or the login waits for a second factor.
            Forbidden: the right is missing.
            TooManyRequests: this caller has asked too often.
            InvalidArgument: the address holds what no page takes.
        """
        return _visit(request, self.right)


@dataclass(frozen=True)
class NeedsForm:
    """The same for what a form changes: the form is read first, because it says by which page of ours it was made."""

    right: Right

    def __call__(self, request: Request, _form: Sent) -> Visit:
        """Who sends it; errors as for ``Needs``, and Forbidden where it is no form of our own pages."""
        return _visit(request, self.right)


def _visit(request: Request, right: Right) -> Visit:
    serving: Serving = request.app.state.serving
    session = session_of(request)
    caller = admitted(request, serving, right, also_known=scopes.KNOWN)
    visit = Visit(request, serving, caller, session, language_read(request), Scope.of(request.query_params))
    request.state.visit = visit
    return visit


def visit_if_in(request: Request) -> Visit | None:
    """Somebody who is logged in, whatever they asked for, so that a page that cannot be shown stands in the frame; None: nobody is."""
    found: Visit | None = getattr(request.state, "visit", None)
    if found is not None:
        return found
    serving: Serving = request.app.state.serving
    try:
        session = session_of(request)
        caller = caller_of_session(serving.workspace, session)
    except FenjiError:
        return None
    return Visit(request, serving, caller, session, language_read(request), Scope())


def needs_of(endpoint: Callable[..., object]) -> Right | None:
    """The right that a handler declares; None where it declares none."""
    for each in inspect.signature(endpoint, eval_str=True).parameters.values():
        for mark in getattr(each.annotation, "__metadata__", ()):
            dependency = getattr(mark, "dependency", None)
            if isinstance(dependency, Needs | NeedsForm):
                return dependency.right
    return None


Figures = Annotated[Visit, Depends(Needs(Right.FIGURES_READ))]
Customers = Annotated[Visit, Depends(Needs(Right.CUSTOMERS_READ))]
Taking = Annotated[Visit, Depends(Needs(Right.CUSTOMERS_EXPORT))]
Trying = Annotated[Visit, Depends(Needs(Right.WHATIF_ASK))]
Drafting = Annotated[Visit, Depends(Needs(Right.POLICIES_DRAFT))]
Sourcing = Annotated[Visit, Depends(Needs(Right.SOURCES_CHANGE))]
SeeingPeople = Annotated[Visit, Depends(Needs(Right.PEOPLE_READ))]
Auditing = Annotated[Visit, Depends(Needs(Right.AUDIT_READ))]
Approving = Annotated[Visit, Depends(Needs(Right.POLICIES_APPROVE))]

SendingFigures = Annotated[Visit, Depends(NeedsForm(Right.FIGURES_READ))]
ChangingOwn = Annotated[Visit, Depends(NeedsForm(Right.FIGURES_READ))]
SendingCustomers = Annotated[Visit, Depends(NeedsForm(Right.CUSTOMERS_READ))]
Unmasking = Annotated[Visit, Depends(NeedsForm(Right.PERSONAL_READ))]
SendingTrial = Annotated[Visit, Depends(NeedsForm(Right.WHATIF_ASK))]
SendingDraft = Annotated[Visit, Depends(NeedsForm(Right.POLICIES_DRAFT))]
SendingApproval = Annotated[Visit, Depends(NeedsForm(Right.POLICIES_APPROVE))]
StartingRuns = Annotated[Visit, Depends(NeedsForm(Right.RUNS_START))]
ChangingSources = Annotated[Visit, Depends(NeedsForm(Right.SOURCES_CHANGE))]
Exporting = Annotated[Visit, Depends(NeedsForm(Right.CUSTOMERS_EXPORT))]
ChangingPeople = Annotated[Visit, Depends(NeedsForm(Right.PEOPLE_CHANGE))]
CheckingAudit = Annotated[Visit, Depends(NeedsForm(Right.AUDIT_READ))]
