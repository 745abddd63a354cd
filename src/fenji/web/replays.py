"""Has somebody replayed this text already, and what came of it? The newest job that did, and its stored answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from fenji.answers.replays import KeptReplay
from fenji.domain.jobs import Job, JobKind, JobState
from fenji.errors import FenjiError
from fenji.language import message as _
from fenji.reports.charts.of_answers.parts import Reader
from fenji.reports.charts.of_answers.trials import replay_multiples
from fenji.web.drawn import Drawn
from fenji.web.visiting import Visit
from fenji.wording import figures
from fenji.work.asking import list_jobs
from fenji.work.telling import told_job
from fenji.workspace.folder import open_workspace
from fenji.workspace.job_files import result_file

REVIEWS = 24
"""That are replayed, where there are so many."""
_LOOKED_AT = 50


def replay_of(visit: Visit, root: Path, text: str, as_of: date | None) -> dict[str, Any]:
    """What is known of the replay of a text: ``state`` none, waiting, failed, gone or done, and where it is done the chart."""
    job = next((each for each in list_jobs(root, kind=JobKind.REPLAY, limit=_LOOKED_AT) if _is_of(each, text, as_of)), None)
    if job is None or job.state is JobState.CANCELLED:
        return {"state": "none"}
    if job.state is not JobState.DONE:
        return {"state": "failed" if job.state is JobState.FAILED else "waiting", "job": visit.told(told_job(root, job))}
    try:
        told = json.loads(result_file(open_workspace(root), job).read_text("utf-8"))[visit.language.value]
    except (FenjiError, OSError, ValueError, KeyError):
        return {"state": "gone"}
    return {"state": "done", "chart": _chart(visit, told), "asked_at": job.created_at, "by": job.principal.name}


def _is_of(job: Job, text: str, as_of: date | None) -> bool:
    day = None if as_of is None else as_of.isoformat()
    return job.arguments.get("text") == text and job.arguments.get("as_of") in (day, None if day is None else "")


def _chart(visit: Visit, told: Mapping[str, Any]) -> Drawn:
    ways = {way: figures.count(told[way]["customers"]) for way in ("up", "down", "stay")}
    text = _("At the last of these reviews {up} would stand higher, {down} lower, {stay} as they are.")
    found = KeptReplay.of(told, visit.say(text, **ways))
    return Drawn("replay", replay_multiples(found, Reader(visit.language, visit.view)))
