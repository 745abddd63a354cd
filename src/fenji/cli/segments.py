"""The command ``fenji segments``: which groups are there among the customers, in which tiers do they stand, and what tells them apart?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from fenji.analyze.segments.tree_growing import conditions_text
from fenji.cli.lists import Force, Out, may_be_written, take_stored
from fenji.cli.options import AsJson, AsOf, Engine, Lang, Policy, Workspace, day_of, engine_of, one_of
from fenji.cli.output import Output, problem_json
from fenji.cli.segment_tables import (
    segment_name,
    show_classes,
    show_clusters,
    show_customer,
    show_head,
    show_lifecycle,
    show_rfm,
    show_tree,
    wording_of,
)
from fenji.domain.segments import Segmentation, Target
from fenji.language import message as _
from fenji.wording.clusters import description
from fenji.wording.trees import rule_sentence
from fenji.workflow.segments import ClusterRow, SegmentRow, SegmentsResult, TreeRow, segments_at
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
    workspace: Workspace = Path(),
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Prints the segments."""
    output = Output.chosen(context, lang, is_json=as_json)
    may_be_written(out, force=force)
    target = one_of(Target, explain, _("target"))
    with output.progress() as progress:
        result = segments_at(
            workspace,
            as_of=day_of(as_of),
            policy=policy,
            customer=customer,
            engine=engine_of(engine),
            progress=progress,
        )
    if out is not None:
        take_stored(workspace, StoredList.SEGMENTS, out, output, run_id=result.run_id, as_of=result.as_of, force=force)
        return
    if output.is_json:
        output.json(answer(result, output))
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


def answer(result: SegmentsResult, output: Output) -> dict[str, Any]:
    """The JSON object."""
    return {
        "run_id": result.run_id,
        "as_of": result.as_of,
        "policy": result.policy.slug,
        "version": result.policy.version,
        "currency": result.currency,
        "customers": result.customers,
        "segmentations": {str(each): [_segment(row, result, output) for row in result.of(each)] for each in Segmentation},
        "cuts": [vars(each) for each in result.cuts],
        "clusters": [_cluster(each, result, output) for each in result.clusters],
        "cluster_choices": [vars(each) for each in result.choices],
        "trees": [_tree(each, result, output) for each in result.trees],
        "customer": None
        if result.customer is None
        else {"customer_id": result.customer.customer_id, "segments": dict(result.customer.values)},
        "warnings": [problem_json(each, output.language) for each in result.warnings],
    }


def _segment(row: SegmentRow, result: SegmentsResult, output: Output) -> dict[str, Any]:
    return {
        "segment": row.segment,
        "name": segment_name(row.segmentation, row.segment, result, output),
        "customers": row.customers,
        "share": row.share,
        "net_revenue_12m": row.net_revenue_12m,
        "revenue_share": row.revenue_share,
        "tiers": {tier.slug: row.tiers.get(tier.slug, 0) for tier in result.policy.tiers},
        "in_no_tier": row.tiers.get(None, 0),
    }


def _cluster(row: ClusterRow, result: SegmentsResult, output: Output) -> dict[str, Any]:
    return {
        "cluster": row.cluster,
        "among": row.among,
        "name": row.name.in_language(output.language),
        "description": list(description(row.facts, wording_of(result, output))),
        "customers": row.customers,
        "share": row.share,
        "silhouette": row.silhouette,
        "stability": row.stability,
        "kept_from": row.kept_from,
        "metrics": [vars(each) for each in row.facts],
    }


def _tree(tree: TreeRow, result: SegmentsResult, output: Output) -> dict[str, Any]:
    wording = wording_of(result, output)
    rules = [
        {
            "outcome": each.outcome,
            "sentence": rule_sentence(each.condition, wording),
            "conditions": conditions_text(each.condition),
            "customers": each.customers,
            "hits": each.hits,
            "share": each.share,
            "precision": each.precision,
            "coverage": each.coverage,
        }
        for each in tree.rules
    ]
    return {**{name: value for name, value in vars(tree).items() if name != "rules"}, "target": str(tree.target), "rules": rules}
