"""Work that nobody waits for: started here, done by a worker, looked at and cancelled; and the files that come of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import FileResponse, Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from fenji.answers.jobs import JobAnswer, JobsAnswer, ScheduleAnswer, ToldJob
from fenji.answers.json import to_json
from fenji.api.asking import Asking, Exporting, Figures, Running
from fenji.api.bodies.jobs import ExportAsked, ExportBody, JobAsked, JobBody, RunAsked, RunBody
from fenji.api.routes.describing import answered_by, described
from fenji.api.starting import started, without_path
from fenji.domain.access import Right
from fenji.domain.jobs import ENDED, Job, JobKind, JobState
from fenji.errors import Forbidden, NotFound
from fenji.language import message as _
from fenji.work.asking import cancel_job, job_of
from fenji.work.telling import show_job, show_jobs, show_schedule, told_job
from fenji.workflow.access.unmasking import note_unmasked_export
from fenji.workflow.customers import customers_at
from fenji.workspace.customer_choice import Asked
from fenji.workspace.job_files import result_file

router = APIRouter(tags=["jobs"])

JobId = Annotated[str, Path(description="Of the job.", max_length=60)]
EVENT_SECONDS = 1.0
"""Between two looks at a job that somebody watches."""
WATCHED_FOR = 600
"""Seconds after which a stream ends; clients ask again."""
_EVENTS = {
    "text/event-stream": {"schema": {"type": "object", "properties": {"event": {"type": "string"}, "data": {"type": "string"}}}}
}
"""Each event carries a job, as GET /jobs/{job_id} tells it, as the text of its JSON."""
_CONDITIONS = ("tier", "moved", "moved_from", "moved_to", "earlier_on", "segment", "risk", "mark", "group", "where")
_KINDS_OF_LISTS = (JobKind.LIST, JobKind.EXPORT)


@router.post("/jobs", summary="Start work", **answered_by(ToldJob, status=202, body=JobAsked, is_once=True))
def start(asking: Running, body: JobBody) -> Response:
    """An analysis, a replay, a check. The answer tells the job; look at it at /jobs/{job_id}."""
    return started(asking, JobKind(body.kind), body.arguments)


@router.post(
    "/runs",
    summary="Run the whole thread: collect, prepare, decide, publish",
    **answered_by(ToldJob, status=202, body=RunAsked, is_once=True),
)
def run(asking: Running, body: RunBody) -> Response:
    """Reading goes on meanwhile; the last published run stays until the new one is whole."""
    return started(asking, JobKind.RUN, body.model_dump(mode="json", exclude_defaults=True))


@router.post(
    "/exports",
    summary="A list of customers as a file",
    **answered_by(ToldJob, status=202, body=ExportAsked, is_once=True, is_personal=True),
)
def export(asking: Exporting, body: ExportBody) -> Response:
    """Masked, unless the caller may see personal fields and says why."""
    told = body.model_dump(mode="json", exclude_defaults=True)
    kind = JobKind.LIST if body.of is None else JobKind.EXPORT
    told["is_masked"] = asking.is_masked
    told["limits"] = [{"column": each.column.value, "values": list(each.values)} for each in asking.caller.limits]
    if asking.reason is not None:
        chosen = Asked(**{name: getattr(body, name) for name in _CONDITIONS}) if body.of is None else Asked()
        found = asking.read(lambda root: customers_at(root, chosen, limit=1, as_of=body.as_of))
        note_unmasked_export(asking.serving.workspace, found.run_id, found.count, asking.reason, by=asking.caller)
    return started(asking, kind, told, refuses_limited=False)


@router.get("/jobs", summary="The newest jobs", **answered_by(JobsAnswer))
def jobs(
    asking: Figures,
    *,
    state: JobState | None = None,
    kind: JobKind | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """One's own; those of all for whoever may start work."""

    def make() -> JobsAnswer:
        found = show_jobs(asking.root, state=state, kind=kind, limit=limit)
        seen = found.jobs if asking.caller.may(Right.RUNS_START) else tuple(each for each in found.jobs if _is_own(asking, each))
        return replace(found, jobs=tuple(map(without_path, seen)))

    return asking.told(make())


