"""What does somebody get who asks for what fails? A status for each kind of failure, its title, and a report for whoever mends bugs."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import Request

from fenji.errors import FenjiError, Kind
from fenji.http.serving import Serving
from fenji.language import message as _
from fenji.workspace.bug_reports import report_bug

STATUS_OF: Mapping[Kind, int] = {
    Kind.INVALID: 422,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.FORBIDDEN: 403,
    Kind.UNAVAILABLE: 503,
    Kind.BUG: 500,
}
STATUS_OF_CODE: Mapping[str, int] = {
    "unreadable_body": 400,
    "body_broken": 400,
    "not_authenticated": 401,
    "too_slow": 408,
    "too_large": 413,
    "too_many_requests": 429,
    "too_many_attempts": 429,
    "changed_meanwhile": 412,
    "edition_missing": 428,
}
"""Codes whose status says more than that of their kind."""

TITLES: Mapping[int, str] = {
    400: _("The request cannot be read"),
    401: _("Nobody is logged in"),
    403: _("Not allowed"),
    404: _("Not found"),
    405: _("Not possible here"),
    408: _("Too slow"),
    409: _("Something stands in the way"),
    412: _("Changed meanwhile"),
    413: _("Too large"),
    415: _("Of another kind"),
    422: _("The request cannot be used"),
    428: _("Which edition was seen?"),
    429: _("Too many requests"),
    500: _("Our mistake"),
    503: _("Out of reach now"),
}
"""What each status means, as the head of a page or of problem details."""


def status_of(error: FenjiError) -> int:
    """The status of an answer that says what failed."""
    return STATUS_OF_CODE.get(error.code) or STATUS_OF[error.kind]


def report(request: Request, error: Exception) -> None:
    """Keeps what a developer needs in a file of the workspace's logs; the caller gets nothing of it but the number of the request."""
    serving: Serving = request.app.state.serving
    report_bug(error, serving.root / "logs", title=f"request {getattr(request.state, 'request_id', '')}")
