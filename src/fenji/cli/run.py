"""The command ``fenji run``: collect what is new, prepare, analyze and publish."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fenji.answers.runs import RunResult
from fenji.cli.arrival import show_arrival
from fenji.cli.job_waiting import AsJob, done_as_job
from fenji.cli.jobs import print_job
from fenji.cli.options import AsJson, AsOf, Engine, Lang, Policy, Workspace, day_of, engine_of
from fenji.cli.output import Output, number
from fenji.domain.jobs import JobKind
from fenji.language import message as _
from fenji.workflow.running import run_all

EXAMPLES = "fenji run\nfenji run --as-of 2011-12-09 --history 24\nfenji run --engine spark --json"

History = Annotated[
    int,
    typer.Option(
        "--history",
        metavar="N",
        help=_(
            "Keep the last N reviews to be shown: who rose, fell, was kept or lost. All reviews are decided since history_begins_on, each by the policy version of its day. Default: 1."
        ),
    ),
]

Force = Annotated[
    bool,
    typer.Option(
        "--force",
        help=_(
            "Publish although a source keeps none of its rows, or although a damaged run before it no longer says the keys of customers, so that all get new ones; such a run is refused otherwise."
        ),
    ),
]


def command(
    context: typer.Context,
    *,
    as_of: AsOf = None,
    policy: Policy = None,
    history: History = 1,
    engine: Engine = None,
    force: Force = False,
    job: AsJob = False,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Runs the whole thread once."""
    output = Output.chosen(context, lang, is_json=as_json)
    if job:
        asked = {"as_of": day_of(as_of), "policy": policy, "history": history, "engine": engine_of(engine), "force": force}
        print_job(done_as_job(workspace, JobKind.RUN, asked, output), output)
        return
    with output.progress() as progress:
        result = run_all(
            workspace,
            as_of=day_of(as_of),
            policy=policy,
            history=history,
            engine=engine_of(engine),
            force=force,
            progress=progress,
        )
    if output.is_json:
        output.json(result)
    else:
        show(result, output)


def show(result: RunResult, output: Output) -> None:
    """What was read and how it was understood, for people; the tables that were written are in --json only."""
    output.warn(result.warnings)
    output.heading(
        _("Run {run_id} is published: as of {as_of}, policy {policy} version {version}, {seconds} s"),
        run_id=result.run_id,
        as_of=result.as_of,
        policy=result.policy,
        version=result.version,
        seconds=number(result.seconds, 1),
    )
    if result.is_as_of_defaulted:
        output.say(_("{as_of} is yesterday; choose another day with --as-of."), as_of=result.as_of)
    output.say(
        _("Files: {new} new, {changed} changed, {unchanged} unchanged, {gone} gone."),
        new=number(len(result.files.new)),
        changed=number(len(result.files.changed)),
        unchanged=number(len(result.files.unchanged)),
        gone=number(len(result.files.gone)),
    )
    if result.unchanged_since is not None:
        output.say(
            _("Nothing that the clean tables are made of has changed since run {run_id}: they were not made again."),
            run_id=result.unchanged_since,
        )
    output.say(
        _(
            "History begins on {day}: {count} {count:review is|reviews are} decided, the last {kept} {kept:is|are} kept in this run."
        ),
        day=result.history_begins_on,
        count=result.reviews_decided,
        kept=len(result.reviews),
    )
    output.say("{line}", line=result.lost.sentence.in_language(output.language))
    show_arrival(result.arrival, output)
    output.say(_("Customers known: {customers}."), customers=number(result.arrival.customers))
    output.say(_("Next: fenji quality shows what became of every row, fenji tiers shows the tiers."))
