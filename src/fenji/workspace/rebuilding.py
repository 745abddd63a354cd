"""How is a past run computed again? From its own raw rows, settings, sources, metrics and policies, as it knew them, into another folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from fenji.choices import EngineName
from fenji.collect.collecting import collect
from fenji.documents.reader import parse_document
from fenji.documents.sources import sources_in
from fenji.domain.collected import CollectedFile
from fenji.domain.runs import Run, StoredTable
from fenji.domain.sources import DatabaseLocation, Source
from fenji.engines.engine import Engine
from fenji.errors import Damaged, FenjiError, NotFound, Problem
from fenji.language import message as _
from fenji.settings import Settings
from fenji.state.store import Store
from fenji.tables import clean, insight
from fenji.tables.contract import Contract
from fenji.workspace.clean_base import clean_base
from fenji.workspace.folder import SOURCES_FILE, Workspace, sources_of
from fenji.workspace.keeping_out import keep_out_of, rows_taken
from fenji.workspace.loyalty.facts import save_ledger
from fenji.workspace.past_run import PastRun
from fenji.workspace.progress import Progress
from fenji.workspace.running import TOTAL, Before, save_base
from fenji.workspace.session import RunWriter, Session
from fenji.workspace.standing import LEFT_ALONE
from fenji.workspace.tiering import analyze_base, known_reviews, registry_of

COMPARED: tuple[Contract, ...] = (insight.TIER_COUNT, insight.TIER_FLOW, insight.TIER_MOVEMENT, clean.FILE_ACCOUNT)
"""Small tables that hold what a run counted: where they are whole, a rebuilt run must come to the same."""

_KEY = "customer_key"
_WITH_ALL_KEYS = (clean.IDENTITY, clean.CUSTOMER)
"""Tables with a row for every customer."""


def workspace_of(workspace: Workspace, run: Run) -> Workspace:
    """The workspace with the settings that a run followed; where and how it is computed stays as it is today."""
    today: dict[str, Any] = workspace.settings.model_dump()
    then = {name: value for name, value in run.new.settings.items() if name in today and name not in LEFT_ALONE}
    where = {name: value for name, value in today.items() if name in LEFT_ALONE}
    return replace(workspace, settings=Settings.model_validate({**then, **where}))


def engine_of(run: Run) -> EngineName:
    """What computed a run: hashes of raw rows of two engines do not compare."""
    return EngineName(run.new.engine)


def frozen_sources(run: Run) -> tuple[Source, ...]:
    """The sources as the run read them; passwords of databases are not in them.

    Raises:
        NotFound: the run kept none.
    """
    text = run.new.documents.get(SOURCES_FILE)
    if text is None:
        raise NotFound.of(_("run {run_id} kept no copy of {file}."), run_id=run.run_id, file=SOURCES_FILE)
    return sources_in(parse_document(text, SOURCES_FILE))


def read_again(session: Session, run: Run, file: CollectedFile, into: Store) -> None:
    """Reads one file of a run again, exactly as it was read but for who was erased, into the same folders of another store.

    Args:
        session: an open session with the engine of the run.
        run: a run that stands on the file.
        file: what was collected of it.
        into: where it is written.

    Raises:
        Damaged: it cannot be read any more, or it holds something else than then.
    """
    _table, run_folder, *_batch = file.raw_path.split("/")
    try:
        source = _source_of(session.workspace, run, file)
        collected = collect(
            [source],
            root=session.workspace.root,
            known=(),
            reader=session.engine,
            store=into.root,
            is_whole=lambda _path: True,
            run_id=run_folder.removeprefix("run="),
            scratch=session.workspace.settings.scratch_folder(session.workspace.root),
        )
    except FenjiError as error:
        if error.retryable:
            raise
        raise _cannot_be_read(file) from error
    again = next((each for each in collected.files if (each.source, each.file) == (file.source, file.file)), None)
    if again is None:
        raise _cannot_be_read(file)
    # Who was erased before the file came has no rows in it; who was erased later has rows under an id that means nobody.
    if keep_out_of(session, [source], [again], into, moving={again: rows_taken(file, again)}) != (file,):
        raise _cannot_be_read(file)


def _cannot_be_read(file: CollectedFile) -> Damaged:
    text = _("the raw rows of {file} (source '{source}') are damaged, and the file is gone or has changed since.")
    advice = _(
        "Put it back as it was and repair again; or publish a new run without it, and remove the old ones with: fenji prune"
    )
    return Damaged(Problem(text, {"file": file.file, "source": file.source}, advice=advice))


def _source_of(workspace: Workspace, run: Run, file: CollectedFile) -> Source:
    """The source that read a file, limited to it."""
    source = next(each for each in frozen_sources(run) if each.name == file.source)
    if isinstance(source.location, DatabaseLocation):
        # Runs keep no passwords: where the database is today's entry says.
        today = next((each for each in sources_of(workspace) if each.name == file.source), source)
        return (
            source
            if not isinstance(today.location, DatabaseLocation)
            else replace(source, location=replace(source.location, url=today.location.url))
        )
    names = (file.file, file.file.rpartition("#")[0])
    path = next((name for name in names if name and (workspace.root / name).is_file()), file.file)
    return replace(source, location=replace(source.location, paths=(path,)))


@dataclass(frozen=True)
class Rebuilt:
    """A run as it comes out today, in another store under the same paths."""

    run: Run
    store: Store
    tables: tuple[StoredTable, ...]

    def read(self, session: Session, contract: Contract) -> ir.Table:
        """One of its tables."""
        files = [file for each in self.tables if each.table == contract.full_name for file in self.store.files(each.path)]
        return session.engine.read_parquet(files, contract.schema)


@dataclass(frozen=True)
class Candidate:
    """Whose keys a run may have continued."""

    before: Before
    is_exact: bool
    """Whether it is what the run continued, or is proven to have its keys; else they must be found again in a table that is whole."""


def candidates(session: Session, run: Run, into: Path, progress: Progress) -> Iterator[Candidate]:
    """What a run continued, the surest first: the run before it; where that was removed, whoever knows the keys of its customers.

    Those are the run itself and every later one, as customers keep their keys; its list of customers, where each id is one customer;
    and at last all of its orders, events, phones and the like, where they say the key of every customer.
    """
    number = run.published_number or 0
    with session.state.reading() as t:
        earlier, keys_given = t.upkeep.run_before(number), t.upkeep.keys_given_before(number)
        published = t.upkeep.published()
    if earlier is None:
        yield Candidate(Before(None, 0), is_exact=True)
        return
    later = [each.run_id for each in published.values() if each.new.command == "run" and (each.published_number or 0) > number]
    for run_id in [earlier] * (earlier in published) + [run.run_id, *later]:
        with suppress(Damaged):
            yield Candidate(Before(session.read(run_id, clean.IDENTITY), keys_given), is_exact=run_id == earlier)
    with suppress(Damaged):
        known = session.read(run.run_id, clean.CUSTOMER)
        fresh = rebuild(session, run, into / "by-id", progress, Before(None, 0))
        found = _with_keys(
            session,
            fresh,
            _pairs(fresh.read(session, clean.CUSTOMER), known, ("customer_id",)),
            count_rows(session.engine, known),
        )
        if found is not None:
            yield Candidate(Before(found, keys_given), is_exact=False)
    fresh = rebuild(session, run, into / "by-rows", progress, Before(None, 0))
    found = _keys_by_rows(session, run, fresh)
    if found is not None:
        yield Candidate(Before(found, keys_given), is_exact=True)


def _keys_by_rows(session: Session, run: Run, fresh: Rebuilt) -> ir.Table | None:
    """clean.identity with the keys that rows of whole tables say; None where they do not say those of all customers, or contradict one another.

    A row that says of itself which one it is, such as a line of an order, is the same row after a run was computed again: so the
    customer whom it names there is the one whom it named then.

    Args:
        session: an open session.
        run: the run as it was published.
        fresh: the run with other keys.
    """
    told = []
    customers = 0
    for each in session.runs.tables_of(run.run_id):
        if each.table == clean.CUSTOMER.full_name:
            customers = each.rows
        columns = _natural_key(each.table)
        if columns:
            with suppress(Damaged):
                contract = clean.CLEAN[each.table]
                told.append(_pairs(fresh.read(session, contract), session.read(run.run_id, contract), columns))
    return _with_keys(session, fresh, ibis.union(*told, distinct=True) if len(told) > 1 else told[0], customers) if told else None


def _pairs(now: ir.Table, then: ir.Table, columns: Sequence[str]) -> ir.Table:
    """The keys of a customer in two tables, by what only one customer has in each of them: (new_key, old_key)."""

    def sole(table: ir.Table, name: str) -> ir.Table:
        grouped = table.filter(table[_KEY].notnull()).group_by(*columns)
        found = grouped.aggregate(**{name: table[_KEY].max(), "least": table[_KEY].min()})
        return found.filter(found[name] == found["least"]).drop("least")

    return sole(now, "new_key").join(sole(then, "old_key"), list(columns)).select("new_key", "old_key").distinct()


def _with_keys(session: Session, fresh: Rebuilt, pairs: ir.Table, customers: int) -> ir.Table | None:
    """clean.identity of a run with the keys of then; None where they are not told for every customer, one for one.

    Args:
        session: an open session.
        fresh: the run with other keys.
        pairs: from ``_pairs``.
        customers: how many there were then.
    """
    engine = session.engine
    told = engine.stage(pairs)
    new = fresh.read(session, clean.CUSTOMER)
    counted = {count_rows(engine, each) for each in (new, told, told.distinct(on="new_key"), told.distinct(on="old_key"))}
    if counted != {customers}:
        return None
    identity = fresh.read(session, clean.IDENTITY)
    keyed = identity.join(told, identity.customer_key == told.new_key).drop("customer_key", "new_key")
    return engine.stage(keyed.rename(customer_key="old_key").select(*clean.IDENTITY.schema.names))


def _natural_key(table: str) -> tuple[str, ...]:
    """What tells the rows of a clean table apart without the keys of customers; none where nothing does, or they name no customers."""
    if table == clean.CUSTOMER.full_name:
        return ("customer_id",)
    contract = clean.CLEAN.get(table)
    return () if contract is None or _KEY not in contract.schema else tuple(name for name in contract.key if name != _KEY)


def count_rows(engine: Engine, table: ir.Table) -> int:
    """How many rows a table has."""
    return int(engine.fetch(table.aggregate(row_count=table.count()))["row_count"][0].as_py())


def rebuild(session: Session, run: Run, into: Path, progress: Progress, before: Before) -> Rebuilt:
    """Computes a run again.

    Args:
        session: an open session in the workspace of ``workspace_of``, with the engine of the run.
        run: a published run that collected.
        into: a new folder.
        progress: told about each step.
        before: what it continues.

    Raises:
        Damaged: its raw rows are not what they were.
        FenjiError: whatever ends a run.
    """
    past, policy = PastRun(session, run), PastRun(session, run).policy
    day = run.new.as_of
    if day is None:
        message = f"run {run.run_id} has no as-of date"
        raise AssertionError(message)
    writer = RunWriter(session, run, into=Store(into))
    sources, own = frozen_sources(run), past.own_metrics
    tables = save_base(writer, sources, run.inputs, before, as_of=day, progress=progress)
    tables = {**tables, **_ledger_again(writer, tables[clean.IDENTITY.full_name])}
    base = clean_base(session, writer.files_of, lambda contract: tables[contract.full_name])
    analyze_base(
        writer,
        base,
        registry_of(own, policy, base.event_kinds),
        policy,
        as_of=day,
        progress=progress,
        done=TOTAL,
        total=2 * TOTAL,
        earlier=known_reviews(session, base, past.decided)[:-1],
        kept=len(past.reviews),
        own=own,
        known_at=run.ended_at,
    )
    return Rebuilt(run, writer.store, _as_named(session, run, writer))


def _ledger_again(writer: RunWriter, identity: ir.Table) -> Mapping[str, ir.Table]:
    """What the ledger told a run: as it was published, or where that is damaged, as the ledger tells it today."""
    session, run_id = writer.session, writer.run.run_id
    published = {each.table for each in session.runs.tables_of(run_id)} & clean.LEDGER.keys()
    try:
        told = {name: session.read(run_id, clean.LEDGER[name]) for name in sorted(published)}
    except Damaged:
        return save_ledger(writer, identity)
    return {name: writer.save(table, clean.LEDGER[name]) for name, table in told.items()}


def _as_named(session: Session, run: Run, writer: RunWriter) -> tuple[StoredTable, ...]:
    """The tables of a rebuilt run in the folders that the run names, be they those of earlier runs."""
    named = {(each.table, each.as_of): each.path for each in session.runs.tables_of(run.run_id)}
    found = []
    for each in writer.tables:
        path = named.get((each.table, each.as_of), each.path)
        if path != each.path:
            place = writer.store.root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            (writer.store.root / each.path).rename(place)
        found.append(replace(each, path=path))
    return tuple(found)


def difference(
    session: Session, rebuilt: Rebuilt, published: tuple[StoredTable, ...], damaged: frozenset[str], *, is_exact: bool
) -> Problem | None:
    """Why a rebuilt run may not take the place of damaged tables: it is not what was published. None where it may.

    Args:
        session: reads tables.
        rebuilt: what comes out today.
        published: the tables of the run.
        damaged: the folders of those that are damaged.
        is_exact: whether it continued what the run continued; else its keys are looked for in a table that is whole.
    """
    by_path = {each.path: each for each in rebuilt.tables}
    compared = {each.full_name: each for each in COMPARED}
    values: dict[str, object] = {"run_id": rebuilt.run.run_id}
    advice = _("The run stays as it is. Publish a new one with fenji run, and remove this one with: fenji prune")
    for each in published:
        again = by_path.get(each.path)
        values |= {"table": each.table, "then": each.rows, "now": None if again is None else again.rows}
        if again is None:
            text = _("run {run_id} cannot be rebuilt: {table} is not made any more.")
            return Problem(text, values, advice=advice)
        if again.rows != each.rows:
            text = _("run {run_id} cannot be rebuilt: {table} was published with {then} rows, and now comes out with {now}.")
            return Problem(text, values, advice=advice)
        contract = compared.get(each.table)
        is_whole = each.path not in damaged
        if is_whole and contract is not None and not _is_same(session, rebuilt.store, contract, each):
            text = _("run {run_id} cannot be rebuilt: {table}, which is whole, comes out with other figures now.")
            return Problem(text, values, advice=advice)
        if is_whole and _natural_key(each.table) and not _has_same_keys(session, rebuilt.store, each):
            text = _("run {run_id} cannot be rebuilt: the customers of {table}, which is whole, have other keys now.")
            return Problem(text, values, advice=advice)
    full = {each.full_name for each in _WITH_ALL_KEYS}
    if not is_exact and all(each.path in damaged for each in published if each.table in full):
        return Problem(
            _("run {run_id} cannot be rebuilt: no table that is whole says the keys of its customers."), values, advice=advice
        )
    return None


def _has_same_keys(session: Session, store: Store, table: StoredTable) -> bool:
    """Whether nobody has another key than in a table that is whole; both are known to have as many rows."""
    contract, columns = clean.CLEAN[table.table], (*_natural_key(table.table), _KEY)
    then, now = (
        session.engine.read_parquet(place.files(table.path), contract.schema).select(*columns) for place in (session.store, store)
    )
    return count_rows(session.engine, then.filter(then[_KEY].notnull()).anti_join(now, columns)) == 0


def _is_same(session: Session, store: Store, contract: Contract, table: StoredTable) -> bool:
    schema = contract.schema.to_pyarrow()
    then, now = (
        sorted(tuple(map(repr, row.values())) for row in session.stored.rows(place.files(table.path), schema))
        for place in (session.store, store)
    )
    return then == now
