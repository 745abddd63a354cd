"""What does somebody see who opens a page that cannot be shown? What failed, why, and what to do next, inside the frame; of our own mistakes only a number."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from fenji.errors import (
    FenjiError,
    InvalidArgument,
    Kind,
    NotAuthenticated,
    NotFound,
    Place,
    Problem,
    TooManyAttempts,
)
from fenji.http.failing import TITLES, report, status_of
from fenji.http.rates import TooManyRequests, wait_at
from fenji.http.serving import Serving
from fenji.language import Language, translate
from fenji.language import message as _
from fenji.validation import problem_of
from fenji.web.rendering import render
from fenji.web.steps import TITLES as PAGE_TITLES
from fenji.web.steps import names_a_command, page_of
from fenji.web.visiting import PART, language_read, sent, shell_values, visit_if_in

_SAFE = ("GET", "HEAD")


def failed(request: Request, error: Exception) -> Response:
    """The page of an error that we know."""
    known = _known(error)
    if known.kind is Kind.BUG:
        report(request, known)
    if isinstance(known, NotAuthenticated) and not _is_part(request):
        return _to_login(request)
    status = error.status_code if isinstance(error, HTTPException) else status_of(known)
    headers: dict[str, str] = {}
    if isinstance(known, TooManyRequests):
        serving: Serving = request.app.state.serving
        headers["Retry-After"] = str(wait_at(serving.rates.now()))
    if isinstance(known, TooManyAttempts):
        headers["Retry-After"] = str(known.wait_seconds)
    return sent(request, _page(request, known, status), headers, status)


def failed_by_bug(request: Request, error: Exception) -> Response:
    """The page of an error that nobody foresaw."""
    report(request, error)
    return sent(request, _page(request, FenjiError(), 500), status=500)


def told_problems(error: FenjiError, language: Language) -> list[dict[str, str]]:
    """All problems of an error: where, what, and what to do, with the page where that is done."""
    return [told_problem(each, language) for each in ([] if error.kind is Kind.BUG else error.problems)]


def told_problem(problem: Problem, language: Language) -> dict[str, str]:
    """One problem: where, what, and what to do; in place of a command the page that does the same."""
    page = page_of(problem.advice)
    is_command = problem.advice is not None and names_a_command(problem.advice)
    return {
        "place": "" if problem.place is None else problem.place.describe(language),
        "what": problem.what(language),
        "advice": "" if page is not None and is_command else problem.what_to_do(language),
        "page": page or "",
        "page_title": PAGE_TITLES[page] if page is not None else "",
    }


def _known(error: Exception) -> FenjiError:
    if isinstance(error, FenjiError):
        return error
    if isinstance(error, RequestValidationError):
        return InvalidArgument(*(_of_parameter(each) for each in error.errors()))
    return NotFound.of(_("there is nothing at this address."))


def _of_parameter(details: Any) -> Problem:  # noqa: ANN401 - pydantic's details as FastAPI hands them on
    name = str(details["loc"][-1]) if len(details["loc"]) > 1 else ""
    return problem_of(details, name, Place(column=f"?{name}"))


def _is_part(request: Request) -> bool:
    return PART in request.headers or "hx-request" in request.headers


def _to_login(request: Request) -> Response:
    base = request.scope.get("root_path", "")
    here = request.url.path.removeprefix(base)
    if request.url.query:
        here = f"{here}?{request.url.query}"
    query = f"?{urlencode({'next': here})}" if request.method in _SAFE and here != "/" else ""
    return RedirectResponse(f"{base}/login{query}", 303, {"Cache-Control": "no-store"})


def _page(request: Request, error: FenjiError, status: int) -> str:
    language = language_read(request)
    visit = getattr(request.state, "visit", None) if error.kind is Kind.BUG else visit_if_in(request)
    problems = [] if error.kind is Kind.BUG else error.problems
    if visit is not None:
        problems = [visit.view.problem(each) for each in problems]
    values: dict[str, object] = {
        "title": translate(TITLES.get(status, TITLES[422]), language),
        "problems": told_problems(type(error)(*problems), language) if problems else [],
        "request_id": getattr(request.state, "request_id", ""),
        "status": status,
        "is_bug": error.kind is Kind.BUG,
    }
    shell = shell_values(request) | (visit.shell if visit is not None else {})
    body = render(language, "failed.html", shell | values | {"may": _may_nothing if visit is None else visit.may, "here": str})
    return str(body if _is_part(request) else render(language, "base.html", shell | {"body": body}))


def _may_nothing(_right: str) -> bool:
    return False
