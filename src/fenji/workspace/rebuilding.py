"""How is a past run computed again? From its own raw rows, settings, sources, metrics and policies, as it knew them, into another folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from fenji.choices import EngineName
from fenji.collect.collecting import collect
from fenji.documents.policies import policy_document_from_text
from fenji.documents.reader import parse_document
from fenji.documents.sources import sources_in
from fenji.domain.collected import CollectedFile
from fenji.domain.reviews import ReviewOn
from fenji.domain.runs import Run, StoredTable
from fenji.domain.sources import DatabaseLocation, Source
from fenji.errors import Damaged, FenjiError, NotFound, Problem
from fenji.language import message as _
from fenji.settings import Settings
from fenji.state.store import Store
from fenji.tables import clean, insight
from fenji.tables.contract import Contract
from fenji.workspace.clean_base import clean_base
from fenji.workspace.folder import SOURCES_FILE, Workspace, policies_between, sources_of
from fenji.workspace.past_run import PastRun
from fenji.workspace.progress import Progress
from fenji.workspace.running import TOTAL, Before, save_base
from fenji.workspace.session import RunWriter, Session
from fenji.workspace.standing import LEFT_ALONE
from fenji.workspace.tiering import analyze_base, registry_of

COMPARED: tuple[Contract, ...] = (insight.TIER_COUNT, insight.TIER_FLOW, insight.TIER_MOVEMENT, clean.FILE_ACCOUNT)
"""Small tables that hold what a run counted: where they are whole, a rebuilt run must come to the same."""


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


def rebuild(session: Session, run: Run, into: Path, progress: Progress) -> Rebuilt:
    """Computes a run again.

    Args:
        session: an open session in the workspace of ``workspace_of``, with the engine of the run.
        run: a published run that collected.
        into: a new folder.
        progress: told about each step.

    Raises:
        Damaged: its raw rows, or the customers of the run before it, are not what they were.
        FenjiError: whatever ends a run.
    """
    past, policy = PastRun(session, run), PastRun(session, run).policy
    day = run.new.as_of
    if day is None:
        message = f"run {run.run_id} has no as-of date"
        raise AssertionError(message)
    writer = RunWriter(session, run, into=Store(into))
    sources, own = frozen_sources(run), past.own_metrics
    tables = save_base(writer, sources, run.inputs, _before(session, run), as_of=day, progress=progress)
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
        earlier=_earlier_reviews(past, day),
        own=own,
        known_at=run.ended_at,
    )
    return Rebuilt(run, writer.store, tuple(writer.tables))


def _earlier_reviews(past: PastRun, day: date) -> tuple[ReviewOn, ...]:
    """The reviews before the last one, each with the version that was in force, from the run's own copies."""
    texts = [past.run.new.policy.text if past.run.new.policy else "", *past.frozen_policies]
    documents = tuple(policy_document_from_text(text, "policy") for text in texts)
    before = [each for each in past.reviews if each != day]
    return tuple(ReviewOn(on, each.policy) for on, each in policies_between(documents, past.policy.slug, before).items())


def _before(session: Session, run: Run) -> Before:
    """What the run continued. The customers of a run keep their keys: where the run before it was removed, its own say them."""
    number = run.published_number or 0
    with session.state.reading() as t:
        earlier, keys_given = t.upkeep.run_before(number), t.upkeep.keys_given_before(number)
        published = t.upkeep.published()
    if earlier is None:
        return Before(None, 0)
    source = earlier if earlier in published else run.run_id
    return Before(session.read(source, clean.IDENTITY), keys_given)


def difference(session: Session, rebuilt: Rebuilt, published: tuple[StoredTable, ...], damaged: frozenset[str]) -> Problem | None:
    """Why a rebuilt run may not take the place of damaged tables: it is not what was published. None where it may.

    Args:
        session: reads tables.
        rebuilt: what comes out today.
        published: the tables of the run.
        damaged: the folders of those that are damaged.
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
        if contract is not None and each.path not in damaged and not _is_same(session, rebuilt.store, contract, each):
            text = _("run {run_id} cannot be rebuilt: {table}, which is whole, comes out with other figures now.")
            return Problem(text, values, advice=advice)
    return None


def _is_same(session: Session, store: Store, contract: Contract, table: StoredTable) -> bool:
    schema = contract.schema.to_pyarrow()
    then, now = (
        sorted(tuple(map(repr, row.values())) for row in session.stored.rows(place.files(table.path), schema))
        for place in (session.store, store)
    )
    return then == now
