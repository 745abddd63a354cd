"""Which runs are old, and what goes with them? Never the current one, nor raw rows and tables that a kept run names."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.runs import Run
from fenji.errors import FenjiError, Problem
from fenji.state.store import Store
from fenji.workspace.inventory import Inventory, inventory_of
from fenji.workspace.session import Session


@dataclass(frozen=True)
class Old:
    """Runs that are old, and what they hold."""

    runs: tuple[Run, ...]
    """With all analyses that stand on them, in the order of publication."""
    kept: int
    """Runs that stay, without analyses."""
    files: int
    bytes: int


def standing_on(runs: Mapping[str, Run], chosen: Iterable[str]) -> tuple[str, ...]:
    """Some published runs with all analyses that stand on them, in the order of publication.

    Args:
        runs: every published run by its id, in the order of publication.
        chosen: the ids of those that are looked at.
    """
    found = set(chosen)
    for run_id, run in runs.items():  # nothing is published before what it stands on
        if run.new.base_run_id in found:
            found.add(run_id)
    return tuple(run_id for run_id in runs if run_id in found)


def old_runs(session: Session, *, keep: int, before: datetime | None = None, snapshots: Collection[str] | None = None) -> Old:
    """The runs that may go.

    Args:
        session: an open session.
        keep: how many of the newest runs stay, 1 or more.
        before: only runs that were published before; None: of any age.
        snapshots: names under which runs are kept; None: all names.
    """
    with session.state.reading() as t:
        inventory = inventory_of(t)
    runs = inventory.runs
    collected = [run_id for run_id, run in runs.items() if run.new.base_run_id is None]
    chosen = [
        run_id
        for run_id in collected[:-keep]
        if (before is None or (runs[run_id].ended_at or before) < before) and not _is_kept(runs, run_id, snapshots)
    ]
    gone = standing_on(runs, chosen)
    files, size = _held(session.store, inventory, gone)
    return Old(tuple(runs[run_id] for run_id in gone), len(collected) - len(chosen), files, size)


def _is_kept(runs: Mapping[str, Run], run_id: str, snapshots: Collection[str] | None) -> bool:
    """Whether a run or an analysis on it has a name that is kept."""
    names = {runs[each].name for each in standing_on(runs, [run_id])} - {None}
    return bool(names if snapshots is None else names & set(snapshots))


def _held(store: Store, inventory: Inventory, gone: Collection[str]) -> tuple[int, int]:
    """Files and bytes that are freed."""
    stay = {each.path for each in inventory.raw if not set(each.runs) <= set(gone)}
    stay |= {each.path for run_id, tables in inventory.tables.items() if run_id not in gone for each in tables}
    files = [file for folder in store.folders_of(gone, keep=stay) for file in folder.rglob("*") if file.is_file()]
    return len(files), sum(each.stat().st_size for each in files)


def remove_runs(session: Session, runs: Iterable[Run]) -> None:
    """Takes runs out: nobody sees them from the end of one transaction on, and then their folders go.

    Killed in between, the next command that writes removes the folders.

    Raises:
        Conflict: somebody computes an analysis of one of them now.
    """
    gone = tuple(each.run_id for each in runs)
    if not gone:
        return
    with session.state.transaction(session.principal) as t:
        t.upkeep.remove(gone)
        for run_id in gone:
            t.audit.add(Action.RUN_PRUNED, Subject(SubjectKind.RUN, run_id))
    session.runs.sweep()


def remove_surplus(session: Session) -> tuple[Problem, ...]:
    """Removes what is beyond the setting ``keep_runs``; what stands in the way is told, and the next run does it."""
    settings = session.workspace.settings
    if settings.keep_runs is None:
        return ()
    try:
        with session.runs.working("prune", settings.language, settings.engine):
            remove_runs(session, old_runs(session, keep=settings.keep_runs).runs)
    except FenjiError as error:
        return error.problems
    return ()
