"""How does a command leave its work to a worker? ``--job`` asks for the job and waits for its end, with the same progress bar."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from fenji.answers.jobs import JobAnswer
from fenji.cli.output import Output
from fenji.domain.jobs import JobKind
from fenji.language import message as _

AsJob = Annotated[
    bool, typer.Option("--job", help=_("Let a worker (fenji work) do it and wait for its end; Ctrl-C leaves the job alone."))
]


def done_as_job(workspace: Path, kind: JobKind, arguments: Mapping[str, object], output: Output) -> JobAnswer:
    """Asks for a job and gives it back when it is done.

    Args:
        workspace: the workspace.
        kind: what shall be done.
        arguments: of the command; those that were not given are left out.
        output: where the progress is shown.

    Raises:
        JobFailed: it failed, with its problems.
    """
    # Loaded here: it knows every use-case, and most commands are asked without it.
    asking: Any = import_module("fenji.work.asking")
    waiting: Any = import_module("fenji.work.waiting")
    telling: Any = import_module("fenji.work.telling")
    given = {name: value for name, value in arguments.items() if value is not None}
    job = asking.start_job(workspace, kind, given)
    with output.progress() as progress:
        waiting.wait_for(workspace, job.job_id, progress=progress)
    answer: JobAnswer = telling.show_job(workspace, job.job_id)
    return answer
