"""How many connections may be open, and how long may one say nothing? Whoever comes too many is refused in words, and who only holds a line loses it."""

from __future__ import annotations

import asyncio
import socket
from typing import Any, ClassVar

from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_OPEN = 900
"""Connections of one process: below the 1,024 files that most systems let a process open."""
FIRST_WORD_SECONDS = 20.0
"""Within which a request must have come whole up to its body, the first on a line as any later one."""
TAKEN_SECONDS = 60.0
"""Within which something of what waits to be sent must have been taken."""
MOST_REFUSED = 50
"""Lines that are refused and still open, so that the refusal can be read."""
FAREWELL_SECONDS = 1.0

_FULL = (
    b'{"type":"urn:fenji:error:too_many_connections","title":"Too many connections","status":503,'
    b'"detail":"This server holds as many connections as it can.","code":"too_many_connections","retryable":true,"request_id":null,"problems":[]}'
)
_REFUSAL = (
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json\r\nretry-after: 5\r\nconnection: close\r\n"
    b"content-length: " + str(len(_FULL)).encode() + b"\r\n\r\n" + _FULL
)


def _send_at_once(transport: Any) -> None:  # noqa: ANN401 - asyncio's own types
    """Head and body of an answer are sent one after the other: the system must not keep the body until the head has arrived.

    asyncio says so itself of sockets that know their protocol; those that several workers listen on together do not. Without it every
    answer came 40 ms late.
    """
    line = transport.get_extra_info("socket")
    if line is not None and line.family in (socket.AF_INET, socket.AF_INET6):
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class PatientProtocol(H11Protocol):
    """One connection, with an end to our patience."""

    _refused: ClassVar[set[PatientProtocol]] = set()
    """Those that have been refused and may still read why."""
    _waiting: asyncio.TimerHandle | None = None
    """For a request."""
    _untaken: asyncio.TimerHandle | None = None
    """For somebody who takes what was sent."""

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - asyncio's own types
        """Refuses at once, in words, where too many are open."""
        _send_at_once(transport)
        if len(self.connections) < MOST_OPEN:
            super().connection_made(transport)
            self._await_request()
            return
        self.transport = transport
        transport.write(_REFUSAL)
        if len(self._refused) < MOST_REFUSED and transport.can_write_eof():
            # Closed while words of the other side are unread, the line would break, and ours be lost with it.
            self._refused.add(self)
            transport.write_eof()
            self._waiting = self.loop.call_later(FAREWELL_SECONDS, transport.close)
        else:
            transport.close()

    def data_received(self, data: bytes) -> None:
        """What came, unless the line is refused already."""
        if self not in self.connections or self.transport.is_closing():
            return
        super().data_received(data)
        if not self._is_idle():
            self._stop_waiting()

    def on_response_complete(self) -> None:
        """The next request on this line must come whole in time too."""
        super().on_response_complete()
        if self._is_idle() and not self.transport.is_closing():
            self._await_request()

    def pause_writing(self) -> None:
        """Nobody takes what was sent: for a while."""
        super().pause_writing()
        self._untaken = self.loop.call_later(TAKEN_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """It was taken."""
        super().resume_writing()
        self._stop_waiting_for_taker()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forgets it."""
        self._stop_waiting()
        self._stop_waiting_for_taker()
        self._refused.discard(self)
        if self in self.connections:
            super().connection_lost(exc)

    def _await_request(self) -> None:
        self._stop_waiting()
        self._waiting = self.loop.call_later(FIRST_WORD_SECONDS, self._give_up)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _stop_waiting_for_taker(self) -> None:
        if self._untaken is not None:
            self._untaken.cancel()
            self._untaken = None

    def _is_idle(self) -> bool:
        """Whether no request is being answered."""
        return self.cycle is None or self.cycle.response_complete

    def _give_up(self) -> None:
        if self._is_idle() and not self.transport.is_closing():
            self.transport.close()
