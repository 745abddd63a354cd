"""With which settings does the server work, who says so, and where are they changed?"""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from fenji.choices import SETTINGS_FILE
from fenji.domain.access import Right
from fenji.language import message as _
from fenji.web.navigation import Entry, Page
from fenji.web.visiting import SeeingPeople
from fenji.workflow.settings_now import settings_now

PAGE = Page("/admin/settings", Entry.PERSON, _("Settings"), Right.PEOPLE_READ, place=5, has_scope=False)

router = APIRouter()


@router.get(PAGE.address)
def settings(visit: SeeingPeople) -> Response:
    """Read only: they stand in a file, which whoever runs the server changes."""
    found = visit.read(settings_now).settings
    return visit.shown(PAGE, "pages/settings.html", {"settings": found, "file": SETTINGS_FILE})
