"""Which fenji is this, how does it keep what it knows to itself, and what of others does it carry?"""

from __future__ import annotations

import platform

from fastapi import APIRouter
from fastapi.responses import Response

from fenji.domain.access import Right
from fenji.language import message as _
from fenji.web.assets import vendored
from fenji.web.navigation import Entry, Page
from fenji.web.visiting import Figures
from fenji.workflow.workspace_now import workspace_now

PAGE = Page("/admin/about", Entry.PERSON, _("About fenji"), Right.FIGURES_READ, place=7, has_scope=False)

router = APIRouter()


@router.get(PAGE.address)
def about(visit: Figures) -> Response:
    """Version, safety, licences."""
    values = {"workspace": visit.read(workspace_now), "python": platform.python_version(), "files": vendored()}
    return visit.shown(PAGE, "pages/about.html", values)
