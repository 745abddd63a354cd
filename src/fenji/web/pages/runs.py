"""What was done, what is at work, and how far is it? Runs and jobs, one page for each, and the form that starts a run."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from fenji.answers.jobs import JobAnswer, ToldJob
from fenji.domain.access import Right
from fenji.domain.jobs import ENDED, JobKind, JobState
from fenji.errors import FenjiError, Forbidden, InvalidArgument, NotFound
from fenji.http.failing import status_of
from fenji.language import message as _
from fenji.web.failing import told_problem, told_problems
from fenji.web.forms import Form, Sent
from fenji.web.navigation import Entry, Page
from fenji.web.scope import day_of
from fenji.web.visiting import ChangingOwn, Figures, Visit
from fenji.wording import figures
from fenji.wording.jobs import KINDS, RUN_STATES, STATES, work_name
from fenji.work.asking import cancel_job, start_job
from fenji.work.history import Work, history_of, work_of
from fenji.work.telling import show_job
from fenji.workflow.runs import first_run_waits
from fenji.workspace.limits import refuse_limited

RUNS = Page("/data/runs", Entry.DATA, _("Runs"), Right.FIGURES_READ, place=4, has_scope=False)
RUN = Page("/data/runs/{work_id}", Entry.DATA, _("Run"), Right.FIGURES_READ, is_tab=False, has_scope=False)
PAGES = (RUNS, RUN)
REVIEWS = 24
"""Reviews that are kept where nobody says how many: two years, as the charts show them."""
EVENT_SECONDS = 1.0
"""Between two looks at a job that somebody watches."""
WATCHED_FOR = 600
"""Seconds after which a stream ends; the page asks again."""
_MOST_REVIEWS = 240

router = APIRouter()


@router.get(RUNS.address)
def runs(visit: Figures) -> Response:
    """All of them, and how the next one begins."""
    return _runs_shown(visit)


@router.post(RUNS.address)
def start(visit: ChangingOwn, sent: Sent) -> Response:
    """Starts a run; the first one also by whoever brings the files in, as it replaces nothing."""
    try:
        job_id = _started(visit, sent)
    except InvalidArgument as failed:
        return _runs_shown(visit, failed)
    return visit.sent_to(f"/data/runs/{job_id}")


@router.get(RUN.address)
def run(visit: Figures, work_id: str) -> Response:
    """One run or job: how far it is, what it read and wrote, and what went wrong."""
    found: Work = visit.read(lambda root: work_of(root, work_id))
    if found.run is None and found.job is not None:
        _refuse_others(visit, found.job.job)
    job = found.job if found.job is not None and _may_see(visit, found.job.job) else None
    error = None if job is None else job.job.error
    values = {
        "job": job,
        "run": found.run,
        "title": _title(visit, found),
        "states": _state_words(visit),
        "may_cancel": job is not None and job.job.state not in ENDED,
        "problems": [] if error is None else [told_problem(visit.view.problem(each), visit.language) for each in error.problems],
    }
    return visit.shown(RUN, "pages/run.html", values)


@router.post("/data/jobs/{job_id}/cancel")
def cancel(visit: ChangingOwn, _sent: Sent, job_id: str) -> Response:
    """Cancels a job: one's own, or any for whoever may start work."""
    _refuse_others(visit, show_job(visit.root, job_id).job)
    visit.changed(lambda root: cancel_job(root, job_id, principal=visit.caller.principal))
    return visit.sent_to(f"/data/runs/{job_id}", _("Cancelled; nothing of it is published."))


@router.get("/data/jobs/{job_id}/state")
def state(visit: Figures, job_id: str) -> Response:
    """How far a job is, for pages that ask again and again."""
    return JSONResponse(_told_state(visit, job_id), headers={"Cache-Control": "no-store"})


