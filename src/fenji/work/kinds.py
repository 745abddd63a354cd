"""What does each kind of job do? One declaration each: what it is told, which use-case it calls, and for which failures it is tried again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Generic, TypeVar

import pydantic

from fenji.answers.reports import ReportResult
from fenji.answers.views import MASKED
from fenji.domain.access import RowLimit
from fenji.domain.events import Event, EventKind, event_id_of, report_subject
from fenji.domain.jobs import Job, JobKind, JobResult
from fenji.errors import Conflict, FenjiError, InvalidArgument, Unavailable
from fenji.private_files import FILE_MODE
from fenji.reports.lists import write_list
from fenji.reports.monthly.filing import Target, write_reports
from fenji.reports.monthly.making import Wanted
from fenji.validation import problems_of
from fenji.work.arguments import (
    Arguments,
    BackupArguments,
    CheckArguments,
    ExportArguments,
    ForecastArguments,
    ImportArguments,
    ListArguments,
    MapArguments,
    PointsArguments,
    ReplayArguments,
    ReportArguments,
    RunArguments,
    Standing,
    StartArguments,
    TrendArguments,
    WhatIfArguments,
)
from fenji.work.importing import import_step
from fenji.workflow.backing_up import back_up
from fenji.workflow.baskets import rules_at
from fenji.workflow.checking import check_workspace
from fenji.workflow.churn import churn_at, propensity_at
from fenji.workflow.customers import DEFAULT_SORT, open_customers
from fenji.workflow.forecast import forecast_at
from fenji.workflow.loyalty.points_post import post_points
from fenji.workflow.mapping import map_files
from fenji.workflow.moves import moves_between
from fenji.workflow.priority import priority_at
from fenji.workflow.recommend import recommend_at
from fenji.workflow.replaying import replay_at, replay_of, replay_of_draft
from fenji.workflow.running import run_all
from fenji.workflow.segments import segments_at
from fenji.workflow.selftest import self_test
from fenji.workflow.starting_tiers import begin_tiers
from fenji.workflow.taking import StoredList, open_stored_list
from fenji.workflow.tiers import tiers_at
from fenji.workflow.trends import trend_at
from fenji.workflow.trying import Tries, try_cuts
from fenji.workflow.value import value_at
from fenji.workflow.whatif import whatif_at, whatif_of, whatif_of_draft
from fenji.workspace.customer_choice import Asked
from fenji.workspace.folder import SOURCES_FILE, Workspace
from fenji.workspace.job_files import BACKUP, folder_of, keep_backups, write_answer
from fenji.workspace.limits import limited_to
from fenji.workspace.listing import Listing
from fenji.workspace.opening import reading_only
from fenji.workspace.progress import Progress

Told = TypeVar("Told", bound=Arguments)
Answer = TypeVar("Answer")

PASSING: tuple[type[FenjiError], ...] = (Conflict, Unavailable)
"""Another run at work, a database out of reach, a full disk: failures that may be gone the next time."""


@dataclass(frozen=True)
class Doing:
    """A job while it is done."""

    workspace: Workspace
    job: Job
    progress: Progress

    @property
    def root(self) -> Path:
        """The workspace's folder."""
        return self.workspace.root


@dataclass(frozen=True)
class Declared(Generic[Told]):
    """A kind of job."""

    told: type[Told]
    do: Callable[[Doing, Told], JobResult]
    """Done twice it comes to the same: analyses find what is published, files are written under the name of the attempt."""
    tried_again: tuple[type[FenjiError], ...] = PASSING
    publishes_itself: bool = False
    """Whether the job is done as soon as its run is published, and must not be begun again."""

    def checked(self, arguments: Mapping[str, object]) -> Told:
        """The arguments as their model.

        Raises:
            InvalidArgument: they cannot be used; all problems at once.
        """
        try:
            return self.told.model_validate(dict(arguments))
        except pydantic.ValidationError as error:
            raise InvalidArgument(*problems_of(error, self.told)) from error


def kept(arguments: Arguments) -> dict[str, Any]:
    """Arguments as the state keeps them: plain JSON, without what was left out."""
    return arguments.model_dump(mode="json", exclude_defaults=True)


def _run(doing: Doing, told: RunArguments) -> JobResult:
    result = run_all(doing.root, **dict(told), principal=doing.job.principal, progress=doing.progress)
    return JobResult(result.run_id, write_answer(doing.workspace, doing.job, result))


def _start(doing: Doing, told: StartArguments) -> JobResult:
    result = begin_tiers(doing.root, **dict(told), principal=doing.job.principal, progress=doing.progress)
    return JobResult(result.run_id, write_answer(doing.workspace, doing.job, result))


