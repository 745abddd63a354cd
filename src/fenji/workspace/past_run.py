"""What did a run follow? Its policies, metrics, words and reviews, asked of the run and never of the settings of today."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from fenji.analyze.metrics.points import POINTS_METRICS
from fenji.analyze.metrics.registry import builtin_metrics
from fenji.documents.metrics import metrics_from_text
from fenji.documents.policies import policy_document_from_text, policy_from_text
from fenji.domain.metrics import Metric
from fenji.domain.periods import MONTH_WINDOWS, has_moved
from fenji.domain.policies import Policy
from fenji.domain.reviews import LostRule, ReviewOn, reviews_between
from fenji.domain.runs import Run, RunStatus
from fenji.domain.steps import Step
from fenji.errors import Conflict, InvalidArgument, NotFound, Problem
from fenji.language import message as _
from fenji.settings import Settings
from fenji.tables import clean, insight
from fenji.tables.contract import Contract
from fenji.workspace.folder import (
    METRICS_FILE,
    POLICIES_FOLDER,
    frozen_name,
    policy_in_force,
)
from fenji.workspace.session import Session, whole_company

RUNS_SEARCHED = 1000
"""Newest runs among which a history or the run of an analysis is looked for: years of daily runs."""


@dataclass(frozen=True)
class PastRun:
    """A published run, and all that it followed: the only place to ask for it. Settings and files may have changed since."""

    session: Session
    run: Run

    @cached_property
    def collected(self) -> Run:
        """The run whose data it stands on: itself, or the one that collected."""
        run = self.run
        while run.new.base_run_id is not None:
            run = self.session.runs.published(run.new.base_run_id)
        return run

    @property
    def currency(self) -> str:
        """ISO 4217 code of all its amounts: that of the run which made the clean base."""
        return str(self.collected.new.settings["currency"])

    @property
    def lost_rule(self) -> LostRule:
        """When a customer counted as lost."""
        days, intervals = self.run.new.settings.get("lost_after_days"), self.run.new.settings.get("lost_after_intervals")
        return LostRule(
            None if days is None else int(str(days)),
            None if intervals is None else Decimal(str(intervals)),
        )

    def check_windows(self, metrics: Iterable[Metric], *, as_of: date) -> None:
        """Refuses to measure again what it measured over other days: its stored figures stand, and new ones would not fit to them.

        Raises:
            Conflict: at a month's end, of a run from before windows of months were whole months.
        """
        if self.run.new.settings.get(MONTH_WINDOWS) or not has_moved((each.window for each in metrics), as_of):
            return
        raise Conflict.of(
            _(
                "run {run_id} measured months from the same day of the month; at {day} they are whole months now, so what it did not store cannot be measured again."
            ),
            advice=_("Its stored tiers stand. For everything else run again: fenji run"),
            run_id=self.run.run_id,
            day=as_of,
        )

    @property
    def own_metrics(self) -> tuple[Metric, ...]:
        """The company's own metrics as they were declared then, and those of points where the ledger told the run any."""
        text = self.run.new.documents.get(METRICS_FILE)
        declared = () if text is None else metrics_from_text(text, METRICS_FILE, builtin_metrics())
        has_points = any(each.table == clean.POINTS_ENTRY.full_name for each in self.session.tables_of(self.run.run_id))
        return (*declared, *(POINTS_METRICS if has_points else ()))

    @property
    def reviews(self) -> tuple[date, ...]:
        """The reviews that it keeps, the earliest first."""
        return self.days_kept(insight.TIER_ASSIGNMENT)

    @property
    def history_begins_on(self) -> date | None:
        """The day from which on it decided reviews; None of runs of earlier versions, which began with the first review that they keep."""
        day = self.run.new.settings.get(HISTORY_BEGINS_ON)
        return None if day is None else date.fromisoformat(str(day))

    @property
    def decided(self) -> tuple[ReviewOn, ...]:
        """Every review that it decided, the earliest first, also those that it does not keep, each with the version that was in force."""
        begins_on, last = self.history_begins_on, self.run.new.as_of
        texts = [*([] if self.run.new.policy is None else [self.run.new.policy.text]), *self.frozen_policies]
        documents = tuple(policy_document_from_text(text, "policy") for text in texts)

        def policy_on(day: date) -> Policy:
            return policy_in_force(documents, self.policy.slug, as_of=day).policy

        if begins_on is None or last is None:
            return tuple(ReviewOn(day, policy_on(day)) for day in self.reviews)
        return reviews_between(begins_on, last, policy_on)

    def days_kept(self, contract: Contract) -> tuple[date, ...]:
        """The days of which it keeps a table, the earliest first."""
        found = {each.as_of for each in self.session.tables_of(self.run.run_id) if each.table == contract.full_name}
        return tuple(sorted(day for day in found if day is not None))

    @property
    def policy(self) -> Policy:
        """The policy that its last review followed."""
        if self.run.new.policy is None:
            message = f"run {self.run.run_id} followed no policy"
            raise AssertionError(message)
        return policy_from_text(self.run.new.policy.text)

    @property
    def frozen_policies(self) -> tuple[str, ...]:
        """The texts of the other versions that its reviews followed."""
        begin = f"{POLICIES_FOLDER}/"
        return tuple(text for name, text in self.run.new.documents.items() if name.startswith(begin))

    def policy_version(self, slug: str, version: int) -> Policy:
        """One version of a policy, from the run's own copy.

        Raises:
            NotFound: it kept no copy of it.
        """
        main = self.policy
        if (main.slug, main.version) == (slug, version):
            return main
        text = self.run.new.documents.get(frozen_name(slug, version))
        if text is None:
            raise NotFound.of(
                _("run {run_id} kept no copy of policy {policy} version {version}."),
                run_id=self.run.run_id,
                policy=slug,
                version=version,
            )
        return policy_from_text(text)

    def policies_at(self, days: Iterable[date]) -> dict[date, Policy]:
        """The rules that it followed at some of its reviews.

        Raises:
            NotFound: it kept no copy of one of them.
        """
        policy = self.policy
        counted = whole_company(self.session).read(self.run.run_id, insight.TIER_COUNT)
        rows = self.session.engine.fetch(counted.select("as_of", "version").distinct()).to_pylist()
        versions = {each["as_of"]: each["version"] for each in rows}
        return {day: self.policy_version(policy.slug, versions.get(day, policy.version)) for day in days}


