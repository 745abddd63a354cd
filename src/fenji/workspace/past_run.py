"""What did a run follow? Its policies, metrics, words and reviews, asked of the run and never of the settings of today."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fenji.analyze.metrics.registry import builtin_metrics
from fenji.documents.metrics import metrics_from_text
from fenji.documents.policies import policy_from_text
from fenji.domain.metrics import Metric
from fenji.domain.policies import Policy
from fenji.domain.reviews import LostRule
from fenji.domain.runs import Run, RunStatus
from fenji.errors import NotFound, Problem
from fenji.language import message as _
from fenji.tables import insight
from fenji.tables.contract import Contract
from fenji.workspace.folder import (
    METRICS_FILE,
    frozen_name,
)
from fenji.workspace.session import Session

RUNS_SEARCHED = 1000
"""Newest runs among which the last history is looked for: years of daily runs."""


@dataclass(frozen=True)
class History:
    """A run and the reviews that it decided, the earliest first."""

    run: Run
    reviews: tuple[date, ...]
    warnings: tuple[Problem, ...] = ()


def history_of(session: Session, run: Run) -> History:
    """The reviews that a run decided."""
    return History(run, days_kept(session, run, insight.TIER_ASSIGNMENT))


def days_kept(session: Session, run: Run, contract: Contract) -> tuple[date, ...]:
    """The days of which a run keeps a table, the earliest first."""
    found = {each.as_of for each in session.runs.tables_of(run.run_id) if each.table == contract.full_name}
    return tuple(sorted(day for day in found if day is not None))


def last_history(session: Session) -> History:
    """The last run with more than one review; where there is none, the last run."""
    last = history_of(session, session.latest())
    if len(last.reviews) > 1:
        return last
    for run in session.runs.list_runs(limit=RUNS_SEARCHED):
        if run.status is RunStatus.PUBLISHED and run.new.command == last.run.new.command:
            history = history_of(session, run)
            if len(history.reviews) > 1:
                text = _("these are the reviews of run {run_id}; the newer run {newer} decided only one.")
                advice = _("For a new history: fenji run --history {count}")
                values = {"run_id": run.run_id, "newer": last.run.run_id, "count": len(history.reviews)}
                return History(history.run, history.reviews, (Problem(text, values, advice=advice),))
    return last


def lost_rule_in(run: Run) -> LostRule:
    """When a customer counted as lost, by the settings that the run was made with."""
    days, intervals = run.new.settings.get("lost_after_days"), run.new.settings.get("lost_after_intervals")
    return LostRule(
        None if days is None else int(str(days)),
        None if intervals is None else Decimal(str(intervals)),
    )


def followed_policies(session: Session, run: Run, days: Iterable[date]) -> dict[date, Policy]:
    """The rules that a run followed at some of its reviews, from its own copies.

    Raises:
        NotFound: it kept no copy of one of them.
    """
    if run.new.policy is None:
        message = f"run {run.run_id} followed no policy"
        raise AssertionError(message)
    policy = policy_from_text(run.new.policy.text)
    counted = session.read(run.run_id, insight.TIER_COUNT)
    rows = session.engine.fetch(counted.select("as_of", "version").distinct()).to_pylist()
    versions = {each["as_of"]: each["version"] for each in rows}
    found = {policy.version: policy}
    for version in {versions.get(day, policy.version) for day in days} - set(found):
        text = run.new.documents.get(frozen_name(policy.slug, version))
        if text is None:
            raise NotFound.of(
                _("run {run_id} kept no copy of policy {policy} version {version}."),
                run_id=run.run_id,
                policy=policy.slug,
                version=version,
            )
        found[version] = policy_from_text(text)
    return {day: found[versions.get(day, policy.version)] for day in days}


def metrics_of_run(run: Run) -> tuple[Metric, ...]:
    """The company's own metrics as they were at a run."""
    text = run.new.documents.get(METRICS_FILE)
    return () if text is None else metrics_from_text(text, METRICS_FILE, builtin_metrics())
