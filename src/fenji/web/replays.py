"""Has somebody replayed this text already, and what came of it? The newest job that did, and its stored answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fenji.answers.replayed import StoredReplay
from fenji.domain.jobs import JobState
from fenji.reports.charts.of_answers.parts import Reader
from fenji.reports.charts.of_answers.trials import replay_multiples
from fenji.web.drawn import Drawn
from fenji.web.visiting import Visit
from fenji.work.asking import job_of
from fenji.work.telling import told_job
from fenji.workflow.replayed import stored_replay

REVIEWS = 24
"""That are replayed."""


def replay_of(visit: Visit, root: Path, text: str) -> dict[str, Any]:
    """What is known of the replay of a text: ``state`` none, waiting, failed, gone or done, and the chart of the last one that is kept."""
    found = stored_replay(root, text, reviews=REVIEWS)
    told: dict[str, Any] = {"state": _state(found), "chart": None, "job": None, "kept": found.replay}
    if found.job_id is not None:
        told["job"] = told_job(root, job_of(root, found.job_id))
    if found.replay is not None:
        told["chart"] = Drawn("replay", replay_multiples(found.replay, Reader(visit.language, visit.view)))
    return told


def _state(found: StoredReplay) -> str:
    if found.state is None or found.state is JobState.CANCELLED:
        return "none"
    if found.state is JobState.DONE:
        return "done" if found.replay is not None else "gone"
    return "failed" if found.state is JobState.FAILED else "waiting"
