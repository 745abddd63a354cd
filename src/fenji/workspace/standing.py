"""On what does an analysis stand, and has it been made before? Customers, facts, metrics and tiers at one date; its tables are a published run of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, TypeVar

import ibis.expr.types as ir

from fenji import __version__
from fenji.analyze.metrics.registry import Registry
from fenji.choices import EngineName
from fenji.domain.policies import Policy
from fenji.domain.runs import NewRun, Run
from fenji.errors import InvalidArgument, NotFound, NotStored, Problem
from fenji.language import message as _
from fenji.tables import insight
from fenji.tables.contract import Contract
from fenji.workspace.clean_base import CleanBase, clean_base_of
from fenji.workspace.folder import open_workspace, own_metrics_of, policies_of, policy_in_force
from fenji.workspace.memory import SMALL
from fenji.workspace.opening import open_question
from fenji.workspace.past_run import PastRun, kept_settings
from fenji.workspace.progress import Progress, silent
from fenji.workspace.session import RunWriter, Session, not_stored, whole_company
from fenji.workspace.tiering import answering_run, documents_of, panel_at, registry_of, usable_policy

ANALYSES_FOLDER = "analyses"
"""Of the workspace: what the company has chosen for each analysis, one optional file each."""

Choices = TypeVar("Choices")

LEFT_ALONE = frozenset(
    {
        "engine",
        "language",
        "store",
        "database_url",
        "scratch",
        "memory_limit",
        "threads",
        "spark_master",
        "spark_options",
        "keep_runs",
        "history_begins_on",
    }
)
"""Settings that say where and how it is computed, and change no number; the beginning of history is that of the run that it stands on."""


@dataclass(frozen=True)
class Standing:
    """Everything that is known of the customers at one date."""

    session: Session
    run: Run
    """The published run that has the tiers of the date; it stands on the run that collected."""
    base: CleanBase
    registry: Registry
    policy: Policy
    as_of: date
    is_as_of_defaulted: bool
    warnings: tuple[Problem, ...] = ()
    is_past: bool = False
    """Whether it is of a run that was asked for by its id: then analyses are those stored with it, and none is made."""

    def on(self, session: Session) -> Standing:
        """The same customers read by another session of the workspace."""
        if session is self.session:
            return self
        return replace(self, session=session, base=clean_base_of(session, self.run))

    def read(self, contract: Contract) -> ir.Table:
        """A table of the run, or of the one that it stands on, all its dates; empty where there is none."""
        return self.session.read(self.run.run_id, contract)

    @cached_property
    def past(self) -> PastRun:
        """What the run followed."""
        return PastRun(self.session, self.run)

    @cached_property
    def panel(self) -> ir.Table:
        """insight.customer_metric at the date, every metric of the registry; computed again where the run kept none of that day."""
        return panel_at(self.session, self.run, self.base, self.registry, self.registry.slugs, as_of=self.as_of)

    @cached_property
    def assignment(self) -> ir.Table:
        """insight.tier_assignment at the date."""
        return self.session.read(self.run.run_id, insight.TIER_ASSIGNMENT, as_of=self.as_of)


def past_standing(session: Session, run_id: str, *, as_of: date | None = None) -> Standing:
    """What a past run knew of the customers at one of its reviews, whatever data, policies and metrics have become since.

    Args:
        session: an open session.
        run_id: the run.
        as_of: the review; None: its last one.

    Raises:
        NotFound: no such run, or a run without a review on that date; names those that it has.
    """
    run = session.runs.published(run_id)
    past = PastRun(session, run)
    dates, day = past.days_kept(insight.TIER_COUNT), as_of or run.new.as_of
    if day is None or day not in dates:
        raise NotFound.of(
            _("run {run_id} has no review on {day}."),
            advice=_("It has one on: {dates}."),
            run_id=run.run_id,
            day=day,
            dates=", ".join(each.isoformat() for each in dates),
        )
    policy, base = past.policies_at([day])[day], clean_base_of(session, run)
    registry = registry_of(past.own_metrics, policy, base.event_kinds)
    return Standing(session, run, base, registry, policy, day, is_as_of_defaulted=as_of is None, is_past=True)


@contextmanager
def open_standing(
    root: Path,
    *,
    as_of: date | None = None,
    policy: str | None = None,
    run_id: str | None = None,
    engine: EngineName | None = None,
    progress: Progress = silent,
    by_customer: bool = False,
) -> Iterator[Standing]:
    """What an analysis stands on; tiers of a date that no run has decided are decided and published first.

    Args:
        root: the workspace.
        as_of: the last day that counts; None: that of the last ``run``.
        policy: a policy's name; None: the one of the settings, or the only one. Of a past run it is the one that it followed.
        run_id: a past run, exactly as it was published, with the analyses stored with it; None: the newest data.
        engine: None: the one of the settings.
        progress: told about each step, where tiers must be decided first.
        by_customer: whether what is asked is answered customer by customer, so that whoever sees only some customers may ask it.

    Raises:
        Forbidden: the question is limited to some customers, and is of the whole company.
        NotFound: no workspace, nothing has been run yet, or no such run or review of it.
        InvalidArgument: another policy than the one that the past run followed.
        InvalidDocument: a policy that cannot be used; all problems at once.
    """
    workspace = open_workspace(root, by_customer=by_customer)
    if run_id is not None:
        with open_question(workspace, engine=engine) as session:
            past = past_standing(session, run_id, as_of=as_of)
            if policy not in (None, past.policy.slug):
                text = _("run {run_id} followed policy {own}, not {policy}.")
                raise InvalidArgument.of(text, run_id=run_id, own=past.policy.slug, policy=policy)
            yield past
        return
    policies, own = policies_of(workspace), own_metrics_of(workspace)
    with open_question(workspace, engine=engine) as session:
        collected = session.latest()
        day = as_of or collected.new.as_of
        if day is None:
            message = f"run {collected.run_id} has no as-of date"
            raise AssertionError(message)
        read = policy_in_force(policies, policy or workspace.settings.policy, as_of=day)
        base = clean_base_of(session, collected)
        registry = registry_of(own, read.policy, base.event_kinds)
        warnings = usable_policy(read, registry)
        run = answering_run(session, collected, base, registry, read.policy, as_of=day, progress=progress)
        yield Standing(session, run, base, registry, read.policy, day, as_of is None, warnings)


@dataclass(frozen=True)
class Analysis(Generic[Choices]):
    """One analysis, declared once: what a company may choose for it, which tables it makes, and how."""

    name: str
    """Of its runs."""
    document: str | None
    """The optional file of the workspace that holds the company's choices; None: nothing can be chosen."""
    read_choices: Callable[[Standing, str | None], Choices]
    """From the text of the file, None where there is none; raises InvalidDocument. Without a file: what the standing says."""
    contracts: tuple[Contract, ...]
    """The tables that it makes."""
    compute: Callable[[Computation[Choices]], None]
    """Saves all of them."""
    needs: tuple[Analysis[Any], ...] = ()
    """Analyses that it is made from."""
    other_texts: Callable[[Standing, Choices, str | None], Mapping[str, str]] = lambda _standing, _choices, _text: {}
    """What else it depends on, by name, from the choices and their text: a list that the file points to, another run."""


