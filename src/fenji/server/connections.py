"""How many connections may be open, and how long may one say nothing? Whoever comes too many is refused in words, and who only holds a line loses it."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_OPEN = 900
"""Connections of one process: below the 1,024 files that most systems let a process open."""
FIRST_WORD_SECONDS = 20.0
"""Within which a request must have come whole up to its body."""

_FULL = (
    b'{"type":"urn:fenji:error:too_many_connections","title":"Too many connections","status":503,'
    b'"detail":"This server holds as many connections as it can.","code":"too_many_connections","retryable":true,"request_id":null,"problems":[]}'
)
_REFUSAL = (
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json\r\nretry-after: 5\r\nconnection: close\r\n"
    b"content-length: " + str(len(_FULL)).encode() + b"\r\n\r\n" + _FULL
)


class PatientProtocol(H11Protocol):
    """One connection, with an end to our patience."""

    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - asyncio's own types
        """Refuses at once, in words, where too many are open."""
        if len(self.connections) >= MOST_OPEN:
            transport.write(_REFUSAL)
            transport.close()
            self.transport = transport
            return
        super().connection_made(transport)
        self._waiting = self.loop.call_later(FIRST_WORD_SECONDS, self._give_up)

    def data_received(self, data: bytes) -> None:
        """What came, unless the line is refused already."""
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self.cycle is not None and self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Forgets it."""
        if self._waiting is not None:
            self._waiting.cancel()
        if self in self.connections:
            super().connection_lost(exc)

    def _give_up(self) -> None:
        if self.cycle is None and not self.transport.is_closing():
            self.transport.close()