HISTORY_BEGINS_ON = "history_begins_on"
"""What a run that collects writes down when it is published: the setting, or the day that was fixed without it."""


def kept_settings(settings: Settings) -> dict[str, object]:
    """The settings as a run writes them down, with how its windows of months are meant."""
    return {**settings.record(), MONTH_WINDOWS: True}


@dataclass(frozen=True)
class History:
    """A run and the reviews that it keeps, the earliest first."""

    past: PastRun
    reviews: tuple[date, ...]
    warnings: tuple[Problem, ...] = ()

    @property
    def run(self) -> Run:
        """The run."""
        return self.past.run


def history_of(session: Session, run: Run) -> History:
    """The reviews that a run keeps."""
    past = PastRun(session, run)
    return History(past, past.reviews)


def last_history(session: Session) -> History:
    """The last run with more than one review; where there is none, the last run."""
    last = history_of(session, session.latest())
    if len(last.reviews) > 1:
        return last
    run = session.runs.latest_published(command=last.run.new.command, days_of=insight.TIER_ASSIGNMENT.full_name)
    if run is None:
        return last
    history = history_of(session, run)
    text = _("these are the reviews of run {run_id}; the newer run {newer} keeps only one.")
    values = {"run_id": run.run_id, "newer": last.run.run_id, "count": len(history.reviews)}
    return History(history.past, history.reviews, (Problem(text, values, advice=Step.DECIDE_NEW_HISTORY),))


def runs_on_current(session: Session, run: str | None = None) -> tuple[Run, ...]:
    """The run that is asked for; else the last run, and the analyses that stand on its data, newest first."""
    if run is not None:
        return (session.runs.published(run),)
    last = session.latest()
    others = (
        session.runs.published(each.run_id)
        for each in session.runs.list_runs(limit=RUNS_SEARCHED)
        if each.status is RunStatus.PUBLISHED and each.run_id != last.run_id
    )
    return (last, *(each for each in others if PastRun(session, each).collected.run_id == last.run_id))


def reviews_chosen(history: History, earlier_on: date | None, as_of: date | None) -> tuple[date, date]:
    """The two reviews of a run that were asked for: by default the last one and the one before.

    Raises:
        NotFound: the run keeps only one review, or none on a day; with the nearest one.
        InvalidArgument: the earlier day is not the earlier one.
    """
    _check_history(history)
    reviews = history.reviews
    problems = [_no_review(history, day) for day in (earlier_on, as_of) if day is not None and day not in reviews]
    NotFound.raise_if(problems)
    later = as_of or reviews[-1]
    if earlier_on is None and later == reviews[0]:
        text = _("{day} is the first review of run {run_id}: nothing came before it.")
        advice = Step.CHOOSE_LATER_OR_DECIDE_MORE
        raise InvalidArgument.of(text, advice=advice, day=later, run_id=history.run.run_id, count=2 * len(reviews))
    earlier = earlier_on or reviews[reviews.index(later) - 1]
    if earlier >= later:
        text = _("movements lead from an earlier review to a later one, but {earlier_on} is not before {as_of}.")
        raise InvalidArgument.of(text, advice=Step.EXCHANGE_ENDS, earlier_on=earlier, as_of=later)
    return earlier, later


def _check_history(history: History) -> None:
    if len(history.reviews) < 2:  # noqa: PLR2004 - a movement has two ends
        raise NotFound.of(
            _("run {run_id} keeps only one review, so there are no movements yet."),
            advice=Step.DECIDE_HISTORY,
            run_id=history.run.run_id,
        )


def _no_review(history: History, day: date) -> Problem:
    nearest = min(history.reviews, key=lambda each: (abs((each - day).days), each))
    values = {"day": day, "run_id": history.run.run_id, "nearest": nearest}
    values |= {"first": history.reviews[0], "last": history.reviews[-1], "count": len(history.reviews)}
    return Problem(
        _("run {run_id} has no review on {day}."),
        values,
        advice=_("The nearest is {nearest}. Its {count} reviews lie between {first} and {last}."),
    )
