"""By which documents are points earned, codes issued and benefits given? Their versions and texts, and the form that checks and publishes the next one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from fenji.answers.loyalty.versions import DocumentRead
from fenji.domain.access import Right
from fenji.domain.loyalty.published import DocumentKind
from fenji.domain.telling import AS_IT_IS
from fenji.errors import FenjiError, Kind
from fenji.language import message as _
from fenji.web.editing import text_of
from fenji.web.forms import Sent
from fenji.web.loyalty import DOCUMENT_NAMES, status, told, words_of
from fenji.web.navigation import Entry, Page
from fenji.web.visiting import Approving, Figures, SendingApproval, Visit
from fenji.workflow.loyalty.benefits import lint_benefits_text, publish_benefits_text
from fenji.workflow.loyalty.offers import lint_offers_text, publish_offers_text
from fenji.workflow.loyalty.points_rules import lint_program_text, publish_program_text
from fenji.workflow.loyalty.points_terms import program_terms
from fenji.workflow.loyalty.versions import begin_document, read_document
from fenji.workspace.loyalty.documents import FILES, signed

LIST = Page("/actions/rules", Entry.ACTIONS, _("Rules of programs"), Right.FIGURES_READ, place=7, has_scope=False)
ONE = Page("/actions/rules/{kind}", Entry.ACTIONS, _("Rules"), Right.FIGURES_READ, is_tab=False, has_scope=False)
NEXT = Page("/actions/rules/{kind}/next", Entry.ACTIONS, _("Next version"), Right.POLICIES_APPROVE, is_tab=False, has_scope=False)
PAGES = (LIST, ONE, NEXT)
_LINT = {
    DocumentKind.POINTS: lint_program_text,
    DocumentKind.OFFERS: lint_offers_text,
    DocumentKind.BENEFITS: lint_benefits_text,
}
_PUBLISH = {
    DocumentKind.POINTS: publish_program_text,
    DocumentKind.OFFERS: publish_offers_text,
    DocumentKind.BENEFITS: publish_benefits_text,
}
_LEADS_TO = {
    DocumentKind.POINTS: "/actions/points",
    DocumentKind.OFFERS: "/actions/offers",
    DocumentKind.BENEFITS: "/actions/benefits",
}
Name = Annotated[str | None, Query(max_length=64)]
Version = Annotated[int | None, Query(ge=1, le=2**31 - 1)]

router = APIRouter()


@dataclass(frozen=True)
class Typed:
    """A text and a reason, told as they were typed."""

    text: Annotated[str, AS_IT_IS]
    why: Annotated[str, AS_IT_IS] = ""


@router.get(LIST.address)
def rules(visit: Figures) -> Response:
    """The three documents."""
    found = [visit.read(partial(read_document, kind=kind)) for kind in DocumentKind]
    values = {"documents": found, "names": words_of(visit, DOCUMENT_NAMES)}
    return visit.shown(LIST, "pages/loyalty_rules.html", values)


@router.get(ONE.address)
def document(visit: Figures, kind: DocumentKind, name: Name = None, version: Version = None) -> Response:
    """The versions of one of them, and the text of one version."""
    read: DocumentRead = visit.read(lambda root: read_document(root, kind, name=name, version=version))
    terms = visit.block(program_terms).found if kind is DocumentKind.POINTS else None
    values = {"read": read, "terms": terms, "kind": kind, "leads_to": visit.page_at(_LEADS_TO[kind])}
    page = replace(ONE, title=visit.say(DOCUMENT_NAMES[kind]))
    return visit.shown(page, "pages/loyalty_document.html", values, opens_at=visit.link(f"/actions/rules/{kind}"))


@router.get(NEXT.address)
def begun(visit: Approving, kind: DocumentKind) -> Response:
    """The text with which the next version begins."""
    text = visit.read(lambda root: begin_document(root, kind))
    return _written(visit, kind, Typed(text))


@router.post("/actions/rules/{kind}/next")
def sent_text(visit: SendingApproval, kind: DocumentKind, sent: Sent) -> Response:
    """Checks what was typed, and publishes it where that is asked for and nothing is wrong with it."""
    typed = Typed(text_of(sent), sent.text("why"))
    is_published = sent.text("do") == "publish"

    def make(root: Path) -> Any:  # noqa: ANN401 - one of three answers, each with its warnings
        found = _LINT[kind](root, typed.text, FILES[kind])
        if not is_published:
            return found
        by = visit.caller.principal
        text = signed(typed.text, author=by.name, why=typed.why)
        return _PUBLISH[kind](root, text, FILES[kind], principal=by)

    try:
        found = visit.changed(make)
    except FenjiError as failed:
        if failed.kind is Kind.BUG:
            raise
        return _written(visit, kind, typed, failed)
    if not is_published:
        return _written(visit, kind, typed, found=found)
    said = _("Version {version} is published; it counts from {day} on, and nobody can change it any more.")
    return visit.sent_to(f"/actions/rules/{kind}", said, version=found.version, day=found.effective_on)


def _written(
    visit: Visit,
    kind: DocumentKind,
    typed: Typed,
    failed: FenjiError | None = None,
    found: Any = None,  # noqa: ANN401 - one of three answers, each with its warnings
) -> Response:
    values = {
        "kind": kind,
        "typed": typed,
        "checked": found,
        "read": visit.read(lambda root: read_document(root, kind)),
        **told(visit, failed),
    }
    page = replace(NEXT, title=visit.say(_("{document}: next version"), document=visit.say(DOCUMENT_NAMES[kind])))
    where = visit.link(f"/actions/rules/{kind}/next")
    return visit.shown(page, "pages/loyalty_next.html", values, status=status(failed), opens_at=where)
