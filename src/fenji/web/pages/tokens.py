"""With what do somebody's own programs come in? Tokens with fewer rights than the person has, until a day; each shown once."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from fenji.domain.access import Right
from fenji.domain.people import NEVER_FOR_TOKENS
from fenji.errors import FenjiError, Kind
from fenji.http.failing import status_of
from fenji.language import message as _
from fenji.web.failing import told_problems
from fenji.web.forms import NOTHING, Form, Sent
from fenji.web.navigation import Entry, Page
from fenji.web.pages.people import words
from fenji.web.visiting import ChangingOwn, Figures, Visit
from fenji.web.wanted_token import wanted_token
from fenji.workflow.access.tokens import list_tokens, make_token, revoke_token

PAGE = Page("/account/tokens", Entry.PERSON, _("Tokens of programs"), Right.FIGURES_READ, place=1, has_scope=False)

router = APIRouter()


@router.get(PAGE.address)
def tokens(visit: Figures) -> Response:
    """Those of whoever is logged in."""
    return _shown(visit)


@router.post(PAGE.address)
def make(visit: ChangingOwn, sent: Sent) -> Response:
    """Another one; its text stands on the page that answers, and nowhere else."""
    own = visit.caller.principal.name
    try:
        wanted = wanted_token(sent)
        made = visit.changed(
            lambda root: make_token(
                root, own, wanted.name, wanted.rights, source=wanted.source, last_on=wanted.last_on, by=visit.caller
            )
        )
    except FenjiError as failed:
        return _shown(visit, failed, sent)
    return _shown(visit, made=made)


@router.post("/account/tokens/revoke")
def revoke(visit: ChangingOwn, sent: Sent) -> Response:
    """At once and for good."""
    own, name = visit.caller.principal.name, sent.text("name")
    try:
        visit.changed(lambda root: revoke_token(root, own, name, by=visit.caller))
    except FenjiError as failed:
        return _shown(visit, failed, sent)
    return visit.sent_to(PAGE.address, _("The token {name} is revoked."), name=name)


def _shown(visit: Visit, failed: FenjiError | None = None, typed: Form = NOTHING, made: object = None) -> Response:
    if failed is not None and failed.kind is Kind.BUG:
        raise failed
    own = visit.caller.principal.name
    values = {
        "tokens": visit.read(lambda root: list_tokens(root, login=own, by=visit.caller)).tokens,
        "scopes": sorted(visit.caller.rights - NEVER_FOR_TOKENS),
        "typed": {name: typed.text(name) for name in ("name", "source", "last_on")},
        "made": made,
        "words": words(visit),
        "problems": [] if failed is None else told_problems(failed, visit.language),
    }
    return visit.shown(PAGE, "pages/tokens.html", values, status=200 if failed is None else status_of(failed))
