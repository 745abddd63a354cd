"""What do jobs leave behind, and for how long? Lists and answers in a private folder of the store; a week later they are gone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from fenji.answers.json import to_json
from fenji.answers.views import MASKED
from fenji.domain.jobs import Job
from fenji.errors import NotFound
from fenji.language import Language
from fenji.language import message as _
from fenji.private_files import private_file, private_folder
from fenji.workspace.folder import Workspace

FOLDER = ".jobs"
"""Inside the store; no table of a run stands there."""

KEPT_FOR = timedelta(days=7)
"""Lists hold ids, and names where they were asked for: they must not lie about."""

BACKUP = ".tar"
"""The ending of backups, which stay until another backup replaces them."""


def folder_of(workspace: Workspace) -> Path:
    """The folder for what jobs leave behind, made where it is missing."""
    folder = workspace.store / FOLDER
    private_folder(folder)
    return folder


def result_file(workspace: Workspace, job: Job) -> Path:
    """The file that a job has made.

    Raises:
        NotFound: it made none, or it was removed since.
    """
    name = job.result.file
    if name is None:
        raise NotFound.of(_("job {job_id} has made no file."), job_id=job.job_id)
    file = workspace.store / FOLDER / name
    if not file.is_file():
        text, advice = _("the file of job {job_id} is not kept any more."), _("Ask for it again.")
        raise NotFound.of(text, advice=advice, job_id=job.job_id)
    return file


def write_answer(workspace: Workspace, job: Job, answer: object) -> str:
    """Writes an answer in both languages, as one JSON object with the languages as its keys, personal values masked; gives back the file's name."""
    name = f"{job.job_id}-{job.fence}.json"
    file = folder_of(workspace) / name
    private_file(file)
    told = ",\n".join(f"{json.dumps(each.value)}: {to_json(answer, each, MASKED)}" for each in Language)
    file.write_text(f"{{{told}}}\n", "utf-8")
    return name


def read_answer(workspace: Workspace, job: Job, language: Language) -> Mapping[str, Any]:
    """An answer that a job has written, in one language; exact numbers stay exact.

    Raises:
        NotFound: it made none, or it was removed since.
    """
    told = json.loads(result_file(workspace, job).read_text("utf-8"), parse_float=Decimal)
    found: Mapping[str, Any] = told[language.value]
    return found


def sweep(workspace: Workspace, now: datetime) -> None:
    """Removes files that are older than KEPT_FOR; backups stay."""
    for each in _files(workspace):
        with suppress(OSError):
            if each.suffix != BACKUP and now.timestamp() - each.stat().st_mtime > KEPT_FOR.total_seconds():
                each.unlink()


def remove_all(workspace: Workspace) -> None:
    """Removes every list and answer; backups stay, as all that is outside of fenji's reach."""
    for each in _files(workspace):
        if each.suffix != BACKUP:
            each.unlink(missing_ok=True)


def keep_backups(workspace: Workspace, most: int, *, made: Path) -> None:
    """Removes the oldest backups beyond so many, and never the one that was just made, whatever a clock says."""
    others = [each for each in _files(workspace) if each.suffix == BACKUP and each.name != made.name]
    others.sort(key=lambda each: (each.stat().st_mtime_ns, each.name))
    for each in others[: max(len(others) + 1 - most, 0)]:
        each.unlink(missing_ok=True)


def _files(workspace: Workspace) -> list[Path]:
    folder = workspace.store / FOLDER
    with suppress(OSError):
        return [*folder.iterdir()]
    return []