@dataclass(frozen=True)
class Analyzed(Generic[Choices]):
    """An analysis at the date of a standing: the run that holds it, and its tables."""

    standing: Standing
    run: Run
    choices: Choices

    def on(self, standing: Standing) -> Analyzed[Choices]:
        """The same analysis read for the standing of another session."""
        return replace(self, standing=standing)

    def table(self, contract: Contract) -> ir.Table:
        """One of its tables."""
        return self.standing.session.read(self.run.run_id, contract, as_of=self.standing.as_of)

    def fetch(self, table: ir.Table) -> list[dict[str, Any]]:
        """The rows of a bounded table over published ones, which are fetched once and remembered where they are few."""
        session = self.standing.session

        def fetched() -> list[dict[str, Any]]:
            rows: list[dict[str, Any]] = session.engine.fetch(table).to_pylist()
            return rows

        return [
            dict(row) for row in session.memory.recall(("fetched", table.op()), fetched, keep=lambda rows: len(rows) <= SMALL)
        ]

    def rows(self, contract: Contract, *order: str) -> list[dict[str, Any]]:
        """All rows of one of its tables, which must be a bounded one, in ascending order of columns that are never null."""
        found = self.standing.session.rows(self.run.run_id, contract, as_of=self.standing.as_of)
        return sorted(found, key=lambda row: tuple(row[name] for name in order))


@dataclass(frozen=True)
class Computation(Generic[Choices]):
    """An analysis while it is made."""

    standing: Standing
    choices: Choices
    needed: Mapping[str, Analyzed[Any]]
    """The analyses that it is made from, by name."""
    writer: RunWriter
    progress: Progress


def chosen_for(analysis: Analysis[Choices], standing: Standing) -> tuple[Choices, dict[str, str]]:
    """What the company has chosen, and the texts that it depends on, by name: that of its file and others.

    Raises:
        InvalidDocument: the file cannot be used; all problems at once.
    """
    texts = {}
    if analysis.document is not None:
        file = standing.session.workspace.root / analysis.document
        if file.is_file():
            texts[analysis.document] = file.read_text(encoding="utf-8-sig")
    text = next(iter(texts.values()), None)
    choices = analysis.read_choices(standing, text)
    return choices, {**texts, **analysis.other_texts(standing, choices, text)}