def _analysis(ask: Callable[..., Any]) -> Declared[Standing]:
    """An analysis whose answer is read from its run."""

    def do(doing: Doing, told: Standing) -> JobResult:
        return JobResult(ask(doing.root, **dict(told), progress=doing.progress).run_id)

    return Declared(Standing, do)


def _trend(doing: Doing, told: TrendArguments) -> JobResult:
    return JobResult(trend_at(doing.root, **dict(told), progress=doing.progress).run_id)


def _forecast(doing: Doing, told: ForecastArguments) -> JobResult:
    return JobResult(forecast_at(doing.root, **dict(told)).run_id)


def _whatif(doing: Doing, told: WhatIfArguments) -> JobResult:
    if not told.given:
        tries = Tries(policy=told.policy, as_of=told.as_of)
        return JobResult(try_cuts(doing.root, tries, engine=told.engine, progress=doing.progress).run_id)
    result = _of_policy(doing, told, whatif_at, whatif_of, whatif_of_draft)
    return JobResult(result.run_id, write_answer(doing.workspace, doing.job, result))


def _replay(doing: Doing, told: ReplayArguments) -> JobResult:
    result = _of_policy(doing, told, replay_at, replay_of, replay_of_draft)
    return JobResult(result.run_id, write_answer(doing.workspace, doing.job, result))


def _of_policy(
    doing: Doing,
    told: WhatIfArguments,
    of_file: Callable[..., Answer],
    of_text: Callable[..., Answer],
    of_draft: Callable[..., Answer],
) -> Answer:
    """What is answered about another policy, wherever that stands."""
    others = {name: value for name, value in dict(told).items() if name not in ("text", "file", "draft_id")}
    if told.draft_id is not None:
        return of_draft(doing.root, told.draft_id, **others, progress=doing.progress)
    if told.file is not None:
        return of_file(doing.root, doing.root / told.file, **others, progress=doing.progress)
    return of_text(doing.root, told.text, name="text", **others, progress=doing.progress)


def _list(doing: Doing, told: ListArguments) -> JobResult:
    apart = ("form", "columns", "sort", "as_of", "run", "engine", "limits", "is_masked")
    asked = Asked(**{name: value for name, value in dict(told).items() if name not in apart})
    with (
        limited_to(_limits(told)),
        open_customers(
            doing.root,
            asked,
            columns=told.columns,
            sort=told.sort or DEFAULT_SORT,
            as_of=told.as_of,
            run=told.run,
            engine=told.engine,
        ) as listing,
    ):
        doing.progress("", 1, 2)
        return JobResult(listing.source.run_id, _written(doing, listing, told))


def _limits(told: ListArguments | ExportArguments) -> tuple[RowLimit, ...]:
    return tuple(RowLimit(each.column, each.values) for each in told.limits)


_LISTED: Mapping[StoredList, Callable[..., Any]] = {
    StoredList.PRIORITY: priority_at,
    StoredList.CHURN: churn_at,
    StoredList.PROPENSITY: propensity_at,
    StoredList.VALUE: value_at,
    StoredList.SEGMENTS: segments_at,
    StoredList.RECOMMEND: recommend_at,
}


def _export(doing: Doing, told: ExportArguments) -> JobResult:
    earlier_on = None
    if told.of is StoredList.MOVES:
        moves = moves_between(doing.root, earlier_on=told.earlier_on, as_of=told.as_of, engine=told.engine)
        run_id, day, earlier_on = moves.run_id, moves.as_of, moves.earlier_on
    else:
        ask = _LISTED[told.of]
        found = ask(doing.root, as_of=told.as_of, policy=told.policy, engine=told.engine, progress=doing.progress)
        run_id, day = found.run_id, found.as_of
    with (
        limited_to(_limits(told)),
        open_stored_list(doing.root, told.of, run_id=run_id, as_of=day, earlier_on=earlier_on, engine=told.engine) as listing,
    ):
        return JobResult(run_id, _written(doing, listing, told))


def _written(doing: Doing, listing: Listing, told: ListArguments | ExportArguments) -> str:
    name = f"{doing.job.job_id}-{doing.job.fence}.{told.form}"
    file = folder_of(doing.workspace) / name
    seen = replace(listing, view=MASKED) if told.is_masked else listing
    write_list(seen, file, language=doing.workspace.settings.language, force=True)
    file.chmod(FILE_MODE)
    return name


def _map(doing: Doing, told: MapArguments) -> JobResult:
    propose = partial(
        map_files,
        doing.root,
        [doing.root / each for each in told.files],
        language=doing.workspace.settings.language,
        ask=lambda _proposal: {},
        answers=told.answers,
        progress=doing.progress,
    )
    is_second = told.write and doing.job.attempts > 1
    result = propose(write=told.write and not is_second)
    if is_second and _sources(doing.root) != result.text:
        # The worker before died without writing: what it wrote would be refused as somebody else's.
        result = propose(write=True)
    return JobResult(file=write_answer(doing.workspace, doing.job, result))


