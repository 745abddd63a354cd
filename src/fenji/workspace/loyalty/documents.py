"""How do texts of programs, offers and benefits begin, and whose name stands under them? As people write them in a form, before they are published."""

from __future__ import annotations

import json
from datetime import date

from fenji.documents.amending import with_top_values
from fenji.documents.benefits import BENEFITS_FILE
from fenji.documents.loyalty import LOYALTY_FILE
from fenji.documents.offers import OFFERS_FILE
from fenji.domain.loyalty.published import DocumentKind
from fenji.errors import InvalidArgument, InvalidDocument, Place, Problem
from fenji.language import message as _
from fenji.workspace.approving import said_reason

FILES = {DocumentKind.POINTS: LOYALTY_FILE, DocumentKind.OFFERS: OFFERS_FILE, DocumentKind.BENEFITS: BENEFITS_FILE}
"""What the file of each is called; problems of a text that stands in no file name it so."""


def signed(text: str, *, author: str, why: str | None) -> str:
    """The text with another author and reason; comments and order stay.

    Args:
        text: readable as the document that it is.
        author: who publishes it.
        why: the reason.

    Raises:
        InvalidArgument: no reason, or one that is too long.
        InvalidDocument: author and reason have no plain place of their own in it.
    """
    said = said_reason(why)
    if said is None:
        raise InvalidArgument(Problem(_("say why: the reason stands under the version for good."), place=Place(column="why")))
    told = {"author": json.dumps(author, ensure_ascii=False), "why": json.dumps(said, ensure_ascii=False)}
    found = with_top_values(text, told)
    if found is None:
        advice = _("Write `author: x` and `why: x`; your login and your reason take their places.")
        raise InvalidDocument.of(_("author and why must each stand in a line of their own."), advice=advice)
    return found


def next_text(text: str, *, version: int, effective_on: date) -> str:
    """The text with which the next version begins: nobody's name under it, no reason yet.

    Args:
        text: of the newest version.
        version: of the next one.
        effective_on: its first day, to begin with.

    Returns:
        The text as it is where one of the four has no plain place of its own in it.
    """
    told = {"version": str(version), "effective_on": effective_on.isoformat(), "author": '""', "why": '""'}
    return with_top_values(text, told) or text
