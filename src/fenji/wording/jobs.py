"""What is done by a worker, and how far is it? Names of jobs and runs, for people."""

from __future__ import annotations

from collections.abc import Mapping

from fenji.domain.jobs import JobKind, JobState
from fenji.domain.runs import RunStatus
from fenji.language import Language, translate
from fenji.language import message as _

KINDS: Mapping[str, str] = {
    JobKind.RUN: _("Read the data and decide tiers"),
    JobKind.START: _("First tiers"),
    JobKind.TIERS: _("Tiers of a day"),
    JobKind.VALUE: _("Customer value"),
    JobKind.PRIORITY: _("Whom to serve first"),
    JobKind.SEGMENTS: _("Segments"),
    JobKind.CHURN: _("Risk of leaving"),
    JobKind.PROPENSITY: _("Who will order"),
    JobKind.RULES: _("What is bought together"),
    JobKind.RECOMMEND: _("Recommendations"),
    JobKind.FORECAST: _("Forecast of tiers"),
    JobKind.TREND: _("Forecast of a trend"),
    JobKind.WHATIF: _("Trial of another policy"),
    JobKind.REPLAY: _("Replay of another policy"),
    JobKind.LIST: _("List of customers as a file"),
    JobKind.EXPORT: _("List of an analysis as a file"),
    JobKind.MAP: _("Look into files"),
    JobKind.IMPORT: _("Step of an import"),
    JobKind.CHECK: _("Check of what is stored"),
    JobKind.SELFTEST: _("Self-test"),
    JobKind.BACKUP: _("Backup"),
    JobKind.POINTS: _("Posting of points"),
    JobKind.REPORT: _("Monthly report"),
    "trends": _("Trend"),
    "repair": _("Repair"),
    "prune": _("Removal of old runs"),
    "erase": _("Erasure of a person"),
}
"""By the kind of the job, or by what a run was asked for."""

STATES: Mapping[JobState, str] = {
    JobState.QUEUED: _("waiting"),
    JobState.RUNNING: _("at work"),
    JobState.DONE: _("done"),
    JobState.FAILED: _("failed"),
    JobState.CANCELLED: _("cancelled"),
}
RUN_STATES: Mapping[RunStatus, str] = {
    RunStatus.RUNNING: _("at work"),
    RunStatus.PUBLISHED: _("has been published"),
    RunStatus.FAILED: _("failed"),
    RunStatus.REMOVED: _("removed"),
    RunStatus.DONE: _("done"),
}


def work_name(kind: str, language: Language) -> str:
    """What some work is called; its own name where there is none for people.

    >>> work_name("churn", Language.EN), work_name("elsewhere", Language.EN)
    ('Risk of leaving', 'elsewhere')
    """
    return translate(KINDS[kind], language) if kind in KINDS else kind
