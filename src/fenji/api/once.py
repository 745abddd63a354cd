"""How is something done once only, though the request for it may come twice? By the caller's Idempotency-Key, kept with what was answered."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from fastapi.responses import Response

from fenji.api.asking import JSON, Answer, Asking
from fenji.domain.loyalty.changes import is_own_key
from fenji.errors import InvalidArgument
from fenji.language import message as _
from fenji.state.serving.repetitions import Answered

HEADER = "idempotency-key"
_MOST = 255
_KEY = re.compile(rf"[!-~]{{1,{_MOST}}}")


def as_it_was(answer: Any) -> Any:  # noqa: ANN401 - any answer
    """A repeated request is answered as the first one."""
    return answer


def nothing(_answer: object) -> object:
    """A repeated request is told nothing more: the answer is a secret that is shown once."""
    return {}


def done_once(
    asking: Asking,
    make: Callable[[], Answer],
    *,
    status: int = 201,
    headers: dict[str, str] | None = None,
    again: Callable[[Answer], object] = as_it_was,
) -> Response:
    """What is answered to a request that creates something; the same again where the same key comes again.

    Args:
        asking: who asks.
        make: does it, and gives the answer.
        status: of the answer.
        headers: of the answer.
        again: what is kept of the answer, and told again, masked: without secrets that are shown once.

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
        answer = make()
        written, kept = asking.written(answer), replace(asking, reason=None).written(again(answer))
    except BaseException:
        # Only what was done is kept; whoever was refused may mend the request and use the key again.
        with state.transaction(principal) as t:
            t.serving.repetitions.forget(caller, key)
        raise
    with state.transaction(principal) as t:
        t.serving.repetitions.finish(caller, key, Answered(status, kept))
    return Response(written, status, told, JSON)


def moved_once(
    asking: Asking,
    make: Callable[[Path, str], Answer],
    *,
    key: str | None = None,
    status: int = 201,
    again: Callable[[Answer], object] = as_it_was,
) -> Response:
    """What is answered to a request that moves points or vouchers: it is done once, also long after its answer is kept no more.

    Args:
        asking: who asks.
        make: does it in a workspace under a business key, for the customers whom the caller may see.
        key: the business key, as the body says it; None: the Idempotency-Key stands for it too.
        status: of the answer.
        again: see done_once.

    Raises:
        InvalidArgument: no Idempotency-Key, or a business key of a form that fenji gives itself.
        KeyReused: the Idempotency-Key belongs to another request.
        Conflict: the same request is being answered now.
    """

    def done(root: Path) -> Answer:
        meant = key or asking.request.headers[HEADER].strip()
        if is_own_key(meant):
            text = _("keys that begin with {beginning}: are given by fenji itself.")
            raise InvalidArgument.of(text, advice=_("Begin yours with another word."), beginning=meant.partition(":")[0])
        return make(root, meant)

    return done_once(asking, asking.within(done), status=status, again=again)
