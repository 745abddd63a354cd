"""From sources to published tiers: collect what is new, prepare the clean base, analyze it at a date, publish all of it at once."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import ibis.expr.types as ir

from fenji.answers.runs import FilesRead, RunResult, StoredRows
from fenji.choices import EngineName
from fenji.collect.collecting import Collected, collect
from fenji.documents.policies import PolicyDocument, render_policy
from fenji.documents.recording import recorded
from fenji.domain.collected import CollectedFile
from fenji.domain.feeds import Feed
from fenji.domain.metrics import Metric
from fenji.domain.policies import Policy
from fenji.domain.principals import Principal
from fenji.domain.reviews import MOST_REVIEWS, ReviewOn, review_dates
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
from fenji.workspace.clean_base import clean_base
from fenji.workspace.dates import stale_warning, yesterday
from fenji.workspace.erasure_key import erased_tokens, erasure_key
from fenji.workspace.folder import (
    SOURCES_FILE,
    Workspace,
    frozen_name,
    own_metrics_of,
    policies_between,
    policies_of,
    policy_in_force,
    sources_of,
)
from fenji.workspace.headlines import asks_for_money
from fenji.workspace.keeping_out import keep_out
from fenji.workspace.opening import open_session
from fenji.workspace.past_run import kept_settings
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
from fenji.workspace.tiering import analyze_base, documents_of, frozen_text, registry_of, usable_policy

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
        history: how many reviews are decided, the one at ``as_of`` included; before it they lie on the calendar ends of the
            policy's review period, and each follows the version that is in force on its day.
        engine: None: the one of the settings.
        force: publish although a source keeps none of its rows, or although nothing says the keys of customers any more.
        principal: who runs it; None: the user of the operating system.
        progress: told about each step.

    Raises:
        InvalidInput: sources, files, metrics or policy that cannot be used, reviews before anybody is known, a source that keeps
            none of its rows; all problems at once, nothing published.
        Damaged: the run before does not say the keys of its customers any more.
        Conflict: another run is writing.
    """
    began = time.monotonic()
    plan = _planned(workspace, policy, history, as_of=as_of)
    total = TOTAL + len(plan.earlier)
    with (
        open_session(workspace, engine=engine, principal=principal) as session,
        session.runs.running(plan.new_run(session)) as run,
    ):
        known = session.runs.latest_inputs()
        writer = RunWriter(session, run)
        collection = _collected(writer, plan.sources, known, lambda step, done, _: progress(step, done, total))
        prepared = _prepared(writer, plan, collection.files, lambda step, done, _: progress(step, done, total), is_forced=force)
        tables = prepared.tables
        arrival = arrival_of(session, tables, plan.sources, as_of=plan.as_of)
        if not force:
            refuse_empty_sources(arrival, workspace.root)
        base = clean_base(session, writer.files_of, lambda contract: tables[contract.full_name])
        registry = registry_of(plan.own_metrics, plan.policy, base.event_kinds)
        for each in plan.versions:
            usable_policy(each, registry_of(plan.own_metrics, each.policy, base.event_kinds))
        warnings = usable_policy(plan.chosen, registry)
        panel = analyze_base(
            writer,
            base,
            registry,
            plan.policy,
            as_of=plan.as_of,
            progress=progress,
            done=1 + len(PREPARE_STEPS),
            total=total,
            earlier=plan.earlier,
            own=plan.own_metrics,
        )
        told = _told_of_data(session, tables, panel)
        _publish(writer, collection.files, prepared)
        left = remove_surplus(session)
    progress("", total, total)
    return RunResult(
        run_id=run.run_id,
        as_of=plan.as_of,
        is_as_of_defaulted=plan.is_as_of_defaulted,
        policy=plan.policy.slug,
        version=plan.policy.version,
        reviews=tuple(each.as_of for each in (*plan.earlier, ReviewOn(plan.as_of, plan.policy))),
        lost=lost_of(lost_rule_of(workspace.settings)),
        files=FilesRead(
            *(
                tuple(each.file for each in files)
                for files in (collection.new, collection.changed, collection.unchanged, collection.gone)
            )
        ),
        tables=tuple(StoredRows(name, rows) for name, rows in writer.rows().items()),
        unchanged_since=None if prepared.shared is None else prepared.shared.run_id,
        seconds=round(time.monotonic() - began, 3),
        arrival=arrival,
        warnings=(
            *warnings,
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
    chosen: PolicyDocument
    as_of: date
    is_as_of_defaulted: bool
    earlier: tuple[ReviewOn, ...]
    """The reviews before the one at ``as_of``, the earliest first."""
    versions: tuple[PolicyDocument, ...]
    """The other versions that these follow."""

    @property
    def policy(self) -> Policy:
        """The rules of this run."""
        return self.chosen.policy

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
            documents={
                **documents_of(workspace),
                SOURCES_FILE: recorded(sources),
                **{frozen_name(each.policy.slug, each.policy.version): render_policy(each.policy) for each in self.versions},
            },
        )


def _planned(workspace: Workspace, policy: str | None, history: int, *, as_of: date | None) -> _Plan:
    """Reads every document of the workspace, so that a slip in one of them ends the run before it begins."""
    if not 1 <= history <= MOST_REVIEWS:
        raise InvalidArgument.of(
            _("{count} reviews cannot be decided at once."),
            advice=Step.ASK_FOR_REVIEWS,
            count=history,
            most=MOST_REVIEWS,
        )
    day = as_of or yesterday(workspace.settings.time_zone)
    sources, own, policies = sources_of(workspace), own_metrics_of(workspace), policies_of(workspace)
    name = policy or workspace.settings.policy
    chosen = policy_in_force(policies, name, as_of=day)
    *before, _last = review_dates(day, chosen.policy.review.every, history)
    followed = policies_between(policies, name, before)
    versions = {(each.policy.slug, each.policy.version): each for each in followed.values() if each is not chosen}
    for each in (*versions.values(), chosen):
        usable_policy(each, registry_of(own, each.policy))
    earlier = tuple(ReviewOn(on, each.policy) for on, each in followed.items())
    return _Plan(workspace, sources, own, chosen, day, as_of is None, earlier, tuple(versions.values()))


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


def _publish(writer: RunWriter, files: Sequence[CollectedFile], prepared: _Prepared) -> None:
    session = writer.session
    keys_given = _largest_key(session, prepared.tables)
    session.runs.publish(
        writer.run.run_id,
        writer.tables,
        files,
        keys_given=keys_given,
        base_fingerprint=prepared.fingerprint,
        sharing=prepared.shared or share_equal(writer),
    )


def options_of(session: Session, *, as_of: date, keys_given: int = 0) -> PrepareOptions:
    """What settings and erasures say about preparation."""
    workspace = session.workspace
    return replace(
        PrepareOptions.of(workspace.settings, keys_given=keys_given, as_of=as_of),
        key=erasure_key(workspace),
        erased=erased_tokens(workspace),
    )


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
