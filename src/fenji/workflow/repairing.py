"""How is a damaged workspace mended? Raw rows are read again, runs are rebuilt and must come out the same, damaged analyses are withdrawn."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fenji.answers.repairing import Mended, RepairResult, Withdrawn
from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.collected import CollectedFile
from fenji.domain.principals import Principal
from fenji.domain.runs import Run
from fenji.errors import FenjiError, Problem
from fenji.language import message as _
from fenji.scratch import own_folder_for_now, remove_dead
from fenji.state.audit import AuditBroken
from fenji.state.parts import Depth, describe
from fenji.state.store import Store
from fenji.workspace.folder import open_workspace
from fenji.workspace.inventory import Damage, Inventory, damages, inventory_of
from fenji.workspace.opening import open_session
from fenji.workspace.progress import Progress, silent
from fenji.workspace.pruning import standing_on
from fenji.workspace.rebuilding import candidates, difference, engine_of, read_again, rebuild, workspace_of
from fenji.workspace.session import Session

STAGING = ".scratch"
"""Inside the store, so that a mended folder is moved into its place and not copied."""


def repair_workspace(root: Path, *, principal: Principal | None = None, progress: Progress = silent) -> RepairResult:
    """Mends whatever is not as it was published, and says what cannot be mended.

    Args:
        root: the workspace.
        principal: who acts; None: the user of the operating system.
        progress: told about each step.

    Raises:
        NotFound: no workspace, or nothing has been run yet.
        Conflict: another process works on the workspace itself.
    """
    began, workspace = time.monotonic(), open_workspace(root)
    with open_session(workspace, principal=principal) as session:
        last = session.latest()
        staging = session.store.root / STAGING
        remove_dead(staging)
        settings = workspace.settings
        with (
            session.runs.working("repair", settings.language, settings.engine),
            own_folder_for_now(staging) as folder,
        ):
            work = _Repair(session, Store(folder), progress)
            work.read_raw_again()
            work.rebuild_runs()
            work.withdraw_analyses()
            work.look_at_audit()
    return RepairResult(
        run_id=last.run_id,
        as_of=last.new.as_of,
        read_again=tuple(work.read),
        rebuilt=tuple(work.rebuilt),
        withdrawn=tuple(work.withdrawn),
        left=tuple(work.left),
        seconds=round(time.monotonic() - began, 3),
    )


@dataclass
class _Repair:
    """One repair under way; ``staging`` is a store of its own from which whole folders are moved into their places."""

    session: Session
    staging: Store
    progress: Progress
    read: list[str] = field(default_factory=list)
    rebuilt: list[Mended] = field(default_factory=list)
    withdrawn: list[Withdrawn] = field(default_factory=list)
    left: list[Problem] = field(default_factory=list)

    def read_raw_again(self) -> None:
        """Every damaged raw folder whose file is as it was."""
        inventory, found = self._look()
        damaged = {each.folder for each in found}
        newest: dict[str, tuple[Run, CollectedFile]] = {}
        for run in inventory.runs.values():
            newest |= {each.raw_path: (run, each) for each in run.inputs if damaged & set(_folders(each))}
        for run, file in newest.values():
            standing = [each.run_id for each in inventory.runs.values() if file.raw_path in {one.raw_path for one in each.inputs}]
            with (
                self._gathered(),
                open_session(self.session.workspace, engine=engine_of(run), principal=self.session.principal) as own,
            ):
                read_again(own, run, file, self.staging)
                self._put(_folders(file), standing)
                self.read.append(file.file)

    def rebuild_runs(self) -> None:
        """Every run that collected and has damaged tables, the earliest first, as later ones continue it."""
        inventory, found = self._look()
        mended: set[str] = set()
        for run in inventory.runs.values():
            damaged = [each for each in found if each.run_id == run.run_id and run.new.base_run_id is None]
            folders = frozenset(each.folder for each in damaged if not each.table.startswith("raw.")) - mended
            if folders and {path for each in run.inputs for path in _folders(each)} & {each.folder for each in found}:
                text = _("run {run_id} cannot be rebuilt as long as its raw rows are damaged.")
                self.left.append(Problem(text, {"run_id": run.run_id}))
            elif folders:
                with self._gathered():
                    mended |= self._rebuild(run, inventory, folders)

    def withdraw_analyses(self) -> None:
        """Every damaged analysis with those that stand on it; the next question computes them again."""
        inventory, found = self._look()
        damaged = [
            run_id
            for run_id in dict.fromkeys(each.run_id for each in found)
            if inventory.runs[run_id].new.base_run_id is not None
        ]
        gone = standing_on(inventory.runs, damaged)
        if not gone:
            return
        with self._gathered(), self.session.state.transaction(self.session.principal) as t:
            t.upkeep.remove(gone)
            for run_id in gone:
                t.audit.add(Action.RUN_WITHDRAWN, Subject(SubjectKind.RUN, run_id))
            self.withdrawn += [Withdrawn(run_id, inventory.runs[run_id].new.command) for run_id in gone]

    def look_at_audit(self) -> None:
        """The audit log is never mended: what it says of its end is told."""
        with self.session.state.reading() as t:
            broken = t.audit.verify().broken
        if broken is not None:
            self.left += AuditBroken.at(broken).problems

    def _look(self) -> tuple[Inventory, list[Damage]]:
        with self.session.state.reading() as t:
            inventory = inventory_of(t)
        return inventory, list(damages(self.session.store, inventory, depth=Depth.ALL, progress=self.progress))

    def _rebuild(self, run: Run, inventory: Inventory, folders: frozenset[str]) -> frozenset[str]:
        """Mends folders that a run names, for every run that names them, and returns those that are mended."""
        published = inventory.tables[run.run_id]
        workspace = workspace_of(self.session.workspace, run)
        with open_session(workspace, engine=engine_of(run), principal=self.session.principal) as own:
            text = _("run {run_id} cannot be rebuilt: what is whole does not say the keys of all its customers.")
            advice = _("Restore the workspace from a backup, or force a new run, in which every customer gets a new key.")
            problem: Problem | None = Problem(text, {"run_id": run.run_id}, advice=advice)
            place = self.staging.root / f"again-{run.run_id}"
            for number, each in enumerate(candidates(own, run, place / "fresh", self.progress)):
                again = rebuild(own, run, place / str(number), self.progress, each.before)
                problem = difference(own, again, published, folders, is_exact=each.is_exact)
                if problem is None:
                    break
        if problem is not None:
            self.left.append(problem)
            return frozenset()
        naming = {
            run_id: [each for each in tables if each.path in folders]
            for run_id, tables in inventory.tables.items()
            if any(each.path in folders for each in tables)
        }
        self._put(sorted(folders), naming, source=again.store)
        self.rebuilt += [Mended(run_id, each.table, each.as_of) for run_id, tables in naming.items() for each in tables]
        return folders

    def _put(self, folders: Sequence[str], run_ids: Iterable[str], *, source: Store | None = None) -> None:
        """Moves folders into their places; a kill in between leaves them damaged, so that the next repair does it again."""
        store, source = self.session.store, source or self.staging
        for number, path in enumerate(folders):
            place = store.root / path
            if place.exists():
                place.rename(self.staging.root / f"old-{len(self.rebuilt)}-{len(self.read)}-{number}")
            place.parent.mkdir(parents=True, exist_ok=True)
            (source.root / path).rename(place)
        store.flush(folders)
        parts = {path: describe(store, path) for path in folders}
        with self.session.state.transaction(self.session.principal) as t:
            for path, described in parts.items():
                t.manifests.replace(path, described)
            for run_id in run_ids:
                t.manifests.raise_edition(run_id)
                t.audit.add(Action.RUN_REPAIRED, Subject(SubjectKind.RUN, run_id), _told(parts))

    @contextmanager
    def _gathered(self) -> Iterator[None]:
        """What goes wrong with one thing is kept, so that the others are mended all the same."""
        try:
            yield
        except FenjiError as error:
            if error.retryable:
                raise
            self.left += error.problems


def _folders(file: CollectedFile) -> list[str]:
    return [path for path in (file.raw_path, file.unreadable_path) if path is not None]


def _told(parts: Mapping[str, object]) -> dict[str, str | int | None]:
    return {"tables": ", ".join(sorted({path.partition("/")[0] for path in parts})), "folders": len(parts)}
