"""What has a replay of a policy come to, and is one on its way? Read from what its job has left behind; nothing is computed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from fenji.answers.replayed import KeptReplay, KeptReview, KeptSide, KeptTier, StoredReplay
from fenji.answers.whatif import Moved
from fenji.domain.jobs import Job, JobKind, JobState
from fenji.domain.words import Words
from fenji.errors import NotFound
from fenji.language import Language
from fenji.workspace.folder import Workspace, open_workspace
from fenji.workspace.job_files import result_file

JOBS_SEARCHED = 200
"""Newest replays among which one of the policy is looked for."""


def stored_replay(root: Path, text: str, *, reviews: int | None = None) -> StoredReplay:
    """The last replay of a policy that was done and is still kept, and the last one that was asked for.

    Args:
        root: the workspace.
        text: the policy, letter by letter as the job was given it.
        reviews: only a replay of so many reviews; None: of any number.

    Raises:
        Forbidden: the question is limited to some customers.
        NotFound: no workspace.
    """
    return _stored(open_workspace(root), lambda job: job.arguments.get("text") == text, reviews)


def stored_replay_of_draft(root: Path, draft_id: int, *, reviews: int | None = None) -> StoredReplay:
    """The same of a draft as it is now: by its text, or by its number where nothing of it was changed after the job had begun.

    Raises:
        NotFound: no workspace, or no such draft.
    """
    workspace = open_workspace(root)
    with workspace.state.reading() as t:
        draft = t.drafts.get(draft_id)

    def is_of_it(job: Job) -> bool:
        if job.arguments.get("draft_id") == draft_id:
            # The text counts as it is when the job is done.
            return job.state is JobState.QUEUED or (job.started_at is not None and draft.changed_at <= job.started_at)
        return job.arguments.get("text") == draft.text

    return _stored(workspace, is_of_it, reviews)


def _stored(workspace: Workspace, is_of_it: Callable[[Job], bool], reviews: int | None) -> StoredReplay:
    with workspace.state.reading() as t:
        found = t.work.jobs.list_jobs(kind=JobKind.REPLAY, limit=JOBS_SEARCHED)
        newest = t.runs.latest_published(command="run")
    mine = [each for each in found if is_of_it(each) and reviews in (None, each.arguments.get("reviews"))]
    kept = (told for each in mine if each.state is JobState.DONE and (told := _answer_of(workspace, each)) is not None)
    answer = next(kept, None)
    last = mine[0] if mine else None
    return StoredReplay(
        job_id=None if last is None else last.job_id,
        state=None if last is None else last.state,
        share=0.0 if last is None else round(last.progress.share, 3),
        replay=None if answer is None else _replay(answer, newest_run=None if newest is None else newest.run_id),
    )


def _answer_of(workspace: Workspace, job: Job) -> Mapping[str, Any] | None:
    """What the job has written, in both languages; None where it is not kept any more."""
    try:
        text = result_file(workspace, job).read_text("utf-8")
    except (NotFound, FileNotFoundError):
        return None
    told: Mapping[str, Any] = json.loads(text, parse_float=Decimal)
    return told


def _replay(told: Mapping[str, Any], *, newest_run: str | None) -> KeptReplay:
    zh, en = (told[each.value] for each in (Language.ZH, Language.EN))
    return KeptReplay(
        run_id=en["run_id"],
        as_of=date.fromisoformat(en["as_of"]),
        is_of_last_run=en["run_id"] == newest_run,
        begins_on=date.fromisoformat(en["begins_on"]),
        is_published=en["is_published"],
        currency=en["currency"],
        current=_side(zh["current"], en["current"]),
        new=_side(zh["new"], en["new"]),
        **{way: Moved(en[way]["customers"], Decimal(en[way]["net_revenue_12m"])) for way in ("up", "down", "stay")},
    )


def _side(zh: Mapping[str, Any], en: Mapping[str, Any]) -> KeptSide:
    return KeptSide(
        en["policy"],
        en["version"],
        tuple(
            KeptTier(here["tier"], Words(there["name"], here["name"]), here["customers"], Decimal(here["net_revenue_12m"]))
            for there, here in zip(zh["tiers"], en["tiers"], strict=True)
        ),
        tuple(KeptReview(date.fromisoformat(each["as_of"]), each["customers"]) for each in en["reviews"]),
    )
