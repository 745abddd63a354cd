"""How does somebody take a list along, and where are the files that took longer? One's own only, for a week."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import FileResponse, Response

from fenji.domain.access import Right
from fenji.domain.jobs import JobKind
from fenji.errors import InvalidArgument, NotFound, unknown_name
from fenji.language import message as _
from fenji.web.exporting import FORMS, Export, export
from fenji.web.forms import Form, Sent
from fenji.web.lists import SORT
from fenji.web.navigation import Entry, Page
from fenji.web.scope import Scope, day_of
from fenji.web.visiting import Exporting, Taking, Visit
from fenji.web.wanted import Wanted
from fenji.work.asking import job_of, list_jobs
from fenji.work.telling import told_job
from fenji.workspace.job_files import result_file

PAGE = Page("/customers/exports", Entry.CUSTOMERS, _("Files"), Right.CUSTOMERS_EXPORT, place=9, has_scope=False, is_tab=False)
_SHOWN = 30

router = APIRouter()


@router.post("/customers/export")
def taken(visit: Exporting, sent: Sent) -> Response:
    """All rows of a list as a file."""
    form = sent.text("form", "xlsx")
    if form not in FORMS:
        raise InvalidArgument(unknown_name(_("form"), form[:20], FORMS))
    scope, wanted = scope_sent(sent), wanted_sent(sent)
    columns = tuple(dict.fromkeys(sent.texts("column"))) or ()
    told = Export(wanted.asked, form, columns, sent.text("sort", SORT), sent.text("reason"))
    return export(Visit(visit.request, visit.serving, visit.caller, visit.session, visit.language, scope), told)


@router.get(PAGE.address)
def files(visit: Taking) -> Response:
    """The files that jobs have made for whoever looks."""
    return visit.shown(PAGE, "pages/exports.html", _made(visit))


@router.get("/customers/exports/{job_id}")
def file(visit: Taking, job_id: Annotated[str, Path(max_length=60)]) -> Response:
    """One of them."""
    found = job_of(visit.root, job_id)
    if found.kind is not JobKind.LIST or found.principal != visit.caller.principal:
        raise NotFound.of(_("there is no job {job_id}."), job_id=job_id)
    made = result_file(visit.serving.workspace, found)
    return FileResponse(made, filename=f"customers-{found.job_id}{made.suffix}", headers={"Cache-Control": "no-store"})


def scope_sent(sent: Form) -> Scope:
    """The review and run that a form names, with its conditions over metrics."""
    return Scope(as_of=day_of(sent.text("as_of")), run=sent.text("run") or None, where=sent.texts("where"))


def wanted_sent(sent: Form) -> Wanted:
    """The list that a form names."""
    earlier: date | None = day_of(sent.text("earlier_on"))
    return Wanted.of(scope_sent(sent), {name: sent.text(name) for name, _value in sent.fields}, earlier)


def _made(visit: Visit) -> Mapping[str, object]:
    own = [each for each in list_jobs(visit.root, kind=JobKind.LIST, limit=200) if each.principal == visit.caller.principal]
    return {"jobs": [told_job(visit.root, each) for each in own[:_SHOWN]]}
