"""Who did what, when and to what, and is the record of it as it was written?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from fenji.answers.audit import AuditResult, AuditVerified, Change
from fenji.domain.access import Right
from fenji.domain.audit import Action
from fenji.domain.telling import AS_IT_IS
from fenji.errors import InvalidArgument, Place, Problem, unknown_name
from fenji.language import message as _
from fenji.state.audit import AuditBroken
from fenji.web.forms import Sent
from fenji.web.navigation import Entry, Page
from fenji.web.scope import day_of
from fenji.web.visiting import Auditing, CheckingAudit, Visit
from fenji.wording.auditing import ACTIONS, ACTORS, SUBJECTS, subject_shown
from fenji.workflow.auditing import list_audit, verify_audit

PAGE = Page("/admin/audit", Entry.PERSON, _("Audit log"), Right.AUDIT_READ, place=4, has_scope=False)
ROWS = 50
"""Of one page."""

router = APIRouter()


@dataclass(frozen=True)
class Asked:
    """Which entries are asked for."""

    who: Annotated[str | None, AS_IT_IS] = None
    action: Action | None = None
    since: date | None = None
    until: date | None = None
    before: int | None = None

    def of(self, root: Path) -> AuditResult:
        """They."""
        return list_audit(
            root, limit=ROWS, who=self.who, action=self.action, since=self.since, until=self.until, before=self.before
        )


@router.get(PAGE.address)
def audit(
    visit: Auditing,
    *,
    who: Annotated[str, Query(max_length=200)] = "",
    action: Annotated[str, Query(max_length=60)] = "",
    since: Annotated[str, Query(max_length=40)] = "",
    until: Annotated[str, Query(max_length=40)] = "",
    before: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """The newest entries, or those before a number."""
    problems = [unknown_name(_("action"), action, Action)] if action and action not in tuple(Action) else []
    days = {name: _day(name, value, problems) for name, value in (("since", since), ("until", until))}
    InvalidArgument.raise_if(problems)
    return _shown(visit, Asked(who.strip() or None, Action(action) if action else None, days["since"], days["until"], before))


@router.post("/admin/audit/verify")
def verify(visit: CheckingAudit, _sent: Sent) -> Response:
    """Walks the whole log, and says what it found."""
    try:
        found = visit.read(verify_audit)
    except AuditBroken as broken:
        return _shown(visit, Asked(), broken=broken)
    return _shown(visit, Asked(), verified=found)


@dataclass(frozen=True)
class Line:
    """One entry, and to what it was done."""

    entry: Change
    subject: Annotated[str, AS_IT_IS]


def _shown(visit: Visit, asked: Asked, *, verified: AuditVerified | None = None, broken: AuditBroken | None = None) -> Response:
    entries: tuple[Change, ...] = ()
    try:
        entries = visit.read(asked.of).entries
    except AuditBroken as found:
        broken = found
    values = {
        "entries": [Line(each, subject_shown(each.subject_kind, each.subject)) for each in entries],
        "is_full": len(entries) == ROWS,
        "asked": asked,
        "verified": verified,
        "broken": [] if broken is None else [visit.say(each.text, **each.values) for each in broken.problems],
        "words": {
            "actions": {each.value: visit.say(text) for each, text in ACTIONS.items()},
            "actors": {each.value: visit.say(text, name="{name}") for each, text in ACTORS.items()},
            "subjects": {each.value: visit.say(text, name="{name}") for each, text in SUBJECTS.items()},
        },
    }
    return visit.shown(PAGE, "pages/audit.html", values, status=200 if broken is None else 500)


def _day(name: str, value: str, problems: list[Problem]) -> date | None:
    found = day_of(value.strip()) if value.strip() else None
    if value.strip() and found is None:
        text = _("'{value}' is no day between 1900 and 2100, written as 2026-01-31.")
        problems.append(Problem(text, {"value": value[:40]}, Place(column=f"?{name}")))
    return found
