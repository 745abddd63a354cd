"""What does a workspace say today? Everything new in its files is taken in, and the tiers of a date are published, all at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from fenji.answers.runs import RunResult
from fenji.choices import EngineName
from fenji.domain.principals import Principal
from fenji.workspace.folder import open_workspace
from fenji.workspace.known_secrets import seen_by_others
from fenji.workspace.progress import Progress, silent
from fenji.workspace.running import publish_run


def run_all(
    root: Path,
    *,
    as_of: date | None = None,
    policy: str | None = None,
    history: int = 1,
    engine: EngineName | None = None,
    force: bool = False,
    principal: Principal | None = None,
    progress: Progress = silent,
) -> RunResult:
    """One run of the whole thread; readers see all of it or nothing.

    Args:
        root: the workspace.
        as_of: the review date; yesterday in the workspace's time zone where None.
        policy: a policy's name; None: the one of the settings, or the only one.
        history: how many of the last reviews are kept to be shown, the one at ``as_of`` included; all are decided from the beginning of
            history on.
        engine: None: the one of the settings.
        force: publish although a source keeps none of its rows.
        principal: who runs it; None: the user of the operating system.
        progress: told about each step.

    Raises:
        InvalidInput: sources, files, metrics or policy that cannot be used, a day before anybody is known, a source that keeps
            none of its rows; all problems at once, nothing published.
        Conflict: another run is writing.
    """
    workspace = open_workspace(root)
    result = publish_run(
        workspace,
        as_of=as_of,
        policy=policy,
        history=history,
        engine=engine,
        force=force,
        principal=principal,
        progress=progress,
    )
    return replace(result, warnings=(*result.warnings, *seen_by_others(workspace)))