@router.get("/data/jobs/{job_id}/events")
def events(visit: Figures, job_id: str) -> Response:
    """How far a job is, told whenever that changes; ends with the job, or after ten minutes."""
    _told_state(visit, job_id)
    return StreamingResponse(_watched(visit, job_id), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


async def _watched(visit: Visit, job_id: str) -> AsyncIterator[str]:
    began, last = datetime.now(UTC), ""
    while (datetime.now(UTC) - began).total_seconds() < WATCHED_FOR:
        found = await run_in_threadpool(_told_state, visit, job_id)
        told = json.dumps(found, ensure_ascii=False)
        if told != last:
            yield f"event: job\ndata: {told}\n\n"
            last = told
        if found["ended"] or await visit.request.is_disconnected():
            return
        await asyncio.sleep(EVENT_SECONDS)


def _told_state(visit: Visit, job_id: str) -> dict[str, Any]:
    """A job as the island shows it.

    Raises:
        NotFound: there is none of that id, or it is somebody else's and the reader may start none; said alike.
    """
    found: JobAnswer = show_job(visit.root, job_id)
    _refuse_others(visit, found.job)
    job = found.job
    step = job.step.in_language(visit.language) or visit.say(
        _("waiting for a worker") if job.state is JobState.QUEUED else STATES[job.state]
    )
    return {
        "state": job.state.value,
        "share": job.share,
        "percent": figures.share(job.share),
        "step": step,
        "ended": job.state in ENDED,
        "log": [{"at": f"{each.at:%H:%M:%S}", "text": each.text.in_language(visit.language)} for each in found.log],
    }


def _runs_shown(visit: Visit, failed: FenjiError | None = None) -> Response:
    found = visit.read(history_of)
    is_first = visit.read(first_run_waits)
    values = {
        "at_work": [each for each in found.at_work if _may_see(visit, each)],
        "not_done": [each for each in found.not_done if _may_see(visit, each)][:10],
        "runs": found.runs,
        "kinds": {str(each): work_name(str(each), visit.language) for each in (*KINDS, *(row.run.command for row in found.runs))},
        "states": _state_words(visit),
        "may_start": visit.may(Right.RUNS_START),
        "is_first": is_first,
        "reviews": REVIEWS,
        "problems": [] if failed is None else told_problems(failed, visit.language),
    }
    return visit.shown(RUNS, "pages/runs.html", values, status=200 if failed is None else status_of(failed))


def _started(visit: Visit, sent: Form) -> str:
    """The job of a new run.

    Raises:
        Forbidden: the right is missing, or whoever asks sees only some customers.
        InvalidArgument: no day, or no number of reviews.
    """
    is_first = visit.read(first_run_waits)
    if not visit.may(Right.RUNS_START) and not (is_first and visit.may(Right.SOURCES_CHANGE)):
        raise Forbidden.of(
            _("this needs the right {right}, which {name} does not have."),
            advice=_("Ask an administrator of this workspace."),
            right=Right.RUNS_START.value,
            name=visit.caller.principal.name,
        )
    arguments = _arguments(sent)
    kind = JobKind.START if is_first and sent.text("tiers") else JobKind.RUN
    if kind is JobKind.START:
        arguments = {**arguments, "own_thresholds": sent.text("tiers") == "own"}

    def make(_root: object) -> str:
        refuse_limited()
        return start_job(visit.root, kind, arguments, principal=visit.caller.principal).job_id

    return visit.changed(make)


def _arguments(sent: Form) -> dict[str, object]:
    day, reviews = sent.text("as_of"), sent.text("history", str(REVIEWS)) or str(REVIEWS)
    if day and day_of(day) is None:
        raise InvalidArgument.of(_("'{value}' is no day between 1900 and 2100, written as 2026-01-31."), value=day[:40])
    if not reviews.isdecimal() or not 1 <= int(reviews[:6]) <= _MOST_REVIEWS:
        raise InvalidArgument.of(_("keep 1 to {most} reviews."), most=_MOST_REVIEWS)
    return {"history": int(reviews), **({"as_of": day} if day else {}), **({"force": True} if sent.text("force") else {})}


def _state_words(visit: Visit) -> dict[str, str]:
    told = [(each.value, text) for each, text in STATES.items()] + [(each.value, text) for each, text in RUN_STATES.items()]
    return {name: visit.say(text) for name, text in told}


def _title(visit: Visit, found: Work) -> str:
    kind = found.job.job.kind.value if found.job is not None else found.run.run.command if found.run is not None else ""
    return work_name(kind, visit.language)


def _may_see(visit: Visit, job: ToldJob) -> bool:
    principal = visit.caller.principal
    return visit.may(Right.RUNS_START) or (job.asked_by_kind, job.asked_by) == (principal.kind, principal.name)


def _refuse_others(visit: Visit, job: ToldJob) -> None:
    if not _may_see(visit, job):
        raise NotFound.of(_("there is no job {job_id}."), job_id=job.job_id)
