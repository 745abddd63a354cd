"""How is something done once only, though the request for it may come twice? By the caller's Idempotency-Key, kept with what was answered."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

from fastapi.responses import Response

from fenji.api.asking import JSON, Asking
from fenji.errors import InvalidArgument
from fenji.language import message as _
from fenji.state.serving.repetitions import Answered

HEADER = "idempotency-key"
_MOST = 255
_KEY = re.compile(rf"[!-~]{{1,{_MOST}}}")


def done_once(
    asking: Asking,
    make: Callable[[], object],
    *,
    status: int = 201,
    headers: dict[str, str] | None = None,
    keeps: bool = True,
) -> Response:
    """What is answered to a request that creates something; the same again where the same key comes again.

    Args:
        asking: who asks.
        make: does it, and gives the answer.
        status: of the answer.
        headers: of the answer.
        keeps: whether the answer is kept; False where it holds a secret that is shown once, so that a second request is refused.

    Raises:
        InvalidArgument: no key, or one that is too long.
        KeyReused: the key belongs to another request.
        Conflict: the same request is being answered now.
    """
    key = asking.request.headers.get(HEADER, "").strip()
    if not _KEY.fullmatch(key):
        raise InvalidArgument.of(
            _("the header Idempotency-Key is missing, or is not 1 to {most} letters, digits and signs of ASCII."),
            advice=_("Send a new one, such as a UUID, with every new request, and the same one when you send a request again."),
            most=_MOST,
        )
    caller = f"{asking.caller.principal.kind}:{asking.caller.principal.name}"[:200]
    request = asking.request
    fingerprint = hashlib.sha256(
        b"\0".join([request.method.encode(), str(request.url.path).encode(), request.state.body])
    ).hexdigest()
    state, principal = asking.serving.workspace.state, asking.caller.principal
    with state.transaction(principal) as t:
        known = t.serving.repetitions.begin(caller, key, fingerprint)
    told = {"Cache-Control": "no-store", **(headers or {})}
    if known is not None:
        return Response(known.body, known.status, told | {"Idempotency-Replayed": "true"}, JSON)
    try:
        answer = asking.written(make())
    except BaseException:
        # Only what was done is kept; whoever was refused may mend the request and use the key again.
        with state.transaction(principal) as t:
            t.serving.repetitions.forget(caller, key)
        raise
    with state.transaction(principal) as t:
        t.serving.repetitions.finish(caller, key, Answered(status, answer if keeps else b"{}"))
    return Response(answer, status, told, JSON)
