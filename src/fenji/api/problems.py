"""How does the API say that something is wrong? As problem details of RFC 9457, all problems at once, in the language of the request."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from fenji.errors import FenjiError, InvalidArgument, Kind, NotStored, Place, Problem, TooManyAttempts
from fenji.http.failing import TITLES, status_of
from fenji.http.speaking import language_of
from fenji.language import Language, translate
from fenji.language import message as _
from fenji.validation import problem_of

MEDIA_TYPE = "application/problem+json"

RETRY_SECONDS = 5
"""After which something that is out of reach may be asked for again."""


class TooLarge(InvalidArgument):
    """The body is larger than what is read."""

    code = "too_large"


class NoSuchAddress(FenjiError):
    """There is nothing at this address, or not by this method."""

    code, kind = "no_such_address", Kind.NOT_FOUND


def problem_response(
    error: FenjiError, request: Request, *, status: int | None = None, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """The answer to a request that fails."""
    code = status or status_of(error)
    language = language_of(request)
    told = [] if error.kind is Kind.BUG else [_told(each, language) for each in error.problems]
    body: dict[str, Any] = {
        "type": f"urn:fenji:error:{error.code}",
        "title": translate(TITLES.get(code, TITLES[422]), language),
        "status": code,
        "detail": " ".join(each["what"] for each in told) or translate(_("Something went wrong inside fenji."), language),
        "code": error.code,
        "retryable": error.retryable,
        "request_id": getattr(request.state, "request_id", None),
        "problems": told,
    }
    if isinstance(error, NotStored):
        values = error.problems[0].values
        body["job"] = {"kind": values["command"], "as_of": None if values["day"] is None else str(values["day"])}
    out = dict(headers or {})
    if code == HTTPStatus.SERVICE_UNAVAILABLE or (error.retryable and code == HTTPStatus.CONFLICT):
        out.setdefault("Retry-After", str(RETRY_SECONDS))
    if isinstance(error, TooManyAttempts):
        out.setdefault("Retry-After", str(error.wait_seconds))
    if code == HTTPStatus.UNAUTHORIZED:
        out.setdefault("WWW-Authenticate", 'Bearer realm="fenji"')
    return JSONResponse(body, code, out, media_type=MEDIA_TYPE)


def _told(problem: Problem, language: Language) -> dict[str, Any]:
    place = problem.place
    pointer = None if place is None or place.column is None or not place.column.startswith(("/", "?")) else place.column
    return {
        "pointer": pointer,
        "what": problem.what(language),
        "what_to_do": problem.what_to_do(language) or None,
        "code": problem.code,
        "file": place.file if place else None,
        "row": place.row if place else None,
        "column": place.column if place and pointer is None else None,
    }


def of_validation(error: RequestValidationError) -> FenjiError:
    """What FastAPI finds wrong in addresses and queries, in our words."""
    return InvalidArgument(*(_of_parameter(each) for each in error.errors()))


def _of_parameter(details: Any) -> Problem:  # noqa: ANN401 - pydantic's details as FastAPI hands them on
    name = str(details["loc"][-1]) if len(details["loc"]) > 1 else ""
    return problem_of(details, name, Place(column=f"?{name}" if details["loc"][0] == "query" else f"/{name}"))


def of_http(error: HTTPException) -> FenjiError:
    """What the router says, such as an address that leads nowhere."""
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return NoSuchAddress.of(_("this address does not know that method."))
    return NoSuchAddress.of(
        _("there is nothing at this address."), advice=_("The description of the API is at /api/v1/openapi.json.")
    )
