"""Does the server live, and may it be asked? For those who watch over it; the only addresses that need no right."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST

from fenji.api.metrics import exposition
from fenji.api.problems import problem_response
from fenji.domain.access import Right
from fenji.errors import FenjiError
from fenji.http.authentication import address_of, is_loopback
from fenji.http.serving import Serving
from fenji.workspace.access.asking import demand
from fenji.workspace.version import version_of

router = APIRouter(tags=["health"], include_in_schema=False)


@router.get("/health/live")
def live() -> Response:
    """The process answers."""
    return JSONResponse({"status": "live"})


@router.get("/health/ready")
def ready(request: Request) -> Response:
    """The state database answers, and the process has loaded what it needs."""
    serving: Serving = request.app.state.serving
    try:
        version_of(serving.workspace)
    except FenjiError as error:
        return problem_response(error, request, status=503)
    return JSONResponse({"status": "ready"})


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """Counts and times of all worker processes, as Prometheus reads them: from this machine, or with the right to see people.

    Raises:
        NotAuthenticated: from elsewhere, by nobody.
        Forbidden: from elsewhere, without that right.
    """
    serving: Serving = request.app.state.serving
    if not is_loopback(address_of(request)):
        demand(serving.authenticate(request), Right.PEOPLE_READ)
    return Response(exposition(serving), media_type=CONTENT_TYPE_LATEST)
