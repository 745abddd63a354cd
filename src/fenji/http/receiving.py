"""How long may a body take to come? Half a minute, where it is kept in memory; whoever breaks off has made no mistake of ours."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import ClientDisconnect

from fenji.errors import FenjiError, InvalidInput, Kind
from fenji.language import message as _

BODY_SECONDS = 30.0
"""Within which a body that is kept in memory must have come."""


class TooSlow(FenjiError):
    """The body does not come."""

    code, kind, retryable = "too_slow", Kind.UNAVAILABLE, True


class BodyBroken(InvalidInput):
    """The connection ended before the whole body had come."""

    code = "body_broken"


@asynccontextmanager
async def coming_in_time(*, seconds: float | None = None) -> AsyncIterator[None]:
    """A block that reads a body from the connection.

    Args:
        seconds: that it may take; None: ``BODY_SECONDS``.

    Raises:
        TooSlow: it does not come.
        BodyBroken: the connection ends before it does.
    """
    most = BODY_SECONDS if seconds is None else seconds
    try:
        async with asyncio.timeout(most):
            yield
    except TimeoutError:
        raise TooSlow.of(_("the body did not come within {seconds} seconds."), seconds=int(most)) from None
    except ClientDisconnect as error:
        raise BodyBroken.of(_("the connection ended before the whole body had come.")) from error
