"""The monthly report as files: made by a worker, listed, and taken along by whoever may see as much as they show."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import FileResponse, Response

from fenji.answers.jobs import ToldJob
from fenji.answers.reports import ReportsResult
from fenji.api.asking import Asking, Figures
from fenji.api.bodies.jobs import ReportAsked, ReportBody
from fenji.api.routes.describing import answered_by, described
from fenji.api.starting import started
from fenji.domain.jobs import JobKind
from fenji.domain.reporting import Audience
from fenji.errors import InvalidArgument
from fenji.language import message as _
from fenji.reports.monthly.asking import TOP
from fenji.reports.monthly.shapes import RENDERERS, check_shapes
from fenji.workflow.access.unmasking import note_unmasked_export
from fenji.workflow.reporting import list_reports, open_report
from fenji.workflow.tiers import tiers_at

router = APIRouter(tags=["reports"])

ReportName = Annotated[str, Path(description="Of the file, as GET /reports tells it.", max_length=160)]


@router.post(
    "/reports",
    summary="Make a monthly report",
    **answered_by(ToldJob, status=202, body=ReportAsked, is_once=True, is_personal=True),
)
def made(asking: Figures, body: ReportBody) -> Response:
    """From what is stored; nothing is computed. When the job is done, the files stand at /reports."""
    check_shapes(body.shapes)
    if body.audience is Audience.MANAGER:
        found = asking.read(lambda root: tiers_at(root, as_of=body.as_of, policy=body.policy))
        _note(asking, found.run_id)
    return started(asking, JobKind.REPORT, body.model_dump(mode="json", exclude_defaults=True))


@router.get("/reports", summary="The reports that are kept", **answered_by(ReportsResult))
def reports(asking: Figures) -> Response:
    """The newest first; those that show customers only for whoever may see them."""
    return asking.fresh(lambda root: list_reports(root, by=asking.caller))


@router.get(
    "/reports/{report_name}",
    summary="A report",
    **described("The file.", {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}, is_personal=True),
)
def report(asking: Figures, report_name: ReportName) -> Response:
    """One that shows customers needs a reason, which is written to the audit log."""
    found, file = asking.within(lambda root: open_report(root, report_name, by=asking.caller))()
    if found.audience is Audience.MANAGER:
        _note(asking, found.run_id)
    media_type = RENDERERS[found.shape].media_type
    return FileResponse(file, media_type=media_type, filename=found.name, headers={"Cache-Control": "no-store"})


def _note(asking: Asking, run_id: str) -> None:
    """Writes down that somebody takes customers along in plain.

    Raises:
        InvalidArgument: no reason was given.
        Forbidden: they may not.
    """
    if asking.reason is None:
        text, advice = _("a report that shows customers as they are needs a reason."), _("Give it in the header {header}.")
        raise InvalidArgument.of(text, advice=advice, header="Fenji-Reason")
    note_unmasked_export(asking.serving.workspace, run_id, TOP, asking.reason, by=asking.caller)
