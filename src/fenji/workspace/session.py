"""What does a use-case work with? The workspace's engine, store and runs, opened together and closed together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol

import ibis.expr.types as ir

from fenji.collect.ports import RecordReader
from fenji.domain.principals import Principal
from fenji.domain.runs import Run, StoredTable
from fenji.engines.checks import save_checked
from fenji.engines.engine import Engine
from fenji.engines.opening import open_engine
from fenji.errors import NotFound
from fenji.language import message as _
from fenji.settings import EngineName
from fenji.state.database import Database, open_database
from fenji.state.run_life import Runs
from fenji.state.store import Store
from fenji.tables.contract import Contract
from fenji.workspace.acting import acting_person
from fenji.workspace.folder import Workspace


class Workbench(Engine, RecordReader, Protocol):
    """An engine as use-cases need it: it computes, and it reads what collect gives it."""

    name: str


@dataclass(frozen=True)
class Session:
    """An opened workspace: where to compute, where tables stand, which runs there are, and the state behind them."""

    workspace: Workspace
    engine: Workbench
    store: Store
    runs: Runs
    state: Database

    def latest(self) -> Run:
        """The last run that collected and prepared.

        Raises:
            NotFound: nothing has been published yet.
        """
        run = self.runs.latest_published(command="run")
        if run is None:
            raise NotFound.of(
                _("nothing has been computed in {folder} yet."),
                advice=_("Run it with: fenji run --workspace {folder}"),
                folder=str(self.workspace.root),
            )
        return run

    def read(self, run_id: str, contract: Contract, *, as_of: date | None = None) -> ir.Table:
        """A published table of a run (or of the run it stands on), exactly as its contract says; empty where the run has none."""
        return self.engine.read_parquet(self._files(run_id, contract, as_of), contract.schema)

    def stored_columns(self, run_id: str, contract: Contract, *, as_of: date | None = None) -> frozenset[str]:
        """The columns that a published table really has, for contracts that grow with the workspace; none where the run has no such table."""
        import pyarrow.parquet as pq  # noqa: PLC0415 - heavy third-party library

        files = self._files(run_id, contract, as_of)
        return frozenset(pq.read_schema(files[0]).names) if files else frozenset()

    def _files(self, run_id: str, contract: Contract, as_of: date | None) -> list[Path]:
        paths = [
            each.path
            for each in self.runs.tables_of(run_id)
            if each.table == contract.full_name and (as_of is None or each.as_of == as_of)
        ]
        return [file for path in paths for file in self.store.files(path)]

    def read_raw(self, paths: Sequence[str], contract: Contract) -> ir.Table:
        """The raw table in folders of the store."""
        return self.engine.read_raw([self.store.root / path for path in paths], contract)


@dataclass(frozen=True)
class RunWriter:
    """Writes the tables of one run; nothing of it is visible before ``publish``."""

    session: Session
    run: Run
    tables: list[StoredTable] = field(default_factory=list)

    def save(
        self, table: ir.Table, contract: Contract, *, as_of: date | None = None, same_customers_as: ir.Table | None = None
    ) -> ir.Table:
        """Computes, checks and stores a table, and returns it as stored."""
        store, engine = self.session.store, self.session.engine
        folder = store.folder(self.run.run_id, contract.full_name, as_of=as_of)
        rows = save_checked(engine, table, contract, folder, same_customers_as=same_customers_as)
        path = store.relative(folder)
        self.tables.append(StoredTable(contract.full_name, path, rows, as_of))
        return engine.read_parquet(store.files(path), contract.schema)

    def rows(self) -> dict[str, int]:
        """How many rows of each table this run has written so far, all dates together."""
        counts: dict[str, int] = {}
        for each in self.tables:
            counts[each.table] = counts.get(each.table, 0) + each.rows
        return counts


@contextmanager
def open_session(
    workspace: Workspace, *, engine: EngineName | None = None, principal: Principal | None = None
) -> Iterator[Session]:
    """A session for one use-case; scratch files go when it ends.

    Args:
        workspace: where to work.
        engine: another engine than the settings name.
        principal: who starts runs in it; None: the user of the operating system.
    """
    settings = workspace.settings
    database = open_database(settings.database_in(workspace.root))
    try:
        store = Store(workspace.store)
        store.root.mkdir(parents=True, exist_ok=True)
        opened = open_engine(settings, settings.scratch_folder(workspace.root), name=engine)
        try:
            yield Session(workspace, opened, store, Runs(database, store, principal or acting_person()), database)
        finally:
            opened.close()
    finally:
        database.close()
