"""Is everything in a workspace as it was published?"""

from __future__ import annotations

from pathlib import Path

from fenji.answers.checking import CheckResult
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import open_question
from fenji.workspace.progress import Progress, silent
from fenji.workspace.verifying import verify


def check_workspace(root: Path, *, is_deep: bool = False, progress: Progress = silent) -> CheckResult:
    """Checks a workspace; changes nothing.

    Args:
        root: the workspace.
        is_deep: False: files are there, as large and as old as they were published; True: every byte, the contracts of all
            tables, the laws of tiers, and the whole audit log.
        progress: told about each step.

    Raises:
        NotFound: no workspace, or nothing has been run yet.
        Conflict: the state was written by a newer version.
    """
    with open_question(open_workspace(root)) as session:
        return verify(session, is_deep=is_deep, progress=progress)
