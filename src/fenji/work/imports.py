"""How far has an import come that workers do step by step? What each step answered last, and what is at work now."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fenji.answers.importing import ImportRow
from fenji.answers.jobs import ToldJob
from fenji.domain.importing import ImportStep
from fenji.domain.jobs import Job, JobKind, JobState
from fenji.domain.principals import Principal
from fenji.errors import NotFound
from fenji.language import Language
from fenji.work.asking import list_jobs, start_job
from fenji.work.telling import told_job
from fenji.workspace.folder import open_workspace
from fenji.workspace.importing import open_import
from fenji.workspace.job_files import read_answer

_LOOKED_AT = 200
"""Jobs of imports among which those of one are looked for, the newest first."""
_PROPOSING = (ImportStep.TABLES, ImportStep.PROPOSE, ImportStep.ANSWER)


@dataclass(frozen=True)
class ImportSoFar:
    """An import, with what was answered about its present edition."""

    import_: ImportRow
    proposal: Mapping[str, Any] | None
    """See ``answers.importing.ImportProposal``, as it is told; None: nobody has looked into these files yet."""
    preview: Mapping[str, Any] | None
    """See ``answers.importing.ImportPreview``, as it is told."""
    at_work: ToldJob | None
    """The step that waits or is at work."""
    failed: ToldJob | None
    """The step that was asked for last, where it failed or was cancelled."""


def import_so_far(root: Path, import_id: str, language: Language) -> ImportSoFar:
    """An import and its steps; reads only.

    Raises:
        NotFound: no workspace, or no such import.
    """
    workspace = open_workspace(root)
    with workspace.state.reading() as t:
        now = ImportRow.of(t.imports.one(import_id))
    jobs = [each for each in list_jobs(root, kind=JobKind.IMPORT, limit=_LOOKED_AT) if each.arguments["import_id"] == import_id]
    at_work = next((each for each in jobs if not each.has_ended), None)
    newest = jobs[0] if jobs else None
    is_failed = newest is not None and newest.state in {JobState.FAILED, JobState.CANCELLED}
    found: dict[bool, Mapping[str, Any]] = {}
    for job in jobs:
        is_proposal = job.arguments["step"] in _PROPOSING
        if job.state is JobState.DONE and is_proposal not in found and job.arguments["step"] != ImportStep.ACCEPT:
            with suppress(NotFound):
                found[is_proposal] = read_answer(workspace, job, language)
    return ImportSoFar(
        now,
        _of_edition(found.get(True), now.edition),
        _of_edition(found.get(False), now.edition),
        None if at_work is None else told_job(root, at_work),
        told_job(root, newest) if newest is not None and is_failed else None,
    )


def ask_import_step(
    root: Path, import_id: str, step: ImportStep, *, edition: int | None = None, principal: Principal, **more: object
) -> Job:
    """Leaves a step of an import to a worker, where the import is as whoever asks has seen it.

    Args:
        root: the workspace.
        import_id: the import.
        step: what shall be done.
        edition: the one that was seen; None: any.
        principal: who asks.
        more: ``answers``, ``fingerprint``, or ``database`` and ``tables``, as the step needs them.

    Raises:
        NotFound: no such import.
        Conflict: it is accepted or dropped, or somebody has changed it since.
        InvalidArgument: arguments that cannot be used.
    """
    open_import(open_workspace(root), import_id, edition=edition)
    told: dict[str, object] = {"import_id": import_id, "step": step.value, **more}
    if step in {ImportStep.ANSWER, ImportStep.ACCEPT}:
        told["edition"] = edition
    return start_job(root, JobKind.IMPORT, told, principal=principal)


def _of_edition(answer: Mapping[str, Any] | None, edition: int) -> Mapping[str, Any] | None:
    return answer if answer is not None and answer["import"]["edition"] == edition else None
