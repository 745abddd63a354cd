"""What does a use-case work with? The workspace's engine, store and runs, opened together and closed together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import ibis.expr.types as ir

from fenji.choices import EngineName
from fenji.collect.ports import RecordReader
from fenji.domain.access import RowLimit
from fenji.domain.principals import Principal
from fenji.domain.runs import NewRun, Run, StoredTable
from fenji.domain.steps import Step
from fenji.engines.checks import save_checked
from fenji.engines.engine import Engine
from fenji.engines.stored_rows import StoredRows
from fenji.errors import NotFound, NotStored
from fenji.language import message as _
from fenji.state.run_life import Runs
from fenji.state.store import Store
from fenji.tables.contract import Contract
from fenji.workspace.folder import Workspace
from fenji.workspace.limits import OF_NOBODY, customers_within, forbidden, is_of_customers
from fenji.workspace.memory import SMALL, Memory
from fenji.workspace.state import State
from fenji.workspace.whole import WholeFiles


class Workbench(Engine, RecordReader, Protocol):
    """An engine as use-cases need it: it computes, and it reads what collect gives it."""

    name: str


def not_stored(command: str, day: date | None) -> NotStored:
    """What is raised where a session that only reads would have to compute: names the command that does."""
    return NotStored.of(
        _("this has not been computed yet for {day}."), advice=_("Compute it with: fenji {command}"), command=command, day=day
    )


def _in_order(rows: list[dict[str, Any]], contract: Contract) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: [(row[name] is not None, row[name]) for name in contract.key])


@dataclass(frozen=True)
class Session:
    """An opened workspace: where to compute, where tables stand, which runs there are, and the state behind them."""

    workspace: Workspace
    store: Store
    state: State
    principal: Principal
    """Who starts runs in it."""
    engine_name: EngineName
    """What reads, and answers from what is read."""
    computing_on: EngineName
    """What computes and publishes. Where it is a cluster, stored answers are read without it."""
    may_compute: bool
    """Whether what nobody has computed yet may be computed and published."""
    limits: tuple[RowLimit, ...] = ()
    """Of whose customers rows are read; none: of all."""
    only: ir.Table | None = None
    """Of which customers rows are read, within the limits: one row each with customer_key; None: of all."""
    memory: Memory = field(default_factory=Memory)
    """What has been read of published runs."""

    @cached_property
    def engine(self) -> Workbench:
        """What computes, opened when it is first needed."""
        settings = self.workspace.settings
        # A stored answer needs no engine, and an engine is 0.1 s of imports.
        opening: Any = import_module("fenji.engines.opening")
        bench: Workbench = opening.open_engine(settings, settings.scratch_folder(self.workspace.root), name=self.engine_name)
        return bench

    @cached_property
    def computer(self) -> Session:
        """The session that computes and publishes: this one, unless another engine does that."""
        if self.computing_on is self.engine_name:
            return self
        return replace(self, engine_name=self.computing_on, memory=Memory())

    @cached_property
    def runs(self) -> Runs:
        """The runs of the workspace."""
        return Runs(self.state, self.store, self.principal)

    @cached_property
    def whole(self) -> WholeFiles:
        """The files of the store, as far as they are what was published."""
        return WholeFiles(self.store, self.runs)

    def latest(self) -> Run:
        """The last run that collected and prepared.

        Raises:
            NotFound: nothing has been published yet.
        """
        run = self.runs.latest_published(command="run") if self.state.is_there else None
        if run is None:
            raise NotFound.of(
                _("nothing has been computed in {folder} yet."),
                advice=Step.RUN_FIRST,
                folder=str(self.workspace.root),
            )
        return run

    @contextmanager
    def computing(self, new: NewRun) -> Iterator[RunWriter]:
        """A run that computes what is not stored, in the session of its writer; it is published at the end of the block.

        Raises:
            NotStored: this session only reads.
            Conflict: another process computes the same.
        """
        if not self.may_compute:
            raise not_stored(new.command, new.as_of)
        with self.runs.running(new) as run:
            writer = RunWriter(self.computer, run)
            yield writer
            self.runs.publish(run.run_id, writer.tables)

    def tables_of(self, run_id: str) -> tuple[StoredTable, ...]:
        """The tables that readers of a published run see: its own, and those of the run it stands on."""
        return self.memory.recall(("tables", run_id), lambda: self.runs.tables_of(run_id))

    def read(self, run_id: str, contract: Contract, *, as_of: date | None = None) -> ir.Table:
        """A published table of a run (or of the run it stands on), exactly as its contract says; empty where the run has none.

        Raises:
            Forbidden: the session is limited, and the table does not say whose its rows are.
        """
        key = ("table", run_id, contract.full_name, tuple(contract.schema.items()), as_of)
        if not is_partial(self):
            files = self.files_of(run_id, contract, as_of)
            return self.memory.recall(key, lambda: self.engine.read_parquet(files, contract.schema))
        whole = self._whole_of(contract)
        if contract.full_name in OF_NOBODY:
            return whole.read(run_id, contract, as_of=as_of)
        return self.memory.recall(key, lambda: within_limits(self, run_id, whole.read(run_id, contract, as_of=as_of)))

    def rows(
        self, run_id: str, contract: Contract, *, as_of: date | None = None, where: Mapping[str, object] | None = None
    ) -> list[dict[str, Any]]:
        """Rows of a published table, in the order of its key; read without an engine, and remembered where all of a small table are asked for.

        Args:
            run_id: the run.
            contract: of the table.
            as_of: one of its days; None: all of them.
            where: column: the value that it must have, or a list of values.

        Raises:
            Forbidden: the session is limited, and the table does not say whose its rows are.
        """
        if is_partial(self):
            return self._limited_rows(run_id, contract, as_of, where)
        key = ("rows", run_id, contract.full_name, tuple(contract.schema.items()), as_of)

        def read() -> list[dict[str, Any]]:
            found = self.stored.rows(self.files_of(run_id, contract, as_of), contract.schema.to_pyarrow(), where=where)
            return _in_order(found, contract)

        if where:  # what is asked for may be somebody's phone: it is not remembered
            return read()
        return [dict(row) for row in self.memory.recall(key, read, keep=lambda rows: len(rows) <= SMALL)]

    def _limited_rows(
        self, run_id: str, contract: Contract, as_of: date | None, where: Mapping[str, object] | None
    ) -> list[dict[str, Any]]:
        whole = self._whole_of(contract)
        if contract.full_name in OF_NOBODY:
            return whole.rows(run_id, contract, as_of=as_of, where=where)
        if not where:
            return _in_order(self.engine.fetch(self.read(run_id, contract, as_of=as_of)).to_pylist(), contract)
        # What is asked for may be somebody's phone, which belongs in no expression.
        found = whole.rows(run_id, contract, as_of=as_of, where=where)
        within = keys_within(self, run_id, {row["customer_key"] for row in found} - {None})
        return [row for row in found if row["customer_key"] in within]

    def _whole_of(self, contract: Contract) -> Session:
        """The session that reads all rows of a table, from which those within the limits are taken."""
        if not (is_of_customers(contract) or contract.full_name in OF_NOBODY):
            raise forbidden(self.limits)
        return whole_company(self)

    @cached_property
    def stored(self) -> StoredRows:
        """What reads files of stored tables without an engine."""
        return StoredRows()

    def stored_columns(self, run_id: str, contract: Contract, *, as_of: date | None = None) -> frozenset[str]:
        """The columns that a published table really has, for contracts that grow with the workspace; none where the run has no such table."""
        import pyarrow.parquet as pq  # noqa: PLC0415 - heavy third-party library

        def read() -> frozenset[str]:
            files = whole_company(self).files_of(run_id, contract, as_of)
            return frozenset(pq.read_schema(files[0]).names) if files else frozenset()

        return self.memory.recall(("columns", run_id, contract.full_name, as_of), read)

    def files_of(self, run_id: str, contract: Contract, as_of: date | None = None) -> list[Path]:
        """The Parquet files of a published table.

        Raises:
            Forbidden: the session is limited; files hold the rows of all customers.
        """
        if is_partial(self):
            raise forbidden(self.limits)
        return [
            file
            for each in self.tables_of(run_id)
            if each.table == contract.full_name and (as_of is None or each.as_of == as_of)
            for file in self.whole.files(each)
        ]

    def read_raw(self, paths: Sequence[str], contract: Contract) -> ir.Table:
        """The raw table in folders of the store.

        Raises:
            Damaged: what was published there is not what it was.
            Forbidden: the session is limited; raw rows do not say whose they are.
        """
        if is_partial(self):
            raise forbidden(self.limits)
        return self.engine.read_raw(self.whole.folders(paths, contract.full_name), contract)

    def clear(self) -> bool:
        """Removes what a question has left in the engine; False where the session must be closed instead."""
        is_clear = "engine" not in self.__dict__ or self.engine.clear()
        return is_clear and (self._other is None or self._other.clear())

    def close(self) -> None:
        """Gives back everything; scratch files go."""
        if self._other is not None:
            self._other.close()
        if "engine" in self.__dict__:
            self.engine.close()
        if "stored" in self.__dict__:
            self.stored.close()

    @property
    def _other(self) -> Session | None:
        """The session of another engine that has computed for this one."""
        computer: Session = self.__dict__.get("computer", self)
        return None if computer is self else computer


def is_partial(session: Session) -> bool:
    """Whether it reads the rows of some customers only, so that figures are counted from them."""
    return bool(session.limits) or session.only is not None


def whole_company(session: Session) -> Session:
    """The same session without limits: for what a limited answer must be measured against, and never for what it shows.

    Thresholds of rules, versions of policies and names of tiers are those of the company, whoever asks.
    """
    if not is_partial(session):
        return session
    return session.memory.recall(
        ("whole company",), lambda: _reading(session, replace(session, limits=(), only=None, memory=Memory()))
    )


def narrowed_to(session: Session, customers: ir.Table) -> Session:
    """The same session reading the rows of some customers only; it computes and publishes nothing.

    Args:
        session: of the question; its limits stay.
        customers: one row each, with customer_key.
    """
    memory = Memory()
    memory.recall(("whole company",), lambda: whole_company(session))
    return _reading(session, replace(session, only=customers.select("customer_key"), may_compute=False, memory=memory))


def _reading(session: Session, other: Session) -> Session:
    """Another session that reads with what this one has opened."""
    other.__dict__.update(engine=session.engine, stored=session.stored)
    return other


def within_limits(session: Session, run_id: str, table: ir.Table) -> ir.Table:
    """The rows of customers within the limits of a session, as a run knows them; all rows where there are none.

    Args:
        session: of the question.
        run_id: the run.
        table: with customer_key.
    """
    if session.only is not None:
        table = table.semi_join(session.only, "customer_key")
    if not session.limits:
        return table
    whole = whole_company(session)
    customers = session.memory.recall(
        ("within", run_id), lambda: customers_within(session.limits, lambda contract: whole.read(run_id, contract))
    )
    return table.semi_join(customers, "customer_key")


def keys_within(session: Session, run_id: str, keys: set[int]) -> set[int]:
    """Those of some customers who are within the limits of a session."""
    import pyarrow as pa  # noqa: PLC0415 - heavy third-party library

    asked = session.engine.from_arrow(pa.table({"customer_key": pa.array(sorted(keys), pa.int64())}))
    return set(session.engine.fetch(within_limits(session, run_id, asked))["customer_key"].to_pylist())


@dataclass(frozen=True)
class RunWriter:
    """Writes the tables of one run; nothing of it is visible before ``publish``."""

    session: Session
    run: Run
    tables: list[StoredTable] = field(default_factory=list)
    into: Store | None = None
    """Where the tables are written; None: the store of the session."""

    @property
    def store(self) -> Store:
        """Where the tables are written."""
        return self.into or self.session.store

    def save(
        self, table: ir.Table, contract: Contract, *, as_of: date | None = None, same_customers_as: ir.Table | None = None
    ) -> ir.Table:
        """Computes, checks and stores a table, and returns it as stored."""
        store, engine = self.store, self.session.engine
        folder = store.folder(self.run.run_id, contract.full_name, as_of=as_of)
        rows = save_checked(engine, table, contract, folder, same_customers_as=same_customers_as)
        path = store.relative(folder)
        self.tables.append(StoredTable(contract.full_name, path, rows, as_of))
        return engine.read_parquet(store.files(path), contract.schema)

    def files_of(self, contract: Contract) -> list[Path]:
        """The Parquet files of a table that this run has written so far, all dates together."""
        store = self.store
        return [file for each in self.tables if each.table == contract.full_name for file in store.files(each.path)]

    def read(self, contract: Contract) -> ir.Table:
        """A table that this run has written so far, all dates together."""
        return self.session.engine.read_parquet(self.files_of(contract), contract.schema)

    def rows(self) -> dict[str, int]:
        """How many rows of each table this run has written so far, all dates together."""
        counts: dict[str, int] = {}
        for each in self.tables:
            counts[each.table] = counts.get(each.table, 0) + each.rows
        return counts
