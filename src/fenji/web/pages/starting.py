"""How does a page ask for what nobody has computed yet? It starts a job; a worker does it, and the page shows the answer afterwards."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from fenji.domain.jobs import JobKind
from fenji.errors import InvalidArgument, unknown_name
from fenji.language import message as _
from fenji.web.forms import Sent
from fenji.web.visiting import StartingRuns
from fenji.work.asking import start_job
from fenji.workspace.limits import refuse_limited

router = APIRouter()


@router.post("/jobs/start")
def start(visit: StartingRuns, sent: Sent) -> Response:
    """Starts what a block says is missing: the kind of job, and the day where there is one, with a blank between."""
    kind, arguments = _asked(sent.text("what"))

    def make(_root: object) -> object:
        refuse_limited()
        return start_job(visit.root, kind, arguments, principal=visit.caller.principal)

    visit.changed(make)
    return visit.sent_to(sent.text("next", "/"), _("It is being computed. Open this page again in a moment."))


def _asked(what: str) -> tuple[JobKind, dict[str, str]]:
    """The job that makes what is missing: series by month bear the name of what they count, and a forecast has the day of its run."""
    command, _blank, day = what.partition(" ")
    name, _dash, series = command.partition("-")
    kind = JobKind.TREND if name == JobKind.TREND and series else command
    if kind not in tuple(JobKind):
        raise InvalidArgument(unknown_name(_("job"), command[:60], JobKind))
    arguments = {"as_of": day} if day and kind != JobKind.FORECAST else {}
    if kind is JobKind.TREND:
        measure, _by, split = series.partition("-by-")
        arguments |= {"measure": measure, **({"by": split} if split else {})}
    return JobKind(kind), arguments
