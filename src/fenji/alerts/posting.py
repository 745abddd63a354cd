"""How does one request leave? By HTTPS to an address that was checked, within 15 seconds, and never on to where a redirect leads."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, Self
from urllib.parse import SplitResult, urlsplit, urlunsplit

import httpx2

from fenji.alerts.addresses import NAME_NOT_FOUND, AddressRefused, checked_address
from fenji.alerts.outcomes import Outcome, failed

SECONDS = 15.0
"""For everything together: connecting, sending, and the answer."""
MOST_BYTES = 65_536
"""Of an answer; more is not read."""


@dataclass(frozen=True)
class Reach:
    """What may be reached, and for how long."""

    allowed: tuple[str, ...] = ()
    """Networks that may be reached though they are not public; there plain HTTP will do."""
    seconds: float = SECONDS
    tls: ssl.SSLContext | None = None
    """Whom to trust; None: the authorities that the system trusts."""


@dataclass(frozen=True)
class Reply:
    """What the receiver answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def post(url: str, body: bytes, headers: Mapping[str, str], reach: Reach) -> Reply | Outcome:
    """Posts a body once.

    Returns:
        The answer of the receiver, whatever it is; or why there is none.
    """
    watch = _Watch(reach.seconds)
    try:
        target = _checked(url, reach)
        return _asked(target, body, headers, reach, watch)
    except AddressRefused as refused:
        return failed(str(refused.args[0]))
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        return failed("timeout" if watch.is_over else _status_of(error))


def refusal(url: str, reach: Reach) -> str | None:
    """Why an address would not be reached, as far as that can be known now; None: nothing speaks against it."""
    try:
        _checked(url, reach)
    except AddressRefused as refused:
        return None if refused.args[0] == NAME_NOT_FOUND else str(refused.args[0])
    return None


@dataclass(frozen=True)
class _Target:
    """Where a request really goes, and under which name."""

    url: str
    host: str
    """As the header says it."""
    name: str
    """Whose certificate it must be."""


def _checked(url: str, reach: Reach) -> _Target:
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise AddressRefused("address_unreadable") from error  # noqa: EM101 - a status, no sentence
    name = parts.hostname or ""
    address, is_allowed = checked_address(name, port, reach.allowed)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_allowed):
        raise AddressRefused("https_only")  # noqa: EM101
    return _Target(_at(parts, address, port), parts.netloc.rpartition("@")[2], name)


def _status_of(error: Exception) -> str:
    if isinstance(error, httpx2.TimeoutException):
        return "timeout"
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    return "no_connection" if cause is None else "tls"


@cache
def _system_trust() -> ssl.SSLContext:
    """The authorities that the system trusts, read once: that is thirty times the work of a request."""
    return ssl.create_default_context()


def _asked(target: _Target, body: bytes, headers: Mapping[str, str], reach: Reach, watch: _Watch) -> Reply:
    verify = reach.tls if reach.tls is not None else _system_trust()
    extensions: dict[str, Any] = {"sni_hostname": target.name, "trace": watch.trace}
    # The certificate must be that of the name, although the connection goes to the address. Proxies of the environment are not
    # used: they would resolve the name once more.
    with (
        watch,
        httpx2.Client(verify=verify, timeout=reach.seconds, trust_env=False, follow_redirects=False) as client,
        client.stream(
            "POST", target.url, content=body, headers={**headers, "host": target.host}, extensions=extensions
        ) as response,
    ):
        found = b""
        for chunk in response.iter_raw():
            found += chunk
            if len(found) >= MOST_BYTES:
                break
        if watch.is_over:
            message = "the answer came too slowly"
            raise httpx2.ReadTimeout(message)
        return Reply(response.status_code, dict(response.headers), found[:MOST_BYTES])


def _at(parts: SplitResult, address: str, port: int) -> str:
    host = f"[{address}]" if ":" in address else address
    return urlunsplit((parts.scheme, f"{host}:{port}", parts.path or "/", parts.query, ""))


@dataclass
class _Watch:
    """Ends a connection after so many seconds, however slowly bytes drip in: timeouts of clients begin anew with every byte."""

    seconds: float
    is_over: bool = False
    _socket: socket.socket | None = None
    _timer: threading.Timer | None = None

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Keeps the socket that is in use; see the extension ``trace`` of httpx."""
        if event in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            self._socket = info["return_value"].get_extra_info("socket")

    def __enter__(self) -> Self:
        self._timer = threading.Timer(self.seconds, self._end)
        self._timer.daemon = True
        self._timer.start()
        return self

    def __exit__(self, *_error: object) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _end(self) -> None:
        self.is_over = True
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


def robot_url(base: str, path: str, query: Mapping[str, str]) -> str:
    """The address of a robot below the base of its service."""
    return str(httpx2.URL(base.rstrip("/") + path, params=dict(query)))
