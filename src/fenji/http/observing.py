"""What happened at the door? A number for every request, one log line for each, counts and times for Prometheus, and headers that browsers obey."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, MutableMapping
from secrets import token_hex
from typing import Any

from prometheus_client import Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ID = re.compile(r"^[A-Za-z0-9._-]{1,64}$")
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
)

REQUESTS = Counter("fenji_requests_total", "Requests by route, method and status.", ("route", "method", "status"))
SECONDS = Histogram(
    "fenji_request_seconds",
    "Seconds from the first byte of a request to the last of its answer.",
    ("route", "method"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10),
)
KEPT_BYTES = Gauge("fenji_kept_answers_bytes", "Bytes of answers kept in memory.", multiprocess_mode="livesum")
KEPT_HITS = Gauge("fenji_kept_answers_hits", "Requests answered from memory.", multiprocess_mode="livesum")
KEPT_MISSES = Gauge("fenji_kept_answers_misses", "Requests whose answer was made.", multiprocess_mode="livesum")


class Observed:
    """Around the whole application: numbers, logs and times every request."""

    def __init__(self, app: ASGIApp, log: Callable[..., None]) -> None:
        """``log`` is told one event a request; addresses without their query, because conditions may name people."""
        self._app, self._log = app, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        began, seen = time.perf_counter(), {"status": 500}

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
                _add_headers(message, request_id)
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            self._tell(scope, seen["status"], time.perf_counter() - began, request_id)

    def _tell(self, scope: Scope, status: int, seconds: float, request_id: str) -> None:
        # The route's own pattern: an address may hold what somebody typed, and there are endless ones.
        route = getattr(scope.get("route"), "path_format", "(none)")
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        REQUESTS.labels(route, method, str(status)).inc()
        SECONDS.labels(route, method).observe(seconds)
        self._log(
            "request",
            request_id=request_id,
            route=route,
            method=method,
            status=status,
            milliseconds=round(seconds * 1000, 1),
            principal=scope["state"].get("principal"),
        )


_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


def _request_id(scope: Scope) -> str:
    """What the proxy gave, where that is a plain name; else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _ID.match(value.decode("latin-1")):
            found: str = value.decode("latin-1")
            return found
    return token_hex(8)


def _add_headers(message: MutableMapping[str, Any], request_id: str) -> None:
    headers = list(message.get("headers", []))
    there = {name.lower() for name, _value in headers}
    headers += [each for each in _HEADERS if each[0] not in there]
    headers.append((b"x-request-id", request_id.encode()))
    message["headers"] = headers
