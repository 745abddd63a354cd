"""What does somebody see where nothing has been computed yet? The way from the first file to the overview, at the step that comes next."""

from __future__ import annotations

from pathlib import Path

from fastapi.responses import Response

from fenji.domain.access import Right
from fenji.domain.importing import OPEN
from fenji.domain.jobs import JobKind, JobState
from fenji.web.navigation import Page
from fenji.web.visiting import Visit
from fenji.work.asking import list_jobs
from fenji.workflow.importing.drafting import list_imports
from fenji.workspace.taking_in import known_sources

_RUNS = (JobKind.RUN, JobKind.START)


def welcomed(visit: Visit, page: Page) -> Response:
    """The first page of an empty workspace."""
    may_import = visit.may(Right.SOURCES_CHANGE) and not visit.caller.limits
    found = visit.read(_stand) if may_import else None
    values = {"may_import": may_import, "stand": found}
    return visit.shown(page, "pages/welcome.html", values)


def _stand(root: Path) -> dict[str, object]:
    """How far the first import and the first run have come."""
    waiting = [each for each in list_imports(root).imports if each.status in OPEN and each.files]
    jobs = [each for each in list_jobs(root, limit=50) if each.kind in _RUNS]
    return {
        "import_id": waiting[0].import_id if waiting else None,
        "has_sources": bool(known_sources(root)),
        "at_work": next((each.job_id for each in jobs if not each.has_ended), None),
        "failed": jobs[0].job_id if jobs and jobs[0].state is JobState.FAILED else None,
    }
