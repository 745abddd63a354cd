"""What are the pages of one server process? Routes with their rights, files, one way to fail, and headers that keep a browser from running what is not ours."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fenji.errors import FenjiError
from fenji.http.serving import Serving
from fenji.web import assets
from fenji.web.failing import failed, failed_by_bug
from fenji.web.navigation import Navigation
from fenji.web.pages import MODULES, declared

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""What a browser may load and run on our pages; nothing that stands in the page itself is run."""
_HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
_ENCRYPTED = (b"strict-transport-security", b"max-age=31536000")


class Guarded:
    """Around the pages: what browsers obey, on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        """Of these pages."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_headers(message, scope)
            await send(message)

        await self._app(scope, receive, sending)


def make_pages(serving: Serving) -> FastAPI:
    """The pages of one server process, to be mounted beside the API."""
    app = FastAPI(title="fenji", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.include_router(assets.router)
    for module in MODULES:
        app.include_router(module.router)
    app.state.serving = serving
    app.state.navigation = Navigation(declared())
    for kind in (FenjiError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, failed)
    app.add_exception_handler(Exception, failed_by_bug)
    app.add_middleware(Guarded)
    return app


def page_routes() -> list[APIRoute]:
    """The routes of all pages, each with what it needs."""
    return [each for module in MODULES for each in module.router.routes if isinstance(each, APIRoute)]


def _add_headers(message: MutableMapping[str, Any], scope: Scope) -> None:
    headers = list(message.get("headers", []))
    there = {name.lower() for name, _value in headers}
    wanted = (*_HEADERS, _ENCRYPTED) if scope.get("scheme") == "https" else _HEADERS
    message["headers"] = [*headers, *(each for each in wanted if each[0] not in there)]
