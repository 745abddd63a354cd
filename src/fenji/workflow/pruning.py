"""Which old runs are removed, and under which names are some kept?"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fenji.answers.pruning import KeptRun, PrunedRun, PruneResult
from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.principals import Principal
from fenji.domain.runs import Run
from fenji.errors import InvalidArgument
from fenji.language import message as _
from fenji.workspace.folder import open_workspace
from fenji.workspace.opening import open_session
from fenji.workspace.pruning import old_runs, remove_runs
from fenji.workspace.session import Session
from fenji.workspace.uploads import remove_old_imports


def prune_workspace(
    root: Path,
    *,
    keep: int | None = None,
    older_than: int | None = None,
    snapshots: Collection[str] | None = None,
    is_rehearsal: bool = False,
    principal: Principal | None = None,
) -> PruneResult:
    """Removes old runs with all analyses that stand on them; the current one stays, and all raw rows that a kept run needs. Old imports go too.

    Args:
        root: the workspace.
        keep: how many of the newest runs stay; None: the setting ``keep_runs``.
        older_than: only runs that were published more than so many days ago; None: of any age.
        snapshots: names under which runs are kept; None: all names.
        is_rehearsal: whether nothing is removed.
        principal: who acts; None: the user of the operating system.

    Raises:
        NotFound: no workspace, or nothing has been run yet.
        InvalidArgument: nobody says how many are kept, or fewer than one.
        Conflict: another process works on the workspace itself, or computes an analysis of an old run.
    """
    workspace = open_workspace(root)
    number = workspace.settings.keep_runs if keep is None else keep
    if number is None or number < 1 or (older_than or 0) < 0:
        text = _("say how many of the newest runs are kept: 1 or more.")
        raise InvalidArgument.of(text, advice=_("Or write `keep_runs` in fenji.toml; then each run removes older ones."))
    before = None if older_than is None else datetime.now(UTC) - timedelta(days=older_than)
    settings = workspace.settings
    with open_session(workspace, principal=principal) as session:
        if not is_rehearsal:
            remove_old_imports(workspace, session.principal)
        last = session.latest()
        if is_rehearsal:
            old = old_runs(session, keep=number, before=before, snapshots=snapshots)
        else:
            with session.runs.working("prune", settings.language, settings.engine):
                old = old_runs(session, keep=number, before=before, snapshots=snapshots)
                remove_runs(session, old.runs)
        return PruneResult(
            run_id=last.run_id,
            as_of=last.new.as_of,
            is_rehearsal=is_rehearsal,
            removed=tuple(map(_told, old.runs)),
            kept=old.kept,
            named=_named(session),
            files=old.files,
            bytes=old.bytes,
        )


def name_run(root: Path, run_id: str, name: str | None, *, principal: Principal | None = None) -> PruneResult:
    """Gives a published run a name under which it is kept; None takes its name away.

    Raises:
        NotFound: no workspace, or no published run of that id.
        Conflict: another run has the name.
    """
    workspace = open_workspace(root)
    with open_session(workspace, principal=principal) as session:
        last = session.latest()
        with session.state.transaction(session.principal) as t:
            t.upkeep.name(run_id, name)
            t.audit.add(Action.RUN_NAMED, Subject(SubjectKind.RUN, run_id), {"name": name})
            kept = sum(each.new.base_run_id is None for each in t.upkeep.published().values())
        return PruneResult(
            last.run_id, last.new.as_of, is_rehearsal=False, removed=(), kept=kept, named=_named(session), files=0, bytes=0
        )


def _told(run: Run) -> PrunedRun:
    return PrunedRun(run.run_id, run.new.command, run.new.as_of, run.ended_at)


def _named(session: Session) -> tuple[KeptRun, ...]:
    with session.state.reading() as t:
        runs = t.upkeep.published().values()
    return tuple(KeptRun(each.run_id, each.name, each.new.as_of) for each in runs if each.name is not None)
