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
_TAG = re.compile(r'"([1-9][0-9]{0,17})"')
_NONE_SEEN = 0
"""No edition: whatever else a tag says, it is not that of a draft."""


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
    return int(found[1]) if found else _NONE_SEEN


def edited(asking: Asking, make: Callable[[Path], DraftResult]) -> Response:
    """A draft as it is after something was done with it, with the tag of its edition."""
    answer = asking.within(make)()
    return Response(asking.written(answer), 200, {"Cache-Control": "no-store", "ETag": edition_tag(answer.draft.edition)}, JSON)