@router.get("/jobs/schedule", summary="What begins by itself, and when", **answered_by(ScheduleAnswer))
def schedule(asking: Figures) -> Response:
    """The entries of schedule.yaml with their next times."""
    return asking.told(show_schedule(asking.root))


@router.get("/jobs/{job_id}", summary="A job with its log", **answered_by(JobAnswer))
def job(asking: Figures, job_id: JobId) -> Response:
    """How far it has come, and what came of it."""
    return asking.told(_seen(asking, job_id))


@router.post("/jobs/{job_id}/cancel", summary="Cancel a job", **answered_by(ToldJob))
def cancel(asking: Figures, job_id: JobId) -> Response:
    """At once while it waits, at its next step while it is at work; one's own, or any for whoever may start work."""
    _seen(asking, job_id)
    return asking.told(without_path(told_job(asking.root, cancel_job(asking.root, job_id, principal=asking.caller.principal))))


@router.get(
    "/jobs/{job_id}/events",
    summary="Watch a job",
    **described("Server-sent events: the job as it stands whenever that changes.", _EVENTS),
)
def events(asking: Figures, job_id: JobId) -> Response:
    """Ends with the job, or after ten minutes; ask again, or look at the job itself."""
    _seen(asking, job_id)
    return StreamingResponse(_watched(asking, job_id), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


@router.get(
    "/jobs/{job_id}/file",
    summary="The file that a job has made",
    **described(
        "A workbook, CSV, Parquet or JSON.", {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    ),
)
def file(asking: Figures, job_id: JobId) -> Response:
    """Kept for a week. Lists are given to who asked for them only, as long as they may export lists; answers are masked, in both languages."""
    found = job_of(asking.root, job_id)
    if not _may_have_file(asking, found):
        raise NotFound.of(_("there is no job {job_id}."), job_id=job_id)
    if found.kind is JobKind.BACKUP:
        raise Forbidden.of(_("backups are taken from the server itself, not over the network."))
    made = result_file(asking.serving.workspace, found)
    return FileResponse(made, filename=f"{found.kind}-{found.job_id}{made.suffix}", headers={"Cache-Control": "no-store"})


def _may_have_file(asking: Asking, job: Job) -> bool:
    is_own, caller = job.principal == asking.caller.principal, asking.caller
    if job.kind in _KINDS_OF_LISTS:
        return is_own and caller.may(Right.CUSTOMERS_EXPORT)
    if job.kind is JobKind.IMPORT and not caller.may(Right.SOURCES_CHANGE):
        return False
    return is_own or caller.may(Right.RUNS_START)


def _seen(asking: Asking, job_id: str) -> JobAnswer:
    """A job as the caller may see it.

    Raises:
        NotFound: there is none of that id, or it is somebody else's and the caller may start none; said alike.
    """
    found = show_job(asking.root, job_id)
    if not (_is_own(asking, found.job) or asking.caller.may(Right.RUNS_START)):
        raise NotFound.of(_("there is no job {job_id}."), job_id=job_id)
    return replace(found, job=without_path(found.job))


def _is_own(asking: Asking, job: ToldJob) -> bool:
    return (job.asked_by_kind, job.asked_by) == (asking.caller.principal.kind, asking.caller.principal.name)


async def _watched(asking: Asking, job_id: str) -> AsyncIterator[str]:
    began, last = datetime.now(UTC), ""
    while (datetime.now(UTC) - began).total_seconds() < WATCHED_FOR:
        found = await run_in_threadpool(_seen, asking, job_id)
        told = json.dumps(json.loads(to_json(found.job, asking.language)), ensure_ascii=False)
        if told != last:
            yield f"event: job\ndata: {told}\n\n"
            last = told
        if found.job.state in ENDED or await asking.request.is_disconnected():
            return
        await asyncio.sleep(EVENT_SECONDS)