def analyze(analysis: Analysis[Choices], standing: Standing, *, progress: Progress = silent) -> Analyzed[Choices]:
    """An analysis with those that it needs: read where nothing has changed since, else computed and published now.

    On a past run it is the last one stored with that run, with the choices of then, and nothing is computed.

    Raises:
        NotStored: the past run has none.
        InvalidDocument: a file of choices cannot be used.
        Conflict: another run is writing.
    """
    if standing.is_past:
        return _stored_with(analysis, standing)
    # Choices are those of the company, whoever asks.
    choices, documents = chosen_for(analysis, standing.on(whole_company(standing.session)))
    try:
        needed = {each.name: analyze(each, standing, progress=progress) for each in analysis.needs}
    except NotStored as missing:
        # Whoever makes the analysis makes what it needs, too.
        raise not_stored(analysis.name, standing.as_of) from missing
    documents |= {f"{name} run": each.run.run_id for name, each in needed.items()}

    def compute(writer: RunWriter) -> None:
        there = standing.on(writer.session)
        own = {name: each.on(there) for name, each in needed.items()}
        analysis.compute(Computation(there, choices, own, writer, progress))

    run = analyzed(standing, analysis.name, compute, documents=documents, contracts=analysis.contracts)
    return Analyzed(standing, run, choices)


def _stored_with(analysis: Analysis[Choices], standing: Standing) -> Analyzed[Choices]:
    session, on = standing.session, standing.run.run_id
    run = session.runs.latest_published(as_of=standing.as_of, command=analysis.name, on=on)
    if run is None or not all(_holds(session, run, each) for each in analysis.contracts):
        text = _("run {run_id} holds no {command} of {day} that can be shown.")
        advice = _("What was not stored with a past run is not computed afterwards: ask for the newest data.")
        raise NotStored.of(text, advice=advice, run_id=on, command=analysis.name, day=standing.as_of)
    document = None if analysis.document is None else run.new.documents.get(analysis.document)
    return Analyzed(standing, run, analysis.read_choices(standing.on(whole_company(session)), document))


def analyzed(
    standing: Standing,
    command: str,
    compute: Callable[[RunWriter], None],
    *,
    documents: Mapping[str, str] | None = None,
    contracts: tuple[Contract, ...] = (),
) -> Run:
    """The published run of an analysis: an earlier one where nothing that it depends on has changed, else computed and published now.

    Args:
        standing: what it stands on.
        command: its name; runs of the same name are looked through for the earlier one.
        compute: saves all tables of the analysis with the writer that it is given.
        documents: what the analysis was told besides the data, by name, such as the text of its file in ``analyses/``.
        contracts: its tables; an earlier run that holds one of them in another shape is not used.

    Raises:
        Conflict: another run is writing.
    """
    session = standing.session
    new = NewRun(
        command=command,
        engine=session.computing_on.value,
        language=session.workspace.settings.language,
        as_of=standing.as_of,
        settings=kept_settings(session.workspace.settings),
        policy=standing.run.new.policy,
        documents={**documents_of(session.workspace), **(documents or {})},
        base_run_id=standing.run.run_id,
    )
    earlier = session.runs.latest_published(as_of=standing.as_of, command=command, on=standing.run.run_id)
    if earlier is not None and _answers(session, earlier, new, contracts):
        return earlier
    with session.computing(new) as writer:
        compute(writer)
    return session.runs.published(writer.run.run_id)


def _answers(session: Session, earlier: Run, new: NewRun, contracts: tuple[Contract, ...]) -> bool:
    """Whether an earlier run holds what a new one would come to, in tables of the shape that is read today."""
    return (
        earlier.package_version == __version__
        and _asked_the_same(earlier.new, new)
        and all(_holds(session, earlier, each) for each in contracts)
    )


def _holds(session: Session, run: Run, contract: Contract) -> bool:
    if all(each.table != contract.full_name for each in session.tables_of(run.run_id)):
        return False
    # A table without rows may be without files too.
    return session.stored_columns(run.run_id, contract) in (frozenset(), frozenset(each.name for each in contract.columns))


def _asked_the_same(earlier: NewRun, new: NewRun) -> bool:
    """Whether two runs would come to the same result; engine and language do not count, as both give the same."""
    return (earlier.documents, earlier.policy, _that_count(earlier)) == (new.documents, new.policy, _that_count(new))


def _that_count(run: NewRun) -> dict[str, object]:
    return {name: value for name, value in run.settings.items() if name not in LEFT_ALONE}
