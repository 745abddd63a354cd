"""The command ``fenji segments``: which groups are there among the customers, in which tiers do they stand, and what tells them apart?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fenji.cli.job_waiting import AsJob, done_as_job
from fenji.cli.lists import Force, Out, may_be_written, take_stored
from fenji.cli.options import AsJson, AsOf, Engine, Lang, Policy, Workspace, asked_of, one_of
from fenji.cli.output import Output
from fenji.cli.segment_tables import (
    show_classes,
    show_clusters,
    show_customer,
    show_head,
    show_lifecycle,
    show_rfm,
    show_tree,
)
from fenji.domain.jobs import JobKind
from fenji.domain.segments import Target
from fenji.language import message as _
from fenji.workflow.segments import segments_at
from fenji.workflow.taking import StoredList

EXAMPLES = "fenji segments\nfenji segments --clusters\nfenji segments --explain tiers --json"

Lifecycle = Annotated[bool, typer.Option("--lifecycle", help=_("Only lifecycle stages, and when one begins."))]
Rfm = Annotated[bool, typer.Option("--rfm", help=_("Only recency, frequency and money: the ten names and the cuts."))]
Clusters = Annotated[bool, typer.Option("--clusters", help=_("Only clusters: what sets each apart, and how sure they are."))]
Explain = Annotated[
    str | None,
    typer.Option("--explain", metavar="tiers|clusters", help=_("Only the rules by which a decision tree tells these apart.")),
]
Customer = Annotated[
    str | None, typer.Option("--customer", metavar="ID", help=_("Only the segments of one customer: an id, or SPACE:ID."))
]


def command(
    context: typer.Context,
    *,
    lifecycle: Lifecycle = False,
    rfm: Rfm = False,
    clusters: Clusters = False,
    explain: Explain = None,
    customer: Customer = None,
    as_of: AsOf = None,
    policy: Policy = None,
    out: Out = None,
    force: Force = False,
    engine: Engine = None,
    job: AsJob = False,
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints the segments."""
    output = Output.chosen(context, lang, is_json=as_json)
    may_be_written(out, force=force)
    target = one_of(Target, explain, _("target"))
    asked = asked_of(as_of, policy, engine)
    if job:
        done_as_job(workspace, JobKind.SEGMENTS, asked, output)
    with output.progress() as progress:
        result = segments_at(
            workspace,
            **asked,
            customer=customer,
            progress=progress,
        )
    if out is not None:
        take_stored(workspace, StoredList.SEGMENTS, out, output, run_id=result.run_id, as_of=result.as_of, force=force)
        return
    if output.is_json:
        output.json(result)
        return
    output.warn(result.warnings)
    show_head(result, output)
    if customer is not None:
        show_customer(result, output)
    asks_for_all = not (lifecycle or rfm or clusters or target or customer)
    if lifecycle or asks_for_all:
        show_lifecycle(result, output)
    if rfm or asks_for_all:
        show_rfm(result, output, is_full=rfm)
    if asks_for_all:
        show_classes(result, output)
    if clusters or asks_for_all:
        show_clusters(result, output, is_full=clusters)
    if target is not None:
        show_tree(result, target, output)
