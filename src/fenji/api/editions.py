"""Has somebody else changed what the caller changes? The edition as entity tag, and the refusal of writing over what was not seen."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from fastapi.responses import Response

from fenji.answers.drafts import DraftResult
from fenji.api.asking import JSON, Asking
from fenji.errors import InvalidArgument
from fenji.language import message as _

HEADER = "if-match"
_TAG = re.compile(r'(W/)?"([1-9][0-9]{0,17})"')
_NONE_SEEN = 0
"""No edition."""


class EditionMissing(InvalidArgument):
    """The request does not say which edition the caller has seen."""

    code = "edition_missing"


def edition_tag(edition: int) -> str:
    """The entity tag of an edition.

    >>> edition_tag(3)
    '"3"'
    """
    return f'"{edition}"'


def edition_seen(asking: Asking) -> int | None:
    """The edition that the caller has seen; None where any will do (``*``).

    Raises:
        EditionMissing: the header is missing.
        InvalidArgument: it holds something else.
    """
    written = asking.request.headers.get(HEADER, "").strip()
    if not written:
        raise EditionMissing.of(
            _("the header If-Match is missing: which edition did you see?"),
            advice=_("Send the ETag of the answer that you saw, so that nothing is written over that somebody else has changed."),
        )
    if written == "*":
        return None
    found = _TAG.fullmatch(written)
    if found is None:
        raise InvalidArgument.of(_("the header If-Match holds no tag that was given here."))
    # A weak tag is never the same edition (RFC 9110, 13.1.1).
    return _NONE_SEEN if found[1] else int(found[2])


def edited(asking: Asking, make: Callable[[Path], DraftResult]) -> Response:
    """A draft as it is after something was done with it, with the tag of its edition."""
    answer = asking.within(make)()
    return Response(asking.written(answer), 200, {"Cache-Control": "no-store", "ETag": edition_tag(answer.draft.edition)}, JSON)
