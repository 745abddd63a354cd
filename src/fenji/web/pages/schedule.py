"""What begins by itself, and when? The schedule in words with its next times; changed by a form, or as its text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import Response

from fenji.domain.access import Right
from fenji.domain.jobs import JobKind
from fenji.errors import FenjiError, InvalidArgument
from fenji.http.failing import status_of
from fenji.language import message as _
from fenji.web.failing import told_problems
from fenji.web.forms import Form, Sent
from fenji.web.navigation import Entry, Page
from fenji.web.visiting import Figures, StartingRuns, Visit
from fenji.wording.jobs import work_name
from fenji.wording.schedules import DAYS
from fenji.work.schedule_changes import fingerprint_of, schedule_text, with_entry, without_schedule_entry, write_schedule
from fenji.work.telling import show_schedule

PAGE = Page("/data/schedule", Entry.DATA, _("Schedule"), Right.FIGURES_READ, place=5, has_scope=False)
OFFERED = (
    JobKind.RUN,
    JobKind.VALUE,
    JobKind.SEGMENTS,
    JobKind.CHURN,
    JobKind.PROPENSITY,
    JobKind.PRIORITY,
    JobKind.RULES,
    JobKind.RECOMMEND,
    JobKind.FORECAST,
    JobKind.POINTS,
    JobKind.CHECK,
    JobKind.BACKUP,
)
"""Work that needs to be told nothing more."""
_NAMES_OF_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")

router = APIRouter()


@router.get(PAGE.address)
def schedule(visit: Figures) -> Response:
    """The entries with their next times."""
    return _shown(visit)


@router.post("/data/schedule/entries")
def add(visit: StartingRuns, sent: Sent) -> Response:
    """Adds an entry at the end."""

    def make(text: str) -> str:
        kinds = [JobKind(each) for each in sent.texts("do") if each in tuple(OFFERED)]
        if not kinds:
            raise InvalidArgument.of(_("choose what shall be done."))
        return with_entry(text, sent.text("name") or ", ".join(kinds), kinds, _when(sent))

    return _changed(visit, sent, make, _("The entry is added."))


@router.post("/data/schedule/without")
def remove(visit: StartingRuns, sent: Sent) -> Response:
    """Takes an entry out."""
    return _changed(visit, sent, lambda text: without_schedule_entry(text, sent.text("name")), _("The entry is taken out."))


@router.post(PAGE.address)
def write(visit: StartingRuns, sent: Sent) -> Response:
    """Writes the whole text."""
    return _changed(visit, sent, lambda _text: sent.secret("text"), _("The schedule is kept."))


def _changed(visit: Visit, sent: Form, make: Callable[[str], str], said: str) -> Response:
    def change(root: Path) -> None:
        text = make(schedule_text(visit.serving.workspace))
        write_schedule(root, text, fingerprint=sent.text("fingerprint"), principal=visit.caller.principal)

    try:
        visit.changed(change)
    except FenjiError as failed:
        return _shown(visit, failed, typed=sent.secret("text") or None)
    return visit.sent_to(PAGE.address, said)


def _when(sent: Form) -> str:
    at = sent.text("at")[:5]
    rhythm = sent.text("rhythm")
    if rhythm == "week":
        day = sent.text("weekday", "1")
        name = _NAMES_OF_DAYS[int(day)] if day.isdecimal() and int(day) < len(_NAMES_OF_DAYS) else day
        return f"every {name} at {at}"
    if rhythm == "month":
        day = sent.text("day", "1")
        return f"every month on {'the last day' if day == 'last' else f'day {day}'} at {at}"
    return f"every day at {at}"


def _shown(visit: Visit, failed: FenjiError | None = None, typed: str | None = None) -> Response:
    wrong, found = failed, None
    try:
        found = visit.read(show_schedule)
    except FenjiError as error:
        wrong = failed or error
    text = schedule_text(visit.serving.workspace)
    names = {each.value: work_name(each.value, visit.language) for each in JobKind}
    values = {
        "schedule": found,
        "text": text if typed is None else typed,
        "fingerprint": fingerprint_of(text),
        "kinds": names,
        "offered": [each.value for each in OFFERED],
        "weekdays": [visit.say(each) for each in DAYS],
        "may_change": visit.may(Right.RUNS_START),
        "problems": [] if wrong is None else told_problems(wrong, visit.language),
    }
    return visit.shown(PAGE, "pages/schedule.html", values, status=200 if failed is None else status_of(failed))
