"""How does a run live, from its start until it is published or has failed? Each step is a transaction of its own, because a run takes minutes."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from datetime import date, datetime
from typing import Protocol, TypeVar

from fenji.domain.audit import Action, Subject, SubjectKind
from fenji.domain.collected import CollectedFile
from fenji.domain.events import EventKind
from fenji.domain.principals import Principal
from fenji.domain.runs import NewRun, Part, Run, RunStatus, StoredTable
from fenji.errors import Conflict, FenjiError, NotFound
from fenji.language import Language
from fenji.language import message as _
from fenji.state.heartbeat import WATCHED_SECONDS, beating
from fenji.state.parts import describe
from fenji.state.runs import KILLED, silent_runs
from fenji.state.store import Store
from fenji.state.transaction import Transaction

Value = TypeVar("Value")


class Access(Protocol):
    """A way to the state database."""

    def recall(self, name: Hashable, ask: Callable[[Transaction], Value]) -> Value:
        """What is read under a name, asked again where anything may have been written since."""
        ...

    def reading(self) -> AbstractContextManager[Transaction]:
        """See Database.reading."""
        ...

    def transaction(self, principal: Principal) -> AbstractContextManager[Transaction]:
        """See Database.transaction."""
        ...


_LOOK_SECONDS = 1.0
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
            keep = t.upkeep.raw_folders() | t.upkeep.shared_folders() if gone else ()
        self._store.remove_runs(gone, keep=keep)

    def start(self, new: NewRun) -> Run:
        """Takes the place of the one writer. Whatever dead and removed runs have left is cleaned up first.

        Raises:
            Conflict: another process runs the same command on the same base run; says where and since when.
        """
        watched = self._watched()
        with self._database.transaction(self._principal) as t:
            cleared = t.runs.clear_dead(watched)
            t.work.claims.confirm()
            run = t.runs.start(new)
            for run_id in cleared:
                t.sending.outbox.add_run(run_id, EventKind.RUN_FAILED, {"failure": KILLED})
                t.audit.add(Action.RUN_CLEARED, _subject(run_id), {"failure": KILLED})
            t.runs.number_start(run.run_id, t.audit.add(Action.RUN_STARTED, _subject(run.run_id), _told(new)))
        self.sweep()
        return run

    def _watched(self) -> Mapping[str, datetime]:
        """Silent runs that do not beat while we look: their clock may be another one than ours, and a beat tells that they live."""
        silent, until = self._silent(), time.monotonic() + WATCHED_SECONDS
        while silent and time.monotonic() < until:
            time.sleep(_LOOK_SECONDS)
            now = self._silent()
            silent = {run_id: beat for run_id, beat in silent.items() if now.get(run_id) == beat}
        return silent

    def _silent(self) -> Mapping[str, datetime]:
        with suppress(NotFound), self._database.reading() as t:
            return silent_runs(t.session, t.clock)
        return {}

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
        base_fingerprint: str | None = None,
        sharing: Run | None = None,
        settings: Mapping[str, object] | None = None,
        documents: Mapping[str, str] | None = None,
    ) -> None:
        """Makes a run and all its tables visible, in one transaction, with what each of their files is to the byte.

        The files are on the disk, and not only on their way to it, before anything in the state names them.

        Args:
            run_id: the run that this process started.
            tables: everything it wrote, and with their parts the tables that it shares.
            inputs: every file that its data came from.
            keys_given: the largest customer_key in its tables.
            base_fingerprint: of all that its clean tables were made of.
            sharing: the run whose tables it shares, as it was when they were compared.
            settings: what it followed and did not know when it started, beside the settings of its start.
            documents: such texts.

        Raises:
            Conflict: the run was given up meanwhile, because its process had been silent for too long; or the run whose tables it
                shares has been changed or removed.
            WorkStopped: it is the work of a job that another worker has by now, or that was cancelled.
        """
        raw = [path for path in _raw_rows(inputs) if f"/run={run_id}/" in path]
        written = [each for each in tables if each.parts is None or each.written_by == run_id]
        for path in (*(each.path for each in written), *raw):
            self._store.make_private(path)
        self._store.flush((*(each.path for each in written), *raw))
        described = {each.path: each if each.parts else replace(each, parts=describe(self._store, each.path)) for each in written}
        read = [part for path in raw for part in describe(self._store, path)] + self._first_described(inputs, raw)
        with self._database.transaction(self._principal) as t:
            if sharing is not None:
                _refuse_changed(t, sharing)
            told = {"tables": len(tables), "files": len(inputs), "rows": sum(each.rows for each in tables)}
            if len(written) < len(tables):
                told["shared_tables"] = len(tables) - len(written)
            number = t.audit.add(Action.RUN_PUBLISHED, _subject(run_id), told)
            t.work.claims.confirm(published=run_id)
            named = [described.get(each.path, each) for each in tables]
            t.runs.publish(
                run_id,
                named,
                inputs,
                number=number,
                keys_given=keys_given,
                base_fingerprint=base_fingerprint,
                settings=settings,
                documents=documents,
            )
            t.sending.outbox.add_run(run_id, EventKind.RUN_PUBLISHED, _published_event(t.runs.published(run_id)))
            t.manifests.keep([*(part for each in described.values() for part in each.parts or ()), *read])

    def _first_described(self, inputs: Sequence[CollectedFile], written: Collection[str]) -> list[Part]:
        """What the raw rows of runs of before manifests are, now that a run has read them, where they are as many as then."""
        rows = _raw_rows(inputs)
        unknown = [path for path, parts in self.parts_by_folder([*rows]).items() if not parts and path not in written]
        found = {path: describe(self._store, path) for path in unknown}
        return [part for path, parts in found.items() if sum(each.rows for each in parts) == rows[path] for part in parts]

    def fail(self, run_id: str, failure: str) -> None:
        """Marks a run that is not published as failed and removes its folders; does nothing to a published one."""
        with self._database.reading() as t:
            if not t.runs.may_fail(run_id):
                return
        # The folders go first: where the disk is full, that makes room for the line in the database.
        self._store.remove_runs([run_id])
        with self._database.transaction(self._principal) as t:
            if t.runs.fail(run_id, failure):
                t.sending.outbox.add_run(run_id, EventKind.RUN_FAILED, {"failure": failure[:80]})
                t.audit.add(Action.RUN_FAILED, _subject(run_id), {"failure": failure})

    def latest_published(
        self, *, as_of: date | None = None, command: str | None = None, on: str | None = None, days_of: str | None = None
    ) -> Run | None:
        """The run that was published last; see RunRepository.latest_published."""
        name = ("latest run", as_of, command, on, days_of)
        return self._database.recall(
            name, lambda t: t.runs.latest_published(as_of=as_of, command=command, on=on, days_of=days_of)
        )

    def latest_of_policy(self, slug: str) -> Run | None:
        """The run that decided by a policy last; see UpkeepRepository.latest_of_policy."""
        with self._database.reading() as t:
            return t.upkeep.latest_of_policy(slug)

    def published(self, run_id: str) -> Run:
        """A published run.

        Raises:
            NotFound: there is none of that id.
        """
        return self._database.recall(("run", run_id), lambda t: t.runs.published(run_id))

    def tables_of(self, run_id: str) -> tuple[StoredTable, ...]:
        """The tables that readers of a run see; see RunRepository.tables_of.

        Raises:
            NotFound: there is no published run of that id.
        """
        return self._database.recall(("tables", run_id), lambda t: t.runs.tables_of(run_id))

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
        return self._database.recall(("runs", limit), lambda t: t.runs.list_runs(limit=limit))


def _raw_rows(inputs: Sequence[CollectedFile]) -> dict[str, int]:
    """The folders of raw rows behind a run, with how many rows each has."""
    rows = {each.raw_path: each.records for each in inputs}
    return rows | {each.unreadable_path: each.unreadable for each in inputs if each.unreadable_path is not None}


def _refuse_changed(t: Transaction, sharing: Run) -> None:
    with suppress(NotFound):
        if t.runs.published(sharing.run_id).edition == sharing.edition:
            return
    raise Conflict.of(
        _("run {run_id}, whose tables this run shares, has been changed or removed meanwhile."),
        advice=_("Run again; the last published result is unchanged."),
        run_id=sharing.run_id,
    )


def _published_event(run: Run) -> dict[str, object]:
    policy = run.new.policy
    return {
        "command": run.new.command,
        "as_of": None if run.new.as_of is None else run.new.as_of.isoformat(),
        "base_run_id": run.new.base_run_id,
        "policy": None if policy is None else policy.slug,
        "policy_version": None if policy is None else policy.version,
        "version": run.published_number,
    }


def _subject(run_id: str) -> Subject:
    return Subject(SubjectKind.RUN, run_id)


def _told(new: NewRun) -> dict[str, str | int | None]:
    return {"command": new.command, "as_of": None if new.as_of is None else new.as_of.isoformat(), "base_run_id": new.base_run_id}
