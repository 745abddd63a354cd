"""Does this installation find what others have published? Asked by a button, because it computes for some seconds."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from fenji.domain.access import Right
from fenji.language import message as _
from fenji.web.forms import Sent
from fenji.web.navigation import Entry, Page
from fenji.web.visiting import Auditing, CheckingAudit
from fenji.workflow.selftest import self_test

PAGE = Page("/admin/selftest", Entry.PERSON, _("Self-test"), Right.AUDIT_READ, place=6, has_scope=False)

router = APIRouter()


@router.get(PAGE.address)
def selftest(visit: Auditing) -> Response:
    """What would be tested, and a button."""
    return visit.shown(PAGE, "pages/selftest.html", {"result": None, "subjects": []})


@router.post(PAGE.address)
def compute(visit: CheckingAudit, _sent: Sent) -> Response:
    """Every figure beside the published one; nothing of the workspace is read or written."""
    found = self_test()
    names = dict.fromkeys(each.subject for each in found.checks)
    subjects = [(visit.say(name), [each for each in found.checks if each.subject == name]) for name in names]
    return visit.shown(PAGE, "pages/selftest.html", {"result": found, "subjects": subjects})
