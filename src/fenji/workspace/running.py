"""From sources to published tiers: collect what is new, prepare the clean base, analyze it at a date, publish all of it at once."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date

import ibis.expr.types as ir

from fenji.analyze.metrics.registry import Registry
from fenji.answers.runs import FilesRead, RunResult, StoredRows
from fenji.choices import EngineName
from fenji.collect.collecting import Collected, collect
from fenji.documents.policies import PolicyDocument
from fenji.documents.recording import recorded
from fenji.domain.collected import CollectedFile
from fenji.domain.feeds import Feed
from fenji.domain.metrics import Metric
from fenji.domain.policies import Policy
from fenji.domain.principals import Principal
from fenji.domain.reviews import MOST_REVIEWS, ReviewOn
from fenji.domain.runs import NewRun, Run
from fenji.domain.sources import Source
from fenji.domain.steps import Step
from fenji.errors import Damaged, InvalidArgument, Problem
from fenji.language import message as _
from fenji.tables import clean
from fenji.tables.raw import RAW, UNREADABLE
from fenji.wording.reviews import lost_of
from fenji.workspace.arrival_warnings import absent_columns, arrival_warnings, refuse_empty_sources
from fenji.workspace.arriving import arrival_of
from fenji.workspace.beginning import Beginning, first_beginning, kept_beginning, reviews_since, told_of_history
from fenji.workspace.clean_base import CleanBase, clean_base
from fenji.workspace.dates import stale_warning, yesterday
from fenji.workspace.erasure_key import erased_tokens, erasure_key
from fenji.workspace.folder import (
    SOURCES_FILE,
    Workspace,
    own_metrics_of,
    policies_of,
    policy_in_force,
    sources_of,
)
from fenji.workspace.headlines import asks_for_money
from fenji.workspace.keeping_out import keep_out
from fenji.workspace.loyalty.facts import save_ledger
from fenji.workspace.opening import open_session
from fenji.workspace.past_run import HISTORY_BEGINS_ON, kept_settings
from fenji.workspace.prepared_warnings import (
    conflict_warnings,
    number_conflicts,
    status_warnings,
    unknown_spend,
    unknown_statuses,
    unknown_warnings,
)
from fenji.workspace.preparing import STEPS as PREPARE_STEPS
from fenji.workspace.preparing import PrepareOptions, prepare_base
from fenji.workspace.progress import Progress, silent
from fenji.workspace.pruning import remove_surplus
from fenji.workspace.reviews import lost_rule_of
from fenji.workspace.session import RunWriter, Session
from fenji.workspace.sharing import fingerprint_of, share_equal, shared_base
from fenji.workspace.tiering import STEPS as ANALYZE_STEPS
from fenji.workspace.tiering import (
    analyze_base,
    documents_of,
    frozen_text,
    frozen_versions,
    known_reviews,
    registry_of,
    usable_policy,
)

TOTAL = 1 + len(PREPARE_STEPS) + len(ANALYZE_STEPS)


def publish_run(
    workspace: Workspace,
    *,
    as_of: date | None = None,
    policy: str | None = None,
    history: int = 1,
    engine: EngineName | None = None,
    force: bool = False,
    principal: Principal | None = None,
    progress: Progress = silent,
) -> RunResult:
    """One run of the whole thread; readers see all of it or nothing.

    Args:
        workspace: where.
        as_of: the review date; yesterday in the workspace's time zone where None.
        policy: a policy's name; None: the one of the settings, or the only one.
        history: how many of the last reviews are kept, the one at ``as_of`` included. All are decided from the beginning of history
            on (see ``beginning``), on the calendar ends of the policy's review period, each by the version in force on its day.
        engine: None: the one of the settings.
        force: publish although a source keeps none of its rows, or although nothing says the keys of customers any more.
        principal: who runs it; None: the user of the operating system.
        progress: told about each step.

    Raises:
        InvalidInput: sources, files, metrics or policy that cannot be used, a day before anybody is known, a source that keeps
            none of its rows; all problems at once, nothing published.
        Damaged: the run before does not say the keys of its customers any more.
        Conflict: another run is writing.
    """
    began = time.monotonic()
    plan = _planned(workspace, policy, history, as_of=as_of)
    with (
        open_session(workspace, engine=engine, principal=principal) as session,
        plan.starting(session) as (run, begun),
    ):
        writer = RunWriter(session, run)
        collection = _collected(writer, plan.sources, session.runs.latest_inputs(), progress)
        prepared = _prepared(writer, plan, collection.files, progress, is_forced=force)
        tables = {**prepared.tables, **save_ledger(writer, prepared.tables[clean.IDENTITY.full_name])}
        arrival = arrival_of(session, tables, plan.sources, as_of=plan.as_of)
        if not force:
            refuse_empty_sources(arrival, workspace.root)
        base = clean_base(session, writer.files_of, lambda contract: tables[contract.full_name])
        registry = plan.registry_of(plan.policy, base.event_kinds)
        warnings = usable_policy(plan.chosen, registry)
        beginning = begun or plan.first_beginning(session, base)
        decided = known_reviews(session, base, plan.reviews_since(beginning.on, base.event_kinds))
        panel = analyze_base(
            writer,
            base,
            registry,
            plan.policy,
            as_of=plan.as_of,
            progress=progress,
            done=1 + len(PREPARE_STEPS),
            total=TOTAL + len(decided) - 1,
            earlier=decided[:-1],
            kept=plan.kept,
            own=plan.own_metrics,
        )
        told = _told_of_data(session, tables, panel)
        session.runs.publish(
            run.run_id,
            writer.tables,
            collection.files,
            keys_given=_largest_key(session, tables),
            base_fingerprint=prepared.fingerprint,
            sharing=prepared.shared or share_equal(writer),
            settings={HISTORY_BEGINS_ON: beginning.on.isoformat()},
            documents=frozen_versions(plan.reviews_since(beginning.on)),
        )
        left = remove_surplus(session)
    progress("", TOTAL + len(decided) - 1, TOTAL + len(decided) - 1)
    return RunResult(
        run_id=run.run_id,
        as_of=plan.as_of,
        is_as_of_defaulted=plan.is_as_of_defaulted,
        policy=plan.policy.slug,
        version=plan.policy.version,
        history_begins_on=beginning.on,
        reviews_decided=len(decided),
        reviews=tuple(each.as_of for each in decided[-plan.kept :]),
        lost=lost_of(lost_rule_of(workspace.settings)),
        files=_files_read(collection),
        tables=tuple(StoredRows(name, rows) for name, rows in writer.rows().items()),
        unchanged_since=None if prepared.shared is None else prepared.shared.run_id,
        seconds=round(time.monotonic() - began, 3),
        arrival=arrival,
        warnings=(
            *warnings,
            *told_of_history(beginning, decided, asked=plan.kept),
            *told,
            *absent_columns(collection.absent),
            *arrival_warnings(arrival, needs_money=asks_for_money(plan.policy, registry)),
            *stale_warning(arrival.last_on, as_of=plan.as_of),
            *left,
        ),
    )


@dataclass(frozen=True)
class _Plan:
    """Everything that a run is told before it starts, read and checked."""

    workspace: Workspace
    sources: tuple[Source, ...]
    own_metrics: tuple[Metric, ...]
    policies: tuple[PolicyDocument, ...]
    chosen: PolicyDocument
    as_of: date
    is_as_of_defaulted: bool
    kept: int
    """How many of the last reviews are kept."""

    def first_beginning(self, session: Session, base: CleanBase) -> Beginning:
        """On which day history begins, where no run has fixed it yet."""
        return first_beginning(
            session, base, self.policy_on, lambda each: self.registry_of(each, base.event_kinds), as_of=self.as_of
        )

    @property
    def policy(self) -> Policy:
        """The rules of this run."""
        return self.chosen.policy

    def policy_on(self, day: date) -> Policy:
        """The version in force on a day."""
        return policy_in_force(self.policies, self.policy.slug, as_of=day).policy

    def registry_of(self, policy: Policy, event_kinds: tuple[str, ...] = ()) -> Registry:
        """The metrics that a version may name."""
        return registry_of(self.own_metrics, policy, event_kinds)

    def begun(self, session: Session) -> Beginning | None:
        """The day on which history begins, where the settings or a run before say it; its versions are checked before anything is read.

        Raises:
            InvalidInput: a version that an earlier review follows cannot be used, or there are too many reviews.
        """
        found = kept_beginning(session, self.policy.slug) if session.state.is_there else None
        if found is not None:
            self.reviews_since(found.on)
        return found

    def reviews_since(self, begins_on: date, event_kinds: tuple[str, ...] = ()) -> tuple[ReviewOn, ...]:
        """Every review from a day on, the earliest first.

        Raises:
            InvalidInput: a version that one of them follows cannot be used, or there are too many.
        """
        reviews = reviews_since(begins_on, self.as_of, self.policy_on)
        followed = {each.policy.version for each in reviews} - {self.policy.version}
        for each in self.policies:
            if each.policy.slug == self.policy.slug and each.policy.version in followed:
                usable_policy(each, self.registry_of(each.policy, event_kinds))
        return reviews

    @contextmanager
    def starting(self, session: Session) -> Iterator[tuple[Run, Beginning | None]]:
        """The run, and the beginning of history where it is known already.

        Raises:
            InvalidInput: as ``begun``.
            Conflict: another run is writing.
        """
        begun = self.begun(session)
        with session.runs.running(self.new_run(session)) as run:
            yield run, begun

    def new_run(self, session: Session) -> NewRun:
        """What the state database keeps of it."""
        workspace = self.workspace
        sources = (workspace.root / SOURCES_FILE).read_text(encoding="utf-8-sig")
        return NewRun(
            command="run",
            engine=session.engine.name,
            language=workspace.settings.language,
            as_of=self.as_of,
            settings=kept_settings(workspace.settings),
            policy=frozen_text(self.policy),
            documents={**documents_of(workspace), SOURCES_FILE: recorded(sources)},
        )


def _planned(workspace: Workspace, policy: str | None, history: int, *, as_of: date | None) -> _Plan:
    """Reads every document of the workspace, so that a slip in one of them ends the run before it begins."""
    if not 1 <= history <= MOST_REVIEWS:
        raise InvalidArgument.of(
            _("{count} reviews cannot be kept at once."),
            advice=Step.ASK_FOR_REVIEWS,
            count=history,
            most=MOST_REVIEWS,
        )
    day = as_of or yesterday(workspace.settings.time_zone)
    sources, own, policies = sources_of(workspace), own_metrics_of(workspace), policies_of(workspace)
    chosen = policy_in_force(policies, policy or workspace.settings.policy, as_of=day)
    usable_policy(chosen, registry_of(own, chosen.policy))
    return _Plan(workspace, sources, own, policies, chosen, day, as_of is None, history)


def _collected(writer: RunWriter, sources: Sequence[Source], known: Sequence[CollectedFile], progress: Progress) -> Collected:
    progress(_("collecting"), 0, TOTAL)
    session = writer.session
    collected = collect(
        sources,
        root=session.workspace.root,
        known=known,
        reader=session.engine,
        store=session.store.root,
        is_whole=session.whole.is_whole,
        run_id=writer.run.run_id,
        scratch=session.workspace.settings.scratch_folder(session.workspace.root),
    )
    return keep_out(session, sources, collected, known)


@dataclass(frozen=True)
class _Prepared:
    """The clean base of a run, stored."""

    tables: Mapping[str, ir.Table]
    fingerprint: str | None
    """Of all that it is made of."""
    shared: Run | None
    """The run whose clean tables it shares; None where they were made."""


def _prepared(
    writer: RunWriter, plan: _Plan, files: Sequence[CollectedFile], progress: Progress, *, is_forced: bool
) -> _Prepared:
    """The clean tables of the run before where they are those of this run too, else new ones."""
    fingerprint = fingerprint_of(writer, files, options_of(writer.session, as_of=plan.as_of))
    shared = shared_base(writer, fingerprint)
    if shared is not None:
        return _Prepared(shared.tables, fingerprint, shared.run)
    before = Before.now(writer.session, is_forced=is_forced)
    made = save_base(writer, plan.sources, files, before, as_of=plan.as_of, progress=progress)
    return _Prepared(made, fingerprint, None)


def options_of(session: Session, *, as_of: date, keys_given: int = 0) -> PrepareOptions:
    """What settings and erasures say about preparation."""
    workspace = session.workspace
    return replace(
        PrepareOptions.of(workspace.settings, keys_given=keys_given, as_of=as_of),
        key=erasure_key(workspace),
        erased=erased_tokens(workspace),
    )


def _files_read(collection: Collected) -> FilesRead:
    groups = (collection.new, collection.changed, collection.unchanged, collection.gone)
    return FilesRead(*(tuple(each.file for each in files) for files in groups))


@dataclass(frozen=True)
class Before:
    """What a run continues: who was who in the run before it, and which keys had been given by then."""

    identity: ir.Table | None
    """clean.identity of the run before; None for the first one."""
    keys_given: int

    @classmethod
    def now(cls, session: Session, *, is_forced: bool = False) -> Before:
        """What a run that works now continues.

        Args:
            session: an open session.
            is_forced: whether every customer gets a new key where the run before does not say the keys any more.

        Raises:
            Damaged: it does not.
        """
        previous = session.runs.latest_published(command="run")
        try:
            identity = None if previous is None else session.read(previous.run_id, clean.IDENTITY)
        except Damaged:
            if not is_forced:
                raise
            identity = None
        return cls(identity, session.runs.keys_given())


def save_base(
    writer: RunWriter,
    sources: Sequence[Source],
    files: Sequence[CollectedFile],
    before: Before,
    *,
    as_of: date,
    progress: Progress,
) -> Mapping[str, ir.Table]:
    """The clean base of a run, saved; what the steps of analyze read is what stands on disk.

    Args:
        writer: where the tables go.
        sources: the entries of sources.yaml.
        files: what was collected.
        before: what the run continues.
        as_of: the day of the run.
        progress: told about each step.

    Raises:
        Damaged: raw rows are not what was collected.
    """
    session = writer.session
    raw = {feed: session.read_raw([each.raw_path for each in files if each.feed is feed], RAW[feed]) for feed in Feed}
    unreadable = session.read_raw([each.unreadable_path for each in files if each.unreadable_path], UNREADABLE)
    options = options_of(session, keys_given=before.keys_given, as_of=as_of)
    tables = prepare_base(
        session.engine,
        raw,
        unreadable,
        sources,
        options,
        previous_identity=before.identity,
        on_step=lambda step, done: progress(step, 1 + done, TOTAL),
    )
    return {name: writer.save(table, clean.CLEAN[name]) for name, table in tables.items()}


def _told_of_data(session: Session, tables: Mapping[str, ir.Table], panel: ir.Table) -> tuple[Problem, ...]:
    """What was taken apart, which statuses nothing explains, and how many customers stand low because nobody knows what they spent."""
    engine = session.engine
    has_totals = engine.fetch(tables[clean.BALANCE.full_name].limit(1)).num_rows
    unknown = unknown_spend(engine, panel) if has_totals else 0
    return (
        *conflict_warnings(number_conflicts(engine, tables)),
        *status_warnings(unknown_statuses(engine, tables), session.workspace.settings.currency),
        *unknown_warnings(unknown),
    )


def _largest_key(session: Session, tables: Mapping[str, ir.Table]) -> int:
    customer = tables[clean.CUSTOMER.full_name]
    return session.engine.fetch(customer.aggregate(largest=customer.customer_key.max()))["largest"][0].as_py() or 0
