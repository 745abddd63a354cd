"""What is the REST API? All routes below /api/v1, each with its right, one way to fail, and a description made from the answers themselves."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from fenji import __version__
from fenji.api.bodies.reading import body_of
from fenji.api.problems import of_http, of_validation, problem_response
from fenji.api.routes import ROUTERS, health
from fenji.api.routes.describing import RECORDS
from fenji.api.schemas import schemas_of
from fenji.errors import ContractBroken, FenjiError, Kind, Problem
from fenji.http.failing import report
from fenji.http.observing import Observed
from fenji.http.rates import TooManyRequests, wait_at
from fenji.http.serving import Serving
from fenji.language import message as _
from fenji.state.serving.rates import STRETCH_SECONDS

PREFIX = "/api/v1"
ABOUT = (
    "Customer tiers, what stands behind them and what may follow from them, asked over the network. "
    "Amounts are exact decimal numbers, shares 0 to 1, days are dates, moments RFC 3339 in UTC. "
    "Every answer that comes from published runs has an ETag. Within v1 nothing is removed; clients pass over names that they do not know."
)


def make_api(serving: Serving, log: Callable[..., None]) -> FastAPI:
    """The application of one server process.

    Args:
        serving: the workspace, and how callers are known.
        log: told one event a request.
    """
    app = routed()
    app.state.serving = serving
    app.add_exception_handler(FenjiError, _failed)
    app.add_exception_handler(RequestValidationError, _failed)
    app.add_exception_handler(HTTPException, _failed)
    app.add_exception_handler(Exception, _failed_by_bug)
    app.add_middleware(Observed, log=log)
    return app


def routed() -> FastAPI:
    """All routes and their description, before anybody serves a workspace with them."""
    app = FastAPI(
        title="fenji",
        version=__version__,
        description=ABOUT,
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    for each in ROUTERS:
        app.include_router(each, prefix=PREFIX)
    app.include_router(health.router)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    return app


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document; made once."""
    if app.openapi_schema is None:
        found = get_openapi(title=app.title, version="1", description=app.description, routes=app.routes)
        schemas = found.setdefault("components", {}).setdefault("schemas", {})
        schemas |= schemas_of(RECORDS) | _parts_of_bodies()
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        found["components"]["securitySchemes"] = {
            "token": {"type": "http", "scheme": "bearer", "description": "fj_…, from `fenji token make`."}
        }
        for operation in _operations(found):
            if "HTTPValidationError" in str(operation["responses"].get("422")):
                del operation["responses"]["422"]
        found["components"]["schemas"] = dict(sorted(schemas.items()))
        app.openapi_schema = found
    return app.openapi_schema


def described_routes() -> list[APIRoute]:
    """The routes below the prefix, each with what it needs and what it answers."""
    return [each for router in ROUTERS for each in router.routes if isinstance(each, APIRoute)]


def _parts_of_bodies() -> dict[str, Any]:
    """The schemas of what bodies hold, by name."""
    found: dict[str, Any] = {}
    for route in described_routes():
        model = body_of(inspect.signature(route.endpoint, eval_str=True).parameters.values())
        if model is not None:
            found |= model.model_json_schema(ref_template="#/components/schemas/{model}").get("$defs", {})
    return found


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in document["paths"].values():
        yield from methods.values()


def _failed(request: Request, error: Exception) -> Response:
    if isinstance(error, RequestValidationError):
        error = of_validation(error)
    if isinstance(error, HTTPException):
        headers = {"Allow": _allowed(request)} if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED else error.headers
        return problem_response(of_http(error), request, status=error.status_code, headers=headers)
    assert isinstance(error, FenjiError)  # noqa: S101 - what the handler is registered for
    if error.kind is Kind.BUG:
        report(request, error)
    headers = {}
    if isinstance(error, TooManyRequests):
        serving: Serving = request.app.state.serving
        wait = wait_at(serving.rates.now())
        headers = {
            "Retry-After": str(wait),
            "RateLimit": f'"default";r=0;t={wait}',
            "RateLimit-Policy": f'"default";q={serving.rates.most};w={STRETCH_SECONDS}',
        }
    return problem_response(error, request, headers=headers)


def _allowed(request: Request) -> str:
    """All methods of an address: several routes share it, and the router names those of the first alone."""
    path = request.url.path.removeprefix(request.scope.get("root_path", "")).removeprefix(PREFIX)
    routes = [*described_routes(), *(each for each in health.router.routes if isinstance(each, APIRoute))]
    return ", ".join(sorted({method for each in routes if each.path_regex.match(path) for method in each.methods or ()}))


def _failed_by_bug(request: Request, error: Exception) -> Response:
    report(request, error)
    return problem_response(ContractBroken(Problem(_("something went wrong inside fenji."))), request)
