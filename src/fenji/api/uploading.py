"""How does a file come in? As the body of a request, piece by piece from the network to the disk; one that ends too early leaves nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from fastapi import Request
from starlette.requests import ClientDisconnect

from fenji.errors import FenjiError, Kind
from fenji.language import message as _

PIECE_SECONDS = 60.0
"""Between two pieces of a file."""
AT_ONCE = asyncio.Semaphore(8)
"""Files that come in at the same time, in one process: each holds a thread for as long as its sender takes, and others need threads too."""
KIND = "application/octet-stream"


class UploadBroken(FenjiError):
    """The connection ended before the whole file had come."""

    code, kind, retryable = "upload_broken", Kind.UNAVAILABLE, True


def pieces(request: Request, loop: asyncio.AbstractEventLoop) -> Iterator[bytes]:
    """The body of a request, for a thread that writes it to the disk while the next piece comes.

    Args:
        request: whose body nobody has read yet.
        loop: the one that the request came in by.

    Raises:
        UploadBroken: the connection ends before the body does, or nothing comes any more.
    """
    stream = request.stream()

    async def following() -> bytes | None:
        return await anext(stream, None)

    try:
        while (piece := asyncio.run_coroutine_threadsafe(following(), loop).result(PIECE_SECONDS)) is not None:
            yield piece
    except TimeoutError as error:
        raise UploadBroken.of(_("nothing of the file came for {seconds} seconds."), seconds=int(PIECE_SECONDS)) from error
    except ClientDisconnect as error:
        raise UploadBroken.of(_("the connection ended before the whole file had come."), advice=_("Send it again.")) from error