def _sources(root: Path) -> str | None:
    file = root / SOURCES_FILE
    return file.read_text("utf-8-sig") if file.is_file() else None


def _import(doing: Doing, told: ImportArguments) -> JobResult:
    answer = import_step(
        doing.root, told, principal=doing.job.principal, is_second=doing.job.attempts > 1, progress=doing.progress
    )
    return JobResult(file=write_answer(doing.workspace, doing.job, answer))


def _check(doing: Doing, told: CheckArguments) -> JobResult:
    result = check_workspace(doing.root, is_deep=told.deep, progress=doing.progress)
    return JobResult(file=write_answer(doing.workspace, doing.job, result))


def _selftest(doing: Doing, _told: Arguments) -> JobResult:
    return JobResult(file=write_answer(doing.workspace, doing.job, self_test()))


def _backup(doing: Doing, told: BackupArguments) -> JobResult:
    name = f"{doing.job.job_id}-{doing.job.fence}{BACKUP}"
    file = folder_of(doing.workspace) / name
    back_up(doing.root, file, force=True, principal=doing.job.principal, progress=doing.progress)
    if told.keep is not None:
        keep_backups(doing.workspace, told.keep, made=file)
    return JobResult(file=name)


def _points(doing: Doing, told: PointsArguments) -> JobResult:
    result = post_points(doing.root, **dict(told), principal=doing.job.principal, progress=doing.progress)
    # The run is no result of this job: it was published before, by whoever asked for it.
    return JobResult(file=write_answer(doing.workspace, doing.job, result))


def _report(doing: Doing, told: ReportArguments) -> JobResult:
    """Analyses that are missing are computed only where that was asked for; else the report says so."""
    language = told.language or doing.workspace.settings.language
    wanted = Wanted(language, told.audience, told.compare, told.as_of, told.policy)
    with nullcontext() if told.compute else reading_only():
        made = write_reports(doing.root, wanted, told.shapes, Target(), now=datetime.now(UTC), progress=doing.progress)
    named = replace(made, files=tuple(replace(each, file=Path(each.file.name)) for each in made.files))
    _tell_of(doing, named)
    return JobResult(made.run_id, write_answer(doing.workspace, doing.job, named))


def _tell_of(doing: Doing, made: ReportResult) -> None:
    """Others may hear that a report is ready; of the same one once."""
    names = [each.file.name for each in made.files]
    subject, kind = report_subject(made.files[0].file.stem), EventKind.REPORT_READY
    data = {"as_of": made.as_of.isoformat(), "audience": str(made.audience), "language": str(made.language), "files": names}
    with doing.workspace.state.transaction(doing.job.principal) as t:
        event = Event(event_id_of(made.run_id, subject, kind), kind, made.run_id, subject, t.clock(), data)
        t.sending.outbox.add([event])


KINDS: Mapping[JobKind, Declared[Any]] = {
    JobKind.RUN: Declared(RunArguments, _run, publishes_itself=True),
    # Two runs: it ends with the second, so a worker after it begins anew.
    JobKind.START: Declared(StartArguments, _start),
    JobKind.TIERS: _analysis(tiers_at),
    JobKind.VALUE: _analysis(value_at),
    JobKind.PRIORITY: _analysis(priority_at),
    JobKind.SEGMENTS: _analysis(segments_at),
    JobKind.CHURN: _analysis(churn_at),
    JobKind.PROPENSITY: _analysis(propensity_at),
    JobKind.RULES: _analysis(rules_at),
    JobKind.RECOMMEND: _analysis(recommend_at),
    JobKind.FORECAST: Declared(ForecastArguments, _forecast),
    JobKind.TREND: Declared(TrendArguments, _trend),
    JobKind.WHATIF: Declared(WhatIfArguments, _whatif),
    JobKind.REPLAY: Declared(ReplayArguments, _replay),
    JobKind.LIST: Declared(ListArguments, _list),
    JobKind.EXPORT: Declared(ExportArguments, _export),
    # A sources.yaml that is there already stays there, however often it is tried.
    JobKind.MAP: Declared(MapArguments, _map, tried_again=(Unavailable,)),
    # What somebody has changed since stays changed.
    JobKind.IMPORT: Declared(ImportArguments, _import, tried_again=(Unavailable,)),
    JobKind.CHECK: Declared(CheckArguments, _check),
    JobKind.SELFTEST: Declared(Arguments, _selftest),
    JobKind.BACKUP: Declared(BackupArguments, _backup),
    JobKind.POINTS: Declared(PointsArguments, _points),
    JobKind.REPORT: Declared(ReportArguments, _report),
}
"""Every kind of job."""


def declared(kind: JobKind) -> Declared[Any]:
    """What a kind of job is."""
    return KINDS[kind]
