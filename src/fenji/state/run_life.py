"""How does a run live, from its start until it is published or has failed? Each step is a transaction of its own, because a run takes minutes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from datetime import date
from typing import Protocol

from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.collected import CollectedFile
from fenji.domain.principals import Principal
from fenji.domain.runs import NewRun, Part, Run, RunStatus, StoredTable
from fenji.errors import FenjiError
from fenji.language import Language
from fenji.state.heartbeat import beating
from fenji.state.parts import describe
from fenji.state.runs import KILLED
from fenji.state.store import Store
from fenji.state.transaction import Transaction


class Access(Protocol):
    """A way to the state database."""

    def reading(self) -> AbstractContextManager[Transaction]:
        """See Database.reading."""
        ...

    def transaction(self, principal: Principal) -> AbstractContextManager[Transaction]:
        """See Database.transaction."""
        ...


NOT_PUBLISHED = "not_published"
"""The failure of a run that ended without an error and without publishing."""


class Runs:
    """The runs of one workspace, for those who write one or read several: owns the database and opens a transaction per step."""

    def __init__(self, database: Access, store: Store, principal: Principal) -> None:
        """The runs of a state database whose Parquet files stand in ``store``; ``principal`` is who starts runs here."""
        self._database = database
        self._store = store
        self._principal = principal

    @contextmanager
    def running(self, new: NewRun) -> Iterator[Run]:
        """Holds the place of the one writer for the block; a block that ends without ``publish`` has failed and leaves nothing.

        Raises:
            Conflict: another process runs the same command on the same base run.
        """
        run = self.start(new)
        try:
            with beating(lambda: self.beat(run.run_id)):
                yield run
        except BaseException as error:
            with suppress(FenjiError):  # the first error is the one to report; what is left is cleared by the next run
                self.fail(run.run_id, error.code if isinstance(error, FenjiError) else type(error).__name__)
            raise
        self.fail(run.run_id, NOT_PUBLISHED)

    @contextmanager
    def working(self, command: str, language: Language, engine: str) -> Iterator[Run]:
        """Holds the place of the one who works on the workspace itself for the block.

        Raises:
            Conflict: another process does so.
        """
        run = self.start(NewRun(command, engine, language))
        try:
            with beating(lambda: self.beat(run.run_id)):
                yield run
        except BaseException as error:
            with suppress(FenjiError):
                self.fail(run.run_id, error.code if isinstance(error, FenjiError) else type(error).__name__)
            raise
        with self._database.transaction(self._principal) as t:
            t.runs.end(run.run_id, RunStatus.DONE)
            t.audit.add(Action.UPKEEP_DONE, _subject(run.run_id), {"command": command})
        self.sweep()

    def sweep(self) -> None:
        """Removes the folders of runs that nobody reads any more."""
        with self._database.reading() as t:
            gone = t.runs.given_up()
            keep = t.upkeep.raw_folders() if gone else ()
        self._store.remove_runs(gone, keep=keep)

    def start(self, new: NewRun) -> Run:
        """Takes the place of the one writer. Whatever dead and removed runs have left is cleaned up first.

        Raises:
            Conflict: another process runs the same command on the same base run; says where and since when.
        """
        with self._database.transaction(self._principal) as t:
            cleared = t.runs.clear_dead()
            run = t.runs.start(new)
            for run_id in cleared:
                t.audit.add(Action.RUN_CLEARED, _subject(run_id), {"failure": KILLED})
            t.runs.number_start(run.run_id, t.audit.add(Action.RUN_STARTED, _subject(run.run_id), _told(new)))
        self.sweep()
        return run

    def beat(self, run_id: str) -> None:
        """Says that the run's process is alive."""
        with self._database.transaction(self._principal) as t:
            t.runs.beat(run_id)

    def publish(
        self,
        run_id: str,
        tables: Sequence[StoredTable],
        inputs: Sequence[CollectedFile] = (),
        *,
        keys_given: int = 0,
        settings: Mapping[str, object] | None = None,
        documents: Mapping[str, str] | None = None,
    ) -> None:
        """Makes a run and all its tables visible, in one transaction, with what each of their files is to the byte; see RunRepository.publish.

        Raises:
            Conflict: the run was given up meanwhile, because its process had been silent for too long.
        """
        own = f"/run={run_id}/"
        raw = [path for each in inputs for path in (each.raw_path, each.unreadable_path) if path is not None and own in path]
        for path in (*(each.path for each in tables), *raw):
            self._store.make_private(path)
        described = [replace(each, parts=describe(self._store, each.path)) for each in tables]
        read = [part for path in raw for part in describe(self._store, path)]
        with self._database.transaction(self._principal) as t:
            told = {"tables": len(tables), "files": len(inputs), "rows": sum(each.rows for each in tables)}
            number = t.audit.add(Action.RUN_PUBLISHED, _subject(run_id), told)
            t.runs.publish(
                run_id, described, inputs, number=number, keys_given=keys_given, settings=settings, documents=documents
            )
            t.manifests.keep([*(part for each in described for part in each.parts or ()), *read])

    def fail(self, run_id: str, failure: str) -> None:
        """Marks a run that is not published as failed and removes its folders; does nothing to a published one."""
        with self._database.reading() as t:
            if not t.runs.may_fail(run_id):
                return
        # The folders go first: where the disk is full, that makes room for the line in the database.
        self._store.remove_runs([run_id])
        with self._database.transaction(self._principal) as t:
            if t.runs.fail(run_id, failure):
                t.audit.add(Action.RUN_FAILED, _subject(run_id), {"failure": failure})

    def latest_published(self, *, as_of: date | None = None, command: str | None = None, on: str | None = None) -> Run | None:
        """The run that was published last; see RunRepository.latest_published."""
        with self._database.reading() as t:
            return t.runs.latest_published(as_of=as_of, command=command, on=on)

    def latest_of_policy(self, slug: str) -> Run | None:
        """The run that decided by a policy last; see UpkeepRepository.latest_of_policy."""
        with self._database.reading() as t:
            return t.upkeep.latest_of_policy(slug)

    def published(self, run_id: str) -> Run:
        """A published run.

        Raises:
            NotFound: there is none of that id.
        """
        with self._database.reading() as t:
            return t.runs.published(run_id)

    def tables_of(self, run_id: str) -> tuple[StoredTable, ...]:
        """The tables that readers of a run see; see RunRepository.tables_of.

        Raises:
            NotFound: there is no published run of that id.
        """
        with self._database.reading() as t:
            return t.runs.tables_of(run_id)

    def parts_by_folder(self, folders: Sequence[str]) -> dict[str, tuple[Part, ...]]:
        """What was written down of the files of some folders of the store; see ManifestRepository.parts_by_folder."""
        with self._database.reading() as t:
            return t.manifests.parts_by_folder(folders)

    def latest_inputs(self) -> tuple[CollectedFile, ...]:
        """Every file that the last run which collected came from; empty before the first one."""
        with self._database.reading() as t:
            return t.runs.latest_inputs()

    def keys_given(self) -> int:
        """The largest customer_key that any published run has given; see RunRepository.keys_given."""
        with self._database.reading() as t:
            return t.runs.keys_given()

    def list_runs(self, *, limit: int = 50) -> tuple[Run, ...]:
        """The newest runs of any status, newest first; without their inputs."""
        with self._database.reading() as t:
            return t.runs.list_runs(limit=limit)


def _subject(run_id: str) -> Subject:
    return Subject(SubjectKind.RUN, run_id)


def _told(new: NewRun) -> dict[str, str | int | None]:
    return {"command": new.command, "as_of": None if new.as_of is None else new.as_of.isoformat(), "base_run_id": new.base_run_id}
