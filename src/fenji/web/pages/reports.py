"""Which monthly reports are there, and how is a new one made? A small form, the job that makes it, and the files that are kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi import Path as Place
from fastapi.responses import FileResponse, Response

from fenji.domain.access import Right
from fenji.domain.jobs import ENDED, JobKind
from fenji.domain.reporting import Audience, ReportComparison, Shape
from fenji.errors import Forbidden, InvalidArgument, unknown_name
from fenji.language import Language
from fenji.language import message as _
from fenji.reports.monthly.asking import TOP
from fenji.reports.monthly.making import AUDIENCES
from fenji.reports.monthly.shapes import RENDERERS, check_shapes
from fenji.web.forms import Form, Sent
from fenji.web.navigation import Entry, Page
from fenji.web.scope import day_of
from fenji.web.visiting import Figures, SendingFigures, Visit
from fenji.work.asking import list_jobs, start_job
from fenji.work.telling import told_job
from fenji.workflow.access.unmasking import note_unmasked_export
from fenji.workflow.reporting import list_reports, open_report
from fenji.workflow.tiers import tiers_at
from fenji.workflow.workspace_now import workspace_now
from fenji.workspace.limits import refuse_limited

PAGE = Page("/reports", Entry.OVERVIEW, _("Monthly reports"), Right.FIGURES_READ, place=9, has_scope=False, is_tab=False)
COMPARED = {ReportComparison.MONTH: _("the review before"), ReportComparison.YEAR: _("the review of a year before")}
SHAPES = {
    Shape.HTML: _("web page (HTML)"),
    Shape.XLSX: _("workbook (Excel)"),
    Shape.DOCX: _("document (Word)"),
    Shape.PDF: _("PDF"),
}
_SHOWN, _JOBS = 60, 5
"""Reports and jobs that are listed."""

router = APIRouter()


@router.get(PAGE.address)
def reports(visit: Figures) -> Response:
    """The form, the jobs at work, and the files."""
    return visit.shown(PAGE, "pages/reports.html", _made(visit))


@router.post(PAGE.address)
def asked(visit: SendingFigures, sent: Sent) -> Response:
    """A new report, made by a job from what is stored."""
    told = _arguments(sent)
    check_shapes(map(Shape, told["shapes"]))

    def start(root: Path) -> None:
        refuse_limited()
        if told["audience"] == Audience.MANAGER:
            _note(visit, tiers_at(root, as_of=day_of(sent.text("as_of"))).run_id, sent.text("reason"))
        start_job(root, JobKind.REPORT, told, principal=visit.caller.principal)

    visit.changed(start)
    return visit.sent_to(PAGE.address, _("A job makes the report; it stands here when it is done."))


@router.get("/reports/{name}")
def file(visit: Figures, name: Annotated[str, Place(max_length=160)]) -> Response:
    """A report in which no customer is shown as they are."""
    found, path = visit.changed(lambda root: open_report(root, name, by=visit.caller))
    if found.audience is Audience.MANAGER:
        raise Forbidden.of(_("a report that shows customers as they are needs a reason."))
    return _sent(path)


@router.post("/reports/plain")
def plain(visit: SendingFigures, sent: Sent) -> Response:
    """A report that shows customers as they are; why is written down first."""
    found, path = visit.changed(lambda root: open_report(root, sent.text("name"), by=visit.caller))
    if found.audience is Audience.MANAGER:
        _note(visit, found.run_id, sent.text("reason"))
    return _sent(path)


def _sent(path: Path) -> Response:
    media_type = RENDERERS[Shape(path.suffix.removeprefix("."))].media_type
    return FileResponse(path, media_type=media_type, filename=path.name, headers={"Cache-Control": "no-store"})


def _note(visit: Visit, run_id: str, reason: str) -> None:
    note_unmasked_export(visit.serving.workspace, run_id, TOP, reason, by=visit.caller)


def _arguments(sent: Form) -> dict[str, Any]:
    """What the form says, as the job is told it.

    Raises:
        InvalidArgument: what the form does not offer, or no shape.
    """
    told: dict[str, Any] = {
        "compare": sent.text("compare", ReportComparison.MONTH),
        "audience": sent.text("audience", Audience.VIEWER),
        "language": sent.text("language", Language.ZH),
        "shapes": list(dict.fromkeys(sent.texts("shape"))),
    }
    if sent.text("as_of"):
        told["as_of"] = sent.text("as_of")
    if not told["shapes"]:
        raise InvalidArgument.of(_("choose at least one kind of file."))
    known = ((_("shape"), Shape, told["shapes"]), (_("reader"), Audience, [told["audience"]]))
    InvalidArgument.raise_if(
        unknown_name(what, each[:20], names) for what, names, given in known for each in given if each not in tuple(names)
    )
    return told


def _made(visit: Visit) -> Mapping[str, object]:
    own = [each for each in list_jobs(visit.root, kind=JobKind.REPORT, limit=50) if each.principal == visit.caller.principal]
    kept = visit.changed(lambda root: list_reports(root, by=visit.caller)).reports
    may_plain = visit.may(Right.PERSONAL_READ) and visit.may(Right.CUSTOMERS_EXPORT)
    audiences = [each for each in Audience if each is Audience.VIEWER or may_plain]
    return {
        "jobs": [told_job(visit.root, each) for each in own[:_JOBS] if each.state not in ENDED or each.error is not None],
        "reports": kept[:_SHOWN],
        "reviews": list(reversed(visit.read(workspace_now).reviews)),
        "shapes": [{"name": each, "title": visit.say(SHAPES[each])} for each in RENDERERS],
        "shape_names": {each: visit.say(text) for each, text in SHAPES.items()},
        "compared": [{"name": each, "title": visit.say(text)} for each, text in COMPARED.items()],
        "compared_names": {each: visit.say(text) for each, text in COMPARED.items()},
        "audiences": [{"name": each, "title": visit.say(AUDIENCES[each])} for each in audiences],
        "audience_names": {each: visit.say(text) for each, text in AUDIENCES.items()},
        "may_plain": may_plain,
        "as_of": visit.request.query_params.get("as_of", ""),
    }
