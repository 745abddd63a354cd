"""How is a past run computed again? From its own raw rows, settings, sources, metrics and policies, as it knew them, into another folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

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
from fenji.workspace.past_run import PastRun
from fenji.workspace.progress import Progress
from fenji.workspace.running import TOTAL, Before, save_base
from fenji.workspace.session import RunWriter, Session
from fenji.workspace.standing import LEFT_ALONE
from fenji.workspace.tiering import analyze_base, known_reviews, registry_of

COMPARED: tuple[Contract, ...] = (insight.TIER_COUNT, insight.TIER_FLOW, insight.TIER_MOVEMENT, clean.FILE_ACCOUNT)
"""Small tables that hold what a run counted: where they are whole, a rebuilt run must come to the same."""


KEYED: Mapping[str, tuple[Contract, tuple[str, ...]]] = {
    clean.IDENTITY.full_name: (clean.IDENTITY, ("source", "source_customer_id", "customer_key")),
    clean.CUSTOMER.full_name: (clean.CUSTOMER, ("customer_id", "customer_key")),
}
"""Tables that say which key a customer has, and the columns that say it."""


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
    """Reads one file of a run again, exactly as it was read, into the same folders of another store.

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
    if file not in collected.files:
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


@dataclass(frozen=True)
class Candidate:
    """Whose keys a run may have continued."""

    before: Before
    is_exact: bool
    """Whether it is what the run continued; else its keys must be found again in a table that is whole."""


def candidates(session: Session, run: Run, into: Path, progress: Progress) -> Iterator[Candidate]:
    """What a run continued, the surest first: the run before it; where that was removed, whoever knows the keys of its customers.

    Those are the run itself and every later one, as customers keep their keys, and at last its list of customers, where each id is
    one customer.
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
        found = _keys_by_id(session, rebuild(session, run, into, progress, Before(None, 0)), known)
        if found is not None:
            yield Candidate(Before(found, keys_given), is_exact=False)


def _keys_by_id(session: Session, fresh: Rebuilt, known: ir.Table) -> ir.Table | None:
    """clean.identity with the keys that a list of customers says; None where an id is that of several customers, or of none.

    Args:
        session: an open session.
        fresh: the run with other keys.
        known: clean.customer as it was published.
    """
    engine = session.engine

    def read(contract: Contract) -> ir.Table:
        files = [file for each in fresh.tables if each.table == contract.full_name for file in fresh.store.files(each.path)]
        return engine.read_parquet(files, contract.schema)

    new = read(clean.CUSTOMER).select(new_key="customer_key", new_id="customer_id")
    old = known.select(old_key="customer_key", old_id="customer_id")
    pairs = engine.stage(new.join(old, new.new_id == old.old_id).select("new_key", "old_key"))
    counted = {count_rows(engine, each) for each in (new, old, pairs, pairs.distinct(on="new_key"), pairs.distinct(on="old_key"))}
    if len(counted) > 1:
        return None
    identity = read(clean.IDENTITY)
    keyed = identity.join(pairs, identity.customer_key == pairs.new_key).drop("customer_key", "new_key")
    return engine.stage(keyed.rename(customer_key="old_key").select(*clean.IDENTITY.schema.names))


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
    return Rebuilt(run, writer.store, tuple(writer.tables))


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
        if is_whole and each.table in KEYED and not _has_same_keys(session, rebuilt.store, each):
            text = _("run {run_id} cannot be rebuilt: the customers of {table}, which is whole, have other keys now.")
            return Problem(text, values, advice=advice)
    if not is_exact and all(each.path in damaged for each in published if each.table in KEYED):
        return Problem(
            _("run {run_id} cannot be rebuilt: no table that is whole says the keys of its customers."), values, advice=advice
        )
    return None


def _has_same_keys(session: Session, store: Store, table: StoredTable) -> bool:
    """Whether nobody has another key than in a table that is whole; both are known to have as many rows."""
    contract, columns = KEYED[table.table]
    then, now = (
        session.engine.read_parquet(place.files(table.path), contract.schema).select(*columns) for place in (session.store, store)
    )
    return count_rows(session.engine, then.anti_join(now, columns)) == 0


def _is_same(session: Session, store: Store, contract: Contract, table: StoredTable) -> bool:
    schema = contract.schema.to_pyarrow()
    then, now = (
        sorted(tuple(map(repr, row.values())) for row in session.stored.rows(place.files(table.path), schema))
        for place in (session.store, store)
    )
    return then == now
