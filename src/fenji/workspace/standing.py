"""On what does an analysis stand, and has it been made before? Customers, facts, metrics and tiers at one date; its tables are a published run of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import ibis.expr.types as ir

from fenji import __version__
from fenji.analyze.metrics.registry import Registry
from fenji.choices import EngineName
from fenji.domain.policies import Policy
from fenji.domain.runs import NewRun, Run
from fenji.errors import Problem
from fenji.tables import insight
from fenji.tables.contract import Contract
from fenji.workspace.clean_base import CleanBase, clean_base_of
from fenji.workspace.folder import open_workspace, own_metrics_of, policies_of, policy_in_force
from fenji.workspace.opening import open_question
from fenji.workspace.past_run import PastRun
from fenji.workspace.progress import Progress, silent
from fenji.workspace.session import RunWriter, Session
from fenji.workspace.tiering import answering_run, documents_of, panel_at, registry_of, usable_policy

ANALYSES_FOLDER = "analyses"
"""Of the workspace: what the company has chosen for each analysis, one optional file each."""

LEFT_ALONE = frozenset(
    {"engine", "language", "store", "database_url", "scratch", "memory_limit", "threads", "spark_master", "spark_options"}
)
"""Settings that say where and how it is computed, and change no number."""


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


@contextmanager
def open_standing(
    root: Path,
    *,
    as_of: date | None = None,
    policy: str | None = None,
    engine: EngineName | None = None,
    progress: Progress = silent,
) -> Iterator[Standing]:
    """What an analysis stands on; tiers of a date that no run has decided are decided and published first.

    Args:
        root: the workspace.
        as_of: the last day that counts; None: that of the last ``run``.
        policy: a policy's name; None: the one of the settings, or the only one.
        engine: None: the one of the settings.
        progress: told about each step, where tiers must be decided first.

    Raises:
        NotFound: no workspace, or nothing has been run yet.
        InvalidDocument: a policy that cannot be used; all problems at once.
    """
    workspace = open_workspace(root)
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


def analyzed(
    standing: Standing, command: str, compute: Callable[[RunWriter], None], *, documents: Mapping[str, str] | None = None
) -> Run:
    """The published run of an analysis: an earlier one where nothing that it depends on has changed, else computed and published now.

    Args:
        standing: what it stands on.
        command: its name; runs of the same name are looked through for the earlier one.
        compute: saves all tables of the analysis with the writer that it is given.
        documents: what the analysis was told besides the data, by name, such as the text of its file in ``analyses/``.

    Raises:
        Conflict: another run is writing.
    """
    session = standing.session
    new = NewRun(
        command=command,
        engine=session.engine.name,
        language=session.workspace.settings.language,
        as_of=standing.as_of,
        settings=session.workspace.settings.record(),
        policy=standing.run.new.policy,
        documents={**documents_of(session.workspace), **(documents or {})},
        base_run_id=standing.run.run_id,
    )
    earlier = session.runs.latest_published(as_of=standing.as_of, command=command, on=standing.run.run_id)
    if earlier is not None and earlier.package_version == __version__ and _asked_the_same(earlier.new, new):
        return earlier
    with session.computing(new) as writer:
        compute(writer)
    return session.runs.published(writer.run.run_id)


def _asked_the_same(earlier: NewRun, new: NewRun) -> bool:
    """Whether two runs would come to the same result; engine and language do not count, as both give the same."""
    return (earlier.documents, earlier.policy, _that_count(earlier)) == (new.documents, new.policy, _that_count(new))


def _that_count(run: NewRun) -> dict[str, object]:
    return {name: value for name, value in run.settings.items() if name not in LEFT_ALONE}
