"""What is served here, and how new is it? For whoever has just come in."""

from __future__ import annotations

from pathlib import Path

from fenji import __version__
from fenji.answers.serving import WorkspaceResult
from fenji.errors import Conflict, InvalidDocument, NotFound
from fenji.tables import insight
from fenji.workspace.folder import Workspace, open_workspace, policies_of
from fenji.workspace.opening import open_question
from fenji.workspace.past_run import PastRun


def workspace_now(root: Path, run_id: str | None = None) -> WorkspaceResult:
    """The workspace and its newest run, or a past one.

    Raises:
        NotFound: no workspace, or no such run.
    """
    workspace = open_workspace(root, by_customer=True)
    settings = workspace.settings
    with open_question(workspace) as session:
        newest = session.runs.latest_published(command="run") if session.state.is_there and run_id is None else None
        run = newest if run_id is None else session.runs.published(run_id)
        reviews = () if run is None else tuple(sorted(PastRun(session, run).days_kept(insight.TIER_ASSIGNMENT)))
    policy = None if run is None else run.new.policy
    return WorkspaceResult(
        name=workspace.root.name,
        language=settings.language,
        time_zone=settings.time_zone,
        currency=settings.currency,
        engine=settings.engine,
        package_version=__version__,
        run_id=None if run is None else run.run_id,
        as_of=None if run is None else run.new.as_of,
        policy=None if policy is None else policy.slug,
        version=None if policy is None else policy.version,
        published_at=None if run is None else run.ended_at,
        reviews=reviews,
        policies=_names(workspace),
    )


def _names(workspace: Workspace) -> tuple[str, ...]:
    """Of the policies; none where one of their files cannot be read, which whoever asks for tiers is told of."""
    try:
        return tuple(sorted({each.policy.slug for each in policies_of(workspace)}))
    except (Conflict, InvalidDocument, NotFound):
        return ()
