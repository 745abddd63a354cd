"""The commands below ``fenji jobs``: what was asked for, how far it is, and what begins by itself."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from fenji.answers.jobs import JobAnswer, ScheduleAnswer, ToldJob
from fenji.cli.help import Entry
from fenji.cli.options import AsJson, Lang, Workspace, one_of
from fenji.cli.output import Col, Output, percent
from fenji.domain.jobs import JobKind, JobState
from fenji.language import message as _
from fenji.wording.jobs import STATES

EXAMPLES = "fenji jobs list\nfenji jobs show JOB_ID\nfenji jobs cancel JOB_ID\nfenji jobs schedule"

JobId = Annotated[str, typer.Argument(metavar="JOB_ID", help=_("A job, as fenji jobs list shows it."))]
State = Annotated[
    str | None, typer.Option("--state", metavar="queued|running|done|failed|cancelled", help=_("Only jobs in this state."))
]
KindOf = Annotated[str | None, typer.Option("--kind", metavar="run|value|…", help=_("Only jobs of this kind."))]
Limit = Annotated[int, typer.Option("--limit", min=1, max=1000, metavar="N", help=_("How many jobs, the newest first."))]


def list_(
    context: typer.Context,
    *,
    state: State = None,
    kind: KindOf = None,
    limit: Limit = 20,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints the newest jobs."""
    output = Output.chosen(context, lang, is_json=as_json)
    states, kinds = one_of(JobState, state, _("state of a job")), one_of(JobKind, kind, _("kind of job"))
    result = _telling().show_jobs(workspace, state=states, kind=kinds, limit=limit)
    if output.is_json:
        output.json(result)
    elif not result.jobs:
        output.say(_("No such job."))
    else:
        titles = (_("job"), _("kind"), _("state"), _("progress"), _("asked by"), _("asked at (UTC)"))
        output.table([Col(output.text(each)) for each in titles], [_cells(each, output) for each in result.jobs])


def show(
    context: typer.Context, job_id: JobId, *, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False
) -> None:
    """Prints one job with its log."""
    output = Output.chosen(context, lang, is_json=as_json)
    print_job(_telling().show_job(workspace, job_id), output)


def cancel(
    context: typer.Context, job_id: JobId, *, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False
) -> None:
    """Cancels a job."""
    output = Output.chosen(context, lang, is_json=as_json)
    asking: Any = import_module("fenji.work.asking")
    asking.cancel_job(workspace, job_id)
    print_job(_telling().show_job(workspace, job_id), output)


def schedule(context: typer.Context, *, workspace: Workspace = Path(), lang: Lang = None, as_json: AsJson = False) -> None:
    """Checks schedule.yaml and prints the next times of each entry."""
    output = Output.chosen(context, lang, is_json=as_json)
    result = _telling().show_schedule(workspace)
    if output.is_json:
        output.json(result)
    else:
        _print_schedule(result, output)


COMMANDS: dict[str, Entry] = {
    "list": (
        list_,
        _("Lists jobs: what was asked for, by whom, and how far it is."),
        "fenji jobs list\nfenji jobs list --state failed",
    ),
    "show": (show, _("Shows one job with its log, and what went wrong."), "fenji jobs show JOB_ID"),
    "cancel": (
        cancel,
        _("Cancels a job: at once while it waits, at its next step while it is at work. Nothing of it is published."),
        "fenji jobs cancel JOB_ID",
    ),
    "schedule": (
        schedule,
        _("Checks schedule.yaml and shows what begins by itself, with the next five times of each entry."),
        "fenji jobs schedule",
    ),
}
"""Word -> function, help and examples."""


def print_job(result: JobAnswer, output: Output) -> None:
    """One job with its log."""
    if output.is_json:
        output.json(result)
        return
    job = result.job
    output.heading(
        _("Job {job_id}: {kind}, {state}, asked for by {name}"),
        job_id=job.job_id,
        kind=job.kind.value,
        state=output.text(STATES[job.state]),
        name=job.asked_by,
    )
    if job.result_run_id is not None:
        output.say(_("Run: {run_id}"), run_id=job.result_run_id)
    if job.result_file is not None:
        output.say(_("File: {file}"), file=job.result_file)
    for each in result.log:
        output.say("  {at}  {line}", at=f"{each.at:%Y-%m-%d %H:%M:%S}", line=each.text.in_language(output.language))
    if job.error is not None:
        output.warn(job.error.problems)


def _print_schedule(result: ScheduleAnswer, output: Output) -> None:
    if not result.entries:
        output.say(_("Nothing begins by itself: there is no schedule.yaml with entries."))
        return
    titles = (_("name"), _("work"), _("when"), _("next times ({zone})"))
    rows = [
        (each.name, ", ".join(each.kinds), each.when, "\n".join(f"{slot:%Y-%m-%d %H:%M}" for slot in each.next))
        for each in result.entries
    ]
    output.table([Col(output.text(each, zone=result.time_zone), has_lines=each is titles[-1]) for each in titles], rows)


def _cells(job: ToldJob, output: Output) -> tuple[str, ...]:
    step = job.step.in_language(output.language)
    how_far = percent(job.share, 0) if job.state is JobState.RUNNING else ""
    progress = f"{how_far} {step}".strip()
    asked = f"{job.asked_at:%Y-%m-%d %H:%M:%S}"
    return job.job_id, job.kind.value, output.text(STATES[job.state]), progress or "-", job.asked_by, asked


def _telling() -> Any:  # noqa: ANN401 - a module: loading it loads every use-case, which help must not
    return import_module("fenji.work.telling")
