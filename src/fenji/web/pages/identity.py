"""Whose identity is in doubt? Phones, e-mails and ids that tie more customers together than one person has."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter
from fastapi.responses import Response

from fenji.domain.access import Right
from fenji.language import message as _
from fenji.web.navigation import Entry, Page
from fenji.web.visiting import Sourcing, Visit
from fenji.workflow.quality_rows import identity_conflicts

PAGE = Page("/data/identity", Entry.DATA, _("Identity"), Right.SOURCES_CHANGE, place=3, has_scope=False)

router = APIRouter()


@router.get(PAGE.address)
def identity(visit: Sourcing) -> Response:
    """The identities in doubt, the largest first."""
    return visit.page(PAGE, "pages/identity.html", lambda: _made(visit))


def _made(visit: Visit) -> Mapping[str, object]:
    return {"conflicts": visit.read(lambda root: identity_conflicts(root, run_id=visit.scope.run))}
