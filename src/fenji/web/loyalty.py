"""What do the pages about points, vouchers and benefits share? Who may open them, which program they are about, and what stands there while nothing is published."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Query
from fastapi import Path as InPath
from fastapi.responses import Response

from fenji.domain.access import Right
from fenji.domain.loyalty.published import DocumentKind
from fenji.errors import FenjiError, Kind
from fenji.http.failing import status_of
from fenji.language import message as _
from fenji.web.failing import told_problems
from fenji.web.navigation import Page
from fenji.web.scope import address
from fenji.web.visiting import Needs, NeedsForm, Visit
from fenji.workflow.loyalty.versions import kinds_published, read_document

SeeingPoints = Annotated[Visit, Depends(Needs(Right.POINTS_READ))]
SendingPoints = Annotated[Visit, Depends(NeedsForm(Right.POINTS_READ))]
Adjusting = Annotated[Visit, Depends(NeedsForm(Right.POINTS_ADJUST))]
ApprovingPoints = Annotated[Visit, Depends(NeedsForm(Right.POINTS_APPROVE))]
ChangingOffers = Annotated[Visit, Depends(NeedsForm(Right.OFFERS_CHANGE))]

MOST_NUMBER = 2**63 - 1
Program = Annotated[str | None, Query(max_length=64)]
"""Which program a page is about; needed only where there are several."""
After = Annotated[int, Query(ge=0, le=MOST_NUMBER)]
"""The number after which a page of a list begins."""
Number = Annotated[int, InPath(ge=1, le=MOST_NUMBER)]

DOCUMENT_NAMES: Mapping[DocumentKind, str] = {
    DocumentKind.POINTS: _("Points program"),
    DocumentKind.OFFERS: _("Offers of the company"),
    DocumentKind.BENEFITS: _("Benefits of the tiers"),
}


def is_published(visit: Visit, kind: DocumentKind) -> bool:
    """Whether any version of a kind of document was."""
    return kind in visit.read(kinds_published)


def missing(visit: Visit, page: Page, kind: DocumentKind) -> Response:
    """What stands on a page while nothing of its kind is published: what to do first, for who may; else whom to ask."""
    there = visit.read(kinds_published)
    values = {
        "wanted": kind,
        "kinds": [{"kind": each, "name": visit.say(text), "is_there": each in there} for each, text in DOCUMENT_NAMES.items()],
        "may_publish": visit.may(Right.POLICIES_APPROVE) and not visit.caller.limits,
    }
    return visit.shown(page, "pages/loyalty_missing.html", values)


def programs(visit: Visit, chosen: str | None) -> dict[str, Any]:
    """The programs among which a page may choose, and how its forms name the chosen one."""
    names = tuple(dict.fromkeys(each.name for each in visit.read(lambda root: read_document(root, DocumentKind.POINTS)).versions))
    return {"programs": names, "program": chosen, "of_program": of_program(chosen)}


def of_program(program: str | None) -> str:
    """What an address holds for a chosen program, with its question mark; empty where none is chosen."""
    return address("", [], {"program": program})


def new_key(what: str) -> str:
    """The name of an operation that a form asks for: sent twice, it is done once."""
    return f"{what}-{secrets.token_hex(8)}"


def done(
    visit: Visit,
    make: Callable[[Path], object],
    otherwise: Callable[[FenjiError], Response],
    where: str,
    said: str,
    **values: object,
) -> Response:
    """What a form asks for is done, and the page that it leads to says so in a sentence; where it cannot be, its page says why.

    Args:
        visit: who sends it.
        make: does it.
        otherwise: the page with what went wrong.
        where: the page that follows.
        said: the sentence, a message of the catalog.
        **values: what stands in its places.
    """
    try:
        visit.changed(make)
    except FenjiError as failed:
        if failed.kind is Kind.BUG:
            raise
        return otherwise(failed)
    return visit.sent_to(where, said, **values)


def told(visit: Visit, failed: FenjiError | None) -> dict[str, Any]:
    """What went wrong with a form, as every page shows it at its top."""
    return {"problems": [] if failed is None else told_problems(failed, visit.language)}


def status(failed: FenjiError | None) -> int:
    """Of a page that answers a form."""
    return 200 if failed is None else status_of(failed)


def words_of(visit: Visit, names: Mapping[Any, str]) -> dict[str, str]:
    """Names for scripts as people read them."""
    return {str(getattr(each, "value", each)): visit.say(text) for each, text in names.items()}
